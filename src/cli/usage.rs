//! A command line that is wrong: said the way the command line itself asks for, as far as it can be
//! read.

use std::ffi::OsString;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ColorChoice, Command};

use super::show;
use crate::error::{Complaint, exit};
use crate::operation::nearest;
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
        match error.kind() {
            ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                // Nothing is left to say when the terminal itself cannot be written to.
                let _ = error.print();
                if error.exit_code() == 0 {
                    exit::DONE
                } else {
                    exit::USAGE
                }
            }
            _ => {
                show::complain_as(self.json, self.colour);
                show::complaints(&[complaint(error)]);
                exit::USAGE
            }
        }
    }
}

/// A part of what the parser found wrong.
fn part(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(word)) => vec![word.clone()],
        Some(ContextValue::Strings(words)) => words.clone(),
        Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
        Some(ContextValue::StyledStrs(texts)) => texts.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// How the command is called, as its help says it.
fn usage(error: &clap::Error) -> Option<String> {
    let text = part(error, ContextKind::Usage).pop()?;
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| *word != "Usage:")
        .collect();
    Some(words.join(" "))
}

/// The command whose help tells more: `mw runs list`.
fn command_of(error: &clap::Error) -> String {
    let usage = usage(error).unwrap_or_default();
    let words: Vec<&str> = usage
        .split(' ')
        .take_while(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
        .collect();
    if words.is_empty() {
        "mw".to_owned()
    } else {
        words.join(" ")
    }
}

/// What is wrong and what to do, of a refusal that says both: what parses an option's value has one
/// sentence for them.
fn told_apart(refusal: &str) -> (&str, Option<&str>) {
    if refusal.starts_with("write ") {
        return ("", Some(refusal));
    }
    for mark in ["; ", ": did you mean", ": say "] {
        if let Some(at) = refusal.find(mark) {
            let (what, remedy) = refusal.split_at(at);
            return (what, Some(remedy.trim_start_matches([';', ':', ' '])));
        }
    }
    (refusal, None)
}

/// An option without the word for its value.
fn bare(option: &str) -> String {
    option
        .split([' ', '['])
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// What is wrong with the command line and what to do about it.
fn complaint(error: &clap::Error) -> Complaint {
    let of = |kind| part(error, kind);
    let first = |kind| of(kind).into_iter().next().unwrap_or_default();
    let option = bare(&first(ContextKind::InvalidArg));
    let command = command_of(error);
    let near = |name: &str, kind| {
        let suggested = of(kind);
        let best = nearest(name, suggested.iter().map(String::as_str));
        let best = best.or_else(|| suggested.first().map(String::as_str))?;
        Some(format!("did you mean `{best}`?"))
    };
    let called = || usage(error).map_or_else(String::new, |usage| format!("call it as {usage}"));
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let name = first(ContextKind::InvalidSubcommand);
            let is_script = Path::new(&name).extension().is_some_and(|it| it == "rhai");
            let script = (is_script && command == "mw").then(|| format!("run it: mw run {name}"));
            let complaint = Complaint::usage(format!("there is no command `{name}`"));
            complaint.hint(
                script
                    .or_else(|| near(&name, ContextKind::SuggestedSubcommand))
                    .unwrap_or_else(|| format!("{command} --help lists the commands")),
            )
        }
        ErrorKind::MissingSubcommand => Complaint::usage("no command is given")
            .hint(format!("{command} --help lists the commands")),
        ErrorKind::UnknownArgument if option.starts_with('-') => {
            Complaint::usage(format!("there is no option `{option}`")).hint(
                near(&option, ContextKind::SuggestedArg)
                    .unwrap_or_else(|| format!("{command} --help lists the options")),
            )
        }
        ErrorKind::UnknownArgument => {
            let word = first(ContextKind::InvalidArg);
            Complaint::usage(format!("`{word}` is one argument too many")).hint(called())
        }
        ErrorKind::InvalidValue if first(ContextKind::InvalidValue).is_empty() => {
            let option = first(ContextKind::InvalidArg);
            Complaint::usage(format!("`{}` has no value", bare(&option)))
                .hint(format!("give it as {option}"))
        }
        ErrorKind::InvalidValue => {
            let value = first(ContextKind::InvalidValue);
            let hint = near(&value, ContextKind::SuggestedValue).unwrap_or_else(|| {
                format!("it takes one of {}", of(ContextKind::ValidValue).join(", "))
            });
            Complaint::usage(format!("`{option}` does not take {value:?}")).hint(hint)
        }
        ErrorKind::ValueValidation => {
            let refusal = std::error::Error::source(error).map(ToString::to_string);
            let refusal = refusal.unwrap_or_default();
            let (what, remedy) = told_apart(&refusal);
            let message = if what.is_empty() {
                let value = first(ContextKind::InvalidValue);
                format!("`{option}` does not take {value:?}")
            } else {
                format!("{option}: {what}")
            };
            let more = || format!("{command} --help tells more");
            Complaint::usage(message).hint(remedy.map_or_else(more, str::to_owned))
        }
        ErrorKind::ArgumentConflict => {
            let prior: Vec<String> = of(ContextKind::PriorArg)
                .iter()
                .map(|it| bare(it))
                .collect();
            let message = if prior.is_empty() || prior == [option.as_str()] {
                format!("`{option}` is given twice")
            } else {
                format!("`{option}` does not go with `{}`", prior.join("`, `"))
            };
            Complaint::usage(message).hint("give one of them")
        }
        ErrorKind::MissingRequiredArgument => {
            let missing: Vec<String> = of(ContextKind::InvalidArg)
                .iter()
                .map(|it| match it.split_once('>') {
                    Some((name, _)) if it.starts_with('<') => format!("{name}>"),
                    _ => it.clone(),
                })
                .collect();
            let missing = missing.join("` and `");
            let example = match command.as_str() {
                "mw call" => ", such as mw call clouds; mw doc lists the operations",
                _ => "",
            };
            Complaint::usage(format!("`{missing}` is missing"))
                .hint(format!("{}{example}", called()))
        }
        _ => {
            let text = error.render().to_string();
            let message = text.trim().split("\n\n").next().unwrap_or_default();
            let message = message.strip_prefix("error: ").unwrap_or(message);
            let words: Vec<&str> = message.split_whitespace().collect();
            Complaint::usage(words.join(" ")).hint(format!("{command} --help tells more"))
        }
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
