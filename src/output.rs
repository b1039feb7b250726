//! What a command answers with, written for people or for programs.
//!
//! A [`Document`] is the answer, a [`Format`] how it is wanted, and [`render`] the text of it.
//! Secrets of records never come through here: every format reads them blotted out.

mod choice;
mod colour;
mod complaint;
mod csv;
mod document;
mod format;
mod grid;
mod human;
mod item;
mod json;
mod order;
mod sheet;
mod state;
mod table;
mod visible;
mod yaml;

use serde_json::Value;

pub use choice::{Choice, Screen, SortKey, Unfit};
pub use colour::{Colour, Paint, Painted, Stream, Tone};
pub use complaint::{Manner, complaint, for_programs};
pub use document::{Column, Document, Shown};
pub use format::Format;
pub use human::span;
pub use json::escaped as escaped_json;
use sheet::Sheet;
pub use table::cut;
pub use visible::{line, lines, styled};
pub use yaml::written as yaml_of;

/// The document's text, which ends with exactly one newline unless it is empty.
pub fn render(document: &Document, choice: &Choice, screen: &Screen) -> Result<String, Unfit> {
    let Some(mut sheet) = Sheet::of(document) else {
        return of_text(document, choice, screen).map(ended);
    };
    sheet.sort(&choice.sort)?;
    let chosen = sheet.chosen(&choice.columns)?;
    let columns = chosen.as_deref();
    let text = match choice.format {
        Format::Auto | Format::Table => table::render(&sheet, chosen, screen),
        Format::Json => json::render(&sheet.value(columns))?,
        Format::Jsonl => json::lines(&sheet.values(columns)),
        Format::Yaml => yaml::render(&sheet.value(columns), screen.is_terminal)?,
        Format::Csv => csv::render(&sheet, columns, screen.is_terminal)?,
    };
    Ok(ended(text))
}

/// A document that has nothing in it, or a text, which has no columns.
fn of_text(document: &Document, choice: &Choice, screen: &Screen) -> Result<String, Unfit> {
    let text = match document {
        Document::Text(text) => Some(text.as_str()),
        _ => None,
    };
    if text.is_some() && !(choice.columns.is_empty() && choice.sort.is_empty()) {
        return Err(Unfit::mistake(
            "the result is a text, which has no columns",
            "leave out --columns and --sort",
        ));
    }
    let value = text.map_or(Value::Null, Value::from);
    Ok(match (choice.format, text) {
        (Format::Auto | Format::Table | Format::Csv | Format::Jsonl, None) => String::new(),
        // What the script itself made may have its colours.
        (Format::Auto | Format::Table, Some(text)) if screen.is_terminal => {
            trimmed(&visible::styled(text))
        }
        (Format::Auto | Format::Table, Some(text)) => trimmed(text),
        (Format::Json, _) => json::render(&value)?,
        (Format::Jsonl, Some(_)) => json::lines(&[value]),
        (Format::Yaml, _) => yaml::render(&value, screen.is_terminal)?,
        (Format::Csv, Some(text)) => csv::of_text(text, screen.is_terminal)?,
    })
}

impl Document {
    /// The document as a value for programs, secrets blotted out.
    #[must_use]
    pub fn into_value(self) -> Value {
        match &self {
            Self::Nothing => Value::Null,
            Self::Text(text) => Value::String(text.clone()),
            _ => Sheet::of(&self).map_or(Value::Null, |sheet| sheet.value(None)),
        }
    }
}

/// The text with a newline at its end; an empty text stays empty.
fn ended(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// The text without the newlines at its end, of which there is to be one.
fn trimmed(text: &str) -> String {
    let kept = text.trim_end_matches('\n');
    if kept.is_empty() && !text.is_empty() {
        return "\n".to_owned();
    }
    kept.to_owned()
}

#[cfg(test)]
mod tests;
