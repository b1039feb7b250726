//! Amounts of money, as the API counts them.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Sub};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Thousandths of a US dollar in a dollar.
const MILS: i64 = 1_000;

/// An amount of US dollars, exact to a mil (1/1000).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// So many mils.
    #[must_use]
    pub const fn mils(mils: i64) -> Self {
        Self(mils)
    }

    /// So many dollars, to the nearest mil; none where it is no amount.
    #[must_use]
    pub fn dollars(dollars: f64) -> Option<Self> {
        let mils = (dollars * 1_000.0).round();
        #[expect(clippy::cast_possible_truncation, reason = "its range is looked at")]
        (mils.abs() < 9e15).then_some(Self(mils as i64))
    }

    /// The amount in mils.
    #[must_use]
    pub const fn as_mils(self) -> i64 {
        self.0
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Mul<i64> for Money {
    type Output = Self;

    fn mul(self, times: i64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

/// `$2,980.80`, and a third decimal only where it says something.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mils = self.0.unsigned_abs();
        let (dollars, rest) = (mils / 1_000, mils % 1_000);
        let digits = dollars.to_string();
        f.write_str("$")?;
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        if rest.is_multiple_of(10) {
            write!(f, ".{:02}", rest / 10)
        } else {
            write!(f, ".{rest:03}")
        }
    }
}

/// `500`, `$500`, `1,250.50`.
impl FromStr for Money {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no amount of dollars; write it like 500 or 1250.50");
        let plain = text.trim();
        let plain = plain.strip_prefix('$').unwrap_or(plain);
        let (whole, part) = plain.split_once('.').unwrap_or((plain, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let whole = ungrouped(whole).ok_or_else(wrong)?;
        if whole.is_empty() || !is_number(&whole) || !is_number(part) || part.len() > 3 {
            return Err(wrong());
        }
        let whole: i64 = whole.parse().map_err(|_| wrong())?;
        let part: i64 = format!("{part:0<3}").parse().map_err(|_| wrong())?;
        whole
            .checked_mul(MILS)
            .and_then(|mils| mils.checked_add(part))
            .map(Self)
            .ok_or_else(wrong)
    }
}

/// A number without the commas between its groups of three digits; nothing where they stand elsewhere,
/// since somebody may have meant a point: `99,5`.
fn ungrouped(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let is_grouped = first.len() <= 3 && !first.is_empty() && groups.all(|group| group.len() == 3);
    (is_grouped || !whole.contains(',')).then(|| whole.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_as_people_write_them_and_read_back() {
        for (mils, shown) in [
            (0, "$0.00"),
            (5, "$0.005"),
            (1_380, "$1.38"),
            (999_990, "$999.99"),
            (2_980_800, "$2,980.80"),
            (1_234_567_890, "$1,234,567.89"),
        ] {
            assert_eq!(Money::mils(mils).to_string(), shown);
            assert_eq!(shown.parse(), Ok(Money::mils(mils)));
        }
        assert_eq!("500".parse(), Ok(Money::mils(500_000)));
        assert_eq!("0.5".parse(), Ok(Money::mils(500)));
        assert_eq!(Money::mils(-1_500).to_string(), "-$1.50");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            "-1",
            "a",
            "1.2345",
            "1e3",
            ".5",
            "$",
            "99999999999999999999",
            "1.5.5",
            "99,5",
            "72,0",
            ",720",
            "1,2500",
            "1,,250",
            "1,250,5",
        ] {
            let error = text.parse::<Money>().unwrap_err();
            assert!(error.contains("500"), "{error}");
        }
        assert_eq!(Money::dollars(f64::NAN), None);
        assert_eq!(Money::dollars(f64::INFINITY), None);
        assert_eq!(Money::dollars(1.1), Some(Money::mils(1_100)));
    }
}
