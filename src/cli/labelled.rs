//! The console of a script that is one of many: its lines say which run they come from.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};

use super::global::LogFormat;
use super::label::Label;
use super::serve::log;
use crate::output::{lines, styled};
use crate::script::console::{Console, Level};
use crate::secret;

/// The most bytes that one run may say: a loop that prints without end must not fill the disk that
/// all jobs log to.
const MOST: u64 = 16 << 20;

/// A console whose lines say which run they come from.
pub struct Labelled {
    label: Label,
    format: LogFormat,
    /// How many bytes the run wanted to say.
    said: AtomicU64,
}

impl Labelled {
    /// That of a run.
    pub const fn of(label: Label, format: LogFormat) -> Self {
        Self {
            label,
            format,
            said: AtomicU64::new(0),
        }
    }

    /// Whether there is room for a text. The first one that has none is told of.
    fn has_room(&self, text: &str) -> bool {
        let length = u64::try_from(text.len()).unwrap_or(MOST).min(MOST) + 1;
        let add = |said: u64| Some(said.saturating_add(length));
        let updated = self
            .said
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        let (Ok(before) | Err(before)) = updated;
        let is_first = before <= MOST;
        if before.saturating_add(length) <= MOST {
            return true;
        }
        if is_first {
            let most = MOST >> 20;
            self.write(
                Level::Warn,
                &format!("this run has said {most} MB: what else it says is left out"),
            );
        }
        false
    }

    fn write(&self, level: Level, text: &str) {
        if self.format == LogFormat::Json {
            log::script(level, text, &self.label);
            return;
        }
        let text = format!("{}{text}", level.mark());
        let mut err = io::stderr().lock();
        let shown = shown(&self.label, &text, err.is_terminal());
        // Nobody is left to tell when standard error is closed.
        let _ = err.write_all(shown.as_bytes());
    }
}

/// A text of a run, each line of it saying so: none can pose as another's. A terminal obeys the colours
/// of it and nothing else, and whoever reads a file is spared those, too.
fn shown(label: &Label, text: &str, is_terminal: bool) -> String {
    let text = secret::redact(text);
    let text = if is_terminal {
        styled(&text)
    } else {
        lines(&text)
    };
    let mut shown = String::new();
    for line in text.split('\n') {
        // Writing to a text cannot fail.
        let _ = writeln!(shown, "{label}{line}");
    }
    shown
}

impl Console for Labelled {
    fn print(&self, text: &str) -> io::Result<()> {
        if !self.has_room(text) {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        let shown = shown(&self.label, text, out.is_terminal());
        out.write_all(shown.as_bytes())?;
        out.flush()
    }

    fn note(&self, level: Level, text: &str) {
        if self.has_room(text) {
            self.write(level, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_colours_alone_and_a_file_has_none() {
        let text = "\u{1b}[31mred\u{1b}[0m\u{1b}[2Jx\r\n\tFAKE";
        let shown = |is_terminal| shown(&Label::default(), text, is_terminal);
        assert_eq!(
            shown(true),
            "\u{1b}[31mred\u{1b}[0m\\u{1b}[2Jx\\u{d}\n\tFAKE\n"
        );
        assert_eq!(
            shown(false),
            "\\u{1b}[31mred\\u{1b}[0m\\u{1b}[2Jx\\u{d}\n\tFAKE\n"
        );
    }

    #[test]
    fn what_a_run_says_has_an_end_and_a_short_text_after_it_is_left_out_too() {
        let console = Labelled::of(Label::default(), LogFormat::Text);
        let large = "x".repeat(1 << 20);
        let fit = (0..100).filter(|_| console.has_room(&large)).count();
        assert_eq!(fit, 15);
        assert!(!console.has_room("x"));
    }
}
