//! How the operations on accounts answer.

use std::sync::Arc;

use serde_json::json;

use super::answer::Answer;
use super::call::{Behaviour, Call};
use super::organizations::{check, shown};
use super::world::World;
use crate::api::accounts::{Membership, Profile};

/// The operation that tells an account about itself.
pub const OWN: &str = "profile";

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    (OWN, profile),
    ("organization_profile", organization_profile),
    ("organization", organization),
];

/// The profile as the caller's account has it.
fn profile_of(world: &World, call: &Call) -> Profile {
    let (account, organization) = (&call.caller.account, &world.organization);
    let record = &account.record;
    let membership = call.caller.role.map(|role| Membership {
        account_id: Some(organization.organization_id.clone()),
        uuid: organization.uuid.clone(),
        is_imcloud: organization.is_imcloud,
        entry: Some("organization".to_owned()),
        display_name: organization.name.clone(),
        role: Some(role.name().to_owned()),
        ..Membership::default()
    });
    let user = record.email.as_deref().and_then(|it| it.split('@').next());
    Profile {
        account_id: Some(account.number),
        account_uuid: membership.as_ref().and_then(|it| it.uuid.clone()),
        account_access: membership.into_iter().map(Arc::new).collect(),
        email: record.email.clone(),
        username: user.map(str::to_owned),
        is_disabled: Some(false),
        account_name: record.email.clone(),
        requires_email_verification: Some(false),
        redirect_url: Some(String::new()),
        notifications: Some(0),
        reward_points: Some(0),
        options: Some(json!({
            "internal_zdesk_account_org_user_id": account.number,
            "internal_phone_number": "",
        })),
        currency: Some("USD".to_owned()),
        locale: Some("en-US".to_owned()),
        display_name: record.name.clone(),
        image: Some(String::new()),
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
    Ok(shown(world))
}
