//! From what the engine says went wrong to what a user can act on.

use rhai::{EvalAltResult, LexError, ParseError, ParseErrorType, Position};

use super::source::Source;
use super::trouble::{Stopped, Trouble};
use super::vocabulary;
use crate::error::{Complaint, Place, exit};
use crate::operation::nearest;

/// The complaint about a script that does not parse.
#[must_use]
pub fn parse(source: &Source, error: &ParseError) -> Complaint {
    let (message, hint) = parse_sentence(error.err_type(), &source.text);
    let complaint = Complaint::new(exit::USAGE, message).at(place(source, error.position()));
    match hint {
        Some(hint) => complaint.hint(hint),
        None => complaint,
    }
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
    let (message, hint, code) = match current {
        EvalAltResult::ErrorParsing(kind, _) => {
            let (message, hint) = parse_sentence(kind, &here.text);
            (message, hint, exit::USAGE)
        }
        other => {
            let (message, hint) = sentence(other);
            (message, hint, code(other))
        }
    };
    let mut complaint = Complaint::new(code, message).at(place(&there, at));
    complaint.trail = trail;
    complaint.hint = hint;
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
    let mut rest: String = text.chars().skip(column.saturating_sub(1)).collect();
    // Of a field, the engine gives the dot before it.
    if let Some(field) = rest.strip_prefix("?.").or_else(|| rest.strip_prefix('.')) {
        column += rest.chars().count() - field.chars().count();
        rest = field.to_owned();
    }
    let word = rest
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .count();
    let length = if rest.starts_with(['"', '`']) {
        quoted(&rest)
    } else {
        word
    };
    Some(Place::in_text(
        &source.name,
        &source.text,
        line,
        column,
        length.max(1),
    ))
}

fn quoted(rest: &str) -> usize {
    let mut chars = rest.chars().enumerate();
    let mark = chars.next().map(|(_, mark)| mark);
    let mut escaped = false;
    for (index, c) in chars {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if Some(c) == mark => return index + 1,
            _ => {}
        }
    }
    1
}

fn code(error: &EvalAltResult) -> u8 {
    match error {
        EvalAltResult::ErrorRuntime(value, _) => value
            .read_lock::<Trouble>()
            .map_or(exit::FAILED, |trouble| trouble.exit),
        EvalAltResult::ErrorTerminated(token, _) => {
            token
                .read_lock::<Stopped>()
                .map_or(exit::INTERRUPTED, |stopped| match *stopped {
                    Stopped::Exit(code) => code,
                    Stopped::OutputClosed => exit::DONE,
                    Stopped::TimedOut => exit::TIMED_OUT,
                    Stopped::Interrupted | Stopped::Abandoned => exit::INTERRUPTED,
                    Stopped::AbandonedInDoubt => exit::IN_DOUBT,
                    Stopped::Halted => exit::FAILED,
                })
        }
        _ => exit::FAILED,
    }
}

/// What an error says, and what to do about it.
#[must_use]
pub fn sentence(error: &EvalAltResult) -> (String, Option<String>) {
    use EvalAltResult as E;
    let plain = |message: String| (message, None);
    match error {
        E::ErrorRuntime(value, _) => match value.read_lock::<Trouble>() {
            Some(trouble) => (trouble.message.clone(), trouble.hint.clone()),
            None => plain(super::value::brief(value)),
        },
        E::ErrorTerminated(token, _) => plain(
            token
                .read_lock::<Stopped>()
                .map_or("the run was stopped", |it| it.reason())
                .to_owned(),
        ),
        E::ErrorFunctionNotFound(signature, _) => vocabulary::unknown_call(signature),
        E::ErrorVariableNotFound(name, _) => undefined(name, ""),
        E::ErrorModuleNotFound(what, _) => (
            format!("cannot import {what}"),
            Some("modules of the binary have plain names; files start with ./".to_owned()),
        ),
        E::ErrorDotExpr(message, _) => plain(dot(message)),
        E::ErrorMismatchDataType(wanted, found, _) if found.is_empty() => {
            plain(format!("{wanted} was expected here"))
        }
        E::ErrorMismatchDataType(wanted, found, _) => plain(format!(
            "{} was expected here, not {}",
            friendly(wanted),
            friendly(found)
        )),
        E::ErrorIndexingType(what, _) if what.contains('\n') => {
            let (message, hint) = what.split_once('\n').unwrap_or((what, ""));
            (message.to_owned(), Some(hint.to_owned()))
        }
        E::ErrorIndexingType(what, _) => plain(format!("it cannot be indexed: {}", friendly(what))),
        E::ErrorArrayBounds(0, index, _) => {
            plain(format!("the list is empty and has no item {index}"))
        }
        E::ErrorArrayBounds(length, index, _) => plain(format!(
            "there is no item {index}: the list has {length} items, the first of which is 0"
        )),
        E::ErrorStringBounds(length, index, _) => plain(format!(
            "there is no character {index}: the text has {length}"
        )),
        E::ErrorFor(_) => (
            "only lists, maps' keys(), ranges and texts can be looped over".to_owned(),
            Some("loop over a list: for n in cloud.nodes() { … }".to_owned()),
        ),
        E::ErrorDataRace(name, _) => (
            format!("`{name}` is in use by another part of the script"),
            Some("copy what you need out of it before the call".to_owned()),
        ),
        E::ErrorAssignmentToConstant(name, _) => plain(format!("`{name}` is a constant")),
        E::ErrorNonPureMethodCallOnConstant(name, _) => {
            plain(format!("`{name}` would change a constant"))
        }
        E::ErrorArithmetic(message, _) => plain(message.clone()),
        E::ErrorStackOverflow(_) => (
            "functions call each other too deeply".to_owned(),
            Some("a function that calls itself must come to an end".to_owned()),
        ),
        E::ErrorDataTooLarge(what, _) => plain(format!("too large: {what}")),
        E::ErrorUnboundThis(_) => plain("`this` means something only inside a method".to_owned()),
        E::ErrorParsing(kind, _) => parse_sentence(kind, ""),
        other => plain(without_position(other)),
    }
}

fn without_position(error: &EvalAltResult) -> String {
    let text = error.to_string();
    text.split(" (line ").next().unwrap_or(&text).to_owned()
}

fn dot(message: &str) -> String {
    let quoted: Vec<&str> = message.split('\'').collect();
    if let ["No writable property ", name, _, kind, ..] = quoted.as_slice() {
        let why = match *kind {
            "Args" => "it is an argument of the script".to_owned(),
            kind => format!("{kind} is what the API answered"),
        };
        return format!("`{name}` cannot be set: {why}");
    }
    friendly(message.strip_suffix('.').unwrap_or(message))
}

/// Type names as scripts know them.
#[must_use]
pub fn friendly(text: &str) -> String {
    let mut text = text.to_owned();
    for (from, to) in [
        ("&str | ImmutableString | String", "string"),
        ("ImmutableString", "string"),
        ("&str", "string"),
        ("i64", "int"),
        ("f64", "float"),
        ("alloc::vec::Vec<rhai::types::dynamic::Dynamic>", "array"),
        ("Fn", "function"),
    ] {
        text = text.replace(from, to);
    }
    text
}

fn undefined(name: &str, text: &str) -> (String, Option<String>) {
    let message = format!("there is no variable `{name}` here");
    if text.lines().any(|line| declares(line, name)) {
        let hint = format!(
            "functions do not see variables outside them: pass `{name}` as an argument, or use a closure"
        );
        return (message, Some(hint));
    }
    let hint = if name == "args" {
        Some("functions do not see `args`: pass what they need as an argument".to_owned())
    } else if vocabulary::is_function(name) {
        Some(format!("it is a function: call it, {name}()"))
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

fn parse_sentence(kind: &ParseErrorType, text: &str) -> (String, Option<String>) {
    use ParseErrorType as P;
    let hinted = |message: String, hint: &str| (message, Some(hint.to_owned()));
    match kind {
        P::UnexpectedEOF => hinted(
            "the script ends in the middle of something".to_owned(),
            "look for a bracket or a quote that is never closed",
        ),
        P::BadInput(LexError::UnterminatedString) => hinted(
            "this text is never closed".to_owned(),
            "close it with the quote it began with; only `…` may go over several lines",
        ),
        P::BadInput(LexError::UnexpectedInput(what)) => (format!("unexpected {what:?}"), None),
        P::BadInput(error) => (lower(&error.to_string()), None),
        P::MissingToken(token, what) => (format!("`{token}` is missing {}", lower(what)), None),
        P::MissingSymbol(what) => (lower(what), None),
        P::VariableUndefined(name) => undefined(name, text),
        P::ModuleUndefined(name) if name == super::stand_in::NAME => hinted(
            format!("there is no module `{name}` here"),
            "it is for tests, which mw test runs",
        ),
        P::ModuleUndefined(name) => hinted(
            format!("there is no module `{name}` here"),
            "import it first: import \"rolling\" as rolling;",
        ),
        P::Reserved(word) => hinted(
            format!("`{word}` is a reserved word"),
            "give it another name",
        ),
        P::FnDuplicatedDefinition(name, count) => (
            format!("`{name}` with {count} parameters is defined twice"),
            None,
        ),
        P::AssignmentToConstant(name) => (format!("`{name}` is a constant"), None),
        P::UnknownOperator(operator) => {
            let hint = match operator.as_str() {
                "++" => Some("write x += 1"),
                "--" => Some("write x -= 1"),
                "===" => Some("write =="),
                "!==" => Some("write !="),
                "->" | "<-" | "=>" => Some("a closure is written |x| …"),
                _ => None,
            };
            (
                format!("there is no operator `{operator}`"),
                hint.map(str::to_owned),
            )
        }
        P::ExprTooDeep => hinted(
            "the expression is nested too deeply".to_owned(),
            "give parts of it names with let",
        ),
        other => (lower(&other.to_string()), None),
    }
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let mut lowered: String = chars
        .next()
        .map(|c| c.to_lowercase().collect())
        .unwrap_or_default();
    lowered.extend(chars);
    lowered
}
