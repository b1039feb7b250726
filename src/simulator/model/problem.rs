//! What is wrong with a model, and where.

use std::fmt;

/// What is wrong with a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A JSON pointer to it.
    pub pointer: String,
    /// Whether the name of the last member is meant, not its value.
    pub of_key: bool,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.message, self.pointer)
    }
}

impl Problem {
    /// Something wrong with a value.
    pub fn at(pointer: String, message: String) -> Self {
        Self {
            pointer,
            of_key: false,
            message,
        }
    }

    /// Something wrong with a name.
    pub fn of_key(pointer: String, message: String) -> Self {
        Self {
            pointer,
            of_key: true,
            message,
        }
    }
}
