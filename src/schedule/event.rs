//! What the scheduler tells about itself.

mod reason;

use std::fmt;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::error::Complaint;
use crate::journal::{TickState, Waits};

pub use reason::Reason;

/// Something that happened in the scheduler; it prints as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The next time a job is due: after it was loaded, changed or started.
    Next {
        /// The job.
        job: String,
        /// When it is due.
        instant: DateTime<Utc>,
        /// The same in the zone of its schedule, for people.
        local: String,
    },
    /// A run was started.
    Started {
        /// The job.
        job: String,
        /// The run.
        number: u64,
        /// When it was due.
        instant: DateTime<Utc>,
    },
    /// A run that an earlier service left unfinished was taken up again.
    Resumed {
        /// The job.
        job: String,
        /// The run, in this service.
        number: u64,
        /// Its id.
        run: String,
    },
    /// An unfinished run is left alone: its job is gone, or disabled.
    Left {
        /// The job.
        job: String,
        /// The run's id.
        run: String,
    },
    /// A run ended.
    Finished {
        /// The job.
        job: String,
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
        job: String,
        /// The run.
        number: u64,
        /// What was wrong.
        message: Option<String>,
    },
    /// It is decided what became of an instant whose run ended.
    Settled {
        /// The job.
        job: String,
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
        job: String,
        /// When it was due.
        instant: DateTime<Utc>,
        /// What for.
        waits: Waits,
    },
    /// A run failed and is tried again.
    Retrying {
        /// The job.
        job: String,
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
        job: String,
        /// The attempt that failed, from 1.
        attempt: u32,
        /// Why there is no other.
        reason: Reason,
    },
    /// A job was paused, because too many of its runs failed.
    Paused {
        /// The job.
        job: String,
        /// How many, one after another.
        failures: u32,
    },
    /// A run takes longer than it should, and goes on.
    Long {
        /// The job.
        job: String,
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
        job: String,
        /// When it was due.
        instant: DateTime<Utc>,
        /// Why.
        reason: Reason,
    },
    /// A running run is cancelled, because a later one replaces it.
    Replaced {
        /// The job.
        job: String,
        /// The run that is cancelled.
        number: u64,
        /// Its id, where it is kept.
        run: Option<String>,
    },
    /// Instants passed while the machine slept or its clock was set.
    Missed {
        /// The job.
        job: String,
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
        job: String,
        /// The run.
        number: u64,
        /// Its id, where it is kept.
        run: Option<String>,
        /// The timeout.
        timeout: std::time::Duration,
    },
    /// A run did not end after it was cancelled, and is no longer waited for.
    Abandoned {
        /// The job.
        job: String,
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

fn utc(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn span(span: std::time::Duration) -> String {
    let whole = if span.as_secs() > 0 {
        std::time::Duration::from_secs(span.as_secs())
    } else {
        std::time::Duration::from_millis(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
    };
    humantime::format_duration(whole).to_string()
}

/// A message on one line, however many it has.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn finished(
    f: &mut fmt::Formatter<'_>,
    (job, number): (&str, u64),
    exit: u8,
    message: Option<&str>,
    took: TimeDelta,
) -> fmt::Result {
    let took = span(took.to_std().unwrap_or_default());
    let outcome = if exit == 0 {
        "succeeded".to_owned()
    } else {
        format!("failed with exit code {exit}")
    };
    write!(f, "{job}: run {number} {outcome} after {took}")?;
    said(f, message)
}

fn said(f: &mut fmt::Formatter<'_>, message: Option<&str>) -> fmt::Result {
    match message {
        Some(message) => write!(f, ": {}", flat(message)),
        None => Ok(()),
    }
}

fn reloaded(
    f: &mut fmt::Formatter<'_>,
    added: &[String],
    changed: &[String],
    removed: &[String],
) -> fmt::Result {
    f.write_str("jobs file read again")?;
    for (what, names) in [("new", added), ("changed", changed), ("gone", removed)] {
        if !names.is_empty() {
            write!(f, "; {what}: {}", names.join(", "))?;
        }
    }
    Ok(())
}

fn reload_failed(f: &mut fmt::Formatter<'_>, complaints: &[Complaint]) -> fmt::Result {
    f.write_str("jobs file has problems, the old jobs stay")?;
    let Some((first, rest)) = complaints.split_first() else {
        return Ok(());
    };
    write!(f, ": {}", flat(&first.message))?;
    if let Some(place) = &first.place {
        write!(f, " ({}:{}:{})", place.file, place.line, place.column)?;
    }
    if rest.is_empty() {
        return Ok(());
    }
    write!(f, " and {} more", rest.len())
}

impl Event {
    /// What the policies of a job have led to, and what hinders them.
    fn policy(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Queued {
                job,
                instant,
                waits,
            } => {
                let what = match waits {
                    Waits::Job => "the running one",
                    Waits::Group => "a place in its group",
                    Waits::Limit => "a place in this service",
                };
                write!(f, "{job}: due {}, waits for {what}", utc(*instant))
            }
            Self::BrokeOff {
                job,
                number,
                message,
            } => {
                write!(
                    f,
                    "{job}: run {number} broke off and will be taken up again"
                )?;
                said(f, message.as_deref())
            }
            Self::Settled {
                job,
                instant,
                state,
                ..
            } => write!(f, "{job}: due {}, {}", utc(*instant), state.as_str()),
            Self::Retrying {
                job, attempt, at, ..
            } => {
                let at = utc(*at);
                write!(
                    f,
                    "{job}: attempt {attempt} failed, the next one starts at {at}"
                )
            }
            Self::GivenUp {
                job,
                attempt,
                reason,
            } => write!(
                f,
                "{job}: attempt {attempt} failed, there is no other: {reason}"
            ),
            Self::Long { job, number, .. } => {
                write!(
                    f,
                    "{job}: run {number} takes longer than it should, and goes on"
                )
            }
            Self::Paused { job, failures: 1 } => write!(
                f,
                "{job}: paused, its run failed: mw jobs resume {job} lets it go on"
            ),
            Self::Paused { job, failures } => write!(
                f,
                "{job}: paused, its last {failures} runs failed: mw jobs resume {job} lets it go on"
            ),
            Self::StoreFailed { message } => {
                write!(f, "what is due waits for the journal: {}", flat(message))
            }
            Self::StoreBack => f.write_str("the journal can be written again"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Next {
                job,
                instant,
                local,
            } => {
                write!(f, "{job}: next at {local} ({})", utc(*instant))
            }
            Self::Resumed { job, number, run } => {
                write!(
                    f,
                    "{job}#{number} takes up run {run}, which was left unfinished"
                )
            }
            Self::Left { job, run } => write!(
                f,
                "run {run} was left unfinished, and its job {job} is gone or disabled: mw runs resume {run} takes it up"
            ),
            Self::Started {
                job,
                number,
                instant,
            } => {
                write!(f, "{job}: run {number} started, due {}", utc(*instant))
            }
            Self::Finished {
                job,
                number,
                exit,
                message,
                took,
                ..
            } => finished(f, (job, *number), *exit, message.as_deref(), *took),
            Self::BrokeOff { .. }
            | Self::Queued { .. }
            | Self::Settled { .. }
            | Self::Retrying { .. }
            | Self::GivenUp { .. }
            | Self::Paused { .. }
            | Self::Long { .. }
            | Self::StoreFailed { .. }
            | Self::StoreBack => self.policy(f),
            Self::Skipped {
                job,
                instant,
                reason,
            } => {
                write!(f, "{job}: due {}, skipped: {reason}", utc(*instant))
            }
            Self::Replaced { job, number, .. } => {
                write!(
                    f,
                    "{job}: run {number} is cancelled, a later one replaces it"
                )
            }
            Self::Missed {
                job,
                first,
                count: 1,
                ..
            } => {
                write!(f, "{job}: missed {}", utc(*first))
            }
            Self::Missed {
                job,
                first,
                last,
                count,
            } => {
                let (first, last) = (utc(*first), utc(*last));
                write!(f, "{job}: missed {count} times from {first} to {last}")
            }
            Self::TimedOut {
                job,
                number,
                timeout,
                ..
            } => {
                let timeout = span(*timeout);
                write!(
                    f,
                    "{job}: run {number} is cancelled, it took longer than {timeout}"
                )
            }
            Self::Abandoned { job, number, .. } => {
                write!(f, "{job}: run {number} does not end and is abandoned")
            }
            Self::Reloaded {
                added,
                changed,
                removed,
            } => reloaded(f, added, changed, removed),
            Self::ReloadFailed { complaints } => reload_failed(f, complaints),
            Self::Draining { running: 0 } => f.write_str("stopping, nothing runs"),
            Self::Draining { running: 1 } => f.write_str("stopping, 1 run is waited for"),
            Self::Draining { running } => write!(f, "stopping, {running} runs are waited for"),
        }
    }
}

#[cfg(test)]
mod tests;
