//! How many branches of a `parallel` are over: on a gauge where somebody watches, in lines elsewhere.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::console::Level;
use super::gauge::Watched;
use super::host::Host;

/// How long nothing is said after something was, or after it began.
const EVERY: TimeDelta = TimeDelta::seconds(10);

/// The branches that are over.
pub struct Tally {
    gauge: Option<Watched>,
    total: u64,
    counted: Mutex<Counted>,
}

struct Counted {
    done: u64,
    failed: u64,
    said: DateTime<Utc>,
}

impl Tally {
    /// Of so many branches.
    pub fn of(host: &Host, total: u64) -> Self {
        Self {
            gauge: host.gauge(|| "parallel".to_owned(), |gauge| gauge.of(total)),
            total,
            counted: Mutex::new(Counted {
                done: 0,
                failed: 0,
                said: host.clock().now(),
            }),
        }
    }

    /// One more is over.
    pub fn advance(&self, host: &Host, is_ok: bool) {
        if let Some(gauge) = &self.gauge {
            gauge.advance(is_ok);
            return;
        }
        // Held while it is said, so that no line comes after one that counts more.
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.done += 1;
        counted.failed += u64::from(!is_ok);
        let now = host.clock().now();
        if now - counted.said < EVERY {
            return;
        }
        counted.said = now;
        let failed = match counted.failed {
            0 => String::new(),
            failed => format!(", {failed} failed"),
        };
        let said = format!("parallel: {} of {}{failed}", counted.done, self.total);
        host.note(Level::Info, &said);
    }
}
