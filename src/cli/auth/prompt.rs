//! A secret from the person at the terminal, or from standard input.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _, Write as _};

use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};

use crate::config;
use crate::error::{Complaint, exit};
use crate::secret::Secret;

/// The longest secret taken, in bytes.
const LONGEST: usize = 64 * 1024;

/// Reads a secret: typed at the terminal unseen, or the whole of standard input when `piped` was
/// asked for.
pub fn secret(what: &str, flag: &str, piped: bool) -> Result<Secret, Complaint> {
    if io::stdin().is_terminal() {
        return typed(what);
    }
    if !piped {
        return Err(
            Complaint::usage(format!("there is no terminal to ask for the {what} at")).hint(
                format!("give it on standard input, with {flag}: mw auth login {flag} < key.txt"),
            ),
        );
    }
    let mut text = String::new();
    io::stdin()
        .lock()
        .take(LONGEST as u64 + 1)
        .read_to_string(&mut text)
        .map_err(|error| Complaint::usage(format!("cannot read standard input: {error}")))?;
    if text.trim().is_empty() {
        return Err(Complaint::usage(format!(
            "standard input is empty, and should hold the {what}"
        ))
        .hint(format!("mw auth login {flag} < key.txt")));
    }
    if text.len() > LONGEST {
        return Err(Complaint::usage("standard input is too long for a secret"));
    }
    fit(&text, "standard input")
}

/// The secret, if it can be one; what cannot stand in a header is wrong usage here.
fn fit(text: &str, origin: &str) -> Result<Secret, Complaint> {
    config::clean(text, origin).map_err(|complaint| Complaint {
        exit: exit::USAGE,
        ..complaint
    })
}

/// The terminal with its keys read one by one and shown to nobody, until dropped.
struct Unseen {
    terminal: File,
    before: Termios,
}

impl Unseen {
    fn open() -> io::Result<Self> {
        let terminal = File::options().read(true).write(true).open("/dev/tty")?;
        let before = tcgetattr(&terminal)?;
        let mut modes = before.clone();
        // Signals come as keys too, so that an interrupted prompt leaves the terminal as it was.
        modes.local_modes &= !(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        modes.special_codes[SpecialCodeIndex::VMIN] = 1;
        modes.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(&terminal, OptionalActions::Flush, &modes)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        // The terminal is gone when it cannot be set.
        let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
        let _ = self.terminal.write_all(b"\n");
    }
}

fn typed(what: &str) -> Result<Secret, Complaint> {
    let failed = |error: io::Error| {
        Complaint::new(
            exit::FAILED,
            format!("the terminal cannot be asked for the {what}: {error}"),
        )
    };
    let mut unseen = Unseen::open().map_err(failed)?;
    write!(unseen.terminal, "{what} (not shown): ").map_err(failed)?;
    let mut line = Vec::new();
    let mut key = [0];
    loop {
        let count = unseen.terminal.read(&mut key).map_err(failed)?;
        match (count, key[0]) {
            (_, b'\n' | b'\r') | (0, _) => break,
            // Ctrl-C and Ctrl-\; Ctrl-D is the end of a line that was begun, and otherwise a no.
            (_, 0x03 | 0x1c) => return Err(given_up()),
            (_, 0x04) if line.is_empty() => return Err(given_up()),
            (_, 0x04) => break,
            // Backspace takes a whole character, Ctrl-U the line.
            (_, 0x08 | 0x7f) => while line.pop().is_some_and(|byte: u8| byte & 0xc0 == 0x80) {},
            (_, 0x15) => line.clear(),
            (_, byte) if line.len() < LONGEST => line.push(byte),
            _ => {}
        }
    }
    drop(unseen);
    let text = String::from_utf8(line)
        .map_err(|_| Complaint::usage(format!("the {what} that was typed is not text")))?;
    if text.trim().is_empty() {
        return Err(Complaint::usage(format!("no {what} was typed")));
    }
    fit(&text, "the terminal")
}

fn given_up() -> Complaint {
    Complaint::new(exit::INTERRUPTED, "interrupted; nothing was stored")
}
