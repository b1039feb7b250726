//! A run as the journal keeps it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::owner::Owner;
use crate::money::Money;

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It is due and waits for its turn.
    Queued,
    /// It is at work.
    Running,
    /// All it does is wait.
    Waiting,
    /// A call of it is in doubt, and a person must decide.
    Paused,
    /// It did what it was to do.
    Succeeded,
    /// It failed.
    Failed,
    /// It was cancelled.
    Cancelled,
    /// Its process ended before it did.
    Interrupted,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Running,
        Self::Waiting,
        Self::Paused,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
        Self::Interrupted,
    ];

    /// The state's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Paused => "paused-in-doubt",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// What kind of work a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A script, run once.
    Script,
    /// A job that was due.
    Job,
    /// A line of script.
    Line,
    /// A session at the prompt, for the audit only.
    Session,
    /// A call from the command line, for the audit only.
    Call,
    /// A service that runs jobs: no work itself, but what has it is told apart by it.
    Service,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Script,
        Self::Job,
        Self::Line,
        Self::Session,
        Self::Call,
        Self::Service,
    ];

    /// The kind's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Script => "script",
            Self::Job => "job",
            Self::Line => "eval",
            Self::Session => "repl",
            Self::Call => "call",
            Self::Service => "serve",
        }
    }

    pub(super) fn named(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == name);
        found.unwrap_or(Self::Script)
    }

    /// Whether it can be taken up where it broke off. What a person typed cannot: it is typed again.
    #[must_use]
    pub const fn is_resumable(self) -> bool {
        matches!(self, Self::Script | Self::Job)
    }
}

/// What a run is from its beginning, and stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// What kind of work.
    pub kind: Kind,
    /// The script as the user named it.
    pub script: String,
    /// The folder that its imports are relative to.
    pub folder: String,
    /// The job, where it is one.
    pub job: Option<String>,
    /// The profile.
    pub profile: String,
    /// The API's address.
    pub url: String,
    /// The script's arguments.
    pub args: Map<String, Value>,
    /// What was allowed and denied when it began.
    pub grants: Grants,
}

/// What was allowed and denied when a run began, in the words of the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants {
    /// What was allowed.
    pub allow: Vec<String>,
    /// What was denied.
    pub deny: Vec<String>,
    /// What it may buy, in costs of 30 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend_limit: Option<Money>,
}

/// A run, as it stands.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its number in the store.
    pub(crate) number: i64,
    /// Its id, for people.
    pub id: String,
    /// What it is.
    pub start: Start,
    /// The release that began it.
    pub version: String,
    /// How it stands, as far as the store says.
    pub state: State,
    /// When it began, in microseconds since 1970.
    pub started: i64,
    /// When it was over.
    pub finished: Option<i64>,
    /// Its exit code.
    pub exit: Option<u8>,
    /// What there is to say about its end.
    pub message: Option<String>,
    /// How often it changed hands.
    pub epoch: i64,
    /// Who has it.
    pub owner: Owner,
    /// Until when, unless it is renewed, in microseconds since 1970.
    pub lease: i64,
    /// Why it is to be cancelled, if it is.
    pub cancel: Option<String>,
    /// The effects a person has consented to for all of it.
    pub consents: Vec<String>,
    /// Whether all it does is wait, as far as the store says.
    pub waits: bool,
}

impl Run {
    /// How it stands now: what its owner left unfinished is interrupted.
    #[must_use]
    pub fn seen(&self, now: i64) -> State {
        match self.state {
            State::Running | State::Waiting | State::Queued
                if self.owner.is_gone() || self.lease < now =>
            {
                State::Interrupted
            }
            State::Running if self.waits => State::Waiting,
            state => state,
        }
    }
}
