//! The operations of the API as functions and methods of scripts.
//!
//! Only the names a script mentions are given to the engine: 53 operations that nobody calls cost
//! nothing at start-up.

use std::any::TypeId;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use rhai::{Dynamic, Engine, EvalAltResult, NativeCallContext};

use super::arguments::{bind, stands_for};
use super::handle;
use super::host::Host;
use super::origin::{self, Origin};
use super::trouble::Trouble;
use super::value::of_records;
use super::{fetch, sugar};
use crate::api;
use crate::operation::{Decoded, Operation};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// What a name may mean, found once for all calls.
#[derive(Default)]
struct Meaning {
    /// The operation of this name.
    operation: Option<&'static Operation>,
    /// The operation that takes a map under this name.
    alias: Option<&'static Operation>,
    /// The operations that are methods of this name, by the type they are called on.
    forms: Vec<(&'static str, &'static Operation)>,
}

static MEANINGS: LazyLock<HashMap<&'static str, Meaning>> = LazyLock::new(|| {
    let mut meanings: HashMap<&'static str, Meaning> = HashMap::new();
    for operation in api::operations() {
        meanings.entry(operation.name).or_default().operation = Some(operation);
        if let Some(alias) = operation.alias {
            let meaning = meanings.entry(alias).or_default();
            meaning.alias = meaning.alias.or(Some(operation));
        }
        if let Some(form) = operation.form {
            let meaning = meanings.entry(form.name).or_default();
            meaning.forms.push((form.on, operation));
        }
    }
    for sugar in sugar::SUGAR {
        meanings.entry(sugar.name).or_default();
    }
    meanings
});

/// More arguments than any call of ours takes, so that one too many gets its own message.
const MOST_ARGUMENTS: usize = 5;

/// Every name under which an operation is called.
pub fn meant() -> impl Iterator<Item = &'static str> {
    MEANINGS.keys().copied()
}

/// Gives an engine those of our calls that are among the names a script mentions.
pub fn register(engine: &mut Engine, host: &Host, mentioned: &BTreeSet<String>) {
    for mentioned in mentioned {
        let Some((name, meaning)) = MEANINGS.get_key_value(mentioned.as_str()) else {
            continue;
        };
        for count in 0..=MOST_ARGUMENTS {
            let host = host.clone();
            // Whatever the types: what a call means is decided by its values.
            let types = vec![TypeId::of::<Dynamic>(); count];
            engine.register_raw_fn(*name, types, move |context, args| {
                host.come_to(&context);
                call(&host, name, meaning, args)
                    .unwrap_or_else(|| Err(not_found(&context, name, args)))
            });
        }
    }
}

/// The engine's own error, for a call of values that are none of ours.
fn not_found(
    context: &NativeCallContext<'_>,
    name: &str,
    args: &[&mut Dynamic],
) -> Box<EvalAltResult> {
    let types: Vec<&str> = args
        .iter()
        .map(|value| context.engine().map_type_name(value.type_name()))
        .collect();
    let signature = format!("{name} ({})", types.join(", "));
    Box::new(EvalAltResult::ErrorFunctionNotFound(
        signature,
        context.call_position(),
    ))
}

/// Answers a call, if its values are ours.
fn call(
    host: &Host,
    name: &str,
    meaning: &Meaning,
    args: &[&mut Dynamic],
) -> Option<Result<Dynamic>> {
    let values: Vec<Dynamic> = args.iter().map(|value| value.flatten_clone()).collect();
    if let Err(trouble) = origin::refuse(host, &values) {
        return Some(Err(trouble.raise()));
    }
    let subject = values.first().and_then(handle::unwrap);
    let kind = subject.as_ref().map(|record| record.kind().name);
    if let Some(operation) = kind.and_then(|kind| meaning.method(kind)) {
        return Some(perform(host, operation, &values));
    }
    if let Some(outcome) = sugar::call(host, name, kind, &values) {
        return Some(outcome);
    }
    if let [only] = values.as_slice()
        && only.is_map()
        && let Some(operation) = meaning.alias
    {
        return Some(perform(host, operation, &values));
    }
    let operation = meaning.operation?;
    if let [wanted] = values.as_slice()
        && let Ok(text) = wanted.as_immutable_string_ref()
        && let Some(list) = crate::api::listing(operation)
    {
        return Some(fetch::by_id_or_label(host, operation, list, &text));
    }
    Some(perform(host, operation, &values))
}

impl Meaning {
    fn method(&self, kind: &str) -> Option<&'static Operation> {
        let kind = stands_for(kind);
        self.forms
            .iter()
            .find_map(|(on, operation)| (*on == kind).then_some(*operation))
    }
}

/// The operation that reads as this method of this type.
#[must_use]
pub fn method(kind: &str, name: &str) -> Option<&'static Operation> {
    MEANINGS.get(name)?.method(kind)
}

/// Performs an operation with a script's values.
pub fn perform(host: &Host, operation: &'static Operation, values: &[Dynamic]) -> Result<Dynamic> {
    let arguments = bind(operation, values).map_err(Trouble::raise)?;
    let decoded = host.perform(operation, &arguments)?;
    Ok(of_decoded(decoded, host.origin()))
}

/// An answer of an account as a script value.
pub fn of_decoded(decoded: Decoded, origin: Origin) -> Dynamic {
    match decoded {
        Decoded::Nothing => Dynamic::UNIT,
        Decoded::One(record) => handle::wrap(record, origin),
        Decoded::Many(records) => of_records(records, origin),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::Ordering;

    use super::super::Ended;
    use super::super::trial::Trial;

    #[test]
    fn an_operation_that_fails_is_tried_once_and_its_place_is_said() {
        for (text, line, column) in [
            ("let x = 1;\n\n  clouds();", 3, 3),
            ("fn f() {\n    orders()\n}\nf();", 2, 5),
            ("[1].map(|x|\n  node(\"a\", \"b\"));", 2, 3),
            ("let id = \"a\";\nid.nodes();", 2, 4),
        ] {
            let trial = Arc::new(Trial::default());
            let Err(Ended::Complaining(complaints)) = trial.run(text) else {
                panic!("{text:?} was to fail");
            };
            let place = complaints[0].place.clone().unwrap();
            assert_eq!((place.line, place.column), (line, column), "{text:?}");
            assert_eq!(trial.calls.load(Ordering::Relaxed), 1, "{text:?}");
        }
    }

    #[test]
    fn functions_of_the_script_come_before_operations_of_the_same_name() {
        let trial = Arc::new(Trial::default());
        trial.run("fn clouds() { 7 }\nprint(clouds());").unwrap();
        assert_eq!(*trial.printed.lock().unwrap(), ["7"]);
    }

    #[test]
    fn operations_reached_through_function_pointers_are_answered_too() {
        let trial = Arc::new(Trial::default());
        assert!(trial.run("Fn(\"clouds\").call()").is_err());
        assert_eq!(trial.calls.load(Ordering::Relaxed), 1);
    }
}
