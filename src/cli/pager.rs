//! What is longer than the screen, through a pager.

use std::env;
use std::io::{self, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};

use signal_hook::consts::SIGINT;
use terminal_size::{Height, Width, terminal_size};

use super::{live, show};
use crate::error::Complaint;
use crate::repl::{Guest, Turn};
use crate::secret;

/// Writes a text to the terminal that standard output is, in a session whose turn this is: through a
/// pager where it is longer than the screen and there is one.
pub fn text(text: &str, turn: &Turn) -> Result<(), Complaint> {
    let is_long = terminal_size().is_some_and(|(Width(columns), Height(rows))| {
        lines(text, columns.into()) >= usize::from(rows)
    });
    if is_long
        && let Some(pager) = pager()
        && page(pager, text, turn).is_ok_and(|status| turn.is_left() || has_shown(status))
    {
        return Ok(());
    }
    show::text(text)
}

/// The pager that the environment names, or `less`; none where it names none.
fn pager() -> Option<Command> {
    let named = env::var("MW_PAGER").or_else(|_| env::var("PAGER"));
    if env::var_os("TERM").is_some_and(|term| term == "dumb") {
        // What cannot move about on the screen shows nothing better.
        return None;
    }
    let mut pager = match named.as_deref().map(str::trim) {
        Ok("" | "cat") => return None,
        Ok(named) => {
            let mut shell = Command::new("/bin/sh");
            shell.args(["-c", named]);
            shell
        }
        Err(_) => Command::new("less"),
    };
    // Quits where all is on the screen, shows colours, and leaves what was shown.
    if env::var_os("LESS").is_none() {
        pager.env("LESS", "FRX");
    }
    Some(pager)
}

/// Has a pager show a text.
fn page(mut pager: Command, text: &str, turn: &Turn) -> io::Result<ExitStatus> {
    let _held = live::hold();
    let mut guest = Guest::comes(pager.stdin(Stdio::piped()), turn)?;
    if let Some(mut stdin) = guest.stdin() {
        // Whoever has seen enough reads no further.
        let _ = stdin.write_all(secret::redact(text).as_bytes());
    }
    guest.goes()
}

/// Whether a pager that ended so has shown what it was given, or was told by Ctrl-C to stop.
fn has_shown(status: ExitStatus) -> bool {
    status.success() || status.signal() == Some(SIGINT) || status.code() == Some(128 + SIGINT)
}

/// How many lines of a terminal so wide a text takes.
fn lines(text: &str, columns: usize) -> usize {
    let columns = columns.max(1);
    text.lines()
        .map(|line| shown(line).div_ceil(columns).max(1))
        .sum()
}

/// How many characters of a line are seen: what sets colours is not.
fn shown(line: &str) -> usize {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().chars().count();
    let rest = parts.map(|part| {
        let seen = part.split_once('m').map_or(part, |(_, seen)| seen);
        seen.chars().count()
    });
    first + rest.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_a_terminal_shows_them() {
        assert_eq!(lines("", 10), 0);
        assert_eq!(lines("a\n\nb\n", 10), 3);
        assert_eq!(lines("0123456789", 10), 1);
        assert_eq!(lines("0123456789+", 10), 2);
        assert_eq!(lines("\u{1b}[1;31m01234\u{1b}[0m56789", 10), 1);
        assert_eq!(lines("ä\n", 0), 1);
    }
}
