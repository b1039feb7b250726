//! Documents as comma-separated values.

use super::document::Document;
use super::grid::{Cell, Grid};
use super::visible;

/// The document as CSV with a header; nothing for an empty one.
///
/// Cells are written as they are, formulas included: what a spreadsheet makes of them is its own
/// setting, and changing them would corrupt the data. Only on a terminal are control characters
/// shown as escapes.
pub(super) fn render(document: &Document, to_terminal: bool) -> Result<String, String> {
    let Some(grid) = Grid::whole(document) else {
        return Ok(String::new());
    };
    let broken =
        |error: &dyn std::fmt::Display| format!("the result cannot be written as CSV: {error}");
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer
        .write_record(&grid.columns)
        .map_err(|error| broken(&error))?;
    for row in &grid.rows {
        writer
            .write_record(row.iter().map(Cell::data))
            .map_err(|error| broken(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| broken(&error))?;
    let text = String::from_utf8(bytes).map_err(|error| broken(&error))?;
    Ok(if to_terminal {
        visible::lines(&text)
    } else {
        text
    })
}
