//! What is known of a value without running anything: as much as is certain, and nothing else.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use rhai::Dynamic;

use super::super::arguments::stands_for;
use super::super::handle;
use crate::operation::Answer;
use crate::parameters::Kind;
use crate::record::RecordKind;

/// The records by the names of their types.
static KINDS: LazyLock<HashMap<&'static str, &'static RecordKind>> = LazyLock::new(|| {
    handle::kinds()
        .into_iter()
        .map(|kind| (kind.name, kind))
        .collect()
});

/// The most items of a list that are looked at to tell whether they are alike.
const MOST_ITEMS: usize = 10_000;

/// What a value is known to be.
#[derive(Clone, Debug)]
pub enum Type {
    /// It may be anything.
    Unknown,
    /// `()`.
    Unit,
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A number with a fraction.
    Float,
    /// One character.
    Char,
    /// Text.
    Text,
    /// A map.
    Map,
    /// A map of which all keys are known.
    Keys(Arc<[String]>),
    /// Something that can be called.
    Function,
    /// The arguments of the script.
    Args,
    /// The script's own run.
    Run,
    /// A point in time.
    Instant,
    /// A length of time.
    Duration,
    /// Text that is not shown.
    Secret,
    /// A resource, or a part of one.
    Record(&'static RecordKind),
    /// A list of values that are all of one type.
    List(Box<Type>),
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Record(a), Self::Record(b)) => a.name == b.name,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Keys(a), Self::Keys(b)) => a == b,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl Type {
    /// A list of values of this type.
    #[must_use]
    pub fn list(item: Self) -> Self {
        Self::List(Box::new(item))
    }

    /// A map of the keys between its brackets.
    fn keys(text: &str) -> Self {
        let inner = text.trim_start_matches("#{").trim_end_matches('}');
        Self::Keys(inner.split(',').map(|key| key.trim().to_owned()).collect())
    }

    /// The type of this name, as signatures and the fields of records write it.
    #[must_use]
    pub fn named(text: &str) -> Self {
        let text = text.trim();
        let inner = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        if let Some(inner) = inner {
            return Self::list(Self::named(inner));
        }
        match text {
            "()" => Self::Unit,
            "bool" => Self::Bool,
            "int" => Self::Int,
            "float" => Self::Float,
            "string" | "text" => Self::Text,
            "list" => Self::list(Self::Unknown),
            "Instant" => Self::Instant,
            "Duration" => Self::Duration,
            "secret" | "Secret" => Self::Secret,
            _ if text.starts_with("map") => Self::Map,
            _ if text.starts_with("#{") => Self::keys(text),
            name => KINDS
                .get(name)
                .map_or(Self::Unknown, |kind| Self::Record(kind)),
        }
    }

    /// What an operation answers with.
    #[must_use]
    pub fn of_answer(answer: Answer) -> Self {
        match answer {
            Answer::Nothing => Self::Unit,
            Answer::One(kind) => Self::Record(kind),
            Answer::Many(kind) => Self::list(Self::Record(kind)),
        }
    }

    /// The type of a field of a record; nothing if there is no such field.
    #[must_use]
    pub fn of_field(kind: &'static RecordKind, name: &str) -> Option<Self> {
        let own = kind.fields.iter().find(|field| field.name == name);
        let field = own.or_else(|| {
            let nested = kind.fields.iter().find(|field| field.name == "fields")?;
            (nested.nested?)()
                .fields
                .iter()
                .find(|field| field.name == name)
        })?;
        // Where the API sends JSON of its own, and in instants it may leave out, all may be found.
        Some(match (field.type_name)().as_str() {
            "map" | "instant" => Self::Unknown,
            "[map]" => Self::list(Self::Unknown),
            name => Self::named(name),
        })
    }

    /// Whether something is known.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    /// The items of a list; anything for what is none.
    #[must_use]
    pub fn item(&self) -> Self {
        match self {
            Self::List(item) => (**item).clone(),
            _ => Self::Unknown,
        }
    }

    /// What a value is that may be either.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        if self == *other { self } else { Self::Unknown }
    }

    /// What a value is, as far as it cannot become something else unseen.
    #[must_use]
    pub fn of(value: &Dynamic) -> Self {
        if value.is_shared() {
            return Self::Unknown;
        }
        if let Ok(list) = value.as_array_ref() {
            let Some(one) = list.first() else {
                return Self::list(Self::Unknown);
            };
            let first = Self::of(one);
            // Whatever is no list has the type that it is held as.
            let is_same =
                |it: &Dynamic| !it.is_shared() && !it.is_array() && it.type_id() == one.type_id();
            let mut items = list.iter();
            let is_alike =
                list.len() <= MOST_ITEMS && items.all(|it| is_same(it) || Self::of(it) == first);
            return Self::list(if is_alike { first } else { Self::Unknown });
        }
        match handle::described(value).as_str() {
            "()" => Self::Unit,
            "char" => Self::Char,
            "Map" | "map" => Self::Map,
            "Fn" | "FnPtr" => Self::Function,
            "Args" => Self::Args,
            "Run" => Self::Run,
            "string" | "ImmutableString" => Self::Text,
            name => Self::named(name),
        }
    }

    /// What the value of a parameter is.
    #[must_use]
    pub fn of_parameter(kind: &Kind) -> Self {
        match kind {
            Kind::Text | Kind::Choice(_) => Self::Text,
            Kind::Int => Self::Int,
            Kind::Float => Self::Float,
            Kind::Bool => Self::Bool,
            Kind::Duration => Self::Duration,
            Kind::Instant => Self::Instant,
            Kind::List => Self::list(Self::Text),
        }
    }

    /// Its name, as signatures write it; nothing of what may be anything.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        Some(match self {
            Self::Unknown => return None,
            Self::Unit => "()".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Int => "int".to_owned(),
            Self::Float => "float".to_owned(),
            Self::Char => "character".to_owned(),
            Self::Text => "string".to_owned(),
            Self::Map | Self::Keys(_) => "map".to_owned(),
            Self::Function => "function".to_owned(),
            Self::Args => "Args".to_owned(),
            Self::Run => "Run".to_owned(),
            Self::Instant => "Instant".to_owned(),
            Self::Duration => "Duration".to_owned(),
            Self::Secret => "Secret".to_owned(),
            Self::Record(kind) => kind.name.to_owned(),
            Self::List(item) => item
                .name()
                .map_or_else(|| "list".to_owned(), |item| format!("[{item}]")),
        })
    }

    /// Its name after an article, for messages.
    #[must_use]
    pub fn described(&self) -> &'static str {
        match self {
            Self::Unknown => "a value",
            Self::Unit => "()",
            Self::Bool => "a bool",
            Self::Int => "an int",
            Self::Float => "a float",
            Self::Char => "a character",
            Self::Text => "a text",
            Self::Map | Self::Keys(_) => "a map",
            Self::Function => "a function",
            Self::Args => "`args`",
            Self::Run => "`run`",
            Self::Instant => "an instant",
            Self::Duration => "a duration",
            Self::Secret => "a secret",
            Self::Record(kind) => kind.name,
            Self::List(_) => "a list",
        }
    }

    /// Whether the value may be less than the other one, or more; some have no order.
    #[must_use]
    pub fn may_be_less_than(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown | Self::Unit, _) | (_, Self::Unknown | Self::Unit) => true,
            (Self::Int | Self::Float, it) => matches!(it, Self::Int | Self::Float),
            (Self::Char, it) => matches!(it, Self::Char | Self::Text),
            (Self::Text, it) => {
                matches!(it, Self::Text | Self::Char | Self::Duration | Self::Instant)
            }
            (Self::Bool, it) => *it == Self::Bool,
            (one @ (Self::Duration | Self::Instant), it) => it == one || *it == Self::Text,
            _ => false,
        }
    }

    /// Whether the value may be equal to the other one.
    #[must_use]
    pub fn may_equal(&self, other: &Self) -> bool {
        let is_number = |it: &Self| matches!(it, Self::Int | Self::Float);
        let is_plain =
            |it: &Self| is_number(it) || matches!(it, Self::Bool | Self::Text | Self::Char);
        match (self, other) {
            (a, b) if a == b || (is_number(a) && is_number(b)) => true,
            (Self::Text | Self::Char, Self::Text | Self::Char)
            | (Self::Text, Self::Instant | Self::Duration)
            | (Self::Instant | Self::Duration, Self::Text) => true,
            (
                Self::Record(_) | Self::List(_) | Self::Secret | Self::Instant | Self::Duration,
                it,
            )
            | (
                it,
                Self::Record(_) | Self::List(_) | Self::Secret | Self::Instant | Self::Duration,
            ) => !is_plain(it),
            (a, b) => !(is_plain(a) && is_plain(b)),
        }
    }

    /// Whether the value may be what a signature of the language calls by this word.
    #[must_use]
    pub fn fits(&self, word: &str) -> bool {
        match self {
            Self::Unknown => true,
            _ if word == "any" => true,
            Self::Int => word == "int",
            Self::Unit => word == "()",
            Self::Bool => word == "bool",
            Self::Float => word == "float",
            Self::Char => word == "char",
            // A function may be named.
            Self::Text => matches!(word, "text" | "string" | "function"),
            Self::Map | Self::Keys(_) => word == "map",
            Self::Function => word == "function",
            Self::Instant => word == "Instant",
            Self::Duration => word == "Duration",
            Self::Secret => word == "Secret",
            Self::List(_) => word == "list",
            Self::Record(kind) => kind.name == word || stands_for(kind.name) == word,
            Self::Args | Self::Run => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_read_flat_and_are_typed() {
        let Type::Record(cloud) = Type::named("Cloud") else {
            panic!("there are clouds");
        };
        assert_eq!(Type::of_field(cloud, "label"), Some(Type::Text));
        assert_eq!(Type::of_field(cloud, "pod_location"), Some(Type::Text));
        assert_eq!(Type::of_field(cloud, "lable"), None);
        let Type::Record(stats) = Type::named("CloudStats") else {
            panic!("there are stats");
        };
        let nodes = Type::of_field(stats, "nodes").unwrap();
        assert_eq!(nodes, Type::named("[Node]"));
        assert_eq!(nodes.item(), Type::named("Node"));
    }
}
