//! How the operations on nodes answer.

use std::sync::Arc;

use super::answer::Answer;
use super::assumptions::{Assumption, POWER_DELETED, POWER_OFF, POWER_ON, POWER_UNKNOWN, REBOOT};
use super::call::{Behaviour, Call, required};
use super::clouds::{deleted, known};
use super::credentials::Role;
use super::due::Change;
use super::identity::is_uuid;
use super::provision::set_node_power;
use super::world::World;
use crate::api::nodes::{Console, Node, PowerChange};
use crate::record::Secret;

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("set_power", set_power),
    ("console", console),
    ("java_console", java_console),
];

const ON: &str = "power on";
const OFF: &str = "power off";
const REBOOTING: &str = "rebooting";

fn find(world: &World, call: &Call) -> Result<Option<Arc<Node>>, Answer> {
    let (uuid, nodes) = (call.param("node"), &known(world, call)?.stats.nodes);
    Ok(nodes.iter().find(|node| node.uuid == uuid).cloned())
}

fn invalid_power() -> Answer {
    Answer::named(400, "invalid_power_state", "Invalid power state request")
}

fn set_power(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, "fmcloud")?;
    let node = find(world, call)?
        .ok_or_else(|| Answer::named(POWER_UNKNOWN.status(), "not_found", "Node not found."))?;
    let wanted = required(&call.body, "power_state").map_err(|_| invalid_power())?;
    let is_on = node.power_state.as_deref() != Some(OFF);
    let (span, ends): (Option<&Assumption>, &'static str) = match (wanted, is_on) {
        // REBOOT_OFF
        (REBOOTING, _) => (Some(&REBOOT), ON),
        (ON, false) => (Some(&POWER_ON), ON),
        (OFF, true) => (Some(&POWER_OFF), OFF),
        // POWER_SAME
        (ON, true) => (None, ON),
        (OFF, false) => (None, OFF),
        _ => return Err(invalid_power()),
    };
    if deleted(known(world, call)?) {
        return Err(Answer::named(
            POWER_DELETED.status(),
            "invalid_power_state",
            "The cloud is being deleted.",
        ));
    }
    if world
        .locks
        .get(&node.uuid)
        .is_some_and(|until| world.now < *until)
    {
        return Err(Answer::named(
            409,
            "node_locked",
            "Unable to process power state request - Node Locked.  Please try again in a few minutes.",
        ));
    }
    let cloud = call.param("cloud").to_owned();
    if let Some(span) = span {
        let until = world.now + world.span(span);
        world.locks.insert(node.uuid.clone(), until);
        if wanted == REBOOTING {
            set_node_power(world, &cloud, &node.uuid, REBOOTING);
        }
        world.due.at(
            until,
            Change::Power {
                cloud,
                node: node.uuid.clone(),
                state: ends,
            },
        );
    }
    Ok(Answer::json(PowerChange {
        result: Some("success".to_owned()),
        power_state: Some(wanted.to_owned()),
        node_uuid: Some(node.uuid.clone()),
        ..PowerChange::default()
    }))
}

/// Opens a console session, and answers its node and its address.
fn session(world: &mut World, call: &Call, what: &str) -> Result<(Arc<Node>, String), Answer> {
    call.needs(Role::Maintainer, "fmcloud")?;
    if !is_uuid(call.param("node")) {
        return Err(Answer::invalid(&format!("Invalid IPMI {what} request")));
    }
    let node = find(world, call)?.ok_or_else(|| Answer::missing("Inventory item"))?;
    let pod = known(world, call)?
        .record
        .fields
        .pod_location
        .as_deref()
        .unwrap_or_default()
        .replace('_', "-");
    let (port, secret) = (world.rng.u16(20_000..60_000), world.secret(32));
    let url = format!(
        "https://{}.ipmi.{pod}.example.net:{port}/redfish/{secret}.IKVM",
        node.uuid
    );
    Ok((node, url))
}

fn console(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let (_, url) = session(world, call, "HTML5 console")?;
    Ok(Answer::json(Console {
        url: Some(Secret::new(url)),
        ..Console::default()
    }))
}

fn java_console(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let (node, url) = session(world, call, "JNLP file")?;
    let name = node.hostname.as_deref().unwrap_or(&node.uuid);
    let file = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<jnlp spec=\"1.0+\" codebase=\"{url}\">\n  \
         <information><title>KVM console</title></information>\n</jnlp>\n"
    );
    Ok(Answer::file(
        "application/x-java-jnlp-file",
        format!("attachment; filename=\"{name}.jnlp\""),
        file,
    ))
}
