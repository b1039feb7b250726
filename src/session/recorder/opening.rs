//! How a record is begun: with the run, with its first call, or not at all where it cannot be.

use super::leniency::Leniency;
use super::{Book, Halt, Past, Recorder, lock};
use crate::clock::Clock;
use crate::journal::{ErrorKind, JournalError};

impl Recorder {
    /// A recorder whose run begins with its first call, for what is recorded to be looked at later.
    #[must_use]
    pub fn for_audit(
        clock: Clock,
        open: impl Fn() -> Result<Book, JournalError> + Send + Sync + 'static,
    ) -> Self {
        Self::new(clock, Box::new(open), None, None, false)
    }

    /// The same, of a session at the prompt, which goes on where the journal cannot be written: what
    /// only reads is done unrecorded, and what changes something is refused until it can be.
    #[must_use]
    pub fn for_session(
        clock: Clock,
        open: impl Fn() -> Result<Book, JournalError> + Send + Sync + 'static,
    ) -> Self {
        Self::new(clock, Box::new(open), None, None, true)
    }

    /// A recorder of a run that begins, or is taken up, now.
    #[must_use]
    pub fn of(clock: Clock, book: Book, past: Option<Past>) -> Self {
        Self::new(clock, Box::new(|| Err(unopened())), Some(book), past, false)
    }

    /// The book, which is opened, or written again, where it is not.
    pub(super) fn open(&self) -> Result<&Book, Halt> {
        if let Some(book) = self.0.book.get()
            && !self.is_unwritten()
        {
            return Ok(book);
        }
        // Branches may come at once: there is one run for all of them.
        let _one = lock(&self.0.opening);
        if let Some(book) = self.0.book.get() {
            if let Some(leniency) = &self.0.leniency
                && leniency.is_unwritten()
            {
                self.regain(leniency, book)?;
            }
            return Ok(book);
        }
        let book = (self.0.open)().map_err(|error| self.fails(error))?;
        if let Some(leniency) = &self.0.leniency {
            leniency.opens();
        }
        self.consents_to(&book);
        Ok(self.0.book.get_or_init(|| book))
    }

    /// Writes again, and what could not be written meanwhile.
    pub(super) fn regain(&self, leniency: &Leniency, book: &Book) -> Result<(), Halt> {
        let owed = leniency.owed();
        let regained = book.journal.regain(&book.lease, &owed);
        regained.map_err(|error| leniency.shuts(error))?;
        leniency.settles(&owed, None);
        leniency.opens();
        self.consents_to(book);
        Ok(())
    }

    fn consents_to(&self, book: &Book) {
        for consent in lock(&self.0.consents).drain(..) {
            book.journal.consent(&book.lease, &consent);
        }
    }

    /// The book, which can be written as far as is known. A session asks again where it could not be.
    pub(super) fn ready(&self) -> Result<&Book, Halt> {
        let book = self.open()?;
        match book.lease.check().map_err(|error| self.fails(error)) {
            Ok(()) => Ok(book),
            Err(Halt::Unrecorded(_)) => self.open(),
            Err(halt) => Err(halt),
        }
    }

    /// What follows where the journal fails: a run ends, a session goes on without.
    pub(super) fn fails(&self, error: JournalError) -> Halt {
        match &self.0.leniency {
            Some(leniency) => leniency.shuts(error),
            None => self.stop(Halt::Journal(error)),
        }
    }

    /// Notes that a person consented to something for all of the run.
    pub(in crate::session) fn consent(&self, grant: &str) {
        let _one = lock(&self.0.opening);
        match self.0.book.get() {
            Some(book) if !self.is_unwritten() => book.journal.consent(&book.lease, grant),
            _ => lock(&self.0.consents).push(grant.to_owned()),
        }
    }
}

fn unopened() -> JournalError {
    JournalError {
        message: "the journal was not opened".to_owned(),
        hint: "this is a bug in mw".to_owned(),
        kind: ErrorKind::Unwritable,
    }
}
