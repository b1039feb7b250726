//! Calls of the API, counted beside whoever else hears of them.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::Metrics;
use crate::client::{CallError, Observer, Waiting};
use crate::operation::Operation;

/// An observer that counts, and passes on what it hears.
pub struct Watched {
    metrics: Arc<Metrics>,
    next: Arc<dyn Observer>,
}

impl Watched {
    /// Counts what this observer hears.
    #[must_use]
    pub fn new(metrics: Arc<Metrics>, next: Arc<dyn Observer>) -> Self {
        Self { metrics, next }
    }
}

impl Observer for Watched {
    fn agrees(&self, attempt: u32) -> BoxFuture<'_, bool> {
        self.next.agrees(attempt)
    }

    fn started(&self, operation: &'static Operation, target: &str, attempt: u32) {
        if attempt > 1 {
            self.metrics.call_repeated(operation.name);
        }
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
        let (metrics, name) = (&self.metrics, operation.name);
        match result {
            Ok(status) => metrics.call_ended(name, &status.to_string()),
            Err(error) => {
                match error.status() {
                    Some(status) => metrics.call_ended(name, &status.to_string()),
                    None => metrics.call_ended(name, error.kind_name()),
                }
                if error.left_in_doubt().is_some() || error.kind_name() == "in_doubt" {
                    metrics.call_in_doubt(name);
                }
            }
        }
        self.next
            .finished(operation, target, attempts, took, result);
    }
}
