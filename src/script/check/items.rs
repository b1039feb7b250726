//! The functions and statements at the top of a text, told apart by their brackets alone, so that one
//! that does not parse can be left out.

use std::ops::Range;

use rhai::Position;

use super::super::scan::is_word;
use super::parse::offset;

/// A function or a statement at the top of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The bytes it takes.
    pub bytes: Range<usize>,
    /// Whether its brackets match.
    pub is_whole: bool,
}

/// The items of a code without comments and texts. One whose brackets do not match ends where a line
/// begins with a function.
#[must_use]
pub fn of(code: &str) -> Vec<Item> {
    let mut found = Vec::new();
    let mut open: Vec<char> = Vec::new();
    let (mut start, mut is_whole) = (0, true);
    let mut line_start = true;
    for (at, c) in code.char_indices() {
        if line_start && at > start {
            let rest = code.get(at..).unwrap_or_default();
            let begins = rest.starts_with("fn ") || rest.starts_with("private fn ");
            if begins && (!open.is_empty() || !is_whole) {
                found.push(Item {
                    bytes: start..at,
                    is_whole: false,
                });
                open.clear();
                (start, is_whole) = (at, true);
            }
        }
        line_start = c == '\n';
        match c {
            '(' | '[' | '{' => open.push(c),
            ')' | ']' | '}' => {
                let wanted = match c {
                    ')' => '(',
                    ']' => '[',
                    _ => '{',
                };
                is_whole &= open.pop() == Some(wanted);
            }
            _ => {}
        }
        let ends = c == ';' || (c == '}' && !goes_on(code.get(at + 1..).unwrap_or_default()));
        if ends && open.is_empty() && is_whole {
            found.push(Item {
                bytes: start..at + 1,
                is_whole: true,
            });
            start = at + 1;
        }
    }
    if start < code.len() {
        found.push(Item {
            bytes: start..code.len(),
            is_whole: is_whole && open.is_empty(),
        });
    }
    found
}

/// Whether a statement goes on after a closing brace.
fn goes_on(rest: &str) -> bool {
    let rest = rest.trim_start();
    let word: String = rest.chars().take_while(|c| is_word(*c)).collect();
    matches!(word.as_str(), "else" | "catch" | "while" | "until")
        || rest.starts_with(['.', ',', ';', ')', ']', '?', '[', '('])
}

/// The bytes of the item in which a mistake stands; nothing when an item before it is not whole, for
/// then the mistake may be of that one.
#[must_use]
pub fn at(items: &[Item], text: &str, position: Position) -> Option<Range<usize>> {
    let at = offset(text, position)?;
    let index = items.iter().position(|item| item.bytes.contains(&at))?;
    let last = items.len() - 1;
    let (before, rest) = items.split_at(index);
    let item = rest.first()?;
    // What is never closed swallows all that follows.
    let sound = item.is_whole || index < last;
    (sound
        && before
            .iter()
            .all(|item| item.is_whole || is_blank(item, text)))
    .then(|| item.bytes.clone())
}

fn is_blank(item: &Item, text: &str) -> bool {
    text.get(item.bytes.clone())
        .is_some_and(|it| it.trim().is_empty())
}

/// The names that a code declares.
#[must_use]
pub fn declared(code: &str) -> Vec<String> {
    let words: Vec<&str> = code
        .split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty())
        .collect();
    words
        .windows(2)
        .filter_map(|pair| match pair {
            ["let" | "const" | "fn" | "as" | "for", name] => Some((*name).to_owned()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(code: &str) -> Vec<(&str, bool)> {
        of(code)
            .into_iter()
            .map(|item| (code[item.bytes].trim(), item.is_whole))
            .collect()
    }

    #[test]
    fn items_are_told_apart_by_their_brackets() {
        assert_eq!(
            pieces("let a = f(#{b: 1}); if a { 1 } else { 2 } fn g() { x; y } h()"),
            [
                ("let a = f(#{b: 1});", true),
                ("if a { 1 } else { 2 }", true),
                ("fn g() { x; y }", true),
                ("h()", true)
            ]
        );
    }

    #[test]
    fn what_is_not_closed_ends_where_a_line_begins_with_a_function() {
        assert_eq!(
            pieces("fn f() { g( }\nfn h() { }\nx"),
            [("fn f() { g( }", false), ("fn h() { }", true), ("x", true)]
        );
        assert_eq!(pieces("a(").len(), 1);
        assert!(!of("a(")[0].is_whole);
    }
}
