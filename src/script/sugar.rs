//! Short ways of saying what the operations say at length: `n.reboot()`, `cloud.nodes()`.

use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult};

use super::call::{of_decoded, perform};
use super::diagnose::kind;
use super::handle::{self, described};
use super::host::Host;
use super::stats::stats_of;
use super::trouble::Trouble;
use crate::api;
use crate::api::clouds::CloudStats;
use crate::api::nodes::Node;
use crate::operation::nearest;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// One short form.
#[derive(Debug)]
pub struct Sugar {
    /// Its name.
    pub name: &'static str,
    /// The types it is a method of.
    pub on: &'static str,
    /// How it is called.
    pub signature: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// A line of script that uses it.
    pub example: &'static str,
}

/// The short forms.
pub static SUGAR: &[Sugar] = &[
    Sugar {
        name: "nodes",
        on: "Cloud",
        signature: "nodes(cloud: Cloud) -> [Node]",
        doc: "The cloud's nodes, out of its stats.",
        example: r#"cloud("Bare metal").nodes().len()"#,
    },
    Sugar {
        name: "node",
        on: "Cloud",
        signature: "node(cloud: Cloud, name: string) -> Node",
        doc: "One node of a cloud, by host name or UUID.",
        example: r#"cloud("My first cloud").node("great-wombat").power_state"#,
    },
    Sugar {
        name: "reboot",
        on: "Node",
        signature: "reboot(node: Node) -> PowerChange",
        doc: "Asks for a reboot. Acceptance is not proof: wait for the node afterwards.",
        example: r#"cloud("Bare metal").nodes()[0].reboot().result"#,
    },
    Sugar {
        name: "power_on",
        on: "Node",
        signature: "power_on(node: Node) -> PowerChange",
        doc: "Asks for the node to be switched on.",
        example: r#"let n = cloud("Bare metal").nodes()[0];
n.power_off();
n.wait_for("power off");
n.power_on().result"#,
    },
    Sugar {
        name: "power_off",
        on: "Node",
        signature: "power_off(node: Node) -> PowerChange",
        doc: "Asks for the node to be switched off.",
        example: r#"cloud("Bare metal").nodes()[0].power_off().result"#,
    },
    Sugar {
        name: "refresh",
        on: "Node",
        signature: "refresh(node: Node) -> Node",
        doc: "The node as it is now.",
        example: r#"cloud("Bare metal").nodes()[0].refresh().power_state"#,
    },
];

/// Whether a short form has this name.
#[must_use]
pub fn is_known(name: &str) -> bool {
    SUGAR.iter().any(|sugar| sugar.name == name)
}

/// Answers a call of a short form.
#[must_use]
pub fn call(
    host: &Host,
    name: &str,
    kind: Option<&str>,
    values: &[Dynamic],
) -> Option<Result<Dynamic>> {
    let power = |state: &str| {
        if !(kind == Some("Node") && values.len() == 1) && values.len() != 2 {
            return None;
        }
        let operation = api::operation("set_power")?;
        let mut values = values.to_vec();
        values.push(state.into());
        Some(perform(host, operation, &values))
    };
    match (name, kind) {
        ("reboot", _) => power("rebooting"),
        ("power_on", _) => power("power on"),
        ("power_off", _) => power("power off"),
        ("nodes", _) => Some(
            nodes(host, values)
                .map(|nodes| Dynamic::from_array(handle::list(nodes, host.origin()))),
        ),
        ("node", _) => Some(node(host, values)),
        ("refresh", Some("Node")) => Some(refreshed(host, values)),
        _ => None,
    }
}

fn nodes(host: &Host, values: &[Dynamic]) -> Result<Vec<Arc<Node>>> {
    if let [one] = values
        && let Some(stats) = stats_of(one)
    {
        return Ok(stats.nodes.clone());
    }
    let operation = api::operation("cloud_stats")
        .ok_or_else(|| Trouble::new("system", "cloud_stats is not declared").raise())?;
    let stats = perform(host, operation, values)?;
    Ok(stats_of(&stats)
        .map(|stats: Arc<CloudStats>| stats.nodes.clone())
        .unwrap_or_default())
}

fn node(host: &Host, values: &[Dynamic]) -> Result<Dynamic> {
    let [cloud, wanted] = values else {
        return Err(
            Trouble::argument("node takes a cloud and the node's host name or UUID")
                .hint("call it as node(cloud, \"great-wombat\")")
                .raise(),
        );
    };
    let Ok(wanted) = wanted.as_immutable_string_ref() else {
        return Err(Trouble::argument(format!(
            "a node is named by text, its host name or UUID, not by {}",
            kind(&described(wanted))
        ))
        .raise());
    };
    let nodes = nodes(host, std::slice::from_ref(cloud))?;
    let named: Vec<_> = nodes
        .iter()
        .filter(|node| node.uuid == *wanted || node.hostname.as_deref() == Some(&*wanted))
        .collect();
    match named.as_slice() {
        [one] => Ok(handle::wrap((*one).clone(), host.origin())),
        [] => {
            let names = nodes.iter().filter_map(|node| node.hostname.as_deref());
            let hint = nearest(&wanted, names).map_or_else(
                || "nodes(cloud) lists them".to_owned(),
                |near| format!("did you mean {near:?}?"),
            );
            Err(Trouble::new(
                "not_found",
                format!("no node of that cloud is called {:?}", wanted.as_str()),
            )
            .hint(hint)
            .raise())
        }
        several => {
            let uuids: Vec<&str> = several.iter().map(|node| node.uuid.as_str()).collect();
            Err(Trouble::new(
                "ambiguous",
                format!("{} nodes are called {:?}", several.len(), wanted.as_str()),
            )
            .hint(format!("use the UUID of one of them: {}", uuids.join(", ")))
            .raise())
        }
    }
}

/// A node is fetched through its cloud's stats: the API has no other way.
fn refreshed(host: &Host, values: &[Dynamic]) -> Result<Dynamic> {
    let node = values
        .first()
        .and_then(handle::typed::<Node>)
        .ok_or_else(|| Trouble::argument("refresh takes a node").raise())?;
    let cloud = node.cloud_id.clone().ok_or_else(|| {
        Trouble::argument(format!("node {} does not know its cloud", node.uuid)).raise()
    })?;
    let operation = api::operation("cloud_stats")
        .ok_or_else(|| Trouble::new("system", "cloud_stats is not declared").raise())?;
    let arguments = crate::operation::Arguments::new().with("cloud", cloud);
    let stats = of_decoded(host.perform(operation, &arguments)?, host.origin());
    stats_of(&stats)
        .and_then(|stats| stats.nodes.iter().find(|it| it.uuid == node.uuid).cloned())
        .map(|node| handle::wrap(node, host.origin()))
        .ok_or_else(|| {
            Trouble::new(
                "not_found",
                format!("node {} is no longer in its cloud", node.uuid),
            )
            .raise()
        })
}
