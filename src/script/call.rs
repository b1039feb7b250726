//! Calls that no native function answers: the operations of the API, as functions and as methods.
//!
//! Those that a script names are registered before it runs, by `placed`; for the rest Rhai asks here
//! after its own lookup has failed, so that 53 operations cost nothing at start-up.

use rhai::{Dynamic, EvalAltResult};

use super::arguments::bind;
use super::handle;
use super::host::Host;
use super::trouble::Trouble;
use super::value::of_records;
use super::{fetch, sugar};
use crate::api;
use crate::operation::Operation;
use crate::session::Decoded;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Answers a call, if it is one of ours.
pub fn call(host: &Host, name: &str, args: &mut [&mut Dynamic]) -> Option<Result<Dynamic>> {
    if !is_known(name) {
        return None;
    }
    let values: Vec<Dynamic> = args.iter().map(|value| value.flatten_clone()).collect();
    let subject = values.first().and_then(handle::unwrap);
    let kind = subject.as_ref().map(|record| record.kind().name);
    if let Some(operation) = kind.and_then(|kind| method(kind, name)) {
        return Some(perform(host, operation, &values));
    }
    if let Some(outcome) = sugar::call(host, name, kind, &values) {
        return Some(outcome);
    }
    if let [only] = values.as_slice()
        && only.is_map()
        && let Some(operation) = api::operations().find(|it| it.alias == Some(name))
    {
        return Some(perform(host, operation, &values));
    }
    let operation = api::operation(name)?;
    if let [wanted] = values.as_slice()
        && let Ok(text) = wanted.as_immutable_string_ref()
        && let Some(list) = fetch::listing(operation)
    {
        return Some(fetch::by_id_or_label(host, operation, list, &text));
    }
    Some(perform(host, operation, &values))
}

/// The operation that reads as this method of this type.
#[must_use]
pub fn method(kind: &str, name: &str) -> Option<&'static Operation> {
    let kind = match kind {
        "DeployedCloud" => "Cloud",
        "Membership" => "Organization",
        "CloudVlan" => "Vlan",
        other => other,
    };
    api::operations().find(|operation| {
        operation
            .form
            .is_some_and(|form| form.on == kind && form.name == name)
    })
}

/// Whether any call of this name could be ours.
#[must_use]
pub fn is_known(name: &str) -> bool {
    sugar::is_known(name)
        || api::operations().any(|operation| {
            operation.name == name
                || operation.alias == Some(name)
                || operation.form.is_some_and(|form| form.name == name)
        })
}

/// Performs an operation with a script's values.
pub fn perform(host: &Host, operation: &'static Operation, values: &[Dynamic]) -> Result<Dynamic> {
    let arguments = bind(operation, values).map_err(Trouble::raise)?;
    host.perform(operation, &arguments).map(of_decoded)
}

/// An answer as a script value.
#[must_use]
pub fn of_decoded(decoded: Decoded) -> Dynamic {
    match decoded {
        Decoded::Nothing => Dynamic::UNIT,
        Decoded::One(record) => handle::wrap(record),
        Decoded::Many(records) => of_records(records),
    }
}
