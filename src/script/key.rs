//! What lists are sorted, grouped and matched by.

use std::borrow::Cow;
use std::cmp::Ordering;

use rhai::Dynamic;

use super::value;
use crate::record::View;

/// A value to sort or group by. Nothing comes first, then truth, numbers, text.
#[derive(Clone, Debug)]
pub enum Key<'a> {
    /// Nothing.
    Nothing,
    /// True or false.
    Bool(bool),
    /// Any number.
    Number(f64),
    /// Text, and what else there is as its text.
    Text(Cow<'a, str>),
}

impl<'a> Key<'a> {
    /// The key in a field; none where only the script's value of it tells.
    pub fn of_view(view: &View<'a>) -> Option<Self> {
        Some(match view {
            View::Null => Self::Nothing,
            View::Bool(flag) => Self::Bool(*flag),
            View::Int(whole) => Self::whole(*whole),
            View::Float(float) => Self::Number(*float),
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
            Self::whole(whole)
        } else if let Ok(float) = value.as_float() {
            Self::Number(float)
        } else {
            Self::Text(value::brief(value).into())
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "order among numbers beyond 2^53 may coarsen"
    )]
    const fn whole(whole: i64) -> Self {
        Self::Number(whole as f64)
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::Text(_) => 3,
        }
    }

    /// Which of two keys comes first.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    /// The key as the name of a group.
    pub fn as_text(&self) -> Cow<'_, str> {
        match self {
            Self::Nothing => Cow::Borrowed(""),
            Self::Bool(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            Self::Number(number) => number.to_string().into(),
            Self::Text(text) => Cow::Borrowed(text),
        }
    }

    /// The key to sort by.
    pub fn rung(&self) -> Rung {
        let (head, tail) = match self {
            Self::Nothing => (0, &[][..]),
            Self::Bool(flag) => (u128::from(*flag), &[][..]),
            Self::Number(number) => (ordered(*number).into(), &[][..]),
            Self::Text(text) => head_and_tail(text.as_bytes()),
        };
        Rung {
            rank: self.rank(),
            head,
            tail: tail.into(),
        }
    }
}

/// A key made for comparing: in the order of [`Key::order`], mostly by one comparison of numbers.
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

/// A number whose order among whole numbers is that of [`f64::total_cmp`].
const fn ordered(number: f64) -> u64 {
    const SIGN: u64 = 1 << 63;
    let bits = number.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
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
        let numbers = [f64::NEG_INFINITY, -2.5, -0.0, 0.0, 1e-300, 1.0, f64::NAN];
        let mut keys = vec![Key::Nothing, Key::Bool(false), Key::Bool(true)];
        keys.extend(numbers.map(Key::Number));
        keys.extend(texts.map(|text| Key::Text(text.into())));
        for (at, a) in keys.iter().enumerate() {
            for (other, b) in keys.iter().enumerate() {
                assert_eq!(a.rung().cmp(&b.rung()), at.cmp(&other), "{a:?} {b:?}");
                assert_eq!(a.order(b), at.cmp(&other), "{a:?} {b:?}");
            }
        }
    }
}
