//! Spans of time as rules write them: `"90s"`, two of them for bounds, one with a sign for a clock.

use std::fmt;

use chrono::TimeDelta;
use fastrand::Rng;
use serde::{Deserialize, Serialize, Serializer};

/// The longest span a rule may name, in days.
const LONGEST: i64 = 365;

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Span(pub TimeDelta);

/// How far a clock is off: a span with a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Skew(pub TimeDelta);

/// A span, or the bounds of one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "Written", untagged)]
pub enum Wait {
    /// Always this long.
    Fixed(Span),
    /// Drawn from these bounds.
    Within(Span, Span),
}

/// A wait as it is written.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a wait is a duration like \"2s\", or two of them: [\"1s\", \"5s\"]"
)]
enum Written {
    Fixed(String),
    Within(String, String),
}

impl TryFrom<Written> for Wait {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        Ok(match written {
            Written::Fixed(span) => Self::Fixed(span.try_into()?),
            Written::Within(least, most) => Self::Within(least.try_into()?, most.try_into()?),
        })
    }
}

impl Wait {
    /// How long to wait.
    pub fn drawn(&self, rng: &mut Rng) -> TimeDelta {
        match self {
            Self::Fixed(span) => span.0,
            Self::Within(least, most) => {
                let bounds = least.0.num_milliseconds()..=most.0.num_milliseconds();
                TimeDelta::milliseconds(rng.i64(bounds))
            }
        }
    }

    /// Whether its bounds are in order.
    pub fn is_ordered(&self) -> bool {
        match self {
            Self::Fixed(_) => true,
            Self::Within(least, most) => least.0 <= most.0,
        }
    }
}

fn parse(text: &str) -> Result<TimeDelta, String> {
    let span = humantime::parse_duration(text.trim()).map_err(|error| {
        format!("{text:?} is not a duration ({error}): write it like \"90s\" or \"45m\"")
    })?;
    match TimeDelta::from_std(span) {
        Ok(span) if span <= TimeDelta::days(LONGEST) => Ok(span),
        _ => Err(format!("{text:?} is longer than {LONGEST} days")),
    }
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        parse(&text).map(Self)
    }
}

impl TryFrom<String> for Skew {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.trim().strip_prefix('-') {
            Some(rest) => parse(rest).map(|span| Self(-span)),
            None => parse(text.trim().trim_start_matches('+')).map(Self),
        }
    }
}

fn write(f: &mut fmt::Formatter<'_>, span: TimeDelta) -> fmt::Result {
    let sign = if span < TimeDelta::zero() { "-" } else { "" };
    let span = span.abs().to_std().unwrap_or_default();
    write!(f, "{sign}{}", humantime::format_duration(span))
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self.0)
    }
}

impl fmt::Display for Skew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self.0)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Skew {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_they_are_read() {
        for text in ["90ms", "1m 30s", "10m"] {
            assert_eq!(Span::try_from(text.to_owned()).unwrap().to_string(), text);
        }
        for (text, shown) in [("-5m", "-5m"), ("+5m", "5m"), ("5m", "5m")] {
            assert_eq!(Skew::try_from(text.to_owned()).unwrap().to_string(), shown);
        }
        for text in ["", "5", "-5m", "5 parsecs", "900y", "99999999999999999999s"] {
            assert!(Span::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_wait_within_bounds_is_drawn_from_them() {
        let wait: Wait = serde_json::from_str(r#"["1s", "2s"]"#).unwrap();
        let mut rng = Rng::with_seed(1);
        for _ in 0..100 {
            let drawn = wait.drawn(&mut rng);
            assert!((1_000..=2_000).contains(&drawn.num_milliseconds()));
        }
        assert!(wait.is_ordered());
    }
}
