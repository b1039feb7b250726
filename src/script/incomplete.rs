//! Whether a text is the beginning of something.

use rhai::{Engine, LexError, ParseErrorType};

use super::results;

/// Whether more lines could make this text a script, as its parser sees it.
#[must_use]
pub fn is_incomplete(text: &str) -> bool {
    let mut engine = Engine::new_raw();
    let line = results::Text::default();
    line.set(text);
    results::allow(&mut engine, &line);
    let Err(error) = engine.compile(text) else {
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
