//! Calls of the API as spans.

use std::time::{Duration, SystemTime};

use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, SpanKind, Status, Tracer as _};

use super::run::{Run, text};
use crate::client::{CallError, Observer};
use crate::operation::Operation;

/// An observer that tells of calls as children of a run.
pub struct Watched(pub Run);

impl Observer for Watched {
    /// Told when it is over: what is sent meanwhile is part of it.
    fn finished(
        &self,
        operation: &'static Operation,
        target: &str,
        attempts: u32,
        took: Duration,
        result: Result<u16, &CallError>,
    ) {
        let (run, ended) = (&self.0, SystemTime::now());
        let began = ended.checked_sub(took).unwrap_or(ended);
        let mut attributes = vec![
            KeyValue::new("mw.operation", operation.name),
            KeyValue::new("mw.attempts", i64::from(attempts)),
            KeyValue::new("http.request.method", operation.method.as_str()),
            KeyValue::new("url.template", operation.path),
        ];
        attributes.extend(run.server.iter().cloned());
        if !target.is_empty() {
            attributes.push(text("mw.target", target));
        }
        if attempts > 1 {
            let again = i64::from(attempts - 1);
            attributes.push(KeyValue::new("http.request.resend_count", again));
        }
        let status = result.map_or_else(CallError::status, Some);
        if let Some(status) = status {
            let status = i64::from(status);
            attributes.push(KeyValue::new("http.response.status_code", status));
        }
        if let Err(error) = result {
            attributes.push(KeyValue::new("error.type", error.kind_name()));
        }
        let mut span = run
            .tracer
            .span_builder(operation.name)
            .with_kind(SpanKind::Client)
            .with_start_time(began)
            .with_attributes(attributes)
            .start_with_context(&run.tracer, &run.context);
        if let Err(error) = result {
            // Not in the words of the API, which may hold anything.
            span.set_status(Status::error(error.kind_name()));
        }
        span.end_with_timestamp(ended);
    }
}
