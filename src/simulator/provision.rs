//! How clouds come to be, change and go: the changes that fall due, applied.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::asset::Asset;
use super::assumptions::{PROVISION_DONE, PROVISION_SETUP, PROVISION_START, WIPE_STOCK};
use super::block::{INVENTORY, SYSTEM};
use super::due::Change;
use super::hardware::{host_name, node};
use super::hosts;
use super::links::{
    NewVlan, add_system_block, add_vlan, join_block, join_vlan, settle, unlink_vlan,
};
use super::organizations;
use super::world::{CloudState, World};
use crate::api::clouds::{Cloud, CloudFields, CloudStats};
use crate::api::nodes::Node;
use crate::record::Moment;

/// The VLANs every cloud is delivered with.
const SYSTEM_VLANS: &[(&str, &str)] = &[
    (INVENTORY, "routed"),
    ("provider", "routed"),
    ("compute", "internal"),
    ("control", "internal"),
    ("storage", "internal"),
    ("tunnel", "internal"),
];

/// A cloud to be.
pub struct NewCloud<'a> {
    /// Name for people.
    pub label: &'a str,
    /// What it is for.
    pub description: Option<String>,
    /// `pcc` or `baremetal`.
    pub cloud_type: &'a str,
    /// Datacenter.
    pub pod: &'a str,
    /// The order it comes from.
    pub order: &'a str,
    /// Hardware type.
    pub sku: &'a str,
    /// Nodes.
    pub nodes: usize,
}

/// Adds a cloud that has been ordered and is not provisioned, and answers its id.
pub fn add_cloud(world: &mut World, new: &NewCloud<'_>) -> String {
    let (id, uuid) = (world.id(6), world.uuid());
    let host = (
        world.rng.u8(16..32),
        world.rng.u8(0..=255),
        world.rng.u8(1..255),
    );
    let hostname = format!("172.{}.{}.{}", host.0, host.1, host.2);
    let private_cloud = new.cloud_type == "pcc";
    let version = if private_cloud {
        "pcc-3.0.7"
    } else {
        "baremetal-1.2.0"
    };
    let fields = CloudFields {
        cloud_type: Some(new.cloud_type.to_owned()),
        cloud_uuid: Some(uuid.clone()),
        cloud_version: Some(version.to_owned()),
        owner_name: world.organization.name.clone(),
        organization_id: Some(world.organization.organization_id.clone()),
        hostname: Some(hostname.clone()),
        order_id: Some(new.order.to_owned()),
        pod_location: Some(new.pod.to_owned()),
        provision_status: Some("pending".to_owned()),
        pending_delete: Some(false),
        ..CloudFields::default()
    };
    let record = Cloud {
        id: id.clone(),
        label: Some(new.label.to_owned()),
        description: new.description.clone(),
        created_at: Some(world.moment()),
        fields: Arc::new(fields),
        ..Cloud::default()
    };
    let content = CloudStats {
        name: Some(new.label.to_owned()),
        description: new.description.clone(),
        label: Some(format!("deploy-v2,{},{version}", new.cloud_type)),
        cloud_uuid: Some(uuid),
        cloud_state: Some("PENDING".to_owned()),
        cloud_hostname: Some(hostname.clone()),
        external_vip_address: private_cloud.then_some(hostname),
        internal_vip_address: private_cloud.then(|| "192.168.3.254".to_owned()),
        maintenance: Some(false),
        creation_date: Some(Moment(
            world.now.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
        )),
        pending_number: Some(0),
        prevent_delete: Some(false),
        ..CloudStats::default()
    };
    let state = CloudState {
        record: Arc::new(record),
        stats: content.into(),
        vlans: Vec::new(),
        ordered: Some((new.sku.to_owned(), new.nodes)),
        assets: Vec::new(),
    };
    world.clouds.insert(id.clone(), state);
    id
}

/// Decides when an ordered cloud reaches each status.
pub fn schedule(world: &mut World, cloud: &str) {
    schedule_from(world, cloud, "pending");
}

/// Decides when a cloud of this status reaches each of those that follow.
pub fn schedule_from(world: &mut World, cloud: &str, status: &str) {
    let reached = match status {
        "pending" => 0,
        "in_progress" => 1,
        "awaiting_setup" => 2,
        _ => return,
    };
    let statuses = [
        ("in_progress", &PROVISION_START),
        ("awaiting_setup", &PROVISION_SETUP),
        ("complete", &PROVISION_DONE),
    ];
    for (status, bounds) in statuses.into_iter().skip(reached) {
        let at = world.now + world.span(bounds);
        let cloud = cloud.to_owned();
        world.due.at(at, Change::Provision { cloud, status });
    }
    show_tasks(world, cloud);
}

/// Writes into the stats of a cloud what it waits for: `PENDING_TASKS`.
pub fn show_tasks(world: &mut World, cloud: &str) {
    let tasks: Vec<(DateTime<Utc>, &str)> = world
        .due
        .waiting()
        .filter_map(|(at, change)| match change {
            Change::Provision { cloud: it, status } if it == cloud => {
                (*status == "complete").then_some((at, "provision"))
            }
            Change::Join { cloud: it, .. } if it == cloud => Some((at, "join")),
            Change::Wipe { cloud: it } if it == cloud => Some((at, "delete")),
            _ => None,
        })
        .collect();
    if let Some(state) = world.clouds.get_mut(cloud) {
        let stats = state.stats.alter();
        stats.pending_number = i64::try_from(tasks.len()).ok();
        stats.pending_date = tasks.first().map(|(at, _)| Moment::of(*at));
        stats.pending_tasks = tasks.iter().map(|(_, task)| (*task).to_owned()).collect();
    }
}

/// Applies every change due by now, each at its own instant.
pub fn catch_up(world: &mut World) {
    let now = world.now;
    world.acting = world.deliverer();
    while let Some((at, change)) = world.due.next(now) {
        world.now = at;
        let (name, target) = match &change {
            Change::Provision { cloud, status } => {
                provision(world, cloud, status);
                ("provision", format!("cloud {cloud}: {status}"))
            }
            Change::Join { cloud, sku, count } => {
                join(world, cloud, sku, *count, &[]);
                settle(world, cloud);
                show_tasks(world, cloud);
                ("join", format!("cloud {cloud}: {count} {sku}"))
            }
            Change::Power { cloud, node, state } => {
                set_node_power(world, cloud, node, state);
                ("power", format!("node {node} of cloud {cloud}: {state}"))
            }
            Change::Restock { pod, sku } => {
                restock(world, pod, sku, 1);
                ("restock", format!("{sku} of {pod}"))
            }
            Change::Lapse { member } => {
                organizations::lapse(world, member);
                ("lapse", format!("invitation {member}"))
            }
            Change::Wipe { cloud } => {
                wipe(world, cloud);
                ("wipe", format!("cloud {cloud}"))
            }
        };
        world.events.change(at, name, target);
    }
    world.now = now;
}

/// Moves a cloud to a status; with `complete` its nodes and networks are there.
fn provision(world: &mut World, cloud: &str, status: &str) {
    let moment = world.moment();
    let Some(state) = world.clouds.get_mut(cloud) else {
        return;
    };
    let fields = Arc::make_mut(&mut Arc::make_mut(&mut state.record).fields);
    fields.provision_status = Some(status.to_owned());
    let order = fields.order_id.clone();
    let done = status == "complete";
    if done {
        fields.provision_completion_time = Some(moment.clone());
    }
    let shown = if done { "RUNNING" } else { "PROVISIONING" };
    state.stats.alter().cloud_state = Some(shown.to_owned());
    let ordered = if done { state.ordered.take() } else { None };
    show_tasks(world, cloud);
    if let Some((sku, count)) = ordered {
        join(world, cloud, &sku, count, &[]);
        add_networks(world, cloud);
        settle(world, cloud);
    }
    if let Some(order) = order.and_then(|id| world.orders.get_mut(&id)) {
        let order = Arc::make_mut(order);
        order.updated_at = Some(moment);
        for deployed in &mut Arc::make_mut(&mut order.fields).clouds_deployed {
            if deployed.id == cloud {
                Arc::make_mut(deployed).provision_status = Some(status.to_owned());
            }
        }
    }
}

/// Completes a cloud at once, its nodes bearing these names as far as they reach.
pub fn complete(world: &mut World, cloud: &str, names: &[&str]) {
    let ordered = world
        .clouds
        .get_mut(cloud)
        .and_then(|state| state.ordered.take());
    if let Some((sku, count)) = ordered {
        join(world, cloud, &sku, count, names);
        add_networks(world, cloud);
        settle(world, cloud);
    }
    provision(world, cloud, "complete");
}

fn join(world: &mut World, cloud: &str, sku: &str, count: usize, names: &[&str]) {
    let Some(state) = world.clouds.get(cloud) else {
        return;
    };
    let private_cloud = state.record.fields.cloud_type.as_deref() == Some("pcc");
    let mut nodes = Vec::with_capacity(count);
    for place in 0..count {
        let name = match names.get(place) {
            Some(name) => (*name).to_owned(),
            None => host_name(world),
        };
        nodes.push(node(world, sku, private_cloud, name));
    }
    let assets: Vec<Asset> = nodes
        .iter()
        .map(|node| Asset {
            number: world.number(),
            node: node.uuid.clone(),
            sku: sku.to_owned(),
            since: world.now,
            until: None,
        })
        .collect();
    if let Some(state) = world.clouds.get_mut(cloud) {
        state.assets.extend(assets);
        let content = state.stats.alter();
        content
            .cloud_hosts
            .extend(nodes.iter().map(|node| node.uuid.clone()));
        content.nodes.extend(nodes);
    }
}

fn add_networks(world: &mut World, cloud: &str) {
    let pod = world
        .clouds
        .get(cloud)
        .and_then(|state| state.record.fields.pod_location.clone())
        .unwrap_or_default();
    for (label, vlan_type) in SYSTEM_VLANS {
        let vlan = add_vlan(
            world,
            NewVlan {
                label,
                description: None,
                pod: &pod,
                vlan_type,
                from: SYSTEM,
            },
        );
        join_vlan(world, cloud, &vlan);
        if *vlan_type == "routed"
            && let Some(block) = add_system_block(world, cloud, &pod, label)
        {
            join_block(world, &vlan, &block);
        }
    }
}

/// A node of a cloud, to be altered.
pub fn node_mut<'a>(world: &'a mut World, cloud: &str, uuid: &str) -> Option<&'a mut Node> {
    let state = world.clouds.get_mut(cloud)?;
    let content = state.stats.alter();
    let found = content.nodes.iter_mut().find(|node| node.uuid == uuid)?;
    Some(Arc::make_mut(found))
}

/// Sets what a node's power reads as.
pub fn set_node_power(world: &mut World, cloud: &str, uuid: &str, state: &str) {
    let moment = world.moment();
    if let Some(node) = node_mut(world, cloud, uuid) {
        node.power_state = Some(state.into());
        node.last_updated = Some(moment);
    }
}

/// Gives hardware back to stock: `WIPE_STOCK`.
pub fn restock(world: &mut World, pod: &str, sku: &str, count: i64) {
    if WIPE_STOCK.most() == 1
        && let Some(stock) = world.stock.get_mut(pod)
    {
        *stock.entry(sku.to_owned()).or_default() += count;
    }
}

/// Wipes a cloud: its nodes, its system VLANs and their blocks are gone. `WIPE_BLOCKS`: no others.
fn wipe(world: &mut World, cloud: &str) {
    // Gone first: nothing is to be settled for it any more.
    let Some(state) = world.clouds.shift_remove(cloud) else {
        return;
    };
    let nodes = &state.stats.nodes;
    hosts::release(world, &nodes.iter().map(|node| &*node.uuid).collect());
    for vlan in &state.vlans {
        unlink_vlan(world, cloud, vlan);
        let own = world
            .vlans
            .get(vlan)
            .is_some_and(|vlan| vlan.record.fields.alterable == Some(false));
        if own && let Some(vlan) = world.remove_vlan(vlan) {
            for block in vlan.blocks {
                drop_block(world, &block);
            }
        }
    }
    let pod = state.record.fields.pod_location.clone().unwrap_or_default();
    for node in nodes {
        restock(world, &pod, node.hardware.as_deref().unwrap_or_default(), 1);
        world.locks.shift_remove(&node.uuid);
    }
}

/// Removes an IP block and gives its range back.
pub fn drop_block(world: &mut World, block: &str) {
    let Some(state) = world.blocks.shift_remove(block) else {
        return;
    };
    let fields = &state.record.fields;
    if let Some(net) = fields.cidr.as_deref().and_then(|cidr| cidr.parse().ok()) {
        let kind = fields.prefix_type.as_deref().unwrap_or_default();
        let pod = fields.pod_location.as_deref().unwrap_or_default();
        world.space_of(kind, pod).free(net);
    }
}
