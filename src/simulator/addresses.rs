//! How the operations on the addresses of an IP block answer.

use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::sync::Arc;

use ipnet::Ipv4Net;

use super::answer::Answer;
use super::assumptions::{ADDRESSES_EXHAUSTED, RESERVED_ROUTED};
use super::call::{Call, text};
use super::credentials::Role;
use super::links::show_clouds_of;
use super::world::{BlockState, World};
use crate::api::ip_blocks::{IpAddress, IpBlockDetails};

const WHAT: &str = "prefix";

fn known<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut BlockState, Answer> {
    world
        .blocks
        .get_mut(call.param("prefix"))
        .ok_or_else(|| Answer::missing("Prefix"))
}

/// The addresses of a block that may be handed out.
fn usable(net: Ipv4Net, is_private: bool) -> RangeInclusive<u32> {
    let (first, last) = (u32::from(net.network()), u32::from(net.broadcast()));
    let size = last - first;
    let (before, after) = if is_private {
        if size < 2 { (0, 0) } else { (1, 1) }
    } else {
        // Network, gateway and two switches at the start; broadcast at the end.
        (
            u32::try_from(RESERVED_ROUTED.most())
                .unwrap_or(5)
                .saturating_sub(1),
            1,
        )
    };
    first.saturating_add(before)..=last.saturating_sub(after)
}

fn shape(state: &BlockState) -> Option<RangeInclusive<u32>> {
    let fields = &state.record.fields;
    let net: Ipv4Net = fields.cidr.as_deref()?.parse().ok()?;
    Some(usable(
        net,
        fields.prefix_type.as_deref() == Some("private"),
    ))
}

/// `ip_block_details`.
pub fn ip_block_details(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let state = known(world, call)?;
    let fields = &state.record.fields;
    let is_private = fields.prefix_type.as_deref() == Some("private");
    let label = state.record.label.as_deref();
    let usage = match (&fields.central_vlan_id, fields.created_from.as_deref()) {
        (None, _) => "unused",
        (Some(_), Some("user")) if is_private => "internal",
        (Some(_), Some("user")) => "custom",
        (Some(_), _) if label == Some("inventory") => "inventory",
        (Some(_), _) => "provider",
    };
    Ok(Answer::json(IpBlockDetails {
        id: fields.prefix_id.unwrap_or_default(),
        cidr: fields.cidr.clone(),
        description: state.record.description.clone(),
        prefix_type: fields.prefix_type.clone(),
        usage: Some(usage.to_owned()),
        status: Some(if is_private { "ACTIVE" } else { "ROUTED" }.to_owned()),
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
    let range = shape(state).ok_or_else(|| {
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
                return Err(Answer::invalid(
                    "ip is not an address of the prefix that may be used.",
                ));
            }
            if state.addresses.contains_key(&place) {
                return Err(Answer::invalid("IP address already exists."));
            }
            place
        }
        None => range
            .into_iter()
            .find(|place| !state.addresses.contains_key(place))
            .ok_or_else(|| {
                let status = u16::try_from(ADDRESSES_EXHAUSTED.most()).unwrap_or(400);
                Answer::errors(status, "exhausted", "No address of the prefix is free.")
            })?,
    };
    let address = IpAddress {
        id,
        ip: Some(Ipv4Addr::from(place).to_string()),
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
        show_clouds_of(world, &vlan);
    }
}

/// `allocate_ip`.
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
        .map_err(|_| Answer::missing("IP address"))?;
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
    state.addresses.remove(&place);
    refresh(world, call.param("prefix"));
    Ok(Answer::accepted())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_routed_block_keeps_five_addresses_and_a_private_one_two() {
        let net: Ipv4Net = "198.18.0.0/28".parse().unwrap();
        assert_eq!(usable(net, false).count(), 11);
        assert_eq!(usable(net, true).count(), 14);
        assert_eq!(usable("10.0.0.1/32".parse().unwrap(), true).count(), 1);
        assert_eq!(usable("10.0.0.0/31".parse().unwrap(), true).count(), 2);
    }
}
