//! What is opened in a text and never closed.

/// Something that is opened and never closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unclosed {
    /// What opens it: a bracket, a quote, or `*` for a comment.
    pub mark: char,
    /// The byte it begins at.
    pub at: usize,
}

struct Bracket {
    mark: char,
    at: usize,
    /// What its line is indented by.
    indent: usize,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    open: Vec<Bracket>,
    /// A bracket whose partner stands elsewhere than the layout of the lines says.
    suspect: Option<Unclosed>,
}

/// What is never closed: a quote or a comment, or else the bracket where it goes wrong, by the
/// layout of the lines or because nothing closes it.
#[must_use]
pub fn unclosed(text: &str) -> Option<Unclosed> {
    let mut reader = Reader {
        text,
        at: 0,
        open: Vec::new(),
        suspect: None,
    };
    if let Err(unclosed) = reader.code(false) {
        return Some(unclosed);
    }
    let last = reader.open.last()?;
    Some(reader.suspect.unwrap_or(Unclosed {
        mark: last.mark,
        at: last.at,
    }))
}

/// The innermost bracket that is open where a text breaks off.
#[must_use]
pub fn innermost(text: &str) -> Option<Unclosed> {
    let mut reader = Reader {
        text,
        at: 0,
        open: Vec::new(),
        suspect: None,
    };
    reader.code(false).ok()?;
    let last = reader.open.last()?;
    Some(Unclosed {
        mark: last.mark,
        at: last.at,
    })
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Option<(usize, char)> {
        let at = self.at;
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some((at, c))
    }

    fn indent(&self, at: usize) -> (usize, bool) {
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        (indent, line.trim().is_empty())
    }

    /// Reads code up to the end, or up to the bracket that ends an interpolation.
    fn code(&mut self, interpolated: bool) -> Result<(), Unclosed> {
        let outside = self.open.len();
        while let Some((at, c)) = self.next() {
            match c {
                '/' if self.rest().starts_with('/') => {
                    let line = self.rest().find('\n').unwrap_or(self.rest().len());
                    self.at += line;
                }
                '/' if self.rest().starts_with('*') => self.comment(at)?,
                '"' | '\'' => self.quoted(at, c)?,
                '`' => self.template(at)?,
                '(' | '[' | '{' => {
                    let (indent, _) = self.indent(at);
                    self.open.push(Bracket {
                        mark: c,
                        at,
                        indent,
                    });
                }
                ')' | ']' | '}' => {
                    if interpolated && c == '}' && self.open.len() == outside {
                        return Ok(());
                    }
                    self.close(at, c);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn close(&mut self, at: usize, c: char) {
        let opens = match c {
            ')' => '(',
            ']' => '[',
            _ => '{',
        };
        if self.open.last().is_none_or(|last| last.mark != opens) {
            return;
        }
        let Some(bracket) = self.open.pop() else {
            return;
        };
        let (indent, is_first) = self.indent(at);
        if is_first && indent != bracket.indent && self.suspect.is_none() {
            self.suspect = Some(Unclosed {
                mark: bracket.mark,
                at: bracket.at,
            });
        }
    }

    fn comment(&mut self, at: usize) -> Result<(), Unclosed> {
        self.at += 1;
        let mut depth = 1;
        while depth > 0 {
            let rest = self.rest();
            let Some(next) = rest.find(['/', '*']) else {
                return Err(Unclosed { mark: '*', at });
            };
            let pair = rest.get(next..).unwrap_or_default();
            if pair.starts_with("/*") {
                depth += 1;
                self.at += next + 2;
            } else if pair.starts_with("*/") {
                depth -= 1;
                self.at += next + 2;
            } else {
                self.at += next + 1;
            }
        }
        Ok(())
    }

    fn quoted(&mut self, at: usize, mark: char) -> Result<(), Unclosed> {
        while let Some((_, c)) = self.next() {
            match c {
                '\\' => {
                    self.next();
                }
                '\n' => break,
                c if c == mark => return Ok(()),
                _ => {}
            }
        }
        Err(Unclosed { mark, at })
    }

    fn template(&mut self, at: usize) -> Result<(), Unclosed> {
        while let Some((_, c)) = self.next() {
            match c {
                '`' if self.rest().starts_with('`') => {
                    self.next();
                }
                '`' => return Ok(()),
                '$' if self.rest().starts_with('{') => {
                    let opened = self.at;
                    self.at += 1;
                    self.code(true)?;
                    if !self.text.get(..self.at).is_some_and(|it| it.ends_with('}')) {
                        return Err(Unclosed {
                            mark: '{',
                            at: opened,
                        });
                    }
                }
                _ => {}
            }
        }
        Err(Unclosed { mark: '`', at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_never_closed_is_found_where_it_begins() {
        for (text, mark, at) in [
            ("print(\"a\"", '(', 5),
            ("let a = \"b;\n", '"', 8),
            ("let a = `b ${c};\n", '`', 8),
            ("/* a /* b */", '*', 0),
            ("if a {\n  if b {\n}\n", '{', 14),
            ("fn f() {\n  g();\n", '{', 7),
        ] {
            assert_eq!(unclosed(text), Some(Unclosed { mark, at }), "{text}");
        }
        for text in ["f(\"(\", '(', `(${g(\"{\")}`); // (", "/* ( */ [1]", ""] {
            assert_eq!(unclosed(text), None, "{text}");
        }
    }
}
