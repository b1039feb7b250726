//! From what a script passes to the arguments of an operation.

use rhai::Dynamic;
use serde_json::Value;

use super::handle;
use super::trouble::Trouble;
use super::value;
use crate::operation::{Arguments, Kind, Operation, Param};
use crate::record::{Record, View};

/// Binds the values of a call, in order, to the operation's parameters.
///
/// Resources become their ids. A resource that knows what it belongs to (a node its cloud, an
/// address its block, a member the organization) need not be told again.
pub fn bind(operation: &'static Operation, values: &[Dynamic]) -> Result<Arguments, Trouble> {
    let mut arguments = Arguments::new();
    let mut params = operation.params;
    if let [parent, own, ..] = operation.params
        && parent.place.is_path()
        && own.place.is_path()
        && let Some(first) = values.first()
        && let Some(record) = handle::unwrap(first)
        && is_a(own, record.as_ref())
    {
        let id = parent_of(record.as_ref()).ok_or_else(|| {
            Trouble::argument(format!(
                "{} does not know its {}",
                record.summary(),
                parent.name
            ))
            .hint(format!("name it first: {}", operation.signature()))
        })?;
        arguments.set(parent.name, id);
        params = &params[1..];
    }
    if values.len() > params.len() {
        return Err(Trouble::argument(format!(
            "{} takes {}, not {}",
            operation.name,
            counted(params.len()),
            values.len()
        ))
        .hint(format!("call it as {}", operation.signature())));
    }
    for (param, value) in params.iter().zip(values) {
        if !value.is_unit() || param.required {
            arguments.set(param.name, argument(operation, param, value)?);
        }
    }
    Ok(arguments)
}

fn counted(count: usize) -> String {
    match count {
        0 => "no arguments".to_owned(),
        1 => "one argument".to_owned(),
        count => format!("{count} arguments"),
    }
}

fn argument(operation: &Operation, param: &Param, given: &Dynamic) -> Result<Value, Trouble> {
    let Kind::Id(wanted) = param.kind else {
        return value::to_argument(given);
    };
    let Some(record) = handle::unwrap(given) else {
        return value::to_argument(given);
    };
    if !is_a(param, record.as_ref()) {
        return Err(Trouble::argument(format!(
            "{}: `{}` must be {} {wanted} or its id, not {}",
            operation.name,
            param.name,
            article(wanted),
            record.summary()
        ))
        .hint(format!("call it as {}", operation.signature())));
    }
    value::id_of(record.as_ref())
        .ok_or_else(|| Trouble::argument(format!("{} has no id", record.summary())))
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['A', 'E', 'I', 'O', 'U']) {
        "an"
    } else {
        "a"
    }
}

/// Whether the record can stand for the parameter.
fn is_a(param: &Param, record: &dyn Record) -> bool {
    let Kind::Id(wanted) = param.kind else {
        return false;
    };
    stands_for(record.kind().name) == wanted
}

/// The type that a record of this type goes by: some are what another answer holds of a resource,
/// under the resource's own id.
#[must_use]
pub fn stands_for(kind: &str) -> &str {
    match kind {
        "DeployedCloud" => "Cloud",
        "Membership" => "Organization",
        own => own,
    }
}

/// The id of what a record belongs to, where it knows.
fn parent_of(record: &dyn Record) -> Option<String> {
    let name = match record.kind().name {
        "Node" => "cloud_id",
        "IpAddress" => "block_id",
        "Member" => "organization_id",
        _ => return None,
    };
    match record.get(name)? {
        View::Text(id) => Some(id.to_owned()),
        _ => None,
    }
}
