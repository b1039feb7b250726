//! `mw call`: any operation, by name.

use std::fs;
use std::io::Read as _;

use clap::Args;
use serde_json::{Map, Value};

use super::line::Line;
use super::{Global, Outcome, show};
use crate::api;
use crate::client::CallError;
use crate::error::{Complaint, exit};
use crate::journal::RunKind;
use crate::operation::{Answer, Arguments, Field, Kind, Operation, Place, nearest};
use crate::output::Document;
use crate::session::{Decoded, Failure};

/// Call one operation of the API.
#[derive(Args, Debug)]
#[command(
    after_help = "Fields of the body are given by name: mw call create_vlan label=app \
pod_location=pod_1 vlan_type=internal\nThe whole body may come from a file: body=@vlan.json, or \
from standard input: body=-"
)]
pub struct Call {
    /// The operation, as `mw doc` lists them
    #[arg(value_name = "OPERATION")]
    operation: String,
    /// Its arguments
    #[arg(value_name = "KEY=VALUE")]
    arguments: Vec<String>,
}

impl Call {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let operation = api::operation(&self.operation).ok_or_else(|| {
            let names = api::operations().map(|operation| operation.name);
            Complaint::usage(format!("there is no operation `{}`", self.operation)).hint(
                nearest(&self.operation, names).map_or_else(
                    || "mw doc lists them".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                ),
            )
        })?;
        let arguments = bind(operation, &self.arguments)?;
        let line = Line::open(global, Some(RunKind::Call))?;
        let calling = line.session.perform(operation, &arguments, &line.limits);
        let done = line.block_on(calling)?.map_err(|why| failure(&why));
        line.close(done.as_ref().err())?;
        let document = match done?.decoded {
            Decoded::Nothing => Document::Nothing,
            Decoded::One(record) => Document::Record(record),
            Decoded::Many(records) if records.is_empty() => match operation.answer {
                Answer::Many(kind) => Document::NoneOf(kind),
                _ => Document::Records(records),
            },
            Decoded::Many(records) => Document::Records(records),
        };
        show::document_at(&document, global, line.session.clock().now())?;
        Ok(exit::DONE)
    }
}

/// What a call that came to nothing is complained about with.
pub fn failure(failure: &Failure) -> Complaint {
    match failure {
        Failure::Call(error) => complaint(error),
        Failure::Halt(halt) => {
            let (message, hint) = halt.sentence();
            let complaint = Complaint::new(exit::FAILED, message);
            match hint {
                Some(hint) => complaint.hint(hint),
                None => complaint,
            }
        }
    }
}

/// What a call that failed is complained about with.
pub fn complaint(error: &CallError) -> Complaint {
    let mut message = error.to_string();
    if let Some(doubt) = error.left_in_doubt() {
        message = format!("{message}: {doubt}");
    }
    let code = match error.kind_name() {
        "cancelled" => exit::INTERRUPTED,
        // On a command line a wrong argument is wrong usage.
        "argument" => exit::USAGE,
        _ => error.exit_code(),
    };
    let complaint = Complaint::new(code, message);
    match error.hint() {
        Some(hint) => complaint.hint(hint),
        None => complaint,
    }
}

/// Binds `key=value` words: keys are parameters, or fields of the body.
fn bind(operation: &'static Operation, words: &[String]) -> Result<Arguments, Complaint> {
    let mut arguments = Arguments::new();
    let mut body = Map::new();
    let body_param = operation
        .params
        .iter()
        .find(|param| param.place == Place::Body);
    for word in words {
        let (key, text) = word.split_once('=').ok_or_else(|| {
            Complaint::usage(format!("{word:?} is not an argument"))
                .hint(format!("write key=value; {}", operation.signature()))
        })?;
        let twice = || Complaint::usage(format!("`{key}` is given twice"));
        if let Some(param) = operation.param(key) {
            if arguments.get(key).is_some() {
                return Err(twice());
            }
            arguments.set(key, value(param.kind, key, text)?);
        } else if let Some(param) = body_param {
            let fields = match param.kind {
                Kind::Object(fields) => fields,
                _ => &[],
            };
            let kind = kind_of(fields, key).unwrap_or(Kind::Object(&[]));
            if body
                .insert(key.to_owned(), value(kind, key, text)?)
                .is_some()
            {
                return Err(twice());
            }
        } else {
            // Refused by the operation's own check, with a suggestion.
            arguments.set(key, text);
        }
    }
    if let Some(param) = body_param
        && !body.is_empty()
    {
        match arguments.get(param.name) {
            None => arguments.set(param.name, Value::Object(body)),
            Some(Value::Object(given)) => {
                let mut given = given.clone();
                given.extend(body);
                arguments.set(param.name, Value::Object(given));
            }
            Some(_) => {
                return Err(
                    Complaint::usage("the body is given as a whole and by its fields")
                        .hint("give one or the other"),
                );
            }
        }
    }
    Ok(arguments)
}

/// The kind of a body's field, at any depth: fields may be given flat.
fn kind_of(fields: &[Field], name: &str) -> Option<Kind> {
    fields.iter().find_map(|field| match field.kind {
        kind if field.name == name => Some(kind),
        Kind::Object(inner) => kind_of(inner, name),
        _ => None,
    })
}

/// A word as its parameter's kind asks: text stays text, everything else is JSON.
fn value(kind: Kind, key: &str, text: &str) -> Result<Value, Complaint> {
    let text = match (text, text.strip_prefix('@')) {
        ("-", _) => {
            let mut read = String::new();
            std::io::stdin()
                .read_to_string(&mut read)
                .map_err(|error| {
                    Complaint::usage(format!("cannot read standard input: {error}"))
                })?;
            read
        }
        (_, Some(file)) => fs::read_to_string(file).map_err(|error| {
            Complaint::usage(format!("cannot read {file} for `{key}`: {error}"))
        })?,
        _ => text.to_owned(),
    };
    match kind {
        Kind::Text | Kind::OneOf(_) | Kind::Id(_) => Ok(Value::String(text)),
        Kind::Object(fields) if !fields.is_empty() => serde_json::from_str(&text)
            .map_err(|error| Complaint::usage(format!("`{key}` is not JSON: {error}"))),
        _ => Ok(serde_json::from_str(&text).unwrap_or(Value::String(text))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn fields_of_the_body_are_given_by_name() {
        let operation = api::operation("create_ip_block").unwrap();
        let given = words(&[
            "label=123",
            "pod_location=pod_1",
            "prefix_type=private",
            "length=28",
        ]);
        let arguments = bind(operation, &given).unwrap();
        let body = arguments.get("body").unwrap();
        assert_eq!(body["label"], "123");
        assert_eq!(body["length"], 28);
        assert!(operation.request(&arguments).is_ok());
    }

    #[test]
    fn a_word_without_an_equals_sign_is_refused() {
        let operation = api::operation("cloud").unwrap();
        let complaint = bind(operation, &words(&["0Absd1"])).unwrap_err();
        assert!(complaint.hint.unwrap().contains("key=value"));
    }
}
