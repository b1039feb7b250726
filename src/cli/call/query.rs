//! `--query`: what is asked of an answer, in the language of jq.
//!
//! A query only looks: it sees the answer with its secrets blotted out, and neither the environment
//! nor any file. It may run for ever, which Ctrl-C ends, but it defines no functions of its own,
//! since one that calls itself could exhaust the stack.

use std::io::Write as _;

use jaq_core::load::lex::{Lexer, StrPart, Tok, Token};
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::native::{Fun, bome, run, v};
use jaq_core::{Compiler, Ctx, Error, Filter, Vars, compile, data, unwrap_valr};
use jaq_json::{Val, read};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::error::{Complaint, Place, exit};
use crate::operation::nearest;

type Data = data::JustLut<Val>;

/// What a query is called where it is pointed at.
const NAME: &str = "<query>";

/// In the place of filters that see more than the answer, or end the program.
fn withheld() -> [Fun<Data>; 2] {
    [
        run(("env", v(0), |_| {
            bome(Err(Error::str("a query does not see the environment")))
        })),
        run(("halt", v(1), |_| {
            bome(Err(Error::str("a query cannot end the program")))
        })),
    ]
}

/// What jq has and the library does not: lists as lines of tables.
const FORMATS: &str = r#"
def _cells(text): map(
    if type == "string" then text
    elif . == null then ""
    elif type == "array" or type == "object" then error("a cell of a table is no " + type)
    else tostring end);
def @csv: _cells("\"" + gsub("\""; "\"\"") + "\"") | join(",");
def @tsv: _cells(gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\n"; "\\n") | gsub("\r"; "\\r")) | join("\t");
"#;

fn formats() -> impl Iterator<Item = load::parse::Def<&'static str>> {
    load::parse(FORMATS, |parser| parser.defs())
        .unwrap_or_default()
        .into_iter()
}

/// Where a part of the query stands in it; at its end where it is no part of it.
fn span(code: &str, part: &str) -> std::ops::Range<usize> {
    let start = (part.as_ptr() as usize).checked_sub(code.as_ptr() as usize);
    match start {
        Some(start) if start + part.len() <= code.len() => start..start + part.len(),
        _ => code.len()..code.len(),
    }
}

/// A query that is well formed.
pub struct Query {
    filter: Filter<Data>,
}

/// A complaint about a part of the query.
fn wrong(code: &str, part: std::ops::Range<usize>, what: String) -> Complaint {
    Complaint::usage(what)
        .at(Some(Place::of_bytes(NAME, code, part)))
        .hint("queries are those of jq, such as '.[] | .label' or '.[0].id'")
}

/// The longest query, in characters.
const LONGEST: usize = 4_000;

impl Query {
    /// Reads a query. What is wrong with it is pointed at.
    pub fn read(code: &str) -> Result<Self, Complaint> {
        // What nests without end takes a stack without end to read.
        let length = code.chars().count();
        if length > LONGEST {
            return Err(Complaint::usage(format!(
                "the query is {length} characters long, and {LONGEST} are read at most"
            ))
            .hint("take the whole answer and give it to jq: mw call … --output json | jq …"));
        }
        if let Ok(tokens) = Lexer::new(code).lex()
            && let Some(part) = definition(&tokens)
        {
            let what = "a query defines no functions of its own".to_owned();
            return Err(wrong(code, span(code, part), what)
                .hint("take the whole answer and give it to jq: mw call … --output json | jq …"));
        }
        let defs = || {
            jaq_core::defs()
                .chain(jaq_std::defs())
                .chain(jaq_json::defs())
                .chain(formats())
        };
        let funs = jaq_core::funs::<Data>()
            .chain(jaq_std::funs())
            .chain(jaq_json::funs())
            .filter(|(name, ..)| !matches!(*name, "env" | "halt"))
            .chain(withheld());
        let funs: Vec<_> = funs.collect();
        let names: Vec<&'static str> = defs()
            .map(|def| def.name)
            .chain(funs.iter().map(|(name, ..)| *name))
            .filter(|name| !name.starts_with('_'))
            .collect();
        let arena = Arena::default();
        let modules = Loader::new(defs())
            .load(&arena, File { code, path: () })
            .map_err(|errors| load_error(code, &errors))?;
        let filter = Compiler::default()
            .with_funs(funs)
            .compile(modules)
            .map_err(|errors| compile_error(code, &errors, &names))?;
        Ok(Self { filter })
    }

    /// Asks a value, and hands every answer over as it comes; `raw` leaves the quotes of texts out.
    pub fn ask(
        &self,
        value: &Value,
        raw: bool,
        mut each: impl FnMut(String) -> Result<(), Complaint>,
    ) -> Result<(), Complaint> {
        let failed = |what: String| {
            Complaint::new(exit::FAILED, format!("the query failed: {what}"))
                .hint("queries are those of jq, where '.[]' are the items of a list; --output json shows the answer")
        };
        let input = read::parse_single(value.to_string().as_bytes())
            .map_err(|error| failed(error.to_string()))?;
        let context = Ctx::<Data>::new(&self.filter.lut, Vars::new([]));
        for found in self.filter.id.run((context, input)).map(unwrap_valr) {
            let found = found.map_err(|error| failed(shortened(&error.to_string())))?;
            let line = match &found {
                Val::TStr(text) if raw => String::from_utf8_lossy(text).into_owned(),
                // The library knows numbers without end, and keys that are no texts.
                other => match other.to_string() {
                    line if serde_json::from_str::<IgnoredAny>(&line).is_ok() => line,
                    line => {
                        let line = shortened(&line);
                        return Err(failed(format!("{line} cannot be written as JSON")));
                    }
                },
            };
            each(line)?;
        }
        Ok(())
    }
}

/// An error repeats the values it is about, which may be the whole answer.
fn shortened(error: &str) -> String {
    match error.char_indices().nth(200) {
        None => error.to_owned(),
        Some((end, _)) => format!("{}…", error.get(..end).unwrap_or_default()),
    }
}

/// The first word that begins a definition, at any depth.
fn definition<'a>(tokens: &[Token<&'a str>]) -> Option<&'a str> {
    tokens.iter().find_map(|Token(text, kind)| match kind {
        Tok::Word if *text == "def" => Some(*text),
        Tok::Block(inner) => definition(inner),
        Tok::Str(parts) => parts.iter().find_map(|part| match part {
            StrPart::Term(inner) => definition(std::slice::from_ref(inner)),
            _ => None,
        }),
        _ => None,
    })
}

/// What the parser wanted, with its article.
fn article(noun: &str) -> String {
    match noun.chars().next() {
        Some('a' | 'e' | 'i' | 'o' | 'u') => format!("an {noun}"),
        _ => format!("a {noun}"),
    }
}

fn load_error(code: &str, errors: &load::Errors<&str, ()>) -> Complaint {
    let unexpected = |expected: &str, found: &str| {
        // What stands after the end is pointed at as the last character.
        let found = found.chars().next().map_or("", |first| {
            found.get(..first.len_utf8()).unwrap_or_default()
        });
        let mut part = span(code, found);
        let what = if found.is_empty() {
            part.start = part.start.saturating_sub(1);
            format!("the query ends where {} should stand", article(expected))
        } else {
            format!(
                "{} should stand in the query where {found:?} does",
                article(expected)
            )
        };
        wrong(code, part, what)
    };
    match errors.first().map(|(_, error)| error) {
        Some(load::Error::Lex(all)) if let Some((expected, found)) = all.first() => {
            unexpected(expected.as_str(), found)
        }
        Some(load::Error::Parse(all)) if let Some((expected, found)) = all.first() => {
            let whole = expected.as_str();
            let found_is_a_word = found.chars().count() > 1;
            if found_is_a_word && !found.is_empty() {
                let what = format!(
                    "{} should stand in the query where {found:?} does",
                    article(whole)
                );
                return wrong(code, span(code, found), what);
            }
            unexpected(whole, found)
        }
        Some(load::Error::Io(all)) if let Some((path, _)) = all.first() => {
            wrong(code, span(code, path), "a query reads no files".to_owned())
        }
        _ => Complaint::usage("the query cannot be read"),
    }
}

fn compile_error(
    code: &str,
    errors: &compile::Errors<&str, ()>,
    names: &[&'static str],
) -> Complaint {
    let Some((name, undefined)) = errors.iter().find_map(|(_, all)| all.first()) else {
        return Complaint::usage("the query cannot be read");
    };
    let mut what = format!(
        "the query names no {} that is known: {name}",
        undefined.as_str()
    );
    let mut near = None;
    if let compile::Undefined::Filter(arity) = undefined {
        if names.contains(name) {
            what = format!("`{name}` does not take {arity} arguments");
        } else {
            what = format!("there is no function `{name}` in queries");
            near = nearest(name, names.iter().copied());
        }
    }
    let complaint = wrong(code, span(code, name), what);
    match near {
        Some(near) => complaint.hint(format!("did you mean `{near}`?")),
        None => complaint,
    }
}

/// Writes a line of the answer; whether anybody still reads.
pub fn write(line: &str) -> std::io::Result<bool> {
    let text = format!("{line}\n");
    let shown = crate::secret::redact(&text);
    let mut out = std::io::stdout().lock();
    match out.write_all(shown.as_bytes()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ask(code: &str, raw: bool) -> Result<Vec<String>, Complaint> {
        let value =
            json!([{"label": "b", "id": 1, "n": 9_007_199_254_740_993_i64}, {"label": "a \"q\""}]);
        let mut lines = Vec::new();
        Query::read(code)?.ask(&value, raw, |line| {
            lines.push(line);
            Ok(())
        })?;
        Ok(lines)
    }

    #[test]
    fn a_query_gives_values_a_line_each_and_texts_bare_on_request() {
        assert_eq!(ask(".[].label", false).unwrap(), [r#""b""#, r#""a \"q\"""#]);
        assert_eq!(ask(".[].label", true).unwrap(), ["b", "a \"q\""]);
        assert_eq!(ask("length", true).unwrap(), ["2"]);
        assert_eq!(ask(".[0].n", true).unwrap(), ["9007199254740993"]);
        // Members stay in their order.
        assert_eq!(
            ask(".[0] | {label, id}", false).unwrap(),
            [r#"{"label":"b","id":1}"#]
        );
        assert_eq!(
            ask(
                "map(select(.id)) | .[].label | ascii_upcase | test(\"B\")",
                true
            )
            .unwrap(),
            ["true"]
        );
        assert!(ask("empty", true).unwrap().is_empty());
    }

    #[test]
    fn lists_are_written_as_lines_of_tables() {
        let code = r".[] | [.label, .id, true, null] | @csv";
        assert_eq!(
            ask(code, true).unwrap(),
            [r#""b",1,true,"#, r#""a ""q""",,true,"#]
        );
        assert_eq!(
            ask(r#"["a\tb", 1, "c\\d\n"] | @tsv"#, true).unwrap(),
            [r"a\tb	1	c\\d\n"]
        );
        for no in ["[[1]] | @csv", "[{}] | @tsv", "infinite", "with_entries(.)"] {
            assert!(ask(no, false).is_err(), "{no}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_query_is_pointed_at() {
        for (code, said, column, length) in [
            (".[", "unclosed", 2, 1),
            (".[] | lenght", "there is no function `lenght`", 7, 6),
            (".[] |", "the query ends", 5, 1),
            ("$ENV.HOME", "$ENV", 1, 4),
            ("def f: f; f", "defines no functions", 1, 3),
            (".[] | (def f: f; f)", "defines no functions", 8, 3),
            ("map(1; 2)", "`map` does not take 2 arguments", 1, 3),
            ("\"é\" | }", "where \"}\" does", 7, 1),
        ] {
            let complaint = ask(code, false).unwrap_err();
            let place = complaint
                .place
                .clone()
                .unwrap_or_else(|| panic!("{complaint}"));
            assert_eq!(complaint.exit, exit::USAGE, "{complaint}");
            let whole = complaint.to_string();
            let is_it = whole.contains(said) || said == "unclosed";
            assert!(is_it, "{code}: {complaint}");
            assert_eq!(
                (place.column, place.length),
                (column, length),
                "{complaint}"
            );
        }
        let hint = ask("lenght", false).unwrap_err().hint;
        assert_eq!(hint.as_deref(), Some("did you mean `length`?"));
    }

    #[test]
    fn a_query_sees_the_answer_alone_and_ends_nothing() {
        for code in ["env", "env.HOME", "halt", "halt_error", "halt(3)"] {
            let complaint = ask(code, false).unwrap_err();
            assert!(complaint.message.contains("a query "), "{complaint}");
        }
    }

    #[test]
    fn what_an_answer_does_not_bear_is_a_failure() {
        let complaint = ask(".label", false).unwrap_err();
        assert_eq!(complaint.exit, exit::FAILED);
        assert!(
            complaint.message.starts_with("the query failed: "),
            "{complaint}"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_query_breaks_it(code in "[.\\[\\]|{}()a-z\"$,:+\\\\ é]{0,16}") {
            if let Err(complaint) = Query::read(&code) {
                let _ = complaint.to_string();
            }
        }
    }
}
