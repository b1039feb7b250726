//! What a script says of itself before its first line of code.

use super::parameter::Parameter;

/// What a script says of itself before its first line of code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// The file it stands in, as messages name it.
    pub file: String,
    /// What the script does: the header's lines that declare nothing.
    pub doc: String,
    /// The parameters, in the order declared.
    pub params: Vec<Parameter>,
    /// What takes the arguments beyond the parameters.
    pub rest: Option<Rest>,
}

/// A list that takes the arguments beyond the parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Its name in `args`.
    pub name: String,
    /// What it holds.
    pub doc: String,
    /// The line that declares it, from 1.
    pub line: usize,
}

impl Header {
    /// The parameter of this name.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&Parameter> {
        self.params.iter().find(|param| param.name == name)
    }

    /// Every name the header declares, that of the rest last.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.params
            .iter()
            .map(|param| param.name.as_str())
            .chain(self.rest.iter().map(|rest| rest.name.as_str()))
    }
}
