//! What the editor of a line asks: what a word may become, what comes next, how it looks, and whether
//! the line is whole.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Context, Helper};
use unicode_width::UnicodeWidthStr as _;

use super::completion::{Knowledge, offers};
use super::hint::{Hinted, hint};
use super::lines::is_followed;
use super::offer::{Offer, columns};
use super::place::Place;
use super::{colours, command, recall};
use crate::output::{Paint, Tone};
use crate::script::directory::Directory;
use crate::script::{Growing, Interpreter};

/// How long Tab waits for the account.
const PATIENCE: Duration = Duration::from_millis(100);
/// The longest text that is coloured and hinted at: what is longer was pasted.
const LONGEST: usize = 16 * 1024;

/// What the editor of a line asks.
#[derive(Helper)]
pub struct Prompt {
    session: Rc<RefCell<Interpreter>>,
    directory: Directory,
    /// The profiles that one may go to.
    profiles: Vec<String>,
    /// How wide the prompt is that lines are typed after.
    indent: usize,
    paint: Paint,
    /// Whether a line is being typed: the cursor counts then.
    is_typing: Cell<bool>,
    /// The line that is typed.
    growing: RefCell<Growing>,
}

impl Prompt {
    /// The same for another editor.
    pub fn anew(&self) -> Self {
        Self {
            session: self.session.clone(),
            directory: self.directory.clone(),
            profiles: self.profiles.clone(),
            indent: self.indent,
            paint: self.paint,
            is_typing: Cell::new(true),
            growing: RefCell::default(),
        }
    }

    /// A prompt that knows what this session has, and what is at a place.
    pub fn new(session: Rc<RefCell<Interpreter>>, place: &Place, paint: Paint) -> Self {
        Self {
            session,
            directory: place.directory.clone(),
            profiles: place.profiles.clone(),
            indent: place.prompt.width(),
            paint,
            is_typing: Cell::new(true),
            growing: RefCell::default(),
        }
    }

    /// Knows what is at another place from now on.
    pub fn goes(&mut self, place: &Place) {
        self.directory = place.directory.clone();
        self.profiles.clone_from(&place.profiles);
        self.indent = place.prompt.width();
    }
}

impl Validator for Prompt {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        if is_whole(context.input(), &mut self.growing.borrow_mut()) {
            return Ok(ValidationResult::Valid(None));
        }
        Ok(ValidationResult::Incomplete)
    }
}

/// Whether a line can be run as it is.
pub fn is_whole(line: &str, growing: &mut Growing) -> bool {
    line.trim_start().starts_with(['?', ':'])
        || recall::is_asked(line)
        || !growing.is_incomplete(command::piped(line).0)
}

impl Completer for Prompt {
    type Candidate = Offer;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Offer>)> {
        let (before, after) = line.split_at_checked(position).unwrap_or((line, ""));
        let known = Knowledge {
            session: &self.session.borrow(),
            directory: &self.directory,
            profiles: &self.profiles,
            patience: PATIENCE,
        };
        Ok(offers(before, after, &known))
    }
}

impl Hinter for Prompt {
    type Hint = Hinted;

    fn hint(&self, line: &str, position: usize, _: &Context<'_>) -> Option<Hinted> {
        // Without colour a hint would look as if it had been typed.
        if !self.paint.is_on() || position < line.len() || line.len() > LONGEST {
            return None;
        }
        // What is pasted needs none.
        if is_followed() {
            return None;
        }
        let known = Knowledge {
            session: &self.session.borrow(),
            directory: &self.directory,
            profiles: &self.profiles,
            patience: Duration::ZERO,
        };
        let columns = columns();
        let (before, last) = line.rsplit_once('\n').unwrap_or(("", line));
        let indent = if before.is_empty() { self.indent } else { 0 };
        hint(
            line,
            &known,
            (indent + last.width()) % columns.max(1),
            columns,
        )
    }
}

impl Highlighter for Prompt {
    fn highlight<'l>(&self, line: &'l str, position: usize) -> Cow<'l, str> {
        if !self.paint.is_on() || line.len() > LONGEST {
            return Cow::Borrowed(line);
        }
        let cursor = self.is_typing.get().then_some(position);
        Cow::Owned(colours::painted(line, cursor, self.paint))
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        // Where people are served, it should be seen at a glance.
        let tone = if prompt.trim_end().ends_with("!>") {
            Tone::Bad
        } else {
            Tone::Strong
        };
        Cow::Owned(self.paint.tone(tone, prompt).to_string())
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(self.paint.tone(Tone::Faint, hint).to_string())
    }

    fn highlight_candidate<'c>(&self, candidate: &'c str, _: CompletionType) -> Cow<'c, str> {
        match candidate.split_once("  ") {
            Some((name, note)) => {
                let note = self.paint.tone(Tone::Faint, note);
                Cow::Owned(format!("{name}  {note}"))
            }
            None => Cow::Borrowed(candidate),
        }
    }

    fn highlight_char(&self, line: &str, _: usize, kind: CmdKind) -> bool {
        self.is_typing.set(kind != CmdKind::ForcedRefresh);
        self.paint.is_on() && line.len() <= LONGEST
    }
}
