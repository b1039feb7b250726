//! The loop that launches what is due.
//!
//! One loop, one heap: no task stands by for an idle job, and nothing is polled. The loop sleeps
//! until the earliest of the next due instant, the next timeout and the next end of a grace period,
//! and wakes early for a run that ended, a new jobs file, or the wish to stop.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::agenda::{Agenda, Tick};
use super::decision::{Decision, decide};
use super::event::{Event, Events, Reason};
use super::job::Job;
use super::jobs::Jobs;
use super::launch::{Due, Launch};
use super::running::{Ended, Overdue, Running};
use crate::clock::Clock;

/// Launches the runs of all jobs.
pub struct Scheduler {
    clock: Clock,
    events: Arc<dyn Events>,
    agenda: Agenda,
    running: Running,
    /// Runs that wait for a running one of their job, in the order they came.
    queued: Vec<Due>,
    /// Unfinished runs of another service, by job and id, as they are found.
    unfinished: Option<mpsc::Receiver<Vec<(String, String)>>>,
    launched: u64,
    ended: mpsc::UnboundedReceiver<Ended>,
}

/// Why the loop woke up.
enum Wake {
    Ended(Ended),
    Abort,
    Drain,
    Reload(Option<Jobs>),
    Unfinished(Vec<(String, String)>),
    Time,
}

impl Scheduler {
    /// A scheduler for these jobs; nothing happens before [`run`](Self::run).
    #[must_use]
    pub fn new(
        jobs: &Jobs,
        clock: Clock,
        launch: Arc<dyn Launch>,
        events: Arc<dyn Events>,
    ) -> Self {
        let mut agenda = Agenda::default();
        agenda.load(jobs, clock.now());
        let (sender, ended) = mpsc::unbounded_channel();
        Self {
            running: Running::new(clock.clone(), launch, sender),
            clock,
            events,
            agenda,
            queued: Vec::new(),
            unfinished: None,
            launched: 0,
            ended,
        }
    }

    /// The same, which takes up what another service left unfinished.
    #[must_use]
    pub fn taking_up(mut self, unfinished: mpsc::Receiver<Vec<(String, String)>>) -> Self {
        self.unfinished = Some(unfinished);
        self
    }

    /// Launches what is due until told to stop.
    ///
    /// `drain` stops launching and returns when the last run has ended; `abort` cancels the runs
    /// as well, and returns at the latest when their grace is over. Jobs that arrive through
    /// `reload` replace the present ones; running runs and the next instants of unchanged schedules
    /// stay.
    pub async fn run(
        mut self,
        drain: CancellationToken,
        abort: CancellationToken,
        mut reload: mpsc::Receiver<Jobs>,
    ) {
        let names: Vec<String> = self.agenda.names();
        self.tell_next(&names);
        let (mut draining, mut aborting, mut reloads) = (false, false, true);
        while !(draining && self.running.is_empty()) {
            let until = self
                .agenda
                .next()
                .into_iter()
                .chain(self.running.next_deadline())
                .min();
            let idle = until.is_none();
            if idle {
                // Nothing to wait for but others: a simulated clock may move on without us.
                self.clock.leave();
            }
            let wake = tokio::select! {
                // What ended counts before what is due; a stop counts before both.
                biased;
                () = abort.cancelled(), if !aborting => Wake::Abort,
                () = drain.cancelled(), if !draining => Wake::Drain,
                Some(ended) = self.ended.recv() => Wake::Ended(ended),
                () = sleep_until(&self.clock, until) => Wake::Time,
                jobs = reload.recv(), if reloads && !draining => Wake::Reload(jobs),
                runs = found(&mut self.unfinished), if !draining => Wake::Unfinished(runs),
            };
            if matches!(wake, Wake::Ended(_)) {
                // The turn that the run handed over: the scheduler has its own.
                self.clock.leave();
            }
            if idle {
                self.clock.enter().await;
            }
            match wake {
                Wake::Ended(ended) => self.finish(ended),
                Wake::Time => {}
                Wake::Unfinished(runs) => self.take_up(runs),
                Wake::Reload(None) => reloads = false,
                Wake::Reload(Some(jobs)) => {
                    // What is due under the old file is not lost.
                    self.claim();
                    self.reload(&jobs);
                }
                Wake::Drain => {
                    draining = true;
                    self.stop_claiming();
                }
                Wake::Abort => {
                    if !draining {
                        self.stop_claiming();
                    }
                    (draining, aborting) = (true, true);
                    self.running.cancel_all(self.clock.now());
                }
            }
            if !draining {
                self.claim();
            }
            self.chase();
            self.start_queued();
            if self.clock.is_simulated() {
                // Runs that were just cancelled hear of it before simulated time moves on.
                tokio::task::yield_now().await;
            }
        }
        self.ended.close();
        while self.ended.try_recv().is_ok() {
            self.clock.leave();
        }
    }

    /// Serves every job that is due.
    fn claim(&mut self) {
        for Tick { job, serve, missed } in self.agenda.take_due(self.clock.now()) {
            if let Some(missed) = missed {
                self.events.happened(&Event::Missed {
                    job: job.name.clone(),
                    first: missed.first,
                    last: missed.last,
                    count: missed.count,
                });
            }
            for instant in serve {
                self.serve(&job, instant);
            }
        }
    }

    fn serve(&mut self, job: &Arc<Job>, instant: DateTime<Utc>) {
        let running = self.running.count(&job.name);
        let queued = self.queued.iter().any(|due| due.job.name == job.name);
        let due = Due {
            job: Arc::clone(job),
            instant,
            number: 0,
            resume: None,
        };
        match decide(job.overlap, running, queued) {
            Decision::Start => self.start(due),
            Decision::Skip(reason) => self.skip(&due, reason),
            Decision::Queue => {
                let job = job.name.clone();
                self.events.happened(&Event::Queued { job, instant });
                self.queued.push(due);
            }
            Decision::Replace => {
                self.drop_queued(&job.name, Reason::Superseded);
                for number in self.running.cancel(&job.name, self.clock.now()) {
                    let job = job.name.clone();
                    self.events.happened(&Event::Replaced { job, number });
                }
                self.queued.push(due);
            }
        }
    }

    /// Takes up the unfinished runs of jobs that there still are.
    fn take_up(&mut self, runs: Vec<(String, String)>) {
        for (name, run) in runs {
            let Some(job) = self.agenda.job(&name).filter(|job| job.enabled).cloned() else {
                self.events.happened(&Event::Left { job: name, run });
                continue;
            };
            self.start(Due {
                job,
                instant: self.clock.now(),
                number: 0,
                resume: Some(run),
            });
        }
    }

    fn start(&mut self, mut due: Due) {
        self.launched += 1;
        due.number = self.launched;
        let name = due.job.name.clone();
        self.events.happened(&match &due.resume {
            None => Event::Started {
                job: name.clone(),
                number: due.number,
                instant: due.instant,
            },
            Some(run) => Event::Resumed {
                job: name.clone(),
                number: due.number,
                run: run.clone(),
            },
        });
        self.running.start(&due, self.clock.now());
        self.tell_next(&[name]);
    }

    fn skip(&self, due: &Due, reason: Reason) {
        let job = due.job.name.clone();
        self.events.happened(&Event::Skipped {
            job,
            instant: due.instant,
            reason,
        });
    }

    fn finish(&mut self, ended: Ended) {
        // A run that was abandoned is nobody's any more.
        let Some(run) = self.running.remove(ended.number) else {
            return;
        };
        self.events.happened(&Event::Finished {
            job: run.job,
            number: ended.number,
            exit: ended.finished.exit,
            message: ended.finished.message,
            took: (ended.at - run.started).max(TimeDelta::zero()),
        });
    }

    /// Cancels the runs that are over their time, and gives up those that do not end.
    fn chase(&mut self) {
        for overdue in self.running.chase(self.clock.now()) {
            self.events.happened(&match overdue {
                Overdue::TimedOut {
                    job,
                    number,
                    timeout,
                } => Event::TimedOut {
                    job,
                    number,
                    timeout,
                },
                Overdue::Abandoned { job, number } => Event::Abandoned { job, number },
            });
        }
    }

    fn start_queued(&mut self) {
        let (free, still): (Vec<_>, Vec<_>) = std::mem::take(&mut self.queued)
            .into_iter()
            .partition(|due| self.running.count(&due.job.name) == 0);
        self.queued = still;
        for mut due in free {
            // The job may have been changed while the run waited.
            if let Some(job) = self.agenda.job(&due.job.name) {
                due.job = Arc::clone(job);
            }
            self.start(due);
        }
    }

    fn drop_queued(&mut self, name: &str, reason: Reason) {
        let (dropped, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.queued)
            .into_iter()
            .partition(|due| due.job.name == name);
        self.queued = kept;
        for due in dropped {
            self.skip(&due, reason);
        }
    }

    fn reload(&mut self, jobs: &Jobs) {
        let change = self.agenda.load(jobs, self.clock.now());
        let mut names: Vec<String> = self.queued.iter().map(|due| due.job.name.clone()).collect();
        names.retain(|name| !self.agenda.job(name).is_some_and(|job| job.enabled));
        for name in names {
            self.drop_queued(&name, Reason::Removed);
        }
        self.events.happened(&Event::Reloaded {
            added: change.added,
            changed: change.changed,
            removed: change.removed,
        });
        self.tell_next(&change.rescheduled);
    }

    fn stop_claiming(&mut self) {
        self.agenda.clear();
        for due in std::mem::take(&mut self.queued) {
            self.skip(&due, Reason::Stopping);
        }
        let running = self.running.len();
        self.events.happened(&Event::Draining { running });
    }

    fn tell_next(&self, names: &[String]) {
        for name in names {
            if let Some(instant) = self.agenda.next_of(name)
                && let Some(job) = self.agenda.job(name)
            {
                let local = job.fire(instant).local();
                self.events.happened(&Event::Next {
                    job: name.clone(),
                    instant,
                    local,
                });
            }
        }
    }
}

/// The next unfinished runs that are found, if anybody looks for them.
async fn found(
    unfinished: &mut Option<mpsc::Receiver<Vec<(String, String)>>>,
) -> Vec<(String, String)> {
    if let Some(receiver) = unfinished
        && let Some(runs) = receiver.recv().await
    {
        return runs;
    }
    std::future::pending().await
}

async fn sleep_until(clock: &Clock, until: Option<DateTime<Utc>>) {
    match until {
        Some(until) => clock.sleep_until(until).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod rehearsal;
#[cfg(test)]
mod tests;
