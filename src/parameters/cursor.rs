//! A place in a line of a header, and what is wrong there.

use serde_json::Value;

/// A line of the header, of which `rest` is still to be read.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) number: usize,
    pub(super) line: &'a str,
    pub(super) rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Moves past `text` if it comes next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// The characters up to the first that is not `wanted`.
    pub(super) fn take_while(&mut self, wanted: fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// What comes next up to a space, without moving.
    pub(super) fn word(&self) -> &'a str {
        self.rest
            .split(char::is_whitespace)
            .next()
            .unwrap_or_default()
    }

    /// The JSON value that comes next, and how it is written.
    pub(super) fn json(&mut self) -> Option<(Value, &'a str)> {
        let mut values = serde_json::Deserializer::from_str(self.rest).into_iter::<Value>();
        let value = values.next()?.ok()?;
        let (text, rest) = self.rest.split_at_checked(values.byte_offset())?;
        self.rest = rest;
        Some((value, text.trim()))
    }

    /// Column, from 1, of what comes next.
    pub(super) fn column(&self) -> usize {
        let before = self.line.len().saturating_sub(self.rest.len());
        self.line
            .get(..before)
            .map_or(1, |head| head.chars().count() + 1)
    }
}

/// Where in a line something is wrong.
pub(super) struct Wrong {
    pub(super) column: usize,
    pub(super) length: usize,
    pub(super) message: String,
    pub(super) hint: String,
}

impl Wrong {
    pub(super) fn at(
        cursor: Cursor<'_>,
        text: &str,
        message: String,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            column: cursor.column(),
            length: text.chars().count(),
            message,
            hint: hint.into(),
        }
    }
}
