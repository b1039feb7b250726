//! What a run had done when it was taken up again.

use bytes::Bytes;

use crate::journal::{Call, CallState};
use crate::operation::{Arguments, Effect};

/// The effect of what a script does that is nothing of the account's.
pub const LOCAL: &str = "local";

/// What a run was taken up with.
#[derive(Debug, Default)]
pub struct Past {
    /// Its calls so far.
    pub calls: Vec<Call>,
    /// Whether it was to be cancelled.
    pub is_cancelled: bool,
}

impl Past {
    /// What its calls came to that may be taken for another's: operations and answers.
    pub(super) fn made(&self) -> Vec<(String, Bytes)> {
        self.calls
            .iter()
            .filter(|call| matches!(call.state, CallState::Done | CallState::ResolvedDone))
            .filter(|call| call.effect != LOCAL)
            .filter_map(|call| Some((call.operation.to_string(), call.body.clone()?)))
            .collect()
    }

    /// What its calls bought, or may have bought: operations and arguments. One that is to be sent
    /// again is counted when it is.
    pub(super) fn spent(&self) -> Vec<(String, Arguments)> {
        let may_be_bought = |call: &&Call| {
            matches!(
                call.state,
                CallState::Done | CallState::ResolvedDone | CallState::Sent | CallState::InDoubt
            )
        };
        self.calls
            .iter()
            .filter(|call| call.effect == Effect::Spend.as_str())
            .filter(may_be_bought)
            .filter_map(|call| {
                let arguments = serde_json::from_str(&call.arguments).ok()?;
                Some((call.operation.to_string(), arguments))
            })
            .collect()
    }
}
