//! Documents as JSON.

use std::fmt::Write as _;

use super::document::Document;
use super::visible;

/// The document as JSON, indented by two spaces.
pub(super) fn render(document: &Document) -> Result<String, String> {
    let text = serde_json::to_string_pretty(&document.value())
        .map_err(|error| format!("the result cannot be written as JSON: {error}"))?;
    Ok(escaped(&text))
}

/// The same JSON with every character a terminal would obey written as an escape, `\u001b`.
///
/// The encoder escapes those below a space itself; the rest can only stand inside strings, where
/// the escape means the same.
fn escaped(text: &str) -> String {
    if !text.chars().any(|c| c != '\n' && visible::is_hidden(c)) {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\n' && visible::is_hidden(character) {
            // Writing to a String cannot fail.
            let _ = write!(safe, "\\u{:04x}", u32::from(character));
        } else {
            safe.push(character);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn controls_are_escaped_and_mean_the_same() {
        let value = json!({ "a\u{9b}": "x\u{7f}\u{202e}\u{1b}\n" });
        let text = render(&Document::Value(value.clone())).unwrap();
        assert!(
            text.contains("\\u009b") && text.contains("\\u202e"),
            "{text}"
        );
        assert!(!text.contains(['\u{7f}', '\u{9b}', '\u{1b}']));
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
