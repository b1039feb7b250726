//! Where it is decided what becomes of each instant, on the rows of all services.
//!
//! Everything here happens within one transaction, so that of several services one decides about an
//! instant and the others find it decided. What is to be done about a decision is handed back as a
//! verdict and done when the transaction is on disk.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::decision::{Decision, decide};
use super::event::Reason;
use super::job::Job;
use super::jobs::Jobs;
use super::missed::{LATENESS, Missed};
use super::policy::CatchUp;
use super::rows::Rows;
use crate::journal::{Fault, Standing, Tick, TickState, Waits};

mod coming;
mod ending;
mod promotion;
mod taking_over;
mod telling;

pub(super) use ending::Outcome;

type Found<T> = Result<T, Fault>;

/// Something to decide about.
#[derive(Clone, Debug)]
pub(super) enum Matter {
    /// A job that is new to this service, or changed.
    Job(Arc<Job>, DateTime<Utc>),
    /// A job that was put into the file while the service runs, and since when it is watched.
    Added(Arc<Job>, DateTime<Utc>),
    /// A job that is disabled when the service starts: what passes meanwhile will not be missed.
    Disabled(Arc<str>),
    /// A job of which an instant has come; since when it is watched without a break, and up to when:
    /// what comes later is no matter of this schedule if it is changed by the time that this is decided.
    Due(Arc<Job>, DateTime<Utc>, DateTime<Utc>),
    /// A run that ended, by the job that it was begun as and its tick. What is said of it is far larger
    /// than any other matter, of which a service begins with one for each job.
    Ended(Arc<Job>, i64, Box<Outcome>),
    /// A tick whose next attempt is to start, or whose run is to be taken up again.
    Again(i64),
    /// A run that takes longer than it should, by the job that it was begun as and its tick.
    Long(Arc<Job>, i64),
    /// A job that is gone or disabled: what waits of it is left out.
    Gone(Arc<Job>),
    /// The service stops: what waits would be forgotten with it.
    Stopping,
    /// What others asked for, and what services that are no more left behind.
    Others,
}

impl Matter {
    /// The job that it is about, where it is about one that is known.
    const fn job(&self) -> Option<&Arc<Job>> {
        match self {
            Self::Job(job, _)
            | Self::Added(job, _)
            | Self::Due(job, ..)
            | Self::Ended(job, ..)
            | Self::Long(job, _)
            | Self::Gone(job) => Some(job),
            Self::Disabled(_) | Self::Again(_) | Self::Stopping | Self::Others => None,
        }
    }
}

/// What was decided.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    /// Start the run of a tick, or take up the one that it has.
    Start(Tick, Arc<Job>),
    /// It waits.
    Queued(Tick),
    /// It is left out.
    Skipped(Tick, Reason),
    /// So many were missed.
    Missed(Arc<str>, Missed),
    /// Cancel the run of a tick: a later one takes its place.
    Replaced(Tick),
    /// Its next attempt starts then.
    Retrying(Tick, DateTime<Utc>),
    /// It is decided about again then.
    Later(i64, DateTime<Utc>),
    /// It failed and is not tried again, for this reason.
    GivenUp(Tick, Reason),
    /// It is over; by how many failures in a row the job stood before.
    Over(Tick, u32),
    /// The job is paused after so many failures.
    Paused(Arc<str>, u32),
    /// A run that is to be taken up belongs to no job of this service.
    Left(Tick),
    /// It waits for the maintenance window of its job, which opens then.
    Shut(Tick, Option<DateTime<Utc>>),
}

/// Microseconds since 1970.
pub(super) const fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// The instant so many microseconds after 1970.
pub(super) fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// The place where decisions are made, for the length of a transaction.
pub(super) struct Desk<'a> {
    pub rows: &'a mut dyn Rows,
    pub jobs: &'a Jobs,
    /// This service, and the profile whose account it works on.
    pub service: i64,
    pub profile: &'a str,
    pub now: DateTime<Utc>,
    /// Whether nothing is started any more.
    pub stops: bool,
    pub verdicts: Vec<Verdict>,
    /// The job that the matter at hand is about, as it was then: the file may not have it any more.
    pub about: Option<Arc<Job>>,
}

impl Desk<'_> {
    /// Decides about a matter.
    pub fn decide(&mut self, matter: &Matter) -> Found<()> {
        self.about = matter.job().cloned();
        match matter {
            Matter::Job(job, since) => self.enrol(job, *since, false),
            Matter::Added(job, since) => self.enrol(job, *since, true),
            Matter::Disabled(job) => self.forget_schedule(job),
            Matter::Due(job, since, until) => self.due(job, *since, *until),
            Matter::Ended(_, tick, outcome) => self.ended(*tick, outcome),
            Matter::Again(tick) => self.again(*tick),
            Matter::Long(_, tick) => self.tell_long(*tick),
            Matter::Gone(job) => self.gone(&job.name),
            Matter::Stopping => self.stopping(),
            Matter::Others => self.others(),
        }
    }

    /// Decides about one tick, by what else there is of its job.
    fn serve(&mut self, job: &Arc<Job>, tick: Tick) -> Found<()> {
        let mut others = self.rows.open(&job.name)?;
        others.retain(|other| other.number != tick.number && other.state != TickState::Due);
        let at_work = others
            .iter()
            .filter(|other| other.state.is_at_work())
            .count();
        let queued = others.len() > at_work;
        match decide(job.overlap, at_work, queued) {
            Decision::Start => match self.room(job)? {
                None => self.start(job, tick),
                Some(waits) => self.queue(job, tick, waits),
            },
            Decision::Queue => self.queue(job, tick, Waits::Job),
            Decision::Skip(reason) => self.skip(tick, reason),
            Decision::Replace => {
                let mut waits = false;
                for other in others {
                    match other.state {
                        // Those of the past run one after another, and this one after them.
                        _ if other.origin.is_of_the_past() => waits = true,
                        TickState::Running => {
                            waits = true;
                            self.replace(other)?;
                        }
                        _ => self.skip(other, Reason::Superseded)?,
                    }
                }
                if !waits {
                    return self.serve(job, tick);
                }
                // That it waits goes without saying.
                self.wait(job, tick, Waits::Job).map(drop)
            }
        }
    }

    fn start(&mut self, job: &Arc<Job>, mut tick: Tick) -> Found<()> {
        if self.stops {
            return self.queue(job, tick, Waits::Limit);
        }
        if job.is_shut(self.now) {
            // It has waited, or was late, or was asked for: outside its window nothing starts.
            return self.skip(tick, Reason::Shut);
        }
        tick.state = TickState::Running;
        tick.service = self.service;
        tick.group.clone_from(&job.policy.group);
        tick.attempt += 1;
        tick.started.get_or_insert(micros(self.now));
        (tick.waits, tick.again, tick.run) = (None, None, None);
        self.rows.save(&mut tick)?;
        self.verdicts.push(Verdict::Start(tick, Arc::clone(job)));
        Ok(())
    }

    fn queue(&mut self, job: &Arc<Job>, tick: Tick, waits: Waits) -> Found<()> {
        let tick = self.wait(job, tick, waits)?;
        self.verdicts.push(Verdict::Queued(tick));
        Ok(())
    }

    fn wait(&mut self, job: &Arc<Job>, mut tick: Tick, waits: Waits) -> Found<Tick> {
        tick.state = TickState::Queued;
        tick.service = self.service;
        tick.group.clone_from(&job.policy.group);
        tick.waits = Some(waits);
        self.rows.save(&mut tick)?;
        Ok(tick)
    }

    fn skip(&mut self, mut tick: Tick, reason: Reason) -> Found<()> {
        if tick.exit.is_some() {
            // It was not left out: it ran, and failed.
            return self.give_up(tick, reason);
        }
        tick.state = TickState::Skipped;
        tick.reason = Some(reason.to_string());
        tick.finished = Some(micros(self.now));
        tick.waits = None;
        self.rows.save(&mut tick)?;
        self.verdicts.push(Verdict::Skipped(tick, reason));
        Ok(())
    }

    fn replace(&mut self, mut tick: Tick) -> Found<()> {
        if tick.reason.is_some() {
            return Ok(());
        }
        tick.reason = Some(Reason::Superseded.to_string());
        self.rows.save(&mut tick)?;
        // Also for whoever takes it up after it has broken off.
        if let Some(run) = &tick.run {
            self.rows
                .cancel(run, "a later run of its job takes its place")?;
        }
        self.verdicts.push(Verdict::Replaced(tick));
        Ok(())
    }

    /// Starts the next attempt of a tick.
    fn again(&mut self, number: i64) -> Found<()> {
        let Some(tick) = self.rows.tick(number)? else {
            return Ok(());
        };
        if tick.service != self.service {
            return Ok(());
        }
        match tick.state {
            TickState::Running => return self.go_on_by_itself(tick),
            TickState::Retrying => {}
            _ => return Ok(()),
        }
        let Some(job) = self.job_of(&tick) else {
            return self.free(tick, Reason::Removed);
        };
        if let Some(reason) = self.paused(&tick)? {
            return self.free(tick, reason);
        }
        if job.is_shut(self.now) {
            return self.free(tick, Reason::Shut);
        }
        // Its place in the group it has kept.
        if self.has_place()? {
            return self.start(&job, tick);
        }
        self.queue(&job, tick, Waits::Limit)
    }

    /// A job is gone or disabled: what waits of it here is left out, and if it comes back, what passed
    /// meanwhile was not missed.
    fn gone(&mut self, job: &str) -> Found<()> {
        self.forget_schedule(job)?;
        for tick in self.rows.open(job)? {
            // What was asked for of a disabled job is run all the same.
            if self.job_of(&tick).is_none() && tick.service == self.service {
                self.drop_one(tick, Reason::Removed)?;
            }
        }
        Ok(())
    }

    /// Notes that a job has no schedule for now.
    fn forget_schedule(&mut self, job: &str) -> Found<()> {
        let Some(standing) = self.rows.standing(job)? else {
            return Ok(());
        };
        self.rows.stand(&Standing {
            schedule: Arc::default(),
            ..standing
        })
    }

    /// Leaves a tick out, if it waits.
    fn drop_one(&mut self, tick: Tick, reason: Reason) -> Found<()> {
        match tick.state {
            TickState::Queued => self.skip(tick, reason),
            TickState::Retrying => self.free(tick, reason),
            _ => Ok(()),
        }
    }

    /// Leaves out the next attempt of a tick, and starts what waited for it.
    fn free(&mut self, tick: Tick, reason: Reason) -> Found<()> {
        let (job, group) = (tick.job.clone(), tick.group.clone());
        self.skip(tick, reason)?;
        self.promote(&job, group.as_deref())
    }

    fn stopping(&mut self) -> Found<()> {
        let names: Vec<_> = self.jobs.iter().map(|job| job.name.clone()).collect();
        for name in names {
            for tick in self.rows.open(&name)? {
                self.drop_one(tick, Reason::Stopping)?;
            }
        }
        Ok(())
    }

    /// Whether it is too late for a tick that has waited, or for its next attempt.
    fn is_too_late(&self, job: &Job, tick: &Tick) -> bool {
        let start = instant(tick.instant) + job.delay();
        let late = self.now - tick.again.map_or(start, instant);
        let window = TimeDelta::from_std(job.policy.catch_up_window).unwrap_or(TimeDelta::MAX);
        !tick.origin.is_asked_for()
            && late > LATENESS
            && (job.policy.catch_up == CatchUp::None || late > window)
    }
}

#[cfg(test)]
mod tests;
