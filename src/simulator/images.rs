//! How the image list answers.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::answer::Answer;
use super::call::{Behaviour, Call};
use super::inventory::is_pod;
use super::world::World;

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] = &[("images", images)];

/// The operating systems and their versions.
const IMAGES: &[(&str, &[&str])] = &[
    ("Ubuntu", &["24.04 LTS", "22.04 LTS"]),
    ("Debian", &["12", "11"]),
    ("CentOS", &["Stream 9"]),
    ("Rocky Linux", &["9"]),
];

/// Whether there is such an image.
pub fn is_image(os: &str, version: &str) -> bool {
    IMAGES
        .iter()
        .any(|(name, versions)| *name == os && versions.contains(&version))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        for half in [byte >> 4, byte & 0xf] {
            text.extend(char::from_digit(u32::from(half), 16));
        }
        text
    })
}

fn images(_world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let pod = call.param("location");
    if !is_pod(pod) {
        return Err(Answer::missing("Pod location"));
    }
    let mut systems = Map::new();
    for (os, versions) in IMAGES {
        let mut all = Map::new();
        for version in *versions {
            let file = format!("{os}/{version}/disk.img").replace(' ', "-");
            let sha256 = hex(&Sha256::digest(file.as_bytes()));
            let md5: String = sha256.chars().take(32).collect();
            let host = pod.replace('_', "-");
            all.insert(
                (*version).to_owned(),
                json!({
                    "image": format!("https://images.{host}.example.net/cloud-init/{file}"),
                    "image_md5": md5,
                    "image_sha256": sha256,
                }),
            );
        }
        systems.insert((*os).to_owned(), Value::Object(all));
    }
    Ok(Answer::json(systems))
}
