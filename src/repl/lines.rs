//! Where the lines of a session come from: a terminal, or anything else that can be read.

use std::cell::RefCell;
use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustyline::error::ReadlineError;
use rustyline::history::{FileHistory, History as _};
use rustyline::{
    Behavior, Cmd, CompletionType, ConditionalEventHandler, Config, Editor, Event, EventContext,
    EventHandler, KeyEvent, RepeatCount,
};

use super::completion::{Prompt, is_whole};
use crate::error::{Complaint, exit};
use crate::script::Interpreter;
use crate::secret;

/// What was read.
pub enum Read {
    /// A line that is whole, which may have line ends in it.
    Line(String),
    /// Nothing: what was typed is given up.
    Again,
    /// That there is no more.
    End,
}

/// Where the lines of a session come from.
pub enum Lines {
    /// A terminal at which they are typed.
    Typed(Box<Typed>),
    /// Standard input, which is no terminal; how many lines were read.
    Piped(usize),
}

impl Lines {
    /// The lines that are typed after this prompt, or those of standard input without one.
    pub fn new(
        prompt: Option<&str>,
        history: Option<PathBuf>,
        session: Rc<RefCell<Interpreter>>,
    ) -> Result<Self, Complaint> {
        match prompt {
            Some(prompt) => Typed::new(prompt, history, session)
                .map(|typed| Self::Typed(Box::new(typed)))
                .map_err(|error| failed(&error)),
            None => Ok(Self::Piped(0)),
        }
    }

    /// Has them typed after this prompt from now on.
    pub fn prompts(&mut self, prompt: &str) {
        if let Self::Typed(typed) = self {
            prompt.clone_into(&mut typed.prompt);
        }
    }

    /// Reads one.
    pub fn read(&mut self) -> Result<Read, Complaint> {
        match self {
            Self::Typed(typed) => typed.read(),
            Self::Piped(count) => piped(count),
        }
    }
}

fn failed(error: &ReadlineError) -> Complaint {
    Complaint::new(exit::FAILED, format!("the prompt failed: {error}"))
}

/// The next line of standard input, with as many after it as make it whole.
fn piped(count: &mut usize) -> Result<Read, Complaint> {
    let mut text = String::new();
    let mut input = io::stdin().lock();
    loop {
        let mut bytes = Vec::new();
        let read = input.read_until(b'\n', &mut bytes).map_err(|error| {
            Complaint::new(exit::FAILED, format!("cannot read standard input: {error}"))
        })?;
        if read == 0 {
            // What is not whole is run all the same, to say what it lacks.
            return Ok(if text.trim().is_empty() {
                Read::End
            } else {
                Read::Line(text)
            });
        }
        *count += 1;
        let line = String::from_utf8(bytes).map_err(|_| {
            Complaint::usage(format!("line {count} of standard input is not UTF-8 text"))
        })?;
        text.push_str(&line);
        if is_whole(&text) {
            return Ok(Read::Line(text));
        }
    }
}

/// A terminal at which lines are typed.
pub struct Typed {
    editor: Editor<Prompt, FileHistory>,
    prompt: String,
    history: Option<PathBuf>,
    /// Whether nothing was typed when Ctrl-C was pressed.
    was_empty: Arc<AtomicBool>,
    /// Whether that was the last thing that happened.
    is_leaving: bool,
}

/// Notes whether anything is typed when Ctrl-C is pressed.
struct Pressed(Arc<AtomicBool>);

impl ConditionalEventHandler for Pressed {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        self.0.store(context.line().is_empty(), Ordering::Relaxed);
        Some(Cmd::Interrupt)
    }
}

impl Typed {
    fn new(
        prompt: &str,
        history: Option<PathBuf>,
        session: Rc<RefCell<Interpreter>>,
    ) -> rustyline::Result<Self> {
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .auto_add_history(false)
            .max_history_size(10_000)?
            // The prompt is no part of what goes to a file or to another program.
            .behavior(if io::stdout().is_terminal() {
                Behavior::Stdio
            } else {
                Behavior::PreferTerm
            })
            .build();
        let mut editor: Editor<Prompt, FileHistory> = Editor::with_config(config)?;
        editor.set_helper(Some(Prompt::new(session)));
        if let Some(history) = &history {
            // A first session has none.
            let _ = editor.load_history(history);
        }
        let was_empty = Arc::new(AtomicBool::new(false));
        let pressed = EventHandler::Conditional(Box::new(Pressed(was_empty.clone())));
        editor.bind_sequence(KeyEvent::ctrl('C'), pressed);
        Ok(Self {
            editor,
            prompt: prompt.to_owned(),
            history,
            was_empty,
            is_leaving: false,
        })
    }

    fn read(&mut self) -> Result<Read, Complaint> {
        match self.editor.readline(&self.prompt) {
            Ok(line) => {
                self.is_leaving = false;
                if is_kept(&line) && self.editor.history_mut().add(&line).unwrap_or(false) {
                    save(&mut self.editor, self.history.as_deref());
                }
                Ok(Read::Line(line))
            }
            Err(ReadlineError::Interrupted) => {
                let was_empty = self.was_empty.load(Ordering::Relaxed);
                if was_empty && self.is_leaving {
                    return Ok(Read::End);
                }
                if was_empty {
                    super::say("Ctrl-C again leaves, as Ctrl-D does");
                }
                self.is_leaving = was_empty;
                Ok(Read::Again)
            }
            Err(ReadlineError::Eof) => Ok(Read::End),
            Err(error) => Err(failed(&error)),
        }
    }
}

/// Keeps the lines typed so far: they survive a crash of the terminal.
fn save(editor: &mut Editor<Prompt, FileHistory>, history: Option<&Path>) {
    let Some(history) = history else { return };
    if let Some(folder) = history.parent() {
        // Without a place to keep it, a session still works.
        let _ = std::fs::create_dir_all(folder);
    }
    let _ = editor.append_history(history);
}

/// Whether a line may be kept: none that mentions secrets, or has in it what looks like one.
fn is_kept(line: &str) -> bool {
    !line.trim().is_empty()
        && !line.contains("secret(")
        && !line.contains("-----BEGIN")
        && !secret::holds_any(line)
        && !line.split(|c: char| !is_of_key(c)).any(looks_like_key)
}

/// Whether a character may stand in a key.
fn is_of_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '/' | '=')
}

/// Whether a word looks like a key: long, of letters and digits in no order, and no UUID.
fn looks_like_key(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let letters = word.chars().filter(char::is_ascii_alphabetic).count();
    let is_uuid = word.len() == 36 && word.matches('-').count() == 4;
    word.len() >= 24 && digits >= 4 && letters >= 4 && !is_uuid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_with_secrets_are_not_kept() {
        for line in [
            "let k = secret(\"db\")",
            "let key = \"om_live_4f9a8b7c6d5e4f3a2b1c\"",
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            " ",
        ] {
            assert!(!is_kept(line), "{line}");
        }
        for line in [
            "clouds().where(\"label\", \"My first cloud\")",
            "cloud(\"qw5T\").node(\"7f0c2b1e-1111-4222-8333-944455566677\")",
            "let a_long_name_of_a_variable = 2026",
        ] {
            assert!(is_kept(line), "{line}");
        }
    }
}
