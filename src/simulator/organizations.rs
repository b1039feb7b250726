//! The organization's data and members.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::Value;

use super::Behaviour;
use super::accounts::check;
use super::answer::{Answer, Refused, Shape};
use super::call::Call;
use super::caller::Role;
use super::world::World;
use crate::api::organizations::Member;
use crate::record::Moment;

pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("update_organization", update_organization),
    ("members", members),
    ("invite_member", invite_member),
    ("update_member", update_member),
    ("remove_member", remove_member),
];

const ROLES: &[&str] = &["owner", "maintainer", "member", "orgBilling", "orgSupport"];
/// The most invitations in one call.
const MOST_INVITED: usize = 20;
/// How long an invitation is good.
const INVITATION: TimeDelta = TimeDelta::days(14);

/// Organizations refuse what is invalid with 422.
fn invalid(message: impl Into<String>) -> Refused {
    Refused::invalid(message)
        .with_status(422)
        .shaped(Shape::StatusAndErrors)
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    }) && !text.contains(char::is_whitespace)
}

fn text(call: &Call<'_>, name: &str) -> Result<Option<String>, Refused> {
    call.body
        .text(name)
        .map_err(|it| it.with_status(422).shaped(Shape::StatusAndErrors))
}

fn update_organization(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    check(world, call.param("organization"))?;
    call.caller.needs(Role::Maintainer)?;
    let (primary, billing) = (text(call, "primary_email")?, text(call, "billing_email")?);
    for email in [&primary, &billing].into_iter().flatten() {
        if !is_email(email) {
            return Err(invalid(format!("{email:?} is not an email address")));
        }
    }
    let (name, phone, website) = (
        text(call, "name")?,
        text(call, "phone")?,
        text(call, "website")?,
    );
    if name.as_ref().is_some_and(|name| name.trim().is_empty()) {
        return Err(invalid("name must not be empty"));
    }
    let organization = &mut world.organization;
    for (new, place) in [
        (name, &mut organization.name),
        (primary, &mut organization.primary_email),
        (billing, &mut organization.billing_email),
        (phone, &mut organization.phone),
        (website, &mut organization.company_website),
    ] {
        if new.is_some() {
            *place = new;
        }
    }
    Answer::json(&world.organization)
}

fn members(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    check(world, call.param("organization"))?;
    Answer::json(&world.organization.members)
}

fn role(call: &Call<'_>) -> Result<String, Refused> {
    let wrong = || invalid(format!("role must be one of {}", ROLES.join(", ")));
    call.body
        .word("role", ROLES)
        .map_err(|_| wrong())?
        .ok_or_else(wrong)
}

fn invite_member(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    check(world, call.param("organization"))?;
    call.caller.needs(Role::Maintainer)?;
    let role = role(call)?;
    let emails: Vec<String> = match call.body.get("email") {
        Some(Value::String(email)) => vec![email.clone()],
        Some(Value::Array(emails)) => emails
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => return Err(invalid("email is required")),
    };
    if emails.is_empty() || emails.len() > MOST_INVITED {
        return Err(invalid("1 to 20 people can be invited at once"));
    }
    for email in &emails {
        if !is_email(email) {
            return Err(invalid(format!("{email:?} is not an email address")));
        }
        if world
            .organization
            .members
            .iter()
            .any(|it| it.invite_email.as_ref() == Some(email))
        {
            return Err(invalid(format!("{email} is a member or invited already")));
        }
    }
    for email in emails {
        let member = Member {
            membership_id: world.id(),
            role: Some(role.clone()),
            state: Some("pending".to_owned()),
            invite_email: Some(email.clone()),
            invite_expired_at: Some(Moment::of(world.now + INVITATION)),
            ..Member::default()
        };
        world.log_change("invite_member", &member.membership_id, &email);
        world.organization.members.push(Arc::new(member));
    }
    Ok(Answer::Done)
}

fn place(world: &World, call: &Call<'_>) -> Result<usize, Refused> {
    check(world, call.param("organization"))?;
    let id = call.param("member");
    let place = world
        .organization
        .members
        .iter()
        .position(|it| it.membership_id == id);
    place.ok_or_else(|| Refused::not_found("membership", id))
}

fn update_member(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let place = place(world, call)?;
    call.caller.needs(Role::Maintainer)?;
    let role = role(call)?;
    if let Some(member) = world.organization.members.get_mut(place) {
        Arc::make_mut(member).role = Some(role);
    }
    Ok(Answer::Done)
}

fn remove_member(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let place = place(world, call)?;
    call.caller.needs(Role::Maintainer)?;
    let is_owner = |member: &Member| member.role.as_deref() == Some("owner");
    let members = &world.organization.members;
    let owners = members.iter().filter(|it| is_owner(it)).count();
    if owners < 2 && members.get(place).is_some_and(|it| is_owner(it)) {
        return Err(Refused::forbidden("the last owner cannot be removed"));
    }
    let member = world.organization.members.remove(place);
    world.log_change("remove_member", &member.membership_id, "gone");
    Ok(Answer::Done)
}
