//! What a parameter or a body field may be, and the check of a value against it.

use serde_json::{Map, Value};

use super::Refusal;
use super::field::{Field, every_name, way};
use super::missing;
use super::refusal::{near_word, nearest};
use crate::secret;

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number, both ends included.
    Int(i64, i64),
    /// True or false.
    Bool,
    /// One of a few words.
    OneOf(&'static [&'static str]),
    /// The id of a resource, or the resource itself.
    Id(&'static str),
    /// A list.
    List(&'static Kind),
    /// One value, or a list of them.
    OneOrMany(&'static Kind),
    /// A map with these fields.
    Object(&'static [Field]),
    /// Any JSON: what no declared operation takes.
    Any,
}

impl Kind {
    /// The kind as help names it.
    #[must_use]
    pub fn type_name(&self) -> String {
        match self {
            Self::Text => "string".to_owned(),
            Self::Int(..) => "int".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::OneOf(words) => words
                .iter()
                .map(|word| format!("{word:?}"))
                .collect::<Vec<_>>()
                .join(" | "),
            Self::Id(resource) => (*resource).to_owned(),
            Self::List(item) => format!("[{}]", item.type_name()),
            Self::OneOrMany(item) => format!("{0} | [{0}]", item.type_name()),
            Self::Object(_) => "map".to_owned(),
            Self::Any => "any".to_owned(),
        }
    }

    /// The value as the API wants it, or why it cannot be.
    pub(super) fn check(&self, value: &Value, at: &At<'_>) -> Result<Value, Refusal> {
        match (self, value) {
            (Self::Text, Value::String(_)) | (Self::Bool, Value::Bool(_)) | (Self::Any, _) => {
                Ok(value.clone())
            }
            (Self::Int(low, high), Value::Number(number)) => match number.as_i64() {
                Some(whole) if (*low..=*high).contains(&whole) => Ok(value.clone()),
                _ => Err(at.refuse(
                    format!("must be a whole number from {low} to {high}, not {number}"),
                    None,
                )),
            },
            (Self::OneOf(words), Value::String(text)) => {
                if words.contains(&text.as_str()) {
                    return Ok(value.clone());
                }
                let hint = near_word(text, words).map(|word| format!("did you mean {word:?}?"));
                let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
                Err(at.refuse(
                    format!("must be {}, not {text:?}", words.join(" or ")),
                    hint,
                ))
            }
            (Self::Id(_), Value::String(text)) => check_id(text, at).map(|()| value.clone()),
            (Self::Id(_), Value::Number(number)) if number.is_i64() => Ok(value.clone()),
            (Self::List(item) | Self::OneOrMany(item), Value::Array(values)) => values
                .iter()
                .enumerate()
                .map(|(index, value)| item.check(value, &at.item(index)))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::Array),
            (Self::OneOrMany(item), _) => item.check(value, at),
            (Self::Object(fields), Value::Object(map)) => check_object(fields, map, at),
            _ => Err(at.refuse(
                format!(
                    "must be {}, not {}",
                    article(&self.type_name()),
                    describe(value)
                ),
                None,
            )),
        }
    }
}

/// Ids travel in paths, where `.` and `..` would name another operation.
fn check_id(text: &str, at: &At<'_>) -> Result<(), Refusal> {
    let problem = if text.is_empty() {
        "is empty"
    } else if text == "." || text == ".." {
        "is a step in a path, not an id"
    } else if text.chars().any(char::is_control) {
        "holds control characters"
    } else if text.len() > 256 {
        "is longer than any id (256 bytes)"
    } else {
        return Ok(());
    };
    let shown = start(text);
    Err(at.refuse(
        format!("must be an id, and {shown:?} {problem}"),
        Some("give the resource itself, or its `id`".to_owned()),
    ))
}

/// Checks a map against the fields declared. A field may also be written flat: where its name
/// occurs once among the nested maps, it is put there.
fn check_object(
    fields: &'static [Field],
    map: &Map<String, Value>,
    at: &At<'_>,
) -> Result<Value, Refusal> {
    let given = placed(fields, map, at)?;
    missing::refuse(&missing::of_map(fields, &given, at), at.operation)?;
    let mut checked = Map::new();
    for field in fields {
        match given.get(field.name) {
            // An absent value and unit mean the same to scripts: the field is left out.
            Some(Value::Null) | None => {}
            Some(value) => {
                let value = field.kind.check(value, &at.item_named(field.name))?;
                checked.insert(field.name.to_owned(), value);
            }
        }
    }
    Ok(Value::Object(checked))
}

/// The members of a map where they belong, at any depth; one that belongs nowhere is refused.
fn placed(
    fields: &'static [Field],
    map: &Map<String, Value>,
    at: &At<'_>,
) -> Result<Map<String, Value>, Refusal> {
    let mut given = Map::new();
    for (name, value) in map {
        if fields.iter().any(|field| field.name == name) {
            merge(&mut given, name, value.clone(), at)?;
            continue;
        }
        let Some(path) = way(fields, name) else {
            return Err(at.item_named(name).unknown(name, fields));
        };
        let mut nested = value.clone();
        for step in path.iter().skip(1).rev() {
            nested = Value::Object(Map::from_iter([((*step).to_owned(), nested)]));
        }
        merge(&mut given, path[0], nested, at)?;
    }
    for field in fields {
        if let (Kind::Object(inner), Some(Value::Object(map))) =
            (field.kind, given.get_mut(field.name))
        {
            *map = placed(inner, map, &at.item_named(field.name))?;
        }
    }
    Ok(given)
}

/// Puts a value under a name, joining maps; the same field given twice is refused.
fn merge(
    into: &mut Map<String, Value>,
    name: &str,
    value: Value,
    at: &At<'_>,
) -> Result<(), Refusal> {
    match (into.get_mut(name), value) {
        (None, value) => {
            into.insert(name.to_owned(), value);
            Ok(())
        }
        (Some(Value::Object(old)), Value::Object(new)) => {
            let at = at.item_named(name);
            new.into_iter()
                .try_for_each(|(name, value)| merge(old, &name, value, &at))
        }
        _ => Err(at.item_named(name).refuse(
            "is given twice, flat and nested".to_owned(),
            Some("keep one of the two".to_owned()),
        )),
    }
}

/// Where in a call's arguments a check is.
pub(super) struct At<'a> {
    pub(super) operation: &'static str,
    pub(super) path: std::borrow::Cow<'a, str>,
}

impl At<'_> {
    fn item(&self, index: usize) -> At<'static> {
        At {
            operation: self.operation,
            path: format!("{}[{index}]", self.path).into(),
        }
    }

    pub(super) fn item_named(&self, name: &str) -> At<'static> {
        // The body is what scripts write as the map itself: naming it would only confuse.
        let path = if self.path == "body" {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        };
        At {
            operation: self.operation,
            path: path.into(),
        }
    }

    pub(super) fn refuse(&self, problem: impl std::fmt::Display, hint: Option<String>) -> Refusal {
        Refusal {
            operation: self.operation,
            argument: self.path.to_string(),
            message: format!("{}: `{}` {problem}", self.operation, self.path),
            hint,
        }
    }

    fn unknown(&self, name: &str, fields: &'static [Field]) -> Refusal {
        let names = every_name(fields);
        let hint = nearest(name, names.iter().copied()).map_or_else(
            || format!("it takes {}", names.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        self.refuse("is not a field of this operation".to_owned(), Some(hint))
    }
}

/// The beginning of a text. Secrets are blotted out before it is cut: half a secret is one.
fn start(text: &str) -> String {
    secret::redact(text).chars().take(40).collect()
}

/// A value in words, short enough for a message.
fn describe(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(_) | Value::Number(_) => format!("{value}"),
        Value::String(text) => {
            format!("the string {:?}", start(text))
        }
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a map".to_owned(),
    }
}

fn article(name: &str) -> String {
    match name.chars().next() {
        Some('[') => format!("a list of {}", name.trim_matches(['[', ']'])),
        Some('"') => name.replace(" | ", " or "),
        Some('a' | 'e' | 'i' | 'o' | 'u' | 'A' | 'E' | 'I' | 'O') => format!("an {name}"),
        _ => format!("a {name}"),
    }
}
