//! What to do with a run that is due, given what runs already.

use super::event::Reason;
use super::job::Overlap;

/// What to do with a run that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Start it now.
    Start,
    /// Start it when the running one has ended.
    Queue,
    /// Leave it out.
    Skip(Reason),
    /// Cancel what runs, and start it when that has ended; it takes the place of one that waits.
    Replace,
}

/// Decides about a run of a job of which `running` runs are on their way and, if `queued`, another
/// one waits.
#[must_use]
pub const fn decide(policy: Overlap, running: usize, queued: bool) -> Decision {
    if running == 0 && !queued {
        return Decision::Start;
    }
    match policy {
        Overlap::Allow => Decision::Start,
        Overlap::Replace => Decision::Replace,
        Overlap::Skip => Decision::Skip(Reason::StillRunning),
        Overlap::Queue if queued => Decision::Skip(Reason::AlreadyQueued),
        Overlap::Queue => Decision::Queue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_decides_for_every_state() {
        use Decision::{Queue, Replace, Skip, Start};
        let running = Skip(Reason::StillRunning);
        let full = Skip(Reason::AlreadyQueued);
        // Idle, one running, two running, one running and one waiting, one waiting.
        let states = [(0, false), (1, false), (2, false), (1, true), (0, true)];
        let table = [
            (
                Overlap::Skip,
                [
                    Start,
                    running.clone(),
                    running.clone(),
                    running.clone(),
                    running,
                ],
            ),
            (Overlap::Queue, [Start, Queue, Queue, full.clone(), full]),
            (Overlap::Allow, [Start, Start, Start, Start, Start]),
            (
                Overlap::Replace,
                [Start, Replace, Replace, Replace, Replace],
            ),
        ];
        for (policy, decisions) in table {
            for ((count, queued), decision) in states.into_iter().zip(decisions) {
                assert_eq!(
                    decide(policy, count, queued),
                    decision,
                    "{policy:?} {count} {queued}"
                );
            }
        }
    }
}
