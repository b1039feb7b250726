//! Documents as JSON.

use std::fmt::Write as _;

use serde_json::Value;

use super::choice::Unfit;
use super::visible;

/// The value as JSON, indented by two spaces.
pub(super) fn render(value: &Value) -> Result<String, Unfit> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| Unfit::broken("JSON", &error))?;
    Ok(escaped(&text))
}

/// The values as JSON, each on a line of its own.
pub(super) fn lines(values: &[Value]) -> String {
    values.iter().fold(String::new(), |mut lines, value| {
        lines.push_str(&escaped(&value.to_string()));
        lines.push('\n');
        lines
    })
}

/// The same JSON with every character a terminal would obey written as an escape, `\u001b`.
///
/// The encoder escapes those below a space itself; the rest can only stand inside strings, where
/// the escape means the same.
#[must_use]
pub fn escaped(text: &str) -> String {
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
    use serde_json::json;

    #[test]
    fn controls_are_escaped_and_mean_the_same() {
        let value = json!({ "a\u{9b}": "x\u{7f}\u{202e}\u{1b}\n" });
        let text = render(&value).unwrap();
        assert!(
            text.contains("\\u009b") && text.contains("\\u202e"),
            "{text}"
        );
        assert!(!text.contains(['\u{7f}', '\u{9b}', '\u{1b}']));
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
