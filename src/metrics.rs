//! Metrics: what a service says of itself to machines.
//!
//! [`Metrics`] is a plain struct: whoever does something tells it so, and [`Metrics::text`] is what
//! Prometheus reads. Its labels are names of jobs, operations and channels and short words of ours,
//! so that their number is bounded.

mod labels;
mod watched;

use std::time::Duration;

use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use labels::{Api, Build, Delivery, Job, Operation, Run, Ticks};

pub use labels::{Outcome, State, Tick};
pub use watched::Watched;

/// The type of what [`Metrics::text`] gives.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// From a millisecond, where a scheduler should be, to an hour, where its machine slept.
const LATENESS: [f64; 14] = [
    0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1800.0, 3600.0,
];

/// All that is counted and measured.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    lateness: Histogram,
    runs: Family<Run, Counter>,
    running: Gauge,
    queue: Gauge,
    ticks: Family<Ticks, Counter>,
    last_success: Family<Job, Gauge>,
    next: Family<Job, Gauge>,
    calls: Family<Api, Counter>,
    retries: Family<Operation, Counter>,
    doubts: Family<Operation, Counter>,
    notices: Family<Delivery, Counter>,
}

impl Metrics {
    /// Nothing counted yet, for this version of the program.
    #[must_use]
    pub fn new(version: &'static str) -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("mw"),
            lateness: Histogram::new(LATENESS),
            runs: Family::default(),
            running: Gauge::default(),
            queue: Gauge::default(),
            ticks: Family::default(),
            last_success: Family::default(),
            next: Family::default(),
            calls: Family::default(),
            retries: Family::default(),
            doubts: Family::default(),
            notices: Family::default(),
        };
        metrics.registered(version)
    }

    fn registered(mut self, version: &'static str) -> Self {
        let registry = &mut self.registry;
        // `_total` and `_info` are put behind the names when they are written.
        registry.register(
            "job_lateness_seconds",
            "How long after it was due a run was started",
            self.lateness.clone(),
        );
        registry.register("job_runs", "Runs that ended, by how", self.runs.clone());
        registry.register("runs_running", "Runs on their way", self.running.clone());
        registry.register(
            "queue_length",
            "Runs that wait for another one to end",
            self.queue.clone(),
        );
        registry.register(
            "job_ticks",
            "Instants at which a job was due, by what came of them",
            self.ticks.clone(),
        );
        registry.register(
            "job_last_success_timestamp_seconds",
            "When a run of the job last succeeded",
            self.last_success.clone(),
        );
        registry.register(
            "job_next_timestamp_seconds",
            "When the job is due next",
            self.next.clone(),
        );
        registry.register(
            "api_calls",
            "Calls of the API that ended, by its status or the kind of error",
            self.calls.clone(),
        );
        registry.register(
            "api_retries",
            "Sendings of calls after the first one",
            self.retries.clone(),
        );
        registry.register(
            "calls_in_doubt",
            "Calls of which nobody knows whether they were carried out",
            self.doubts.clone(),
        );
        registry.register(
            "notices",
            "Attempts to deliver notices, by what came of them",
            self.notices.clone(),
        );
        registry.register("build", "The program", Info::new(Build { version }));
        self
    }

    /// A job is due next at this instant, in seconds of Unix time.
    pub fn job_next(&self, job: &str, timestamp: i64) {
        self.next.get_or_create(&Job::of(job)).set(timestamp);
    }

    /// A job is not due any more.
    pub fn job_idle(&self, job: &str) {
        self.next.remove(&Job::of(job));
    }

    /// A job is gone: what was counted of it is forgotten.
    pub fn job_gone(&self, job: &str) {
        self.job_idle(job);
        self.last_success.remove(&Job::of(job));
        for state in State::ALL {
            self.runs.remove(&Run::of(job, state));
        }
        for tick in Tick::ALL {
            self.ticks.remove(&Ticks::of(job, tick));
        }
    }

    /// Something came of an instant at which a job was due.
    pub fn tick(&self, job: &str, tick: Tick) {
        self.ticks(job, tick, 1);
    }

    /// The same came of so many instants.
    pub fn ticks(&self, job: &str, tick: Tick, count: u64) {
        self.ticks
            .get_or_create(&Ticks::of(job, tick))
            .inc_by(count);
    }

    /// A run was started, so long after it was due.
    pub fn run_started(&self, job: &str, lateness: Duration) {
        self.lateness.observe(lateness.as_secs_f64());
        self.tick(job, Tick::Started);
        self.running.inc();
    }

    /// A run that was left unfinished was taken up, for which no instant was due.
    pub fn run_resumed(&self) {
        self.running.inc();
    }

    /// A run ended at this instant, in seconds of Unix time.
    pub fn run_ended(&self, job: &str, state: State, timestamp: i64) {
        self.running.dec();
        self.runs.get_or_create(&Run::of(job, state)).inc();
        if state == State::Succeeded {
            self.last_success
                .get_or_create(&Job::of(job))
                .set(timestamp);
        }
    }

    /// A run broke off, and will be resumed.
    pub fn run_broke_off(&self) {
        self.running.dec();
    }

    /// So many runs wait for others.
    pub fn queue_is(&self, length: usize) {
        self.queue.set(i64::try_from(length).unwrap_or(i64::MAX));
    }

    /// An attempt to deliver a notice by a channel ended.
    pub fn notice(&self, channel: &str, outcome: Outcome) {
        self.notices
            .get_or_create(&Delivery::of(channel, outcome))
            .inc();
    }

    /// A call of an operation ended, with the API's status or the kind of error.
    pub(crate) fn call_ended(&self, operation: &'static str, status: &str) {
        self.calls.get_or_create(&Api::of(operation, status)).inc();
    }

    /// A call is sent again.
    pub(crate) fn call_repeated(&self, operation: &'static str) {
        self.retries.get_or_create(&Operation { operation }).inc();
    }

    /// Nobody knows what came of a call.
    pub(crate) fn call_in_doubt(&self, operation: &'static str) {
        self.doubts.get_or_create(&Operation { operation }).inc();
    }

    /// All of it, as Prometheus reads it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Nothing is written but to a string, which takes it.
        let _ = prometheus_text::encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests;
