//! How much memory runs take up: where a process holds more than it may, the run that grew most is
//! stopped, and the others go on.
//!
//! The language bounds every value, but not how many of them a script holds. What a process holds is
//! asked of the system while scripts are at work; which run it is for is told by the pages that its
//! threads touched for the first time meanwhile.

mod balance;
mod system;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Pid;
use rustix::thread::gettid;

use super::stop::Stop;
use balance::Balance;

/// How often it is looked at what the process holds, and how often where that is much.
const SELDOM: Duration = Duration::from_millis(200);
const OFTEN: Duration = Duration::from_millis(20);

/// By how much a process grows or shrinks that it is worth asking for whom.
const WORTH: u64 = 1 << 20;

static SCALES: LazyLock<Scales> = LazyLock::new(Scales::default);
static IS_WATCHED: AtomicBool = AtomicBool::new(false);

/// The most bytes that the process may hold, as somebody says; nothing where nobody does.
type Limit = Box<dyn Fn() -> Option<u64> + Send + Sync>;

#[derive(Default)]
struct Scales {
    workers: Mutex<Workers>,
    /// Tells that there is somebody at work again.
    wake: Condvar,
    limit: OnceLock<Limit>,
}

#[derive(Default)]
struct Workers {
    last: u64,
    all: Vec<Worker>,
}

/// A thread that is at work for a run.
struct Worker {
    number: u64,
    thread: Pid,
    stop: Stop,
    /// How many pages it had touched for the first time when it was looked at last.
    faults: u64,
}

impl Scales {
    fn workers(&self) -> MutexGuard<'_, Workers> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says how much the process may hold, once it is asked for. Where nothing is said, half of what the
/// system lets it have.
pub fn limit_by(limit: impl Fn() -> Option<u64> + Send + Sync + 'static) {
    // The first one counts.
    let _ = SCALES.limit.set(Box::new(limit));
}

/// That this thread is at work for a run, for as long as it lives.
#[derive(Debug)]
pub(super) struct AtWork(u64);

impl AtWork {
    /// This thread works for the run that is stopped so.
    pub(super) fn begin(stop: &Stop) -> Self {
        Self::since(stop, system::faults(gettid()).unwrap_or_default())
    }

    /// This thread was started to work for the run that is stopped so: all that it touches is the run's.
    pub(super) fn begin_anew(stop: &Stop) -> Self {
        Self::since(stop, 0)
    }

    fn since(stop: &Stop, faults: u64) -> Self {
        let mut workers = SCALES.workers();
        workers.last += 1;
        let number = workers.last;
        workers.all.push(Worker {
            number,
            thread: gettid(),
            stop: stop.clone(),
            faults,
        });
        let count = workers.all.len();
        drop(workers);
        SCALES.wake.notify_one();
        if count > 1 {
            watch();
        }
        Self(number)
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        SCALES.workers().all.retain(|it| it.number != self.0);
    }
}

/// Has it looked after what scripts take up from now on: one that does next to nothing needs nobody to.
pub(super) fn watch() {
    // Asked with every look of every script: to write each time would keep the others waiting.
    if IS_WATCHED.load(Ordering::Relaxed) || IS_WATCHED.swap(true, Ordering::Relaxed) {
        return;
    }
    let watching = thread::Builder::new()
        .name("memory".to_owned())
        .spawn(watching);
    if watching.is_err() {
        // Another look may find room for a thread.
        IS_WATCHED.store(false, Ordering::Relaxed);
    }
}

fn watching() {
    let said = SCALES.limit.get().and_then(|limit| limit());
    let Some(limit) = said.or_else(|| system::at_most().map(|most| most / 2)) else {
        return;
    };
    let mut balance = Balance::new(limit);
    let mut pause = SELDOM;
    loop {
        let mut workers = SCALES.workers();
        while workers.all.is_empty() {
            let woken = SCALES.wake.wait(workers);
            workers = woken.unwrap_or_else(PoisonError::into_inner);
        }
        drop(workers);
        thread::sleep(pause);
        // It cannot be asked for a moment where there are too many open files.
        let Some(held) = system::held() else { continue };
        pause = if held > limit / 2 { OFTEN } else { SELDOM };
        let mut workers = SCALES.workers();
        for worker in &workers.all {
            // A script in the middle of a long step does not hear of a signal; so that another one counts,
            // somebody has to.
            let _ = worker.stop.reason();
        }
        let is_other = held.abs_diff(balance.held()) > WORTH;
        let touched: Vec<(u64, u64)> = workers
            .all
            .iter_mut()
            .map(|it| (it.stop.number(), if is_other { it.touched() } else { 0 }))
            .collect();
        if let Some(run) = balance.weigh(Instant::now(), held, &touched)
            && let Some(worker) = workers.all.iter().find(|it| it.stop.number() == run)
        {
            worker.stop.outgrow();
        }
    }
}

impl Worker {
    /// How many pages it touched for the first time since it was asked last.
    fn touched(&mut self) -> u64 {
        let faults = system::faults(self.thread).unwrap_or(self.faults);
        let touched = faults.saturating_sub(self.faults);
        self.faults = faults;
        touched
    }
}
