//! Values that are typed already, from a jobs file or a form.

use serde_json::{Map, Value};

use super::header::Header;
use super::kind::Kind;
use super::parameter::Parameter;
use crate::error::Complaint;
use crate::operation::nearest;

impl Header {
    /// The values with the defaults filled in, one for each name the header declares and in that
    /// order.
    ///
    /// A name it does not declare, a value of another type and a missing one that is required are
    /// refused with exit code 2.
    pub fn check(&self, given: &Map<String, Value>) -> Result<Map<String, Value>, Complaint> {
        if let Some((name, value)) = given
            .iter()
            .find(|(name, _)| !self.names().any(|n| n == *name))
        {
            return Err(self.unknown(name, value));
        }
        let mut values = Map::new();
        let mut missing = Vec::new();
        for param in &self.params {
            let value = match (given.get(&param.name), &param.default) {
                (Some(Value::Null) | None, Some(default)) => default.clone(),
                (Some(Value::Null) | None, None) if param.optional => Value::Null,
                (Some(Value::Null) | None, None) => {
                    missing.push(param);
                    continue;
                }
                (Some(value), _) => (param.kind.of_value(value))
                    .map_err(|wanted| ill(&param.name, &param.kind, value, &wanted))?,
            };
            values.insert(param.name.clone(), value);
        }
        if !missing.is_empty() {
            return Err(lacking(&missing));
        }
        if let Some(rest) = &self.rest {
            let value = match given.get(&rest.name) {
                None | Some(Value::Null) => Value::Array(Vec::new()),
                Some(value @ Value::Array(_)) => (Kind::List.of_value(value))
                    .map_err(|wanted| ill(&rest.name, &Kind::List, value, &wanted))?,
                Some(value) => {
                    return Err(ill(&rest.name, &Kind::List, value, &Kind::List.wanted()));
                }
            };
            values.insert(rest.name.clone(), value);
        }
        Ok(values)
    }

    fn unknown(&self, name: &str, value: &Value) -> Complaint {
        let kind = match value {
            Value::Bool(_) => Kind::Bool,
            Value::Number(number) if number.is_f64() => Kind::Float,
            Value::Number(_) => Kind::Int,
            Value::Array(_) => Kind::List,
            _ => Kind::Text,
        };
        let names: Vec<&str> = self.names().collect();
        Complaint::usage(format!("the script has no parameter `{name}`")).hint(
            match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => {
                    format!("declare it at the script's top: `//! @param {name}: {kind}`")
                }
                None => format!("its parameters are {}", names.join(", ")),
            },
        )
    }
}

fn ill(name: &str, kind: &Kind, value: &Value, wanted: &str) -> Complaint {
    let mended = match (kind, value) {
        (Kind::Int | Kind::Float | Kind::Bool, Value::String(text)) => kind.of_text(text).ok(),
        (Kind::Text, Value::Number(_) | Value::Bool(_)) => Some(value.to_string().into()),
        _ => None,
    };
    let hint = match mended {
        Some(mended) => format!("did you mean {mended}?"),
        None => format!("its type is `{kind}`"),
    };
    Complaint::usage(format!("`{name}` is {value}, and must be {wanted}")).hint(hint)
}

fn lacking(missing: &[&Parameter]) -> Complaint {
    let names: Vec<String> = missing
        .iter()
        .map(|param| format!("`{}`", param.name))
        .collect();
    let usages: Vec<String> = missing.iter().map(|param| param.usage()).collect();
    let verb = if missing.len() == 1 { "is" } else { "are" };
    let docs = match missing {
        [only] if !only.doc.is_empty() => format!(" ({})", only.doc),
        _ => String::new(),
    };
    Complaint::usage(format!("{} {verb} missing", names.join(" and "))).hint(format!(
        "give {} as `{}`{docs}; `--help` shows all parameters",
        if missing.len() == 1 { "it" } else { "them" },
        usages.join(" "),
    ))
}
