//! Who hears of attempts and retries while a call is under way.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::BoxFuture;

use super::error::CallError;
use super::verdict::Why;
use crate::operation::Operation;

/// A wait between two sendings.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// Why.
    pub why: Why,
    /// How long.
    pub wait: TimeDelta,
    /// Sendings so far.
    pub attempt: u32,
    /// Whether one of them may have been carried out.
    pub doubted: bool,
}

/// Someone who is told how a call goes.
pub trait Observer: Send + Sync {
    /// A call that changes something is about to be sent: nothing is when the answer is no.
    fn agrees(&self, attempt: u32) -> BoxFuture<'_, bool> {
        let _ = attempt;
        Box::pin(std::future::ready(true))
    }

    /// A sending starts; `attempt` counts from 1.
    fn started(&self, operation: &'static Operation, target: &str, attempt: u32) {
        let _ = (operation, target, attempt);
    }

    /// The call waits before it goes on.
    fn waiting(&self, operation: &'static Operation, target: &str, waiting: Waiting) {
        let _ = (operation, target, waiting);
    }

    /// The call ended, with the API's status or an error, so long after it began by the machine's clock.
    fn finished(
        &self,
        operation: &'static Operation,
        target: &str,
        attempts: u32,
        took: Duration,
        result: Result<u16, &CallError>,
    ) {
        let _ = (operation, target, attempts, took, result);
    }
}

/// Several who are told the same, in this order.
pub struct Each(pub Vec<Arc<dyn Observer>>);

impl Observer for Each {
    fn agrees(&self, attempt: u32) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            for one in &self.0 {
                if !one.agrees(attempt).await {
                    return false;
                }
            }
            true
        })
    }

    fn started(&self, operation: &'static Operation, target: &str, attempt: u32) {
        for one in &self.0 {
            one.started(operation, target, attempt);
        }
    }

    fn waiting(&self, operation: &'static Operation, target: &str, waiting: Waiting) {
        for one in &self.0 {
            one.waiting(operation, target, waiting);
        }
    }

    fn finished(
        &self,
        operation: &'static Operation,
        target: &str,
        attempts: u32,
        took: Duration,
        result: Result<u16, &CallError>,
    ) {
        for one in &self.0 {
            one.finished(operation, target, attempts, took, result);
        }
    }
}

/// Someone who does not care.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {}
