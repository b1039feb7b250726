//! The runs on their way: their deadlines, their cancelling and their end.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::launch::{Due, Finished, Launch};
use crate::clock::Clock;
use crate::error::exit;

/// The runs on their way, by number.
pub(super) struct Running {
    clock: Clock,
    launch: Arc<dyn Launch>,
    sender: UnboundedSender<Ended>,
    runs: BTreeMap<u64, Run>,
}

/// One run on its way.
#[derive(Debug)]
pub(super) struct Run {
    /// Its job.
    pub job: String,
    /// Its tick.
    pub tick: i64,
    /// Its id, once it has begun and where it is kept.
    pub id: Arc<OnceLock<String>>,
    /// When it was started.
    pub started: DateTime<Utc>,
    /// Whether it was cancelled because its time was over.
    pub is_timed_out: bool,
    /// When it takes longer than it should, until that is said.
    long: Option<DateTime<Utc>>,
    timeout: Duration,
    grace: TimeDelta,
    deadline: Deadline,
    cancel: CancellationToken,
    task: JoinHandle<()>,
}

/// What comes next for a run that does not end.
#[derive(Clone, Copy, Debug)]
enum Deadline {
    /// Its timeout, when it is cancelled.
    Timeout(DateTime<Utc>),
    /// The end of its grace, when it is abandoned.
    Grace(DateTime<Utc>),
}

impl Deadline {
    const fn at(self) -> DateTime<Utc> {
        match self {
            Self::Timeout(at) | Self::Grace(at) => at,
        }
    }
}

/// A run that ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Which.
    pub number: u64,
    /// How.
    pub finished: Finished,
    /// When.
    pub at: DateTime<Utc>,
}

/// A run that ran over its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Overdue {
    /// It was cancelled.
    TimedOut {
        /// Its job.
        job: String,
        /// Its number.
        number: u64,
        /// Its id, where it is kept.
        run: Option<String>,
        /// What it was allowed.
        timeout: Duration,
    },
    /// It takes longer than it should, and goes on.
    Long {
        /// Its job.
        job: String,
        /// Its number.
        number: u64,
        /// Its id, where it is kept.
        run: Option<String>,
        /// Its tick.
        tick: i64,
    },
    /// It did not end after it was cancelled, and is forgotten.
    Abandoned {
        /// Its job.
        job: String,
        /// Its number.
        number: u64,
        /// Its id, where it is kept.
        run: Option<String>,
        /// Its tick.
        tick: i64,
    },
}

impl Running {
    /// No runs; the end of each will be sent to `sender`.
    pub(super) fn new(
        clock: Clock,
        launch: Arc<dyn Launch>,
        sender: UnboundedSender<Ended>,
    ) -> Self {
        let runs = BTreeMap::new();
        Self {
            clock,
            launch,
            sender,
            runs,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }

    /// When the first run runs out of time.
    pub(super) fn next_deadline(&self) -> Option<DateTime<Utc>> {
        let next = |run: &Run| {
            run.long
                .map_or(run.deadline.at(), |at| at.min(run.deadline.at()))
        };
        self.runs.values().map(next).min()
    }

    /// Starts a run.
    pub(super) fn start(&mut self, due: &Due, now: DateTime<Utc>) {
        let cancel = CancellationToken::new();
        // Asked for before the scheduler waits again: a simulated clock must not move on before the
        // run had its turn.
        let clock = self.clock.clone();
        let mut turn = Box::pin(async move { clock.enter().await });
        let entered = (&mut turn).now_or_never().is_some();
        let end = End {
            number: due.number,
            id: due.id.clone(),
            finished: None,
            clock: self.clock.clone(),
            sender: self.sender.clone(),
        };
        let task = tokio::spawn({
            let (launch, due, cancel) = (Arc::clone(&self.launch), due.clone(), cancel.clone());
            async move {
                let mut end = end;
                if !entered {
                    turn.await;
                }
                end.finished = Some(launch.launch(&due, cancel).await);
            }
        });
        let timeout = due.job.timeout;
        let deadline = TimeDelta::from_std(timeout)
            .ok()
            .and_then(|timeout| now.checked_add_signed(timeout))
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        // A job does not leave its maintenance window.
        let (timeout, deadline) = match due.job.window_of(now) {
            Some(end) if end < deadline => ((end - now).to_std().unwrap_or_default(), end),
            _ => (timeout, deadline),
        };
        let run = Run {
            job: due.job.name.clone(),
            tick: due.tick,
            id: due.id.clone(),
            started: now,
            is_timed_out: false,
            long: due
                .job
                .policy
                .long_running
                .and_then(|span| TimeDelta::from_std(span).ok())
                .and_then(|span| now.checked_add_signed(span)),
            timeout,
            grace: TimeDelta::from_std(due.job.policy.grace).unwrap_or_default(),
            deadline: Deadline::Timeout(deadline),
            cancel,
            task,
        };
        self.runs.insert(due.number, run);
    }

    /// Forgets a run.
    pub(super) fn remove(&mut self, number: u64) -> Option<Run> {
        self.runs.remove(&number)
    }

    /// Cancels the run of a tick that was not cancelled before, and says its number and its id.
    pub(super) fn cancel(
        &mut self,
        tick: i64,
        now: DateTime<Utc>,
    ) -> Option<(u64, Option<String>)> {
        let (number, run) = self.runs.iter_mut().find(|(_, run)| run.tick == tick)?;
        run.cancel(now).then(|| (*number, run.id.get().cloned()))
    }

    /// Cancels every run.
    pub(super) fn cancel_all(&mut self, now: DateTime<Utc>) {
        for run in self.runs.values_mut() {
            run.cancel(now);
        }
    }

    /// Cancels the runs whose time is over and forgets those whose grace is over.
    pub(super) fn chase(&mut self, now: DateTime<Utc>) -> Vec<Overdue> {
        let mut overdue = Vec::new();
        self.runs.retain(|&number, run| {
            if run.long.take_if(|at| *at <= now).is_some() {
                let (job, tick, run) = (run.job.clone(), run.tick, run.id.get().cloned());
                overdue.push(Overdue::Long {
                    job,
                    number,
                    run,
                    tick,
                });
            }
            if run.deadline.at() > now {
                return true;
            }
            let job = run.job.clone();
            match run.deadline {
                Deadline::Timeout(_) => {
                    run.is_timed_out = run.cancel(now);
                    let timeout = run.timeout;
                    overdue.push(Overdue::TimedOut {
                        job,
                        number,
                        run: run.id.get().cloned(),
                        timeout,
                    });
                    true
                }
                Deadline::Grace(_) => {
                    run.task.abort();
                    overdue.push(Overdue::Abandoned {
                        job,
                        number,
                        run: run.id.get().cloned(),
                        tick: run.tick,
                    });
                    false
                }
            }
        });
        overdue
    }
}

impl Run {
    /// Cancels the run; false when it was cancelled before.
    fn cancel(&mut self, now: DateTime<Utc>) -> bool {
        if matches!(self.deadline, Deadline::Grace(_)) {
            return false;
        }
        let end = now
            .checked_add_signed(self.grace)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        self.deadline = Deadline::Grace(end);
        self.cancel.cancel();
        true
    }
}

/// Reports the end of a run however it ends, a panic included.
///
/// Its turn on a simulated clock goes with the report to the scheduler, so that time stands still
/// until the scheduler has heard of it.
struct End {
    number: u64,
    id: Arc<OnceLock<String>>,
    finished: Option<Finished>,
    clock: Clock,
    sender: UnboundedSender<Ended>,
}

impl Drop for End {
    fn drop(&mut self) {
        let finished = self.finished.take().unwrap_or_else(|| Finished {
            exit: exit::FAILED,
            message: Some("the run broke off".to_owned()),
            run: self.id.get().cloned(),
            is_repeatable: false,
            is_broken_off: false,
        });
        let (number, at) = (self.number, self.clock.now());
        // Nobody listens any more once the scheduler has returned.
        let ended = Ended {
            number,
            finished,
            at,
        };
        if self.sender.send(ended).is_err() {
            self.clock.leave();
        }
    }
}
