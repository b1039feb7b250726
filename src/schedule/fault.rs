//! Why a crontab line was refused.

use thiserror::Error;

/// A crontab line that was refused: what is wrong, where in the line, and what to write instead.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct LineError {
    /// What is wrong, naming the offending text.
    pub message: String,
    /// Where the offending text starts, in characters, from 1.
    pub column: usize,
    /// How many characters are at fault, at least 1.
    pub length: usize,
    /// What to write instead.
    pub hint: Option<String>,
}

impl LineError {
    /// A refusal of `text`, which starts at `column`.
    pub(super) fn of(text: &str, column: usize, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            column,
            length: text.chars().count().max(1),
            hint: None,
        }
    }

    /// The same, with what to write instead.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
