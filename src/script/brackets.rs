//! The brackets that stand open at the end of a text, with where one is in each: what a text that is
//! being typed has not closed yet.

use super::scan::{Scan, is_word};

/// A bracket that stands open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The bracket; `#` for that of a map.
    pub bracket: char,
    /// The byte it stands at.
    pub at: usize,
    /// How many commas came after it.
    pub commas: usize,
    /// The byte after the bracket or the last comma.
    pub item: usize,
    /// The byte of the colon after the last comma, in a map.
    pub colon: Option<usize>,
    /// The keys given so far, in a map.
    pub keys: Vec<String>,
}

impl Open {
    fn new(bracket: char, at: usize) -> Self {
        Self {
            bracket,
            at,
            commas: 0,
            item: at + 1,
            colon: None,
            keys: Vec::new(),
        }
    }

    /// The key whose value is being given, in a map.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.colon?;
        self.keys.last().map(String::as_str)
    }
}

/// The brackets that stand open at the end of a text, the innermost last.
#[must_use]
pub fn open(text: &str, scan: &Scan) -> Vec<Open> {
    let mut found: Vec<Open> = Vec::new();
    let mut before = ' ';
    // Whether the bars of a closure stand open: the commas between are those of its parameters.
    let mut is_piped = false;
    for (at, c) in scan.code.char_indices() {
        let begins = found.last().is_none_or(|it| {
            let item = scan.code.get(it.item..at).unwrap_or_default();
            item.trim().is_empty()
        });
        match c {
            '{' if before == '#' => found.push(Open::new('#', at)),
            '(' | '[' | '{' => found.push(Open::new(c, at)),
            ')' | ']' | '}' => {
                found.pop();
            }
            '|' if is_piped => is_piped = false,
            '|' if begins
                && scan
                    .code
                    .get(at + 1..)
                    .is_some_and(|it| !it.starts_with('|')) =>
            {
                is_piped = true;
            }
            ',' if !is_piped => {
                if let Some(last) = found.last_mut() {
                    last.commas += 1;
                    last.item = at + 1;
                    last.colon = None;
                }
            }
            ';' => {
                is_piped = false;
                if let Some(last) = found.last_mut() {
                    last.item = at + 1;
                }
            }
            ':' => {
                if let Some(last) = found.last_mut().filter(|it| it.bracket == '#')
                    && last.colon.is_none()
                {
                    let key = text.get(last.item..at).unwrap_or_default().trim();
                    last.keys.push(key.trim_matches('"').to_owned());
                    last.colon = Some(at);
                }
            }
            _ => {}
        }
        before = c;
    }
    found
}

/// The byte at which the chain of names, calls and items begins that a text ends with.
#[must_use]
pub fn chain(scan: &Scan) -> usize {
    let code = &scan.code;
    let mut at = code.trim_end().len();
    loop {
        let before = code.get(..at).unwrap_or_default();
        let Some(last) = before.chars().next_back() else {
            return at;
        };
        let start = if is_word(last) {
            before.trim_end_matches(is_word).len()
        } else if matches!(last, ')' | ']' | '}') {
            let opens = opening(before);
            // What is called or picked from stands before the bracket.
            let called = code.get(..opens).unwrap_or_default();
            if called.ends_with(|c: char| is_word(c) || matches!(c, ')' | ']')) {
                at = opens;
                continue;
            }
            opens
        } else {
            // A text, in whose place there are spaces.
            return at;
        };
        let before = code.get(..start).unwrap_or_default();
        // A module's name belongs to that of its function.
        match before.strip_suffix("::") {
            Some(alias) => at = alias.len(),
            None => match before.trim_end().strip_suffix('.') {
                Some(receiver) if !receiver.ends_with('.') => at = receiver.trim_end().len(),
                _ => return start,
            },
        }
    }
}

/// Where the bracket opens that a text ends with.
fn opening(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code.char_indices().rev() {
        match c {
            ')' | ']' | '}' => depth += 1,
            '(' | '[' | '{' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(text: &str) -> Vec<Open> {
        open(text, &Scan::of(text))
    }

    #[test]
    fn it_is_told_where_one_is_in_what_stands_open() {
        let found = opened("f(a, [1, 2], #{b: \"x, (\", c: g(h), d: ");
        let brief: Vec<(char, usize)> = found.iter().map(|it| (it.bracket, it.commas)).collect();
        assert_eq!(brief, [('(', 2), ('#', 2)]);
        assert_eq!(found[1].keys, ["b", "c", "d"]);
        assert_eq!(found[1].key(), Some("d"));
        assert_eq!(opened("f(a)[0].g")[..], []);
        // A key that is being typed has no value yet.
        assert_eq!(opened("f(#{b: 1, c")[1].key(), None);
    }

    #[test]
    fn the_commas_of_a_closure_are_its_own() {
        let found = opened("f(|a, b| a || b, ");
        assert_eq!(found[0].commas, 1);
        let found = opened("f(|| a, ");
        assert_eq!(found[0].commas, 1);
        let found = opened("f(1, |a, b");
        assert_eq!(found[0].commas, 1);
    }

    #[test]
    fn a_chain_goes_back_over_calls_and_items() {
        for (text, expected) in [
            ("let a = b.c(d, \"e)\")[0].f", "b.c(d, \"e)\")[0].f"),
            ("x + r::s(1).t", "r::s(1).t"),
            ("f(\"a.b\"", "\"a.b\""),
            ("[1, 2]", "[1, 2]"),
            ("a..b", "b"),
        ] {
            let scan = Scan::of(text);
            assert_eq!(text[chain(&scan)..].trim(), expected, "{text}");
        }
    }
}
