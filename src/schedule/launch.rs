//! What the scheduler asks of whoever runs scripts.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::job::Job;

/// A run that is due.
#[derive(Clone, Debug)]
pub struct Due {
    /// The job.
    pub job: Arc<Job>,
    /// The instant it was due at, which may lie a little in the past.
    pub instant: DateTime<Utc>,
    /// The number of the run, from 1, unique in this service.
    pub number: u64,
    /// Its tick among those of all services.
    pub tick: i64,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// The arguments that it was asked for with, in place of the job's own.
    pub args: Option<Map<String, Value>>,
    /// The unfinished run that is taken up again, where it is one.
    pub resume: Option<String>,
    /// Its id, where it is kept: whoever launches it writes it here as soon as it has begun.
    pub id: Arc<OnceLock<String>>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Its exit code.
    pub exit: u8,
    /// What there is to say about it.
    pub message: Option<String>,
    /// Its id, where it is kept.
    pub run: Option<String>,
    /// Whether nothing it did would be done twice by doing all of it again.
    pub is_repeatable: bool,
    /// Whether it has not ended, but broke off because the journal could not be written: it goes on
    /// from there.
    pub is_broken_off: bool,
}

/// Runs scripts for the scheduler.
pub trait Launch: Send + Sync {
    /// Starts a run, which ends soon after `cancel` is cancelled.
    ///
    /// The work belongs into the future, and blocking work onto a thread of its own: the scheduler
    /// waits for neither.
    fn launch(&self, due: &Due, cancel: CancellationToken) -> BoxFuture<'static, Finished>;
}
