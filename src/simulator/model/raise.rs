//! An account in full, brought to life.

use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use super::defaults;
use super::resources::Resources;
use super::starting::{add_organization, add_stock};
use crate::api::clouds::{Cloud, CloudStats};
use crate::api::organizations::{MemberAccount, Organization};
use crate::record::Moment;
use crate::simulator::asset::Asset;
use crate::simulator::assumptions::{BILLING_END, PCC_NODES, REBOOT, WIPE};
use crate::simulator::block::{BlockState, INVENTORY};
use crate::simulator::caller::Account;
use crate::simulator::credentials::KEYS;
use crate::simulator::due::Change;
use crate::simulator::identity::is_uuid;
use crate::simulator::inventory::PODS;
use crate::simulator::links::{join_block, join_vlan, settle};
use crate::simulator::provision::{schedule_from, show_tasks};
use crate::simulator::world::{CloudState, VlanState, World};

/// The account of these resources.
pub fn world(resources: &Resources, seed: u64, now: DateTime<Utc>) -> World {
    let mut world = World::new(seed ^ own_seed(resources), now);
    match &resources.organization {
        Some(organization) => adopt(&mut world, organization),
        None => add_organization(&mut world),
    }
    if resources.stock.is_empty() {
        add_stock(&mut world);
    } else {
        world.stock.clone_from(&resources.stock);
        for pod in PODS {
            world.stock.entry(pod.0.to_owned()).or_default();
        }
    }
    // Numbers that are made now are beyond those that are there.
    let taken = resources.blocks.iter().flat_map(|(block, addresses)| {
        let ids = addresses.iter().map(|address| address.id);
        ids.chain(block.fields.prefix_id)
    });
    for number in taken {
        world.number_past(number);
    }
    let mut resources = resources.clone();
    defaults::fill(&mut resources, &mut world);
    for order in &resources.orders {
        world
            .orders
            .insert(order.id.clone(), Arc::new(order.clone()));
    }
    for configuration in &resources.configurations {
        let record = Arc::new(configuration.clone());
        world.configurations.insert(record.id.clone(), record);
    }
    for key in &resources.public_keys {
        world.keys.insert(key.id.clone(), Arc::new(key.clone()));
    }
    for (cloud, stats) in &resources.clouds {
        add_cloud(&mut world, cloud, stats);
    }
    add_networks(&mut world, &resources);
    for (cloud, stats) in &resources.clouds {
        settle(&mut world, &cloud.id);
        resume(&mut world, cloud, stats);
    }
    world
}

/// What keeps the ids that are drawn here apart from those that are there: they may have been drawn
/// from the same seed.
fn own_seed(resources: &Resources) -> u64 {
    let clouds = resources.clouds.iter().map(|(cloud, _)| &cloud.id);
    let vlans = resources.vlans.iter().map(|(vlan, _)| &vlan.id);
    let blocks = resources.blocks.iter().map(|(block, _)| &block.id);
    let orders = resources.orders.iter().map(|order| &order.id);
    let configurations = resources.configurations.iter().map(|it| &it.id);
    let keys = resources.public_keys.iter().map(|key| &key.id);
    let ids = clouds.chain(vlans).chain(blocks).chain(orders);
    let mut hash = Sha256::new();
    for id in ids.chain(configurations).chain(keys) {
        hash.update(id);
        hash.update([0]);
    }
    let digest = hash.finalize();
    digest
        .first_chunk()
        .map_or(0, |first| u64::from_le_bytes(*first))
}

/// Makes an organization ours: each key belongs to the first active member of its role.
fn adopt(world: &mut World, organization: &Organization) {
    let mut taken: Vec<&str> = Vec::new();
    for (place, key) in KEYS.iter().enumerate() {
        let found = organization.members.iter().find(|member| {
            member.role.as_deref() == Some(key.role.name())
                && member.state.as_deref() == Some("active")
                && !taken.contains(&&*member.membership_id)
        });
        taken.extend(found.map(|member| &*member.membership_id));
        let record = found.and_then(|member| member.account.clone());
        // An account of nobody has no membership and may do nothing.
        let record = record.unwrap_or_else(|| {
            Arc::new(MemberAccount {
                account_id: Some(world.id(10)),
                name: Some(key.name.to_owned()),
                email: Some(key.email.to_owned()),
                ..MemberAccount::default()
            })
        });
        let number = world.number();
        world.accounts.push(Account {
            key: place,
            number,
            record,
        });
    }
    world.acting = world.deliverer();
    world.organization = organization.clone();
    for member in &organization.members {
        let expires = member.invite_expired_at.as_ref();
        let expires = expires.and_then(|at| Moment::read(&at.0));
        if member.state.as_deref() == Some("pending")
            && let Some(at) = expires
        {
            let member = member.membership_id.clone();
            world.due.at(at, Change::Lapse { member });
        }
    }
}

fn add_cloud(world: &mut World, cloud: &Cloud, stats: &CloudStats) {
    let read = |at: &Option<Moment>| at.as_ref().and_then(|at| Moment::read(&at.0));
    let created = read(&cloud.created_at).unwrap_or(world.now);
    let wiped = wiped(cloud, stats, world.now);
    // A deleted cloud's hardware has been off the bill since then: `BILLING_END`.
    let ended = wiped.filter(|_| BILLING_END.most() == 1);
    let ended = ended.map(|at| (at - TimeDelta::seconds(WIPE.most())).min(world.now));
    let mut assets = Vec::new();
    for node in &stats.nodes {
        // Hardware that joined later is billed from then on.
        let since = read(&node.assigned_date).unwrap_or(created).max(created);
        assets.push(Asset {
            number: world.number(),
            node: node.uuid.clone(),
            sku: node.hardware.as_deref().unwrap_or_default().to_owned(),
            since,
            until: ended.map(|at| at.max(since)),
        });
    }
    let state = CloudState {
        record: Arc::new(cloud.clone()),
        stats: stats.clone().into(),
        vlans: Vec::new(),
        ordered: ordered(world, cloud),
        assets,
    };
    world.clouds.insert(cloud.id.clone(), state);
}

/// When a cloud is wiped, if it has been deleted; where the model does not say, in three days.
fn wiped(cloud: &Cloud, stats: &CloudStats, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let whole = now + TimeDelta::seconds(WIPE.most());
    let said = stats.pending_date.as_ref();
    let said = said.and_then(|at| Moment::read(&at.0));
    let is_deleted = cloud.fields.pending_delete == Some(true);
    // Nobody was given longer, and what is past due is done at once.
    is_deleted.then(|| said.unwrap_or(whole).clamp(now, whole))
}

/// The hardware that a cloud waits for, by the order it comes from.
fn ordered(world: &World, cloud: &Cloud) -> Option<(String, usize)> {
    if matches!(
        cloud.fields.provision_status.as_deref(),
        Some("complete" | "manual_setup")
    ) {
        return None;
    }
    let fields = &world.orders.get(cloud.fields.order_id.as_deref()?)?.fields;
    let place = fields
        .clouds_deployed
        .iter()
        .position(|deployed| deployed.id == cloud.id)?;
    let item = fields.items.get(place)?;
    let each = if cloud.fields.cloud_type.as_deref() == Some("pcc") {
        PCC_NODES.most()
    } else {
        1
    };
    let count = item.quantity.unwrap_or(1).saturating_mul(each);
    let count = usize::try_from(count).ok()?;
    Some((item.hardware_sku.clone().unwrap_or_default(), count))
}

fn add_networks(world: &mut World, resources: &Resources) {
    for (vlan, clouds) in &resources.vlans {
        let fields = &vlan.fields;
        if let (Some(pod), Some(tag)) = (&fields.pod_location, fields.vlan_id) {
            world.take_tag(pod, tag);
        }
        let state = VlanState {
            record: Arc::new(vlan.clone()),
            ..VlanState::default()
        };
        world.vlans.insert(vlan.id.clone(), state);
        for cloud in clouds {
            join_vlan(world, cloud, &vlan.id);
        }
    }
    for (block, addresses) in &resources.blocks {
        let fields = &block.fields;
        if let Some(net) = fields.cidr.as_deref().and_then(|cidr| cidr.parse().ok()) {
            let kind = fields.prefix_type.as_deref().unwrap_or_default();
            let pod = fields.pod_location.as_deref().unwrap_or_default();
            world.space_of(kind, pod).take(net);
        }
        let placed = addresses.iter().filter_map(|address| {
            let ip: Ipv4Addr = address.ip.as_deref()?.parse().ok()?;
            Some((u32::from(ip), address.clone()))
        });
        let mut state = BlockState {
            record: Arc::new(block.clone()),
            addresses: placed.collect(),
            ..BlockState::default()
        };
        if state.usage() == INVENTORY {
            // A node's main address is its first one, and one labelled as such before others.
            let (mut named, others): (Vec<_>, Vec<_>) = state
                .addresses
                .iter()
                .partition(|(_, it)| it.label.as_deref() == Some(INVENTORY));
            named.extend(others);
            let mut seen = HashSet::new();
            named.retain(|(_, it)| {
                let host = it.assigned_host.as_deref();
                host.is_some_and(|host| is_uuid(host) && seen.insert(host))
            });
            state.mains = named.into_iter().map(|(place, _)| *place).collect();
        }
        world.blocks.insert(block.id.clone(), state);
        if let Some(vlan) = &fields.central_vlan_id {
            join_block(world, vlan, &block.id);
        }
    }
}

/// Lets go on what was under way: provisioning, reboots, the days before a wipe. When provisioning
/// and reboots began is not known: they begin now.
fn resume(world: &mut World, cloud: &Cloud, stats: &CloudStats) {
    let id = &cloud.id;
    let status = cloud.fields.provision_status.as_deref().unwrap_or_default();
    schedule_from(world, id, status);
    let is_deleted = cloud.fields.pending_delete == Some(true);
    let nodes: Vec<String> = world.clouds.get(id).map_or_else(Vec::new, |state| {
        let nodes = state.stats.nodes.iter();
        let rebooting = nodes.filter(|node| node.power_state.as_deref() == Some("rebooting"));
        rebooting.map(|node| node.uuid.clone()).collect()
    });
    for node in nodes.into_iter().filter(|_| !is_deleted) {
        let until = world.now + world.span(&REBOOT);
        world.locks.insert(node.clone(), until);
        let cloud = id.clone();
        let state = "power on";
        world.due.at(until, Change::Power { cloud, node, state });
    }
    if let Some(at) = wiped(cloud, stats, world.now) {
        let cloud = id.clone();
        world.due.at(at, Change::Wipe { cloud });
    }
    show_tasks(world, id);
}
