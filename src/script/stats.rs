//! Cloud stats that many waits share, so that waiting for 40 nodes of one cloud costs one request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex as AsyncMutex;

use super::handle;
use crate::api::clouds::CloudStats;

/// One cloud's stats, and when in the run they were asked for.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Their place in the run's sequence.
    pub sequence: u64,
    /// When they were asked for.
    pub at: DateTime<Utc>,
    /// The stats.
    pub stats: Arc<CloudStats>,
}

impl Entry {
    /// Whether the stats were asked for after `since` in the run's sequence and are no older than
    /// `age`.
    ///
    /// The sequence keeps a wait from seeing the world before its own reboot; the clock could not,
    /// since in simulated time both may happen at the same instant.
    #[must_use]
    pub fn is_fresh(&self, since: u64, now: DateTime<Utc>, age: TimeDelta) -> bool {
        self.sequence > since && now - self.at <= age
    }
}

/// Where one cloud's stats are kept. Whoever holds it may fetch them while others wait.
pub type Slot = Arc<AsyncMutex<Option<Entry>>>;

/// Stats by cloud.
#[derive(Debug, Default)]
pub struct StatsCache(Mutex<HashMap<String, Slot>>);

impl StatsCache {
    /// The slot of a cloud.
    #[must_use]
    pub fn slot(&self, cloud: &str) -> Slot {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(cloud.to_owned()).or_default().clone()
    }
}

/// The stats behind a script value, if it is that.
#[must_use]
pub fn stats_of(value: &rhai::Dynamic) -> Option<Arc<CloudStats>> {
    handle::typed(value)
}
