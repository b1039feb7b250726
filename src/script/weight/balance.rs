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
    grown: HashMap<u64, u64>,
    /// The run that was told to stop, and when.
    stopping: Option<(u64, Instant)>,
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
    pub(super) fn weigh(&mut self, now: Instant, held: u64, touched: &[(u64, u64)]) -> Option<u64> {
        let is_there = |run: u64| touched.iter().any(|(it, _)| *it == run);
        self.grown.retain(|run, _| is_there(*run));
        let more = held.saturating_sub(self.held);
        let less = self.held.saturating_sub(held);
        self.held = held;
        let all: u64 = touched.iter().map(|(_, pages)| pages).sum();
        for (run, pages) in touched {
            let part = |of: u64| {
                let part = u128::from(of) * u128::from(*pages) / u128::from(all.max(1));
                u64::try_from(part).unwrap_or(u64::MAX)
            };
            let grown = self.grown.entry(*run).or_default();
            // Who gives back what it took is at work just then, too.
            *grown = grown.saturating_add(part(more)).saturating_sub(part(less));
        }
        if let Some((run, told)) = self.stopping {
            if !is_there(run) {
                self.rest = Some(now + REST);
            } else if now.duration_since(told) < PATIENCE {
                return None;
            } else {
                // Its cleanups go on with what it holds: only what grows from here on is too much.
                self.ceiling = self.above(held);
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
        let run = *heaviest.filter(|(_, grown)| **grown > 0)?.0;
        self.stopping = Some((run, now));
        // It is told again only for what it takes from now on.
        self.grown.insert(run, 0);
        Some(run)
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
    fn course(balance: &mut Balance, readings: &[(u64, &[(u64, u64)])]) -> Vec<Option<u64>> {
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
    fn cleanups_go_on_with_what_is_held_and_are_told_only_if_they_take_more() {
        let mut balance = Balance::new(800);
        let busy: (u64, &[(u64, u64)]) = (900, &[(1, 0), (2, 5)]);
        let stopped = course(&mut balance, &[busy; 20]);
        assert_eq!(stopped[0], Some(2));
        assert_eq!(stopped[1..], [None; 19]);
        let more: (u64, &[(u64, u64)]) = (1_100, &[(1, 0), (2, 5)]);
        assert_eq!(course(&mut balance, &[more]), [Some(2)]);
    }

    #[test]
    fn one_that_gives_back_what_it_takes_is_not_taken_for_one_that_keeps_it() {
        let mut balance = Balance::new(800);
        let mut readings: Vec<(u64, &[(u64, u64)])> = Vec::new();
        for _ in 0..50 {
            readings.push((140, &[(1, 10), (2, 0)]));
            readings.push((100, &[(1, 10), (2, 0)]));
        }
        readings.push((500, &[(1, 0), (2, 100)]));
        readings.push((900, &[(1, 0), (2, 100)]));
        let stopped = course(&mut balance, &readings);
        assert_eq!(stopped.iter().flatten().collect::<Vec<_>>(), [&2]);
    }

    #[test]
    fn what_no_run_is_to_blame_for_stops_none() {
        let mut balance = Balance::new(100);
        assert_eq!(course(&mut balance, &[(200, &[(1, 0)])]), [None]);
        assert_eq!(course(&mut balance, &[(300, &[])]), [None]);
    }
}
