//! The addresses that hosts are given: a main one each, and those of managed blocks.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use serde::Serialize;

use super::block::{BlockState, INVENTORY, dotted};
use super::identity::is_uuid;
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

/// The label of an address that a host was given because its VLAN's blocks are managed.
const MANAGED: &str = "managed";

/// Gives every host of a cloud the addresses it is due, and answers the hosts that the blocks for
/// main addresses had no room for.
pub fn address(world: &mut World, cloud: &str) -> Vec<String> {
    let Some(state) = world.clouds.get(cloud) else {
        return Vec::new();
    };
    let hosts: Vec<String> = state
        .stats
        .nodes
        .iter()
        .map(|node| node.uuid.clone())
        .collect();
    let mut without = Vec::new();
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
            assign(world, &[block], &hosts, MANAGED);
        }
        if is_inventory {
            without = assign(world, &pool, &hosts, INVENTORY);
        } else {
            assign(world, &pool, &hosts, MANAGED);
        }
    }
    without
}

/// Gives hosts main addresses out of a block added for them, and answers those that it had no room
/// for either.
pub fn address_more(world: &mut World, block: String, hosts: &[String]) -> Vec<String> {
    assign(world, &[block], hosts, INVENTORY)
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

/// Gives each host one address out of some blocks, if it has none there, and answers the hosts that
/// got none.
fn assign(world: &mut World, blocks: &[String], hosts: &[String], label: &str) -> Vec<String> {
    let mut has_one = BTreeSet::new();
    for block in blocks.iter().filter_map(|id| world.blocks.get(id)) {
        let assigned = block.addresses.values();
        has_one.extend(assigned.filter_map(|it| it.assigned_host.clone()));
    }
    let mut waiting = hosts.iter().filter(|host| !has_one.contains(*host));
    let mut left = waiting.clone().count();
    for id in blocks {
        // All at once: looking for each from the start of the block would take longer the fuller
        // the block is.
        let free = world.blocks.get(id).map(|block| block.free(left));
        for (place, host) in free.unwrap_or_default().into_iter().zip(&mut waiting) {
            left -= 1;
            give(world, id, place, host, label);
        }
    }
    waiting.cloned().collect()
}

/// Gives a host this address of a block.
fn give(world: &mut World, block: &str, place: u32, host: &str, label: &str) {
    let id = world.number();
    let address = IpAddress {
        id,
        ip: Some(dotted(place)),
        label: Some(label.to_owned()),
        assigned_host: Some(host.to_owned()),
        ..IpAddress::default()
    };
    if let Some(state) = world.blocks.get_mut(block) {
        state.addresses.insert(place, address);
        if label == INVENTORY {
            state.mains.insert(place);
        }
    }
}

/// Takes from hosts that leave every address that they have, whatever cloud the block's VLAN is on
/// by now.
pub fn release(world: &mut World, hosts: &HashSet<&str>) {
    take_back(world, None, |_, host| hosts.contains(host));
}

/// Takes the addresses that the hosts of a cloud were given of a VLAN's blocks back: `ADDRESS_LEFT`.
pub fn leave(world: &mut World, cloud: &str, vlan: &str) {
    let nodes = world
        .clouds
        .get(cloud)
        .map(|state| state.stats.nodes.clone());
    let nodes = nodes.unwrap_or_default();
    let hosts: HashSet<&str> = nodes.iter().map(|node| &*node.uuid).collect();
    let blocks = world.vlans.get(vlan).map(|state| state.blocks.clone());
    for block in blocks.unwrap_or_default() {
        take_back(world, Some(&block), |label, host| {
            label == Some(MANAGED) && hosts.contains(host)
        });
    }
}

/// Takes the addresses that hosts were given of a block back: `ADDRESS_LEFT`.
pub fn empty(world: &mut World, block: &str) {
    take_back(world, Some(block), |label, host| {
        label == Some(MANAGED) && is_uuid(host)
    });
}

/// Takes addresses of one block back, or of all, by their labels and the hosts they are assigned to.
fn take_back(world: &mut World, block: Option<&str>, goes: impl Fn(Option<&str>, &str) -> bool) {
    let blocks = world.blocks.iter_mut();
    for (_, state) in blocks.filter(|(id, _)| block.is_none_or(|block| block == *id)) {
        let BlockState {
            addresses, mains, ..
        } = state;
        addresses.retain(|place, it| {
            let host = it.assigned_host.as_deref();
            let stays = !host.is_some_and(|host| goes(it.label.as_deref(), host));
            if !stays {
                mains.remove(place);
            }
            stays
        });
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
        let (mut addresses, mut own) = (BTreeMap::new(), BTreeMap::new());
        for block in vlan.blocks.iter().filter_map(|id| world.blocks.get(id)) {
            for (place, address) in &block.addresses {
                let Some(host) = &address.assigned_host else {
                    continue;
                };
                let shown = block.with_length(address);
                if block.mains.contains(place) {
                    own.insert(host.clone(), shown);
                    mains.insert(host.clone(), address.ip.clone());
                } else {
                    addresses.insert(host.clone(), shown);
                }
            }
        }
        // Where a host has its main address, no other one is shown for it.
        addresses.append(&mut own);
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
