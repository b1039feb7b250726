//! What is said to the prompt itself, beside what is run: `:vars`, `:save FILE`, …

use crate::error::Complaint;
use crate::operation::nearest;
use crate::output::Format;
use crate::script::scan::is_word;

/// How many runs are listed unless told otherwise.
const RUNS: usize = 20;

/// One command of the prompt.
#[derive(Debug)]
pub struct Command {
    /// Its name, without the colon.
    pub name: &'static str,
    /// What comes after it.
    pub takes: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// What it means.
    means: Means,
}

/// What a command means, before what comes after it is read.
#[derive(Clone, Copy, Debug)]
enum Means {
    Help,
    Quit,
    Vars,
    Type,
    Time,
    Load,
    Reload,
    Save,
    Profile,
    Allow,
    Sim,
    Faults,
    Runs,
    Shown(Format),
    Csv,
    History,
    Edit,
}

/// What is asked of the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The commands.
    Help,
    /// To leave.
    Quit,
    /// The variables and functions of the session.
    Vars,
    /// What an expression is, without carrying it out.
    Type(String),
    /// How long a line takes.
    Time(String),
    /// To run a file in the session.
    Load(String),
    /// To run the last file again, and to read again what was imported.
    Reload,
    /// To write down as a script what was done.
    Save(String),
    /// To go to the account of a profile; to list them without one.
    Profile(Option<String>),
    /// To be allowed more; what is allowed now without it.
    Allow(Option<String>),
    /// To move the simulator's clock by a span; what its time is without one.
    Sim(Option<String>),
    /// To have calls to the simulator fail by the rules of a file; which they are without one.
    Faults(Option<String>),
    /// To list so many of the latest runs.
    Runs(usize),
    /// To show the value of a line in this format; the last result without a line.
    Shown(Format, Option<String>),
    /// To write the last result to a file.
    Csv(String),
    /// The lines of earlier that have these words; the last ones without any.
    History(String),
    /// To edit the line of this number elsewhere; the last one without a number.
    Edit(Option<usize>),
}

/// The commands, in the order that help lists them.
pub static COMMANDS: &[Command] = &[
    command(
        "help",
        "",
        "Lists these commands; ?name explains a function or a type.",
        Means::Help,
    ),
    command(
        "vars",
        "",
        "Lists the variables, results and functions of the session.",
        Means::Vars,
    ),
    command(
        "type",
        "EXPRESSION",
        "Says what an expression is, without carrying it out.",
        Means::Type,
    ),
    command(
        "time",
        "LINE",
        "Runs a line and says how long it took.",
        Means::Time,
    ),
    command(
        "table",
        "[LINE]",
        "Shows the last result, or the value of a line, as a table.",
        Means::Shown(Format::Table),
    ),
    command(
        "json",
        "[LINE]",
        "Shows the last result, or the value of a line, as JSON; so does LINE | json.",
        Means::Shown(Format::Json),
    ),
    command(
        "csv",
        "FILE",
        "Writes the last result to a file, as CSV.",
        Means::Csv,
    ),
    command(
        "load",
        "FILE",
        "Runs a file in the session: what it declares stays.",
        Means::Load,
    ),
    command(
        "reload",
        "",
        "Reads again what was imported, and runs the file loaded last again.",
        Means::Reload,
    ),
    command(
        "save",
        "FILE",
        "Writes the lines that succeeded to a new file, as a script.",
        Means::Save,
    ),
    command(
        "history",
        "[WORDS]",
        "Lists earlier lines, or those with WORDS. !12 runs one again, !! the last.",
        Means::History,
    ),
    command(
        "edit",
        "[NUMBER]",
        "Opens the last line, or one by its number, in an editor.",
        Means::Edit,
    ),
    command(
        "profile",
        "[NAME]",
        "Goes to the account of a profile with all that is there, or lists them.",
        Means::Profile,
    ),
    command(
        "allow",
        "[GRANTS]",
        "Allows more until the session ends, or says what is allowed.",
        Means::Allow,
    ),
    command(
        "sim",
        "[advance SPAN]",
        "Says what the embedded simulator has, and its time, or moves its clock.",
        Means::Sim,
    ),
    command(
        "faults",
        "[FILE|none]",
        "Makes calls to the simulator fail by a file's rules, or lists them.",
        Means::Faults,
    ),
    command(
        "runs",
        "[N]",
        "Lists the latest runs of the journal, 20 unless told otherwise.",
        Means::Runs,
    ),
    command("quit", "", "Leaves, as Ctrl-D does.", Means::Quit),
];

const fn command(
    name: &'static str,
    takes: &'static str,
    doc: &'static str,
    means: Means,
) -> Command {
    Command {
        name,
        takes,
        doc,
        means,
    }
}

/// What a line asks of the prompt; nothing where it is a line to run.
pub fn read(line: &str) -> Option<Result<Asked, Complaint>> {
    let said = line.trim().strip_prefix(':')?;
    let (name, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
    let Some(known) = COMMANDS.iter().find(|known| known.name == name) else {
        let names = COMMANDS.iter().map(|known| known.name);
        let hint = nearest(name, names).map_or_else(
            || ":help lists the commands".to_owned(),
            |near| format!("did you mean `:{near}`?"),
        );
        let message = format!("there is no command `:{name}`");
        return Some(Err(Complaint::usage(message).hint(hint)));
    };
    Some(known.asked(rest.trim()))
}

impl Command {
    fn asked(&self, rest: &str) -> Result<Asked, Complaint> {
        let given = || (!rest.is_empty()).then(|| rest.to_owned());
        let needed = || {
            if rest.is_empty() {
                let message = format!("`:{}` needs something after it", self.name);
                return Err(
                    Complaint::usage(message).hint(format!("say :{} {}", self.name, self.takes))
                );
            }
            Ok(rest.to_owned())
        };
        if self.takes.is_empty() && !rest.is_empty() {
            let message = format!(
                "`:{}` takes nothing after it, and here comes {rest:?}",
                self.name
            );
            return Err(Complaint::usage(message).hint(format!("say :{}", self.name)));
        }
        Ok(match self.means {
            Means::Help => Asked::Help,
            Means::Quit => Asked::Quit,
            Means::Vars => Asked::Vars,
            Means::Reload => Asked::Reload,
            Means::Type => Asked::Type(needed()?),
            Means::Time => Asked::Time(needed()?),
            Means::Load => Asked::Load(needed()?),
            Means::Save => Asked::Save(needed()?),
            Means::Csv => Asked::Csv(needed()?),
            Means::History => Asked::History(rest.to_owned()),
            Means::Edit if rest.is_empty() => Asked::Edit(None),
            Means::Edit => Asked::Edit(Some(rest.parse().map_err(|_| {
                let message =
                    format!("`:edit` takes the number of a line, and here comes {rest:?}");
                Complaint::usage(message).hint(":history lists the lines with their numbers")
            })?)),
            Means::Profile => Asked::Profile(given()),
            Means::Allow => Asked::Allow(given()),
            Means::Sim => match rest.strip_prefix("advance") {
                Some(by) if by.starts_with(char::is_whitespace) => {
                    Asked::Sim(Some(by.trim().to_owned()))
                }
                _ if rest.is_empty() => Asked::Sim(None),
                _ => {
                    let message = format!("`:sim` has nothing to do with {rest:?}");
                    return Err(Complaint::usage(message).hint("say :sim advance 10m"));
                }
            },
            Means::Faults => Asked::Faults(given()),
            Means::Runs if rest.is_empty() => Asked::Runs(RUNS),
            Means::Runs => Asked::Runs(rest.parse().map_err(|_| {
                let message = format!("{rest:?} is no count of runs");
                Complaint::usage(message).hint("say :runs 50")
            })?),
            Means::Shown(format) => Asked::Shown(format, given()),
        })
    }
}

/// The commands, a line each.
#[must_use]
pub fn help() -> String {
    let lines = COMMANDS.iter().map(|it| {
        let call = format!(":{} {}", it.name, it.takes);
        format!("  {:<21} {}\n", call.trim_end(), it.doc)
    });
    let lines: String = lines.collect();
    format!(
        "{lines}\nResults are kept as _ (the last) and _1, _2, … in their order. ?name explains a function, a\ntype or an operation. Ctrl-C stops a line, and leaves when nothing is typed; Ctrl-D leaves.\n"
    )
}

/// The formats that a line can ask for at its end.
const FORMATS: [(&str, Format); 4] = [
    ("json", Format::Json),
    ("table", Format::Table),
    ("yaml", Format::Yaml),
    ("csv", Format::Csv),
];

/// A line and the format that is asked for at its end: `clouds() | json`.
#[must_use]
pub fn piped(line: &str) -> (&str, Option<Format>) {
    let line = line.trim_end();
    for (end, format) in FORMATS {
        let before = line.strip_suffix(end).map(str::trim_end);
        if let Some(before) = before.and_then(|it| it.strip_suffix('|'))
            && !before.ends_with('|')
        {
            return (before.trim_end(), Some(format));
        }
    }
    match line.strip_suffix(".json()") {
        Some(before) => (before, Some(Format::Json)),
        None => (line, None),
    }
}

/// The word that a line ends with where a format could be asked for. It may be a variable, and the sign
/// before it may join two numbers.
#[must_use]
pub fn piped_elsewhere(line: &str) -> Option<&str> {
    let (before, word) = line.trim_end().rsplit_once('|')?;
    let word = word.trim_start();
    let is_name = word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.chars().all(is_word);
    let is_whole = before.matches('|').count() % 2 == 0;
    (is_name && is_whole && !before.trim().is_empty()).then_some(word)
}

/// What is wrong with a line that asks for a format which there is not.
#[must_use]
pub fn no_format(word: &str) -> Complaint {
    let hint = nearest(word, FORMATS.iter().map(|(name, _)| *name)).map_or_else(
        || "a value is shown by | json, | table, | yaml or | csv at the end of its line".to_owned(),
        |near| format!("did you mean `| {near}`?"),
    );
    Complaint::usage(format!("there is no format or variable `{word}`")).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_what_it_needs_and_an_unknown_one_suggests() {
        assert_eq!(read("clouds()"), None);
        let asked = |line: &str| read(line).unwrap();
        assert_eq!(
            asked(" :type  1 + 1 ").unwrap(),
            Asked::Type("1 + 1".to_owned())
        );
        assert_eq!(asked(":json").unwrap(), Asked::Shown(Format::Json, None));
        let unknown = asked(":var").unwrap_err();
        assert_eq!(unknown.message, "there is no command `:var`");
        assert_eq!(unknown.hint.unwrap(), "did you mean `:vars`?");
        assert_eq!(asked(":save").unwrap_err().hint.unwrap(), "say :save FILE");
        assert_eq!(asked(":vars x").unwrap_err().hint.unwrap(), "say :vars");
    }

    #[test]
    fn a_line_says_at_its_end_how_its_value_is_shown() {
        assert_eq!(piped("clouds() | json"), ("clouds()", Some(Format::Json)));
        assert_eq!(piped("clouds().json()"), ("clouds()", Some(Format::Json)));
        assert_eq!(piped("a || json"), ("a || json", None));
        assert_eq!(piped("clouds()"), ("clouds()", None));
        assert_eq!(piped_elsewhere("clouds() | xml"), Some("xml"));
        assert_eq!(piped_elsewhere("a.map(|c| c.id) | Json"), Some("Json"));
        for other in ["let f = |x| y", "a || b", "| x", "1 | 2", "clouds()"] {
            assert_eq!(piped_elsewhere(other), None, "{other}");
        }
        let hint = no_format("jsno").hint;
        assert_eq!(hint.as_deref(), Some("did you mean `| json`?"));
    }
}
