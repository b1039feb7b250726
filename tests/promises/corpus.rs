//! What people get wrong, and what they are told: every case of `corpus/*.txt`, word by word.
//!
//! ```text
//! === a misspelt function                what goes wrong
//! <<< a.rhai                             a file in the folder of the case
//! let c = cluods();
//! $ mw --sim run a.rhai                  a line as a shell takes it
//! >>> exit 2                             what it must come to: the code and standard error,
//! error: there is no function `cluods`
//! ||| stdout                             and standard output, where it writes any
//! ```
//!
//! `@server` gives a case an account on a socket, `@fault {…}` a rule for it, `@mode FILE 644` a mode
//! to a file, `@bytes FILE HEX` a file that is no text, `@folder NAME` a folder, `@stdin TEXT` a line
//! of standard input. `MW_BLESS=1 cargo test corpus` writes down what was found in the place of what
//! was expected.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::{env, fs};

use crate::stage::folder::Folder;
use crate::stage::http;
use crate::stage::mw::Mw;
use crate::stage::page::Page;
use crate::stage::server::Server;

/// Something to prepare: `@word rest`.
#[derive(Debug)]
struct Setting {
    word: String,
    rest: String,
}

/// One command and what it must come to.
#[derive(Debug, Default)]
struct Command {
    line: String,
    code: Option<i32>,
    stderr: String,
    stdout: String,
}

#[derive(Debug, Default)]
struct Case {
    title: String,
    settings: Vec<Setting>,
    files: Vec<(String, String)>,
    commands: Vec<Command>,
}

/// Where the lines that follow belong.
enum Part {
    Settings,
    File,
    Stderr,
    Stdout,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/promises/corpus")
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut part = Part::Settings;
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("=== ") {
            cases.push(Case {
                title: title.to_owned(),
                ..Case::default()
            });
            part = Part::Settings;
            continue;
        }
        let case = cases.last_mut().expect("a case begins with ===");
        if let Some(name) = line.strip_prefix("<<< ") {
            case.files.push((name.to_owned(), String::new()));
            part = Part::File;
        } else if let Some(line) = line.strip_prefix("$ ") {
            case.commands.push(Command {
                line: line.to_owned(),
                ..Command::default()
            });
            part = Part::Stderr;
        } else if let Some(code) = line.strip_prefix(">>> exit ") {
            let command = case.commands.last_mut().expect("a command before >>>");
            command.code = Some(code.parse().expect("an exit code"));
            part = Part::Stderr;
        } else if line == "||| stdout" {
            part = Part::Stdout;
        } else {
            match part {
                Part::Settings => {
                    let Some(setting) = line.strip_prefix('@') else {
                        assert!(line.is_empty(), "{}: {line}", case.title);
                        continue;
                    };
                    let (word, rest) = setting.split_once(' ').unwrap_or((setting, ""));
                    case.settings.push(Setting {
                        word: word.to_owned(),
                        rest: rest.to_owned(),
                    });
                }
                Part::File => add(&mut case.files.last_mut().unwrap().1, line),
                Part::Stderr => add(&mut case.commands.last_mut().unwrap().stderr, line),
                Part::Stdout => add(&mut case.commands.last_mut().unwrap().stdout, line),
            }
        }
    }
    // An empty line stands between two cases.
    for case in &mut cases {
        for command in &mut case.commands {
            let text = if command.stdout.is_empty() {
                &mut command.stderr
            } else {
                &mut command.stdout
            };
            text.truncate(text.trim_end_matches('\n').len());
            if !text.is_empty() {
                text.push('\n');
            }
        }
    }
    cases
}

fn add(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn written(cases: &[Case]) -> String {
    let mut text = String::new();
    for (index, case) in cases.iter().enumerate() {
        let gap = if index == 0 { "" } else { "\n" };
        let _ = writeln!(text, "{gap}=== {}", case.title);
        for Setting { word, rest } in &case.settings {
            let line = format!("@{word} {rest}");
            let _ = writeln!(text, "{}", line.trim_end());
        }
        for (name, content) in &case.files {
            let _ = write!(text, "<<< {name}\n{content}");
        }
        for command in &case.commands {
            let code = command.code.unwrap_or(-1);
            let _ = write!(
                text,
                "$ {}\n>>> exit {code}\n{}",
                command.line, command.stderr
            );
            if !command.stdout.is_empty() {
                let _ = write!(text, "||| stdout\n{}", command.stdout);
            }
        }
    }
    text
}

/// What a case needs beside its folder, and the words that stand for what differs from run to run.
#[derive(Default)]
struct Surroundings {
    server: Option<Server>,
    variables: Vec<(String, String)>,
    hidden: Vec<(String, &'static str)>,
    stdin: String,
}

impl Surroundings {
    fn prepare(&mut self, settings: &[Setting], folder: &Folder) {
        for Setting { word, rest } in settings {
            let (first, second) = rest.split_once(' ').unwrap_or((rest, ""));
            let path = folder.path().join(first);
            match word.as_str() {
                "server" => {
                    let server = Server::start();
                    self.at(server.url());
                    self.variable("OPENMETAL_API_KEY", "sim");
                    self.server = Some(server);
                }
                "fault" => {
                    let server = self.server.as_ref().expect("@server before @fault");
                    http::post(server.url(), "/_sim/faults", rest);
                }
                "nobody" => self.at(&format!("http://{}", nobody())),
                "page" => {
                    let text: &'static str = second.to_owned().leak();
                    let kind: &'static str = first.to_owned().leak();
                    self.at(Page::serve(kind, text).url());
                    self.variable("OPENMETAL_API_KEY", "sim");
                }
                "env" => {
                    let (name, value) = rest.split_once('=').expect("NAME=VALUE");
                    self.variable(name, value);
                }
                "folder" => fs::create_dir_all(path).unwrap(),
                "mode" => {
                    let mode = u32::from_str_radix(second, 8).unwrap();
                    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
                }
                "bytes" => {
                    let bytes = second.as_bytes().chunks(2);
                    let byte = |pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16);
                    let bytes: Vec<u8> = bytes.map(|pair| byte(pair).unwrap()).collect();
                    fs::write(path, bytes).unwrap();
                }
                "stdin" => add(&mut self.stdin, rest),
                other => panic!("there is no setting @{other}"),
            }
        }
    }

    fn at(&mut self, url: &str) {
        let address = url.trim_start_matches("http://").to_owned();
        self.variable("OPENMETAL_API_URL", url);
        self.hidden.push((address, "ADDR"));
    }

    fn variable(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }
}

/// An address where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Runs a case and gives what was found.
fn found(case: &Case) -> Case {
    let folder = Arc::new(Folder::new());
    for (name, content) in &case.files {
        folder.write(name, content);
    }
    let mut around = Surroundings::default();
    around.prepare(&case.settings, &folder);
    let place = folder.path().display().to_string();
    let commands = case.commands.iter().map(|command| {
        // The usage that is shown names what the environment gives.
        let line = format!("unset MW_EXCHANGES; {}", command.line);
        let mut mw = Mw::shell(&line)
            .sharing(&folder)
            .stdin(&around.stdin)
            .hide(&place, "FOLDER");
        for (name, value) in &around.variables {
            mw = mw.env(name, value);
        }
        for (text, name) in &around.hidden {
            mw = mw.hide(text, name);
        }
        let done = mw.done();
        Command {
            line: command.line.clone(),
            code: done.code,
            stderr: done.stderr,
            stdout: done.stdout,
        }
    });
    Case {
        title: case.title.clone(),
        commands: commands.collect(),
        ..Case::default()
    }
}

/// What differs, as lines to look at.
fn difference(expected: &Command, found: &Command) -> Option<String> {
    let mut text = String::new();
    if expected.code != found.code {
        let _ = writeln!(
            text,
            "exit {:?} where {:?} was expected",
            found.code, expected.code
        );
    }
    for (name, expected, found) in [
        ("stderr", &expected.stderr, &found.stderr),
        ("stdout", &expected.stdout, &found.stdout),
    ] {
        // Empty lines at the end are not kept.
        if expected.trim_end_matches('\n') != found.trim_end_matches('\n') {
            let _ = write!(
                text,
                "--- {name} expected\n{expected}--- {name} found\n{found}"
            );
        }
    }
    (!text.is_empty()).then(|| format!("$ {}\n{text}", found.line))
}

fn blessing() -> bool {
    static BLESSING: OnceLock<bool> = OnceLock::new();
    *BLESSING.get_or_init(|| env::var_os("MW_BLESS").is_some())
}

fn holds(name: &str) {
    let path = folder().join(format!("{name}.txt"));
    let text = fs::read_to_string(&path).unwrap();
    let mut cases = cases(&text);
    let mut wrong = String::new();
    for case in &mut cases {
        let found = found(case);
        for (expected, found) in case.commands.iter().zip(&found.commands) {
            if let Some(difference) = difference(expected, found) {
                let _ = write!(wrong, "\n=== {}\n{difference}", case.title);
            }
        }
        case.commands = found.commands;
    }
    if blessing() {
        fs::write(path, written(&cases)).unwrap();
        return;
    }
    assert!(wrong.is_empty(), "{name}.txt\n{wrong}");
}

macro_rules! corpus {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            holds(stringify!($name));
        })*

        #[test]
        fn every_file_of_cases_is_run() {
            let mut known = [$(concat!(stringify!($name), ".txt")),*];
            known.sort_unstable();
            let mut names: Vec<String> = fs::read_dir(folder())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            assert_eq!(names, known);
        }
    };
}

corpus! {
    parsing names values surprises traces arguments command_line jobs account permissions foreign
}
