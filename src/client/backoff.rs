//! How long to wait before the next try.

use chrono::TimeDelta;

/// A random wait between nothing and the doubled base ("full jitter"), so that callers that failed
/// together do not come back together. `retry` counts from 0.
#[must_use]
pub fn full_jitter(
    random: &mut fastrand::Rng,
    base: TimeDelta,
    cap: TimeDelta,
    retry: u32,
) -> TimeDelta {
    let most = doubled(base, cap, retry).num_milliseconds().max(0);
    TimeDelta::milliseconds(random.i64(0..=most))
}

/// The base doubled `retry` times, `cap` at most.
#[must_use]
pub fn doubled(base: TimeDelta, cap: TimeDelta, retry: u32) -> TimeDelta {
    let factor = 1_i32 << retry.min(30);
    base.checked_mul(factor).map_or(cap, |wait| wait.min(cap))
}

/// The wait that the server asked for, and a little more, so that not all come at the same moment.
#[must_use]
pub fn asked(random: &mut fastrand::Rng, asked: TimeDelta, base: TimeDelta) -> TimeDelta {
    let jitter = random.i64(0..=base.num_milliseconds().max(0));
    asked
        .checked_add(&TimeDelta::milliseconds(jitter))
        .unwrap_or(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_doubles_up_to_the_cap() {
        let (base, cap) = (TimeDelta::milliseconds(500), TimeDelta::seconds(30));
        for (retry, expected) in [
            (0, 500),
            (1, 1000),
            (5, 16_000),
            (6, 30_000),
            (u32::MAX, 30_000),
        ] {
            assert_eq!(
                doubled(base, cap, retry).num_milliseconds(),
                expected,
                "{retry}"
            );
        }
        let mut random = fastrand::Rng::with_seed(7);
        let drawn: Vec<i64> = (0..200)
            .map(|_| full_jitter(&mut random, base, cap, 1).num_milliseconds())
            .collect();
        assert!(drawn.iter().all(|ms| (0..=1000).contains(ms)));
        assert!(drawn.iter().any(|ms| *ms < 250) && drawn.iter().any(|ms| *ms > 750));
    }

    #[test]
    fn the_server_is_never_visited_before_it_asked() {
        let mut random = fastrand::Rng::with_seed(7);
        for seconds in [0, 1, 600] {
            let asked_for = TimeDelta::seconds(seconds);
            let wait = asked(&mut random, asked_for, TimeDelta::milliseconds(500));
            assert!(wait >= asked_for && wait <= asked_for + TimeDelta::milliseconds(500));
        }
    }

    #[test]
    fn a_seed_fixes_the_waits() {
        let draw = || {
            let mut random = fastrand::Rng::with_seed(42);
            (0..5)
                .map(|n| full_jitter(&mut random, TimeDelta::seconds(1), TimeDelta::seconds(9), n))
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
    }
}
