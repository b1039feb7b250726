//! What the scheduler tells about itself.

mod reason;
mod words;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::next::Fire;
use super::overtime::Overtime;
use crate::error::Complaint;
use crate::journal::{TickState, Waits};

pub use reason::Reason;
pub(super) use words::span;

/// Something that happened in the scheduler; it prints as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The next time a job is due: after it was loaded, changed or started.
    Next {
        /// The job.
        job: Arc<str>,
        /// When it is due.
        instant: DateTime<Utc>,
        /// The same in the zone of its schedule, for people.
        fire: Fire,
    },
    /// A job is due no more, unless its schedule is changed.
    Idle {
        /// The job.
        job: Arc<str>,
    },
    /// A run was started.
    Started {
        /// The job.
        job: Arc<str>,
        /// The run.
        number: u64,
        /// When it was due.
        instant: DateTime<Utc>,
        /// Which attempt it is, from 1.
        attempt: u32,
    },
    /// A run that an earlier service left unfinished was taken up again.
    Resumed {
        /// The job.
        job: Arc<str>,
        /// The run, in this service.
        number: u64,
        /// Its id.
        run: String,
    },
    /// An unfinished run is left alone: its job is gone, or disabled.
    Left {
        /// The job.
        job: Arc<str>,
        /// The run's id.
        run: String,
    },
    /// An unfinished run waits for the maintenance window of its job, and keeps its place.
    Shut {
        /// The job.
        job: Arc<str>,
        /// The run's id.
        run: String,
        /// When the window opens.
        opens: Option<DateTime<Utc>>,
    },
    /// A run ended.
    Finished {
        /// The job.
        job: Arc<str>,
        /// The run.
        number: u64,
        /// Its id, where it is kept.
        run: Option<String>,
        /// Its exit code.
        exit: u8,
        /// What it says about itself.
        message: Option<String>,
        /// How long it took.
        took: TimeDelta,
    },
    /// A run broke off, because the journal could not be written; it goes on when it can be.
    BrokeOff {
        /// The job.
        job: Arc<str>,
        /// The run.
        number: u64,
        /// What was wrong.
        message: Option<String>,
    },
    /// It is decided what became of an instant whose run ended.
    Settled {
        /// The job.
        job: Arc<str>,
        /// When it was due.
        instant: DateTime<Utc>,
        /// What became of it.
        state: TickState,
        /// Its run, where it is kept.
        run: Option<String>,
        /// How many runs of the job had failed one after another before.
        failures: u32,
    },
    /// A run waits for its turn.
    Queued {
        /// The job.
        job: Arc<str>,
        /// When it was due.
        instant: DateTime<Utc>,
        /// What for.
        waits: Waits,
    },
    /// A run failed and is tried again.
    Retrying {
        /// The job.
        job: Arc<str>,
        /// The id of the run that failed, where it is kept.
        run: Option<String>,
        /// The attempt that failed, from 1.
        attempt: u32,
        /// When the next one starts.
        at: DateTime<Utc>,
    },
    /// A run that failed is not tried again, though it has attempts left.
    GivenUp {
        /// The job.
        job: Arc<str>,
        /// The attempt that failed, from 1.
        attempt: u32,
        /// Why there is no other.
        reason: Reason,
    },
    /// A job was paused, because too many of its runs failed.
    Paused {
        /// The job.
        job: Arc<str>,
        /// How many, one after another.
        failures: u32,
    },
    /// A run takes longer than it should, and goes on.
    Long {
        /// The job.
        job: Arc<str>,
        /// The run.
        number: u64,
        /// Its id, where it is kept.
        run: Option<String>,
    },
    /// The store cannot be reached; what is due waits for it.
    StoreFailed {
        /// What is wrong with it.
        message: String,
    },
    /// The store can be reached again.
    StoreBack,
    /// A run was left out.
    Skipped {
        /// The job.
        job: Arc<str>,
        /// When it was due.
        instant: DateTime<Utc>,
        /// Why.
        reason: Reason,
    },
    /// A running run is cancelled, because a later one replaces it.
    Replaced {
        /// The job.
        job: Arc<str>,
        /// The run that is cancelled.
        number: u64,
        /// Its id, where it is kept.
        run: Option<String>,
    },
    /// Instants passed while the machine slept or its clock was set.
    Missed {
        /// The job.
        job: Arc<str>,
        /// The first instant missed.
        first: DateTime<Utc>,
        /// The last instant missed.
        last: DateTime<Utc>,
        /// How many there were.
        count: u64,
    },
    /// A run took longer than its timeout and is cancelled.
    TimedOut {
        /// The job.
        job: Arc<str>,
        /// The run.
        number: u64,
        /// Its id, where it is kept.
        run: Option<String>,
        /// What it went beyond.
        overtime: Overtime,
    },
    /// A run did not end after it was cancelled, and is no longer waited for.
    Abandoned {
        /// The job.
        job: Arc<str>,
        /// The run.
        number: u64,
        /// Its id, where it is kept.
        run: Option<String>,
    },
    /// The jobs file was read again.
    Reloaded {
        /// Jobs that are new.
        added: Vec<String>,
        /// Jobs that differ.
        changed: Vec<String>,
        /// Jobs that are gone.
        removed: Vec<String>,
    },
    /// The jobs file was changed but cannot be used; the old jobs stay.
    ReloadFailed {
        /// What is wrong with it.
        complaints: Vec<Complaint>,
    },
    /// No run is started any more; so many are waited for.
    Draining {
        /// Runs on their way.
        running: usize,
    },
}

/// Hears of everything that happens in the scheduler.
pub trait Events: Send + Sync {
    /// Takes note of an event; it must not block for long.
    fn happened(&self, event: &Event);
}

#[cfg(test)]
mod tests;
