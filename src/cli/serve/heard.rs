//! Who hears of the scheduler's events: people or programs by the log, machines by metrics, whoever
//! asks over HTTP, and the supervisor.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::fields::fields;
use super::health::Health;
use super::log;
use super::supervisor::Supervisor;
use crate::cli::global::LogFormat;
use crate::error::exit;
use crate::metrics::{Metrics, State, Tick};
use crate::schedule::{Event, Events};

/// Several who hear of everything, in this order.
pub struct Heard(pub Vec<Arc<dyn Events>>);

impl Events for Heard {
    fn happened(&self, event: &Event) {
        for events in &self.0 {
            events.happened(event);
        }
    }
}

/// Events as lines of the log.
pub struct Lines(pub LogFormat);

impl Events for Lines {
    fn happened(&self, event: &Event) {
        // People read how a run ended from its end.
        if self.0 == LogFormat::Text && matches!(event, Event::Settled { .. }) {
            return;
        }
        let (level, name, fields) = fields(event);
        log::entry(self.0, level, name, fields, &event.to_string());
    }
}

/// Events told to the supervisor and to those who ask whether the service is ready.
pub struct Told {
    /// Tells those who ask.
    pub health: Arc<Health>,
    /// Tells the supervisor.
    pub supervisor: Supervisor,
}

impl Events for Told {
    fn happened(&self, event: &Event) {
        match event {
            Event::Draining { .. } => {
                self.health.draining();
                self.supervisor.stopping();
                self.supervisor.status(&event.to_string());
            }
            Event::Reloaded { .. } => {
                self.supervisor.reloading();
                self.supervisor.ready();
                self.supervisor.status(&event.to_string());
            }
            Event::StoreFailed { message } => self.health.store_failed(message),
            Event::StoreBack => self.health.store_works(),
            Event::ReloadFailed { .. } => self.supervisor.status(&event.to_string()),
            _ => {}
        }
    }
}

/// Events counted.
pub struct Counted {
    metrics: Arc<Metrics>,
    seen: Mutex<Seen>,
}

/// What is needed to make sense of a later event.
#[derive(Default)]
struct Seen {
    /// What waits for another run to end.
    queued: HashSet<(Arc<str>, DateTime<Utc>)>,
    /// Runs whose time was over.
    late: HashSet<u64>,
}

impl Counted {
    /// Counts into these metrics.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        let seen = Mutex::default();
        Self { metrics, seen }
    }

    fn leaves_the_queue(&self, seen: &mut Seen, job: &Arc<str>, instant: DateTime<Utc>) {
        seen.queued.remove(&(Arc::clone(job), instant));
        self.metrics.queue_is(seen.queued.len());
    }
}

/// How a run ended, by its exit code.
fn state(exit: u8) -> State {
    match exit {
        exit::DONE => State::Succeeded,
        exit::NOT_PERMITTED => State::NotPermitted,
        exit::IN_DOUBT => State::InDoubt,
        exit::TIMED_OUT => State::TimedOut,
        exit::INTERRUPTED => State::Cancelled,
        _ => State::Failed,
    }
}

impl Events for Counted {
    fn happened(&self, event: &Event) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (metrics, now) = (&self.metrics, Utc::now());
        match event {
            Event::Next { job, instant, .. } => metrics.job_next(job, instant.timestamp()),
            Event::Idle { job } => metrics.job_idle(job),
            // Its instant was counted, and how late it was served, with the first attempt.
            Event::Started {
                job,
                instant,
                attempt,
                ..
            } if *attempt > 1 => {
                self.leaves_the_queue(&mut seen, job, *instant);
                metrics.run_resumed();
            }
            Event::Started { job, instant, .. } => {
                self.leaves_the_queue(&mut seen, job, *instant);
                let lateness = (now - instant).to_std().unwrap_or_default();
                metrics.run_started(job, lateness);
            }
            Event::Resumed { .. } => metrics.run_resumed(),
            Event::Finished {
                job, number, exit, ..
            } => {
                let was_late = seen.late.remove(number);
                let state = if was_late && *exit != exit::DONE {
                    State::TimedOut
                } else {
                    state(*exit)
                };
                metrics.run_ended(job, state, now.timestamp());
            }
            Event::BrokeOff { .. } => metrics.run_broke_off(),
            Event::Queued { job, instant, .. } => {
                metrics.tick(job, Tick::Queued);
                seen.queued.insert((job.clone(), *instant));
                metrics.queue_is(seen.queued.len());
            }
            Event::Skipped { job, instant, .. } => {
                metrics.tick(job, Tick::Skipped);
                self.leaves_the_queue(&mut seen, job, *instant);
            }
            Event::Replaced { job, .. } => metrics.tick(job, Tick::Replaced),
            Event::Missed { job, count, .. } => metrics.ticks(job, Tick::Missed, *count),
            Event::TimedOut { number, .. } => {
                seen.late.insert(*number);
            }
            Event::Abandoned { job, number, .. } => {
                seen.late.remove(number);
                metrics.run_ended(job, State::Abandoned, now.timestamp());
            }
            Event::Reloaded { removed, .. } => {
                for job in removed {
                    metrics.job_gone(job);
                }
            }
            Event::Left { .. }
            | Event::Shut { .. }
            | Event::Settled { .. }
            | Event::Retrying { .. }
            | Event::GivenUp { .. }
            | Event::Paused { .. }
            | Event::Long { .. }
            | Event::StoreFailed { .. }
            | Event::StoreBack
            | Event::ReloadFailed { .. }
            | Event::Draining { .. } => {}
        }
    }
}
