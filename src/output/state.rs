//! How states look: at a glance it is seen which of many things is not as it should be.

use super::colour::Tone;

/// The tone of a state, of resources and of runs; a word that is not known has none.
pub(super) fn tone(state: &str) -> Option<Tone> {
    Some(match state {
        "power on" | "complete" | "RUNNING" | "ROUTED" | "ACTIVE" | "active" | "success"
        | "succeeded" | "done" | "released" => Tone::Good,
        "power off" | "SUSPENDED" | "PENDING-DELETE" | "inactive" | "canceled" | "cancelled"
        | "interrupted" | "paused-in-doubt" | "in-doubt" => Tone::Warn,
        "manual_setup" | "ERROR" | "DELETED" | "failed" => Tone::Bad,
        "rebooting" | "pending" | "in_progress" | "awaiting_setup" | "PENDING" | "PROVISIONING"
        | "SEMAPHORE" | "running" | "waiting" | "queued" | "pre-release" => Tone::Busy,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{clouds, nodes};

    #[test]
    fn every_declared_state_has_a_tone() {
        let states = [
            nodes::POWER_STATES,
            clouds::PROVISION_STATUSES,
            clouds::CLOUD_STATES,
        ];
        for state in states.concat() {
            assert!(tone(state).is_some(), "{state}");
        }
        for state in crate::journal::RunState::ALL {
            assert!(tone(state.as_str()).is_some(), "{}", state.as_str());
        }
        assert_eq!(tone("tomorrow's"), None);
    }
}
