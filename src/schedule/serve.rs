//! The loop that launches what is due.
//!
//! One loop, one list of instants: no task stands by for an idle job, and nothing is polled. The loop sleeps
//! until the earliest of the next start, the next timeout, the next end of a grace period and the
//! next attempt, and wakes early for a run that ended, a new jobs file, or the wish to stop.
//!
//! It decides nothing by itself: what has come to pass is a matter that is decided about in a
//! transaction of the rows that all services share, and what was decided is done once it is on disk.
//! As long as the store cannot be reached, matters wait.

mod deciding;
mod waiting;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::agenda::Agenda;
use super::desk::{Matter, Outcome, Verdict};
use super::event::{Event, Events};
use super::job::Job;
use super::jobs::Jobs;
use super::launch::Launch;
use super::rows::Ledger;
use super::running::{Ended, Overdue, Running};
use crate::clock::Clock;
pub use waiting::Pulse;
use waiting::{answered, decided, sleep_until, told};

/// How long the store is left alone after it failed.
const BREATH: TimeDelta = TimeDelta::seconds(1);

/// How long a service that stops waits for a store that fails.
const PATIENCE: TimeDelta = TimeDelta::seconds(30);

/// From how much on a clock that goes back was set.
const SET_BACK: TimeDelta = TimeDelta::seconds(60);

/// What came of deciding.
type Decided = Result<Vec<Verdict>, String>;

/// Launches the runs of all jobs.
pub struct Scheduler {
    clock: Clock,
    events: Arc<dyn Events>,
    ledger: Arc<dyn Ledger>,
    jobs: Arc<Jobs>,
    agenda: Agenda,
    running: Running,
    /// What is to be decided about next.
    matters: Vec<Matter>,
    /// What is being decided about.
    decided: Option<(Arc<Vec<Matter>>, BoxFuture<'static, Decided>)>,
    /// Ticks that are tried again, and when.
    again: BTreeSet<(DateTime<Utc>, i64)>,
    /// Since when the store fails, and when it is tried next.
    failing: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Tells that others may have asked for something, or left something behind.
    others: Option<mpsc::Receiver<()>>,
    /// Those who ask whether the loop still turns.
    pulse: Option<Pulse>,
    /// Ticks that are left to others, and were said to be.
    left: HashSet<i64>,
    launched: u64,
    ended: mpsc::UnboundedReceiver<Ended>,
    stops: bool,
    seen: DateTime<Utc>,
}

/// Why the loop woke up.
enum Wake {
    Decided(Decided),
    Ended(Ended),
    Abort,
    Drain,
    Reload(Option<Jobs>),
    Others,
    Time,
}

impl Scheduler {
    /// A scheduler for these jobs; nothing happens before [`run`](Self::run).
    #[must_use]
    pub fn new(
        jobs: Jobs,
        clock: Clock,
        ledger: Arc<dyn Ledger>,
        launch: Arc<dyn Launch>,
        events: Arc<dyn Events>,
    ) -> Self {
        let (jobs, now) = (Arc::new(jobs), clock.now());
        let mut agenda = Agenda::default();
        agenda.load(&jobs, now);
        let (sender, ended) = mpsc::unbounded_channel();
        let mut matters: Vec<Matter> = agenda
            .watched()
            .into_iter()
            .map(|(job, since)| Matter::Job(job, since))
            .collect();
        // What passes while they are disabled is not missed.
        matters.extend(
            jobs.disabled()
                .map(|job| Matter::Disabled(job.name.clone())),
        );
        matters.push(Matter::Others);
        Self {
            running: Running::new(clock.clone(), launch, sender),
            jobs,
            clock,
            events,
            ledger,
            agenda,
            matters,
            decided: None,
            again: BTreeSet::new(),
            failing: None,
            others: None,
            pulse: None,
            left: HashSet::new(),
            launched: 0,
            ended,
            stops: false,
            seen: now,
        }
    }

    /// The same, which answers whoever asks whether its loop still turns.
    #[must_use]
    pub fn answering(mut self, pulse: Pulse) -> Self {
        self.pulse = Some(pulse);
        self
    }

    /// The same, which looks for what others asked for and left behind whenever it is told to.
    #[must_use]
    pub fn hearing(mut self, others: mpsc::Receiver<()>) -> Self {
        self.others = Some(others);
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
        for name in self.agenda.names() {
            if self.jobs.get(&name).is_some_and(|job| job.enabled) {
                self.tell_next(&name);
            }
        }
        let (mut aborting, mut reloads) = (false, true);
        while !self.is_done() {
            self.submit();
            if self.matters.is_empty() && self.decided.is_none() {
                self.agenda.look_ahead();
            }
            let until = self.until();
            let idle = until.is_none() && self.decided.is_none();
            if idle {
                // Nothing to wait for but others: a simulated clock may move on without us.
                self.clock.leave();
            }
            let wake = tokio::select! {
                // What was decided and what ended counts before what is due; a stop before that.
                biased;
                () = abort.cancelled(), if !aborting => Wake::Abort,
                () = drain.cancelled(), if !self.stops => Wake::Drain,
                () = answered(&mut self.pulse) => Wake::Time,
                decided = decided(&mut self.decided) => Wake::Decided(decided),
                Some(ended) = self.ended.recv() => Wake::Ended(ended),
                () = sleep_until(&self.clock, until) => Wake::Time,
                jobs = reload.recv(), if reloads && !self.stops => Wake::Reload(jobs),
                () = told(&mut self.others), if !self.stops => Wake::Others,
            };
            if matches!(wake, Wake::Ended(_)) {
                // The turn that the run handed over: the scheduler has its own.
                self.clock.leave();
            }
            if idle {
                self.clock.enter().await;
            }
            match wake {
                Wake::Decided(decided) => self.act(decided),
                Wake::Ended(ended) => {
                    self.finish(ended);
                    // Of many that end at once each would have the loop turn, and turning costs more.
                    while let Ok(ended) = self.ended.try_recv() {
                        self.clock.leave();
                        self.finish(ended);
                    }
                }
                Wake::Time => {}
                Wake::Others => self.matters.push(Matter::Others),
                Wake::Reload(None) => reloads = false,
                Wake::Reload(Some(jobs)) => {
                    // What is due under the old file is not lost.
                    self.claim();
                    self.reload(jobs);
                }
                Wake::Drain => self.stop(),
                Wake::Abort => {
                    self.stop();
                    aborting = true;
                    self.running.cancel_all(self.clock.now());
                }
            }
            self.look_at_the_clock();
            if !self.stops {
                self.claim();
            }
            self.chase();
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

    /// Whether there is nothing left to do for a service that stops.
    fn is_done(&self) -> bool {
        let gives_up = |(since, _): (DateTime<Utc>, _)| self.clock.now() - since > PATIENCE;
        self.stops
            && self.running.is_empty()
            && (self.failing.is_some_and(gives_up)
                || self.matters.is_empty() && self.decided.is_none())
    }

    /// When there is something to do even if nothing happens.
    fn until(&self) -> Option<DateTime<Utc>> {
        let breath = self.failing.map(|(_, next)| next);
        let again = self.again.first().map(|(at, _)| *at);
        [
            self.agenda.next(),
            self.running.next_deadline(),
            again,
            breath,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Notes that the clock was set back: what is a length stays one, and what waits for an instant that
    /// is far away again does not.
    fn look_at_the_clock(&mut self) {
        let now = self.clock.now();
        let back = self.seen - now;
        self.seen = now;
        if back <= SET_BACK {
            return;
        }
        if !self.stops {
            self.agenda.replan(now);
        }
        self.running.set_back(back);
        let again = std::mem::take(&mut self.again).into_iter();
        self.again = again.map(|(at, tick)| (at - back, tick)).collect();
        self.failing = self.failing.map(|(since, _)| (since - back, now));
    }

    /// Notes every job that is due.
    fn claim(&mut self) {
        let now = self.clock.now();
        for coming in self.agenda.take_due(now) {
            self.tell(&coming.job, coming.next);
            self.matters
                .push(Matter::Due(coming.job, coming.watched, now));
        }
        while let Some(&(at, tick)) = self.again.first()
            && at <= now
        {
            self.again.remove(&(at, tick));
            self.matters.push(Matter::Again(tick));
        }
    }

    fn finish(&mut self, ended: Ended) {
        // A run that was abandoned is nobody's any more.
        let Some(run) = self.running.remove(ended.number) else {
            return;
        };
        let (job, number) = (run.due.job.name.clone(), ended.number);
        let message = ended.finished.message.clone();
        self.events.happened(&if ended.finished.is_broken_off {
            Event::BrokeOff {
                job,
                number,
                message,
            }
        } else {
            Event::Finished {
                job,
                number,
                run: ended.finished.run.clone(),
                exit: ended.finished.exit,
                message,
                took: (ended.at - run.started).max(TimeDelta::zero()),
            }
        });
        let outcome = match run.overtime() {
            Some(overtime) => Outcome::TimedOut(ended.finished, overtime),
            None => Outcome::Finished(ended.finished),
        };
        self.matters.push(Matter::Ended(
            run.due.job.clone(),
            run.due.tick,
            Box::new(outcome),
        ));
    }

    /// Cancels the runs that are over their time, and gives up those that do not end.
    fn chase(&mut self) {
        for overdue in self.running.chase(self.clock.now()) {
            self.events.happened(&match overdue {
                Overdue::TimedOut {
                    job,
                    number,
                    run,
                    overtime,
                } => Event::TimedOut {
                    job,
                    number,
                    run,
                    overtime,
                },
                Overdue::Long {
                    job,
                    number,
                    run,
                    tick,
                } => {
                    let name = job.name.clone();
                    self.matters.push(Matter::Long(job, tick));
                    Event::Long {
                        job: name,
                        number,
                        run,
                    }
                }
                Overdue::Abandoned {
                    job,
                    number,
                    run,
                    tick,
                } => {
                    let (name, outcome) = (job.name.clone(), Box::new(Outcome::Abandoned));
                    self.matters.push(Matter::Ended(job, tick, outcome));
                    Event::Abandoned {
                        job: name,
                        number,
                        run,
                    }
                }
            });
        }
    }

    fn reload(&mut self, jobs: Jobs) {
        let jobs = Arc::new(jobs);
        let change = self.agenda.load(&jobs, self.clock.now());
        for job in self.jobs.iter().filter(|job| job.enabled) {
            if !jobs.get(&job.name).is_some_and(|job| job.enabled) {
                self.matters.push(Matter::Gone(Arc::clone(job)));
            }
        }
        let rescheduled: HashSet<&str> = change.rescheduled.iter().map(String::as_str).collect();
        for (job, since) in self.agenda.watched() {
            let is_known = self.jobs.get(&job.name).is_some();
            let matter = if is_known { Matter::Job } else { Matter::Added };
            if rescheduled.contains(&*job.name) {
                self.matters.push(matter(job, since));
            }
        }
        self.jobs = jobs;
        self.events.happened(&Event::Reloaded {
            added: change.added,
            changed: change.changed,
            removed: change.removed,
        });
        for name in &change.rescheduled {
            self.tell_next(&name.as_str().into());
        }
    }

    fn stop(&mut self) {
        if self.stops {
            return;
        }
        self.stops = true;
        self.agenda.clear();
        self.again.clear();
        // What waits is not lost where another service goes on with it.
        if !self.ledger.lasts() {
            self.matters.push(Matter::Stopping);
        }
        let running = self.running.len();
        self.events.happened(&Event::Draining { running });
    }

    fn tell_next(&self, name: &Arc<str>) {
        match self.agenda.next_of(name) {
            Some((job, instant)) => self.tell(job, Some(instant)),
            // One that is stopping knows of none.
            None if self.stops => {}
            None => self.events.happened(&Event::Idle { job: name.clone() }),
        }
    }

    fn tell(&self, job: &Arc<Job>, next: Option<DateTime<Utc>>) {
        let name = job.name.clone();
        self.events.happened(&match next {
            Some(instant) => Event::Next {
                job: name,
                instant,
                fire: job.start(instant),
            },
            None => Event::Idle { job: name },
        });
    }
}

#[cfg(test)]
mod rehearsal;
#[cfg(test)]
mod tests;
