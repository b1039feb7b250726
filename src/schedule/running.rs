//! The runs on their way: their deadlines, their cancelling and their end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::job::Job;
use super::launch::{Due, Finished, Launch};
use super::overtime::Overtime;
use crate::clock::Clock;
use crate::error::exit;

/// The runs on their way, by number.
pub(super) struct Running {
    clock: Clock,
    launch: Arc<dyn Launch>,
    sender: UnboundedSender<Ended>,
    runs: BTreeMap<u64, Run>,
    /// When each of them is next looked at, the first one first: with every wake-up it is asked for,
    /// however many there are.
    deadlines: BTreeSet<(DateTime<Utc>, u64)>,
}

/// One run on its way.
#[derive(Debug)]
pub(super) struct Run {
    /// What it is a run of.
    pub due: Arc<Due>,
    /// When it was started.
    pub started: DateTime<Utc>,
    /// Whether it was cancelled because its time was over.
    is_timed_out: bool,
    /// When it takes longer than it should, until that is said.
    long: Option<DateTime<Utc>>,
    overtime: Overtime,
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
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Overdue {
    /// It was cancelled.
    TimedOut {
        /// Its job.
        job: Arc<str>,
        /// Its number.
        number: u64,
        /// Its id, where it is kept.
        run: Option<String>,
        /// What it went beyond.
        overtime: Overtime,
    },
    /// It takes longer than it should, and goes on.
    Long {
        /// The job that it was begun as.
        job: Arc<Job>,
        /// Its number.
        number: u64,
        /// Its id, where it is kept.
        run: Option<String>,
        /// Its tick.
        tick: i64,
    },
    /// It did not end after it was cancelled, and is forgotten.
    Abandoned {
        /// The job that it was begun as.
        job: Arc<Job>,
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
        Self {
            clock,
            launch,
            sender,
            runs: BTreeMap::new(),
            deadlines: BTreeSet::new(),
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
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Starts a run.
    pub(super) fn start(&mut self, due: Due, now: DateTime<Utc>) {
        let cancel = CancellationToken::new();
        // Asked for before the scheduler waits again: a simulated clock must not move on before the
        // run had its turn.
        let turn = self.clock.ticket();
        let due = Arc::new(due);
        let end = End {
            due: Arc::clone(&due),
            finished: None,
            clock: self.clock.clone(),
            sender: self.sender.clone(),
        };
        let task = tokio::spawn({
            let (launch, cancel) = (Arc::clone(&self.launch), cancel.clone());
            async move {
                let mut end = end;
                turn.turn().await;
                end.finished = Some(launch.launch(&end.due, cancel).await);
            }
        });
        let (overtime, deadline) = Overtime::of(&due.job, now);
        let run = Run {
            started: now,
            is_timed_out: false,
            long: due
                .job
                .policy
                .long_running
                .and_then(|span| TimeDelta::from_std(span).ok())
                .and_then(|span| now.checked_add_signed(span)),
            overtime,
            grace: TimeDelta::from_std(due.job.policy.grace).unwrap_or_default(),
            deadline: Deadline::Timeout(deadline),
            cancel,
            task,
            due,
        };
        let number = run.due.number;
        self.deadlines.insert((run.next(), number));
        self.runs.insert(number, run);
    }

    /// Forgets a run.
    pub(super) fn remove(&mut self, number: u64) -> Option<Run> {
        let run = self.runs.remove(&number)?;
        self.deadlines.remove(&(run.next(), number));
        Some(run)
    }

    /// Keeps the lengths of all that is left to the runs, of a clock that was set back by so much.
    pub(super) fn set_back(&mut self, back: TimeDelta) {
        self.deadlines.clear();
        for (&number, run) in &mut self.runs {
            run.started -= back;
            run.long = run.long.map(|at| at - back);
            run.deadline = match run.deadline {
                // The end of a window is an instant, and no length.
                Deadline::Timeout(at) if run.overtime.is_window() => Deadline::Timeout(at),
                Deadline::Timeout(at) => Deadline::Timeout(at - back),
                Deadline::Grace(at) => Deadline::Grace(at - back),
            };
            self.deadlines.insert((run.next(), number));
        }
    }

    /// Cancels the run of a tick that was not cancelled before, and says its number and its id.
    pub(super) fn cancel(
        &mut self,
        tick: i64,
        now: DateTime<Utc>,
    ) -> Option<(u64, Option<String>)> {
        let (&number, run) = self.runs.iter_mut().find(|(_, run)| run.due.tick == tick)?;
        self.deadlines.remove(&(run.next(), number));
        let is_new = run.cancel(now);
        self.deadlines.insert((run.next(), number));
        is_new.then(|| (number, run.due.id.get().cloned()))
    }

    /// Cancels every run.
    pub(super) fn cancel_all(&mut self, now: DateTime<Utc>) {
        self.deadlines.clear();
        for (&number, run) in &mut self.runs {
            run.cancel(now);
            self.deadlines.insert((run.next(), number));
        }
    }

    /// Cancels the runs whose time is over and forgets those whose grace is over.
    pub(super) fn chase(&mut self, now: DateTime<Utc>) -> Vec<Overdue> {
        let mut overdue = Vec::new();
        let mut numbers = Vec::new();
        while let Some(&(at, number)) = self.deadlines.first()
            && at <= now
        {
            self.deadlines.pop_first();
            numbers.push(number);
        }
        // What is over at one look is told in the order of the runs.
        numbers.sort_unstable();
        for number in numbers {
            let Some(run) = self.runs.get_mut(&number) else {
                continue;
            };
            if run.long.take_if(|at| *at <= now).is_some() {
                let (job, tick, run) =
                    (run.due.job.clone(), run.due.tick, run.due.id.get().cloned());
                overdue.push(Overdue::Long {
                    job,
                    number,
                    run,
                    tick,
                });
            }
            if run.deadline.at() <= now {
                let (job, id) = (run.due.job.name.clone(), run.due.id.get().cloned());
                match run.deadline {
                    Deadline::Timeout(_) => {
                        run.is_timed_out = run.cancel(now);
                        let overtime = run.overtime;
                        overdue.push(Overdue::TimedOut {
                            job,
                            number,
                            run: id,
                            overtime,
                        });
                    }
                    Deadline::Grace(_) => {
                        run.task.abort();
                        let (job, tick) = (run.due.job.clone(), run.due.tick);
                        overdue.push(Overdue::Abandoned {
                            job,
                            number,
                            run: id,
                            tick,
                        });
                        self.runs.remove(&number);
                        continue;
                    }
                }
            }
            self.deadlines.insert((run.next(), number));
        }
        overdue
    }
}

impl Run {
    /// What it went beyond, where it was cancelled for that.
    pub(super) fn overtime(&self) -> Option<Overtime> {
        self.is_timed_out.then_some(self.overtime)
    }

    /// When there is something to do about it, if it does not end.
    fn next(&self) -> DateTime<Utc> {
        let deadline = self.deadline.at();
        self.long.map_or(deadline, |at| at.min(deadline))
    }

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
    due: Arc<Due>,
    finished: Option<Finished>,
    clock: Clock,
    sender: UnboundedSender<Ended>,
}

impl Drop for End {
    fn drop(&mut self) {
        let finished = self.finished.take().unwrap_or_else(|| Finished {
            exit: exit::FAILED,
            message: Some("the run broke off".to_owned()),
            run: self.due.id.get().cloned(),
            is_repeatable: false,
            is_broken_off: false,
        });
        let (number, at) = (self.due.number, self.clock.now());
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

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use futures_util::future::{BoxFuture, pending};

    use super::*;
    use crate::schedule::Jobs;

    struct Endless;

    impl Launch for Endless {
        fn launch(&self, _due: &Due, _cancel: CancellationToken) -> BoxFuture<'static, Finished> {
            pending().boxed()
        }
    }

    fn due(number: i64, timeout: &str) -> Due {
        let text = format!(
            "[[job]]\nname = \"a\"\ncron = \"@daily\"\nscript = \"a.rhai\"\ntimeout = \"{timeout}\"\n"
        );
        let jobs = Jobs::read("jobs.toml", &text).unwrap();
        Due {
            job: Arc::clone(jobs.get("a").unwrap()),
            instant: crate::clock::simulated_start(),
            number: number.cast_unsigned(),
            tick: number,
            attempt: 1,
            args: None,
            resume: None,
            id: Arc::default(),
        }
    }

    #[tokio::test]
    async fn the_next_deadline_is_that_of_a_run_on_its_way() {
        let (sender, _ended) = tokio::sync::mpsc::unbounded_channel();
        let mut running = Running::new(Clock::Real, Arc::new(Endless), sender);
        let start = crate::clock::simulated_start();
        let after = |minutes| Some(start + TimeDelta::minutes(minutes));
        running.start(due(1, "10m"), start);
        running.start(due(2, "30m"), start);
        running.start(due(3, "20m"), start);
        assert_eq!(running.next_deadline(), after(10));
        running.remove(1);
        assert_eq!(running.next_deadline(), after(20));
        // Its grace of half a minute comes first now.
        assert_eq!(running.cancel(2, start), Some((2, None)));
        assert_eq!(
            running.next_deadline(),
            Some(start + TimeDelta::seconds(30))
        );
        assert!(running.chase(start).is_empty());
        let late = start + TimeDelta::minutes(25);
        let told = running.chase(late);
        assert!(matches!(told[0], Overdue::Abandoned { number: 2, .. }));
        assert!(matches!(told[1], Overdue::TimedOut { number: 3, .. }));
        assert_eq!(running.next_deadline(), Some(late + TimeDelta::seconds(30)));
        running.remove(3);
        assert_eq!(running.next_deadline(), None);
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_makes_no_run_longer() {
        let (sender, _ended) = tokio::sync::mpsc::unbounded_channel();
        let mut running = Running::new(Clock::Real, Arc::new(Endless), sender);
        let start = crate::clock::simulated_start();
        running.start(due(1, "10m"), start);
        running.start(due(2, "30m"), start);
        running.cancel(2, start);
        let back = TimeDelta::hours(1);
        running.set_back(back);
        // The grace of the cancelled one, and then the timeout of the other.
        let grace = start - back + TimeDelta::seconds(30);
        assert_eq!(running.next_deadline(), Some(grace));
        running.remove(2);
        let timeout = start - back + TimeDelta::minutes(10);
        assert_eq!(running.next_deadline(), Some(timeout));
    }
}
