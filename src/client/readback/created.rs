//! Creations: whether something in the account is what our sending made.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::finding::{Finding, Sent, items, text};
use super::level::differences;
use crate::record::Moment;

/// How the mark in the description of what a run creates begins.
pub const MARK: &str = "[mw:";

/// The description by which what is created with this body is known again, where it bears a mark.
#[must_use]
pub fn mark(body: &Value) -> Option<&str> {
    let description = body.get("description")?.as_str()?;
    description.contains(MARK).then_some(description)
}

/// Looks for what a creation made.
pub(super) fn created(sent: &Sent<'_>, seen: &Value) -> Finding {
    match sent.operation.name {
        "allocate_ip" => address(sent, seen),
        "invite_member" => invited(sent, seen),
        _ => resource(sent, seen),
    }
}

/// Something with our label and fields that is as young as our sending.
fn resource(sent: &Sent<'_>, seen: &Value) -> Finding {
    let Some(listed) = items(seen) else {
        return Finding::unclear("the answer is no list");
    };
    let Some(wanted) = sent.body.and_then(Value::as_object) else {
        return Finding::unclear("nothing was sent that could be recognized");
    };
    // What carries our own mark needs no birthday: no clock is needed to know it.
    let marked = sent.body.and_then(mark);
    let is_marked = |item: &Value| marked.is_some() && mark(item) == marked;
    let mut young = Vec::new();
    let mut ageless = 0;
    let mut other = None;
    for item in listed {
        if text(item.get("label")) != text(wanted.get("label")) {
            continue;
        }
        if let Some(path) = differences(wanted, item).different {
            // An account may show what is sent otherwise than it was sent.
            if created_at(item).is_some_and(|at| at >= sent.since) {
                let id = text(item.get("id")).unwrap_or_default();
                other.get_or_insert(format!(
                    "{id} has its label and was created since, but its `{path}` is not what was sent: look whether it is this one"
                ));
            }
            continue;
        }
        match created_at(item) {
            _ if is_marked(item) => young.push(item),
            // By a clock that is ahead of the server's other answers anything looks new.
            Some(at) if at > sent.until => ageless += 1,
            Some(at) if at >= sent.since => young.push(item),
            Some(_) => {}
            None => ageless += 1,
        }
    }
    match (young.as_slice(), ageless) {
        ([one], 0) => Finding::converged(
            Some((*one).clone()),
            format!(
                "{} was created since",
                text(one.get("id")).unwrap_or_default()
            ),
        ),
        ([], 0) => {
            let nothing = || "nothing like it was created since".to_owned();
            Finding::not_yet(other.unwrap_or_else(nothing))
        }
        ([], _) => Finding::unclear("something like it is there, of unknown age"),
        (several, _) => {
            let ids: Vec<String> = several
                .iter()
                .filter_map(|item| text(item.get("id")))
                .collect();
            Finding::unclear(format!(
                "more than one like it is there: {}",
                ids.join(", ")
            ))
        }
    }
}

fn created_at(item: &Value) -> Option<DateTime<Utc>> {
    Moment::read(item.get("created_at")?.as_str()?)
}

/// Addresses have no birthday: only one that was asked for by name can be recognized.
fn address(sent: &Sent<'_>, seen: &Value) -> Finding {
    let Some(listed) = seen.get("ip_addrs").and_then(items) else {
        return Finding::unclear("the block does not list its addresses");
    };
    let empty = Map::new();
    let wanted = sent.body.and_then(Value::as_object).unwrap_or(&empty);
    let Some(ip) = text(wanted.get("ip")) else {
        let label = text(wanted.get("label"));
        let alike = listed
            .iter()
            .filter(|item| label.is_some() && text(item.get("label")) == label)
            .filter_map(|item| text(item.get("ip")))
            .collect::<Vec<_>>();
        return Finding::unclear(if alike.is_empty() {
            format!("the block has {} addresses in use", listed.len())
        } else {
            format!("addresses with this label are in use: {}", alike.join(", "))
        });
    };
    let bare = |address: Option<String>| {
        address.map(|address| address.split('/').next().unwrap_or_default().to_owned())
    };
    let ip = bare(Some(ip));
    match listed.iter().find(|item| bare(text(item.get("ip"))) == ip) {
        None => Finding::not_yet("the address is not in use"),
        Some(item) => {
            let mut rest = wanted.clone();
            rest.remove("ip");
            let likeness = differences(&rest, item);
            if likeness.different.is_none() && likeness.unseen.is_none() {
                Finding::converged(Some(item.clone()), "the address is in use as asked")
            } else {
                Finding::unclear("the address is in use otherwise")
            }
        }
    }
}

/// An invitation is recognized by address and role.
fn invited(sent: &Sent<'_>, seen: &Value) -> Finding {
    let Some(listed) = items(seen) else {
        return Finding::unclear("the answer is no list");
    };
    let email = sent.body.and_then(|body| body.get("email"));
    let wanted: Vec<String> = match email {
        Some(Value::Array(several)) => several.iter().filter_map(|one| text(Some(one))).collect(),
        one => text(one).into_iter().collect(),
    };
    let role = text(sent.body.and_then(|body| body.get("role")));
    let is_invited = |address: &&String| {
        listed.iter().any(|member| {
            let account = member
                .get("account")
                .and_then(|account| account.get("email"));
            let theirs = text(member.get("invite_email")).or_else(|| text(account));
            theirs.is_some_and(|theirs| theirs.eq_ignore_ascii_case(address))
                && text(member.get("role")) == role
        })
    };
    let found = wanted.iter().filter(is_invited).count();
    match found {
        _ if wanted.is_empty() => Finding::unclear("nobody was named"),
        0 => Finding::not_yet("nobody of them is invited"),
        found if found == wanted.len() => Finding::converged(None, "all of them are invited"),
        found => Finding::unclear(format!("{found} of {} are invited", wanted.len())),
    }
}
