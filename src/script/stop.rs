//! The way to stop a run.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::insistence::Insistence;
use super::trouble::Stopped;

/// The number of a run in this process.
#[derive(Debug)]
struct Number(AtomicU64);

impl Number {
    fn next() -> u64 {
        static LAST: AtomicU64 = AtomicU64::new(0);
        LAST.fetch_add(1, Ordering::Relaxed)
    }
}

impl Default for Number {
    fn default() -> Self {
        Self(AtomicU64::new(Self::next()))
    }
}

/// The way to stop a run.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    token: Arc<Mutex<CancellationToken>>,
    timed_out: Arc<AtomicBool>,
    output_closed: Arc<AtomicBool>,
    /// How often it was stopped because it takes up too much memory.
    overgrown: Arc<AtomicU8>,
    number: Arc<Number>,
    /// Set by the signal handler, which can do nothing more.
    signalled: Arc<AtomicBool>,
    /// What follows from the first time that the signal is heard of.
    insistence: Insistence,
}

impl Stop {
    /// A stop that comes with the cancellation of `token` at the latest.
    #[must_use]
    pub fn under(token: CancellationToken) -> Self {
        Self {
            token: Arc::new(Mutex::new(token)),
            ..Self::default()
        }
    }

    /// Makes ready for the next line of a session, after the last one was stopped.
    pub fn renew(&self) {
        *self.lock() = CancellationToken::new();
        for flag in [&self.timed_out, &self.output_closed, &self.signalled] {
            flag.store(false, Ordering::Relaxed);
        }
        self.overgrown.store(0, Ordering::Relaxed);
        self.number.0.store(Number::next(), Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, CancellationToken> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the run to end.
    pub fn interrupt(&self) {
        self.lock().cancel();
    }

    /// Ends the run because its time is over.
    pub fn time_out(&self) {
        self.timed_out.store(true, Ordering::Relaxed);
        self.lock().cancel();
    }

    /// Ends the run because it takes up too much memory; said again, its cleanups too.
    pub(super) fn outgrow(&self) {
        let more = |count: u8| Some(count.saturating_add(1));
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        let _ = self.overgrown.fetch_update(set, fetch, more);
        self.lock().cancel();
    }

    /// Why not even cleanups may go on: they take up too much memory too.
    pub(super) fn ends_cleanups(&self) -> Option<Stopped> {
        let is_again = self.overgrown.load(Ordering::Relaxed) > 1;
        is_again.then_some(Stopped::Overgrown)
    }

    /// What tells the run, or the line of a session, from all others.
    pub(super) fn number(&self) -> u64 {
        self.number.0.load(Ordering::Relaxed)
    }

    /// The way to stop a part, which stops with the whole, and by itself where it takes up too much.
    #[must_use]
    pub fn of_part(&self) -> Self {
        Self {
            token: Arc::new(Mutex::new(self.token().child_token())),
            overgrown: Arc::default(),
            number: Arc::default(),
            ..self.clone()
        }
    }

    /// Whether a signal of the same kind is another one by now.
    #[must_use]
    pub fn insistence(&self) -> &Insistence {
        &self.insistence
    }

    /// The flag for a signal handler to set.
    #[must_use]
    pub fn signal_flag(&self) -> Arc<AtomicBool> {
        self.signalled.clone()
    }

    /// Cancelled when the run is to end.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.lock().clone()
    }

    pub(super) fn close_output(&self) {
        self.output_closed.store(true, Ordering::Relaxed);
        self.lock().cancel();
    }

    /// Whether the run is to end because nobody reads its output any more.
    #[must_use]
    pub fn is_unheard(&self) -> bool {
        self.output_closed.load(Ordering::Relaxed)
    }

    /// Why the run is to end, if it is.
    #[must_use]
    pub fn reason(&self) -> Option<Stopped> {
        let token = self.lock();
        if self.signalled.load(Ordering::Relaxed) {
            // A signal handler cannot cancel a token; whoever comes by first does it in its place.
            token.cancel();
            self.insistence.begin();
        }
        if self.output_closed.load(Ordering::Relaxed) {
            Some(Stopped::OutputClosed)
        } else if self.overgrown.load(Ordering::Relaxed) > 0 {
            Some(Stopped::Overgrown)
        } else if self.timed_out.load(Ordering::Relaxed) {
            Some(Stopped::TimedOut)
        } else if token.is_cancelled() {
            Some(Stopped::Interrupted)
        } else {
            None
        }
    }
}
