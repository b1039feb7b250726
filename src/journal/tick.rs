//! The instants that jobs were due at, as the journal keeps them, and how each job stands.

use std::sync::Arc;

use serde_json::{Map, Value};

/// Why a job is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Its schedule says so.
    #[default]
    Schedule,
    /// Somebody asked for a run now.
    Trigger,
    /// Somebody asked for what was left out.
    Backfill,
    /// Its schedule said so while nobody was there, and it is caught up with after others.
    CatchUp,
}

impl Origin {
    const ALL: [Self; 4] = [Self::Schedule, Self::Trigger, Self::Backfill, Self::CatchUp];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Trigger => "trigger",
            Self::Backfill => "backfill",
            Self::CatchUp => "catch-up",
        }
    }

    /// Whether somebody asked for it, whatever the schedule says.
    #[must_use]
    pub const fn is_asked_for(self) -> bool {
        matches!(self, Self::Trigger | Self::Backfill)
    }

    /// Whether it is one of several of the past, which run one after another.
    #[must_use]
    pub const fn is_of_the_past(self) -> bool {
        matches!(self, Self::Backfill | Self::CatchUp)
    }

    pub(super) fn named(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == name);
        found.unwrap_or_default()
    }
}

/// What became of an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum State {
    /// It was asked for, and nobody has decided about it.
    #[default]
    Due,
    /// It waits for its turn.
    Queued,
    /// Its run is on its way, or about to be.
    Running,
    /// Its run failed and is tried again later.
    Retrying,
    /// Its run did what it was to do.
    Succeeded,
    /// Its run failed.
    Failed,
    /// Its run is paused: a call is in doubt, and a person must decide.
    InDoubt,
    /// Its run took too long and was cancelled.
    TimedOut,
    /// Its run did not end after it was cancelled, and was given up.
    Abandoned,
    /// Its run was cancelled.
    Cancelled,
    /// Its run was cancelled because a later one took its place.
    Replaced,
    /// No run was started, by a policy of the job.
    Skipped,
    /// No run was started, because nobody was there in time.
    Missed,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Due,
        Self::Queued,
        Self::Running,
        Self::Retrying,
        Self::Succeeded,
        Self::Failed,
        Self::InDoubt,
        Self::TimedOut,
        Self::Abandoned,
        Self::Cancelled,
        Self::Replaced,
        Self::Skipped,
        Self::Missed,
    ];

    /// The state's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Retrying => "retrying",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::InDoubt => "in-doubt",
            Self::TimedOut => "timed-out",
            Self::Abandoned => "abandoned",
            Self::Cancelled => "cancelled",
            Self::Replaced => "replaced",
            Self::Skipped => "skipped",
            Self::Missed => "missed",
        }
    }

    /// The state of this name; one that a newer release wrote is over as far as we know.
    pub(super) fn named(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == name);
        found.unwrap_or(Self::Cancelled)
    }

    /// Whether something is still to happen.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Due | Self::Queued | Self::Running | Self::Retrying
        )
    }

    /// Whether it occupies its job: a run is on its way or will be tried again.
    #[must_use]
    pub const fn is_at_work(self) -> bool {
        matches!(self, Self::Running | Self::Retrying)
    }

    /// Whether the job did not do what it was to do.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        matches!(
            self,
            Self::Failed | Self::InDoubt | Self::TimedOut | Self::Abandoned
        )
    }
}

/// What a tick that is queued waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waits {
    /// The running one of its job.
    Job,
    /// A place in its job's concurrency group.
    Group,
    /// A place among all runs of the service.
    Limit,
}

impl Waits {
    /// Its name.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Group => "group",
            Self::Limit => "limit",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Job, Self::Group, Self::Limit]
            .into_iter()
            .find(|it| it.as_str() == name)
    }
}

/// An instant at which a job was due, and what became of it. Times are microseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tick {
    /// Its number in the store; 0 as long as it is not in there.
    pub number: i64,
    /// The job.
    pub job: Arc<str>,
    /// When it was due.
    pub instant: i64,
    /// Why.
    pub origin: Origin,
    /// What became of it.
    pub state: State,
    /// Why it was left out, where it was.
    pub reason: Option<String>,
    /// What it waits for, where it does.
    pub waits: Option<Waits>,
    /// When its next attempt is to start, where it is tried again.
    pub again: Option<i64>,
    /// Which attempt is the present or last one, from 1; 0 before the first.
    pub attempt: u32,
    /// The run of that attempt, once it has begun.
    pub run: Option<String>,
    /// The service that has it; 0 for nobody.
    pub service: i64,
    /// The concurrency group that it was counted in.
    pub group: Option<String>,
    /// The arguments that it was asked for with, in place of the job's own.
    pub args: Option<Map<String, Value>>,
    /// When its first attempt started.
    pub started: Option<i64>,
    /// When it was over.
    pub finished: Option<i64>,
    /// How its last attempt ended.
    pub exit: Option<u8>,
    /// What there is to say about it.
    pub message: Option<String>,
    /// The last of several instants that were missed together.
    pub last: Option<i64>,
    /// How many instants it stands for.
    pub count: u64,
}

/// A job that was paused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Since when.
    pub since: i64,
    /// Why.
    pub note: String,
}

/// How a job stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// The job.
    pub job: Arc<str>,
    /// What its schedule was when it was last decided about.
    pub schedule: Arc<str>,
    /// Up to when all its instants are decided.
    pub decided: i64,
    /// How many of its runs have failed one after another.
    pub failures: u32,
    /// How many have succeeded one after another.
    pub successes: u32,
    /// Whether it is paused.
    pub pause: Option<Pause>,
}

/// Something to tell somebody, until it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its number in the store.
    pub number: i64,
    /// The channel it goes by.
    pub channel: String,
    /// What it says.
    pub body: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub due: i64,
}
