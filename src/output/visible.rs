//! Data made safe to show on a terminal.

use std::fmt::Write as _;

/// The text on one line, with nothing in it that a terminal would obey.
///
/// Line breaks become `↵`, tabs a space; other control characters and those that reverse the
/// direction of writing are shown as escapes, so that no label can pose as another.
#[must_use]
pub fn line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\u{2028}' | '\u{2029}' => shown.push('↵'),
            '\t' => shown.push(' '),
            other => push(&mut shown, other),
        }
    }
    shown
}

/// The text with its line breaks and tabs kept, for text of several lines.
#[must_use]
pub fn lines(text: &str) -> String {
    // Most text is plain, and there may be much of it.
    let is_plain = |byte: u8| matches!(byte, b'\n' | b'\t' | b' '..=b'~');
    if text.bytes().all(is_plain) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            other => push(&mut shown, other),
        }
    }
    shown
}

/// The text of a script, which may have colours of its own: of all that a terminal obeys, only what
/// sets colours and weight is left. A label with more in it must not move the cursor.
#[must_use]
pub fn styled(text: &str) -> String {
    if !text.chars().any(|c| c != '\n' && c != '\t' && is_hidden(c)) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = if let Some(length) = style(rest) {
            shown.push_str(rest.get(..length).unwrap_or_default());
            length
        } else {
            match character {
                '\n' | '\t' => shown.push(character),
                other => push(&mut shown, other),
            }
            character.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    shown
}

/// The length of the sequence that sets colours and weight which the text begins with.
fn style(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("\u{1b}[")?;
    let end = inner.find(|c: char| !(c.is_ascii_digit() || c == ';' || c == ':'))?;
    (inner.get(end..)?.starts_with('m')).then_some(2 + end + 1)
}

fn push(shown: &mut String, character: char) {
    if is_hidden(character) {
        // Writing to a String cannot fail.
        let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
    } else {
        shown.push(character);
    }
}

/// Whether a terminal would act on the character instead of showing it.
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_are_shown_and_not_obeyed() {
        assert_eq!(line("\u{1b}[31mred"), "\\u{1b}[31mred");
        assert_eq!(line("\u{9b}2J"), "\\u{9b}2J");
        assert_eq!(line("user\u{202e}txt"), "user\\u{202e}txt");
    }

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(line("a\nb\r\nc\td"), "a↵b↵c d");
        assert_eq!(lines("a\nb\tc\u{7}"), "a\nb\tc\\u{7}");
    }

    #[test]
    fn of_a_scripts_own_text_only_its_colours_are_obeyed() {
        assert_eq!(
            styled("\u{1b}[1;31mred\u{1b}[0m\n\tok"),
            "\u{1b}[1;31mred\u{1b}[0m\n\tok"
        );
        assert_eq!(styled("\u{1b}[2Jgone"), "\\u{1b}[2Jgone");
        assert_eq!(styled("\u{1b}]0;title\u{7}"), "\\u{1b}]0;title\\u{7}");
        assert_eq!(
            styled("over\rwritten\u{202e}"),
            "over\\u{d}written\\u{202e}"
        );
        assert_eq!(styled("\u{1b}["), "\\u{1b}[");
    }

    proptest::proptest! {
        #[test]
        fn nothing_shown_is_hidden(text in ".*") {
            proptest::prop_assert!(!line(&text).chars().any(is_hidden));
        }
    }
}
