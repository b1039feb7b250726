//! When delivery is tried again.

use chrono::TimeDelta;

/// The wait before the second attempt; each one after it is four times as long as the one before.
const FIRST: TimeDelta = TimeDelta::seconds(30);
/// The longest wait, and so many of them that the last attempt is made a day after the first.
const LONGEST: TimeDelta = TimeDelta::hours(7);
/// How many attempts are made.
const MOST: u32 = 9;

/// How long to wait before this attempt, counted from the one before it; none where it is not made.
/// Attempts count from 1, and the first one is made at once. Whoever asked to be left alone for longer
/// is, up to the longest wait.
#[must_use]
pub fn wait_before(attempt: u32, asked: Option<TimeDelta>) -> Option<TimeDelta> {
    let asked = asked.unwrap_or_default().min(LONGEST);
    own_wait(attempt).map(|own| own.max(asked))
}

fn own_wait(attempt: u32) -> Option<TimeDelta> {
    match attempt {
        0 | 1 => Some(TimeDelta::zero()),
        2..=MOST => {
            let factor = 4_i32.checked_pow(attempt - 2).unwrap_or(i32::MAX);
            let wait = FIRST.checked_mul(factor).unwrap_or(LONGEST);
            Some(wait.min(LONGEST))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end_after_a_day() {
        let minutes = |minutes| Some(TimeDelta::minutes(minutes));
        let table = [
            (0, minutes(0)),
            (1, minutes(0)),
            (2, Some(TimeDelta::seconds(30))),
            (3, minutes(2)),
            (4, minutes(8)),
            (5, minutes(32)),
            (6, minutes(128)),
            (7, minutes(420)),
            (8, minutes(420)),
            (9, minutes(420)),
            (10, None),
            (u32::MAX, None),
        ];
        for (attempt, expected) in table {
            assert_eq!(wait_before(attempt, None), expected, "attempt {attempt}");
        }
        let whole: TimeDelta = (1..=MOST).filter_map(own_wait).sum();
        assert_eq!(
            whole,
            TimeDelta::minutes(24 * 60 - 10) + TimeDelta::seconds(30)
        );
    }

    #[test]
    fn a_host_that_asks_to_wait_is_left_alone_that_long_and_not_for_ever() {
        let wait = |attempt, seconds| wait_before(attempt, Some(TimeDelta::seconds(seconds)));
        assert_eq!(wait(2, 10), Some(TimeDelta::seconds(30)));
        assert_eq!(wait(2, 90), Some(TimeDelta::seconds(90)));
        assert_eq!(wait(2, 1_000_000), Some(LONGEST));
        assert_eq!(wait(10, 90), None);
    }
}
