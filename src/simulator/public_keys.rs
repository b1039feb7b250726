//! How the operations on SSH keys answer.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};

use super::answer::Answer;
use super::assumptions::KEY_MISSING;
use super::call::{Behaviour, Call, object, required, text};
use super::credentials::Role;
use super::world::World;
use crate::api::public_keys::{PublicKey, PublicKeyFields};

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("public_keys", public_keys),
    ("create_public_key", create_public_key),
    ("public_key", public_key),
    ("update_public_key", update_public_key),
    ("delete_public_key", delete_public_key),
];

const WHAT: &str = "public key";

const TYPES: &[&str] = &[
    "ssh-rsa",
    "ssh-dss",
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// The key type that a key names, if it is one that is known.
pub fn key_type(key: &str) -> Option<&str> {
    let kind = key.split(' ').next()?;
    TYPES.contains(&kind).then_some(kind)
}

fn invalid(message: &str) -> Answer {
    Answer::errors(400, "validation_error", message)
}

/// The SHA-256 fingerprint of a key as `authorized_keys` writes it: `KEY_SPACE`.
pub fn fingerprint(key: &str) -> Result<String, Answer> {
    let key = key.trim();
    let malformed =
        || invalid("Invalid SSH public key format. Expected: <key-type> <base64-data> [comment]");
    // A second line would be a second key.
    if key.contains(char::is_control) {
        return Err(malformed());
    }
    let mut words = key.split_whitespace();
    let (Some(kind), Some(data)) = (words.next(), words.next()) else {
        return Err(malformed());
    };
    if key_type(kind).is_none() {
        let types = TYPES.join(", ");
        return Err(invalid(&format!(
            "Unsupported SSH key type. Supported key types: {types}"
        )));
    }
    let blob = STANDARD
        .decode(data)
        .map_err(|_| invalid("Invalid base64 data in SSH public key."))?;
    // The data repeats the type, behind its length in four bytes, and the key itself follows.
    let named = blob.split_first_chunk::<4>().and_then(|(length, rest)| {
        rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
    });
    match named {
        Some((named, material)) if named == kind.as_bytes() && !material.is_empty() => Ok(format!(
            "SHA256:{}",
            STANDARD_NO_PAD.encode(Sha256::digest(&blob))
        )),
        _ => Err(malformed()),
    }
}

/// What is wrong with the form of a request, as the API says it of keys.
fn parameters<T>(read: Result<T, Answer>) -> Result<T, Answer> {
    read.map_err(|_| Answer::listed(400, "creation_failed", "Invalid parameters supplied."))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "every behaviour has the same shape"
)]
fn public_keys(world: &mut World, _call: &Call) -> Result<Answer, Answer> {
    let all: Vec<_> = world
        .keys
        .values()
        .filter(|key| is_active(key))
        .cloned()
        .collect();
    Ok(Answer::json(all))
}

fn known(world: &World, call: &Call) -> Result<Arc<PublicKey>, Answer> {
    world
        .keys
        .get(call.param("public_key"))
        .cloned()
        .ok_or_else(missing)
}

/// Whether a key is in use. `KEY_DELETED`: a deleted one can still be read.
pub fn is_active(key: &PublicKey) -> bool {
    key.is_active != Some(false)
}

/// A key that a call may alter.
fn in_use(world: &World, call: &Call) -> Result<Arc<PublicKey>, Answer> {
    let key = known(world, call)?;
    if is_active(&key) {
        return Ok(key);
    }
    Err(missing())
}

fn missing() -> Answer {
    let status = u16::try_from(KEY_MISSING.most()).unwrap_or(404);
    Answer::named(status, "not_found", "Public key not found.")
}

fn with_access(mut key: Arc<PublicKey>, call: &Call) -> Answer {
    Arc::make_mut(&mut key).access = Some(call.access());
    Answer::json(key)
}

fn public_key(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    Ok(with_access(known(world, call)?, call))
}

/// Adds a key. `KEY_TWICE`: it may be there already.
pub fn add(
    world: &mut World,
    label: String,
    description: Option<String>,
    key_data: &str,
) -> Result<Arc<PublicKey>, Answer> {
    let fields = PublicKeyFields {
        fingerprint: Some(fingerprint(key_data)?),
        key_data: Some(key_data.trim().to_owned()),
        organization_id: Some(world.organization.organization_id.clone()),
        ..PublicKeyFields::default()
    };
    let id = world.id(10);
    let key = Arc::new(PublicKey {
        id: id.clone(),
        resource: Some("public-keys".to_owned()),
        label: Some(label),
        description,
        fields: Arc::new(fields),
        created_at: Some(world.moment()),
        updated_at: Some(world.moment()),
        created_by: world.acting.account_id.clone(),
        created_by_name: world.acting.name.clone(),
        ..PublicKey::default()
    });
    world.keys.insert(id, key.clone());
    Ok(key)
}

fn create_public_key(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, WHAT)?;
    let (label, description) = (parameters(call.label())?, parameters(call.description())?);
    let key_data = parameters(required(parameters(call.fields())?, "key_data"))?;
    Ok(Answer::json(add(world, label, description, key_data)?))
}

fn update_public_key(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, WHAT)?;
    let mut key = in_use(world, call)?;
    let label = parameters(call.new_label())?;
    let description = parameters(call.description())?;
    let data = match parameters(object(&call.body, "fields"))? {
        Some(fields) => parameters(text(fields, "key_data"))?,
        None => None,
    };
    let print = data.map(fingerprint).transpose()?;
    let moment = world.moment();
    let changed = Arc::make_mut(&mut key);
    changed.label = label.or_else(|| changed.label.take());
    changed.description = description.or_else(|| changed.description.take());
    if let Some(data) = data {
        let fields = Arc::make_mut(&mut changed.fields);
        fields.key_data = Some(data.trim().to_owned());
        fields.fingerprint = print;
    }
    changed.updated_at = Some(moment);
    world.keys.insert(key.id.clone(), key.clone());
    Ok(with_access(key, call))
}

fn delete_public_key(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, WHAT)?;
    let mut key = in_use(world, call)?;
    let changed = Arc::make_mut(&mut key);
    changed.is_active = Some(false);
    changed.updated_at = Some(world.moment());
    world.keys.insert(key.id.clone(), key);
    Ok(Answer::no_content())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ops@laptop";

    #[test]
    fn a_key_must_be_of_a_known_type_and_repeat_it_in_its_data() {
        assert!(fingerprint(GOOD).is_ok_and(|print| print.starts_with("SHA256:")));
        assert!(fingerprint(&GOOD.replacen("ssh-ed25519", "ssh-rsa", 1)).is_err());
        assert!(fingerprint(&GOOD.replacen("ssh-ed25519", "ssh-new", 1)).is_err());
        assert!(fingerprint("ssh-ed25519 ***").is_err());
        assert!(fingerprint("ssh-ed25519").is_err());
        // Only the type, and no key behind it.
        assert!(fingerprint("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5").is_err());
        assert!(fingerprint(&format!("{GOOD}\n{GOOD}")).is_err());
    }
}
