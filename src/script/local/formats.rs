//! `parse_…` and `to_…` of JSON, YAML, TOML and CSV, and `read_…` of files in them.

use rhai::{Array, Dynamic, ImmutableString, Map};
use serde_json::Value;

use super::files::text_of;
use super::{Result, tables};
use crate::script::given::Given;
use crate::script::host::Host;
use crate::script::moment::Instant;
use crate::script::options::Options;
use crate::script::trouble::Trouble;
use crate::script::value;

/// What is wrong in a text, and where: line and column, from 1.
#[derive(Debug)]
pub(super) struct Wrong {
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub what: String,
}

impl Wrong {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self {
            line: None,
            column: None,
            what: what.into(),
        }
    }

    fn at(line: usize, column: usize, what: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            column: Some(column),
            what: what.into(),
        }
    }

    /// The error, for a text of the script's.
    fn of_text(self, builtin: &str) -> Trouble {
        let place = match (self.line, self.column) {
            (Some(line), Some(column)) => format!("line {line}, column {column}: "),
            (Some(line), None) => format!("line {line}: "),
            _ => String::new(),
        };
        let trouble = Trouble::new("format", format!("{builtin}: {place}{}", self.what));
        if builtin == "parse_json" && self.line.is_none() {
            return trouble.hint("ask first: if text.is_empty() { … }");
        }
        if builtin == "parse_json" {
            return trouble.hint("in JSON keys and texts stand in quotes: {\"label\": \"app\"}");
        }
        trouble
    }

    /// The error, for a file.
    fn of_file(self, path: &str) -> Trouble {
        let mut place = path.to_owned();
        for number in [self.line, self.column].into_iter().flatten() {
            place = format!("{place}:{number}");
        }
        Trouble::new("format", format!("{place}: {}", self.what))
    }
}

type Parsed = std::result::Result<Dynamic, Wrong>;

/// What editors of another system put before a text means nothing.
pub(super) fn plain(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn json(text: &str) -> Parsed {
    if plain(text).trim().is_empty() {
        return Err(Wrong::new("the text is empty, which is no JSON"));
    }
    serde_json::from_str::<Value>(plain(text))
        .map(|value| value::of_json(&value))
        .map_err(|error| {
            let whole = error.to_string();
            let what = whole
                .rsplit_once(" at line ")
                .map_or(whole.as_str(), |(what, _)| what);
            Wrong::at(error.line().max(1), error.column().max(1), what)
        })
}

fn yaml(text: &str) -> Parsed {
    let mut read: serde_norway::Value = serde_norway::from_str(plain(text)).map_err(|error| {
        let whole = error.to_string();
        if whole.contains("more than one document") {
            return Wrong::new("it holds several documents; split it at its lines of `---`");
        }
        let what = whole.split(" at line ").next().unwrap_or(&whole);
        match error.location() {
            Some(place) => Wrong::at(place.line(), place.column(), what),
            None => Wrong::new(what),
        }
    })?;
    read.apply_merge()
        .map_err(|error| Wrong::new(error.to_string()))?;
    of_yaml(&read)
}

fn of_yaml(read: &serde_norway::Value) -> Parsed {
    use serde_norway::Value as Yaml;
    Ok(match read {
        Yaml::Null => Dynamic::UNIT,
        Yaml::Bool(flag) => Dynamic::from(*flag),
        Yaml::Number(number) => match number.as_i64() {
            Some(whole) => Dynamic::from(whole),
            None => Dynamic::from(number.as_f64().unwrap_or(f64::NAN)),
        },
        Yaml::String(text) => Dynamic::from(ImmutableString::from(text)),
        Yaml::Sequence(items) => Dynamic::from_array(
            items
                .iter()
                .map(of_yaml)
                .collect::<std::result::Result<_, _>>()?,
        ),
        Yaml::Mapping(members) => {
            let mut map = Map::new();
            for (key, member) in members {
                map.insert(of_key(key)?.as_str().into(), of_yaml(member)?);
            }
            Dynamic::from_map(map)
        }
        // What a tag means is known only to whoever made it up.
        Yaml::Tagged(tagged) => of_yaml(&tagged.value)?,
    })
}

/// A key, which scripts have as text only.
fn of_key(key: &serde_norway::Value) -> std::result::Result<String, Wrong> {
    use serde_norway::Value as Yaml;
    Ok(match key {
        Yaml::Null => "null".to_owned(),
        Yaml::Bool(flag) => flag.to_string(),
        Yaml::Number(number) => number.to_string(),
        Yaml::String(text) => text.clone(),
        _ => return Err(Wrong::new("a list or a map cannot be the name of a value")),
    })
}

fn toml(text: &str) -> Parsed {
    let text = plain(text);
    let table: ::toml::Table = ::toml::from_str(text).map_err(|error| {
        let what = error.message().replace('\n', ", ");
        let before = error.span().and_then(|span| text.get(..span.start));
        match before {
            None => Wrong::new(what),
            Some(before) => {
                let column = before
                    .rsplit('\n')
                    .next()
                    .unwrap_or_default()
                    .chars()
                    .count()
                    + 1;
                Wrong::at(before.matches('\n').count() + 1, column, what)
            }
        }
    })?;
    Ok(of_table(&table))
}

fn of_table(table: &::toml::Table) -> Dynamic {
    Dynamic::from_map(
        table
            .iter()
            .map(|(name, value)| (name.as_str().into(), of_toml(value)))
            .collect(),
    )
}

fn of_toml(read: &::toml::Value) -> Dynamic {
    match read {
        ::toml::Value::String(text) => Dynamic::from(ImmutableString::from(text)),
        ::toml::Value::Integer(whole) => Dynamic::from(*whole),
        ::toml::Value::Float(float) => Dynamic::from(*float),
        ::toml::Value::Boolean(flag) => Dynamic::from(*flag),
        // A date without a zone is no instant.
        ::toml::Value::Datetime(at) => at.to_string().parse().map_or_else(
            |_| Dynamic::from(ImmutableString::from(at.to_string())),
            |at| Dynamic::from(Instant(at)),
        ),
        ::toml::Value::Array(items) => Dynamic::from_array(items.iter().map(of_toml).collect()),
        ::toml::Value::Table(table) => of_table(table),
    }
}

/// The first place of a value that is nothing, which TOML cannot say.
fn nothing(value: &Value, path: &str) -> Option<String> {
    let below = |name: &str| match path {
        "" => name.to_owned(),
        _ => format!("{path}.{name}"),
    };
    match value {
        Value::Null => Some(path.to_owned()),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(place, item)| nothing(item, &format!("{path}[{place}]"))),
        Value::Object(members) => members
            .iter()
            .find_map(|(name, member)| nothing(member, &below(name))),
        _ => None,
    }
}

fn to_toml(value: &Dynamic) -> Result<String> {
    let value = value::to_json(value).map_err(Trouble::raise)?;
    if !value.is_object() {
        let what = "to_toml takes a map: a TOML file is a table";
        return Err(Trouble::argument(what).hint("wrap it: #{items: …}").raise());
    }
    if let Some(path) = nothing(&value, "") {
        let what = format!("to_toml: `{path}` is (), for which TOML has no word");
        return Err(Trouble::argument(what).hint("leave it out").raise());
    }
    ::toml::to_string(&value)
        .map_err(|error| Trouble::argument(format!("to_toml: {error}")).raise())
}

fn to_yaml(value: &Dynamic) -> Result<String> {
    let value = value::to_json(value).map_err(Trouble::raise)?;
    crate::output::yaml_of(&value)
        .map_err(|error| Trouble::argument(format!("to_yaml: {error}")).raise())
}

/// How CSV is read and written.
fn manner(of: &'static str, options: &Map) -> Result<tables::Manner> {
    let options = Options::new(of, options, &["delimiter", "headers"])?;
    tables::Manner::new(
        options.text("delimiter")?.as_deref(),
        options.flag("headers")?,
    )
    .map_err(|what| Trouble::argument(format!("{of}: {what}")).raise())
}

/// Registers the formats.
pub fn register(engine: &mut Given<'_>, host: &Host) {
    type Parse = fn(&str) -> Parsed;
    const FORMATS: [(&str, &str, Parse); 3] = [
        ("parse_json", "read_json", json),
        ("parse_yaml", "read_yaml", yaml),
        ("parse_toml", "read_toml", toml),
    ];
    for (of_text, of_file, parse) in FORMATS {
        engine.register_fn(of_text, move |text: &str| {
            parse(text).map_err(|wrong| wrong.of_text(of_text).raise())
        });
        let own = host.clone();
        engine.register_fn(of_file, move |path: &str| {
            let text = text_of(&own, of_file, path)?;
            parse(&text).map_err(|wrong| wrong.of_file(path).raise())
        });
    }
    let parse = |text: &str, options: &Map| {
        let manner = manner("parse_csv", options)?;
        tables::parse(text, &manner).map_err(|wrong| wrong.of_text("parse_csv").raise())
    };
    engine.register_fn("parse_csv", move |text: &str| parse(text, &Map::new()));
    engine.register_fn("parse_csv", move |text: &str, options: Map| {
        parse(text, &options)
    });
    let own = host.clone();
    let read = move |path: &str, options: &Map| {
        let manner = manner("read_csv", options)?;
        let text = text_of(&own, "read_csv", path)?;
        tables::parse(&text, &manner).map_err(|wrong| wrong.of_file(path).raise())
    };
    let own = read.clone();
    engine.register_fn("read_csv", move |path: &str| own(path, &Map::new()));
    engine.register_fn("read_csv", move |path: &str, options: Map| {
        read(path, &options)
    });
    engine.register_fn("to_yaml", |value: Dynamic| to_yaml(&value));
    engine.register_fn("to_toml", |value: Dynamic| to_toml(&value));
    engine.register_fn("to_csv", |list: Array| tables::to_csv(list, None));
    engine.register_fn("to_csv", |list: Array, columns: Array| {
        tables::to_csv(list, Some(&columns))
    });
}

#[cfg(test)]
mod tests {
    use super::{json, toml, yaml};

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let wrong = json("{\n  \"a\": 1,\n}").unwrap_err();
        assert_eq!(
            (wrong.line, wrong.column),
            (Some(3), Some(1)),
            "{}",
            wrong.what
        );
        let wrong = yaml("a: 1\nb: [1, 2\n").unwrap_err();
        assert!(wrong.line >= Some(2), "{wrong:?}");
        let wrong = toml("a = 1\nb = \n").unwrap_err();
        assert_eq!((wrong.line, wrong.column), (Some(2), Some(5)), "{wrong:?}");
    }

    #[test]
    fn a_document_that_grows_without_end_is_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            use std::fmt::Write as _;
            let before = format!("*a{}", level - 1);
            let items = vec![before; 9].join(", ");
            writeln!(text, "a{level}: &a{level} [{items}]").unwrap();
        }
        assert!(yaml(&text).is_err());
        assert!(json(&"[".repeat(100_000)).is_err());
        assert!(yaml(&"[".repeat(100_000)).is_err());
        assert!(toml(&format!("a = {}", "[".repeat(100_000))).is_err());
    }
}
