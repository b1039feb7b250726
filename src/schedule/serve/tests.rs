//! Whole services on a simulated clock.

mod faults;
mod many;
mod pauses;
mod policies;
mod turns;
mod year;

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Scheduler;
use super::rehearsal::{Act, Log, Waiting, job, told};
use crate::clock::Clock;
use crate::schedule::{Event, Events, Jobs, Memory};

#[tokio::test]
async fn a_job_runs_whenever_it_is_due() {
    let lines = told(
        &job("args = { minutes = 5 }"),
        vec![("10:30:00", Act::Drain)],
    )
    .await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "09:05:00 a: run 1 succeeded after 5m",
            "10:00:00 a: run 2 started, due 2026-01-15T10:00:00Z",
            "10:05:00 a: run 2 succeeded after 5m",
            "10:30:00 stopping, nothing runs",
        ]
    );
}

#[tokio::test]
async fn skip_leaves_out_what_overlaps() {
    let file = job("timeout = \"3h\"\nargs = { minutes = 90 }");
    let lines = told(&file, vec![("11:10:00", Act::Drain)]).await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "10:00:00 a: due 2026-01-15T10:00:00Z, skipped: the previous run has not ended",
            "10:30:00 a: run 1 succeeded after 1h 30m",
            "11:00:00 a: run 2 started, due 2026-01-15T11:00:00Z",
            "11:10:00 stopping, 1 run is waited for",
            "12:30:00 a: run 2 succeeded after 1h 30m",
        ]
    );
}

#[tokio::test]
async fn queue_holds_one_run_and_no_more() {
    let file = job("timeout = \"9h\"\noverlap = \"queue\"\nargs = { minutes = 150 }");
    let lines = told(&file, vec![("11:40:00", Act::Drain)]).await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "10:00:00 a: due 2026-01-15T10:00:00Z, waits for the running one",
            "11:00:00 a: due 2026-01-15T11:00:00Z, skipped: a run is waiting already",
            "11:30:00 a: run 1 succeeded after 2h 30m",
            "11:30:00 a: run 2 started, due 2026-01-15T10:00:00Z",
            "11:40:00 stopping, 1 run is waited for",
            "14:00:00 a: run 2 succeeded after 2h 30m",
        ]
    );
}

#[tokio::test]
async fn replace_cancels_the_running_one_first() {
    let file = job("timeout = \"9h\"\noverlap = \"replace\"\nargs = { minutes = 90 }");
    let lines = told(&file, vec![("10:10:00", Act::Drain)]).await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "10:00:00 a: run 1 is cancelled, a later one replaces it",
            "10:00:00 a: run 1 failed with exit code 130 after 1h: cancelled",
            "10:00:00 a: run 2 started, due 2026-01-15T10:00:00Z",
            "10:10:00 stopping, 1 run is waited for",
            "11:30:00 a: run 2 succeeded after 1h 30m",
        ]
    );
}

#[tokio::test]
async fn replace_gives_a_stubborn_run_its_grace() {
    let file =
        job("timeout = \"9h\"\noverlap = \"replace\"\nargs = { minutes = 90, stubborn = true }");
    let lines = told(&file, vec![("10:00:10", Act::Drain)]).await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "10:00:00 a: run 1 is cancelled, a later one replaces it",
            "10:00:10 stopping, 1 run is waited for",
            "10:00:10 a: due 2026-01-15T10:00:00Z, skipped: the service is stopping",
            "10:00:30 a: run 1 does not end and is abandoned",
        ]
    );
}

#[tokio::test]
async fn allow_lets_runs_overlap() {
    let file = job("timeout = \"9h\"\noverlap = \"allow\"\nargs = { minutes = 90 }");
    let lines = told(&file, vec![("10:10:00", Act::Drain)]).await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "10:00:00 a: run 2 started, due 2026-01-15T10:00:00Z",
            "10:10:00 stopping, 2 runs are waited for",
            "10:30:00 a: run 1 succeeded after 1h 30m",
            "11:30:00 a: run 2 succeeded after 1h 30m",
        ]
    );
}

#[tokio::test]
async fn a_run_over_its_time_is_cancelled() {
    let file = job("timeout = \"10m\"\nargs = { minutes = 50 }");
    let lines = told(&file, vec![("09:30:00", Act::Drain)]).await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "09:10:00 a: run 1 is cancelled, it took longer than 10m",
            "09:10:00 a: run 1 failed with exit code 130 after 10m: cancelled",
            "09:30:00 stopping, nothing runs",
        ]
    );
}

#[tokio::test]
async fn a_job_whose_run_was_abandoned_runs_again() {
    let file = job("timeout = \"10m\"\nargs = { minutes = 500, stubborn = true }");
    let lines = told(
        &file,
        vec![
            ("09:30:00", Act::Suspend(TimeDelta::zero())),
            ("10:05:00", Act::Abort),
        ],
    )
    .await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "09:10:00 a: run 1 is cancelled, it took longer than 10m",
            "09:10:30 a: run 1 does not end and is abandoned",
            "10:00:00 a: run 2 started, due 2026-01-15T10:00:00Z",
            "10:05:00 stopping, 1 run is waited for",
            "10:05:30 a: run 2 does not end and is abandoned",
        ]
    );
}

#[tokio::test]
async fn a_run_that_panics_has_failed_and_harms_no_other() {
    let file = job("args = { panics = true }");
    let lines = told(&file, vec![("10:30:00", Act::Drain)]).await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "09:00:00 a: run 1 failed with exit code 1 after 0s: the run broke off",
            "10:00:00 a: run 2 started, due 2026-01-15T10:00:00Z",
            "10:00:00 a: run 2 failed with exit code 1 after 0s: the run broke off",
            "10:30:00 stopping, nothing runs",
        ]
    );
}

#[tokio::test]
async fn abort_cancels_what_runs() {
    let file = job("args = { minutes = 50 }");
    let lines = told(
        &file,
        vec![("09:20:00", Act::Drain), ("09:30:00", Act::Abort)],
    )
    .await;
    assert_eq!(
        lines,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "09:20:00 stopping, 1 run is waited for",
            "09:30:00 a: run 1 failed with exit code 130 after 30m: cancelled",
        ]
    );
}

#[tokio::test]
async fn a_reload_keeps_what_runs_and_serves_the_new_file() {
    const NEW: &str = "[[job]]\nname = \"b\"\ncron = \"30 * * * *\"\nscript = \"b.rhai\"\n";
    let file = job("args = { minutes = 20 }");
    let acts = vec![("09:10:00", Act::Reload(NEW)), ("10:10:00", Act::Drain)];
    assert_eq!(
        told(&file, acts).await,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "09:10:00 jobs file read again; new: b; gone: a",
            "09:20:00 a: run 1 succeeded after 20m",
            "09:30:00 b: run 2 started, due 2026-01-15T09:30:00Z",
            "09:30:00 b: run 2 succeeded after 0s",
            "10:10:00 stopping, nothing runs",
        ]
    );
}

#[tokio::test]
async fn a_reload_drops_the_waiting_run_of_a_job_that_is_gone() {
    let file = job("timeout = \"9h\"\noverlap = \"queue\"\nargs = { minutes = 90 }");
    let acts = vec![("10:10:00", Act::Reload("")), ("10:20:00", Act::Drain)];
    assert_eq!(
        told(&file, acts).await,
        [
            "09:00:00 a: run 1 started, due 2026-01-15T09:00:00Z",
            "10:00:00 a: due 2026-01-15T10:00:00Z, waits for the running one",
            "10:10:00 jobs file read again; gone: a",
            "10:10:00 a: due 2026-01-15T10:00:00Z, skipped: the job was removed or disabled",
            "10:20:00 stopping, 1 run is waited for",
            "10:30:00 a: run 1 succeeded after 1h 30m",
        ]
    );
}

#[tokio::test]
async fn a_suspended_machine_runs_each_job_once_and_tells_what_it_missed() {
    let acts = vec![
        ("08:30:00", Act::Suspend(TimeDelta::minutes(200))),
        ("12:30:00", Act::Drain),
    ];
    assert_eq!(
        told(&job(""), acts).await,
        [
            "11:50:00 a: missed 2 times from 2026-01-15T09:00:00Z to 2026-01-15T10:00:00Z",
            "11:50:00 a: run 1 started, due 2026-01-15T11:00:00Z",
            "11:50:00 a: run 1 succeeded after 0s",
            "12:00:00 a: run 2 started, due 2026-01-15T12:00:00Z",
            "12:00:00 a: run 2 succeeded after 0s",
            "12:30:00 stopping, nothing runs",
        ]
    );
}

#[tokio::test]
async fn a_service_without_jobs_waits_for_some() {
    let new = "[[job]]\nname = \"b\"\ncron = \"30 * * * *\"\nscript = \"b.rhai\"\n";
    let acts = vec![("09:10:00", Act::Reload(new)), ("09:40:00", Act::Drain)];
    assert_eq!(
        told("", acts).await,
        [
            "09:10:00 jobs file read again; new: b",
            "09:30:00 b: run 1 started, due 2026-01-15T09:30:00Z",
            "09:30:00 b: run 1 succeeded after 0s",
            "09:40:00 stopping, nothing runs",
        ]
    );
}

#[tokio::test]
async fn a_later_replacement_takes_the_place_of_one_that_waits() {
    let file = "[[job]]\nname = \"a\"\ncron = \"*/10 * * * * *\"\nseconds = true\n\
                script = \"a.rhai\"\noverlap = \"replace\"\n\
                args = { minutes = 90, stubborn = true }\n";
    let lines = told(file, vec![("08:00:55", Act::Abort)]).await;
    assert_eq!(
        lines,
        [
            "08:00:10 a: run 1 started, due 2026-01-15T08:00:10Z",
            "08:00:20 a: run 1 is cancelled, a later one replaces it",
            "08:00:30 a: due 2026-01-15T08:00:20Z, skipped: a later run took its place",
            "08:00:40 a: due 2026-01-15T08:00:30Z, skipped: a later run took its place",
            "08:00:50 a: run 1 does not end and is abandoned",
            "08:00:50 a: due 2026-01-15T08:00:40Z, skipped: a later run took its place",
            "08:00:50 a: run 2 started, due 2026-01-15T08:00:50Z",
            "08:00:55 stopping, 1 run is waited for",
            "08:01:25 a: run 2 does not end and is abandoned",
        ]
    );
}

#[tokio::test]
async fn the_next_fire_is_told_in_local_time() {
    #[derive(Default)]
    struct Lines(Mutex<Vec<String>>);
    impl Events for Lines {
        fn happened(&self, event: &Event) {
            self.0.lock().unwrap().push(event.to_string());
        }
    }
    let clock = Clock::simulated();
    let file = job("timezone = \"Asia/Kolkata\"");
    let jobs = Jobs::read("jobs.toml", &file).unwrap();
    let events = Arc::new(Lines::default());
    let launch = Arc::new(Waiting::on(&clock));
    let ledger = Arc::new(Memory::default());
    let scheduler = Scheduler::new(jobs, clock, ledger, launch, Arc::<Lines>::clone(&events));
    let drain = CancellationToken::new();
    drain.cancel();
    let (_sender, reload) = mpsc::channel(1);
    scheduler.run(drain, CancellationToken::new(), reload).await;
    assert_eq!(
        events.0.lock().unwrap()[0],
        "a: next at Thu 2026-01-15 14:00:00 IST (2026-01-15T08:30:00Z)"
    );
}

#[test]
fn the_loop_can_be_spawned() {
    fn spawnable<T: Send + 'static>(_: &T) {}
    let clock = Clock::Real;
    let launch = Arc::new(Waiting::on(&clock));
    let log = Arc::new(Log {
        clock: clock.clone(),
        lines: Mutex::default(),
    });
    let ledger = Arc::new(Memory::default());
    let scheduler = Scheduler::new(Jobs::default(), clock, ledger, launch, log);
    let (_sender, reload) = mpsc::channel(1);
    let token = CancellationToken::new();
    spawnable(&scheduler.run(token.clone(), token, reload));
}
