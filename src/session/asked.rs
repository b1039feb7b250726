//! What is asked for: how a call is told apart from others.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// A call that begins.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The operation, or the builtin.
    pub operation: &'a str,
    /// Its arguments.
    pub arguments: &'a Value,
    /// What it does to the world.
    pub effect: &'a str,
    /// What it acts upon.
    pub target: &'a str,
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

/// Arguments as text that is the same whatever order they were given in.
pub(super) fn canonical(value: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                let mut members: Vec<_> = map.iter().collect();
                members.sort_by_key(|(name, _)| name.as_str());
                let sorted: Map<String, Value> = members
                    .into_iter()
                    .map(|(name, value)| (name.clone(), sorted(value)))
                    .collect();
                Value::Object(sorted)
            }
            Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
            other => other.clone(),
        }
    }
    sorted(value).to_string()
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
