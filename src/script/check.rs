//! What can be found wrong with scripts before they have done anything.
//!
//! A script is parsed, past its first mistake where that is sound, and walked through once with what
//! is known at each place: the variables, the types of the values that operations answer with, the
//! functions of the modules it imports. Where something is not known, nothing is said of it: what is
//! called an error here keeps the script from running.

mod allow;
mod callable;
mod callbacks;
mod calls;
mod chain;
mod effects;
mod expression;
mod finding;
mod flow;
mod in_place;
mod items;
mod kept;
mod literals;
mod mentions;
mod misfit;
mod needs;
mod operands;
mod parse;
mod qualified;
mod rule;
mod scope;
mod signature;
mod spans;
mod types;
mod unit;
mod unused;
mod variables;
mod walk;
mod whole;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rhai::{Engine, Position};

pub use callable::methods_of;
pub(super) use callable::{Callable, meanings};
pub use expression::closure;
pub use finding::Finding;
pub use mentions::{Changes, every, mentioned, named_imports, root};
pub use needs::Needs;
pub use rule::{Rule, Severity};
pub use signature::params;
pub use types::Type;
pub use unit::Unit;

use super::diagnose::place;
use super::modules::MOST_REACHED;
use super::progress::RUN;
use super::shelf::Shelf;
use super::source::Source;
use super::{engine, modules, results};
use crate::error::{Complaint, exit};
use whole::Inquiry;

/// What a script can see that is not of its own.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Variables that were declared before it, with what is known of them.
    pub variables: Vec<(String, Type)>,
    /// Functions that were defined before it: name and count of parameters.
    pub functions: Vec<(String, usize)>,
    /// Modules that were imported before it, by their aliases.
    pub modules: Vec<String>,
    /// Whether it is a test, which has `sim::` and `run_script`.
    pub in_tests: bool,
    /// The arguments it is given, where they are known.
    pub arguments: Option<Vec<String>>,
    /// Whether it has a header that declares its arguments.
    pub has_header: bool,
    /// Whether only errors matter.
    pub errors_only: bool,
    /// The byte at which an expression begins of which it is asked what it is.
    pub asked: Option<usize>,
}

impl Surroundings {
    /// What a file of this name sees when it is run for itself.
    #[must_use]
    pub fn of_file(name: &str) -> Self {
        let in_tests = name.ends_with("_test.rhai");
        Self {
            in_tests,
            // A test is run without arguments.
            arguments: in_tests.then(Vec::new),
            variables: if in_tests {
                vec![("args".to_owned(), Type::Args), (RUN.to_owned(), Type::Run)]
            } else {
                Vec::new()
            },
            has_header: !in_tests,
            ..Self::default()
        }
    }
}

impl Surroundings {
    /// The same, where only errors matter.
    #[must_use]
    pub fn for_errors(mut self) -> Self {
        self.errors_only = true;
        self
    }
}

/// What was found out about a script and all it imports.
#[derive(Debug)]
pub struct Report {
    /// What was found, in the order it stands there, file by file.
    pub findings: Vec<Finding>,
    /// What the script needs to be granted.
    pub needs: Needs,
    /// The script itself.
    pub unit: Rc<Unit>,
}

impl Report {
    /// The complaints that keep the script from running.
    #[must_use]
    pub fn refusals(&self) -> Vec<Complaint> {
        let refusing = self.findings.iter().filter(|finding| finding.refuses);
        refusing.map(|finding| finding.complaint.clone()).collect()
    }

    /// Every name that the script and what it imports mention.
    #[must_use]
    pub fn mentioned(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let mut seen = BTreeSet::new();
        names_of(&self.unit, &mut names, &mut seen);
        names
    }
}

fn names_of(unit: &Unit, names: &mut BTreeSet<String>, seen: &mut BTreeSet<String>) {
    if !seen.insert(unit.source.name.clone()) {
        return;
    }
    if let Some(ast) = &unit.ast {
        mentioned(ast, names);
    }
    for imported in unit.imports.values() {
        names_of(imported, names, seen);
    }
}

/// Checks scripts, each module once.
pub struct Checker {
    strict: Engine,
    lenient: Engine,
    shelf: Shelf,
    units: HashMap<(PathBuf, String), Rc<Unit>>,
    /// The files being looked at, outermost first.
    loading: Vec<String>,
    /// The line of a session that is checked, if it is one.
    line: results::Text,
}

impl Checker {
    /// A checker that finds modules on this shelf, or on disk.
    #[must_use]
    pub fn new(shelf: Shelf) -> Self {
        Self {
            strict: engine::parser(true),
            lenient: engine::parser(false),
            shelf,
            units: HashMap::new(),
            loading: Vec::new(),
            line: results::Text::default(),
        }
    }

    /// The same for a line of a session, in which results have names.
    #[must_use]
    pub fn of_line(mut self, line: &str) -> Self {
        self.line.set(line);
        for engine in [&mut self.strict, &mut self.lenient] {
            results::allow(engine, &self.line);
        }
        self
    }

    /// Checks a script and all it imports.
    pub fn check(&mut self, source: &Source, around: &Surroundings) -> Report {
        let base = source.folder.clone();
        self.loading.push(source.name.clone());
        let unit = Rc::new(self.unit(source, &base, around));
        self.loading.pop();
        let mut findings = unit.findings.clone();
        let mut seen = BTreeSet::from([source.name.clone()]);
        collect(&unit, &mut findings, &mut seen);
        Report {
            findings,
            needs: unit.needs(),
            unit,
        }
    }

    fn unit(&mut self, source: &Source, base: &Path, around: &Surroundings) -> Unit {
        let inquiry = Inquiry::begin(&self.strict, &self.lenient, source, around);
        self.line.clear();
        let mut imports = HashMap::new();
        let mut findings = Vec::new();
        let mut reached = 1;
        let is_module = self.loading.len() > 1;
        for (path, position) in inquiry.imports() {
            let found = self.module(&path, position, source, base);
            let unit = found.unwrap_or_else(|finding| {
                findings.push(*finding);
                None
            });
            let more = unit.as_ref().map_or(0, |unit| unit.reached);
            // Said of the innermost, not again of all that import it.
            let few = reached <= MOST_REACHED && more <= MOST_REACHED;
            reached = (reached + more).min(MOST_REACHED + 1);
            if is_module && few && reached > MOST_REACHED {
                findings.push(too_many(source, position));
            }
            imports.insert(path, unit);
        }
        let mut unit = inquiry.finish(&imports, findings);
        unit.reached = reached;
        unit
    }

    /// The module that a script imports by this path; nothing where it leads back to what is being
    /// looked at, which was said.
    fn module(
        &mut self,
        path: &str,
        position: Position,
        source: &Source,
        base: &Path,
    ) -> Result<Option<Rc<Unit>>, Box<Finding>> {
        let wrong = |rule, message: String, hint: Option<String>| {
            let mut complaint = Complaint::new(exit::USAGE, message).at(place(source, position));
            complaint.hint = hint;
            Box::new(Finding::new(rule, complaint))
        };
        let module = modules::find(&self.shelf, base, Some(&source.name), path).map_err(|why| {
            // What to do comes last, in brackets.
            let hint = why
                .strip_suffix(')')
                .and_then(|why| why.rsplit_once(" ("))
                .filter(|(_, hint)| !hint.starts_with("os error"));
            let (why, hint) = match hint {
                Some((why, hint)) => (why, Some(hint.to_owned())),
                None => (why.as_str(), None),
            };
            wrong(
                Rule::UnknownImport,
                format!("cannot import {path:?}: {why}"),
                hint,
            )
        })?;
        if let Some(first) = self.loading.iter().position(|name| *name == module.name) {
            let circle = self.loading.get(first..).unwrap_or_default().join(" → ");
            return Err(wrong(
                Rule::CircularImport,
                format!(
                    "the modules import each other in a circle: {circle} → {}",
                    module.name
                ),
                Some("move what both need into a third module".to_owned()),
            ));
        }
        let key = (base.to_owned(), module.name.clone());
        if let Some(known) = self.units.get(&key) {
            return Ok(Some(known.clone()));
        }
        self.loading.push(module.name.clone());
        let around = Surroundings {
            errors_only: true,
            ..Surroundings::default()
        };
        let unit = Rc::new(self.unit(&module, base, &around));
        self.loading.pop();
        self.units.insert(key, unit.clone());
        Ok(Some(unit))
    }
}

fn too_many(source: &Source, position: Position) -> Finding {
    let complaint = Complaint::new(exit::USAGE, modules::reaches_too_much(&source.name))
        .at(place(source, position))
        .hint(
            "put what is needed in many places into one module, and import that where it is used",
        );
    Finding::new(Rule::TooManyImports, complaint)
}

/// Adds what was found in the modules of a text.
fn collect(unit: &Unit, findings: &mut Vec<Finding>, seen: &mut BTreeSet<String>) {
    let mut imports: Vec<&Rc<Unit>> = unit.imports.values().collect();
    imports.sort_by(|a, b| a.source.name.cmp(&b.source.name));
    for imported in imports {
        if seen.insert(imported.source.name.clone()) {
            findings.extend(imported.findings.iter().cloned());
            collect(imported, findings, seen);
        }
    }
}
