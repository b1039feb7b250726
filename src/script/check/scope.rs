//! The variables that can be seen at a place.

use rhai::Position;

use super::in_place::InPlace;
use super::types::Type;

/// What kind of name a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Declared by `let` or `const`.
    Declared,
    /// The parameter of a function.
    Parameter,
    /// Given from outside, or by a loop or a `catch`: nobody has to use it.
    Given,
    /// The name of an import.
    Import,
}

/// A variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What is known of its value.
    pub known: Type,
    /// Where it is declared.
    pub position: Position,
    /// What kind of name it is.
    pub kind: Kind,
    /// Whether anything reads it.
    pub used: bool,
    /// The change that it was declared with, which comes to nothing.
    pub nothing: Option<InPlace>,
    /// What was done to it that matters only if it is read.
    pub changed: Option<InPlace>,
    /// Where whole numbers are divided for its value.
    pub quotient: Option<Position>,
}

/// The variables that can be seen at a place, innermost last.
#[derive(Debug, Default)]
pub struct Scope {
    variables: Vec<Variable>,
    /// Nothing before this is seen: functions do not see outside.
    wall: usize,
}

impl Scope {
    /// Adds a variable.
    pub fn push(&mut self, name: &str, known: Type, position: Position, kind: Kind) {
        self.variables.push(Variable {
            name: name.to_owned(),
            known,
            position,
            kind,
            used: false,
            nothing: None,
            changed: None,
            quotient: None,
        });
    }

    /// How many variables there are, to go back to.
    #[must_use]
    pub fn mark(&self) -> usize {
        self.variables.len()
    }

    /// Takes away the variables added since, and hands them over.
    pub fn rewind(&mut self, mark: usize) -> Vec<Variable> {
        self.variables.split_off(mark.min(self.variables.len()))
    }

    /// Begins a function, which sees nothing from outside; gives what to end it with.
    pub fn wall(&mut self) -> usize {
        std::mem::replace(&mut self.wall, self.variables.len())
    }

    /// Ends a function.
    pub fn unwall(&mut self, wall: usize) {
        self.wall = wall;
    }

    /// The variable of this name.
    #[must_use]
    pub fn find(&mut self, name: &str) -> Option<&mut Variable> {
        let wall = self.wall;
        let seen = self.variables.get_mut(wall..)?;
        seen.iter_mut()
            .rev()
            .find(|variable| variable.name == name && variable.kind != Kind::Import)
    }

    /// The variable of this name outside of functions.
    #[must_use]
    pub fn global(&mut self, name: &str) -> Option<&mut Variable> {
        self.variables
            .iter_mut()
            .find(|variable| variable.name == name && variable.kind == Kind::Declared)
    }

    /// The import of this name. Functions see those of the file.
    #[must_use]
    pub fn import(&mut self, name: &str) -> Option<&mut Variable> {
        self.variables
            .iter_mut()
            .rev()
            .find(|variable| variable.name == name && variable.kind == Kind::Import)
    }

    /// The names that can be seen.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables
            .get(self.wall..)
            .into_iter()
            .flatten()
            .filter(|variable| variable.kind != Kind::Import)
            .map(|variable| variable.name.as_str())
    }

    /// The names of the imports.
    pub fn imports(&self) -> impl Iterator<Item = &str> {
        self.variables
            .iter()
            .filter(|variable| variable.kind == Kind::Import)
            .map(|variable| variable.name.as_str())
    }
}
