//! Numbers as people want to read them.

use rhai::{EvalAltResult, FLOAT, INT};

use super::lexicon::Lexicon;
use super::trouble::Trouble;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// More digits after the point than any number has that has one before it.
const MOST_DIGITS: INT = 17;

/// Registers what is done to numbers.
pub fn register(lexicon: &mut Lexicon) {
    lexicon.register_fn("round", round);
}

/// The number with so many digits after the point. It is rounded as it is written, since a number times
/// a power of ten is another one: 1.005 is a little less than it looks.
fn round(number: FLOAT, digits: INT) -> Result<FLOAT> {
    let digits = usize::try_from(digits)
        .ok()
        .filter(|_| digits <= MOST_DIGITS)
        .ok_or_else(|| {
            Trouble::argument(format!(
                "a number is rounded to 0 to {MOST_DIGITS} digits after the point, not to {digits}"
            ))
            .raise()
        })?;
    if digits == 0 || !number.is_finite() {
        return Ok(number.round());
    }
    Ok(format!("{number:.digits$}").parse().unwrap_or(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_digits_after_the_point() {
        for (number, digits, expected) in [
            (200.0 / 3.0, 1, 66.7),
            (1.005, 2, 1.0),
            (0.125, 2, 0.12),
            (-2.5, 0, -3.0),
            (1e300, 17, 1e300),
            (f64::INFINITY, 2, f64::INFINITY),
        ] {
            let found = round(number, digits).unwrap();
            assert!(found.total_cmp(&expected).is_eq(), "{number} {found}");
        }
        assert!(round(f64::NAN, 1).unwrap().is_nan());
        for digits in [-1, 18, INT::MIN, INT::MAX] {
            assert!(round(1.5, digits).is_err());
        }
    }
}
