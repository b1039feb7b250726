//! SSH public keys.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Behaviour;
use super::answer::{Answer, Refused, Shape};
use super::call::Call;
use super::caller::Role;
use super::world::World;
use crate::api::public_keys::{PublicKey, PublicKeyFields};

pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("public_keys", public_keys),
    ("create_public_key", create_public_key),
    ("public_key", public_key),
    ("update_public_key", update_public_key),
    ("delete_public_key", delete_public_key),
];

/// The key types taken.
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

/// The SHA-256 fingerprint of a key as `authorized_keys` writes it.
pub fn fingerprint(key: &str) -> Result<String, Refused> {
    let mut words = key.split_whitespace();
    let (Some(kind), Some(data)) = (words.next(), words.next()) else {
        return Err(Refused::invalid(
            "Invalid SSH public key format. Expected: <key-type> <base64-data> [comment]",
        ));
    };
    if !TYPES.contains(&kind) {
        return Err(Refused::invalid(format!(
            "Unsupported SSH key type: {kind}"
        )));
    }
    let blob = STANDARD
        .decode(data)
        .map_err(|_| Refused::invalid("Invalid base64 key data"))?;
    // A blob begins with the length of its type's name and the name (RFC 4253, section 6.6).
    let named = blob.get(4..4 + kind.len());
    let length = blob.get(..4).map(|it| {
        it.iter()
            .fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte))
    });
    if length != Some(kind.len()) || named != Some(kind.as_bytes()) || blob.len() <= 4 + kind.len()
    {
        return Err(Refused::invalid("The key data does not match the key type"));
    }
    Ok(format!(
        "SHA256:{}",
        STANDARD_NO_PAD.encode(Sha256::digest(&blob))
    ))
}

fn public_keys(world: &mut World, _: &Call<'_>) -> Result<Answer, Refused> {
    let keys: Vec<&PublicKey> = world.keys.values().collect();
    Answer::json(&keys)
}

fn found<'a>(world: &'a World, id: &str) -> Result<&'a PublicKey, Refused> {
    world
        .keys
        .get(id)
        .ok_or_else(|| Refused::not_found("public key", id).shaped(Shape::StatusAndErrors))
}

fn with_access(key: &PublicKey, call: &Call<'_>) -> Result<Answer, Refused> {
    let mut json = serde_json::to_value(key).unwrap_or_default();
    if let Value::Object(object) = &mut json {
        object.insert("access".to_owned(), json!({"role": call.caller.role()}));
    }
    Answer::json(&json)
}

fn public_key(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    with_access(found(world, call.param("public_key"))?, call)
}

fn create_public_key(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    call.caller.needs(Role::Maintainer)?;
    let label = call.body.required("label")?;
    let description = call.body.text("description")?;
    let data = key_data(call)?.ok_or_else(|| Refused::invalid("fields.key_data is required"))?;
    let key = PublicKey {
        id: world.id(),
        resource: Some("public-keys".to_owned()),
        label: Some(label),
        description,
        fields: Arc::new(PublicKeyFields {
            fingerprint: Some(fingerprint(&data)?),
            key_data: Some(data),
            ..PublicKeyFields::default()
        }),
        created_at: world.moment(),
        updated_at: world.moment(),
        created_by: world
            .organization
            .members
            .first()
            .map(|it| it.membership_id.clone()),
        ..PublicKey::default()
    };
    let answer = Answer::json(&key);
    world.log_change("create_public_key", &key.id, "created");
    world.keys.insert(key.id.clone(), key);
    answer
}

/// Keys are longer than other texts may be.
fn key_data(call: &Call<'_>) -> Result<Option<String>, Refused> {
    let fields = call.body.fields()?;
    match fields.get("key_data") {
        None => Ok(None),
        Some(Value::String(text)) if text.len() <= 16_384 => Ok(Some(text.clone())),
        Some(_) => Err(Refused::invalid(
            "fields.key_data must be a string of at most 16384 bytes",
        )),
    }
}

fn update_public_key(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let id = call.param("public_key");
    let present = found(world, id)?.clone();
    call.caller.needs(Role::Maintainer)?;
    let (label, description) = (call.body.text("label")?, call.body.text("description")?);
    let mut fields = (*present.fields).clone();
    if let Some(data) = key_data(call)? {
        fields.fingerprint = Some(fingerprint(&data)?);
        fields.key_data = Some(data);
    }
    let key = PublicKey {
        label: label.or(present.label),
        description: description.or(present.description),
        fields: Arc::new(fields),
        updated_at: world.moment(),
        ..present
    };
    let answer = with_access(&key, call);
    world.keys.insert(id.to_owned(), key);
    answer
}

fn delete_public_key(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let id = call.param("public_key");
    found(world, id)?;
    call.caller.needs(Role::Owner)?;
    world.keys.shift_remove(id);
    world.log_change("delete_public_key", id, "gone");
    Ok(Answer::NoContent)
}
