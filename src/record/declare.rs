//! The declaration of a record.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};

/// Declares a record: the struct, its decoding and encoding, and what is known of its type.
///
/// Decoding is written out here rather than derived, because keeping unknown fields by
/// `#[serde(flatten)]` would buffer every field of every record.
#[macro_export]
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident as $shown:literal {
            columns: [$($column:literal),* $(,)?],
            summary: [$($brief:literal),* $(,)?],
            $( $(#[doc = $field_doc:literal])* $(#[name = $wire:literal])? $(#[unit($unit:expr)])? $field:ident : $type:ty, )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $name {
            $( $(#[doc = $field_doc])* pub $field: $type, )*
            /// What the answer held beyond the fields above.
            pub extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $crate::record::Typed for $name {
            const KIND: &'static $crate::record::RecordKind = &$crate::record::RecordKind {
                name: $shown,
                doc: concat!($($doc, "\n"),*),
                fields: &[
                    $( $crate::record::FieldDoc {
                        name: $crate::record!(@wire $field $($wire)?),
                        type_name: <$type as $crate::record::FieldValue>::type_name,
                        nested: <$type as $crate::record::FieldValue>::NESTED,
                        is_secret: <$type as $crate::record::FieldValue>::IS_SECRET,
                        unit: $crate::record!(@unit $($unit)?),
                        doc: concat!($($field_doc),*),
                    }, )*
                ],
                columns: &[$($column),*],
                summary: &[$($brief),*],
                decode: $crate::record::decode::<$name>,
                decode_list: $crate::record::decode_list::<$name>,
            };
        }

        impl $crate::record::Record for $name {
            fn kind(&self) -> &'static $crate::record::RecordKind {
                <Self as $crate::record::Typed>::KIND
            }

            fn get(&self, name: &str) -> Option<$crate::record::View<'_>> {
                match name {
                    $( $crate::record!(@wire $field $($wire)?) => {
                        Some($crate::record::FieldValue::view(&self.$field))
                    } )*
                    other => self.extra.get(other).map($crate::record::View::of_json),
                }
            }

            fn at(&self, place: usize) -> Option<$crate::record::View<'_>> {
                const VIEWS: &[fn(&$name) -> $crate::record::View<'_>] =
                    &[$( |record| $crate::record::FieldValue::view(&record.$field) ),*];
                VIEWS.get(place).map(|view| view(self))
            }

            fn entries(&self) -> Vec<(&str, $crate::record::View<'_>)> {
                let mut entries = Vec::new();
                $( if $crate::record::FieldValue::is_present(&self.$field) {
                    entries.push((
                        $crate::record!(@wire $field $($wire)?),
                        $crate::record::FieldValue::view(&self.$field),
                    ));
                } )*
                entries.extend(
                    self.extra
                        .iter()
                        .map(|(name, value)| (name.as_str(), $crate::record::View::of_json(value))),
                );
                entries
            }

            fn to_json(&self) -> serde_json::Value {
                serde_json::to_value(self).unwrap_or_default()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $( if $crate::record::FieldValue::is_present(&self.$field) {
                    map.serialize_entry($crate::record!(@wire $field $($wire)?), &self.$field)?;
                } )*
                for (name, value) in &self.extra {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'de> serde::de::Visitor<'de> for Fields {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("a ", $shown))
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> Result<$name, A::Error> {
                        $( let mut $field: Option<$type> = None; )*
                        let mut extra = serde_json::Map::new();
                        while let Some(name) = map.next_key::<$crate::record::Name<'de>>()? {
                            match name.as_str() {
                                $( $crate::record!(@wire $field $($wire)?) => {
                                    $field = map.next_value()?;
                                } )*
                                _ => {
                                    extra.insert(name.into_string(), map.next_value()?);
                                }
                            }
                        }
                        Ok($name {
                            $( $field: match $field
                                .or_else(<$type as $crate::record::FieldValue>::absent)
                            {
                                Some(value) => value,
                                None => return Err(serde::de::Error::missing_field(
                                    $crate::record!(@wire $field $($wire)?),
                                )),
                            }, )*
                            extra,
                        })
                    }
                }
                deserializer.deserialize_map(Fields)
            }
        }
    };
    (@wire $field:ident $wire:literal) => { $wire };
    (@wire $field:ident) => { stringify!($field) };
    (@unit $unit:expr) => { $unit };
    (@unit) => { $crate::record::Unit::Plain };
}

/// A field's name while decoding, borrowed from the answer where it can be.
#[derive(Debug)]
pub enum Name<'a> {
    /// Borrowed from the answer.
    Borrowed(&'a str),
    /// Copied, because the answer wrote it with escapes.
    Owned(String),
}

impl Name<'_> {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(name) => name,
            Self::Owned(name) => name,
        }
    }

    /// The name, kept.
    #[must_use]
    pub fn into_string(self) -> String {
        match self {
            Self::Borrowed(name) => name.to_owned(),
            Self::Owned(name) => name,
        }
    }
}

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name::Borrowed(name))
            }

            fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name::Owned(name.to_owned()))
            }

            fn visit_string<E>(self, name: String) -> Result<Name<'de>, E> {
                Ok(Name::Owned(name))
            }
        }
        deserializer.deserialize_str(Names)
    }
}
