//! A request to a host elsewhere, out of what a script gives.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::Url;
use rhai::{Array, Blob, Dynamic, Map};
use serde_json::{Value, json};

use crate::client::WebRequest;
use crate::script::local::Result;
use crate::script::local::files::digest;
use crate::script::options::Options;
use crate::script::trouble::Trouble;
use crate::script::value;
use crate::secret::{REDACTED as BLOT, Secret, is_secret_header};

/// How long a request may take unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request that a script wants sent.
pub struct Wanted {
    /// The function that was called.
    pub builtin: &'static str,
    pub method: Method,
    pub url: Url,
    /// The address as it may be shown: no query, which often holds keys, and nothing of a secret one.
    pub shown: String,
    pub timeout: Duration,
    /// Whether a status that says no is an error.
    pub raises: bool,
    /// Whether the answer is kept in the journal.
    pub keeps: bool,
    /// Whether sending it twice does no harm.
    pub repeats: bool,
    headers: HeaderMap,
    body: Bytes,
    /// What tells it from others, of which no secret is a part.
    mark: Vec<u8>,
    secrets: Vec<String>,
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.builtin == "http_request" {
            return write!(f, "http_request {} {}", self.method, self.shown);
        }
        write!(f, "{} {}", self.builtin, self.shown)
    }
}

fn refused(builtin: &str, what: impl fmt::Display) -> Trouble {
    Trouble::argument(format!("{builtin}: {what}"))
}

/// A text with a secret in it as it prints is no use to anybody.
fn unblotted(builtin: &str, what: &str, text: &str) -> Result<()> {
    if !text.contains(BLOT) {
        return Ok(());
    }
    Err(refused(
        builtin,
        format!("{what} holds a secret as it prints, {BLOT}"),
    )
    .hint(r#"join them with +, as in "Bearer " + secret("name")"#)
    .raise())
}

impl Wanted {
    pub fn get(url: &Dynamic, options: &Map) -> Result<Self> {
        const KNOWN: &[&str] = &["headers", "query", "timeout", "raise", "keep"];
        let options = Options::new("http_get", options, KNOWN)?;
        Self::new("http_get", Method::GET, url, &Dynamic::UNIT, &options)
    }

    pub fn post(url: &Dynamic, body: &Dynamic, options: &Map) -> Result<Self> {
        const KNOWN: &[&str] = &["headers", "query", "timeout", "raise", "keep", "repeat"];
        let options = Options::new("http_post", options, KNOWN)?;
        Self::new("http_post", Method::POST, url, body, &options)
    }

    pub fn request_of(method: &str, url: &Dynamic, options: &Map) -> Result<Self> {
        const KNOWN: &[&str] = &[
            "headers", "query", "timeout", "raise", "keep", "repeat", "body",
        ];
        const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
        let options = Options::new("http_request", options, KNOWN)?;
        let upper = method.to_ascii_uppercase();
        let method = METHODS
            .contains(&upper.as_str())
            .then(|| upper.parse::<Method>().ok())
            .flatten()
            .ok_or_else(|| {
                refused("http_request", format!("{method:?} is no method"))
                    .hint(format!("they are {}", METHODS.join(", ")))
                    .raise()
            })?;
        let body = options.any("body").cloned().unwrap_or_default();
        Self::new("http_request", method, url, &body, &options)
    }

    fn new(
        builtin: &'static str,
        method: Method,
        url: &Dynamic,
        body: &Dynamic,
        options: &Options<'_>,
    ) -> Result<Self> {
        let mut secrets = Vec::new();
        let (url, shown) = address(builtin, url, &mut secrets)?;
        let mut wanted = Self {
            builtin,
            method,
            url,
            shown,
            timeout: PATIENCE,
            raises: options.flag("raise")?.unwrap_or(true),
            keeps: options.flag("keep")?.unwrap_or(true),
            repeats: options.flag("repeat")?.unwrap_or(false),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            mark: Vec::new(),
            secrets,
        };
        if let Some(timeout) = options.span("timeout")? {
            wanted.timeout = timeout.0.to_std().unwrap_or(PATIENCE);
        }
        let is_hidden = wanted.shown.ends_with(BLOT);
        let mark = if is_hidden {
            wanted.shown.clone()
        } else {
            wanted.url.to_string()
        };
        wanted.note(&mark);
        if let Some(query) = options.map("query")? {
            wanted.ask(&query)?;
        }
        if let Some(headers) = options.map("headers")? {
            wanted.head(&headers)?;
        }
        wanted.fill(body)?;
        // Longer secrets first: one may be part of another.
        wanted.secrets.retain(|secret| secret.len() > 3);
        wanted
            .secrets
            .sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Ok(wanted)
    }

    /// Whether it may change something.
    pub fn changes(&self) -> bool {
        !matches!(self.method, Method::GET | Method::HEAD)
    }

    fn note(&mut self, piece: &str) {
        self.mark.extend_from_slice(piece.as_bytes());
        self.mark.push(0);
    }

    /// A value as text to send, secrets included, and the same to be told from others by.
    fn word(&mut self, what: &str, given: &Dynamic) -> Result<(String, bool)> {
        if let Some(secret) = given.read_lock::<Secret>() {
            self.secrets.push(secret.reveal().to_owned());
            return Ok((secret.reveal().to_owned(), true));
        }
        let text = match value::to_json(given).map_err(Trouble::raise)? {
            Value::String(text) => text,
            plain @ (Value::Number(_) | Value::Bool(_)) => plain.to_string(),
            _ => {
                let shown = value::debug(given);
                let what = format!("{what} must be text, not {shown}");
                return Err(refused(self.builtin, what).raise());
            }
        };
        unblotted(self.builtin, what, &text)?;
        Ok((text, false))
    }

    fn ask(&mut self, query: &Map) -> Result<()> {
        for (name, given) in query {
            let items = match given.read_lock::<Array>() {
                Some(items) => items.clone(),
                None if given.is_unit() => continue,
                None => vec![given.clone()],
            };
            for item in &items {
                let (text, hidden) = self.word(&format!("query parameter `{name}`"), item)?;
                self.url.query_pairs_mut().append_pair(name, &text);
                self.note(name);
                self.note(if hidden { BLOT } else { &text });
            }
        }
        Ok(())
    }

    fn head(&mut self, headers: &Map) -> Result<()> {
        for (given, value) in headers {
            let name = HeaderName::from_bytes(given.as_bytes()).map_err(|_| {
                refused(
                    self.builtin,
                    format!("{:?} is no name of a header", given.as_str()),
                )
                .raise()
            })?;
            if [
                header::HOST,
                header::CONTENT_LENGTH,
                header::TRANSFER_ENCODING,
                header::CONNECTION,
            ]
            .contains(&name)
            {
                let what = format!("the header `{given}` follows from the request itself");
                return Err(refused(self.builtin, what).hint("leave it out").raise());
            }
            if value.is_unit() {
                continue;
            }
            let (text, hidden) = self.word(&format!("the header `{given}`"), value)?;
            let mut value = HeaderValue::from_str(&text)
                .or_else(|_| HeaderValue::from_bytes(text.as_bytes()))
                .map_err(|_| {
                    let what = format!(
                        "the header `{given}` holds a line break or another control character"
                    );
                    refused(self.builtin, what).raise()
                })?;
            value.set_sensitive(hidden);
            self.note(name.as_str());
            self.note(if hidden { BLOT } else { &text });
            self.headers.append(name, value);
        }
        Ok(())
    }

    fn fill(&mut self, body: &Dynamic) -> Result<()> {
        let body = body.flatten_clone();
        if body.is_unit() {
            return Ok(());
        }
        let kind = if let Some(bytes) = body.read_lock::<Blob>() {
            self.note(&digest(&bytes));
            self.body = Bytes::from(bytes.clone());
            "application/octet-stream"
        } else if body.is_string() || body.read_lock::<Secret>().is_some() {
            let (text, hidden) = self.word("the body", &body)?;
            self.note(if hidden { BLOT } else { &text });
            self.body = Bytes::from(text);
            "text/plain; charset=utf-8"
        } else {
            let shown = value::to_json(&body).map_err(Trouble::raise)?;
            self.note(&shown.to_string());
            let sent = revealed(&body, &mut self.secrets)?;
            self.body = Bytes::from(sent.to_string());
            "application/json"
        };
        if !self.headers.contains_key(header::CONTENT_TYPE) {
            self.headers
                .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        Ok(())
    }

    /// What the journal keeps of it: no header, no query, no body, and what tells it from others.
    pub fn arguments(&self) -> Value {
        json!({
            "method": self.method.as_str(),
            "url": self.shown,
            "bytes": self.body.len(),
            "sha256": digest(&self.mark),
        })
    }

    /// The request itself.
    pub fn request(&self) -> WebRequest {
        WebRequest {
            method: self.method.clone(),
            url: self.url.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
        }
    }

    /// A text without the secrets that were sent.
    pub fn blotted(&self, text: &str) -> String {
        self.secrets
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret, BLOT))
    }

    /// An answer as it may be kept: hosts repeat what they are sent, and set cookies. Of one that is not
    /// to be kept there is the status, which says that the request was sent and what came of it.
    pub fn kept(&self, answer: &Value) -> Value {
        if !self.keeps {
            return json!({"status": answer["status"], "headers": {}, "body": null});
        }
        let mut kept = answer.clone();
        if let Some(headers) = kept["headers"].as_object_mut() {
            for (name, value) in headers {
                *value = match value.as_str() {
                    Some(_) if is_secret_header(name) => BLOT.into(),
                    Some(text) => self.blotted(text).into(),
                    None => continue,
                };
            }
        }
        if let Some(body) = answer["body"].as_str() {
            kept["body"] = self.blotted(body).into();
        }
        kept
    }
}

/// A value as JSON to send, secrets included.
fn revealed(given: &Dynamic, secrets: &mut Vec<String>) -> Result<Value> {
    if let Some(secret) = given.read_lock::<Secret>() {
        secrets.push(secret.reveal().to_owned());
        return Ok(secret.reveal().into());
    }
    if let Some(items) = given.read_lock::<Array>() {
        return items.iter().map(|item| revealed(item, secrets)).collect();
    }
    if let Some(members) = given.read_lock::<Map>() {
        return members
            .iter()
            .map(|(name, member)| Ok((name.to_string(), revealed(member, secrets)?)))
            .collect::<Result<_>>()
            .map(Value::Object);
    }
    value::to_json(given).map_err(Trouble::raise)
}

/// Where a request goes, and that as it may be shown.
fn address(builtin: &str, given: &Dynamic, secrets: &mut Vec<String>) -> Result<(Url, String)> {
    let (text, is_secret) = match given.read_lock::<Secret>() {
        Some(secret) => (secret.reveal().trim().to_owned(), true),
        None => (given.to_string().trim().to_owned(), false),
    };
    unblotted(builtin, "the address", &text)?;
    let refuse = |why: &str, hint: &str| {
        let what = if is_secret {
            format!("the secret address {why}")
        } else {
            // It may hold a password where none belongs.
            let shown = text.split('@').next_back().unwrap_or_default();
            format!("{shown:?} {why}")
        };
        Err(refused(builtin, what).hint(hint).raise())
    };
    let Ok(mut url) = Url::parse(&text) else {
        return refuse(
            "is no URL",
            "write it whole, as in \"https://example.com/path\"",
        );
    };
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("is no address of the web", "begin it with https://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse(
            "holds a user or a password",
            r#"give #{headers: #{Authorization: "Basic " + secret("name")}}"#,
        );
    }
    url.set_fragment(None);
    let mut shown = url.clone();
    shown.set_query(None);
    if is_secret {
        secrets.push(text.clone());
        let path = url.path().trim_matches('/');
        if path.len() > 3 {
            secrets.push(path.to_owned());
        }
        shown.set_path("");
        return Ok((url, format!("{shown}{BLOT}")));
    }
    Ok((url, shown.to_string()))
}

/// Where an answer sends a request on to, if it does.
pub(super) fn sent_on(
    wanted: &Wanted,
    request: &WebRequest,
    answer: &http::Response<Bytes>,
) -> Result<Option<WebRequest>> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = answer.headers().get(header::LOCATION) else {
        return Ok(None);
    };
    let refuse = |why: &str| Err(Trouble::new("http", format!("{wanted}: {why}")).raise());
    let next = location
        .to_str()
        .ok()
        .and_then(|to| request.url.join(to).ok());
    let Some(mut url) = next else {
        return refuse("it is sent on to what is no address");
    };
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("it is sent on to what is no address of the web");
    }
    if request.url.scheme() == "https" && url.scheme() == "http" {
        return refuse("it is sent on to an address that anybody could listen at");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("it is sent on to an address with a user or a password in it");
    }
    url.set_fragment(None);
    let mut next = request.clone();
    if url.origin() != request.url.origin() {
        // What was meant for one host is nobody else's.
        let kept = [header::ACCEPT, header::ACCEPT_LANGUAGE, header::USER_AGENT];
        next.headers = request
            .headers
            .iter()
            .filter(|(name, _)| kept.contains(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
    }
    next.url = url;
    Ok(Some(next))
}
