//! What the scheduler tells about itself.

use std::fmt;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::error::Complaint;

/// Why a run was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// An earlier run has not ended.
    StillRunning,
    /// An earlier run has not ended, and another one waits for it.
    AlreadyQueued,
    /// A later run took its place while it waited.
    Superseded,
    /// The job was taken out of the jobs file, or disabled, while it waited.
    Removed,
    /// The service stops.
    Stopping,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StillRunning => "the previous run has not ended",
            Self::AlreadyQueued => "a run is waiting already",
            Self::Superseded => "a later run took its place",
            Self::Removed => "the job was removed or disabled",
            Self::Stopping => "the service is stopping",
        })
    }
}

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
        /// Its exit code.
        exit: u8,
        /// What it says about itself.
        message: Option<String>,
        /// How long it took.
        took: TimeDelta,
    },
    /// A run waits for the running one of the same job.
    Queued {
        /// The job.
        job: String,
        /// When it was due.
        instant: DateTime<Utc>,
    },
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
        /// The timeout.
        timeout: std::time::Duration,
    },
    /// A run did not end after it was cancelled, and is no longer waited for.
    Abandoned {
        /// The job.
        job: String,
        /// The run.
        number: u64,
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
            } => finished(f, (job, *number), *exit, message.as_deref(), *took),
            Self::Queued { job, instant } => {
                write!(f, "{job}: due {}, waits for the running one", utc(*instant))
            }
            Self::Skipped {
                job,
                instant,
                reason,
            } => {
                write!(f, "{job}: due {}, skipped: {reason}", utc(*instant))
            }
            Self::Replaced { job, number } => {
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
            } => {
                let timeout = span(*timeout);
                write!(
                    f,
                    "{job}: run {number} is cancelled, it took longer than {timeout}"
                )
            }
            Self::Abandoned { job, number } => {
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
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn an_event_is_one_line() {
        let event = Event::Finished {
            job: "nightly".into(),
            number: 7,
            exit: 1,
            message: Some("cloud\n  is gone".into()),
            took: TimeDelta::milliseconds(61_250),
        };
        assert_eq!(
            event.to_string(),
            "nightly: run 7 failed with exit code 1 after 1m 1s: cloud is gone"
        );
    }

    #[test]
    fn a_skip_says_why() {
        let event = Event::Skipped {
            job: "nightly".into(),
            instant: at("2026-01-01T02:00:00Z"),
            reason: Reason::StillRunning,
        };
        assert_eq!(
            event.to_string(),
            "nightly: due 2026-01-01T02:00:00Z, skipped: the previous run has not ended"
        );
    }

    #[test]
    fn a_broken_file_names_its_first_problem_and_counts_the_rest() {
        let complaint = Complaint::usage("the job has no `cron`");
        let event = Event::ReloadFailed {
            complaints: vec![complaint.clone(), complaint],
        };
        assert_eq!(
            event.to_string(),
            "jobs file has problems, the old jobs stay: the job has no `cron` and 1 more"
        );
    }
}
