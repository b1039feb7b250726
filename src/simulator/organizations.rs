//! How the operations on organizations answer.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::Value;

use super::answer::Answer;
use super::assumptions::{INVITE_LIFE, INVITES_AT_ONCE};
use super::call::{Behaviour, Call};
use super::credentials::Role;
use super::world::World;
use crate::api::organizations::Member;
use crate::operation::Operation;
use crate::record::Moment;

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("update_organization", update_organization),
    ("members", members),
    ("invite_member", invite_member),
    ("update_member", update_member),
    ("remove_member", remove_member),
];

const ROLES: &[&str] = &["owner", "maintainer", "member", "orgBilling", "orgSupport"];

/// Refuses an organization that is not ours.
pub fn check(world: &World, call: &Call) -> Result<(), Answer> {
    if call.param("organization") == world.organization.organization_id {
        return Ok(());
    }
    Err(Answer::missing("Organization"))
}

/// Whether an operation is one on organizations.
pub fn has(operation: &Operation) -> bool {
    BEHAVIOURS.iter().any(|(name, _)| *name == operation.name)
}

fn unprocessable(name: &str, message: &str) -> Answer {
    Answer::listed(422, name, message)
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty()
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !host.contains('@')
            && !text.contains(char::is_whitespace)
    })
}

fn update_organization(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    check(world, call)?;
    call.needs(Role::Maintainer, "organization")?;
    let mut changed = world.organization.clone();
    for (name, value) in &call.body {
        let field = match name.as_str() {
            "name" => &mut changed.name,
            "primary_email" => &mut changed.primary_email,
            "billing_email" => &mut changed.billing_email,
            "phone" => &mut changed.phone,
            "website" => &mut changed.company_website,
            _ => continue,
        };
        let text = match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            _ => return Err(unprocessable(name, &format!("{name} must be a string."))),
        };
        let bad_mail = name.ends_with("email") && !text.as_deref().is_some_and(is_email);
        let no_name = name == "name" && text.as_deref().is_none_or(|text| text.trim().is_empty());
        if bad_mail || no_name {
            return Err(unprocessable(name, &format!("{name} is not valid.")));
        }
        *field = text;
    }
    world.organization = changed;
    Ok(Answer::json(world.organization.clone()))
}

fn members(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    check(world, call)?;
    Ok(Answer::json(world.organization.members.clone()))
}

fn role_in(call: &Call) -> Result<&str, Answer> {
    call.body
        .get("role")
        .and_then(Value::as_str)
        .filter(|role| ROLES.contains(role))
        .ok_or_else(|| {
            unprocessable(
                "role",
                &format!("role must be one of: {}.", ROLES.join(", ")),
            )
        })
}

fn invite_member(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    check(world, call)?;
    call.needs(Role::Maintainer, "organization")?;
    let role = role_in(call)?;
    let emails: Vec<&str> = match call.body.get("email") {
        Some(Value::String(email)) => vec![email],
        Some(Value::Array(emails)) => emails
            .iter()
            .map(|email| email.as_str().unwrap_or(""))
            .collect(),
        _ => Vec::new(),
    };
    let most = usize::try_from(INVITES_AT_ONCE.most()).unwrap_or(usize::MAX);
    if emails.is_empty() || emails.len() > most || !emails.iter().all(|email| is_email(email)) {
        let message = format!("email must be 1 to {most} email addresses.");
        return Err(unprocessable("email", &message));
    }
    let expires = Moment::of(world.now + TimeDelta::seconds(INVITE_LIFE.most()));
    for email in emails {
        let member = Member {
            membership_id: world.id(10),
            role: Some(role.to_owned()),
            state: Some("pending".to_owned()),
            invite_email: Some(email.to_owned()),
            invite_expired_at: Some(expires.clone()),
            ..Member::default()
        };
        world.organization.members.push(Arc::new(member));
    }
    Ok(Answer::accepted())
}

fn place_of(world: &World, call: &Call) -> Result<usize, Answer> {
    let id = call.param("member");
    world
        .organization
        .members
        .iter()
        .position(|member| member.membership_id == id)
        .ok_or_else(|| Answer::missing("Membership"))
}

/// Refuses to leave the organization without an owner.
fn keep_an_owner(world: &World, place: usize) -> Result<(), Answer> {
    let owns = |member: &Member| member.role.as_deref() == Some("owner");
    let others = world
        .organization
        .members
        .iter()
        .enumerate()
        .any(|(other, member)| other != place && owns(member));
    let member = world.organization.members.get(place);
    if !others && member.is_some_and(|member| owns(member)) {
        return Err(Answer::forbidden("An organization needs an owner."));
    }
    Ok(())
}

fn update_member(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    check(world, call)?;
    call.needs(Role::Maintainer, "organization")?;
    let place = place_of(world, call)?;
    let role = role_in(call)?;
    if role != "owner" {
        keep_an_owner(world, place)?;
    }
    if let Some(member) = world.organization.members.get_mut(place) {
        Arc::make_mut(member).role = Some(role.to_owned());
    }
    Ok(Answer::accepted())
}

fn remove_member(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    check(world, call)?;
    call.needs(Role::Maintainer, "organization")?;
    let place = place_of(world, call)?;
    keep_an_owner(world, place)?;
    world.organization.members.remove(place);
    Ok(Answer::accepted())
}
