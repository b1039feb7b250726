//! A program that has the terminal for a while: an editor, a pager.

use std::fs;
use std::io;
use std::process::{Child, ChildStdin, Command, ExitStatus};

use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use super::turn::Turn;

/// A program that has the terminal. Asked to end the session, it is told to end first.
pub struct Guest {
    child: Child,
    turn: Turn,
    /// How the terminal was set before it.
    before: Option<Termios>,
}

impl Guest {
    /// Starts a program in a session whose turn it is.
    pub fn comes(command: &mut Command, turn: &Turn) -> io::Result<Self> {
        let before = tcgetattr(io::stdin()).ok();
        let child = command.spawn()?;
        turn.lends(pid(&child));
        Ok(Self {
            child,
            turn: turn.clone(),
            before,
        })
    }

    /// Its standard input, where that is a pipe; given once.
    pub const fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Waits until it has ended.
    pub fn goes(mut self) -> io::Result<ExitStatus> {
        if let Some(pid) = pid(&self.child) {
            // It is only looked at: its number is its own until nobody would send it a signal any more.
            let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            let _ = retry_on_intr(|| waitid(WaitId::Pid(pid), ended));
        }
        self.turn.lends(None);
        let status = self.child.wait()?;
        if let Some(before) = &self.before
            && (self.turn.is_left() || !status.success())
        {
            // It may have had no time to. A terminal that went away needs nothing.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
        Ok(status)
    }
}

fn pid(child: &Child) -> Option<Pid> {
    Pid::from_raw(child.id().cast_signed())
}

/// The shells that a command may be run by.
const SHELLS: &[&str] = &["sh", "dash", "bash", "zsh", "ksh", "ash", "busybox"];

/// Tells a program to end. A shell waits for what it has started: that is told in its place.
pub(super) fn tell(program: Pid) {
    let name = fs::read_to_string(format!("/proc/{}/comm", program.as_raw_nonzero()));
    let is_shell = name.is_ok_and(|name| SHELLS.contains(&name.trim_end()));
    let children = if is_shell {
        children(program)
    } else {
        Vec::new()
    };
    if children.is_empty() {
        // It may have ended by itself.
        let _ = kill_process(program, Signal::TERM);
    }
    children.into_iter().for_each(tell);
}

/// Ends a program, and what it has started, whatever they make of being told.
pub(super) fn end(program: Pid) {
    let children = children(program);
    // It may have ended by itself. What it has started does not come back to it any more.
    let _ = kill_process(program, Signal::KILL);
    children.into_iter().for_each(end);
}

/// What a program has started and not waited for, where the system says it.
fn children(program: Pid) -> Vec<Pid> {
    let id = program.as_raw_nonzero();
    let text = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
    let text = text.unwrap_or_default();
    let ids = text.split_whitespace().filter_map(|id| id.parse().ok());
    ids.filter_map(Pid::from_raw).collect()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    use super::*;
    use crate::script::stop::Stop;

    fn shell(script: &str, turn: &Turn) -> Guest {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        Guest::comes(command, turn).unwrap()
    }

    #[test]
    fn one_that_ends_by_itself_says_how() {
        let turn = Turn::new(&Stop::default());
        assert_eq!(shell("exit 3", &turn).goes().unwrap().code(), Some(3));
        let status = shell("kill -s TERM $$", &turn).goes().unwrap();
        assert!(!status.success());
    }

    #[test]
    fn one_that_waits_for_ever_is_told_to_end_when_the_session_is_to() {
        let turn = Turn::new(&Stop::default());
        turn.begins().unwrap();
        // `cat` waits for an input that nobody closes, and the shell for `cat` if it has come so far.
        let mut guest = shell("cat; exit 7", &turn);
        let held = guest.stdin();
        turn.leave(130, || unreachable!("a line is at work"));
        assert!(matches!(guest.goes().unwrap().code(), Some(7) | None));
        drop(held);
        // One that comes after that is told at once.
        let mut guest = shell("exec cat", &turn);
        let held = guest.stdin();
        assert_eq!(guest.goes().unwrap().code(), None);
        drop(held);
    }

    #[test]
    fn one_that_does_not_mind_being_told_is_ended_with_what_it_has_started() {
        let turn = Turn::new(&Stop::default());
        turn.begins().unwrap();
        let mut guest = shell("trap '' TERM; echo here; cat; exit 7", &turn);
        let held = guest.stdin();
        let mut output = BufReader::new(guest.child.stdout.take().unwrap());
        let mut said = String::new();
        output.read_line(&mut said).unwrap();
        turn.leave(130, || unreachable!("a line is at work"));
        assert_eq!(guest.goes().unwrap().code(), None);
        // Nobody is left that could say more.
        assert_eq!(output.read_line(&mut said).unwrap(), 0);
        assert_eq!(said, "here\n");
        drop(held);
    }
}
