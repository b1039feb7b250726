//! The state of the simulated account.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use indexmap::IndexMap;
use ipnet::Ipv4Net;

use super::asset::Asset;
use super::assumptions::{Assumption, DELIVERED_BY};
use super::block::{BlockState, USER};
use super::caller::{Account, Caller};
use super::credentials::{Credentials, Role};
use super::due::Due;
use super::events::Events;
use super::faults::Faults;
use super::space::{PUBLIC, PUBLIC_MORE, Space};
use super::stats::Stats;
use crate::api::clouds::Cloud;
use crate::api::configurations::Configuration;
use crate::api::orders::Order;
use crate::api::organizations::{MemberAccount, Organization};
use crate::api::public_keys::PublicKey;
use crate::api::vlans::Vlan;
use crate::record::Moment;

/// A cloud and what hangs on it.
#[derive(Clone, Debug, Default)]
pub struct CloudState {
    /// The cloud.
    pub record: Arc<Cloud>,
    /// What it is made of.
    pub stats: Stats,
    /// Ids of its VLANs.
    pub vlans: Vec<String>,
    /// Hardware ordered that is not there yet: type and count.
    pub ordered: Option<(String, usize)>,
    /// What is billed, and what was.
    pub assets: Vec<Asset>,
}

/// A VLAN and what it is linked to.
#[derive(Clone, Debug, Default)]
pub struct VlanState {
    /// The VLAN.
    pub record: Arc<Vlan>,
    /// Ids of the clouds it is on.
    pub clouds: Vec<String>,
    /// Ids of the IP blocks on it.
    pub blocks: Vec<String>,
}

impl VlanState {
    /// Whether users made it, and may alter it.
    pub fn is_of_user(&self) -> bool {
        self.record.fields.created_from.as_deref() == Some(USER)
    }
}

/// The whole account.
#[derive(Clone, Debug)]
pub struct World {
    /// The present instant, as of the call being answered.
    pub now: DateTime<Utc>,
    /// Where every random choice comes from.
    pub rng: Rng,
    /// Clouds by id.
    pub clouds: IndexMap<String, CloudState>,
    /// VLANs by id.
    pub vlans: IndexMap<String, VlanState>,
    /// IP blocks by id.
    pub blocks: IndexMap<String, BlockState>,
    /// Orders by id.
    pub orders: IndexMap<String, Arc<Order>>,
    /// Configurations by id.
    pub configurations: IndexMap<String, Arc<Configuration>>,
    /// SSH keys by id.
    pub keys: IndexMap<String, Arc<PublicKey>>,
    /// The organization that owns everything: `ONE_OWNER`.
    pub organization: Organization,
    /// The accounts that have credentials, in the order of the keys.
    pub accounts: Vec<Account>,
    /// The account whose doing present changes are.
    pub acting: Arc<MemberAccount>,
    /// Stock by pod and hardware type.
    pub stock: IndexMap<String, IndexMap<String, i64>>,
    /// Until when nodes are locked, by UUID.
    pub locks: IndexMap<String, DateTime<Utc>>,
    /// The keys and tokens that are good.
    pub credentials: Credentials,
    /// Public address space in use.
    pub space: Space,
    /// Private address space in use, by pod: one location's blocks are nothing to another's.
    pub private: BTreeMap<String, Space>,
    /// Changes that wait for their instant.
    pub due: Due,
    /// Failures on purpose.
    pub faults: Faults,
    /// What happened.
    pub events: Events,
    /// VLAN numbers in use, by pod.
    tags: BTreeMap<String, BTreeSet<i64>>,
    numbers: i64,
}

/// The numbers VLANs may have.
const TAGS: Range<i64> = 100..4_000;

impl World {
    /// The address space that blocks of a type are taken from in a pod.
    pub fn space_of(&mut self, prefix_type: &str, pod: &str) -> &mut Space {
        if prefix_type == "private" {
            self.private.entry(pod.to_owned()).or_default()
        } else {
            &mut self.space
        }
    }

    /// An empty account.
    #[must_use]
    pub fn new(seed: u64, now: DateTime<Utc>) -> Self {
        Self {
            now,
            rng: Rng::with_seed(seed),
            clouds: IndexMap::new(),
            vlans: IndexMap::new(),
            blocks: IndexMap::new(),
            orders: IndexMap::new(),
            configurations: IndexMap::new(),
            keys: IndexMap::new(),
            organization: Organization::default(),
            accounts: Vec::new(),
            acting: Arc::default(),
            stock: IndexMap::new(),
            locks: IndexMap::new(),
            credentials: Credentials::default(),
            space: Space::default(),
            private: BTreeMap::new(),
            due: Due::default(),
            faults: Faults::new(seed, &[]),
            events: Events::default(),
            tags: BTreeMap::new(),
            numbers: 1_000,
        }
    }

    /// The account that makes what no call asks for.
    #[must_use]
    pub fn deliverer(&self) -> Arc<MemberAccount> {
        let place = usize::try_from(DELIVERED_BY.most() - 1).unwrap_or_default();
        let account = self.accounts.get(place);
        account
            .map(|account| account.record.clone())
            .unwrap_or_default()
    }

    /// The account of a key as it calls now.
    #[must_use]
    pub fn caller(&self, key: usize) -> Option<Caller> {
        let account = self.accounts.get(key)?;
        let member = self.organization.members.iter().find(|member| {
            let own = member.account.as_ref();
            own.is_some_and(|own| {
                own.account_id.is_some() && own.account_id == account.record.account_id
            })
        });
        let active = member.filter(|member| member.state.as_deref() == Some("active"));
        Some(Caller {
            account: account.clone(),
            role: active
                .and_then(|member| member.role.as_deref())
                .and_then(Role::named),
        })
    }

    /// Whether a thing of this id goes by this name: its id, its label or its host name.
    #[must_use]
    pub fn goes_by(&self, id: &str, name: &str) -> bool {
        if id == name {
            return true;
        }
        let cloud = self
            .clouds
            .get(id)
            .and_then(|it| it.record.label.as_deref());
        let vlan = self.vlans.get(id).and_then(|it| it.record.label.as_deref());
        let block = self
            .blocks
            .get(id)
            .and_then(|it| it.record.label.as_deref());
        if [cloud, vlan, block].contains(&Some(name)) {
            return true;
        }
        let mut nodes = self.clouds.values().flat_map(|cloud| &cloud.stats.nodes);
        nodes.any(|node| node.uuid == id && node.hostname.as_deref() == Some(name))
    }

    /// The present instant as the API writes it: `TIMES`.
    #[must_use]
    pub fn moment(&self) -> Moment {
        Moment::of(self.now)
    }

    /// A new id of `length` letters and digits. It starts with a letter and holds a digit, so that
    /// it is never mistaken for a number or a word.
    pub fn id(&mut self, length: usize) -> String {
        let mut id: String = std::iter::repeat_with(|| self.rng.alphanumeric())
            .take(length.saturating_sub(2))
            .collect();
        id.insert(0, self.rng.alphabetic());
        id.push(char::from(b'0' + self.rng.u8(0..10)));
        id
    }

    /// A new UUID, version 4.
    pub fn uuid(&mut self) -> String {
        let bits = self.rng.u128(..);
        let bits = (bits & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
        let hex = format!("{bits:032x}");
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        format!(
            "{}-{}-{}-{}-{}",
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32)
        )
    }

    /// The address of a network interface, locally administered.
    pub fn mac(&mut self) -> String {
        let bytes = self.rng.u64(..).to_be_bytes();
        let pairs: Vec<String> = bytes.iter().take(5).map(|it| format!("{it:02x}")).collect();
        format!("02:{}", pairs.join(":"))
    }

    /// A secret of `length` letters and digits.
    pub fn secret(&mut self, length: usize) -> String {
        std::iter::repeat_with(|| self.rng.alphanumeric())
            .take(length)
            .collect()
    }

    /// A new number.
    pub fn number(&mut self) -> i64 {
        self.numbers += 1;
        self.numbers
    }

    /// Makes new numbers begin beyond this one.
    pub fn number_past(&mut self, number: i64) {
        self.numbers = self.numbers.max(number);
    }

    /// Draws ids and numbers from where another account has come to.
    pub fn draw_after(&mut self, other: &Self) {
        self.rng = other.rng.clone();
        self.numbers = other.numbers;
    }

    /// Takes a public block of this length, if there is room.
    pub fn take_public(&mut self, length: u8) -> Option<Ipv4Net> {
        self.space
            .take_any(PUBLIC, length)
            .or_else(|| self.space.take_any(PUBLIC_MORE, length))
    }

    /// Takes a VLAN number that no other VLAN of the pod has, as long as there is one.
    pub fn tag(&mut self, pod: &str) -> i64 {
        let drawn = self.rng.i64(TAGS);
        let taken = self.tags.entry(pod.to_owned()).or_default();
        let mut free = (drawn..TAGS.end)
            .chain(TAGS.start..drawn)
            .filter(|tag| !taken.contains(tag));
        // Once all are taken they are given again: nobody should look for one each time.
        let is_full = i64::try_from(taken.len()).is_ok_and(|count| count >= TAGS.end - TAGS.start);
        let tag = if is_full { None } else { free.next() };
        let tag = tag.unwrap_or(drawn);
        taken.insert(tag);
        tag
    }

    /// Takes this VLAN number.
    pub fn take_tag(&mut self, pod: &str, tag: i64) {
        self.tags.entry(pod.to_owned()).or_default().insert(tag);
    }

    /// Removes a VLAN and gives its number back.
    pub fn remove_vlan(&mut self, vlan: &str) -> Option<VlanState> {
        let state = self.vlans.shift_remove(vlan)?;
        let fields = &state.record.fields;
        let pod = fields.pod_location.as_deref().unwrap_or_default();
        if let (Some(taken), Some(tag)) = (self.tags.get_mut(pod), fields.vlan_id) {
            taken.remove(&tag);
        }
        Some(state)
    }

    /// A span of seconds within an assumption's bounds.
    pub fn span(&mut self, bounds: &Assumption) -> TimeDelta {
        TimeDelta::seconds(
            self.rng
                .i64(bounds.least()..=bounds.most().max(bounds.least())),
        )
    }
}
