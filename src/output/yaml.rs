//! Documents as YAML.

use serde_json::{Map, Value};

use super::choice::Unfit;
use super::visible;

/// What a text begins with that is to be quoted: the encoder quotes what is not printable, and writes it
/// as an escape, which is taken out again.
const MARK: char = '\u{1}';
const ESCAPED: &str = "\"\\x01";

/// The value as YAML, for a pipe or a terminal, which is shown as an escape what reverses the direction of
/// writing, though it counts as printable.
pub(super) fn render(value: &Value, to_terminal: bool) -> Result<String, Unfit> {
    let text = written(value).map_err(|error| Unfit::broken("YAML", &error))?;
    Ok(if to_terminal {
        visible::lines(&text)
    } else {
        text
    })
}

/// The value as YAML, as which the readers of both its versions read it back. The older one, which many
/// tools have, takes texts for something else that the encoder, which knows the newer one, does not quote:
/// `no` is false to it, `12:30` a number and `2026-01-15` a date.
pub fn written(value: &Value) -> Result<String, serde_norway::Error> {
    // Where a text looks like the mark itself, nothing can be marked.
    if holds(value, &|text| text.contains(MARK) || text.contains(ESCAPED)) {
        return serde_norway::to_string(value);
    }
    if !holds(value, &is_otherwise) {
        return serde_norway::to_string(value);
    }
    let text = serde_norway::to_string(&marked(value))?;
    Ok(text.replace(ESCAPED, "\""))
}

/// Whether any text of a value, keys included, is so.
fn holds(value: &Value, is_so: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is_so(text),
        Value::Array(items) => items.iter().any(|item| holds(item, is_so)),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| is_so(name) || holds(value, is_so)),
        _ => false,
    }
}

fn marked(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(mark(text)),
        Value::Array(items) => items.iter().map(marked).collect(),
        Value::Object(members) => {
            let members = members.iter();
            Value::Object(
                members
                    .map(|(name, value)| (mark(name), marked(value)))
                    .collect::<Map<_, _>>(),
            )
        }
        other => other.clone(),
    }
}

fn mark(text: &str) -> String {
    if is_otherwise(text) {
        format!("{MARK}{text}")
    } else {
        text.to_owned()
    }
}

/// Whether the older YAML may take a text without quotes for something else: a word for true or false, a
/// number in another writing, a date, or a sign of its own.
fn is_otherwise(text: &str) -> bool {
    const WORDS: &[&str] = &["y", "n", "yes", "no", "on", "off", "=", "<<"];
    if WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return true;
    }
    let is_number = |c: char| c.is_ascii_digit() || "+-.:_,eETtZz ".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    // Addresses and versions are no numbers.
    let is_dotted =
        text.matches('.').count() > 1 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let is_binary = text.trim_start_matches(['+', '-']).starts_with("0b");
    begins && !is_dotted && (text.chars().all(is_number) || is_binary)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_that_the_older_yaml_takes_for_something_else_are_quoted() {
        for text in [
            "no",
            "On",
            "YES",
            "y",
            "=",
            "<<",
            "2026-01-15",
            "2026-01-15T08:00:00+00:00",
            "12:30",
            "52:54:00:12:34:56",
            "1_000",
            "0b101",
            "+1",
            "1,000",
            ".5",
        ] {
            let yaml = written(&json!({"a": [text], text: 1})).unwrap();
            let quoted = format!("a:\n- \"{text}\"\n\"{text}\": 1\n");
            let single = quoted.replace('"', "'");
            assert!(yaml == quoted || yaml == single, "{yaml}");
        }
    }

    #[test]
    fn other_texts_are_written_as_they_are() {
        for text in [
            "node",
            "10.0.0.1",
            "1.2.3",
            "great-wombat",
            "R12",
            "10.0.0.0/24",
            "a: b",
            "x\ny",
            "\u{1}no",
            "\"\\x01no",
        ] {
            let value = json!([text, {"b": "no"}]);
            let yaml = written(&value).unwrap();
            assert_eq!(
                serde_norway::from_str::<Value>(&yaml).unwrap(),
                value,
                "{yaml}"
            );
        }
        assert_eq!(
            written(&json!(["10.0.0.1", "node"])).unwrap(),
            "- 10.0.0.1\n- node\n"
        );
    }
}
