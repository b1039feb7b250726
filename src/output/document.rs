//! What a command answers with.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::record::{Record, RecordKind, Unit};

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
    /// A list of resources of this kind with none in it.
    NoneOf(&'static RecordKind),
    /// One resource.
    Record(Arc<dyn Record>),
    /// A list of what is no resource of the API but has declared columns all the same.
    Rows(&'static [Column], Vec<Map<String, Value>>),
}

/// One declared column of [rows](Document::Rows).
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    /// Who sees it unless told otherwise.
    pub shown: Shown,
}

/// Who sees a column unless `--columns` says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// People and programs.
    Always,
    /// Programs, and people who ask for all of it.
    Wide,
    /// People: it follows from other columns.
    People,
}

impl Column {
    /// A row of these columns.
    pub fn row(
        columns: &'static [Self],
        values: impl IntoIterator<Item = Value>,
    ) -> Map<String, Value> {
        let names = columns.iter().map(|column| column.name.to_owned());
        names.zip(values).collect()
    }

    /// A column for people and programs.
    #[must_use]
    pub const fn new(name: &'static str, unit: Unit) -> Self {
        Self {
            name,
            unit,
            shown: Shown::Always,
        }
    }

    /// A column for programs, and for people who ask for all.
    #[must_use]
    pub const fn wide(name: &'static str, unit: Unit) -> Self {
        Self {
            shown: Shown::Wide,
            ..Self::new(name, unit)
        }
    }

    /// A column for people alone.
    #[must_use]
    pub const fn people(name: &'static str, unit: Unit) -> Self {
        Self {
            shown: Shown::People,
            ..Self::new(name, unit)
        }
    }
}
