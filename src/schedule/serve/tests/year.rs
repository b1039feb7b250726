//! A year of many jobs, held against what their lines mean.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::super::Scheduler;
use super::super::rehearsal::Waiting;
use crate::clock::Clock;
use crate::schedule::{Event, Events, Jobs, Memory};

/// What was started, by job.
#[derive(Default)]
struct Started(Mutex<BTreeMap<Arc<str>, Vec<DateTime<Utc>>>>);

impl Events for Started {
    fn happened(&self, event: &Event) {
        match event {
            Event::Started { job, instant, .. } => {
                let mut started = self.0.lock().unwrap();
                started.entry(job.clone()).or_default().push(*instant);
            }
            Event::Skipped { .. } | Event::Missed { .. } | Event::Queued { .. } => {
                panic!("{event}");
            }
            _ => {}
        }
    }
}

const ZONES: [&str; 8] = [
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Casablanca",
    "Asia/Kathmandu",
];

/// A jobs file with so many drawn jobs.
fn drawn(count: usize, rng: &mut fastrand::Rng) -> String {
    let mut file = String::new();
    for number in 0..count {
        let (minute, hour) = (rng.u32(0..60), rng.u32(0..24));
        let cron = match rng.u32(0..8) {
            0 => format!("{minute} * * * {}", rng.u32(0..8)),
            1 => format!("{minute} */6 * * *"),
            2 => format!("{minute} {hour} * * {}-{}", rng.u32(0..3), rng.u32(3..7)),
            3 => format!("{minute} {hour} {} * *", rng.u32(1..29)),
            4 => format!("*/30 {hour} * * *"),
            _ => format!("{minute} {hour} * * *"),
        };
        let zone = ZONES[rng.usize(0..ZONES.len())];
        writeln!(
            file,
            "[[job]]\nname = \"job-{number}\"\ncron = \"{cron}\"\ntimezone = \"{zone}\"\n\
             script = \"a.rhai\""
        )
        .unwrap();
    }
    file
}

#[tokio::test]
async fn a_year_of_two_hundred_jobs_starts_each_at_its_instants_and_at_no_other() {
    let text = drawn(200, &mut fastrand::Rng::with_seed(7));
    let jobs = Jobs::read("jobs.toml", &text).unwrap();
    let clock = Clock::simulated();
    let (start, end) = (clock.now(), clock.now() + TimeDelta::days(365));
    let drain = CancellationToken::new();
    let (stopping, own) = (drain.clone(), clock.clone());
    tokio::spawn(async move {
        own.enter().await;
        own.sleep_until(end).await;
        stopping.cancel();
        for _ in 0..5 {
            tokio::task::yield_now().await;
        }
        own.leave();
    });
    tokio::task::yield_now().await;
    let started = Arc::new(Started::default());
    let launch = Arc::new(Waiting::on(&clock));
    let ledger = Arc::new(Memory::default());
    let (_sender, reload) = mpsc::channel(1);
    Scheduler::new(
        jobs.clone(),
        clock,
        ledger,
        launch,
        Arc::<Started>::clone(&started),
    )
    .run(drain, CancellationToken::new(), reload)
    .await;
    let started = started.0.lock().unwrap();
    let mut all = 0;
    for job in jobs.iter() {
        let meant: Vec<DateTime<Utc>> = job.calendars[0]
            .fires_after(start)
            .take_while(|at| *at < end)
            .collect();
        all += meant.len();
        assert_eq!(started.get(&job.name), Some(&meant), "{}", job.name);
    }
    assert!(all > 50_000, "{all}");
}
