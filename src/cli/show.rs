//! Results on standard output, complaints on standard error.

use std::io::{self, IsTerminal as _, Write as _};

use super::Global;
use crate::error::{Complaint, exit};
use crate::output::{Document, render};
use crate::secret;

/// The width of the terminal that standard output is, if it is one.
pub fn width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
}

/// Writes a result; a reader that went away is no failure.
pub fn document(document: &Document, global: &Global) -> Result<(), Complaint> {
    let text = render(document, global.output, width(), io::stdout().is_terminal())
        .map_err(|error| Complaint::new(exit::FAILED, error))?;
    self::text(&text)
}

/// Writes a text; a reader that went away is no failure.
pub fn text(text: &str) -> Result<(), Complaint> {
    let mut out = io::stdout().lock();
    match out
        .write_all(secret::redact(text).as_bytes())
        .and_then(|()| out.flush())
    {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Complaint::new(
            exit::FAILED,
            format!("cannot write to standard output: {error}"),
        )),
    }
}

/// Writes complaints.
pub fn complaints(complaints: &[Complaint]) {
    let mut out = io::stderr().lock();
    for complaint in complaints {
        // Nobody is left to tell when standard error is closed.
        let _ = out.write_all(secret::redact(&complaint.to_string()).as_bytes());
    }
}
