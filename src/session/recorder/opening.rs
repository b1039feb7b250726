//! How a record is begun: with the run, with its first call, or not at all where it cannot be.

use std::thread;
use std::time::Instant;

use futures_executor::block_on;
use tokio::sync::{OwnedMutexGuard, oneshot};

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

    /// The book, which is opened, or written again, where it is not. Whoever stops waiting for that
    /// leaves it to be done.
    pub(super) async fn open(&self) -> Result<&Book, Halt> {
        if let Some(book) = self.written() {
            return Ok(book);
        }
        let since = Instant::now();
        // Branches may come at once: there is one run for all of them.
        let one = self.0.opening.clone().lock_owned().await;
        let leniency = self.0.leniency.as_ref();
        if self.written().is_none() {
            if let Some(error) = leniency.and_then(|it| it.failed_for(since)) {
                return Err(Halt::Unrecorded(error));
            }
            self.opened(one).await?;
        }
        self.0.book.get().ok_or_else(|| self.fails(unopened()))
    }

    /// The book, where it is open and can be written as far as is known.
    fn written(&self) -> Option<&Book> {
        self.0.book.get().filter(|_| !self.is_unwritten())
    }

    /// Opens the book in a thread of its own: a journal that another program has locked is waited for,
    /// and whoever waits must be able to stop.
    async fn opened(&self, one: OwnedMutexGuard<()>) -> Result<(), Halt> {
        let (own, (sender, opened)) = (self.clone(), oneshot::channel());
        let work = move || {
            let opened = own.open_here();
            drop(one);
            // Nobody may wait for it any more.
            let _ = sender.send(opened);
        };
        let thread = thread::Builder::new().name("journal-opening".to_owned());
        thread
            .spawn(work)
            .map_err(|error| self.fails(threadless(&error)))?;
        opened.await.unwrap_or_else(|_| Err(self.fails(unopened())))
    }

    fn open_here(&self) -> Result<(), Halt> {
        let begun = Instant::now();
        let opened = match self.0.book.get() {
            Some(book) => self.regain(book),
            None => (self.0.open)().map(|book| {
                // Nobody else fills it.
                let _ = self.0.book.set(book);
            }),
        };
        if let Err(error) = opened {
            if let Some(leniency) = &self.0.leniency {
                leniency.failed(begun, &error);
            }
            return Err(self.fails(error));
        }
        if let Some(leniency) = &self.0.leniency {
            leniency.opens();
        }
        if let Some(book) = self.0.book.get() {
            self.consents_to(book);
        }
        Ok(())
    }

    /// Writes what could not be written meanwhile.
    fn regain(&self, book: &Book) -> Result<(), JournalError> {
        let owed = self.0.leniency.as_ref().map(Leniency::owed);
        let owed = owed.unwrap_or_default();
        book.journal.regain(&book.lease, &owed)?;
        if let Some(leniency) = &self.0.leniency {
            leniency.settles(&owed, None);
        }
        Ok(())
    }

    /// The same, once nobody else is at it.
    pub(super) fn regain_alone(&self) {
        let _one = block_on(self.0.opening.lock());
        // Where it fails, that is told by what is owed still.
        let _ = self.open_here();
    }

    fn consents_to(&self, book: &Book) {
        for consent in lock(&self.0.consents).drain(..) {
            book.journal.consent(&book.lease, &consent);
        }
    }

    /// The book, which can be written as far as is known. A session asks again where it could not be.
    pub(super) async fn ready(&self) -> Result<&Book, Halt> {
        let book = self.open().await?;
        match book.lease.check().map_err(|error| self.fails(error)) {
            Ok(()) => Ok(book),
            Err(Halt::Unrecorded(_)) => self.open().await,
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
        lock(&self.0.consents).push(grant.to_owned());
        if let Some(book) = self.written() {
            self.consents_to(book);
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

fn threadless(error: &std::io::Error) -> JournalError {
    JournalError {
        message: format!("the journal could not be opened: no thread could be started: {error}"),
        hint: "end some programs and try again".to_owned(),
        kind: ErrorKind::Unwritable,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex, mpsc};

    use super::*;
    use crate::session::Asked;

    #[tokio::test]
    async fn branches_that_wait_for_the_journal_at_once_share_one_try() {
        let tries = Arc::new(AtomicUsize::new(0));
        let (release, released) = mpsc::channel::<()>();
        let released = Mutex::new(released);
        let own = tries.clone();
        let recorder = Recorder::for_session(Clock::Real, move || {
            own.fetch_add(1, Ordering::Relaxed);
            // Until all are waiting, the first time.
            let _ = released.lock().unwrap().recv();
            Err(unopened())
        });
        let change = async || {
            let begun = recorder.begin(Asked {
                operation: "create_vlan",
                arguments: "{}".to_owned(),
                effect: "change",
                target: "".into(),
            });
            matches!(begun.await, Err(Halt::Unrecorded(_)))
        };
        let refused = tokio::join!(change(), change(), change(), async {
            release.send(()).unwrap();
        });
        assert_eq!(refused, (true, true, true, ()));
        assert_eq!(tries.load(Ordering::Relaxed), 1);
        // The next line tries again.
        assert!(recorder.untold().is_some());
        drop(release);
        assert!(change().await);
        assert_eq!(tries.load(Ordering::Relaxed), 2);
    }
}
