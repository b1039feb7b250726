//! Which run is stopped where a process holds more than it may.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long a run that was stopped may take to end before it is looked again for the one to stop.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long after it what it held may take to go.
const REST: Duration = Duration::from_secs(1);

/// What is known of a process and its runs.
#[derive(Debug)]
pub(super) struct Balance {
    /// How much it may hold.
    limit: u64,
    /// From how much on a run is stopped. What a run that was stopped held may not all go back to the
    /// system, which is no other's fault.
    ceiling: u64,
    /// How much it held last.
    held: u64,
    /// By how much each run grew.
    grown: HashMap<usize, u64>,
    /// The run that was told to stop, and when.
    stopping: Option<(usize, Instant)>,
    /// Until when what the last one held may go.
    rest: Option<Instant>,
}

impl Balance {
    /// That of a process which may hold so much.
    pub(super) fn new(limit: u64) -> Self {
        Self {
            limit,
            ceiling: limit,
            held: 0,
            grown: HashMap::new(),
            stopping: None,
            rest: None,
        }
    }

    /// How much the process held last.
    pub(super) const fn held(&self) -> u64 {
        self.held
    }

    /// Takes in how much the process holds now, and the pages that its runs have touched since; gives
    /// the run that is to be stopped.
    pub(super) fn weigh(
        &mut self,
        now: Instant,
        held: u64,
        touched: &[(usize, u64)],
    ) -> Option<usize> {
        let is_there = |run: usize| touched.iter().any(|(it, _)| *it == run);
        self.grown.retain(|run, _| is_there(*run));
        let more = held.saturating_sub(self.held);
        self.held = held;
        let all: u64 = touched.iter().map(|(_, pages)| pages).sum();
        for (run, pages) in touched {
            let part = u128::from(more) * u128::from(*pages) / u128::from(all.max(1));
            let grown = self.grown.entry(*run).or_default();
            *grown = grown.saturating_add(u64::try_from(part).unwrap_or(u64::MAX));
        }
        if let Some((run, told)) = self.stopping {
            if is_there(run) {
                if now.duration_since(told) < PATIENCE {
                    return None;
                }
            } else {
                self.rest = Some(now + REST);
            }
            self.stopping = None;
        }
        if let Some(rest) = self.rest {
            if now < rest {
                return None;
            }
            self.rest = None;
            self.ceiling = self.above(held);
        }
        if held <= self.ceiling {
            self.ceiling = self.ceiling.min(self.above(held));
            return None;
        }
        let heaviest = self
            .grown
            .iter()
            .max_by_key(|(run, grown)| (**grown, **run));
        let (run, _) = heaviest.filter(|(_, grown)| **grown > 0)?;
        self.stopping = Some((*run, now));
        Some(*run)
    }

    /// The ceiling where what is held already cannot be helped.
    fn above(&self, held: u64) -> u64 {
        self.limit.max(held.saturating_add(self.limit / 8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weighs once a second.
    fn course(balance: &mut Balance, readings: &[(u64, &[(usize, u64)])]) -> Vec<Option<usize>> {
        let start = Instant::now();
        let seconds = (0..).map(|n| start + Duration::from_secs(n));
        let readings = readings.iter().zip(seconds);
        readings
            .map(|((held, touched), now)| balance.weigh(now, *held, touched))
            .collect()
    }

    #[test]
    fn the_run_that_grew_is_stopped_and_no_other() {
        let mut balance = Balance::new(800);
        let stopped = course(
            &mut balance,
            &[
                (100, &[(1, 10), (2, 0)]),
                // The one touches much and keeps nothing of it.
                (100, &[(1, 900), (2, 0)]),
                (500, &[(1, 10), (2, 300)]),
                (900, &[(1, 10), (2, 300)]),
                // It is not gone yet.
                (1_000, &[(1, 10), (2, 100)]),
                (950, &[(1, 10)]),
                // Half of it never goes back: the other is not to blame.
                (850, &[(1, 10)]),
                (850, &[(1, 0)]),
                (949, &[(1, 0)]),
                // Until it grows by itself.
                (960, &[(1, 10)]),
            ],
        );
        let (others, [last]) = stopped.split_at(9) else {
            panic!("ten readings");
        };
        assert_eq!(others.iter().flatten().collect::<Vec<_>>(), [&2]);
        assert_eq!(others[3], Some(2));
        assert_eq!(*last, Some(1));
    }

    #[test]
    fn one_that_does_not_end_is_told_again_in_place_of_another() {
        let mut balance = Balance::new(100);
        let busy: (u64, &[(usize, u64)]) = (200, &[(1, 0), (2, 5)]);
        let stopped = course(&mut balance, &[busy; 7]);
        assert_eq!(stopped[0], Some(2));
        assert_eq!(stopped[1..5], [None; 4]);
        assert_eq!(stopped[5], Some(2));
    }

    #[test]
    fn what_no_run_is_to_blame_for_stops_none() {
        let mut balance = Balance::new(100);
        assert_eq!(course(&mut balance, &[(200, &[(1, 0)])]), [None]);
        assert_eq!(course(&mut balance, &[(300, &[])]), [None]);
    }
}
