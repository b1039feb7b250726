//! A session under way, line by line.

use std::cell::RefCell;
use std::rc::Rc;

use super::command::{self, Asked};
use super::history::History;
use super::transcript::Transcript;
use super::{Settings, draft, recall, say};
use crate::error::{Complaint, exit};
use crate::output::{self, Document, Format};
use crate::reference;
use crate::script::source::Source;
use crate::script::{Ended, Interpreter, parts, vocabulary};

/// What a line came to that did not simply succeed.
pub(super) enum Left {
    /// The session is over, with this exit code.
    With(u8),
    /// The line was stopped by whoever typed it.
    Interrupted,
    /// The line failed.
    Failed(Vec<Complaint>),
}

impl From<Complaint> for Left {
    fn from(complaint: Complaint) -> Self {
        Self::Failed(vec![complaint])
    }
}

/// A session under way.
pub(super) struct Sitting {
    pub(super) settings: Settings,
    pub(super) interpreter: Rc<RefCell<Interpreter>>,
    pub(super) history: History,
    /// What the next line begins with.
    pub(super) draft: Option<String>,
    pub(super) transcript: Transcript,
    /// How many results there were.
    pub(super) results: usize,
    /// The file loaded last.
    pub(super) loaded: Option<String>,
}

impl Sitting {
    /// A session that has heard nothing so far.
    pub(super) fn begins(
        settings: Settings,
        interpreter: Rc<RefCell<Interpreter>>,
        history: History,
    ) -> Self {
        Self {
            settings,
            interpreter,
            history,
            draft: None,
            transcript: Transcript::default(),
            results: 0,
            loaded: None,
        }
    }

    /// Takes a line that was entered, or the one of earlier that it asks for, which is shown first.
    pub(super) fn hears(&mut self, line: &str) -> Result<(), Left> {
        let recalled = recall::recalled(line, &self.history).transpose()?;
        if let Some(line) = &recalled {
            say(&output::styled(line));
        }
        let line = recalled.as_deref().unwrap_or(line);
        // `:edit` is about the line before it.
        let is_kept =
            !line.trim().is_empty() && !matches!(command::read(line), Some(Ok(Asked::Edit(_))));
        if is_kept && let Some(trouble) = self.history.keeps(line) {
            say(&trouble);
        }
        self.takes(line)
    }

    /// Lets a line be edited elsewhere. What comes of it is entered by whoever looked at it.
    pub(super) fn edits(&mut self, line: String) -> Result<(), Left> {
        let Some(editor) = &self.settings.editor else {
            let message = "`:edit` needs a terminal at which a line can be edited";
            return Err(Complaint::usage(message).into());
        };
        let turn = &self.settings.turn;
        let edited = draft::edited(editor, &line, turn);
        if turn.is_left() {
            return Err(Left::Interrupted);
        }
        let (draft, outcome) = match edited {
            Ok(draft) => (draft, Ok(())),
            Err(complaint) => (line, Err(complaint.into())),
        };
        self.draft = Some(draft);
        outcome
    }

    /// Does what a line says.
    fn takes(&mut self, line: &str) -> Result<(), Left> {
        let said = line.trim();
        if let Some(name) = said.strip_prefix('?') {
            return self.explains(name.trim());
        }
        match command::read(said) {
            Some(asked) => self.does(asked?),
            None if said.is_empty() => Ok(()),
            None if matches!(said, "exit" | "quit") => Err(Left::With(exit::DONE)),
            None if said == "help" && !self.knows(said) => self.does(Asked::Help),
            None => parts(line)
                .into_iter()
                .try_for_each(|part| self.runs(part, None)),
        }
    }

    fn explains(&self, name: &str) -> Result<(), Left> {
        let name = name.trim_end_matches(['(', ')']);
        if name.is_empty() {
            return Ok((self.settings.write)(&reference::index())?);
        }
        let text = reference::entry(name)
            .map_err(|hint| Complaint::usage(format!("nothing is called `{name}`")).hint(hint))?;
        Ok((self.settings.write)(&text)?)
    }

    /// Whether the session has a variable of this name.
    fn knows(&self, name: &str) -> bool {
        self.interpreter.borrow().variable(name).is_some()
    }

    /// Runs a line and shows what it comes to, in the format that it asks for at its end or else this.
    pub(super) fn runs(&mut self, line: &str, format: Option<Format>) -> Result<(), Left> {
        let (line, asked) = command::piped(line);
        let format = asked.or(format);
        let begin = self.interpreter.borrow().last_value(line);
        let value = self
            .evaluates(&Source::of_text("<repl>", line))
            .map_err(|left| as_format(line, left))?;
        let last = self.results;
        let number = (!value.is_unit()).then(|| {
            self.results += 1;
            self.interpreter.borrow_mut().keeps(self.results, &value);
            self.results
        });
        self.transcript.note(line, begin, number, last);
        self.shows(&Interpreter::document(&value), format)
    }

    pub(super) fn evaluates(&self, source: &Source) -> Result<crate::script::Value, Left> {
        let session = self.settings.place.host.session().clone();
        let changes = session.changes();
        let outcome = self.interpreter.borrow_mut().run(source);
        if session.changes() != changes {
            self.settings.place.directory.doubt();
        }
        // A line may end itself with the code of one that is stopped.
        let is_stopped = self.settings.place.host.stop().reason().is_some();
        outcome.map_err(|ended| match ended {
            Ended::Quietly(_) if self.settings.is_typed && is_stopped => Left::Interrupted,
            Ended::Quietly(code) => Left::With(code),
            Ended::Complaining(complaints) => Left::Failed(complaints),
        })
    }

    pub(super) fn shows(&self, document: &Document, format: Option<Format>) -> Result<(), Left> {
        let text = (self.settings.place.rendered)(document, format)?;
        Ok((self.settings.write)(&text)?)
    }

    /// Goes to the account of a profile, with all that the session has declared.
    pub(super) fn moves(&mut self, profile: &str) -> Result<(), Left> {
        let place = self.settings.places.moves(profile)?;
        if place.described != self.settings.place.described {
            self.transcript.moves();
        }
        self.settings.place = place;
        let described = &self.settings.place.described;
        // Where nobody was greeted, nobody wants to be told.
        if !self.settings.greeting.is_empty() {
            say(&format!("on {described}"));
        }
        let host = &self.settings.place.host;
        self.interpreter.borrow_mut().moves(host);
        Ok(())
    }
}

/// What a line failed with; where it ends in a word that is unknown, after a bar, a format was meant.
fn as_format(line: &str, left: Left) -> Left {
    match (command::piped_elsewhere(line), left) {
        (Some(word), Left::Failed(complaints)) if is_about(&complaints, word) => {
            command::no_format(word).into()
        }
        (_, left) => left,
    }
}

fn is_about(complaints: &[Complaint], word: &str) -> bool {
    let unknown = vocabulary::no_variable(word);
    complaints.iter().all(|it| it.message == unknown)
}
