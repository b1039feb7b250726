//! Calls of the API, counted.

use std::sync::Arc;
use std::time::Duration;

use super::Metrics;
use crate::client::{CallError, Observer};
use crate::operation::Operation;

/// An observer that counts.
pub struct Watched(Arc<Metrics>);

impl Watched {
    /// Counts what it hears.
    #[must_use]
    pub const fn new(metrics: Arc<Metrics>) -> Self {
        Self(metrics)
    }
}

impl Observer for Watched {
    fn started(&self, operation: &'static Operation, _target: &str, attempt: u32) {
        if attempt > 1 {
            self.0.call_repeated(operation.name);
        }
    }

    fn finished(
        &self,
        operation: &'static Operation,
        _target: &str,
        _attempts: u32,
        _took: Duration,
        result: Result<u16, &CallError>,
    ) {
        let (metrics, name) = (&self.0, operation.name);
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
    }
}
