//! JSON of no declared type, read when first looked at.

use std::ops::Deref;
use std::sync::OnceLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// JSON of no declared type. Most answers hold more of it than anyone looks at, and reading it
/// costs more than all the rest: it is kept as written until somebody does.
#[derive(Clone, Debug, Default)]
pub struct Json {
    written: Option<Box<RawValue>>,
    read: OnceLock<Value>,
}

impl Json {
    /// The value written out, which takes a fraction of the memory until it is read.
    #[must_use]
    pub fn compact<T: Serialize>(value: &T) -> Self {
        Self {
            // What cannot be written is null, as what cannot be read is.
            written: to_raw_value(value).ok(),
            read: OnceLock::new(),
        }
    }

    /// The value. What is nested too deeply to be read is null.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.read.get_or_init(|| {
            self.written
                .as_deref()
                .and_then(|written| serde_json::from_str(written.get()).ok())
                .unwrap_or_default()
        })
    }
}

impl Deref for Json {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.value()
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self {
            written: None,
            read: OnceLock::from(value),
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (&self.written, self.read.get()) {
            // Not kept: whoever only writes it has no use for it.
            (Some(written), None) => serde_json::from_str::<Value>(written.get())
                .unwrap_or_default()
                .serialize(serializer),
            _ => self.value().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|written| Self {
            written: Some(written),
            read: OnceLock::new(),
        })
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
    fn what_is_no_json_is_refused_at_once() {
        assert!(serde_json::from_str::<Vec<Json>>("[{]").is_err());
    }
}
