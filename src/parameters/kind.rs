//! What the value of a parameter may be.

use std::fmt;
use std::num::IntErrorKind;

use chrono::{NaiveDate, SecondsFormat, Utc};
use serde_json::{Number, Value};

use super::span::minutes_meant;
use crate::operation::nearest;
use crate::record::Moment;

/// What the value of a parameter may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number of 64 bits.
    Int,
    /// A number.
    Float,
    /// True or false.
    Bool,
    /// A length of time such as `1h 30m`. The value stays the text given.
    Duration,
    /// An instant. The value is the text in RFC 3339, in UTC; a time given without a zone is UTC.
    Instant,
    /// A list of texts; on the command line separated by commas.
    List,
    /// One of these texts.
    Choice(Vec<String>),
}

impl Kind {
    /// The names of the types as a header writes them.
    pub const NAMES: [&'static str; 8] = [
        "string", "int", "float", "bool", "duration", "instant", "list", "choice",
    ];

    /// The type of this name; choices have their words beside it and are not found here.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::Text,
            "int" => Self::Int,
            "float" => Self::Float,
            "bool" => Self::Bool,
            "duration" => Self::Duration,
            "instant" => Self::Instant,
            "list" => Self::List,
            _ => return None,
        })
    }

    /// The word that stands for a value in help.
    #[must_use]
    pub fn placeholder(&self) -> String {
        match self {
            Self::Text => "STRING".to_owned(),
            Self::Int => "N".to_owned(),
            Self::Float => "NUMBER".to_owned(),
            Self::Bool => "true|false".to_owned(),
            Self::Duration => "DURATION".to_owned(),
            Self::Instant => "INSTANT".to_owned(),
            Self::List => "A,B,…".to_owned(),
            Self::Choice(words) => words.join("|"),
        }
    }

    /// What a value must be, after "must be".
    #[must_use]
    pub fn wanted(&self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Int => "a whole number".to_owned(),
            Self::Float => "a number".to_owned(),
            Self::Bool => "true or false".to_owned(),
            Self::Duration => "a duration such as 90s, 15m or 1h30m".to_owned(),
            Self::Instant => "an instant such as 2026-01-15T08:00:00Z".to_owned(),
            Self::List => "a list of texts".to_owned(),
            Self::Choice(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
                match words.as_slice() {
                    [only] => only.clone(),
                    words => format!("one of {}", words.join(", ")),
                }
            }
        }
    }

    /// The value a text on the command line means; the error is what it must be instead.
    pub fn of_text(&self, text: &str) -> Result<Value, String> {
        match self {
            Self::Text => Ok(text.into()),
            Self::Int => match text.trim().parse::<i64>() {
                Ok(whole) => Ok(whole.into()),
                Err(error) => Err(match error.kind() {
                    IntErrorKind::PosOverflow => format!("at most {}", i64::MAX),
                    IntErrorKind::NegOverflow => format!("at least {}", i64::MIN),
                    _ => self.wanted(),
                }),
            },
            Self::Float => text
                .trim()
                .parse::<f64>()
                .ok()
                .and_then(Number::from_f64)
                .map(Value::Number)
                .ok_or_else(|| self.wanted()),
            Self::Bool => match text.trim() {
                "true" => Ok(true.into()),
                "false" => Ok(false.into()),
                _ => Err(self.wanted()),
            },
            Self::Duration => match humantime::parse_duration(text.trim()) {
                Ok(_) if let Some(minutes) = minutes_meant(text.trim()) => {
                    Err(format!("{}; did you mean {minutes:?}?", self.wanted()))
                }
                Ok(_) => Ok(text.trim().into()),
                Err(_) => Err(self.wanted()),
            },
            Self::Instant => instant(text.trim())
                .map(Value::String)
                .ok_or_else(|| self.wanted()),
            Self::List if text.trim().is_empty() => Ok(Value::Array(Vec::new())),
            Self::List => {
                let items: Vec<&str> = text.split(',').map(str::trim).collect();
                if items.iter().any(|item| item.is_empty()) {
                    return Err("a list without empty items, separated by commas".to_owned());
                }
                Ok(items.into())
            }
            Self::Choice(words) if words.iter().any(|word| word == text) => Ok(text.into()),
            Self::Choice(words) => Err(match nearest(text, words.iter().map(String::as_str)) {
                Some(near) => format!("{}; did you mean {near:?}?", self.wanted()),
                None => self.wanted(),
            }),
        }
    }

    /// The value a typed value means, as a default or a jobs file gives it; the error is what it
    /// must be instead.
    pub fn of_value(&self, value: &Value) -> Result<Value, String> {
        match (self, value) {
            (Self::Int, Value::Number(number)) if number.is_i64() => Ok(value.clone()),
            (Self::Float, Value::Number(number)) => number
                .as_f64()
                .and_then(Number::from_f64)
                .map(Value::Number)
                .ok_or_else(|| self.wanted()),
            (Self::Bool, Value::Bool(_)) => Ok(value.clone()),
            (Self::List, Value::Array(items)) if items.iter().all(Value::is_string) => {
                Ok(value.clone())
            }
            (
                Self::Text | Self::Duration | Self::Instant | Self::List | Self::Choice(_),
                Value::String(text),
            ) => self.of_text(text),
            _ => Err(self.wanted()),
        }
    }
}

/// The type as a header writes it.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "string",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Duration => "duration",
            Self::Instant => "instant",
            Self::List => "list",
            Self::Choice(words) => {
                let words: Vec<String> = words
                    .iter()
                    .map(|word| Value::from(word.as_str()).to_string())
                    .collect();
                return write!(f, "choice({})", words.join(", "));
            }
        })
    }
}

/// The instant in RFC 3339 and UTC; a date alone is its midnight.
fn instant(text: &str) -> Option<String> {
    let at = Moment::read(text).or_else(|| {
        let date: NaiveDate = text.parse().ok()?;
        Moment::within(date.and_hms_opt(0, 0, 0)?.and_utc())
    })?;
    Some(
        at.with_timezone(&Utc)
            .to_rfc3339_opts(SecondsFormat::AutoSi, true),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_become_values_of_their_type() {
        let cases = [
            (Kind::Text, " as it is ", json!(" as it is ")),
            (Kind::Int, "-9223372036854775808", json!(i64::MIN)),
            (Kind::Float, "2", json!(2.0)),
            (Kind::Bool, "false", json!(false)),
            (Kind::Duration, "1h 30m", json!("1h 30m")),
            (
                Kind::Instant,
                "2026-01-15T10:00:00+02:00",
                json!("2026-01-15T08:00:00Z"),
            ),
            (
                Kind::Instant,
                "2026-01-15T10:00:00",
                json!("2026-01-15T10:00:00Z"),
            ),
            (Kind::Instant, "2026-01-15", json!("2026-01-15T00:00:00Z")),
            (Kind::List, "a, b,c", json!(["a", "b", "c"])),
            (Kind::List, "", json!([])),
            (
                Kind::Choice(vec!["on".into(), "off".into()]),
                "off",
                json!("off"),
            ),
        ];
        for (kind, text, value) in cases {
            assert_eq!(kind.of_text(text), Ok(value), "{kind} of {text:?}");
        }
    }

    #[test]
    fn what_is_not_of_the_type_is_refused() {
        let cases = [
            (
                Kind::Int,
                "9223372036854775808",
                "at most 9223372036854775807",
            ),
            (Kind::Int, "1.0", "a whole number"),
            (Kind::Float, "inf", "a number"),
            (Kind::Float, "NaN", "a number"),
            (Kind::Bool, "yes", "true or false"),
            (Kind::Duration, "soon", "a duration"),
            (Kind::Duration, "99999999999999999999y", "a duration"),
            (Kind::Instant, "2026-02-30", "an instant"),
            (Kind::Instant, "+262142-12-31", "an instant"),
            (Kind::List, "a,,b", "without empty items"),
            (
                Kind::Choice(vec!["rolling".into(), "all".into()]),
                "roling",
                "did you mean \"rolling\"?",
            ),
        ];
        for (kind, text, wanted) in cases {
            let error = kind.of_text(text).unwrap_err();
            assert!(error.contains(wanted), "{kind} of {text:?}: {error}");
        }
    }

    #[test]
    fn typed_values_are_not_guessed_at() {
        assert!(Kind::Text.of_value(&json!(5)).is_err());
        assert!(Kind::Int.of_value(&json!("5")).is_err());
        assert!(Kind::Int.of_value(&json!(u64::MAX)).is_err());
        assert!(Kind::Bool.of_value(&json!("true")).is_err());
        assert!(Kind::List.of_value(&json!(["a", 1])).is_err());
        assert_eq!(Kind::Float.of_value(&json!(2)), Ok(json!(2.0)));
    }

    proptest::proptest! {
        #[test]
        fn a_value_read_is_a_value_of_its_type(text in ".*") {
            for name in Kind::NAMES {
                let Some(kind) = Kind::named(name) else { continue };
                if let Ok(value) = kind.of_text(&text) {
                    proptest::prop_assert_eq!(kind.of_value(&value), Ok(value));
                }
            }
        }
    }
}
