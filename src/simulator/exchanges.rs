//! A file of everything the simulated account was asked and answered, a line of JSON an exchange.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Response};
use serde::Serialize;
use serde_json::Value;

use super::faults::Pace;
use crate::api::route::{self, Found};
use crate::secret;

/// Where exchanges are written to.
#[derive(Debug)]
pub struct Exchanges {
    file: File,
}

/// One exchange. Headers stay out of it: they hold credentials.
#[derive(Serialize)]
struct Exchange<'a> {
    /// When, in simulated time.
    at: String,
    method: &'a str,
    /// Path and query.
    target: &'a str,
    request: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'a str>,
    answer: &'a str,
    /// Whether a fault had a hand in it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    fault: bool,
}

impl Exchanges {
    /// Writes to the end of a file, which is made if it is not there.
    pub fn to(path: &Path) -> io::Result<Self> {
        // A pipe that nobody reads would never open, and whoever waits for it hears no signal.
        let is_special = std::fs::metadata(path).is_ok_and(|found| !found.is_file());
        if is_special {
            return Err(io::Error::other("it is not a file"));
        }
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Self { file })
    }

    /// Writes an exchange down, whole: several processes may share the file.
    pub(super) fn note(
        &self,
        at: DateTime<Utc>,
        (method, target, request): (&str, &str, &[u8]),
        response: &Response<Bytes>,
    ) {
        let path = target.split('?').next().unwrap_or_default();
        let answer = without_secrets(method, path, response);
        let exchange = Exchange {
            at: at.to_rfc3339_opts(SecondsFormat::Millis, true),
            method,
            target,
            request: &String::from_utf8_lossy(request),
            status: response.status().as_u16(),
            content_type: content_type(response.headers()),
            answer: &answer,
            fault: response.extensions().get::<Pace>().is_some(),
        };
        let Ok(mut line) = serde_json::to_vec(&exchange) else {
            return;
        };
        line.push(b'\n');
        if let Err(error) = (&self.file).write_all(&line) {
            tracing::error!("an exchange could not be written down: {error}");
        }
    }
}

/// The answer's text. What is given out there once, tokens and consoles, opens an account or a node
/// for whoever reads the file.
fn without_secrets<'a>(method: &str, path: &str, response: &'a Response<Bytes>) -> Cow<'a, str> {
    let text = String::from_utf8_lossy(response.body());
    let Found::Operation(operation, _) = route::find(method, path) else {
        return text;
    };
    let mut secrets = operation.secrets().peekable();
    if secrets.peek().is_none() || !response.status().is_success() {
        return text;
    }
    match serde_json::from_str::<Value>(&text) {
        Ok(mut value) => {
            for name in secrets {
                if let Some(Value::String(text)) = value.get_mut(name) {
                    // What must be an address stays one.
                    let blot = if text.contains("://") {
                        "https://redacted.invalid/"
                    } else {
                        secret::REDACTED
                    };
                    blot.clone_into(text);
                }
            }
            Cow::Owned(value.to_string())
        }
        Err(_) => Cow::Borrowed(secret::REDACTED),
    }
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE)?.to_str().ok()
}
