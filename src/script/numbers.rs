//! Numbers as people want to read them.

use rhai::{EvalAltResult, FLOAT, INT};

use super::lexicon::Lexicon;
use super::trouble::Trouble;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// More digits after the point than any number has that has one before it.
const MOST_DIGITS: i32 = 17;

/// Registers what is done to numbers.
pub fn register(lexicon: &mut Lexicon) {
    lexicon.register_fn("round", round);
}

/// The number with so many digits after the point, halves away from zero. It is rounded as it is: 1.005 is
/// a little less than it looks.
fn round(number: FLOAT, digits: INT) -> Result<FLOAT> {
    let digits = i32::try_from(digits)
        .ok()
        .filter(|digits| (0..=MOST_DIGITS).contains(digits))
        .ok_or_else(|| {
            Trouble::argument(format!(
                "a number is rounded to 0 to {MOST_DIGITS} digits after the point, not to {digits}"
            ))
            .raise()
        })?;
    if digits == 0 || !number.is_finite() {
        return Ok(number.round());
    }
    let power = FLOAT::from(10).powi(digits);
    let scaled = number * power;
    // Writing takes a half to the even digit.
    let is_half = scaled.fract().abs().total_cmp(&0.5).is_eq();
    let near = if is_half && is_written_by(number, digits + 1) {
        scaled.round() / power
    } else {
        number
    };
    let digits = usize::try_from(digits).unwrap_or_default();
    Ok(format!("{near:.digits$}").parse().unwrap_or(number))
}

/// Whether so many digits after the point are all that a number has.
fn is_written_by(number: FLOAT, digits: i32) -> bool {
    let digits = usize::try_from(digits).unwrap_or_default();
    let (short, long) = (
        format!("{number:.digits$}"),
        format!("{number:.0$}", digits + 60),
    );
    long.strip_prefix(&short)
        .is_some_and(|rest| rest.chars().all(|c| c == '0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_digits_after_the_point() {
        for (number, digits, expected) in [
            (200.0 / 3.0, 1, 66.7),
            (1.005, 2, 1.0),
            (0.125, 2, 0.13),
            (-0.25, 1, -0.3),
            (12.25, 1, 12.3),
            (7.652_925, 5, 7.65292),
            (0.35, 1, 0.3),
            (99.5, 1, 99.5),
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
