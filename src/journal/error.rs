//! What can be wrong with the journal, in words.

use std::path::Path;

use thiserror::Error;

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

    /// What SQLite said about the file.
    pub(super) fn of(error: &rusqlite::Error, file: &Path) -> Self {
        use rusqlite::ffi::ErrorCode as Code;
        let file = file.display();
        match error.sqlite_error_code() {
            Some(Code::DiskFull) => Self::new(
                Kind::Unwritable,
                format!("the journal {file} cannot be written: the disk is full"),
                "make room, then resume the run, or say the line again: nothing was sent that is not on record",
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
