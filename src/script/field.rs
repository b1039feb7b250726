//! Fields of host values, their text and their equality, once for all types.

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, Map, Position};

use super::handle;
use super::moment::{Instant, Span};
use super::trouble::Trouble;
use super::value::{self, of_view};
use crate::operation::nearest;
use crate::record::{Record, Secret};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// The script's arguments. A type of its own, so that a parameter nobody declared is an error
/// rather than `()`.
#[derive(Clone, Debug)]
pub struct Args(pub Arc<Map>);

/// Registers fields, text and equality.
pub fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<Args>("Args")
        .register_type_with_name::<Trouble>("Error")
        .register_type_with_name::<Secret>("Secret")
        .register_fn(
            "index$get$",
            |value: &mut Dynamic, name: ImmutableString| get(value, &name),
        )
        .register_fn(
            "index$set$",
            |value: &mut Dynamic, name: ImmutableString, _: Dynamic| -> Result<()> {
                Err(unsettable(value, &name))
            },
        )
        .register_fn("to_string", |value: &mut Dynamic| value::brief(value))
        .register_fn("to_debug", |value: &mut Dynamic| value::debug(value, 0))
        .register_fn("==", |a: Dynamic, b: Dynamic| equal(&a, &b))
        .register_fn("!=", |a: Dynamic, b: Dynamic| !equal(&a, &b))
        .register_fn("reveal", |secret: &mut Secret| secret.reveal().to_owned())
        .register_fn("to_map", |value: &mut Dynamic| -> Result<Dynamic> {
            match handle::unwrap(value) {
                Some(record) => Ok(value::of_json(&record.redacted())),
                None => value::to_json(value)
                    .map(|json| value::of_json(&json))
                    .map_err(Trouble::raise),
            }
        })
        .register_fn("to_json", |value: &mut Dynamic| -> Result<String> {
            value::to_json(value)
                .map(|json| json.to_string())
                .map_err(Trouble::raise)
        });
}

fn get(value: &Dynamic, name: &str) -> Result<Dynamic> {
    if let Some(record) = handle::unwrap(value) {
        return field(record.as_ref(), name).map_err(Trouble::raise);
    }
    if let Some(args) = value.read_lock::<Args>() {
        return args.0.get(name).cloned().ok_or_else(|| {
            let known = args.0.keys().map(rhai::Identifier::as_str);
            Trouble::new("field", format!("the script has no parameter `{name}`"))
                .hint(nearest(name, known).map_or_else(
                    || format!("declare it in the header: //! @param {name}: string"),
                    |near| format!("did you mean `args.{near}`?"),
                ))
                .raise()
        });
    }
    if let Some(trouble) = value.read_lock::<Trouble>() {
        return trouble
            .field(name)
            .ok_or_else(|| unknown("an error", name, Trouble::FIELDS.iter().copied()).raise());
    }
    if value.is::<Span>() {
        let hint = "a duration has methods: seconds(), minutes(), hours()";
        return Err(unknown("a duration", name, []).hint(hint).raise());
    }
    if value.is::<Instant>() {
        return Err(unknown("an instant", name, [])
            .hint("format it: at.format(\"%H:%M\")")
            .raise());
    }
    Err(unknown(&described(value), name, []).raise())
}

/// A field of a record, or the suggestion of one.
pub fn field(record: &dyn Record, name: &str) -> std::result::Result<Dynamic, Trouble> {
    if let Some(view) = record.lookup(name) {
        return Ok(of_view(&view));
    }
    let kind = record.kind();
    // Declared but absent from this answer.
    if kind.field_names().any(|known| known == name) {
        return Ok(Dynamic::UNIT);
    }
    let names = record.names();
    Err(unknown(kind.name, name, names.iter().map(String::as_str)))
}

fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Trouble {
    let trouble = Trouble::new("field", format!("{what} has no field `{name}`"));
    match nearest(name, known) {
        Some(near) => trouble.hint(format!("did you mean `{near}`?")),
        None if handle::kind(what).is_some() => {
            trouble.hint(format!("mw doc {what} lists its fields"))
        }
        None => trouble,
    }
}

/// The engine writes a field back after a method was called on it, and lets this one error pass:
/// only an assignment shows it. The hint is the second line.
fn unsettable(value: &Dynamic, name: &str) -> Box<EvalAltResult> {
    let what = described(value);
    let hint = match super::call::method(&what, "update") {
        Some(_) => format!("change it in the account: x.update(#{{{name}: …}})"),
        None => "copy it into a map first: x.to_map()".to_owned(),
    };
    let message = format!("`{name}` cannot be set: {what} is what the API answered\n{hint}");
    Box::new(EvalAltResult::ErrorIndexingType(message, Position::NONE))
}

/// The value's type as scripts name it.
#[must_use]
pub fn described(value: &Dynamic) -> String {
    if let Some(record) = handle::unwrap(value) {
        return record.kind().name.to_owned();
    }
    let name = value.type_name();
    name.rsplit("::").next().unwrap_or(name).to_owned()
}

/// Records are equal when the API says the same of them.
fn equal(a: &Dynamic, b: &Dynamic) -> bool {
    if let (Some(a), Some(b)) = (handle::unwrap(a), handle::unwrap(b)) {
        return a.kind().name == b.kind().name && a.to_json() == b.to_json();
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Span>(), b.read_lock::<Span>()) {
        return *a == *b;
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Instant>(), b.read_lock::<Instant>()) {
        return *a == *b;
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Secret>(), b.read_lock::<Secret>()) {
        return *a == *b;
    }
    false
}
