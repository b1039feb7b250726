//! The lines of a session that succeeded, and the script they make.

use std::collections::BTreeSet;

use crate::script::results;
use crate::script::scan::Scan;

/// A line that succeeded.
#[derive(Clone, Debug)]
struct Said {
    text: String,
    /// The byte its last statement begins at, if that came to a value.
    value: Option<usize>,
    /// The number of its result, if it has one.
    number: Option<usize>,
    /// The number of the last result when it was said.
    last: usize,
}

/// The lines of a session that succeeded.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    said: Vec<Said>,
    was_elsewhere: bool,
}

impl Transcript {
    /// Whether there is nothing to write down.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.said.is_empty()
    }

    /// Notes a line that succeeded. `value` is where its last statement begins, `number` that of its
    /// result, `last` that of the result before it.
    pub fn note(&mut self, line: &str, value: Option<usize>, number: Option<usize>, last: usize) {
        self.said.push(Said {
            text: line.trim().to_owned(),
            value,
            number,
            last,
        });
    }

    /// Notes that what follows was done on another account, which a script cannot go to by itself.
    pub fn moves(&mut self) {
        self.was_elsewhere |= !self.is_empty();
    }

    /// Whether lines of it were said on another account.
    #[must_use]
    pub const fn was_elsewhere(&self) -> bool {
        self.was_elsewhere
    }

    /// The script that does the same. Results that later lines use get names.
    #[must_use]
    pub fn script(&self) -> String {
        let used: BTreeSet<usize> = self
            .said
            .iter()
            .flat_map(|said| references(&said.text, said.last))
            .map(|(_, number)| number)
            .collect();
        let mut script = String::from("//! Written down from a session at the prompt of mw.\n");
        let mut before = self.said.iter().rev().skip(1);
        if before.any(|said| said.number.is_some_and(|it| !used.contains(&it))) {
            // At the prompt values are looked at.
            script.push_str("//! mw: allow(unused-value)\n");
        }
        script.push('\n');
        for (at, said) in self.said.iter().enumerate() {
            let mut text = said.text.clone();
            if let (Some(number), Some(begin)) = (said.number, said.value)
                && used.contains(&number)
                && text.is_char_boundary(begin)
            {
                text.insert_str(begin, &format!("let result_{number} = "));
            }
            for (bytes, number) in references(&text, said.last).into_iter().rev() {
                text.replace_range(bytes, &format!("result_{number}"));
            }
            let later = self.said.get(at + 1..).unwrap_or_default();
            let text = without_functions(&text, later);
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            script.push_str(&ended(text));
            script.push('\n');
        }
        script
    }
}

/// The text with a semicolon after what it says, and before a remark at its end.
fn ended(text: &str) -> String {
    let scan = Scan::of(text);
    let mut end = scan.code.trim_end().len();
    if let Some(last) = scan.texts.last() {
        end = end.max(last.bytes.end);
    }
    let said = text.get(..end).unwrap_or(text);
    let is_definition = said.starts_with("fn ") && said.ends_with('}');
    if said.is_empty() || is_definition || said.ends_with(';') {
        return text.to_owned();
    }
    let remark = text.get(end..).unwrap_or_default();
    format!("{said};{remark}")
}

/// Where a text names results, and which; `last` is the number of the last.
fn references(text: &str, last: usize) -> Vec<(std::ops::Range<usize>, usize)> {
    let scan = Scan::of(text);
    let mut found = Vec::new();
    for (start, word) in scan.words().filter(|(_, word)| results::is_name(word)) {
        let end = start + word.len();
        let (before, after) = (scan.code.get(..start), scan.code.get(end..));
        let after = after.unwrap_or_default().trim_start();
        let is_case = word == results::LAST && after.starts_with("=>");
        let is_member = before.is_some_and(|it| it.trim_end().ends_with('.'));
        if !is_case && !is_member {
            let number = word.trim_start_matches('_').parse().unwrap_or(last);
            found.push((start..end, number));
        }
    }
    found
}

/// The text without the functions that later lines define again: a script may define each but once.
fn without_functions(text: &str, later: &[Said]) -> String {
    let scan = Scan::of(text);
    let mut text = text.to_owned();
    for own in scan.functions().into_iter().rev() {
        let is_again = later.iter().any(|said| {
            let functions = Scan::of(&said.text).functions();
            functions
                .iter()
                .any(|it| it.name == own.name && it.params.len() == own.params.len())
        });
        let start = scan.code.get(..own.at).and_then(|it| it.rfind("fn "));
        let (true, Some(start)) = (is_again, start) else {
            continue;
        };
        let mut depth = 0_usize;
        let body = scan.code.get(own.at..).unwrap_or_default();
        let end = body.char_indices().find_map(|(at, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => return None,
            }
            (depth == 0).then_some(own.at + at + 1)
        });
        if let Some(end) = end {
            text.replace_range(start..end, "");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_that_are_used_get_names_and_the_last_definition_stays() {
        let mut said = Transcript::default();
        said.note("fn f(x) { x }", None, None, 0);
        said.note("clouds()", Some(0), Some(1), 0);
        said.note("let c = _[0]", None, None, 1);
        said.note("1 + 1", Some(0), Some(2), 1);
        said.note("fn f(x) { x + 1 }", None, None, 2);
        said.note("f(_1.len()) + _2", Some(0), Some(3), 2);
        assert_eq!(
            said.script(),
            "//! Written down from a session at the prompt of mw.\n\n\
             let result_1 = clouds();\nlet c = result_1[0];\nlet result_2 = 1 + 1;\n\
             fn f(x) { x + 1 }\nf(result_1.len()) + result_2;\n"
        );
    }

    #[test]
    fn what_was_looked_at_is_allowed_and_ends_before_its_remark() {
        let mut said = Transcript::default();
        said.note("let a = 1 // one", None, None, 0);
        said.note("a + 1", Some(0), Some(1), 0);
        said.note("\"//\"", Some(0), Some(2), 1);
        assert_eq!(
            said.script(),
            "//! Written down from a session at the prompt of mw.\n//! mw: allow(unused-value)\n\n\
             let a = 1; // one\na + 1;\n\"//\";\n"
        );
    }
}
