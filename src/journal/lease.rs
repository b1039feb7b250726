//! The right to go on with a run: one process has it at a time, and only as long as it renews it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use chrono::Utc;

use super::error::{JournalError, Kind};

/// The right to go on with a run.
#[derive(Clone, Debug)]
pub struct Lease(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) number: i64,
    pub(super) id: String,
    pub(super) epoch: i64,
    pub(super) span: Duration,
    /// The most bytes the run may keep, and how many it keeps.
    cap: u64,
    kept: AtomicU64,
    /// When it was last renewed, by two clocks: one of them stands still while the machine sleeps,
    /// and the other can be set.
    renewed: Mutex<(Instant, i64)>,
    failure: Mutex<Option<JournalError>>,
    cancelled: AtomicBool,
    on_cancel: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner")
            .field("id", &self.id)
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}

/// The present instant in microseconds since 1970, as the journal counts.
#[must_use]
pub fn micros() -> i64 {
    Utc::now().timestamp_micros()
}

impl Inner {
    pub(super) fn renew(&self, now: (Instant, i64)) {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Whether nobody else can have taken the run by now.
    pub(super) fn is_fresh(&self, part: u32) -> bool {
        let (at, wall) = *self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        let within = self.span / part.max(1);
        let wall_passed = micros().saturating_sub(wall);
        let limit = i64::try_from(within.as_micros()).unwrap_or(i64::MAX);
        at.elapsed() < within && wall_passed.abs() < limit
    }

    pub(super) fn fail(&self, error: JournalError) {
        // The first failure is the one that explains the others.
        self.failure().get_or_insert(error);
    }

    /// Forgets that the file could not be written: it may be possible by now. When it was renewed last
    /// is not known then.
    pub(super) fn forgives(&self) {
        let unwritable = self.failure().take_if(|it| it.kind == Kind::Unwritable);
        if unwritable.is_some() {
            self.renew((Instant::now(), 0));
        }
    }

    fn failure(&self) -> MutexGuard<'_, Option<JournalError>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn keeps(&self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.kept.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn is_to_be_cancelled(&self) {
        if !self.cancelled.swap(true, Ordering::Relaxed)
            && let Some(tell) = self.on_cancel.get()
        {
            tell();
        }
    }

    pub(super) fn lost(&self) -> JournalError {
        JournalError::new(
            Kind::Lost,
            format!(
                "run {} was taken over by another process while this one stood still",
                self.id
            ),
            format!("mw runs show {} says who has it", self.id),
        )
    }
}

impl Lease {
    pub(super) fn new(run: (i64, String), epoch: i64, span: Duration, cap: u64, kept: u64) -> Self {
        Self(Arc::new(Inner {
            number: run.0,
            id: run.1,
            epoch,
            span,
            cap,
            kept: AtomicU64::new(kept),
            renewed: Mutex::new((Instant::now(), micros())),
            failure: Mutex::default(),
            cancelled: AtomicBool::new(false),
            on_cancel: OnceLock::new(),
        }))
    }

    /// The run's number in the store.
    #[must_use]
    pub fn number(&self) -> i64 {
        self.0.number
    }

    /// The run's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Whether the run may go on: an error once it was lost, cannot be written, or keeps too much.
    pub fn check(&self) -> Result<(), JournalError> {
        if let Some(failure) = &*self.0.failure() {
            return Err(failure.clone());
        }
        let kept = self.0.kept.load(Ordering::Relaxed);
        if kept > self.0.cap {
            return Err(JournalError::new(
                Kind::Full,
                format!(
                    "run {} keeps {} MB in the journal, more than the {} MB that one run may",
                    self.0.id,
                    kept / 1_000_000,
                    self.0.cap / 1_000_000
                ),
                "read less, or raise `cap` under [journal] in the configuration file, then resume it",
            ));
        }
        Ok(())
    }

    /// Calls `tell` once when another process wants the run cancelled.
    pub fn on_cancel(&self, tell: impl Fn() + Send + Sync + 'static) {
        let _ = self.0.on_cancel.set(Box::new(tell));
        // It may have been wanted before there was anyone to tell.
        if self.0.cancelled.load(Ordering::Relaxed)
            && let Some(tell) = self.0.on_cancel.get()
        {
            tell();
        }
    }
}
