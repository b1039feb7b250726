//! The promises of the calendar, and a slow walk through every minute that it must agree with.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::Calendar;
use super::walk::{DrawnLine, line};
use crate::schedule::CronLine;
use crate::zone::{Zone, named};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn calendar(line: &str, zone: &str) -> Calendar {
    Calendar::new(CronLine::parse(line, false).unwrap(), named(zone).unwrap())
}

/// The next fires as local times with their offset.
fn fires(line: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let calendar = calendar(line, zone);
    calendar
        .fires_after(at(after))
        .take(count)
        .map(|fire| {
            fire.with_timezone(&calendar.zone().name().parse::<Tz>().unwrap())
                .format("%m-%d %H:%M %z")
                .to_string()
        })
        .collect()
}

const NEW_YORK: &str = "America/New_York";

#[test]
fn a_fixed_job_in_the_gap_runs_once_right_after_it() {
    assert_eq!(
        fires("30 2 * * *", NEW_YORK, "2026-03-07T08:00:00Z", 2),
        ["03-08 03:00 -0400", "03-09 02:30 -0400"]
    );
    assert_eq!(
        fires("0,30 2,3 * * *", NEW_YORK, "2026-03-08T05:00:00Z", 3),
        [
            "03-08 03:00 -0400",
            "03-08 03:30 -0400",
            "03-09 02:00 -0400"
        ]
    );
}

#[test]
fn a_fixed_job_in_the_fold_runs_the_first_time_only() {
    assert_eq!(
        fires("30 1 * * *", NEW_YORK, "2026-11-01T04:00:00Z", 2),
        ["11-01 01:30 -0400", "11-02 01:30 -0500"]
    );
    // From inside the second pass.
    assert_eq!(
        fires("30 1 * * *", NEW_YORK, "2026-11-01T06:10:00Z", 1),
        ["11-02 01:30 -0500"]
    );
}

#[test]
fn midnight_in_a_gap_runs_after_it() {
    assert_eq!(
        fires("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z", 2),
        ["04-24 01:00 +0300", "04-25 00:00 +0300"]
    );
}

#[test]
fn a_starred_job_follows_elapsed_time_through_the_fold() {
    assert_eq!(
        fires("*/30 * * * *", NEW_YORK, "2026-11-01T04:59:00Z", 5),
        [
            "11-01 01:00 -0400",
            "11-01 01:30 -0400",
            "11-01 01:00 -0500",
            "11-01 01:30 -0500",
            "11-01 02:00 -0500",
        ]
    );
}

#[test]
fn a_starred_job_passes_over_the_gap() {
    assert_eq!(
        fires("30 * * * *", NEW_YORK, "2026-03-08T06:00:00Z", 2),
        ["03-08 01:30 -0500", "03-08 03:30 -0400"]
    );
    assert_eq!(
        fires("*/20 2 * * *", NEW_YORK, "2026-03-08T05:00:00Z", 1),
        ["03-09 02:00 -0400"]
    );
}

#[test]
fn half_an_hour_of_daylight_saving_is_enough() {
    assert_eq!(
        fires(
            "15 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-03T12:00:00Z",
            2
        ),
        ["10-04 02:30 +1100", "10-05 02:15 +1100"]
    );
    assert_eq!(
        fires(
            "45 1 * * *",
            "Australia/Lord_Howe",
            "2026-04-04T12:00:00Z",
            2
        ),
        ["04-05 01:45 +1100", "04-06 01:45 +1030"]
    );
}

#[test]
fn a_day_that_a_zone_skipped_is_made_up_for_at_its_end() {
    assert_eq!(
        fires("0 12 * * *", "Pacific/Apia", "2011-12-29T23:00:00Z", 3),
        [
            "12-31 00:00 +1400",
            "12-31 12:00 +1400",
            "01-01 12:00 +1400"
        ]
    );
}

#[test]
fn next_is_strictly_after() {
    let daily = calendar("0 0 * * *", "UTC");
    let midnight = at("2026-01-02T00:00:00Z");
    assert_eq!(daily.next_after(midnight), Some(at("2026-01-03T00:00:00Z")));
    let just_before = midnight - TimeDelta::nanoseconds(1);
    assert_eq!(daily.next_after(just_before), Some(midnight));
    let just_after = midnight + TimeDelta::nanoseconds(1);
    assert_eq!(
        daily.next_after(just_after),
        Some(at("2026-01-03T00:00:00Z"))
    );
}

#[test]
fn the_ends_of_time_give_an_answer() {
    for line in ["0 0 29 2 *", "* * * * *", "0 0 1 1 *"] {
        for zone in ["UTC", NEW_YORK, "Pacific/Apia"] {
            let calendar = calendar(line, zone);
            assert_eq!(calendar.next_after(DateTime::<Utc>::MAX_UTC), None);
            let first = calendar.next_after(DateTime::<Utc>::MIN_UTC).unwrap();
            assert!(first.year() <= 1972, "{line} {zone} {first}");
        }
    }
    assert_eq!(
        calendar("0 0 1 1 *", "UTC").next_after(at("2100-06-01T00:00:00Z")),
        None
    );
}

#[test]
fn leap_days_are_found() {
    assert_eq!(
        calendar("0 0 29 2 *", "UTC").next_after(at("2026-01-01T00:00:00Z")),
        Some(at("2028-02-29T00:00:00Z"))
    );
}

#[test]
fn seconds_fire_within_the_minute() {
    let line = CronLine::parse("*/20 30 2 * * *", true).unwrap();
    let calendar = Calendar::new(line, Zone::UTC);
    let fires: Vec<_> = calendar
        .fires_after(at("2026-01-01T02:30:00Z"))
        .take(3)
        .collect();
    assert_eq!(
        fires,
        [
            at("2026-01-01T02:30:20Z"),
            at("2026-01-01T02:30:40Z"),
            at("2026-01-02T02:30:00Z")
        ]
    );
}

#[test]
fn a_zone_in_the_line_wins() {
    let line = CronLine::parse("TZ=Asia/Kolkata 0 6 * * *", false).unwrap();
    let calendar = Calendar::new(line, Zone::UTC);
    assert_eq!(
        calendar.next_after(at("2026-01-01T00:00:00Z")),
        Some(at("2026-01-01T00:30:00Z"))
    );
}

/// Zones with the change of the clock around which instants are drawn.
const CHANGES: [(&str, &str); 16] = [
    ("America/New_York", "2026-03-08T07:00:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    ("Africa/Cairo", "2026-04-23T22:00:00Z"),
    ("Africa/Cairo", "2026-10-29T21:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("Australia/Sydney", "2026-10-03T16:00:00Z"),
    ("Australia/Sydney", "2026-04-04T16:00:00Z"),
    ("UTC", "2026-02-28T23:00:00Z"),
    ("Asia/Kolkata", "2027-12-31T18:30:00Z"),
    ("America/Sao_Paulo", "2018-11-04T03:00:00Z"),
    ("America/Sao_Paulo", "2019-02-17T02:00:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("Pacific/Apia", "2012-03-31T14:00:00Z"),
    ("Africa/Casablanca", "2026-02-15T02:00:00Z"),
    ("Pacific/Kwajalein", "1993-08-21T12:00:00Z"),
];

/// The line as it is read; a line whose days never come has nothing to compare.
fn parsed(line: &DrawnLine) -> Option<CronLine> {
    match CronLine::parse(&line.text(), false) {
        Ok(parsed) => Some(parsed),
        Err(error) => {
            assert!(
                error.message.contains("never comes"),
                "{}: {error}",
                line.text()
            );
            None
        }
    }
}

const HORIZON: i64 = 5 * 24 * 60;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_calendar_agrees_with_a_walk_through_every_minute(
        line in line(),
        (zone, change) in prop::sample::select(&CHANGES[..]),
        offset in prop_oneof![
            -9_000_i64..9_000,
            (-150_i64..150).prop_map(|minutes| minutes * 60),
            -50_i64 * 3_600..50 * 3_600,
        ],
    ) {
        let zone: Tz = zone.parse().unwrap();
        let after = at(change) + TimeDelta::seconds(offset);
        let Some(parsed) = parsed(&line) else { return Ok(()); };
        let next = Calendar::new(parsed, named(zone.name()).unwrap()).next_after(after);
        let horizon = (after + TimeDelta::minutes(HORIZON)).with_second(0).unwrap();
        let next = next.filter(|next| *next <= horizon);
        prop_assert_eq!(next, line.walk(zone, after, HORIZON), "{}", line.text());
    }

    #[test]
    fn fires_only_move_forward(
        line in line(),
        (zone, change) in prop::sample::select(&CHANGES[..]),
        offset in -100_000_i64..100_000,
    ) {
        let Some(parsed) = parsed(&line) else { return Ok(()); };
        let calendar = Calendar::new(parsed, named(zone).unwrap());
        let mut last = at(change) + TimeDelta::milliseconds(offset * 1_003);
        for fire in calendar.fires_after(last).take(50) {
            prop_assert!(fire > last, "{} {} {}", line.text(), last, fire);
            last = fire;
        }
    }
}
