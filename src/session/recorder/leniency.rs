//! How a session at the prompt goes on where it cannot be recorded: what only reads is done unrecorded,
//! and what changes something is refused until it can be.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::super::halt::Halt;
use super::{Recorder, lock};
use crate::journal::{Call, ErrorKind, JournalError};

/// What such a session knows of its journal.
#[derive(Default)]
pub(super) struct Leniency {
    /// Whether the journal could not be written when it was last needed.
    is_unwritten: AtomicBool,
    /// Why, until it is told.
    untold: Mutex<Option<JournalError>>,
    /// The latest time that it was tried to write it, and failed: when that began and ended, and why.
    failed: Mutex<Option<(Instant, Instant, JournalError)>>,
    /// What is known of calls that change something and may not be on disk, by the latest of each.
    owed: Mutex<Vec<Call>>,
}

impl Leniency {
    pub(super) fn is_unwritten(&self) -> bool {
        self.is_unwritten.load(Ordering::Relaxed)
    }

    /// Notes that the journal cannot be written; from when it could before, that is told.
    pub(super) fn shuts(&self, mut error: JournalError) -> Halt {
        if error.kind == ErrorKind::Full {
            "leave the session and begin another, which has a record of its own"
                .clone_into(&mut error.hint);
        }
        if !self.is_unwritten.swap(true, Ordering::Relaxed) {
            *lock(&self.untold) = Some(error.clone());
        }
        Halt::Unrecorded(error)
    }

    /// Notes that it can be written.
    pub(super) fn opens(&self) {
        self.is_unwritten.store(false, Ordering::Relaxed);
    }

    /// Notes that to open the journal, or to write it again, was tried from `begun` until now, in vain.
    pub(super) fn failed(&self, begun: Instant, error: &JournalError) {
        *lock(&self.failed) = Some((begun, Instant::now(), error.clone()));
    }

    /// Why it failed meanwhile, for whoever has waited since then. A try that took long, since another
    /// program has locked the journal, holds for as long again: the items of a `parallel` must not all
    /// wait, one after another. With the next line it is tried again.
    pub(super) fn failed_for(&self, since: Instant) -> Option<JournalError> {
        let failed = lock(&self.failed);
        let (begun, ended, error) = failed.as_ref()?;
        (*ended >= since || ended.elapsed() < *ended - *begun).then(|| error.clone())
    }

    /// Keeps what is known of a call until it can be written.
    pub(super) fn owes(&self, call: Call) {
        let mut owed = lock(&self.owed);
        owed.retain(|it| it.path != call.path);
        owed.push(call);
    }

    /// What could not be written so far.
    pub(super) fn owed(&self) -> Vec<Call> {
        lock(&self.owed).clone()
    }

    /// Forgets what is written by now: what was owed so before it was waited for, and what is written
    /// of the same call since.
    pub(super) fn settles(&self, written: &[Call], since: Option<&str>) {
        let is_written = |call: &Call| {
            let of_it = written.iter().find(|it| it.path == call.path);
            since == Some(call.path.as_str()) || of_it.is_some_and(|it| it.state == call.state)
        };
        lock(&self.owed).retain(|call| !is_written(call));
    }
}

impl Recorder {
    /// Whether what is done goes unrecorded, and what changes something is refused.
    pub(super) fn is_unwritten(&self) -> bool {
        self.0.leniency.as_ref().is_some_and(Leniency::is_unwritten)
    }

    /// Notes that the person was told already that nothing can be recorded.
    pub fn needs_no_warning(&self) {
        if let Some(leniency) = &self.0.leniency {
            leniency.is_unwritten.store(true, Ordering::Relaxed);
        }
    }

    /// Why nothing can be recorded any more, once each time that begins; and of how many calls the
    /// journal does not know what they came to.
    #[must_use]
    pub fn untold(&self) -> Option<(JournalError, usize)> {
        let leniency = self.0.leniency.as_ref()?;
        lock(&leniency.failed).take();
        let error = lock(&leniency.untold).take()?;
        Some((error, leniency.owed().len()))
    }

    /// Writes what could not be written before, if that is possible now. Gives how many calls there are
    /// of which the journal still does not know what they came to.
    #[must_use]
    pub fn owes(&self) -> usize {
        let Some(leniency) = &self.0.leniency else {
            return 0;
        };
        let is_owing = leniency.is_unwritten() || !leniency.owed().is_empty();
        if self.0.book.get().is_some() && is_owing {
            self.regain_alone();
        }
        leniency.owed().len()
    }
}
