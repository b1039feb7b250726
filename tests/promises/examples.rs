//! Every example that users may copy runs: those of the tables, of the README, and what ships.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use metalwright::api;
use metalwright::script::builtins::BUILTINS;
use metalwright::script::sugar::SUGAR;

use crate::stage::mw::Mw;
use crate::stage::server::Server;
use crate::stage::site::Site;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a line on the simulator; it may print what it likes.
fn runs(what: &str, line: &str) {
    println!("{what}: {line}");
    Mw::eval(line).any_stdout().any_stderr().run();
}

#[test]
fn examples_of_operations_run() {
    for operation in api::operations() {
        assert!(!operation.example.is_empty(), "{}", operation.name);
        runs(operation.name, operation.example);
    }
}

#[test]
fn examples_of_builtins_run() {
    assert!(!BUILTINS.is_empty());
    for builtin in BUILTINS {
        assert!(builtin.example.contains(builtin.name), "{}", builtin.name);
        match builtin.needs {
            None => runs(builtin.name, builtin.example),
            Some(power) => runs_outside(builtin.name, builtin.example, power),
        }
    }
}

/// Runs a line that reaches beyond the account, with the power it says it needs and not without.
fn runs_outside(what: &str, line: &str, power: &str) {
    println!("{what}: {line}");
    let site = Site::new();
    let call = |allow: &[&str]| {
        let mut words = vec!["--sim"];
        words.extend(allow);
        // The address of the examples is nobody's.
        let line = line.replace("https://hooks.example.com", site.url());
        words.extend(["eval", &line]);
        Mw::new(words)
            .env("SLACK_URL", "https://hooks.example.com/services/T0")
            .file("notes.txt", "hello")
            .file("inventory.json", r#"{"nodes": ["a"]}"#)
            .file("inventory.yaml", "nodes: [a]")
            .file("inventory.toml", "nodes = ['a']")
            .file("inventory.csv", "name,rack\na,1\n")
            .any_stdout()
            .any_stderr()
    };
    let granted = power.replace("hooks.example.com", "127.0.0.1");
    call(&["--allow", &granted]).run();
    let refused = call(&[]).code(4).run();
    assert!(refused.stderr.contains("--allow"), "{}", refused.stderr);
}

#[test]
fn examples_of_short_forms_run() {
    assert!(!SUGAR.is_empty());
    for sugar in SUGAR {
        assert!(sugar.example.contains(sugar.name), "{}", sugar.name);
        runs(sugar.name, sugar.example);
    }
}

/// The blocks of a page that are marked with one of these languages.
fn blocks(page: &str, languages: &[&str]) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut inside: Option<(bool, String)> = None;
    for line in page.lines() {
        match (&mut inside, line.trim_start().strip_prefix("```")) {
            (None, Some(language)) => {
                inside = Some((languages.contains(&language.trim()), String::new()));
            }
            (None, None) => {}
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (Some(_), Some(_)) => {
                if let Some((true, text)) = inside.take() {
                    blocks.push(text);
                }
                inside = None;
            }
        }
    }
    blocks
}

/// The commands of a block that call `mw`, as a shell takes them.
fn commands(block: &str) -> Vec<String> {
    let whole = block.replace("\\\n", " ");
    whole
        .lines()
        .map(|line| line.trim().trim_start_matches("$ "))
        .map(|line| match line.strip_prefix("cargo run --release -- ") {
            Some(rest) => format!("mw {rest}"),
            None => line.to_owned(),
        })
        .filter(|line| line.starts_with("mw "))
        .collect()
}

/// Commands that go on until they are stopped, or that want a person.
fn stays(command: &str) -> bool {
    command
        .split_whitespace()
        .any(|word| matches!(word, "repl" | "serve" | "sim" | "login" | "watch"))
}

/// The README and the pages it leads to, one after another.
fn readme() -> String {
    let mut pages = vec![root().join("README.md")];
    let folder = fs::read_dir(root().join("docs")).expect("there is a folder of pages");
    pages.extend(folder.map(|entry| entry.unwrap().path()));
    pages.sort();
    let read = |page: &PathBuf| fs::read_to_string(page).expect("a page can be read");
    pages.iter().map(read).collect()
}

#[test]
fn every_link_of_the_readme_leads_somewhere() {
    let page = readme();
    let mut links = 0;
    for link in page
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
    {
        let file = link.0.split('#').next().unwrap();
        if file.contains("://") {
            continue;
        }
        links += 1;
        let found = [root().join(file), root().join("docs").join(file)];
        assert!(found.iter().any(|path| path.is_file()), "{file}");
    }
    assert!(links > 5, "{links}");
}

#[test]
fn scripts_of_the_readme_run() {
    let scripts = blocks(&readme(), &["rhai"]);
    assert!(!scripts.is_empty(), "the README shows no script");
    for script in scripts {
        println!("{script}");
        Mw::new(["--sim", "run", "readme.rhai"])
            .file("readme.rhai", &script)
            .any_stdout()
            .any_stderr()
            .run();
    }
}

#[test]
fn lines_of_the_pages_run_at_the_prompt() {
    let sessions = blocks(&readme(), &["rhai-lines"]);
    assert!(!sessions.is_empty(), "the pages show no session");
    for lines in sessions {
        println!("{lines}");
        Mw::new(["--sim", "repl"]).stdin(&lines).any_stdout().run();
    }
}

#[test]
fn tests_of_the_readme_pass() {
    let tests = blocks(&readme(), &["rhai-test"]);
    assert!(!tests.is_empty(), "the README shows no test");
    for test in tests {
        let mw = Mw::new(["--quiet", "test"]).file("readme_test.rhai", &test);
        symlink(root().join("scripts"), mw.folder().join("scripts")).unwrap();
        mw.any_stdout().run();
    }
}

#[test]
fn commands_of_the_readme_run() {
    let commands: Vec<String> = blocks(&readme(), &["console", "sh", "shell", "bash"])
        .iter()
        .flat_map(|block| commands(block))
        .filter(|command| !stays(command))
        .collect();
    assert!(!commands.is_empty(), "the README shows no command");
    // Commands on a real account get one that nobody pays for.
    let server = Server::start();
    // What one command writes another reads.
    let account = Mw::new(["--sim", "--quiet", "snapshot"]).any_stdout().run();
    for command in commands {
        server.reset();
        let mw = Mw::shell(&command)
            .account(server.url())
            .file("account.toml", &account.stdout);
        for name in ["scripts", "stdlib"] {
            if let Ok(folder) = root().join(name).canonicalize() {
                symlink(folder, mw.folder().join(name)).unwrap();
            }
        }
        println!("{command}");
        mw.any_stdout().any_stderr().run();
    }
}

/// The scripts of a folder, but for tests, by their path from the root.
fn scripts(folder: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(root().join(folder))
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .map(|entry| Path::new(folder).join(entry.unwrap().file_name()))
        .filter(|path| path.extension().is_some_and(|it| it == "rhai"))
        .filter(|path| !path.to_string_lossy().ends_with("_test.rhai"))
        .collect();
    found.sort();
    found
}

#[test]
fn scripts_that_ship_explain_themselves_and_run() {
    let scripts = scripts("scripts");
    assert!(!scripts.is_empty(), "no script ships");
    for script in scripts {
        println!("{}", script.display());
        let script = script.to_str().unwrap();
        let help = Mw::new(["run", script, "--help"])
            .inside(root())
            .any_stdout()
            .run();
        assert!(help.stdout.contains(script), "{}", help.stdout);
        Mw::new(["--sim", "run", script])
            .inside(root())
            .any_stdout()
            .any_stderr()
            .run();
    }
}
