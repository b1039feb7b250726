//! What somebody asks to see of a document, and how.

use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::colour::Paint;
use super::format::Format;

/// What is wanted of a document.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// How it is written.
    pub format: Format,
    /// The columns to show, in this order; those of the resource's kind where it is empty.
    pub columns: Vec<String>,
    /// What to sort by, the most important first.
    pub sort: Vec<SortKey>,
}

impl Choice {
    /// The document as it is, in this format.
    #[must_use]
    pub fn of(format: Format) -> Self {
        Self {
            format,
            ..Self::default()
        }
    }
}

/// A field to sort by: `label`, or `-label` for the greatest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// The field.
    pub field: String,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl FromStr for SortKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (descending, field) = match text.strip_prefix('-') {
            Some(field) => (true, field.trim()),
            None => (false, text),
        };
        if field.is_empty() {
            return Err("name the field to sort by; -FIELD puts the greatest first".to_owned());
        }
        Ok(Self {
            field: field.to_owned(),
            descending,
        })
    }
}

/// Where a document is shown.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// How wide it is, in columns, where that is known.
    pub width: Option<usize>,
    /// Whether it is a terminal, which would obey what is written to it.
    pub is_terminal: bool,
    /// Whether all is wanted: every column, whole, and instants as they were given.
    pub is_wide: bool,
    /// Its colours.
    pub paint: Paint,
    /// The present instant, which ages are told from.
    pub now: DateTime<Utc>,
}

impl Screen {
    /// A pipe or a file.
    #[must_use]
    pub const fn none(now: DateTime<Utc>) -> Self {
        Self {
            width: None,
            is_terminal: false,
            is_wide: false,
            paint: Paint::NONE,
            now,
        }
    }
}

/// Why a document cannot be shown as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether what was asked for is not there, rather than that writing failed.
    pub is_mistake: bool,
}

impl Unfit {
    /// Something was asked for that is not there.
    pub(super) fn mistake(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: Some(hint.into()),
            is_mistake: true,
        }
    }

    /// The document cannot be written in this form.
    pub(super) fn broken(form: &str, error: &dyn std::fmt::Display) -> Self {
        Self {
            message: format!("the result cannot be written as {form}: {error}"),
            hint: None,
            is_mistake: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dash_sorts_the_greatest_first() {
        let key = |text: &str| {
            text.parse::<SortKey>()
                .map(|key| (key.field, key.descending))
        };
        assert_eq!(key("label"), Ok(("label".to_owned(), false)));
        assert_eq!(key(" -created_at"), Ok(("created_at".to_owned(), true)));
        assert!(key("-").is_err() && key("").is_err());
    }
}
