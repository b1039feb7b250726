//! The steps that Up and Down take through the lines of earlier.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustyline::{
    Cmd, ConditionalEventHandler, Event, EventContext, EventHandler, KeyCode, KeyEvent, Modifiers,
    RepeatCount,
};

use super::history::History;

/// Where one is in the history while a line is typed. A clone is the same walk.
#[derive(Clone)]
pub struct Walk {
    history: History,
    place: Arc<Mutex<Place>>,
}

#[derive(Default)]
struct Place {
    /// The editor's index, which is the count of the lines where none of earlier is shown.
    index: usize,
    /// What the lines begin with that are stepped to.
    prefix: String,
    /// The line that the last step came to.
    shown: Option<String>,
    /// What was typed, where the editor does not remember it.
    typed: Option<String>,
}

/// A step.
#[derive(Clone, Copy)]
enum Step {
    Older,
    Newer,
    Oldest,
    Newest,
}

/// The keys that step.
const KEYS: &[(KeyEvent, Step)] = &[
    (KeyEvent(KeyCode::Up, Modifiers::NONE), Step::Older),
    (KeyEvent(KeyCode::Down, Modifiers::NONE), Step::Newer),
    (KeyEvent(KeyCode::Char('P'), Modifiers::CTRL), Step::Older),
    (KeyEvent(KeyCode::Char('N'), Modifiers::CTRL), Step::Newer),
    (KeyEvent(KeyCode::Char('<'), Modifiers::ALT), Step::Oldest),
    (KeyEvent(KeyCode::Char('>'), Modifiers::ALT), Step::Newest),
];

impl Walk {
    /// A walk through these lines.
    pub fn new(history: History) -> Self {
        Self {
            history,
            place: Arc::default(),
        }
    }

    /// The keys that step, each with what it does.
    pub fn keys(&self) -> impl Iterator<Item = (KeyEvent, EventHandler)> {
        KEYS.iter().map(|(key, step)| {
            let pressed = Pressed(self.clone(), *step);
            (*key, EventHandler::Conditional(Box::new(pressed)))
        })
    }

    /// Begins anew, below the last line.
    pub fn begins(&self) {
        self.history.steps_to(None);
        *self.lock() = Place {
            index: self.history.count(),
            ..Place::default()
        };
    }

    fn lock(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the editor is to do for a step from this line, with the cursor at this byte.
    fn steps(&self, step: Step, line: &str, cursor: usize) -> Cmd {
        let (before, after) = line.split_at_checked(cursor).unwrap_or((line, ""));
        match step {
            Step::Older if before.contains('\n') => Cmd::LineUpOrPreviousHistory(1),
            Step::Newer if after.contains('\n') => Cmd::LineDownOrNextHistory(1),
            Step::Older => self.older(line, before),
            Step::Newer => self.newer(line, before),
            Step::Oldest => {
                let count = self.history.count();
                let mut place = self.lock();
                if count > 0 && place.index > 0 {
                    place.index = 0;
                    place.prefix.clear();
                    place.shown = self.history.beginning("", 0..1, "").map(|(_, line)| line);
                }
                Cmd::BeginningOfHistory
            }
            Step::Newest => {
                self.begins();
                Cmd::EndOfHistory
            }
        }
    }

    fn older(&self, line: &str, before: &str) -> Cmd {
        let count = self.history.count();
        let mut place = self.lock();
        let goes_on = place.shown.as_deref() == Some(line);
        // A line of earlier that was changed is one that is typed: it is looked for from the end.
        let (prefix, from) = if goes_on {
            (place.prefix.clone(), place.index)
        } else {
            (before.to_owned(), count)
        };
        let older = (0..from).rev();
        let Some((index, found)) = self.history.beginning(&prefix, older, line) else {
            return Cmd::Noop;
        };
        let Some(cmd) = moving(place.index, count) else {
            return Cmd::Noop;
        };
        if !goes_on {
            place.typed = (place.index < count).then(|| line.to_owned());
        }
        place.prefix = prefix;
        self.goes(&mut place, index, found);
        cmd
    }

    fn newer(&self, line: &str, before: &str) -> Cmd {
        let count = self.history.count();
        let mut place = self.lock();
        if place.index >= count {
            return Cmd::Noop;
        }
        let goes_on = place.shown.as_deref() == Some(line);
        let prefix = if goes_on {
            place.prefix.clone()
        } else {
            before.to_owned()
        };
        let newer = place.index + 1..count;
        let found = self.history.beginning(&prefix, newer, line);
        let back = place.typed.clone();
        match (found, back, moving(place.index, count)) {
            (Some((index, found)), _, Some(cmd)) => {
                if !goes_on {
                    place.typed = Some(line.to_owned());
                }
                place.prefix = prefix;
                self.goes(&mut place, index, found);
                cmd
            }
            // What was changed stays where nothing newer begins like it.
            _ if !goes_on => Cmd::Noop,
            (None, Some(typed), Some(cmd)) => {
                self.history.steps_to(Some((count, typed)));
                *place = Place {
                    index: count,
                    ..Place::default()
                };
                cmd
            }
            _ => {
                *place = Place {
                    index: count,
                    ..Place::default()
                };
                Cmd::EndOfHistory
            }
        }
    }

    fn goes(&self, place: &mut Place, index: usize, line: String) {
        place.index = index;
        place.shown = Some(line.clone());
        self.history.steps_to(Some((index, line)));
    }
}

/// The command with which the editor asks the history for a line, whichever that is: it asks for none
/// beyond either end.
const fn moving(index: usize, count: usize) -> Option<Cmd> {
    if index > 0 {
        Some(Cmd::PreviousHistory)
    } else if index + 1 < count {
        Some(Cmd::NextHistory)
    } else {
        None
    }
}

/// A key that steps.
struct Pressed(Walk, Step);

impl ConditionalEventHandler for Pressed {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        Some(self.0.steps(self.1, context.line(), context.pos()))
    }
}

#[cfg(test)]
mod tests {
    use rustyline::history::{History as _, SearchDirection};

    use super::*;

    /// An editor as far as it steps through a history, as rustyline's does.
    struct Typed {
        walk: Walk,
        index: usize,
        line: String,
        cursor: usize,
        saved: (String, usize),
    }

    impl Typed {
        fn new(lines: &[&str]) -> Self {
            let (history, _) = History::open(None);
            for line in lines {
                history.keeps(line);
            }
            let walk = Walk::new(history);
            walk.begins();
            Self {
                walk,
                index: lines.len(),
                line: String::new(),
                cursor: 0,
                saved: (String::new(), 0),
            }
        }

        fn types(&mut self, line: &str, cursor: usize) {
            line.clone_into(&mut self.line);
            self.cursor = cursor;
        }

        fn gets(&mut self, index: usize) {
            let history = self.walk.history.clone();
            let found = history
                .get(index, SearchDirection::Forward)
                .unwrap()
                .unwrap();
            self.index = found.idx;
            self.line = found.entry.into_owned();
            self.cursor = self.line.len();
        }

        /// The line and its cursor after a step.
        fn steps(&mut self, step: Step) -> (&str, usize) {
            let count = self.walk.history.count();
            match self.walk.steps(step, &self.line.clone(), self.cursor) {
                Cmd::Noop => {}
                Cmd::PreviousHistory if self.index > 0 => {
                    if self.index == count {
                        self.saved = (self.line.clone(), self.cursor);
                    }
                    self.gets(self.index - 1);
                }
                Cmd::NextHistory if self.index + 1 < count => self.gets(self.index + 1),
                Cmd::EndOfHistory => {
                    self.index = count;
                    (self.line, self.cursor) = self.saved.clone();
                }
                Cmd::BeginningOfHistory => {
                    if self.index == count {
                        self.saved = (self.line.clone(), self.cursor);
                    }
                    self.gets(0);
                }
                Cmd::LineUpOrPreviousHistory(1) => {
                    self.cursor = self.line[..self.cursor].rfind('\n').unwrap();
                }
                other => panic!("{other:?}"),
            }
            assert_eq!(self.walk.lock().index, self.index);
            assert!(self.walk.history.get(0, SearchDirection::Forward).is_ok());
            (&self.line, self.cursor)
        }

        fn older(&mut self) -> &str {
            self.steps(Step::Older).0
        }

        fn newer(&mut self) -> &str {
            self.steps(Step::Newer).0
        }
    }

    #[test]
    fn steps_from_an_empty_line_are_to_each_line() {
        let mut typed = Typed::new(&["a", "b", "c"]);
        assert_eq!(typed.newer(), "");
        assert_eq!(
            [typed.older().to_owned(), typed.older().to_owned()],
            ["c", "b"]
        );
        assert_eq!(typed.older(), "a");
        assert_eq!(typed.older(), "a");
        assert_eq!(
            [typed.newer().to_owned(), typed.newer().to_owned()],
            ["b", "c"]
        );
        assert_eq!(typed.newer(), "");
        assert_eq!(typed.newer(), "");
        assert_eq!(typed.older(), "c");
    }

    #[test]
    fn steps_from_what_is_typed_are_to_lines_that_begin_like_it() {
        let mut typed = Typed::new(&["clouds()", "vlans()", "cloud(1)", "clouds()", "x"]);
        typed.types("clo + 1", 3);
        assert_eq!(typed.steps(Step::Older), ("clouds()", 8));
        assert_eq!(typed.older(), "cloud(1)");
        assert_eq!(typed.older(), "clouds()");
        assert_eq!(typed.older(), "clouds()");
        assert_eq!(typed.newer(), "cloud(1)");
        assert_eq!(typed.newer(), "clouds()");
        // What was typed is there again, its cursor where it was.
        assert_eq!(typed.steps(Step::Newer), ("clo + 1", 3));
        typed.types("nothing", 7);
        assert_eq!(typed.older(), "nothing");
        typed.types("é", 2);
        assert_eq!(typed.older(), "é");
    }

    #[test]
    fn a_line_of_earlier_that_is_changed_is_one_that_is_typed() {
        let mut typed = Typed::new(&["ab", "abc", "b", "abd"]);
        typed.types("ab", 2);
        assert_eq!(
            [typed.older().to_owned(), typed.older().to_owned()],
            ["abd", "abc"]
        );
        typed.types("ab", 2);
        assert_eq!(typed.older(), "abd");
        assert_eq!(typed.newer(), "ab");
        // Nothing newer begins like this, and what was changed is not lost.
        typed.older();
        typed.types("abd + 1", 7);
        assert_eq!(typed.newer(), "abd + 1");
        // From the very first one too, whose index has none before it.
        let mut typed = Typed::new(&["a", "b"]);
        typed.older();
        typed.older();
        typed.types("b!", 1);
        assert_eq!(typed.older(), "b");
        assert_eq!(typed.newer(), "b!");
    }

    #[test]
    fn steps_within_several_lines_come_before_those_through_the_history() {
        let mut typed = Typed::new(&["a", "fn f() {\n  1\n}"]);
        assert_eq!(typed.older(), "fn f() {\n  1\n}");
        assert_eq!(typed.steps(Step::Older).1, 12);
        assert_eq!(typed.steps(Step::Older).1, 8);
        assert_eq!(typed.older(), "a");
    }

    #[test]
    fn the_oldest_line_and_what_is_typed_are_a_step_away() {
        let mut typed = Typed::new(&["a", "b", "c"]);
        typed.types("x", 1);
        assert_eq!(typed.steps(Step::Oldest).0, "a");
        assert_eq!(typed.older(), "a");
        assert_eq!(typed.newer(), "b");
        assert_eq!(typed.steps(Step::Newest).0, "x");
        assert_eq!(typed.newer(), "x");
    }

    proptest::proptest! {
        /// Whatever is pressed and typed, both know the same place.
        #[test]
        fn a_walk_is_where_the_editor_is(
            lines in proptest::collection::vec("[ab]{1,3}", 0..6),
            keys in proptest::collection::vec(0..6, 0..30),
        ) {
            let mut lines = lines;
            lines.dedup();
            let mut typed = Typed::new(&lines.iter().map(String::as_str).collect::<Vec<_>>());
            for key in keys {
                match key {
                    0 | 1 => drop(typed.steps(Step::Older)),
                    2 => drop(typed.steps(Step::Newer)),
                    3 if !lines.is_empty() => drop(typed.steps(Step::Oldest)),
                    4 => drop(typed.steps(Step::Newest)),
                    _ => {
                        let line = format!("{}a", typed.line);
                        typed.types(&line, line.len() / 2);
                    }
                }
            }
        }
    }
}
