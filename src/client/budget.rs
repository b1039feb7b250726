//! A budget of retries shared by all calls, so that an outage does not multiply the load.

use chrono::{DateTime, TimeDelta, Utc};

/// Thousandths of a retry that each call earns: one retry for ten calls.
const EARNED: u32 = 100;
/// Thousandths of a retry that a second earns, so that an idle client recovers from an outage.
const EARNED_PER_SECOND: u32 = 100;
/// Thousandths of a retry that a retry costs.
const COST: u32 = 1000;

/// A bucket of retries: calls and time fill it, retries empty it.
#[derive(Clone, Debug)]
pub struct Budget {
    full: u32,
    left: u32,
    seen: DateTime<Utc>,
}

impl Budget {
    /// A full bucket that holds `reserve` retries.
    #[must_use]
    pub const fn new(reserve: u32, now: DateTime<Utc>) -> Self {
        let full = reserve.saturating_mul(COST);
        Self {
            full,
            left: full,
            seen: now,
        }
    }

    /// A call begins.
    pub fn earn(&mut self, now: DateTime<Utc>) {
        self.refill(now);
        self.add(EARNED);
    }

    /// Takes a retry out; false when none is left.
    pub fn spend(&mut self, now: DateTime<Utc>) -> bool {
        self.refill(now);
        match self.left.checked_sub(COST) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }

    fn refill(&mut self, now: DateTime<Utc>) {
        let seconds = (now - self.seen).max(TimeDelta::zero()).num_seconds();
        if seconds > 0 {
            self.seen = now;
            let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
            self.add(seconds.saturating_mul(EARNED_PER_SECOND));
        }
    }

    fn add(&mut self, amount: u32) {
        self.left = self.left.saturating_add(amount).min(self.full);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::simulated_start;

    #[test]
    fn an_outage_adds_a_tenth_to_the_load_and_the_reserve() {
        let now = simulated_start();
        let mut budget = Budget::new(10, now);
        let mut retries = 0;
        for _ in 0..1000 {
            budget.earn(now);
            for _ in 0..2 {
                retries += u32::from(budget.spend(now));
            }
        }
        assert!((105..=110).contains(&retries), "{retries}");
    }

    #[test]
    fn time_refills_it_up_to_its_size() {
        let now = simulated_start();
        let mut budget = Budget::new(2, now);
        assert!(budget.spend(now) && budget.spend(now) && !budget.spend(now));
        assert!(!budget.spend(now + TimeDelta::seconds(9)));
        assert!(budget.spend(now + TimeDelta::seconds(10)));
        let later = now + TimeDelta::days(4000);
        assert!(budget.spend(later) && budget.spend(later) && !budget.spend(later));
    }

    #[test]
    fn a_clock_set_back_neither_fills_nor_breaks_it() {
        let now = simulated_start();
        let mut budget = Budget::new(1, now);
        assert!(budget.spend(now));
        assert!(!budget.spend(now - TimeDelta::days(1)));
    }
}
