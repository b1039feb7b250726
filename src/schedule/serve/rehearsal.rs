//! A service on a simulated clock, with runs that only wait, acted upon at given times.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Scheduler;
use crate::clock::Clock;
use crate::schedule::{Due, Event, Events, Finished, Jobs, Launch, Ledger, Memory};

/// Runs that take `args.minutes`, and `args.cleanup` after they were cancelled, ignore being cancelled
/// if `args.stubborn`, fail the first `args.fails` times, and have changed something by then if
/// `args.changes`.
pub(super) struct Waiting {
    clock: Clock,
    launched: AtomicI64,
}

impl Waiting {
    pub fn on(clock: &Clock) -> Self {
        Self {
            clock: clock.clone(),
            launched: AtomicI64::new(0),
        }
    }
}

impl Launch for Waiting {
    fn launch(&self, due: &Due, cancel: CancellationToken) -> BoxFuture<'static, Finished> {
        let args = due.job.args.clone();
        let clock = self.clock.clone();
        let number = |name: &str| args.get(name).and_then(serde_json::Value::as_i64);
        let minutes = number("minutes").unwrap_or(0);
        let cleanup = number("cleanup").unwrap_or(0);
        let fails = self.launched.fetch_add(1, Ordering::Relaxed) < number("fails").unwrap_or(0);
        Box::pin(async move {
            assert!(!args.contains_key("panics"), "a run that panics");
            let work = clock.sleep(TimeDelta::minutes(minutes));
            let (exit, message) = if args.contains_key("stubborn") {
                work.await;
                (0, None)
            } else if fails {
                if minutes > 0 {
                    work.await;
                }
                (1, None)
            } else {
                tokio::select! {
                    () = work => (0, None),
                    () = cancel.cancelled() => {
                        if cleanup > 0 {
                            clock.sleep(TimeDelta::minutes(cleanup)).await;
                        }
                        (130, Some("cancelled".to_owned()))
                    }
                }
            };
            Finished {
                exit,
                message,
                run: None,
                is_repeatable: !args.contains_key("changes"),
                is_broken_off: false,
            }
        })
    }
}

/// Every event with the time it was told.
pub(super) struct Log {
    pub clock: Clock,
    pub lines: Mutex<Vec<String>>,
}

impl Events for Log {
    fn happened(&self, event: &Event) {
        if !matches!(
            event,
            Event::Next { .. } | Event::Idle { .. } | Event::Settled { .. }
        ) {
            let now = self.clock.now().format("%H:%M:%S");
            self.lines.lock().unwrap().push(format!("{now} {event}"));
        }
    }
}

pub(super) enum Act {
    Drain,
    Abort,
    Reload(&'static str),
    Suspend(TimeDelta),
}

/// What a service tells that is started at 08:00 and acted upon at these times of the day, or
/// of a later day: `16T09:00:00`.
pub(super) async fn told(file: &str, acts: Vec<(&str, Act)>) -> Vec<String> {
    told_by(
        &Clock::simulated(),
        |_| Arc::new(Memory::default()),
        file,
        acts,
    )
    .await
}

/// What a service tells whose time is this clock's, and which keeps its rows there.
pub(super) async fn told_by(
    clock: &Clock,
    ledger: impl FnOnce(&Clock) -> Arc<dyn Ledger>,
    file: &str,
    acts: Vec<(&str, Act)>,
) -> Vec<String> {
    let clock = clock.clone();
    let log = Arc::new(Log {
        clock: clock.clone(),
        lines: Mutex::default(),
    });
    let (drain, abort) = (CancellationToken::new(), CancellationToken::new());
    let (sender, reload) = mpsc::channel(1);
    for (time, act) in acts {
        let day = if time.contains('T') { "" } else { "15T" };
        let at: DateTime<Utc> = format!("2026-01-{day}{time}Z").parse().unwrap();
        let (clock, sender) = (clock.clone(), sender.clone());
        let (drain, abort) = (drain.clone(), abort.clone());
        tokio::spawn(async move {
            clock.enter().await;
            clock.sleep_until(at).await;
            match act {
                Act::Drain => drain.cancel(),
                Act::Abort => abort.cancel(),
                Act::Reload(file) => {
                    sender
                        .send(Jobs::read("jobs.toml", file).unwrap())
                        .await
                        .unwrap();
                }
                Act::Suspend(span) => clock.advance(span),
            }
            // The scheduler acts while the clock stands still.
            for _ in 0..5 {
                tokio::task::yield_now().await;
            }
            clock.leave();
        });
        tokio::task::yield_now().await;
    }
    let jobs = Jobs::read("jobs.toml", file).unwrap();
    let launch = Arc::new(Waiting::on(&clock));
    let ledger = ledger(&clock);
    Scheduler::new(jobs, clock, ledger, launch, Arc::<Log>::clone(&log))
        .run(drain, abort, reload)
        .await;
    log.lines.lock().unwrap().clone()
}

pub(super) fn job(more: &str) -> String {
    format!("[[job]]\nname = \"a\"\ncron = \"0 * * * *\"\nscript = \"a.rhai\"\n{more}\n")
}
