//! What is shown behind the cursor: the rest of the only word it can be, what the word means, and what
//! the call it stands in takes.

use rustyline::completion::Candidate as _;
use rustyline::hint::Hint;

use super::completion::{Knowledge, offers};
use super::offer::Offer;
use crate::output::{cut, line};
use crate::script::scan::is_word;

/// How much of a hint is shown at most.
const WIDEST: usize = 70;
/// How little of one is worth showing.
const SHORTEST: usize = 8;

/// What is shown behind the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hinted {
    shown: String,
    /// How much of it the right arrow takes over.
    taken: usize,
}

impl Hint for Hinted {
    fn display(&self) -> &str {
        &self.shown
    }

    fn completion(&self) -> Option<&str> {
        self.shown.get(..self.taken).filter(|it| !it.is_empty())
    }
}

impl Hinted {
    fn new(rest: &str, note: &str, room: usize) -> Option<Self> {
        // What is taken over must be what is shown.
        let rest = if line(rest) == rest { rest } else { "" };
        let note = line(note);
        let shown = match (rest, note.as_str()) {
            ("", "") => return None,
            (rest, "") => rest.to_owned(),
            (rest, note) => format!("{rest}  {note}"),
        };
        let shown = cut(&shown, room);
        if !shown.starts_with(rest) {
            return None;
        }
        Some(Self {
            taken: rest.len(),
            shown,
        })
    }
}

/// What is shown behind a line that ends at this column of a terminal of so many. It stays in its row:
/// what is listed below would be written over the rest of it.
pub fn hint(typed: &str, known: &Knowledge<'_>, column: usize, columns: usize) -> Option<Hinted> {
    let room = columns.saturating_sub(column + 1).min(WIDEST);
    if typed.trim().is_empty() || room < SHORTEST {
        return None;
    }
    if let Some((above, last)) = typed.rsplit_once('\n') {
        // What looks like a command is taken for a part of it. Said on every line, it would have each
        // line of a long paste drawn once more.
        let is_first = last.trim().is_empty() && !above.contains('\n');
        let is_told = is_first || last.trim_start().starts_with([':', '?']);
        if is_told {
            return Hinted::new("", "goes on until it is whole; Ctrl-C gives it up", room);
        }
    }
    let spot = code_of(typed).map(|code| known.session.expected(code));
    let call = spot.as_ref().and_then(|it| it.call.as_ref());
    let is_quoted = spot.as_ref().is_some_and(|it| it.quoted.is_some());
    let ends_in_word = typed.ends_with(|c: char| is_word(c));
    let begins = typed.trim_start().starts_with([':', '?']);
    if is_quoted || ends_in_word || (begins && !typed.contains(char::is_whitespace)) {
        let (start, found) = offers(typed, "", known);
        let word = typed.get(start..).unwrap_or_default();
        if let Some(told) = of_word(word, &found, room).filter(|_| !word.is_empty()) {
            return Some(told);
        }
    }
    let call = call?;
    let pieces = crate::script::check::params(&call.signature);
    // Where an argument begins, what is left to be given reads on.
    let is_between = !is_quoted && typed.trim_end().ends_with(['(', ',']);
    let note = if is_between && call.argument < pieces.len() {
        let rest = pieces.get(call.argument..).unwrap_or_default().join(", ");
        return Hinted::new("", &format!("{rest})"), room).map(|hinted| hinted.tight(typed));
    } else {
        &call.signature
    };
    Hinted::new("", note, room)
}

impl Hinted {
    /// The same right behind the cursor, with one space where none was typed.
    fn tight(mut self, typed: &str) -> Self {
        let is_apart = typed.ends_with([' ', '(']);
        let text = self.shown.trim_start();
        self.shown = if is_apart {
            text.to_owned()
        } else {
            format!(" {text}")
        };
        self
    }
}

/// What is said of a word: what it is, or what it can only become.
fn of_word(word: &str, found: &[Offer], room: usize) -> Option<Hinted> {
    if let Some(own) = found.iter().find(|it| it.text == word) {
        return Hinted::new("", &own.note, room);
    }
    let [only] = found else { return None };
    let rest = only.replacement().strip_prefix(word)?;
    Hinted::new(rest, &only.note, room)
}

/// The code in a line, if there is any.
fn code_of(line: &str) -> Option<&str> {
    let said = line.trim_start();
    if said.starts_with('?') {
        return None;
    }
    match said.strip_prefix(':') {
        None => Some(line),
        Some(command) => command
            .split_once(char::is_whitespace)
            .map(|(_, code)| code),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::script::Interpreter;
    use crate::script::directory::Directory;
    use crate::script::trial::Trial;

    /// What is shown behind a line in a terminal of so many columns, and what of it is taken over.
    fn hinted(typed: &str, columns: usize) -> Option<(String, String)> {
        let host = Arc::new(Trial::default()).host();
        let known = Knowledge {
            session: &Interpreter::of_session(&host),
            directory: &Directory::new(host.session().clone(), Arc::default(), || false),
            profiles: &[],
            patience: Duration::ZERO,
        };
        let found = hint(typed, &known, typed.len(), columns)?;
        let taken = found.completion().unwrap_or_default().to_owned();
        Some((found.display().to_owned(), taken))
    }

    #[test]
    fn what_comes_next_is_shown_and_stays_in_its_row() {
        let shown = |typed: &str, columns: usize| hinted(typed, columns).map(|it| it.0);
        assert_eq!(
            hinted("cloud_st", 80).unwrap(),
            (
                "ats  Fetches what a cloud is made of: nodes, VLANs, keys and their st…".to_owned(),
                "ats".to_owned()
            )
        );
        assert_eq!(shown("cloud_st", 30).unwrap(), "ats  Fetches what a…");
        assert_eq!(shown("cloud_st", 17).unwrap(), "ats  Fe…");
        assert_eq!(shown("cloud_st", 16), None);
        assert_eq!(shown("clou", 80), None);
        assert_eq!(
            shown("sort_by([1], ", 80).unwrap(),
            "field | |item| key, \"asc\" | \"desc\"?)"
        );
        assert_eq!(
            shown("sort_by([1],", 80).unwrap(),
            " field | |item| key, \"asc\" | \"desc\"?)"
        );
        assert_eq!(shown("let x = 1", 80), None);
        assert_eq!(
            shown(":sav", 80).unwrap(),
            "e  Writes the lines that succeeded to a new file, as a script."
        );
        assert_eq!(shown("", 80), None);
        for open in ["clouds().map(\n", "clouds().map(\n  :help", "f(\n?clouds"] {
            let told = "  goes on until it is whole; Ctrl-C gives it up";
            assert_eq!(shown(open, 80).unwrap(), told, "{open}");
        }
        assert_eq!(shown("f(\n1", 80), None);
        assert_eq!(shown("f(\n1,\n", 80), None);
    }
}
