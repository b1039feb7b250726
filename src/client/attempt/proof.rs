//! Whether an answer with a good status proves that what it answers was carried out.

use serde_json::Value;

use super::Attempt;
use crate::client::problem::{misshapen, shown, unreadable};
use crate::operation::{Answer, Arguments, Kind, Operation, Repeat};

impl Attempt {
    /// What is wrong with the answer to a call that changes something, if it cannot be taken for
    /// the API's yes: whatever the status, a login page or an error is none. Of a call whose effect can
    /// be looked for, nothing but a yes is one.
    pub(in crate::client) fn belied(
        &self,
        operation: &Operation,
        arguments: &Arguments,
        can_look: bool,
    ) -> Option<String> {
        if self.is_file() {
            return None;
        }
        let no_sense = || {
            format!(
                "the answer makes no sense: {}",
                unreadable(operation, &self.body)
            )
        };
        if self.body.trim_ascii_start().starts_with(b"<") {
            return Some(no_sense());
        }
        let says_nothing = matches!(operation.answer, Answer::Nothing);
        // What these answer with is hardly anything, and an error looks as good.
        let is_bare = says_nothing || operation.name == "set_power";
        let Ok(answer) = serde_json::from_slice::<Value>(&self.body) else {
            let begins = self.body.trim_ascii_start().first();
            // The beginning of JSON is a yes that was cut off.
            let is_text = begins.is_some_and(|byte| !b"{[\"".contains(byte));
            return (is_bare && can_look && is_text).then(no_sense);
        };
        let said = || self.problem().message.unwrap_or_default();
        if names_errors(&answer) {
            return Some(format!("the API accepted it and names errors: {}", said()));
        }
        if is_bare && is_error(&answer) {
            return Some(format!(
                "the API accepted it and names an error: {}",
                said()
            ));
        }
        let can_repeat = operation.name == "set_power"
            || says_nothing && matches!(operation.repeat(arguments), Repeat::Delete | Repeat::Link);
        if can_repeat && can_look && is_nothing_but_words(&answer) {
            // They may say that it was done, or why not.
            return Some(format!(
                "the API answered with nothing but words: {}",
                said()
            ));
        }
        let is_word = matches!(&answer, Value::String(text) if !text.is_empty());
        if says_nothing && can_look && (is_word || answer == Value::Bool(false)) {
            return Some(no_sense());
        }
        contradiction(&answer, operation, arguments).or_else(|| {
            let read = operation.answer.read(&self.body);
            read.err().map(|error| {
                format!(
                    "the answer makes no sense: {}",
                    misshapen(operation, &error)
                )
            })
        })
    }
}

/// Whether an answer has a message and nothing beside it that says that it was done.
fn is_nothing_but_words(answer: &Value) -> bool {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    let status = text("status").to_lowercase();
    let is_yes = ["success", "ok", "accepted", "done", "deleted"].contains(&&*status)
        || answer.get("success") == Some(&Value::Bool(true))
        || matches!(
            answer.get("status").and_then(Value::as_u64),
            Some(200..=299)
        )
        || ["result", "node_uuid", "power_state"]
            .iter()
            .any(|name| !text(name).is_empty());
    !text("message").is_empty() && !is_yes
}

/// Whether it is an error, in one of the shapes that they have, whatever its status.
fn is_error(answer: &Value) -> bool {
    let has = |name: &str| match answer.get(name) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Object(members)) => !members.is_empty(),
        _ => false,
    };
    let number = |value: &Value| match value {
        Value::String(text) => text.parse::<u64>().ok(),
        other => other.as_u64(),
    };
    let status = answer.get("status").and_then(number);
    let fails = |name: &str| {
        let word = answer
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_lowercase);
        let is_no = |word: String| {
            ["fail", "error", "refus", "denied", "reject"]
                .iter()
                .any(|it| word.contains(it))
        };
        word.is_some_and(is_no)
    };
    has("error")
        || fails("result")
        || fails("status")
        || answer.get("success") == Some(&Value::Bool(false))
        || has("message") && (has("name") || status.is_some_and(|it| it >= 400))
}

/// Whether it names errors, in whatever form.
fn names_errors(answer: &Value) -> bool {
    match answer.get("errors") {
        Some(Value::Array(errors)) => !errors.is_empty(),
        Some(Value::Object(errors)) => !errors.is_empty(),
        Some(Value::String(error)) => !error.is_empty(),
        _ => false,
    }
}

/// What an answer says that is not what was asked for: another resource, another state, or one that has
/// no id.
fn contradiction(answer: &Value, operation: &Operation, arguments: &Arguments) -> Option<String> {
    let differs = |field: &str, argument: &str| {
        let said = answer.get(field)?.as_str()?;
        let asked = arguments.text(argument)?;
        (!said.eq_ignore_ascii_case(&asked)).then(|| {
            let said = shown(said, 60).unwrap_or_default();
            format!("the API accepted it and answered with the {field} {said:?}, which was not asked for")
        })
    };
    if operation.name == "set_power" {
        // It is the state that was asked for; what a reboot has is not told apart from the one before it.
        let is_level = operation.repeat(arguments) != Repeat::Edge;
        let is_opposite = matches!(
            answer.get("power_state").and_then(Value::as_str),
            Some("power on" | "power off")
        );
        let state = || differs("power_state", "power_state").filter(|_| is_level && is_opposite);
        return differs("node_uuid", "node").or_else(state);
    }
    let Answer::One(kind) = operation.answer else {
        return None;
    };
    if answer.get("id").and_then(Value::as_str) == Some("") {
        return Some("the API accepted it and answered with an empty id".to_owned());
    }
    let own = operation.params.iter().rfind(|param| {
        param.place.is_path() && matches!(param.kind, Kind::Id(it) if it == kind.name)
    });
    differs("id", own?.name)
}
