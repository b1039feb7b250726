//! Calls of the API as spans, beside whoever else hears of them.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, SpanKind, Status, Tracer as _};

use super::run::{Run, text};
use crate::client::{CallError, Observer, Waiting};
use crate::operation::Operation;

/// An observer that tells of calls, and passes on what it hears.
pub struct Watched {
    run: Run,
    next: Arc<dyn Observer>,
}

impl Watched {
    /// Tells what this observer hears as children of this run.
    pub fn new(run: Run, next: Arc<dyn Observer>) -> Self {
        Self { run, next }
    }

    /// Told when it is over: what is sent meanwhile is part of it.
    fn tell(
        &self,
        operation: &'static Operation,
        target: &str,
        attempts: u32,
        took: Duration,
        result: Result<u16, &CallError>,
    ) {
        let (run, ended) = (&self.run, SystemTime::now());
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

impl Observer for Watched {
    fn agrees(&self, attempt: u32) -> BoxFuture<'_, bool> {
        self.next.agrees(attempt)
    }

    fn started(&self, operation: &'static Operation, target: &str, attempt: u32) {
        self.next.started(operation, target, attempt);
    }

    fn waiting(&self, operation: &'static Operation, target: &str, waiting: Waiting) {
        self.next.waiting(operation, target, waiting);
    }

    fn finished(
        &self,
        operation: &'static Operation,
        target: &str,
        attempts: u32,
        took: Duration,
        result: Result<u16, &CallError>,
    ) {
        self.tell(operation, target, attempts, took, result);
        self.next
            .finished(operation, target, attempts, took, result);
    }
}
