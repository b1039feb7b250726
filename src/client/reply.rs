//! What a call is given to go by, and what it gives back.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use crate::operation::Decoded;

/// How far a call may go.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// When it must be over, on the client's clock.
    pub deadline: Option<DateTime<Utc>>,
    /// Cancels it at once, whatever it is doing.
    pub cancel: CancellationToken,
    /// Whether it is worth waiting to learn what became of a call, since a person must decide
    /// otherwise: it is looked for as long as it may be carried out late, and a reboot counts as
    /// carried out when the node is then seen rebooting.
    pub watch: bool,
}

/// A call that succeeded. There is one of it, since what was read is still to be told what it belongs to.
#[derive(Debug)]
pub struct Reply {
    /// The API's status; 200 where the effect was found by reading.
    pub status: u16,
    /// The answer's type.
    pub content_type: Option<String>,
    /// The answer.
    pub body: Bytes,
    /// What was read of it already, to know whether it is whole.
    pub read: Option<Decoded>,
    /// How often the call was sent.
    pub attempts: u32,
    /// Whether the effect was found by reading, its own answer having been lost.
    pub adopted: bool,
}
