//! Stock as a test wants it.

use serde::Deserialize;

use crate::simulator::answer::Answer;
use crate::simulator::hardware::SKUS;
use crate::simulator::world::World;

/// What is wanted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    pod: String,
    sku: String,
    count: u32,
}

/// Sets the stock of a hardware type in a pod.
pub fn set(body: &[u8], world: &mut World) -> Answer {
    let wanted: Wanted = match serde_json::from_slice(body) {
        Ok(wanted) => wanted,
        Err(error) => return Answer::invalid(&format!("The stock cannot be read: {error}.")),
    };
    if !SKUS.iter().any(|sku| sku.name == wanted.sku) {
        let skus: Vec<&str> = SKUS.iter().map(|sku| sku.name).collect();
        return Answer::invalid(&format!("sku must be one of: {}.", skus.join(", ")));
    }
    let Some(stock) = world.stock.get_mut(&wanted.pod) else {
        let pods: Vec<&str> = world.stock.keys().map(String::as_str).collect();
        return Answer::invalid(&format!("pod must be one of: {}.", pods.join(", ")));
    };
    stock.insert(wanted.sku, i64::from(wanted.count));
    Answer::success()
}
