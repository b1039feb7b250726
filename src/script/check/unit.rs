//! One text with all that was found out about it.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use rhai::AST;

use super::super::source::Source;
use super::finding::Finding;
use super::needs::{Needs, Uses};
use super::parse::Function;
use super::types::Type;

/// One text with all that was found out about it.
#[derive(Debug)]
pub struct Unit {
    /// The text.
    pub source: Source,
    /// What the parser made of it, nothing if it could make nothing of it.
    pub ast: Option<AST>,
    /// What was found in it.
    pub findings: Vec<Finding>,
    /// Its functions.
    pub functions: Vec<Function>,
    /// The variables it exports.
    pub exports: BTreeSet<String>,
    /// Whether there may be more in it than is known.
    pub is_opaque: bool,
    /// What it imports: by alias, and what has none under its path.
    pub imports: HashMap<String, Rc<Self>>,
    /// How many modules it reaches, itself included, each counted once for each way there.
    pub reached: usize,
    /// What it uses outside of functions.
    pub top: Uses,
    /// What it comes to, as far as that is known.
    pub value: Type,
    /// What the expression is that was asked about, if it was come by.
    pub asked: Option<Type>,
    /// What its functions use, by name.
    pub bodies: HashMap<String, Uses>,
    /// What the functions need with all they call, once it was counted.
    pub counted: RefCell<HashMap<String, Needs>>,
}

impl Unit {
    /// What the whole text needs, its functions included, and what they call of modules.
    #[must_use]
    pub fn needs(&self) -> Needs {
        let mut all = self.top.clone();
        for uses in self.bodies.values() {
            all.add(uses);
        }
        let mut needs = all.needs;
        for (alias, name) in &all.foreign {
            if let Some(unit) = self.imports.get(alias) {
                needs.add(&unit.needs_of(name, &mut HashSet::new()));
            }
        }
        // What is imported is carried out.
        for unit in self.imports.values() {
            needs.add(&unit.top.needs);
            for (alias, name) in &unit.top.foreign {
                if let Some(inner) = unit.imports.get(alias) {
                    needs.add(&inner.needs_of(name, &mut HashSet::new()));
                }
            }
        }
        needs
    }

    /// What a function needs with all it calls.
    fn needs_of(&self, name: &str, seen: &mut HashSet<(String, String)>) -> Needs {
        if let Some(known) = self.counted.borrow().get(name) {
            return known.clone();
        }
        let is_first = seen.is_empty();
        if !seen.insert((self.source.name.clone(), name.to_owned())) {
            return Needs::default();
        }
        let Some(uses) = self.bodies.get(name) else {
            return Needs::default();
        };
        let mut needs = uses.needs.clone();
        for own in &uses.own {
            needs.add(&self.needs_of(own, seen));
        }
        for (alias, name) in &uses.foreign {
            if let Some(unit) = self.imports.get(alias) {
                needs.add(&unit.needs_of(name, seen));
            }
        }
        // Within a circle only the first to be asked has the whole answer.
        if is_first {
            self.counted
                .borrow_mut()
                .insert(name.to_owned(), needs.clone());
        }
        needs
    }
}
