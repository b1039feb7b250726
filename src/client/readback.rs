//! How the effect of a sending is found by reading: for each mutating operation which read shows
//! it, and what that read proves.

mod created;
mod finding;
mod level;

use serde_json::Value;

use crate::api;
use crate::operation::{Arguments, Operation, Repeat};

pub use created::{MARK, mark};
pub use finding::{Finding, Sent, accepted};

/// What can be read to learn what a call did.
#[derive(Debug)]
pub enum Evidence {
    /// The call changes nothing.
    NotNeeded,
    /// This read shows it.
    Probe(Probe),
    /// Nothing shows it, and why.
    Nothing(&'static str),
}

/// A read that shows what a call did.
#[derive(Debug)]
pub struct Probe {
    /// The read.
    pub operation: &'static Operation,
    /// Its arguments.
    pub arguments: Arguments,
}

/// The read that shows what a call did.
#[must_use]
pub fn evidence(operation: &'static Operation, arguments: &Arguments) -> Evidence {
    let of = |name: &str, keep: &[&str]| {
        let Some(probe) = api::operation(name) else {
            return Evidence::Nothing("there is no operation that reads it");
        };
        let mut kept = Arguments::new();
        for name in keep {
            if let Some(value) = arguments.get(name) {
                kept.set(name, value.clone());
            }
        }
        Evidence::Probe(Probe {
            operation: probe,
            arguments: kept,
        })
    };
    if operation.repeat(arguments) == Repeat::Safe {
        return Evidence::NotNeeded;
    }
    match operation.name {
        "set_power" | "remove_node" => of("cloud_stats", &["cloud"]),
        "console" | "java_console" => {
            Evidence::Nothing("a console session cannot be seen from outside")
        }
        "delete_cloud" => of("cloud", &["cloud"]),
        "assign_vlan" | "unassign_vlan" | "update_vlan" | "delete_vlan" => of("vlan", &["vlan"]),
        "place_order" => of("orders", &[]),
        "create_vlan" => of("vlans", &[]),
        "create_ip_block" => of("ip_blocks", &[]),
        "create_configuration" => of("configurations", &[]),
        "create_public_key" => of("public_keys", &[]),
        "assign_prefix" | "unassign_prefix" | "update_ip_block" | "delete_ip_block" => {
            of("ip_block", &["prefix"])
        }
        "allocate_ip" | "update_ip" | "delete_ip" => of("ip_block_details", &["prefix"]),
        "update_configuration" | "delete_configuration" => of("configuration", &["configuration"]),
        "update_public_key" | "delete_public_key" => of("public_key", &["public_key"]),
        "update_organization" => of("organization", &["organization"]),
        "invite_member" | "update_member" | "remove_member" => of("members", &["organization"]),
        _ => Evidence::Nothing("it is not known which read would show it"),
    }
}

/// What the probe's answer proves; none stands for "not found".
#[must_use]
pub fn judge(sent: &Sent<'_>, seen: Option<&Value>) -> Finding {
    let repeat = sent.operation.repeat(sent.arguments);
    let Some(seen) = seen else {
        return match repeat {
            // Where the whole is not to be found, nothing is known of its part.
            Repeat::Delete if !is_read_itself(sent.operation) => {
                Finding::unclear("what it belongs to is not there")
            }
            Repeat::Delete => Finding::converged(None, "it is not there any more"),
            _ => Finding::unclear("what it acts upon is not there"),
        };
    };
    match repeat {
        Repeat::Safe => Finding::converged(Some(seen.clone()), "a read changes nothing"),
        Repeat::Edge => level::power_seen(sent, seen),
        Repeat::LevelSet => level::level(sent, seen),
        Repeat::Link => level::link(sent, seen),
        Repeat::Delete => level::deleted(sent, seen),
        Repeat::Create => created::created(sent, seen),
    }
}

/// Whether the read that shows what an operation did is one of its very target, and not of what that is
/// part of.
fn is_read_itself(operation: &Operation) -> bool {
    !matches!(
        operation.name,
        "remove_node" | "remove_member" | "delete_ip"
    )
}

#[cfg(test)]
mod tests;
