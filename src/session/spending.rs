//! What a run has bought, held against what it may buy.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::money::Money;

/// What a run has bought, in costs of 30 days.
#[derive(Debug, Default)]
pub struct Spending(Mutex<Money>);

impl Spending {
    fn spent(&self) -> MutexGuard<'_, Money> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what was bought before.
    pub fn add(&self, cost: Money) {
        *self.spent() += cost;
    }

    /// Sets so much aside, before the call that buys it is sent; what has been bought comes back
    /// where that would be too much.
    pub fn reserve(&self, cost: Money, limit: Money) -> Result<(), Money> {
        let mut spent = self.spent();
        if *spent + cost > limit {
            return Err(*spent);
        }
        *spent += cost;
        Ok(())
    }

    /// Gives back what was set aside for something that was not bought after all.
    pub fn give_back(&self, cost: Money) {
        let mut spent = self.spent();
        *spent = *spent - cost;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_set_aside_than_the_limit() {
        let spending = Spending::default();
        let (limit, cost) = (Money::mils(100), Money::mils(60));
        assert_eq!(spending.reserve(cost, limit), Ok(()));
        assert_eq!(spending.reserve(cost, limit), Err(cost));
        spending.give_back(cost);
        spending.add(Money::mils(40));
        assert_eq!(spending.reserve(cost, limit), Ok(()));
    }
}
