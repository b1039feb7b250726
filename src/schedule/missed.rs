//! Which instants of a job that have passed still run, and which are missed.

use chrono::{DateTime, TimeDelta, Utc};

use super::job::Job;
use super::policy::CatchUp;

/// How late an instant may be noticed and still be in time.
pub(super) const LATENESS: TimeDelta = TimeDelta::seconds(30);

/// How far two instants of one job are apart at least.
const APART: TimeDelta = TimeDelta::seconds(1);

/// How many instants of one job are gone through one by one.
const MOST_COUNTED: u64 = 10_000;

/// How many instants of one job run one after another to catch up.
const MOST_CAUGHT_UP: usize = 1_000;

/// What has passed of a job.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Passed {
    /// The instants to serve, in order.
    pub serve: Vec<DateTime<Utc>>,
    /// Whether some of them are late, and the job wants all of them: one after another.
    pub follow: bool,
    /// The instants that are missed.
    pub missed: Option<Missed>,
    /// The last instant that was looked at.
    pub last: Option<DateTime<Utc>>,
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

impl Missed {
    fn more(missed: &mut Option<Self>, instant: DateTime<Utc>) {
        match missed {
            None => {
                *missed = Some(Self {
                    first: instant,
                    last: instant,
                    count: 1,
                });
            }
            Some(missed) => {
                missed.last = instant;
                missed.count += 1;
            }
        }
    }
}

/// Sorts the instants of a job after `from` that have come by `now`.
///
/// In time is what came since somebody watched, however long it took to decide about it, and what is
/// late by [`LATENESS`] at most. What happens to the rest is the job's policy, but for what is `known` to
/// be decided about: a clock that was set back and put right again passes over it twice.
pub(super) fn passed<E>(
    job: &Job,
    from: DateTime<Utc>,
    watched: DateTime<Utc>,
    now: DateTime<Utc>,
    mut known: impl FnMut(DateTime<Utc>) -> Result<bool, E>,
) -> Result<Passed, E> {
    let delay = job.delay();
    let window = TimeDelta::from_std(job.policy.catch_up_window).unwrap_or(TimeDelta::MAX);
    let oldest = now
        .checked_sub_signed(window)
        .unwrap_or(DateTime::<Utc>::MIN_UTC);
    let mut passed = Passed::default();
    // Late, but near enough to be caught up with.
    let mut late: Vec<DateTime<Utc>> = Vec::new();
    let mut seen = 0;
    let mut at = job.next_after(from);
    while let Some(instant) = at.filter(|instant| *instant + delay <= now) {
        // The next one need not be worked out to know that it has not come.
        let may_be_another = instant + delay + APART <= now;
        at = may_be_another.then(|| job.next_after(instant)).flatten();
        passed.last = Some(instant);
        let start = instant + delay;
        if start >= watched || now - start <= LATENESS {
            passed.serve.push(instant);
            continue;
        }
        seen += 1;
        if seen == MOST_COUNTED {
            let least = 1 + match job.policy.catch_up {
                CatchUp::None | CatchUp::Last => 1,
                CatchUp::All => MOST_CAUGHT_UP,
            };
            at = at.and_then(|at| Some(at).max(last_stretch(job, oldest, now, least)));
        }
        if known(instant)? {
            continue;
        }
        if start < oldest || job.policy.catch_up == CatchUp::None {
            Missed::more(&mut passed.missed, instant);
        } else {
            late.push(instant);
        }
    }
    let kept = match job.policy.catch_up {
        CatchUp::None => 0,
        // What is in time is younger than what is late.
        CatchUp::Last => usize::from(passed.serve.is_empty()),
        CatchUp::All => MOST_CAUGHT_UP,
    };
    let caught_up = late.split_off(late.len().saturating_sub(kept));
    for instant in late {
        Missed::more(&mut passed.missed, instant);
    }
    passed.follow = job.policy.catch_up == CatchUp::All && !caught_up.is_empty();
    passed.serve.splice(0..0, caught_up);
    Ok(passed)
}

/// An instant from which on there are so many at least until `now`, or all that may be caught up with and
/// one before, and not many more.
fn last_stretch(
    job: &Job,
    oldest: DateTime<Utc>,
    now: DateTime<Utc>,
    least: usize,
) -> Option<DateTime<Utc>> {
    let delay = job.delay();
    let mut span = LATENESS * 2;
    loop {
        let from = now.checked_sub_signed(delay)?.checked_sub_signed(span)?;
        let instants = std::iter::successors(job.next_after(from), |at| job.next_after(*at));
        let first = job.next_after(from)?;
        let have_come = instants.take_while(|at| *at + delay <= now);
        if first + delay < oldest.min(now) || have_come.take(least).count() == least {
            return Some(first);
        }
        span = span.checked_mul(2)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Jobs;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn job(cron: &str, more: &str) -> Job {
        let text =
            format!("[[job]]\nname = \"a\"\ncron = \"{cron}\"\nscript = \"a.rhai\"\n{more}\n");
        let jobs = Jobs::read("jobs.toml", &text).unwrap();
        Job::clone(jobs.get("a").unwrap())
    }

    /// What passed of a job of which nothing is decided.
    fn passed_of(
        job: &Job,
        from: DateTime<Utc>,
        watched: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Passed {
        let nothing = |_| Ok::<_, std::convert::Infallible>(false);
        passed(job, from, watched, now, nothing).unwrap()
    }

    /// What passed of a job that nobody watched between these instants.
    fn told(cron: &str, more: &str, from: &str, now: &str) -> (Vec<String>, u64) {
        let now = at(now);
        let passed = passed_of(&job(cron, more), at(from), now, now);
        let minutes = passed.serve.iter().map(|it| it.format("%H:%M").to_string());
        (minutes.collect(), passed.missed.map_or(0, |it| it.count))
    }

    #[test]
    fn every_policy_catches_up_as_it_says() {
        let (from, now) = ("2026-01-01T00:05:00Z", "2026-01-01T00:44:00Z");
        let of = |more: &str| told("*/10 * * * *", more, from, now);
        assert_eq!(of(""), (vec!["00:40".to_owned()], 3));
        assert_eq!(of("catch_up = \"none\""), (vec![], 4));
        let all = ["00:10", "00:20", "00:30", "00:40"].map(str::to_owned);
        assert_eq!(of("catch_up = \"all\""), (all.to_vec(), 0));
        assert_eq!(
            of("catch_up = \"all\"\ncatch_up_window = \"15m\""),
            (all[2..].to_vec(), 2)
        );
        assert_eq!(of("catch_up_window = \"3m\""), (vec![], 4));
    }

    #[test]
    fn what_is_in_time_takes_the_place_of_what_is_late() {
        let (from, now) = ("2026-01-01T00:05:00Z", "2026-01-01T00:40:20Z");
        assert_eq!(
            told("*/10 * * * *", "", from, now),
            (vec!["00:40".to_owned()], 3)
        );
    }

    #[test]
    fn what_was_watched_is_in_time_however_late_it_is_decided() {
        let job = job("*/10 * * * *", "catch_up = \"none\"");
        let (from, watched) = (at("2026-01-01T00:05:00Z"), at("2026-01-01T00:15:00Z"));
        let passed = passed_of(&job, from, watched, at("2026-01-01T00:44:00Z"));
        assert_eq!(passed.serve.len(), 3);
        assert_eq!(passed.missed.unwrap().count, 1);
        assert_eq!(passed.last, Some(at("2026-01-01T00:40:00Z")));
    }

    #[test]
    fn a_year_of_missed_seconds_is_gone_through_quickly() {
        let job = job("* * * * * *", "seconds = true\ncatch_up = \"none\"");
        let now = at("2027-01-01T00:00:00Z");
        let passed = passed_of(&job, at("2026-01-01T00:00:00Z"), now, now);
        assert_eq!(passed.serve.last(), Some(&now));
        let missed = passed.missed.unwrap();
        assert_eq!(missed.last, at("2026-12-31T23:59:29Z"));
        assert!(missed.count >= MOST_COUNTED && missed.count < 2 * MOST_COUNTED);
    }

    #[test]
    fn all_that_may_be_caught_up_with_is_after_any_downtime() {
        let now = at("2026-01-09T10:00:00Z");
        for (cron, more, caught_up, first_missed_before) in [
            ("0 * * * * *", "6h", 360, "2026-01-09T04:00:00Z"),
            ("* * * * * *", "10m", 600, "2026-01-09T09:50:00Z"),
            ("* * * * * *", "6h", 1000, "2026-01-09T09:43:20Z"),
            ("0 0 * * * *", "6h", 6, "2026-01-09T04:00:00Z"),
        ] {
            let more = format!("seconds = true\ncatch_up = \"all\"\ncatch_up_window = \"{more}\"");
            let job = job(cron, &more);
            let passed = passed_of(&job, at("2026-01-01T10:00:00Z"), now, now);
            let late = passed.serve.iter().filter(|it| now - **it > LATENESS);
            let in_time = passed.serve.len() - late.count();
            // What is in time is not caught up with.
            assert!(
                passed.serve.len().abs_diff(caught_up) <= in_time + 1,
                "{cron} {more}"
            );
            let missed = passed.missed.unwrap();
            let next = job.next_after(missed.last);
            assert_eq!(next, passed.serve.first().copied(), "{cron} {more}");
            assert!(missed.last <= at(first_missed_before), "{cron} {more}");
        }
    }

    #[test]
    fn what_is_known_to_be_decided_is_neither_missed_nor_caught_up_with() {
        let job = job("*/10 * * * *", "catch_up = \"all\"");
        let (from, now) = (at("2026-01-01T00:05:00Z"), at("2026-01-01T00:44:00Z"));
        let known =
            |instant| Ok::<_, std::convert::Infallible>(instant <= at("2026-01-01T00:30:00Z"));
        let passed = passed(&job, from, now, now, known).unwrap();
        assert_eq!(passed.serve, [at("2026-01-01T00:40:00Z")]);
        assert_eq!(passed.missed, None);
    }

    #[test]
    fn jitter_puts_off_when_an_instant_has_come() {
        let job = job("0 0 * * *", "jitter = \"1h\"");
        assert!(job.delay() > TimeDelta::zero());
        let (from, midnight) = (at("2026-01-01T12:00:00Z"), at("2026-01-02T00:00:00Z"));
        let until = |now| passed_of(&job, from, from, now).serve;
        assert!(until(midnight + job.delay() - TimeDelta::seconds(1)).is_empty());
        assert_eq!(until(midnight + job.delay()), [midnight]);
    }
}
