//! Nothing that a script, its writer or its operator reads has a name of the program's own insides:
//! not in what was written down of mistakes, not for any function on any values, not by chance.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use metalwright::api;
use metalwright::script::builtins::BUILTINS;
use metalwright::script::sugar::SUGAR;

use crate::stage::mw::Mw;

/// What only the program's source may say.
const INSIDES: &[&str] = &[
    "Dynamic",
    "EvalAltResult",
    "core::",
    "alloc::",
    "rhai::",
    "std::",
    "metalwright::",
    "i64",
    "f64",
    "u8",
    "ImmutableString",
    "&str",
    "INT",
    "FLOAT",
    "FnPtr",
    "Box<",
    "Option<",
    "Vec<",
    "Range<",
    "RangeInclusive",
    "anon$",
    "OwnRun",
    "Trouble",
];

#[track_caller]
fn is_plain(text: &str) {
    let said: Vec<&str> = text
        .lines()
        .filter(|line| INSIDES.iter().any(|inside| line.contains(inside)))
        .collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
}

#[test]
fn what_is_written_down_of_mistakes_is_plain() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/promises/corpus");
    for entry in fs::read_dir(folder).unwrap() {
        is_plain(&fs::read_to_string(entry.unwrap().path()).unwrap());
    }
}

/// One value of every kind that a script can hold.
const VALUES: &str = r#"
let values = [
    5, 1.5, true, 'x', "abc", "5m", [1, "a"], #{a: 1}, blob(2, 7), 0..3, 0..=3, |x| x, (),
    cloud("Bare metal"), cloud("Bare metal").nodes()[0], vlans()[0], duration("5m"), now(),
    attempt(|| cloud("nowhere")).error, args, run, secret("TOKEN"), 255.to_hex().to_blob(),
];
let said = #{};
let tell = |tried| {
    if !tried.ok {
        said[`${tried.error}`] = true;
        said[`${tried.error.message}`] = true;
        said[`${tried.error.hint}`] = true;
    }
};
"#;

/// Runs a script that tells what each error says, on all values, and looks at all of it.
fn told(body: &str) {
    let script = format!(
        "{VALUES}\n{body}\nfor text in said.keys() {{ print(text); }}\nprint(said.len());\n"
    );
    let done = Mw::new([
        "--sim",
        "--quiet",
        "--allow",
        "env:TOKEN",
        "run",
        "told.rhai",
    ])
    .file("told.rhai", &script)
    .env("TOKEN", "hush")
    .any_stdout()
    .any_stderr()
    .done();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let count = done.stdout.lines().last().unwrap();
    assert!(count.parse::<u32>().unwrap() > 20, "{}", done.stdout);
    is_plain(&done.stdout);
    is_plain(&done.stderr);
}

/// Functions that end the script, or that wait for a person.
const LEFT_OUT: &[&str] = &["exit", "print", "debug"];

/// Every name that can be called.
fn names() -> BTreeSet<String> {
    let language = include_str!("../../src/script/language.txt");
    let language = language
        .lines()
        .filter_map(|line| line.split(':').next())
        .filter(|name| !name.starts_with('.'));
    let operations = api::operations().flat_map(|operation| {
        [
            Some(operation.name),
            operation.alias,
            operation.form.map(|form| form.name),
        ]
    });
    language
        .chain(operations.flatten())
        .chain(BUILTINS.iter().map(|builtin| builtin.name))
        .chain(SUGAR.iter().map(|sugar| sugar.name))
        .filter(|name| !LEFT_OUT.contains(name))
        .filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn functions_say_nothing_of_the_insides_whatever_they_are_called_on() {
    let names: Vec<String> = names().into_iter().collect();
    assert!(names.len() > 200, "{}", names.len());
    for some in names.chunks(60) {
        let mut body = String::new();
        for name in some {
            let _ = writeln!(
                body,
                "{{ let f = Fn(\"{name}\"); for a in values {{ tell.call(attempt(|| f.call(a))); \
                 for b in values {{ tell.call(attempt(|| f.call(a, b))); }} }} }}"
            );
        }
        told(&body);
    }
}

#[test]
fn operators_say_nothing_of_the_insides_whatever_they_stand_between() {
    let mut body = String::from("for a in values {\n");
    for one in ["-a", "!a", "a.label", "a.nothing", "a.len()"] {
        let _ = writeln!(body, "tell.call(attempt(|| {one}));");
    }
    body.push_str("for x in [a] { tell.call(attempt(|| { for y in x { y; } })); }\n");
    body.push_str("tell.call(attempt(|| { if a { 1 } }));\n");
    body.push_str("tell.call(attempt(|| { throw a; }));\n");
    body.push_str("for b in values {\n");
    for operator in [
        "+", "-", "*", "/", "%", "**", "<<", ">>", "&", "|", "^", "==", "!=", "<", "<=", ">", ">=",
        "&&", "||", "??", "..", "..=", "in",
    ] {
        let _ = writeln!(body, "tell.call(attempt(|| a {operator} b));");
    }
    body.push_str("tell.call(attempt(|| a[b]));\n");
    body.push_str("tell.call(attempt(|| { let c = a; c[b] = 1; }));\n");
    body.push_str("tell.call(attempt(|| { let c = a; c.label = b; }));\n");
    body.push_str("tell.call(attempt(|| { let c = a; c += b; }));\n");
    body.push_str("}}\n");
    told(&body);
}

#[test]
fn values_show_themselves_as_scripts_know_them() {
    let script = format!(
        "{VALUES}\nfor v in values {{ print(v); print(`${{v}}`); print(type_of(v)); print(v.to_debug()); print([v]); }}\n"
    );
    let done = Mw::new([
        "--sim",
        "--quiet",
        "--allow",
        "env:TOKEN",
        "run",
        "shown.rhai",
    ])
    .file("shown.rhai", &script)
    .env("TOKEN", "hush")
    .any_stdout()
    .any_stderr()
    .done();
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    is_plain(&done.stdout);
}
