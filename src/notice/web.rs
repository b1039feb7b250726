//! Webhooks.

use bytes::Bytes;
use chrono::{TimeDelta, Utc};
use http::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use serde_json::json;
use url::Url;

use super::Notice;
use super::channel::Text;
use super::failure::{Failure, said};
use super::template::Template;
use super::words;
use crate::client::retry_after::{http_date, retry_after};
use crate::client::{Web, WebRequest};
use crate::config::Environment;
use crate::loopback::is_loopback;
use crate::secret;

/// Shorter paths are no secrets of their own, and would be blotted out of texts that mean others.
const SHORTEST_PATH: usize = 16;

/// Where a webhook goes, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Its address.
    pub url: Text,
    /// What it sends instead of the notice as JSON.
    pub template: Option<Template>,
    /// The type of what it sends.
    pub content_type: String,
    /// More headers.
    pub headers: Vec<(HeaderName, Text)>,
    /// Whether a way without encryption is good enough.
    pub insecure: bool,
    /// Whether whoever knows its path may use it, even where it is written in the jobs file.
    pub is_secret: bool,
}

impl Hook {
    /// A webhook that sends JSON to this address.
    #[must_use]
    pub fn new(url: Text) -> Self {
        Self {
            url,
            template: None,
            content_type: "application/json".to_owned(),
            headers: Vec::new(),
            insecure: false,
            is_secret: false,
        }
    }
}

/// The address of a webhook, or what is wrong with it. The text itself is not repeated: it may hold
/// a secret.
pub fn address(text: &str, insecure: bool) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|error| format!("the address is no URL: {error}"))?;
    let is_plain = match url.scheme() {
        "https" => false,
        "http" => true,
        _ => return Err("the address must start with https://".to_owned()),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address must not hold a user or a password".to_owned());
    }
    let Some(host) = url.host_str() else {
        return Err("the address names no host".to_owned());
    };
    if is_plain && !is_loopback(host) && !insecure {
        return Err("the address is not encrypted: it starts with http://".to_owned());
    }
    Ok(url)
}

/// The body of a webhook.
pub(super) fn hook_body(hook: &Hook, notice: &Notice) -> Result<String, Failure> {
    match &hook.template {
        None => Ok(notice.json().to_string()),
        Some(template) => template.render(notice).map_err(Failure::lasting),
    }
}

/// The body that Slack takes.
pub(super) fn slack_body(notice: &Notice) -> String {
    json!({ "text": words::slack_line(notice) }).to_string()
}

/// Sends a body once.
pub(super) async fn post(
    web: &Web,
    hook: &Hook,
    environment: &Environment,
    id: &str,
    body: String,
) -> Result<(), Failure> {
    let (url, headers) = ready(hook, environment, id)?;
    let host = match (url.host_str().unwrap_or_default(), url.port()) {
        (host, Some(port)) => format!("{host}:{port}"),
        (host, None) => host.to_owned(),
    };
    let request = WebRequest {
        method: http::Method::POST,
        url,
        headers,
        body: Bytes::from(body),
    };
    let answer = web
        .send(request)
        .await
        .map_err(|failure| Failure::passing(failure.message))?;
    judged(&host, &answer)
}

/// Where the request goes and its headers.
fn ready(hook: &Hook, environment: &Environment, id: &str) -> Result<(Url, HeaderMap), Failure> {
    let text = hook.url.value(environment)?;
    let url = address(text.reveal(), hook.insecure).map_err(Failure::lasting)?;
    if hook.is_secret || matches!(hook.url, Text::Variable(_)) {
        let path = url.path();
        let secret = url
            .query()
            .map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
        for part in [path, &secret] {
            if part.len() >= SHORTEST_PATH {
                secret::guard(part);
            }
        }
    }
    let mut headers = HeaderMap::new();
    let mut add = |name: HeaderName, value: &str| {
        let value = HeaderValue::from_str(value)
            .map_err(|_| Failure::lasting(format!("the header {name} has an impossible value")))?;
        headers.insert(name, value);
        Ok::<_, Failure>(())
    };
    add(CONTENT_TYPE, &hook.content_type)?;
    add(HeaderName::from_static("idempotency-key"), id)?;
    for (name, text) in &hook.headers {
        let value = text.value(environment)?;
        if secret::is_secret_header(name.as_str()) {
            secret::guard(value.reveal());
        }
        add(name.clone(), value.reveal().trim())?;
    }
    Ok((url, headers))
}

fn judged(host: &str, answer: &http::Response<Bytes>) -> Result<(), Failure> {
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    if status.is_redirection() {
        return Err(Failure::lasting(format!(
            "{host} answered {status}: it sends elsewhere, where no notice follows; write the \
             address it leads to"
        )));
    }
    let said = said(&String::from_utf8_lossy(answer.body()));
    let colon = if said.is_empty() { "" } else { ": " };
    let message = format!("{host} answered {status}{colon}{said}");
    // What the host asks us to send later, and what is its own trouble.
    if matches!(status.as_u16(), 408 | 429) || status.is_server_error() {
        Err(Failure {
            not_within: asked_to_wait(answer.headers()),
            ..Failure::passing(message)
        })
    } else {
        Err(Failure::lasting(message))
    }
}

/// How long the host asks to be left alone.
fn asked_to_wait(headers: &HeaderMap) -> Option<TimeDelta> {
    let text = |name| headers.get(name).and_then(|it| it.to_str().ok());
    let date = text(DATE).and_then(http_date);
    retry_after(text(RETRY_AFTER)?, date, Utc::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_encrypted_unless_it_stays_here_or_is_wanted_so() {
        for good in [
            "https://hooks.example.com/x",
            "http://127.0.0.1:9/",
            "http://[::1]/",
            "http://localhost/",
        ] {
            assert!(address(good, false).is_ok(), "{good}");
        }
        let refused = |text: &str| address(text, false).unwrap_err();
        assert!(refused("http://hooks.example.com").contains("not encrypted"));
        assert!(refused("ftp://hooks.example.com").contains("https://"));
        assert!(refused("https://me:hush@hooks.example.com").contains("must not hold"));
        assert!(refused("hooks.example.com").starts_with("the address is no URL"));
        assert!(address("http://hooks.example.com", true).is_ok());
    }

    #[test]
    fn a_status_says_whether_another_attempt_is_worth_it() {
        let table = [
            (200, None),
            (204, None),
            (301, Some(false)),
            (307, Some(false)),
            (400, Some(false)),
            (401, Some(false)),
            (404, Some(false)),
            (408, Some(true)),
            (410, Some(false)),
            (429, Some(true)),
            (500, Some(true)),
            (503, Some(true)),
        ];
        for (status, expected) in table {
            let mut answer = http::Response::new(Bytes::from_static(b" no\n service "));
            *answer.status_mut() = http::StatusCode::from_u16(status).unwrap();
            let found = judged("h:1", &answer).err();
            assert_eq!(
                found.map(|failure| failure.is_worth_repeating),
                expected,
                "{status}"
            );
        }
        let mut answer = http::Response::new(Bytes::new());
        *answer.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
        let asked = |answer: &_| judged("h:1", answer).unwrap_err().not_within;
        assert_eq!(asked(&answer), None);
        let header = HeaderValue::from_static("90");
        answer.headers_mut().insert(RETRY_AFTER, header);
        assert_eq!(asked(&answer), Some(TimeDelta::seconds(90)));
        let mut answer = http::Response::new(Bytes::from_static(b" no\n service "));
        *answer.status_mut() = http::StatusCode::NOT_FOUND;
        assert_eq!(
            judged("h:1", &answer).unwrap_err().message,
            "h:1 answered 404 Not Found: no service"
        );
    }
}
