//! Whose turn it is: what waits for the same place, what takes the place of what, and what is late.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;

use super::super::rehearsal::{Act, job, told, told_by};
use super::faults::started;
use crate::clock::Clock;
use crate::journal::Standing;
use crate::schedule::{Jobs, Ledger, Memory};

/// The times at which runs of a job were started.
fn starts<'a>(lines: &'a [String], job: &str) -> Vec<&'a str> {
    let is_start = |line: &&String| line.contains(" started, due ") && line.contains(job);
    let lines = lines.iter().filter(is_start);
    lines
        .filter_map(|line| line.split_once(' ').map(|(time, _)| time))
        .collect()
}

fn two(group: &str, busy: &str) -> String {
    let all = job(&format!(
        "overlap = \"{busy}\"\nargs = {{ minutes = 4 }}\n{group}"
    ));
    let all = all.replace("\"0 * * * *\"", "\"*/3 * * * *\"");
    let other = job(&format!(
        "overlap = \"queue\"\nargs = {{ minutes = 1 }}\n{group}"
    ));
    format!(
        "{all}{}",
        other
            .replace("\"a\"", "\"starved\"")
            .replace("0 * * * *", "*/10 * * * *")
    )
}

#[tokio::test]
async fn a_job_that_never_comes_to_rest_leaves_room_for_others() {
    for (head, group) in [
        ("[group.g]\nlimit = 1\n", "group = \"g\"\n"),
        ("[service]\nlimit = 1\n", ""),
    ] {
        for busy in ["queue", "replace"] {
            let file = format!("{head}{}", two(group, busy));
            let lines = told(&file, vec![("09:00:30", Act::Drain)]).await;
            let of_it = starts(&lines, "starved");
            assert!(of_it.len() >= 4, "{busy}: {lines:#?}");
            assert!(starts(&lines, "a:").len() >= 8, "{busy}: {lines:#?}");
        }
    }
}

#[tokio::test]
async fn a_run_whose_place_is_taken_is_not_tried_again() {
    let more = "overlap = \"replace\"\ntimeout = \"59m\"\ngrace = \"20m\"\n\
        retry = { times = 2, wait = \"2m\" }\nargs = { minutes = 90, cleanup = 3 }";
    let lines = told(&job(more), vec![("11:30:00", Act::Drain)]).await;
    assert!(
        !lines.iter().any(|line| line.contains("attempt")),
        "{lines:#?}"
    );
    assert_eq!(
        starts(&lines, "a:")[..2],
        ["09:00:00", "10:02:00"],
        "{lines:#?}"
    );
}

#[tokio::test]
async fn what_is_caught_up_with_is_not_replaced_by_what_is_due_meanwhile() {
    let file = job(
        "overlap = \"replace\"\ncatch_up = \"all\"\ncatch_up_window = \"9h\"\nargs = { minutes = 25 }",
    );
    let asleep = Act::Suspend(TimeDelta::hours(5));
    let lines = told(&file, vec![("08:30:00", asleep), ("18:10:00", Act::Drain)]).await;
    let started = started(&lines);
    let each = (9..=13).map(|hour| format!("2026-01-15T{hour:02}:00:00Z"));
    for instant in each {
        assert_eq!(started.get(&instant), Some(&1), "{instant}: {lines:#?}");
    }
    assert!(
        !lines.iter().any(|line| line.contains("replaced")),
        "{lines:#?}"
    );
    // Of what came due meanwhile the last waited for its turn, and the rest follow their schedule.
    assert!(started.contains_key("2026-01-15T18:00:00Z"), "{lines:#?}");
}

/// Rows of a job whose instants are decided up to then.
fn decided(until: &str, file: &str) -> Arc<dyn Ledger> {
    let jobs = Jobs::read("jobs.toml", file).unwrap();
    let until: DateTime<Utc> = until.parse().unwrap();
    let job = jobs.get("a").unwrap();
    let standing = Standing {
        decided: until.timestamp_micros(),
        ..job.standing(until)
    };
    let rows = Memory::default();
    let stood = rows.carry_out(Box::new(move |rows| rows.stand(&standing)));
    stood.now_or_never().unwrap().unwrap();
    Arc::new(rows)
}

#[tokio::test]
async fn a_clock_that_was_ahead_once_silences_no_job() {
    let file = job("args = { minutes = 1 }");
    let acts = vec![("11:30:00", Act::Drain)];
    let rows = |_: &Clock| decided("2026-02-15T08:00:00Z", &file);
    let lines = told_by(&Clock::simulated(), rows, &file, acts).await;
    let hours = ["09:00:00", "10:00:00", "11:00:00"];
    assert_eq!(starts(&lines, "a:"), hours, "{lines:#?}");
    let once = hours.map(|hour| (format!("2026-01-15T{hour}Z"), 1));
    assert_eq!(started(&lines), BTreeMap::from(once));
}

#[tokio::test]
async fn what_passes_while_a_job_is_disabled_for_a_moment_does_not_run() {
    const FILE: &str = "[[job]]\nname = \"a\"\ncron = \"*/10 * * * * *\"\nseconds = true\nscript = \"a.rhai\"\noverlap = \"allow\"\n";
    const OFF: &str = "[[job]]\nname = \"a\"\ncron = \"*/10 * * * * *\"\nseconds = true\nscript = \"a.rhai\"\nenabled = false\n";
    let acts = vec![
        ("08:00:11", Act::Reload(OFF)),
        ("08:00:32", Act::Reload(FILE)),
        ("08:00:45", Act::Drain),
    ];
    let lines = told(FILE, acts).await;
    assert_eq!(starts(&lines, "a:"), ["08:00:10", "08:00:40"], "{lines:#?}");
    assert!(started(&lines).contains_key("2026-01-15T08:00:40Z"));
}
