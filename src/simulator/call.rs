//! One call, read and found well-formed.

use bytes::Bytes;
use http::{Request, header};
use serde_json::{Map, Value};

use super::LARGEST_BODY;
use super::answer::Refused;
use super::body::Body;
use super::caller::Caller;
use super::router::Params;
use crate::operation::{Operation, Place};

/// One call.
pub struct Call<'a> {
    /// Who calls.
    pub caller: Caller,
    /// The query string.
    pub query: &'a str,
    /// The body.
    pub body: Body,
    params: Params,
}

impl<'a> Call<'a> {
    /// Reads a call.
    pub fn read(
        operation: &'static Operation,
        caller: Caller,
        params: Params,
        request: &'a Request<Bytes>,
    ) -> Result<Self, Refused> {
        let has_body = operation
            .params
            .iter()
            .any(|it| matches!(it.place, Place::Body | Place::Member));
        let body = if has_body { read(request)? } else { Map::new() };
        Ok(Self {
            caller,
            params,
            query: request.uri().query().unwrap_or_default(),
            body: Body::new(body),
        })
    }

    /// The value of a placeholder of the path.
    pub fn param(&self, name: &str) -> &str {
        self.params
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// A value of the query string.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }
}

fn read(request: &Request<Bytes>) -> Result<Map<String, Value>, Refused> {
    let bytes = request.body();
    if bytes.len() > LARGEST_BODY {
        return Err(Refused::new(
            413,
            "payload_too_large",
            "the body is larger than 1 MiB",
        ));
    }
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    let media = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    if !media.eq_ignore_ascii_case("application/json") {
        return Err(Refused::new(
            415,
            "unsupported_media_type",
            "the body must be application/json",
        ));
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(body)) => Ok(body),
        Ok(_) => Err(Refused::new(
            400,
            "bad_request",
            "the body must be a JSON object",
        )),
        Err(error) => Err(Refused::new(
            400,
            "bad_request",
            format!("the body is not JSON: {error}"),
        )),
    }
}
