//! How the product catalogue answers: hardware and add-ons with their prices.

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::assumptions::{BLOCK_GROWTH, LONG_TERM};
use super::call::{Behaviour, Call};
use super::hardware::{SKUS, Sku, hourly_mils};
use super::inventory::{IP_ADDONS, PODS, Pod, local_mils, location};
use super::world::World;

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] = &[("products", products)];

/// Hours that a price of 30 days is for.
pub const MONTH_HOURS: i64 = 720;

/// Price of a /28, in mils an hour.
const SMALLEST_BLOCK_MILS: i64 = 70;
const SMALLEST_BLOCK_LENGTH: u8 = 28;

/// Price of a routed block of this length, in mils an hour.
pub fn block_mils(length: u8) -> i64 {
    let doublings = SMALLEST_BLOCK_LENGTH.saturating_sub(length);
    let times = BLOCK_GROWTH.most().saturating_pow(u32::from(doublings));
    SMALLEST_BLOCK_MILS.saturating_mul(times)
}

/// An hourly price for long-term use, in mils.
pub fn long_term_mils(mils: i64) -> i64 {
    // Those of the documents' examples are whole cents.
    (mils * LONG_TERM.most() + 500) / 1_000 * 10
}

/// What a product is called, under which code it is billed and what kind it is.
struct Named<'a> {
    name: &'a str,
    code: &'a str,
    kind: &'a str,
}

/// A product with its three prices, each in dollars and in mils.
fn priced(named: &Named<'_>, mils: i64) -> Map<String, Value> {
    let long_term = long_term_mils(mils);
    let month = long_term * MONTH_HOURS;
    let dollars = |mils: i64| i32::try_from(mils).map_or(0.0, f64::from) / 1000.0;
    let mut product = Map::new();
    product.insert("name".to_owned(), named.name.into());
    product.insert("add_on_code".to_owned(), named.code.into());
    for (field, amount) in [
        ("hourly_cost", mils),
        ("hourly_cost_ltu", long_term),
        ("30_day_cost", month),
    ] {
        product.insert(field.to_owned(), dollars(amount).into());
        product.insert(format!("{field}_mils"), amount.into());
    }
    product.insert("type".to_owned(), named.kind.into());
    product
}

fn storage(id: usize, name: &str, kind: Option<&str>, drive: (i64, i64, i64)) -> Value {
    let (drive_id, raw, count) = drive;
    json!({
        "id": id,
        "name": name,
        "model": null,
        "raw": (raw * count).to_string(),
        "type": kind,
        "drives": [{"id": drive_id, "raw": raw.to_string(), "count": count}],
    })
}

fn hardware(place: usize, sku: &Sku, pods: &[&Pod], pod: Option<&str>) -> Value {
    let named = Named {
        name: &sku.product_name(),
        code: &sku.add_on_code(),
        kind: "server",
    };
    let mut product = priced(&named, local_mils(hourly_mils(sku.name), pod));
    product.insert(
        "bandwidth".to_owned(),
        json!({"id": 43 + place, "egress_allotment": 500, "allotment_unit": "Mbps"}),
    );
    let places: Map<String, Value> = pods
        .iter()
        .map(|pod| (pod.0.to_owned(), location(pod)))
        .collect();
    // The documents number the drive of 6,400 GB; another capacity is another drive.
    let drive = if sku.disk == 6_400 { 118 } else { 119 };
    let (cpu, memory) = (&sku.processor, sku.memory.to_string());
    json!({
        "id": 16 + place,
        "name": sku.name,
        "model": sku.model,
        "display_name": null,
        "variant_label": "v4",
        "network": {"id": 56 + place, "speed": 10, "count": 2},
        "storage": {
            "nvme_ssd": storage(
                123 + 2 * place,
                "nvme_ssd",
                Some("nvme_ssd"),
                (drive, sku.disk, sku.disks),
            ),
            "boot": storage(124 + 2 * place, "boot", None, (117, 480, 2)),
        },
        "locations": places,
        "processor": {
            "id": 60 + place,
            "raw_cores": sku.cores,
            "compute_cores": sku.cores,
            "raw_threads": sku.cores * 2,
            "type": format!("{} x {} - {} Ghz", cpu.count, cpu.name, cpu.speed),
            "name": cpu.name,
            "speed": format!("{}Ghz", cpu.speed),
            "cpuCount": cpu.count,
        },
        "ram": {
            "id": 60 + place,
            "raw": memory,
            "compute": memory,
            "type": "DDR5",
            "speed": sku.memory_speed,
        },
        "gpu": null,
        "products": [product],
    })
}

fn memory(pod: Option<&str>) -> Map<String, Value> {
    let named = Named {
        name: "Memory - 64GB DDR5",
        code: "memory_64gb_ddr5",
        kind: "memory",
    };
    let mut product = priced(&named, local_mils(90, pod));
    let specs = json!({
        "name": "64gb_ddr5",
        "label": "64GB DDR5",
        "memory": {"id": 68, "raw": "64", "compute": "64", "type": "DDR5", "speed": "4800Mhz"},
    });
    product.insert("specs".to_owned(), specs);
    product
}

fn drive(pod: Option<&str>) -> Map<String, Value> {
    let named = Named {
        name: "Drive - 12.8TB Micron 7450 MAX",
        code: "drive_12_8_micron_7450_max",
        kind: "storage",
    };
    let mut product = priced(&named, local_mils(510, pod));
    let name = "12.8TB Micron 7450 MAX";
    let specs = json!({
        "name": name,
        "raw": "12800",
        "model": "Micron 7450 NVMe",
        "storage": {
            "id": 140,
            "name": name,
            "model": "MTFDKCC12T8TFS-1BC1ZABYYR",
            "raw": "12800",
            "type": "nvme_ssd",
        },
    });
    product.insert("specs".to_owned(), specs);
    product
}

fn products(_world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let wanted = call.query("location");
    let pod = wanted.as_deref();
    let pods: Vec<&Pod> = PODS
        .iter()
        .filter(|known| pod.is_none_or(|pod| known.0 == pod))
        .collect();
    if pods.is_empty() {
        return Err(Answer::errors(400, "invalid_pod", "Invalid pod location."));
    }
    let all: Map<String, Value> = SKUS
        .iter()
        .enumerate()
        .map(|(place, sku)| (sku.name.to_owned(), hardware(place, sku, &pods, pod)))
        .collect();
    let blocks: Vec<Map<String, Value>> = IP_ADDONS
        .iter()
        .map(|(code, length, name)| {
            let kind = "ip_block";
            priced(
                &Named { name, code, kind },
                local_mils(block_mils(*length), pod),
            )
        })
        .collect();
    Ok(Answer::json(json!({
        "hardware": all,
        "addons": {
            "memory": [memory(pod)],
            "storage": [drive(pod)],
            "ip_block": blocks,
            "other": [],
        },
    })))
}
