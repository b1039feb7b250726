//! The terminal as a script's console.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use chrono::DateTime;

use super::global::LogFormat;
use super::label::Label;
use super::serve::log;
use super::{Global, live, show};
use crate::clock::Clock;
use crate::output::{Colour, Paint, Screen, Stream, Tone, styled};
use crate::script::console::{Console, Level};
use crate::script::gauge::Gauge;

/// Prints to standard output, or to standard error where standard output is for programs; notes go
/// to standard error.
pub struct Terminal {
    prints_to: Stream,
    quiet: bool,
    is_watched: bool,
    colour: Colour,
    /// How standard error is painted.
    paint: Paint,
    /// Whether standard error would obey what is written to it.
    stderr_obeys: bool,
    screen: Screen,
    /// The simulated clock, where the account is simulated: its notes must look different.
    simulated: Option<Clock>,
    log_format: LogFormat,
    /// The run whose console it is.
    label: Label,
}

impl Terminal {
    /// The console of this command line.
    pub fn new(global: &Global, simulated: Option<Clock>, label: Label) -> Self {
        Self {
            prints_to: if global.output.is_for_programs() {
                Stream::Error
            } else {
                Stream::Output
            },
            quiet: global.quiet,
            is_watched: live::is_wanted(global),
            colour: global.color,
            paint: global.color.on(Stream::Error),
            stderr_obeys: io::stderr().is_terminal(),
            screen: show::screen(global, DateTime::UNIX_EPOCH),
            simulated,
            log_format: global.log_format,
            label,
        }
    }
}

impl Console for Terminal {
    fn print(&self, text: &str) -> io::Result<()> {
        let is_obeyed = match self.prints_to {
            Stream::Error => self.stderr_obeys,
            Stream::Output => self.screen.is_terminal,
        };
        let text = if is_obeyed {
            format!("{}\n", styled(text))
        } else {
            format!("{text}\n")
        };
        match self.prints_to {
            Stream::Error => live::tell(&text),
            Stream::Output => live::print(&text),
        }
    }

    fn note(&self, level: Level, text: &str) {
        if self.quiet && level == Level::Info {
            return;
        }
        if self.log_format == LogFormat::Json {
            log::script(level, text, &self.label);
            return;
        }
        let tone = match level {
            Level::Info => Tone::Faint,
            Level::Warn => Tone::Warn,
            Level::Error => Tone::Bad,
        };
        let word = self.paint.tone(tone, level.mark());
        let shown;
        let text = if self.stderr_obeys {
            shown = styled(text);
            &shown
        } else {
            text
        };
        // Nobody is left to tell when standard error is closed.
        let _ = live::tell(&match &self.simulated {
            Some(clock) => {
                let at = format!("sim {}", clock.now().format("%H:%M:%S"));
                format!("{}  {word}{text}\n", self.paint.tone(Tone::Faint, &at))
            }
            None => format!("{word}{text}\n"),
        });
    }

    fn screen(&self) -> Screen {
        Screen {
            // A window is drawn wider or narrower while a session goes on.
            width: show::width(self.screen.is_terminal),
            ..self.screen
        }
    }

    fn is_watched(&self) -> bool {
        self.is_watched
    }

    fn begin(&self, gauge: &Arc<Gauge>) {
        live::begin(gauge, self.colour);
    }

    fn end(&self, gauge: &Arc<Gauge>) {
        live::end(gauge);
    }
}
