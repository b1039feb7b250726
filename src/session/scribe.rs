//! Writes down what becomes of a call while it is under way.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::Session;
use super::crash::crash;
use super::halt::Halt;
use super::recorder::Recorder;
use crate::branch::unless;
use crate::client::{CallError, Limits, Observer, Waiting, Why};
use crate::journal::{Call, CallState};
use crate::operation::Operation;

/// Writes down that a call is about to be sent, and that it was turned down for now.
pub(super) struct Scribe<'a> {
    session: &'a Session,
    recorder: &'a Recorder,
    call: Mutex<Call>,
    cancel: &'a CancellationToken,
    /// Why it was not sent.
    refused: OnceLock<Halt>,
}

impl<'a> Scribe<'a> {
    pub(super) fn new(
        session: &'a Session,
        recorder: &'a Recorder,
        call: &Call,
        limits: &'a Limits,
    ) -> Self {
        Self {
            cancel: &limits.cancel,
            session,
            recorder,
            call: Mutex::new(call.clone()),
            refused: OnceLock::new(),
        }
    }

    fn set(&self, state: CallState, attempts: u32) -> Call {
        let mut call = self.call.lock().unwrap_or_else(PoisonError::into_inner);
        call.state = state;
        call.attempts = attempts.max(call.attempts);
        if state == CallState::Sent {
            // What is looked for later is what was made since the latest sending.
            call.started = self.recorder.now();
        }
        call.clone()
    }

    /// Whether it is the call itself, and not what is read about it.
    fn is_about(&self, operation: &Operation) -> bool {
        let call = self.call.lock().unwrap_or_else(PoisonError::into_inner);
        call.operation == operation.name
    }

    /// The call as it stands, and why it was not sent, where it could not be recorded.
    pub(super) fn into_call(self) -> (Call, Option<Halt>) {
        let call = self.call.into_inner();
        let call = call.unwrap_or_else(PoisonError::into_inner);
        (call, self.refused.into_inner())
    }

    /// Keeps why the call is not sent; another of its attempts may have been.
    fn refuses(&self, halt: Halt) -> bool {
        // The first reason is the one that explains the others.
        let _ = self.refused.set(halt);
        false
    }
}

impl Observer for Scribe<'_> {
    fn agrees(&self, attempt: u32) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            if self.recorder.halt().is_some() {
                return false;
            }
            let call = self.set(CallState::Sent, attempt);
            crash("before-intent");
            // Where nobody waits for it any more, what it came to says that nothing was sent.
            let Some(committed) = unless(self.cancel, self.recorder.commit(call)).await else {
                return false;
            };
            if let Err(halt) = committed {
                return self.refuses(halt);
            }
            crash("after-intent");
            let Some(may) = unless(self.cancel, self.recorder.may_send()).await else {
                return false;
            };
            let Err(halt) = may else {
                return true;
            };
            // Nothing was sent after all: nobody is to be asked about it.
            let call = self.set(CallState::Held, attempt.saturating_sub(1));
            self.recorder.note(&call);
            self.refuses(halt)
        })
    }

    fn started(&self, operation: &'static Operation, target: &str, attempt: u32) {
        self.session
            .0
            .settings
            .observer
            .started(operation, target, attempt);
    }

    fn waiting(&self, operation: &'static Operation, target: &str, waiting: Waiting) {
        let is_sure = !waiting.doubted
            && matches!(
                waiting.why,
                Why::Unreachable | Why::NoToken | Why::Limited | Why::Locked
            )
            && self.is_about(operation);
        if is_sure {
            let call = self.set(CallState::Held, waiting.attempt);
            self.recorder.note(&call);
        }
        self.session
            .0
            .settings
            .observer
            .waiting(operation, target, waiting);
    }

    fn finished(
        &self,
        operation: &'static Operation,
        target: &str,
        attempts: u32,
        took: Duration,
        result: Result<u16, &CallError>,
    ) {
        if self.is_about(operation) {
            crash("before-outcome");
        }
        self.session
            .0
            .settings
            .observer
            .finished(operation, target, attempts, took, result);
    }
}
