//! A TOML text together with everything found wrong in it.

use std::cell::OnceCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::fault::LineError;
use crate::error::{Complaint, Place, exit};
use crate::operation::nearest;

/// A spanned value of a TOML document.
pub(super) type Node<'t> = Spanned<DeValue<'t>>;

/// A TOML text together with everything found wrong in it.
#[derive(Debug)]
pub(super) struct Document<'t> {
    file: &'t str,
    text: &'t str,
    complaints: Vec<Complaint>,
    /// Whether some of the text is no TOML, so that keys may seem to stand where they do not.
    is_broken: bool,
    /// Where its lines begin, once a place was asked for.
    starts: OnceCell<Vec<usize>>,
}

impl<'t> Document<'t> {
    /// A text in which nothing was found wrong yet.
    pub(super) const fn new(file: &'t str, text: &'t str) -> Self {
        Self {
            file,
            text,
            complaints: Vec::new(),
            is_broken: false,
            starts: OnceCell::new(),
        }
    }

    /// The root table, as much of it as can be read; what cannot is complained about.
    pub(super) fn root(&mut self) -> DeTable<'t> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        self.is_broken = !errors.is_empty();
        for error in errors {
            let span = error.span().unwrap_or_default();
            let message = error
                .message()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            self.complain(
                &span,
                format!("this is not TOML: {message}"),
                Some("a job begins with [[job]], and each of its lines is key = value".to_owned()),
            );
        }
        table.into_inner()
    }

    /// What was found wrong, in the order of the text; none when all is well.
    pub(super) fn into_complaints(mut self) -> Vec<Complaint> {
        self.complaints.sort_by_key(|complaint| {
            complaint
                .place
                .as_ref()
                .map(|place| (place.line, place.column))
        });
        self.complaints
    }

    /// Whether anything was found wrong.
    pub(super) fn is_sound(&self) -> bool {
        self.complaints.is_empty()
    }

    /// Notes what is wrong at a span of bytes.
    pub(super) fn complain(&mut self, span: &Range<usize>, message: String, hint: Option<String>) {
        let place = self.place(span);
        self.note(message, place, hint);
    }

    /// Notes what is wrong inside a string value, at a column of its content.
    pub(super) fn complain_inside(
        &mut self,
        value: &Node<'_>,
        column: usize,
        length: usize,
        message: String,
        hint: Option<String>,
    ) {
        let span = value.span();
        let mut place = self.place(&span);
        let content = value.get_ref().as_str().unwrap_or_default();
        // Without escapes and line breaks the content lies in the text as it is, after one quote.
        let raw = self.text.get(span).unwrap_or_default();
        let inner = raw.get(1..raw.len().saturating_sub(1));
        if inner == Some(content) && !content.contains('\n') {
            place.column += column;
            place.length = length.max(1);
        }
        self.note(message, place, hint);
    }

    /// Notes what is wrong with a line inside a string value.
    pub(super) fn complain_line(&mut self, value: &Node<'_>, error: LineError) {
        self.complain_inside(value, error.column, error.length, error.message, error.hint);
    }

    /// Notes that a word is none of those that are known, and which it may be meant to be.
    pub(super) fn refuse_unknown<'k>(
        &mut self,
        span: &Range<usize>,
        what: &str,
        word: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let hint = match nearest(word, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", known.collect::<Vec<_>>().join(", ")),
        };
        self.complain(span, format!("there is no {what} `{word}`"), Some(hint));
    }

    fn note(&mut self, message: String, place: Place, hint: Option<String>) {
        let mut complaint = Complaint::new(exit::USAGE, message).at(Some(place));
        complaint.hint = hint;
        self.complaints.push(complaint);
    }

    /// Complains about keys that nobody reads.
    pub(super) fn refuse_strangers(&mut self, table: &DeTable<'_>, known: &[&str], of: &str) {
        if self.is_broken {
            return;
        }
        for (key, _) in table {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let hint = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known are {}", known.join(", ")),
            };
            self.complain(&key.span(), format!("{of} has no key `{name}`"), Some(hint));
        }
    }

    /// Complains about a value of the wrong type.
    pub(super) fn refuse_type(&mut self, key: &str, value: &Node<'_>, wanted: &str, example: &str) {
        let found = type_name(value.get_ref());
        let message = format!("`{key}` is {found}, but should be {wanted}");
        let hint = format!("write `{key} = {example}`");
        self.complain(&value.span(), message, Some(hint));
    }

    /// The text under a key, complaining when it is of another type.
    pub(super) fn text<'v>(
        &mut self,
        table: &'v DeTable<'_>,
        key: &str,
        example: &str,
    ) -> Option<(&'v str, Range<usize>)> {
        let value = table.get(key)?;
        if let Some(text) = value.get_ref().as_str() {
            return Some((text, value.span()));
        }
        self.refuse_type(key, value, "text", example);
        None
    }

    /// The texts of the list under a key, each with its place, complaining about all that is none.
    pub(super) fn texts<'v>(
        &mut self,
        table: &'v DeTable<'_>,
        key: &str,
        example: &str,
    ) -> Option<Vec<(&'v str, Range<usize>)>> {
        let value = table.get(key)?;
        let Some(list) = value.get_ref().as_array() else {
            self.refuse_type(key, value, "a list of texts", example);
            return Some(Vec::new());
        };
        let mut texts = Vec::new();
        for item in list {
            match item.get_ref().as_str() {
                Some(text) => texts.push((text, item.span())),
                None => self.refuse_type(key, item, "a list of texts", example),
            }
        }
        Some(texts)
    }

    /// The boolean under a key, complaining when it is of another type.
    pub(super) fn boolean(&mut self, table: &DeTable<'_>, key: &str) -> Option<bool> {
        let value = table.get(key)?;
        if let Some(boolean) = value.get_ref().as_bool() {
            return Some(boolean);
        }
        self.refuse_type(key, value, "true or false", "true");
        None
    }

    /// The line of a span, from 1.
    pub(super) fn line(&self, span: &Range<usize>) -> usize {
        self.place(span).line
    }

    /// The place of a span of bytes.
    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        let starts = self.starts.get_or_init(|| {
            let ends = self.text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(ends).collect()
        });
        // Within its line, which is short: a file may be long.
        let line = starts.partition_point(|start| *start <= span.start).max(1);
        let start = starts.get(line - 1).copied().unwrap_or_default();
        let rest = self.text.get(start..).unwrap_or_default();
        let text = rest.lines().next().unwrap_or_default();
        let within = span.start.saturating_sub(start)..span.end.saturating_sub(start);
        Place {
            line,
            ..Place::of_bytes(self.file, text, within)
        }
    }
}

/// The key of a table with its place.
pub(super) fn key_span<'t>(table: &DeTable<'t>, key: &str) -> Option<Range<usize>> {
    let found: Option<(&Spanned<DeString<'t>>, _)> = table.get_key_value(key);
    found.map(|(key, _)| key.span())
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
