//! How the operations on IP blocks answer; those on their addresses are in `addresses`.

use std::sync::Arc;

use ipnet::Ipv4Net;
use serde_json::{Map, Value};

use super::addresses::{allocate_ip, delete_ip, ip_block_details, update_ip};
use super::answer::Answer;
use super::assumptions::{
    ADDON_LENGTH, Assumption, BILLED_CLOUD, BLOCK_SYSTEM, BLOCK_VLAN, PRIVATE_OVERLAP,
};
use super::block::{BlockState, USER};
use super::call::{Behaviour, Call, required, text, whole};
use super::clouds::{complete, deleted};
use super::credentials::Role;
use super::inventory::{IP_ADDONS, is_pod};
use super::links::{NewBlock, add_block, link_block};
use super::provision::drop_block;
use super::space::{PRIVATE, PRIVATE_MORE};
use super::vlans::{check_block, check_lock};
use super::world::World;

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("ip_blocks", ip_blocks),
    ("create_ip_block", create_ip_block),
    ("ip_block", ip_block),
    ("update_ip_block", update_ip_block),
    ("delete_ip_block", delete_ip_block),
    ("ip_block_details", ip_block_details),
    ("allocate_ip", allocate_ip),
    ("update_ip", update_ip),
    ("delete_ip", delete_ip),
];

const WHAT: &str = "IP Address Block";
/// The ranges private blocks may be cut from (RFC 1918): `PRIVATE_RANGES`.
const RANGES: &[&str] = &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

#[expect(
    clippy::unnecessary_wraps,
    reason = "every behaviour has the same shape"
)]
fn ip_blocks(world: &mut World, _call: &Call) -> Result<Answer, Answer> {
    let all: Vec<_> = world
        .blocks
        .values()
        .map(|state| state.record.clone())
        .collect();
    Ok(Answer::json(all))
}

fn known<'a>(world: &'a World, call: &Call) -> Result<&'a BlockState, Answer> {
    world
        .blocks
        .get(call.param("prefix"))
        .ok_or_else(|| Answer::missing(WHAT))
}

fn ip_block(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    Ok(Answer::json(known(world, call)?.record.clone()))
}

/// The private block that a request asks for, not taken yet; none when any of a length will do.
fn private_net(fields: &Map<String, Value>) -> Result<(Option<Ipv4Net>, u8), Answer> {
    let length = whole(fields, "length")?;
    let bounds = |length: u8| (22..=32).contains(&length);
    if let Some(cidr) = text(fields, "cidr")? {
        let net: Option<Ipv4Net> = cidr.parse().ok();
        // Nothing is taken that is written in another way than it is shown, such as in octal.
        let net = net
            .filter(|net| net.to_string() == cidr)
            .ok_or_else(|| Answer::invalid("cidr must be an IPv4 network such as 10.0.0.0/28."))?;
        if net.addr() != net.network() {
            return Err(Answer::invalid("cidr has host bits set."));
        }
        let inside = RANGES
            .iter()
            .filter_map(|range| range.parse::<Ipv4Net>().ok())
            .any(|range| range.contains(&net));
        if !inside {
            return Err(Answer::invalid("cidr must lie in a private range."));
        }
        if !bounds(net.prefix_len()) || length.is_some_and(|l| l != i64::from(net.prefix_len())) {
            return Err(Answer::invalid(
                "The length must be 22 to 32 and that of cidr.",
            ));
        }
        return Ok((Some(net), net.prefix_len()));
    }
    let length = length.ok_or_else(|| Answer::invalid("cidr or length is required."))?;
    match u8::try_from(length) {
        Ok(length) if bounds(length) => Ok((None, length)),
        _ => Err(Answer::invalid("length must be 22 to 32.")),
    }
}

fn create_ip_block(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, WHAT)?;
    let (label, description, fields) = (call.label()?, call.description()?, call.fields()?);
    let pod = required(fields, "pod_location")?;
    let prefix_type = required(fields, "prefix_type")?;
    let addressing = text(fields, "managed_addressing")?.unwrap_or("off");
    if !is_pod(pod) {
        return Err(Answer::invalid("Invalid pod location."));
    }
    if !matches!(addressing, "off" | "all" | "pool") {
        return Err(Answer::invalid(
            "managed_addressing must be one of: off, all, pool.",
        ));
    }
    let (wanted, length, cloud, addon) = match prefix_type {
        "private" => {
            let (net, length) = private_net(fields)?;
            (net, length, None, None)
        }
        // ALLOCATION
        "routed" | "allocation" => {
            let (cloud, addon, length) = billed(world, fields, pod)?;
            (None, length, Some(cloud), Some(addon))
        }
        _ => {
            return Err(Answer::invalid(
                "prefix_type must be one of: private, routed, allocation.",
            ));
        }
    };
    let vlan = text(fields, "central_vlan_id")?;
    if let Some(id) = vlan {
        let state = world
            .vlans
            .get(id)
            .filter(|state| state.is_of_user())
            .ok_or_else(|| refuse(&BLOCK_VLAN, "central_vlan_id must be a VLAN of yours."))?;
        // Asked of a stand-in, for the block itself is made only once nothing stands against it.
        let mut block = BlockState::default();
        let stand_in = Arc::make_mut(&mut Arc::make_mut(&mut block.record).fields);
        stand_in.pod_location = Some(pod.to_owned());
        stand_in.prefix_type = Some(prefix_type.to_owned());
        let fields = &state.record.fields;
        check_block(
            &block,
            fields.pod_location.as_deref().unwrap_or_default(),
            fields.vlan_type.as_deref().unwrap_or_default(),
        )?;
    }
    let net = match wanted {
        Some(net) if world.space_of(prefix_type, pod).take(net) => Some(net),
        Some(_) => {
            let message = "cidr overlaps an IP Address Block in use.";
            return Err(refuse(&PRIVATE_OVERLAP, message));
        }
        // PRIVATE_NEXT
        None if prefix_type == "private" => [PRIVATE, PRIVATE_MORE]
            .iter()
            .find_map(|range| world.space_of(prefix_type, pod).take_any(range, length)),
        None => world.take_public(length),
    };
    let net = net.ok_or_else(|| Answer::invalid("No address space of this length is left."))?;
    let id = add_block(
        world,
        NewBlock {
            label: &label,
            description,
            pod,
            prefix_type,
            net,
            from: USER,
            cloud,
            addon,
            addressing,
        },
    );
    if let Some(vlan) = vlan {
        link_block(world, vlan, &id);
    }
    let record = world.blocks.get(&id).map(|state| state.record.clone());
    Ok(Answer::json(record.unwrap_or_default()))
}

/// The cloud a routed block is billed to, the add-on it is billed as, and its length.
fn billed(
    world: &World,
    fields: &Map<String, Value>,
    pod: &str,
) -> Result<(String, String, u8), Answer> {
    let cloud = required(fields, "cloud_id")?;
    let state = world
        .clouds
        .get(cloud)
        .ok_or_else(|| Answer::forbidden("Unauthorized access to: fmcloud"))?;
    if !complete(state) || deleted(state) {
        let message = "The provisioning status of the cloud must be complete.";
        return Err(refuse(&BILLED_CLOUD, message));
    }
    if text(fields, "cidr")?.is_some() {
        return Err(Answer::invalid("cidr is only valid for private IP blocks."));
    }
    if state.record.fields.pod_location.as_deref() != Some(pod) {
        return Err(Answer::invalid(
            "The cloud and the IP Address Block must be in the same datacenter location.",
        ));
    }
    let addon = required(fields, "product_addon")?;
    let Some((_, length, _)) = IP_ADDONS.iter().find(|(code, ..)| *code == addon) else {
        let codes: Vec<&str> = IP_ADDONS.iter().map(|(code, ..)| *code).collect();
        let message = format!("product_addon must be one of: {}.", codes.join(", "));
        return Err(Answer::invalid(&message));
    };
    if whole(fields, "length")?.is_some_and(|given| given != i64::from(*length)) {
        let message = "length is not that of product_addon.";
        return Err(refuse(&ADDON_LENGTH, message));
    }
    Ok((cloud.to_owned(), addon.to_owned(), *length))
}

/// Refuses by a choice of the simulator's.
fn refuse(by: &Assumption, message: &str) -> Answer {
    Answer::errors(by.status(), "validation_failure", message)
}

fn update_ip_block(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, WHAT)?;
    if !known(world, call)?.is_of_user() {
        return Err(Answer::named(
            BLOCK_SYSTEM.status(),
            "unauthorized",
            "IP Address Blocks of the system cannot be altered.",
        ));
    }
    let (label, description) = (call.new_label()?, call.description()?);
    let moment = world.moment();
    let Some(state) = world.blocks.get_mut(call.param("prefix")) else {
        return Err(Answer::missing(WHAT));
    };
    let changed = Arc::make_mut(&mut state.record);
    changed.label = label.or_else(|| changed.label.take());
    changed.description = description.or_else(|| changed.description.take());
    changed.updated_at = Some(moment);
    Ok(Answer::json(state.record.clone()))
}

fn delete_ip_block(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Owner, WHAT)?;
    let state = known(world, call)?;
    let billed: Vec<String> = state.record.fields.cloud_id.iter().cloned().collect();
    check_lock(world, &billed)?;
    if !state.is_of_user() {
        return Err(Answer::invalid(
            "Only user-created IP Address Blocks can be deleted.",
        ));
    }
    if state.record.fields.central_vlan_id.is_some() {
        return Err(Answer::invalid(
            "The IP Address Block is assigned to a VLAN.",
        ));
    }
    // ADDRESS_HOST
    let in_use = |host: &Option<String>| host.as_deref().is_some_and(|host| !host.is_empty());
    if state.addresses.values().any(|ip| in_use(&ip.assigned_host)) {
        return Err(Answer::invalid("IP addresses of the block are in use."));
    }
    drop_block(world, call.param("prefix"));
    Ok(Answer::success())
}
