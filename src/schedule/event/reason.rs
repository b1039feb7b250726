//! Why a run was left out.

use std::fmt;

/// Why a run was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// An earlier run has not ended.
    StillRunning,
    /// An earlier run has not ended, and another one waits for it.
    AlreadyQueued,
    /// A later run took its place while it waited.
    Superseded,
    /// The job was taken out of the jobs file, or disabled, while it waited.
    Removed,
    /// The service stops.
    Stopping,
    /// The job's maintenance window is shut.
    Shut,
    /// Its service ended, and the next one came too late for it.
    Late,
    /// The job is paused, with this note.
    Paused(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Paused(note) = self {
            return write!(f, "the job is paused: {note}");
        }
        f.write_str(match self {
            Self::StillRunning => "the previous run has not ended",
            Self::AlreadyQueued => "a run is waiting already",
            Self::Superseded => "a later run took its place",
            Self::Removed => "the job was removed or disabled",
            Self::Stopping => "the service is stopping",
            Self::Shut => "its maintenance window is shut",
            Self::Late => "its service ended, and nobody was there in time",
            Self::Paused(_) => "the job is paused",
        })
    }
}
