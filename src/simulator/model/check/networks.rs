//! Networks that cannot be.

use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::{Problem, Resources, location, one_of, wrong};
use crate::api::clouds::Cloud;
use crate::api::ip_blocks::{IpAddress, IpBlock};
use crate::api::vlans::Vlan;
use crate::simulator::assumptions::VLANS_PER_CLOUD;
use crate::simulator::block::{SYSTEM, USER};
use crate::simulator::space::Space;

/// Who can have made a network: a user, or the system in one of two ways.
const MAKERS: &[&str] = &[USER, SYSTEM, "central"];

/// The shortest prefix of a block: the largest private range.
const SHORTEST: u8 = 8;
/// The largest number that a thing of the infrastructure may go by: programs read them as floats.
const LARGEST: i64 = 1 << 53;

/// Refuses networks that cannot be.
pub fn check(resources: &Resources) -> Result<(), Problem> {
    let clouds: HashMap<&str, &Cloud> = resources
        .clouds
        .iter()
        .map(|(cloud, _)| (&*cloud.id, cloud))
        .collect();
    vlans(resources, &clouds)?;
    blocks(resources, &clouds)
}

fn vlans(resources: &Resources, clouds: &HashMap<&str, &Cloud>) -> Result<(), Problem> {
    let (mut numbers, mut uuids) = (HashSet::new(), HashSet::new());
    let mut own: HashMap<&str, i64> = HashMap::new();
    for (place, (vlan, on)) in resources.vlans.iter().enumerate() {
        let (at, fields) = (format!("/vlan/{place}"), &vlan.fields);
        let pod = fields.pod_location.as_deref();
        location(pod, &format!("{at}/fields/pod_location"))?;
        let types = ["internal", "routed"];
        one_of(
            fields.vlan_type.as_deref(),
            &types,
            format!("{at}/fields/vlan_type"),
        )?;
        let maker = fields.created_from.as_deref();
        one_of(maker, MAKERS, format!("{at}/fields/created_from"))?;
        let number = fields.vlan_id.unwrap_or_default();
        if !(1..=4_094).contains(&number) {
            let message = "a VLAN has a number from 1 to 4094";
            return Err(wrong(format!("{at}/fields/vlan_id"), message));
        }
        let uuid = fields.vlan_uuid.as_deref();
        if uuid.is_some_and(|uuid| !uuids.insert(uuid)) {
            let message = "another VLAN has this UUID";
            return Err(wrong(format!("{at}/fields/vlan_uuid"), message));
        }
        for (place, id) in on.iter().enumerate() {
            let at = format!("{at}/clouds/{place}");
            let Some(cloud) = clouds.get(&**id) else {
                return Err(wrong(at, format!("there is no cloud `{id}`")));
            };
            if cloud.fields.pod_location.as_deref() != pod {
                return Err(wrong(
                    at,
                    "the cloud and the VLAN are in different locations",
                ));
            }
            if cloud.fields.provision_status.as_deref() != Some("complete") {
                return Err(wrong(at, "a cloud that is not complete has no VLANs yet"));
            }
            if !numbers.insert((&**id, number)) {
                let message = format!("the cloud has another VLAN of the number {number}");
                return Err(wrong(at, message));
            }
            let count = own.entry(id).or_default();
            *count += i64::from(maker == Some(USER));
            if *count > VLANS_PER_CLOUD.most() {
                let most = VLANS_PER_CLOUD.most();
                return Err(wrong(
                    at,
                    format!("a cloud has {most} VLANs of users at most"),
                ));
            }
        }
    }
    Ok(())
}

fn blocks(resources: &Resources, clouds: &HashMap<&str, &Cloud>) -> Result<(), Problem> {
    let vlans: HashMap<&str, &Vlan> = resources
        .vlans
        .iter()
        .map(|(vlan, _)| (&*vlan.id, vlan))
        .collect();
    let mut spaces: HashMap<&str, Space> = HashMap::new();
    let mut numbers = HashSet::new();
    for (place, (block, addresses)) in resources.blocks.iter().enumerate() {
        let at = format!("/block/{place}");
        let net = self::block(block, &at)?;
        let fields = &block.fields;
        let is_private = fields.prefix_type.as_deref() == Some("private");
        let pod = fields.pod_location.as_deref().unwrap_or_default();
        let space = spaces.entry(if is_private { pod } else { "" }).or_default();
        if !space.take(net) {
            let message = "it overlaps another block";
            return Err(wrong(format!("{at}/fields/cidr"), message));
        }
        if let Some(cloud) = fields.cloud_id.as_deref()
            && !clouds.contains_key(cloud)
        {
            let message = format!("there is no cloud `{cloud}`");
            return Err(wrong(format!("{at}/fields/cloud_id"), message));
        }
        if let Some(id) = fields.central_vlan_id.as_deref() {
            let at = format!("{at}/fields/central_vlan_id");
            let Some(vlan) = vlans.get(id) else {
                return Err(wrong(at, format!("there is no VLAN `{id}`")));
            };
            if vlan.fields.pod_location != fields.pod_location {
                return Err(wrong(
                    at,
                    "the VLAN and the block are in different locations",
                ));
            }
            if is_private != (vlan.fields.vlan_type.as_deref() == Some("internal")) {
                let message =
                    "a private block is on an internal VLAN, a routed one on a routed one";
                return Err(wrong(at, message));
            }
        }
        let mut seen = HashSet::new();
        for (place, address) in addresses.iter().enumerate() {
            let at = format!("{at}/address/{place}");
            let ip = self::address(address, net, &at)?;
            if !seen.insert(ip) {
                return Err(wrong(format!("{at}/ip"), "the address is there twice"));
            }
            if !numbers.insert(address.id) {
                return Err(wrong(format!("{at}/id"), "the id is there twice"));
            }
        }
    }
    Ok(())
}

fn block(block: &IpBlock, at: &str) -> Result<Ipv4Net, Problem> {
    let fields = &block.fields;
    location(
        fields.pod_location.as_deref(),
        &format!("{at}/fields/pod_location"),
    )?;
    let types = ["private", "routed", "allocation"];
    one_of(
        fields.prefix_type.as_deref(),
        &types,
        format!("{at}/fields/prefix_type"),
    )?;
    one_of(
        fields.created_from.as_deref(),
        MAKERS,
        format!("{at}/fields/created_from"),
    )?;
    if fields.managed_addressing.is_some() {
        let modes = ["off", "all", "pool"];
        let at = format!("{at}/fields/managed_addressing");
        one_of(fields.managed_addressing.as_deref(), &modes, at)?;
    }
    let cidr = fields.cidr.as_deref().unwrap_or_default();
    let net: Option<Ipv4Net> = cidr.parse().ok();
    let net = net.filter(|net| net.trunc().to_string() == cidr && net.prefix_len() >= SHORTEST);
    let Some(net) = net else {
        let message = "it is to be an IPv4 network, such as 10.0.0.0/28";
        return Err(wrong(format!("{at}/fields/cidr"), message));
    };
    if fields
        .prefix_id
        .is_some_and(|id| !(1..=LARGEST).contains(&id))
    {
        let message = format!("a prefix_id is from 1 to {LARGEST}");
        return Err(wrong(format!("{at}/fields/prefix_id"), message));
    }
    if fields.length != Some(i64::from(net.prefix_len())) {
        let message = format!("the length is that of the cidr: {}", net.prefix_len());
        return Err(wrong(format!("{at}/fields/length"), message));
    }
    Ok(net)
}

fn address(address: &IpAddress, net: Ipv4Net, at: &str) -> Result<Ipv4Addr, Problem> {
    if !(1..=LARGEST).contains(&address.id) {
        let message = format!("an id of an address is from 1 to {LARGEST}");
        return Err(wrong(format!("{at}/id"), message));
    }
    let ip = address.ip.as_deref().and_then(|ip| ip.parse().ok());
    ip.filter(|ip| net.contains(ip)).ok_or_else(|| {
        wrong(
            format!("{at}/ip"),
            format!("it is to be an address of {net}"),
        )
    })
}
