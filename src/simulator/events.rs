//! What happened in the simulated account: every call and every change of state.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::Serialize;

/// How many events are kept; older ones give way.
const KEPT: usize = 50_000;
/// How many pairs of operation and target are counted apart.
const COUNTED: usize = 50_000;

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// `call`, `change`, or `fault` for a call that is made to fail.
    pub kind: &'static str,
    /// The operation called, or the change that fell due.
    pub operation: &'static str,
    /// What it was done to.
    pub target: String,
    /// The HTTP status answered; none for what is no call, and where the connection was cut.
    pub status: Option<u16>,
}

/// The log and its counters.
#[derive(Clone, Debug, Default)]
pub struct Events {
    log: VecDeque<Event>,
    counters: IndexMap<&'static str, Counter>,
    pairs: usize,
}

/// How often an operation was called.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Counter {
    /// Calls in all.
    pub calls: u64,
    /// Calls by target.
    pub targets: IndexMap<String, u64>,
}

impl Events {
    /// Notes a call and its status.
    pub fn call(
        &mut self,
        at: DateTime<Utc>,
        operation: &'static str,
        target: String,
        status: Option<u16>,
    ) {
        let counter = self.counters.entry(operation).or_default();
        counter.calls += 1;
        if let Some(count) = counter.targets.get_mut(&target) {
            *count += 1;
        } else if self.pairs < COUNTED {
            self.pairs += 1;
            counter.targets.insert(target.clone(), 1);
        }
        self.push(Event {
            at,
            kind: "call",
            operation,
            target,
            status,
        });
    }

    /// Notes that a call is made to fail.
    pub fn fault(&mut self, at: DateTime<Utc>, operation: &'static str, target: String) {
        self.push(Event {
            at,
            kind: "fault",
            operation,
            target,
            status: None,
        });
    }

    /// Notes a change of state.
    pub fn change(&mut self, at: DateTime<Utc>, operation: &'static str, target: String) {
        self.push(Event {
            at,
            kind: "change",
            operation,
            target,
            status: None,
        });
    }

    fn push(&mut self, event: Event) {
        if self.log.len() >= KEPT {
            self.log.pop_front();
        }
        self.log.push_back(event);
    }

    /// The events, oldest first.
    pub fn all(&self) -> Vec<Event> {
        self.log.iter().cloned().collect()
    }

    /// The counters, by operation.
    pub fn counters(&self) -> IndexMap<&'static str, Counter> {
        self.counters.clone()
    }
}
