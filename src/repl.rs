//! The prompt: lines and functions are run as they are typed, and stay.

pub mod command;

mod colours;
mod completion;
mod deeds;
mod draft;
mod guest;
mod hint;
mod history;
mod lines;
mod offer;
mod paths;
mod place;
mod prompt;
mod recall;
mod sitting;
mod transcript;
mod turn;
mod walk;
mod words;

use std::cell::RefCell;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::rc::Rc;

use crate::error::{Complaint, exit};
use crate::output::{Document, Format, Paint};
use crate::script::Interpreter;
pub use guest::Guest;
use history::History;
use lines::{Lines, Read};
pub use place::{Place, Places};
use prompt::Prompt;
use sitting::{Left, Sitting};
pub use turn::Turn;

/// A value as it is shown, in a format or as it suits it.
pub type Rendered = Box<dyn Fn(&Document, Option<Format>) -> Result<String, Complaint> + Send>;
/// Writes what is shown.
pub type Write = Box<dyn Fn(&str) -> Result<(), Complaint> + Send>;
/// Shows complaints.
pub type Complain = Box<dyn Fn(&[Complaint]) + Send>;

/// What a session at the prompt needs.
pub struct Settings {
    /// Where it begins.
    pub place: Place,
    /// Where else it may go.
    pub places: Box<dyn Places>,
    /// Whether somebody types, and may go on after a mistake.
    pub is_typed: bool,
    /// Whose turn it is.
    pub turn: Turn,
    /// How what is typed is coloured.
    pub paint: Paint,
    /// Where the lines typed are kept.
    pub history: Option<PathBuf>,
    /// The command that edits a line elsewhere; none where no line can begin with what it leaves.
    pub editor: Option<String>,
    /// What is said first.
    pub greeting: String,
    /// Writes what is shown.
    pub write: Write,
    /// Shows complaints.
    pub complain: Complain,
}

/// Runs a session until it is left. The exit code is that of `exit(n)`, or 0; of lines that come from
/// no terminal the first that fails ends the session with its own.
pub fn run(settings: Settings) -> Result<u8, Complaint> {
    let interpreter = Rc::new(RefCell::new(Interpreter::of_session(&settings.place.host)));
    // Lines that come from no terminal are known as long as they last.
    let file = settings.history.clone().filter(|_| settings.is_typed);
    let (history, trouble) = History::open(file);
    let mut lines = Lines::new(
        settings.is_typed.then_some(settings.place.prompt.as_str()),
        &history,
        Prompt::new(interpreter.clone(), &settings.place, settings.paint),
    )?;
    if !settings.greeting.is_empty() {
        say(&settings.greeting);
    }
    if let Some(trouble) = trouble {
        say(&trouble);
    }
    let mut sitting = Sitting::begins(settings, interpreter, history);
    loop {
        lines.goes(&sitting.settings.place);
        let read = lines.read(sitting.draft.take().as_deref())?;
        let turn = sitting.settings.turn.clone();
        let taken = turn.begins().map_err(Left::With);
        let outcome = taken.and_then(|()| match read {
            Read::Line(line) => sitting.hears(&line),
            Read::Draft(line) => sitting.edits(line),
            Read::Again => Ok(()),
            Read::End => Err(Left::With(exit::DONE)),
        });
        if let Some(trouble) = sitting.settings.places.trouble() {
            say(&trouble);
        }
        match outcome {
            Ok(()) => {}
            Err(Left::With(code)) => return Ok(code),
            Err(Left::Interrupted) => say("interrupted"),
            Err(Left::Failed(complaints)) => {
                let complaints: Vec<Complaint> =
                    complaints.into_iter().map(words::at_prompt).collect();
                (sitting.settings.complain)(&complaints);
                if !sitting.settings.is_typed {
                    let first = complaints.first();
                    return Ok(first.map_or(exit::FAILED, |complaint| complaint.exit));
                }
            }
        }
        if let Err(code) = turn.ends() {
            return Ok(code);
        }
        if turn.was_stopped() {
            lines.drops_what_follows()?;
        }
    }
}

/// Says something beside the results. Nobody is left to tell when standard error is closed.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
