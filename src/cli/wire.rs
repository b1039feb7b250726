//! What goes over the wire to an account, for whoever wants to see it: every request and its answer,
//! access tokens included, with their secrets blotted out.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, Request, Response, StatusCode, Version};
use serde_json::{Map, Value, json};

use super::global::LogFormat;
use crate::api::route::{self, Found};
use crate::client::{Failure, Transport};
use crate::secret::{self, REDACTED};

/// The longest body shown, in characters.
const LONGEST: usize = 20_000;

/// Somebody who watches the wire.
#[derive(Debug)]
pub struct Wire {
    /// How it is told on standard error, if it is.
    told: Option<LogFormat>,
    /// The method and target whose last answer is kept.
    awaited: Option<(&'static str, String)>,
    last: Mutex<Option<Answer>>,
    count: AtomicU64,
}

/// An answer as it came, secrets and all.
#[derive(Clone, Debug)]
pub struct Answer {
    version: Version,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    secrets: Vec<&'static str>,
}

impl Wire {
    /// Tells everything on standard error.
    pub fn told(format: LogFormat) -> Arc<Self> {
        Arc::new(Self::new(Some(format), None))
    }

    /// Keeps the last answer to this method and target; tells everything beside where asked to.
    pub fn awaiting(told: Option<LogFormat>, method: &'static str, target: &str) -> Arc<Self> {
        Arc::new(Self::new(told, Some((method, target.to_owned()))))
    }

    fn new(told: Option<LogFormat>, awaited: Option<(&'static str, String)>) -> Self {
        Self {
            told,
            awaited,
            last: Mutex::default(),
            count: AtomicU64::new(0),
        }
    }

    /// The last answer that was awaited, if any came.
    pub fn last(&self) -> Option<Answer> {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The transport, watched.
    pub fn around(self: &Arc<Self>, transport: Arc<dyn Transport>) -> Arc<dyn Transport> {
        Arc::new(Watched {
            wire: self.clone(),
            transport,
        })
    }

    fn sends(&self, number: u64, request: &Request<Bytes>) {
        let Some(format) = self.told else { return };
        let body = shown(request.body(), &[]);
        let target = secret::redact(&request.uri().to_string()).into_owned();
        if format == LogFormat::Json {
            return line(&json!({
                "exchange": number,
                "method": request.method().as_str(),
                "target": target,
                "headers": headers_json(request.headers()),
                "body": body.json(),
            }));
        }
        let mut text = format!("{} {target}\n", request.method());
        headers_text(request.headers(), &mut text);
        body.text(&mut text);
        block(number, '>', &text);
    }

    fn got(
        &self,
        number: u64,
        took: Duration,
        secrets: &[&str],
        answer: &Result<Response<Bytes>, Failure>,
    ) {
        let Some(format) = self.told else { return };
        let millis = took.as_secs_f64() * 1000.0;
        let (response, body) = match answer {
            Ok(response) => (response, shown(response.body(), secrets)),
            Err(failure) => {
                if format == LogFormat::Json {
                    line(&json!({"exchange": number, "ms": millis, "failed": failure.message}));
                } else {
                    let text = format!("no answer after {millis:.1} ms: {}\n", failure.message);
                    block(number, '<', &text);
                }
                return;
            }
        };
        if format == LogFormat::Json {
            return line(&json!({
                "exchange": number,
                "status": response.status().as_u16(),
                "ms": millis,
                "headers": headers_json(response.headers()),
                "body": body.json(),
            }));
        }
        let mut text = format!("{} in {millis:.1} ms\n", response.status());
        headers_text(response.headers(), &mut text);
        body.text(&mut text);
        block(number, '<', &text);
    }

    fn keep(&self, request: (&str, &str), secrets: Vec<&'static str>, answer: &Response<Bytes>) {
        let is_it = self
            .awaited
            .as_ref()
            .is_some_and(|(method, target)| (*method, target.as_str()) == request);
        if is_it {
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Answer {
                version: answer.version(),
                status: answer.status(),
                headers: answer.headers().clone(),
                body: answer.body().clone(),
                secrets,
            });
        }
    }
}

impl Answer {
    /// Status line and headers, and an empty line.
    pub fn head(&self) -> String {
        let mut text = format!("{:?} {}\n", self.version, self.status);
        headers_text(&self.headers, &mut text);
        text.push('\n');
        text
    }

    /// The body as JSON, where it is that; otherwise as text.
    pub fn body(&self) -> Result<Value, String> {
        match shown(&self.body, &self.secrets) {
            Shown::Json(value) => Ok(value),
            Shown::Text(text) => Err(text),
            Shown::Nothing => Ok(Value::Null),
        }
    }
}

/// A transport that somebody watches.
struct Watched {
    wire: Arc<Wire>,
    transport: Arc<dyn Transport>,
}

impl Transport for Watched {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Failure>> {
        Box::pin(async move {
            let wire = &self.wire;
            let number = wire.count.fetch_add(1, Ordering::Relaxed) + 1;
            wire.sends(number, &request);
            let method = request.method().as_str().to_owned();
            let target = request.uri().to_string();
            let secrets = match route::find(&method, request.uri().path()) {
                Found::Operation(operation, _) => operation.secrets().collect(),
                _ => Vec::new(),
            };
            let began = Instant::now();
            let answer = self.transport.send(request).await;
            wire.got(number, began.elapsed(), &secrets, &answer);
            if let Ok(response) = &answer {
                wire.keep((&method, &target), secrets, response);
            }
            answer
        })
    }
}

/// A body fit to be shown.
enum Shown {
    Nothing,
    Json(Value),
    Text(String),
}

/// A body without its secrets: those of its operation by their names, and those that are known.
fn shown(body: &[u8], secrets: &[&str]) -> Shown {
    if body.trim_ascii().is_empty() {
        return Shown::Nothing;
    }
    let text = String::from_utf8_lossy(body);
    let text = secret::redact(&text);
    if let Ok(mut value) = serde_json::from_str::<Value>(&text) {
        secret::blot(&mut value, secrets);
        return Shown::Json(value);
    }
    if secrets.is_empty() {
        return Shown::Text(visible(&secret::without_userinfo(&text)));
    }
    // What begins as an answer that holds secrets may hold them anywhere.
    Shown::Text(format!("{REDACTED} ({} bytes)", body.len()))
}

impl Shown {
    fn json(self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Json(value) => value,
            Self::Text(text) => Value::String(text),
        }
    }

    fn text(self, into: &mut String) {
        let text = match self {
            Self::Nothing => return,
            Self::Json(value) => visible(&serde_json::to_string_pretty(&value).unwrap_or_default()),
            Self::Text(text) => text,
        };
        into.push('\n');
        match text.char_indices().nth(LONGEST) {
            None => into.push_str(&text),
            Some((end, _)) => {
                into.push_str(text.get(..end).unwrap_or_default());
                let _ = write!(into, "\n… {} bytes in all", text.len());
            }
        }
        into.push('\n');
    }
}

/// The text without anything that a terminal would obey.
fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// A header's value without its secrets; of credentials, their scheme is left.
fn value_of<'a>(name: &str, value: &'a http::HeaderValue) -> Cow<'a, str> {
    let text = String::from_utf8_lossy(value.as_bytes());
    if name.ends_with("authorization") {
        return match text.split_once(' ') {
            Some((scheme, _)) => format!("{scheme} {REDACTED}").into(),
            None => REDACTED.into(),
        };
    }
    if value.is_sensitive() || secret::is_secret_header(name) {
        return REDACTED.into();
    }
    let clean = secret::without_userinfo(&secret::redact(&text));
    visible(&clean).into()
}

fn headers_text(headers: &HeaderMap, into: &mut String) {
    for (name, value) in headers {
        // Writing to a String cannot fail.
        let _ = writeln!(into, "{name}: {}", value_of(name.as_str(), value));
    }
}

fn headers_json(headers: &HeaderMap) -> Value {
    let mut all = Map::new();
    for (name, value) in headers {
        let value = value_of(name.as_str(), value).into_owned();
        match all.get_mut(name.as_str()) {
            Some(Value::String(before)) => {
                before.push_str(", ");
                before.push_str(&value);
            }
            _ => {
                all.insert(name.as_str().to_owned(), value.into());
            }
        }
    }
    Value::Object(all)
}

/// Writes a block whole, so that exchanges at the same time do not mix; each line says whose it is.
fn block(number: u64, direction: char, text: &str) {
    let mut block = String::with_capacity(text.len() + 64);
    for line in text.trim_end_matches('\n').split('\n') {
        let _ = writeln!(
            block,
            "{}",
            format!("#{number} {direction} {line}").trim_end()
        );
    }
    say(&block);
}

fn line(value: &Value) {
    say(&format!("{value}\n"));
}

fn say(text: &str) {
    // Nobody is left to tell when standard error is closed.
    let _ = io::stderr()
        .lock()
        .write_all(secret::redact(text).as_bytes());
}
