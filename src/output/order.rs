//! The order that things stand in when somebody asks for one.

use std::cmp::Ordering;
use std::time::Duration;

use super::choice::SortKey;
use super::item::Item;
use crate::record::{Moment, View};

/// Sorts by the keys, the first one first. What is equal stays in its order, and what has no value
/// stands last, whichever way it is sorted.
pub(super) fn sort(items: &mut Vec<Item<'_>>, keys: &[SortKey]) {
    let columns: Vec<(Vec<Option<Key>>, bool)> = keys
        .iter()
        .map(|key| (column(items, &key.field), key.descending))
        .collect();
    let mut places: Vec<usize> = (0..items.len()).collect();
    places.sort_by(|&a, &b| {
        columns
            .iter()
            .map(|(keys, descending)| {
                let key = |place: usize| keys.get(place).and_then(Option::as_ref);
                match (key(a), key(b)) {
                    (Some(a), Some(b)) if *descending => b.compare(a),
                    (Some(a), Some(b)) => a.compare(b),
                    (Some(_), None) => Ordering::Less,
                    (None, Some(_)) => Ordering::Greater,
                    (None, None) => Ordering::Equal,
                }
            })
            .find(|ordering| ordering.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    *items = places
        .into_iter()
        .filter_map(|place| items.get(place).copied())
        .collect();
}

/// What a thing is sorted by.
#[derive(Clone, Debug)]
enum Key {
    Number(f64),
    Text(String),
}

impl Key {
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => natural(a, b),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

/// The keys of one field. Texts are numbers, instants, sizes or spans where all of them are.
fn column(items: &[Item<'_>], field: &str) -> Vec<Option<Key>> {
    let mut keys: Vec<Option<Key>> = items.iter().map(|item| key(&item.at(field)?.0)).collect();
    for read in [number, instant, size, span] {
        let as_numbers: Option<Vec<Option<Key>>> = keys
            .iter()
            .map(|key| match key {
                Some(Key::Text(text)) => read(text).map(|number| Some(Key::Number(number))),
                other => Some(other.clone()),
            })
            .collect();
        if let Some(numbers) = as_numbers {
            keys = numbers;
            break;
        }
    }
    keys
}

#[expect(
    clippy::cast_precision_loss,
    reason = "what differs beyond 2^53 alone stays in its order"
)]
fn key(view: &View<'_>) -> Option<Key> {
    Some(match view {
        View::Null => return None,
        View::Bool(flag) => Key::Number(f64::from(u8::from(*flag))),
        View::Int(whole) => Key::Number(*whole as f64),
        View::Float(float) => Key::Number(*float),
        View::List(items) if items.is_empty() => return None,
        other => Key::Text(other.brief()),
    })
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds of our time are below 2^53"
)]
fn instant(text: &str) -> Option<f64> {
    Moment::read(text).map(|at| at.timestamp_micros() as f64)
}

/// A size as people write it, `480 GB`, in bytes.
fn size(text: &str) -> Option<f64> {
    let end = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (count, name) = text.split_at_checked(end)?;
    let name = name.trim();
    let power = "kmgtpe".find(name.chars().next()?.to_ascii_lowercase());
    let (step, power): (f64, usize) = match (power, name.get(1..)?) {
        (Some(power), "B" | "b" | "") => (1000.0, power + 1),
        (Some(power), "iB") => (1024.0, power + 1),
        (None, "") if name == "B" => (1.0, 1),
        _ => return None,
    };
    let power = i32::try_from(power).ok()?;
    Some(number(count.trim())? * step.powi(power))
}

/// A span as people write it, `1m 30s`, in seconds.
fn span(text: &str) -> Option<f64> {
    humantime::parse_duration(text)
        .ok()
        .as_ref()
        .map(Duration::as_secs_f64)
}

/// Texts with the numbers in them as numbers: `node-2` before `node-10`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let (Some(one), Some(two)) = (left.chars().next(), right.chars().next()) else {
            return left.len().cmp(&right.len()).then_with(|| a.cmp(b));
        };
        let ordering = if one.is_ascii_digit() && two.is_ascii_digit() {
            let (m, n) = (digits(&mut left), digits(&mut right));
            m.len().cmp(&n.len()).then_with(|| m.cmp(n))
        } else {
            left = left.get(one.len_utf8()..).unwrap_or_default();
            right = right.get(two.len_utf8()..).unwrap_or_default();
            one.cmp(&two)
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
}

/// Takes the digits a text begins with, without zeros in front.
fn digits<'t>(text: &mut &'t str) -> &'t str {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    *text = rest;
    number.trim_start_matches('0')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The values in the order that a sort puts them in.
    fn sorted(values: &Value, by: &str) -> Vec<Value> {
        let rows: Vec<Value> = values
            .as_array()
            .unwrap()
            .iter()
            .enumerate()
            .map(|(place, value)| json!({ "v": value, "place": place }))
            .collect();
        let mut items: Vec<Item<'_>> = rows.iter().map(Item::of).collect();
        let keys: Vec<SortKey> = by.split(',').map(|key| key.parse().unwrap()).collect();
        sort(&mut items, &keys);
        items.iter().map(|item| item.whole()["v"].clone()).collect()
    }

    #[test]
    fn values_are_sorted_as_what_they_are() {
        let cases = [
            (json!([10, 9, 2.5, -1]), json!([-1, 2.5, 9, 10])),
            (json!(["10", "9", "2.5"]), json!(["2.5", "9", "10"])),
            (
                json!(["1 TB", "480 GB", "6400 GB"]),
                json!(["480 GB", "1 TB", "6400 GB"]),
            ),
            (
                json!(["2026-01-15T01:00:00+02:00", "2026-01-15T00:00:00Z"]),
                json!(["2026-01-15T01:00:00+02:00", "2026-01-15T00:00:00Z"]),
            ),
            (json!(["2h", "90m", "5s"]), json!(["5s", "90m", "2h"])),
            (
                json!(["node-10", "node-9", "Node-1"]),
                json!(["Node-1", "node-9", "node-10"]),
            ),
            (json!(["b", null, "a"]), json!(["a", "b", null])),
            (json!([true, false]), json!([false, true])),
        ];
        for (given, expected) in cases {
            assert_eq!(Value::Array(sorted(&given, "v")), expected);
        }
    }

    #[test]
    fn the_greatest_first_keeps_equals_in_their_order_and_nothing_last() {
        let rows = json!([{"a": 1}, {"a": 2}, {"a": 2, "b": 1}, {}]);
        let rows = rows.as_array().unwrap();
        let mut items: Vec<Item<'_>> = rows.iter().map(Item::of).collect();
        sort(&mut items, &["-a".parse().unwrap()]);
        let order: Vec<Value> = items.iter().map(Item::whole).collect();
        assert_eq!(
            Value::Array(order),
            json!([{"a": 2}, {"a": 2, "b": 1}, {"a": 1}, {}])
        );
    }

    proptest::proptest! {
        #[test]
        fn any_texts_have_one_order(a in ".{0,8}", b in ".{0,8}", c in ".{0,8}") {
            proptest::prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            if natural(&a, &b).is_le() && natural(&b, &c).is_le() {
                proptest::prop_assert!(natural(&a, &c).is_le());
            }
        }
    }
}
