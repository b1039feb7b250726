//! What others asked for, and what services that are no more left behind.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::TimeDelta;

use super::promotion::turn;
use super::{Desk, Found, Missed, Outcome, Verdict, instant};
use crate::error::exit;
use crate::journal::{Origin, RunState, Tick, TickState};
use crate::schedule::event::Reason;
use crate::schedule::job::Job;
use crate::schedule::launch::Finished;

/// How much that was asked for is looked at in one transaction: of all jobs, and where there is more, of
/// each.
const MOST_ASKED: u32 = 200;
const MOST_OF_EACH: u32 = 32;

/// How long a run that broke off rests before it is taken up: a disk that is nearly full lets small
/// things through.
const REST: TimeDelta = TimeDelta::seconds(10);

impl Desk<'_> {
    /// Decides about what was asked for, takes over what was left behind, and starts what waited for
    /// a run of another service.
    pub(super) fn others(&mut self) -> Found<()> {
        if self.stops {
            return Ok(());
        }
        let orphans = self.rows.orphans(self.service)?;
        let (late, left) = orphans
            .into_iter()
            .partition(|tick| self.comes_too_late(tick));
        // Before any of them is started in the place of another.
        self.let_pass(late)?;
        for tick in left {
            // What was taken over before it may have made room for it.
            let is_left = |now: &Tick| now.service == tick.service && now.state == tick.state;
            if let Some(tick) = self.rows.tick(tick.number)?.filter(is_left) {
                self.take_over(tick)?;
            }
        }
        let mut held: HashSet<Arc<str>> = HashSet::new();
        for tick in self.asked()? {
            let Some(job) = self.jobs.get(&tick.job).cloned() else {
                // Perhaps it is the job of another service.
                continue;
            };
            match tick.origin {
                // One after another, in their order.
                Origin::Backfill => {
                    if !held.contains(&tick.job) && !self.try_to_start(tick)? {
                        held.insert(job.name.clone());
                    }
                }
                _ => self.serve(&job, tick)?,
            }
        }
        self.promote_others()
    }

    /// What was asked for, as far as it is looked at. What was asked for of other services' jobs, of which
    /// there may be any number, stands in nobody's way.
    fn asked(&mut self) -> Found<Vec<Tick>> {
        let first = self.rows.asked(MOST_ASKED)?;
        if u32::try_from(first.len()).is_ok_and(|count| count < MOST_ASKED) {
            return Ok(first);
        }
        let mut asked = Vec::new();
        for job in self.open_jobs()? {
            asked.extend(self.rows.asked_of(&job, MOST_OF_EACH)?);
        }
        asked.sort_by_key(turn);
        Ok(asked)
    }

    /// The jobs of this service of which anything is open.
    pub(super) fn open_jobs(&mut self) -> Found<Vec<Arc<str>>> {
        let mut open = self.rows.open_jobs()?;
        open.retain(|job| self.jobs.get(job).is_some());
        Ok(open)
    }

    /// Whether it is too late for what a service that is no more left behind: nothing of it was begun, or
    /// its next attempt was to start long ago.
    fn comes_too_late(&self, tick: &Tick) -> bool {
        let has_begun = tick.state == TickState::Running && tick.run.is_some();
        let job = self.job_of(tick);
        !has_begun && job.is_some_and(|job| self.is_too_late(&job, tick))
    }

    /// Notes of these that nobody was there in time.
    fn let_pass(&mut self, late: Vec<Tick>) -> Found<()> {
        for mut tick in late {
            let Some(job) = self.job_of(&tick).filter(|_| tick.exit.is_none()) else {
                self.skip(tick, Reason::Late)?;
                continue;
            };
            tick.reason = Some(Reason::Late.to_string());
            let at = instant(tick.instant);
            let missed = Missed {
                first: at,
                last: at,
                count: 1,
            };
            self.come_too_late(&job, tick, missed)?;
        }
        Ok(())
    }

    /// Takes over what a service that is no more left behind.
    fn take_over(&mut self, mut tick: Tick) -> Found<()> {
        let Some(job) = self.job_of(&tick) else {
            return self.without_job(tick).map(drop);
        };
        match tick.state {
            TickState::Queued => {
                tick.service = self.service;
                self.rows.save(&mut tick)
            }
            TickState::Retrying => {
                tick.service = self.service;
                self.rows.save(&mut tick)?;
                let at = instant(tick.again.unwrap_or_default());
                self.verdicts.push(Verdict::Retrying(tick, at));
                Ok(())
            }
            _ => self.go_on(&job, tick).map(drop),
        }
    }

    /// Lets go of the run of a tick that broke off, and puts off until when it is taken up.
    pub(super) fn broke_off(&mut self, tick: &Tick) -> Found<()> {
        if let Some(run) = &tick.run {
            self.rows.let_go(run)?;
        }
        if !self.stops {
            self.verdicts
                .push(Verdict::Later(tick.number, self.now + REST));
        }
        // Another service goes on with what this one leaves behind.
        Ok(())
    }

    /// Goes on with a run of this service that broke off, now or later.
    pub(super) fn go_on_by_itself(&mut self, tick: Tick) -> Found<()> {
        let number = tick.number;
        let is_over = if let Some(job) = self.job_of(&tick) {
            self.go_on(&job, tick)?
        } else {
            self.without_job(tick)?
        };
        if !is_over {
            self.verdicts.push(Verdict::Later(number, self.now + REST));
        }
        Ok(())
    }

    /// Goes on with a tick whose run broke off; whether nothing is left to decide about it.
    fn go_on(&mut self, job: &Arc<Job>, mut tick: Tick) -> Found<bool> {
        match tick.run.clone() {
            // Nothing of it was begun.
            None => {
                tick.attempt = tick.attempt.saturating_sub(1);
                tick.state = TickState::Queued;
                tick.service = self.service;
                self.rows.save(&mut tick)?;
                self.try_to_start(tick)?;
                Ok(true)
            }
            Some(run) => self.take_up(Some(job), tick, &run),
        }
    }

    /// Closes a tick whose job is gone from its file or disabled, so that it holds no place for ever;
    /// whether nothing is left to decide about it. Of another file's tick nothing is known here.
    fn without_job(&mut self, tick: Tick) -> Found<bool> {
        if !self.rows.is_of_same_file(tick.service, self.service)? {
            self.leave(tick);
            return Ok(false);
        }
        match (tick.state, tick.run.clone()) {
            (TickState::Running, Some(run)) => self.take_up(None, tick, &run),
            // It waits, or nothing of it was begun.
            _ => self.free(tick, Reason::Removed).map(|()| true),
        }
    }

    /// Takes up the run of a tick, or notes how it ended meanwhile; whether either could be done.
    fn take_up(&mut self, job: Option<&Arc<Job>>, mut tick: Tick, run: &str) -> Found<bool> {
        let finished = |exit: u8, message: Option<String>| {
            Outcome::Finished(Finished {
                exit,
                message,
                run: Some(run.to_owned()),
                is_repeatable: false,
                is_broken_off: false,
            })
        };
        let outcome = match self.rows.run(run)? {
            None => {
                let message = "its record is gone from the journal".to_owned();
                finished(exit::FAILED, Some(message))
            }
            Some(progress) => match progress.state {
                RunState::Interrupted => {
                    let Some(job) = job else {
                        self.leave(tick);
                        return Ok(false);
                    };
                    if job.is_shut(self.now) {
                        // It stays as it is until its window opens again, unless somebody decides
                        // about it.
                        let windows = job.bounds.windows.as_ref();
                        let opens = windows.and_then(|windows| windows.opens_after(self.now));
                        self.verdicts.push(Verdict::Shut(tick, opens));
                        return Ok(false);
                    }
                    tick.service = self.service;
                    self.rows.save(&mut tick)?;
                    self.verdicts.push(Verdict::Start(tick, Arc::clone(job)));
                    return Ok(true);
                }
                // Somebody took it up by hand.
                RunState::Queued | RunState::Running | RunState::Waiting => return Ok(false),
                RunState::Paused => finished(exit::IN_DOUBT, progress.message),
                RunState::Succeeded => finished(exit::DONE, progress.message),
                RunState::Cancelled => finished(exit::INTERRUPTED, progress.message),
                RunState::Failed => {
                    finished(progress.exit.unwrap_or(exit::FAILED), progress.message)
                }
            },
        };
        tick.service = self.service;
        self.end(tick, &outcome).map(|()| true)
    }

    /// Says that something is left behind whose job this service does not have.
    fn leave(&mut self, tick: Tick) {
        if tick.state == TickState::Running && tick.run.is_some() {
            self.verdicts.push(Verdict::Left(tick));
        }
    }
}
