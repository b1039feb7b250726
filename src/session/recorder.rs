//! The record of a run: what is written of each call, and what is told again when the run is taken
//! up where it broke off.

mod leniency;
mod opening;
mod writing;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::asked::{Asked, hash, shown};
use super::crash::crash;
use super::halt::{Doubt, Halt, Parted};
use super::past::{LOCAL, Past};
use crate::branch::Frame;
use crate::clock::Clock;
use crate::journal::{Call, CallState, Journal, JournalError, Lease};
use crate::operation::{Arguments, Effect};
use leniency::Leniency;

/// The journal and the run in it.
#[derive(Clone, Debug)]
pub struct Book {
    /// The journal.
    pub journal: Journal,
    /// The right to go on with the run.
    pub lease: Lease,
}

/// Opens the book when it is first needed.
type Open = Box<dyn Fn() -> Result<Book, JournalError> + Send + Sync>;

/// The record of a run, shared by its branches.
#[derive(Clone)]
pub struct Recorder(Arc<Inner>);

struct Inner {
    book: OnceLock<Book>,
    open: Open,
    clock: Clock,
    /// Whether the run can be taken up where it breaks off, and so is paused in doubt.
    resumable: bool,
    resumed: bool,
    cancelling: bool,
    /// How a session at the prompt goes on where it cannot be recorded; a run does not.
    leniency: Option<Leniency>,
    /// Held by whoever opens the book or writes it again.
    opening: Arc<tokio::sync::Mutex<()>>,
    before_new: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    past: Mutex<HashMap<String, Call>>,
    /// What calls of the past came to that may be taken for another's.
    made: Mutex<Vec<(String, Bytes)>>,
    /// What calls of the past bought.
    spent: Mutex<Vec<(String, Arguments)>>,
    /// How many calls of the past are still to be told again.
    left: AtomicU64,
    next: AtomicU32,
    /// What was consented to before there was a run to write it to.
    consents: Mutex<Vec<String>>,
    halt: OnceLock<Halt>,
    halted: CancellationToken,
}

/// How a call begins.
#[derive(Debug)]
pub enum Begun {
    /// It is part of another call, which is recorded.
    Part,
    /// It is on record already, finished or not.
    Recorded(Box<Call>),
    /// It is new.
    New(Box<Call>),
}

/// Whether a call changes nothing that anybody else sees.
fn changes_nothing(effect: &str) -> bool {
    effect == LOCAL || effect == Effect::Read.as_str()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recorder {
    fn new(
        clock: Clock,
        open: Open,
        book: Option<Book>,
        past: Option<Past>,
        lenient: bool,
    ) -> Self {
        let resumed = past.is_some();
        let past = past.unwrap_or_default();
        let resumable = book.is_some();
        let slot = OnceLock::new();
        if let Some(book) = book {
            // It is empty still.
            let _ = slot.set(book);
        }
        let (made, spent) = (past.made(), past.spent());
        let calls: HashMap<String, Call> = past
            .calls
            .into_iter()
            .map(|call| (call.path.clone(), call))
            .collect();
        Self(Arc::new(Inner {
            book: slot,
            open,
            clock,
            resumable,
            resumed,
            cancelling: past.is_cancelled,
            leniency: lenient.then(Leniency::default),
            left: AtomicU64::new(calls.len().try_into().unwrap_or(u64::MAX)),
            opening: Arc::default(),
            before_new: Mutex::default(),
            past: Mutex::new(calls),
            made: Mutex::new(made),
            spent: Mutex::new(spent),
            next: AtomicU32::new(1),
            consents: Mutex::default(),
            halt: OnceLock::new(),
            halted: CancellationToken::new(),
        }))
    }

    /// Whether the run can be taken up where it breaks off.
    #[must_use]
    pub fn is_resumable(&self) -> bool {
        self.0.resumable
    }

    /// Whether the run was taken up where it had broken off.
    #[must_use]
    pub fn is_resumed(&self) -> bool {
        self.0.resumed
    }

    /// The run's id, once it has begun.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.0.book.get().map(|book| book.lease.id())
    }

    /// The journal and the run in it, once it has begun.
    #[must_use]
    pub fn book(&self) -> Option<&Book> {
        self.0.book.get()
    }

    /// Why the run cannot go on, if it cannot.
    #[must_use]
    pub fn halt(&self) -> Option<&Halt> {
        self.0.halt.get()
    }

    /// Cancelled when the run cannot go on.
    #[must_use]
    pub fn halted(&self) -> &CancellationToken {
        &self.0.halted
    }

    /// Ends the run for all its branches; gives why it ended, which may be another reason.
    #[expect(
        clippy::must_use_candidate,
        reason = "the run is ended, whatever comes back"
    )]
    pub fn stop(&self, halt: Halt) -> Halt {
        if !halt.is_for_all() {
            return halt;
        }
        let first = self.0.halt.get_or_init(|| halt).clone();
        self.0.halted.cancel();
        first
    }

    /// Ends the run if something that was done is on record and was not asked for again, now that the
    /// script is over: it is not the script that did it.
    pub fn settle(&self) {
        let past = lock(&self.0.past);
        let left = past
            .values()
            .filter(|call| !changes_nothing(&call.effect))
            .min_by_key(|call| call.started);
        let Some(call) = left else { return };
        let parted = Parted {
            run: self.id().unwrap_or_default().to_owned(),
            path: call.path.clone(),
            recorded: shown(&call.operation, &call.target, &call.arguments),
            stood: call.place.clone(),
            wanted: "nothing there".to_owned(),
            spot: None,
        };
        drop(past);
        self.stop(Halt::Parted(Box::new(parted)));
    }

    /// Whether something that was under way when the run broke off was not asked for again: nobody knows
    /// whether it was done.
    #[must_use]
    pub fn leaves_unknown(&self) -> bool {
        let past = lock(&self.0.past);
        let is_unknown =
            |call: &Call| call.state == CallState::Sent && !changes_nothing(&call.effect);
        past.values().any(is_unknown)
    }

    /// What the calls of the past came to, by operation; given once.
    pub(super) fn made(&self) -> Vec<(String, Bytes)> {
        std::mem::take(&mut *lock(&self.0.made))
    }

    /// What the calls of the past bought, or may have bought: operations and arguments.
    pub(super) fn spent(&self) -> Vec<(String, Arguments)> {
        lock(&self.0.spent).clone()
    }

    /// Whether the branch of this thread has calls to tell again before it does anything new.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        if self.0.left.load(Ordering::Relaxed) == 0 {
            return false;
        }
        let past = lock(&self.0.past);
        Frame::ahead().iter().any(|path| past.contains_key(path))
    }

    /// Whether there is anything on record of the calls whose paths begin so.
    #[must_use]
    pub fn knows(&self, path: &str) -> bool {
        self.0.left.load(Ordering::Relaxed) > 0 && lock(&self.0.past).contains_key(path)
    }

    /// Why this thread may not go on with what is not over on record: its branch was given up before,
    /// or the run was cancelled and it works for no cleanup.
    #[must_use]
    pub fn given_up(&self) -> Option<Halt> {
        let nature = Frame::nature();
        if nature.over {
            Some(Halt::Abandoned)
        } else if self.0.cancelling && !nature.cleanup {
            Some(Halt::Cancelled)
        } else {
            None
        }
    }

    /// Does something before the first call that is not on record.
    pub fn before_anything_new(&self, act: impl FnOnce() + Send + 'static) {
        *lock(&self.0.before_new) = Some(Box::new(act));
    }

    /// Begins a call: gives it its path, and finds what is on record of it.
    pub async fn begin(&self, asked: Asked<'_>) -> Result<Begun, Halt> {
        if Frame::nature().parts {
            return Ok(Begun::Part);
        }
        // What is done between the calls that count needs no journal of its own.
        if self.0.book.get().is_none() && asked.effect == LOCAL {
            return Ok(Begun::Part);
        }
        if let Some(halt) = self.0.halt.get() {
            return Err(halt.clone());
        }
        let changes_nothing = changes_nothing(asked.effect);
        if changes_nothing && self.is_unwritten() {
            return Ok(Begun::Part);
        }
        let book = match self.ready().await {
            Err(Halt::Unrecorded(_)) if changes_nothing => return Ok(Begun::Part),
            ready => ready?,
        };
        // A trail is only looked at: it need not come to the same paths again.
        let path = Some(())
            .filter(|()| self.0.resumable)
            .and_then(|()| Frame::path())
            .unwrap_or_else(|| self.0.next.fetch_add(1, Ordering::Relaxed).to_string());
        let arguments = asked.arguments;
        let hash = hash(asked.operation, &arguments);
        if self.0.left.load(Ordering::Relaxed) > 0
            && let Some(call) = lock(&self.0.past).remove(&path)
        {
            self.0.left.fetch_sub(1, Ordering::Relaxed);
            crash("replay");
            if call.operation == asked.operation && call.hash == hash {
                return Ok(Begun::Recorded(Box::new(call)));
            }
            return Err(self.stop(Halt::Parted(Box::new(Parted {
                run: book.lease.id().to_owned(),
                path,
                recorded: shown(&call.operation, &call.target, &call.arguments),
                stood: call.place,
                wanted: shown(asked.operation, &asked.target, &arguments),
                spot: Frame::spot(),
            }))));
        }
        if let Some(halt) = self.given_up() {
            return Err(halt);
        }
        if let Some(act) = lock(&self.0.before_new).take() {
            act();
        }
        Ok(Begun::New(Box::new(Call {
            path,
            operation: asked.operation.into(),
            hash,
            effect: asked.effect.into(),
            target: asked.target.into_owned(),
            arguments: if arguments == "{}" {
                String::new()
            } else {
                arguments
            },
            state: CallState::Open,
            attempts: 0,
            started: self.now(),
            finished: None,
            place: Frame::spot().map(|spot| format!("{}:{}", spot.file, spot.line)),
            body: None,
            error: None,
            note: None,
        })))
    }

    /// The account's time, in microseconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.0.clock.now().timestamp_micros()
    }

    /// The question about a call in doubt, which pauses the run.
    #[must_use]
    pub fn doubt(&self, call: &Call, seen: String) -> Halt {
        self.stop(Halt::Doubt(Box::new(Doubt {
            run: self.id().unwrap_or_default().to_owned(),
            path: call.path.clone(),
            call: shown(&call.operation, &call.target, ""),
            sent: call.started,
            seen,
            spot: Frame::spot(),
        })))
    }
}
