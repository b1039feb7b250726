//! How the operations on accounts answer.

use std::sync::Arc;

use super::answer::Answer;
use super::call::{Behaviour, Call};
use super::credentials::Role;
use super::organizations::check;
use super::world::World;
use crate::api::accounts::{Membership, Profile};

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("profile", profile),
    ("organization_profile", organization_profile),
    ("organization", organization),
];

fn profile_of(world: &World, call: &Call) -> Profile {
    let (role, name) = match call.role {
        Role::Owner => ("owner", "Olive Owner"),
        Role::Maintainer => ("maintainer", "Mark Maintainer"),
        Role::Member => ("member", "Mia Member"),
    };
    let organization = &world.organization;
    let membership = Membership {
        account_id: Some(organization.organization_id.clone()),
        uuid: organization.uuid.clone(),
        is_imcloud: Some(false),
        entry: Some("organization".to_owned()),
        display_name: organization.name.clone(),
        role: Some(role.to_owned()),
        ..Membership::default()
    };
    Profile {
        account_id: Some(1001),
        account_access: vec![Arc::new(membership)],
        account_uuid: organization.uuid.clone(),
        email: Some(format!("{role}@example.com")),
        username: Some(role.to_owned()),
        is_disabled: Some(false),
        account_name: Some(name.to_owned()),
        requires_email_verification: Some(false),
        notifications: Some(0),
        reward_points: Some(0),
        currency: Some("USD".to_owned()),
        locale: Some("en-US".to_owned()),
        display_name: Some(name.to_owned()),
        ..Profile::default()
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "every behaviour has the same shape"
)]
fn profile(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    Ok(Answer::json(profile_of(world, call)))
}

fn organization_profile(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    check(world, call)?;
    Ok(Answer::json(profile_of(world, call)))
}

fn organization(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    check(world, call)?;
    Ok(Answer::json(world.organization.clone()))
}
