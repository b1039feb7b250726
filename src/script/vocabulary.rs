//! Every name a script may call, for checks, suggestions and completion.

use super::builtins::{BUILTINS, IN_TESTS};
use super::diagnose::friendly;
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
    let types = friendly(types.trim_end_matches(')'));
    if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return (format!("`{name}` does not take {types}"), None);
    }
    if let Some((module, function)) = name.split_once("::") {
        return unknown_of_module(module, function, &types);
    }
    if is_function(name) {
        let hint = advice(name, types.split(", ").next().unwrap_or_default());
        let given = if types.is_empty() {
            "no arguments".to_owned()
        } else {
            types
        };
        return (format!("`{name}` does not take {given}"), hint);
    }
    let hint = near(name).map_or_else(
        || "mw doc lists what there is".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    (format!("there is no function `{name}`"), Some(hint))
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
    (unknown, own().next().map(|_| hint))
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
