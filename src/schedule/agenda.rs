//! When each job is due next.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::job::Job;
use super::jobs::Jobs;
use super::missed::LATENESS;

/// The jobs and the instants they are due at next.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    jobs: Arc<Jobs>,
    /// In the order of the jobs.
    slots: Vec<Slot>,
    /// The places of the slots that start at an instant: many jobs share one, and are put there and
    /// taken from there at once.
    starts: BTreeMap<DateTime<Utc>, Vec<usize>>,
    /// What is worked out beforehand for the earliest of them.
    ahead: Option<Ahead>,
}

/// What comes after a start that has not come yet: worked out while there is time, it does not keep those
/// waiting that are due.
#[derive(Debug)]
struct Ahead {
    start: DateTime<Utc>,
    /// The places of all slots that start then, by the names of their jobs, and when each starts next.
    then: Vec<(usize, Option<DateTime<Utc>>)>,
}

/// A job that is due.
#[derive(Debug)]
pub(super) struct Coming {
    pub job: Arc<Job>,
    /// Since when it is watched.
    pub watched: DateTime<Utc>,
    /// When it starts next.
    pub next: Option<DateTime<Utc>>,
}

#[derive(Debug)]
struct Slot {
    job: Arc<Job>,
    /// Its rank among all jobs by their names.
    rank: usize,
    /// When it starts next: its next instant, and its delay after it.
    next: Option<DateTime<Utc>>,
    /// Since when no instant of it was noticed late.
    watched: DateTime<Utc>,
}

/// What a new jobs file changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Jobs that are new.
    pub added: Vec<String>,
    /// Jobs that differ.
    pub changed: Vec<String>,
    /// Jobs that are gone.
    pub removed: Vec<String>,
    /// Jobs whose next instant was worked out anew.
    pub rescheduled: Vec<String>,
}

impl Agenda {
    /// Takes over a jobs file. Jobs whose schedule stays keep their next instant.
    pub(super) fn load(&mut self, jobs: &Arc<Jobs>, now: DateTime<Utc>) -> Change {
        let mut change = Change::default();
        let before = self.jobs.iter().map(|job| &job.name);
        let gone = before.filter(|name| jobs.get(name).is_none());
        change.removed = gone.map(ToString::to_string).collect();
        change.removed.sort_unstable();
        let mut slots = Vec::with_capacity(jobs.len());
        for job in jobs.iter() {
            let kept = match self.slot(&job.name) {
                None => {
                    change.added.push(job.name.to_string());
                    None
                }
                Some(slot) => {
                    if slot.job != *job {
                        change.changed.push(job.name.to_string());
                    }
                    slot.job
                        .has_schedule_of(job)
                        .then_some((slot.next, slot.watched))
                }
            };
            let (next, watched) = kept.unwrap_or_else(|| {
                change.rescheduled.push(job.name.to_string());
                (start_after(job, now), now)
            });
            slots.push(Slot {
                job: Arc::clone(job),
                rank: 0,
                next,
                watched,
            });
        }
        self.jobs = Arc::clone(jobs);
        self.slots = slots;
        self.rank();
        self.gather();
        change
    }

    /// Ranks the jobs by their names, so that those need not be compared.
    fn rank(&mut self) {
        let mut slots: Vec<&mut Slot> = self.slots.iter_mut().collect();
        slots.sort_unstable_by(|a, b| a.job.name.cmp(&b.job.name));
        for (rank, slot) in slots.into_iter().enumerate() {
            slot.rank = rank;
        }
    }

    fn gather(&mut self) {
        self.starts.clear();
        self.ahead = None;
        for (place, slot) in self.slots.iter().enumerate() {
            if let Some(next) = slot.next {
                self.starts.entry(next).or_default().push(place);
            }
        }
    }

    /// Works out anew when everything starts, after the clock was set back.
    pub(super) fn replan(&mut self, now: DateTime<Utc>) {
        for slot in &mut self.slots {
            slot.next = start_after(&slot.job, now);
            slot.watched = slot.watched.min(now);
        }
        self.gather();
    }

    fn slot(&self, name: &str) -> Option<&Slot> {
        self.slots.get(self.jobs.position(name)?)
    }

    /// The names of all jobs, in order.
    pub(super) fn names(&self) -> Vec<Arc<str>> {
        let mut names: Vec<_> = self.jobs.iter().map(|job| job.name.clone()).collect();
        names.sort_unstable();
        names
    }

    /// The job of this name, and when it is due next.
    pub(super) fn next_of(&self, name: &str) -> Option<(&Arc<Job>, DateTime<Utc>)> {
        let slot = self.slot(name)?;
        Some((&slot.job, slot.next?))
    }

    /// When the first job is due.
    pub(super) fn next(&self) -> Option<DateTime<Utc>> {
        self.starts.keys().next().copied()
    }

    /// All jobs by their names, each with since when it is watched.
    pub(super) fn watched(&self) -> Vec<(Arc<Job>, DateTime<Utc>)> {
        let mut slots: Vec<&Slot> = self.slots.iter().filter(|it| it.job.enabled).collect();
        slots.sort_unstable_by_key(|slot| slot.rank);
        let watched = slots.into_iter();
        watched
            .map(|slot| (Arc::clone(&slot.job), slot.watched))
            .collect()
    }

    /// Forgets all jobs.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.starts.clear();
        self.ahead = None;
    }

    /// Works out what comes after the earliest start, so that it is known by then.
    pub(super) fn look_ahead(&mut self) {
        let Some((start, places)) = self.starts.first_key_value() else {
            return;
        };
        let is_known = |ahead: &Ahead| ahead.start == *start && ahead.then.len() == places.len();
        if self.ahead.as_ref().is_some_and(is_known) {
            return;
        }
        let then = self.after(*start, places.clone());
        self.ahead = Some(Ahead {
            start: *start,
            then,
        });
    }

    /// The slots at these places in the order of their names, each with when it starts next after `now`.
    fn after(
        &self,
        now: DateTime<Utc>,
        mut places: Vec<usize>,
    ) -> Vec<(usize, Option<DateTime<Utc>>)> {
        places.sort_unstable_by_key(|place| self.slots.get(*place).map(|slot| slot.rank));
        let next = |place: &usize| start_after(&self.slots.get(*place)?.job, now);
        places
            .into_iter()
            .map(|place| (place, next(&place)))
            .collect()
    }

    /// Takes every job that is to start by `now`, earliest first and then by name, and moves it on to
    /// its next start after `now`.
    pub(super) fn take_due(&mut self, now: DateTime<Utc>) -> Vec<Coming> {
        let mut due = Vec::new();
        while let Some(first) = self.starts.first_entry()
            && *first.key() <= now
        {
            let (start, places) = first.remove_entry();
            // Slots that came to share this start meanwhile are not in what was worked out.
            let is_known =
                |ahead: &mut Ahead| ahead.start == start && ahead.then.len() == places.len();
            let then = match self.ahead.take_if(is_known) {
                Some(ahead) => ahead.then,
                None => self.after(now, places),
            };
            due.reserve(then.len());
            for (place, next) in then {
                let Some(slot) = self.slots.get_mut(place) else {
                    continue;
                };
                if now - start > LATENESS {
                    // The machine slept, or its clock was set.
                    slot.watched = now;
                }
                slot.next = match next {
                    // What was worked out for the start has passed, too.
                    Some(next) if next <= now => start_after(&slot.job, now),
                    next => next,
                };
                due.push(Coming {
                    job: Arc::clone(&slot.job),
                    watched: slot.watched,
                    next: slot.next,
                });
                if let Some(next) = slot.next {
                    self.starts.entry(next).or_default().push(place);
                }
            }
        }
        due
    }
}

/// When a job starts next after `now`.
fn start_after(job: &Job, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if !job.enabled {
        return None;
    }
    let delay = job.delay();
    job.next_after(now.checked_sub_signed(delay)?)?
        .checked_add_signed(delay)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn jobs(text: &str) -> Arc<Jobs> {
        Arc::new(Jobs::read("jobs.toml", text).unwrap())
    }

    fn one(name: &str, cron: &str) -> String {
        format!("[[job]]\nname = \"{name}\"\ncron = \"{cron}\"\nscript = \"a.rhai\"\n")
    }

    fn agenda(text: &str, now: &str) -> Agenda {
        let mut agenda = Agenda::default();
        agenda.load(&jobs(text), at(now));
        agenda
    }

    #[test]
    fn jobs_come_due_in_order_of_time_and_then_of_name() {
        let text = one("b", "0 * * * *")
            + one("a", "0 * * * *").as_str()
            + one("c", "30 * * * *").as_str();
        let mut agenda = agenda(&text, "2026-01-01T00:10:00Z");
        assert_eq!(agenda.next(), Some(at("2026-01-01T00:30:00Z")));
        assert!(agenda.take_due(at("2026-01-01T00:29:59Z")).is_empty());
        let due = agenda.take_due(at("2026-01-01T01:00:00Z"));
        let names: Vec<_> = due.iter().map(|it| &*it.job.name).collect();
        assert_eq!(names, ["c", "a", "b"]);
        assert_eq!(agenda.next(), Some(at("2026-01-01T01:30:00Z")));
    }

    #[test]
    fn what_is_noticed_late_was_not_watched() {
        let mut agenda = agenda(&one("a", "*/10 * * * *"), "2026-01-01T00:05:00Z");
        let due = agenda.take_due(at("2026-01-01T00:10:20Z"));
        assert_eq!(due[0].watched, at("2026-01-01T00:05:00Z"));
        let due = agenda.take_due(at("2026-01-01T00:44:00Z"));
        assert_eq!(due[0].watched, at("2026-01-01T00:44:00Z"));
        assert_eq!(agenda.next(), Some(at("2026-01-01T00:50:00Z")));
    }

    #[test]
    fn what_was_worked_out_beforehand_changes_nothing() {
        let text = one("b", "*/7 * * * *")
            + one("a", "*/10 * * * *").as_str()
            + one("c", "30 * * * *").as_str()
            + one("late", "*/5 * * * *").as_str()
            + "jitter = \"4m\"\n";
        let looks = [
            "00:03:00", "00:05:00", "00:07:00", "00:30:00", "00:30:01", "00:59:59", "02:10:00",
            "02:14:00", "02:20:00",
        ];
        let taken = |looks_ahead: bool| {
            let mut agenda = agenda(&text, "2026-01-01T00:01:00Z");
            let mut taken = Vec::new();
            for look in looks {
                if looks_ahead {
                    agenda.look_ahead();
                }
                let due = agenda.take_due(at(&format!("2026-01-01T{look}Z")));
                let due = due.into_iter();
                taken.extend(due.map(|it| (it.job.name.clone(), it.watched, it.next)));
            }
            (taken, agenda.next())
        };
        assert_eq!(taken(true), taken(false));
    }

    #[test]
    fn a_job_that_comes_to_share_a_start_that_was_looked_at_starts_with_it() {
        let text = one("a", "0,30 * * * *") + one("b", "30 * * * *").as_str();
        let mut agenda = agenda(&text, "2026-01-01T00:59:00Z");
        agenda.look_ahead();
        agenda.take_due(at("2026-01-01T01:00:00Z"));
        agenda.look_ahead();
        assert_eq!(agenda.take_due(at("2026-01-01T01:30:00Z")).len(), 2);
        let text = text.replace("name = \"b\"", "name = \"c\"");
        agenda.look_ahead();
        agenda.load(&jobs(&text), at("2026-01-01T01:31:00Z"));
        agenda.take_due(at("2026-01-01T02:00:00Z"));
        let due = agenda.take_due(at("2026-01-01T02:30:00Z"));
        let names: Vec<_> = due.iter().map(|it| &*it.job.name).collect();
        assert_eq!(names, ["a", "c"]);
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_silence_a_job() {
        let mut agenda = agenda(&one("a", "@hourly"), "2026-01-01T12:30:00Z");
        agenda.replan(at("2026-01-01T09:30:00Z"));
        assert_eq!(agenda.next(), Some(at("2026-01-01T10:00:00Z")));
    }

    #[test]
    fn jitter_puts_off_the_start() {
        let text = one("a", "@hourly") + "jitter = \"30m\"\n";
        let agenda = agenda(&text, "2026-01-01T12:30:00Z");
        let delay = agenda.slot("a").unwrap().job.delay();
        let next = agenda.next().unwrap();
        assert!(
            next == at("2026-01-01T12:00:00Z") + delay
                || next == at("2026-01-01T13:00:00Z") + delay
        );
        assert!(delay > chrono::TimeDelta::zero());
    }

    #[test]
    fn a_reload_keeps_what_did_not_change() {
        let text = one("kept", "0 0 * * *")
            + one("gone", "@hourly").as_str()
            + one("moved", "0 1 * * *").as_str();
        let mut agenda = agenda(&text, "2026-01-01T12:00:00Z");
        let args = "args = { x = 1 }\n";
        let text = one("kept", "0 0 * * *")
            + args
            + one("moved", "0 2 * * *").as_str()
            + one("new", "@hourly").as_str();
        // The clock was set back meanwhile: an untouched schedule does not run a second time.
        let change = agenda.load(&jobs(&text), at("2025-12-31T12:00:00Z"));
        assert_eq!(change.removed, ["gone"]);
        assert_eq!(change.added, ["new"]);
        assert_eq!(change.changed, ["kept", "moved"]);
        assert_eq!(change.rescheduled, ["moved", "new"]);
        let starts = |name| agenda.next_of(name).map(|(_, next)| next);
        assert_eq!(starts("kept"), Some(at("2026-01-02T00:00:00Z")));
        assert_eq!(starts("moved"), Some(at("2026-01-01T02:00:00Z")));
        assert_eq!(starts("gone"), None);
        assert_eq!(agenda.slot("kept").unwrap().job.args["x"], 1);
    }

    #[test]
    fn a_disabled_job_is_never_due() {
        let text = one("a", "@hourly") + "enabled = false\n";
        let mut agenda = agenda(&text, "2026-01-01T12:00:00Z");
        assert_eq!(agenda.next(), None);
        agenda.load(&jobs(&one("a", "@hourly")), at("2026-01-01T12:30:00Z"));
        assert_eq!(agenda.next(), Some(at("2026-01-01T13:00:00Z")));
    }
}
