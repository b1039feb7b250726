//! What a recorded call carries more than the script gave it, and what of its answer is not kept.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::recorder::Recorder;
use crate::client::readback::MARK;
use crate::operation::{Arguments, Decoded, Kind, Operation, Repeat};

/// The arguments of a call as they are sent: what a run creates carries its mark in the description,
/// where there is one, by which it is known again.
pub(super) fn marked(
    recorder: &Recorder,
    operation: &'static Operation,
    given: &Arguments,
    path: &str,
) -> Option<Arguments> {
    if !recorder.is_resumable() || operation.repeat(given) != Repeat::Create {
        return None;
    }
    let id = recorder.id()?;
    let has_description = operation.params.iter().any(|param| {
        param.name == BODY
            && matches!(param.kind, Kind::Object(fields)
                if fields.iter().any(|field| field.name == DESCRIPTION))
    });
    let Some(Value::Object(body)) = given.get(BODY).filter(|_| has_description) else {
        return None;
    };
    let mark = format!("{MARK}{id}/{path}]");
    let description = match body.get(DESCRIPTION) {
        None | Some(Value::Null) => mark,
        Some(Value::String(text)) if text.is_empty() => mark,
        Some(Value::String(text)) => format!("{text} {mark}"),
        // The operation's own check refuses it.
        Some(_) => return None,
    };
    let mut body: Map<String, Value> = body.clone();
    body.insert(DESCRIPTION.to_owned(), description.into());
    let mut arguments = given.clone();
    arguments.set(BODY, body);
    Some(arguments)
}

const BODY: &str = "body";
const DESCRIPTION: &str = "description";

/// An answer as it is kept: secrets blotted out.
pub(super) fn without_secrets(decoded: &Decoded) -> Bytes {
    let value = match decoded {
        Decoded::Nothing => Value::Null,
        Decoded::One(record) => record.redacted(),
        Decoded::Many(records) => records.iter().map(|record| record.redacted()).collect(),
    };
    Bytes::from(value.to_string())
}
