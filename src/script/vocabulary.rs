//! Every name a script may call, for checks, suggestions and completion.

use super::builtins::{BUILTINS, IN_TESTS};
use super::diagnose::{NOTHING, borrowed, kind};
use super::inequality;
use super::language::{self, LANGUAGE};
use super::sugar::SUGAR;
use crate::api;
use crate::operation::nearest;

/// Every name of ours, functions and methods, with repetitions.
pub fn names() -> impl Iterator<Item = &'static str> {
    let operations = api::operations().flat_map(|operation| {
        [
            Some(operation.name),
            operation.alias,
            operation.form.map(|form| form.name),
        ]
        .into_iter()
        .flatten()
    });
    // The functions of a module are known by the module's name.
    let in_tests = IN_TESTS.iter().filter(|it| it.on.is_none());
    let builtins = BUILTINS.iter().chain(in_tests).map(|builtin| builtin.name);
    let sugar = SUGAR.iter().map(|sugar| sugar.name);
    operations.chain(builtins).chain(sugar)
}

/// Whether a function or method of this name exists.
#[must_use]
pub fn is_function(name: &str) -> bool {
    names().any(|known| known == name) || language::function(name).is_some()
}

/// The sentence that refuses a name which no variable has.
#[must_use]
pub fn no_variable(name: &str) -> String {
    format!("there is no variable `{name}` here")
}

/// The function most like a name.
#[must_use]
pub fn near(name: &str) -> Option<&'static str> {
    nearest(
        name,
        names().chain(LANGUAGE.iter().map(|native| native.name)),
    )
}

/// How a function of ours is called.
#[must_use]
pub fn signature(name: &str) -> Option<String> {
    if let Some(operation) = api::operations().find(|it| it.name == name) {
        return Some(operation.signature());
    }
    let builtin = BUILTINS
        .iter()
        .find(|it| it.name == name)
        .map(|it| it.signature);
    builtin
        .or_else(|| {
            SUGAR
                .iter()
                .find(|it| it.name == name)
                .map(|it| it.signature)
        })
        .map(str::to_owned)
        .or_else(|| {
            api::operations()
                .find(|it| it.form.is_some_and(|form| form.name == name))
                .map(crate::operation::Operation::signature)
        })
}

/// How a function is called on a first argument of this type. A name may be a method of several
/// types: the signature of another would mislead.
fn advice(name: &str, subject: &str) -> Option<String> {
    let forms: Vec<_> = api::operations()
        .filter_map(|operation| Some((operation, operation.form?)))
        .filter(|(_, form)| form.name == name)
        .collect();
    if let Some((operation, _)) = forms.iter().find(|(_, form)| form.on == subject) {
        return Some(format!("call it as {}", operation.signature()));
    }
    let is_more = api::operation(name).is_some()
        || BUILTINS.iter().any(|it| it.name == name)
        || SUGAR.iter().any(|it| it.name == name);
    if is_more {
        return signature(name).map(|signature| format!("call it as {signature}"));
    }
    let subjects: Vec<&str> = forms.iter().map(|(_, form)| form.on).collect();
    (!subjects.is_empty()).then(|| format!("it is a method of {}", subjects.join(", ")))
}

/// The sentence about a call that found no function: `name (types)`.
#[must_use]
pub fn unknown_call(call: &str) -> (String, Option<String>) {
    let (name, types) = call.split_once(" (").unwrap_or((call, ""));
    let names = arguments(types.strip_suffix(')').unwrap_or(types));
    let given: Vec<String> = names.iter().map(|it| kind(it)).collect();
    if name.starts_with("anon$") {
        return (
            format!("the closure does not take {}", counted(given.len())),
            Some("between its | | stand as many names as it is given: |a, b| …".to_owned()),
        );
    }
    if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return unknown_operator(name, &given);
    }
    let types = given.join(", ");
    if let Some((module, function)) = name.split_once("::") {
        return unknown_of_module(module, function, &types);
    }
    if is_function(name) {
        let first = given.first().map_or("", String::as_str);
        let hint = if first == "()" {
            Some(NOTHING.to_owned())
        } else {
            instead(name, &given)
                .or_else(|| advice(name, first))
                .or_else(|| of_language(name, first))
        };
        let given = if types.is_empty() {
            "no arguments".to_owned()
        } else {
            types
        };
        return (format!("`{name}` does not take {given}"), hint);
    }
    let hint = instead(name, &given).unwrap_or_else(|| remedy(name));
    (format!("there is no function `{name}`"), Some(hint))
}

/// What is written instead of what other languages call so, with a value of this type first. The
/// engine does not say whether it was called as a method.
fn instead(name: &str, given: &[String]) -> Option<String> {
    match (name, given) {
        ("append", [list, _]) if list == "a list" => return Some(borrowed::PUSHED.to_owned()),
        ("len", [range]) if range == "a range" => return Some(borrowed::COUNTED.to_owned()),
        _ => {}
    }
    let first = given
        .first()
        .map_or("", |it| it.rsplit(' ').next().unwrap_or(it));
    let fits = |word: &str| word == "any" || word == first;
    borrowed::method(name, &fits).or_else(|| borrowed::function(name, &fits))
}

/// What is written instead of what other languages call so.
#[must_use]
pub fn elsewhere(name: &str) -> Option<String> {
    borrowed::function(name, &|_| true)
}

/// What to do about a name that nothing has.
#[must_use]
pub fn remedy(name: &str) -> String {
    near(name).map_or_else(|| "mw doc lists what there is".to_owned(), meant)
}

/// The question whether a name is meant.
#[must_use]
pub fn meant(near: &str) -> String {
    format!("did you mean `{near}`?")
}

/// Where the methods of a value are listed, which messages call so.
#[must_use]
pub fn listed(described: &str) -> String {
    let word = described.rsplit(' ').next().unwrap_or(described);
    if language::TYPES.contains(&word) {
        format!("mw doc {word} lists the methods of {described}")
    } else {
        "mw doc lists what there is".to_owned()
    }
}

fn counted(arguments: usize) -> String {
    match arguments {
        0 => "a call without arguments".to_owned(),
        1 => "1 argument".to_owned(),
        more => format!("{more} arguments"),
    }
}

/// The types of a call, which the engine lists with commas between; a type has them inside brackets.
fn arguments(types: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut from) = (0_usize, 0);
    for (at, c) in types.char_indices() {
        match c {
            '(' | '<' => depth += 1,
            ')' | '>' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.extend(types.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    found.extend(types.get(from..));
    found.retain(|it| !it.trim().is_empty());
    found.iter().map(|it| it.trim()).collect()
}

/// What to do about an operator that two values do not have.
fn unknown_operator(operator: &str, given: &[String]) -> (String, Option<String>) {
    let message = format!("`{operator}` does not take {}", given.join(" and "));
    let hint = operands(operator, given);
    (message, Some(hint.to_owned()))
}

/// What to do about an operator between values of these types, which do not have it.
#[must_use]
pub fn operands(operator: &str, given: &[String]) -> &'static str {
    let has = |name: &str| given.iter().any(|it| it == name);
    let is_number = |it: &String| it == "an int" || it == "a float";
    let first = given.first().map_or("", String::as_str);
    let compares = inequality::compares(operator);
    if has("()") {
        "() is nothing: a key that a map does not have gives it; (value ?? 0) has a number in its place"
    } else if has("a text") && has("an int") && operator == "*" {
        borrowed::REPEATED
    } else if first == "a text" && operator == "%" {
        borrowed::FILLED
    } else if has("a list") && has("an int") && operator == "*" {
        "pad a list with it: let list = []; list.pad(10, 0);"
    } else if has("a text") && given.iter().any(is_number) {
        "make the text a number, text.parse_int(), or the number a text, n.to_string()"
    } else if has("a duration") && has("a text") {
        "make a duration of the text: duration(\"5m\")"
    } else if has("a text") && operator == "-" {
        "take a part out of a text with replace, or with sub_string"
    } else if has("a duration") && given.iter().any(is_number) {
        "make a duration of the number: duration(\"5m\"), or duration(5) for seconds"
    } else if has("an instant") && compares {
        "compare it with an instant: now(), or \"2026-01-15T08:00:00Z\""
    } else if has("LocalTime") {
        "use its instant: local.instant"
    } else if has("an instant") {
        "an instant and a duration can be added; two instants can be subtracted"
    } else if given.len() == 1 && operator == "!" {
        "compare it first: !(number > 0)"
    } else if operator.starts_with("..") && has("a float") {
        "a range goes over whole numbers: x.to_int()"
    } else if has("an int") && has("a float") {
        "make both the same: n.to_float(), or x.to_int()"
    } else if has("a list") && compares {
        "compare how many items it has, list.len(); or ask whether it has one, x in list"
    } else if has("a secret") && compares {
        "compare its text: secret.reveal()"
    } else if has("a bool") && inequality::is_one(operator) {
        "a comparison comes to true or false: join two with &&, a < b && b < c"
    } else if has("a list") {
        "look for a method: list.filter(|x| …), list.map(|x| …), list.append(other)"
    } else if given
        .iter()
        .any(|it| it.starts_with(|c: char| c.is_ascii_uppercase()))
    {
        "use one of its fields"
    } else {
        "make them values of one type first"
    }
}

/// How a function of the language is called on a first argument of this type, or on which it is.
#[must_use]
pub fn of_language(name: &str, first: &str) -> Option<String> {
    let native = language::function(name)?;
    let mut takes: Vec<&str> = Vec::new();
    for way in &native.ways {
        let word = way.split(' ').next().unwrap_or_default();
        if word != "->" && !takes.contains(&word) {
            takes.push(word);
        }
    }
    if takes.is_empty() || takes.contains(&"any") {
        return None;
    }
    let is_float = first == "an int" && takes == ["float"];
    if is_float {
        return Some("give it a number with a point: 2.0, or n.to_float()".to_owned());
    }
    Some(format!(
        "it takes {}",
        takes.join(", ").replace("text", "a text")
    ))
}

/// The same about a function of a module. Only modules of ours have a vocabulary.
fn unknown_of_module(module: &str, name: &str, types: &str) -> (String, Option<String>) {
    let own = || IN_TESTS.iter().filter(|it| it.on == Some(module));
    let unknown = format!("there is no function `{module}::{name}`");
    let signatures: Vec<&str> = own()
        .filter(|it| it.name == name)
        .map(|it| it.signature)
        .collect();
    if !signatures.is_empty() {
        let given = if types.is_empty() {
            "no arguments"
        } else {
            types
        };
        let hint = format!("call it as {}", signatures.join(" or "));
        return (
            format!("`{module}::{name}` does not take {given}"),
            Some(hint),
        );
    }
    let hint = nearest(name, own().map(|it| it.name)).map_or_else(
        || format!("mw doc {module} lists what there is"),
        |near| format!("did you mean `{module}::{near}`?"),
    );
    let hint = if own().next().is_some() {
        hint
    } else {
        "look at what its file defines without `private`".to_owned()
    };
    (unknown, Some(hint))
}

/// Everything that is called as a function, for completion.
pub fn functions() -> impl Iterator<Item = &'static str> {
    let operations = api::operations()
        .flat_map(|operation| [Some(operation.name), operation.alias])
        .flatten();
    let builtins = BUILTINS
        .iter()
        .filter(|it| it.on.is_none())
        .map(|it| it.name);
    operations.chain(builtins)
}

/// Everything that is called as a method, of whatever type.
pub fn methods() -> impl Iterator<Item = &'static str> {
    let forms = api::operations().filter_map(|operation| operation.form.map(|form| form.name));
    let builtins = BUILTINS
        .iter()
        .filter(|it| it.on.is_some())
        .map(|it| it.name);
    forms
        .chain(builtins)
        .chain(SUGAR.iter().map(|sugar| sugar.name))
}
