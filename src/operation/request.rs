//! A request, built purely from an operation and its arguments.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::kind::At;
use super::{Arguments, Method, Operation, Place, Refusal, missing, nearest};

/// Characters that may stand in a path segment or a query value as they are (RFC 3986, unreserved).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A request that has passed every check of its operation.
#[derive(Clone, Debug)]
pub struct Request {
    /// The operation it calls.
    pub operation: &'static Operation,
    /// HTTP method.
    pub method: Method,
    /// Path and query, percent-encoded, starting with a slash.
    pub path: String,
    /// JSON body, where the operation has one.
    pub body: Option<Value>,
}

impl Request {
    pub(super) fn of(
        operation: &'static Operation,
        arguments: &Arguments,
    ) -> Result<Self, Refusal> {
        refuse_strangers(operation, arguments)?;
        let missing = missing::of_call(operation, arguments);
        missing::refuse(&missing, operation.name).map_err(|refusal| Refusal {
            hint: Some(format!("call it as {}", operation.signature())),
            ..refusal
        })?;
        let mut path = operation.path.to_owned();
        let mut query = String::new();
        let mut members = Map::new();
        let mut body = None;
        let mut echoed = None;
        for param in operation.params {
            let at = At {
                operation: operation.name,
                path: param.name.into(),
            };
            let value = match arguments.get(param.name) {
                None if param.default.is_some() => param.default.unwrap_or_default().into(),
                None | Some(Value::Null) => continue,
                Some(value) => param.kind.check(value, &at)?,
            };
            match param.place {
                Place::Path => {
                    path = path.replace(&format!("{{{}}}", param.name), &encoded(&value));
                }
                Place::PathAndMember(member) => {
                    path = path.replace(&format!("{{{}}}", param.name), &encoded(&value));
                    echoed = Some((member, value));
                }
                Place::Query => {
                    let mark = if query.is_empty() { '?' } else { '&' };
                    query.push(mark);
                    query.push_str(param.name);
                    query.push('=');
                    query.push_str(&encoded(&value));
                }
                Place::Member => {
                    members.insert(param.name.to_owned(), value);
                }
                Place::Body => body = Some(value),
            }
        }
        path.push_str(&query);
        if !members.is_empty() {
            body = Some(Value::Object(members));
        }
        // An operation that declares a body sends one even when every field was left out.
        if body.is_none()
            && operation
                .params
                .iter()
                .any(|param| param.place == Place::Body)
        {
            body = Some(Value::Object(Map::new()));
        }
        if let Some((name, id)) = echoed
            && let Value::Object(body) = body.get_or_insert_with(|| Value::Object(Map::new()))
        {
            body.insert(name.to_owned(), id);
        }
        Ok(Self {
            operation,
            method: operation.method,
            path,
            body,
        })
    }
}

fn encoded(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    utf8_percent_encode(&text, SEGMENT).to_string()
}

fn refuse_strangers(operation: &'static Operation, arguments: &Arguments) -> Result<(), Refusal> {
    for (name, _) in arguments.iter() {
        if operation.param(name).is_none() {
            let names: Vec<&str> = operation.params.iter().map(|param| param.name).collect();
            let hint = nearest(name, names.iter().copied()).map_or_else(
                || format!("call it as {}", operation.signature()),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(Refusal {
                operation: operation.name,
                argument: name.clone(),
                message: format!("{}: there is no argument `{name}`", operation.name),
                hint: Some(hint),
            });
        }
    }
    Ok(())
}
