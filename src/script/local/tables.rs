//! CSV: a list of maps, one for each line, whose names are in the first.

use std::collections::BTreeSet;

use chrono::DateTime;
use rhai::{Array, Dynamic, ImmutableString, Map};

use super::Result;
use super::formats::{Wrong, plain};
use crate::operation::nearest;
use crate::output::{Choice, Format, Screen, render};
use crate::script::trouble::Trouble;
use crate::script::value;

/// How CSV is written.
pub(super) struct Manner {
    delimiter: u8,
    headers: bool,
}

impl Manner {
    /// Values parted by commas, and a first line of names, unless told otherwise.
    pub(super) fn new(
        delimiter: Option<&str>,
        headers: Option<bool>,
    ) -> std::result::Result<Self, String> {
        let delimiter = match delimiter.map(str::as_bytes) {
            None => b',',
            Some([one]) if one.is_ascii() && !matches!(one, b'"' | b'\n' | b'\r') => *one,
            Some(_) => {
                return Err(
                    "`delimiter` must be one character of ASCII, such as \";\" or \"\\t\""
                        .to_owned(),
                );
            }
        };
        Ok(Self {
            delimiter,
            headers: headers.unwrap_or(true),
        })
    }
}

fn text(value: &str) -> Dynamic {
    Dynamic::from(ImmutableString::from(value))
}

/// The lines of a text: maps, or lists where there are no names.
pub(super) fn parse(whole: &str, manner: &Manner) -> std::result::Result<Dynamic, Wrong> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(manner.delimiter)
        .has_headers(manner.headers)
        .from_reader(plain(whole).as_bytes());
    let names = if manner.headers {
        let names = reader.headers().map_err(|error| wrong(&error))?.clone();
        let mut seen = BTreeSet::new();
        if let Some(twice) = names.iter().find(|name| !seen.insert(*name)) {
            return Err(Wrong {
                line: Some(1),
                column: None,
                what: format!("two columns are called {twice:?}"),
            });
        }
        Some(names)
    } else {
        None
    };
    let mut rows = Array::new();
    for record in reader.records() {
        let record = record.map_err(|error| wrong(&error))?;
        rows.push(match &names {
            Some(names) => {
                let fields = names.iter().zip(record.iter());
                let row: Map = fields
                    .map(|(name, field)| (name.into(), text(field)))
                    .collect();
                Dynamic::from_map(row)
            }
            None => Dynamic::from_array(record.iter().map(text).collect()),
        });
    }
    Ok(Dynamic::from_array(rows))
}

fn wrong(error: &csv::Error) -> Wrong {
    let line = error
        .position()
        .and_then(|place| usize::try_from(place.line()).ok());
    let what = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("the number of values is {len}, and {expected_len} in the lines before"),
        _ => error.to_string(),
    };
    Wrong {
        line,
        column: None,
        what,
    }
}

/// A list of maps or resources as CSV, as results are written; without `columns`, with all there are in
/// the order they come. Of maps a column may be missing.
pub(super) fn to_csv(mut list: Array, columns: Option<&Array>) -> Result<String> {
    for (place, item) in list.iter().enumerate() {
        if !value::to_json(item).map_err(Trouble::raise)?.is_object() {
            let found = value::debug(item);
            return Err(
                Trouble::argument(format!("to_csv: item {place} is no map: {found}")).raise(),
            );
        }
    }
    let columns: Vec<String> = columns.map_or_else(Vec::new, |columns| {
        columns.iter().map(ToString::to_string).collect()
    });
    add_missing(&mut list, &columns);
    let choice = Choice {
        columns,
        ..Choice::of(Format::Csv)
    };
    let screen = Screen::none(DateTime::UNIX_EPOCH);
    render(&value::to_document(&list.into()), &choice, &screen)
        .map_err(|unfit| Trouble::from(unfit).raise())
}

/// Lets the first of several maps have the columns that none has, but for those that are near to one.
fn add_missing(list: &mut Array, columns: &[String]) {
    if !list.iter().all(Dynamic::is_map) {
        return;
    }
    let known: BTreeSet<String> = list
        .iter()
        .filter_map(Dynamic::read_lock::<Map>)
        .flat_map(|map| map.keys().map(ToString::to_string).collect::<Vec<_>>())
        .collect();
    let missing = columns.iter().filter(|name| {
        let is_plain = !name.contains('.') && !name.trim().is_empty();
        is_plain && nearest(name, known.iter().map(String::as_str)).is_none()
    });
    if let Some(mut first) = list.first_mut().and_then(Dynamic::write_lock::<Map>) {
        for name in missing.filter(|name| !known.contains(*name)) {
            first.insert(name.as_str().into(), Dynamic::UNIT);
        }
    }
}
