//! What a command answers with.

use std::sync::Arc;

use serde_json::Value;

use crate::record::Record;

/// What a command answers with.
#[derive(Clone, Debug, Default)]
pub enum Document {
    /// Nothing: no text at all, `null` for programs.
    #[default]
    Nothing,
    /// Text for people.
    Text(String),
    /// Any value.
    Value(Value),
    /// A list of resources.
    Records(Vec<Arc<dyn Record>>),
    /// One resource.
    Record(Arc<dyn Record>),
}

impl Document {
    /// The document as a value for programs, secrets blotted out.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.value()
    }

    /// The same.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Text(text) => Value::String(text.clone()),
            Self::Value(value) => value.clone(),
            Self::Records(records) => records.iter().map(|record| record.redacted()).collect(),
            Self::Record(record) => record.redacted(),
        }
    }
}
