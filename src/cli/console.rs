//! The terminal as a script's console.

use std::io::{self, IsTerminal as _, Write as _};

use crate::clock::Clock;
use crate::script::console::{Console, Level};
use crate::secret;

use super::{Global, show};

/// Prints to standard output, or to standard error where standard output is for programs; notes go
/// to standard error.
pub struct Terminal {
    prints_to_stderr: bool,
    quiet: bool,
    /// The simulated clock, where the account is simulated: its notes must look different.
    simulated: Option<Clock>,
}

impl Terminal {
    /// The console of this command line.
    pub fn new(global: &Global, simulated: Option<Clock>) -> Self {
        Self {
            prints_to_stderr: global.output.is_for_programs(),
            quiet: global.quiet,
            simulated,
        }
    }
}

impl Console for Terminal {
    fn print(&self, text: &str) -> io::Result<()> {
        let text = secret::redact(text);
        if self.prints_to_stderr {
            return writeln!(io::stderr().lock(), "{text}");
        }
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        out.flush()
    }

    fn note(&self, level: Level, text: &str) {
        if self.quiet && level == Level::Info {
            return;
        }
        let (word, text) = (level.mark(), secret::redact(text));
        let mut out = io::stderr().lock();
        // Nobody is left to tell when standard error is closed.
        let _ = match &self.simulated {
            Some(clock) => writeln!(out, "sim {}  {word}{text}", clock.now().format("%H:%M:%S")),
            None => writeln!(out, "{word}{text}"),
        };
    }

    fn screen(&self) -> (Option<usize>, bool) {
        (show::width(), io::stdout().is_terminal())
    }
}
