//! A script's text told apart into code, comments and texts, for what the parser does not keep.

use std::fmt::Write as _;
use std::ops::Range;

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its line, from 1.
    pub line: usize,
    /// The bytes it takes.
    pub bytes: Range<usize>,
    /// Whether nothing but the comment stands on its line.
    pub alone: bool,
}

/// A text, or what of a text in backticks stands between the code in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// The bytes it takes, quotes included.
    pub bytes: Range<usize>,
    /// The quote it begins with; the end of what stands in it, if it goes on after code.
    pub mark: char,
    /// Whether it ends where it should.
    pub closed: bool,
}

/// A function as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its name.
    pub name: String,
    /// The byte its name begins at.
    pub at: usize,
    /// The names of its parameters with the bytes they begin at.
    pub params: Vec<(String, usize)>,
}

/// A script's text told apart.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The text with spaces for what is in comments and quotes; as long as the text.
    pub code: String,
    /// Its comments, in order.
    pub comments: Vec<Comment>,
    /// Its texts, in order.
    pub texts: Vec<Quoted>,
}

impl Scan {
    /// Tells a text apart.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut scanner = Scanner {
            text,
            code: String::with_capacity(text.len()),
            comments: Vec::new(),
            texts: Vec::new(),
            line: 1,
            at: 0,
        };
        scanner.run();
        Self {
            code: scanner.code,
            comments: scanner.comments,
            texts: scanner.texts,
        }
    }

    /// The words of its code with the bytes they begin at: names, keywords and numbers.
    pub fn words(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let start = from + self.code.get(from..)?.find(is_word)?;
            let rest = self.code.get(start..)?;
            let word = rest.get(..rest.find(|c| !is_word(c)).unwrap_or(rest.len()))?;
            from = start + word.len();
            Some((start, word))
        })
    }

    /// The functions, in order.
    #[must_use]
    pub fn functions(&self) -> Vec<Written> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(at) = self.code.get(from..).and_then(|rest| rest.find("fn ")) {
            let at = from + at;
            from = at + 3;
            let before = self.code.get(..at).and_then(|it| it.chars().next_back());
            if !before.is_some_and(is_word)
                && let Some(written) = self.function(from)
            {
                found.push(written);
            }
        }
        found
    }

    /// The function whose name comes next.
    fn function(&self, from: usize) -> Option<Written> {
        let rest = self.code.get(from..)?;
        let at = from + (rest.len() - rest.trim_start().len());
        let rest = self.code.get(at..)?;
        let open = rest.find('(')?;
        // A method may name its type first: fn int.double().
        let name = rest.get(..open)?.trim().rsplit('.').next()?;
        if name.is_empty() || !name.chars().all(is_word) {
            return None;
        }
        let close = open + rest.get(open..)?.find(')')?;
        let mut start = at + open + 1;
        let mut params = Vec::new();
        for piece in rest.get(open + 1..close)?.split(',') {
            let name = piece.trim();
            if !name.is_empty() {
                let lead = piece.len() - piece.trim_start().len();
                params.push((name.to_owned(), start + lead));
            }
            start += piece.len() + 1;
        }
        Some(Written {
            name: name.to_owned(),
            at,
            params,
        })
    }
}

/// Whether a character is part of a name.
#[must_use]
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A text as it is written between quotes. What cannot be seen is written as an escape.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                written.push('\\');
                written.push(c);
            }
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            '\r' => written.push_str("\\r"),
            // Those that turn the direction of writing among them.
            c if c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}') =>
            {
                let _ = write!(written, "\\u{:04x}", u32::from(c));
            }
            c => written.push(c),
        }
    }
    written
}

struct Scanner<'t> {
    text: &'t str,
    code: String,
    comments: Vec<Comment>,
    texts: Vec<Quoted>,
    line: usize,
    at: usize,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes the next character, which is code or not.
    fn take(&mut self, is_code: bool) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        if c == '\n' {
            self.line += 1;
        }
        if is_code || c == '\n' || c == '\r' {
            self.code.push(c);
        } else {
            self.code.extend(std::iter::repeat_n(' ', c.len_utf8()));
        }
        Some(c)
    }

    fn run(&mut self) {
        // How deep in brackets each `${` of a text that is being read stands.
        let mut inside: Vec<usize> = Vec::new();
        loop {
            let rest = self.rest();
            if rest.starts_with("//") || rest.starts_with("/*") {
                self.comment();
                continue;
            }
            let Some(c) = rest.chars().next() else {
                return;
            };
            match c {
                '"' => self.quoted('"'),
                '\'' => self.quoted('\''),
                '`' => {
                    let start = self.at;
                    self.take(false);
                    if self.template(start, '`') {
                        inside.push(0);
                    }
                }
                '{' => {
                    if let Some(depth) = inside.last_mut() {
                        *depth += 1;
                    }
                    self.take(true);
                }
                '}' => match inside.last_mut() {
                    Some(0) => {
                        inside.pop();
                        self.take(true);
                        if self.template(self.at, '}') {
                            inside.push(0);
                        }
                    }
                    Some(depth) => {
                        *depth -= 1;
                        self.take(true);
                    }
                    None => {
                        self.take(true);
                    }
                },
                _ => {
                    self.take(true);
                }
            }
        }
    }

    fn comment(&mut self) {
        let (start, line) = (self.at, self.line);
        let before = self.code.rsplit('\n').next().unwrap_or_default();
        // What is quoted became spaces too, and is not nothing.
        let written = self.text.get(start - before.len()..start);
        let alone = written.is_some_and(|it| it.trim().is_empty());
        if self.rest().starts_with("//") {
            while !matches!(self.rest().chars().next(), None | Some('\n' | '\r')) {
                self.take(false);
            }
        } else {
            let mut depth = 0_usize;
            loop {
                let rest = self.rest();
                if rest.starts_with("/*") {
                    depth += 1;
                    self.take(false);
                } else if rest.starts_with("*/") {
                    depth -= 1;
                    self.take(false);
                    if depth == 0 {
                        self.take(false);
                        break;
                    }
                }
                if self.take(false).is_none() {
                    break;
                }
            }
        }
        self.comments.push(Comment {
            line,
            bytes: start..self.at,
            alone,
        });
    }

    /// A text in quotes, which ends at the end of the line unless a backslash stands there.
    fn quoted(&mut self, mark: char) {
        let start = self.at;
        self.take(false);
        let mut closed = false;
        while let Some(c) = self.rest().chars().next() {
            if c == '\n' {
                break;
            }
            self.take(false);
            if c == '\\' {
                self.take(false);
            } else if c == mark {
                closed = true;
                break;
            }
        }
        self.text(start, mark, closed);
    }

    /// The rest of a text in backticks; tells whether it broke off at `${`.
    fn template(&mut self, start: usize, mark: char) -> bool {
        while let Some(c) = self.rest().chars().next() {
            if self.rest().starts_with("${") {
                self.take(false);
                self.text(start, mark, true);
                self.take(true);
                return true;
            }
            self.take(false);
            if c == '`' {
                if self.rest().starts_with('`') {
                    self.take(false);
                    continue;
                }
                self.text(start, mark, true);
                return false;
            }
        }
        self.text(start, mark, false);
        false
    }

    fn text(&mut self, start: usize, mark: char, closed: bool) {
        self.texts.push(Quoted {
            bytes: start..self.at,
            mark,
            closed,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_told_from_comments_and_texts() {
        let text = "let a = \"x // y\"; // é {\nlet b = `p ${f(#{a: `q`})} r`; /* ( /* */ ) */ c";
        let scan = Scan::of(text);
        assert_eq!(scan.code.len(), text.len());
        assert_eq!(
            scan.code.split_whitespace().collect::<Vec<_>>().join(" "),
            "let a = ; let b = {f(#{a: })} ; c"
        );
        let lines: Vec<(usize, bool)> =
            scan.comments.iter().map(|it| (it.line, it.alone)).collect();
        assert_eq!(lines, [(1, false), (2, false)]);
        assert_eq!(&text[scan.comments[0].bytes.clone()], "// é {");
        assert!(Scan::of("\n  // a").comments[0].alone);
        for odd in ["\"", "`${", "/*", "'", "}", "`a ${ `", "\"\\"] {
            assert_eq!(Scan::of(odd).code.len(), odd.len(), "{odd}");
        }
    }

    #[test]
    fn a_text_in_quotes_is_read_as_it_was() {
        let text = "a \"b\" \\c\n\u{1b}[1m\u{202e}é";
        let written = quoted(text);
        assert!(!written.chars().any(char::is_control), "{written}");
        let read: String = rhai::Engine::new().eval(&format!("\"{written}\"")).unwrap();
        assert_eq!(read, text);
    }

    #[test]
    fn texts_are_found_with_what_stands_open() {
        let text = "f(\"a\", `b ${c} d`, 'e', \"g";
        let texts: Vec<(&str, bool)> = Scan::of(text)
            .texts
            .into_iter()
            .map(|it| (&text[it.bytes], it.closed))
            .collect();
        let expected = [
            ("\"a\"", true),
            ("`b $", true),
            (" d`", true),
            ("'e'", true),
            ("\"g", false),
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn functions_are_found_where_they_are_written() {
        let text = "// fn no(a)\nfn f(a, bc) {}\nprivate fn int.g() { \"fn h()\" }";
        let found = Scan::of(text).functions();
        let names: Vec<&str> = found.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["f", "g"]);
        let places: Vec<&str> = found[0]
            .params
            .iter()
            .map(|it| &text[it.1..][..1])
            .collect();
        assert_eq!(places, ["a", "b"]);
    }
}
