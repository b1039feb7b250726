//! One call of `mw`, and what it is expected to do: nothing but end well, unless told otherwise.

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use super::folder::Folder;
use super::process::Process;

/// What a stream is expected to hold.
enum Expected {
    /// Exactly this text.
    Text(String),
    /// Anything: the test looks at it by itself.
    Anything,
}

/// One call of `mw` in a folder and a home of its own.
#[must_use = "nothing runs before `run`"]
pub struct Mw {
    folder: Arc<Folder>,
    directory: Option<OsString>,
    program: &'static str,
    arguments: Vec<OsString>,
    variables: Vec<(String, String)>,
    stdin: String,
    stdout: Expected,
    stderr: Expected,
    code: i32,
    hidden: Vec<(String, &'static str)>,
}

/// What a call did.
pub struct Done {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Mw {
    /// Lines piped to a prompt on the simulated account.
    pub fn at_prompt(lines: &str) -> Self {
        Self::new(["--sim", "repl"]).stdin(lines)
    }

    pub fn new<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Self {
        Self {
            folder: Arc::new(Folder::new()),
            directory: None,
            program: env!("CARGO_BIN_EXE_mw"),
            arguments: arguments
                .into_iter()
                .map(|argument| argument.as_ref().to_owned())
                .collect(),
            variables: Vec::new(),
            stdin: String::new(),
            stdout: Expected::Text(String::new()),
            stderr: Expected::Text(String::new()),
            code: 0,
            hidden: Vec::new(),
        }
    }

    /// `mw --sim eval LINE`.
    pub fn eval(line: &str) -> Self {
        Self::new(["--sim", "eval", line])
    }

    /// A line as a shell takes it, in which `mw` is the binary under test.
    pub fn shell(line: &str) -> Self {
        let mut shell = Self::new(["-c", line]);
        shell.program = "/bin/sh";
        shell
    }

    /// The folder that the call is made from.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The account at this address, by its OAuth client.
    pub fn account(self, url: &str) -> Self {
        self.env("OPENMETAL_API_URL", url)
            .env("OPENMETAL_CLIENT_ID", "sim")
            .env("OPENMETAL_CLIENT_SECRET", "sim")
    }

    /// A file in the folder that the call is made from.
    pub fn file(self, name: &str, text: &str) -> Self {
        self.folder.write(name, text);
        self
    }

    /// Makes the call from a folder that other calls are made from too, their home in it.
    pub fn sharing(mut self, folder: &Arc<Folder>) -> Self {
        self.folder = folder.clone();
        self
    }

    pub fn stdin(mut self, text: &str) -> Self {
        text.clone_into(&mut self.stdin);
        self
    }

    /// Makes the call from this folder, not from an empty one.
    pub fn inside(mut self, directory: &Path) -> Self {
        self.directory = Some(directory.into());
        self
    }

    pub fn stdout(mut self, text: &str) -> Self {
        self.stdout = Expected::Text(text.to_owned());
        self
    }

    pub fn stderr(mut self, text: &str) -> Self {
        self.stderr = Expected::Text(text.to_owned());
        self
    }

    pub fn any_stdout(mut self) -> Self {
        self.stdout = Expected::Anything;
        self
    }

    pub fn any_stderr(mut self) -> Self {
        self.stderr = Expected::Anything;
        self
    }

    pub fn code(mut self, code: i32) -> Self {
        self.code = code;
        self
    }

    /// Shows a text that differs from run to run, such as a port, as this name.
    pub fn hide(mut self, text: &str, name: &'static str) -> Self {
        self.hidden.push((text.to_owned(), name));
        self
    }

    fn command(&self) -> Command {
        let home = self.folder.path().join("home");
        let binaries = Path::new(env!("CARGO_BIN_EXE_mw")).parent().unwrap();
        let mut command = Command::new(self.program);
        command
            .args(&self.arguments)
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", binaries.display()))
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_STATE_HOME", home.join("state"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("LANG", "C.UTF-8")
            .env("MW_EXCHANGES", self.folder.exchanges())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        match &self.directory {
            Some(directory) => command.current_dir(directory),
            None => command.current_dir(self.folder.path()),
        };
        command
    }

    /// Makes the call, whatever it comes to.
    pub fn done(&self) -> Done {
        let mut child = self.command().spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let text = self.stdin.clone();
        // A call that ends without reading closes its end, which is no concern of the test.
        let writer = thread::spawn(move || stdin.write_all(text.as_bytes()));
        let output = child.wait_with_output().unwrap();
        let _ = writer.join().unwrap();
        let shown = |bytes: Vec<u8>| {
            let mut text = String::from_utf8(bytes).unwrap();
            for (real, name) in &self.hidden {
                text = text.replace(real, name);
            }
            text
        };
        Done {
            code: output.status.code(),
            stdout: shown(output.stdout),
            stderr: shown(output.stderr),
        }
    }

    /// Makes the call and looks whether it did what was expected.
    #[track_caller]
    pub fn run(self) -> Done {
        let done = self.done();
        let wrong = done.code != Some(self.code)
            || differs(&self.stdout, &done.stdout)
            || differs(&self.stderr, &done.stderr);
        assert!(
            !wrong,
            "mw {:?}\nexit {:?} where {} was expected{}{}",
            self.arguments,
            done.code,
            self.code,
            compared("stdout", &self.stdout, &done.stdout),
            compared("stderr", &self.stderr, &done.stderr),
        );
        done
    }

    /// Starts the call and leaves it running.
    pub fn start(self) -> Process {
        Process::start(self.command(), self.folder)
    }
}

fn differs(expected: &Expected, found: &str) -> bool {
    matches!(expected, Expected::Text(text) if text != found)
}

fn compared(name: &str, expected: &Expected, found: &str) -> String {
    match expected {
        Expected::Text(text) if text == found => String::new(),
        Expected::Text(text) => format!(
            "\n--- {name} expected\n{text}--- {name} found\n{found}--- {name} found, as code\n{found:?}"
        ),
        Expected::Anything => format!("\n--- {name}\n{found}"),
    }
}
