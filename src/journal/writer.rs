//! What is handed over to the thread that writes the journal.
//!
//! Whoever has something to write hands it over. What only tells of the past is not waited for and
//! written in groups; what must be on disk before anything is sent is waited for, and everything
//! handed over before it is written first, in the same order.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Instant;

use bytes::Bytes;
use rusqlite::Transaction;
use tokio::sync::oneshot;

use super::call::Call;
use super::error::{JournalError, Kind};
use super::group::Group;
use super::hand::Hand;
use super::lease::{Inner as Held, Lease};
use super::run::State;
use super::store::Store;

/// How many entries are written at once, at most; then nothing lies longer.
const GROUP: usize = 512;
/// How much may be handed over and not yet written, in bytes.
const AHEAD: usize = 64 << 20;

type Task = Box<dyn FnOnce(&Transaction<'_>) -> rusqlite::Result<()> + Send>;

/// Something to write.
pub(super) enum Work {
    /// What is known of a call.
    Call(Box<Call>),
    /// A text of the run.
    Pin { name: String, text: String },
    /// A person consented to an effect for all of the run.
    Consent(String),
    /// The run stands so now.
    Stand {
        state: State,
        exit: Option<u8>,
        message: Option<String>,
    },
    /// Something of another kind.
    Task(Task),
}

impl Work {
    fn size(&self) -> usize {
        match self {
            Self::Call(call) => {
                call.body.as_ref().map_or(0, Bytes::len) + call.arguments.len() + 200
            }
            Self::Pin { text, .. } => text.len(),
            Self::Consent(_) | Self::Stand { .. } | Self::Task(_) => 100,
        }
    }
}

type Answer = Result<(), JournalError>;

/// Tells whoever waits that what he handed over is on disk, or why it is not.
pub(super) enum Ack {
    /// A task of the runtime.
    Task(oneshot::Sender<Answer>),
    /// A thread.
    Thread(SyncSender<Answer>),
}

impl Ack {
    /// Whoever waited may have given up meanwhile.
    pub(super) fn send(self, answer: Answer) {
        match self {
            Self::Task(sender) => drop(sender.send(answer)),
            Self::Thread(sender) => drop(sender.send(answer)),
        }
    }
}

pub(super) struct Entry {
    pub(super) lease: Option<Arc<Held>>,
    pub(super) work: Work,
    pub(super) ack: Option<Ack>,
}

#[derive(Default)]
pub(super) struct Queue {
    pub(super) entries: Vec<Entry>,
    /// Calls that go into one piece, by run.
    pub(super) groups: Vec<(Arc<Held>, Group)>,
    pub(super) bytes: usize,
    /// Since when the oldest of them lies.
    pub(super) since: Option<Instant>,
    pub(super) urgent: bool,
    pub(super) closed: bool,
    pub(super) leases: Vec<Weak<Held>>,
}

pub(super) struct Shared {
    pub(super) store: Store,
    queue: Mutex<Queue>,
    pub(super) wake: Condvar,
    pub(super) room: Condvar,
}

impl Queue {
    /// Whether there is nothing to write.
    pub(super) const fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.groups.is_empty()
    }
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way to the thread. The last one dropped waits until everything is written.
pub(super) struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Opens the journal and starts its thread.
    pub(super) fn start(store: &Store) -> Result<Self, JournalError> {
        let connection = store.write()?;
        let shared = Arc::new(Shared {
            store: store.clone(),
            queue: Mutex::default(),
            wake: Condvar::new(),
            room: Condvar::new(),
        });
        let own = shared.clone();
        let thread = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || {
                Hand::new(own, connection).work();
            })
            .map_err(|error| {
                JournalError::new(
                    Kind::Unwritable,
                    format!("the journal's thread could not be started: {error}"),
                    "end some programs and try again",
                )
            })?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Renews this lease from now on.
    pub(super) fn keep(&self, lease: &Lease) {
        self.shared.lock().leases.push(Arc::downgrade(&lease.0));
    }

    /// Hands something over without waiting for it.
    pub(super) fn hand(&self, lease: Option<&Lease>, work: Work) {
        self.push(lease, work, None);
    }

    /// Hands something over that is on disk when the answer comes.
    pub(super) async fn commit(&self, lease: Option<&Lease>, work: Work) -> Answer {
        let (sender, answer) = oneshot::channel();
        self.push(lease, work, Some(Ack::Task(sender)));
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// The same, for a thread that may wait.
    pub(super) fn commit_here(&self, lease: Option<&Lease>, work: Work) -> Answer {
        let (sender, answer) = sync_channel(1);
        self.push(lease, work, Some(Ack::Thread(sender)));
        answer.recv().unwrap_or_else(|_| Err(closed()))
    }

    /// Hands over a call that is over and was not handed over before, without waiting for it.
    pub(super) fn hand_whole(&self, lease: &Lease, call: &Call) {
        let mut queue = self.room();
        let was_empty = queue.is_empty();
        let place = queue
            .groups
            .iter()
            .position(|(held, group)| held.number == lease.0.number && !group.is_large());
        let place = place.unwrap_or_else(|| {
            queue.groups.push((lease.0.clone(), Group::default()));
            queue.groups.len() - 1
        });
        let mut is_many = false;
        if let Some((_, group)) = queue.groups.get_mut(place) {
            group.push(call);
            is_many = group.len() >= GROUP || group.is_large();
        }
        queue.bytes += call.body.as_ref().map_or(0, Bytes::len);
        self.wake(queue, was_empty, is_many);
    }

    fn push(&self, lease: Option<&Lease>, work: Work, ack: Option<Ack>) {
        let size = work.size();
        let mut queue = self.room();
        let was_empty = queue.is_empty();
        let is_urgent = ack.is_some() || queue.entries.len() >= GROUP;
        queue.bytes += size;
        queue.entries.push(Entry {
            lease: lease.map(|lease| lease.0.clone()),
            work,
            ack,
        });
        self.wake(queue, was_empty, is_urgent);
    }

    /// The queue, once there is room in it.
    fn room(&self) -> MutexGuard<'_, Queue> {
        let mut queue = self.shared.lock();
        while queue.bytes > AHEAD && !queue.closed {
            queue = self
                .shared
                .room
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
        queue
    }

    /// Wakes the thread where it would sleep on otherwise.
    fn wake(&self, mut queue: MutexGuard<'_, Queue>, was_empty: bool, is_urgent: bool) {
        let was_urgent = queue.urgent;
        queue.urgent |= is_urgent;
        if was_empty {
            queue.since = Some(Instant::now());
        }
        let wakes = was_empty || (queue.urgent && !was_urgent);
        drop(queue);
        if wakes {
            self.shared.wake.notify_one();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has written what it could.
            let _ = thread.join();
        }
    }
}

fn closed() -> JournalError {
    JournalError::new(
        Kind::Unwritable,
        "the journal is closed",
        "this is a bug in mw",
    )
}
