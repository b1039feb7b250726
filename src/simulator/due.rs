//! Changes of state that are due at an instant and are applied by the next call after it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

/// A change that waits for its instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A cloud reaches this `provision_status`.
    Provision {
        /// The cloud.
        cloud: String,
        /// The status.
        status: &'static str,
    },
    /// Ordered nodes join an existing cloud.
    Join {
        /// The cloud.
        cloud: String,
        /// Their hardware type.
        sku: String,
        /// How many.
        count: usize,
    },
    /// A node reaches this `power_state`.
    Power {
        /// Its cloud.
        cloud: String,
        /// The node.
        node: String,
        /// The state.
        state: &'static str,
    },
    /// Hardware that was removed is back in stock.
    Restock {
        /// Where.
        pod: String,
        /// Its hardware type.
        sku: String,
    },
    /// An invitation expires.
    Lapse {
        /// The membership.
        member: String,
    },
    /// A deleted cloud is wiped.
    Wipe {
        /// The cloud.
        cloud: String,
    },
}

/// The changes that wait, by instant and then in the order they were decided.
#[derive(Clone, Debug, Default)]
pub struct Due {
    queue: BTreeMap<(DateTime<Utc>, u64), Change>,
    decided: u64,
}

impl Due {
    /// Decides that a change happens at an instant.
    pub fn at(&mut self, at: DateTime<Utc>, change: Change) {
        self.decided += 1;
        self.queue.insert((at, self.decided), change);
    }

    /// The changes that wait, in their order.
    pub fn waiting(&self) -> impl Iterator<Item = (DateTime<Utc>, &Change)> {
        self.queue.iter().map(|((at, _), change)| (*at, change))
    }

    /// How many changes were ever decided.
    pub const fn decided(&self) -> u64 {
        self.decided
    }

    /// Alters the changes decided since then, or takes them back.
    pub fn alter_since(&mut self, decided: u64, mut alter: impl FnMut(Change) -> Option<Change>) {
        let all = std::mem::take(&mut self.queue).into_iter();
        let altered = all.filter_map(|(key, change)| {
            let change = if key.1 > decided {
                alter(change)?
            } else {
                change
            };
            Some((key, change))
        });
        self.queue = altered.collect();
    }

    /// Takes the first change due by `now`.
    pub fn next(&mut self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, Change)> {
        let entry = self.queue.first_entry()?;
        let at = entry.key().0;
        (at <= now).then(|| (at, entry.remove()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::simulated_start;
    use chrono::TimeDelta;

    #[test]
    fn changes_come_in_the_order_they_are_due_and_not_before() {
        let (mut due, start) = (Due::default(), simulated_start());
        let wipe = |cloud: &str| Change::Wipe {
            cloud: cloud.to_owned(),
        };
        due.at(start + TimeDelta::seconds(2), wipe("late"));
        due.at(start + TimeDelta::seconds(1), wipe("first"));
        due.at(start + TimeDelta::seconds(1), wipe("second"));
        let now = start + TimeDelta::seconds(1);
        assert_eq!(due.next(now).map(|(_, c)| c), Some(wipe("first")));
        assert_eq!(due.next(now).map(|(_, c)| c), Some(wipe("second")));
        assert_eq!(due.next(now), None);
    }
}
