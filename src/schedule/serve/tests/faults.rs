//! Services under faults, on a simulated clock: a store that is gone, a clock that is set, very many
//! jobs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use super::super::rehearsal::{Act, job, told, told_by};
use crate::clock::Clock;
use crate::schedule::{Ledger, Memory, Work};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Rows with which something happens before anything is decided on them.
struct Meddled<F> {
    rows: Arc<Memory>,
    before: F,
}

impl<F: Fn() -> Result<(), String> + Send + Sync> Ledger for Meddled<F> {
    fn carry_out(&self, work: Work) -> BoxFuture<'static, Result<(), String>> {
        match (self.before)() {
            Ok(()) => self.rows.carry_out(work),
            Err(message) => ready(Err(message)).boxed(),
        }
    }

    fn service(&self) -> i64 {
        self.rows.service()
    }

    fn profile(&self) -> &str {
        self.rows.profile()
    }

    fn lasts(&self) -> bool {
        self.rows.lasts()
    }
}

/// Rows that several services have one after the other.
fn shared() -> impl Fn(&Clock) -> Arc<dyn Ledger> {
    let rows = Arc::new(Memory::default());
    move |_| {
        let rows = rows.clone();
        Arc::new(Meddled {
            rows,
            before: || Ok(()),
        })
    }
}

/// Rows that cannot be written for ten minutes shortly after nine.
fn gone_for_ten_minutes(clock: &Clock) -> Arc<dyn Ledger> {
    let gone = at("2026-01-15T09:00:30Z")..at("2026-01-15T09:10:30Z");
    let clock = clock.clone();
    Arc::new(Meddled {
        rows: Arc::default(),
        before: move || {
            let is_there = !gone.contains(&clock.now());
            is_there.then_some(()).ok_or("the disk is full".to_owned())
        },
    })
}

/// How often each instant was started.
pub(super) fn started(lines: &[String]) -> BTreeMap<String, usize> {
    let mut started = BTreeMap::new();
    for line in lines {
        if let Some((_, instant)) = line.split_once(" started, due ") {
            *started.entry(instant.to_owned()).or_default() += 1;
        }
    }
    started
}

#[tokio::test]
async fn a_store_that_is_gone_for_ten_minutes_loses_no_instant_and_repeats_none() {
    let file = job("overlap = \"allow\"\ncatch_up = \"none\"\nargs = { minutes = 2 }");
    let file = file.replace("0 * * * *", "* * * * *");
    let acts = vec![("09:15:30", Act::Drain)];
    let lines = told_by(&Clock::simulated(), gone_for_ten_minutes, &file, acts).await;
    let started = started(&lines);
    let meant: Vec<String> = (1..=75)
        .map(|minute| {
            let instant = at("2026-01-15T08:00:00Z") + TimeDelta::minutes(minute);
            instant.format("%Y-%m-%dT%H:%M:%SZ").to_string()
        })
        .collect();
    assert_eq!(started.keys().cloned().collect::<Vec<_>>(), meant);
    assert!(started.values().all(|count| *count == 1), "{started:?}");
    // Runs that ended meanwhile are told once, and so is the store.
    let of = |what: &str| lines.iter().filter(|line| line.contains(what)).count();
    assert_eq!(of("succeeded after 2m"), 75);
    assert_eq!(of("what is due waits for the journal: the disk is full"), 1);
    assert_eq!(of("the journal can be written again"), 1);
    assert_eq!(of("missed"), 0);
}

/// What a job of every six hours tells whose clock is set forward by a day at 09:30.
async fn a_day_forward(more: &str) -> Vec<String> {
    let file = job(more).replace("0 * * * *", "0 */6 * * *");
    let acts = vec![
        ("09:30:00", Act::Suspend(TimeDelta::days(1))),
        ("16T09:40:00", Act::Drain),
    ];
    told(&file, acts).await
}

#[tokio::test]
async fn a_clock_set_forward_by_a_day_is_caught_up_with_as_the_job_says() {
    let day = "2026-01-15T12:00:00Z to 2026-01-16T06:00:00Z";
    assert_eq!(
        a_day_forward("catch_up = \"none\"").await[..1],
        [format!("09:30:00 a: missed 4 times from {day}")]
    );
    // The last one is older than the window of an hour.
    assert_eq!(
        a_day_forward("").await[..1],
        [format!("09:30:00 a: missed 4 times from {day}")]
    );
    let wide = "catch_up_window = \"30h\"";
    let last = a_day_forward(wide).await;
    assert_eq!(
        last[0],
        "09:30:00 a: missed 3 times from 2026-01-15T12:00:00Z to 2026-01-16T00:00:00Z"
    );
    let only = BTreeMap::from([("2026-01-16T06:00:00Z".to_owned(), 1)]);
    assert_eq!(started(&last), only);
    let all = a_day_forward(&format!("catch_up = \"all\"\n{wide}")).await;
    let each = ["15T12", "15T18", "16T00", "16T06"].map(|it| (format!("2026-01-{it}:00:00Z"), 1));
    assert_eq!(started(&all), BTreeMap::from(each));
    let near = a_day_forward("catch_up = \"all\"\ncatch_up_window = \"10h\"").await;
    let each = ["16T00", "16T06"].map(|it| (format!("2026-01-{it}:00:00Z"), 1));
    assert_eq!(started(&near), BTreeMap::from(each));
    assert!(near[0].contains("missed 2 times"), "{near:#?}");
}

#[tokio::test]
async fn a_clock_set_back_by_an_hour_repeats_no_instant_and_silences_no_job() {
    let file = job("").replace("0 * * * *", "*/20 * * * *");
    let shared = shared();
    let acts = || vec![("10:30:00", Act::Drain)];
    let first = told_by(&Clock::simulated(), &shared, &file, acts()).await;
    let back = Clock::simulated_at(at("2026-01-15T09:30:00Z"));
    let later = vec![("11:10:00", Act::Drain)];
    let second = told_by(&back, &shared, &file, later).await;
    let of = |lines: &[String]| started(lines).into_keys().collect::<Vec<_>>();
    assert_eq!(of(&first).last().unwrap(), "2026-01-15T10:20:00Z");
    assert_eq!(
        of(&second),
        ["2026-01-15T10:40:00Z", "2026-01-15T11:00:00Z"]
    );
}

#[tokio::test]
async fn a_clock_that_is_put_right_again_makes_nothing_missed_that_ran() {
    let file = job("").replace("0 * * * *", "*/20 * * * *");
    let shared = shared();
    for (begin, end) in [("08:00:00", "10:30:00"), ("09:30:00", "10:10:00")] {
        let clock = Clock::simulated_at(at(&format!("2026-01-15T{begin}Z")));
        told_by(&clock, &shared, &file, vec![(end, Act::Drain)]).await;
    }
    let right = Clock::simulated_at(at("2026-01-15T12:10:00Z"));
    let lines = told_by(&right, &shared, &file, vec![("12:15:00", Act::Drain)]).await;
    let missed = "12:10:00 a: missed 4 times from 2026-01-15T10:40:00Z to 2026-01-15T11:40:00Z";
    assert!(lines.iter().any(|line| line == missed), "{lines:#?}");
}

#[tokio::test]
async fn what_passes_while_a_job_is_paused_was_not_missed() {
    let file = job("catch_up = \"none\"\npause_on_failure = 1\nargs = { fails = 9 }");
    let acts = vec![
        ("09:30:00", Act::Suspend(TimeDelta::hours(5))),
        ("15:30:00", Act::Drain),
    ];
    let lines = told(&file, acts).await;
    assert!(
        lines.iter().all(|line| !line.contains("missed")),
        "{lines:#?}"
    );
    let paused = lines
        .iter()
        .filter(|line| line.contains("the job is paused"));
    assert_eq!(paused.count(), 2, "{lines:#?}");
}

#[tokio::test]
async fn ten_thousand_jobs_due_in_one_second_all_run_and_no_more_at_once_than_may() {
    let mut file = "service = { limit = 100 }\n".to_owned();
    for number in 0..10_000 {
        writeln!(
            file,
            "[[job]]\nname = \"j{number}\"\ncron = \"0 9 15 1 *\"\nscript = \"a.rhai\"\nargs = {{ minutes = 1 }}"
        )
        .unwrap();
    }
    let lines = told(&file, vec![("11:00:00", Act::Drain)]).await;
    let count = |what: &str| lines.iter().filter(|line| line.contains(what)).count();
    assert_eq!(count("waits for a place in this service"), 9_900);
    assert_eq!(count("succeeded after 1m"), 10_000);
    // A hundred a minute, in the order they were due.
    for minute in 0..100 {
        let time = at("2026-01-15T09:00:00Z") + TimeDelta::minutes(minute);
        let time = time.format("%H:%M:%S").to_string();
        let begun = lines
            .iter()
            .filter(|line| line.starts_with(&time) && line.contains("started"));
        assert_eq!(begun.count(), 100, "{time}");
    }
}

#[tokio::test]
async fn what_comes_after_a_job_is_gone_is_not_run_when_the_store_is_back() {
    let file = job("overlap = \"allow\"").replace("0 * * * *", "* * * * *");
    let acts = vec![("09:02:30", Act::Reload("")), ("09:15:30", Act::Drain)];
    let lines = told_by(&Clock::simulated(), gone_for_ten_minutes, &file, acts).await;
    let started = started(&lines);
    let last = started.keys().next_back().map(String::as_str);
    assert_eq!(last, Some("2026-01-15T09:02:00Z"), "{lines:#?}");
}

#[tokio::test]
async fn a_window_that_shuts_while_the_store_is_waited_for_is_shut() {
    let file =
        job("window = \"08:30-09:00\"\nargs = { minutes = 1 }").replace("0 * * * *", "59 * * * *");
    let file = file.replace("\"59 * * * *\"", "\"55 59 * * * *\"\nseconds = true");
    let contended = |clock: &Clock| -> Arc<dyn Ledger> {
        let clock = clock.clone();
        Arc::new(Meddled {
            rows: Arc::default(),
            // Others have them to themselves for a while.
            before: move || {
                clock.advance(TimeDelta::seconds(10));
                Ok(())
            },
        })
    };
    let acts = vec![("09:15:30", Act::Drain)];
    let lines = told_by(&Clock::simulated(), contended, &file, acts).await;
    let shut = "skipped: its maintenance window is shut";
    assert!(lines.iter().any(|line| line.contains(shut)), "{lines:#?}");
    assert!(started(&lines).is_empty(), "{lines:#?}");
}
