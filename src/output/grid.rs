//! Documents as rows and columns.

use std::sync::Arc;

use indexmap::IndexSet;
use serde_json::{Map, Value};

use super::document::Document;
use crate::record::{Record, View};

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// No value.
    Absent,
    /// A number, written out.
    Number(String),
    /// Anything else, written out.
    Text(String),
}

impl Cell {
    /// The cell as data: an absent value is empty.
    pub(super) fn data(&self) -> &str {
        match self {
            Self::Absent => "",
            Self::Number(text) | Self::Text(text) => text,
        }
    }

    /// The value with whatever is nested in it as compact JSON.
    fn exact(value: &Value) -> Self {
        match value {
            Value::Null => Self::Absent,
            Value::Number(number) => Self::Number(number.to_string()),
            Value::String(text) => Self::Text(text.clone()),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => Self::Text(value.to_string()),
        }
    }

    /// The value for people: lists of simple values are joined.
    fn brief(value: &Value) -> Self {
        match value {
            Value::Array(items) if items.is_empty() => Self::Absent,
            Value::Array(items) if items.iter().all(is_simple) => Self::Text(
                items
                    .iter()
                    .map(|item| Self::exact(item).data().to_owned())
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            other => Self::exact(other),
        }
    }

    /// The cell as text: beside a field's name a number is written like anything else.
    fn into_text(self) -> Self {
        match self {
            Self::Number(text) => Self::Text(text),
            other => other,
        }
    }

    /// A field for people: records in it as their short line.
    fn field(view: Option<View<'_>>) -> Self {
        match view {
            None | Some(View::Null) => Self::Absent,
            Some(View::List(items)) if items.is_empty() => Self::Absent,
            Some(View::Int(whole)) => Self::Number(whole.to_string()),
            Some(View::Float(float)) => Self::Number(float.to_string()),
            Some(View::Json(value)) => Self::brief(value),
            Some(other) => Self::Text(other.brief()),
        }
    }
}

fn is_simple(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

/// Rows under named columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    /// The columns' names.
    pub(super) columns: Vec<String>,
    /// The rows, each as long as `columns`.
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Grid {
    /// Records for people: the columns their kinds chose.
    pub(super) fn of_records(records: &[Arc<dyn Record>]) -> Self {
        let mut columns: IndexSet<&str> = IndexSet::new();
        for record in records {
            columns.extend(record.kind().columns);
        }
        let rows = records
            .iter()
            .map(|record| {
                columns
                    .iter()
                    .map(|name| Cell::field(record.lookup(name)))
                    .collect()
            })
            .collect();
        Self {
            columns: columns.into_iter().map(str::to_owned).collect(),
            rows,
        }
    }

    /// One record for people: a row for each of its fields.
    pub(super) fn of_record(record: &dyn Record) -> Self {
        let mut rows = Vec::new();
        for (name, view) in record.entries() {
            match view {
                View::Record(inner) if name == "fields" => {
                    for (name, view) in inner.record().entries() {
                        // A name that both levels use is written with its path.
                        let name = match record.get(name) {
                            None => name.to_owned(),
                            Some(_) => format!("fields.{name}"),
                        };
                        rows.push(vec![Cell::Text(name), Cell::field(Some(view))]);
                    }
                }
                view => rows.push(vec![Cell::Text(name.to_owned()), Cell::field(Some(view))]),
            }
        }
        Self::of_fields(rows)
    }

    /// A map for people: a row for each member.
    pub(super) fn of_map(map: &Map<String, Value>) -> Self {
        Self::of_fields(
            map.iter()
                .map(|(name, value)| vec![Cell::Text(name.clone()), Cell::brief(value)])
                .collect(),
        )
    }

    /// Maps for people: the union of their keys, in the order first seen.
    pub(super) fn of_maps(maps: &[&Map<String, Value>]) -> Self {
        Self::union(maps, Cell::brief)
    }

    /// The document whole, for programs; none when there is nothing to write.
    pub(super) fn whole(document: &Document) -> Option<Self> {
        match document {
            Document::Nothing | Document::Value(Value::Null) => None,
            Document::Text(text) => Some(Self::of_values(&[Value::String(text.clone())])),
            Document::Records(records) if records.is_empty() => None,
            Document::Records(records) => Some(Self::of_whole_records(records)),
            Document::Record(record) => Some(Self::of_whole_records(std::slice::from_ref(record))),
            Document::Value(Value::Array(items)) if items.is_empty() => None,
            Document::Value(Value::Array(items)) => {
                let maps: Vec<_> = items.iter().filter_map(Value::as_object).collect();
                Some(if maps.len() == items.len() {
                    Self::union(&maps, Cell::exact)
                } else {
                    Self::of_values(items)
                })
            }
            Document::Value(Value::Object(map)) => Some(Self::union(&[map], Cell::exact)),
            Document::Value(value) => Some(Self::of_values(std::slice::from_ref(value))),
        }
    }

    fn of_fields(rows: Vec<Vec<Cell>>) -> Self {
        Self {
            columns: vec!["field".to_owned(), "value".to_owned()],
            rows: rows
                .into_iter()
                .map(|row| row.into_iter().map(Cell::into_text).collect())
                .collect(),
        }
    }

    fn of_values(values: &[Value]) -> Self {
        Self {
            columns: vec!["value".to_owned()],
            rows: values
                .iter()
                .map(|value| vec![Cell::exact(value)])
                .collect(),
        }
    }

    /// Every declared field of the records' kinds, so that the header does not depend on which
    /// optional fields today's answer has; then the fields nobody declared.
    fn of_whole_records(records: &[Arc<dyn Record>]) -> Self {
        let flat: Vec<Map<String, Value>> = records.iter().map(|record| flat(&**record)).collect();
        let mut columns: IndexSet<&str> = IndexSet::new();
        for record in records {
            let kind = record.kind();
            let nests = kind
                .fields
                .iter()
                .any(|field| field.name == "fields" && field.nested.is_some());
            for name in kind.field_names() {
                if !nests || name != "fields" {
                    columns.insert(name);
                }
            }
        }
        for map in &flat {
            columns.extend(map.keys().map(String::as_str));
        }
        let maps: Vec<_> = flat.iter().collect();
        Self::under(&columns, &maps, Cell::exact)
    }

    fn union(maps: &[&Map<String, Value>], cell: fn(&Value) -> Cell) -> Self {
        let columns: IndexSet<&str> = maps
            .iter()
            .flat_map(|map| map.keys().map(String::as_str))
            .collect();
        Self::under(&columns, maps, cell)
    }

    fn under(
        columns: &IndexSet<&str>,
        maps: &[&Map<String, Value>],
        cell: fn(&Value) -> Cell,
    ) -> Self {
        let rows = maps
            .iter()
            .map(|map| {
                columns
                    .iter()
                    .map(|name| map.get(*name).map_or(Cell::Absent, cell))
                    .collect()
            })
            .collect();
        Self {
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            rows,
        }
    }
}

/// The record without its secrets, the fields under `fields` beside the others.
fn flat(record: &dyn Record) -> Map<String, Value> {
    let mut map = Map::new();
    for (name, view) in record.entries() {
        match view {
            View::Record(inner) if name == "fields" => {
                for (name, view) in inner.record().entries() {
                    let name = match record.get(name) {
                        None => name.to_owned(),
                        Some(_) => format!("fields.{name}"),
                    };
                    map.insert(name, view.redacted());
                }
            }
            view => {
                map.insert(name.to_owned(), view.redacted());
            }
        }
    }
    map
}
