//! What is looked for, and what was found.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::client::verdict::Sight;
use crate::operation::{Arguments, Operation};

/// The call whose effect is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// Its operation.
    pub operation: &'static Operation,
    /// Its arguments.
    pub arguments: &'a Arguments,
    /// Its body as sent.
    pub body: Option<&'a Value>,
    /// Nothing that existed before this instant, on the server's clock, is of our making.
    pub since: DateTime<Utc>,
    /// What claims to be younger than this shows that its clock is not known.
    pub until: DateTime<Utc>,
}

/// What a probe showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it proves.
    pub sight: Sight,
    /// The answer that the call would have had, where the effect is there.
    pub body: Option<Value>,
    /// What was seen, in words.
    pub seen: String,
}

impl Finding {
    pub(super) fn converged(body: Option<Value>, seen: impl Into<String>) -> Self {
        Self {
            sight: Sight::Converged,
            body,
            seen: seen.into(),
        }
    }

    pub(super) fn not_yet(seen: impl Into<String>) -> Self {
        Self {
            sight: Sight::NotYet,
            body: None,
            seen: seen.into(),
        }
    }

    pub(super) fn unclear(seen: impl Into<String>) -> Self {
        Self {
            sight: Sight::Unclear,
            body: None,
            seen: seen.into(),
        }
    }
}

/// The answer of a call that was accepted, where its arguments alone tell it.
#[must_use]
pub fn accepted(operation: &'static Operation, arguments: &Arguments) -> Option<Value> {
    (operation.name == "set_power").then(|| {
        json!({
            "result": "success",
            "power_state": arguments.text("power_state"),
            "node_uuid": arguments.text("node"),
        })
    })
}

/// A value as text, numbers written out: ids come as either.
pub(super) fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The items of a list, or of an answer that wraps one.
pub(super) fn items(seen: &Value) -> Option<&[Value]> {
    match seen {
        Value::Array(items) => Some(items),
        _ => None,
    }
}
