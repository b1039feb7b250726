//! Why a call failed, in words.

mod hint;
mod kept;

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::problem::Problem;
use crate::api;
use crate::error::exit;
use crate::operation::{Arguments, Operation, Refusal, Repeat};

/// A call that failed.
#[derive(Clone, Debug, Error)]
#[error("{}", self.sentence())]
pub struct CallError {
    /// The operation's name.
    pub operation: &'static str,
    /// What it was to act upon; empty where that says nothing.
    pub target: String,
    /// How often it was sent.
    pub attempts: u32,
    cause: Cause,
    hint: Option<String>,
    doubt: Option<String>,
}

/// What went wrong.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Cause {
    /// The API answered no.
    Refused {
        /// Its status.
        status: u16,
        /// What it said.
        problem: Problem,
        /// What mw has to add.
        note: Option<String>,
    },
    /// The API could not be reached, or did not answer.
    Unreachable(String),
    /// The API was reached, and gave no access token to call it with.
    NoToken(String),
    /// The deadline passed, or a wait would have passed it.
    TimedOut(String),
    /// The caller gave up.
    Cancelled,
    /// Nobody knows whether it was carried out.
    InDoubt(String),
    /// The API's answer makes no sense.
    BadAnswer(String),
    /// An argument was refused before anything was sent.
    Argument(String),
    /// The run may not do this.
    NotPermitted(String),
    /// There are no credentials, or they cannot be used.
    NoCredentials(String),
    /// The client could not be set up.
    Setup(String),
}

/// What is done before any operation is known.
const SETTING_UP: &str = "connect";

impl CallError {
    pub(super) fn new(
        operation: &'static Operation,
        arguments: &Arguments,
        attempts: u32,
        cause: Cause,
    ) -> Self {
        let hint = hint::of(operation, &cause);
        Self {
            operation: operation.name,
            target: target(operation, arguments),
            attempts,
            cause,
            hint,
            doubt: None,
        }
    }

    /// An argument that was refused before anything was sent.
    #[must_use]
    pub fn argument(
        operation: &'static Operation,
        arguments: &Arguments,
        refusal: Refusal,
    ) -> Self {
        let mut error = Self::new(operation, arguments, 0, Cause::Argument(refusal.message));
        error.hint = refusal.hint;
        error
    }

    /// A call that the run may not make.
    #[must_use]
    pub fn not_permitted(
        operation: &'static Operation,
        arguments: &Arguments,
        why: String,
        hint: String,
    ) -> Self {
        let mut error = Self::new(operation, arguments, 0, Cause::NotPermitted(why));
        error.hint = Some(hint);
        error
    }

    /// An answer that could not be read.
    #[must_use]
    pub fn bad_answer(operation: &'static Operation, arguments: &Arguments, what: &str) -> Self {
        let error = Self::new(operation, arguments, 1, Cause::BadAnswer(what.to_owned()));
        if operation.repeat(arguments) == Repeat::Safe {
            return error;
        }
        // It was carried out, so whoever tries again must not be led to do it twice.
        let doubt = format!(
            "`{}` was sent and may have been carried out; the API's answer cannot be read",
            phrase(operation.name, &error.target)
        );
        error.with_doubt(Some(doubt))
    }

    /// A client that could not be set up, before any operation was known.
    #[must_use]
    pub fn setup(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            operation: SETTING_UP,
            target: String::new(),
            attempts: 0,
            cause: Cause::Setup(message.into()),
            hint: Some(hint.into()),
            doubt: None,
        }
    }

    /// Credentials that could not be had, before any operation was known.
    #[must_use]
    pub fn credentials(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            cause: Cause::NoCredentials(message.into()),
            ..Self::setup("", hint)
        }
    }

    /// A caller who gave up before any operation was known.
    #[must_use]
    pub fn cancelled() -> Self {
        Self {
            cause: Cause::Cancelled,
            ..Self::setup("", "")
        }
    }

    /// The same, with the time until which the API asked to wait as what to do next, where it was
    /// refused for the moment.
    pub(super) fn asked_to_wait(mut self, until: DateTime<Utc>) -> Self {
        self.hint = hint::until(&self.cause, until).or(self.hint);
        self
    }

    /// The same, with what may have happened unseen, which is to be looked for whatever else went wrong.
    pub(super) fn with_doubt(mut self, doubt: Option<String>) -> Self {
        if doubt.is_some() {
            self.hint = Some(hint::unseen(self.operation));
        }
        self.doubt = doubt;
        self
    }

    /// The API's status, where it answered.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self.cause {
            Cause::Refused { status, .. } => Some(status),
            _ => None,
        }
    }

    /// Whether the API itself says that what was asked for is not there.
    #[must_use]
    pub const fn is_not_there(&self) -> bool {
        matches!(&self.cause, Cause::Refused { status: 404, problem, .. } if !problem.is_foreign)
    }

    /// The API's own name for the problem, where it gave one.
    #[must_use]
    pub fn server_name(&self) -> Option<&str> {
        match &self.cause {
            Cause::Refused { problem, .. } => problem.name.as_deref(),
            _ => None,
        }
    }

    /// The kind of error, for scripts to compare.
    #[must_use]
    pub const fn kind_name(&self) -> &'static str {
        match &self.cause {
            Cause::Refused { status, .. } => match *status {
                401 => "unauthorized",
                404 => "not_found",
                429 | 500 | 502..=504 | 506..=599 => "unavailable",
                _ => "refused",
            },
            Cause::Unreachable(_) => "unreachable",
            // It is out of order, as far as it gives no tokens.
            Cause::NoToken(_) => "unavailable",
            Cause::TimedOut(_) => "timed_out",
            Cause::Cancelled => "cancelled",
            Cause::InDoubt(_) => "in_doubt",
            Cause::BadAnswer(_) => "bad_answer",
            Cause::Argument(_) => "argument",
            Cause::NotPermitted(_) => "not_permitted",
            Cause::NoCredentials(_) => "no_credentials",
            Cause::Setup(_) => "setup",
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The exit code of a run that ends with this error.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match &self.cause {
            Cause::Cancelled => exit::INTERRUPTED,
            Cause::InDoubt(_) => exit::IN_DOUBT,
            // What may have happened matters more than that time ran out.
            _ if self.doubt.is_some() => exit::IN_DOUBT,
            Cause::Refused { status: 401, .. } | Cause::NoCredentials(_) => exit::CREDENTIALS,
            Cause::NotPermitted(_) => exit::NOT_PERMITTED,
            Cause::TimedOut(_) => exit::TIMED_OUT,
            Cause::Setup(_) => exit::USAGE,
            Cause::Refused { .. }
            | Cause::Unreachable(_)
            | Cause::NoToken(_)
            | Cause::BadAnswer(_)
            | Cause::Argument(_) => exit::FAILED,
        }
    }

    /// Whether the caller gave up.
    #[must_use]
    pub const fn is_cancelled(&self) -> bool {
        matches!(self.cause, Cause::Cancelled)
    }

    /// The sentence that says what may have happened unseen, where something may have.
    #[must_use]
    pub fn left_in_doubt(&self) -> Option<String> {
        self.doubt.clone()
    }

    /// What went wrong and what may have happened unseen.
    #[must_use]
    pub fn told(&self) -> String {
        match &self.doubt {
            // These say it by themselves.
            Some(doubt) if !matches!(self.cause, Cause::Cancelled | Cause::InDoubt(_)) => {
                format!("{self}: {doubt}")
            }
            _ => self.to_string(),
        }
    }

    /// What went wrong, without what was to be done.
    #[must_use]
    pub fn detail(&self) -> String {
        match &self.cause {
            Cause::InDoubt(why)
            | Cause::Unreachable(why)
            | Cause::NoToken(why)
            | Cause::TimedOut(why)
            | Cause::BadAnswer(why) => why.clone(),
            _ => self.sentence(),
        }
    }

    fn sentence(&self) -> String {
        let what = phrase(self.operation, &self.target);
        match &self.cause {
            Cause::Refused {
                status,
                problem,
                note,
            } => {
                let mut sentence = format!("could not {what}: {}", status_words(*status));
                if let Some(name) = &problem.name {
                    sentence.push_str(" (");
                    sentence.push_str(name);
                    sentence.push(')');
                }
                if let Some(message) = &problem.message {
                    sentence.push_str(": ");
                    sentence.push_str(message);
                }
                if let Some(note) = note {
                    // The server's words may end in a full stop, which this sentence does not.
                    sentence.truncate(sentence.trim_end_matches('.').len());
                    sentence.push_str("; ");
                    sentence.push_str(note);
                }
                sentence
            }
            Cause::NoCredentials(why) if self.operation == SETTING_UP => why.clone(),
            Cause::Unreachable(why)
            | Cause::NoToken(why)
            | Cause::TimedOut(why)
            | Cause::NotPermitted(why)
            | Cause::NoCredentials(why) => format!("could not {what}: {why}"),
            Cause::Cancelled => match &self.doubt {
                Some(doubt) => format!("cancelled: {doubt}"),
                None => format!("could not {what}: cancelled"),
            },
            Cause::InDoubt(why) => {
                format!("could not learn whether `{what}` was carried out: {why}")
            }
            Cause::BadAnswer(why) => {
                format!("could not {what}: the answer makes no sense: {why}")
            }
            Cause::Argument(message) | Cause::Setup(message) => message.clone(),
        }
    }
}

/// What a call was to do, after "could not": `delete cloud 0Absd1`.
pub(super) fn phrase(operation: &'static str, target: &str) -> String {
    let declared = api::operation(operation);
    let is_read =
        declared.is_some_and(|declared| declared.repeat(&Arguments::new()) == Repeat::Safe);
    let mut words = operation.replace('_', " ");
    if is_read {
        words.insert_str(0, "read ");
    } else if operation.ends_with("console") {
        words.insert_str(0, "open ");
    }
    if target.is_empty() {
        return words;
    }
    if target.starts_with('"') {
        return format!("{words} {target}");
    }
    // "delete cloud" and "cloud 0Absd1" share a word.
    let (last, first) = (words.rsplit(' ').next(), target.split(' ').next());
    if last == first {
        let rest = target.split_once(' ').map_or("", |(_, rest)| rest);
        return format!("{words} {rest}");
    }
    format!("{words} of {target}")
}

/// What the call acts upon; for a creation the label that it gives.
#[must_use]
pub fn target(operation: &'static Operation, arguments: &Arguments) -> String {
    let target = operation.target(arguments);
    if !target.is_empty() {
        return target;
    }
    let label = arguments
        .get("body")
        .and_then(|body| body.get("label")?.as_str());
    label
        .and_then(|label| super::problem::shown(label, 60))
        .map_or(target, |label| format!("{label:?}"))
}

/// A status with its usual words: `404 Not Found`.
pub(super) fn status_words(status: u16) -> Cow<'static, str> {
    http::StatusCode::from_u16(status)
        .ok()
        .and_then(|code| code.canonical_reason())
        .map_or_else(
            || format!("status {status}"),
            |reason| format!("{status} {reason}"),
        )
        .into()
}

#[cfg(test)]
mod tests;
