//! Documents for people: clean columns without borders.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::choice::Screen;
use super::colour::Tone;
use super::grid::{Cell, Grid};
use super::item::Item;
use super::sheet::Sheet;
use super::{trimmed, visible};
use crate::secret;

/// What stands between two columns.
const GAP: &str = "  ";

/// The narrowest a column is cut while others can still give.
const COMFORT: usize = 6;

/// The narrowest a column is worth showing, if nobody asked for it.
const WORTH: usize = 8;

/// What stands where columns are left out.
const MORE: &str = "…";

/// The sheet for people, under the columns `chosen` or those that suit it. On its way to a terminal
/// it is cut to its width, unless all is wanted, and has nothing left in it to obey.
pub(super) fn render(sheet: &Sheet<'_>, chosen: Option<Vec<String>>, screen: &Screen) -> String {
    if let (None, false, [Item::Bare(value)]) = (&chosen, sheet.is_list, sheet.items.as_slice()) {
        return bare(value, screen);
    }
    if sheet.items.is_empty() {
        return String::new();
    }
    if chosen.is_none() && sheet.has_bare() {
        return lines(sheet);
    }
    if let (false, [item]) = (sheet.is_list, sheet.items.as_slice()) {
        let fields = chosen.unwrap_or_else(|| item.names());
        if fields.is_empty() {
            return String::new();
        }
        return lay_out(&Grid::alone(item, &fields, screen), screen, false);
    }
    let is_own = chosen.is_none();
    let columns = chosen.unwrap_or_else(|| {
        if screen.is_wide {
            sheet.whole()
        } else {
            sheet.brief()
        }
    });
    lay_out(&Grid::of(sheet, columns, screen), screen, is_own)
}

/// A value without fields.
fn bare(value: &Value, screen: &Screen) -> String {
    match value {
        Value::String(text) if screen.is_terminal => trimmed(&visible::lines(text)),
        Value::String(text) => trimmed(text),
        other => other.to_string(),
    }
}

/// A list of values without fields in common: each in its line.
fn lines(sheet: &Sheet<'_>) -> String {
    sheet.items.iter().fold(String::new(), |mut lines, item| {
        match item.whole() {
            Value::Null => lines.push('-'),
            Value::String(text) => lines.push_str(&visible::line(&text)),
            other => lines.push_str(&visible::line(&other.to_string())),
        }
        lines.push('\n');
        lines
    })
}

/// The grid as lines; each ends with a newline and has no spaces at its end. The last columns may be
/// left out where nobody asked for them and all of them would be cut to nothing.
fn lay_out(grid: &Grid, screen: &Screen, may_leave_out: bool) -> String {
    let header = grid
        .columns
        .iter()
        .map(|name| (visible::line(name), Some(Tone::Strong)));
    let header: Vec<(String, Option<Tone>)> = header.collect();
    let rows: Vec<Vec<(String, Option<Tone>)>> = grid
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| (shown(cell), cell.tone)).collect())
        .collect();
    let right: Vec<bool> = (0..header.len())
        .map(|column| is_numeric(grid, column))
        .collect();
    let natural: Vec<usize> = header
        .iter()
        .enumerate()
        .map(|(column, (name, _))| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|(text, _)| text.width())
                .fold(name.width(), usize::max)
        })
        .collect();
    let keep: Vec<bool> = header
        .iter()
        .map(|(name, _)| matches!(name.as_str(), "id" | "field"))
        .collect();
    let width = screen
        .width
        .filter(|_| screen.is_terminal && !screen.is_wide);
    let shown = match width {
        Some(width) if may_leave_out => worth(&natural, &keep, width),
        _ => natural.len(),
    };
    let is_less = shown < natural.len();
    let (natural, keep) = (
        natural.get(..shown).unwrap_or(&natural),
        keep.get(..shown).unwrap_or(&keep),
    );
    let widths = match width {
        Some(width) if is_less => fit(natural, keep, width.saturating_sub(GAP.len() + 1)),
        Some(width) => fit(natural, keep, width),
        None => natural.to_vec(),
    };
    let mut is_header = true;
    let mut text = String::new();
    for row in std::iter::once(&header).chain(&rows) {
        // Spaces are written when something follows, so that no line ends with them.
        let mut pending = String::new();
        for (place, (((cell, tone), &width), &right)) in
            row.iter().zip(&widths).zip(&right).enumerate()
        {
            if place > 0 {
                pending.push_str(GAP);
            }
            let cell = cut(cell, width);
            let pad = " ".repeat(width.saturating_sub(cell.width()));
            if right {
                pending.push_str(&pad);
            }
            if !cell.is_empty() {
                text.push_str(&std::mem::take(&mut pending));
                match tone {
                    Some(tone) => text.push_str(&screen.paint.tone(*tone, &cell).to_string()),
                    None => text.push_str(&cell),
                }
            }
            if !right {
                pending.push_str(&pad);
            }
        }
        if is_less && std::mem::take(&mut is_header) {
            text.push_str(&pending);
            text.push_str(GAP);
            text.push_str(MORE);
        }
        text.push('\n');
    }
    text
}

fn shown(cell: &Cell) -> String {
    match &cell.text {
        None => "-".to_owned(),
        // Before it is cut: half a secret is not known for one.
        Some(text) => visible::line(&secret::redact(text)),
    }
}

/// Whether a column holds numbers and nothing else.
fn is_numeric(grid: &Grid, column: usize) -> bool {
    let mut any = false;
    for cell in grid.rows.iter().filter_map(|row| row.get(column)) {
        match &cell.text {
            Some(_) if cell.is_number => any = true,
            Some(_) => return false,
            None => {}
        }
    }
    any
}

/// How many of the columns are worth showing within `width`: all of them, or so many that none is cut
/// beyond recognition, and one at least.
fn worth(natural: &[usize], keep: &[bool], width: usize) -> usize {
    let least = natural
        .iter()
        .zip(keep)
        .map(|(width, keep)| if *keep { *width } else { WORTH.min(*width) });
    let (mut taken, mut count) = (0, 0);
    for (place, least) in least.enumerate() {
        taken += least + if place > 0 { GAP.len() } else { 0 };
        // Columns left out leave their mark.
        let is_last = place + 1 == natural.len();
        let mark = if is_last { 0 } else { GAP.len() + 1 };
        if taken + mark <= width {
            count = place + 1;
        }
    }
    count.max(1)
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

/// The text, or as much of its beginning as fits into `width` columns with a `…` after it.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
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
