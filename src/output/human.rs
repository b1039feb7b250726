//! Values for people: sizes, money and time in the units they think in.

use chrono::{DateTime, Utc};

use crate::money::Money;
use crate::record::{Moment, Unit, View};

/// The value written out, where its unit says how.
pub(super) fn written(view: &View<'_>, unit: Unit) -> Option<String> {
    let number = match view {
        View::Int(whole) => as_float(*whole),
        View::Float(float) => *float,
        View::Text(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    if !number.is_finite() {
        return None;
    }
    match unit {
        Unit::Plain | Unit::State | Unit::Instant | Unit::Within(_) => None,
        Unit::Memory(each) => Some(size(number * bytes(each), 1024.0, &BINARY)),
        Unit::Storage(each) => Some(size(number * bytes(each), 1000.0, &DECIMAL)),
        Unit::Time(each) => Some(span(number * f64::from(each))),
        Unit::Money { parts, hourly } => {
            let money = Money::dollars(number / f64::from(parts))?;
            Some(if hourly {
                format!("{money}/h")
            } else {
                money.to_string()
            })
        }
    }
}

/// How long ago an instant was, `3d 4h`, or how far off it is, `in 3d 4h`.
pub(super) fn age(text: &str, now: DateTime<Utc>) -> Option<String> {
    let seconds = (now - Moment::read(text)?).num_seconds();
    let told = span(as_float(seconds.saturating_abs()));
    Some(if seconds < 0 {
        format!("in {told}")
    } else {
        told
    })
}

const BINARY: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const DECIMAL: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/// The precision that counts beyond 2^53 lose is far below what is shown.
#[expect(clippy::cast_precision_loss, reason = "it is rounded for people")]
fn as_float(whole: i64) -> f64 {
    whole as f64
}

#[expect(clippy::cast_precision_loss, reason = "it is rounded for people")]
fn bytes(each: u64) -> f64 {
    each as f64
}

/// A size with one digit after the point, where it says anything.
fn size(bytes: f64, step: f64, names: &[&str]) -> String {
    let mut value = bytes;
    let mut names = names.iter();
    let mut name = names.next().copied().unwrap_or_default();
    for next in names {
        // What would be rounded up to a whole step is one.
        if (value.abs() * 10.0).round() / 10.0 < step {
            break;
        }
        value /= step;
        name = next;
    }
    let text = format!("{value:.1}");
    format!("{} {name}", text.strip_suffix(".0").unwrap_or(&text))
}

/// Units of time in seconds, the greatest first.
const UNITS: [(u64, &str); 5] = [
    (365 * 86_400, "y"),
    (86_400, "d"),
    (3_600, "h"),
    (60, "m"),
    (1, "s"),
];

/// A span in its two greatest units: `3d 4h`, `12m 30s`; below a second in milliseconds.
#[must_use]
pub fn span(seconds: f64) -> String {
    let sign = if seconds < 0.0 { "-" } else { "" };
    let seconds = seconds.abs();
    if seconds > 0.0 && seconds < 1.0 {
        return format!("{sign}{:.0}ms", (seconds * 1000.0).max(1.0));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is positive, and a cast saturates"
    )]
    let whole = seconds as u64;
    let mut left = whole;
    let counts = UNITS.map(|(length, name)| {
        let count = left / length;
        left %= length;
        (count, name)
    });
    let Some(first) = counts.iter().position(|(count, _)| *count > 0) else {
        return "0s".to_owned();
    };
    let told: Vec<String> = counts
        .iter()
        .skip(first)
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count}{name}"))
        .collect();
    format!("{sign}{}", told.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_counted_as_their_makers_do() {
        let cases = [
            (Unit::Memory(1), 274_877_906_944, "256 GiB"),
            (Unit::MEBIBYTES, 262_144, "256 GiB"),
            (Unit::GIBIBYTES, 1_536, "1.5 TiB"),
            (Unit::Storage(1), 6_400_000_000_000, "6.4 TB"),
            (Unit::GIGABYTES, 480, "480 GB"),
            (Unit::Storage(1), 999_999, "1 MB"),
            (Unit::Storage(1), 0, "0 B"),
            (Unit::Memory(1), 1_023, "1023 B"),
        ];
        for (unit, count, expected) in cases {
            let shown = written(&View::Int(count), unit);
            assert_eq!(shown.as_deref(), Some(expected), "{unit:?} {count}");
        }
        assert_eq!(
            written(&View::Text("128"), Unit::GIBIBYTES).as_deref(),
            Some("128 GiB")
        );
        assert_eq!(written(&View::Text("lots"), Unit::GIBIBYTES), None);
    }

    #[test]
    fn money_is_in_dollars_to_the_mil() {
        let cases = [
            (Unit::HOURLY, 1.38, "$1.38/h"),
            (Unit::HOURLY, 0.062, "$0.062/h"),
            (Unit::DOLLARS, 993.6, "$993.60"),
            (Unit::CENTS, 1_656_000.0, "$16,560.00"),
            (Unit::CENTS, 5.0, "$0.05"),
            (Unit::HOURLY_MILS, 1_380.0, "$1.38/h"),
            (Unit::MILS, 1.0, "$0.001"),
            (Unit::CENTS, -123_456_789.0, "-$1,234,567.89"),
            (Unit::DOLLARS, -0.000_01, "$0.00"),
        ];
        for (unit, count, expected) in cases {
            let shown = written(&View::Float(count), unit);
            assert_eq!(shown.as_deref(), Some(expected), "{unit:?} {count}");
        }
    }

    #[test]
    fn ages_are_told_in_two_units() {
        let now = "2026-01-15T08:00:00Z".parse().unwrap();
        let cases = [
            ("2026-01-12T04:00:00+00:00", "3d 4h"),
            ("2026-01-14T08:00:00+00:00", "1d"),
            ("2026-01-15T07:59:18.000000Z", "42s"),
            ("2026-01-15T08:00:00", "0s"),
            ("2026-01-15T08:12:30Z", "in 12m 30s"),
            ("2023-12-16T08:00:00Z", "2y 31d"),
        ];
        for (text, expected) in cases {
            assert_eq!(age(text, now).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(age("soon", now), None);
    }

    #[test]
    fn spans_are_told_in_two_units() {
        assert_eq!(span(0.0), "0s");
        assert_eq!(span(0.25), "250ms");
        assert_eq!(span(86_400.0 * 2.0 + 60.0), "2d");
        assert_eq!(span(-90.0), "-1m 30s");
        assert_eq!(span(1e300).chars().last(), Some('d'));
    }
}
