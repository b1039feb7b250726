//! JSON of no declared type, read when first looked at.

use std::ops::Deref;
use std::sync::OnceLock;

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// JSON of no declared type. Most answers hold more of it than anyone looks at, and reading it
/// costs more than all the rest: it is kept as written until somebody does.
pub type Json = Unread<Value>;

/// A list of JSON of no declared type, kept as written in one piece.
pub type JsonList = Unread<Vec<Value>>;

/// JSON that is read when first looked at.
#[derive(Clone, Debug, Default)]
pub struct Unread<T> {
    written: Option<Box<RawValue>>,
    read: OnceLock<T>,
}

/// What JSON may be read as.
pub trait Readable: Default + Serialize {
    /// Reads it. What cannot be read, since it is nested too deeply or no number that there is, is null.
    fn read(written: &str) -> Self;

    /// What it is instead, where that is plain from its first character.
    fn instead(first: u8) -> Option<Unexpected<'static>>;
}

impl Readable for Value {
    fn read(written: &str) -> Self {
        serde_json::from_str(written).unwrap_or_default()
    }

    fn instead(_: u8) -> Option<Unexpected<'static>> {
        None
    }
}

impl Readable for Vec<Value> {
    fn read(written: &str) -> Self {
        let items: Vec<&RawValue> = serde_json::from_str(written).unwrap_or_default();
        let items = items.into_iter();
        items.map(|item| Value::read(item.get())).collect()
    }

    fn instead(first: u8) -> Option<Unexpected<'static>> {
        Some(match first {
            b'[' => return None,
            b'{' => Unexpected::Map,
            b'n' => Unexpected::Unit,
            b'"' => Unexpected::Other("string"),
            b't' | b'f' => Unexpected::Other("boolean"),
            _ => Unexpected::Other("number"),
        })
    }
}

impl<T: Readable> Unread<T> {
    /// The value written out, which takes a fraction of the memory until it is read.
    #[must_use]
    pub fn compact<S: Serialize + ?Sized>(value: &S) -> Self {
        Self {
            // What cannot be written is nothing, as what cannot be read is.
            written: to_raw_value(value).ok(),
            read: OnceLock::new(),
        }
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &T {
        self.read.get_or_init(|| {
            let written = self.written.as_deref();
            written.map_or_else(T::default, |written| T::read(written.get()))
        })
    }
}

impl<T: Readable + Clone> Unread<T> {
    /// Changes the value.
    pub fn alter(&mut self, change: impl FnOnce(&mut T)) {
        let mut value = self.value().clone();
        change(&mut value);
        *self = value.into();
    }
}

impl<T: Readable> Deref for Unread<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value()
    }
}

impl<T> From<T> for Unread<T> {
    fn from(value: T) -> Self {
        Self {
            written: None,
            read: OnceLock::from(value),
        }
    }
}

impl<T: Readable> Serialize for Unread<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (&self.written, self.read.get()) {
            // Not kept: whoever only writes it has no use for it.
            (Some(written), None) => T::read(written.get()).serialize(serializer),
            _ => self.value().serialize(serializer),
        }
    }
}

impl<'de, T: Readable> Deserialize<'de> for Unread<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Box::<RawValue>::deserialize(deserializer)?;
        let first = written.get().as_bytes().first();
        match first.and_then(|first| T::instead(*first)) {
            Some(instead) => Err(D::Error::invalid_type(instead, &"a sequence")),
            None => Ok(Self {
                written: Some(written),
                read: OnceLock::new(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_reads_as_it_was_written() {
        let json: Json = serde_json::from_str(r#"{"b": [1, 2.5, null], "a": "é"}"#).unwrap();
        assert_eq!(*json, json!({"b": [1, 2.5, null], "a": "é"}));
        assert_eq!(
            serde_json::to_string(&json).unwrap(),
            r#"{"b":[1,2.5,null],"a":"é"}"#
        );
    }

    #[test]
    fn it_may_be_kept_as_text() {
        let value = json!({"b": [1, 2.5, null], "a": "é"});
        let json = Json::compact(&value);
        assert_eq!(
            serde_json::to_string(&json).unwrap(),
            r#"{"b":[1,2.5,null],"a":"é"}"#
        );
        assert_eq!(*json, value);
    }

    #[test]
    fn it_can_be_made_of_a_value_and_read_out_of_one() {
        let value = json!({"id": 7});
        assert_eq!(*Json::from(value.clone()), value);
        assert_eq!(
            *serde_json::from_value::<Json>(value.clone()).unwrap(),
            value
        );
        assert_eq!(
            serde_json::to_value(Json::from(value.clone())).unwrap(),
            value
        );
    }

    #[test]
    fn a_list_reads_as_it_was_written() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let text = format!(r#"[1, {deep}, {{"a": "é"}}]"#);
        let list: JsonList = serde_json::from_str(&text).unwrap();
        assert_eq!(*list, [json!(1), json!(null), json!({"a": "é"})]);
        let list = JsonList::compact(&["a", "b"]);
        assert_eq!(serde_json::to_string(&list).unwrap(), r#"["a","b"]"#);
        assert_eq!(serde_json::to_string(&JsonList::default()).unwrap(), "[]");
        let written = serde_json::to_string(&JsonList::from(vec![json!(7)]));
        assert_eq!(written.unwrap(), "[7]");
    }

    #[test]
    fn what_is_no_list_is_not_taken_for_one() {
        for (text, what) in [
            ("{}", "map"),
            ("null", "null"),
            ("-7", "number"),
            (r#""[]""#, "string"),
            ("true", "boolean"),
        ] {
            let error = serde_json::from_str::<JsonList>(text).unwrap_err();
            assert!(error.is_data());
            let sentence = format!("invalid type: {what}, expected a sequence");
            assert!(error.to_string().starts_with(&sentence), "{error}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused_at_once() {
        assert!(serde_json::from_str::<Vec<Json>>("[{]").is_err());
    }
}
