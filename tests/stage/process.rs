//! A call that goes on while its test looks at what it says.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, Command};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::folder::Folder;

/// Nothing takes this long: whoever waits longer waits for something that does not come.
const PATIENCE: Duration = Duration::from_secs(20);

/// One of the streams of a process, line by line.
struct Lines {
    name: &'static str,
    incoming: Receiver<String>,
    read: Vec<String>,
}

/// A running call of `mw`, ended by its id when dropped.
pub struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Lines,
    stderr: Lines,
    _folder: Arc<Folder>,
}

/// How a process ended.
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Lines {
    fn of(name: &'static str, stream: impl Read + Send + 'static) -> Self {
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self {
            name,
            incoming: lines,
            read: Vec::new(),
        }
    }

    #[track_caller]
    fn wait_for(&mut self, wanted: &str) -> String {
        loop {
            match self.incoming.recv_timeout(PATIENCE) {
                Ok(line) => {
                    self.read.push(line.clone());
                    if line.contains(wanted) {
                        return line;
                    }
                }
                Err(why) => panic!(
                    "{} never said {wanted:?} ({why}); it said {:?}",
                    self.name, self.read
                ),
            }
        }
    }

    /// Everything until the stream is closed.
    #[track_caller]
    fn rest(mut self) -> String {
        loop {
            match self.incoming.recv_timeout(PATIENCE) {
                Ok(line) => self.read.push(line),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                Err(why) => panic!(
                    "{} was not closed ({why}); it said {:?}",
                    self.name, self.read
                ),
            }
        }
        self.read
            .iter()
            .flat_map(|line| [line.as_str(), "\n"])
            .collect()
    }
}

impl Process {
    pub fn start(mut command: Command, folder: Arc<Folder>) -> Self {
        let mut child = command.spawn().unwrap();
        Self {
            stdin: child.stdin.take(),
            stdout: Lines::of("stdout", child.stdout.take().unwrap()),
            stderr: Lines::of("stderr", child.stderr.take().unwrap()),
            child,
            _folder: folder,
        }
    }

    /// The next line of standard output with this text in it.
    #[track_caller]
    pub fn says(&mut self, text: &str) -> String {
        self.stdout.wait_for(text)
    }

    /// The next line of standard error with this text in it.
    #[track_caller]
    pub fn notes(&mut self, text: &str) -> String {
        self.stderr.wait_for(text)
    }

    /// Gives it a line on standard input, which stays open.
    pub fn enters(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name: `INT`, `TERM`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success(), "kill -s {name}: {status}");
    }

    /// Sends a signal again and again, until the process ends by it.
    #[track_caller]
    pub fn insists(mut self, name: &str) -> Ended {
        let since = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(since.elapsed() < PATIENCE, "{name} is not heard");
            self.signal(name);
        }
        self.ends_itself()
    }

    /// Waits for the end, after that of its standard input.
    #[track_caller]
    pub fn end(mut self) -> Ended {
        drop(self.stdin.take());
        self.ends_itself()
    }

    /// Waits for the end, its standard input still open.
    #[track_caller]
    pub fn ends_itself(mut self) -> Ended {
        let gone = || Lines {
            name: "",
            incoming: channel().1,
            read: Vec::new(),
        };
        let stdout = std::mem::replace(&mut self.stdout, gone()).rest();
        let stderr = std::mem::replace(&mut self.stderr, gone()).rest();
        let status = self.child.wait().unwrap();
        Ended {
            code: status.code(),
            stdout,
            stderr,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
