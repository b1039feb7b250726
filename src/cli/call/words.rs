//! The arguments of a call, as words of the command line.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::error::{Complaint, Place as Spot};
use crate::operation::{Arguments, Field, Kind, Operation, Param, Place};

/// Reads words, which may take standard input once.
#[derive(Default)]
pub struct Words {
    taken_by: Option<String>,
}

/// A value before it is known what it should be.
enum Given {
    /// Text, which is read as its kind asks, and where it came from.
    Text(String, String),
    /// JSON that was said to be JSON.
    Json(Value),
}

impl Words {
    /// Binds words to an operation: keys are its parameters, or fields of its body, at any depth.
    pub fn bind(
        &mut self,
        operation: &'static Operation,
        known: Arguments,
        words: &[String],
        input: Option<&str>,
    ) -> Result<Arguments, Complaint> {
        let mut arguments = known;
        let mut body = Map::new();
        let body_param = operation
            .params
            .iter()
            .find(|param| param.place == Place::Body);
        let whole = match (input, body_param) {
            (Some(file), Some(_)) => Some(("--input".to_owned(), file.to_owned())),
            (Some(_), None) => {
                return Err(
                    Complaint::usage(format!("{} takes no body", operation.name))
                        .hint(usage(operation)),
                );
            }
            (None, _) => None,
        };
        if let (Some((key, file)), Some(param)) = (whole, body_param) {
            let text = if file == "-" {
                self.standard_input(&key)?
            } else {
                read(&key, &file)?
            };
            let origin = if file == "-" { "<stdin>" } else { &file };
            arguments.set(param.name, json(&text, origin)?);
        }
        for word in words {
            let (key, given) = self.split(word, operation)?;
            let twice = || Complaint::usage(format!("`{key}` is given twice")).hint("give it once");
            if let Some(param) = operation.param(&key) {
                if arguments.get(&key).is_some() {
                    return Err(twice());
                }
                arguments.set(&key, value(param.kind, given)?);
            } else if let Some(param) = body_param {
                let path: Vec<&str> = key.split('.').collect();
                let value = value(kind_of(param.kind, &path), given)?;
                insert(&mut body, &path, value).ok_or_else(twice)?;
            } else {
                // Refused by the operation's own check, with a suggestion.
                arguments.set(&key, value(Kind::Text, given)?);
            }
        }
        if let Some(param) = body_param
            && !body.is_empty()
        {
            join(&mut arguments, param, body)?;
        }
        Ok(arguments)
    }

    fn split(
        &mut self,
        word: &str,
        operation: &'static Operation,
    ) -> Result<(String, Given), Complaint> {
        let Some((key, text)) = word.split_once('=') else {
            return Err(Complaint::usage(format!("{word:?} is not an argument"))
                .hint(format!("write KEY=VALUE; {}", usage(operation))));
        };
        let (key, is_json) = match key.strip_suffix(':') {
            Some(key) => (key, true),
            None => (key, false),
        };
        if key.split('.').any(str::is_empty) {
            return Err(Complaint::usage(format!("{word:?} names no argument"))
                .hint(format!("write KEY=VALUE; {}", usage(operation))));
        }
        let (text, origin) = match (text, text.strip_prefix('@')) {
            ("-", _) => (self.standard_input(key)?, "<stdin>".to_owned()),
            // Two of them stand for a text that begins with one.
            (_, Some(rest)) if rest.starts_with('@') => (rest.to_owned(), String::new()),
            (_, Some(file)) => {
                let read = read(key, file).map_err(|complaint| {
                    complaint
                        .hint("a text that begins with @ is written with two of them: KEY=@@TEXT")
                })?;
                (read, file.to_owned())
            }
            (text, None) => (text.to_owned(), String::new()),
        };
        let given = if is_json {
            let origin = if origin.is_empty() { key } else { &origin };
            Given::Json(json(&text, origin)?)
        } else {
            Given::Text(
                text,
                if origin.is_empty() {
                    key.to_owned()
                } else {
                    origin
                },
            )
        };
        Ok((key.to_owned(), given))
    }

    fn standard_input(&mut self, key: &str) -> Result<String, Complaint> {
        if let Some(first) = &self.taken_by {
            return Err(Complaint::usage(format!(
                "standard input is wanted twice: by `{first}` and by `{key}`"
            ))
            .hint("give one of them as a file: KEY=@FILE"));
        }
        self.taken_by = Some(key.to_owned());
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| {
                Complaint::usage(format!("cannot read standard input for `{key}`: {error}"))
            })?;
        Ok(text)
    }
}

/// How an operation is called, in one line.
pub fn usage(operation: &'static Operation) -> String {
    let mut words = vec![format!("call it as: mw call {}", operation.name)];
    let mut add = |name: &str, kind: Kind, required: bool| {
        let word = format!("{name}={}", placeholder(kind));
        words.push(if required { word } else { format!("[{word}]") });
    };
    for param in operation.params {
        match param.kind {
            Kind::Object(fields) if param.place == Place::Body => {
                let flat = flat(fields);
                let (needed, free): (Vec<&Field>, Vec<&Field>) =
                    flat.iter().partition(|field| field.required);
                for field in needed.into_iter().chain(free) {
                    add(field.name, field.kind, field.required);
                }
            }
            kind => add(param.name, kind, param.required),
        }
    }
    words.join(" ")
}

/// The fields that are no maps of further ones, as they may be given flat.
fn flat(fields: &'static [Field]) -> Vec<&'static Field> {
    fields
        .iter()
        .flat_map(|field| match field.kind {
            Kind::Object(inner) if !inner.is_empty() => flat(inner),
            _ => vec![field],
        })
        .collect()
}

fn placeholder(kind: Kind) -> String {
    match kind {
        Kind::Text => "TEXT".to_owned(),
        Kind::Int(..) => "N".to_owned(),
        Kind::Bool => "true|false".to_owned(),
        Kind::OneOf(words) => {
            let quoted = |word: &&str| {
                if word.contains(' ') {
                    format!("'{word}'")
                } else {
                    (*word).to_owned()
                }
            };
            words.iter().map(quoted).collect::<Vec<_>>().join("|")
        }
        Kind::Id(_) => "ID".to_owned(),
        Kind::List(_) | Kind::OneOrMany(_) => "[…]".to_owned(),
        Kind::Object(_) => "{…}".to_owned(),
        Kind::Any => "JSON".to_owned(),
    }
}

/// Puts the fields given by name into the body given as a whole.
fn join(
    arguments: &mut Arguments,
    param: &'static Param,
    body: Map<String, Value>,
) -> Result<(), Complaint> {
    let given = match arguments.get(param.name) {
        None => Map::new(),
        Some(Value::Object(given)) => given.clone(),
        Some(_) => {
            return Err(Complaint::usage(
                "the body is given as a whole, which is no map, and by its fields",
            )
            .hint("give one or the other"));
        }
    };
    let mut whole = given;
    whole.extend(body);
    arguments.set(param.name, Value::Object(whole));
    Ok(())
}

/// Puts a value where its path says; none when something stands there.
fn insert(map: &mut Map<String, Value>, path: &[&str], value: Value) -> Option<()> {
    let (first, rest) = path.split_first()?;
    if rest.is_empty() {
        if map.contains_key(*first) {
            return None;
        }
        map.insert((*first).to_owned(), value);
        return Some(());
    }
    let inner = map
        .entry(*first)
        .or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()?;
    insert(inner, rest, value)
}

/// The kind of a body's field by its path, which may leave maps out: fields may be given flat.
fn kind_of(kind: Kind, path: &[&str]) -> Kind {
    fn find(fields: &[Field], name: &str) -> Option<Kind> {
        fields.iter().find_map(|field| match field.kind {
            kind if field.name == name => Some(kind),
            Kind::Object(inner) => find(inner, name),
            _ => None,
        })
    }
    let step = |kind: Kind, name: &&str| match kind {
        Kind::Object(fields) => find(fields, name).unwrap_or(Kind::Any),
        _ => Kind::Any,
    };
    path.iter().fold(kind, step)
}

/// A value as its kind asks: text stays text, everything else is JSON where it can be.
fn value(kind: Kind, given: Given) -> Result<Value, Complaint> {
    let (text, origin) = match given {
        Given::Json(value) => return Ok(value),
        Given::Text(text, origin) => (text, origin),
    };
    match kind {
        Kind::Text => Ok(Value::String(text)),
        // What was read from a file ends with a line break that belongs to the file.
        Kind::OneOf(_) | Kind::Id(_) => Ok(Value::String(
            text.trim_end_matches(['\r', '\n']).to_owned(),
        )),
        Kind::Object(_) => json(&text, &origin),
        Kind::OneOrMany(Kind::Text | Kind::OneOf(_) | Kind::Id(_))
            if !text.trim_start().starts_with('[') =>
        {
            Ok(Value::String(text))
        }
        Kind::List(_) if text.trim_start().starts_with(['[', '{']) => json(&text, &origin),
        _ => Ok(serde_json::from_str(&text).unwrap_or(Value::String(text))),
    }
}

fn read(key: &str, file: &str) -> Result<String, Complaint> {
    let path = match (file.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(file),
    };
    fs::read_to_string(path)
        .map_err(|error| Complaint::usage(format!("cannot read {file} for `{key}`: {error}")))
}

/// A text as JSON; what is wrong with it is pointed at.
fn json(text: &str, origin: &str) -> Result<Value, Complaint> {
    serde_json::from_str(text).map_err(|error| {
        let what = error.to_string();
        // The place is shown by itself.
        let what = what.split(" at line ").next().unwrap_or_default();
        let (line, column) = (error.line().max(1), error.column().max(1));
        Complaint::usage(format!("`{origin}` is not JSON: {what}"))
            .at(Some(Spot::in_text(origin, text, line, column, 1)))
            .hint("texts need quotes in JSON: {\"label\": \"app\"}")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api;

    fn bind(operation: &str, words: &[&str]) -> Result<Arguments, Complaint> {
        let operation = api::operation(operation).unwrap();
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Words::default().bind(operation, Arguments::new(), &words, None)
    }

    #[test]
    fn fields_of_the_body_are_given_by_name() {
        let given = [
            "label=123",
            "pod_location=pod_1",
            "prefix_type=private",
            "length=28",
        ];
        let arguments = bind("create_ip_block", &given).unwrap();
        let body = arguments.get("body").unwrap();
        assert_eq!(body["label"], "123");
        assert_eq!(body["length"], 28);
        let operation = api::operation("create_ip_block").unwrap();
        assert!(operation.request(&arguments).is_ok());
    }

    #[test]
    fn fields_are_given_nested_as_json_and_with_an_at_sign() {
        let given = [
            "label=@@home",
            "a.b.c=1",
            "a.b.d:=\"x\"",
            "a.e:={\"f\":[1]}",
            "t:=\"2\"",
        ];
        let arguments = bind("create_vlan", &given).unwrap();
        assert_eq!(
            arguments.get("body").unwrap(),
            &json!({"label": "@home", "a": {"b": {"c": 1, "d": "x"}, "e": {"f": [1]}}, "t": "2"})
        );
        for given in [
            ["label=a", "label=b"],
            ["a.b=1", "a.b.c=2"],
            ["a.b.c=2", "a.b=1"],
        ] {
            let complaint = bind("create_vlan", &given).unwrap_err();
            assert!(complaint.message.contains("given twice"), "{complaint}");
        }
    }

    #[test]
    fn one_or_many_takes_a_text_that_looks_like_a_number() {
        let arguments = bind(
            "invite_member",
            &["organization=a", "email=1@x.y", "role=member"],
        );
        assert_eq!(arguments.unwrap().get("body").unwrap()["email"], "1@x.y");
        let arguments = bind("invite_member", &["email=[\"a@x.y\",\"b@x.y\"]"]);
        assert_eq!(arguments.unwrap().get("body").unwrap()["email"][1], "b@x.y");
    }

    #[test]
    fn words_that_are_no_arguments_are_refused_with_the_usage() {
        for word in ["0Absd1", "=x", ":=1", "a..b=1"] {
            let complaint = bind("cloud", &[word]).unwrap_err();
            assert_eq!(complaint.exit, 2);
            let hint = complaint.hint.unwrap();
            assert!(
                hint.ends_with("call it as: mw call cloud cloud=ID"),
                "{hint}"
            );
        }
    }

    #[test]
    fn json_that_is_none_is_pointed_at() {
        let complaint = bind("create_vlan", &["body={\"label\": app}"]).unwrap_err();
        let place = complaint.place.unwrap();
        assert_eq!((place.line, place.column), (1, 11));
        assert_eq!(complaint.message, "`body` is not JSON: expected value");
    }
}
