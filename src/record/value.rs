//! The values that fields hold, and the view of them that everything else reads.

use std::sync::Arc;

use chrono::Datelike as _;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Json, JsonList, Record, RecordKind, Typed};
use crate::secret::{REDACTED, Secret};

/// What a field holds, borrowed.
#[derive(Clone, Debug)]
pub enum View<'a> {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Text(&'a str),
    /// An instant, as the API wrote it.
    Time(&'a str),
    /// Text that must not be shown.
    Secret(&'a str),
    /// Another record.
    Record(&'a dyn Shared),
    /// A list.
    List(Vec<View<'a>>),
    /// JSON of no declared type.
    Json(&'a Value),
}

impl<'a> View<'a> {
    /// The view of undeclared JSON: simple values as themselves.
    #[must_use]
    pub fn of_json(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::String(text) => Self::Text(text),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Self::Int(whole),
                (None, Some(float)) => Self::Float(float),
                (None, None) => Self::Json(value),
            },
            Value::Array(_) | Value::Object(_) => Self::Json(value),
        }
    }

    /// The value as JSON, secrets blotted out.
    #[must_use]
    pub fn redacted(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Int(whole) => (*whole).into(),
            Self::Float(float) => (*float).into(),
            Self::Text(text) | Self::Time(text) => (*text).into(),
            Self::Secret(_) => REDACTED.into(),
            Self::Record(shared) => shared.record().redacted(),
            Self::List(items) => items.iter().map(View::redacted).collect(),
            Self::Json(value) => (*value).clone(),
        }
    }

    /// The value in a few characters, for tables and short lines.
    #[must_use]
    pub fn brief(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(flag) => flag.to_string(),
            Self::Int(whole) => whole.to_string(),
            Self::Float(float) => float.to_string(),
            Self::Text(text) | Self::Time(text) => (*text).to_owned(),
            Self::Secret(_) => REDACTED.to_owned(),
            Self::Record(shared) => shared.record().summary(),
            Self::List(items) => items.iter().map(View::brief).collect::<Vec<_>>().join(", "),
            Self::Json(value) => value.to_string(),
        }
    }
}

/// A record that is held in shared ownership, so that it can be handed on without copying.
pub trait Shared: std::fmt::Debug {
    /// The record.
    fn record(&self) -> &dyn Record;
    /// One more owner of it.
    fn share(&self) -> Arc<dyn Record>;
}

impl<T: Typed> Shared for Arc<T> {
    fn record(&self) -> &dyn Record {
        &**self
    }
    fn share(&self) -> Arc<dyn Record> {
        self.clone()
    }
}

/// A field's type: what it decodes from, what it looks like, and what absence means for it.
pub trait FieldValue: Sized {
    /// The value of a field that the answer leaves out or gives as null; none where it must be.
    fn absent() -> Option<Self>;
    /// The value to read.
    fn view(&self) -> View<'_>;
    /// Whether the field is written at all.
    fn is_present(&self) -> bool {
        true
    }
    /// The type's name in scripts.
    fn type_name() -> String;
    /// The type of record held, where it is one.
    const NESTED: Option<fn() -> &'static RecordKind> = None;
    /// Whether it holds what must not be shown.
    const IS_SECRET: bool = false;
}

macro_rules! plain {
    ($($type:ty, $name:literal, |$value:ident| $view:expr;)*) => {$(
        impl FieldValue for $type {
            fn absent() -> Option<Self> {
                None
            }
            fn view(&self) -> View<'_> {
                let $value = self;
                $view
            }
            fn type_name() -> String {
                $name.to_owned()
            }
        }
    )*};
}

plain! {
    String, "string", |value| View::Text(value);
    Text, "string", |value| View::Text(value);
    i64, "int", |value| View::Int(*value);
    f64, "float", |value| View::Float(*value);
    bool, "bool", |value| View::Bool(*value);
    Moment, "instant", |value| View::Time(&value.0);
    Value, "map", |value| View::of_json(value);
    Json, "map", |value| View::of_json(value.value());
}

impl FieldValue for Secret {
    fn absent() -> Option<Self> {
        None
    }
    fn view(&self) -> View<'_> {
        View::Secret(self.reveal())
    }
    fn type_name() -> String {
        "secret".to_owned()
    }
    const IS_SECRET: bool = true;
}

impl FieldValue for JsonList {
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
    fn view(&self) -> View<'_> {
        View::List(self.value().iter().map(View::of_json).collect())
    }
    fn type_name() -> String {
        <Vec<Json>>::type_name()
    }
}

impl<T: FieldValue> FieldValue for Option<T> {
    fn absent() -> Option<Self> {
        Some(None)
    }
    fn view(&self) -> View<'_> {
        self.as_ref().map_or(View::Null, T::view)
    }
    fn is_present(&self) -> bool {
        self.is_some()
    }
    fn type_name() -> String {
        T::type_name()
    }
    const NESTED: Option<fn() -> &'static RecordKind> = T::NESTED;
    const IS_SECRET: bool = T::IS_SECRET;
}

impl<T: FieldValue> FieldValue for Vec<T> {
    fn absent() -> Option<Self> {
        Some(Self::new())
    }
    fn view(&self) -> View<'_> {
        View::List(self.iter().map(T::view).collect())
    }
    fn type_name() -> String {
        format!("[{}]", T::type_name())
    }
    const NESTED: Option<fn() -> &'static RecordKind> = T::NESTED;
    const IS_SECRET: bool = T::IS_SECRET;
}

impl<T: Typed + Default> FieldValue for Arc<T> {
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
    fn view(&self) -> View<'_> {
        View::Record(self)
    }
    fn type_name() -> String {
        T::KIND.name.to_owned()
    }
    const NESTED: Option<fn() -> &'static RecordKind> = Some(|| T::KIND);
}

/// Text that is mostly short: up to 24 bytes stand in the record itself. A list of thousands of records
/// is then read without fetching each text from where it happens to lie.
pub type Text = CompactString;

/// An instant as the API wrote it. Its formats differ from field to field, so the text is kept and
/// read only when asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub String);

impl Moment {
    /// The instant, in the API's notation.
    #[must_use]
    pub fn of(at: chrono::DateTime<chrono::Utc>) -> Self {
        Self(at.format("%Y-%m-%dT%H:%M:%S+00:00").to_string())
    }

    /// The instant meant; a time without a zone is taken as UTC, as the API writes some.
    #[must_use]
    pub fn read(text: &str) -> Option<chrono::DateTime<chrono::Utc>> {
        text.parse::<chrono::DateTime<chrono::Utc>>()
            .or_else(|_| {
                text.parse::<chrono::NaiveDateTime>()
                    .map(|naive| naive.and_utc())
            })
            .ok()
            .and_then(Self::within)
    }

    /// The instant, if its year has four digits as all notations have it. What is reckoned with stays
    /// far from the ends of what can be reckoned with.
    #[must_use]
    pub fn within(at: chrono::DateTime<chrono::Utc>) -> Option<chrono::DateTime<chrono::Utc>> {
        (0..=9_999).contains(&at.year()).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The documents show times with an offset, with Z, and with neither.
    #[test]
    fn times_are_read_with_an_offset_and_without_one() {
        for text in [
            "2025-12-19T10:46:57.296469",
            "2025-12-19T10:46:57.296469Z",
            "2025-12-19T12:46:57.296469+02:00",
        ] {
            let read = Moment::read(text).map(|at| at.timestamp_micros());
            assert_eq!(read, Some(1_766_141_217_296_469), "{text}");
        }
    }
}
