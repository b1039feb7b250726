//! Address space: which IPv4 ranges are taken, and where a free one of some length begins.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

/// The private space that blocks named by their length are taken from, from its start.
pub const PRIVATE: &str = "192.168.0.0/16";
/// Where they come from once [`PRIVATE`] is used up.
pub const PRIVATE_MORE: &str = "10.64.0.0/10";
/// The public space that routed blocks are taken from: ranges set aside for tests and carriers.
pub const PUBLIC: &str = "198.18.0.0/15";
/// Where routed blocks come from once [`PUBLIC`] is used up.
pub const PUBLIC_MORE: &str = "100.64.0.0/10";

/// Address space.
#[derive(Clone, Debug, Default)]
pub struct Space {
    /// The ranges that are taken, by their first address.
    taken: BTreeMap<u32, u32>,
    /// By the first address of a range and a length: before where no block of this length is free
    /// in it. Without it, each block taken would be looked for past all those before it.
    full: BTreeMap<(u32, u8), u32>,
}

fn ends(block: Ipv4Net) -> (u32, u32) {
    (u32::from(block.network()), u32::from(block.broadcast()))
}

impl Space {
    /// Takes a block; false when it overlaps one that is taken.
    pub fn take(&mut self, block: Ipv4Net) -> bool {
        let (first, last) = ends(block);
        let before = self.taken.range(..=last).next_back();
        if before.is_some_and(|(_, end)| *end >= first) {
            return false;
        }
        self.taken.insert(first, last);
        true
    }

    /// Gives a block back.
    pub fn free(&mut self, block: Ipv4Net) {
        self.taken.remove(&ends(block).0);
        self.full.clear();
    }

    /// Takes the first free block of this length within a range.
    pub fn take_any(&mut self, range: &str, length: u8) -> Option<Ipv4Net> {
        let range: Ipv4Net = range.parse().ok()?;
        if length < range.prefix_len() || length > 32 {
            return None;
        }
        let (first, last) = ends(range);
        let size = 1_u32 << (32 - u32::from(length));
        let key = (first, length);
        let mut start = self.full.get(&key).copied().unwrap_or(first);
        if start > last {
            return None;
        }
        for (taken, end) in self.taken.range(start..=last) {
            if start.checked_add(size - 1)? < *taken {
                break;
            }
            // The next aligned start beyond the range in the way.
            start = end
                .checked_add(1)?
                .checked_next_multiple_of(size)?
                .max(start);
        }
        self.full.insert(key, start);
        if start.checked_add(size - 1)? > last {
            return None;
        }
        let block = Ipv4Net::new(Ipv4Addr::from(start), length).ok()?;
        self.take(block).then_some(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_overlaps_is_refused_either_way_round() {
        let mut space = Space::default();
        assert!(space.take("10.0.0.0/28".parse().unwrap()));
        assert!(!space.take("10.0.0.0/24".parse().unwrap()));
        assert!(!space.take("10.0.0.8/30".parse().unwrap()));
        assert!(space.take("10.0.0.16/28".parse().unwrap()));
        space.free("10.0.0.0/28".parse().unwrap());
        assert!(space.take("10.0.0.8/30".parse().unwrap()));
    }

    #[test]
    fn free_blocks_are_aligned_fill_gaps_and_run_out() {
        let mut space = Space::default();
        let range = "10.0.0.0/27";
        let any = |space: &mut Space, length| {
            space.take_any(range, length).map(|block| block.to_string())
        };
        assert_eq!(any(&mut space, 30).unwrap(), "10.0.0.0/30");
        assert_eq!(any(&mut space, 28).unwrap(), "10.0.0.16/28");
        assert_eq!(any(&mut space, 29).unwrap(), "10.0.0.8/29");
        assert_eq!(any(&mut space, 29), None);
        assert_eq!(any(&mut space, 30).unwrap(), "10.0.0.4/30");
        assert_eq!(any(&mut space, 32), None);
        // What is given back is found again, before what was taken after it.
        space.free("10.0.0.8/29".parse().unwrap());
        assert_eq!(any(&mut space, 30).unwrap(), "10.0.0.8/30");
        assert_eq!(any(&mut space, 30).unwrap(), "10.0.0.12/30");
        assert_eq!(any(&mut space, 30), None);
    }
}
