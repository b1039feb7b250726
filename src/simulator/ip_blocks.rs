//! IP blocks and their addresses.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ipnet::Ipv4Net;

use super::Behaviour;
use super::answer::{Answer, Refused};
use super::call::Call;
use super::caller::Role;
use super::catalogue::is_pod;
use super::network::{ADDONS, free_private, is_private, overlap, public, read, usable};
use super::world::{BlockState, World};
use crate::api::ip_blocks::{IpAddress, IpBlock, IpBlockDetails};

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

/// Lengths a private block may have.
const LENGTHS: std::ops::RangeInclusive<i64> = 22..=32;

fn found<'a>(world: &'a World, id: &str) -> Result<&'a BlockState, Refused> {
    world
        .blocks
        .get(id)
        .ok_or_else(|| Refused::not_found("IP block", id))
}

fn ip_blocks(world: &mut World, _: &Call<'_>) -> Result<Answer, Refused> {
    let blocks: Vec<&IpBlock> = world.blocks.values().map(|state| &state.block).collect();
    Answer::json(&blocks)
}

fn ip_block(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    Answer::json(&found(world, call.param("prefix"))?.block)
}

fn create_ip_block(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    call.caller.needs(Role::Maintainer)?;
    let label = call.body.required("label")?;
    let description = call.body.text("description")?.unwrap_or_default();
    let fields = call.body.fields()?;
    let pod = fields.required("pod_location")?;
    if !is_pod(&pod) {
        return Err(Refused::invalid(format!(
            "pod_location {pod:?} is not a pod location"
        )));
    }
    let kind = fields
        .word("prefix_type", &["private", "routed", "allocation"])?
        .ok_or_else(|| Refused::invalid("prefix_type is required"))?;
    let managed = fields.word("managed_addressing", &["off", "all", "pool"])?;
    let length = fields.int("length")?;
    let addon = fields.text("product_addon")?;
    let cloud = fields.text("cloud_id")?.filter(|id| !id.is_empty());
    let vlan = fields.text("central_vlan_id")?.filter(|id| !id.is_empty());
    if let Some(cloud) = &cloud
        && !world.clouds.contains_key(cloud)
    {
        return Err(Refused::invalid(format!("cloud_id {cloud} was not found")));
    }
    if let Some(vlan) = &vlan {
        let state = world
            .vlans
            .get(vlan)
            .ok_or_else(|| Refused::invalid(format!("central_vlan_id {vlan} was not found")))?;
        joins(
            &kind,
            &pod,
            state.vlan.fields.vlan_type.as_deref(),
            state.vlan.fields.pod_location.as_deref(),
        )?;
    }
    let (net, addon) = match kind.as_str() {
        "private" => (
            private(world, &pod, fields.text("cidr")?.as_deref(), length)?,
            None,
        ),
        "routed" => routed(
            world,
            addon.as_deref(),
            length,
            fields.text("cidr")?.as_deref(),
        )?,
        _ => {
            return Err(Refused::invalid(
                "blocks of type allocation are OpenMetal's own",
            ));
        }
    };
    let id = world.new_block(
        &label,
        &description,
        &kind,
        net,
        Some(&pod),
        "user",
        "custom",
    );
    if let Some(state) = world.blocks.get_mut(&id) {
        let fields = Arc::make_mut(&mut state.block.fields);
        fields.managed_addressing = managed.or_else(|| Some("off".to_owned()));
        fields.product_addon = addon;
        fields.cloud_id = cloud;
    }
    if vlan.is_some() {
        world.put_on(&id, vlan.as_deref());
    }
    world.log_change("create_ip_block", &id, &net.to_string());
    Answer::json(&found(world, &id)?.block)
}

fn private(
    world: &World,
    pod: &str,
    cidr: Option<&str>,
    length: Option<i64>,
) -> Result<Ipv4Net, Refused> {
    let taken: Vec<Ipv4Net> = world
        .blocks
        .values()
        .filter(|it| it.block.fields.pod_location.as_deref() == Some(pod))
        .filter(|it| it.block.fields.prefix_type.as_deref() == Some("private"))
        .filter_map(|it| read(it.block.fields.cidr.as_deref()?).ok())
        .collect();
    if let Some(length) = length
        && !LENGTHS.contains(&length)
    {
        return Err(Refused::invalid("length must be from 22 to 32"));
    }
    let Some(cidr) = cidr.filter(|cidr| !cidr.is_empty()) else {
        let length = length
            .and_then(|length| u8::try_from(length).ok())
            .ok_or_else(|| Refused::invalid("a private block needs a cidr or a length"))?;
        return free_private(length, &taken)
            .ok_or_else(|| Refused::invalid("no private block of that length is free"));
    };
    let net = read(cidr)?;
    if !LENGTHS.contains(&i64::from(net.prefix_len())) {
        return Err(Refused::invalid(
            "a private block has a length from 22 to 32",
        ));
    }
    if length.is_some_and(|length| length != i64::from(net.prefix_len())) {
        return Err(Refused::invalid("length does not match cidr"));
    }
    if !is_private(net) {
        return Err(Refused::invalid(format!(
            "{cidr} is not within a private range"
        )));
    }
    if let Some(other) = taken.iter().find(|other| overlap(**other, net)) {
        return Err(Refused::invalid(format!("{cidr} overlaps {other}")));
    }
    Ok(net)
}

fn routed(
    world: &mut World,
    addon: Option<&str>,
    length: Option<i64>,
    cidr: Option<&str>,
) -> Result<(Ipv4Net, Option<String>), Refused> {
    if cidr.is_some_and(|cidr| !cidr.is_empty()) {
        return Err(Refused::invalid(
            "a routed block cannot be asked for by cidr",
        ));
    }
    let choice = match addon {
        Some(addon) => ADDONS.iter().find(|(code, _)| *code == addon),
        None => ADDONS
            .iter()
            .find(|(_, bits)| Some(i64::from(*bits)) == length),
    };
    let Some((code, bits)) = choice else {
        let codes: Vec<&str> = ADDONS.iter().map(|(code, _)| *code).collect();
        return Err(Refused::invalid(format!(
            "a routed block needs a product_addon: {}",
            codes.join(", ")
        )));
    };
    if length.is_some_and(|length| length != i64::from(*bits)) {
        return Err(Refused::invalid(format!(
            "product_addon {code} has a length of {bits}"
        )));
    }
    let place = world.next_network();
    public(place, *bits)
        .map(|net| (net, Some((*code).to_owned())))
        .ok_or_else(|| Refused::invalid("no public block is free"))
}

fn joins(
    kind: &str,
    pod: &str,
    vlan_type: Option<&str>,
    vlan_pod: Option<&str>,
) -> Result<(), Refused> {
    let wanted = if kind == "private" {
        "internal"
    } else {
        "routed"
    };
    if vlan_type != Some(wanted) {
        return Err(Refused::invalid(format!(
            "a {kind} block goes on a VLAN of type {wanted}"
        )));
    }
    if vlan_pod != Some(pod) {
        return Err(Refused::invalid(
            "the VLAN and the IP block are in different locations",
        ));
    }
    Ok(())
}

/// Whether a block may be put on a VLAN of this type in this location.
pub fn suits(world: &World, block: &str, vlan_type: &str, pod: &str) -> Result<(), Refused> {
    let fields = &found(world, block)?.block.fields;
    if fields.central_vlan_id.is_some() {
        return Err(Refused::invalid("the IP block is already on a VLAN"));
    }
    joins(
        fields.prefix_type.as_deref().unwrap_or_default(),
        fields.pod_location.as_deref().unwrap_or_default(),
        Some(vlan_type),
        Some(pod),
    )
}

fn update_ip_block(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let id = call.param("prefix");
    found(world, id)?;
    call.caller.needs(Role::Maintainer)?;
    let (label, description) = (call.body.text("label")?, call.body.text("description")?);
    if label.as_ref().is_some_and(|label| label.trim().is_empty()) {
        return Err(Refused::invalid("label must not be empty"));
    }
    let moment = world.moment();
    if let Some(state) = world.blocks.get_mut(id) {
        if state.block.fields.alterable != Some(true) {
            return Err(Refused::forbidden(
                "a block of the system cannot be altered",
            ));
        }
        state.block.label = label.or(state.block.label.take());
        state.block.description = description.or(state.block.description.take());
        state.block.updated_at = moment;
    }
    Answer::json(&found(world, id)?.block)
}

fn delete_ip_block(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let id = call.param("prefix");
    let state = found(world, id)?;
    call.caller.needs(Role::Owner)?;
    let fields = &state.block.fields;
    if fields.created_from.as_deref() != Some("user") {
        return Err(Refused::invalid(
            "only a block created by users can be deleted",
        ));
    }
    if let Some(vlan) = &fields.central_vlan_id {
        return Err(Refused::invalid(format!("the IP block is on VLAN {vlan}")));
    }
    if let Some(host) = state.addresses.iter().find_map(|it| assigned(it)) {
        return Err(Refused::invalid(format!(
            "an address of the block is assigned to {host}"
        )));
    }
    world.blocks.shift_remove(id);
    world.log_change("delete_ip_block", id, "gone");
    Ok(Answer::success())
}

fn assigned(address: &IpAddress) -> Option<&str> {
    address
        .assigned_host
        .as_deref()
        .filter(|host| !host.is_empty())
}

fn ip_block_details(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let state = found(world, call.param("prefix"))?;
    let fields = &state.block.fields;
    Answer::json(&IpBlockDetails {
        id: fields.prefix_id.unwrap_or_default(),
        cidr: fields.cidr.clone(),
        description: state.block.description.clone(),
        prefix_type: fields.prefix_type.clone(),
        usage: Some(state.usage.clone()),
        status: Some("ACTIVE".to_owned()),
        managed_addressing: fields.managed_addressing.clone(),
        vlan_id: fields.vlan_id,
        ip_addrs: state
            .addresses
            .iter()
            .map(|it| Arc::new(it.clone()))
            .collect(),
        ..IpBlockDetails::default()
    })
}

fn allocate_ip(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let id = call.param("prefix");
    let state = found(world, id)?;
    call.caller.needs(Role::Maintainer)?;
    let label = call.body.text("label")?;
    let host = call.body.text("assigned_host")?;
    let fields = &state.block.fields;
    let ip = match call.body.text("ip")?.filter(|ip| !ip.is_empty()) {
        None => world
            .next_address(id)
            .ok_or_else(|| Refused::invalid("every address of the block is in use"))?,
        Some(text) => {
            let wanted: Ipv4Addr = text
                .parse()
                .map_err(|_| Refused::invalid(format!("{text:?} is not an IPv4 address")))?;
            let net = read(fields.cidr.as_deref().unwrap_or_default())?;
            let is_routed = fields.prefix_type.as_deref() == Some("routed");
            if !net.contains(&wanted) {
                return Err(Refused::invalid(format!("{wanted} is not within {net}")));
            }
            if !usable(net, is_routed).any(|it| it == wanted) {
                return Err(Refused::invalid(format!("{wanted} is reserved in {net}")));
            }
            let text = wanted.to_string();
            if state
                .addresses
                .iter()
                .any(|it| it.ip.as_deref() == Some(&text))
            {
                return Err(Refused::invalid(format!("{text} already exists")));
            }
            text
        }
    };
    let address = IpAddress {
        id: world.number(),
        ip: Some(ip.clone()),
        label: Some(label.unwrap_or_default()),
        assigned_host: Some(host.unwrap_or_default()),
        ..IpAddress::default()
    };
    let answer = Answer::json(&address)?;
    if let Some(state) = world.blocks.get_mut(id) {
        state.addresses.push(address);
    }
    world.log_change("allocate_ip", id, &ip);
    Ok(answer)
}

/// The block, the address within it, and whether it is a server's main one.
fn address<'a>(
    world: &'a mut World,
    call: &Call<'_>,
) -> Result<(&'a mut BlockState, usize, bool), Refused> {
    let (block, ip) = (call.param("prefix"), call.param("ip"));
    let mains: Vec<String> = world
        .clouds
        .values()
        .flat_map(|state| &state.nodes)
        .filter_map(|it| it.node.ipaddress.clone())
        .collect();
    let state = world
        .blocks
        .get_mut(block)
        .ok_or_else(|| Refused::not_found("IP block", block))?;
    let place = state
        .addresses
        .iter()
        .position(|it| it.id.to_string() == ip)
        .ok_or_else(|| Refused::not_found("IP address", ip))?;
    let is_main = state
        .addresses
        .get(place)
        .is_some_and(|it| it.ip.as_ref().is_some_and(|ip| mains.contains(ip)));
    Ok((state, place, is_main))
}

fn update_ip(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let (state, place, is_main) = address(world, call)?;
    call.caller.needs(Role::Maintainer)?;
    let (label, host) = (call.body.text("label")?, call.body.text("assigned_host")?);
    if is_main && host.is_some() {
        return Err(Refused::invalid(
            "a host's main address cannot be reassigned",
        ));
    }
    let Some(address) = state.addresses.get_mut(place) else {
        return Err(Refused::not_found("IP address", call.param("ip")));
    };
    address.label = label.or(address.label.take());
    address.assigned_host = host.or(address.assigned_host.take());
    Answer::json(address)
}

fn delete_ip(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let (state, place, is_main) = address(world, call)?;
    call.caller.needs(Role::Maintainer)?;
    if is_main {
        return Err(Refused::invalid("a host's main address cannot be deleted"));
    }
    state.addresses.remove(place);
    world.log_change("delete_ip", call.param("prefix"), call.param("ip"));
    Ok(Answer::Done)
}
