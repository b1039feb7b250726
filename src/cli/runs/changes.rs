//! What the calls of a run changed, in one line.

use std::collections::BTreeMap;
use std::fmt;

use crate::journal::{Call, CallState};
use crate::operation::Effect;
use crate::session::LOCAL;

/// How often a run did what.
#[derive(Debug, Default)]
pub struct Changes {
    done: BTreeMap<(usize, String), usize>,
    in_doubt: usize,
}

impl Changes {
    /// Whether a call of this effect changes anything of the account's.
    pub fn counts(effect: &str) -> bool {
        effect != LOCAL && effect != Effect::Read.as_str()
    }

    /// The changes that calls made.
    pub fn of(calls: &[Call]) -> Self {
        let mut changes = Self::default();
        let rank = |effect: &str| {
            Effect::ALL
                .iter()
                .position(|known| known.as_str() == effect)
                .unwrap_or(usize::MAX)
        };
        for call in calls.iter().filter(|call| Self::counts(&call.effect)) {
            match call.state {
                CallState::Done => {
                    let key = (
                        rank(&call.effect),
                        format!("{} {}", call.effect, call.operation),
                    );
                    *changes.done.entry(key).or_default() += 1;
                }
                CallState::InDoubt | CallState::Sent => changes.in_doubt += 1,
                _ => {}
            }
        }
        changes
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = self
            .done
            .iter()
            .map(|((_, what), count)| {
                let (effect, operation) = what.split_once(' ').unwrap_or(("", what));
                format!("{count} × {operation} ({effect})")
            })
            .collect();
        if self.in_doubt > 0 {
            parts.push(format!("{} in doubt", self.in_doubt));
        }
        if parts.is_empty() {
            return f.write_str("nothing");
        }
        f.write_str(&parts.join(", "))
    }
}
