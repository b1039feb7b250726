//! The changes of power that a run asked for and has not waited for.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::operation::{Arguments, Operation, Repeat};

/// A change of power that this run asked for.
#[derive(Clone, Debug)]
pub struct PowerMark {
    /// Its place in the run's sequence.
    pub sequence: u64,
    /// The state asked for.
    pub state: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The last change of power of each node.
#[derive(Debug, Default)]
pub(super) struct PowerMarks(Mutex<HashMap<String, PowerMark>>);

impl PowerMarks {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, PowerMark>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last change of power that this run asked of a node.
    #[must_use]
    pub(super) fn last(&self, node: &str) -> Option<PowerMark> {
        self.lock().get(node).cloned()
    }

    /// Forgets a node's last change of power: it has been waited for.
    pub(super) fn forget(&self, node: &str) {
        self.lock().remove(node);
    }

    /// Notes a change of power that was asked for.
    pub(super) fn note(&self, arguments: &Arguments, sequence: u64, at: DateTime<Utc>) {
        if let (Some(node), Some(state)) = (arguments.text("node"), arguments.text("power_state")) {
            let mark = PowerMark {
                sequence,
                state,
                at,
            };
            self.lock().insert(node, mark);
        }
    }

    /// Whether the run did the very same to a node before, without waiting for it: what is seen of that
    /// proves nothing of another time.
    pub(super) fn holds(&self, operation: &Operation, arguments: &Arguments) -> bool {
        let state = arguments.text("power_state");
        let last = || self.last(&arguments.text("node")?);
        operation.name == "set_power"
            && operation.repeat(arguments) == Repeat::Edge
            && last().is_some_and(|mark| Some(mark.state) == state)
    }
}
