//! Data made safe to show on a terminal.

use std::fmt::Write as _;

/// The text on one line, with nothing in it that a terminal would obey.
///
/// Line breaks become `↵`, tabs a space; other control characters and those that reverse the
/// direction of writing are shown as escapes, so that no label can pose as another.
pub(super) fn line(text: &str) -> String {
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
pub(super) fn lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(character),
            other => push(&mut shown, other),
        }
    }
    shown
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

    proptest::proptest! {
        #[test]
        fn nothing_shown_is_hidden(text in ".*") {
            proptest::prop_assert!(!line(&text).chars().any(is_hidden));
        }
    }
}
