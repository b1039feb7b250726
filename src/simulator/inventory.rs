//! Datacenters, stock and prices.

use serde_json::{Map, Value, json};

use super::Behaviour;
use super::answer::{Answer, Refused};
use super::call::Call;
use super::catalogue::{PODS, SKUS, is_pod, products};
use super::world::World;

pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("locations", locations),
    ("availability", availability),
    ("products", catalogue),
];

fn locations(_: &mut World, _: &Call<'_>) -> Result<Answer, Refused> {
    let locations: Map<String, Value> = PODS
        .iter()
        .map(|pod| {
            let (latitude, longitude) = pod.place;
            let location = json!({
                "label": pod.label, "displayName": pod.name, "region": pod.region,
                "code": pod.code, "latitude": latitude, "longitude": longitude,
                "release_status": "released",
            });
            (pod.id.to_owned(), location)
        })
        .collect();
    Answer::json(&json!({"locations": locations}))
}

fn availability(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let pod = call.param("location");
    if !is_pod(pod) {
        return Err(Refused::new(
            400,
            "invalid_pod",
            format!("{pod:?} is not a pod location"),
        ));
    }
    let mut answer = Map::new();
    for sku in SKUS {
        let count = world
            .stock
            .get(pod)
            .and_then(|stock| stock.get(sku.name))
            .copied()
            .unwrap_or(0);
        answer.insert(
            sku.name.to_owned(),
            json!({"count": count, "max_size": count.min(sku.most)}),
        );
    }
    answer.insert("timestamp".to_owned(), json!(world.moment()));
    answer.insert("pod_location".to_owned(), json!(pod));
    Answer::json(&answer)
}

fn catalogue(_: &mut World, _: &Call<'_>) -> Result<Answer, Refused> {
    Answer::json(&products())
}
