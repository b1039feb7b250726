//! What is asked for: how a call is told apart from others.

use std::borrow::Cow;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A call that begins.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The operation, or the builtin.
    pub operation: &'static str,
    /// Its arguments, in the canonical form.
    pub arguments: String,
    /// What it does to the world.
    pub effect: &'static str,
    /// What it acts upon.
    pub target: Cow<'a, str>,
}

/// A call in a few words.
pub(super) fn shown(operation: &str, target: &str, arguments: &str) -> String {
    let arguments = if matches!(arguments, "" | "{}") || arguments.len() > 120 {
        String::new()
    } else {
        format!(" {arguments}")
    };
    if target.is_empty() {
        return format!("{operation}{arguments}");
    }
    format!("{operation} {target}{arguments}")
}

/// A value as text that is the same whatever order its members were given in.
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

/// The same of a map.
#[must_use]
pub fn canonical_map<'a>(members: impl Iterator<Item = (&'a String, &'a Value)>) -> String {
    let mut text = String::new();
    write_map(members, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(map) => write_map(map.iter(), text),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::String(word) => quoted(word, text),
        other => text.push_str(&other.to_string()),
    }
}

/// A text as JSON has it; most of them need nothing but their quotes.
fn quoted(word: &str, text: &mut String) {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
    if word.bytes().all(is_plain) {
        text.push('"');
        text.push_str(word);
        text.push('"');
    } else {
        text.push_str(&Value::from(word).to_string());
    }
}

fn write_map<'a>(members: impl Iterator<Item = (&'a String, &'a Value)>, text: &mut String) {
    let mut members: Vec<_> = members.collect();
    members.sort_unstable_by_key(|(name, _)| name.as_str());
    text.push('{');
    for (index, (name, value)) in members.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        quoted(name, text);
        text.push(':');
        write(value, text);
    }
    text.push('}');
}

/// What tells a call's arguments apart from others.
pub(super) fn hash(operation: &str, arguments: &str) -> [u8; 16] {
    let mut digest = Sha256::new();
    digest.update(operation.as_bytes());
    digest.update([0]);
    digest.update(arguments.as_bytes());
    let whole = digest.finalize();
    let mut hash = [0; 16];
    for (to, from) in hash.iter_mut().zip(whole) {
        *to = from;
    }
    hash
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_in_which_arguments_are_given_does_not_matter_and_everything_else_does() {
        let one = canonical(&json!({"b": {"d": 1, "c": [2, {"y": 1, "x": 2}]}, "a": "z"}));
        let other = canonical(&json!({"a": "z", "b": {"c": [2, {"x": 2, "y": 1}], "d": 1}}));
        assert_eq!(one, other);
        assert_ne!(
            one,
            canonical(&json!({"a": "z", "b": {"c": [{"x": 2}, 2], "d": 1}}))
        );
        assert_ne!(hash("a", "b"), hash("ab", ""));
    }
}
