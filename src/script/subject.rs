//! What can be waited for: clouds, orders and nodes, and how their states are seen and judged.

use std::sync::Arc;

use chrono::TimeDelta;
use rhai::{Dynamic, EvalAltResult};

use super::call::of_decoded;
use super::console::Level;
use super::handle;
use super::host::Host;
use super::stats::stats_of;
use super::trouble::Trouble;
use crate::api;
use crate::api::clouds::{CLOUD_STATES, Cloud, CloudStats, PROVISION_STATUSES};
use crate::api::nodes::{Node, POWER_STATES};
use crate::api::orders::{DeployedCloud, Order};
use crate::operation::{Arguments, nearest};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// How long a rebooting node may go on saying "power on" before that is believed.
const SETTLING: TimeDelta = TimeDelta::minutes(2);

/// What is waited for.
#[derive(Debug)]
pub enum Subject {
    /// A cloud being provisioned.
    Cloud { id: String, name: String },
    /// A cloud at work.
    CloudState { id: String, name: String },
    /// An order and the clouds it becomes.
    Order { id: String, name: String },
    /// A node of a cloud.
    Node {
        uuid: String,
        cloud: String,
        name: String,
        seen_rebooting: bool,
    },
}

/// What was seen of a subject.
#[derive(Debug)]
pub struct Seen {
    /// Its state, as the API writes it.
    pub state: String,
    /// The resource as it was seen.
    pub value: Dynamic,
}

fn record<T: crate::record::Typed>(value: &Dynamic) -> Option<Arc<T>> {
    handle::typed(&value.flatten_clone())
}

impl Subject {
    /// The subject of a wait for this state.
    pub fn of(target: &Dynamic, wanted: &str) -> Result<Self> {
        let subject = Self::found(target, wanted).map_err(Trouble::raise)?;
        let is_cloud_state = subject.is_cloud() && CLOUD_STATES.contains(&wanted);
        if !is_cloud_state && !subject.states().contains(&wanted) {
            let mut all = subject.states().to_vec();
            if subject.is_cloud() {
                all.extend(CLOUD_STATES);
            }
            let hint = nearest(wanted, all.iter().copied()).map_or_else(
                || {
                    format!(
                        "it can be {}; for anything else use wait_until",
                        all.join(", ")
                    )
                },
                |near| format!("did you mean {near:?}?"),
            );
            return Err(
                Trouble::argument(format!("{} is never {wanted:?}", subject.kind()))
                    .hint(hint)
                    .raise(),
            );
        }
        Ok(subject)
    }

    fn found(target: &Dynamic, wanted: &str) -> std::result::Result<Self, Trouble> {
        let cloud = |id: String, label: Option<&String>| {
            let name =
                label.map_or_else(|| format!("cloud {id}"), |label| format!("cloud {label:?}"));
            if CLOUD_STATES.contains(&wanted) {
                Self::CloudState { id, name }
            } else {
                Self::Cloud { id, name }
            }
        };
        if let Some(it) = record::<Cloud>(target) {
            return Ok(cloud(it.id.clone(), it.label.as_ref()));
        }
        if let Some(it) = record::<DeployedCloud>(target) {
            return Ok(cloud(it.id.clone(), None));
        }
        if let Some(it) = record::<Order>(target) {
            let name = it
                .label
                .as_ref()
                .map_or_else(|| format!("order {}", it.id), |l| format!("order {l:?}"));
            return Ok(Self::Order {
                id: it.id.clone(),
                name,
            });
        }
        if let Some(it) = record::<Node>(target) {
            let name = it.hostname.as_deref().unwrap_or(&it.uuid).to_owned();
            let cloud = it
                .cloud_id
                .clone()
                .ok_or_else(|| Trouble::argument(format!("node {name} does not know its cloud")))?;
            return Ok(Self::Node {
                uuid: it.uuid.clone(),
                cloud,
                name: format!("node {name}"),
                seen_rebooting: false,
            });
        }
        Err(Trouble::argument(format!(
            "wait_for takes a cloud, an order or a node, not {}",
            super::value::debug(target)
        ))
        .hint("fetch it first: wait_for(cloud(\"My first cloud\"), \"complete\")"))
    }

    const fn is_cloud(&self) -> bool {
        matches!(self, Self::Cloud { .. } | Self::CloudState { .. })
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Cloud { .. } | Self::CloudState { .. } => "a cloud",
            Self::Order { .. } => "an order",
            Self::Node { .. } => "a node",
        }
    }

    const fn states(&self) -> &'static [&'static str] {
        match self {
            Self::Cloud { .. } | Self::Order { .. } => PROVISION_STATUSES,
            Self::CloudState { .. } => CLOUD_STATES,
            Self::Node { .. } => POWER_STATES,
        }
    }

    /// Whether the state is one the API documents.
    #[must_use]
    pub fn knows(&self, state: &str) -> bool {
        self.states().contains(&state)
    }

    /// Its name in messages.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Cloud { name, .. }
            | Self::CloudState { name, .. }
            | Self::Order { name, .. }
            | Self::Node { name, .. } => name,
        }
    }

    /// What tells it apart from others.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Cloud { id, .. } | Self::CloudState { id, .. } | Self::Order { id, .. } => id,
            Self::Node { uuid, .. } => uuid,
        }
    }

    /// A wait for it is over: what was asked of its power no longer matters.
    pub fn settle(&self, host: &Host) {
        if let Self::Node { uuid, .. } = self {
            host.power().forget(uuid);
        }
    }

    /// How long it is waited for and how often it is looked at unless told otherwise, in seconds.
    #[must_use]
    pub const fn habits(&self) -> (i64, i64) {
        match self {
            Self::Node { .. } => (15 * 60, 10),
            _ => (60 * 60, 30),
        }
    }

    /// Looks at it. Stats no older than `age` are shared with other waits.
    pub fn look(&self, host: &Host, age: TimeDelta) -> Result<Seen> {
        match self {
            Self::Cloud { id, .. } => {
                let value = fetch(host, "cloud", "cloud", id)?;
                let state = record::<Cloud>(&value)
                    .and_then(|cloud| cloud.fields.provision_status.clone())
                    .unwrap_or_default();
                Ok(Seen { state, value })
            }
            Self::Order { id, .. } => {
                let value = fetch(host, "order", "order", id)?;
                let state = record::<Order>(&value)
                    .map(|order| progress(&order))
                    .unwrap_or_default();
                Ok(Seen { state, value })
            }
            Self::CloudState { id, .. } => {
                let stats = host.stats_of_cloud(id, 0, age)?;
                let state = stats.cloud_state.clone().unwrap_or_default();
                Ok(Seen {
                    state,
                    value: handle::wrap(stats, host.origin()),
                })
            }
            Self::Node {
                uuid, cloud, name, ..
            } => {
                let since = host.power().last(uuid).map_or(0, |mark| mark.sequence);
                let stats = host.stats_of_cloud(cloud, since, age)?;
                let node = stats
                    .nodes
                    .iter()
                    .find(|node| node.uuid == *uuid)
                    .ok_or_else(|| {
                        Trouble::new("not_found", format!("{name} is no longer in its cloud"))
                            .raise()
                    })?;
                let state = node.power_state.as_deref().unwrap_or_default().to_owned();
                Ok(Seen {
                    state,
                    value: handle::wrap(node.clone(), host.origin()),
                })
            }
        }
    }

    /// What it means: the resource when the wait is over, nothing while it goes on, an error when
    /// it cannot end well.
    pub fn judge(&mut self, host: &Host, wanted: &str, seen: &Seen) -> Result<Option<Dynamic>> {
        if let Self::Node {
            uuid,
            name,
            seen_rebooting,
            ..
        } = self
        {
            if seen.state == "rebooting" {
                *seen_rebooting = true;
            }
            if seen.state != wanted {
                return Ok(None);
            }
            if let Some(mark) = host.power().last(uuid)
                && mark.state == "rebooting"
                && wanted == "power on"
            {
                if !*seen_rebooting {
                    if host.clock().now() - mark.at < SETTLING {
                        return Ok(None);
                    }
                    host.note(
                        Level::Warn,
                        &format!(
                            "{name} was never seen rebooting: that it did is unverified; check it"
                        ),
                    );
                }
                host.power().forget(uuid);
            }
            return Ok(Some(seen.value.clone()));
        }
        if seen.state == wanted {
            return Ok(Some(seen.value.clone()));
        }
        let (why, hint) = match seen.state.as_str() {
            "manual_setup" => (
                "needs a person at OpenMetal to go on (`manual_setup`)",
                "ask OpenMetal's support, then wait again",
            ),
            "ERROR" => ("is in state ERROR", "look at it in OpenMetal Central"),
            _ => return Ok(None),
        };
        Err(
            Trouble::new("failed_state", format!("{} {why}", self.name()))
                .hint(hint)
                .raise(),
        )
    }
}

fn fetch(host: &Host, operation: &str, param: &str, id: &str) -> Result<Dynamic> {
    let operation = api::operation(operation)
        .ok_or_else(|| Trouble::new("system", format!("{operation} is not declared")).raise())?;
    host.perform(operation, &Arguments::new().with(param, id))
        .map(|decoded| of_decoded(decoded, host.origin()))
}

/// How far an order has come: as far as the cloud of it that has come least far.
fn progress(order: &Order) -> String {
    let rank = |state: &str| PROVISION_STATUSES.iter().position(|known| *known == state);
    let states: Vec<&str> = order
        .fields
        .clouds_deployed
        .iter()
        .filter_map(|cloud| {
            cloud
                .provision_status
                .as_deref()
                .or(cloud.provisioning_status.as_deref())
        })
        .collect();
    if states.contains(&"manual_setup") {
        return "manual_setup".to_owned();
    }
    states
        .into_iter()
        .min_by_key(|state| rank(state).unwrap_or(0))
        .unwrap_or("pending")
        .to_owned()
}

impl Host {
    /// Stats of a cloud, shared with other waits.
    fn stats_of_cloud(&self, id: &str, since: u64, age: TimeDelta) -> Result<Arc<CloudStats>> {
        let operation = api::operation("cloud_stats")
            .ok_or_else(|| Trouble::new("system", "cloud_stats is not declared").raise())?;
        let arguments = Arguments::new().with("cloud", id);
        self.shared_stats(id, since, age, || {
            let answer = of_decoded(self.perform(operation, &arguments)?, self.origin());
            stats_of(&answer)
                .ok_or_else(|| Trouble::new("bad_answer", "the stats could not be read").raise())
        })
    }
}

/// What a record of this type is called, and the states it can be waited for in; those of everything
/// that has states, where the type is not known.
#[must_use]
pub fn states_of(kind: &str) -> (&'static str, Vec<&'static str>) {
    let join = |parts: &[&[&'static str]]| parts.concat();
    match kind {
        "Cloud" | "DeployedCloud" => ("a cloud", join(&[PROVISION_STATUSES, CLOUD_STATES])),
        "Order" => ("an order", PROVISION_STATUSES.to_vec()),
        "Node" => ("a node", POWER_STATES.to_vec()),
        _ => (
            "a cloud, an order or a node",
            join(&[PROVISION_STATUSES, CLOUD_STATES, POWER_STATES]),
        ),
    }
}

/// What a field of a record of this type may be, where the documents say all of it.
#[must_use]
pub fn words_of(kind: &str, field: &str) -> Option<&'static [&'static str]> {
    match (kind, field) {
        ("Node" | "PowerChange", "power_state") => Some(POWER_STATES),
        ("Cloud" | "DeployedCloud" | "Order", "provision_status") => Some(PROVISION_STATUSES),
        ("CloudStats", "cloud_state") => Some(CLOUD_STATES),
        _ => None,
    }
}

/// Whether the state is one of a cloud at work, which its stats tell.
#[must_use]
pub fn is_state_at_work(state: &str) -> bool {
    CLOUD_STATES.contains(&state)
}
