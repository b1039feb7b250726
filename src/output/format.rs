//! How documents are written.

use std::fmt;
use std::str::FromStr;

use crate::operation::nearest;

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
    /// JSON, a value a line.
    Jsonl,
    /// YAML.
    Yaml,
    /// Comma-separated values with a header.
    Csv,
}

impl Format {
    /// All formats, in the order help lists them.
    pub const ALL: [Self; 6] = [
        Self::Auto,
        Self::Table,
        Self::Json,
        Self::Jsonl,
        Self::Yaml,
        Self::Csv,
    ];

    /// Their names, in the same order.
    pub const NAMES: [&'static str; 6] = ["auto", "table", "json", "jsonl", "yaml", "csv"];

    /// The format's name as users write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Table => "table",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Yaml => "yaml",
            Self::Csv => "csv",
        }
    }

    /// Whether a program reads it, so that standard output must hold nothing else.
    #[must_use]
    pub const fn is_for_programs(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl | Self::Yaml | Self::Csv)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_reads_back_from_its_name() {
        assert_eq!(Format::ALL.map(Format::as_str), Format::NAMES);
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
    }

    #[test]
    fn a_misspelt_format_is_suggested() {
        assert_eq!(
            "jsn".parse::<Format>().unwrap_err(),
            r#"no format is called "jsn": did you mean "json"?"#,
        );
        assert_eq!(
            "xml".parse::<Format>().unwrap_err(),
            r#"no format is called "xml": the formats are auto, table, json, jsonl, yaml, csv"#,
        );
    }
}
