//! What can be wrong with the journal, in words.

use std::path::Path;

use thiserror::Error;

/// What to do when the disk is full.
const NO_ROOM: &str =
    "make room, then resume the run, or say the line again: nothing was sent that is not on record";

/// A failure of the journal.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct JournalError {
    /// What happened, in one sentence.
    pub message: String,
    /// What to do next.
    pub hint: String,
    /// Which kind of failure it is.
    pub kind: Kind,
}

/// The kinds of failure that somebody decides by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The file cannot be written: a read-only file system, a full disk, no permission.
    Unwritable,
    /// The file is not what this release can read: damaged, newer, or somebody else's.
    Unreadable,
    /// Someone else owns the run.
    Held,
    /// This process lost the run to another.
    Lost,
    /// The run holds all it may.
    Full,
    /// What was asked for is not there, or is over.
    Wrong,
}

impl JournalError {
    pub(super) fn new(kind: Kind, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
            kind,
        }
    }

    /// The file was removed, or another stands in its place, while it was open.
    pub(super) fn displaced(file: &Path) -> Self {
        Self::new(
            Kind::Unwritable,
            format!(
                "the journal {} cannot be written: it was removed or replaced while it was open",
                file.display()
            ),
            "put it back where it was, and go on with the run: another one would do again what this one has done",
        )
    }

    /// A pipe or a device stands in its place.
    pub(super) fn endless(file: &Path) -> Self {
        let message = format!("the journal {} is no regular file", file.display());
        Self::new(Kind::Unreadable, message, "name another file with --store")
    }

    /// The file is somebody else's.
    pub(super) fn foreign(file: &Path) -> Self {
        let file = file.display();
        let message = format!("{file} is no journal of mw; it was left as it is");
        Self::new(Kind::Unreadable, message, "name another file with --store")
    }

    /// The same where nothing is run that could be resumed.
    #[must_use]
    pub fn without_a_run(mut self) -> Self {
        if self.hint == NO_ROOM {
            "make room, then try again".clone_into(&mut self.hint);
        }
        self
    }

    /// What SQLite said about the file.
    pub(super) fn of(error: &rusqlite::Error, file: &Path) -> Self {
        use rusqlite::ffi::ErrorCode as Code;
        let file = file.display();
        match error.sqlite_error_code() {
            Some(Code::DiskFull) => Self::new(
                Kind::Unwritable,
                format!("the journal {file} cannot be written: the disk is full"),
                NO_ROOM,
            ),
            Some(
                Code::ReadOnly | Code::CannotOpen | Code::PermissionDenied | Code::SystemIoFailure,
            ) => Self::new(
                Kind::Unwritable,
                format!("the journal {file} cannot be written: {error}"),
                "name another with --store, or run without one: --no-journal",
            ),
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => Self::new(
                Kind::Unreadable,
                format!("the journal {file} is damaged: {error}; it was left as it is"),
                "set it aside or restore a copy; mw starts a new one where there is none",
            ),
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => Self::new(
                Kind::Unwritable,
                format!("the journal {file} is locked by another program"),
                "see who has it open, then try again",
            ),
            _ => Self::new(
                Kind::Unwritable,
                format!("the journal {file} failed: {error}"),
                "see that the file is a journal of mw and can be written",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_has_no_run_resumed_where_there_is_none() {
        let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
        let error = rusqlite::Error::SqliteFailure(full, None);
        let error = JournalError::of(&error, Path::new("a.db"));
        assert!(error.hint.contains("resume the run"));
        let error = error.without_a_run();
        assert_eq!(error.hint, "make room, then try again");
        assert!(error.message.ends_with("the disk is full"));
    }
}
