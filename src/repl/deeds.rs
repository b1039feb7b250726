//! What is asked of the prompt itself, done.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::time::Instant;

use super::command::{self, Asked};
use super::say;
use super::sitting::{Left, Sitting};
use crate::error::{Complaint, exit};
use crate::output::{self, Document, Format, span};
use crate::script::source::Source;
use crate::script::{Interpreter, Known, results};

impl Sitting {
    /// Does what is asked of the prompt itself.
    pub(super) fn does(&mut self, asked: Asked) -> Result<(), Left> {
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
        let value = self.interpreter.borrow().variable(results::LAST);
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
