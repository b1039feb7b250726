//! What lists are sorted, grouped and matched by.

use std::borrow::Cow;

use chrono::DateTime;
use rhai::Dynamic;

use super::local::Local;
use super::moment::{Instant, Span};
use super::value;
use crate::record::View;

/// A value to sort or group by. Nothing comes first, then truth, numbers, durations, instants, text.
#[derive(Clone, Debug)]
pub enum Key<'a> {
    /// Nothing.
    Nothing,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Number(f64),
    /// A duration.
    Span(Span),
    /// An instant.
    Instant(Instant),
    /// An instant as the clocks of a place show it.
    Local(Box<Local>),
    /// Text, and what else there is as its text.
    Text(Cow<'a, str>),
}

impl<'a> Key<'a> {
    /// The key in a field; none where only the script's value of it tells.
    pub fn of_view(view: &View<'a>) -> Option<Self> {
        Some(match view {
            View::Null => Self::Nothing,
            View::Bool(flag) => Self::Bool(*flag),
            View::Int(whole) => Self::Whole(*whole),
            View::Float(float) => Self::number(*float),
            View::Text(text) => Self::Text(Cow::Borrowed(text)),
            _ => return None,
        })
    }

    /// The key that a script's value is.
    pub fn of(value: &Dynamic) -> Self {
        if value.is_unit() {
            Self::Nothing
        } else if let Ok(flag) = value.as_bool() {
            Self::Bool(flag)
        } else if let Ok(whole) = value.as_int() {
            Self::Whole(whole)
        } else if let Ok(float) = value.as_float() {
            Self::number(float)
        } else if let Some(span) = value.read_lock::<Span>() {
            Self::Span(*span)
        } else if let Some(at) = value.read_lock::<Instant>() {
            Self::Instant(*at)
        } else if let Some(local) = value.read_lock::<Local>() {
            Self::Local(Box::new(local.clone()))
        } else {
            Self::Text(value::brief(value).into())
        }
    }

    /// Nothing below zero is zero all the same.
    const fn number(float: f64) -> Self {
        Self::Number(float + 0.0)
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Bool(_) => 1,
            Self::Whole(_) | Self::Number(_) => 2,
            Self::Span(_) => 3,
            Self::Instant(_) | Self::Local(_) => 4,
            Self::Text(_) => 5,
        }
    }

    /// Whether this is what was asked for. Instants and durations are found by what means them too.
    pub fn is_like(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Text(text), Self::Text(wanted)) => text == wanted,
            (Self::Text(text), Self::Span(span)) | (Self::Span(span), Self::Text(text)) => {
                span.is_meant_by(text)
            }
            (Self::Text(text), Self::Instant(at)) | (Self::Instant(at), Self::Text(text)) => {
                at.is_meant_by(text)
            }
            (Self::Text(text), Self::Local(local)) | (Self::Local(local), Self::Text(text)) => {
                local.instant().is_meant_by(text)
            }
            _ => self.rank() == wanted.rank() && self.rung() == wanted.rung(),
        }
    }

    /// The key as the name of a group.
    pub fn as_text(&self) -> Cow<'_, str> {
        match self {
            Self::Nothing => Cow::Borrowed(""),
            Self::Bool(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            Self::Whole(whole) => whole.to_string().into(),
            Self::Number(number) => number.to_string().into(),
            Self::Span(span) => span.to_string().into(),
            Self::Instant(at) => at.to_string().into(),
            Self::Local(local) => local.to_string().into(),
            Self::Text(text) => Cow::Borrowed(text),
        }
    }

    /// The key to sort by.
    pub fn rung(&self) -> Rung {
        let (head, tail) = match self {
            Self::Nothing => (0, &[][..]),
            Self::Bool(flag) => (u128::from(*flag), &[][..]),
            Self::Whole(whole) => (whole_number(*whole), &[][..]),
            Self::Number(number) => (number_beside_whole(*number, 0), &[][..]),
            Self::Span(span) => (nanoseconds(*span), &[][..]),
            Self::Instant(at) => (since_epoch(*at), &[][..]),
            Self::Local(local) => (since_epoch(local.instant()), &[][..]),
            Self::Text(text) => head_and_tail(text.as_bytes()),
        };
        Rung {
            rank: self.rank(),
            head,
            tail: tail.into(),
        }
    }
}

/// A key made for comparing: mostly by one comparison of numbers.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rung {
    rank: u8,
    head: u128,
    tail: Box<[u8]>,
}

/// How much of a text is compared at once.
const HEAD: usize = 15;

/// The first bytes of a text as a number, and the rest. The number ends in how many bytes it holds,
/// so that a text comes before itself followed by zeros.
fn head_and_tail(text: &[u8]) -> (u128, &[u8]) {
    let (head, tail) = text.split_at(text.len().min(HEAD));
    let mut bytes = [0; HEAD + 1];
    for (place, byte) in bytes.iter_mut().zip(head) {
        *place = *byte;
    }
    let held = u128::try_from(head.len()).unwrap_or_default();
    (u128::from_be_bytes(bytes) | held, tail)
}

/// A number whose order among whole numbers is that of [`f64::total_cmp`], and `beyond` how far a whole
/// number is from it that has no float of its own.
fn number_beside_whole(number: f64, beyond: i128) -> u128 {
    const SIGN: u64 = 1 << 63;
    let bits = number.to_bits();
    let float = if bits & SIGN == 0 { bits | SIGN } else { !bits };
    let beyond = u64::try_from(beyond + i128::from(SIGN)).unwrap_or_default();
    u128::from(float) << 64 | u128::from(beyond)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "what the float has lost, or has too much, is told apart"
)]
fn whole_number(whole: i64) -> u128 {
    let near = whole as f64;
    number_beside_whole(near, i128::from(whole) - near as i128)
}

fn nanoseconds(Span(span): Span) -> u128 {
    let all = i128::from(span.num_seconds()) * 1_000_000_000 + i128::from(span.subsec_nanos());
    all.cast_unsigned() ^ (1 << 127)
}

fn since_epoch(Instant(at): Instant) -> u128 {
    nanoseconds(Span(at - DateTime::UNIX_EPOCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rungs_are_in_the_order_of_their_keys() {
        let texts = [
            "",
            "\0",
            "a",
            "a\0",
            "a\0b",
            "b",
            "node-0000000001",
            "node-0000000001\0",
            "node-00000000010",
            "node-00000000011",
            "node-0000000002",
            "é",
        ];
        let great = [1, 1 << 53, (1 << 53) + 1, i64::MAX - 1, i64::MAX];
        let span = |text: &str| Span::parse(text).unwrap();
        let instant = |text: &str| Instant(crate::record::Moment::read(text).unwrap());
        let mut keys = vec![Key::Nothing, Key::Bool(false), Key::Bool(true)];
        keys.push(Key::Number(f64::NEG_INFINITY));
        keys.extend([i64::MIN, -1].map(Key::Whole));
        keys.extend([-0.5, -1e-300].map(Key::Number));
        keys.push(Key::Whole(0));
        keys.extend([1e-300, 0.5].map(Key::Number));
        keys.extend(great.map(Key::Whole));
        keys.extend([1e19, f64::INFINITY, f64::NAN].map(Key::Number));
        keys.push(Key::Span(Span(-span("90s").0)));
        keys.extend(["0s", "2m", "10m", "9h", "1d"].map(|text| Key::Span(span(text))));
        keys.extend(
            [
                "1969-12-31T23:59:59.5Z",
                "2026-01-15T08:00:00Z",
                "2026-01-15T08:00:00.5Z",
                "2026-01-15T09:00:01+01:00",
            ]
            .map(|text| Key::Instant(instant(text))),
        );
        keys.extend(texts.map(|text| Key::Text(text.into())));
        for (at, a) in keys.iter().enumerate() {
            for (other, b) in keys.iter().enumerate() {
                assert_eq!(a.rung().cmp(&b.rung()), at.cmp(&other), "{a:?} {b:?}");
                assert_eq!(a.is_like(b), at == other, "{a:?} {b:?}");
            }
        }
        for (whole, float, is_like) in [
            (1, 1.0, true),
            ((1 << 53) + 1, 9_007_199_254_740_992.0, false),
            (i64::MAX, 9_223_372_036_854_775_808.0, false),
            (i64::MIN, -9_223_372_036_854_775_808.0, true),
        ] {
            let (whole, float) = (Key::Whole(whole), Key::Number(float));
            assert_eq!(whole.is_like(&float), is_like, "{whole:?} {float:?}");
        }
    }
}
