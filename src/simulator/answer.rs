//! Answers, and refusals in the three bodies the API writes them in.

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};

/// A successful answer.
#[derive(Debug)]
pub enum Answer {
    /// JSON.
    Json(Vec<u8>),
    /// Status 200 without a body.
    Done,
    /// Status 204.
    NoContent,
    /// A file to download.
    File {
        /// Its media type.
        media: &'static str,
        /// Its name.
        name: &'static str,
        /// What is in it.
        content: String,
    },
}

impl Answer {
    /// A JSON answer.
    pub fn json(value: &impl Serialize) -> Result<Self, Refused> {
        serde_json::to_vec(value).map(Self::Json).map_err(|error| {
            Refused::new(
                500,
                "internal_error",
                format!("the answer cannot be written: {error}"),
            )
        })
    }

    /// `{"status": "success"}`
    pub fn success() -> Self {
        Self::Json(br#"{"status":"success"}"#.to_vec())
    }

    /// The answer as a response.
    pub fn respond(self) -> Response<Bytes> {
        match self {
            Self::Json(body) => response(200, Some("application/json"), body.into()),
            Self::Done => response(200, None, Bytes::new()),
            Self::NoContent => response(204, None, Bytes::new()),
            Self::File {
                media,
                name,
                content,
            } => {
                let mut response = response(200, Some(media), content.into());
                let disposition = format!("attachment; filename=\"{name}\"");
                if let Ok(value) = disposition.parse() {
                    response
                        .headers_mut()
                        .insert(header::CONTENT_DISPOSITION, value);
                }
                response
            }
        }
    }
}

/// The body of a refusal; the API writes three, by the family of the operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// `{errors: [{name, message}]}`
    #[default]
    Errors,
    /// `{status, message, errors: [{name, message}]}`
    StatusAndErrors,
    /// `{status, name, message}`
    Flat,
}

/// A refusal.
#[derive(Clone, Debug)]
pub struct Refused {
    status: u16,
    name: &'static str,
    message: String,
    shape: Shape,
}

impl Refused {
    /// A refusal with the commonest body.
    pub fn new(status: u16, name: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            name,
            message: message.into(),
            shape: Shape::Errors,
        }
    }

    /// 400: the request breaks a rule.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "validation_error", message)
    }

    /// 403: the caller may not.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "forbidden", message).shaped(Shape::Flat)
    }

    /// 404: there is no such resource.
    pub fn not_found(what: &str, id: &str) -> Self {
        Self::new(404, "not_found", format!("{what} {id} was not found"))
    }

    /// The same refusal in another body.
    pub const fn shaped(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    /// The same refusal with another status.
    pub const fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The refusal as a response.
    pub fn respond(&self) -> Response<Bytes> {
        let errors = json!([{"name": self.name, "message": self.message}]);
        let body: Value = match self.shape {
            Shape::Errors => json!({"errors": errors}),
            Shape::StatusAndErrors => {
                json!({"status": self.status, "message": reason(self.status), "errors": errors})
            }
            Shape::Flat => {
                json!({"status": self.status, "name": self.name, "message": self.message})
            }
        };
        response(
            self.status,
            Some("application/json"),
            body.to_string().into(),
        )
    }
}

fn reason(status: u16) -> &'static str {
    StatusCode::from_u16(status)
        .ok()
        .and_then(|it| it.canonical_reason())
        .unwrap_or("Error")
}

/// A refusal of the method, with those that are allowed.
pub fn wrong_method(allowed: &str) -> Response<Bytes> {
    let refused = Refused::new(
        405,
        "method_not_allowed",
        format!("only {allowed} works on this path"),
    );
    let mut response = refused.respond();
    if let Ok(value) = allowed.parse() {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}

/// A response.
pub fn response(status: u16, media: Option<&str>, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(value) = media.and_then(|media| media.parse().ok()) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    response
}
