//! A file of everything the simulated account was asked and answered, a line of JSON an exchange.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Response};
use serde::Serialize;

use super::faults::Pace;

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
        response: &Response<bytes::Bytes>,
    ) {
        let exchange = Exchange {
            at: at.to_rfc3339_opts(SecondsFormat::Millis, true),
            method,
            target,
            request: &String::from_utf8_lossy(request),
            status: response.status().as_u16(),
            content_type: content_type(response.headers()),
            answer: &String::from_utf8_lossy(response.body()),
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

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE)?.to_str().ok()
}
