//! What tells one series from another.

use prometheus_client::encoding::EncodeLabelSet;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Well.
    Succeeded,
    /// It failed.
    Failed,
    /// Its time was over.
    TimedOut,
    /// It was not permitted something.
    NotPermitted,
    /// It waits for a decision about a call in doubt.
    InDoubt,
    /// It was cancelled.
    Cancelled,
    /// It did not end when it was cancelled.
    Abandoned,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Succeeded,
        Self::Failed,
        Self::TimedOut,
        Self::NotPermitted,
        Self::InDoubt,
        Self::Cancelled,
        Self::Abandoned,
    ];

    /// Its name.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::NotPermitted => "not_permitted",
            Self::InDoubt => "in_doubt",
            Self::Cancelled => "cancelled",
            Self::Abandoned => "abandoned",
        }
    }
}

/// What came of an instant at which a job was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tick {
    /// A run was started.
    Started,
    /// It was left out.
    Skipped,
    /// It passed while nothing could be run.
    Missed,
    /// A run waits for another one to end.
    Queued,
    /// It took the place of a run, which was cancelled.
    Replaced,
}

impl Tick {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Started,
        Self::Skipped,
        Self::Missed,
        Self::Queued,
        Self::Replaced,
    ];

    /// Its name.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Skipped => "skipped",
            Self::Missed => "missed",
            Self::Queued => "queued",
            Self::Replaced => "replaced",
        }
    }
}

/// What came of an attempt to deliver a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was delivered.
    Delivered,
    /// It was not, and is tried again.
    Postponed,
    /// It was not, and is given up.
    GivenUp,
}

impl Outcome {
    /// Its name.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Postponed => "postponed",
            Self::GivenUp => "given_up",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Job {
    job: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Run {
    job: String,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Ticks {
    job: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Api {
    operation: &'static str,
    status: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Operation {
    pub(super) operation: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Delivery {
    channel: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Build {
    pub(super) version: &'static str,
}

impl Job {
    pub(super) fn of(job: &str) -> Self {
        let job = job.to_owned();
        Self { job }
    }
}

impl Run {
    pub(super) fn of(job: &str, state: State) -> Self {
        let job = job.to_owned();
        Self {
            job,
            state: state.as_str(),
        }
    }
}

impl Ticks {
    pub(super) fn of(job: &str, outcome: Tick) -> Self {
        let job = job.to_owned();
        Self {
            job,
            outcome: outcome.as_str(),
        }
    }
}

impl Api {
    pub(super) fn of(operation: &'static str, status: &str) -> Self {
        let status = status.to_owned();
        Self { operation, status }
    }
}

impl Delivery {
    pub(super) fn of(channel: &str, outcome: Outcome) -> Self {
        let channel = channel.to_owned();
        Self {
            channel,
            outcome: outcome.as_str(),
        }
    }
}
