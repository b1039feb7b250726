//! What follows from how a sending ended. Nothing here sends, waits or knows the time.

use crate::operation::Repeat;

/// How one sending ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It certainly did not reach the API.
    NotSent,
    /// It was not sent, since the API was asked for an access token and gave none.
    NoToken,
    /// It was not sent, since the API asks those who want an access token to slow down.
    TokenLimited,
    /// It may have reached the API, which did not answer.
    Unanswered,
    /// The API answered with this status.
    Status(u16),
}

impl Outcome {
    /// Whether the call may have been carried out without our knowing.
    ///
    /// The answers of gateways and of crashed servers say nothing about that; 501 and 505 do.
    #[must_use]
    pub const fn is_unknown(self) -> bool {
        match self {
            Self::NotSent | Self::NoToken | Self::TokenLimited => false,
            Self::Unanswered => true,
            Self::Status(status) => {
                status == 408 || (status >= 500 && !matches!(status, 501 | 505))
            }
        }
    }
}

/// What a verdict rests on.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and all combine"
)]
pub struct Facts {
    /// What sending the call twice does.
    pub repeat: Repeat,
    /// How the latest sending ended.
    pub outcome: Outcome,
    /// Whether more sendings are allowed for an outage.
    pub may_retry: bool,
    /// Whether more sendings are allowed for a 429.
    pub may_wait_for_limit: bool,
    /// Whether an earlier sending of ours may have been carried out.
    pub doubted: bool,
    /// Whether 409 means that the node is locked for the moment.
    pub lockable: bool,
    /// Whether a new token may be had.
    pub refreshable: bool,
}

/// Why a call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The API could not be reached.
    Unreachable,
    /// The API was reached, and gave no access token.
    NoToken,
    /// The API is out of order, or did not answer.
    Unavailable,
    /// The API asks to slow down.
    Limited,
    /// The node is locked.
    Locked,
    /// The effect of a sending may not show yet.
    Reading,
}

impl Why {
    /// The reason in a few words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "the API cannot be reached",
            Self::NoToken => "the API gives no access token",
            Self::Unavailable => "the API is out of order",
            Self::Limited => "the API asks to slow down",
            Self::Locked => "the node is locked",
            Self::Reading => "the effect may not show yet",
        }
    }
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The call succeeded.
    Done,
    /// What was to be deleted is gone: our own earlier sending did it.
    AlreadyGone,
    /// The API said no.
    Refused,
    /// Get a new token and send the same again, once.
    RefreshToken,
    /// Wait and send the same again.
    Wait(Why),
    /// Wait, then read the state before anything is sent again.
    WaitAndRead(Why),
    /// Read the state to learn what our sending did.
    ReadBack,
    /// Out of tries, and nothing can have happened.
    GiveUp,
    /// Out of tries, and something may have happened.
    InDoubt,
}

/// The verdict on a sending.
#[must_use]
pub fn verdict(facts: &Facts) -> Verdict {
    match facts.outcome {
        Outcome::Status(200..=299) => Verdict::Done,
        Outcome::Status(401) if facts.refreshable => Verdict::RefreshToken,
        Outcome::Status(429) | Outcome::TokenLimited if facts.may_wait_for_limit => {
            Verdict::Wait(Why::Limited)
        }
        Outcome::Status(409) if facts.lockable => locked(facts),
        Outcome::Status(404) if facts.doubted && facts.repeat == Repeat::Delete => {
            Verdict::AlreadyGone
        }
        Outcome::NotSent if facts.may_retry => Verdict::Wait(Why::Unreachable),
        Outcome::NoToken if facts.may_retry => Verdict::Wait(Why::NoToken),
        Outcome::NotSent | Outcome::NoToken | Outcome::TokenLimited
            if facts.doubted && facts.repeat != Repeat::Safe =>
        {
            Verdict::InDoubt
        }
        Outcome::NotSent | Outcome::NoToken | Outcome::TokenLimited => Verdict::GiveUp,
        outcome if outcome.is_unknown() => unknown(facts),
        // An earlier sending of ours may be the very reason of the refusal.
        Outcome::Status(_) | Outcome::Unanswered if facts.doubted => match facts.repeat {
            Repeat::Safe => Verdict::Refused,
            _ => Verdict::ReadBack,
        },
        Outcome::Status(_) | Outcome::Unanswered => Verdict::Refused,
    }
}

fn locked(facts: &Facts) -> Verdict {
    match (facts.repeat, facts.doubted) {
        // The lock may be that of our own reboot: another one would be the second.
        (Repeat::Edge, true) => Verdict::ReadBack,
        (_, true) => Verdict::WaitAndRead(Why::Locked),
        (_, false) => Verdict::Wait(Why::Locked),
    }
}

fn unknown(facts: &Facts) -> Verdict {
    match facts.repeat {
        // A second delete finds nothing to delete, which is an answer.
        Repeat::Safe | Repeat::Delete if facts.may_retry => Verdict::Wait(Why::Unavailable),
        Repeat::Safe => Verdict::GiveUp,
        Repeat::Delete | Repeat::LevelSet | Repeat::Link | Repeat::Create | Repeat::Edge => {
            Verdict::ReadBack
        }
    }
}

/// What reading the state back showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// The effect is there.
    Converged,
    /// The effect is not there.
    NotYet,
    /// What was seen proves neither.
    Unclear,
}

/// What follows from reading the state back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The call succeeded after all.
    Adopt,
    /// The API's refusal stands.
    Refused,
    /// Wait, and send the same again.
    SendAgain,
    /// Wait, and read once more.
    LookAgain,
    /// A person must decide.
    InDoubt,
}

/// What the decision after reading back rests on.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and all combine"
)]
pub struct Reading {
    /// What sending the call twice does.
    pub repeat: Repeat,
    /// What was seen.
    pub sight: Sight,
    /// Whether the latest sending was turned down.
    pub refused: bool,
    /// Whether more sendings are allowed for an outage.
    pub may_retry: bool,
    /// Whether it is worth looking again.
    pub may_look: bool,
    /// Whether an edge may be taken as carried out by what is seen of it.
    pub watches: bool,
}

/// The decision after reading back.
#[must_use]
pub fn after_reading(reading: &Reading) -> Next {
    match (reading.repeat, reading.sight) {
        (Repeat::Edge, Sight::Converged) if reading.watches => Next::Adopt,
        (Repeat::Edge, _) if reading.watches && reading.may_look => Next::LookAgain,
        // An edge leaves no level: nothing that is seen proves that it was ours.
        (Repeat::Edge, _) => Next::InDoubt,
        (_, Sight::Converged) => Next::Adopt,
        (Repeat::Create, Sight::NotYet) if reading.may_look => Next::LookAgain,
        (Repeat::Create, _) | (_, Sight::Unclear) => Next::InDoubt,
        (_, Sight::NotYet) if reading.refused => Next::Refused,
        (_, Sight::NotYet) if reading.may_retry => Next::SendAgain,
        (_, Sight::NotYet) => Next::InDoubt,
    }
}

#[cfg(test)]
mod tests;
