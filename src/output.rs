//! What a command answers with, written for people or for programs.
//!
//! A [`Document`] is the answer, a [`Format`] how it is wanted, and [`render`] the text of it.
//! Secrets of records never come through here: every format reads them blotted out.

mod csv;
mod grid;
mod json;
mod table;
mod visible;
mod yaml;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde_json::Value;

use crate::operation::nearest;
use crate::record::Record;

/// How a document is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// As suits the document: text as it is, records and maps as a table.
    #[default]
    Auto,
    /// Columns for people.
    Table,
    /// JSON, indented by two spaces.
    Json,
    /// YAML.
    Yaml,
    /// Comma-separated values with a header.
    Csv,
}

impl Format {
    /// All formats, in the order help lists them.
    pub const ALL: [Self; 5] = [Self::Auto, Self::Table, Self::Json, Self::Yaml, Self::Csv];

    /// Their names, in the same order.
    pub const NAMES: [&'static str; 5] = ["auto", "table", "json", "yaml", "csv"];

    /// The format's name as users write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Table => "table",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Csv => "csv",
        }
    }

    /// Whether a program reads it, so that standard output must hold nothing else.
    #[must_use]
    pub const fn is_for_programs(self) -> bool {
        matches!(self, Self::Json | Self::Yaml | Self::Csv)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(format) = Self::ALL.into_iter().find(|format| format.as_str() == text) {
            return Ok(format);
        }
        let names = Self::NAMES.join(", ");
        Err(match nearest(text, Self::NAMES) {
            Some(near) => format!("no format is called {text:?}: did you mean {near:?}?"),
            None => format!("no format is called {text:?}: the formats are {names}"),
        })
    }
}

/// What a command answers with.
#[derive(Clone, Debug, Default)]
pub enum Document {
    /// Nothing: no text at all, `null` for programs.
    #[default]
    Nothing,
    /// Text for people.
    Text(String),
    /// Any value.
    Value(Value),
    /// A list of resources.
    Records(Vec<Arc<dyn Record>>),
    /// One resource.
    Record(Arc<dyn Record>),
}

/// The document's text, which ends with exactly one newline unless it is empty.
///
/// `width` is that of the terminal in columns; tables are cut to it only when they go
/// `to_terminal`. An error says why the document has no such form.
pub fn render(
    document: &Document,
    format: Format,
    width: Option<usize>,
    to_terminal: bool,
) -> Result<String, String> {
    let text = match format {
        Format::Auto | Format::Table => {
            return Ok(table::render(document, width.filter(|_| to_terminal)));
        }
        Format::Json => json::render(document)?,
        Format::Yaml => yaml::render(document)?,
        Format::Csv => csv::render(document, to_terminal)?,
    };
    Ok(ended(text))
}

/// The document as a value for programs, secrets blotted out.
fn value_of(document: &Document) -> Value {
    match document {
        Document::Nothing => Value::Null,
        Document::Text(text) => Value::String(text.clone()),
        Document::Value(value) => value.clone(),
        Document::Records(records) => records.iter().map(|record| record.redacted()).collect(),
        Document::Record(record) => record.redacted(),
    }
}

/// The text with one newline at its end; an empty text stays empty.
fn ended(mut text: String) -> String {
    if text.is_empty() {
        return text;
    }
    text.truncate(text.trim_end_matches('\n').len());
    text.push('\n');
    text
}

#[cfg(test)]
mod tests;
