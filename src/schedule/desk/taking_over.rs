//! What others asked for, and what services that are no more left behind.

use std::sync::Arc;

use super::{Desk, Found, LOOKED_AT, Missed, Outcome, Verdict, instant, micros};
use crate::error::exit;
use crate::journal::{Origin, RunState, Tick, TickState};
use crate::schedule::launch::Finished;

/// How much that was asked for is looked at in one transaction.
const MOST_ASKED: u32 = 200;

impl Desk<'_> {
    /// Decides about what was asked for, takes over what was left behind, and starts what waited for
    /// a run of another service.
    pub(super) fn others(&mut self) -> Found<()> {
        if self.stops {
            return Ok(());
        }
        for tick in self.rows.orphans(self.service)? {
            self.take_over(tick)?;
        }
        for tick in self.rows.asked(MOST_ASKED)? {
            let Some(job) = self.jobs.get(&tick.job).cloned() else {
                // Perhaps it is the job of another service.
                continue;
            };
            match tick.origin {
                // One after another, in their order.
                Origin::Backfill => {
                    self.try_to_start(tick)?;
                }
                _ => self.serve(&job, tick)?,
            }
        }
        for tick in self.rows.queued(LOOKED_AT)? {
            self.try_to_start(tick)?;
        }
        Ok(())
    }

    /// Takes over what a service that is no more left behind.
    fn take_over(&mut self, mut tick: Tick) -> Found<()> {
        let Some(job) = self.jobs.get(&tick.job).filter(|job| job.enabled).cloned() else {
            self.leave(tick);
            return Ok(());
        };
        match (tick.state, tick.run.clone()) {
            (TickState::Queued, _) if self.is_too_late(&job, &tick) => {
                tick.state = TickState::Missed;
                tick.reason = Some("its service ended, and nobody was there in time".to_owned());
                tick.finished = Some(micros(self.now));
                self.rows.save(&mut tick)?;
                let at = instant(tick.instant);
                let missed = Missed {
                    first: at,
                    last: at,
                    count: 1,
                };
                self.tell_missed(&job, missed)
            }
            (TickState::Queued, _) => {
                tick.service = self.service;
                self.rows.save(&mut tick)
            }
            (TickState::Retrying, _) => {
                tick.service = self.service;
                self.rows.save(&mut tick)?;
                let at = instant(tick.again.unwrap_or_default());
                self.verdicts.push(Verdict::Retrying(tick, at));
                Ok(())
            }
            // Nothing of it was begun.
            (_, None) => {
                tick.attempt = tick.attempt.saturating_sub(1);
                tick.state = TickState::Queued;
                tick.service = self.service;
                self.rows.save(&mut tick)?;
                self.try_to_start(tick).map(drop)
            }
            // It stays as it is until its window opens again.
            (_, Some(_)) if job.is_shut(self.now) => Ok(()),
            (_, Some(run)) => self.take_up(&job, tick, &run),
        }
    }

    /// Takes up the run of a tick, or notes how it ended meanwhile.
    fn take_up(&mut self, job: &Arc<crate::schedule::Job>, mut tick: Tick, run: &str) -> Found<()> {
        let finished = |exit: u8, message: Option<String>| {
            Outcome::Finished(Finished {
                exit,
                message,
                run: Some(run.to_owned()),
                is_repeatable: false,
            })
        };
        let outcome = match self.rows.run(run)? {
            None => {
                let message = "its record is gone from the journal".to_owned();
                finished(exit::FAILED, Some(message))
            }
            Some(progress) => match progress.state {
                RunState::Interrupted => {
                    tick.service = self.service;
                    self.rows.save(&mut tick)?;
                    self.verdicts.push(Verdict::Start(tick, Arc::clone(job)));
                    return Ok(());
                }
                // Somebody took it up by hand.
                RunState::Queued | RunState::Running | RunState::Waiting => return Ok(()),
                RunState::Paused => finished(exit::IN_DOUBT, progress.message),
                RunState::Succeeded => finished(exit::DONE, progress.message),
                RunState::Cancelled => finished(exit::INTERRUPTED, progress.message),
                RunState::Failed => {
                    finished(progress.exit.unwrap_or(exit::FAILED), progress.message)
                }
            },
        };
        tick.service = self.service;
        self.end(tick, &outcome)
    }

    /// Says that something is left behind whose job this service does not have.
    fn leave(&mut self, tick: Tick) {
        if tick.state == TickState::Running && tick.run.is_some() {
            self.verdicts.push(Verdict::Left(tick));
        }
    }
}
