//! Whether a signal is the second one, or the first one told twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// How long after a signal another one of its kind is taken for the same: `timeout`, and others that end
/// a program, tell it and the group it is in.
pub const APART: Duration = Duration::from_millis(500);

/// Whether a signal to end of the same kind as the last one means that somebody insists, by which the
/// process ends at once, its cleanups undone.
#[derive(Clone, Debug, Default)]
pub struct Insistence {
    begun: Arc<AtomicBool>,
    counts: Arc<AtomicBool>,
}

impl Insistence {
    /// The flag that a signal handler goes by.
    #[must_use]
    pub fn flag(&self) -> Arc<AtomicBool> {
        self.counts.clone()
    }

    /// The first signal was heard: after a while another one counts.
    pub fn begin(&self) {
        if self.begun.load(Ordering::Relaxed) || self.begun.swap(true, Ordering::Relaxed) {
            return;
        }
        let counts = self.counts.clone();
        let waiting = thread::Builder::new().name("signals".to_owned());
        let waits = waiting.spawn(move || {
            thread::sleep(APART);
            counts.store(true, Ordering::Relaxed);
        });
        if waits.is_err() {
            self.counts.store(true, Ordering::Relaxed);
        }
    }
}
