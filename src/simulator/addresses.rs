//! How the operations on the addresses of an IP block answer.

use std::net::Ipv4Addr;
use std::sync::Arc;

use super::answer::Answer;
use super::assumptions::{ADDRESS_OUTSIDE, ADDRESSES_EXHAUSTED, MAIN_DELETED};
use super::block::{BlockState, dotted};
use super::call::{Call, text};
use super::credentials::Role;
use super::links::settle_clouds_of;
use super::world::World;
use crate::api::ip_blocks::{IpAddress, IpBlockDetails};

const WHAT: &str = "prefix";

fn known<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut BlockState, Answer> {
    world
        .blocks
        .get_mut(call.param("prefix"))
        .ok_or_else(|| Answer::missing("Prefix"))
}

/// `ip_block_details`.
pub fn ip_block_details(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let state = known(world, call)?;
    let fields = &state.record.fields;
    Ok(Answer::json(IpBlockDetails {
        id: fields.prefix_id.unwrap_or_default(),
        cidr: fields.cidr.clone(),
        description: state.record.description.clone(),
        prefix_type: fields.prefix_type.clone(),
        usage: Some(state.usage().to_owned()),
        status: Some(state.status().to_owned()),
        managed_addressing: fields.managed_addressing.clone(),
        vlan_id: fields.vlan_id,
        ip_addrs: state.addresses.values().cloned().map(Arc::new).collect(),
        ..IpBlockDetails::default()
    }))
}

/// Takes an address of a block: the one wanted, or the next free one.
pub fn take(
    world: &mut World,
    block: &str,
    wanted: Option<&str>,
    label: Option<&str>,
    host: Option<&str>,
) -> Result<IpAddress, Answer> {
    let id = world.number();
    let Some(state) = world.blocks.get_mut(block) else {
        return Err(Answer::missing("Prefix"));
    };
    let range = state.usable().ok_or_else(|| {
        Answer::errors(
            409,
            "tracking",
            "Error with internal VLAN and Prefix tracking.",
        )
    })?;
    let place = match wanted {
        Some(wanted) => {
            let address: Ipv4Addr = wanted
                .parse()
                .map_err(|_| Answer::invalid("ip must be an IPv4 address."))?;
            let place = u32::from(address);
            if !range.contains(&place) {
                return Err(Answer::errors(
                    ADDRESS_OUTSIDE.status(),
                    "validation_failure",
                    "ip is not an address of the prefix that may be used.",
                ));
            }
            if state.addresses.contains_key(&place) {
                return Err(Answer::invalid("IP address already exists."));
            }
            place
        }
        None => state.free(1).pop().ok_or_else(|| {
            Answer::errors(
                ADDRESSES_EXHAUSTED.status(),
                "exhausted",
                "No address of the prefix is free.",
            )
        })?,
    };
    let address = IpAddress {
        id,
        ip: Some(dotted(place)),
        label: label.map(str::to_owned),
        assigned_host: host.filter(|host| !host.is_empty()).map(str::to_owned),
        ..IpAddress::default()
    };
    state.addresses.insert(place, address.clone());
    refresh(world, block);
    Ok(address)
}

fn refresh(world: &mut World, block: &str) {
    let vlan = world
        .blocks
        .get(block)
        .and_then(|state| state.record.fields.central_vlan_id.clone());
    if let Some(vlan) = vlan {
        settle_clouds_of(world, &vlan);
    }
}

/// `allocate_ip`. `ADDRESS_UNUSED`: whatever block it is.
pub fn allocate_ip(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, WHAT)?;
    known(world, call)?;
    let (wanted, label, host) = (
        text(&call.body, "ip")?,
        text(&call.body, "label")?,
        text(&call.body, "assigned_host")?,
    );
    let address = take(world, call.param("prefix"), wanted, label, host)?;
    Ok(Answer::json(address))
}

fn place_of(state: &BlockState, call: &Call) -> Result<u32, Answer> {
    let id: i64 = call
        .param("ip")
        .parse()
        .map_err(|_| Answer::invalid("ipId must be a whole number."))?;
    state
        .addresses
        .iter()
        .find(|(_, address)| address.id == id)
        .map(|(place, _)| *place)
        .ok_or_else(|| Answer::missing("IP address"))
}

/// `update_ip`.
pub fn update_ip(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, WHAT)?;
    let (label, host) = (
        text(&call.body, "label")?,
        text(&call.body, "assigned_host")?,
    );
    let state = known(world, call)?;
    let place = place_of(state, call)?;
    let own = state.addresses.get(&place);
    let stays = own.is_some_and(|it| host.is_none() || it.assigned_host.as_deref() == host);
    if !stays && state.mains.contains(&place) {
        return Err(Answer::invalid(
            "A host's main IP cannot be reassigned or unassigned.",
        ));
    }
    let Some(address) = state.addresses.get_mut(&place) else {
        return Err(Answer::missing("IP address"));
    };
    if let Some(label) = label {
        address.label = Some(label.to_owned());
    }
    if let Some(host) = host {
        address.assigned_host = (!host.is_empty()).then(|| host.to_owned());
    }
    let address = address.clone();
    refresh(world, call.param("prefix"));
    Ok(Answer::json(address))
}

/// `delete_ip`.
pub fn delete_ip(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, WHAT)?;
    let state = known(world, call)?;
    let place = place_of(state, call)?;
    if state.mains.contains(&place) {
        return Err(Answer::errors(
            MAIN_DELETED.status(),
            "validation_failure",
            "A host's main IP cannot be deleted.",
        ));
    }
    state.addresses.remove(&place);
    refresh(world, call.param("prefix"));
    Ok(Answer::accepted())
}
