//! Records as values of script types: `Cloud`, `Node`, `Order`, …

use std::any::{Any, TypeId};
use std::sync::Arc;

use rhai::{Array, Dynamic};
use serde_json::{Value, json};

use super::lexicon::Lexicon;
use super::origin::Origin;
use crate::record::{Record, RecordKind, Typed, View};

/// A record in a script, and the account it came from: a cheap, shared reference whose Rust type gives
/// the script type its name.
///
/// Records that came in one list are held together, some at a time. Each list that a script makes of
/// them copies and lets go of every handle, and were each record counted for itself, that would fetch
/// every one of them from memory.
#[derive(Debug)]
pub struct Handle<T: Typed> {
    batch: Arc<Vec<Arc<T>>>,
    place: u32,
    origin: Origin,
}

/// How many records are held together at most: what a script keeps of a list keeps so many.
const BATCH: u32 = 128;

impl<T: Typed> Handle<T> {
    /// A record for itself.
    fn of(record: Arc<T>, origin: Origin) -> Self {
        Self {
            batch: Arc::new(vec![record]),
            place: 0,
            origin,
        }
    }

    /// The record.
    #[must_use]
    pub fn record(&self) -> &Arc<T> {
        &self.batch[self.place as usize]
    }
}

impl<T: Typed> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self {
            batch: self.batch.clone(),
            place: self.place,
            origin: self.origin,
        }
    }
}

/// The record of this type that a script value is, if it is one.
#[must_use]
pub fn typed<T: Typed>(value: &Dynamic) -> Option<Arc<T>> {
    let handle = value.read_lock::<Handle<T>>()?;
    Some(handle.record().clone())
}

/// Records of an account that came together, as a list of script values.
pub fn list<T: Typed>(records: impl IntoIterator<Item = Arc<T>>, origin: Origin) -> Array {
    let mut records = records.into_iter();
    let mut values = Array::with_capacity(records.size_hint().0);
    loop {
        let batch: Vec<_> = records.by_ref().take(BATCH as usize).collect();
        if batch.is_empty() {
            return values;
        }
        let batch = Arc::new(batch);
        values.extend((0..BATCH).zip(batch.iter()).map(|(place, _)| {
            Dynamic::from(Handle {
                batch: batch.clone(),
                place,
                origin,
            })
        }));
    }
}

/// A record as one of this type.
fn downcast<T: Typed>(record: Arc<dyn Record>) -> Option<Arc<T>> {
    let any: Arc<dyn Any + Send + Sync> = record;
    any.downcast().ok()
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
    let record: &T = handle.record();
    let view = match place {
        Some(place) => record.at(place),
        None => (record as &dyn Record).lookup(name),
    };
    if let Some(view) = view {
        see(&view, handle.origin);
    }
    true
}

macro_rules! conversions {
    ($($record:ty),* $(,)?) => {
        /// A record of an account as a script value of its own type.
        pub fn wrap(record: Arc<dyn Record>, origin: Origin) -> Dynamic {
            let id = (*record).type_id();
            $( if id == TypeId::of::<$record>() {
                return downcast::<$record>(record)
                    .map_or(Dynamic::UNIT, |it| Dynamic::from(Handle::of(it, origin)));
            } )*
            Dynamic::UNIT
        }

        /// A list of records of an account as script values, which are mostly of one type.
        pub fn wrap_all(records: Vec<Arc<dyn Record>>, origin: Origin) -> Array {
            let Some(first) = records.first() else {
                return Array::new();
            };
            let id = (**first).type_id();
            if records.iter().any(|record| (**record).type_id() != id) {
                return records.into_iter().map(|it| wrap(it, origin)).collect();
            }
            $( if id == TypeId::of::<$record>() {
                return list(records.into_iter().filter_map(downcast::<$record>), origin);
            } )*
            records.into_iter().map(|it| wrap(it, origin)).collect()
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
                    .map(|handle| (handle.record().clone() as Arc<dyn Record>, handle.origin));
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
        "Local" => "LocalTime",
        last => last,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::clouds::Cloud;
    use crate::api::nodes::Node;

    fn node(number: usize) -> Arc<Node> {
        Arc::new(Node {
            uuid: number.to_string(),
            ..Node::default()
        })
    }

    #[test]
    fn a_list_holds_its_records_in_their_order_however_many_there_are() {
        for many in [0, 1, 127, 128, 129, 300] {
            let listed = list((0..many).map(node), Origin::default());
            let uuids: Vec<String> = listed
                .iter()
                .map(|value| typed::<Node>(value).unwrap().uuid.clone())
                .collect();
            let expected: Vec<String> = (0..many).map(|it| it.to_string()).collect();
            assert_eq!(uuids, expected);
        }
    }

    #[test]
    fn records_of_several_types_are_each_of_their_own() {
        let records: Vec<Arc<dyn Record>> = vec![node(1), Arc::new(Cloud::default()), node(2)];
        let listed = wrap_all(records, Origin::default());
        let types: Vec<String> = listed.iter().map(described).collect();
        assert_eq!(types, ["Node", "Cloud", "Node"]);
    }

    #[test]
    fn a_list_lets_go_of_what_nobody_holds_any_more() {
        let first = node(0);
        let mut listed = list([first.clone(), node(1)], Origin::default());
        assert_eq!(Arc::strong_count(&first), 2);
        drop(listed.remove(0));
        // The other one keeps it: they came together.
        assert_eq!(Arc::strong_count(&first), 2);
        listed.clear();
        assert_eq!(Arc::strong_count(&first), 1);
    }
}
