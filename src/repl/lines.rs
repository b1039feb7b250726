//! Where the lines of a session come from: a terminal, or anything else that can be read.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustyline::error::ReadlineError;
use rustyline::{
    Behavior, Cmd, CompletionType, ConditionalEventHandler, Config, Editor, Event, EventContext,
    EventHandler, KeyCode, KeyEvent, Modifiers, RepeatCount,
};

use super::history::History;
use super::place::Place;
use super::prompt::{Prompt, is_whole};
use super::walk::Walk;
use crate::error::{Complaint, exit};
use crate::script::Growing;

/// What was read.
pub enum Read {
    /// A line that is whole, which may have line ends in it.
    Line(String),
    /// What was typed so far, which is to be edited elsewhere.
    Draft(String),
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
    pub fn new(prompt: Option<&str>, history: &History, helper: Prompt) -> Result<Self, Complaint> {
        match prompt {
            Some(prompt) => Typed::new(prompt, history, helper)
                .map(|typed| Self::Typed(Box::new(typed)))
                .map_err(|error| failed(&error)),
            None => Ok(Self::Piped(0)),
        }
    }

    /// Has them typed where the session is now.
    pub fn goes(&mut self, place: &Place) {
        if let Self::Typed(typed) = self {
            place.prompt.clone_into(&mut typed.prompt);
            if let Some(helper) = typed.editor.helper_mut() {
                helper.goes(place);
            }
        }
    }

    /// Drops what was typed ahead: whoever stops a line does not mean those that were to follow it.
    pub fn drops_what_follows(&mut self) -> Result<(), Complaint> {
        match self {
            Self::Typed(typed) => typed.drops_what_follows().map_err(|error| failed(&error)),
            Self::Piped(_) => Ok(()),
        }
    }

    /// Reads one. At a terminal it may begin with a draft, which is looked at and entered there.
    pub fn read(&mut self, draft: Option<&str>) -> Result<Read, Complaint> {
        match self {
            Self::Typed(typed) => typed.read(draft.unwrap_or_default()),
            Self::Piped(count) => piped(count),
        }
    }
}

fn failed(error: &ReadlineError) -> Complaint {
    Complaint::new(exit::FAILED, format!("the prompt failed: {error}"))
}

/// The next line of standard input, with as many after it as make it whole.
fn piped(count: &mut usize) -> Result<Read, Complaint> {
    let (mut text, mut growing) = (String::new(), Growing::default());
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
        if is_whole(&text, &mut growing) {
            return Ok(Read::Line(text));
        }
    }
}

/// A terminal at which lines are typed.
pub struct Typed {
    editor: Editor<Prompt, History>,
    prompt: String,
    walk: Walk,
    /// How the line ended.
    ending: Arc<Mutex<Ending>>,
    /// Whether Ctrl-C where nothing is typed was the last thing that happened.
    is_leaving: bool,
}

/// How a line ends.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Ending {
    /// It was entered.
    #[default]
    Entered,
    /// It was given up.
    GivenUp,
    /// It is to be edited elsewhere.
    Draft,
}

/// The keys that end a line.
const KEYS: &[(&[KeyEvent], Ending)] = &[
    (
        &[KeyEvent(KeyCode::Enter, Modifiers::NONE)],
        Ending::Entered,
    ),
    (
        &[KeyEvent(KeyCode::Char('M'), Modifiers::CTRL)],
        Ending::Entered,
    ),
    (
        &[KeyEvent(KeyCode::Char('J'), Modifiers::CTRL)],
        Ending::Entered,
    ),
    (
        &[KeyEvent(KeyCode::Char('C'), Modifiers::CTRL)],
        Ending::GivenUp,
    ),
    (
        &[
            KeyEvent(KeyCode::Char('X'), Modifiers::CTRL),
            KeyEvent(KeyCode::Char('E'), Modifiers::CTRL),
        ],
        Ending::Draft,
    ),
];

/// A key that ends a line. The editor hands it over as one that is accepted, however it ends: of others
/// it would forget what was typed after them.
struct Key(Arc<Mutex<Ending>>, Ending);

impl ConditionalEventHandler for Key {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = self.1;
        // A line that more follows already is taken whether it is whole or not: the editor reads and
        // draws all of what it has at each line's end, which for a long function that is pasted is once
        // for each of its lines.
        let is_taken =
            self.1 != Ending::Entered || context.pos() == context.line().len() && is_followed();
        is_taken.then_some(Cmd::AcceptLine)
    }
}

/// Whether more was typed than was read.
pub fn is_followed() -> bool {
    let input = io::stdin();
    let mut looked = [PollFd::new(&input, PollFlags::IN)];
    // Where that cannot be told, nothing is: the editor waits for it.
    poll(&mut looked, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
}

/// An editor that nothing was typed into.
fn editor(
    history: History,
    helper: Prompt,
    ending: &Arc<Mutex<Ending>>,
    walk: &Walk,
) -> rustyline::Result<Editor<Prompt, History>> {
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .auto_add_history(false)
        // The prompt is no part of what goes to a file or to another program.
        .behavior(if io::stdout().is_terminal() {
            Behavior::Stdio
        } else {
            Behavior::PreferTerm
        })
        .build();
    let mut editor = Editor::with_history(config, history)?;
    editor.set_helper(Some(helper));
    for (keys, ends) in KEYS {
        let key = EventHandler::Conditional(Box::new(Key(ending.clone(), *ends)));
        editor.bind_sequence(Event::KeySeq(keys.to_vec()), key);
    }
    for (key, handler) in walk.keys() {
        editor.bind_sequence(key, handler);
    }
    Ok(editor)
}

impl Typed {
    fn new(prompt: &str, history: &History, helper: Prompt) -> rustyline::Result<Self> {
        let (ending, walk) = (Arc::default(), Walk::new(history.clone()));
        Ok(Self {
            editor: editor(history.clone(), helper, &ending, &walk)?,
            prompt: prompt.to_owned(),
            walk,
            ending,
            is_leaving: false,
        })
    }

    /// The terminal drops what it holds when Ctrl-C is pressed; what the editor has read of it before goes
    /// with the editor.
    fn drops_what_follows(&mut self) -> rustyline::Result<()> {
        if let Some(helper) = self.editor.helper().map(Prompt::anew) {
            let history = self.editor.history().clone();
            self.editor = editor(history, helper, &self.ending, &self.walk)?;
        }
        Ok(())
    }

    /// Reads a line that is whole, from what was typed ahead of it line by line.
    fn read(&mut self, draft: &str) -> Result<Read, Complaint> {
        let mut growing = Growing::default();
        let mut ahead = String::new();
        let mut read = self.read_line(draft, true)?;
        while let Read::Line(line) = read {
            ahead.push_str(&line);
            if is_whole(&ahead, &mut growing) {
                return Ok(Read::Line(ahead));
            }
            ahead.push('\n');
            read = if is_followed() {
                self.read_line("", false)?
            } else {
                let all = std::mem::take(&mut ahead);
                self.read_line(&all, true)?
            };
        }
        match read {
            Read::Draft(line) => Ok(Read::Draft(format!("{ahead}{line}"))),
            other => Ok(other),
        }
    }

    /// Reads what is taken for a line, which begins with a draft and may be one of several.
    fn read_line(&mut self, draft: &str, is_first: bool) -> Result<Read, Complaint> {
        self.walk.begins();
        let prompt = if is_first { self.prompt.as_str() } else { "" };
        match self.editor.readline_with_initial(prompt, (draft, "")) {
            Ok(line) => {
                let mut ending = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
                let ending = std::mem::take(&mut *ending);
                let is_empty = line.is_empty() && is_first;
                if ending == Ending::GivenUp && is_empty {
                    if self.is_leaving {
                        return Ok(Read::End);
                    }
                    super::say("Ctrl-C again leaves, as Ctrl-D does");
                }
                self.is_leaving = ending == Ending::GivenUp && is_empty;
                Ok(match ending {
                    Ending::Entered => Read::Line(line),
                    Ending::GivenUp => Read::Again,
                    Ending::Draft => Read::Draft(line),
                })
            }
            Err(ReadlineError::Interrupted) => Ok(Read::Again),
            Err(ReadlineError::Eof) => Ok(Read::End),
            // The terminal went away: nothing more is typed.
            Err(_) if !io::stdin().is_terminal() => Ok(Read::End),
            Err(error) => Err(failed(&error)),
        }
    }
}
