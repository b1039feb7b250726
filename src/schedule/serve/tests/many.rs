//! Very many jobs at one instant.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::schedule::serve::deciding::AT_ONCE;
use crate::schedule::serve::rehearsal::Waiting;
use crate::schedule::{Event, Events, Jobs, Ledger, Memory, Scheduler, Work};

/// How many runs were started after each transaction.
type Starts = Arc<Mutex<Vec<usize>>>;

struct Counting(Memory, Starts);

impl Ledger for Counting {
    fn carry_out(&self, work: Work) -> BoxFuture<'static, Result<(), String>> {
        self.1.lock().unwrap().push(0);
        self.0.carry_out(work)
    }

    fn service(&self) -> i64 {
        self.0.service()
    }

    fn profile(&self) -> &str {
        self.0.profile()
    }

    fn lasts(&self) -> bool {
        self.0.lasts()
    }
}

struct Heard(Starts, CancellationToken);

impl Events for Heard {
    fn happened(&self, event: &Event) {
        if matches!(event, Event::Started { .. }) {
            let mut starts = self.0.lock().unwrap();
            *starts.last_mut().unwrap() += 1;
            if starts.iter().sum::<usize>() == 2 * AT_ONCE + 1 {
                self.1.cancel();
            }
        }
    }
}

#[tokio::test]
async fn of_very_many_instants_the_first_start_before_the_last_are_decided_about() {
    let mut text = "[service]\nlimit = 10000\n".to_owned();
    for number in 0..=2 * AT_ONCE {
        writeln!(
            text,
            "[[job]]\nname = \"job-{number}\"\ncron = \"@hourly\"\nscript = \"a.rhai\""
        )
        .unwrap();
    }
    let jobs = Jobs::read("jobs.toml", &text).unwrap();
    let (clock, starts, drain) = (
        Clock::simulated(),
        Starts::default(),
        CancellationToken::new(),
    );
    let ledger = Arc::new(Counting(Memory::default(), starts.clone()));
    let launch = Arc::new(Waiting::on(&clock));
    let events = Arc::new(Heard(starts.clone(), drain.clone()));
    let (_sender, reload) = mpsc::channel(1);
    let scheduler = Scheduler::new(jobs, clock, ledger, launch, events);
    scheduler.run(drain, CancellationToken::new(), reload).await;
    let starts = starts.lock().unwrap();
    assert_eq!(starts.iter().sum::<usize>(), 2 * AT_ONCE + 1);
    let turns = starts.iter().filter(|count| **count > 0).count();
    assert!(turns > 1, "all started after the last transaction");
}
