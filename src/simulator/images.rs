//! Images of operating systems.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::Behaviour;
use super::answer::{Answer, Refused};
use super::call::Call;
use super::catalogue::{SYSTEMS, is_pod};
use super::world::World;

pub const BEHAVIOURS: &[(&str, Behaviour)] = &[("images", images)];

fn images(_: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let pod = call.param("location");
    if !is_pod(pod) {
        return Err(Refused::not_found("pod location", pod));
    }
    let mut systems = Map::new();
    for (system, versions) in SYSTEMS {
        let versions: Map<String, Value> = versions
            .iter()
            .map(|version| {
                let file = format!("{system}-{version}")
                    .replace(' ', "-")
                    .to_lowercase();
                let digest = hex(&Sha256::digest(file.as_bytes()));
                let image = json!({
                    "image": format!("https://images.example.com/{pod}/{file}.img"),
                    "image_md5": digest.get(..32).unwrap_or_default(),
                    "image_sha256": digest,
                });
                ((*version).to_owned(), image)
            })
            .collect();
        systems.insert((*system).to_owned(), Value::Object(versions));
    }
    Answer::json(&systems)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
