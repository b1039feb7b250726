//! Lines of earlier that are asked for again: `!!` and `!12`.

use super::command;
use super::history::History;
use crate::error::Complaint;

/// Which line is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Last,
    Number(usize),
}

/// What a line asks for, and what comes after that, such as `| json`. The `!` of the language has
/// something else after it.
fn read(line: &str) -> Option<(Which, &str)> {
    let line = line.trim();
    let (asked, _) = command::piped(line);
    let after = line.get(asked.len()..).unwrap_or_default();
    let which = match asked.strip_prefix('!')? {
        "!" => Which::Last,
        digits if !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit()) => {
            // What is too great for a number is the number of no line.
            Which::Number(digits.parse().unwrap_or(usize::MAX))
        }
        _ => return None,
    };
    Some((which, after))
}

/// Whether a line asks for one of earlier.
pub fn is_asked(line: &str) -> bool {
    read(line).is_some()
}

/// The line that is asked for, shown as what comes after says; nothing where none is.
pub fn recalled(line: &str, history: &History) -> Option<Result<String, Complaint>> {
    let (which, after) = read(line)?;
    let found = match which {
        Which::Last => history.last(),
        Which::Number(number) => history.line(number),
    };
    Some(found.map(|found| {
        if after.is_empty() {
            found
        } else {
            format!("{}{after}", command::piped(&found).0)
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_marks_and_a_number_ask_for_a_line() {
        assert_eq!(read(" !! "), Some((Which::Last, "")));
        assert_eq!(read("!12"), Some((Which::Number(12), "")));
        assert_eq!(read("!! | json"), Some((Which::Last, " | json")));
        assert_eq!(read("!3.json()"), Some((Which::Number(3), ".json()")));
        for code in [
            "!!true", "!x", "!", "!12 == 3", "! !", "!!!", "!-1", "1 + !!", "!1x",
        ] {
            assert_eq!(read(code), None, "{code}");
        }
    }

    #[test]
    fn a_line_that_is_asked_for_is_shown_as_it_is_asked() {
        let (history, _) = History::open(None);
        history.keeps("clouds() | table");
        let recalled = |line: &str| recalled(line, &history).map(Result::ok);
        assert_eq!(recalled("!!"), Some(Some("clouds() | table".to_owned())));
        assert_eq!(
            recalled("!1 | json"),
            Some(Some("clouds() | json".to_owned()))
        );
        assert_eq!(recalled("!2"), Some(None));
        assert_eq!(recalled("!true"), None);
    }
}
