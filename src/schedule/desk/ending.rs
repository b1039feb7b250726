//! What comes of a run that ended.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{Desk, Found, Verdict, micros};
use crate::error::exit;
use crate::journal::{Pause, Standing, Tick, TickState};
use crate::schedule::event::Reason;
use crate::schedule::job::Job;
use crate::schedule::launch::Finished;
use crate::schedule::overtime::Overtime;

/// How a run ended.
#[derive(Clone, Debug)]
pub(in crate::schedule) enum Outcome {
    /// By itself.
    Finished(Finished),
    /// By being cancelled because its time was over.
    TimedOut(Finished, Overtime),
    /// Not at all: it was given up.
    Abandoned,
}

impl Desk<'_> {
    /// Notes how the run of a tick ended, and starts what waited for it.
    pub(super) fn ended(&mut self, number: i64, outcome: &Outcome) -> Found<()> {
        let Some(tick) = self.rows.tick(number)? else {
            return Ok(());
        };
        // Another service took it for lost and has decided about it.
        if tick.state != TickState::Running || tick.service != self.service {
            return Ok(());
        }
        match outcome {
            Outcome::Finished(finished) if finished.is_broken_off => self.broke_off(&tick),
            _ => self.end(tick, outcome),
        }
    }

    /// The same, whoever's run it was.
    pub(super) fn end(&mut self, mut tick: Tick, outcome: &Outcome) -> Found<()> {
        let (state, finished) = match outcome {
            // That nobody knows what became of a change weighs more than that time was over.
            Outcome::TimedOut(finished, _) if finished.exit == exit::IN_DOUBT => {
                (state_of(&tick, finished), Some(finished))
            }
            Outcome::Finished(finished) => (state_of(&tick, finished), Some(finished)),
            Outcome::TimedOut(finished, _) => (TickState::TimedOut, Some(finished)),
            Outcome::Abandoned => (TickState::Abandoned, None),
        };
        tick.state = state;
        tick.finished = Some(micros(self.now));
        tick.exit = finished.map(|it| it.exit);
        tick.message = finished.and_then(|it| it.message.clone());
        if let Some(run) = finished.and_then(|it| it.run.clone()) {
            tick.run = Some(run);
        }
        if state == TickState::TimedOut
            && let Outcome::TimedOut(_, overtime) = outcome
        {
            // What it says of being cancelled says nothing of why.
            tick.exit = Some(exit::TIMED_OUT);
            tick.message = Some(format!("{overtime}, and was cancelled"));
        }
        if state == TickState::Abandoned {
            tick.message = Some("it did not end after it was cancelled".to_owned());
            // Whatever it still does is refused from now on.
            if let Some(run) = &tick.run {
                self.rows
                    .wrest(run, "abandoned by its job's service: it did not end")?;
            }
        }
        let job = self.job_of(&tick);
        if let Some(job) = &job
            && let Some(finished) = finished
            && self.is_retried(job, &mut tick, finished)?
        {
            return self.promote(&tick.job.clone(), None);
        }
        self.rows.save(&mut tick)?;
        self.count(&tick)?;
        let (name, group) = (tick.job.clone(), tick.group.clone());
        self.promote(&name, group.as_deref())
    }

    /// Puts a failure that may be tried again off to its next attempt.
    fn is_retried(&mut self, job: &Arc<Job>, tick: &mut Tick, finished: &Finished) -> Found<bool> {
        let may_be_tried_again = matches!(tick.state, TickState::Failed | TickState::TimedOut)
            && matches!(
                finished.exit,
                exit::FAILED | exit::TIMED_OUT | exit::INTERRUPTED
            )
            && finished.is_repeatable
            // A later run has taken its place.
            && tick.reason.is_none();
        if self.stops || !may_be_tried_again {
            return Ok(false);
        }
        let Some(wait) = job.policy.retry.after(tick.attempt) else {
            return Ok(false);
        };
        let at = self.now + TimeDelta::from_std(wait).unwrap_or_default();
        if job.is_shut(at) {
            self.is_last(tick, Reason::Shut);
            return Ok(false);
        }
        tick.state = TickState::Retrying;
        (tick.finished, tick.again) = (None, Some(micros(at)));
        self.rows.save(tick)?;
        self.verdicts.push(Verdict::Retrying(tick.clone(), at));
        Ok(true)
    }

    /// Ends a tick whose last attempt failed, and which has attempts left that do not come.
    pub(super) fn give_up(&mut self, mut tick: Tick, reason: Reason) -> Found<()> {
        tick.state = match tick.exit {
            Some(exit::TIMED_OUT) => TickState::TimedOut,
            _ => TickState::Failed,
        };
        tick.finished = Some(micros(self.now));
        (tick.waits, tick.again) = (None, None);
        self.is_last(&mut tick, reason);
        self.rows.save(&mut tick)?;
        self.count(&tick)
    }

    /// Says beside what failed why that attempt was the last.
    fn is_last(&mut self, tick: &mut Tick, reason: Reason) {
        let last = format!("not tried again: {reason}");
        tick.message = Some(match tick.message.take() {
            Some(message) => format!("{message}; {last}"),
            None => last,
        });
        self.verdicts.push(Verdict::GivenUp(tick.clone(), reason));
    }

    /// Counts failures in a row, tells how it ended, and pauses a job that has too many of them. All of
    /// that is so for one that was disabled meanwhile, and of one that is gone it is told, too.
    fn count(&mut self, tick: &Tick) -> Found<()> {
        let standing = self.rows.standing(&tick.job)?;
        let mut standing = standing.unwrap_or_else(|| Standing {
            job: tick.job.clone(),
            schedule: self
                .job_of(tick)
                .map(|job| job.schedule().into())
                .unwrap_or_default(),
            decided: tick.instant,
            ..Standing::default()
        });
        let before = standing.failures;
        match tick.state {
            TickState::Succeeded => {
                standing.failures = 0;
                standing.successes = standing.successes.saturating_add(1);
            }
            state if state.is_failure() => {
                standing.failures = standing.failures.saturating_add(1);
                standing.successes = 0;
            }
            _ => {}
        }
        self.verdicts.push(Verdict::Over(tick.clone(), before));
        self.tell_end(tick, before, standing.failures)?;
        let known = self.jobs.get(&tick.job);
        let most = known.and_then(|job| job.policy.pause_after);
        if standing.pause.is_none()
            && standing.failures > before
            && most.is_some_and(|most| standing.failures >= most)
        {
            let note = match standing.failures {
                1 => "its last run failed".to_owned(),
                failures => format!("its last {failures} runs failed"),
            };
            standing.pause = Some(Pause {
                since: micros(self.now),
                note,
            });
            let paused = Verdict::Paused(tick.job.clone(), standing.failures);
            self.verdicts.push(paused);
        }
        self.rows.stand(&standing)
    }
}

/// The state that the end of a run leads to.
fn state_of(tick: &Tick, finished: &Finished) -> TickState {
    match finished.exit {
        exit::DONE => TickState::Succeeded,
        exit::IN_DOUBT => TickState::InDoubt,
        // It was told why when it was cancelled.
        exit::INTERRUPTED if tick.reason.is_some() => TickState::Replaced,
        exit::INTERRUPTED => TickState::Cancelled,
        _ => TickState::Failed,
    }
}
