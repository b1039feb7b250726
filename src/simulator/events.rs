//! What happened: every call and every change of state.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::world::World;

/// Older events than this many are let go.
const KEPT: usize = 100_000;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When, on the account's clock.
    pub at: DateTime<Utc>,
    /// `call`, or the kind of change: `provision`, `power`, …
    pub kind: String,
    /// The operation called, or what changed.
    pub what: String,
    /// The path called, or what it changed to.
    pub detail: String,
    /// The status answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

impl World {
    /// Logs a call.
    pub fn log_call(&mut self, operation: &str, path: &str, status: u16) {
        *self
            .counters
            .entry(format!("{operation} {path}"))
            .or_default() += 1;
        self.log("call", operation, path, Some(status));
    }

    /// Logs a change.
    pub fn log_change(&mut self, kind: &str, what: &str, to: &str) {
        self.log(kind, what, to, None);
    }

    fn log(&mut self, kind: &str, what: &str, detail: &str, status: Option<u16>) {
        if self.events.len() >= KEPT {
            self.events.drain(..KEPT / 2);
        }
        self.events.push(Event {
            at: self.now,
            kind: kind.to_owned(),
            what: what.to_owned(),
            detail: detail.to_owned(),
            status,
        });
    }
}
