//! What the prompt knows while a line is typed: what a word may become, and whether the line is whole.

use std::cell::RefCell;
use std::rc::Rc;

use rustyline::completion::{Completer, Pair};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper, Highlighter, Hinter};

use super::command::COMMANDS;
use crate::reference;
use crate::script::check::{Type, methods_of};
use crate::script::scan::{Scan, is_word};
use crate::script::{Growing, Interpreter, kinds, vocabulary};

/// The prompt's knowledge.
#[derive(Helper, Highlighter, Hinter)]
pub struct Prompt {
    session: Rc<RefCell<Interpreter>>,
    /// The line that is typed.
    growing: RefCell<Growing>,
}

impl Prompt {
    /// A prompt that completes what this session has.
    pub fn new(session: Rc<RefCell<Interpreter>>) -> Self {
        Self {
            session,
            growing: RefCell::default(),
        }
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
        || super::recall::is_asked(line)
        || !growing.is_incomplete(super::command::piped(line).0)
}

impl Completer for Prompt {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = line.get(..position).unwrap_or(line);
        let (start, names) = candidates(before, &self.session.borrow());
        let pairs = names
            .into_iter()
            .map(|name| Pair {
                display: name.clone(),
                replacement: name,
            })
            .collect();
        Ok((start, pairs))
    }
}

/// Where the word under the cursor starts, and what it may become.
fn candidates(before: &str, session: &Interpreter) -> (usize, Vec<String>) {
    let start = before.rfind(|c: char| !is_word(c)).map_or(0, |at| {
        at + before[at..].chars().next().map_or(1, char::len_utf8)
    });
    let (rest, word) = before.split_at(start);
    let said = rest.trim_start();
    // What is said to the prompt itself has an expression after it, or nothing to complete.
    let code = said.strip_prefix(':').map_or(said, |it| {
        it.split_once(char::is_whitespace).map_or("", |(_, it)| it)
    });
    let mut names: Vec<String> = if said == ":" {
        COMMANDS.iter().map(|it| it.name.to_owned()).collect()
    } else if said.starts_with('?') {
        plain().chain(kinds_names()).collect()
    } else if let Some(before) = code.trim_end().strip_suffix('.') {
        members(before, session)
    } else if let Some(before) = code.strip_suffix("::") {
        let alias: String = before.chars().rev().take_while(|c| is_word(*c)).collect();
        let alias: String = alias.chars().rev().collect();
        let offered = session.offered(&alias).into_iter();
        offered.map(|it| it.name).collect()
    } else {
        plain()
            .chain(session.names().map(str::to_owned))
            .chain(session.functions().into_iter().map(|it| it.name))
            .chain(session.aliases().map(|alias| format!("{alias}::")))
            .collect()
    };
    names.retain(|name| name.starts_with(word) && !name.starts_with("anon$"));
    names.sort();
    names.dedup();
    (start, names)
}

fn plain() -> impl Iterator<Item = String> {
    vocabulary::functions().map(str::to_owned)
}

fn kinds_names() -> impl Iterator<Item = String> {
    kinds().into_iter().map(|kind| kind.name.to_owned())
}

/// The fields, keys and methods of what a text ends with; every method when it is not known what it is.
fn members(before: &str, session: &Interpreter) -> Vec<String> {
    let known = session.known(before, chain(before));
    let mut names = known.keys();
    let kind = known.kind();
    if !kind.is_known() {
        names.extend(vocabulary::methods().map(str::to_owned));
        return names;
    }
    if let Type::Record(kind) = &kind {
        names.extend(kind.field_names().map(str::to_owned));
    }
    names.extend(methods_of(&kind).into_iter().map(str::to_owned));
    names.extend(reference::methods("any").map(str::to_owned));
    names
}

/// The byte at which the chain of names, calls and items begins that a text ends with.
fn chain(text: &str) -> usize {
    let code = Scan::of(text).code;
    let mut at = code.trim_end().len();
    loop {
        let before = code.get(..at).unwrap_or_default();
        let Some(last) = before.chars().next_back() else {
            return at;
        };
        let start = if is_word(last) {
            before.trim_end_matches(is_word).len()
        } else if matches!(last, ')' | ']' | '}') {
            let open = opening(before);
            // What is called or picked from stands before the bracket.
            let called = code.get(..open).unwrap_or_default();
            if called.ends_with(|c: char| is_word(c) || matches!(c, ')' | ']')) {
                at = open;
                continue;
            }
            open
        } else {
            // A text: the spaces in its place.
            let quoted = Scan::of(text).texts.into_iter().rev();
            match quoted
                .into_iter()
                .find(|it| it.bytes.end >= at && it.bytes.start < at)
            {
                Some(quoted) => quoted.bytes.start,
                None => return at,
            }
        };
        let before = code.get(..start).unwrap_or_default();
        // A module's name belongs to that of its function.
        match before.strip_suffix("::") {
            Some(alias) => at = alias.len(),
            None => match before.trim_end().strip_suffix('.') {
                Some(receiver) if !receiver.ends_with('.') => at = receiver.trim_end().len(),
                _ => return start,
            },
        }
    }
}

/// Where the bracket opens that a text ends with.
fn opening(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code.char_indices().rev() {
        match c {
            ')' | ']' | '}' => depth += 1,
            '(' | '[' | '{' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::script::source::Source;
    use crate::script::trial::Trial;

    fn session() -> Interpreter {
        let mut session = Interpreter::of_session(&Arc::new(Trial::default()).host());
        let declared = r"
            let m = #{first: 1, inner: #{deep: [#{last: 2}]}};
            let f = |x| x;
            fn mine(a) { a }
        ";
        assert!(session.run(&Source::of_text("<repl>", declared)).is_ok());
        session
    }

    fn complete(line: &str) -> Vec<String> {
        candidates(line, &session()).1
    }

    #[test]
    fn functions_variables_and_commands_complete_by_their_beginning() {
        assert_eq!(
            complete("clo"),
            ["cloud", "cloud_stats", "cloud_subscription", "clouds"]
        );
        assert_eq!(complete("let x = mi"), ["mine"]);
        assert_eq!(complete(":sa"), ["save"]);
        assert_eq!(
            complete("?Clo"),
            ["Cloud", "CloudFields", "CloudStats", "CloudVlan"]
        );
    }

    #[test]
    fn members_complete_by_the_type_of_what_stands_before_the_dot() {
        for (line, expected) in [
            ("cloud(\"x\").nodes()[0].reb", vec!["reboot"]),
            ("clouds().gro", vec!["group_by"]),
            ("cloud(\"x\").reb", vec![]),
            ("clouds().filter(|c| c.subs", vec!["subscription"]),
            ("for n in cloud(\"a)\").nodes() { n.reb", vec!["reboot"]),
            ("let c = cloud(\"x\"); if c.cloud_t", vec!["cloud_type"]),
            ("\"a.b\".to_up", vec!["to_upper"]),
            (":type cloud(\"x\").nodes()[0].reb", vec!["reboot"]),
        ] {
            assert_eq!(complete(line), expected, "{line}");
        }
    }

    #[test]
    fn the_keys_of_maps_that_are_there_complete() {
        assert_eq!(complete("m.fir"), ["first"]);
        assert_eq!(complete("m.inner.deep[0].la"), ["last"]);
        // Within the closure it is another.
        assert_eq!(complete("clouds().map(|m| m.fir"), Vec::<String>::new());
    }
}
