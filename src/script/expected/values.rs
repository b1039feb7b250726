//! What the values of parameters and fields are expected to be.

use super::super::brackets::Open;
use super::super::subject::words_of;
use super::{By, Expected, Key, Wanted};
use crate::operation::{Field, Kind, every_name, field_at, way};
use crate::record::RecordKind;
use crate::session::of_record;

/// The kinds of records that the fields of other things name, without saying so in their types.
const NAMING: &[(&str, &str)] = &[
    ("location", "Location"),
    ("pod_location", "Location"),
    ("hardware_sku", "Hardware"),
    ("sku", "Hardware"),
];

/// What is expected of a value of this kind under this name, so far into it.
pub fn within(kind: &Kind, name: &str, inner: &[Open]) -> Option<Expected> {
    let Some((open, rest)) = inner.split_first() else {
        return match kind {
            Kind::OneOf(words) => Some(Expected::Words(words.to_vec())),
            Kind::Id(record) => Some(wanted(record, By::Id)),
            Kind::OneOrMany(item) => within(item, name, inner),
            Kind::Text => naming(name),
            _ => None,
        };
    };
    match (kind, open.bracket) {
        (Kind::List(item) | Kind::OneOrMany(item), '[') => within(item, name, rest),
        (Kind::OneOrMany(item), _) => within(item, name, inner),
        (Kind::Object(fields), '#') => match open.key() {
            Some(key) => {
                let field = field_at(fields, &way(fields, key)?)?;
                within(&field.kind, field.name, rest)
            }
            None if rest.is_empty() => Some(Expected::Keys(keys(fields, &open.keys))),
            None => None,
        },
        _ => None,
    }
}

/// The keys that a map with these fields may have and has not.
fn keys(fields: &'static [Field], given: &[String]) -> Vec<Key> {
    let mut found: Vec<Key> = Vec::new();
    for name in every_name(fields) {
        let Some(path) = way(fields, name) else {
            continue;
        };
        let is_given = |name: &str| given.iter().any(|it| it == name);
        // What is given whole has its own keys inside.
        if path.iter().any(|step| is_given(step)) || found.iter().any(|it| it.name == name) {
            continue;
        }
        if let Some(field) = field_at(fields, &path) {
            found.push(Key {
                name: name.to_owned(),
                doc: field.doc,
                required: field.required && path.len() == 1,
            });
        }
    }
    found
}

/// What the value of a field of a record is expected to be.
pub fn of_field(record: &'static RecordKind, field: &str) -> Option<Expected> {
    if let Some(words) = words_of(record.name, field) {
        return Some(Expected::Words(words.to_vec()));
    }
    if let Some(own) = of_record(record.name) {
        if own.name == field {
            return Some(wanted(record.name, By::Name));
        }
        if own.id == field {
            return Some(wanted(record.name, By::Id));
        }
    }
    naming(field)
}

/// What a field of this name holds the names of.
fn naming(field: &str) -> Option<Expected> {
    let record = NAMING.iter().find(|(name, _)| *name == field);
    record.map(|(_, record)| wanted(record, By::Id))
}

const fn wanted(record: &'static str, by: By) -> Expected {
    Expected::Resource(Wanted {
        record,
        by,
        of: None,
    })
}
