//! Which lines of scripts were carried out.
//!
//! A call that counts is put before each statement, on the same line. The engine could tell by itself
//! what it carries out, but is a quarter slower for it even when nobody listens.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{AST, ASTNode, Engine, Expr, INT, Position, Scope, Stmt};

use super::parts::each_part;

/// The call that counts.
const RAN: &str = "__ran";

/// Which lines of scripts were carried out, counted over many runs.
#[derive(Debug, Default)]
pub struct Coverage(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// The scripts by name, with the calls put into them.
    texts: BTreeMap<String, String>,
    /// The script and line of each call, and how often it was made.
    spots: Vec<(String, usize, u64)>,
}

impl Coverage {
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A script's text with the calls that count. Where they cannot be put, it stays as it is, and
    /// nothing of it is counted.
    pub(super) fn counted(
        &self,
        engine: &Engine,
        scope: &Scope<'_>,
        name: &str,
        text: &str,
    ) -> String {
        let mut counts = self.lock();
        if let Some(known) = counts.texts.get(name) {
            return known.clone();
        }
        let mut whole = text.to_owned();
        if let Ok(ast) = engine.compile_with_scope(scope, text) {
            let first = counts.spots.len();
            let (with, lines) = with_calls(text, &starts(&ast), first);
            if engine.compile_with_scope(scope, &with).is_ok() {
                whole = with;
                let spots = lines.into_iter().map(|line| (name.to_owned(), line, 0));
                counts.spots.extend(spots);
            }
        }
        counts.texts.insert(name.to_owned(), whole.clone());
        whole
    }

    /// How often each line with a statement was carried out, by script. Of several statements on a
    /// line the least counts: a line is covered when all of it is.
    #[must_use]
    pub fn lines(&self) -> BTreeMap<String, BTreeMap<usize, u64>> {
        let mut files: BTreeMap<String, BTreeMap<usize, u64>> = BTreeMap::new();
        for (name, line, count) in &self.lock().spots {
            let lines = files.entry(name.clone()).or_default();
            let least = lines.entry(*line).or_insert(*count);
            *least = (*least).min(*count);
        }
        files
    }
}

/// Gives an engine the call that counts.
pub fn register(engine: &mut Engine, coverage: &Arc<Coverage>) {
    let coverage = coverage.clone();
    engine.register_fn(RAN, move |spot: INT| {
        let spot = usize::try_from(spot).unwrap_or(usize::MAX);
        if let Some((_, _, count)) = coverage.lock().spots.get_mut(spot) {
            *count += 1;
        }
    });
}

/// Where the statements of a script begin: line and column, from 1.
fn starts(ast: &AST) -> Vec<(usize, usize)> {
    let mut starts = Vec::new();
    each_part(ast, |node| {
        if let ASTNode::Stmt(statement) = node
            && let Some(position) = start(statement)
            && let (Some(line), Some(column)) = (position.line(), position.position())
        {
            starts.push((line, column));
        }
        true
    });
    starts.sort_unstable();
    starts.dedup();
    starts
}

fn start(statement: &Stmt) -> Option<Position> {
    match statement {
        Stmt::Noop(_) | Stmt::Block(_) | Stmt::Share(_) => None,
        Stmt::Expr(expression) => Some(first(expression)),
        Stmt::Assignment(assignment) => Some(first(&assignment.1.lhs)),
        Stmt::FnCall(call, position) if call.namespace.is_empty() => Some(*position),
        Stmt::FnCall(call, _) => Some(call.namespace.position()),
        other => Some(other.position()),
    }
}

fn first(expression: &Expr) -> Position {
    match expression {
        Expr::FnCall(call, _) if !call.namespace.is_empty() => call.namespace.position(),
        Expr::Dot(chain, ..) | Expr::Index(chain, ..) => first(&chain.lhs),
        other => other.start_position(),
    }
}

/// The text with a call before each start that follows on a statement, and the lines of the calls.
/// What stands elsewhere, such as the body of a closure without braces, is part of another statement.
fn with_calls(text: &str, starts: &[(usize, usize)], first: usize) -> (String, Vec<usize>) {
    let mut with = String::with_capacity(text.len() * 2);
    let mut lines = Vec::new();
    let mut starts = starts.iter().peekable();
    // The last character that is neither space nor comment.
    let mut last = '{';
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let comment = line.trim_start().starts_with("//");
        let code = line.split(" //").next().unwrap_or(line).chars().count();
        for (place, c) in line.chars().enumerate() {
            if starts
                .next_if(|it| **it == (index + 1, place + 1))
                .is_some()
                && matches!(last, '{' | '}' | ';')
            {
                // Writing to a text cannot fail.
                let _ = write!(with, "{RAN}({}); ", first + lines.len());
                lines.push(index + 1);
            }
            with.push(c);
            if !c.is_whitespace() && !comment && place < code {
                last = c;
            }
        }
    }
    (with, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_counts_once_and_the_script_does_the_same() {
        let text = "import \"m\" as m;\nlet list = [1, 2];\nfn twice(x) {\n    // Not much.\n    \
                    if x > 1 { return x * 2; } // enough\n    x\n}\nlist.push(3);\nlet sum = 0;\n\
                    for x in list { sum += twice(x); }\nlet f = |x| x + 1;\nif sum < 0 {\n    sum = `${sum}`;\n}\n\
                    sum = f.call(sum);\nsum\n";
        let mut engine = Engine::new();
        let mut resolver = rhai::module_resolvers::StaticModuleResolver::new();
        resolver.insert("m", rhai::Module::new());
        engine.set_module_resolver(resolver);
        let coverage = Arc::new(Coverage::default());
        register(&mut engine, &coverage);
        let with = coverage.counted(&engine, &Scope::new(), "a", text);
        assert_eq!(with.lines().count(), text.lines().count());
        let plain: INT = engine.eval(text).unwrap();
        assert_eq!(engine.eval::<INT>(&with).unwrap(), plain);
        let lines = coverage.lines();
        let counts: Vec<(usize, u64)> = lines["a"].iter().map(|(l, c)| (*l, *c)).collect();
        assert_eq!(
            counts,
            [
                (1, 1),
                (2, 1),
                (5, 2),
                (6, 1),
                (8, 1),
                (9, 1),
                (10, 1),
                (11, 1),
                (12, 1),
                (13, 0),
                (15, 1),
                (16, 1)
            ]
        );
    }
}
