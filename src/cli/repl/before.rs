//! The terminal as it was before lines were typed in it.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// How the terminal that standard input is was set before the first prompt; nothing where it is none.
pub struct Before(Option<Termios>);

impl Before {
    /// How it is set now.
    pub fn now() -> Self {
        Self(tcgetattr(io::stdin()).ok())
    }

    /// Sets it so again, for whoever has it next: a prompt that is left in the middle has it set for
    /// single keys.
    pub fn again(&self) {
        let Some(before) = &self.0 else { return };
        // A terminal that went away needs nothing.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        if io::stdout().is_terminal() {
            let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
            // What is pasted is no longer marked.
            let end = if is_dumb { "\n" } else { "\u{1b}[?2004l\n" };
            let mut out = io::stdout().lock();
            let _ = out.write_all(end.as_bytes()).and_then(|()| out.flush());
        }
    }
}
