//! Records as values of script types: `Cloud`, `Node`, `Order`, …

use std::any::{Any, TypeId};
use std::sync::Arc;

use rhai::Dynamic;
use serde_json::{Value, json};

use super::lexicon::Lexicon;
use super::origin::Origin;
use crate::record::{Record, RecordKind, Typed, View};

/// A record in a script, and the account it came from: a cheap, shared reference whose Rust type gives
/// the script type its name.
#[derive(Debug)]
pub struct Handle<T: Typed>(pub Arc<T>, pub Origin);

impl<T: Typed> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), self.1)
    }
}

/// Shows a field of a value to a function, with where the record came from, if the value is a record of
/// the one type that this reads; tells whether it is. The field is given by name and, where its type
/// declares it, by place.
pub type Read = fn(&Dynamic, &str, Option<usize>, &mut See<'_>) -> bool;

/// What is shown a field of a record, and where the record came from.
pub type See<'a> = dyn FnMut(&View<'_>, Origin) + 'a;

fn read<T: Typed>(value: &Dynamic, name: &str, place: Option<usize>, see: &mut See<'_>) -> bool {
    let Some(handle) = value.read_lock::<Handle<T>>() else {
        return false;
    };
    let record: &T = &handle.0;
    let view = match place {
        Some(place) => record.at(place),
        None => (record as &dyn Record).lookup(name),
    };
    if let Some(view) = view {
        see(&view, handle.1);
    }
    true
}

macro_rules! conversions {
    ($($record:ty),* $(,)?) => {
        /// A record of an account as a script value of its own type.
        pub fn wrap(record: Arc<dyn Record>, origin: Origin) -> Dynamic {
            let id = (*record).type_id();
            let any: Arc<dyn Any + Send + Sync> = record;
            $( if id == TypeId::of::<$record>() {
                return any.downcast::<$record>().map_or(Dynamic::UNIT, |it| Dynamic::from(Handle(it, origin)));
            } )*
            Dynamic::UNIT
        }

        /// The record behind a script value, if it is one, and where it came from.
        #[must_use]
        pub fn found(value: &Dynamic) -> Option<(Arc<dyn Record>, Origin)> {
            if !value.is_variant() && !value.is_shared() {
                return None;
            }
            if value.is_shared() {
                let inner = value.flatten_clone();
                return if inner.is_shared() { None } else { found(&inner) };
            }
            let id = value.type_id();
            $( if id == TypeId::of::<Handle<$record>>() {
                return value
                    .read_lock::<Handle<$record>>()
                    .map(|handle| (handle.0.clone() as Arc<dyn Record>, handle.1));
            } )*
            None
        }

        /// How records of this value's type are read, if it is one and nothing else holds it.
        #[must_use]
        pub fn reading(value: &Dynamic) -> Option<(&'static RecordKind, Read)> {
            if !value.is_variant() || value.is_shared() {
                return None;
            }
            let id = value.type_id();
            $( if id == TypeId::of::<Handle<$record>>() {
                return Some((<$record as Typed>::KIND, read::<$record>));
            } )*
            None
        }

        /// Gives the script types their names.
        pub fn register(lexicon: &mut Lexicon) {
            $( lexicon.register_type_with_name::<Handle<$record>>(<$record as Typed>::KIND.name); )*
        }

        /// Every record type scripts may hold.
        #[must_use]
        pub fn kinds() -> Vec<&'static RecordKind> {
            vec![$( <$record as Typed>::KIND ),*]
        }
    };
}

crate::every_record!(conversions);

/// The record behind a script value, if it is one.
#[must_use]
pub fn unwrap(value: &Dynamic) -> Option<Arc<dyn Record>> {
    found(value).map(|(record, _)| record)
}

/// The record kind of this name.
#[must_use]
pub fn kind(name: &str) -> Option<&'static RecordKind> {
    kinds().into_iter().find(|kind| kind.name == name)
}

/// A record as it is kept, to be restored when a run goes on.
#[must_use]
pub fn kept(value: &Dynamic) -> Value {
    unwrap(value).map_or(
        Value::Null,
        |record| json!({"kind": record.kind().name, "record": record.to_json()}),
    )
}

/// A record of an account as it was kept.
#[must_use]
pub fn restored(kept: &Value, origin: Origin) -> Option<Dynamic> {
    let kind = kind(kept["kind"].as_str()?)?;
    let record = (kind.decode)(kept["record"].to_string().as_bytes()).ok()?;
    Some(wrap(record, origin))
}

/// The value's type as scripts name it.
#[must_use]
pub fn described(value: &Dynamic) -> String {
    if let Some(record) = unwrap(value) {
        return record.kind().name.to_owned();
    }
    let name = value.type_name();
    if name.contains("Range") {
        return "range".to_owned();
    }
    let name = name.split('<').next().unwrap_or(name);
    // These are registered under other names than their own.
    match name.rsplit("::").next().unwrap_or(name) {
        "i64" => "int",
        "f64" => "float",
        "OwnRun" => "Run",
        "Trouble" => "Error",
        "Span" => "Duration",
        last => last,
    }
    .to_owned()
}
