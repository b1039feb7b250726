//! Results on standard output, complaints on standard error.

use std::io::{self, IsTerminal as _, Write as _};

use chrono::{DateTime, Utc};

use super::Global;
use crate::error::{Complaint, exit};
use crate::output::{Document, Screen, Stream, render};
use crate::secret;

/// The screen that standard output is, at this instant.
pub fn screen(global: &Global, now: DateTime<Utc>) -> Screen {
    let is_terminal = io::stdout().is_terminal();
    Screen {
        width: is_terminal.then(width).flatten(),
        is_terminal,
        is_wide: global.wide,
        paint: global.color.on(Stream::Output),
        now,
    }
}

/// The width of the terminal that standard output is.
fn width() -> Option<usize> {
    let told = std::env::var("COLUMNS").ok();
    told.and_then(|columns| columns.parse().ok())
        .filter(|columns| *columns > 0)
        .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
}

/// Writes a result; a reader that went away is no failure.
pub fn document(document: &Document, global: &Global) -> Result<(), Complaint> {
    document_at(document, global, Utc::now())
}

/// Writes a result of this instant, which is simulated where the account is.
pub fn document_at(
    document: &Document,
    global: &Global,
    now: DateTime<Utc>,
) -> Result<(), Complaint> {
    let text = render(document, &global.choice(), &screen(global, now)).map_err(|unfit| {
        let complaint = if unfit.is_mistake {
            Complaint::usage(unfit.message)
        } else {
            Complaint::new(exit::FAILED, unfit.message)
        };
        match unfit.hint {
            Some(hint) => complaint.hint(hint),
            None => complaint,
        }
    })?;
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
