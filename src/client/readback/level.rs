//! Levels, links and deletions: whether what was asked for is so.

use serde_json::{Map, Value};

use super::finding::{Finding, Sent, accepted, items, text};

/// Whether the fields that were set have the values they were set to.
pub(super) fn level(sent: &Sent<'_>, seen: &Value) -> Finding {
    match sent.operation.name {
        "set_power" => power(sent, seen),
        "update_ip" => match named(seen.get("ip_addrs"), "id", sent.arguments.text("ip")) {
            Some(address) => compared(sent, address),
            None => Finding::unclear("the address is not in its block"),
        },
        "update_member" => {
            match named(Some(seen), "membership_id", sent.arguments.text("member")) {
                Some(member) => compared(sent, member),
                None => Finding::unclear("the member is not in the organization"),
            }
        }
        _ => compared(sent, seen),
    }
}

/// The one element of a list whose `key` has this value.
fn named<'a>(list: Option<&'a Value>, key: &str, wanted: Option<String>) -> Option<&'a Value> {
    let wanted = wanted?;
    items(list?)?
        .iter()
        .find(|item| text(item.get(key)).as_ref() == Some(&wanted))
}

fn node<'a>(sent: &Sent<'_>, stats: &'a Value) -> Option<&'a Value> {
    named(stats.get("nodes"), "uuid", sent.arguments.text("node"))
}

fn power(sent: &Sent<'_>, stats: &Value) -> Finding {
    let Some(node) = node(sent, stats) else {
        return Finding::unclear("the node is not in the cloud's stats");
    };
    let wanted = sent.arguments.text("power_state");
    match text(node.get("power_state")) {
        None => Finding::unclear("the cloud's stats do not say the node's power state"),
        Some(power) if Some(&power) == wanted.as_ref() => {
            let said = format!("the node is {power:?}");
            Finding::converged(accepted(sent.operation, sent.arguments), said)
        }
        Some(power) => Finding::not_yet(format!("the node is {power:?}")),
    }
}

/// The node's state; for a reboot it is evidence and no proof.
pub(super) fn power_seen(sent: &Sent<'_>, stats: &Value) -> Finding {
    let Some(node) = node(sent, stats) else {
        return Finding::unclear("the node is not in the cloud's stats");
    };
    match text(node.get("power_state")) {
        Some(power) if power == "rebooting" => Finding::converged(
            accepted(sent.operation, sent.arguments),
            "the node is \"rebooting\", by this call or by another",
        ),
        Some(power) => Finding::not_yet(format!(
            "the node is {power:?}, which a reboot that is over also leaves"
        )),
        None => Finding::unclear("the cloud's stats do not say the node's power state"),
    }
}

fn compared(sent: &Sent<'_>, seen: &Value) -> Finding {
    let empty = Map::new();
    let wanted = sent.body.and_then(Value::as_object).unwrap_or(&empty);
    match differences(wanted, seen) {
        Likeness {
            different: Some(path),
            ..
        } => Finding::not_yet(format!("`{path}` is not what it was set to")),
        Likeness {
            unseen: Some(path), ..
        } => Finding::unclear(format!("the account does not show `{path}`")),
        _ => Finding::converged(Some(seen.clone()), "every field is what it was set to"),
    }
}

/// How what was sent compares with what is there.
#[derive(Debug, Default)]
pub(super) struct Likeness {
    /// The first field that is there with another value.
    pub(super) different: Option<String>,
    /// The first field that is not shown.
    pub(super) unseen: Option<String>,
}

/// Compares every field that was sent; fields that were not sent do not matter.
pub(super) fn differences(wanted: &Map<String, Value>, seen: &Value) -> Likeness {
    let mut likeness = Likeness::default();
    compare(wanted, seen, "", &mut likeness);
    likeness
}

fn compare(wanted: &Map<String, Value>, seen: &Value, at: &str, likeness: &mut Likeness) {
    for (name, wanted) in wanted {
        let path = if at.is_empty() {
            name.clone()
        } else {
            format!("{at}.{name}")
        };
        // The API takes an organization's address under one name and shows it under another.
        let found = seen
            .get(name)
            .or_else(|| seen.get("company_website").filter(|_| name == "website"));
        match (wanted, found) {
            (wanted, None) if is_nothing(wanted) => {}
            (_, None) => {
                likeness.unseen.get_or_insert(path);
            }
            (Value::Object(wanted), Some(found @ Value::Object(_))) => {
                compare(wanted, found, &path, likeness);
            }
            (wanted, Some(found)) if same(wanted, found) => {}
            (_, Some(_)) => {
                likeness.different.get_or_insert(path);
            }
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

fn same(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len()
                && wanted
                    .iter()
                    .zip(found)
                    .all(|(wanted, found)| match wanted {
                        Value::Object(wanted) => differences(wanted, found).different.is_none(),
                        wanted => same(wanted, found),
                    })
        }
        (Value::String(wanted), Value::String(found)) => wanted.trim() == found.trim(),
        (wanted, found) if is_nothing(wanted) && is_nothing(found) => true,
        (wanted, found) => {
            wanted == found
                || text(Some(wanted)).is_some_and(|wanted| Some(wanted) == text(Some(found)))
        }
    }
}

/// Whether two things are linked as asked.
pub(super) fn link(sent: &Sent<'_>, seen: &Value) -> Finding {
    let (field, other, linking) = match sent.operation.name {
        "assign_vlan" => ("cloud_id", "cloud", true),
        "unassign_vlan" => ("cloud_id", "cloud", false),
        "assign_prefix" => ("central_vlan_id", "vlan", true),
        "unassign_prefix" => ("central_vlan_id", "vlan", false),
        _ => return Finding::unclear("it is not known what shows this link"),
    };
    let Some(fields) = seen.get("fields").filter(|fields| fields.is_object()) else {
        return Finding::unclear("the answer does not show its links");
    };
    let linked_to = text(fields.get(field));
    let said = linked_to.as_ref().map_or_else(
        || format!("it is on no {other}"),
        |id| format!("it is on {other} {id}"),
    );
    let is_linked = linked_to.is_some() && linked_to == sent.arguments.text(other);
    if is_linked == linking {
        Finding::converged(Some(seen.clone()), said)
    } else {
        Finding::not_yet(said)
    }
}

/// Whether what was to be deleted is gone.
pub(super) fn deleted(sent: &Sent<'_>, seen: &Value) -> Finding {
    let still_listed = |list: Option<&Value>, key: &str, argument: &str| {
        let list = list.filter(|list| list.is_array())?;
        Some(named(Some(list), key, sent.arguments.text(argument)).is_some())
    };
    let is_there = match sent.operation.name {
        "delete_cloud" => {
            let is_pending =
                |value: &Value| value.get("pending_delete") == Some(&Value::Bool(true));
            Some(!(is_pending(seen) || seen.get("fields").is_some_and(is_pending)))
        }
        "remove_node" => still_listed(seen.get("nodes"), "uuid", "node"),
        "delete_ip" => still_listed(seen.get("ip_addrs"), "id", "ip"),
        "remove_member" => still_listed(Some(seen), "membership_id", "member"),
        // Fetched by its own id, it is there, unless it is kept as something that was.
        _ => Some(seen.get("is_active") != Some(&Value::Bool(false))),
    };
    match is_there {
        Some(true) => Finding::not_yet("it is still there"),
        Some(false) => Finding::converged(Some(seen.clone()), "it is not there any more"),
        None => Finding::unclear("the answer does not list what it was part of"),
    }
}
