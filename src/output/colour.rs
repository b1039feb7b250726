//! Colour, where a stream can show it and nobody asked to do without.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, IsTerminal as _};
use std::str::FromStr;

use crate::operation::nearest;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// On a terminal that can, unless `NO_COLOR` asks not to.
    #[default]
    Auto,
    /// Wherever it goes.
    Always,
    /// Nowhere.
    Never,
}

impl Colour {
    /// All of them, in the order help lists them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Always, Self::Never];

    /// The name, as users write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }

    /// The paint for a stream of this process.
    #[must_use]
    pub fn on(self, stream: Stream) -> Paint {
        let is_terminal = match stream {
            Stream::Output => io::stdout().is_terminal(),
            Stream::Error => io::stderr().is_terminal(),
        };
        Paint(self.decide(is_terminal, |name| env::var_os(name)))
    }

    /// Whether to colour: the command line says, then `NO_COLOR`, then `CLICOLOR_FORCE`, and in the
    /// end whether there is a terminal that can.
    fn decide(self, is_terminal: bool, variable: impl Fn(&str) -> Option<OsString>) -> bool {
        let says = |name: &str| variable(name).filter(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let is_forced = says("CLICOLOR_FORCE").is_some_and(|value| value != "0");
                let can = is_terminal && says("TERM").is_none_or(|term| term != "dumb");
                says("NO_COLOR").is_none() && (is_forced || can)
            }
        }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Colour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = Self::ALL.map(Self::as_str);
        if let Some(colour) = Self::ALL.into_iter().find(|it| it.as_str() == text) {
            return Ok(colour);
        }
        Err(match nearest(text, names) {
            Some(near) => format!("{text:?} does not say when to colour: did you mean {near:?}?"),
            None => format!(
                "{text:?} does not say when to colour: say {}",
                names.join(", ")
            ),
        })
    }
}

/// A stream that is painted or not by itself: one may be a terminal and the other a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// What a text is to look like; the terminal's own palette decides how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be: green.
    Good,
    /// At rest, or to look at: yellow.
    Warn,
    /// Gone wrong: red, bold.
    Bad,
    /// Under way: cyan.
    Busy,
    /// What matters most in a line: bold.
    Strong,
    /// What may be passed over: dim.
    Faint,
}

impl Tone {
    const fn code(self) -> &'static str {
        match self {
            Self::Good => "32",
            Self::Warn => "33",
            Self::Bad => "1;31",
            Self::Busy => "36",
            Self::Strong => "1",
            Self::Faint => "2",
        }
    }
}

/// Paints texts, or leaves them as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paint(bool);

impl Paint {
    /// Leaves every text as it is.
    pub const NONE: Self = Self(false);

    /// Paints every text.
    pub const FULL: Self = Self(true);

    /// Whether it paints.
    #[must_use]
    pub const fn is_on(self) -> bool {
        self.0
    }

    /// The text in this tone. What is data must have been made visible before.
    #[must_use]
    pub const fn tone(self, tone: Tone, text: &str) -> Painted<'_> {
        Painted {
            tone: if self.0 { Some(tone) } else { None },
            text,
        }
    }
}

/// A text in its tone, to be written.
#[derive(Clone, Copy, Debug)]
pub struct Painted<'t> {
    tone: Option<Tone>,
    text: &'t str,
}

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tone {
            Some(tone) if !self.text.is_empty() => {
                write!(f, "\u{1b}[{}m{}\u{1b}[0m", tone.code(), self.text)
            }
            _ => f.write_str(self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When to colour, some variables, and whether it is coloured on a terminal and elsewhere.
    type Case = (Colour, &'static [(&'static str, &'static str)], [bool; 2]);

    /// Whether it is coloured on a terminal, and elsewhere, under these variables.
    fn decided(colour: Colour, variables: &[(&str, &str)]) -> [bool; 2] {
        [true, false].map(|is_terminal| {
            colour.decide(is_terminal, |name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            })
        })
    }

    #[test]
    fn only_a_terminal_that_can_is_coloured_unless_told_otherwise() {
        let cases: [Case; 10] = [
            (Colour::Auto, &[], [true, false]),
            (Colour::Auto, &[("TERM", "xterm")], [true, false]),
            (Colour::Auto, &[("TERM", "dumb")], [false, false]),
            (Colour::Auto, &[("NO_COLOR", "1")], [false, false]),
            (Colour::Auto, &[("NO_COLOR", "")], [true, false]),
            (Colour::Auto, &[("CLICOLOR_FORCE", "1")], [true, true]),
            (Colour::Auto, &[("CLICOLOR_FORCE", "0")], [true, false]),
            (
                Colour::Auto,
                &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")],
                [false, false],
            ),
            (
                Colour::Always,
                &[("NO_COLOR", "1"), ("TERM", "dumb")],
                [true, true],
            ),
            (Colour::Never, &[("CLICOLOR_FORCE", "1")], [false, false]),
        ];
        for (colour, variables, expected) in cases {
            assert_eq!(
                decided(colour, variables),
                expected,
                "{colour} {variables:?}"
            );
        }
    }

    #[test]
    fn a_text_is_painted_whole_or_not_at_all() {
        assert_eq!(
            Paint::FULL.tone(Tone::Bad, "ERROR").to_string(),
            "\u{1b}[1;31mERROR\u{1b}[0m"
        );
        assert_eq!(Paint::FULL.tone(Tone::Bad, "").to_string(), "");
        assert_eq!(Paint::NONE.tone(Tone::Bad, "ERROR").to_string(), "ERROR");
    }

    #[test]
    fn a_misspelt_word_is_suggested() {
        assert_eq!(
            "alwys".parse::<Colour>().unwrap_err(),
            r#""alwys" does not say when to colour: did you mean "always"?"#
        );
        assert_eq!(
            "blue".parse::<Colour>().unwrap_err(),
            r#""blue" does not say when to colour: say auto, always, never"#
        );
        for colour in Colour::ALL {
            assert_eq!(colour.to_string().parse(), Ok(colour));
        }
    }
}
