//! How the inventory answers.

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::assumptions::{LOCATION_PRICES, PRE_RELEASE};
use super::call::{Behaviour, Call};
use super::world::World;

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] =
    &[("locations", locations), ("availability", availability)];

/// A datacenter: pod, label, name, region, code, latitude, longitude.
pub type Pod = (
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

/// The add-ons that routed IP blocks are billed as: code, length in bits, name for people.
pub const IP_ADDONS: &[(&str, u8, &str)] = &[
    ("ipv4_block_28", 28, "IPv4 Block - /28"),
    ("ip_block_32", 27, "IPv4 Block - /27"),
    ("ip_block_64", 26, "IPv4 Block - /26"),
    ("ip_block_128", 25, "IPv4 Block - /25"),
    ("ip_block_256", 24, "IPv4 Block - /24"),
];

/// Whether there is such a datacenter.
pub fn is_pod(name: &str) -> bool {
    PODS.iter().any(|pod| pod.0 == name)
}

/// What a price, in mils, is in a datacenter; without one, what it is on the list.
pub fn local_mils(mils: i64, pod: Option<&str>) -> i64 {
    let place = PODS.iter().position(|known| Some(known.0) == pod);
    let percent = place.and_then(|place| LOCATION_PRICES.value.get(place));
    // Prices are whole cents.
    percent.map_or(mils, |percent| (mils * percent + 500) / 1_000 * 10)
}

/// A datacenter as the API tells of it.
pub fn location(pod: &Pod) -> Value {
    let (id, label, name, region, code, latitude, longitude) = pod;
    let is_pre = *id == format!("pod_{}", PRE_RELEASE.most());
    json!({
        "label": label,
        "displayName": name,
        "region": region,
        "code": code,
        "latitude": latitude,
        "longitude": longitude,
        "release_status": if is_pre { "pre-release" } else { "released" },
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
