//! Which of those that wait starts when there is room for it.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Desk, Found};
use crate::journal::{Origin, Tick, TickState, Waits};
use crate::schedule::event::Reason;
use crate::schedule::job::{Job, Overlap};

/// How many of those that wait are looked at for one free place.
pub(super) const LOOKED_AT: u32 = 32;

/// Whose turn it is among those that wait: what is due for the longest time comes first. What is filled in
/// is of the past, and has no haste.
pub(super) fn turn(tick: &Tick) -> (bool, i64, i64) {
    (tick.origin == Origin::Backfill, tick.instant, tick.number)
}

impl Desk<'_> {
    /// What keeps a run of this job from starting, if its job does not.
    pub(super) fn room(&mut self, job: &Job) -> Found<Option<Waits>> {
        if let Some(group) = &job.policy.group
            && self.rows.at_work_in_group(group)? >= self.jobs.group(group)
        {
            return Ok(Some(Waits::Group));
        }
        Ok((!self.has_place()?).then_some(Waits::Limit))
    }

    /// Starts what waited for a run of this job that is over: whatever is due for the longest time goes
    /// first, whether it waited for the job, for its group or for the service. A job that is due more
    /// often than it ends would keep its place for ever otherwise.
    pub(super) fn promote(&mut self, job: &str, group: Option<&str>) -> Found<()> {
        if self.stops {
            return Ok(());
        }
        let mut waiting = self.rows.open(job)?;
        waiting.retain(|tick| matches!(tick.state, TickState::Queued | TickState::Due));
        if let Some(group) = group {
            waiting.extend(self.rows.queued_for_group(group, LOOKED_AT)?);
        }
        // One run that is over leaves one place, which the first that waits can take in most cases.
        let first = self.rows.queued_for_place(1)?;
        let are_there_more = !first.is_empty();
        waiting.extend(first);
        waiting.sort_by_key(turn);
        waiting.dedup_by_key(|it| it.number);
        let (mut job_waits, mut group_waits) = (false, false);
        for tick in waiting {
            let is_own = *tick.job == *job;
            let is_of_group = tick.waits == Some(Waits::Group);
            if (job_waits && is_own) || (group_waits && is_of_group) || self.try_to_start(tick)? {
                continue;
            }
            job_waits |= is_own;
            group_waits |= match group {
                Some(group) if is_of_group => !self.has_place_in(group)?,
                _ => false,
            };
        }
        if are_there_more && self.has_place()? {
            self.fill_places()?;
        }
        Ok(())
    }

    /// Starts what waits for a place in this service, as far as there are some.
    fn fill_places(&mut self) -> Found<()> {
        for tick in self.rows.queued_for_place(LOOKED_AT)? {
            if !self.has_place()? {
                break;
            }
            self.try_to_start(tick)?;
        }
        Ok(())
    }

    /// What waits for whatever place, the oldest first; where very much does, the first of each job.
    fn waiting(&mut self) -> Found<Vec<Tick>> {
        let first = self.rows.queued(LOOKED_AT)?;
        if u32::try_from(first.len()).is_ok_and(|count| count < LOOKED_AT) {
            return Ok(first);
        }
        let mut waiting = Vec::new();
        for job in self.open_jobs()? {
            waiting.extend(self.rows.queued_of(&job)?);
        }
        waiting.sort_by_key(turn);
        Ok(waiting)
    }

    /// Starts what waited for a run of another service.
    pub(super) fn promote_others(&mut self) -> Found<()> {
        // Very many may wait, which need not be looked through then.
        if !self.has_place()? {
            return Ok(());
        }
        let mut full: HashSet<String> = HashSet::new();
        for tick in self.waiting()? {
            if !self.has_place()? {
                break;
            }
            let group = tick.group.clone();
            if group.as_ref().is_some_and(|group| full.contains(group)) {
                continue;
            }
            if !self.try_to_start(tick)?
                && let Some(group) = group
                && !self.has_place_in(&group)?
            {
                full.insert(group);
            }
        }
        Ok(())
    }

    pub(super) fn has_place(&mut self) -> Found<bool> {
        Ok(self.rows.running_of(self.service)? < self.jobs.limit())
    }

    fn has_place_in(&mut self, group: &str) -> Found<bool> {
        Ok(self.rows.at_work_in_group(group)? < self.jobs.group(group))
    }

    /// The job of a tick. What somebody asked for of a disabled one is run all the same.
    pub(super) fn job_of(&self, tick: &Tick) -> Option<Arc<Job>> {
        let job = self.jobs.get(&tick.job)?;
        (job.enabled || tick.origin.is_asked_for()).then(|| Arc::clone(job))
    }

    /// Why a tick is left out: its job is paused, and nobody asked for it.
    pub(super) fn paused(&mut self, tick: &Tick) -> Found<Option<Reason>> {
        if tick.origin.is_asked_for() {
            return Ok(None);
        }
        let standing = self.rows.standing(&tick.job)?;
        let pause = standing.and_then(|standing| standing.pause);
        Ok(pause.map(|pause| Reason::Paused(pause.note)))
    }

    /// Starts a tick that waits, or leaves it out, or notes what it waits for now; whether it waits no
    /// more.
    pub(super) fn try_to_start(&mut self, mut tick: Tick) -> Found<bool> {
        let Some(job) = self.job_of(&tick) else {
            return Ok(false);
        };
        if let Some(reason) = self.paused(&tick)? {
            return self.skip(tick, reason).map(|()| true);
        }
        let mut at_work = false;
        let may_overlap = job.overlap == Overlap::Allow;
        // What was asked for of the past runs one after another, beside what is due.
        if !may_overlap || tick.origin == Origin::Backfill {
            at_work = self.rows.open(&job.name)?.iter().any(|it| {
                let stands_in_the_way = !may_overlap || it.origin == Origin::Backfill;
                it.state.is_at_work() && stands_in_the_way
            });
        }
        let waits = if at_work {
            Some(Waits::Job)
        } else {
            self.room(&job)?
        };
        match waits {
            None => self.start(&job, tick).map(|()| true),
            // What was asked for stays so until its turn comes.
            Some(_) if tick.state == TickState::Due => Ok(false),
            Some(waits) => {
                if tick.waits.as_ref() != Some(&waits) {
                    tick.waits = Some(waits);
                    self.rows.save(&mut tick)?;
                }
                Ok(false)
            }
        }
    }
}
