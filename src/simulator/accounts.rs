//! Your account and its organization.

use serde_json::json;

use super::Behaviour;
use super::answer::{Answer, Refused};
use super::call::Call;
use super::world::World;

pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("profile", profile),
    ("organization_profile", organization_profile),
    ("organization", organization),
];

/// Refuses any organization but the account's own.
pub fn check(world: &World, id: &str) -> Result<(), Refused> {
    if world.organization.organization_id == id {
        Ok(())
    } else {
        Err(Refused::not_found("organization", id))
    }
}

fn profile(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let organization = &world.organization;
    Answer::json(&json!({
        "account_id": 4,
        "account_access": [{
            "account_id": organization.organization_id,
            "uuid": organization.uuid,
            "is_imcloud": false,
            "type": "organization",
            "display_name": organization.name,
            "role": call.caller.role(),
        }],
        "account_uuid": organization.uuid,
        "email": "ada@example.com",
        "username": "ada",
        "is_disabled": false,
        "account_name": "ada@example.com",
        "requires_email_verification": false,
        "redirect_url": "",
        "notifications": 0,
        "reward_points": 0,
        "options": {},
        "currency": "USD",
        "locale": "en-US",
        "display_name": "Ada",
        "image": "",
    }))
}

fn organization_profile(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    check(world, call.param("organization"))?;
    profile(world, call)
}

fn organization(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    check(world, call.param("organization"))?;
    Answer::json(&world.organization)
}
