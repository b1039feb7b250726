//! The vendor's schema, which every answer of the simulated account is held against.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Value, json};

/// Names the file of the vendor's OpenAPI document.
pub const VARIABLE: &str = "MW_OPENAPI";

/// Statuses that HTTP itself means, whether or not an operation documents them.
const OF_HTTP: &[u16] = &[401, 403, 404, 405, 413, 415];

/// The operations of the document, by method, and by path split at its slashes.
pub struct Vendor {
    operations: HashMap<(String, usize), Vec<Operation>>,
}

struct Operation {
    path: Vec<String>,
    answers: HashMap<u16, HashMap<String, Validator>>,
}

/// The document, if the tests were told where it is.
pub fn vendor() -> Option<&'static Vendor> {
    static VENDOR: OnceLock<Option<Vendor>> = OnceLock::new();
    let read = || {
        let Some(file) = std::env::var_os(VARIABLE) else {
            // Written past the test harness, which keeps what passing tests say to itself.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: {VARIABLE} is not set: no answer is held against the vendor's schema"
            );
            return None;
        };
        let text = std::fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{VARIABLE} {}: {error}", file.display()));
        Some(Vendor::read(&text))
    };
    VENDOR.get_or_init(read).as_ref()
}

impl Vendor {
    pub fn read(text: &str) -> Self {
        let document: Value = serde_norway::from_str(text).unwrap();
        let mut operations: HashMap<(String, usize), Vec<Operation>> = HashMap::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            let path: Vec<String> = path.split('/').map(str::to_owned).collect();
            for (method, operation) in methods.as_object().unwrap() {
                let Some(responses) = operation["responses"].as_object() else {
                    continue;
                };
                let answers = responses.iter().map(|(status, answer)| {
                    let kinds = answer["content"].as_object().into_iter().flatten();
                    let kinds = kinds.map(|(kind, content)| {
                        (kind.clone(), validator(&document, &content["schema"]))
                    });
                    (status.parse().unwrap(), kinds.collect())
                });
                operations
                    .entry((method.to_uppercase(), path.len()))
                    .or_default()
                    .push(Operation {
                        path: path.clone(),
                        answers: answers.collect(),
                    });
            }
        }
        Self { operations }
    }

    /// What is wrong with an answer, if anything is.
    pub fn complaint(
        &self,
        (method, path): (&str, &str),
        status: u16,
        content_type: Option<&str>,
        body: &str,
    ) -> Option<String> {
        let wrong = |why: String| Some(format!("{method} {path} answered {status}: {why}\n{body}"));
        let parts: Vec<&str> = path.split('/').collect();
        let Some(operation) = self
            .operations
            .get(&(method.to_owned(), parts.len()))
            .into_iter()
            .flatten()
            .filter(|operation| operation.is_at(&parts))
            // A literal part says more than a placeholder.
            .min_by_key(|operation| {
                operation
                    .path
                    .iter()
                    .filter(|it| it.starts_with('{'))
                    .count()
            })
        else {
            return if matches!(status, 404 | 405) {
                None
            } else {
                wrong("there is no such operation".to_owned())
            };
        };
        let Some(kinds) = operation.answers.get(&status) else {
            return if OF_HTTP.contains(&status) {
                None
            } else {
                wrong("the status is not documented".to_owned())
            };
        };
        if kinds.is_empty() {
            return None;
        }
        let kind = content_type.unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        let Some(schema) = kinds.get(essence) else {
            return wrong(format!("it is `{kind}`, not {:?}", kinds.keys()));
        };
        if essence != "application/json" {
            return None;
        }
        let value: Value = match serde_json::from_str(body) {
            Ok(value) => value,
            Err(error) => return wrong(format!("it is not JSON: {error}")),
        };
        let errors: Vec<String> = schema
            .iter_errors(&value)
            .map(|error| format!("at {}: {error}", error.instance_path()))
            .collect();
        if errors.is_empty() {
            None
        } else {
            wrong(errors.join("\n"))
        }
    }
}

impl Operation {
    fn is_at(&self, parts: &[&str]) -> bool {
        self.path
            .iter()
            .zip(parts)
            .all(|(own, part)| own.starts_with('{') || own == part)
    }
}

/// A validator of one schema, whose references lead into the document.
fn validator(document: &Value, schema: &Value) -> Validator {
    let mut schema = schema.clone();
    if schema.is_null() {
        schema = json!({});
    }
    schema["components"] = document["components"].clone();
    without_nullable(&mut schema);
    without_one_of(&mut schema);
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}

/// Says `nullable`, which the document takes from an older OpenAPI, in JSON Schema's own words.
fn without_nullable(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(without_nullable),
        Value::Object(members) => {
            members.values_mut().for_each(without_nullable);
            if members.get("nullable") == Some(&Value::Bool(true)) {
                members.remove("nullable");
                let own = Value::Object(std::mem::take(members));
                members.insert("anyOf".to_owned(), json!([own, {"type": "null"}]));
            }
        }
        _ => {}
    }
}

/// Takes one of several forms for any of them: the document's error forms require no member, so that
/// whatever fits one of them fits another.
fn without_one_of(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(without_one_of),
        Value::Object(members) => {
            members.values_mut().for_each(without_one_of);
            if let Some(forms) = members.remove("oneOf") {
                members.insert("anyOf".to_owned(), forms);
            }
        }
        _ => {}
    }
}
