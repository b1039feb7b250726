//! A cloud that is there at once, for tests that are about something else than provisioning.

use serde::Deserialize;
use serde_json::json;

use crate::simulator::answer::Answer;
use crate::simulator::inventory::PODS;
use crate::simulator::model::add_complete;
use crate::simulator::world::World;

/// More nodes than this in one cloud are a slip.
const MOST: usize = 10_000;

/// What is wanted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    label: String,
    #[serde(rename = "type", default = "baremetal")]
    cloud_type: String,
    #[serde(default = "three")]
    nodes: usize,
    #[serde(default = "first_pod")]
    pod: String,
    /// Whether it cannot be deleted.
    #[serde(default)]
    prevent_delete: bool,
    /// Host names; nodes beyond them get generated ones.
    #[serde(default)]
    names: Vec<String>,
}

fn baremetal() -> String {
    "baremetal".to_owned()
}

const fn three() -> usize {
    3
}

fn first_pod() -> String {
    PODS.first().map_or("", |pod| pod.0).to_owned()
}

/// Adds a complete cloud and answers its id.
pub fn add(body: &[u8], world: &mut World) -> Answer {
    let wanted: Wanted = match serde_json::from_slice(body) {
        Ok(wanted) => wanted,
        Err(error) => return Answer::invalid(&format!("The cloud cannot be read: {error}.")),
    };
    if !matches!(wanted.cloud_type.as_str(), "baremetal" | "pcc") {
        return Answer::invalid("type must be one of: baremetal, pcc.");
    }
    if !(1..=MOST).contains(&wanted.nodes) {
        return Answer::invalid(&format!("nodes must be from 1 to {MOST}."));
    }
    if !PODS.iter().any(|pod| pod.0 == wanted.pod) {
        let pods: Vec<&str> = PODS.iter().map(|pod| pod.0).collect();
        return Answer::invalid(&format!("pod must be one of: {}.", pods.join(", ")));
    }
    let names: Vec<&str> = wanted.names.iter().map(String::as_str).collect();
    let id = add_complete(
        world,
        &wanted.label,
        &wanted.cloud_type,
        &wanted.pod,
        wanted.nodes,
        &names,
    );
    if let Some(state) = world.clouds.get_mut(&id) {
        state.stats.alter().prevent_delete = Some(wanted.prevent_delete);
    }
    Answer::json(json!({ "cloud": id }))
}
