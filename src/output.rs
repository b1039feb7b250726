//! What a command answers with, written for people or for programs.
//!
//! A [`Document`] is the answer, a [`Format`] how it is wanted, and [`render`] the text of it.
//! Secrets of records never come through here: every format reads them blotted out.

mod colour;
mod complaint;
mod csv;
mod document;
mod format;
mod grid;
mod json;
mod table;
mod visible;
mod yaml;

pub use colour::{Colour, Paint, Painted, Stream, Tone};
pub use complaint::{Manner, complaint, for_programs};
pub use document::Document;
pub use format::Format;

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
        Format::Auto | Format::Table => table::render(document, width, to_terminal),
        Format::Json => json::render(document)?,
        Format::Yaml => yaml::render(document)?,
        Format::Csv => csv::render(document, to_terminal)?,
    };
    Ok(ended(text))
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
