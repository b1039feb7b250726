//! The things a document is made of, each read by the names of its fields.

use serde_json::{Map, Value};

use super::document::{Column, Shown};
use crate::record::{Record, Unit, View};

/// The name of the only column of values that have no fields.
pub(super) const VALUE: &str = "value";

/// One thing of a document.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item<'d> {
    /// A resource.
    Record(&'d dyn Record),
    /// A row under declared columns; a map has none.
    Row(&'d Map<String, Value>, &'static [Column]),
    /// A value without fields.
    Bare(&'d Value),
}

impl<'d> Item<'d> {
    /// The item of any value.
    pub(super) fn of(value: &'d Value) -> Self {
        match value {
            Value::Object(map) => Self::Row(map, &[]),
            other => Self::Bare(other),
        }
    }

    /// The field at a dotted path, `fields.pod_location`, and what it is counted in.
    pub(super) fn at(&self, path: &str) -> Option<(View<'d>, Unit)> {
        match *self {
            Self::Record(record) => of_record(record, path),
            Self::Row(map, columns) => {
                let column = columns.iter().find(|column| column.name == path);
                let unit = column.map_or(Unit::Plain, |column| column.unit);
                of_map(map, path).map(|view| (view, unit))
            }
            Self::Bare(value) => (path == VALUE).then(|| (View::of_json(value), Unit::Plain)),
        }
    }

    /// The whole of it for programs, secrets blotted out.
    pub(super) fn whole(&self) -> Value {
        match self {
            Self::Record(record) => record.redacted(),
            Self::Row(map, columns) => Value::Object(
                map.iter()
                    .filter(|(name, _)| {
                        let column = columns.iter().find(|column| column.name == *name);
                        column.is_none_or(|column| column.shown != Shown::People)
                    })
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
            ),
            Self::Bare(value) => (*value).clone(),
        }
    }

    /// Every field it has, by the name that [`at`](Self::at) knows it under, in order: what the API
    /// nests under `fields` stands beside the rest.
    pub(super) fn names(&self) -> Vec<String> {
        match self {
            Self::Record(record) => {
                let mut names = Vec::new();
                for (name, view) in record.entries() {
                    match view {
                        View::Record(inner) if name == "fields" => {
                            let inner = inner.record();
                            names.extend(
                                inner
                                    .entries()
                                    .into_iter()
                                    .map(|(name, _)| flat(*record, name)),
                            );
                        }
                        _ => names.push(name.to_owned()),
                    }
                }
                names
            }
            Self::Row(map, _) => map.keys().cloned().collect(),
            Self::Bare(_) => vec![VALUE.to_owned()],
        }
    }
}

/// The name of a nested field beside the others: with its path where both levels use it.
fn flat(record: &dyn Record, name: &str) -> String {
    if record.get(name).is_none() {
        name.to_owned()
    } else {
        format!("fields.{name}")
    }
}

fn of_record<'d>(record: &'d dyn Record, path: &str) -> Option<(View<'d>, Unit)> {
    let unit_of = |name: &str| {
        let field = record.kind().field(name);
        field.map_or(Unit::Plain, |field| field.unit)
    };
    if let Some(view) = record.lookup(path) {
        return Some((view, unit_of(path)));
    }
    splits(path).find_map(|(head, rest)| {
        let view = record.lookup(head)?;
        into(view, unit_of(head), rest)
    })
}

/// What is at a path within a field.
fn into<'d>(view: View<'d>, unit: Unit, path: &str) -> Option<(View<'d>, Unit)> {
    match view {
        View::Record(inner) => of_record(inner.record(), path),
        View::Json(value) => of_json(value, path).map(|view| (view, unit.at(path))),
        View::List(items) => {
            let mut splits = splits(path);
            if let Some((place, rest)) = splits.next().or(Some((path, "")))
                && let Ok(place) = place.parse::<usize>()
            {
                let item = items.into_iter().nth(place)?;
                return if rest.is_empty() {
                    Some((item, unit))
                } else {
                    into(item, unit, rest)
                };
            }
            let found: Vec<_> = items
                .into_iter()
                .filter_map(|item| into(item, unit, path))
                .collect();
            let (_, unit) = *found.first().as_ref()?;
            let views = found.iter().map(|(view, _)| view.clone()).collect();
            Some((View::List(views), *unit))
        }
        _ => None,
    }
}

fn of_map<'d>(map: &'d Map<String, Value>, path: &str) -> Option<View<'d>> {
    if let Some(value) = map.get(path) {
        return Some(View::of_json(value));
    }
    splits(path).find_map(|(head, rest)| of_json(map.get(head)?, rest))
}

fn of_json<'d>(value: &'d Value, path: &str) -> Option<View<'d>> {
    match value {
        Value::Object(map) => of_map(map, path),
        Value::Array(items) => {
            let (place, rest) = splits(path).next().unwrap_or((path, ""));
            if let Ok(place) = place.parse::<usize>() {
                let item = items.get(place)?;
                return if rest.is_empty() {
                    Some(View::of_json(item))
                } else {
                    of_json(item, rest)
                };
            }
            let found: Vec<_> = items
                .iter()
                .filter_map(|item| of_json(item, path))
                .collect();
            (!found.is_empty()).then_some(View::List(found))
        }
        _ => None,
    }
}

/// The path's beginnings and what follows each, the shortest first: a name may have dots itself.
pub(super) fn splits(path: &str) -> impl Iterator<Item = (&str, &str)> {
    path.match_indices('.').filter_map(move |(at, _)| {
        let (head, rest) = path.split_at_checked(at)?;
        Some((head, rest.get(1..)?))
    })
}
