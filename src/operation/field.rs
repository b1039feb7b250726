//! The fields of a body, which may be nested and written flat.

use super::Kind;

/// One field of a body.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in the API.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// Whether a body without it is refused.
    pub required: bool,
    /// One line about it.
    pub doc: &'static str,
}

impl Field {
    /// A field every body must have.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self {
            name,
            kind,
            required: true,
            doc,
        }
    }

    /// A field a body may have.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self {
            name,
            kind,
            required: false,
            doc,
        }
    }
}

/// The way to the field of this name: its own, or the one nested field of this name; none when there
/// is none or more than one.
#[must_use]
pub fn way(fields: &'static [Field], name: &str) -> Option<Vec<&'static str>> {
    if let Some(field) = fields.iter().find(|field| field.name == name) {
        return Some(vec![field.name]);
    }
    let mut found = Vec::new();
    nested(fields, name, &mut Vec::new(), &mut found);
    if found.len() == 1 { found.pop() } else { None }
}

fn nested(
    fields: &'static [Field],
    name: &str,
    way: &mut Vec<&'static str>,
    found: &mut Vec<Vec<&'static str>>,
) {
    for field in fields {
        let Kind::Object(inner) = field.kind else {
            continue;
        };
        way.push(field.name);
        if let Some(own) = inner.iter().find(|own| own.name == name) {
            let mut path = way.clone();
            path.push(own.name);
            found.push(path);
        }
        nested(inner, name, way, found);
        way.pop();
    }
}

/// The field that a way leads to.
#[must_use]
pub fn field_at(fields: &'static [Field], way: &[&str]) -> Option<&'static Field> {
    let (first, rest) = way.split_first()?;
    let field = fields.iter().find(|field| field.name == *first)?;
    match field.kind {
        Kind::Object(inner) if !rest.is_empty() => field_at(inner, rest),
        _ => Some(field),
    }
}

/// Every name a map with these fields accepts, flat or nested.
#[must_use]
pub fn every_name(fields: &'static [Field]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for field in fields {
        names.push(field.name);
        if let Kind::Object(inner) = field.kind {
            names.extend(every_name(inner));
        }
    }
    names
}
