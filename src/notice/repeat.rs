//! When delivery is tried again.

use chrono::TimeDelta;

/// The wait before the second attempt; each one after it is four times as long as the one before.
const FIRST: TimeDelta = TimeDelta::seconds(30);
/// The longest wait, and so many of them that the last attempt is made a day after the first.
const LONGEST: TimeDelta = TimeDelta::hours(7);
/// How many attempts are made.
const MOST: u32 = 9;

/// How long to wait before this attempt, counted from the one before it; none where it is not made.
/// Attempts count from 1, and the first one is made at once.
#[must_use]
pub fn wait_before(attempt: u32) -> Option<TimeDelta> {
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
            assert_eq!(wait_before(attempt), expected, "attempt {attempt}");
        }
        let whole: TimeDelta = (1..=MOST).filter_map(wait_before).sum();
        assert_eq!(
            whole,
            TimeDelta::minutes(24 * 60 - 10) + TimeDelta::seconds(30)
        );
    }
}
