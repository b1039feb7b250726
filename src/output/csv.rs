//! Documents as comma-separated values.

use serde_json::Value;

use super::choice::Unfit;
use super::sheet::{Sheet, bare, raw};
use super::visible;

/// The sheet as CSV with a header; nothing for an empty one whose columns are not known.
///
/// Quoting is that of RFC 4180, lines end as text on Unix does. Cells are written as they are,
/// formulas included: what a spreadsheet makes of them is its own setting, and changing them would
/// corrupt the data. Only on a terminal are control characters shown as escapes.
pub(super) fn render(
    sheet: &Sheet<'_>,
    chosen: Option<&[String]>,
    to_terminal: bool,
) -> Result<String, Unfit> {
    let own;
    let columns = if let Some(columns) = chosen {
        columns
    } else {
        // Things with fields and without have no header in common.
        let is_bare = sheet.has_bare();
        own = if is_bare { bare() } else { sheet.exact() };
        own.as_slice()
    };
    let is_whole = chosen.is_none() && sheet.has_bare();
    if columns.is_empty() {
        return Ok(String::new());
    }
    let rows = sheet.items.iter().map(|item| {
        if is_whole {
            return vec![cell(&item.whole())];
        }
        columns.iter().map(|name| cell(&raw(item, name))).collect()
    });
    write(columns, rows, to_terminal)
}

/// One text, as a row.
pub(super) fn of_text(text: &str, to_terminal: bool) -> Result<String, Unfit> {
    write(&bare(), std::iter::once(vec![text.to_owned()]), to_terminal)
}

fn write(
    columns: &[String],
    rows: impl Iterator<Item = Vec<String>>,
    to_terminal: bool,
) -> Result<String, Unfit> {
    let broken = |error: &dyn std::fmt::Display| Unfit::broken("CSV", error);
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer
        .write_record(columns)
        .map_err(|error| broken(&error))?;
    for row in rows {
        writer.write_record(row).map_err(|error| broken(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| broken(&error))?;
    let text = String::from_utf8(bytes).map_err(|error| broken(&error))?;
    Ok(if to_terminal {
        visible::lines(&text)
    } else {
        text
    })
}

/// A value in a cell: what is nested as compact JSON, nothing as nothing.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
