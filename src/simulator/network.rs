//! Arithmetic of IP blocks.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::answer::Refused;

/// The private ranges of RFC 1918.
const PRIVATE: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
];
/// Where public blocks are cut from: RFC 2544 sets the range aside for benchmarks.
const PUBLIC: u32 = u32::from_be_bytes([198, 18, 0, 0]);

/// The lengths of public blocks by what they are billed as.
pub const ADDONS: &[(&str, u8)] = &[
    ("ipv4_block_28", 28),
    ("ip_block_32", 27),
    ("ip_block_64", 26),
    ("ip_block_128", 25),
    ("ip_block_256", 24),
];

/// A network as a user writes it.
pub fn read(cidr: &str) -> Result<Ipv4Net, Refused> {
    let net: Ipv4Net = cidr
        .parse()
        .map_err(|_| Refused::invalid(format!("{cidr:?} is not an IPv4 network in CIDR form")))?;
    if net.network() != net.addr() {
        return Err(Refused::invalid(format!(
            "{cidr} has host bits set; the network is {}",
            net.trunc()
        )));
    }
    Ok(net)
}

/// Whether a network lies within a private range.
pub fn is_private(net: Ipv4Net) -> bool {
    PRIVATE
        .iter()
        .any(|(base, length)| Ipv4Net::new(*base, *length).is_ok_and(|range| range.contains(&net)))
}

/// The first private network of a length that overlaps none of these.
pub fn free_private(length: u8, taken: &[Ipv4Net]) -> Option<Ipv4Net> {
    let range = Ipv4Net::new(Ipv4Addr::new(10, 0, 0, 0), 8).ok()?;
    // The first thousands are enough: an account holds far fewer blocks.
    range
        .subnets(length)
        .ok()?
        .take(65_536)
        .find(|net| !taken.iter().any(|it| overlap(*it, *net)))
}

/// Whether two networks share an address.
pub fn overlap(a: Ipv4Net, b: Ipv4Net) -> bool {
    a.contains(&b) || b.contains(&a)
}

/// The public network at a place, counted in blocks of 256 so that any length fits.
pub fn public(place: u32, length: u8) -> Option<Ipv4Net> {
    let base = PUBLIC.checked_add(place.checked_mul(256)?)?;
    Ipv4Net::new(Ipv4Addr::from(base), length).ok()
}

/// The addresses of a block that may be given out. A routed block keeps five: network, broadcast,
/// the gateway and two core switches. A private one keeps network and broadcast.
pub fn usable(net: Ipv4Net, is_routed: bool) -> impl Iterator<Item = Ipv4Addr> {
    let (first, last) = (u32::from(net.network()), u32::from(net.broadcast()));
    let (low, high) = if is_routed {
        (first.saturating_add(4), last.saturating_sub(1))
    } else if net.prefix_len() >= 31 {
        (first, last)
    } else {
        (first.saturating_add(1), last.saturating_sub(1))
    };
    (low..=high).map(Ipv4Addr::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_routed_28_has_11_usable_addresses() {
        let net = read("198.18.0.0/28").unwrap();
        assert_eq!(usable(net, true).count(), 11);
        assert_eq!(usable(net, false).count(), 14);
        assert_eq!(usable(read("10.0.0.5/32").unwrap(), false).count(), 1);
    }

    #[test]
    fn the_first_free_private_network_is_found() {
        let taken = [read("10.0.0.0/27").unwrap()];
        assert_eq!(
            free_private(28, &taken).unwrap().to_string(),
            "10.0.0.32/28"
        );
    }
}
