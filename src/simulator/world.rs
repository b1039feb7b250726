//! The world: everything the account holds, at an instant.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Settings;
use super::due::Due;
use super::events::Event;
use crate::api::clouds::Cloud;
use crate::api::configurations::Configuration;
use crate::api::ip_blocks::{IpAddress, IpBlock};
use crate::api::nodes::Node;
use crate::api::orders::Order;
use crate::api::organizations::Organization;
use crate::api::public_keys::PublicKey;
use crate::api::vlans::Vlan;
use crate::record::Moment;

/// A cloud and what is in it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CloudState {
    /// The cloud as the API lists it.
    pub cloud: Cloud,
    /// `RUNNING`, `PROVISIONING`, `PENDING-DELETE`, …
    pub state: String,
    /// Its servers.
    pub nodes: Vec<NodeState>,
    /// Ids of the VLANs assigned to it.
    pub vlans: Vec<String>,
    /// SSH keys put on it.
    pub keys: Vec<String>,
    /// When it was created.
    pub created: DateTime<Utc>,
}

/// A server of a cloud.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NodeState {
    /// The server as the API shows it.
    pub node: Node,
    /// Until when its power cannot be changed again.
    pub locked_until: Option<DateTime<Utc>>,
}

/// A VLAN and what hangs on it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct VlanState {
    /// The VLAN as the API shows it.
    pub vlan: Vlan,
    /// Ids of the clouds it is assigned to.
    pub clouds: Vec<String>,
}

/// An IP block and its addresses.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct BlockState {
    /// The block as the API shows it.
    pub block: IpBlock,
    /// What it is for: `inventory`, `provider`, `internal` or `custom`.
    pub usage: String,
    /// Its addresses in use.
    pub addresses: Vec<IpAddress>,
}

/// Everything the account holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct World {
    /// The instant the world was last brought up to.
    pub now: DateTime<Utc>,
    /// Clouds by id.
    pub clouds: IndexMap<String, CloudState>,
    /// Orders by id.
    pub orders: IndexMap<String, Order>,
    /// VLANs by id.
    pub vlans: IndexMap<String, VlanState>,
    /// IP blocks by id.
    pub blocks: IndexMap<String, BlockState>,
    /// Configurations by id.
    pub configurations: IndexMap<String, Configuration>,
    /// Public keys by id.
    pub keys: IndexMap<String, PublicKey>,
    /// The organization and its members.
    pub organization: Organization,
    /// Servers in stock, by pod and SKU.
    pub stock: BTreeMap<String, BTreeMap<String, i64>>,
    /// Access tokens and when they end.
    pub tokens: BTreeMap<String, DateTime<Utc>>,
    /// What is going to change, soonest first.
    pub due: Vec<Due>,
    /// What happened.
    pub events: Vec<Event>,
    /// How often each operation was called on each path.
    pub counters: BTreeMap<String, u64>,
    random: u64,
    numbers: i64,
    networks: u32,
}

/// Letters and digits of the API's short ids.
const ALPHABET: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789";
/// Characters in a short id.
const ID_LENGTH: usize = 10;

impl World {
    /// The world a simulator starts with.
    pub fn starting(settings: &Settings) -> Self {
        let mut world = Self {
            now: settings.clock.now(),
            // Neighbouring seeds would otherwise draw alike at first.
            random: settings
                .seed
                .wrapping_add(1)
                .wrapping_mul(0x9E37_79B9_7F4A_7C15),
            numbers: 100,
            ..Self::default()
        };
        settings.model.fill(&mut world);
        world.events.clear();
        world.counters.clear();
        world
    }

    fn draw<T>(&mut self, draw: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        let mut rng = fastrand::Rng::with_seed(self.random);
        let drawn = draw(&mut rng);
        self.random = rng.get_seed();
        drawn
    }

    /// A number of seconds within a range.
    pub fn seconds(&mut self, range: std::ops::RangeInclusive<i64>) -> TimeDelta {
        TimeDelta::seconds(self.draw(|rng| rng.i64(range)))
    }

    /// One of several.
    pub fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let index = self.draw(|rng| rng.usize(0..words.len().max(1)));
        words.get(index).copied().unwrap_or_default()
    }

    /// A new short id.
    pub fn id(&mut self) -> String {
        self.draw(|rng| {
            (0..ID_LENGTH)
                .map(|_| {
                    let index = rng.usize(0..ALPHABET.len());
                    char::from(ALPHABET.get(index).copied().unwrap_or(b'0'))
                })
                .collect()
        })
    }

    /// A new UUID.
    pub fn uuid(&mut self) -> String {
        let bits = self.draw(|rng| rng.u128(..));
        let hex = format!("{bits:032x}");
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        // Version 4, variant 1, as RFC 9562 lays them out.
        format!(
            "{}-{}-4{}-a{}-{}",
            part(0, 8),
            part(8, 12),
            part(13, 16),
            part(17, 20),
            part(20, 32)
        )
    }

    /// A new secret text.
    pub fn secret(&mut self) -> String {
        let (a, b) = self.draw(|rng| (rng.u128(..), rng.u128(..)));
        format!("{a:032x}{b:032x}")
    }

    /// A new number: of a VLAN, a prefix, an address.
    pub fn number(&mut self) -> i64 {
        self.numbers += 1;
        self.numbers
    }

    /// The next public /28, by its place in the range.
    pub fn next_network(&mut self) -> u32 {
        self.networks += 1;
        self.networks - 1
    }

    /// The present instant as the API writes it.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the fields it goes into may be absent"
    )]
    pub fn moment(&self) -> Option<Moment> {
        Some(Moment::of(self.now))
    }

    /// Whether an access token is good.
    pub fn has_token(&self, token: &str) -> bool {
        self.tokens
            .get(token)
            .is_some_and(|until| self.now < *until)
    }

    /// A node of a cloud.
    pub fn node_mut(&mut self, cloud: &str, node: &str) -> Option<&mut NodeState> {
        self.clouds
            .get_mut(cloud)?
            .nodes
            .iter_mut()
            .find(|it| it.node.uuid == node)
    }

    /// A cloud that has not been deleted for good.
    pub fn cloud(&self, id: &str) -> Result<&CloudState, super::answer::Refused> {
        self.clouds
            .get(id)
            .ok_or_else(|| super::answer::Refused::not_found("cloud", id))
    }
}
