//! Lists put in order, or rid of items that follow their like, by what compares two of them.
//!
//! The language's own go on when a function that compares fails, as it does when the run is to stop, and
//! put the items in some order or other. Without a function they know neither instants nor whole numbers
//! beside others.

use std::cmp::Ordering;

use rhai::{Array, Dynamic, EvalAltResult, FnPtr, FuncRegistration, NativeCallContext};

use super::diagnose::kind;
use super::handle::{self, described};
use super::lexicon::Lexicon;
use super::moment::{Instant, Span};
use super::predicates::truth;
use super::trouble::Trouble;
use super::value;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers what compares the items of lists, in the place of the language's own.
pub fn register(lexicon: &mut Lexicon) {
    // A constant stays as it is.
    let changing = |name: &str| FuncRegistration::new(name).with_purity(false);
    lexicon
        .register(changing("sort"), |list: &mut Array| put(list, natural))
        .register(changing("sort_desc"), |list: &mut Array| {
            put(list, contrary)
        })
        .register(changing("sort"), sort)
        .register(
            changing("sort"),
            |ctx: NativeCallContext, list: &mut Array, name: &str| {
                sort(ctx, list, FnPtr::new(name)?)
            },
        )
        .register(changing("dedup"), dedup)
        .register(
            changing("dedup"),
            |ctx: NativeCallContext, list: &mut Array, name: &str| {
                dedup(ctx, list, FnPtr::new(name)?)
            },
        )
        .register_fn("order", |list: &mut Array| ordered(list, natural))
        .register_fn("order_desc", |list: &mut Array| ordered(list, contrary))
        .register_fn("order", order)
        .register_fn("order_by", order);
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the language gives functions its values"
)]
fn sort(context: NativeCallContext, list: &mut Array, compare: FnPtr) -> Result<()> {
    put(list, |a, b| {
        let answer = compare.call_within_context(&context, (a.clone(), b.clone()))?;
        ordering(&answer)
    })
}

fn order(context: NativeCallContext, list: &mut Array, compare: FnPtr) -> Result<Array> {
    let mut list = list.clone();
    sort(context, &mut list, compare)?;
    Ok(list)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the language gives functions its values"
)]
fn dedup(context: NativeCallContext, list: &mut Array, compare: FnPtr) -> Result<()> {
    let mut kept: Vec<bool> = Vec::with_capacity(list.len());
    let mut last: Option<&Dynamic> = None;
    for item in list.iter() {
        let is_like = match last {
            None => false,
            Some(last) => {
                let answer: Dynamic =
                    compare.call_within_context(&context, (last.clone(), item.clone()))?;
                truth(
                    "dedup",
                    &answer,
                    "say whether two items are alike: |a, b| a.label == b.label",
                )?
            }
        };
        if !is_like {
            last = Some(item);
        }
        kept.push(!is_like);
    }
    let mut kept = kept.into_iter();
    list.retain(|_| kept.next().unwrap_or(true));
    Ok(())
}

/// What a function says of the order of two items.
fn ordering(answer: &Dynamic) -> Result<Ordering> {
    if let Ok(number) = answer.as_int() {
        return Ok(number.cmp(&0));
    }
    match answer.as_bool() {
        Ok(true) => Ok(Ordering::Less),
        Ok(false) => Ok(Ordering::Greater),
        Err(_) => Err(Trouble::argument(format!(
            "the order of two items is a whole number or true or false, and got {}",
            value::debug(answer)
        ))
        .hint("say whether the first comes before the second: |a, b| a.label < b.label; or sort by what they hold: list.sort_by(\"label\")")
        .raise()),
    }
}

/// The order of two values of one kind, if it has one. Numbers are of two, and instants of one, whatever
/// clocks show them.
pub(super) fn of_one_kind(a: &Dynamic, b: &Dynamic) -> Option<Ordering> {
    if let (Ok(a), Ok(b)) = (a.as_immutable_string_ref(), b.as_immutable_string_ref()) {
        return Some(a.cmp(&*b));
    }
    if let (Ok(a), Ok(b)) = (a.as_bool(), b.as_bool()) {
        return Some(a.cmp(&b));
    }
    if let (Ok(a), Ok(b)) = (a.as_char(), b.as_char()) {
        return Some(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Span>(), b.read_lock::<Span>()) {
        return Some(a.cmp(&b));
    }
    Some(Instant::of(a)?.cmp(&Instant::of(b)?))
}

/// The order that two values have by themselves.
fn natural(a: &Dynamic, b: &Dynamic) -> Result<Ordering> {
    if let Some(order) = numbers(a, b).or_else(|| of_one_kind(a, b)) {
        return Ok(order);
    }
    if a.is_unit() && b.is_unit() {
        return Ok(Ordering::Equal);
    }
    let has_fields = |value: &Dynamic| value.is_map() || handle::unwrap(value).is_some();
    let hint = if has_fields(a) && has_fields(b) {
        "say by which field: list.sort_by(\"label\")"
    } else {
        "say which of two comes first: list.sort(|a, b| a.to_string() < b.to_string())"
    };
    let (a, b) = (kind(&described(a)), kind(&described(b)));
    let message = if a == b {
        format!("{a} has no order of its own")
    } else {
        // The later one is asked about first.
        format!("{b} and {a} have no order between them")
    };
    Err(Trouble::argument(message).hint(hint).raise())
}

fn contrary(a: &Dynamic, b: &Dynamic) -> Result<Ordering> {
    natural(b, a)
}

/// The order of two numbers, whole or not.
fn numbers(a: &Dynamic, b: &Dynamic) -> Option<Ordering> {
    Some(match (a.as_int(), b.as_int()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        (Ok(a), Err(_)) => beside(a, b.as_float().ok()?),
        (Err(_), Ok(b)) => beside(b, a.as_float().ok()?).reverse(),
        (Err(_), Err(_)) => a.as_float().ok()?.total_cmp(&b.as_float().ok()?),
    })
}

/// The order of a whole number and another one, which may be between two whole ones or beyond all:
/// made a float, many whole ones would be the same.
#[expect(
    clippy::cast_possible_truncation,
    reason = "it was looked whether it is within what a whole number can be"
)]
fn beside(whole: i64, float: f64) -> Ordering {
    /// The first float beyond all whole numbers.
    const END: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() || float >= END {
        return if float.is_sign_negative() {
            Ordering::Greater
        } else {
            Ordering::Less
        };
    }
    if float < -END {
        return Ordering::Greater;
    }
    let fraction = 0.0_f64.total_cmp(&float.fract());
    whole.cmp(&(float.trunc() as i64)).then(fraction)
}

/// The items in order, as a list of its own.
fn ordered(
    list: &Array,
    compare: impl FnMut(&Dynamic, &Dynamic) -> Result<Ordering>,
) -> Result<Array> {
    let mut list = list.clone();
    put(&mut list, compare)?;
    Ok(list)
}

/// Puts the items in order, or leaves them as they are where a comparison fails.
fn put(
    list: &mut Array,
    compare: impl FnMut(&Dynamic, &Dynamic) -> Result<Ordering>,
) -> Result<()> {
    let places = places(list, compare)?;
    let mut taken = |place: usize| list.get_mut(place).map(std::mem::take);
    let sorted: Array = places.into_iter().filter_map(&mut taken).collect();
    *list = sorted;
    Ok(())
}

/// The places of the items in their order, of those that are equal the first one first. The standard
/// library has no sorting by a comparison that may fail, and its own may panic where a comparison
/// contradicts itself.
fn places(
    list: &[Dynamic],
    mut compare: impl FnMut(&Dynamic, &Dynamic) -> Result<Ordering>,
) -> Result<Vec<usize>> {
    let mut order: Vec<(usize, &Dynamic)> = list.iter().enumerate().collect();
    let mut merged = Vec::with_capacity(list.len());
    let mut width = 1;
    while width < list.len() {
        merged.clear();
        for pair in order.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let ([first, left_rest @ ..], [second, right_rest @ ..]) = (left, right) {
                // Asked in this order: `a < b` says of equal ones that the later is not before.
                if compare(second.1, first.1)?.is_lt() {
                    merged.push(*second);
                    right = right_rest;
                } else {
                    merged.push(*first);
                    left = left_rest;
                }
            }
            merged.extend(left);
            merged.extend(right);
        }
        std::mem::swap(&mut order, &mut merged);
        width *= 2;
    }
    Ok(order.into_iter().map(|(place, _)| place).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::trial::Trial;
    use std::sync::Arc;

    #[test]
    fn equal_items_stay_as_they_stood_whatever_the_length() {
        for length in 0..70_i64 {
            let list: Array = (0..length)
                .map(|n| Dynamic::from_int(n * 37 % 64))
                .collect();
            let tens = |item: &Dynamic| item.as_int().unwrap() / 10;
            let numbers = |list: &Array| -> Vec<i64> {
                list.iter().map(|item| item.as_int().unwrap()).collect()
            };
            let mut expected = list.clone();
            expected.sort_by_key(tens);
            let found = ordered(&list, |a, b| Ok(tens(a).cmp(&tens(b)))).unwrap();
            assert_eq!(numbers(&found), numbers(&expected));
            // As most functions say it.
            let found = ordered(&list, |a, b| ordering(&(tens(a) < tens(b)).into())).unwrap();
            assert_eq!(numbers(&found), numbers(&expected));
        }
    }

    #[test]
    fn a_list_is_as_it_was_where_the_comparison_fails() {
        let trial = Arc::new(Trial::default());
        let line = r#"
            let list = [3, 1, 2];
            attempt(|| list.sort(|a, b| if a == 2 { throw "no" } else { a < b }));
            let likes = [1, 1, 2];
            attempt(|| likes.dedup(|a, b| if b == 2 { throw "no" } else { a == b }));
            assert_eq(list, [3, 1, 2]);
            assert_eq(likes, [1, 1, 2]);
        "#;
        trial.run(line).unwrap();
    }

    #[test]
    fn whole_numbers_and_others_have_one_order() {
        let floats = [f64::NEG_INFINITY, -9.3e18, -0.5, 0.5, 9.3e18, f64::INFINITY];
        let wholes = [i64::MIN, -1, 0, 1, (1 << 53) + 1, i64::MAX];
        for float in floats {
            for whole in wholes {
                // Both are told apart as wider numbers.
                let wide = i128::from(whole) * 2;
                let expected = match float {
                    f64::INFINITY => Ordering::Less,
                    f64::NEG_INFINITY => Ordering::Greater,
                    #[expect(clippy::cast_possible_truncation, reason = "they fit")]
                    float => wide.cmp(&((float * 2.0) as i128)),
                };
                assert_eq!(beside(whole, float), expected, "{whole} {float}");
            }
        }
        assert_eq!(
            beside((1 << 53) + 1, 9_007_199_254_740_992.0),
            Ordering::Greater
        );
        assert_eq!(beside(1, 1.0), Ordering::Equal);
        assert_eq!(beside(i64::MAX, f64::NAN), Ordering::Less);
        assert_eq!(beside(i64::MIN, -f64::NAN), Ordering::Greater);
    }

    #[test]
    fn a_comparison_that_contradicts_itself_ends() {
        let trial = Arc::new(Trial::default());
        let line = "let list = []; list.pad(1000, 1); list.sort(|a, b| 1); assert(list.len() == 1000, \"lost\")";
        trial.run(line).unwrap();
    }
}
