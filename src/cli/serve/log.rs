//! Lines of the service's log.

use std::io::Write as _;

use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value};

use crate::cli::global::LogFormat;
use crate::cli::label::Label;
use crate::output::{escaped_json, line};
use crate::script::console::Level;
use crate::secret;

/// Writes what the script of a run says, as an object of a line.
pub fn script(level: Level, text: &str, label: &Label) {
    let level = match level {
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    };
    entry(LogFormat::Json, level, "script", label.fields(), text);
}

/// Writes one entry on standard error: as an object of a line, or as its message for people.
pub fn entry(
    format: LogFormat,
    level: &str,
    event: &str,
    fields: Map<String, Value>,
    message: &str,
) {
    let now = Utc::now();
    let entry = match format {
        // What a message repeats of others must not pose as an entry of its own.
        LogFormat::Text => {
            let at = now.format("%Y-%m-%dT%H:%M:%SZ");
            format!("{at} {}\n", line(message))
        }
        LogFormat::Json => {
            let mut members = Map::new();
            let time = now.to_rfc3339_opts(SecondsFormat::Millis, true);
            members.insert("time".to_owned(), time.into());
            members.insert("level".to_owned(), level.into());
            members.insert("event".to_owned(), event.into());
            members.extend(fields);
            members.insert("message".to_owned(), message.into());
            format!("{}\n", escaped_json(&Value::Object(members).to_string()))
        }
    };
    // Nobody is left to tell when standard error is closed.
    let _ = std::io::stderr()
        .lock()
        .write_all(secret::redact(&entry).as_bytes());
}
