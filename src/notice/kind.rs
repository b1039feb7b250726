//! What notices are about.

use serde::{Deserialize, Serialize};

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A run failed, and is not tried again.
    Failure,
    /// A run succeeded after failures.
    Recovery,
    /// A job was not run when it was due.
    Miss,
    /// A run waits for a decision about a call in doubt.
    InDoubt,
    /// A run takes longer than it should.
    LongRunning,
    /// A run succeeded.
    Success,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Failure,
        Self::Recovery,
        Self::Miss,
        Self::InDoubt,
        Self::LongRunning,
        Self::Success,
    ];

    /// What a channel hears of unless told otherwise: nothing that needs nobody.
    pub const USUAL: [Self; 5] = [
        Self::Failure,
        Self::Recovery,
        Self::Miss,
        Self::InDoubt,
        Self::LongRunning,
    ];

    /// Its name in the jobs file and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Recovery => "recovery",
            Self::Miss => "miss",
            Self::InDoubt => "in_doubt",
            Self::LongRunning => "long_running",
            Self::Success => "success",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_name_everywhere() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(Kind::named("fail"), None);
    }
}
