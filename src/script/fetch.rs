//! Singular fetches, by id or by label.

use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult};

use super::call::of_decoded;
use super::host::Host;
use super::trouble::Trouble;
use super::value;
use crate::client::CallError;
use crate::operation::{Arguments, Decoded, Operation, nearest};
use crate::record::{Record, View};

/// Fetches by id; where there is none of that id, by label.
pub fn by_id_or_label(
    host: &Host,
    operation: &'static Operation,
    list: &'static Operation,
    wanted: &str,
) -> Result<Dynamic, Box<EvalAltResult>> {
    let said = format!("{}()", list.name);
    look_up(operation, list, wanted, &said, |operation, arguments| {
        host.try_perform(operation, arguments)
    })?
    .map(|decoded| of_decoded(decoded, host.origin()))
    .map_err(Trouble::raise)
}

/// Finds by id; where there is none of that id, by label, in the list that `said` shows. The outer
/// error is that nothing more is to be tried.
pub fn look_up<E>(
    operation: &'static Operation,
    list: &'static Operation,
    wanted: &str,
    said: &str,
    perform: impl Fn(&'static Operation, &Arguments) -> Result<Result<Decoded, CallError>, E>,
) -> Result<Result<Decoded, Trouble>, E> {
    let name = operation.params.first().map_or("id", |param| param.name);
    if may_be_id(wanted) {
        let arguments = Arguments::new().with(name, wanted);
        match perform(operation, &arguments)? {
            Ok(Decoded::One(record)) => return Ok(Ok(Decoded::One(record))),
            Ok(_) => {}
            Err(error) if error.status() == Some(404) => {}
            Err(error) => return Ok(Err(error.into())),
        }
    }
    Ok(match perform(list, &Arguments::new())? {
        Ok(Decoded::Many(records)) => {
            choose(operation.name, said, wanted, &records).map(Decoded::One)
        }
        Ok(_) => Ok(Decoded::Nothing),
        Err(error) => Err(error.into()),
    })
}

/// Ids are short hashes; whatever holds anything but letters, digits and dashes is a label.
fn may_be_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

fn label_of(record: &dyn Record) -> &str {
    match record.lookup("label") {
        Some(View::Text(label)) => label,
        _ => "",
    }
}

/// The one record with this label.
fn choose(
    noun: &str,
    said: &str,
    wanted: &str,
    records: &[Arc<dyn Record>],
) -> Result<Arc<dyn Record>, Trouble> {
    let noun = noun.replace('_', " ");
    let labelled: Vec<_> = records
        .iter()
        .filter(|record| label_of(record.as_ref()) == wanted)
        .collect();
    match labelled.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let labels = records.iter().map(|record| label_of(record.as_ref()));
            let hint = nearest(wanted, labels.filter(|label| !label.is_empty())).map_or_else(
                || format!("{said} lists them"),
                |near| format!("did you mean {near:?}?"),
            );
            Err(Trouble::new(
                "not_found",
                format!("no {noun} has the id or label {wanted:?}"),
            )
            .hint(hint))
        }
        several => {
            let candidates: Vec<String> = several
                .iter()
                .map(|record| {
                    let id = value::id_of(record.as_ref())
                        .and_then(|id| id.as_str().map(str::to_owned))
                        .unwrap_or_default();
                    match record.lookup("created_at") {
                        Some(View::Time(at)) => format!("{id} (created {at})"),
                        _ => id,
                    }
                })
                .collect();
            Err(Trouble::new(
                "ambiguous",
                format!("{} {noun}s are labelled {wanted:?}", several.len()),
            )
            .hint(format!(
                "use the id of one of them: {}",
                candidates.join(", ")
            )))
        }
    }
}
