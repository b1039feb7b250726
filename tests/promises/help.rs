//! Every command explains itself, with examples that run; all of it stands in `help.txt`.
//!
//! `MW_BLESS=1 cargo test help` writes the file anew.

use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use clap::Command;
use metalwright::cli;

use crate::stage::folder::Folder;
use crate::stage::mw::Mw;
use crate::stage::server::Server;

/// The ids of runs in examples: the test has two of its own in their place.
const RUNS: [&str; 2] = ["r7k3m9x2", "r2b8n4c6"];

/// Examples that need a run that was cut off, a person at a terminal, a profile, or somebody to tell:
/// they must be right as command lines. What they do is held by the promises about survival,
/// credentials and notices.
const ONLY_READ: &[&str] = &[
    "mw runs resume",
    "mw runs resolve",
    "mw runs cancel",
    "mw locks release",
    "mw auth login",
    "mw jobs notify",
    "mw --profile",
];

/// An example that goes on until it is ended, and what its process says when it has begun.
fn stays(line: &str) -> Option<&'static str> {
    let mut words = line.split_whitespace().skip(1);
    match words.find(|word| !word.starts_with('-'))? {
        "sim" if !line.contains("--assumptions") => Some("listening on"),
        "serve" => Some("next"),
        _ => None,
    }
}

/// Every command with the words that lead to it.
fn commands() -> Vec<(Vec<String>, Command)> {
    fn walk(path: &[String], command: &Command, found: &mut Vec<(Vec<String>, Command)>) {
        found.push((path.to_vec(), command.clone()));
        for sub in command.get_subcommands() {
            if sub.get_name() == "help" {
                continue;
            }
            let mut path = path.to_vec();
            path.push(sub.get_name().to_owned());
            walk(&path, sub, found);
        }
    }
    let mut found = Vec::new();
    let mut tree = cli::command();
    // What a command takes is filled in when it is called.
    tree.build();
    walk(&[], &tree, &mut found);
    found
}

fn help(path: &[String]) -> String {
    let words = path.iter().map(String::as_str).chain(["--help"]);
    Mw::new(words)
        .env("COLUMNS", "100")
        .any_stdout()
        .run()
        .stdout
}

/// The example lines of a help: those under `Examples:` that call `mw`, without what is said of them.
fn examples(help: &str) -> Vec<String> {
    let mut lines = help.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        if !line.starts_with("Example") {
            continue;
        }
        for line in lines.by_ref().take_while(|line| line.starts_with("  ")) {
            let line = line.trim();
            assert!(
                line.starts_with("mw ") || line.contains("| mw "),
                "no example: {line}"
            );
            // What is said of a line stands after two spaces.
            found.push(line.split("  ").next().unwrap_or(line).to_owned());
        }
    }
    found
}

#[test]
fn the_whole_help_is_written_down() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/promises/help.txt");
    let mut text = String::new();
    for (words, _) in commands() {
        let mut name = vec!["mw"];
        name.extend(words.iter().map(String::as_str));
        let _ = write!(text, "=== {} --help\n{}\n", name.join(" "), help(&words));
    }
    if env::var_os("MW_BLESS").is_some() {
        fs::write(&path, &text).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap();
    let (mut old, mut new) = (expected.lines(), text.lines());
    let mut number = 0;
    loop {
        number += 1;
        let (old, new) = (old.next(), new.next());
        assert_eq!(old, new, "help.txt:{number}");
        if old.is_none() {
            break;
        }
    }
}

#[test]
fn every_command_has_an_example() {
    for (words, _) in commands() {
        let help = help(&words);
        assert!(!examples(&help).is_empty(), "{words:?}\n{help}");
    }
}

/// A folder with all that the examples name.
fn prepared() -> Arc<Folder> {
    let folder = Arc::new(Folder::new());
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    for name in ["scripts", "stdlib"] {
        symlink(root.join(name), folder.path().join(name)).unwrap();
    }
    folder.write("nightly.rhai", "print(clouds().len());\n");
    folder.write(
        "vlan.json",
        r#"{"label": "app", "fields": {"pod_location": "pod_1", "vlan_type": "internal"}}"#,
    );
    folder
}

#[test]
fn every_example_runs() {
    let server = Server::start();
    let folder = prepared();
    let mw = |line: &str| {
        Mw::shell(line)
            .sharing(&folder)
            .account(server.url())
            .any_stdout()
            .any_stderr()
    };
    // Two runs to speak of.
    for _ in RUNS {
        mw("mw run scripts/inventory.rhai").run();
    }
    let ids = mw("mw --output json runs list").run().stdout;
    let runs: serde_json::Value = serde_json::from_str(&ids).unwrap();
    for (words, _) in commands() {
        for example in examples(&help(&words)) {
            println!("{example}");
            let mut line = example.clone();
            for (at, id) in RUNS.iter().enumerate() {
                line = line.replace(id, runs[at]["id"].as_str().unwrap());
            }
            let bare = line.split("| ").last().unwrap();
            if ONLY_READ.iter().any(|known| bare.starts_with(known)) {
                let read = cli::command().try_get_matches_from(shell_words(&line));
                assert!(read.is_ok(), "{example}: {}", read.unwrap_err());
            } else if let Some(word) = stays(bare) {
                begins(mw, &line, word);
            } else {
                server.reset();
                // It is about a script that is wrong.
                let code = if line.contains("cluods") { 2 } else { 0 };
                mw(&line).code(code).run();
            }
        }
    }
}

/// Starts what goes on, and ends it.
fn begins(mw: impl Fn(&str) -> Mw, line: &str, word: &str) {
    // Other tests run at the same time, and so does whatever else is on the machine.
    let port = if word.starts_with("listening") && !line.contains("--listen") {
        " --listen 127.0.0.1:0"
    } else {
        ""
    };
    let mut process = mw(&format!("exec {line}{port}")).start();
    if port.is_empty() && !word.starts_with("listening") {
        process.notes(word);
    } else {
        process.says(word);
    }
}

/// The words of a line, with what stands between single quotes as one.
fn shell_words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in line.split('\'').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            let part = part.split(" > ").next().unwrap_or(part);
            let part = part.split(" < ").next().unwrap_or(part);
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
