//! Something under way that takes its time, as whoever watches sees it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use super::console::Console;
use super::host::Host;
use super::stop::Stop;
use crate::clock::Clock;

/// Something under way.
#[derive(Debug)]
pub struct Gauge {
    what: String,
    state: Mutex<String>,
    clock: Clock,
    since: DateTime<Utc>,
    limit: Option<TimeDelta>,
    /// Whether it ends at its limit, and not at the latest.
    is_timed: bool,
    done: AtomicU64,
    failed: AtomicU64,
    total: AtomicU64,
    begun: Instant,
    stop: Stop,
}

/// How something under way stands at the moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// What it is.
    pub what: String,
    /// What state it is in, in a few words.
    pub state: String,
    /// How long it has taken, in the account's time.
    pub elapsed: TimeDelta,
    /// How long it takes, or may take at most.
    pub limit: Option<TimeDelta>,
    /// Whether it ends at its limit, and not at the latest.
    pub is_timed: bool,
    /// How many of how many are done.
    pub count: Option<(u64, u64)>,
    /// How many of those failed.
    pub failed: u64,
}

impl Gauge {
    /// Something that begins now.
    #[must_use]
    pub fn new(what: impl Into<String>, clock: &Clock, stop: &Stop) -> Self {
        Self {
            what: what.into(),
            state: Mutex::default(),
            since: clock.now(),
            clock: clock.clone(),
            limit: None,
            is_timed: false,
            done: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            total: AtomicU64::new(0),
            begun: Instant::now(),
            stop: stop.clone(),
        }
    }

    /// The same, to end by then at the latest.
    #[must_use]
    pub fn until(mut self, deadline: DateTime<Utc>) -> Self {
        self.limit = Some(deadline - self.since);
        self
    }

    /// The same, to end then.
    #[must_use]
    pub fn timed(mut self, end: DateTime<Utc>) -> Self {
        self.is_timed = true;
        self.until(end)
    }

    /// The same, of so many parts.
    #[must_use]
    pub fn of(self, total: u64) -> Self {
        self.total.store(total, Ordering::Relaxed);
        self
    }

    /// Says what state it is in.
    pub fn say(&self, state: String) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Says how many of how many parts are done.
    pub fn reach(&self, done: u64, total: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    /// One part more is over.
    pub fn advance(&self, succeeded: bool) {
        self.done.fetch_add(1, Ordering::Relaxed);
        if !succeeded {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How long it has been under way, in real time: what takes none is not worth showing.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Whether it is being stopped, and nothing more is to be drawn.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.reason().is_some()
    }

    /// How it stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let total = self.total.load(Ordering::Relaxed);
        let done = self.done.load(Ordering::Relaxed);
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        Standing {
            what: self.what.clone(),
            state: state.clone(),
            elapsed: self.clock.now() - self.since,
            limit: self.limit,
            is_timed: self.is_timed,
            count: (total > 0).then_some((done, total)),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }
}

impl Host {
    /// Shows something under way until the gauge is dropped, where somebody watches. `more` says what
    /// is known of it beyond its name.
    pub(super) fn gauge(
        &self,
        what: impl FnOnce() -> String,
        more: impl FnOnce(Gauge) -> Gauge,
    ) -> Option<Watched> {
        let console = self.console();
        console.is_watched().then(|| {
            let gauge = Gauge::new(what(), self.clock(), self.stop());
            Watched::begin(console, more(gauge))
        })
    }
}

/// A gauge that is watched until this is dropped.
pub struct Watched {
    console: Arc<dyn Console>,
    gauge: Arc<Gauge>,
}

impl Watched {
    /// Shows a gauge.
    #[must_use]
    pub fn begin(console: &Arc<dyn Console>, gauge: Gauge) -> Self {
        let gauge = Arc::new(gauge);
        console.begin(&gauge);
        Self {
            console: console.clone(),
            gauge,
        }
    }
}

impl std::ops::Deref for Watched {
    type Target = Gauge;

    fn deref(&self) -> &Gauge {
        &self.gauge
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.console.end(&self.gauge);
    }
}
