//! A command line that is wrong: said the way the command line itself asks for, as far as it can be
//! read.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ColorChoice, Command};

use super::show;
use crate::error::{Complaint, exit};
use crate::output::Colour;

/// What of a command line shapes how errors are shown, read before the rest of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Whether it asks for JSON.
    pub json: bool,
    /// When it asks for colour.
    pub colour: Colour,
}

impl Wishes {
    /// What these words wish for; what cannot be read is passed over.
    pub fn of(words: &[OsString]) -> Self {
        let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
        let value = |long: &str, short: Option<&str>| {
            words.iter().enumerate().find_map(|(index, word)| {
                if let Some(rest) = word.strip_prefix(long) {
                    return match rest.strip_prefix('=') {
                        Some(value) => Some(value),
                        None if rest.is_empty() => words.get(index + 1).copied(),
                        None => None,
                    };
                }
                let rest = word.strip_prefix(short?)?;
                let rest = rest.strip_prefix('=').unwrap_or(rest);
                if rest.is_empty() {
                    words.get(index + 1).copied()
                } else {
                    Some(rest)
                }
            })
        };
        Self {
            json: value("--output", Some("-o")).is_some_and(|it| it.starts_with("json")),
            colour: value("--color", None)
                .and_then(|it| it.parse().ok())
                .unwrap_or_default(),
        }
    }

    /// The command, coloured as is wished for.
    pub fn coloured(self, command: Command) -> Command {
        command.color(match self.colour {
            Colour::Auto => ColorChoice::Auto,
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
        })
    }

    /// Says what is wrong with a command line, or the help it asks for; gives the exit code.
    pub fn report(self, error: &clap::Error) -> u8 {
        let is_asked_for = matches!(
            error.kind(),
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
        );
        if self.json && !is_asked_for {
            show::complain_as(true, self.colour);
            show::complaints(&[complaint(error)]);
        } else {
            // Nothing is left to say when the terminal itself cannot be written to.
            let _ = error.print();
        }
        if is_asked_for {
            exit::DONE
        } else {
            exit::USAGE
        }
    }
}

/// The same in one sentence and what to do about it.
fn complaint(error: &clap::Error) -> Complaint {
    let text = error.render().to_string();
    let mut parts = text.trim().split("\n\n");
    let message = parts.next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let words: Vec<&str> = message.split_whitespace().collect();
    let complaint = Complaint::usage(words.join(" "));
    let suggested = [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ]
    .into_iter()
    .find_map(|kind| match error.get(kind)? {
        ContextValue::String(word) => Some(word.clone()),
        ContextValue::Strings(words) => words.first().cloned(),
        _ => None,
    });
    match suggested {
        Some(word) => complaint.hint(format!("did you mean `{word}`?")),
        None => complaint.hint(
            parts
                .find(|part| part.starts_with("Usage:"))
                .map_or("--help tells more", str::trim)
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(words: &[&str]) -> (bool, Colour) {
        let words: Vec<OsString> = words.iter().map(Into::into).collect();
        let wishes = Wishes::of(&words);
        (wishes.json, wishes.colour)
    }

    #[test]
    fn a_wish_is_read_however_it_is_written() {
        for words in [
            ["mw", "--output", "json"].as_slice(),
            &["mw", "--output=json"],
            &["mw", "-o", "json"],
            &["mw", "-ojson"],
            &["mw", "runs", "lst", "-o=jsonl"],
        ] {
            assert_eq!(wishes(words), (true, Colour::Auto), "{words:?}");
        }
        assert_eq!(wishes(&["mw", "--color=never"]), (false, Colour::Never));
        assert_eq!(wishes(&["mw", "--output", "yaml"]), (false, Colour::Auto));
        assert_eq!(wishes(&["mw", "--output"]), (false, Colour::Auto));
    }
}
