//! What a user is told when something went wrong.

/// The exit codes of `mw`, which scripts and schedulers around it rely on.
pub mod exit {
    /// Done.
    pub const DONE: u8 = 0;
    /// The script failed.
    pub const FAILED: u8 = 1;
    /// Wrong usage, or a script that does not parse or check.
    pub const USAGE: u8 = 2;
    /// No credentials, or refused ones.
    pub const CREDENTIALS: u8 = 3;
    /// Not permitted.
    pub const NOT_PERMITTED: u8 = 4;
    /// In doubt: a decision is needed.
    pub const IN_DOUBT: u8 = 5;
    /// The script does otherwise than its record or its plan says.
    pub const DEVIATES: u8 = 6;
    /// Timed out.
    pub const TIMED_OUT: u8 = 7;
    /// Interrupted.
    pub const INTERRUPTED: u8 = 130;
}

/// A place in a text that the user wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, or what stands for one: `<stdin>`, `<eval>`.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters are at fault.
    pub length: usize,
    /// The line itself; of a line without end, the part around the place.
    pub text: String,
    /// How many characters of the line come before that part.
    pub skipped: usize,
}

/// How much of a line is kept with a place in it, in characters: thousands of findings in one line
/// would otherwise be thousands of copies of it. Much more than is shown: what is secret in it is
/// found whole.
const KEPT: usize = 4_000;
/// How much of that comes before the place.
const KEPT_BEFORE: usize = 2_000;

/// What happened, where, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// What happened, in one sentence.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// The calls that led there, innermost first.
    pub trail: Vec<String>,
    /// What to do next.
    pub hint: Option<String>,
    /// The exit code it means.
    pub exit: u8,
}

impl Complaint {
    /// A complaint without a place.
    #[must_use]
    pub fn new(exit: u8, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: None,
            trail: Vec::new(),
            hint: None,
            exit,
        }
    }

    /// A complaint about how `mw` was called.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(exit::USAGE, message)
    }

    /// The same, with what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, at a place.
    #[must_use]
    pub fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }
}

impl Place {
    /// The place of a line and column in a text.
    #[must_use]
    pub fn in_text(file: &str, source: &str, line: usize, column: usize, length: usize) -> Self {
        let text = source
            .lines()
            .nth(line.saturating_sub(1))
            .unwrap_or_default();
        Self::in_line(file, text, line, column, length)
    }

    /// The place of a column in a line.
    #[must_use]
    pub fn in_line(file: &str, text: &str, line: usize, column: usize, length: usize) -> Self {
        let (text, skipped) = around(text, column.saturating_sub(1));
        Self {
            file: file.to_owned(),
            line,
            column,
            length: length.max(1),
            text: text.to_owned(),
            skipped,
        }
    }

    /// The whole line, without what it is indented by.
    #[must_use]
    pub fn whole(mut self) -> Self {
        let text = self.text.trim_end();
        let indent = text.chars().count() - text.trim_start().chars().count();
        self.column = self.skipped + indent + 1;
        self.length = (text.chars().count() - indent).max(1);
        self
    }

    /// The place of some bytes of a text, as far as their first line goes.
    #[must_use]
    pub fn of_bytes(file: &str, source: &str, bytes: std::ops::Range<usize>) -> Self {
        let start = boundary(source, bytes.start);
        let end = boundary(source, bytes.end.max(start));
        let before = source.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let begin = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(begin..).unwrap_or_default().chars().count() + 1;
        let inside = source.get(start..end).unwrap_or_default();
        let length = inside.lines().next().unwrap_or_default().chars().count();
        let rest = source.get(begin..).unwrap_or_default();
        let text = rest.lines().next().unwrap_or_default();
        Self::in_line(file, text, line, column, length)
    }
}

/// The part of a line around a column, from 0, and how many characters come before it.
fn around(line: &str, column: usize) -> (&str, usize) {
    if line.len() <= KEPT || line.chars().nth(KEPT).is_none() {
        return (line, 0);
    }
    let skipped = column.saturating_sub(KEPT_BEFORE);
    let at = |text: &str, count| {
        let found = text.char_indices().nth(count);
        found.map_or(text.len(), |(at, _)| at)
    };
    let rest = line.get(at(line, skipped)..).unwrap_or_default();
    (rest.get(..at(rest, KEPT)).unwrap_or_default(), skipped)
}

/// The offset, or the nearest one before it where a character begins.
fn boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
