//! Reading a header.

use super::cursor::{Cursor, Wrong};
use super::declaration;
use super::header::{Header, Rest};
use super::kind::Kind;
use super::parameter::Parameter;
use crate::error::{Complaint, Place};
use crate::operation::nearest;

/// A property that the language gives every value, and that no field of ours comes before.
const TAKEN: &str = "tag";

/// Words that the language keeps for itself, so that `args.NAME` would not parse.
const RESERVED: &[&str] = &[
    "true",
    "false",
    "let",
    "const",
    "if",
    "else",
    "switch",
    "do",
    "while",
    "until",
    "loop",
    "for",
    "in",
    "continue",
    "break",
    "return",
    "throw",
    "try",
    "catch",
    "fn",
    "private",
    "this",
    "import",
    "export",
    "as",
    "Fn",
    "call",
    "curry",
    "is_shared",
    "is_def_fn",
    "is_def_var",
    "type_of",
    "print",
    "debug",
    "eval",
    "var",
    "static",
    "new",
    "public",
    "protected",
    "super",
    "use",
    "module",
    "package",
    "shared",
    "with",
    "is",
    "goto",
    "match",
    "case",
    "default",
    "void",
    "null",
    "nil",
    "spawn",
    "thread",
    "go",
    "sync",
    "async",
    "await",
    "yield",
];

/// Names of the option that every script has.
const HELP: [&str; 2] = ["help", "h"];

const TAGS: [&str; 2] = ["param", "rest"];

impl Header {
    /// Reads the header of a script. Everything wrong with it is reported at once.
    pub fn parse(file: &str, source: &str) -> Result<Self, Vec<Complaint>> {
        let mut reading = Reading {
            file,
            source,
            header: Self {
                file: file.to_owned(),
                ..Self::default()
            },
            complaints: Vec::new(),
            last: Last::Doc,
        };
        let (mut has_begun, mut is_in_block) = (false, false);
        for (index, line) in source.lines().enumerate() {
            let line = if index == 0 {
                line.strip_prefix('\u{feff}').unwrap_or(line)
            } else {
                line
            };
            let trimmed = line.trim_start();
            if let Some(text) = trimmed.strip_prefix("//!") {
                has_begun = true;
                reading.line(index + 1, line, text);
                continue;
            }
            // Other remarks, such as a licence, may stand before it.
            is_in_block |= !has_begun && trimmed.starts_with("/*");
            let is_remark = is_in_block || !has_begun && trimmed.starts_with("//");
            is_in_block &= !trimmed.contains("*/");
            let is_shebang = index == 0 && line.starts_with("#!");
            if !is_remark && !is_shebang && !trimmed.is_empty() {
                break;
            }
        }
        if !reading.complaints.is_empty() {
            return Err(reading.complaints);
        }
        let mut header = reading.header;
        header.doc = header.doc.trim().to_owned();
        Ok(header)
    }
}

/// What the last line declared, which an indented line continues.
#[derive(Clone, Copy)]
enum Last {
    Doc,
    Param,
    Rest,
    /// Something refused; what continues it is refused with it.
    Nothing,
}

struct Reading<'a> {
    file: &'a str,
    source: &'a str,
    header: Header,
    complaints: Vec<Complaint>,
    last: Last,
}

impl Reading<'_> {
    fn line(&mut self, number: usize, line: &str, text: &str) {
        let mut cursor = Cursor {
            number,
            line,
            rest: text,
        };
        let indent = text.chars().take_while(|c| c.is_whitespace()).count();
        cursor.skip_spaces();
        if !cursor.rest.starts_with('@') {
            self.prose(text, indent);
            return;
        }
        self.last = Last::Nothing;
        if let Err(wrong) = self.tag(cursor) {
            let place = Place::in_text(self.file, self.source, number, wrong.column, wrong.length);
            self.complaints.push(
                Complaint::usage(wrong.message)
                    .hint(wrong.hint)
                    .at(Some(place)),
            );
        }
    }

    fn prose(&mut self, text: &str, indent: usize) {
        let words = text.trim();
        let continued = match self.last {
            Last::Param => self.header.params.last_mut().map(|param| &mut param.doc),
            Last::Rest => self.header.rest.as_mut().map(|rest| &mut rest.doc),
            Last::Nothing if indent > 1 => return,
            Last::Doc | Last::Nothing => None,
        };
        if let Some(doc) = continued
            && indent > 1
            && !words.is_empty()
        {
            if !doc.is_empty() {
                doc.push(' ');
            }
            doc.push_str(words);
            return;
        }
        self.last = Last::Doc;
        self.header
            .doc
            .push_str(text.strip_prefix(' ').unwrap_or(text).trim_end());
        self.header.doc.push('\n');
    }

    fn tag(&mut self, mut cursor: Cursor<'_>) -> Result<(), Wrong> {
        let start = cursor;
        cursor.eat("@");
        let tag = cursor.take_while(|c| !c.is_whitespace());
        match tag {
            "param" => self.param(cursor),
            "rest" => self.rest(cursor),
            other => Err(Wrong::at(
                start,
                &format!("@{other}"),
                format!("a header has no tag `@{other}`"),
                match nearest(other, TAGS) {
                    Some(near) => format!("did you mean `@{near}`?"),
                    None => "the tags are `@param` and `@rest`".to_owned(),
                },
            )),
        }
    }

    fn param(&mut self, mut cursor: Cursor<'_>) -> Result<(), Wrong> {
        let (name, at) = name(&mut cursor, "@param NAME: TYPE")?;
        if cursor.rest.starts_with('?') {
            return Err(Wrong::at(
                cursor,
                "?",
                format!("the `?` of `{name}` stands after its name"),
                format!("write it after the type: `@param {name}: string?`"),
            ));
        }
        cursor.skip_spaces();
        if !cursor.eat(":") {
            return Err(Wrong::at(
                cursor,
                "",
                format!("the type of `{name}` is missing"),
                format!(
                    "write `@param {name}: TYPE`, the type one of {}",
                    Kind::NAMES.join(", ")
                ),
            ));
        }
        cursor.skip_spaces();
        let kind = declaration::kind(&mut cursor, &name)?;
        let optional = cursor.eat("?");
        let default = declaration::default(&mut cursor, &name, &kind, optional)?;
        if !cursor.rest.is_empty() && !cursor.rest.starts_with(char::is_whitespace) {
            let word = cursor.word();
            return Err(Wrong::at(
                cursor,
                word,
                format!("{word:?} follows the declaration of `{name}` without a space"),
                "put a space before the description",
            ));
        }
        self.declare(&name, &kind, at)?;
        self.header.params.push(Parameter {
            name,
            kind,
            optional,
            default,
            doc: cursor.rest.trim().to_owned(),
            line: cursor.number,
        });
        self.last = Last::Param;
        Ok(())
    }

    fn rest(&mut self, mut cursor: Cursor<'_>) -> Result<(), Wrong> {
        let (name, at) = name(&mut cursor, "@rest NAME")?;
        if let Some(first) = &self.header.rest {
            return Err(Wrong::at(
                at,
                &name,
                format!(
                    "`{name}` is a second rest; `{}` takes it already",
                    first.name
                ),
                format!(
                    "`{}` is declared in line {}: remove one of them",
                    first.name, first.line
                ),
            ));
        }
        if !cursor.rest.is_empty() && !cursor.rest.starts_with(char::is_whitespace) {
            let word = cursor.word();
            return Err(Wrong::at(
                cursor,
                word,
                format!("{word:?} follows the name of the rest `{name}`"),
                format!("the rest is always a list of texts: write `@rest {name}  what it holds`"),
            ));
        }
        self.declare(&name, &Kind::List, at)?;
        self.header.rest = Some(Rest {
            name,
            doc: cursor.rest.trim().to_owned(),
            line: cursor.number,
        });
        self.last = Last::Rest;
        Ok(())
    }

    /// Refuses a name that is taken, by itself or by the `--no-NAME` of a bool.
    fn declare(&self, name: &str, kind: &Kind, at: Cursor<'_>) -> Result<(), Wrong> {
        let taken = self
            .header
            .params
            .iter()
            .map(|param| (param.name.as_str(), param.line, param.kind == Kind::Bool))
            .chain((self.header.rest.iter()).map(|rest| (rest.name.as_str(), rest.line, false)));
        for (other, line, is_bool) in taken {
            if other == name {
                return Err(Wrong::at(
                    at,
                    name,
                    format!("`{name}` is declared twice"),
                    format!("it is declared in line {line} already"),
                ));
            }
            let denies = |a: &str, b: &str| a.strip_prefix("no_") == Some(b);
            if (is_bool && denies(name, other)) || (*kind == Kind::Bool && denies(other, name)) {
                return Err(Wrong::at(
                    at,
                    name,
                    format!("`{name}` and `{other}` of line {line} would share an option"),
                    "`--no-NAME` is how a bool is made false: choose another name",
                ));
            }
        }
        Ok(())
    }
}

/// The name that comes next, and where it stands.
fn name<'a>(cursor: &mut Cursor<'a>, form: &str) -> Result<(String, Cursor<'a>), Wrong> {
    cursor.skip_spaces();
    let at = *cursor;
    let name = cursor.take_while(|c| !c.is_whitespace() && !matches!(c, ':' | '?' | '='));
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() {
        return Err(Wrong::at(
            at,
            "",
            "the name is missing".to_owned(),
            format!("write `{form}`"),
        ));
    }
    if !name.chars().all(plain) || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        let mended: String = name
            .chars()
            .map(|c| if plain(c) { c } else { '_' })
            .collect();
        let mended = mended.trim_matches(|c: char| c == '_' || c.is_ascii_digit());
        return Err(Wrong::at(
            at,
            name,
            format!("{name:?} is no name for a parameter"),
            if mended.is_empty() || mended == name {
                "a name is a letter and then letters, digits and `_`".to_owned()
            } else {
                format!("a name is a letter and then letters, digits and `_`, such as `{mended}`")
            },
        ));
    }
    if RESERVED.contains(&name) {
        return Err(Wrong::at(
            at,
            name,
            format!("`{name}` is a reserved word"),
            format!("`args.{name}` would not parse: choose another name"),
        ));
    }
    if name == TAKEN {
        return Err(Wrong::at(
            at,
            name,
            format!("`{name}` is a property that every value of the language has"),
            format!("`args.{name}` would be that: choose another name"),
        ));
    }
    if HELP.contains(&name) {
        return Err(Wrong::at(
            at,
            name,
            format!("`{name}` is the option that shows the help"),
            "choose another name",
        ));
    }
    Ok((name.to_owned(), at))
}
