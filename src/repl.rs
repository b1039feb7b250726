//! The prompt: lines and functions are run as they are typed, and stay.

pub mod command;

mod colours;
mod completion;
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
mod transcript;
mod turn;
mod walk;

use std::cell::RefCell;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use crate::error::{Complaint, exit};
use crate::output::{self, Document, Format, Paint, span};
use crate::reference;
use crate::script::source::Source;
use crate::script::{Ended, Interpreter, Known};
use command::Asked;
pub use guest::Guest;
use history::History;
use lines::{Lines, Read};
pub use place::{Place, Places};
use prompt::Prompt;
use transcript::Transcript;
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
    let mut sitting = Sitting {
        settings,
        interpreter,
        history,
        draft: None,
        transcript: Transcript::default(),
        results: 0,
        loaded: None,
    };
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
    }
}

/// What a line came to that did not simply succeed.
enum Left {
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
struct Sitting {
    settings: Settings,
    interpreter: Rc<RefCell<Interpreter>>,
    history: History,
    /// What the next line begins with.
    draft: Option<String>,
    transcript: Transcript,
    /// How many results there were.
    results: usize,
    /// The file loaded last.
    loaded: Option<String>,
}

impl Sitting {
    /// Takes a line that was entered, or the one of earlier that it asks for, which is shown first.
    fn hears(&mut self, line: &str) -> Result<(), Left> {
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
    fn edits(&mut self, line: String) -> Result<(), Left> {
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
            None => {
                let (line, format) = command::piped(line);
                self.runs(line, format)
            }
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

    /// Does what is asked of the prompt itself.
    fn does(&mut self, asked: Asked) -> Result<(), Left> {
        match asked {
            Asked::Help => Ok((self.settings.write)(&command::help())?),
            Asked::Quit => Err(Left::With(exit::DONE)),
            Asked::Vars => Ok((self.settings.write)(&self.listed())?),
            Asked::Type(expression) => self.tells_type(&expression),
            Asked::Time(line) => {
                let (begun, clock) = (Instant::now(), self.settings.place.host.clock().clone());
                let since = clock.now();
                let outcome = self.runs(&line, None);
                let took = span(begun.elapsed().as_secs_f64());
                let passed = (clock.now() - since).as_seconds_f64();
                if clock.is_simulated() {
                    say(&format!("took {took}, {} of simulated time", span(passed)));
                } else {
                    say(&format!("took {took}"));
                }
                outcome
            }
            Asked::Load(file) => self.loads(file),
            Asked::Reload => {
                self.reads_again()?;
                match self.loaded.clone() {
                    Some(file) => self.loads(file),
                    None => Ok(()),
                }
            }
            Asked::Save(file) => self.saves(&file),
            Asked::Profile(None) => {
                let profiles = self.settings.places.profiles()?;
                self.shows(&profiles, None)
            }
            Asked::Profile(Some(name)) => self.moves(&name),
            Asked::Sim(None) => Ok((self.settings.write)(&self.settings.places.simulator()?)?),
            Asked::Sim(Some(by)) => Ok((self.settings.write)(&self.settings.places.advance(&by)?)?),
            Asked::Faults(None) => {
                let faults = self.settings.places.faults()?;
                self.shows(&faults, None)
            }
            Asked::Faults(Some(file)) => {
                let faults = self.settings.places.fail(&file)?;
                self.shows(&faults, None)
            }
            Asked::Runs(count) => {
                let runs = self.settings.places.runs(count)?;
                self.shows(&runs, None)
            }
            Asked::Allow(None) => Ok((self.settings.write)(&self.settings.places.allowed())?),
            Asked::Allow(Some(grants)) => {
                let allowed = self.settings.places.allow(&grants)?;
                Ok((self.settings.write)(&allowed)?)
            }
            Asked::Shown(format, Some(line)) => self.runs(&line, Some(format)),
            Asked::Shown(format, None) => {
                let document = self.last()?;
                self.shows(&document, Some(format))
            }
            Asked::History(words) => Ok((self.settings.write)(&self.history.listed(&words))?),
            Asked::Edit(number) => {
                let line = match number {
                    Some(number) => self.history.line(number),
                    None => self.history.last(),
                };
                self.edits(line?)
            }
            Asked::Csv(file) => {
                let text = (self.settings.place.rendered)(&self.last()?, Some(Format::Csv))?;
                write_new(&file, &text)?;
                say(&format!("wrote {file}"));
                Ok(())
            }
        }
    }

    /// Runs a line and shows what it comes to.
    fn runs(&mut self, line: &str, format: Option<Format>) -> Result<(), Left> {
        let begin = self.interpreter.borrow().last_value(line);
        let value = self.evaluates(&Source::of_text("<repl>", line))?;
        let last = self.results;
        let number = (!value.is_unit()).then(|| {
            self.results += 1;
            self.interpreter.borrow_mut().keeps(self.results, &value);
            self.results
        });
        self.transcript.note(line, begin, number, last);
        self.shows(&Interpreter::document(&value), format)
    }

    fn evaluates(&self, source: &Source) -> Result<crate::script::Value, Left> {
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

    fn shows(&self, document: &Document, format: Option<Format>) -> Result<(), Left> {
        let text = (self.settings.place.rendered)(document, format)?;
        Ok((self.settings.write)(&text)?)
    }

    /// Goes to the account of a profile, with all that the session has declared.
    fn moves(&mut self, profile: &str) -> Result<(), Left> {
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

    /// Reads again what was imported.
    fn reads_again(&self) -> Result<(), Left> {
        let lost = self.interpreter.borrow_mut().reads_again();
        let Some(path) = lost.first() else {
            return Ok(());
        };
        let message = format!("cannot import {path:?} again");
        Err(Complaint::new(exit::FAILED, message)
            .hint(format!("import {path:?} as …; says what is wrong with it"))
            .into())
    }

    /// The last result.
    fn last(&self) -> Result<Document, Complaint> {
        let value = self
            .interpreter
            .borrow()
            .variable(crate::script::results::LAST);
        value.map(|it| Interpreter::document(&it)).ok_or_else(|| {
            Complaint::usage("there is no result yet").hint("run a line first: clouds()")
        })
    }

    fn tells_type(&self, expression: &str) -> Result<(), Left> {
        let known = self.interpreter.borrow().type_of(expression);
        let kind = known.map_err(Left::Failed)?;
        let name = kind.kind().name().unwrap_or_else(|| match kind {
            Known::Value(value) => crate::script::described(&value),
            Known::Type(_) => "it is known only once it is carried out".to_owned(),
        });
        Ok((self.settings.write)(&format!("{name}\n"))?)
    }

    /// What the session has declared, for people.
    fn listed(&self) -> String {
        let session = self.interpreter.borrow();
        let own = session.variables("").into_iter();
        let variables = own.filter(|it| !matches!(it.name.as_str(), "args" | "run"));
        let variables = variables.map(|it| {
            // It may hold what an account calls things.
            let brief = output::cut(&output::line(&it.brief), 60);
            format!("{:<16} {:<14} {brief}\n", it.name, it.kind)
        });
        let functions = session.functions().into_iter();
        let functions = functions.map(|it| format!("{:<16} {}\n", it.name, it.signature()));
        let listed: String = variables.chain(functions).collect();
        if listed.is_empty() {
            "nothing is declared yet\n".to_owned()
        } else {
            listed
        }
    }

    fn loads(&mut self, file: String) -> Result<(), Left> {
        let source = Source::file(&file, "check the path")?;
        let value = self.evaluates(&source)?;
        self.transcript.note(&source.text, None, None, self.results);
        self.loaded = Some(file);
        self.shows(&Interpreter::document(&value), None)
    }

    fn saves(&self, file: &str) -> Result<(), Left> {
        if self.transcript.is_empty() {
            let message = "nothing has succeeded yet that could be written down";
            return Err(Complaint::usage(message).into());
        }
        if self.transcript.was_elsewhere() {
            // What was done here and there would all be done in one place.
            let message = "the session was on more than one account, and a script runs on one";
            return Err(Complaint::usage(message)
                .hint(":history lists the lines; a session of its own can be saved")
                .into());
        }
        write_new(file, &self.transcript.script())?;
        say(&format!("wrote {file}: mw run {file} does the same"));
        Ok(())
    }
}

/// Writes a file that is not there yet.
fn write_new(file: &str, text: &str) -> Result<(), Complaint> {
    let opened = OpenOptions::new().write(true).create_new(true).open(file);
    let written = opened.and_then(|mut opened| opened.write_all(text.as_bytes()));
    written.map_err(|error| {
        let complaint = Complaint::new(exit::FAILED, format!("cannot write {file}: {error}"));
        if error.kind() == io::ErrorKind::AlreadyExists {
            complaint.hint("name another file: none is overwritten")
        } else {
            complaint
        }
    })
}

/// Says something beside the results. Nobody is left to tell when standard error is closed.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
