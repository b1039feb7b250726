//! How a call fails: what becomes of it, and how its answer travels.

use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::ending::Ending;

/// What becomes of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// Nothing but that its answer is late, slow or wrongly dated.
    Late,
    /// It is refused, and carried out all the same if so said.
    Refused {
        /// Whether it is carried out.
        executed: bool,
        /// What is answered.
        refusal: Refusal,
    },
    /// The connection is cut.
    Cut {
        /// Whether it is carried out before.
        executed: bool,
    },
    /// It is carried out, and half of its answer arrives.
    Truncated,
    /// It is answered as if it were carried out, and nothing is done.
    Ignored,
    /// Its node is locked this long from the first such call on.
    Locked(TimeDelta),
    /// Its node takes the change of power and never finishes it.
    Stuck,
    /// The clouds of its order never get complete.
    Unfinished(Ending),
    /// The hardware it orders is gone before it comes.
    SoldOut,
    /// Its answer is given again this long.
    Stale(TimeDelta),
    /// Its access token is good no longer.
    Revoked,
    /// Its answer says something else in these fields.
    Says {
        /// The fields and what they say.
        fields: Map<String, Value>,
        /// Only in what bears this id or name.
        of: Option<String>,
    },
}

/// The answer to a call that is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Value,
    /// Seconds in `Retry-After`.
    pub retry_after: Option<u32>,
}

impl Refusal {
    /// This status, with this body or an error in the API's form.
    #[must_use]
    pub fn of(status: u16, body: Option<&Value>, retry_after: Option<u32>) -> Self {
        let usual = || {
            json!({
                "status": status,
                "name": "fault",
                "message": "A fault of the simulator, on purpose.",
            })
        };
        Self {
            status,
            body: body.cloned().unwrap_or_else(usual),
            retry_after,
        }
    }
}

/// How an answer travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// How long it takes before it comes.
    pub delay: TimeDelta,
    /// How long after one another its pieces come.
    pub drip: TimeDelta,
    /// How far its date is off.
    pub skew: TimeDelta,
}

impl Pace {
    /// In how many pieces a slow answer comes.
    pub const PIECES: usize = 10;

    /// How long an answer takes until the last of it is there.
    #[must_use]
    pub fn whole(&self) -> TimeDelta {
        let pauses = i32::try_from(Self::PIECES - 1).unwrap_or_default();
        self.delay + self.drip * pauses
    }
}
