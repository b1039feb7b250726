//! The journal: every run, and every call of it, on disk.
//!
//! What is here writes and reads and decides nothing but who owns a run. What a call that was cut
//! off means is decided by the session.

mod body;
mod call;
mod error;
mod group;
mod hand;
mod lease;
mod locks;
mod mount;
mod owner;
mod ownership;
mod placed;
mod prune;
mod run;
mod schema;
mod store;
mod tick;
mod ticks;
mod told;
mod writer;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Transaction, params};

use crate::secret;

pub use body::LARGEST;
pub use call::{Call, State as CallState};
pub use error::{JournalError, Kind as ErrorKind};
pub use lease::{Lease, micros};
pub use locks::{Lock, Taken};
pub use owner::Owner;
pub use ownership::Claim;
pub use run::{Grants, Kind as RunKind, Run, Start, State as RunState};
pub use store::{Filter, Reader, Store};
pub use tick::{Letter, Origin, Pause, Standing, State as TickState, Tick, Waits};
pub use ticks::{Fault, Progress, Ticks};
use writer::{Work, Writer};

/// How long runs that are over are kept unless something else is said: 90 days.
pub const KEEP: Duration = Duration::from_hours(90 * 24);

/// How the journal is kept.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its file.
    pub file: PathBuf,
    /// How long a process has a run without renewing it.
    pub lease: Duration,
    /// The most bytes that one run may keep.
    pub cap: u64,
    /// How long runs that are over are kept; forever if nothing is said.
    pub keep: Option<Duration>,
}

impl Settings {
    /// The usual settings of a journal in this file.
    #[must_use]
    pub fn of(file: PathBuf) -> Self {
        Self {
            file,
            lease: Duration::from_secs(30),
            cap: 1 << 30,
            keep: Some(KEEP),
        }
    }
}

/// The journal, open for writing. Its thread ends, with everything written, when the last clone of
/// it does.
#[derive(Clone)]
pub struct Journal(Arc<Inner>);

struct Inner {
    settings: Settings,
    store: Store,
    writer: Writer,
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal")
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}

impl Journal {
    /// Opens the journal; makes it where there is none.
    pub fn open(settings: Settings) -> Result<Self, JournalError> {
        let store = Store::at(settings.file.clone());
        let journal = Self(Arc::new(Inner {
            writer: Writer::start(&store)?,
            store,
            settings,
        }));
        journal.is_ours_alone()?;
        if let Some(keep) = journal.0.settings.keep {
            journal.prune_daily(keep)?;
        }
        Ok(journal)
    }

    /// The file, and what is read from it.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Hands over what is known of a call, without waiting for it.
    pub fn note(&self, lease: &Lease, call: Call) {
        self.0.writer.hand(
            Some(lease),
            Work::Call(Box::new(call.cleaned().unwrap_or(call))),
        );
    }

    /// Hands over a call that is over and was not handed over before. It is kept with others like it,
    /// which costs less than a row of its own.
    pub fn note_whole(&self, lease: &Lease, call: &Call) {
        match call.cleaned() {
            Some(clean) => self.0.writer.hand_whole(lease, &clean),
            None => self.0.writer.hand_whole(lease, call),
        }
    }

    /// Writes what is known of a call; it is on disk, with everything handed over before it, when
    /// this returns.
    pub async fn commit(&self, lease: &Lease, call: Call) -> Result<(), JournalError> {
        let work = Work::Call(Box::new(call.cleaned().unwrap_or(call)));
        self.0.writer.commit(Some(lease), work).await
    }

    /// Makes sure that the run is still ours just now, and for a while.
    pub async fn make_sure(&self, lease: &Lease) -> Result<(), JournalError> {
        if lease.0.is_fresh(3) {
            return lease.check();
        }
        let nothing = Work::Task(Box::new(|_| Ok(())));
        self.0.writer.commit(Some(lease), nothing).await?;
        lease.check()
    }

    /// Writes to a run again whose file could not be written for a while, and of these calls what was
    /// not written meanwhile. What was handed over in that time without being waited for is lost.
    pub fn regain(&self, lease: &Lease, calls: &[Call]) -> Result<(), JournalError> {
        lease.0.forgives();
        for call in calls {
            self.note(lease, call.clone());
        }
        // The lease is renewed with it, which shows whether anything can be written.
        let nothing = Work::Task(Box::new(|_| Ok(())));
        self.0.writer.commit_here(Some(lease), nothing)?;
        lease.check()
    }

    /// Hands over a text that the run turned out to consist of.
    pub fn pin(&self, lease: &Lease, name: String, text: String) {
        self.0.writer.hand(Some(lease), Work::Pin { name, text });
    }

    /// Hands over the texts that the run consists of from now on.
    pub fn repin(&self, lease: &Lease, texts: Vec<(String, String)>) {
        let number = lease.0.number;
        let task = Box::new(move |transaction: &Transaction<'_>| {
            transaction.execute("DELETE FROM pins WHERE run = ?1", [number])?;
            texts
                .iter()
                .try_for_each(|(name, text)| hand::pin(transaction, number, name, text))
        });
        self.0.writer.hand(Some(lease), Work::Task(task));
    }

    /// Hands over that a person consented to an effect for all of the run.
    pub fn consent(&self, lease: &Lease, effect: &str) {
        let work = Work::Consent(effect.to_owned());
        self.0.writer.hand(Some(lease), work);
    }

    /// Writes how the run stands; one that is over gives its locks back unless it failed.
    pub fn stand(
        &self,
        lease: &Lease,
        state: RunState,
        exit: Option<u8>,
        message: Option<String>,
    ) -> Result<(), JournalError> {
        if state == RunState::Succeeded {
            let number = lease.0.number;
            let task = Box::new(move |transaction: &Transaction<'_>| {
                locks::give_back(transaction, number, None)
            });
            self.0.writer.hand(Some(lease), Work::Task(task));
        }
        let work = Work::Stand {
            state,
            exit,
            message: message.map(|text| secret::redact(&text).into_owned()),
        };
        self.0.writer.commit_here(Some(lease), work)
    }

    /// Asks that a run be cancelled. Whoever has it hears of it with its next look.
    pub fn cancel(&self, run: &Run, reason: &str) -> Result<(), JournalError> {
        let (number, reason) = (run.number, reason.to_owned());
        self.ask(move |transaction| {
            transaction.execute(
                // The first reason counts.
                "UPDATE runs SET cancel = ?2 WHERE number = ?1 AND cancel IS NULL",
                params![number, reason],
            )
        })
        .map(drop)
    }

    /// Ends a run that nobody has: it has nothing left to clean up.
    pub fn close(&self, run: &Run, state: RunState, message: &str) -> Result<(), JournalError> {
        let (number, epoch, message) = (run.number, run.epoch, message.to_owned());
        let changed = self.ask(move |transaction| {
            transaction.execute(
                "UPDATE runs SET state = ?3, message = ?4, finished = ?5, epoch = epoch + 1,
                     exit = 130
                 WHERE number = ?1 AND epoch = ?2",
                params![number, epoch, state.as_str(), message, micros()],
            )
        })?;
        if changed == 0 {
            return Err(taken_up(run));
        }
        Ok(())
    }

    /// Writes what a person decided about a call in doubt.
    pub fn resolve(
        &self,
        run: &Run,
        path: &str,
        state: CallState,
        note: &str,
        body: Option<&[u8]>,
    ) -> Result<(), JournalError> {
        let (number, path, note) = (run.number, path.to_owned(), note.to_owned());
        let body = body.map(<[u8]>::to_vec);
        let epoch = run.epoch;
        let changed = self.ask(move |transaction| {
            let body = match body {
                Some(bytes) => {
                    let (packed, bytes) = body::pack(&bytes);
                    transaction.execute(
                        "INSERT INTO bodies (run, packed, bytes) VALUES (?1, ?2, ?3)",
                        params![number, packed, bytes.as_ref()],
                    )?;
                    Some(transaction.last_insert_rowid())
                }
                None => None,
            };
            transaction.execute(
                "UPDATE calls SET state = ?3, note = ?4, body = coalesce(?5, body)
                 WHERE run = ?1 AND path = ?2 AND state IN ('sent', 'in-doubt')
                   AND EXISTS (SELECT 1 FROM runs WHERE number = ?1 AND epoch = ?6)",
                params![number, path, state.as_str(), note, body, epoch],
            )
        })?;
        if changed == 0 {
            return Err(taken_up(run));
        }
        Ok(())
    }

    /// Takes a lock for a call of a run.
    pub fn take_lock(
        &self,
        lease: &Lease,
        profile: &str,
        name: &str,
        path: &str,
    ) -> Result<Taken, JournalError> {
        let number = lease.0.number;
        let (profile, name, path) = (profile.to_owned(), name.to_owned(), path.to_owned());
        self.ask_for(Some(lease), move |transaction| {
            locks::take(transaction, number, &profile, &name, &path)
        })
    }

    /// Gives the lock of a call back, in its turn with everything else that the run has handed over.
    pub fn give_back_lock(&self, lease: &Lease, path: &str) {
        let (number, path) = (lease.0.number, path.to_owned());
        let task = Box::new(move |transaction: &Transaction<'_>| {
            locks::give_back(transaction, number, Some(&path))
        });
        self.0.writer.hand(Some(lease), Work::Task(task));
    }

    /// Takes a lock away from whoever holds it; whether anybody did.
    pub fn release_lock(
        &self,
        profile: &str,
        name: &str,
        reason: &str,
    ) -> Result<bool, JournalError> {
        let (profile, name, reason) = (profile.to_owned(), name.to_owned(), reason.to_owned());
        self.ask(move |transaction| locks::take_away(transaction, &profile, &name, &reason))
    }

    /// Carries out something in a transaction of the journal's thread, and waits for it.
    fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, JournalError> {
        self.ask_for(None, work)
    }

    /// The same on behalf of a run, which must still be ours.
    fn ask_for<T: Send + 'static>(
        &self,
        lease: Option<&Lease>,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, JournalError> {
        let slot = Arc::new(Mutex::new(None));
        let own = slot.clone();
        let task = Box::new(move |transaction: &Transaction<'_>| {
            let value = work(transaction)?;
            *own.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
            Ok(())
        });
        self.0.writer.commit_here(lease, Work::Task(task))?;
        let value = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        value.ok_or_else(|| {
            JournalError::new(
                ErrorKind::Unwritable,
                "the journal gave no answer",
                "this is a bug in mw",
            )
        })
    }
}

fn taken_up(run: &Run) -> JournalError {
    JournalError::new(
        ErrorKind::Held,
        format!("run {} was taken up by another process just now", run.id),
        "look again: mw runs list",
    )
}
