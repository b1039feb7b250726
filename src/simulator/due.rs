//! Changes that are due at instants, applied when the world is next looked at.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::world::World;
use crate::record::Moment;

/// A change and when it is due.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Due {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub change: Change,
}

/// A change of the world.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Change {
    /// An order's cloud comes to its next state of provisioning.
    Provision {
        /// The order.
        order: String,
        /// The cloud.
        cloud: String,
        /// The state.
        to: String,
    },
    /// A node's power comes to a state.
    Power {
        /// The cloud.
        cloud: String,
        /// The node.
        node: String,
        /// The state.
        to: String,
    },
    /// A deleted cloud is wiped.
    Wipe {
        /// The cloud.
        cloud: String,
    },
}

impl World {
    /// Plans a change.
    pub fn plan(&mut self, after: TimeDelta, change: Change) {
        let at = self
            .now
            .checked_add_signed(after)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        let place = self.due.partition_point(|due| due.at <= at);
        self.due.insert(place, Due { at, change });
    }

    /// Applies what has become due.
    pub fn settle(&mut self, now: DateTime<Utc>) {
        while self.due.first().is_some_and(|due| due.at <= now) {
            let due = self.due.remove(0);
            self.now = self.now.max(due.at);
            self.apply(due.change);
        }
        self.now = self.now.max(now);
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Provision { order, cloud, to } => self.provision(&order, &cloud, &to),
            Change::Power { cloud, node, to } => {
                if let Some(state) = self.node_mut(&cloud, &node) {
                    state.node.power_state = Some(to.clone());
                    self.log_change("power", &node, &to);
                }
            }
            Change::Wipe { cloud } => {
                if self.clouds.shift_remove(&cloud).is_some() {
                    self.release(&cloud);
                    self.log_change("wipe", &cloud, "gone");
                }
            }
        }
    }

    fn provision(&mut self, order: &str, cloud: &str, to: &str) {
        let mut items = Vec::new();
        if let Some(order) = self.orders.get_mut(order) {
            let fields = Arc::make_mut(&mut order.fields);
            for deployed in &mut fields.clouds_deployed {
                if deployed.id == cloud {
                    Arc::make_mut(deployed).provision_status = Some(to.to_owned());
                }
            }
            items.clone_from(&fields.items);
            order.updated_at = Some(Moment::of(self.now));
        }
        self.log_change("provision", cloud, to);
        let is_new = self
            .clouds
            .get(cloud)
            .is_some_and(|it| it.state == "PROVISIONING");
        if is_new && let Some(state) = self.clouds.get_mut(cloud) {
            let fields = Arc::make_mut(&mut state.cloud.fields);
            fields.provision_status = Some(to.to_owned());
            if to == "complete" {
                fields.provision_completion_time = Some(Moment::of(self.now));
            }
        }
        if to == "complete" {
            self.deliver(cloud, &items, is_new);
        }
    }

    /// Lets go of what a wiped cloud had: its system VLANs and blocks go with it, those of users
    /// stay.
    fn release(&mut self, cloud: &str) {
        self.vlans.retain(|_, state| {
            state.clouds.retain(|id| id != cloud);
            let is_user = state.vlan.fields.created_from.as_deref() == Some("user");
            let fields = Arc::make_mut(&mut state.vlan.fields);
            fields.cloud_id = state.clouds.first().cloned();
            is_user || !state.clouds.is_empty()
        });
        self.blocks.retain(|_, state| {
            state.block.fields.created_from.as_deref() == Some("user")
                || state.block.fields.cloud_id.as_deref() != Some(cloud)
        });
    }
}
