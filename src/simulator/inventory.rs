//! How the inventory answers.

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::call::{Behaviour, Call};
use super::hardware::{SKUS, Sku};
use super::world::World;

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("locations", locations),
    ("availability", availability),
    ("products", products),
];

/// A datacenter: pod, label, name, region, code, latitude, longitude.
type Pod = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    f64,
    f64,
);

/// The datacenters.
pub const PODS: &[Pod] = &[
    (
        "pod_1",
        "US-East",
        "Ashburn, VA",
        "US",
        "iad3",
        39.0438,
        -77.4874,
    ),
    (
        "pod_2",
        "US-West",
        "Los Angeles, CA",
        "US",
        "lax3",
        33.9425,
        -118.4081,
    ),
    (
        "pod_3",
        "EU-West",
        "Amsterdam, NL",
        "EU",
        "ams1",
        52.3105,
        4.7683,
    ),
    (
        "pod_5",
        "Asia-SouthEast",
        "Singapore, SG",
        "AP",
        "sin1",
        1.3644,
        103.9915,
    ),
];

/// The add-ons that routed IP blocks are billed as: code, length in bits, mils an hour.
pub const IP_ADDONS: &[(&str, u8, i64)] = &[
    ("ipv4_block_28", 28, 20),
    ("ip_block_32", 27, 40),
    ("ip_block_64", 26, 80),
    ("ip_block_128", 25, 160),
    ("ip_block_256", 24, 320),
];

/// Whether there is such a datacenter.
pub fn is_pod(name: &str) -> bool {
    PODS.iter().any(|pod| pod.0 == name)
}

fn location(pod: &Pod) -> Value {
    let (_, label, name, region, code, latitude, longitude) = pod;
    json!({
        "label": label,
        "displayName": name,
        "region": region,
        "code": code,
        "latitude": latitude,
        "longitude": longitude,
        "release_status": "released",
    })
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "every behaviour has the same shape"
)]
fn locations(_world: &mut World, _call: &Call) -> Result<Answer, Answer> {
    let all: Map<String, Value> = PODS
        .iter()
        .map(|pod| (pod.0.to_owned(), location(pod)))
        .collect();
    Ok(Answer::json(json!({"locations": all})))
}

fn availability(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let pod = call.param("location");
    let Some(stock) = world.stock.get(pod) else {
        return Err(Answer::errors(400, "invalid_pod", "Invalid pod location."));
    };
    let mut all: Map<String, Value> = stock
        .iter()
        .map(|(sku, count)| {
            // Spread over cabinets, not quite all of the stock can go into one cloud.
            let most = count - count / 5;
            (sku.clone(), json!({"count": count, "max_size": most}))
        })
        .collect();
    all.insert("timestamp".to_owned(), json!(world.moment()));
    all.insert("pod_location".to_owned(), json!(pod));
    Ok(Answer::json(all))
}

/// The three prices of a thing, in mils and in dollars.
fn priced(name: String, code: &str, kind: &str, mils: i64) -> Map<String, Value> {
    // Long-term usage costs a fifth less; a month has 720 hours.
    let long_term = mils * 4 / 5;
    let month = long_term * 720;
    let dollars = |mils: i64| i32::try_from(mils).map_or(0.0, f64::from) / 1000.0;
    let mut product = Map::new();
    product.insert("name".to_owned(), name.into());
    product.insert("add_on_code".to_owned(), code.into());
    for (field, amount) in [
        ("hourly_cost", mils),
        ("hourly_cost_ltu", long_term),
        ("30_day_cost", month),
    ] {
        product.insert(field.to_owned(), dollars(amount).into());
        product.insert(format!("{field}_mils"), amount.into());
    }
    product.insert("type".to_owned(), kind.into());
    product
}

fn hardware(place: usize, sku: &Sku, pods: &[&Pod]) -> Value {
    let code = format!("storage_and_compute_{}", sku.name);
    let mut product = priced(
        format!("Storage and Compute - {}", sku.name),
        &code,
        "server",
        sku.mils,
    );
    product.insert(
        "bandwidth".to_owned(),
        json!({"egress_allotment": 500, "allotment_unit": "Mbps"}),
    );
    let places: Map<String, Value> = pods
        .iter()
        .map(|pod| (pod.0.to_owned(), location(pod)))
        .collect();
    json!({
        "id": place + 11,
        "name": sku.name,
        "model": null,
        "display_name": null,
        "variant_label": "v4",
        "network": {"speed": 10, "count": 2},
        "storage": {"nvme_ssd": {
            "raw": (sku.disk * sku.disks).to_string(),
            "drives": [{"raw": sku.disk.to_string(), "count": sku.disks}],
        }},
        "locations": places,
        "processor": {"raw_cores": sku.cores, "compute_cores": sku.cores},
        "ram": {"raw": sku.memory.to_string(), "compute": sku.memory.to_string(), "type": "DDR5"},
        "gpu": null,
        "products": [product],
    })
}

fn products(_world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let wanted = call.query("location");
    let pods: Vec<&Pod> = PODS
        .iter()
        .filter(|pod| wanted.as_deref().is_none_or(|wanted| pod.0 == wanted))
        .collect();
    if pods.is_empty() {
        return Err(Answer::errors(400, "invalid_pod", "Invalid pod location."));
    }
    let all: Map<String, Value> = SKUS
        .iter()
        .enumerate()
        .map(|(place, sku)| (sku.name.to_owned(), hardware(place, sku, &pods)))
        .collect();
    let blocks: Vec<Value> = IP_ADDONS
        .iter()
        .map(|(code, length, mils)| {
            let mut product = priced(format!("IPv4 block /{length}"), code, "ip_block", *mils);
            product.insert("specs".to_owned(), json!({"length": length}));
            Value::Object(product)
        })
        .collect();
    let memory = priced("Memory - 128 GB".to_owned(), "memory_128", "memory", 90);
    let storage = priced("NVMe - 6.4 TB".to_owned(), "nvme_6400", "storage", 110);
    Ok(Answer::json(json!({
        "hardware": all,
        "addons": {"memory": [memory], "storage": [storage], "ip_block": blocks, "other": []},
    })))
}
