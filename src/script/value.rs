//! Script values and what they are elsewhere: JSON, fields of records, documents to show.

use std::cell::Cell;
use std::fmt::Write as _;
use std::sync::Arc;

use rhai::{Array, Dynamic, FnPtr, ImmutableString, Map};
use serde_json::Value;

use super::handle;
use super::largest;
use super::local::Local;
use super::moment::{Instant, Span};
use super::origin::Origin;
use super::trouble::Trouble;
use crate::output::Document;
use crate::parameters::{Header, Kind};
use crate::record::{Moment, Record, Secret, View};

/// The script's arguments. A type of its own, so that a parameter nobody declared is an error
/// rather than `()`.
#[derive(Clone, Debug)]
pub struct Args(pub Arc<Map>);

impl Args {
    /// The values of a run, each of the type that the header declares.
    #[must_use]
    pub fn of(values: &serde_json::Map<String, Value>, header: &Header) -> Self {
        let typed = |(name, value): (&String, &Value)| {
            let kind = header.param(name).map(|param| &param.kind);
            (name.as_str().into(), of_argument(value, kind))
        };
        Self(Arc::new(values.iter().map(typed).collect()))
    }
}

/// The value of a parameter. A run has it on record as it was given.
fn of_argument(value: &Value, kind: Option<&Kind>) -> Dynamic {
    let typed = match (kind, value) {
        (Some(Kind::Duration), Value::String(text)) => Span::parse(text).ok().map(Dynamic::from),
        (Some(Kind::Instant), Value::String(text)) => Instant::parse(text).ok().map(Dynamic::from),
        (Some(Kind::Float), Value::Number(number)) => number.as_f64().map(Dynamic::from_float),
        _ => None,
    };
    typed.unwrap_or_else(|| of_json(value))
}

/// A field of a record of an account as a script value.
pub fn of_view(view: &View<'_>, origin: Origin) -> Dynamic {
    match view {
        View::Null => Dynamic::UNIT,
        View::Bool(flag) => Dynamic::from(*flag),
        View::Int(whole) => Dynamic::from(*whole),
        View::Float(float) => Dynamic::from(*float),
        View::Text(text) => Dynamic::from(ImmutableString::from(*text)),
        View::Time(text) => Moment::read(text).map_or_else(
            || Dynamic::from(ImmutableString::from(*text)),
            |at| Dynamic::from(Instant(at)),
        ),
        View::Secret(text) => Dynamic::from(Secret::new(*text)),
        View::Record(shared) => handle::wrap(shared.share(), origin),
        View::List(items) => {
            let records: Option<Vec<_>> = items.iter().map(shared).collect();
            records.map_or_else(
                || Dynamic::from_array(items.iter().map(|item| of_view(item, origin)).collect()),
                |records| of_records(records, origin),
            )
        }
        View::Json(value) => of_json(value),
    }
}

/// The record in a view, if it is one.
fn shared(view: &View<'_>) -> Option<Arc<dyn Record>> {
    match view {
        View::Record(shared) => Some(shared.share()),
        _ => None,
    }
}

/// JSON as a script value. Whole numbers beyond 64 bits become floats: scripts have no others.
pub fn of_json(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(flag) => Dynamic::from(*flag),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Dynamic::from(whole),
            (None, float) => Dynamic::from(float.unwrap_or(f64::NAN)),
        },
        Value::String(text) => Dynamic::from(ImmutableString::from(text)),
        Value::Array(items) => Dynamic::from_array(items.iter().map(of_json).collect()),
        Value::Object(members) => Dynamic::from_map(
            members
                .iter()
                .map(|(name, value)| (name.as_str().into(), of_json(value)))
                .collect(),
        ),
    }
}

/// A list of records of an account as a script value.
pub fn of_records(records: Vec<Arc<dyn Record>>, origin: Origin) -> Dynamic {
    Dynamic::from_array(handle::wrap_all(records, origin))
}

/// A script value as JSON for people to read: records whole, secrets blotted out.
pub fn to_json(value: &Dynamic) -> Result<Value, Trouble> {
    convert(value, &|record| record.redacted(), 0, &Cell::default())
}

/// A script value as JSON to send: a record stands for its id, a secret for itself.
pub fn to_argument(value: &Dynamic) -> Result<Value, Trouble> {
    if let Some(secret) = value.read_lock::<Secret>() {
        return Ok(secret.reveal().into());
    }
    let id = |record: &dyn Record| id_of(record).unwrap_or(Value::Null);
    convert(value, &id, 0, &Cell::default())
}

/// Deeper values than any API takes are refused before they could exhaust the stack.
const DEEPEST: usize = 64;

/// `length` is how many bytes its texts have come to so far: a script may hold one many times over, and
/// each becomes one of its own.
fn convert(
    value: &Dynamic,
    record: &dyn Fn(&dyn Record) -> Value,
    depth: usize,
    length: &Cell<usize>,
) -> Result<Value, Trouble> {
    if depth > DEEPEST {
        return Err(Trouble::argument(format!(
            "the value is nested deeper than {DEEPEST} levels"
        )));
    }
    let flat;
    let value = if value.is_shared() {
        flat = value.flatten_clone();
        &flat
    } else {
        value
    };
    if let Some(array) = value.read_lock::<Array>() {
        return array
            .iter()
            .map(|item| convert(item, record, depth + 1, length))
            .collect();
    }
    if let Some(map) = value.read_lock::<Map>() {
        return map
            .iter()
            .map(|(name, item)| Ok((name.to_string(), convert(item, record, depth + 1, length)?)))
            .collect::<Result<_, _>>()
            .map(Value::Object);
    }
    if value.is_unit() {
        return Ok(Value::Null);
    }
    if let Ok(flag) = value.as_bool() {
        return Ok(flag.into());
    }
    if let Ok(whole) = value.as_int() {
        return Ok(whole.into());
    }
    if let Ok(float) = value.as_float() {
        return Ok(serde_json::Number::from_f64(float).map_or(Value::Null, Value::Number));
    }
    if let Ok(character) = value.as_char() {
        return Ok(character.to_string().into());
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        length.set(length.get().saturating_add(text.len()));
        if length.get() > largest::TEXTS {
            return Err(Trouble::argument(format!(
                "the texts of the value come to more than {} MB",
                largest::TEXTS >> 20
            )));
        }
        return Ok(text.as_str().into());
    }
    if let Some(found) = handle::unwrap(value) {
        return Ok(record(found.as_ref()));
    }
    if let Some(span) = value.read_lock::<Span>() {
        return Ok(span.to_string().into());
    }
    if let Some(at) = value.read_lock::<Instant>() {
        return Ok(at.to_string().into());
    }
    if let Some(local) = value.read_lock::<Local>() {
        return Ok(local.to_string().into());
    }
    if let Some(secret) = value.read_lock::<Secret>() {
        return Ok(secret.to_string().into());
    }
    if let Some(trouble) = value.read_lock::<Trouble>() {
        return Ok(trouble.message.clone().into());
    }
    if value.is::<FnPtr>() {
        return Err(Trouble::argument(
            "a function is not data: call it, or leave it out",
        ));
    }
    if let Some(args) = value.read_lock::<Args>() {
        return to_json(&Dynamic::from_map((*args.0).clone()));
    }
    Ok(brief(value).into())
}

/// The id a record is known by in paths and bodies.
#[must_use]
pub fn id_of(record: &dyn Record) -> Option<Value> {
    let name = match record.kind().name {
        "Node" => "uuid",
        "Organization" => "organization_id",
        "Member" => "membership_id",
        "Membership" => "account_id",
        _ => "id",
    };
    match record.get(name)? {
        View::Text(text) => Some(text.into()),
        View::Int(whole) => Some(whole.into()),
        _ => None,
    }
}

/// A script value as something to show.
#[must_use]
pub fn to_document(value: &Dynamic) -> Document {
    let value = value.flatten_clone();
    if value.is_unit() {
        return Document::Nothing;
    }
    if let Some(record) = handle::unwrap(&value) {
        return Document::Record(record);
    }
    if let Some(array) = value.read_lock::<Array>()
        && !array.is_empty()
        && let Some(records) = array.iter().map(handle::unwrap).collect::<Option<Vec<_>>>()
    {
        return Document::Records(records);
    }
    match to_json(&value) {
        Ok(Value::String(text)) => Document::Text(text),
        Ok(json) => Document::Value(json),
        Err(_) => Document::Text(brief(&value)),
    }
}

/// A script value in one line, as `print` and string interpolation write it.
#[must_use]
pub fn brief(value: &Dynamic) -> String {
    if let Some(record) = handle::unwrap(value) {
        return record.summary();
    }
    if value.is_array() || value.is_map() {
        return debug(value);
    }
    if let Some(trouble) = value.read_lock::<Trouble>() {
        return trouble.message.clone();
    }
    if let Some(span) = value.read_lock::<Span>() {
        return span.to_string();
    }
    if let Some(at) = value.read_lock::<Instant>() {
        return at.to_string();
    }
    if let Some(local) = value.read_lock::<Local>() {
        return local.to_string();
    }
    if let Some(secret) = value.read_lock::<Secret>() {
        return secret.to_string();
    }
    if let Some(function) = value.read_lock::<FnPtr>() {
        return named(&function);
    }
    if let Some(args) = value.read_lock::<Args>() {
        return debug(&Dynamic::from_map((*args.0).clone()));
    }
    let text = value.to_string();
    // The engine shows the name of a type that has no text of its own.
    if text.contains("::") && text == value.type_name() {
        return handle::described(value);
    }
    text
}

/// A function as scripts write it. Closures have made-up names that say nothing to anyone.
fn named(function: &FnPtr) -> String {
    if function.is_anonymous() {
        "|…|".to_owned()
    } else {
        format!("Fn({:?})", function.fn_name())
    }
}

/// A script value in one line, strings quoted. It ends where it is longer than a text may be.
#[must_use]
pub fn debug(value: &Dynamic) -> String {
    let mut text = String::new();
    write_debug(&mut text, value, 0);
    text
}

fn write_debug(text: &mut String, value: &Dynamic, depth: usize) {
    if depth > DEEPEST {
        text.push('…');
    } else if largest::text(text.len()).is_err() {
        // It is refused for its length, or cut.
    } else if let Ok(own) = value.as_immutable_string_ref() {
        // Writing to a text cannot fail.
        let _ = write!(text, "{:?}", own.as_str());
    } else if let Some(array) = value.read_lock::<Array>() {
        text.push('[');
        for (index, item) in array.iter().enumerate() {
            text.push_str(if index > 0 { ", " } else { "" });
            write_debug(text, item, depth + 1);
        }
        text.push(']');
    } else if let Some(map) = value.read_lock::<Map>() {
        text.push_str("#{");
        for (index, (name, item)) in map.iter().enumerate() {
            text.push_str(if index > 0 { ", " } else { "" });
            text.push_str(name);
            text.push_str(": ");
            write_debug(text, item, depth + 1);
        }
        text.push('}');
    } else if value.is_unit() {
        text.push_str("()");
    } else {
        text.push_str(&brief(value));
    }
}
