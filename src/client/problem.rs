//! What an error body says, in whichever of its shapes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::operation::Operation;
use crate::secret;

/// The longest message shown, in characters.
const LONGEST: usize = 400;
/// The longest name shown, in characters.
const LONGEST_NAME: usize = 80;

/// What the server says went wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The server's name for it.
    pub name: Option<String>,
    /// The server's sentence.
    pub message: Option<String>,
    /// Whether it is not the API that says so, but something on the way to it, which knows nothing of
    /// what the API has: a page, plain words, or a gateway without a route.
    #[serde(default)]
    pub is_foreign: bool,
}

/// What gateways say in the form of the API where they know no way to it.
const OF_GATEWAYS: &[&str] = &["no route", "no healthy upstream", "default backend"];

/// Reads an error body; one that is no JSON gives its title or its first words.
#[must_use]
pub fn problem(body: &[u8]) -> Problem {
    let text = String::from_utf8_lossy(body);
    // Before it is cut, which could leave the half of a secret.
    let text = secret::redact(&text);
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Problem::default();
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value) => of_json(&value),
        Err(_) if text.starts_with('<') => Problem {
            name: None,
            message: title(text).and_then(|title| shown(&title, LONGEST)),
            is_foreign: true,
        },
        // JSON that was cut off is noise, not a sentence.
        Err(_) if text.starts_with(['{', '[']) => Problem::default(),
        Err(_) => Problem {
            name: None,
            message: shown(text, LONGEST),
            is_foreign: true,
        },
    }
}

/// What is wrong with an answer that is not readable. Only a page's title is shown, what begins as an
/// answer may hold secrets; of an operation whose answers do, not even that.
#[must_use]
pub fn unreadable(operation: &Operation, body: &[u8]) -> String {
    let is_page = body.trim_ascii_start().starts_with(b"<");
    match problem(body).message {
        _ if is_page && holds_secrets(operation) => "it is a page, not JSON".to_owned(),
        Some(title) if is_page => format!("it is the web page {title:?}, not JSON"),
        _ => "it is not whole, or no JSON".to_owned(),
    }
}

/// What is wrong with an answer of another form than the operation's. The words of the parser quote
/// it, which must not be where an answer is a secret.
#[must_use]
pub fn misshapen(operation: &Operation, error: &serde_json::Error) -> String {
    if holds_secrets(operation) {
        let (line, column) = (error.line(), error.column());
        return format!("it has not the form that it should have (line {line}, column {column})");
    }
    error.to_string()
}

/// Whether an operation's answers hold secrets, which are neither shown nor kept.
#[must_use]
pub fn holds_secrets(operation: &Operation) -> bool {
    operation.secrets().next().is_some()
}

fn of_json(value: &Value) -> Problem {
    let Value::Object(body) = value else {
        let message = value.as_str().and_then(|text| shown(text, LONGEST));
        return Problem {
            name: None,
            message,
            is_foreign: false,
        };
    };
    let mut name = text_of(body.get("name"), LONGEST_NAME);
    let mut sentences: Vec<String> = text_of(body.get("message"), LONGEST).into_iter().collect();
    for error in listed(body.get("errors")) {
        let (inner, sentence) = of_error(error);
        if name.is_none() {
            name = inner;
        }
        if let Some(sentence) = sentence
            && !sentences.contains(&sentence)
        {
            sentences.push(sentence);
        }
    }
    if sentences.is_empty() {
        let others = ["error_description", "detail", "error", "msg"];
        sentences.extend(
            others
                .iter()
                .find_map(|key| text_of(body.get(*key), LONGEST)),
        );
    }
    let message = shown(&sentences.join("; "), LONGEST);
    let is_of_gateway = |said: &String| {
        let said = said.to_lowercase();
        OF_GATEWAYS.iter().any(|words| said.contains(words))
    };
    Problem {
        is_foreign: message.as_ref().is_some_and(is_of_gateway),
        name,
        message,
    }
}

fn listed(errors: Option<&Value>) -> Vec<&Value> {
    match errors {
        Some(Value::Array(items)) => items.iter().take(10).collect(),
        Some(one @ (Value::Object(_) | Value::String(_))) => vec![one],
        _ => Vec::new(),
    }
}

fn of_error(error: &Value) -> (Option<String>, Option<String>) {
    match error {
        Value::Object(error) => {
            let message = text_of(error.get("message"), LONGEST);
            let field = ["field", "path", "param"]
                .iter()
                .find_map(|key| text_of(error.get(*key), LONGEST_NAME));
            let message = match (field, message) {
                (Some(field), Some(message)) if !message.contains(&field) => {
                    Some(format!("{field}: {message}"))
                }
                (_, message) => message,
            };
            (text_of(error.get("name"), LONGEST_NAME), message)
        }
        other => (None, other.as_str().and_then(|text| shown(text, LONGEST))),
    }
}

fn text_of(value: Option<&Value>, longest: usize) -> Option<String> {
    value?.as_str().and_then(|text| shown(text, longest))
}

/// The title of an HTML page, which is what gateways answer with.
fn title(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower.get(start..)?.find('>')? + 1;
    let length = lower.get(start..)?.find('<')?;
    page.get(start..start + length).map(str::to_owned)
}

/// A server's text made fit for a terminal: one line, no control characters, not too long.
#[must_use]
pub fn shown(text: &str, longest: usize) -> Option<String> {
    let mut out = String::new();
    let mut length = 0;
    for word in text.split(|c: char| c.is_whitespace() || is_unprintable(c)) {
        if word.is_empty() {
            continue;
        }
        if length > 0 {
            out.push(' ');
            length += 1;
        }
        for c in word.chars() {
            if length >= longest {
                out.push('…');
                return Some(out);
            }
            out.push(c);
            length += 1;
        }
    }
    let out = out.trim_end().to_owned();
    (!out.is_empty()).then_some(out)
}

/// Control characters, and those that turn the writing direction or take no room.
#[must_use]
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_is_quoted_of_an_answer_that_is_a_secret() {
        let url = r#""https://console.test/?session=4711""#;
        for name in ["console", "java_console"] {
            let console = crate::api::operation(name).unwrap();
            let error = console.answer.read(url.as_bytes()).err().unwrap();
            let said = misshapen(console, &error);
            assert!(said.starts_with("it has not the form"), "{said}");
            let page = b"<jnlp><title>session 4711</title>";
            assert_eq!(unreadable(console, page), "it is a page, not JSON");
        }
        let cloud = crate::api::operation("cloud").unwrap();
        let error = cloud.answer.read(url.as_bytes()).err().unwrap();
        assert!(misshapen(cloud, &error).contains("4711"));
        let page = unreadable(cloud, b"<title>Log in</title>");
        assert!(page.contains("Log in"), "{page}");
    }

    fn read(body: &str) -> (Option<String>, Option<String>) {
        let Problem { name, message, .. } = problem(body.as_bytes());
        (name, message)
    }

    #[test]
    fn every_shape_gives_name_and_message() {
        let some = |text: &str| Some(text.to_owned());
        for (body, name, message) in [
            (
                r#"{"errors":[{"name":"NotFound","message":"no such cloud"}]}"#,
                some("NotFound"),
                some("no such cloud"),
            ),
            (
                r#"{"status":400,"message":"invalid","errors":["label is required","x"]}"#,
                None,
                some("invalid; label is required; x"),
            ),
            (
                r#"{"status":400,"message":"invalid","errors":[{"field":"label","message":"is required"}]}"#,
                None,
                some("invalid; label: is required"),
            ),
            (
                r#"{"status":409,"name":"Conflict","message":"node locked"}"#,
                some("Conflict"),
                some("node locked"),
            ),
            (
                r#"{"errors":[{"name":"A","message":"one"},{"name":"B","message":"one"}]}"#,
                some("A"),
                some("one"),
            ),
            (r#"{"errors":"boom"}"#, None, some("boom")),
            (
                r#"{"error":"invalid_client"}"#,
                None,
                some("invalid_client"),
            ),
            (r#""plain""#, None, some("plain")),
            (
                "<html><head><TITLE>502 Bad Gateway</TITLE></head>",
                None,
                some("502 Bad Gateway"),
            ),
            ("<html>no title", None, None),
            (
                "upstream connect error",
                None,
                some("upstream connect error"),
            ),
            (r#"{"status":500,"mess"#, None, None),
            ("", None, None),
            ("  \n", None, None),
            ("null", None, None),
            ("[1,2]", None, None),
        ] {
            assert_eq!(read(body), (name, message), "{body}");
        }
    }

    #[test]
    fn a_hostile_message_cannot_move_the_cursor_or_fill_the_screen() {
        let body = format!(
            r#"{{"message":"\u001b[2Jwiped\r\n{}"}}"#,
            "x".repeat(10_000)
        );
        let message = read(&body).1.unwrap();
        assert!(message.starts_with("[2Jwiped x"), "{message}");
        assert_eq!(message.chars().count(), LONGEST + 1);
        assert!(message.chars().all(|c| !c.is_control()));
    }

    proptest! {
        #[test]
        fn no_body_breaks_it(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let found = problem(&body);
            for text in [found.name, found.message].into_iter().flatten() {
                prop_assert!(!text.is_empty());
                prop_assert!(!text.chars().any(is_unprintable));
                prop_assert!(text.chars().count() <= LONGEST + 1);
            }
        }

        #[test]
        fn no_page_breaks_the_title(page in "<(title|TITLE|İ|>|<|[a-z ]){0,20}") {
            let _ = problem(page.as_bytes());
        }
    }
}
