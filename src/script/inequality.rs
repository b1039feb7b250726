//! What is less than what: `<`, `<=`, `>` and `>=`.
//!
//! To the language values of different types are neither less nor more than each other, without a word:
//! `age > "7d"` is false, and so is `disk.usgae > 80`, where the name is wrong. Here they have no
//! such operator, and whoever asks is told.

use std::cmp::Ordering;
use std::num::NonZero;

use rhai::{Engine, EvalAltResult, FLOAT, INT, ImmutableString, Token, Variant};

use super::lexicon::Lexicon;
use super::local::Local;
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

/// Takes the operators from the language, which asks nobody about its own types otherwise.
pub fn claim(engine: &mut Engine) {
    for (token, _) in OPERATORS {
        let precedence = token.precedence().map_or(0, NonZero::get);
        engine.disable_symbol(token.literal_syntax());
        // It refuses none that the language has and that is disabled.
        let _ = engine.register_custom_operator(token.literal_syntax(), precedence);
    }
}

/// Registers what has an order.
pub fn register(lexicon: &mut Lexicon) {
    like::<INT>(lexicon);
    like::<bool>(lexicon);
    like::<char>(lexicon);
    like::<ImmutableString>(lexicon);
    like::<Span>(lexicon);
    like::<Instant>(lexicon);
    pair(lexicon, |a: FLOAT, b: FLOAT| Ok(a.partial_cmp(&b)));
    unlike(lexicon, |whole: &INT, float: &FLOAT| {
        #[expect(
            clippy::cast_precision_loss,
            reason = "`==` compares a whole number with a float so too"
        )]
        Ok((*whole as FLOAT).partial_cmp(float))
    });
    unlike(lexicon, |one: &char, text: &ImmutableString| {
        let mut buffer = [0; 4];
        Ok(Some((*one.encode_utf8(&mut buffer)).cmp(text.as_str())))
    });
    unlike(lexicon, |span: &Span, text: &ImmutableString| {
        Ok(Some(span.cmp(&Span::parse(text)?)))
    });
    unlike(lexicon, |at: &Instant, text: &ImmutableString| {
        Ok(Some(at.cmp(&Instant::parse(text)?)))
    });
    unlike(lexicon, |local: &Local, at: &Instant| {
        Ok(Some(local.instant().cmp(at)))
    });
    pair(lexicon, |a: Local, b: Local| {
        Ok(Some(a.instant().cmp(&b.instant())))
    });
}

/// The operators between values of one type.
fn like<T: Variant + Clone + Ord>(lexicon: &mut Lexicon) {
    pair(lexicon, |a: T, b: T| Ok(Some(a.cmp(&b))));
}

/// The operators between values of two types, whichever stands first.
fn unlike<A: Variant + Clone, B: Variant + Clone>(
    lexicon: &mut Lexicon,
    order: impl Fn(&A, &B) -> Result<Option<Ordering>> + Copy + Send + Sync + 'static,
) {
    pair(lexicon, move |a: A, b: B| order(&a, &b));
    pair(lexicon, move |b: B, a: A| {
        Ok(order(&a, &b)?.map(Ordering::reverse))
    });
}

/// The operators between values of two types in this order. What is no number is in none.
fn pair<A: Variant + Clone, B: Variant + Clone>(
    lexicon: &mut Lexicon,
    order: impl Fn(A, B) -> Result<Option<Ordering>> + Copy + Send + Sync + 'static,
) {
    for (token, is_so) in OPERATORS {
        lexicon.register_fn(token.literal_syntax(), move |a: A, b: B| {
            order(a, b).map(|order| order.is_some_and(is_so))
        });
    }
}
