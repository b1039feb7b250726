//! A terminal to type in: tmux, on a socket of its own.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use super::folder::Folder;

/// Looks at the screen before giving up.
const LOOKS: usize = 4_000;

/// A terminal in which a call of `mw` runs, gone when dropped.
pub struct Terminal {
    folder: Folder,
    /// The call, as a shell takes it, with variables before it.
    call: (String, String),
    /// What comes after it.
    after: &'static str,
}

/// Whether there is a tmux. Without one the test says so and is passed over; where the checks run,
/// that is a failure.
pub fn is_there() -> bool {
    let found = Command::new("tmux").arg("-V").output().is_ok();
    if !found {
        assert!(env::var_os("CI").is_none(), "tmux is not installed");
        let _ = writeln!(
            std::io::stderr(),
            "tmux is not installed: the prompt is not tested"
        );
    }
    found
}

impl Terminal {
    /// A terminal with a prompt on the simulated account.
    pub fn new() -> Self {
        Self::of("", "--sim repl")
    }

    /// A terminal at the first prompt on the simulated account, given these variables; none where there
    /// is no tmux.
    pub fn at_prompt(variables: &str) -> Option<Self> {
        if !is_there() {
            return None;
        }
        let terminal = Self::of(variables, "--sim repl");
        terminal.answers("Ctrl-D leaves");
        Some(terminal)
    }

    /// A terminal with this call of `mw`, given these variables.
    pub fn of(variables: &str, arguments: &str) -> Self {
        Self::with(variables, arguments, "")
    }

    /// The same, which stays when the call is over and says `exit CODE` below it.
    pub fn staying(variables: &str, arguments: &str) -> Self {
        Self::with(variables, arguments, "; echo \"exit $?\"; exec cat")
    }

    fn with(variables: &str, arguments: &str, after: &'static str) -> Self {
        let terminal = Self {
            folder: Folder::new(),
            call: (variables.to_owned(), arguments.to_owned()),
            after,
        };
        terminal.open();
        terminal
    }

    /// Makes the call, in a session of its own; what it keeps lies in the terminal's folder.
    pub fn open(&self) {
        let (variables, arguments) = &self.call;
        let home = self.folder.path().join("home");
        let exec = if self.after.is_empty() {
            "exec "
        } else {
            "trap : INT; "
        };
        let line = format!(
            "{exec}env -i HOME='{home}' XDG_STATE_HOME='{home}/state' XDG_CONFIG_HOME='{home}/config' \
             MW_EXCHANGES='{exchanges}' PATH=/usr/bin:/bin LANG=C.UTF-8 TERM=xterm-256color {variables} '{mw}' {arguments}{after}",
            after = self.after,
            home = home.display(),
            exchanges = self.folder.exchanges().display(),
            mw = env!("CARGO_BIN_EXE_mw"),
        );
        fs::write(self.folder.path().join("start.sh"), line).unwrap();
        let start = format!("sh '{}'", self.folder.path().join("start.sh").display());
        let begin = [
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            "100",
            "-y",
            "40",
            &start,
        ];
        // A server that is just ending its last session takes no other; each try is a process.
        let is_ending = |output: &Output| {
            String::from_utf8_lossy(&output.stderr).contains("server exited unexpectedly")
        };
        let mut output = self.tmux(&begin);
        for _ in 0..LOOKS {
            if !is_ending(&output) {
                break;
            }
            output = self.tmux(&begin);
        }
        assert!(output.status.success(), "{output:?}");
    }

    fn tmux(&self, arguments: &[&str]) -> Output {
        Command::new("tmux")
            .arg("-S")
            .arg(self.folder.path().join("socket"))
            .args(arguments)
            .output()
            .unwrap()
    }

    fn screen(&self) -> String {
        let output = self.tmux(&["capture-pane", "-p", "-J"]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The screen with the sequences that colour it.
    pub fn colours(&self) -> String {
        let output = self.tmux(&["capture-pane", "-p", "-e"]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Types text as it is.
    pub fn types(&self, text: &str) {
        assert!(
            self.tmux(&["send-keys", "-l", "--", text]).status.success(),
            "{text}"
        );
    }

    /// Presses a key by its tmux name: `Enter`, `Tab`, `C-c`.
    pub fn presses(&self, key: &str) {
        assert!(self.tmux(&["send-keys", key]).status.success(), "{key}");
    }

    /// Presses Tab until the screen holds this: what is not known yet is there a little later.
    #[track_caller]
    pub fn completes(&self, mut holds: impl FnMut(&str) -> bool) {
        self.shows("the completion", |screen| {
            let is_there = holds(screen);
            if !is_there {
                self.presses("Tab");
            }
            is_there
        });
    }

    /// Pastes text, which the terminal marks as pasted.
    pub fn pastes(&self, text: &str) {
        let file = self.folder.path().join("pasted");
        fs::write(&file, text).unwrap();
        let file = file.to_str().unwrap();
        assert!(self.tmux(&["load-buffer", file]).status.success());
        assert!(self.tmux(&["paste-buffer", "-p"]).status.success());
    }

    /// Types a line and presses Enter.
    pub fn enters(&self, line: &str) {
        self.types(line);
        self.presses("Enter");
    }

    /// Sends the call a signal by its name: `TERM`. It must be one that stays.
    pub fn signals(&self, name: &str) {
        let pane = self.tmux(&["list-panes", "-F", "#{pane_pid}"]);
        let pane = String::from_utf8_lossy(&pane.stdout).trim().to_owned();
        let children = format!("/proc/{pane}/task/{pane}/children");
        let call = fs::read_to_string(children).unwrap().trim().to_owned();
        let status = Command::new("kill").args(["-s", name, &call]).status();
        assert!(status.unwrap().success(), "kill -s {name} {call}");
    }

    /// Makes the screen so wide and so high.
    pub fn resizes(&self, columns: u32, rows: u32) {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let resized = self.tmux(&["resize-window", "-x", &columns, "-y", &rows]);
        assert!(resized.status.success(), "{resized:?}");
    }

    /// Writes to this file, from now on, all that the call writes to the terminal.
    pub fn records(&self, file: &Path) {
        let into = format!("cat >>'{}'", file.display());
        assert!(self.tmux(&["pipe-pane", &into]).status.success());
    }

    /// Takes the terminal away.
    pub fn hangs_up(&self) {
        assert!(self.tmux(&["kill-session"]).status.success());
    }

    /// Looks at the screen until it holds this; every look is a process, which takes its time.
    #[track_caller]
    pub fn shows(&self, what: &str, mut holds: impl FnMut(&str) -> bool) -> String {
        let mut screen = String::new();
        for _ in 0..LOOKS {
            screen = self.screen();
            if holds(screen.trim_end()) {
                return screen;
            }
        }
        panic!("the screen never showed {what}:\n{screen}");
    }

    /// Waits until the screen ends with an empty prompt after this text.
    #[track_caller]
    pub fn answers(&self, text: &str) -> String {
        self.shows(text, |screen| {
            screen.contains(text) && screen.ends_with("\nsim>")
        })
    }

    /// Waits until the session is over.
    #[track_caller]
    pub fn closes(&self) {
        for _ in 0..LOOKS {
            if !self.tmux(&["has-session"]).status.success() {
                return;
            }
        }
        panic!("the session goes on:\n{}", self.screen());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Its server ends with its last session.
        self.tmux(&["kill-server"]);
    }
}
