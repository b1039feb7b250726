//! Nodes: their power and their consoles.

use chrono::TimeDelta;
use serde_json::json;

use super::Behaviour;
use super::answer::{Answer, Refused};
use super::call::Call;
use super::caller::Role;
use super::due::Change;
use super::world::{NodeState, World};

pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("set_power", set_power),
    ("console", console),
    ("java_console", java_console),
];

const STATES: &[&str] = &["power on", "power off", "rebooting"];

fn found<'a>(world: &'a mut World, call: &Call<'_>) -> Result<&'a mut NodeState, Refused> {
    let (cloud, node) = (call.param("cloud"), call.param("node"));
    world.cloud(cloud)?;
    world
        .node_mut(cloud, node)
        .ok_or_else(|| Refused::not_found("node", node))
}

fn set_power(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let now = world.now;
    let state = found(world, call)?;
    let present = state.node.power_state.clone().unwrap_or_default();
    let locked = state.locked_until.is_some_and(|until| now < until);
    call.caller.needs(Role::Maintainer)?;
    let wanted = call
        .body
        .word("power_state", STATES)?
        .ok_or_else(|| Refused::invalid("power_state is required"))?;
    if locked {
        return Err(Refused::new(
            409,
            "node_locked",
            "Unable to process power state request - Node Locked. Please try again in a few minutes.",
        ));
    }
    if wanted == "rebooting" && present == "power off" {
        return Err(Refused::invalid(
            "a node that is off cannot be rebooted: power it on",
        ));
    }
    if wanted != present {
        change(world, call, &wanted);
    }
    Answer::json(&json!({
        "result": "success",
        "power_state": wanted,
        "node_uuid": call.param("node"),
    }))
}

fn change(world: &mut World, call: &Call<'_>, wanted: &str) {
    let (cloud, node) = (call.param("cloud"), call.param("node"));
    let (takes, to) = match wanted {
        "rebooting" => (world.seconds(180..=300), "power on"),
        "power on" => (world.seconds(120..=180), "power on"),
        _ => (TimeDelta::seconds(30), "power off"),
    };
    let until = world.now + takes;
    if let Some(state) = world.node_mut(cloud, node) {
        state.locked_until = Some(until);
        if wanted == "rebooting" {
            state.node.power_state = Some(wanted.to_owned());
        }
    }
    world.log_change("power", node, wanted);
    let (cloud, node) = (cloud.to_owned(), node.to_owned());
    world.plan(
        takes,
        Change::Power {
            cloud,
            node,
            to: to.to_owned(),
        },
    );
}

fn console(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    found(world, call)?;
    call.caller.needs(Role::Maintainer)?;
    let secret = world.secret();
    let node = call.param("node");
    world.log_change("console", node, "html5");
    Answer::json(&json!({
        "url": format!("https://{node}.ipmi.example.com:8443/console?session={secret}"),
    }))
}

fn java_console(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    found(world, call)?;
    call.caller.needs(Role::Maintainer)?;
    let secret = world.secret();
    world.log_change("console", call.param("node"), "jnlp");
    Ok(Answer::File {
        media: "application/x-java-jnlp-file",
        name: "console.jnlp",
        content: format!(
            "<jnlp spec=\"1.0+\"><information><title>Console</title></information>\
             <application-desc><argument>{secret}</argument></application-desc></jnlp>"
        ),
    })
}
