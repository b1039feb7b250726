//! Policies of jobs, on a simulated clock.

use chrono::TimeDelta;

use super::super::rehearsal::{Act, job, told};

fn two(more: &str) -> String {
    let other = job(more).replace("\"a\"", "\"b\"");
    format!("{}{other}", job(more))
}

#[tokio::test]
async fn a_group_runs_one_after_another() {
    let file = format!(
        "[group.power]\n{}",
        two("group = \"power\"\nargs = { minutes = 10 }")
    );
    let lines = told(&file, vec![("09:30:00", Act::Drain)]).await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "09:00:00 b: due 2026-01-15T09:00:00Z, waits for a place in its group",
            "09:10:00 a: run 1 succeeded after 10m",
            "09:10:00 b: run 2 started, due 2026-01-15T09:00:00Z",
            "09:20:00 b: run 2 succeeded after 10m",
            "09:30:00 stopping, nothing runs",
        ]
    );
}

#[tokio::test]
async fn a_service_runs_no_more_than_its_limit() {
    let file = format!(
        "service = {{ limit = 1 }}\n{}",
        two("args = { minutes = 5 }")
    );
    let lines = told(&file, vec![("09:30:00", Act::Drain)]).await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "09:00:00 b: due 2026-01-15T09:00:00Z, waits for a place in this service",
            "09:05:00 a: run 1 succeeded after 5m",
            "09:05:00 b: run 2 started, due 2026-01-15T09:00:00Z",
            "09:10:00 b: run 2 succeeded after 5m",
            "09:30:00 stopping, nothing runs",
        ]
    );
}

#[tokio::test]
async fn a_failure_is_tried_again_with_growing_waits() {
    let file = job("retry = { times = 2, wait = \"1m\" }\nargs = { fails = 2 }");
    let lines = told(&file, vec![("09:30:00", Act::Drain)]).await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "09:00:00 a: run 1 failed with exit code 1 after 0s",
            "09:00:00 a: attempt 1 failed, the next one starts at 2026-01-15T09:01:00Z",
            "09:01:00 a: run 2 started, due 2026-01-15T09:00:00Z",
            "09:01:00 a: run 2 failed with exit code 1 after 0s",
            "09:01:00 a: attempt 2 failed, the next one starts at 2026-01-15T09:03:00Z",
            "09:03:00 a: run 3 started, due 2026-01-15T09:00:00Z",
            "09:03:00 a: run 3 succeeded after 0s",
            "09:30:00 stopping, nothing runs",
        ]
    );
}

#[tokio::test]
async fn what_has_changed_something_is_not_tried_again() {
    let file = job("retry = 2\nargs = { fails = 2, changes = true }");
    let lines = told(&file, vec![("09:30:00", Act::Drain)]).await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "09:00:00 a: run 1 failed with exit code 1 after 0s",
            "09:30:00 stopping, nothing runs",
        ]
    );
}

#[tokio::test]
async fn a_job_that_fails_too_often_is_paused() {
    let file = job("pause_on_failure = 2\nargs = { fails = 9 }");
    let lines = told(&file, vec![("11:30:00", Act::Drain)]).await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "09:00:00 a: run 1 failed with exit code 1 after 0s",
            "10:00:00 a: run 2 started, due 2026-01-15T10:00:00Z",
            "10:00:00 a: run 2 failed with exit code 1 after 0s",
            "10:00:00 a: paused, its last 2 runs failed: mw jobs resume a lets it go on",
            "11:00:00 a: due 2026-01-15T11:00:00Z, skipped: the job is paused: its last 2 runs failed",
            "11:30:00 stopping, nothing runs",
        ]
    );
}

#[tokio::test]
async fn a_job_does_not_leave_its_maintenance_window() {
    let more = "window = \"08:00-10:05\"\ntimeout = \"9h\"\noverlap = \"queue\"";
    let file = job(&format!("{more}\nargs = {{ minutes = 90 }}"));
    let file = file.replace("0 * * * *", "0,30 * * * *");
    let lines = told(&file, vec![("12:30:00", Act::Drain)]).await;
    assert_eq!(
        lines,
        [
            "08:30:00 a: run 1 started, due 2026-01-15T08:30:00Z",
            "09:00:00 a: due 2026-01-15T09:00:00Z, waits for the running one",
            "09:30:00 a: due 2026-01-15T09:30:00Z, skipped: a run is waiting already",
            "10:00:00 a: run 1 succeeded after 1h 30m",
            "10:00:00 a: run 2 started, due 2026-01-15T09:00:00Z",
            "10:00:00 a: due 2026-01-15T10:00:00Z, waits for the running one",
            "10:05:00 a: run 2 is cancelled, its maintenance window has closed",
            "10:05:00 a: run 2 failed with exit code 130 after 5m: cancelled",
            "10:05:00 a: due 2026-01-15T10:00:00Z, skipped: its maintenance window is shut",
            "12:30:00 stopping, nothing runs",
        ]
    );
}

#[tokio::test]
async fn a_failure_whose_next_attempt_falls_outside_of_the_window_stays_a_failure() {
    let more = "window = \"08:00-10:00\"\nretry = { times = 3, wait = \"40m\", longest = \"40m\" }\n\
                pause_on_failure = 1\nargs = { fails = 9 }";
    let lines = told(&job(more), vec![("10:30:00", Act::Drain)]).await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "09:00:00 a: run 1 failed with exit code 1 after 0s",
            "09:00:00 a: attempt 1 failed, the next one starts at 2026-01-15T09:40:00Z",
            "09:40:00 a: run 2 started, due 2026-01-15T09:00:00Z",
            "09:40:00 a: run 2 failed with exit code 1 after 0s",
            "09:40:00 a: attempt 2 failed, there is no other: its maintenance window is shut",
            "09:40:00 a: paused, its run failed: mw jobs resume a lets it go on",
            "10:30:00 stopping, nothing runs",
        ]
    );
}

#[tokio::test]
async fn an_attempt_whose_window_has_shut_meanwhile_is_told_as_the_failure_it_was() {
    // The machine sleeps through the window's end.
    let more =
        "window = \"08:00-10:00\"\nretry = { times = 3, wait = \"40m\" }\nargs = { fails = 9 }";
    let acts = vec![
        ("09:10:00", Act::Suspend(TimeDelta::hours(2))),
        ("11:30:00", Act::Drain),
    ];
    assert_eq!(
        told(&job(more), acts).await,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "09:00:00 a: run 1 failed with exit code 1 after 0s",
            "09:00:00 a: attempt 1 failed, the next one starts at 2026-01-15T09:40:00Z",
            "11:10:00 a: attempt 1 failed, there is no other: its maintenance window is shut",
            "11:30:00 stopping, nothing runs",
        ]
    );
}

#[tokio::test]
async fn a_later_instant_takes_the_place_of_an_attempt_that_waits_and_starts_at_once() {
    let file = job(
        "overlap = \"replace\"\nretry = { times = 1, wait = \"2h\", longest = \"2h\" }\nargs = { fails = 1 }",
    );
    let lines = told(&file, vec![("10:30:00", Act::Drain)]).await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "09:00:00 a: run 1 failed with exit code 1 after 0s",
            "09:00:00 a: attempt 1 failed, the next one starts at 2026-01-15T11:00:00Z",
            "10:00:00 a: attempt 1 failed, there is no other: a later run took its place",
            "10:00:00 a: run 2 started, due 2026-01-15T10:00:00Z",
            "10:00:00 a: run 2 succeeded after 0s",
            "10:30:00 stopping, nothing runs",
        ]
    );
}
