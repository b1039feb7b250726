//! Lists put in order, or rid of items that follow their like, by what compares two of them.
//!
//! The language's own go on when a function that compares fails, as it does when the run is to stop, and
//! put the items in some order or other. Without a function they know neither instants nor whole numbers
//! beside others.

use std::cmp::Ordering;

use rhai::{Array, Dynamic, EvalAltResult, FnPtr, NativeCallContext};

use super::diagnose::kind;
use super::handle::described;
use super::lexicon::Lexicon;
use super::moment::{Instant, Span};
use super::trouble::Trouble;
use super::value;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers what compares the items of lists, in the place of the language's own.
pub fn register(lexicon: &mut Lexicon) {
    lexicon
        .register_fn("sort", |list: &mut Array| in_place(list, natural))
        .register_fn("sort_desc", |list: &mut Array| in_place(list, contrary))
        .register_fn("order", |list: &mut Array| sorted(list, natural))
        .register_fn("order_desc", |list: &mut Array| sorted(list, contrary))
        .register_fn("sort", sort)
        .register_fn(
            "sort",
            |ctx: NativeCallContext, list: &mut Array, name: &str| {
                sort(ctx, list, FnPtr::new(name)?)
            },
        )
        .register_fn("order", order)
        .register_fn("order_by", order)
        .register_fn("dedup", dedup)
        .register_fn(
            "dedup",
            |ctx: NativeCallContext, list: &mut Array, name: &str| {
                dedup(ctx, list, FnPtr::new(name)?)
            },
        );
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the language gives functions its values"
)]
fn sort(context: NativeCallContext, list: &mut Array, compare: FnPtr) -> Result<()> {
    in_place(list, |a, b| {
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
    let mut kept = Array::new();
    for item in list.iter() {
        if let Some(last) = kept.last() {
            let answer: Dynamic =
                compare.call_within_context(&context, (last.clone(), item.clone()))?;
            let is_like = answer.as_bool().map_err(|_| {
                Trouble::argument(format!(
                    "dedup asks for true or false, and got {}",
                    value::debug(&answer)
                ))
                .hint("say whether two items are alike: |a, b| a.label == b.label")
                .raise()
            })?;
            if is_like {
                continue;
            }
        }
        kept.push(item.clone());
    }
    *list = kept;
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

/// The order that two values have by themselves.
fn natural(a: &Dynamic, b: &Dynamic) -> Result<Ordering> {
    if let (Ok(a), Ok(b)) = (a.as_immutable_string_ref(), b.as_immutable_string_ref()) {
        return Ok(a.cmp(&*b));
    }
    if let (Ok(a), Ok(b)) = (a.as_int(), b.as_int()) {
        return Ok(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return Ok(a.total_cmp(&b));
    }
    if let (Ok(a), Ok(b)) = (a.as_bool(), b.as_bool()) {
        return Ok(a.cmp(&b));
    }
    if let (Ok(a), Ok(b)) = (a.as_char(), b.as_char()) {
        return Ok(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Instant>(), b.read_lock::<Instant>()) {
        return Ok(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (a.read_lock::<Span>(), b.read_lock::<Span>()) {
        return Ok(a.cmp(&b));
    }
    if a.is_unit() && b.is_unit() {
        return Ok(Ordering::Equal);
    }
    let (a, b) = (kind(&described(a)), kind(&described(b)));
    let message = if a == b {
        format!("{a} has no order of its own")
    } else {
        format!("{a} and {b} have no order between them")
    };
    Err(Trouble::argument(message)
        .hint("say by which field, list.sort_by(\"label\"), or which of two: list.sort(|a, b| a.label < b.label)")
        .raise())
}

fn contrary(a: &Dynamic, b: &Dynamic) -> Result<Ordering> {
    natural(b, a)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "beside a number with a fraction a whole one is compared as such"
)]
fn number(value: &Dynamic) -> Option<f64> {
    let whole = value.as_int().map(|whole| whole as f64);
    whole.or_else(|_| value.as_float()).ok()
}

fn in_place(
    list: &mut Array,
    compare: impl FnMut(&Dynamic, &Dynamic) -> Result<Ordering>,
) -> Result<()> {
    *list = sorted(list, compare)?;
    Ok(())
}

/// The items in order, those that are equal as they stood. The standard library has no sorting by a
/// comparison that may fail, and its own may panic where a comparison contradicts itself.
fn sorted(
    list: &[Dynamic],
    mut compare: impl FnMut(&Dynamic, &Dynamic) -> Result<Ordering>,
) -> Result<Array> {
    let mut order: Vec<&Dynamic> = list.iter().collect();
    let mut merged = Vec::with_capacity(list.len());
    let mut width = 1;
    while width < list.len() {
        merged.clear();
        for pair in order.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let ([first, left_rest @ ..], [second, right_rest @ ..]) = (left, right) {
                if compare(first, second)?.is_gt() {
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
    Ok(order.into_iter().cloned().collect())
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
            let found = sorted(&list, |a, b| Ok(tens(a).cmp(&tens(b)))).unwrap();
            let mut expected = list.clone();
            expected.sort_by_key(tens);
            let numbers = |list: &Array| -> Vec<i64> {
                list.iter().map(|item| item.as_int().unwrap()).collect()
            };
            assert_eq!(numbers(&found), numbers(&expected));
        }
    }

    #[test]
    fn a_list_is_as_it_was_where_the_comparison_fails() {
        let trial = Arc::new(Trial::default());
        let line = r#"
            let list = [3, 1, 2];
            attempt(|| list.sort(|a, b| if b == 2 { throw "no" } else { a < b }));
            let likes = [1, 1, 2];
            attempt(|| likes.dedup(|a, b| if b == 2 { throw "no" } else { a == b }));
            assert_eq(list, [3, 1, 2]);
            assert_eq(likes, [1, 1, 2]);
        "#;
        trial.run(line).unwrap();
    }

    #[test]
    fn a_comparison_that_contradicts_itself_ends() {
        let trial = Arc::new(Trial::default());
        let line = "let list = []; list.pad(1000, 1); list.sort(|a, b| 1); assert(list.len() == 1000, \"lost\")";
        trial.run(line).unwrap();
    }
}
