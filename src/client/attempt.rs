//! One sending: a request with its credentials out, an answer with its facts back.

mod proof;

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use http::header::{ACCEPT, AGE, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};
use serde::de::IgnoredAny;

use super::account::Account;
use super::credentials::{Credentials, Unsendable, bearer};
use super::error::status_words;
use super::problem::{Problem, problem};
use super::retry_after::{http_date, retry_after};
use super::token::{Fetch, Held, NoToken, TokenFailure, Without};
use super::transport::{Failure, Phase};
use super::verdict::Outcome;
use crate::api;
use crate::operation::{Access, Answer as Answers, Arguments, Decoded, Operation, Request};
use crate::secret;

/// What came of one sending.
#[derive(Debug)]
pub(super) struct Attempt {
    /// How it ended.
    pub(super) outcome: Outcome,
    /// Why there is no answer.
    pub(super) message: String,
    /// The answer's type.
    pub(super) content_type: Option<String>,
    /// How long the server asks to wait.
    pub(super) retry_after: Option<TimeDelta>,
    /// Whether it is the failure of another call's request, which pays for it.
    pub(super) is_shared: bool,
    /// The answer.
    pub(super) body: Bytes,
    /// What was read of it.
    pub(super) read: Option<Decoded>,
}

impl Attempt {
    /// A sending that failed before it left.
    pub(super) fn not_sent(message: String) -> Self {
        Self::without_answer(Outcome::NotSent, message)
    }

    /// A sending that nobody answered.
    pub(super) fn without_answer(outcome: Outcome, message: String) -> Self {
        Self {
            outcome,
            message,
            content_type: None,
            retry_after: None,
            is_shared: false,
            body: Bytes::new(),
            read: None,
        }
    }

    /// A sending that failed before it left, for want of a token.
    pub(super) fn without_token(answer: NoToken, now: DateTime<Utc>) -> Self {
        let outcome = if answer.is_limited {
            Outcome::TokenLimited
        } else {
            Outcome::NoToken
        };
        Self {
            retry_after: answer.until.map(|until| until - now),
            ..Self::without_answer(outcome, answer.why)
        }
    }

    /// The same; a failure that calls share is paid for by one of them.
    pub(super) fn shared(mut self, is_shared: bool) -> Self {
        self.is_shared = is_shared;
        self
    }

    /// What the server says went wrong.
    pub(super) fn problem(&self) -> Problem {
        problem(&self.body)
    }

    /// Whether the body is what the operation answers with, as far as form goes.
    pub(super) fn is_readable(&self, operation: &Operation) -> bool {
        matches!(operation.answer, Answers::Nothing)
            || self.is_file()
            // What is passed over is not looked at letter by letter.
            || (std::str::from_utf8(&self.body).is_ok()
                && serde_json::from_slice::<IgnoredAny>(&self.body).is_ok())
    }

    /// Whether the answer is a file of its own kind, and no JSON.
    fn is_file(&self) -> bool {
        let kind = self.content_type.as_deref();
        kind.is_some_and(|kind| kind.contains("jnlp"))
    }

    /// Reads the answer, and keeps what was read: form and meaning are looked at in one go.
    pub(super) fn take_in(&mut self, operation: &Operation) {
        if !self.is_file() {
            self.read = operation.answer.read(&self.body).ok();
        }
    }

    /// Whether the answer, which was not to be read, is JSON that ends too early.
    pub(super) fn is_cut_off(&self) -> bool {
        self.read.is_none()
            && !self.is_file()
            && serde_json::from_slice::<IgnoredAny>(&self.body)
                .is_err_and(|error| error.is_eof() && !self.body.trim_ascii().is_empty())
    }

    /// Whether it says neither yes nor no: a redirect that may stand for the result of what was carried
    /// out, or what answers no change at all.
    pub(super) const fn is_noncommittal(&self) -> bool {
        matches!(self.outcome, Outcome::Status(100..=199 | 302..=304))
    }
}

/// What a request is authorized with.
#[derive(Clone, Debug)]
pub(super) enum Authorization {
    /// Nothing.
    Public,
    /// A header that stays the same.
    Fixed(HeaderValue),
    /// An access token.
    Token(Arc<Held>),
}

/// Why a request cannot be authorized.
#[derive(Debug)]
pub(super) enum Unauthorized {
    /// There are no credentials for it, or they cannot be used.
    Credentials(String),
    /// The token operation refused the client.
    Refused(u16, Problem),
    /// There is no token this time.
    NoToken(Box<Attempt>),
}

impl Account {
    /// What an operation is authorized with; a token is fetched where needed.
    pub(super) async fn authorize(
        &self,
        operation: &'static Operation,
        rejected: Option<u64>,
    ) -> Result<Authorization, Unauthorized> {
        let credentials = &self.settings().credentials;
        let unsendable = |Unsendable| {
            Unauthorized::Credentials("the credentials hold characters that cannot be sent".into())
        };
        match (operation.access, credentials) {
            (Access::Public, _) => Ok(Authorization::Public),
            (Access::Bearer, Credentials::ApiKey(key)) => {
                if key.reveal().trim().is_empty() {
                    return Err(Unauthorized::Credentials("the API key is empty".to_owned()));
                }
                bearer(key).map(Authorization::Fixed).map_err(unsendable)
            }
            (Access::Bearer, Credentials::OAuth { .. }) => {
                let fetch = |number| self.fetch_token(number);
                match Box::pin(self.tokens().get(self.clock(), rejected, fetch)).await {
                    Ok(held) => Ok(Authorization::Token(held)),
                    Err(without) => Err(self.without_token(without)),
                }
            }
            (Access::Client, Credentials::OAuth { .. }) => match credentials.basic() {
                Some(header) => header.map(Authorization::Fixed).map_err(unsendable),
                None => Err(self.no_credentials()),
            },
            (Access::Client, Credentials::ApiKey(_)) => Err(Unauthorized::Credentials(
                "it needs an OAuth client, and this profile has an API key".to_owned(),
            )),
            (_, Credentials::None) => Err(self.no_credentials()),
        }
    }

    fn without_token(&self, without: Without) -> Unauthorized {
        let attempt = match without.failure {
            TokenFailure::Refused(status, problem) => {
                return Unauthorized::Refused(status, problem);
            }
            TokenFailure::Unavailable(why) => Attempt::not_sent(why),
            TokenFailure::BadAnswer(answer) => Attempt::without_token(answer, self.clock().now()),
        };
        Unauthorized::NoToken(Box::new(attempt.shared(without.is_shared)))
    }

    fn no_credentials(&self) -> Unauthorized {
        Unauthorized::Credentials(format!(
            "the profile {:?} has no credentials",
            self.settings().profile
        ))
    }

    /// The token operation, as one sending that whoever waits for it drives on.
    fn fetch_token(&self, number: u64) -> Fetch {
        let account = self.clone();
        async move {
            let none = |why: String| format!("no access token could be had: {why}");
            let unavailable = |why: String| TokenFailure::Unavailable(none(why));
            let request = api::operation("token")
                .and_then(|operation| operation.request(&Arguments::new()).ok())
                .ok_or_else(|| unavailable("there is no operation for it".to_owned()))?;
            let header = match account.settings().credentials.basic() {
                Some(Ok(header)) => Authorization::Fixed(header),
                _ => return Err(unavailable("there is no OAuth client".to_owned())),
            };
            let attempt = account.send_once(&request, &header).await;
            let now = account.clock().now();
            match attempt.outcome {
                Outcome::Status(200..=299) => Held::read(&attempt.body, number, now)
                    .map(Arc::new)
                    .ok_or_else(|| {
                        let why = "the API's answer to the request for one holds none";
                        TokenFailure::BadAnswer(NoToken {
                            why: none(why.to_owned()),
                            until: None,
                            is_limited: false,
                        })
                    }),
                // Where nothing is of this name, it is no API that answers.
                Outcome::Status(status @ (400 | 401 | 403)) => {
                    Err(TokenFailure::Refused(status, attempt.problem()))
                }
                Outcome::Status(status) => {
                    let said = attempt.problem().message;
                    let said = said.map_or_else(String::new, |said| format!(": {said}"));
                    let why = format!("the API answered {}{said}", status_words(status));
                    let wait = attempt.retry_after;
                    Err(TokenFailure::BadAnswer(NoToken {
                        why: none(why),
                        until: wait.and_then(|wait| now.checked_add_signed(wait)),
                        is_limited: status == 429,
                    }))
                }
                Outcome::NotSent
                | Outcome::NoToken
                | Outcome::TokenLimited
                | Outcome::Unanswered => Err(unavailable(attempt.message)),
            }
        }
        .boxed()
    }

    /// Sends a request once, for better or worse.
    pub(super) async fn send_once(
        &self,
        request: &Request,
        authorization: &Authorization,
    ) -> Attempt {
        let built = match build(request, authorization) {
            Ok(built) => built,
            Err(error) => {
                return Attempt::not_sent(format!("the request cannot be built: {error}"));
            }
        };
        let response = match self.settings().transport.send(built).await {
            Ok(response) => response,
            Err(Failure { phase, message }) => {
                let outcome = match phase {
                    Phase::NotSent => Outcome::NotSent,
                    Phase::Unknown => Outcome::Unanswered,
                };
                return Attempt::without_answer(outcome, secret::redact(&message).into_owned());
            }
        };
        let (parts, body) = response.into_parts();
        let now = self.clock().now();
        let date = text_of(&parts.headers, DATE).and_then(|text| http_date(&text));
        // What was kept by somebody on the way says when it was made.
        if let Some(date) = date.filter(|_| !parts.headers.contains_key(AGE)) {
            self.common().ahead = date.signed_duration_since(now);
        }
        let status = parts.status.as_u16();
        // A token's answer is a success and full of secrets; only errors are shown to anyone.
        let body = if status >= 300 {
            secret::redact_bytes(body)
        } else {
            body
        };
        Attempt {
            outcome: Outcome::Status(status),
            message: String::new(),
            content_type: text_of(&parts.headers, CONTENT_TYPE),
            retry_after: text_of(&parts.headers, RETRY_AFTER)
                .and_then(|text| retry_after(&text, date, now)),
            is_shared: false,
            body,
            read: None,
        }
    }

    /// The server's clock, as far as its answers tell it.
    pub(super) fn server_time(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        at.checked_add_signed(self.common().ahead).unwrap_or(at)
    }
}

fn text_of(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn build(
    request: &Request,
    authorization: &Authorization,
) -> Result<http::Request<Bytes>, http::Error> {
    let mut builder = http::Request::builder()
        .method(request.method.as_str())
        .uri(&request.path)
        .header(
            ACCEPT,
            HeaderValue::from_static("application/json, */*;q=0.5"),
        );
    match authorization {
        Authorization::Public => {}
        Authorization::Fixed(header) => builder = builder.header(AUTHORIZATION, header),
        Authorization::Token(held) => builder = builder.header(AUTHORIZATION, &held.header),
    }
    let body = match &request.body {
        Some(body) => {
            builder = builder.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Bytes::from(body.to_string())
        }
        None => Bytes::new(),
    };
    builder.body(body)
}
