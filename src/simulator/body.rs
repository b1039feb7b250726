//! The JSON body of a call, field by field.

use serde_json::{Map, Value};

use super::answer::Refused;

/// The longest label or description taken.
const LONGEST: usize = 1024;

/// A body; what is under `fields` is reached by [`Body::fields`].
#[derive(Debug)]
pub struct Body(Map<String, Value>);

impl Body {
    /// A body of these members.
    pub const fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// The members under `fields`.
    pub fn fields(&self) -> Result<Self, Refused> {
        match self.0.get("fields") {
            None | Some(Value::Null) => Ok(Self(Map::new())),
            Some(Value::Object(fields)) => Ok(Self(fields.clone())),
            Some(_) => Err(Refused::invalid("fields must be an object")),
        }
    }

    /// A member, null counted as absent.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A member that may be given as null to take it away.
    pub fn raw(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A text.
    pub fn text(&self, name: &str) -> Result<Option<String>, Refused> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() > LONGEST => Err(Refused::invalid(format!(
                "{name} is longer than {LONGEST} bytes"
            ))),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Refused::invalid(format!("{name} must be a string"))),
        }
    }

    /// A text that must be there.
    pub fn required(&self, name: &str) -> Result<String, Refused> {
        match self.text(name)? {
            Some(text) if !text.trim().is_empty() => Ok(text),
            _ => Err(Refused::invalid(format!("{name} is required"))),
        }
    }

    /// A whole number.
    pub fn int(&self, name: &str) -> Result<Option<i64>, Refused> {
        self.get(name)
            .map(|value| {
                value
                    .as_i64()
                    .ok_or_else(|| Refused::invalid(format!("{name} must be a whole number")))
            })
            .transpose()
    }

    /// One of a few words.
    pub fn word(&self, name: &str, words: &[&str]) -> Result<Option<String>, Refused> {
        match self.text(name)? {
            Some(text) if !words.contains(&text.as_str()) => Err(Refused::invalid(format!(
                "{name} must be one of {}",
                words.join(", ")
            ))),
            found => Ok(found),
        }
    }
}
