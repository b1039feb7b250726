//! Programs that tell people.

use std::ffi::OsStr;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

use super::Notice;
use super::failure::{Failure, said};
use super::words;
use crate::secret;

/// How much of what a program says is listened to, in bytes.
const HEARD: u64 = 4096;
/// How long it is listened to after its end.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Runs the program once, with the notice as JSON on its standard input. It and whatever it started
/// is killed when its time is over.
pub(super) async fn run(words: &[String], notice: &Notice, limit: Duration) -> Result<(), Failure> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(Failure::lasting("the command is empty"));
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, value)| is_its_business(name, value)))
        .envs(variables(notice))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    let child = command.spawn().map_err(|error| {
        let message = format!("cannot run `{program}`: {error}");
        match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::PermissionDenied => {
                Failure::lasting(message)
            }
            _ => Failure::passing(message),
        }
    })?;
    let mut group = Group::of(child);
    match tokio::time::timeout(limit, talk(&mut group, notice.json().to_string())).await {
        Ok(Ok((status, heard))) => judged(program, status, &heard),
        Ok(Err(error)) => Err(Failure::passing(format!(
            "`{program}` cannot be waited for: {error}"
        ))),
        Err(_) => Err(Failure::passing(format!(
            "`{program}` did not end within {} and was killed",
            humantime::format_duration(limit)
        ))),
    }
}

/// Variables that speak to mw's supervisor in its name.
const OWN: [&str; 3] = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/// Whether a variable is passed on: none of ours, none that a secret is read from, and none that mw
/// knows to hold one.
fn is_its_business(name: &OsStr, value: &OsStr) -> bool {
    let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
    !OWN.contains(&&*name)
        && !secret::is_protected(&name)
        && !secret::is_proxy_password(&name, &value)
        && !secret::holds_any(&value)
}

/// The main fields, for programs that read no JSON.
fn variables(notice: &Notice) -> Vec<(&'static str, String)> {
    let shown = |number: Option<u8>| number.map(|it| it.to_string()).unwrap_or_default();
    let variables = [
        ("MW_JOB", notice.job.clone()),
        ("MW_KIND", notice.kind.as_str().to_owned()),
        ("MW_RUN", notice.run.clone().unwrap_or_default()),
        ("MW_EXIT", shown(notice.exit)),
        ("MW_MESSAGE", notice.message.clone().unwrap_or_default()),
        ("MW_TEXT", words::line(notice)),
        ("MW_NOTICE", notice.id()),
    ];
    variables.into()
}

/// Gives the program its input and waits for its end.
async fn talk(group: &mut Group, input: String) -> std::io::Result<(ExitStatus, Vec<u8>)> {
    let (stdin, stderr) = (group.child.stdin.take(), group.child.stderr.take());
    let write = async {
        if let Some(mut stdin) = stdin {
            // A program that does not read its input is right to close it.
            let _ = stdin.write_all(input.as_bytes()).await;
            let _ = stdin.shutdown().await;
        }
    };
    let mut heard = Vec::new();
    let status = {
        let hear = async {
            if let Some(stderr) = stderr {
                // What was heard so far is as good; what is beyond it is not listened to.
                let mut first = stderr.take(HEARD);
                let _ = first.read_to_end(&mut heard).await;
                let _ = tokio::io::copy(&mut first.into_inner(), &mut tokio::io::sink()).await;
            }
        };
        let talk = async { tokio::join!(write, hear) };
        tokio::pin!(talk);
        let ended = tokio::select! {
            biased;
            _ = &mut talk => None,
            status = group.child.wait() => Some(status),
        };
        match ended {
            None => group.child.wait().await,
            Some(status) => {
                // What it left running in the background may hold on to its standard error.
                let _ = tokio::time::timeout(LAST_WORDS, talk).await;
                status
            }
        }
    };
    group.is_over = true;
    Ok((status?, heard))
}

fn judged(program: &str, status: ExitStatus, heard: &[u8]) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    let how = match status.code() {
        Some(code) => format!("ended with exit code {code}"),
        None => format!("was ended: {status}"),
    };
    let said = said(&String::from_utf8_lossy(heard));
    let colon = if said.is_empty() { "" } else { ": " };
    Err(Failure::passing(format!("`{program}` {how}{colon}{said}")))
}

/// A program with all that it started, killed when it is given up.
struct Group {
    child: Child,
    is_over: bool,
}

impl Group {
    fn of(child: Child) -> Self {
        Self {
            child,
            is_over: false,
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let id = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = id.and_then(Pid::from_raw) {
            // All of it may have ended by itself meanwhile.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}
