//! Addresses of a snapshot.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Deref;
use std::sync::Arc;

use ipnet::Ipv4Net;
use serde_json::Value;

use super::Resources;
use crate::simulator::space::{PUBLIC, Space};

/// Where addresses go that lie in no block: a range that is everybody's, and large.
const OUTSIDE: u32 = u32::from_be_bytes([100, 64, 0, 0]);

/// Which addresses stand for which.
#[derive(Default)]
struct Addresses {
    blocks: Vec<(Ipv4Net, Ipv4Net)>,
    others: HashMap<Ipv4Addr, Ipv4Addr>,
    longer: HashMap<Ipv6Addr, usize>,
    interfaces: HashMap<String, usize>,
}

impl Addresses {
    /// An address that stands for this one, which keeps its place in its block.
    fn instead_of(&mut self, ip: Ipv4Addr) -> Ipv4Addr {
        if ip.is_private() {
            return ip;
        }
        if let Some((from, to)) = self.blocks.iter().find(|(from, _)| from.contains(&ip)) {
            let offset = u32::from(ip) - u32::from(from.network());
            return Ipv4Addr::from(u32::from(to.network()) + offset);
        }
        let next = u32::try_from(self.others.len()).unwrap_or_default();
        let to = Ipv4Addr::from(OUTSIDE.wrapping_add(next + 1));
        *self.others.entry(ip).or_insert(to)
    }

    /// The same for text, with a length or without; what is no address stays.
    fn text<T: Deref<Target = str> + From<String>>(&mut self, text: &mut Option<T>) {
        let Some(old) = text.as_deref() else { return };
        let (ip, length) = match old.split_once('/') {
            Some((ip, length)) => (ip, format!("/{length}")),
            None => (old, String::new()),
        };
        match ip.parse() {
            Ok(IpAddr::V4(ip)) => *text = Some(format!("{}{length}", self.instead_of(ip)).into()),
            Ok(IpAddr::V6(ip)) => {
                let next = self.longer.len() + 1;
                let number = *self.longer.entry(ip).or_insert(next);
                // A range set aside for documents.
                *text = Some(format!("2001:db8::{number:x}{length}").into());
            }
            Err(_) => {}
        }
    }

    /// The address of an interface that stands for this one.
    fn interface(&mut self, mac: &str) -> String {
        let next = self.interfaces.len() + 1;
        let number = *self.interfaces.entry(mac.to_owned()).or_insert(next);
        let [.., top, high, low] = number.to_be_bytes();
        format!("02:00:00:{top:02x}:{high:02x}:{low:02x}")
    }
}

/// Replaces addresses that are public, and those of interfaces.
pub fn redact(resources: &mut Resources) {
    let mut addresses = Addresses::default();
    let mut space = Space::default();
    for (block, _) in &resources.blocks {
        let fields = &block.fields;
        let net = fields.cidr.as_deref().and_then(|cidr| cidr.parse().ok());
        if let Some(net) = net.filter(|net: &Ipv4Net| !net.network().is_private())
            && let Some(to) = space.take_any(PUBLIC, net.prefix_len())
        {
            addresses.blocks.push((net, to));
        }
    }
    for (block, own) in &mut resources.blocks {
        let fields = Arc::make_mut(&mut block.fields);
        let net: Option<Ipv4Net> = fields.cidr.as_deref().and_then(|cidr| cidr.parse().ok());
        if let Some(net) = net {
            let to = addresses.instead_of(net.network());
            fields.cidr = Some(format!("{to}/{}", net.prefix_len()));
        }
        for address in own {
            addresses.text(&mut address.ip);
        }
    }
    for (cloud, stats) in &mut resources.clouds {
        addresses.text(&mut Arc::make_mut(&mut cloud.fields).hostname);
        for text in [
            &mut stats.cloud_hostname,
            &mut stats.external_vip_address,
            &mut stats.internal_vip_address,
        ] {
            addresses.text(text);
        }
        for node in &mut stats.nodes {
            let node = Arc::make_mut(node);
            addresses.text(&mut node.ipaddress);
            node.networks.alter(|networks| {
                for network in networks {
                    if let Some(mac) = network.get("mac_address").and_then(Value::as_str) {
                        network["mac_address"] = addresses.interface(mac).into();
                    }
                }
            });
        }
    }
}
