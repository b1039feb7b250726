//! What is denied, and by whom.

use std::fmt;

use super::grant::Grant;

/// Something denied, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// What is denied.
    pub grant: Grant,
    /// Who denies it.
    pub by: Source,
}

/// Where a rule comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Flag,
    /// The profile of this name.
    Profile(String),
    /// The run, which was begun with it.
    Run,
    /// A rehearsal, which is to leave no traces.
    Rehearsal,
}

impl Source {
    /// What to do about something that is denied from here.
    pub(super) fn hint(&self, grant: &Grant) -> String {
        match self {
            Self::Flag => format!("take `{grant}` off --deny to allow it"),
            Self::Profile(name) => {
                format!("it stands in `deny` of profile {name}, which nothing overrides")
            }
            Self::Run => "begin another run without it".to_owned(),
            Self::Rehearsal => "the real run may do it, where the job is allowed to".to_owned(),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("to this run by --deny"),
            Self::Profile(name) => write!(f, "by profile {name}"),
            Self::Run => f.write_str("to this run since it was begun"),
            Self::Rehearsal => f.write_str("to a rehearsal, which is to leave no traces"),
        }
    }
}
