//! Room for a script on the stack of the thread that the process began with.

use rustix::process::{Resource, Rlimit, getpid, getrlimit, setrlimit};
use rustix::thread::gettid;

use super::runtime::STACK;

/// The stack of the process's first thread, let grow as far as a script may recurse, for as long as
/// this lives. A thread for the script alone takes longer to start and to end than most scripts run.
#[derive(Debug)]
pub struct Room(Option<Rlimit>);

impl Room {
    /// Room on this thread; none where it is not the first one, or its stack may not grow so far.
    #[must_use]
    pub fn here() -> Option<Self> {
        // Elsewhere it has the size that it began with. Linux lets it grow up to the limit at hand, and
        // puts nothing else within 128 MB of its begin.
        if !cfg!(target_os = "linux") || gettid() != getpid() {
            return None;
        }
        let wanted = STACK as u64;
        let suffices = |limit: Option<u64>| limit.is_none_or(|limit| limit >= wanted);
        let before = getrlimit(Resource::Stack);
        if suffices(before.current) {
            return Some(Self(None));
        }
        if !suffices(before.maximum) {
            return None;
        }
        let more = Rlimit {
            current: Some(wanted),
            maximum: before.maximum,
        };
        setrlimit(Resource::Stack, more).ok()?;
        Some(Self(Some(before)))
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Some(before) = self.0.take() {
            // It was allowed before.
            let _ = setrlimit(Resource::Stack, before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_thread_has_room() {
        // Tests run on threads of their own.
        assert!(Room::here().is_none());
    }
}
