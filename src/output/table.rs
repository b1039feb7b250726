//! Documents for people: clean columns without borders.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::document::Document;
use super::grid::{Cell, Grid};
use super::visible;

/// What stands between two columns.
const GAP: &str = "  ";

/// The narrowest a column is cut while others can still give.
const COMFORT: usize = 6;

/// The document for people. On its way `to_terminal` a table is cut to `width` and a text that is
/// data has nothing left in it to obey; text of the script's own making is left as it is.
pub(super) fn render(document: &Document, width: Option<usize>, to_terminal: bool) -> String {
    let width = width.filter(|_| to_terminal);
    match document {
        Document::Nothing => String::new(),
        Document::Text(text) => text.clone(),
        Document::Records(records) if records.is_empty() => String::new(),
        Document::Records(records) => lay_out(&Grid::of_records(records), width),
        Document::Record(record) => lay_out(&Grid::of_record(&**record), width),
        Document::Value(Value::String(text)) if to_terminal => visible::lines(text),
        Document::Value(value) => render_value(value, width),
    }
}

fn render_value(value: &Value, width: Option<usize>) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Object(map) if map.is_empty() => String::new(),
        Value::Object(map) => lay_out(&Grid::of_map(map), width),
        Value::Array(items) => {
            let maps: Vec<_> = items.iter().filter_map(Value::as_object).collect();
            if maps.len() == items.len() && !maps.is_empty() {
                return lay_out(&Grid::of_maps(&maps), width);
            }
            items.iter().fold(String::new(), |mut lines, item| {
                match item {
                    Value::Null => lines.push('-'),
                    Value::String(text) => lines.push_str(&visible::line(text)),
                    other => lines.push_str(&visible::line(&other.to_string())),
                }
                lines.push('\n');
                lines
            })
        }
    }
}

/// The grid as lines; each ends with a newline and has no spaces at its end.
fn lay_out(grid: &Grid, width: Option<usize>) -> String {
    let names: Vec<String> = grid
        .columns
        .iter()
        .map(|name| visible::line(name))
        .collect();
    let rows: Vec<Vec<String>> = grid
        .rows
        .iter()
        .map(|row| row.iter().map(shown).collect())
        .collect();
    let right: Vec<bool> = (0..names.len())
        .map(|column| is_numeric(grid, column))
        .collect();
    let natural: Vec<usize> = names
        .iter()
        .enumerate()
        .map(|(column, name)| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|text| text.width())
                .fold(name.width(), usize::max)
        })
        .collect();
    let keep: Vec<bool> = names
        .iter()
        .map(|name| matches!(name.as_str(), "id" | "field"))
        .collect();
    let widths = match width {
        Some(width) => fit(&natural, &keep, width),
        None => natural,
    };
    let mut text = String::new();
    for row in std::iter::once(&names).chain(&rows) {
        let mut line = String::new();
        for ((cell, &width), &right) in row.iter().zip(&widths).zip(&right) {
            if !line.is_empty() {
                line.push_str(GAP);
            }
            let cell = cut(cell, width);
            let pad = " ".repeat(width.saturating_sub(cell.width()));
            if right {
                line.push_str(&pad);
                line.push_str(&cell);
            } else {
                line.push_str(&cell);
                line.push_str(&pad);
            }
        }
        text.push_str(line.trim_end_matches(' '));
        text.push('\n');
    }
    text
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Absent => "-".to_owned(),
        Cell::Number(text) | Cell::Text(text) => visible::line(text),
    }
}

/// Whether a column holds numbers and nothing else.
fn is_numeric(grid: &Grid, column: usize) -> bool {
    let mut any = false;
    for cell in grid.rows.iter().filter_map(|row| row.get(column)) {
        match cell {
            Cell::Number(_) => any = true,
            Cell::Absent => {}
            Cell::Text(_) => return false,
        }
    }
    any
}

/// The columns' widths within `width`: the widest give first, those to keep give last.
fn fit(natural: &[usize], keep: &[bool], width: usize) -> Vec<usize> {
    let gaps = natural.len().saturating_sub(1).saturating_mul(GAP.len());
    let room = width.saturating_sub(gaps);
    if natural.iter().sum::<usize>() <= room {
        return natural.to_vec();
    }
    let kept: usize = (natural.iter().zip(keep))
        .filter(|(_, keep)| **keep)
        .map(|(width, _)| *width)
        .sum();
    let others: Vec<usize> = (natural.iter().zip(keep))
        .filter(|(_, keep)| !**keep)
        .map(|(width, _)| *width)
        .collect();
    let least: usize = others.iter().map(|width| COMFORT.min(*width)).sum();
    if kept.saturating_add(least) > room {
        return level(natural, room);
    }
    let mut given = level(&others, room - kept).into_iter();
    natural
        .iter()
        .zip(keep)
        .map(|(width, keep)| {
            if *keep {
                *width
            } else {
                given.next().unwrap_or(*width)
            }
        })
        .collect()
}

/// The widths cut to one common height, the greatest at which they fit in `room`; what is left
/// over goes to the first of those cut. No width falls below 1.
fn level(natural: &[usize], room: usize) -> Vec<usize> {
    let sum = |cap: usize| natural.iter().map(|width| cap.min(*width)).sum::<usize>();
    let (mut low, mut high) = (1, natural.iter().copied().max().unwrap_or(1));
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if sum(middle) <= room {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    let mut left = room.saturating_sub(sum(low));
    natural
        .iter()
        .map(|&width| {
            if width > low && left > 0 {
                left -= 1;
                low + 1
            } else {
                width.min(low)
            }
        })
        .collect()
}

/// The text, or as much of its beginning as fits with a `…` after it.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let mut end = 0;
    for (start, character) in text.char_indices() {
        let next = start + character.len_utf8();
        // Measured whole: characters that join are narrower together than one by one.
        if text.get(..next).is_none_or(|head| head.width() > room) {
            break;
        }
        end = next;
    }
    let head = text.get(..end).unwrap_or_default().trim_end();
    format!("{head}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wide_characters_are_cut_by_columns() {
        assert_eq!(cut("日本語テキスト", 7), "日本語…");
        assert_eq!(cut("日本語テキスト", 6), "日本…");
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("abcd", 1), "…");
        assert_eq!(cut("my first cloud", 9), "my first…");
    }

    #[test]
    fn the_widest_column_gives_first() {
        assert_eq!(fit(&[6, 40, 10], &[true, false, false], 40), [6, 20, 10]);
        assert_eq!(fit(&[36, 10, 10], &[true, false, false], 52), [36, 6, 6]);
        assert_eq!(fit(&[36, 10, 10], &[true, false, false], 34), [10, 10, 10]);
        assert_eq!(fit(&[3, 3], &[false, false], 80), [3, 3]);
    }

    proptest! {
        #[test]
        fn fitted_columns_never_exceed_the_width_nor_grow(
            natural in prop::collection::vec(1usize..60, 1..8),
            keep in prop::collection::vec(any::<bool>(), 8),
            width in 0usize..200,
        ) {
            let fitted = fit(&natural, keep.get(..natural.len()).unwrap(), width);
            prop_assert!(fitted.iter().zip(&natural).all(|(a, b)| a <= b && *a >= 1));
            let gaps = 2 * (natural.len() - 1);
            let total: usize = fitted.iter().sum::<usize>() + gaps;
            prop_assert!(total <= width.max(natural.len() + gaps));
            if natural.iter().sum::<usize>() + gaps >= width && width >= natural.len() + gaps {
                prop_assert_eq!(total, width);
            }
        }

        #[test]
        fn cut_text_fits(text in ".*", width in 1usize..40) {
            let text = visible::line(&text);
            prop_assert!(cut(&text, width).width() <= width);
        }
    }
}
