//! From what the engine says went wrong to what a user can act on.

pub mod borrowed;
mod extent;
mod foreign;
mod missing;
mod parsing;
#[cfg(test)]
mod plain;
mod running;
mod sentence;
mod spot;
mod thrown;
mod unclosed;

use rhai::{EvalAltResult, ParseError, ParseErrorType, Position};

use super::source::Source;
use super::trouble::Stopped;
use super::vocabulary;
use crate::error::{Complaint, Place, exit};
use crate::operation::nearest;
use extent::extent;
pub use foreign::foreign;
pub use missing::PART;
pub use running::{NO_FIELDS, NOTHING, kind, sentence};

/// The complaint about a script that does not parse.
#[must_use]
pub fn parse(source: &Source, error: &ParseError) -> Complaint {
    unparsed(source, error.err_type(), error.position())
}

/// The complaint about a comment that is never closed.
#[must_use]
pub fn open_comment(source: &Source) -> Option<Complaint> {
    let found = unclosed::unclosed(&source.text).filter(|it| it.mark == '*')?;
    let bytes = found.at..found.at + 2;
    let place = Place::of_bytes(&source.name, &source.text, bytes);
    let complaint = Complaint::new(exit::USAGE, "this comment is never closed");
    Some(complaint.at(Some(place)).hint("close it with */"))
}

fn unparsed(source: &Source, kind: &ParseErrorType, position: Position) -> Complaint {
    let sentence = parsing::sentence(source, kind, position);
    let mut complaint = Complaint::new(exit::USAGE, sentence.message)
        .at(sentence.place.or_else(|| place(source, position)));
    complaint.hint = sentence.hint;
    complaint
}

/// The complaint about a script that failed. `find` gives the text of a module by its name.
#[must_use]
pub fn failure(
    source: &Source,
    error: &EvalAltResult,
    find: &dyn Fn(&str) -> Option<Source>,
) -> Complaint {
    let mut trail = Vec::new();
    let mut here = source.clone();
    // An error without a position is shown where its function was called, in the text of the caller.
    let (mut at, mut there) = (Position::NONE, source.clone());
    let mut current = error;
    loop {
        let position = own_position(current);
        match current {
            EvalAltResult::ErrorInFunctionCall(name, file, inner, _) => {
                trail.push(format!(
                    "`{}` called at {}",
                    function(name),
                    spot(&here, position)
                ));
                (at, there) = (position, here.clone());
                enter(&mut here, file, source, find);
                current = inner;
            }
            EvalAltResult::ErrorInModule(file, inner, _) => {
                trail.push(format!(
                    "module {file} imported at {}",
                    spot(&here, position)
                ));
                enter(&mut here, file, source, find);
                current = inner;
            }
            _ => {
                if !position.is_none() {
                    (at, there) = (position, here.clone());
                }
                break;
            }
        }
    }
    trail.reverse();
    let mut complaint = if let EvalAltResult::ErrorParsing(kind, position) = current {
        unparsed(&here, kind, *position)
    } else {
        let (message, hint) = sentence(current);
        let mut complaint = Complaint::new(code(current), message).at(place(&there, at));
        complaint.hint = hint;
        complaint
    };
    complaint.trail = trail;
    complaint
}

/// Anonymous functions have generated names that say nothing to anyone.
fn function(name: &str) -> &str {
    if name.starts_with("anon$") {
        "|…|"
    } else {
        name
    }
}

fn own_position(error: &EvalAltResult) -> Position {
    match error {
        EvalAltResult::ErrorInFunctionCall(.., position)
        | EvalAltResult::ErrorInModule(.., position) => *position,
        other => other.position(),
    }
}

fn enter(here: &mut Source, file: &str, script: &Source, find: &dyn Fn(&str) -> Option<Source>) {
    if file.is_empty() || file == here.name {
        return;
    }
    if file == script.name {
        *here = script.clone();
    } else if let Some(found) = find(file) {
        *here = found;
    }
}

fn spot(source: &Source, position: Position) -> String {
    match (position.line(), position.position()) {
        (Some(line), Some(column)) => format!("{}:{line}:{column}", source.name),
        (Some(line), None) => format!("{}:{line}", source.name),
        _ => source.name.clone(),
    }
}

/// The place of a position, which the engine gives as a point: the word there is what is at fault.
#[must_use]
pub fn place(source: &Source, position: Position) -> Option<Place> {
    let line = position.line()?;
    let mut column = position.position().unwrap_or(1);
    let text = source
        .text
        .lines()
        .nth(line.saturating_sub(1))
        .unwrap_or_default();
    let begin = text.char_indices().nth(column.saturating_sub(1));
    let mut rest = text
        .get(begin.map_or(text.len(), |(at, _)| at)..)
        .unwrap_or_default();
    // Of a field, the engine gives the dot before it; of a range, its first one.
    for dot in ["?.", "."] {
        if let Some(field) = rest.strip_prefix(dot)
            && !field.starts_with('.')
        {
            column += dot.len();
            rest = field;
            break;
        }
    }
    Some(Place::in_line(
        &source.name,
        text,
        line,
        column,
        extent(rest),
    ))
}

fn code(error: &EvalAltResult) -> u8 {
    match error {
        EvalAltResult::ErrorRuntime(value, _) => {
            thrown::trouble(value).map_or(exit::FAILED, |trouble| trouble.exit)
        }
        EvalAltResult::ErrorTerminated(token, _) => {
            token
                .read_lock::<Stopped>()
                .map_or(exit::INTERRUPTED, |stopped| match *stopped {
                    Stopped::Exit(code) => code,
                    Stopped::OutputClosed => exit::DONE,
                    Stopped::TimedOut => exit::TIMED_OUT,
                    Stopped::Interrupted | Stopped::Abandoned => exit::INTERRUPTED,
                    Stopped::AbandonedInDoubt => exit::IN_DOUBT,
                    Stopped::Halted | Stopped::Overgrown => exit::FAILED,
                })
        }
        _ => exit::FAILED,
    }
}

fn undefined(name: &str, text: &str) -> (String, Option<String>) {
    let message = vocabulary::no_variable(name);
    if text.lines().any(|line| declares(line, name)) {
        let hint = format!(
            "functions do not see variables outside them: pass `{name}` as an argument, or use a closure"
        );
        return (message, Some(hint));
    }
    let hint = if let Some(hint) = foreign(name) {
        Some(hint.to_owned())
    } else if name == "args" {
        Some("functions do not see `args`: pass what they need as an argument".to_owned())
    } else if vocabulary::is_function(name) {
        Some(format!(
            "it is a function: call it, {name}(), or hand it on as Fn(\"{name}\")"
        ))
    } else {
        let words = declared(text);
        nearest(name, words.iter().map(String::as_str))
            .map(|near| format!("did you mean `{near}`?"))
    };
    (message, hint)
}

fn declares(line: &str, name: &str) -> bool {
    let line = line.trim_start();
    ["let ", "const "].iter().any(|word| {
        line.strip_prefix(word)
            .is_some_and(|rest| rest.trim_start().split(|c: char| !is_word(c)).next() == Some(name))
    })
}

const fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The names a text declares, roughly: enough to suggest one.
fn declared(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut words = text
        .split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty());
    while let Some(word) = words.next() {
        if matches!(word, "let" | "const" | "for")
            && let Some(name) = words.next()
        {
            names.push(name.to_owned());
        }
    }
    names
}
