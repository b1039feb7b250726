//! Results on standard output, complaints on standard error.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Global;
use super::label::Label;
use crate::error::{Complaint, exit};
use crate::output::{self, Colour, Document, Manner, Screen, Stream, render};
use crate::secret;

/// The screen that standard output is, at this instant.
pub fn screen(global: &Global, now: DateTime<Utc>) -> Screen {
    let is_terminal = io::stdout().is_terminal();
    Screen {
        width: width(is_terminal),
        is_terminal,
        is_wide: global.wide,
        paint: global.color.on(Stream::Output),
        now,
    }
}

/// The width of the terminal that standard output is, if it is one.
pub fn width(is_terminal: bool) -> Option<usize> {
    if !is_terminal {
        return None;
    }
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
    self::text(&rendered(document, global, now)?)
}

/// Whether a result like this one could be shown: asked before something is done that cannot be undone.
pub fn could_show(
    document: &Document,
    global: &Global,
    now: DateTime<Utc>,
) -> Result<(), Complaint> {
    rendered(document, global, now).map(drop)
}

/// A result as it is asked for.
pub fn rendered(
    document: &Document,
    global: &Global,
    now: DateTime<Utc>,
) -> Result<String, Complaint> {
    render(document, &global.choice(), &screen(global, now)).map_err(|unfit| {
        let complaint = if unfit.is_mistake {
            Complaint::usage(unfit.message)
        } else {
            Complaint::new(exit::FAILED, unfit.message)
        };
        match unfit.hint {
            Some(hint) => complaint.hint(hint),
            None => complaint,
        }
    })
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

/// How complaints are shown by this process.
#[derive(Clone, Copy, Debug)]
enum Complaining {
    ForPeople(Manner),
    /// An object a line.
    ForPrograms,
}

static COMPLAINING: OnceLock<Complaining> = OnceLock::new();

/// Says how complaints are shown from now on.
pub fn complain_as(is_for_programs: bool, colour: Colour) {
    let manner = Manner {
        paint: colour.on(Stream::Error),
        links: io::stderr().is_terminal() && colour.on(Stream::Error).is_on(),
    };
    // A second command line in one process (tests) changes nothing.
    let _ = COMPLAINING.set(if is_for_programs {
        Complaining::ForPrograms
    } else {
        Complaining::ForPeople(manner)
    });
}

/// Writes complaints.
pub fn complaints(complaints: &[Complaint]) {
    complaints_of(complaints, &Label::default());
}

/// Writes the complaints of a run. Programs are told of which.
pub fn complaints_of(complaints: &[Complaint], label: &Label) {
    let mut out = io::stderr().lock();
    for complaint in complaints {
        let text = match COMPLAINING.get() {
            Some(Complaining::ForPrograms) => {
                let mut object = output::for_programs(complaint);
                if let Value::Object(members) = &mut object {
                    members.extend(label.fields());
                }
                format!("{}\n", output::escaped_json(&object.to_string()))
            }
            // Each line says which run it is from, so that none can pose as another's.
            Some(Complaining::ForPeople(manner)) => {
                let told = output::complaint(complaint, "error", *manner);
                let lines = told.lines().map(|line| format!("{label}{line}\n"));
                lines.collect()
            }
            None => complaint.to_string(),
        };
        // Nobody is left to tell when standard error is closed.
        let _ = out.write_all(secret::redact(&text).as_bytes());
    }
}
