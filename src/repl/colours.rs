//! The colours of a line: keywords, texts, numbers, comments, and the brackets that belong together.

use crate::output::{Paint, Tone};
use crate::script::language::KEYWORDS;
use crate::script::scan::Scan;

/// A line in its colours. The bracket at the cursor and its partner stand out, and those that close
/// nothing.
#[must_use]
pub fn painted(line: &str, cursor: Option<usize>, paint: Paint) -> String {
    let scan = Scan::of(line);
    let mut tones: Vec<(usize, usize, Tone)> = Vec::new();
    for comment in &scan.comments {
        tones.push((comment.bytes.start, comment.bytes.end, Tone::Faint));
    }
    for text in &scan.texts {
        tones.push((text.bytes.start, text.bytes.end, Tone::Good));
    }
    words(&scan, &mut tones);
    brackets(&scan.code, cursor, &mut tones);
    tones.sort_by_key(|(start, ..)| *start);
    let mut shown = String::with_capacity(line.len() * 2);
    let mut at = 0;
    for (start, end, tone) in tones {
        // Two cannot be at one place; if they were, the first counts.
        let (Some(plain), Some(toned)) = (line.get(at..start), line.get(start..end)) else {
            continue;
        };
        shown.push_str(plain);
        shown.push_str(&paint.tone(tone, toned).to_string());
        at = end;
    }
    shown.push_str(line.get(at..).unwrap_or_default());
    shown
}

/// Keywords and numbers.
fn words(scan: &Scan, tones: &mut Vec<(usize, usize, Tone)>) {
    for (start, word) in scan.words() {
        let before = scan.code.get(..start).unwrap_or_default();
        let is_member = before.ends_with('.') && !before.ends_with("..");
        let tone = if KEYWORDS.contains(&word) && !is_member {
            Tone::Strong
        } else if word.starts_with(|c: char| c.is_ascii_digit()) {
            Tone::Busy
        } else {
            continue;
        };
        tones.push((start, start + word.len(), tone));
    }
}

/// The bracket under the cursor or before it with its partner, and those that close nothing.
fn brackets(code: &str, cursor: Option<usize>, tones: &mut Vec<(usize, usize, Tone)>) {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut pairs = Vec::new();
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' | '{' => open.push((at, c)),
            ')' | ']' | '}' => match open.pop() {
                Some((start, opening)) if partner(opening) == c => pairs.push((start, at)),
                Some(other) => {
                    open.push(other);
                    tones.push((at, at + 1, Tone::Bad));
                }
                None => tones.push((at, at + 1, Tone::Bad)),
            },
            _ => {}
        }
    }
    let Some(cursor) = cursor else { return };
    let at = |place: usize| {
        pairs
            .iter()
            .find(|(start, end)| *start == place || *end == place)
    };
    let pair = at(cursor).or_else(|| at(cursor.checked_sub(1)?));
    if let Some((start, end)) = pair {
        tones.push((*start, start + 1, Tone::Warn));
        tones.push((*end, end + 1, Tone::Warn));
    }
}

const fn partner(opening: char) -> char {
    match opening {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is toned, as it reads: `let` strong is `<1 let>`.
    fn shown(line: &str, cursor: Option<usize>) -> String {
        let painted = painted(line, cursor, Paint::FULL);
        painted
            .replace("\u{1b}[0m", ">")
            .replace("\u{1b}[", "<")
            .replace('m', " ")
    }

    #[test]
    fn a_line_has_its_colours() {
        assert_eq!(
            shown("let a = f(\"x\", 12); // é", None),
            "<1 let> a = f(<32 \"x\">, <36 12>); <2 // é>"
        );
        assert_eq!(shown("a.in + \"b", None), "a.in + <32 \"b>");
    }

    #[test]
    fn the_bracket_at_the_cursor_has_its_partner() {
        assert_eq!(shown("f([1])", Some(6)), "f<33 (>[<36 1>]<33 )>");
        assert_eq!(shown("f([x])", Some(2)), "f(<33 [>x<33 ]>)");
        assert_eq!(shown("f(x])", None), "f(x<1;31 ]>)");
        assert_eq!(shown(")", Some(1)), "<1;31 )>");
    }

    #[test]
    fn nothing_is_lost_and_nothing_falls_whatever_is_typed() {
        let whole = "é`${[(\"}ü'/* */// )]12é.let fn\t";
        for (at, _) in whole.char_indices() {
            for text in [&whole[..at], &whole[at..]] {
                for cursor in 0..=text.len() {
                    let painted = painted(text, Some(cursor), Paint::NONE);
                    assert_eq!(painted, text);
                }
            }
        }
    }
}
