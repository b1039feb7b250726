//! The addresses that hosts are given: a main one each, and those of managed blocks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::block::{BlockState, INVENTORY, dotted};
use super::world::World;
use crate::api::ip_blocks::IpAddress;
use crate::record::JsonList;

/// What a packet of a VLAN may hold, in bytes.
const MTU: i64 = 1_500;

/// A VLAN as a node shows it.
#[derive(Serialize)]
struct OnVlan<'a> {
    vlan: Option<i64>,
    ip: Option<&'a str>,
    mtu: i64,
    label: Option<&'a str>,
}

/// Gives every host of a cloud the addresses it is due, and answers whether the blocks for main
/// addresses had room for all.
pub fn address(world: &mut World, cloud: &str) -> bool {
    let Some(state) = world.clouds.get(cloud) else {
        return true;
    };
    let hosts: Vec<String> = state
        .stats
        .nodes
        .iter()
        .map(|node| node.uuid.clone())
        .collect();
    let mut all_have_one = true;
    let main = inventory(world, cloud);
    for id in state.vlans.clone() {
        let Some(vlan) = world.vlans.get(&id) else {
            continue;
        };
        let is_inventory = main.as_ref() == Some(&id);
        let blocks = vlan.blocks.clone();
        let mode = |id: &str| {
            let block = world.blocks.get(id)?;
            block.record.fields.managed_addressing.clone()
        };
        let (each, rest): (Vec<_>, Vec<_>) = blocks
            .into_iter()
            .partition(|id| mode(id).as_deref() == Some("all"));
        let pool: Vec<String> = rest
            .into_iter()
            .filter(|id| is_inventory || mode(id).as_deref() == Some("pool"))
            .collect();
        for block in each {
            assign(world, &[block], &hosts, "managed");
        }
        let label = if is_inventory { INVENTORY } else { "managed" };
        let lack = assign(world, &pool, &hosts, label);
        all_have_one &= !(is_inventory && lack);
    }
    all_have_one
}

/// The VLAN of a cloud that main addresses lie in: the first of that name that is not a user's.
pub fn inventory(world: &World, cloud: &str) -> Option<String> {
    let is_it = |id: &&String| {
        world.vlans.get(*id).is_some_and(|vlan| {
            !vlan.is_of_user() && vlan.record.label.as_deref() == Some(INVENTORY)
        })
    };
    world.clouds.get(cloud)?.vlans.iter().find(is_it).cloned()
}

/// Gives each host one address out of some blocks, if it has none there; whether some got none.
fn assign(world: &mut World, blocks: &[String], hosts: &[String], label: &str) -> bool {
    let mut has_one = BTreeSet::new();
    for block in blocks.iter().filter_map(|id| world.blocks.get(id)) {
        let assigned = block.addresses.values();
        has_one.extend(assigned.filter_map(|it| it.assigned_host.clone()));
    }
    let mut blocks = blocks.iter();
    let mut block = blocks.next();
    for host in hosts.iter().filter(|host| !has_one.contains(*host)) {
        let place = loop {
            let Some(id) = block else { return true };
            match world.blocks.get(id).and_then(BlockState::free) {
                Some(place) => break place,
                None => block = blocks.next(),
            }
        };
        let id = world.number();
        let address = IpAddress {
            id,
            ip: Some(dotted(place)),
            label: Some(label.to_owned()),
            assigned_host: Some(host.clone()),
            ..IpAddress::default()
        };
        if let Some(state) = block.and_then(|id| world.blocks.get_mut(id)) {
            state.addresses.insert(place, address);
            if label == INVENTORY {
                state.mains.insert(place);
            }
        }
    }
    false
}

/// Takes from a host that leaves every address it has in the cloud's networks.
pub fn release(world: &mut World, cloud: &str, host: &str) {
    let Some(state) = world.clouds.get(cloud) else {
        return;
    };
    let vlans = state.vlans.iter().filter_map(|id| world.vlans.get(id));
    let blocks: Vec<String> = vlans.flat_map(|vlan| vlan.blocks.clone()).collect();
    for block in blocks {
        if let Some(state) = world.blocks.get_mut(&block) {
            let BlockState {
                addresses, mains, ..
            } = state;
            addresses.retain(|_, it| it.assigned_host.as_deref() != Some(host));
            mains.retain(|place| addresses.contains_key(place));
        }
    }
}

/// Writes into the nodes of a cloud which VLANs they are on and by which address.
pub fn show(world: &mut World, cloud: &str) {
    let Some(state) = world.clouds.get(cloud) else {
        return;
    };
    // By VLAN: its number, its label, and the addresses of the hosts in it.
    let mut networks = Vec::new();
    let mut mains = BTreeMap::new();
    for vlan in state.vlans.iter().filter_map(|id| world.vlans.get(id)) {
        let mut addresses = BTreeMap::new();
        for block in vlan.blocks.iter().filter_map(|id| world.blocks.get(id)) {
            for (place, address) in &block.addresses {
                let Some(host) = &address.assigned_host else {
                    continue;
                };
                addresses.insert(host.clone(), block.with_length(address));
                if block.mains.contains(place) {
                    mains.insert(host.clone(), address.ip.clone());
                }
            }
        }
        let record = &vlan.record;
        networks.push((record.fields.vlan_id, record.label.clone(), addresses));
    }
    let Some(state) = world.clouds.get_mut(cloud) else {
        return;
    };
    for node in &mut state.stats.alter().nodes {
        let node = Arc::make_mut(node);
        let vlans: Vec<_> = networks
            .iter()
            .map(|(number, label, addresses)| OnVlan {
                vlan: *number,
                ip: addresses.get(&node.uuid).and_then(Option::as_deref),
                mtu: MTU,
                label: label.as_deref(),
            })
            .collect();
        node.vlans = JsonList::compact(&vlans);
        if let Some(main) = mains.get(&node.uuid) {
            node.ipaddress = main.as_deref().map(Into::into);
        }
    }
}
