//! What becomes of the instants of a job that have come.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Desk, Found, Verdict, instant, micros};
use crate::journal::{Origin, Standing, Tick, TickState, Waits};
use crate::schedule::event::Reason;
use crate::schedule::job::{Job, Overlap};
use crate::schedule::missed::{self, LATENESS, Missed};

impl Desk<'_> {
    /// Notes a job, and decides about what it missed while no service watched it.
    ///
    /// What passed under another schedule was not missed under this one, nor what passed while it was
    /// disabled or not in the file.
    pub(super) fn enrol(
        &mut self,
        job: &Arc<Job>,
        since: DateTime<Utc>,
        is_added: bool,
    ) -> Found<()> {
        let fresh = job.standing(since);
        let Some(known) = self.rows.standing(&job.name)? else {
            return self.rows.stand(&fresh);
        };
        // Another service may have noted it a moment ago, and decide about what has come since.
        let is_recent = instant(known.decided) >= since - LATENESS;
        if known.schedule == fresh.schedule && (is_recent || !is_added) {
            return self.due(job, since, since);
        }
        self.rows.stand(&Standing {
            schedule: fresh.schedule,
            decided: fresh.decided,
            ..known
        })
    }

    /// Decides about every instant of a job that has come by `until` and is not decided.
    pub(super) fn due(
        &mut self,
        job: &Arc<Job>,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Found<()> {
        let standing = self.rows.standing(&job.name)?;
        let mut standing = standing.unwrap_or_else(|| job.standing(since));
        let decided = instant(standing.decided);
        // A clock that was set back does not silence a job until it is that late again. No instant
        // runs twice for that: each has its row.
        // Another service may have decided about more than this one had claimed by then.
        let from = if decided > until.max(self.now) + LATENESS {
            since.max(until - LATENESS) - job.delay()
        } else {
            decided
        };
        // Only after the clock was set back anything after `from` is decided.
        let mut newest = None;
        let is_known = |at| -> Found<bool> {
            let newest = match newest {
                Some(known) => known,
                None => *newest.insert(self.rows.newest(&job.name)?),
            };
            let at = micros(at);
            Ok(newest >= Some(at) && self.rows.at(&job.name, at)?.is_some())
        };
        let passed = missed::passed(job, from, since, until, is_known)?;
        let Some(last) = passed.last else {
            return Ok(());
        };
        standing.decided = micros(last);
        if standing.schedule.is_empty() {
            // Another service has it disabled; this one goes on with it.
            standing.schedule = job.schedule().into();
        }
        self.rows.stand(&standing)?;
        match (passed.missed, &standing.pause) {
            (None, _) => {}
            (Some(missed), None) => self.miss(job, missed)?,
            // It would not have run if somebody had been there.
            (Some(missed), Some(pause)) => {
                let tick = Tick {
                    count: missed.count,
                    last: (missed.count > 1).then_some(micros(missed.last)),
                    ..tick_of(job, missed.first)
                };
                self.skip(tick, Reason::Paused(pause.note.clone()))?;
            }
        }
        for instant in passed.serve {
            if self.rows.at(&job.name, micros(instant))?.is_some() {
                continue;
            }
            let mut tick = tick_of(job, instant);
            if passed.follow {
                tick.origin = Origin::CatchUp;
            }
            match &standing.pause {
                Some(pause) => self.skip(tick, Reason::Paused(pause.note.clone()))?,
                None if passed.follow => self.follow(job, tick)?,
                None => self.serve(job, tick)?,
            }
        }
        Ok(())
    }

    /// Decides about one of several ticks that were late: they do not stand in each other's way.
    fn follow(&mut self, job: &Arc<Job>, tick: Tick) -> Found<()> {
        let mut others = self.rows.open(&job.name)?.into_iter();
        if job.overlap != Overlap::Allow && others.any(|other| other.state != TickState::Due) {
            return self.queue(job, tick, Waits::Job);
        }
        self.serve(job, tick)
    }

    fn miss(&mut self, job: &Arc<Job>, missed: Missed) -> Found<()> {
        let tick = Tick {
            last: Some(micros(missed.last)),
            count: missed.count,
            reason: Some("nobody was there in time".to_owned()),
            ..tick_of(job, missed.first)
        };
        self.come_too_late(job, tick, missed)
    }

    /// Notes on a tick, which says why, that what it stands for was missed.
    pub(super) fn come_too_late(
        &mut self,
        job: &Arc<Job>,
        mut tick: Tick,
        missed: Missed,
    ) -> Found<()> {
        tick.state = TickState::Missed;
        tick.finished = Some(micros(self.now));
        self.rows.save(&mut tick)?;
        self.tell_missed(job, missed)?;
        self.verdicts
            .push(Verdict::Missed(job.name.clone(), missed));
        Ok(())
    }
}

/// The tick of a job at an instant that is due.
fn tick_of(job: &Job, at: DateTime<Utc>) -> Tick {
    Tick {
        job: job.name.clone(),
        instant: micros(at),
        count: 1,
        ..Tick::default()
    }
}
