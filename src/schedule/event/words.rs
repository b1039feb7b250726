//! Events in words, a line each.

use std::fmt;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::Event;
use crate::error::Complaint;
use crate::journal::Waits;

fn utc(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A time in words, in whole seconds where it has any.
pub fn span(span: std::time::Duration) -> String {
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
            Self::Shut { job, run, opens } => {
                write!(
                    f,
                    "{job}: run {run} was left unfinished and keeps its place until its maintenance window opens"
                )?;
                if let Some(opens) = opens {
                    write!(f, " at {}", utc(*opens))?;
                }
                write!(f, ": mw runs resume {run} takes it up before")
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
            Self::Next { job, instant, fire } => {
                let local = fire.local();
                write!(f, "{job}: next at {local} ({})", utc(*instant))
            }
            Self::Idle { job } => write!(f, "{job}: is due no more"),
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
                ..
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
            | Self::Shut { .. }
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
                overtime,
                ..
            } => {
                write!(f, "{job}: run {number} is cancelled, {overtime}")
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
