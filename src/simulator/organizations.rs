//! How the operations on organizations answer.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::answer::Answer;
use super::assumptions::{INVITE_LAPSED, INVITE_LIFE, INVITED_AGAIN, INVITED_MEMBER, LAST_OWNER};
use super::call::{Behaviour, Call};
use super::credentials::Role;
use super::due::Change;
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

/// How many addresses a call invites at most.
const INVITES_AT_ONCE: usize = 20;

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

/// The organization, whose Clarity id is null as the documents show it: nothing is known of one.
pub fn shown(world: &World) -> Answer {
    let mut shown = json!(world.organization);
    if world.organization.clarity_hid.is_none() {
        shown["clarity_hid"] = Value::Null;
    }
    Answer::json(shown)
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
            // NULLS
            Value::Null => continue,
            Value::String(text) => text,
            _ => return Err(unprocessable(name, &format!("{name} must be a string."))),
        };
        let bad_mail = name.ends_with("email") && !is_email(text);
        let no_name = name == "name" && text.trim().is_empty();
        if bad_mail || no_name {
            return Err(unprocessable(name, &format!("{name} is not valid.")));
        }
        *field = Some(text.clone());
    }
    // Clouds show the name of who owns them.
    for cloud in world.clouds.values_mut() {
        let record = Arc::make_mut(&mut cloud.record);
        Arc::make_mut(&mut record.fields)
            .owner_name
            .clone_from(&changed.name);
    }
    world.organization = changed;
    Ok(shown(world))
}

fn members(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    check(world, call)?;
    Ok(Answer::json(world.organization.members.clone()))
}

fn role_in(call: &Call) -> Result<Role, Answer> {
    let given = call.body.get("role").and_then(Value::as_str);
    given.and_then(Role::named).ok_or_else(|| {
        let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
        let message = format!("role must be one of: {}.", names.join(", "));
        unprocessable("role", &message)
    })
}

fn is_active(member: &Member) -> bool {
    member.state.as_deref() == Some("active")
}

/// Whether a member goes by this address, in mail or as an account.
fn goes_by(member: &Member, address: &str) -> bool {
    let account = member.account.as_ref();
    let own = account.and_then(|account| account.email.as_deref());
    [own, member.invite_email.as_deref()]
        .into_iter()
        .flatten()
        .any(|known| known.eq_ignore_ascii_case(address))
}

/// Invites an address, or renews its invitation.
pub fn invite(world: &mut World, address: &str, role: Role) {
    let at = world.now + TimeDelta::seconds(INVITE_LIFE.most());
    let known = world
        .organization
        .members
        .iter()
        .position(|member| goes_by(member, address));
    let place = known.unwrap_or(world.organization.members.len());
    if known.is_none() {
        let member = Member {
            membership_id: world.id(10),
            invite_email: Some(address.to_owned()),
            ..Member::default()
        };
        world.organization.members.push(Arc::new(member));
    }
    let Some(member) = world.organization.members.get_mut(place) else {
        return;
    };
    let member = Arc::make_mut(member);
    member.role = Some(role.name().to_owned());
    member.state = Some("pending".to_owned());
    member.invite_expired_at = Some(Moment::of(at));
    let member = member.membership_id.clone();
    world.due.at(at, Change::Lapse { member });
}

/// Ends an invitation that nobody took up, unless it was renewed.
pub fn lapse(world: &mut World, membership: &str) {
    let now = Moment::of(world.now);
    let pending = |member: &Member| member.state.as_deref() == Some("pending");
    for member in &mut world.organization.members {
        let is_it = member.membership_id == membership && pending(member);
        if INVITE_LAPSED.most() == 1 && is_it && member.invite_expired_at.as_ref() == Some(&now) {
            Arc::make_mut(member).state = Some("inactive".to_owned());
        }
    }
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
    let count = emails.len();
    if !(1..=INVITES_AT_ONCE).contains(&count) || !emails.iter().all(|email| is_email(email)) {
        let message = format!("email must be 1 to {INVITES_AT_ONCE} email addresses.");
        return Err(unprocessable("email", &message));
    }
    let members = &world.organization.members;
    for email in &emails {
        let known = members.iter().find(|member| goes_by(member, email));
        let assumption = match known {
            Some(member) if is_active(member) => &INVITED_MEMBER,
            Some(_) => &INVITED_AGAIN,
            None => continue,
        };
        let status = u16::try_from(assumption.most()).unwrap_or(422);
        if status != 200 {
            let message = format!("{email} is in the organization already.");
            return Err(Answer::listed(status, "email", &message));
        }
    }
    let emails: Vec<String> = emails.into_iter().map(str::to_owned).collect();
    for email in &emails {
        invite(world, email, role);
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

/// Refuses to leave the organization without an owner who is there; one invited is not yet.
fn keep_an_owner(world: &World, place: usize) -> Result<(), Answer> {
    let owns =
        |member: &Member| is_active(member) && member.role.as_deref() == Some(Role::Owner.name());
    let others = world
        .organization
        .members
        .iter()
        .enumerate()
        .any(|(other, member)| other != place && owns(member));
    let member = world.organization.members.get(place);
    if !others && member.is_some_and(|member| owns(member)) {
        let status = u16::try_from(LAST_OWNER.most()).unwrap_or(403);
        let message = "An organization needs an owner.";
        return Err(Answer::named(status, "unauthorized", message));
    }
    Ok(())
}

// MEMBERS_MANAGED: whatever the roles of the two.
fn update_member(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    check(world, call)?;
    call.needs(Role::Maintainer, "organization")?;
    let place = place_of(world, call)?;
    let role = role_in(call)?;
    if role != Role::Owner {
        keep_an_owner(world, place)?;
    }
    if let Some(member) = world.organization.members.get_mut(place) {
        Arc::make_mut(member).role = Some(role.name().to_owned());
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
