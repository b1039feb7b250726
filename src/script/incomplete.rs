//! Whether a text is the beginning of something.

use rhai::{Engine, LexError, ParseError, ParseErrorType};

use super::results;
use super::scan::Scan;

/// A text that grows line by line. The parser reads all of it each time it is asked, which for a long
/// function is once for each of its lines: what is within open brackets is told without it.
#[derive(Debug, Default)]
pub struct Growing {
    /// The lines that were looked at, none of which breaks off within a text or a comment.
    known: String,
    /// The brackets that are open after them, by what closes each.
    open: Vec<char>,
}

impl Growing {
    /// Whether more lines could make this text a script. It may be another text than the last time.
    pub fn is_incomplete(&mut self, text: &str) -> bool {
        self.has_open(text) || is_incomplete(text)
    }

    /// Whether brackets are open at the end of the text, as far as that is clear.
    fn has_open(&mut self, text: &str) -> bool {
        if !text.starts_with(&self.known) {
            *self = Self::default();
        }
        let rest = text.get(self.known.len()..).unwrap_or_default();
        let (lines, last) = rest.split_at(rest.rfind('\n').map_or(0, |at| at + 1));
        if let Some(open) = after(&self.open, lines) {
            self.open = open;
            self.known.push_str(lines);
            after(&self.open, last).is_some_and(|open| !open.is_empty())
        } else {
            after(&self.open, rest).is_some_and(|open| !open.is_empty())
        }
    }
}

/// The brackets that are open after a text that begins within these; nothing where it breaks off
/// within a text or a comment, or closes what was not opened.
fn after(open: &[char], text: &str) -> Option<Vec<char>> {
    let scan = Scan::of(text);
    let mut templates = 0_usize;
    for quoted in &scan.texts {
        if !quoted.closed {
            return None;
        }
        // One in backticks may be in several pieces, with code between them.
        if quoted.mark == '`' {
            templates += 1;
        }
        if matches!(quoted.mark, '`' | '}') && text.get(quoted.bytes.clone())?.ends_with('`') {
            templates = templates.checked_sub(1)?;
        }
    }
    let is_closed = |comment: &str| !comment.starts_with("/*") || comment.ends_with("*/");
    let comment = scan.comments.last().map(|it| it.bytes.clone());
    if templates > 0 || !comment.is_none_or(|bytes| text.get(bytes).is_some_and(is_closed)) {
        return None;
    }
    let mut open = open.to_vec();
    for c in scan.code.chars() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' if open.pop() != Some(c) => return None,
            _ => {}
        }
    }
    Some(open)
}

/// The lines that a text is made of which makes sense only as several: what is pasted comes all at once,
/// and would be what was typed one after another. A text of which not all parts make sense stays whole.
#[must_use]
pub fn parts(text: &str) -> Vec<&str> {
    if !text.trim().contains('\n') || parse(text).is_ok() {
        return vec![text];
    }
    let mut parts = Vec::new();
    let mut start = 0;
    let ends = text.match_indices('\n').map(|(at, _)| at + 1);
    for end in ends.chain([text.len()]) {
        let part = text.get(start..end).unwrap_or_default();
        if part.trim().is_empty() || is_incomplete(part) {
            continue;
        }
        if parse(part).is_err() {
            return vec![text];
        }
        parts.push(part.trim_end());
        start = end;
    }
    if text
        .get(start..)
        .is_some_and(|rest| !rest.trim().is_empty())
    {
        return vec![text];
    }
    parts
}

fn parse(text: &str) -> Result<(), ParseError> {
    let mut engine = Engine::new_raw();
    let line = results::Text::default();
    line.set(text);
    results::allow(&mut engine, &line);
    engine.compile(text).map(drop)
}

/// Whether more lines could make this text a script, as its parser sees it.
fn is_incomplete(text: &str) -> bool {
    let Err(error) = parse(text) else {
        return false;
    };
    match error.err_type() {
        ParseErrorType::UnexpectedEOF => true,
        ParseErrorType::BadInput(LexError::UnterminatedString) => ends_in_open_text(text),
        ParseErrorType::MissingToken(..) => {
            let position = error.position();
            position.is_none() || is_at_end(text, position.line(), position.position())
        }
        _ => false,
    }
}

/// Only text in backticks may go over several lines.
fn ends_in_open_text(text: &str) -> bool {
    text.matches('`').count() % 2 == 1
}

fn is_at_end(text: &str, line: Option<usize>, column: Option<usize>) -> bool {
    let (Some(line), column) = (line, column.unwrap_or(0)) else {
        return true;
    };
    let mut rest = text.lines().skip(line.saturating_sub(1));
    let tail: String = rest
        .next()
        .unwrap_or_default()
        .chars()
        .skip(column.saturating_sub(1))
        .collect();
    tail.trim().is_empty() && rest.all(|line| line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_is_taken_apart_where_only_its_lines_make_sense() {
        let pasted = "let total = 0\nfor c in clouds() {\n    total += 1\n}\n\nprint(total)";
        let lines = [
            "let total = 0",
            "for c in clouds() {\n    total += 1\n}",
            "\nprint(total)",
        ];
        assert_eq!(parts(pasted), lines);
        for whole in [
            "let a = 1;\nlet b = 2;",
            "clouds()\n  .len()",
            "let a = 1\nlet = 2",
            "let a = 1\nfn f() {",
            "let a = = 1",
        ] {
            assert_eq!(parts(whole), [whole]);
        }
    }

    #[test]
    fn open_brackets_and_backticks_wait_for_more() {
        for text in [
            "fn f() {",
            "let x = [1,",
            "print(",
            "let t = `a",
            "if x {\n  y",
            "let x =",
            "_.map(|x|",
            "_1 +",
        ] {
            assert!(is_incomplete(text), "{text}");
        }
    }

    #[test]
    fn open_brackets_are_told_line_by_line_as_at_once() {
        for text in [
            "fn f(a) {\n  // it's {\n  let t = `a ${g(\"}\")} {`;\n  /* ( */ t\n}",
            "let m = #{\n  a: [1,\n  2],\n  b: '{'\n}",
            "let t = `a\n{ ${\n1\n}\n`; f(\n)",
            "f(/* a\n) */\n)",
            "g(]\n)",
        ] {
            let mut growing = Growing::default();
            for (end, _) in text.match_indices('\n') {
                assert!(
                    growing.is_incomplete(&text[..end]) || text.starts_with("g("),
                    "{:?}",
                    &text[..end]
                );
            }
            assert_eq!(growing.is_incomplete(text), is_incomplete(text), "{text:?}");
            assert!(!growing.is_incomplete(text), "{text:?}");
        }
        // Another text is one of its own, and what is open in a faulty one is waited for.
        let mut growing = Growing::default();
        assert!(growing.is_incomplete("f(\n1,\n"));
        assert!(!growing.is_incomplete("f()"));
        assert!(growing.is_incomplete("fn f() {\nlet = 3\n"));
        assert!(!growing.is_incomplete("fn f() {\nlet = 3\n}"));
    }

    proptest::proptest! {
        /// However a text is cut into lines, what is known of it is what is known of all of it.
        #[test]
        fn what_is_known_of_a_text_is_that_of_all_of_it(
            lines in proptest::collection::vec("[ab(){}\\[\\]`\"'$/*\\\\]{0,6}", 1..8),
        ) {
            let mut growing = Growing::default();
            let mut text = String::new();
            for line in &lines {
                text.push_str(line);
                let whole = after(&[], &text).is_some_and(|open| !open.is_empty());
                proptest::prop_assert_eq!(growing.has_open(&text), whole, "{:?}", text);
                text.push('\n');
            }
        }
    }

    #[test]
    fn whole_and_hopeless_texts_do_not() {
        for text in [
            "1 + 1",
            "let x = 1;",
            "let = 3",
            "print(\"a",
            "}",
            "fn f() { 1 }",
        ] {
            assert!(!is_incomplete(text), "{text}");
        }
    }
}
