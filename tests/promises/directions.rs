//! The house's parts know each other in one direction only.
//!
//! A mention of `crate::part` in a file under `src/part.rs` or `src/part/` is what is looked at; unit
//! tests are not, which may set up anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The parts in the order they stand on each other, each with the parts it may name.
const MAY_NAME: &[(&str, &[&str])] = &[
    // The ground. A record's fields are described in the terms of operations, and the reverse.
    ("error", &[]),
    ("branch", &[]),
    ("loopback", &[]),
    ("money", &[]),
    ("secret", &[]),
    ("template", &[]),
    // It keeps what it is given, and knows nothing of what that is but that secrets are left out.
    ("journal", &["money", "secret"]),
    ("clock", &["branch"]),
    ("record", &["operation", "secret"]),
    ("operation", &["record", "secret"]),
    ("zone", &["operation"]),
    // What the API is.
    ("api", &["money", "operation", "record"]),
    // How it is reached, and how a stand-in answers. Neither names the other.
    (
        "client",
        &[
            "api",
            "clock",
            "error",
            "loopback",
            "operation",
            "record",
            "secret",
        ],
    ),
    (
        "simulator",
        &["api", "clock", "error", "operation", "record", "secret"],
    ),
    // What people write and read.
    ("config", &["error", "loopback", "operation", "secret"]),
    ("parameters", &["error", "operation", "record"]),
    (
        "output",
        &["error", "money", "operation", "record", "secret"],
    ),
    // The one path of every effect.
    (
        "session",
        &[
            "api",
            "branch",
            "client",
            "clock",
            "error",
            "journal",
            "loopback",
            "money",
            "operation",
            "record",
            "secret",
        ],
    ),
    (
        "script",
        &[
            "api",
            "branch",
            "client",
            "clock",
            "error",
            "journal",
            "operation",
            "output",
            "parameters",
            "record",
            "secret",
            "session",
            "template",
            "zone",
        ],
    ),
    ("reference", &["api", "operation", "record", "script"]),
    (
        "repl",
        &[
            "error",
            "operation",
            "output",
            "reference",
            "script",
            "secret",
        ],
    ),
    // What people are told of jobs, and how it reaches them.
    (
        "notice",
        &["client", "config", "loopback", "secret", "template"],
    ),
    // What machines are told.
    ("metrics", &["client", "operation"]),
    ("traces", &["client", "operation", "secret"]),
    (
        "schedule",
        &[
            "clock",
            "error",
            "journal",
            "money",
            "notice",
            "operation",
            "parameters",
            "secret",
            "zone",
        ],
    ),
];

/// Parts that name each other, reviewed.
const CIRCLES: &[(&str, &str)] = &[("operation", "record")];

/// Files that may be longer, reviewed, with their reason.
const LONG: &[(&str, &str)] = &[];

const LONGEST: usize = 450;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
}

/// Every file of the house by its path under `src/`, with its text.
fn files() -> BTreeMap<String, String> {
    let mut paths = Vec::new();
    collect(&source(), &mut paths);
    assert!(paths.len() > 100, "only {} files were found", paths.len());
    paths
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(source()).unwrap();
            let name = name.to_str().unwrap().to_owned();
            let text = fs::read_to_string(path).unwrap();
            (name, text)
        })
        .collect()
}

/// The part a file belongs to: `client` for `client.rs` and `client/token.rs`.
fn part(file: &str) -> &str {
    let first = file.split('/').next().unwrap();
    first.strip_suffix(".rs").unwrap_or(first)
}

fn is_test(file: &str) -> bool {
    file.split('/')
        .any(|piece| piece == "tests" || piece == "tests.rs")
}

/// The code of a file: no comments, no unit tests, which stand last.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let mut code = String::new();
    for line in text.lines() {
        if !line.trim_start().starts_with("//") {
            code.push_str(line);
            code.push('\n');
        }
    }
    code
}

/// The words that follow `crate::`, those in braces included.
fn named(code: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        text.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect()
    };
    let mut names = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut piece = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        names.insert(word(piece.trim()));
                        piece.clear();
                        continue;
                    }
                    _ => {}
                }
                piece.push(c);
            }
            names.insert(word(piece.trim()));
        } else {
            names.insert(word(rest));
        }
    }
    names
}

/// Which parts name which, with a file that does.
fn directions() -> BTreeMap<(String, String), String> {
    let files = files();
    let parts: BTreeSet<String> = files.keys().map(|file| part(file).to_owned()).collect();
    let mut directions = BTreeMap::new();
    for (file, text) in &files {
        if is_test(file) || file == "lib.rs" || file == "main.rs" {
            continue;
        }
        let from = part(file);
        for to in named(&code(text)) {
            if parts.contains(&to) && to != from {
                directions
                    .entry((from.to_owned(), to))
                    .or_insert_with(|| file.clone());
            }
        }
    }
    assert!(directions.len() > 20, "{directions:?}");
    directions
}

#[test]
fn a_mention_is_found_however_it_is_written() {
    let code = "use crate::client::{Client};\nuse crate::{api, clock::{Clock, x}, error};\nlet x = crate::record::Y;";
    let found: Vec<String> = named(code).into_iter().collect();
    assert_eq!(found, ["api", "client", "clock", "error", "record"]);
}

#[test]
fn every_part_names_only_what_it_stands_on() {
    let mut wrong = Vec::new();
    for ((from, to), file) in directions() {
        let allowed = MAY_NAME.iter().find(|(part, _)| *part == from);
        // The command line joins everything.
        if from != "cli" && !allowed.is_some_and(|(_, parts)| parts.contains(&to.as_str())) {
            wrong.push(format!("{file}: {from} names {to}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nobody_names_the_command_line() {
    for ((_, to), file) in directions() {
        assert_ne!(to, "cli", "{file}");
    }
    // The program itself does nothing else.
    let main = fs::read_to_string(source().join("main.rs")).unwrap();
    assert!(main.contains("metalwright::cli::main"));
}

#[test]
fn parts_stand_on_each_other_without_circles() {
    let mut below: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for ((from, to), _) in directions() {
        if !CIRCLES.contains(&(from.as_str(), to.as_str())) {
            below.entry(from).or_default().insert(to);
        }
    }
    // Parts that stand on nothing left are taken away until nothing is left.
    loop {
        let on_the_ground: Vec<String> = below
            .iter()
            .filter(|(_, to)| to.iter().all(|part| !below.contains_key(part)))
            .map(|(part, _)| part.clone())
            .collect();
        if on_the_ground.is_empty() {
            break;
        }
        for part in on_the_ground {
            below.remove(&part);
        }
    }
    assert!(below.is_empty(), "these name each other: {below:#?}");
}

#[test]
fn only_scripts_and_the_prompt_know_the_language() {
    for (file, text) in files() {
        let named = code(&text).contains("rhai::");
        if named {
            assert!(
                matches!(part(&file), "script" | "repl"),
                "{file} names rhai"
            );
        }
    }
}

#[test]
fn files_are_short_and_named_after_what_they_hold() {
    for (file, text) in files() {
        let lines = text.lines().count();
        let reviewed = LONG.iter().any(|(long, _)| *long == file);
        assert!(lines <= LONGEST || reviewed, "{file} has {lines} lines");
        assert!(!file.ends_with("mod.rs"), "{file}");
        assert!(
            is_test(&file) || text.starts_with("//!"),
            "{file} does not say what it is about"
        );
        assert!(
            is_test(&file) || !code(&text).contains("use super::*"),
            "{file} hides whom it depends on"
        );
    }
}
