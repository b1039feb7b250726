//! What sending an operation twice does.

use super::Arguments;

/// What a second sending does, which decides what an unknown outcome allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repeat {
    /// Nothing: it may be sent again freely.
    Safe,
    /// Sets a level; read back first, send again only if it has not converged.
    LevelSet,
    /// Acts once per sending: never sent blindly again.
    Edge,
    /// Makes another one: look for what the first sending made.
    Create,
    /// Links or unlinks two things; already so is success.
    Link,
    /// Deletes; gone after our own unknown attempt is success.
    Delete,
}

impl Repeat {
    /// The class's name in documentation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::LevelSet => "level-set",
            Self::Edge => "edge",
            Self::Create => "create",
            Self::Link => "link",
            Self::Delete => "delete",
        }
    }
}

/// An operation's repeat class, or how its arguments decide it.
#[derive(Clone, Copy, Debug)]
pub enum RepeatRule {
    /// The same for every call.
    Always(Repeat),
    /// Decided by the arguments.
    ByArguments(fn(&Arguments) -> Repeat),
}

impl RepeatRule {
    /// The class of a call with these arguments.
    #[must_use]
    pub fn of(self, arguments: &Arguments) -> Repeat {
        match self {
            Self::Always(repeat) => repeat,
            Self::ByArguments(decide) => decide(arguments),
        }
    }
}
