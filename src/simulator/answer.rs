//! Answers: JSON, nothing, or an error in one of the shapes the API documents. `ERROR_BODIES`: where
//! it documents none, names and messages are our own.

use bytes::Bytes;
use http::header::{
    ALLOW, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use http::{Response, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

use super::faults::Pace;

const JSON: &str = "application/json";

/// What a behaviour answers with. Records are written out only once the world is free again.
pub struct Answer {
    status: u16,
    body: Body,
    content_type: &'static str,
    disposition: Option<String>,
    allow: Option<String>,
    retry_after: Option<u32>,
    truncated: bool,
    on_purpose: Option<Pace>,
    /// Whether a 401 is for an id and a secret, not for a token.
    wants_client: bool,
}

/// Marks an answer that never comes: the connection is cut instead.
#[derive(Clone, Copy, Debug)]
pub struct Cut;

enum Body {
    /// The connection is cut.
    Cut,
    Empty,
    Ready(Bytes),
    Late(Box<dyn FnOnce() -> Vec<u8> + Send>),
}

impl Body {
    fn written(self) -> Bytes {
        match self {
            Self::Empty | Self::Cut => Bytes::new(),
            Self::Ready(bytes) => bytes,
            Self::Late(write) => Bytes::from(write()),
        }
    }
}

impl Answer {
    fn of(status: u16, body: Body) -> Self {
        Self {
            status,
            body,
            content_type: JSON,
            disposition: None,
            allow: None,
            retry_after: None,
            truncated: false,
            on_purpose: None,
            wants_client: false,
        }
    }

    /// 200 with this value as JSON.
    pub fn json<T: Serialize + Send + 'static>(value: T) -> Self {
        let late = move || serde_json::to_vec(&value).unwrap_or_default();
        Self::of(200, Body::Late(Box::new(late)))
    }

    /// No answer: the connection is cut.
    pub fn cut() -> Self {
        Self::of(500, Body::Cut)
    }

    /// This status with this body, and `Retry-After` in seconds.
    pub fn refusal(status: u16, body: &Value, retry_after: Option<u32>) -> Self {
        let mut answer = Self::of(status, Body::Ready(body.to_string().into()));
        answer.retry_after = retry_after;
        answer
    }

    /// 200 with JSON that is written out already.
    pub fn ready(body: Bytes) -> Self {
        Self::of(200, Body::Ready(body))
    }

    /// The same answer, written out, and its body.
    pub fn read(mut self) -> (Self, Bytes) {
        let body = self.body.written();
        self.body = Body::Ready(body.clone());
        (self, body)
    }

    /// The same answer with another value as its JSON; one that is not JSON stays as it is.
    pub fn altered(self, alter: impl FnOnce(&mut Value)) -> Self {
        let (mut answer, body) = self.read();
        if let Ok(mut value) = serde_json::from_slice(&body) {
            alter(&mut value);
            answer.body = Body::Ready(value.to_string().into());
        }
        answer
    }

    /// 200 without a body.
    pub fn accepted() -> Self {
        Self::of(200, Body::Empty)
    }

    /// 204.
    pub fn no_content() -> Self {
        Self::of(204, Body::Empty)
    }

    /// 200 with `{"status": "success"}`.
    pub fn success() -> Self {
        Self::json(json!({"status": "success"}))
    }

    /// 200 with a file of another type than JSON.
    pub fn file(content_type: &'static str, disposition: String, text: String) -> Self {
        let mut answer = Self::of(200, Body::Ready(Bytes::from(text)));
        answer.content_type = content_type;
        answer.disposition = Some(disposition);
        answer
    }

    /// An error as `{errors: [{name, message}]}`.
    pub fn errors(status: u16, name: &str, message: &str) -> Self {
        let body = json!({"errors": [{"name": name, "message": message}]});
        Self::of(status, Body::Ready(body.to_string().into()))
    }

    /// An error as `{status, message, errors: [{name, message}]}`; the outer message names the
    /// status.
    pub fn listed(status: u16, name: &str, message: &str) -> Self {
        let body = json!({
            "status": status,
            "message": StatusCode::from_u16(status).ok().and_then(|it| it.canonical_reason()),
            "errors": [{"name": name, "message": message}],
        });
        Self::of(status, Body::Ready(body.to_string().into()))
    }

    /// An error as `{status, errors: [{name, message}]}`, the form of refused removals of nodes.
    pub fn numbered(status: u16, name: &str, message: &str) -> Self {
        let body = json!({"status": status, "errors": [{"name": name, "message": message}]});
        Self::of(status, Body::Ready(body.to_string().into()))
    }

    /// An error as `{status, name, message}`.
    pub fn named(status: u16, name: &str, message: &str) -> Self {
        let body = json!({"status": status, "name": name, "message": message});
        Self::of(status, Body::Ready(body.to_string().into()))
    }

    /// 400: the input does not pass a rule.
    pub fn invalid(message: &str) -> Self {
        Self::errors(400, "validation_failure", message)
    }

    /// 413: the body is too large.
    pub fn too_large() -> Self {
        Self::errors(413, "payload_too_large", "The request body is too large.")
    }

    /// 401: who calls is not known.
    pub fn unauthenticated() -> Self {
        Self::named(401, "unauthenticated", "Invalid or missing credentials.")
    }

    /// The same where a client says its id and its secret: a token would not help.
    pub fn unknown_client() -> Self {
        Self {
            wants_client: true,
            ..Self::unauthenticated()
        }
    }

    /// 403: not allowed, by role or by state.
    pub fn forbidden(message: &str) -> Self {
        Self::named(403, "unauthorized", message)
    }

    /// 404: there is no such thing.
    pub fn missing(what: &str) -> Self {
        Self::named(404, "not_found", &format!("{what} not found."))
    }

    /// The same answer, naming the methods that are allowed.
    pub fn allowing(mut self, methods: String) -> Self {
        self.allow = Some(methods);
        self
    }

    /// The same answer, its body broken off in the middle; one without a body stays as it is.
    pub fn truncated(mut self) -> Self {
        self.truncated = true;
        self
    }

    /// The same answer, as one that a fault had a hand in, which travels at this pace.
    pub const fn on_purpose(mut self, pace: Pace) -> Self {
        self.on_purpose = Some(pace);
        self
    }

    /// Its HTTP status; none if the connection is cut.
    pub const fn status(&self) -> Option<u16> {
        match self.body {
            Body::Cut => None,
            _ => Some(self.status),
        }
    }

    /// Writes the answer out.
    pub fn into_response(self) -> Response<Bytes> {
        let is_cut = matches!(self.body, Body::Cut);
        let mut body = self.body.written();
        if self.truncated {
            body.truncate(body.len().div_ceil(2));
        }
        let mut response = Response::new(body);
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if !response.body().is_empty() {
            let kind = HeaderValue::from_static(self.content_type);
            response.headers_mut().insert(CONTENT_TYPE, kind);
        }
        if self.status == 401 {
            let scheme =
                HeaderValue::from_static(if self.wants_client { "Basic" } else { "Bearer" });
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        }
        if let Some(disposition) = self.disposition
            && let Ok(value) = HeaderValue::from_str(&disposition)
        {
            response.headers_mut().insert(CONTENT_DISPOSITION, value);
        }
        if is_cut {
            response.extensions_mut().insert(Cut);
        }
        if let Some(pace) = self.on_purpose {
            response.extensions_mut().insert(pace);
        }
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(methods) = self.allow
            && let Ok(value) = HeaderValue::from_str(&methods)
        {
            response.headers_mut().insert(ALLOW, value);
        }
        response
    }
}
