//! What a resource is: a Rust struct whose fields feed decoding, the simulator, the script type
//! and the reference.
//!
//! A record declared with [`record!`](crate::record!) keeps what it does not know: a field the API
//! adds tomorrow is decoded, shown and written back. Enumerations are kept as text for the same
//! reason.

mod declare;
mod json;
mod unit;
mod value;

use std::any::Any;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use crate::secret::Secret;
pub use declare::Name;
pub use json::{Json, JsonList};
pub use unit::Unit;
pub use value::{FieldValue, Moment, Shared, Text, View};

/// A resource, whatever its type.
pub trait Record: Any + Send + Sync + std::fmt::Debug {
    /// What is known of its type.
    fn kind(&self) -> &'static RecordKind;

    /// One declared or unknown field by its own name.
    fn get(&self, name: &str) -> Option<View<'_>>;

    /// The declared field at this place among its kind's.
    fn at(&self, place: usize) -> Option<View<'_>>;

    /// Every field present, declared ones first and in order.
    fn entries(&self) -> Vec<(&str, View<'_>)>;

    /// The record as the API writes it, secrets included. Never for eyes or logs.
    fn to_json(&self) -> Value;
}

impl dyn Record {
    /// A field by name; those that the API nests under `fields` read flat too.
    #[must_use]
    pub fn lookup(&self, name: &str) -> Option<View<'_>> {
        self.get(name).or_else(|| match self.get("fields")? {
            View::Record(fields) => fields.record().get(name),
            View::Json(Value::Object(fields)) => fields.get(name).map(View::of_json),
            _ => None,
        })
    }

    /// Every name [`lookup`](Self::lookup) answers to, for completion and suggestions.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.kind().field_names().map(str::to_owned).collect();
        for (name, view) in self.entries() {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
            if name == "fields"
                && let View::Record(fields) = view
            {
                names.extend(
                    fields
                        .record()
                        .entries()
                        .into_iter()
                        .map(|(name, _)| name.to_owned()),
                );
            }
        }
        names.sort();
        names.dedup();
        names
    }

    /// The record as JSON with its secrets blotted out.
    #[must_use]
    pub fn redacted(&self) -> Value {
        Value::Object(
            self.entries()
                .into_iter()
                .map(|(name, view)| (name.to_owned(), view.redacted()))
                .collect(),
        )
    }

    /// The record in one short line: its type and what tells it apart.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut parts = Vec::new();
        for name in self.kind().summary {
            match self.lookup(name) {
                None | Some(View::Null) => {}
                Some(view) => parts.push(view.brief()),
            }
        }
        format!("{}({})", self.kind().name, parts.join(", "))
    }
}

/// Reads a record from JSON.
pub type Decode = fn(&[u8]) -> Result<Arc<dyn Record>, serde_json::Error>;
/// Reads a list of records from JSON.
pub type DecodeList = fn(&[u8]) -> Result<Vec<Arc<dyn Record>>, serde_json::Error>;

/// What is known of a type of record.
#[derive(Debug)]
pub struct RecordKind {
    /// The type's name in scripts.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Its declared fields.
    pub fields: &'static [FieldDoc],
    /// The columns of a table of these.
    pub columns: &'static [&'static str],
    /// The fields of its short line.
    pub summary: &'static [&'static str],
    /// Decodes one from JSON.
    pub decode: Decode,
    /// Decodes a list of them from JSON.
    pub decode_list: DecodeList,
}

impl RecordKind {
    /// The field of this name; those nested under `fields` are found too.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static FieldDoc> {
        let own = self.fields.iter().find(|field| field.name == name);
        own.or_else(|| self.nested("fields")?.field(name))
    }

    /// The kind of record in a field, where it is one or a list of them.
    #[must_use]
    pub fn nested(&self, name: &str) -> Option<&'static RecordKind> {
        let field = self.fields.iter().find(|field| field.name == name)?;
        field.nested.map(|kind| kind())
    }

    /// The names scripts may use, those nested under `fields` included.
    pub fn field_names(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().flat_map(|field| {
            let nested: &[FieldDoc] = match (field.name, field.nested) {
                ("fields", Some(kind)) => kind().fields,
                _ => &[],
            };
            std::iter::once(field.name).chain(nested.iter().map(|field| field.name))
        })
    }
}

/// One declared field.
#[derive(Debug)]
pub struct FieldDoc {
    /// Its name in the API.
    pub name: &'static str,
    /// Its type, as scripts see it.
    pub type_name: fn() -> String,
    /// The type of record in it, where it is one.
    pub nested: Option<fn() -> &'static RecordKind>,
    /// Whether it holds what must not be shown.
    pub is_secret: bool,
    /// What it is counted in.
    pub unit: Unit,
    /// What it holds.
    pub doc: &'static str,
}

/// A record whose type is known at compile time.
pub trait Typed: Record + DeserializeOwned + Sized {
    /// Its kind.
    const KIND: &'static RecordKind;
}

/// Reads JSON. Whether it is UTF-8 is looked at for all of it at once, which takes a fraction of what
/// looking at every word of it takes.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        // That fails as well, and says where it is none.
        Err(_) => serde_json::from_slice(body),
    }
}

/// Decodes one record, for [`RecordKind::decode`].
pub fn decode<T: Typed>(body: &[u8]) -> Result<Arc<dyn Record>, serde_json::Error> {
    read::<T>(body).map(|record| Arc::new(record) as Arc<dyn Record>)
}

/// Decodes a list of records, for [`RecordKind::decode_list`].
pub fn decode_list<T: Typed>(body: &[u8]) -> Result<Vec<Arc<dyn Record>>, serde_json::Error> {
    let records: Vec<Arc<T>> = read(body).map_err(|error| {
        if error.is_data() && !body.trim_ascii_start().starts_with(b"[") {
            <serde_json::Error as serde::de::Error>::custom("a list was expected, and it is none")
        } else {
            error
        }
    })?;
    Ok(records
        .into_iter()
        .map(|record| record as Arc<dyn Record>)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::record! {
        /// A thing for tests.
        pub struct Thing as "Thing" {
            columns: ["id"],
            summary: ["id", "size"],
            /// Its id.
            id: String,
            /// How big.
            size: Option<i64>,
            /// A secret.
            token: Option<Secret>,
            /// Details.
            fields: Arc<Inner>,
        }
    }
    crate::record! {
        /// The inside of a thing.
        pub struct Inner as "Inner" {
            columns: [],
            summary: [],
            /// A word.
            word: Option<String>,
            /// Numbers.
            numbers: Vec<i64>,
        }
    }

    #[test]
    fn unknown_fields_are_kept_shown_and_written_back() {
        let text = r#"{"id":"a","size":3,"token":"hush","fields":{"word":"w","numbers":[1],"new":{"deep":true}},"later":7}"#;
        let thing: Thing = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&thing).unwrap(), text);
        let record: &dyn Record = &thing;
        assert!(matches!(record.lookup("word"), Some(View::Text("w"))));
        assert!(matches!(record.lookup("later"), Some(View::Int(7))));
        assert!(matches!(record.lookup("new"), Some(View::Json(_))));
        assert!(record.lookup("none").is_none());
        assert_eq!(record.summary(), "Thing(a, 3)");
        assert_eq!(record.redacted()["token"], "<redacted>");
        assert!(!format!("{thing:?}").contains("hush"));
    }

    #[test]
    fn absent_and_null_optional_fields_decode_and_a_missing_id_does_not() {
        let thing: Thing = serde_json::from_str(r#"{"id":"a","size":null}"#).unwrap();
        assert_eq!(thing.size, None);
        let error = serde_json::from_str::<Thing>("{}").unwrap_err();
        assert!(error.to_string().contains("missing field `id`"), "{error}");
    }
}
