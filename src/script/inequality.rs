//! What is less than what: `<`, `<=`, `>` and `>=`.
//!
//! To the language values of different types are neither less nor more than each other, without a word:
//! `age > "7d"` is false, and so is `disk.usgae > 80`, where the name is wrong. Here they have no
//! such operator, and whoever asks is told.

use std::cmp::Ordering;
use std::num::NonZero;

use rhai::{Dynamic, Engine, EvalAltResult, FLOAT, Position, Token};

use super::comparison::of_one_kind;
use super::handle::described;
use super::lexicon::Lexicon;
use super::moment::{Instant, Span};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Whether an operator is true of two values in this order.
type IsSo = fn(Ordering) -> bool;

/// The operators.
const OPERATORS: [(Token, IsSo); 4] = [
    (Token::LessThan, Ordering::is_lt),
    (Token::LessThanEqualsTo, Ordering::is_le),
    (Token::GreaterThan, Ordering::is_gt),
    (Token::GreaterThanEqualsTo, Ordering::is_ge),
];

/// Whether this is one of the operators.
#[must_use]
pub fn is_one(operator: &str) -> bool {
    matches!(operator, "<" | "<=" | ">" | ">=")
}

/// Whether this operator compares two values.
#[must_use]
pub fn compares(operator: &str) -> bool {
    is_one(operator) || matches!(operator, "==" | "!=")
}

/// Takes the operators from the language, which asks nobody about its own types otherwise.
pub fn claim(engine: &mut Engine) {
    for (token, _) in OPERATORS {
        let precedence = token.precedence().map_or(0, NonZero::get);
        engine.disable_symbol(token.literal_syntax());
        // It refuses none that the language has and that is disabled.
        let _ = engine.register_custom_operator(token.literal_syntax(), precedence);
    }
}

/// Registers the operators, once each: all types in turn would take longer than many a script does.
pub fn register(lexicon: &mut Lexicon) {
    for (token, is_so) in OPERATORS {
        let name = token.literal_syntax();
        lexicon.register_fn(name, move |a: Dynamic, b: Dynamic| -> Result<bool> {
            match order(&a, &b)? {
                Order::Is(order) => Ok(is_so(order)),
                Order::NoNumber => Ok(false),
                Order::None => {
                    let call = format!("{name} ({}, {})", described(&a), described(&b));
                    Err(EvalAltResult::ErrorFunctionNotFound(call, Position::NONE).into())
                }
            }
        });
    }
}

/// What is known of the order of two values.
enum Order {
    Is(Ordering),
    /// One is what a division of zero by zero gives, which is neither less nor more than any number.
    NoNumber,
    None,
}

fn order(a: &Dynamic, b: &Dynamic) -> Result<Order> {
    if let (Ok(a), Ok(b)) = (a.as_int(), b.as_int()) {
        return Ok(Order::Is(a.cmp(&b)));
    }
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return Ok(a.partial_cmp(&b).map_or(Order::NoNumber, Order::Is));
    }
    if let Some(order) = of_one_kind(a, b) {
        return Ok(Order::Is(order));
    }
    let order = match of_two_kinds(a, b)? {
        Some(order) => Some(order),
        None => of_two_kinds(b, a)?.map(Ordering::reverse),
    };
    Ok(order.map_or(Order::None, Order::Is))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "`==` compares a whole number with a float so too"
)]
fn number(value: &Dynamic) -> Option<FLOAT> {
    let whole = || value.as_int().ok().map(|whole| whole as FLOAT);
    value.as_float().ok().or_else(whole)
}

/// The order of a value and one of another kind, in this order.
fn of_two_kinds(a: &Dynamic, b: &Dynamic) -> Result<Option<Ordering>> {
    let Ok(text) = b.as_immutable_string_ref() else {
        return Ok(None);
    };
    if let Ok(one) = a.as_char() {
        return Ok(Some((*one.encode_utf8(&mut [0; 4])).cmp(text.as_str())));
    }
    if let Some(span) = a.read_lock::<Span>() {
        return Ok(Some(span.cmp(&Span::parse(&text)?)));
    }
    if let Some(at) = Instant::of(a) {
        return Ok(Some(at.cmp(&Instant::parse(&text)?)));
    }
    Ok(None)
}
