//! What the prompt knows while a line is typed: completion by type, and whether the line is whole.

use std::cell::RefCell;
use std::rc::Rc;

use rustyline::completion::{Completer, Pair};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper, Highlighter, Hinter};

use super::typing::type_of;
use crate::reference;
use crate::script::{Interpreter, is_incomplete, kind, kinds, vocabulary};

/// The names a session has brought in.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Variables and their types.
    pub variables: Vec<(String, String)>,
    /// Functions.
    pub functions: Vec<String>,
}

impl Scope {
    /// The names in an interpreter.
    pub fn of(interpreter: &Interpreter) -> Self {
        Self {
            variables: interpreter.variables(),
            functions: interpreter.functions(),
        }
    }

    /// The type of a variable.
    pub fn type_of(&self, name: &str) -> Option<&str> {
        self.variables
            .iter()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, kind)| kind.as_str())
    }
}

/// The prompt's knowledge.
#[derive(Helper, Highlighter, Hinter)]
pub struct Prompt {
    scope: Rc<RefCell<Scope>>,
}

impl Prompt {
    /// A prompt that completes names of this scope.
    pub const fn new(scope: Rc<RefCell<Scope>>) -> Self {
        Self { scope }
    }
}

impl Validator for Prompt {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let line = context.input();
        if line.trim_start().starts_with('?') || !is_incomplete(line) {
            return Ok(ValidationResult::Valid(None));
        }
        Ok(ValidationResult::Incomplete)
    }
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
        let (start, names) = candidates(before, &self.scope.borrow());
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
fn candidates(before: &str, scope: &Scope) -> (usize, Vec<String>) {
    let start = before
        .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
        .map_or(0, |at| {
            at + before[at..].chars().next().map_or(1, char::len_utf8)
        });
    let (rest, word) = before.split_at(start);
    let mut names: Vec<String> = match rest.trim_end().strip_suffix('.') {
        Some(receiver) => members(type_of(receiver, scope).as_deref()),
        None if rest.trim_start().starts_with('?') => plain().chain(kinds_names()).collect(),
        None => plain()
            .chain(scope.variables.iter().map(|(name, _)| name.clone()))
            .chain(scope.functions.iter().cloned())
            .collect(),
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

/// Fields and methods of a type; every method when the type is not known.
fn members(of: Option<&str>) -> Vec<String> {
    let owned = |names: &mut dyn Iterator<Item = &'static str>| -> Vec<String> {
        names.map(str::to_owned).collect()
    };
    match of {
        Some(list) if list.starts_with('[') || list == "array" => {
            let mut names = owned(&mut reference::methods("list"));
            names.extend(["len", "filter", "map", "push"].map(str::to_owned));
            names
        }
        Some(name) => match kind(name) {
            Some(kind) => {
                let mut names = owned(&mut kind.field_names());
                names.extend(owned(&mut reference::methods(name)));
                names.extend(owned(&mut reference::methods("any")));
                names
            }
            None => owned(&mut reference::methods(name)),
        },
        None => owned(&mut vocabulary::methods()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(line: &str) -> Vec<String> {
        let scope = Scope {
            variables: vec![("c".to_owned(), "Cloud".to_owned())],
            functions: vec!["mine".to_owned()],
        };
        candidates(line, &scope).1
    }

    #[test]
    fn functions_and_variables_complete_by_their_beginning() {
        assert_eq!(
            complete("clo"),
            ["cloud", "cloud_stats", "cloud_subscription", "clouds"]
        );
        assert_eq!(complete("let x = mi"), ["mine"]);
    }

    #[test]
    fn methods_and_fields_complete_by_the_type_of_what_stands_before_the_dot() {
        assert_eq!(complete("c.assign"), ["assign_vlan"]);
        assert_eq!(complete("c.cloud_t"), ["cloud_type"]);
        assert_eq!(complete("cloud(\"x\").nodes()[0].reb"), ["reboot"]);
        assert_eq!(complete("clouds().gro"), ["group_by"]);
        assert_eq!(complete("c.reb"), Vec::<String>::new());
    }
}
