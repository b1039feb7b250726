//! Secrets of a snapshot.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Resources;
use crate::record::JsonList;
use crate::simulator::public_keys::fingerprint;

const TYPE: &str = "ssh-ed25519";

/// Keys that stand for others.
#[derive(Default)]
struct Keys(HashMap<String, u32>);

impl Keys {
    /// A well-formed key that nobody has the other half of, with the same comment.
    fn instead_of(&mut self, key: &str) -> String {
        let mut words = key.split_whitespace();
        let (kind, data) = (words.next(), words.next().unwrap_or_default());
        let comment: Vec<&str> = words.collect();
        let next = u32::try_from(self.0.len()).unwrap_or_default();
        let whole = format!("{} {data}", kind.unwrap_or_default());
        let number = *self.0.entry(whole).or_insert(next);
        let mut blob = Vec::new();
        let material = [[0_u8; 28].as_slice(), &number.to_be_bytes()].concat();
        for part in [TYPE.as_bytes(), &material] {
            blob.extend(u32::try_from(part.len()).unwrap_or_default().to_be_bytes());
            blob.extend(part);
        }
        let key = format!("{TYPE} {} {}", STANDARD.encode(blob), comment.join(" "));
        key.trim_end().to_owned()
    }
}

/// Puts another text in the place of every SSH key.
pub fn replace(resources: &mut Resources, mut with: impl FnMut(&str) -> String) {
    for key in &mut resources.public_keys {
        let fields = Arc::make_mut(&mut key.fields);
        if let Some(data) = &mut fields.key_data {
            *data = with(data);
            fields.fingerprint = fingerprint(data).ok();
        }
    }
    let mut inside = |value: &mut Value| {
        if let Some(data) = value.get("public_key").and_then(Value::as_str) {
            value["public_key"] = with(data).into();
        }
    };
    for (_, stats) in &mut resources.clouds {
        stats
            .keys
            .alter(|keys| keys.iter_mut().for_each(&mut inside));
    }
    for order in &mut resources.orders {
        if let Some(options) = &mut Arc::make_mut(&mut order.fields).config_options {
            inside(options);
        }
    }
}

/// Leaves members out that are not among these. What nobody has described may be anything.
pub fn keep(value: &mut Value, names: &[&str]) {
    if let Value::Object(members) = value {
        members.retain(|name, _| names.contains(&name.as_str()));
    }
}

fn keep_in(list: &mut JsonList, names: &[&str]) {
    list.alter(|items| items.iter_mut().for_each(|item| keep(item, names)));
}

/// Leaves out what is not described, where the API lets anything stand.
fn keep_described(resources: &mut Resources) {
    for (_, stats) in &mut resources.clouds {
        keep_in(&mut stats.keys, &["cloud_uuid", "public_key"]);
        for node in &mut stats.nodes {
            let node = Arc::make_mut(node);
            if let Some(properties) = &mut node.properties {
                properties.alter(|it| keep(it, &["cpu", "memory", "root_disk", "disks"]));
            }
            keep_in(&mut node.networks, &["mac_address"]);
        }
    }
    for order in &mut resources.orders {
        let fields = Arc::make_mut(&mut order.fields);
        if let Some(options) = &mut fields.config_options {
            keep(options, &["public_key", "public_key_ids"]);
        }
        for item in &mut fields.items {
            if let Some(modifications) = &mut Arc::make_mut(item).modifications {
                keep(
                    modifications,
                    &["deployment_configuration", "operating_system"],
                );
            }
        }
    }
}

/// Replaces keys, and leaves cloud-init and the queries of image addresses out.
pub fn redact(resources: &mut Resources) {
    keep_described(resources);
    let mut keys = Keys::default();
    replace(resources, |key| keys.instead_of(key));
    for configuration in &mut resources.configurations {
        let fields = Arc::make_mut(&mut configuration.fields);
        if fields.cloud_init.is_some() {
            fields.cloud_init = Some(json!({"data": "{}"}));
        }
        for url in [
            &mut fields.image_source,
            &mut fields.image_ramdisk_kernel,
            &mut fields.image_ramdisk_ramdisk,
        ] {
            *url = url.take().map(|url| plain(&url));
        }
    }
}

/// An address on the web without user, password, query and fragment.
fn plain(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = url.get(..end).unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_loses_what_is_beside_its_path() {
        assert_eq!(
            plain("https://u:p@a.b/c.img?token=1#x"),
            "https://a.b/c.img"
        );
        assert_eq!(plain("a?b"), "a");
        assert_eq!(plain("https://a.b"), "https://a.b");
    }

    #[test]
    fn keys_that_stand_for_others_are_keys() {
        let mut keys = Keys::default();
        let mut stand_in = |key: &str| keys.instead_of(key);
        let (one, other) = (stand_in("ssh-rsa AAAA me@here"), stand_in("ssh-rsa BBBB"));
        assert!(
            one.ends_with(" me@here") && !one.contains(" AAAA "),
            "{one}"
        );
        assert_ne!(one, other);
        assert_eq!(stand_in("ssh-rsa AAAA me@here"), one);
        assert!(fingerprint(&one).is_ok() && fingerprint(&other).is_ok());
    }
}
