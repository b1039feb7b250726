//! Which processor a thread runs on.
//!
//! Branches that take turns gain nothing from a second processor and lose with every turn that goes
//! over to it: waking it up takes longer than most turns.

/// The processor that this thread is on.
#[cfg(target_os = "linux")]
#[must_use]
pub fn present() -> usize {
    rustix::thread::sched_getcpu()
}

/// Keeps this thread on a processor. Where that is not allowed it runs as it did.
#[cfg(target_os = "linux")]
pub fn keep_to(processor: usize) {
    use rustix::thread::{CpuSet, sched_setaffinity};
    if processor < CpuSet::MAX_CPU {
        let mut only = CpuSet::new();
        only.set(processor);
        let _ = sched_setaffinity(None, &only);
    }
}

/// Any processor: it cannot be told here.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub const fn present() -> usize {
    0
}

/// Lets this thread run as it did: it cannot be kept anywhere here.
#[cfg(not(target_os = "linux"))]
pub const fn keep_to(_processor: usize) {}
