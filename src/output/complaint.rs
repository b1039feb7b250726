//! What went wrong, shown to people and to programs.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use super::colour::{Paint, Tone};
use super::visible;
use crate::error::{Complaint, Place};
use crate::secret;

/// The longest line that is shown whole, in characters.
const LONGEST: usize = 200;
/// How much of a longer one is shown before the place.
const BEFORE: usize = 60;

/// How complaints are shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    /// In which colours.
    pub paint: Paint,
    /// Whether the places in files are links, which terminals open.
    pub links: bool,
}

/// A complaint for people, under its head: `error`, `warning[unused-import]`.
#[must_use]
pub fn complaint(complaint: &Complaint, head: &str, manner: Manner) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = write(&mut text, complaint, head, manner);
    text
}

/// The same for programs, as one object:
/// `{severity, message, file, line, column, end_column, trail, help, exit}`. What it has no place in
/// has no file, and what there is nothing to do about has no help: they are null.
#[must_use]
pub fn for_programs(complaint: &Complaint) -> Value {
    let place = complaint.place.as_ref();
    json!({
        "severity": "error",
        "message": complaint.message,
        "file": place.map(|place| &place.file),
        "line": place.map(|place| place.line),
        "column": place.map(|place| place.column),
        "end_column": place.map(|place| place.column + place.length),
        "trail": complaint.trail,
        "help": complaint.hint,
        "exit": complaint.exit,
    })
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self, "error", Manner::default())
    }
}

impl std::error::Error for Complaint {}

fn write(f: &mut dyn fmt::Write, complaint: &Complaint, head: &str, manner: Manner) -> fmt::Result {
    let paint = manner.paint;
    let tone = if head.starts_with("warning") {
        Tone::Warn
    } else {
        Tone::Bad
    };
    let message = visible::lines(&complaint.message);
    writeln!(
        f,
        "{}: {}",
        paint.tone(tone, head),
        paint.tone(Tone::Strong, &message)
    )?;
    if let Some(place) = &complaint.place {
        excerpt(f, place, tone, manner)?;
    }
    for step in &complaint.trail {
        let step = visible::line(step);
        writeln!(f, "  {}", paint.tone(Tone::Faint, &format!("in {step}")))?;
    }
    if let Some(hint) = &complaint.hint {
        let hint = visible::lines(hint);
        writeln!(f, "  {}: {hint}", paint.tone(Tone::Busy, "help"))?;
    }
    Ok(())
}

/// The line at fault, with a mark under the part of it that is.
fn excerpt(f: &mut dyn fmt::Write, place: &Place, tone: Tone, manner: Manner) -> fmt::Result {
    let paint = manner.paint;
    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    let bar = paint.tone(Tone::Faint, "|");
    let (text, column) = part(place);
    let seen = |from: usize, count: usize| -> String {
        let part: String = text.chars().skip(from).take(count).collect();
        visible::line(&part)
    };
    let before = seen(0, column).width();
    let left = text.chars().count().saturating_sub(column).max(1);
    let at_fault = seen(column, place.length.min(left)).width().max(1);
    writeln!(
        f,
        "  {} {}",
        paint.tone(Tone::Faint, "-->"),
        spot(place, manner)
    )?;
    writeln!(f, " {margin} {bar}")?;
    let line = visible::line(&text);
    writeln!(f, " {} {bar} {line}", paint.tone(Tone::Faint, &number))?;
    let mark = "^".repeat(at_fault);
    writeln!(
        f,
        " {margin} {bar} {}{}",
        " ".repeat(before),
        paint.tone(tone, &mark)
    )
}

/// Where it is, as editors and terminals find it.
fn spot(place: &Place, manner: Manner) -> String {
    let shown = format!(
        "{}:{}:{}",
        visible::line(&place.file),
        place.line,
        place.column
    );
    let path = Some(Path::new(&place.file)).filter(|_| manner.links);
    match path.and_then(|path| std::fs::canonicalize(path).ok()) {
        Some(path) => format!(
            "\u{1b}]8;;file://{}\u{1b}\\{shown}\u{1b}]8;;\u{1b}\\",
            escaped(&path.to_string_lossy())
        ),
        None => shown,
    }
}

/// A path as an address has it.
fn escaped(path: &str) -> String {
    percent_encoding::utf8_percent_encode(path, PATH).to_string()
}

const PATH: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The part of a line around a place, and the place in it. What is secret is blotted out before it is
/// cut: half a secret is one.
fn part(place: &Place) -> (String, usize) {
    let mut column = place.column.saturating_sub(place.skipped + 1);
    let text = secret::redact(&place.text);
    if let Cow::Owned(_) = &text {
        let before: String = place.text.chars().take(column).collect();
        column = secret::redact(&before).chars().count();
    }
    if place.skipped == 0 && text.chars().nth(LONGEST).is_none() {
        return (text.into_owned(), column);
    }
    let start = column.saturating_sub(BEFORE);
    let mut rest = text.chars().skip(start);
    let mut shown: String = rest.by_ref().take(LONGEST).collect();
    if rest.next().is_some() {
        shown.push('…');
    }
    if place.skipped + start == 0 {
        return (shown, column);
    }
    (format!("…{shown}"), column - start + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, column: usize, length: usize) -> Complaint {
        Complaint::usage("no").at(Some(Place::in_text("m.rhai", text, 1, column, length)))
    }

    #[test]
    fn of_a_line_without_end_only_the_part_around_the_place_is_shown() {
        let text = format!("{}x = 1{}", "é".repeat(1_000), "z".repeat(1_000_000));
        let place = Place::of_bytes("m.toml", &text, 2_000..500_000);
        let shown = Complaint::usage("no").at(Some(place)).to_string();
        assert!(shown.len() < 2_000, "{}", shown.len());
        let lines: Vec<&str> = shown.lines().collect();
        let column = lines[4].chars().position(|c| c == '^').unwrap();
        assert_eq!(lines[3].chars().nth(column), Some('x'));
        assert!(lines[3].ends_with('…'), "{}", lines[3]);
    }

    #[test]
    fn the_mark_stands_under_what_is_at_fault_whatever_stands_before_it() {
        for (text, column) in [("\tab = 1", 2), ("名前 = 1", 6), ("a\u{1b}[31m = 1", 9)] {
            let shown = at(text, column, 1).to_string();
            let lines: Vec<&str> = shown.lines().collect();
            let before = lines[4].split_once('^').unwrap().0.width();
            let there: String = {
                let mut width = 0;
                lines[3]
                    .chars()
                    .skip_while(|c| {
                        let wide = c.to_string().width();
                        width += wide;
                        width <= before
                    })
                    .collect()
            };
            assert_eq!(
                there.chars().next(),
                text.chars().nth(column - 1),
                "{shown}"
            );
            assert!(!shown.contains('\u{1b}'), "{shown:?}");
        }
    }

    #[test]
    fn of_a_secret_in_a_line_not_even_a_half_is_shown() {
        let key = "a-key-of-complaints-0123456789abcdef";
        secret::guard(key);
        // Cut where the part ends, where it begins, and not at all.
        for before in [0, 10, LONGEST - 20, 2 * LONGEST] {
            let text = format!(
                "{}\"{key}\" + 1{}",
                " ".repeat(before),
                "x".repeat(4 * LONGEST)
            );
            for column in [1, before + 2, before + key.len() + 3] {
                let shown = at(&text, column, 1).to_string();
                assert!(!shown.contains("a-key-of"), "{before} {column}: {shown}");
                assert!(!shown.contains("89abcdef"), "{before} {column}: {shown}");
            }
        }
        let text = format!("send(\"{key}\", x)");
        let shown = at(&text, text.len() - 1, 1).to_string();
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[3].find("x)"), lines[4].find('^'), "{shown}");
    }

    #[test]
    fn colours_and_links_are_for_terminals() {
        let plain = at("a = 1", 1, 1);
        assert_eq!(
            complaint(&plain, "error", Manner::default()),
            plain.to_string()
        );
        let manner = Manner {
            paint: Paint::FULL,
            links: true,
        };
        let mut painted = at("a = 1", 1, 1);
        painted.place = painted.place.map(|place| Place {
            file: "Cargo.toml".to_owned(),
            ..place
        });
        let shown = complaint(&painted, "warning[x]", manner);
        assert!(
            shown.starts_with("\u{1b}[33mwarning[x]\u{1b}[0m: "),
            "{shown:?}"
        );
        assert!(shown.contains("\u{1b}]8;;file:///"), "{shown:?}");
    }

    #[test]
    fn programs_read_what_people_do() {
        let value = for_programs(&at("a = 1", 3, 2).hint("do"));
        assert_eq!(
            value,
            json!({
                "severity": "error", "message": "no", "file": "m.rhai", "line": 1, "column": 3,
                "end_column": 5, "trail": [], "help": "do", "exit": 2,
            })
        );
        let value = for_programs(&Complaint::usage("no"));
        assert!(value["file"].is_null() && value["help"].is_null());
    }
}
