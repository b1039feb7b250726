//! What a call lacks, all of it at once.

use serde_json::{Map, Value};

use super::kind::At;
use super::{Arguments, Field, Kind, Operation, Place, Refusal};

/// Something that a call lacks.
pub struct Missing {
    /// Its name, or the names of which one is wanted, as a message shows them.
    named: String,
    /// What would be right.
    remedy: String,
}

impl Missing {
    fn of(name: &str, kind: Kind) -> Self {
        Self {
            named: format!("`{name}`"),
            remedy: format!("{name}: {}", kind.type_name()),
        }
    }

    /// Of a body that may hold any of its fields and is not there.
    fn one_of(fields: &'static [Field]) -> Self {
        let (mut names, mut remedies) = (Vec::new(), Vec::new());
        for (name, kind) in leaves(fields) {
            names.push(format!("`{name}`"));
            remedies.push(format!("{name}: {}", kind.type_name()));
        }
        Self {
            named: format!("one of {}", names.join(", ")),
            remedy: remedies.join(" or "),
        }
    }
}

fn leaves(fields: &'static [Field]) -> Vec<(&'static str, Kind)> {
    let of = |field: &'static Field| match field.kind {
        Kind::Object(inner) if !inner.is_empty() => leaves(inner),
        kind => vec![(field.name, kind)],
    };
    fields.iter().flat_map(of).collect()
}

/// The parameters that a call lacks; of a body that is not there, its fields.
pub fn of_call(operation: &'static Operation, arguments: &Arguments) -> Vec<Missing> {
    let mut missing = Vec::new();
    let is_given = |name| arguments.get(name).is_some_and(|value| !value.is_null());
    for param in operation.params {
        if !param.required || param.default.is_some() || is_given(param.name) {
            continue;
        }
        match param.kind {
            Kind::Object(fields) if param.place == Place::Body && !fields.is_empty() => {
                let at = At {
                    operation: operation.name,
                    path: param.name.into(),
                };
                let needed = of_map(fields, &Map::new(), &at);
                if needed.is_empty() {
                    missing.push(Missing::one_of(fields));
                }
                missing.extend(needed);
            }
            kind => missing.push(Missing::of(param.name, kind)),
        }
    }
    missing
}

/// The required fields that a map lacks, those of the maps within it too. What may be written flat
/// is named so.
pub fn of_map(fields: &'static [Field], given: &Map<String, Value>, at: &At<'_>) -> Vec<Missing> {
    let mut missing = Vec::new();
    let empty = Map::new();
    for field in fields {
        let value = given.get(field.name).filter(|value| !value.is_null());
        match (field.kind, value) {
            (Kind::Object(inner), Some(Value::Object(map))) => {
                missing.extend(of_map(inner, map, at));
            }
            (Kind::Object(inner), None)
                if field.required && inner.iter().any(|inner| inner.required) =>
            {
                missing.extend(of_map(inner, &empty, at));
            }
            (kind, None) if field.required => {
                missing.push(Missing::of(&at.item_named(field.name).path, kind));
            }
            _ => {}
        }
    }
    missing
}

/// Refuses a call that lacks something.
pub fn refuse(missing: &[Missing], operation: &'static str) -> Result<(), Refusal> {
    let names: Vec<&str> = missing.iter().map(|it| it.named.as_str()).collect();
    let (said, first) = match names.as_slice() {
        [] => return Ok(()),
        [one] => (format!("{one} is missing"), one),
        [rest @ .., last] => (
            format!("{} and {last} are missing", rest.join(", ")),
            rest.first().unwrap_or(last),
        ),
    };
    let remedies: Vec<&str> = missing.iter().map(|it| it.remedy.as_str()).collect();
    Err(Refusal {
        operation,
        argument: first.trim_matches('`').to_owned(),
        message: format!("{operation}: {said}"),
        hint: Some(format!("add {}", remedies.join(", "))),
    })
}
