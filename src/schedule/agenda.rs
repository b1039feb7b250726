//! When each job is due next.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::job::Job;
use super::jobs::Jobs;

/// How late an instant may be noticed and still be served.
pub(super) const LATENESS: TimeDelta = TimeDelta::seconds(30);

/// How many instants of one job are gone through one by one after a long sleep.
const MOST_COUNTED: u64 = 10_000;

/// The jobs and the instants they are due at next, in one heap.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    slots: BTreeMap<String, Slot>,
    /// May hold instants that are no longer any job's next one; those are passed over.
    heap: BinaryHeap<Reverse<(DateTime<Utc>, String)>>,
}

#[derive(Debug)]
struct Slot {
    job: Arc<Job>,
    next: Option<DateTime<Utc>>,
}

/// What became due of one job.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    /// The job.
    pub job: Arc<Job>,
    /// The instants to serve, in order.
    pub serve: Vec<DateTime<Utc>>,
    /// The instants that came too late to serve.
    pub missed: Option<Missed>,
}

/// Instants that came too late to serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Missed {
    /// The first of them.
    pub first: DateTime<Utc>,
    /// The last of them.
    pub last: DateTime<Utc>,
    /// How many there were, at least.
    pub count: u64,
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
    pub(super) fn load(&mut self, jobs: &Jobs, now: DateTime<Utc>) -> Change {
        let mut change = Change::default();
        let names: BTreeSet<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
        self.slots.retain(|name, _| {
            let stays = names.contains(name.as_str());
            if !stays {
                change.removed.push(name.clone());
            }
            stays
        });
        for job in jobs.iter() {
            let kept = match self.slots.get(&job.name) {
                None => {
                    change.added.push(job.name.clone());
                    None
                }
                Some(slot) => {
                    if slot.job != *job {
                        change.changed.push(job.name.clone());
                    }
                    slot.job.has_schedule_of(job).then_some(slot.next)
                }
            };
            let next = kept.unwrap_or_else(|| {
                change.rescheduled.push(job.name.clone());
                if job.enabled {
                    job.next_after(now)
                } else {
                    None
                }
            });
            let slot = Slot {
                job: Arc::clone(job),
                next,
            };
            self.slots.insert(job.name.clone(), slot);
        }
        self.heap = self
            .slots
            .iter()
            .filter_map(|(name, slot)| Some(Reverse((slot.next?, name.clone()))))
            .collect();
        change
    }

    /// The names of all jobs.
    pub(super) fn names(&self) -> Vec<String> {
        self.slots.keys().cloned().collect()
    }

    /// The job of this name.
    pub(super) fn job(&self, name: &str) -> Option<&Arc<Job>> {
        self.slots.get(name).map(|slot| &slot.job)
    }

    /// When the job of this name is due next.
    pub(super) fn next_of(&self, name: &str) -> Option<DateTime<Utc>> {
        self.slots.get(name)?.next
    }

    /// When the first job is due.
    pub(super) fn next(&self) -> Option<DateTime<Utc>> {
        self.heap.peek().map(|Reverse((instant, _))| *instant)
    }

    /// Forgets all jobs.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.heap.clear();
    }

    /// Takes everything that is due by `now`, earliest first and then by name, and moves these
    /// jobs on to their next instant after `now`.
    pub(super) fn take_due(&mut self, now: DateTime<Utc>) -> Vec<Tick> {
        let mut ticks = Vec::new();
        while let Some(Reverse((instant, _))) = self.heap.peek()
            && *instant <= now
            && let Some(Reverse((instant, name))) = self.heap.pop()
        {
            let Some(slot) = self.slots.get_mut(&name) else {
                continue;
            };
            if slot.next != Some(instant) {
                continue;
            }
            ticks.push(tick(&slot.job, instant, now));
            slot.next = slot.job.next_after(now);
            if let Some(next) = slot.next {
                self.heap.push(Reverse((next, name)));
            }
        }
        ticks
    }
}

/// Sorts the instants of a job from `first` to `now` into those to serve and those missed.
///
/// What is late by more than [`LATENESS`] is missed, except the very last one: a job that slept
/// through several instants runs once.
fn tick(job: &Arc<Job>, first: DateTime<Utc>, now: DateTime<Utc>) -> Tick {
    let stale = now - LATENESS;
    let mut serve = Vec::new();
    let mut late = 0;
    let mut last_two = (first, first);
    let mut at = Some(first);
    while let Some(instant) = at.filter(|instant| *instant <= now) {
        at = job.next_after(instant);
        if instant >= stale {
            serve.push(instant);
            continue;
        }
        late += 1;
        last_two = (last_two.1, instant);
        if late == MOST_COUNTED {
            at = at.max(last_stretch(job, now));
        }
    }
    let mut last = last_two.1;
    if serve.is_empty() {
        serve.push(last);
        last = last_two.0;
        late -= 1;
    }
    let missed = (late > 0).then_some(Missed {
        first,
        last,
        count: late,
    });
    Tick {
        job: Arc::clone(job),
        serve,
        missed,
    }
}

/// An instant shortly before `now` from which on few are left.
fn last_stretch(job: &Job, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let mut span = LATENESS * 2;
    loop {
        let next = job.next_after(now.checked_sub_signed(span)?)?;
        if next <= now {
            return Some(next);
        }
        span = span.checked_mul(2)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn jobs(text: &str) -> Jobs {
        Jobs::read("jobs.toml", text).unwrap()
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
        assert_eq!(agenda.take_due(at("2026-01-01T00:29:59Z")), []);
        let due = agenda.take_due(at("2026-01-01T01:00:00Z"));
        let names: Vec<_> = due.iter().map(|tick| tick.job.name.as_str()).collect();
        assert_eq!(names, ["c", "a", "b"]);
        assert_eq!(agenda.next(), Some(at("2026-01-01T01:30:00Z")));
    }

    #[test]
    fn a_long_sleep_is_served_once_and_the_rest_is_missed() {
        let mut agenda = agenda(&one("a", "*/10 * * * *"), "2026-01-01T00:05:00Z");
        let due = agenda.take_due(at("2026-01-01T00:44:00Z"));
        assert_eq!(due[0].serve, [at("2026-01-01T00:40:00Z")]);
        let missed = Missed {
            first: at("2026-01-01T00:10:00Z"),
            last: at("2026-01-01T00:30:00Z"),
            count: 3,
        };
        assert_eq!(due[0].missed, Some(missed));
        assert_eq!(agenda.next(), Some(at("2026-01-01T00:50:00Z")));
    }

    #[test]
    fn one_late_instant_is_served_and_nothing_is_missed() {
        let mut agenda = agenda(&one("a", "@daily"), "2026-01-01T00:05:00Z");
        let due = agenda.take_due(at("2026-01-02T06:00:00Z"));
        assert_eq!(due[0].serve, [at("2026-01-02T00:00:00Z")]);
        assert_eq!(due[0].missed, None);
    }

    #[test]
    fn a_slightly_late_wake_up_serves_every_instant() {
        let text = one("a", "* * * * * *") + "seconds = true\n";
        let mut agenda = agenda(&text, "2026-01-01T00:00:00Z");
        let due = agenda.take_due(at("2026-01-01T00:00:03Z"));
        assert_eq!(due[0].serve.len(), 3);
        assert_eq!(due[0].missed, None);
    }

    #[test]
    fn a_year_of_missed_seconds_is_gone_through_quickly() {
        let text = one("a", "* * * * * *") + "seconds = true\n";
        let mut agenda = agenda(&text, "2026-01-01T00:00:00Z");
        let due = agenda.take_due(at("2027-01-01T00:00:00Z"));
        assert_eq!(due[0].serve.last(), Some(&at("2027-01-01T00:00:00Z")));
        let missed = due[0].missed.unwrap();
        assert_eq!(missed.last, at("2026-12-31T23:59:29Z"));
        assert!(missed.count >= MOST_COUNTED && missed.count < 2 * MOST_COUNTED);
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
        assert_eq!(agenda.next_of("kept"), Some(at("2026-01-02T00:00:00Z")));
        assert_eq!(agenda.next_of("moved"), Some(at("2026-01-01T02:00:00Z")));
        assert_eq!(agenda.next_of("gone"), None);
        assert_eq!(agenda.job("kept").unwrap().args["x"], 1);
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
