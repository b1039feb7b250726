//! The tests in a file: functions without parameters whose names begin with `test_`.

use std::collections::BTreeSet;

use rhai::AST;

use super::check::mentioned;
use super::source::Source;
use crate::error::{Complaint, Place};

/// What the names of tests begin with.
const PREFIX: &str = "test_";

/// A test of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name, prefix and all.
    pub name: String,
    /// The line it begins on, from 1.
    pub line: usize,
}

/// The tests of a parsed file, in the order they stand there. One with parameters, which nobody would
/// call, is a mistake.
pub fn cases(source: &Source, ast: &AST) -> Result<Vec<Case>, Complaint> {
    let mut called = BTreeSet::new();
    mentioned(ast, &mut called);
    let mut of_file = ast.iter_functions();
    let is_lost = |name: &str| name.starts_with(PREFIX) && !called.contains(name);
    if let Some(given) = of_file.find(|it| is_lost(it.name) && !it.params.is_empty()) {
        let line = line_of(&source.text, given.name);
        let place = Place::in_text(&source.name, &source.text, line, 1, 0);
        let name = given.name;
        let message = format!("the test `{name}` has parameters, and nothing to give them");
        let hint = format!("write fn {name}(), or give a helper another name");
        return Err(Complaint::usage(message).hint(hint).at(Some(place)));
    }
    let mut cases: Vec<Case> = ast
        .iter_functions()
        .filter(|function| function.name.starts_with(PREFIX) && function.params.is_empty())
        .map(|function| Case {
            name: function.name.to_owned(),
            line: line_of(&source.text, function.name),
        })
        .collect();
    cases.sort_by(|a, b| (a.line, &a.name).cmp(&(b.line, &b.name)));
    Ok(cases)
}

/// The line on which a function is defined. The parser tells where its body is, and not to us.
fn line_of(text: &str, name: &str) -> usize {
    text.lines()
        .position(|line| {
            let line = line.trim_start();
            let line = line.strip_prefix("private ").unwrap_or(line).trim_start();
            line.strip_prefix("fn ")
                .and_then(|rest| rest.trim_start().strip_prefix(name))
                .is_some_and(|rest| rest.trim_start().starts_with('('))
        })
        .map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_found_in_the_order_they_stand() {
        let text =
            "import \"x\" as x;\nfn test_b() { 1 }\nfn helper() {}\n  private fn test_a () {}\n";
        let ast = rhai::Engine::new().compile(text).unwrap();
        let found = cases(&Source::of_text("a_test.rhai", text), &ast).unwrap();
        let found: Vec<(&str, usize)> = found
            .iter()
            .map(|case| (case.name.as_str(), case.line))
            .collect();
        assert_eq!(found, [("test_b", 2), ("test_a", 4)]);
    }

    #[test]
    fn a_test_that_nobody_would_call_is_a_mistake() {
        let called = "fn test_a() { test_with(1) }\nfn test_with(x) { x }\n";
        let ast = rhai::Engine::new().compile(called).unwrap();
        assert!(cases(&Source::of_text("a_test.rhai", called), &ast).is_ok());
        let text = "fn test_a() { 1 }\nfn test_with(x) { x }\n";
        let ast = rhai::Engine::new().compile(text).unwrap();
        let error = cases(&Source::of_text("a_test.rhai", text), &ast).unwrap_err();
        assert!(
            error.message.contains("`test_with` has parameters"),
            "{error:?}"
        );
    }
}
