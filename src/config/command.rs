//! Secrets that a program prints.

use std::io::Read as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use signal_hook::SigId;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::credentials::{LONGEST, clean, refused};
use crate::error::{Complaint, exit};
use crate::secret::Secret;

/// How long a program may take: somebody may have to type a password first.
pub(super) const LIMIT: Duration = Duration::from_mins(2);
/// How often it is looked whether it is to be given up.
const EVERY: Duration = Duration::from_millis(20);

/// Runs the program, which may ask for a password on the terminal, and takes what it prints. What it
/// says on standard error is passed on as it is.
pub(super) fn run(words: &[String], limit: Duration) -> Result<Secret, Complaint> {
    let shown = words.join(" ");
    let Some((program, arguments)) = words.split_first() else {
        return Err(refused("the command for the API key is empty"));
    };
    let wrong = |how: String| refused(format!("the command `{shown}` for the API key {how}"));
    let interrupted = Interrupted::watch();
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| {
            wrong(format!("cannot run: {error}"))
                .hint("no shell runs it: its first word must be a program")
        })?;
    let ended = wait(&mut child, Instant::now() + limit, &interrupted);
    let (status, printed) = match ended {
        Ok(ended) => ended,
        Err(why) => {
            // It may have ended by itself meanwhile.
            let _ = child.kill();
            let _ = child.wait();
            return Err(match why {
                Given::Interrupted => Complaint::new(
                    exit::INTERRUPTED,
                    format!("interrupted while the command `{shown}` for the API key ran"),
                ),
                Given::Late => wrong(format!(
                    "did not end within {}",
                    humantime::format_duration(limit)
                ))
                .hint("run it yourself to see what it waits for"),
                Given::Failed(error) => wrong(format!("cannot be waited for: {error}")),
            });
        }
    };
    if u64::try_from(printed.len()).unwrap_or(u64::MAX) > LONGEST {
        return Err(wrong("printed too much for a secret".to_owned()));
    }
    if !status.success() {
        let how = match status.code() {
            Some(code) => format!("ended with exit code {code}"),
            None => format!("was ended: {status}"),
        };
        return Err(wrong(how).hint("run it yourself to see why"));
    }
    let text =
        String::from_utf8(printed).map_err(|_| wrong("printed what is not text".to_owned()))?;
    clean(&text, &format!("the command `{shown}`"))
}

/// Why a program was given up.
enum Given {
    Interrupted,
    Late,
    Failed(std::io::Error),
}

/// Waits for the program to print what it has to and to end.
fn wait(
    child: &mut Child,
    deadline: Instant,
    interrupted: &Interrupted,
) -> Result<(ExitStatus, Vec<u8>), Given> {
    let printed = printed(child).map_err(Given::Failed)?;
    let mut text = None;
    loop {
        if text.is_none() {
            match printed.recv_timeout(EVERY) {
                Ok(all) => text = Some(all),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => text = Some(Vec::new()),
            }
        } else {
            // It has closed its output and ends in a moment, if it is not stuck.
            std::thread::sleep(EVERY.min(Duration::from_millis(1)));
        }
        if text.is_some()
            && let Some(status) = child.try_wait().map_err(Given::Failed)?
        {
            return Ok((status, text.unwrap_or_default()));
        }
        if interrupted.is_set() {
            return Err(Given::Interrupted);
        }
        if Instant::now() >= deadline {
            return Err(Given::Late);
        }
    }
}

/// What the program prints, once it has printed all of it. Reading cannot be given up, so another
/// thread does it, which ends with the program or with the process.
fn printed(child: &mut Child) -> std::io::Result<Receiver<Vec<u8>>> {
    let (sender, receiver) = channel();
    let stdout = child.stdout.take();
    std::thread::Builder::new().spawn(move || {
        let mut all = Vec::new();
        if let Some(stdout) = stdout {
            // What was read so far is judged like all of it.
            let _ = stdout.take(LONGEST + 1).read_to_end(&mut all);
        }
        // Nobody waits any more when it was given up.
        let _ = sender.send(all);
    })?;
    Ok(receiver)
}

/// Whether somebody has pressed Ctrl-C since.
struct Interrupted {
    flag: Arc<AtomicBool>,
    handlers: Vec<SigId>,
}

impl Interrupted {
    fn watch() -> Self {
        let flag = Arc::new(AtomicBool::new(false));
        // Where a handler cannot be registered, the signal does what it would anyway.
        let handlers = [SIGINT, SIGTERM]
            .into_iter()
            .filter_map(|signal| signal_hook::flag::register(signal, flag.clone()).ok())
            .collect();
        Self { flag, handlers }
    }

    fn is_set(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }
}

impl Drop for Interrupted {
    fn drop(&mut self) {
        for handler in self.handlers.drain(..) {
            signal_hook::low_level::unregister(handler);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(words: &[&str]) -> Result<Secret, Complaint> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        run(&words, Duration::from_millis(300))
    }

    #[test]
    fn what_a_command_prints_is_the_key() {
        assert_eq!(command(&["echo", "key"]).unwrap().reveal(), "key");
    }

    #[test]
    fn a_failing_command_is_named_with_its_exit_code() {
        let complaint = command(&["sh", "-c", "echo hush; exit 7"]).unwrap_err();
        assert_eq!(
            complaint.message,
            "the command `sh -c echo hush; exit 7` for the API key ended with exit code 7",
        );
        assert_eq!(complaint.exit, exit::CREDENTIALS);
        let complaint = command(&["/nowhere/pass"]).unwrap_err();
        assert!(complaint.message.contains("`/nowhere/pass`"), "{complaint}");
    }

    #[test]
    fn a_command_that_hangs_is_given_up() {
        for line in [
            "exec sleep 60",
            "echo key; exec sleep 60",
            "echo key; exec >&-; exec sleep 60",
        ] {
            let complaint = command(&["sh", "-c", line]).unwrap_err();
            assert!(
                complaint.message.ends_with("did not end within 300ms"),
                "{complaint}"
            );
            assert_eq!(complaint.exit, exit::CREDENTIALS);
        }
    }

    #[test]
    fn a_command_that_prints_without_end_is_refused() {
        let complaint = command(&["sh", "-c", "exec yes"]).unwrap_err();
        assert!(
            complaint.message.ends_with("printed too much for a secret"),
            "{complaint}"
        );
        assert_eq!(complaint.exit, exit::CREDENTIALS);
    }
}
