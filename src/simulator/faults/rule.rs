//! One rule, as it is written.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api;
use crate::operation::nearest;

/// How a fault says what fails.
pub const WAYS: &str = "one of `status`, `reset` and `truncated`";

/// A failure on purpose: which calls, and how they fail.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The operation, or `*` for every one.
    pub operation: String,
    /// An id or a label in the call's path: a cloud, a node, a VLAN, a block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Which of the calls that the rule is about, from 1; all of them without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<Calls>,
    /// How many calls fail at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// How likely each of them fails, from 0 to 1, drawn from the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Fails with this status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// With this body, instead of an error in the API's form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    /// With `Retry-After`, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// And is carried out all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub executed: bool,
    /// Fails by a connection cut before or after it is carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reset: Option<Moment>,
    /// Is carried out, and its answer breaks off in the middle of its JSON.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    truncated: bool,
}

/// Some of the calls that a rule is about.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Calls {
    /// One of them.
    One(u64),
    /// Several.
    Several(Vec<u64>),
}

impl Calls {
    /// Whether the n-th is one of them.
    pub fn names(&self, nth: u64) -> bool {
        match self {
            Self::One(call) => *call == nth,
            Self::Several(calls) => calls.contains(&nth),
        }
    }
}

/// When the connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Moment {
    /// Before the call is carried out.
    Before,
    /// After that, before the answer.
    After,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// With a status.
    Status(u16),
    /// By a cut connection.
    Reset(Moment),
    /// By half an answer.
    Truncated,
}

impl Rule {
    /// Reads a rule or a list of them, as JSON. The error says what is wrong with them.
    pub fn read_all(text: &str) -> Result<Vec<Self>, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let items = match value {
            Value::Array(items) => items,
            one => vec![one],
        };
        items
            .into_iter()
            .map(|item| {
                if !item.is_object() {
                    return Err(format!("a fault is a map, not {item}"));
                }
                let rule: Self = serde_json::from_value(item).map_err(|error| error.to_string())?;
                rule.checked()
            })
            .collect()
    }

    /// The rule, if it can mean something.
    pub fn checked(self) -> Result<Self, String> {
        if self.operation != "*" && api::operation(&self.operation).is_none() {
            let near = nearest(&self.operation, api::operations().map(|it| it.name))
                .map(|near| format!(": did you mean `{near}`?"))
                .unwrap_or_default();
            return Err(format!("there is no operation `{}`{near}", self.operation));
        }
        let calls = match &self.nth {
            None => &[][..],
            Some(Calls::One(call)) => std::slice::from_ref(call),
            Some(Calls::Several(calls)) => calls,
        };
        if calls.contains(&0) {
            return Err("`nth` counts from 1".to_owned());
        }
        if self.times == Some(0) {
            return Err("`times` counts from 1".to_owned());
        }
        if self
            .probability
            .is_some_and(|it| !(0.0..=1.0).contains(&it))
        {
            return Err("`probability` is from 0 to 1".to_owned());
        }
        let ways = [self.status.is_some(), self.reset.is_some(), self.truncated];
        if ways.into_iter().filter(|way| *way).count() != 1 {
            return Err(format!("a fault has {WAYS}"));
        }
        if self.status.is_some_and(|it| !(400..=599).contains(&it)) {
            return Err("`status` is from 400 to 599".to_owned());
        }
        if self.status.is_none()
            && (self.executed || self.body.is_some() || self.retry_after.is_some())
        {
            return Err(
                "`executed`, `body` or `retry_after` goes with `status`; a connection is cut \
                 before or after the call is carried out, and a truncated answer is of a call \
                 carried out"
                    .to_owned(),
            );
        }
        Ok(self)
    }

    /// How its calls fail. A rule that was checked has one way.
    #[must_use]
    pub fn effect(&self) -> Effect {
        match (self.status, self.reset) {
            (Some(status), _) => Effect::Status(status),
            (None, Some(moment)) => Effect::Reset(moment),
            (None, None) => Effect::Truncated,
        }
    }

    /// What is answered with this status.
    #[must_use]
    pub fn body(&self, status: u16) -> Value {
        self.body.clone().unwrap_or_else(|| {
            json!({
                "status": status,
                "name": "fault",
                "message": "A fault of the simulator, on purpose.",
            })
        })
    }
}
