//! Why a notice was not delivered.

use chrono::TimeDelta;
use thiserror::Error;

use crate::secret;

/// Why a notice was not delivered.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct Failure {
    /// What went wrong, for people, without secrets.
    pub message: String,
    /// Whether another attempt may go better.
    pub is_worth_repeating: bool,
    /// How long it was asked to wait before that.
    pub not_within: Option<TimeDelta>,
}

impl Failure {
    /// A failure that may pass by itself.
    pub(super) fn passing(message: impl AsRef<str>) -> Self {
        Self {
            message: secret::redact(message.as_ref()).into_owned(),
            is_worth_repeating: true,
            not_within: None,
        }
    }

    /// A failure that comes again until somebody mends its cause.
    pub(super) fn lasting(message: impl AsRef<str>) -> Self {
        Self {
            is_worth_repeating: false,
            ..Self::passing(message)
        }
    }
}

/// What another program or machine said, on one short line.
pub(super) fn said(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    flat.chars().filter(|c| !c.is_control()).take(200).collect()
}
