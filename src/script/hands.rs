//! The branches that a run may have at work at once, however `parallel` is nested.

use std::sync::atomic::{AtomicUsize, Ordering};

/// More threads than this slow each other down, and a machine has only so many.
const MOST: usize = 1024;

/// The branches at work.
#[derive(Debug, Default)]
pub struct Hands(AtomicUsize);

/// Branches taken for one `parallel`, given back when dropped.
#[derive(Debug)]
pub struct Taken<'a> {
    count: usize,
    from: &'a Hands,
}

impl Hands {
    /// Takes as many branches as are wanted and left, but at least one: a `parallel` within others
    /// must be able to go on, and is only slower for it.
    pub fn take(&self, wanted: usize) -> Taken<'_> {
        let share = |taken: usize| wanted.min(MOST.saturating_sub(taken)).max(1);
        let before = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
                Some(taken.saturating_add(share(taken)))
            });
        let (Ok(before) | Err(before)) = before;
        Taken {
            count: share(before),
            from: self,
        }
    }
}

impl Taken<'_> {
    /// How many.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.from.0.fetch_sub(self.count, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parallel_gets_what_is_left_and_at_least_one() {
        let hands = Hands::default();
        let first = hands.take(1000);
        let second = hands.take(100);
        let third = hands.take(100);
        assert_eq!([&first, &second, &third].map(Taken::count), [1000, 24, 1]);
    }

    #[test]
    fn what_was_taken_is_given_back() {
        let hands = Hands::default();
        drop(hands.take(1024));
        assert_eq!(hands.take(1024).count(), 1024);
    }
}
