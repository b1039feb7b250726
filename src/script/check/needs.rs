//! What a script needs to be granted: the effects of the operations it calls, and local powers.

use std::collections::BTreeSet;

use crate::operation::Effect;

/// What a script needs to be granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The effects of the operations it calls.
    pub effects: BTreeSet<Effect>,
    /// The powers over the machine it runs on: `fs`, `env`, `net`.
    pub powers: BTreeSet<&'static str>,
}

impl Needs {
    /// Takes in what something else needs.
    pub fn add(&mut self, other: &Self) {
        self.effects.extend(&other.effects);
        self.powers.extend(&other.powers);
    }

    /// Their names, as grants write them.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let effects = self.effects.iter().map(|effect| effect.as_str());
        effects.chain(self.powers.iter().copied()).collect()
    }
}

/// What one body of code uses, to be added up along its calls.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    /// What it needs itself.
    pub needs: Needs,
    /// The functions of modules that it calls: the module's alias and the function.
    pub foreign: BTreeSet<(String, String)>,
    /// The functions of its own file that it calls.
    pub own: BTreeSet<String>,
}

impl Uses {
    /// Takes in what another body uses.
    pub fn add(&mut self, other: &Self) {
        self.needs.add(&other.needs);
        self.foreign.extend(other.foreign.iter().cloned());
        self.own.extend(other.own.iter().cloned());
    }
}
