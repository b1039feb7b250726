//! One parameter of a script.

use std::fmt;

use serde_json::Value;

use super::kind::Kind;
use crate::error::Complaint;

/// One parameter of a script.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name in `args`.
    pub name: String,
    /// What its value may be.
    pub kind: Kind,
    /// Whether it may be left out without having a default; its value is then null.
    pub optional: bool,
    /// Its value when it is left out.
    pub default: Option<Value>,
    /// What it is for.
    pub doc: String,
    /// The line that declares it, from 1.
    pub line: usize,
}

impl Parameter {
    /// Whether a run without it is refused.
    #[must_use]
    pub const fn is_required(&self) -> bool {
        !self.optional && self.default.is_none()
    }

    /// The value that a text is of it.
    pub fn value_of(&self, text: &str) -> Result<Value, Complaint> {
        self.kind.of_text(text).map_err(|wanted| {
            Complaint::usage(format!("`{}` is {text:?}, and must be {wanted}", self.name))
        })
    }

    /// The option that gives it: `--batch`.
    #[must_use]
    pub fn option(&self) -> String {
        format!("--{}", self.name.replace('_', "-"))
    }

    /// The option as help writes it, with a word for its value: `--batch N`.
    #[must_use]
    pub fn usage(&self) -> String {
        match &self.kind {
            Kind::Bool => format!("--[no-]{}", self.name.replace('_', "-")),
            kind => format!("{} {}", self.option(), kind.placeholder()),
        }
    }
}

/// The declaration, as a header writes it after `//!`.
impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@param {}: {}", self.name, self.kind)?;
        if self.optional {
            f.write_str("?")?;
        }
        if let Some(default) = &self.default {
            write!(f, " = {default}")?;
        }
        if self.doc.is_empty() {
            return Ok(());
        }
        write!(f, "  {}", self.doc)
    }
}
