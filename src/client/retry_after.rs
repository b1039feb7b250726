//! The Retry-After header, in both of its forms.

use chrono::{DateTime, TimeDelta, Utc};

/// The longest wait taken from a server, a thousand years. What is far shorter is a refusal already, of
/// which it is said until when.
const LONGEST_SECONDS: i64 = 1000 * 366 * 24 * 3600;

/// How long the server asks to wait.
///
/// A date is read relative to the answer's own Date, because the two clocks may differ; without one
/// relative to `now`. A date in the past means no wait; anything else is ignored.
#[must_use]
pub fn retry_after(
    header: &str,
    date: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<TimeDelta> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = header.parse::<i64>().unwrap_or(LONGEST_SECONDS);
        return Some(TimeDelta::seconds(seconds.min(LONGEST_SECONDS)));
    }
    let at = http_date(header)?;
    let wait = at.signed_duration_since(date.unwrap_or(now));
    Some(wait.clamp(TimeDelta::zero(), TimeDelta::seconds(LONGEST_SECONDS)))
}

/// A date as HTTP writes it.
#[must_use]
pub fn http_date(text: &str) -> Option<DateTime<Utc>> {
    httpdate::parse_http_date(text.trim())
        .ok()
        .map(DateTime::<Utc>::from)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_the_rest_is_ignored() {
        let now = "2026-01-15T08:00:00Z".parse().unwrap();
        let served = "2026-01-15T09:00:00Z".parse().unwrap();
        let seconds = |text: &str, date| retry_after(text, date, now).map(|d| d.num_seconds());
        for (header, date, expected) in [
            ("120", None, Some(120)),
            (" 0 ", None, Some(0)),
            ("Thu, 15 Jan 2026 08:01:00 GMT", None, Some(60)),
            // The server's clock is an hour ahead of ours: its own Date decides.
            ("Thu, 15 Jan 2026 09:00:30 GMT", Some(served), Some(30)),
            ("Thu, 15 Jan 2026 07:00:00 GMT", None, Some(0)),
            ("1000000000", None, Some(1_000_000_000)),
            (
                "Thu, 01 Jan 2099 08:00:00 GMT",
                None,
                Some(26_649 * 24 * 3600),
            ),
            ("99999999999999999999999", None, Some(LONGEST_SECONDS)),
            ("-5", None, None),
            ("1.5", None, None),
            ("", None, None),
            ("soon", None, None),
        ] {
            assert_eq!(seconds(header, date), expected, "{header:?}");
        }
    }

    proptest! {
        #[test]
        fn no_header_breaks_it_or_makes_it_wait_backwards(text in ".{0,40}", seconds in any::<u64>()) {
            let now = crate::clock::simulated_start();
            for header in [text, seconds.to_string()] {
                if let Some(wait) = retry_after(&header, None, now) {
                    prop_assert!(wait >= TimeDelta::zero());
                    prop_assert!(now.checked_add_signed(wait).is_some());
                }
            }
        }
    }
}
