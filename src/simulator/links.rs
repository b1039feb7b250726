//! What hangs on what: VLANs on clouds, IP blocks on VLANs.

use std::sync::Arc;

use ipnet::Ipv4Net;

use super::block::{BlockState, INVENTORY, SYSTEM, USER};
use super::hosts;
use super::world::{VlanState, World};
use crate::api::clouds::CloudVlan;
use crate::api::ip_blocks::{IpBlock, IpBlockFields};
use crate::api::vlans::{Vlan, VlanFields};
use crate::record::JsonList;

/// A VLAN to be.
pub struct NewVlan<'a> {
    /// Name for people.
    pub label: &'a str,
    /// What it is for.
    pub description: Option<String>,
    /// Datacenter.
    pub pod: &'a str,
    /// `internal` or `routed`.
    pub vlan_type: &'a str,
    /// `omapi` for the system's, `user` for those of users.
    pub from: &'a str,
}

/// Adds a VLAN and answers its id.
pub fn add_vlan(world: &mut World, new: NewVlan<'_>) -> String {
    let (id, uuid, number) = (world.id(10), world.uuid(), world.tag(new.pod));
    let fields = VlanFields {
        created_from: Some(new.from.to_owned()),
        pod_location: Some(new.pod.to_owned()),
        vlan_id: Some(number),
        vlan_uuid: Some(uuid),
        vlan_type: Some(new.vlan_type.to_owned()),
        alterable: Some(new.from == USER),
        ..VlanFields::default()
    };
    let record = Vlan {
        id: id.clone(),
        resource: Some("vlans".to_owned()),
        label: Some(new.label.to_owned()),
        description: new.description,
        created_at: Some(world.moment()),
        updated_at: Some(world.moment()),
        is_active: Some(true),
        created_by: world.acting.account_id.clone(),
        fields: Arc::new(fields),
        ..Vlan::default()
    };
    world.vlans.insert(
        id.clone(),
        VlanState {
            record: Arc::new(record),
            ..VlanState::default()
        },
    );
    id
}

/// An IP block to be.
pub struct NewBlock<'a> {
    /// Name for people.
    pub label: &'a str,
    /// What it is for.
    pub description: Option<String>,
    /// Datacenter.
    pub pod: &'a str,
    /// `private`, `routed` or `allocation`.
    pub prefix_type: &'a str,
    /// The block itself, already taken from the address space.
    pub net: Ipv4Net,
    /// `omapi` for the system's, `user` for those of users.
    pub from: &'a str,
    /// The cloud it is billed to.
    pub cloud: Option<String>,
    /// What it is billed as.
    pub addon: Option<String>,
    /// `off`, `all` or `pool`.
    pub addressing: &'a str,
}

/// Adds an IP block and answers its id.
pub fn add_block(world: &mut World, new: NewBlock<'_>) -> String {
    let (id, number) = (world.id(10), world.number());
    let fields = IpBlockFields {
        created_from: Some(new.from.to_owned()),
        pod_location: Some(new.pod.to_owned()),
        prefix_id: Some(number),
        cidr: Some(new.net.to_string()),
        prefix_type: Some(new.prefix_type.to_owned()),
        length: Some(i64::from(new.net.prefix_len())),
        managed_addressing: Some(new.addressing.to_owned()),
        alterable: Some(new.from == USER),
        cloud_id: new.cloud,
        product_addon: new.addon,
        ..IpBlockFields::default()
    };
    let record = IpBlock {
        id: id.clone(),
        resource: Some("prefixes".to_owned()),
        label: Some(new.label.to_owned()),
        description: new.description,
        created_at: Some(world.moment()),
        updated_at: Some(world.moment()),
        is_active: Some(true),
        created_by: world.acting.account_id.clone(),
        fields: Arc::new(fields),
        ..IpBlock::default()
    };
    world.blocks.insert(
        id.clone(),
        BlockState {
            record: Arc::new(record),
            ..BlockState::default()
        },
    );
    id
}

/// Puts a VLAN on a cloud.
pub fn link_vlan(world: &mut World, cloud: &str, vlan: &str) {
    join_vlan(world, cloud, vlan);
    touch_vlan(world, vlan);
    settle(world, cloud);
}

/// Puts a VLAN on a cloud that is settled later.
pub fn join_vlan(world: &mut World, cloud: &str, vlan: &str) {
    if let (Some(cloud_state), Some(vlan_state)) =
        (world.clouds.get_mut(cloud), world.vlans.get_mut(vlan))
        && !vlan_state.clouds.iter().any(|id| id == cloud)
    {
        cloud_state.vlans.push(vlan.to_owned());
        vlan_state.clouds.push(cloud.to_owned());
    }
    show_vlan(world, vlan);
}

/// Takes a VLAN off a cloud.
pub fn unlink_vlan(world: &mut World, cloud: &str, vlan: &str) {
    hosts::leave(world, cloud, vlan);
    if let Some(state) = world.clouds.get_mut(cloud) {
        state.vlans.retain(|id| id != vlan);
    }
    if let Some(state) = world.vlans.get_mut(vlan) {
        state.clouds.retain(|id| id != cloud);
    }
    show_vlan(world, vlan);
    touch_vlan(world, vlan);
    settle(world, cloud);
}

/// Puts an IP block on a VLAN.
pub fn link_block(world: &mut World, vlan: &str, block: &str) {
    join_block(world, vlan, block);
    touch_block(world, block);
    settle_clouds_of(world, vlan);
}

/// Puts an IP block on a VLAN whose clouds are settled later.
pub fn join_block(world: &mut World, vlan: &str, block: &str) {
    let Some(state) = world.vlans.get_mut(vlan) else {
        return;
    };
    state.blocks.push(block.to_owned());
    let (number, uuid) = (
        state.record.fields.vlan_id,
        state.record.fields.vlan_uuid.clone(),
    );
    if let Some(state) = world.blocks.get_mut(block) {
        let fields = Arc::make_mut(&mut Arc::make_mut(&mut state.record).fields);
        fields.vlan_id = number;
        fields.vlan_uuid = uuid;
        fields.central_vlan_id = Some(vlan.to_owned());
    }
}

/// Takes an IP block off a VLAN.
pub fn unlink_block(world: &mut World, vlan: &str, block: &str) {
    hosts::empty(world, block);
    if let Some(state) = world.vlans.get_mut(vlan) {
        state.blocks.retain(|id| id != block);
    }
    if let Some(state) = world.blocks.get_mut(block) {
        let fields = Arc::make_mut(&mut Arc::make_mut(&mut state.record).fields);
        fields.vlan_id = None;
        fields.vlan_uuid = None;
        fields.central_vlan_id = None;
    }
    touch_block(world, block);
    settle_clouds_of(world, vlan);
}

fn show_vlan(world: &mut World, vlan: &str) {
    if let Some(state) = world.vlans.get_mut(vlan) {
        // VLAN_CLOUD: a VLAN has a field for one cloud.
        let first = state.clouds.first().cloned();
        Arc::make_mut(&mut Arc::make_mut(&mut state.record).fields).cloud_id = first;
    }
}

/// Notes that a VLAN was changed by being put on a cloud or taken off one.
fn touch_vlan(world: &mut World, vlan: &str) {
    let moment = world.moment();
    if let Some(state) = world.vlans.get_mut(vlan) {
        Arc::make_mut(&mut state.record).updated_at = Some(moment);
    }
}

/// Notes that a block was changed by being put on a VLAN or taken off one.
fn touch_block(world: &mut World, block: &str) {
    let moment = world.moment();
    if let Some(state) = world.blocks.get_mut(block) {
        Arc::make_mut(&mut state.record).updated_at = Some(moment);
    }
}

/// Settles every cloud of a VLAN.
pub fn settle_clouds_of(world: &mut World, vlan: &str) {
    let clouds = world.vlans.get(vlan).map(|state| state.clouds.clone());
    for cloud in clouds.unwrap_or_default() {
        settle(world, &cloud);
    }
}

/// Gives the hosts of a cloud their addresses, and writes its networks into its stats.
pub fn settle(world: &mut World, cloud: &str) {
    // Each step looks at the hosts that are left, and never again at those that have an address.
    let mut without = hosts::address(world, cloud);
    while !without.is_empty() {
        let Some(block) = widen(world, cloud) else {
            break;
        };
        without = hosts::address_more(world, block, &without);
    }
    hosts::show(world, cloud);
    let Some(state) = world.clouds.get(cloud) else {
        return;
    };
    let vlans: Vec<Arc<CloudVlan>> = state
        .vlans
        .iter()
        .filter_map(|id| world.vlans.get(id))
        .map(|vlan| Arc::new(shown(world, vlan)))
        .collect();
    if let Some(state) = world.clouds.get_mut(cloud) {
        state.stats.alter().vlans = vlans;
    }
}

/// Puts one more block on the VLAN of a cloud's main addresses, and answers its id.
/// `INVENTORY_MORE`: a cloud of many hosts needs it.
fn widen(world: &mut World, cloud: &str) -> Option<String> {
    let state = world.clouds.get(cloud)?;
    let pod = state.record.fields.pod_location.clone()?;
    let vlan = hosts::inventory(world, cloud)?;
    let block = add_system_block(world, cloud, &pod, INVENTORY)?;
    join_block(world, &vlan, &block);
    Some(block)
}

/// Adds a public block of the kind that clouds are delivered with, if there is room.
pub fn add_system_block(world: &mut World, cloud: &str, pod: &str, label: &str) -> Option<String> {
    let net = world.take_public(28)?;
    let new = NewBlock {
        label,
        description: None,
        pod,
        prefix_type: "routed",
        net,
        from: SYSTEM,
        cloud: Some(cloud.to_owned()),
        addon: Some("ipv4_block_28".to_owned()),
        // Main addresses are given out of it; out of the provider's none are.
        addressing: if label == INVENTORY { "pool" } else { "off" },
    };
    Some(add_block(world, new))
}

fn shown(world: &World, vlan: &VlanState) -> CloudVlan {
    let fields = &vlan.record.fields;
    let routed = fields.vlan_type.as_deref() == Some("routed");
    let blocks = vlan.blocks.iter().filter_map(|id| world.blocks.get(id));
    CloudVlan {
        id: fields.vlan_id,
        uuid: fields.vlan_uuid.clone(),
        label: vlan.record.label.clone(),
        vlan_type: fields.vlan_type.clone(),
        state: Some(if routed { "ROUTED" } else { "ACTIVE" }.to_owned()),
        prefixes: JsonList::compact(&blocks.map(BlockState::shown).collect::<Vec<_>>()),
        ..CloudVlan::default()
    }
}
