//! Whose turn it is: the session waits for a line, or carries one out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::Pid;

use super::guest;
use crate::script::stop::Stop;

/// How long a program that was told to end may take for it: an editor writes down what is not saved.
const GRACE: Duration = Duration::from_secs(2);

/// Whose turn it is. Whoever ends the session from elsewhere must not do it in the middle of a line.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    stop: Stop,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether a line is carried out.
    is_at_work: bool,
    /// With which exit code the session is to end, if it is.
    leaving: Option<u8>,
    /// The program that has the terminal meanwhile.
    guest: Option<Pid>,
}

impl Turn {
    /// The turn of a session whose lines are stopped so. It waits for its first line.
    #[must_use]
    pub fn new(stop: &Stop) -> Self {
        Self {
            stop: stop.clone(),
            state: Arc::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line begins, however the one before it was stopped; with this exit code none does any more.
    pub fn begins(&self) -> Result<(), u8> {
        let mut state = self.state();
        if let Some(code) = state.leaving {
            return Err(code);
        }
        state.is_at_work = true;
        // Asked to stop from here on, it is this line that stops.
        self.stop.renew();
        Ok(())
    }

    /// The line is over; with this exit code the session is too.
    pub fn ends(&self) -> Result<(), u8> {
        let mut state = self.state();
        state.is_at_work = false;
        state.leaving.map_or(Ok(()), Err)
    }

    /// Whether the last line was told to stop, whatever it made of that.
    #[must_use]
    pub fn was_stopped(&self) -> bool {
        self.stop.reason().is_some()
    }

    /// Ends the session: stops the line that is carried out, which ends in order; where none is, does
    /// this, and no line begins meanwhile.
    pub fn leave(&self, code: u8, at_rest: impl FnOnce()) {
        let mut state = self.state();
        state.leaving = Some(code);
        if state.is_at_work {
            self.stop.interrupt();
            if let Some(guest) = state.guest {
                self.tells(guest);
            }
        } else {
            at_rest();
        }
    }

    /// Whether the session is to end as soon as its line has.
    #[must_use]
    pub fn is_left(&self) -> bool {
        self.state().leaving.is_some()
    }

    /// Lends the terminal to a program, or to none any more. It is told to end when the session is to.
    pub(super) fn lends(&self, guest: Option<Pid>) {
        let mut state = self.state();
        state.guest = guest;
        if let (true, Some(guest)) = (state.leaving.is_some(), guest) {
            self.tells(guest);
        }
    }

    /// Tells a program to end, and ends it where it has not after a while.
    fn tells(&self, guest: Pid) {
        guest::tell(guest);
        let turn = self.clone();
        // Without a thread it is left to itself.
        let _ = thread::Builder::new()
            .name("guest".to_owned())
            .spawn(move || {
                thread::sleep(GRACE);
                // Whoever has waited for it has said so before its number may be another's.
                if turn.state().guest == Some(guest) {
                    guest::end(guest);
                }
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_at_work_is_stopped_and_none_begins_after_it() {
        let stop = Stop::default();
        let turn = Turn::new(&stop);
        let mut was_at_rest = false;
        turn.begins().unwrap();
        turn.leave(130, || was_at_rest = true);
        assert!(stop.reason().is_some());
        assert_eq!(turn.ends(), Err(130));
        assert_eq!(turn.begins(), Err(130));
        assert!(!was_at_rest);
    }

    #[test]
    fn between_lines_it_is_left_at_once() {
        let turn = Turn::default();
        turn.begins().unwrap();
        turn.ends().unwrap();
        let mut was_at_rest = false;
        turn.leave(130, || was_at_rest = true);
        assert!(was_at_rest);
    }
}
