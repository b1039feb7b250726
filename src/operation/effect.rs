//! What an operation does to the world.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Arguments;

/// What an operation does to the world, from harmless to costly.
///
/// Classified operation by operation; the HTTP method says nothing about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Looks, and leaves everything as it was.
    Read,
    /// Creates or alters something that can be put back.
    Change,
    /// Interrupts something that runs.
    Disrupt,
    /// Removes something for good.
    Destroy,
    /// Costs money.
    Spend,
}

impl Effect {
    /// All effects, mildest first.
    pub const ALL: [Self; 5] = [
        Self::Read,
        Self::Change,
        Self::Disrupt,
        Self::Destroy,
        Self::Spend,
    ];

    /// The effect's name as users write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Change => "change",
            Self::Disrupt => "disrupt",
            Self::Destroy => "destroy",
            Self::Spend => "spend",
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Effect {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|effect| effect.as_str() == text)
            .ok_or(())
    }
}

/// An operation's effect, or how its arguments decide it.
#[derive(Clone, Copy, Debug)]
pub enum EffectRule {
    /// The same for every call.
    Always(Effect),
    /// Decided by the arguments; the effects it may come to are listed, mildest first.
    ByArguments(fn(&Arguments) -> Effect, &'static [Effect]),
}

impl EffectRule {
    /// The effect of a call with these arguments.
    #[must_use]
    pub fn of(self, arguments: &Arguments) -> Effect {
        match self {
            Self::Always(effect) => effect,
            Self::ByArguments(decide, _) => decide(arguments),
        }
    }

    /// Every effect the operation may have.
    #[must_use]
    pub fn possible(&self) -> &[Effect] {
        match self {
            Self::Always(effect) => std::slice::from_ref(effect),
            Self::ByArguments(_, effects) => effects,
        }
    }
}
