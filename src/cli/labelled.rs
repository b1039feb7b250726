//! The console of a script that is one of many: its lines say which run they come from.

use std::io::{self, Write as _};

use super::global::LogFormat;
use super::label::Label;
use super::serve::log;
use crate::script::console::{Console, Level};
use crate::secret;

/// A console whose lines say which run they come from.
pub struct Labelled {
    /// That run.
    pub label: Label,
    /// How the log is written.
    pub format: LogFormat,
}

impl Console for Labelled {
    fn print(&self, text: &str) -> io::Result<()> {
        let text = secret::redact(text);
        let mut out = io::stdout().lock();
        for line in text.split('\n') {
            writeln!(out, "{}{line}", self.label)?;
        }
        out.flush()
    }

    fn note(&self, level: Level, text: &str) {
        if self.format == LogFormat::Json {
            log::script(level, text, &self.label);
            return;
        }
        let (word, text) = (level.mark(), secret::redact(text));
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(io::stderr().lock(), "{}{word}{text}", self.label);
    }
}
