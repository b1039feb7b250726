//! An IP block and its addresses.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::sync::Arc;

use ipnet::Ipv4Net;
use serde_json::{Value, json};

use super::assumptions::{RESERVED_PRIVATE, RESERVED_ROUTED};
use super::identity::is_uuid;
use crate::api::ip_blocks::{IpAddress, IpBlock};

/// The label of a host's main address, and of the VLAN it lies in.
pub const INVENTORY: &str = "inventory";
/// Who made a thing of the system.
pub const SYSTEM: &str = "omapi";
/// Who made a thing of a user.
pub const USER: &str = "user";

/// An IP block and its addresses in use.
#[derive(Clone, Debug, Default)]
pub struct BlockState {
    /// The block.
    pub record: Arc<IpBlock>,
    /// Addresses in use, by the address as a number.
    pub addresses: BTreeMap<u32, IpAddress>,
    /// Which of them are main addresses of hosts.
    pub mains: BTreeSet<u32>,
}

impl BlockState {
    /// Whether it is a private block.
    pub fn is_private(&self) -> bool {
        self.record.fields.prefix_type.as_deref() == Some("private")
    }

    /// Whether users made it, and may alter it.
    pub fn is_of_user(&self) -> bool {
        self.record.fields.created_from.as_deref() == Some(USER)
    }

    /// What it is used for. `USAGE`: the documents name the words and not when which applies.
    pub fn usage(&self) -> &'static str {
        let is_inventory = self.record.label.as_deref() == Some(INVENTORY);
        match (
            self.record.fields.central_vlan_id.is_some(),
            self.is_of_user(),
        ) {
            (false, _) => "unused",
            (true, true) if self.is_private() => "internal",
            (true, true) => "custom",
            (true, false) if is_inventory => INVENTORY,
            (true, false) => "provider",
        }
    }

    /// Its state in the network: `BLOCK_STATUS`.
    pub fn status(&self) -> &'static str {
        if self.is_private() {
            "ACTIVE"
        } else {
            "ROUTED"
        }
    }

    fn net(&self) -> Option<Ipv4Net> {
        self.record.fields.cidr.as_deref()?.parse().ok()
    }

    /// The addresses that may be handed out.
    pub fn usable(&self) -> Option<RangeInclusive<u32>> {
        Some(usable(self.net()?, self.is_private()))
    }

    /// The first addresses that may be handed out and are not, as many as are asked for.
    pub fn free(&self, count: usize) -> Vec<u32> {
        let mut taken = self.addresses.keys().copied().peekable();
        let is_free = |place: &u32| {
            while taken.next_if(|it| it < place).is_some() {}
            taken.peek() != Some(place)
        };
        let usable = self.usable().into_iter().flatten();
        usable.filter(is_free).take(count).collect()
    }

    /// An address with the block's length behind it.
    pub fn with_length(&self, address: &IpAddress) -> Option<String> {
        let length = self.record.fields.length?;
        Some(format!("{}/{length}", address.ip.as_deref()?))
    }

    /// The block as the stats of a cloud show it.
    pub fn shown(&self) -> Value {
        let fields = &self.record.fields;
        let addresses: Vec<Value> = self
            .addresses
            .values()
            .map(|address| {
                let host = address.assigned_host.as_deref().filter(|it| is_uuid(it));
                let ip = self.with_length(address);
                match &address.label {
                    Some(label) => json!({"label": label, "assigned_host": host, "ip": ip}),
                    None => json!({"assigned_host": host, "ip": ip}),
                }
            })
            .collect();
        json!({
            "id": fields.prefix_id,
            "cidr": fields.cidr,
            "prefix_type": if self.is_private() { "private" } else { "routed" },
            "usage": self.usage(),
            "status": self.status(),
            "managed_addressing": fields.managed_addressing,
            "ip_addrs": addresses,
        })
    }
}

/// An address as people write it.
pub fn dotted(place: u32) -> String {
    Ipv4Addr::from(place).to_string()
}

/// The addresses of a block that may be handed out.
fn usable(net: Ipv4Net, is_private: bool) -> RangeInclusive<u32> {
    let (first, last) = (u32::from(net.network()), u32::from(net.broadcast()));
    let kept = if !is_private {
        // Network, gateway and two switches at the start; broadcast at the end.
        RESERVED_ROUTED.most()
    } else if net.prefix_len() < 31 {
        RESERVED_PRIVATE.most()
    } else {
        return first..=last;
    };
    let before = u32::try_from(kept).unwrap_or(1).saturating_sub(1);
    first.saturating_add(before)..=last.saturating_sub(1)
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
