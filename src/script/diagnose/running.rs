//! What went wrong while a script ran, in words.

use rhai::EvalAltResult;

use super::missing::PART;
use super::parsing;
use super::thrown;
use super::undefined;
use crate::script::largest;
use crate::script::source::Source;
use crate::script::trouble::Stopped;
use crate::script::vocabulary;

/// What to do about a value that is not there: the most common surprise of maps.
pub const NOTHING: &str =
    "() is nothing: a key that a map does not have gives it, and a function that returns no value";

/// What to do about a field of a value that has none.
pub const NO_FIELDS: &str =
    "resources and maps have fields; other values have methods, which mw doc lists";

/// What an error says, and what to do about it.
#[must_use]
pub fn sentence(error: &EvalAltResult) -> (String, Option<String>) {
    use EvalAltResult as E;
    let plain = |message: String| (message, None);
    let hinted = |message: String, hint: &str| (message, Some(hint.to_owned()));
    match error {
        E::ErrorRuntime(value, _) => thrown::sentence(value),
        E::ErrorTerminated(token, _) => token.read_lock::<Stopped>().map_or_else(
            || plain("the run was stopped".to_owned()),
            |it| (it.reason().to_owned(), it.hint().map(str::to_owned)),
        ),
        E::ErrorFunctionNotFound(signature, _) => vocabulary::unknown_call(signature),
        E::ErrorVariableNotFound(name, _) => undefined(name, ""),
        E::ErrorModuleNotFound(what, _) => hinted(
            format!("cannot import {what}"),
            "modules of the binary have plain names; files start with ./",
        ),
        E::ErrorDotExpr(message, _) => plain(dot(message)),
        E::ErrorMismatchDataType(wanted, found, _) => mismatch(wanted, found),
        E::ErrorIndexingType(what, _) if what.contains('\n') => {
            let (message, hint) = what.split_once('\n').unwrap_or((what, ""));
            hinted(message.to_owned(), hint)
        }
        E::ErrorIndexingType(what, _) => not_indexed(what),
        E::ErrorArrayBounds(0, index, _) => hinted(
            format!("the list is empty and has no item {index}"),
            "ask whether it holds something: list.is_empty()",
        ),
        E::ErrorArrayBounds(length, index, _) => hinted(
            format!(
                "there is no item {index}: the list has {length} items, the first of which is 0"
            ),
            "list.len() says how many there are; list[-1] is the last one",
        ),
        E::ErrorStringBounds(length, index, _) => hinted(
            format!("there is no character {index}: the text has {length}"),
            "the first one is 0; text.len() says how many there are",
        ),
        E::ErrorBitFieldBounds(length, index, _) => hinted(
            format!("there is no bit {index}: a whole number has {length}"),
            "the first one is 0",
        ),
        E::ErrorFor(_) => hinted(
            "only lists, ranges, texts and the keys() of maps can be looped over".to_owned(),
            "loop over a list: for n in cloud.nodes() { … }; a key that a map does not have gives (), which is none",
        ),
        E::ErrorDataRace(name, _) => hinted(
            in_use(name),
            "copy the variable before, and use the copy in the function: let other = list;",
        ),
        E::ErrorAssignmentToConstant(name, _) => hinted(
            format!("`{name}` is a constant"),
            "declare it with let to change it",
        ),
        E::ErrorNonPureMethodCallOnConstant(name, _) => hinted(
            format!("`{name}` would change a constant"),
            "declare it with let to change it, or copy it into a variable first",
        ),
        E::ErrorArithmetic(message, _) => arithmetic(message),
        E::ErrorStackOverflow(_) => hinted(
            "functions call each other too deeply".to_owned(),
            "a function that calls itself must come to an end",
        ),
        E::ErrorDataTooLarge(what, _) => hinted(
            largest::exceeded(what),
            "look for a loop that adds to it without end",
        ),
        E::ErrorUnboundThis(_) => hinted(
            "`this` means something only inside a function that is called as a method".to_owned(),
            "call it so: value.name(…)",
        ),
        E::ErrorParsing(kind, position) => {
            let nothing = Source::of_text("", String::new());
            let said = parsing::sentence(&nothing, kind, *position);
            (said.message, said.hint)
        }
        other => plain(without_position(other)),
    }
}

/// The message of an error of the language, as it would be said here.
pub fn plain(message: &str) -> String {
    if let Some(rest) = message.strip_prefix("Array index ")
        && let Some((index, _)) = rest.split_once(' ')
    {
        return format!("there is no item {index} in the list");
    }
    if let Some(call) = message.strip_prefix("Function not found: ") {
        return vocabulary::unknown_call(call).0;
    }
    plain_words(message)
}

fn without_position(error: &EvalAltResult) -> String {
    let text = error.to_string();
    let text = text.split(" (line ").next().unwrap_or(&text);
    plain_words(text)
}

/// A sentence of the language's with types named as scripts name them, and a small first letter.
fn plain_words(text: &str) -> String {
    let mut words = text.to_owned();
    for (from, to) in [
        ("&str | ImmutableString | String", "string"),
        ("ImmutableString", "string"),
        ("alloc::vec::Vec<rhai::types::dynamic::Dynamic>", "array"),
        ("&str", "string"),
        ("i64", "int"),
        ("f64", "float"),
        ("Fn ", "function "),
    ] {
        words = words.replace(from, to);
    }
    let mut chars = words.chars();
    let mut lowered: String = chars
        .next()
        .map(|c| c.to_lowercase().collect())
        .unwrap_or_default();
    lowered.extend(chars);
    lowered
}

/// A type that the engine names, as scripts name it: `a list`, `an int`, `Cloud`.
#[must_use]
pub fn kind(name: &str) -> String {
    let last = name
        .rsplit("::")
        .next()
        .unwrap_or(name)
        .trim_end_matches('>');
    match name {
        "&str | ImmutableString | String" => return "a text".to_owned(),
        name if name.contains("Vec<") && name.contains("Dynamic") => return "a list".to_owned(),
        name if name.contains("Vec<") => return "a blob".to_owned(),
        name if name.contains("Range") => return "a range".to_owned(),
        _ => {}
    }
    match last {
        "string" | "ImmutableString" | "&str" | "String" | "SmartString" => "a text",
        "int" | "i64" => "an int",
        "float" | "f64" => "a float",
        "bool" => "a bool",
        "char" => "a character",
        "array" => "a list",
        "map" => "a map",
        "blob" => "a blob",
        "Fn" | "FnPtr" | "function" => "a function",
        "range" | "range=" => "a range",
        "Args" => "`args`",
        "OwnRun" | "Run" => "`run`",
        "Error" | "Trouble" => "an error",
        "Secret" => "a secret",
        "Duration" | "Span" => "a duration",
        "Instant" | "timestamp" => "an instant",
        "Dynamic" | "?" | "" => "a value",
        other => other,
    }
    .to_owned()
}

fn mismatch(wanted: &str, found: &str) -> (String, Option<String>) {
    if found.is_empty() {
        return (format!("{} was expected here", kind(wanted)), None);
    }
    let found = kind(found);
    let wanted = match wanted {
        "bool" => "true or false".to_owned(),
        wanted => kind(wanted),
    };
    let hint = match (wanted.as_str(), found.as_str()) {
        (_, "()") => NOTHING,
        ("true or false", "an int" | "a float") => "compare it with something: number > 0",
        ("true or false", "a list" | "a text" | "a map") => {
            "ask whether it holds something: !value.is_empty()"
        }
        ("an int", "a range") => PART,
        ("an int", "a float") => "make it whole: value.to_int()",
        ("an int", "a text") => "make it a number: text.parse_int()",
        ("a character", "a text") => "a character stands between single quotes: 'x'",
        ("a text", _) => "make it a text: value.to_string()",
        ("a function", _) => "a function is written |x| …, and called f.call(…)",
        _ => "",
    };
    (
        format!("{wanted} was expected here, not {found}"),
        (!hint.is_empty()).then(|| hint.to_owned()),
    )
}

fn not_indexed(what: &str) -> (String, Option<String>) {
    let base = what.split(" [").next().unwrap_or(what);
    let base = kind(base);
    if base == "()" {
        return ("() has no items".to_owned(), Some(NOTHING.to_owned()));
    }
    (
        format!("{base} has no items to take by [ ]"),
        Some("lists, maps and texts have: list[0], map[\"key\"]".to_owned()),
    )
}

fn in_use(name: &str) -> String {
    let why = "uses a variable that a method is being called on";
    match name.split_once("of function '") {
        Some((_, function)) => format!("what `{}` is given {why}", function.trim_end_matches('\'')),
        None => format!("a function {why}"),
    }
}

fn arithmetic(message: &str) -> (String, Option<String>) {
    let quoted = || message.split('\'').nth(1).unwrap_or_default();
    let text = plain_words(message);
    if message.starts_with("Error parsing integer") {
        return (
            format!("{:?} is no whole number", quoted()),
            Some("a whole number is made of digits: \"42\"".to_owned()),
        );
    }
    if message.starts_with("Error parsing floating") {
        return (
            format!("{:?} is no number", quoted()),
            Some("a number with a point is written \"1.5\"".to_owned()),
        );
    }
    let sum = message.split_once(": ").map(|(_, sum)| sum);
    if let Some(sum) = sum
        && (message.starts_with("Division by zero") || message.starts_with("Modulo"))
    {
        return (
            format!("division by zero: {sum}"),
            Some("look at it first: if n != 0 { … }; whole numbers divide without a rest, 7 / 2 is 3".to_owned()),
        );
    }
    if let Some(sum) = sum
        && message.contains("overflow")
    {
        return (
            format!("the result is too large for a whole number: {sum}"),
            Some(
                "whole numbers go to 9223372036854775807; floats, such as 1.0, go further"
                    .to_owned(),
            ),
        );
    }
    (text, None)
}

fn dot(message: &str) -> String {
    let quoted: Vec<&str> = message.split('\'').collect();
    if let ["No writable property ", name, _, of, ..] = quoted.as_slice() {
        let why = match *of {
            "Args" => "it is an argument of the script".to_owned(),
            of => format!("{} is what the API answered", kind(of)),
        };
        return format!("`{name}` cannot be set: {why}");
    }
    plain_words(message.strip_suffix('.').unwrap_or(message))
}
