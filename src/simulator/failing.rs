//! How a call fails on purpose.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::answer::Answer;
use super::call::{Behaviour, Call, object, text};
use super::due::Change;
use super::faults::{Ending, Kept, Way};
use super::world::World;
use crate::operation::Operation;

/// Carries a call out, unless a fault is due that says otherwise.
pub fn carry_out(
    world: &mut World,
    operation: &'static Operation,
    target: &str,
    call: &Call,
    behaviour: Behaviour,
) -> Result<Answer, Answer> {
    let mut faults = std::mem::take(&mut world.faults);
    let strike = faults.strike(operation.name, &|name| {
        call.path.iter().any(|(_, id)| world.goes_by(id, name))
    });
    world.faults = faults;
    let Some(strike) = strike else {
        return behaviour(world, call);
    };
    world
        .events
        .fault(world.now, operation.name, target.to_owned());
    match fail(world, call, behaviour, strike.way, strike.rule) {
        Ok(answer) => Ok(answer.on_purpose(strike.pace)),
        Err(refusal) => Err(refusal.on_purpose(strike.pace)),
    }
}

fn fail(
    world: &mut World,
    call: &Call,
    behaviour: Behaviour,
    way: Way,
    rule: u64,
) -> Result<Answer, Answer> {
    match way {
        Way::Late => behaviour(world, call),
        Way::Refused { executed, refusal } => {
            if executed {
                behaviour(world, call)?;
            }
            let (status, retry_after) = (refusal.status, refusal.retry_after);
            Ok(Answer::refusal(status, &refusal.body, retry_after))
        }
        Way::Cut { executed } => {
            if executed {
                behaviour(world, call)?;
            }
            Ok(Answer::cut())
        }
        Way::Truncated => behaviour(world, call).map(Answer::truncated),
        Way::Ignored => {
            let before = world.clone();
            let answer = behaviour(world, call);
            let pretended = std::mem::replace(world, before);
            // What is made next is another thing than what was pretended.
            world.draw_after(&pretended);
            answer
        }
        Way::Locked(span) => {
            let node = call.param("node");
            if world.faults.kept(rule, node).is_none() {
                let until = world.now.checked_add_signed(span);
                let until = until.unwrap_or(DateTime::<Utc>::MAX_UTC);
                world.locks.insert(node.to_owned(), until);
                keep(world, rule, node, Vec::new().into());
            }
            behaviour(world, call)
        }
        Way::Stuck => {
            let before = world.due.decided();
            let answer = behaviour(world, call)?;
            let is_power = |change: &Change| matches!(change, Change::Power { .. });
            let keep = |change: Change| (!is_power(&change)).then_some(change);
            world.due.alter_since(before, keep);
            Ok(answer)
        }
        Way::Unfinished(ending) => unfinished(world, call, behaviour, ending),
        Way::SoldOut => {
            sell_out(world, call);
            behaviour(world, call)
        }
        Way::Stale(span) => {
            let who = call.caller.account.number;
            let asked = format!("{who} {:?}?{}", call.path, call.query);
            let kept = world.faults.kept(rule, &asked);
            if let Some(kept) = kept.filter(|kept| world.now - kept.at < span) {
                return Ok(Answer::ready(kept.body.clone()));
            }
            let (answer, body) = behaviour(world, call)?.read();
            keep(world, rule, &asked, body);
            Ok(answer)
        }
        Way::Revoked => match &call.token {
            Some(token) => {
                world.credentials.revoke(token);
                Err(Answer::unauthenticated())
            }
            None => behaviour(world, call),
        },
        Way::Says { fields, of } => {
            let answer = behaviour(world, call)?;
            Ok(answer.altered(|value| say(value, &fields, of.as_deref())))
        }
    }
}

fn keep(world: &mut World, rule: u64, target: &str, body: bytes::Bytes) {
    let at = world.now;
    world
        .faults
        .keep(rule, target.to_owned(), Kept { at, body });
}

/// Places an order whose clouds never get complete, and whose hardware never joins a cloud.
fn unfinished(
    world: &mut World,
    call: &Call,
    behaviour: Behaviour,
    ending: Ending,
) -> Result<Answer, Answer> {
    let before = world.due.decided();
    let answer = behaviour(world, call)?;
    world.due.alter_since(before, |change| match change {
        Change::Provision { cloud, status } => {
            let status = match (status, ending) {
                ("complete", Ending::ManualSetup) => "manual_setup",
                ("complete" | "awaiting_setup", _) => return None,
                _ => status,
            };
            Some(Change::Provision { cloud, status })
        }
        Change::Join { .. } => None,
        other => Some(other),
    });
    Ok(answer)
}

/// Empties the stock of everything a call orders.
fn sell_out(world: &mut World, call: &Call) {
    let Ok(Some(fields)) = object(&call.body, "fields") else {
        return;
    };
    let items = fields.get("items").and_then(Value::as_array);
    for item in items.into_iter().flatten().filter_map(Value::as_object) {
        let named = |name| text(item, name).ok().flatten().unwrap_or_default();
        let stock = world.stock.get_mut(named("location"));
        if let Some(count) = stock.and_then(|pod| pod.get_mut(named("hardware_sku"))) {
            *count = 0;
        }
    }
}

/// The fields that tell whose a map is.
const NAMES: &[&str] = &["id", "uuid", "label", "name", "hostname"];

/// Writes other values into the fields of a value, wherever they are.
fn say(value: &mut Value, fields: &Map<String, Value>, of: Option<&str>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| say(item, fields, of)),
        Value::Object(members) => {
            let is_it = of.is_none_or(|of| {
                NAMES
                    .iter()
                    .any(|name| members.get(*name).and_then(Value::as_str) == Some(of))
            });
            // All that is inside of what is meant is meant.
            let of = of.filter(|_| !is_it);
            for (name, member) in members {
                match fields.get(name) {
                    Some(said) if is_it => *member = said.clone(),
                    _ => say(member, fields, of),
                }
            }
        }
        _ => {}
    }
}
