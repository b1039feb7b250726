//! The reference in markdown, from the tables: operations, builtins, types.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::api;
use crate::operation::{Kind, Operation, nearest};
use crate::record::RecordKind;
use crate::script::builtins::{BUILTINS, Builtin, IN_TESTS};
use crate::script::language::{self, LANGUAGE, Native};
use crate::script::sugar::{SUGAR, Sugar};
use crate::script::{kind, kinds, vocabulary};

/// Everything there is, a line each.
#[must_use]
pub fn index() -> String {
    let mut text = String::new();
    for (resource, operations) in api::RESOURCES {
        let _ = writeln!(text, "## {}", resource.replace('_', " "));
        for operation in *operations {
            let _ = writeln!(text, "  {:<24} {}", operation.name, operation.doc);
        }
        let _ = writeln!(text);
    }
    let _ = writeln!(text, "## short forms");
    for sugar in SUGAR {
        let _ = writeln!(
            text,
            "  {:<24} {}",
            format!("{}.{}", sugar.on, sugar.name),
            sugar.doc
        );
    }
    let _ = writeln!(text, "\n## builtins");
    list(&mut text, BUILTINS, ".");
    let _ = writeln!(text, "\n## of the language");
    for native in LANGUAGE.iter().filter(|it| !is_ours(it.name)) {
        let _ = writeln!(text, "  {:<24} {}", native.name, native.doc);
    }
    let _ = writeln!(text, "\n## in tests (mw test)");
    list(&mut text, IN_TESTS, "::");
    let _ = writeln!(text, "\n## types");
    for kind in kinds() {
        let _ = writeln!(text, "  {:<24} {}", kind.name, first_sentence(kind.doc));
    }
    let _ = writeln!(text, "\nmw doc NAME explains one of them.");
    text
}

/// A line for each builtin; `between` joins its name to that of the type or module it is of.
fn list(text: &mut String, builtins: &[Builtin], between: &str) {
    for builtin in builtins {
        let name = match builtin.on {
            Some(on) => format!("{on}{between}{}", builtin.name),
            None => builtin.name.to_owned(),
        };
        let _ = writeln!(text, "  {name:<24} {}", first_sentence(builtin.doc));
    }
}

/// What a function does, a type is, or a method of a type does, in a line.
#[must_use]
pub fn brief(on: Option<&str>, name: &str) -> Option<String> {
    let of = |its: Option<&str>| match (its, on) {
        (Some(its), Some(on)) => {
            let its = language::type_called(its).unwrap_or(its);
            let is_list = on.starts_with('[') && its == "list";
            its == on || its == "any" || is_list || language::type_called(on) == Some(its)
        }
        (None, None) => true,
        _ => false,
    };
    let operation = api::operations().find(|it| match on {
        Some(_) => it
            .form
            .is_some_and(|form| form.name == name && of(Some(form.on))),
        None => it.name == name || it.alias == Some(name),
    });
    let doc = operation
        .map(|it| it.doc)
        .or_else(|| {
            let mut sugar = SUGAR.iter();
            sugar
                .find(|it| it.name == name && of(Some(it.on)))
                .map(|it| it.doc)
        })
        .or_else(|| {
            let mut builtins = BUILTINS.iter();
            builtins
                .find(|it| it.name == name && of(it.on))
                .map(|it| it.doc)
        })
        .or_else(|| {
            let mut builtins = BUILTINS.iter();
            builtins
                .find(|it| it.name == name && on.is_some())
                .map(|it| it.doc)
        })
        .or_else(|| language::function(name).map(|it| it.doc))
        .or_else(|| kind(name).map(|it| it.doc))?;
    Some(first_sentence(doc).to_owned())
}

fn first_sentence(doc: &str) -> &str {
    let doc = doc.trim();
    doc.split_once(". ")
        .map_or(doc, |(first, _)| first)
        .trim_end_matches('.')
}

/// What is called so: a function, a method, a type, `Type.method`. The error is a suggestion.
pub fn entry(name: &str) -> Result<String, String> {
    let mut parts: Vec<String> = IN_TESTS
        .iter()
        .filter(|it| match name.split_once("::") {
            Some((module, plain)) => it.on == Some(module) && it.name == plain,
            None => it.on == Some(name) || (it.on.is_none() && it.name == name),
        })
        .map(of_test_function)
        .collect();
    let (on, plain) = match name.split_once('.') {
        Some((on, method)) => (Some(on), method),
        None => (None, name),
    };
    for operation in api::operations() {
        let called = operation.name == plain || operation.alias == Some(plain);
        let form = operation.form.filter(|form| form.name == plain);
        if on.map_or(called || form.is_some(), |on| {
            form.is_some_and(|form| form.on == on)
        }) {
            parts.push(of_operation(operation));
        }
    }
    let is = |its: Option<&str>| on.is_none_or(|on| its == Some(on));
    parts.extend(
        SUGAR
            .iter()
            .filter(|it| it.name == plain && is(Some(it.on)))
            .map(of_sugar),
    );
    parts.extend(
        BUILTINS
            .iter()
            .filter(|it| it.name == plain && is(it.on))
            .map(of_builtin),
    );
    let of = on.map(|on| language::type_called(on).unwrap_or(on));
    parts.extend(
        language::function(plain)
            .filter(|it| of.map_or_else(|| !is_ours(it.name), |of| it.is_of(of)))
            .map(of_native),
    );
    if on.is_none()
        && let Some(known) = language::type_called(plain)
    {
        parts.push(of_type(known));
    }
    if on.is_none()
        && let Some(kind) = kind(plain)
    {
        parts.push(of_kind(kind));
    }
    if parts.is_empty() {
        let types = kinds().into_iter().map(|kind| kind.name);
        let of_language = LANGUAGE.iter().map(|native| native.name);
        let known = vocabulary::names().chain(of_language).chain(types);
        return Err(vocabulary::elsewhere(plain)
            .or_else(|| nearest(plain, known).map(vocabulary::meant))
            .unwrap_or_else(|| "mw doc lists what there is".to_owned()));
    }
    Ok(parts.join("\n"))
}

fn example(text: &mut String, example: &str) {
    let _ = writeln!(text, "\nExample:");
    for line in example.lines() {
        let _ = writeln!(text, "    {line}");
    }
}

fn of_operation(operation: &'static Operation) -> String {
    let mut text = format!("# {}\n\n{}\n", operation.signature(), operation.doc);
    if let Some(form) = operation.form {
        let _ = writeln!(text, "As a method: {}.{}(…)", form.on, form.name);
    }
    if let Some(alias) = operation.alias {
        let _ = writeln!(text, "Also, with a map: {alias}(#{{…}})");
    }
    let _ = writeln!(text);
    for param in operation.params {
        let need = if param.required { "" } else { " (optional)" };
        let _ = writeln!(
            text,
            "  {}: {}{need}  {}",
            param.name,
            param.kind.type_name(),
            param.doc
        );
        fields(&mut text, &param.kind, 4);
    }
    let _ = writeln!(text, "  → {}", operation.answer.type_name());
    let effects: Vec<&str> = operation
        .effect
        .possible()
        .iter()
        .map(|it| it.as_str())
        .collect();
    let _ = writeln!(text, "\nEffect: {}", effects.join(" or "));
    let _ = writeln!(
        text,
        "Request: {} {}",
        operation.method.as_str(),
        operation.path
    );
    let _ = writeln!(text, "API reference: {}", operation.section);
    example(&mut text, operation.example);
    text
}

fn fields(text: &mut String, kind: &Kind, indent: usize) {
    match kind {
        Kind::Object(list) => {
            for field in *list {
                let need = if field.required { " (required)" } else { "" };
                let _ = writeln!(
                    text,
                    "{:indent$}{}: {}{need}  {}",
                    "",
                    field.name,
                    field.kind.type_name(),
                    field.doc
                );
                fields(text, &field.kind, indent + 2);
            }
        }
        Kind::List(item) | Kind::OneOrMany(item) => fields(text, item, indent),
        _ => {}
    }
}

fn of_sugar(sugar: &Sugar) -> String {
    let mut text = format!(
        "# {}\n\n{}\nAs a method: {}.{}(…)\n",
        sugar.signature, sugar.doc, sugar.on, sugar.name
    );
    example(&mut text, sugar.example);
    text
}

fn of_builtin(builtin: &Builtin) -> String {
    let mut text = format!("# {}\n\n{}\n", builtin.signature, builtin.doc);
    if let Some(on) = builtin.on {
        let _ = writeln!(text, "As a method: {on}.{}(…)", builtin.name);
    }
    if let Some(power) = builtin.power() {
        let form = match power {
            "fs" => "fs:PATH",
            "env" => "env:NAME",
            _ => "net:HOST",
        };
        let _ = writeln!(text, "Needs a power: --allow {form}, on the simulator too.");
    }
    example(&mut text, builtin.example);
    text
}

/// Whether a function of ours takes the place of the language's, so that it alone is explained.
fn is_ours(name: &str) -> bool {
    BUILTINS.iter().any(|it| it.name == name)
}

fn of_native(native: &Native) -> String {
    let mut text = String::new();
    for way in &native.ways {
        let (takes, result) = way.split_once("->").unwrap_or((way, ""));
        let takes: Vec<&str> = takes.split_whitespace().collect();
        let _ = writeln!(
            text,
            "# {}({}) -> {}",
            native.name,
            takes.join(", "),
            result.trim()
        );
    }
    let _ = writeln!(text, "\n{}.", native.doc);
    text
}

/// A type of the language, with its methods.
fn of_type(known: &str) -> String {
    let mut text = format!("# {known}\n\nMethods:\n");
    let of_language = LANGUAGE
        .iter()
        .filter(|it| it.is_of(known))
        .map(|it| (it.name, it.doc));
    let ours = BUILTINS
        .iter()
        .filter(|it| {
            let on = it.on.map(|on| language::type_called(on).unwrap_or(on));
            on.is_some_and(|on| on == known || on == "any")
        })
        .map(|it| (it.name, first_sentence(it.doc)));
    // A function of ours takes the place of the language's.
    let all: BTreeMap<&str, &str> = of_language.chain(ours).collect();
    for (name, doc) in all {
        let _ = writeln!(text, "  {name:<24} {doc}");
    }
    text
}

fn of_test_function(builtin: &Builtin) -> String {
    let mut text = format!(
        "# {}\n\n{}\nOnly in tests: mw test.\n",
        builtin.signature, builtin.doc
    );
    example(&mut text, builtin.example);
    text
}

fn of_kind(kind: &'static RecordKind) -> String {
    let mut text = format!("# {}\n\n{}\n\nFields:\n", kind.name, kind.doc.trim());
    for field in kind.fields {
        let _ = writeln!(
            text,
            "  {}: {}  {}",
            field.name,
            (field.type_name)(),
            field.doc.trim()
        );
        if field.name == "fields"
            && let Some(nested) = field.nested
        {
            for field in nested().fields {
                let _ = writeln!(
                    text,
                    "    {}: {}  {}",
                    field.name,
                    (field.type_name)(),
                    field.doc.trim()
                );
            }
        }
    }
    let methods: Vec<&str> = methods(kind.name).collect();
    if !methods.is_empty() {
        let _ = writeln!(text, "\nMethods: {}", methods.join(", "));
    }
    text
}

/// The methods of a type.
pub fn methods(kind: &str) -> impl Iterator<Item = &'static str> {
    let forms = api::operations()
        .filter_map(|operation| operation.form)
        .filter(move |form| form.on == kind)
        .map(|form| form.name);
    let short = SUGAR
        .iter()
        .filter(move |sugar| sugar.on == kind)
        .map(|sugar| sugar.name);
    let builtins = BUILTINS
        .iter()
        .filter(move |it| it.on == Some(kind))
        .map(|builtin| builtin.name);
    forms.chain(short).chain(builtins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_an_entry() {
        let of_language = LANGUAGE.iter().map(|native| native.name);
        let types = kinds().into_iter().map(|kind| kind.name);
        let names = vocabulary::names().chain(types).chain(of_language);
        for name in names.chain(language::TYPES.iter().copied()) {
            let text = entry(name).unwrap();
            assert!(text.starts_with("# "), "{name}: {text}");
        }
    }

    #[test]
    fn the_language_has_its_entries_too() {
        let list = entry("list").unwrap();
        for method in ["push", "len", "where", "to_json"] {
            assert!(list.contains(&format!("\n  {method} ")), "{method}");
        }
        assert_eq!(entry("string").unwrap(), entry("text").unwrap());
        assert!(entry("trim").unwrap().contains("trim(text) -> ()"));
        assert_eq!(entry("text.len"), entry("string.len"));
        assert!(entry("text.push").is_err());
        assert_eq!(entry("str").unwrap_err(), "write n.to_string()");
    }

    #[test]
    fn a_slip_gets_a_suggestion() {
        assert_eq!(entry("clods").unwrap_err(), "did you mean `clouds`?");
        assert_eq!(entry("Cluod").unwrap_err(), "did you mean `Cloud`?");
    }
}
