//! What narrows a job's schedules, against a walk that asks of each fire whether it may be.

use std::fmt::Write as _;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use fastrand::Rng;

use crate::schedule::calendar::oracle::{self, ZONES, changes};
use crate::schedule::{CronLine, Job, Jobs};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn read(calendars: &str, keys: &str) -> Result<Jobs, Vec<String>> {
    let text = format!("{calendars}\n[[job]]\nname = \"a\"\nscript = \"a.rhai\"\n{keys}\n");
    Jobs::read("jobs.toml", &text).map_err(|complaints| {
        let told = complaints.into_iter().map(|complaint| {
            let place = complaint.place.unwrap();
            let marked = place.text.chars().skip(place.column - 1);
            let marked: String = marked.take(place.length).collect();
            let (message, hint) = (complaint.message, complaint.hint.unwrap_or_default());
            format!(
                "{}:{} {marked}\n  {message}\n  {hint}",
                place.line, place.column
            )
        });
        told.collect()
    })
}

#[track_caller]
fn job(calendars: &str, keys: &str) -> Job {
    let jobs = read(calendars, keys).unwrap_or_else(|told| panic!("{}", told.join("\n")));
    Job::clone(jobs.get("a").unwrap())
}

fn fires(job: &Job, after: &str, count: usize) -> Vec<String> {
    std::iter::successors(job.next_after(at(after)), |fire| job.next_after(*fire))
        .take(count)
        .map(|fire| fire.format("%m-%d %H:%M").to_string())
        .collect()
}

const HOLIDAYS: &str = "[calendar.holidays]\ndays = [2026-12-25, \"12-26\"]";

#[test]
fn a_day_left_out_is_no_day_of_the_job() {
    let job = job(
        HOLIDAYS,
        "cron = \"0 3 * * *\"\nexcept = [\"holidays\", \"sun\"]",
    );
    assert_eq!(
        fires(&job, "2026-12-24T00:00:00Z", 3),
        ["12-24 03:00", "12-28 03:00", "12-29 03:00"]
    );
}

#[test]
fn a_job_keeps_to_the_days_it_names() {
    let month_end = job(
        HOLIDAYS,
        "cron = \"0 3 * * *\"\nonly = \"last business day\"",
    );
    assert_eq!(
        fires(&month_end, "2026-01-01T00:00:00Z", 2),
        ["01-30 03:00", "02-27 03:00"]
    );
    let both = job(
        "",
        "cron = \"0 3 * * *\"\nonly = [\"sat-sun\"]\nexcept = \"last sun\"",
    );
    assert_eq!(
        fires(&both, "2026-01-24T00:00:00Z", 2),
        ["01-24 03:00", "01-31 03:00"]
    );
}

#[test]
fn the_date_is_the_one_in_the_zone_of_the_line() {
    let lines = "cron = [\"CRON_TZ=Asia/Tokyo 0 3 * * *\", \"0 4 * * *\"]\nexcept = 2026-12-25";
    assert_eq!(
        fires(&job("", lines), "2026-12-23T23:00:00Z", 4),
        ["12-24 04:00", "12-25 18:00", "12-26 04:00", "12-26 18:00"]
    );
}

#[test]
fn a_job_begins_and_ends_with_its_instants() {
    let keys = "timezone = \"Europe/Berlin\"\ncron = \"0 * * * *\"\n\
                not_before = \"2026-07-01T08:00\"\nnot_after = 2026-07-01T08:00:00Z";
    assert_eq!(
        fires(&job("", keys), "2026-01-01T00:00:00Z", 9),
        ["07-01 06:00", "07-01 07:00", "07-01 08:00"]
    );
    let days = "cron = \"0 */12 * * *\"\nnot_before = 2026-07-01\nnot_after = \"2026-07-01\"";
    assert_eq!(
        fires(&job("", days), "2026-01-01T00:00:00Z", 9),
        ["07-01 00:00", "07-01 12:00"]
    );
}

#[test]
fn a_job_whose_time_is_over_has_no_next_fire_and_a_file_that_is_fine() {
    let over = job("", "cron = \"0 3 * * *\"\nnot_after = 1999-12-31");
    assert_eq!(over.next_after(at("2026-01-01T00:00:00Z")), None);
    let gone = job("", "cron = \"* * * * *\"\nonly = 1999-12-31");
    let started = Instant::now();
    assert_eq!(gone.next_after(at("2026-01-01T00:00:00Z")), None);
    // Days are passed over whole: in minutes it would be forty million steps.
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

#[test]
fn a_fire_outside_the_window_is_none_and_a_run_knows_when_its_window_ends() {
    let keys =
        "timezone = \"America/New_York\"\ncron = \"30 */6 * * *\"\nwindow = \"sat 22:00-06:00\"";
    let job = job("", keys);
    assert_eq!(
        fires(&job, "2026-03-01T12:00:00Z", 3),
        ["03-08 05:30", "03-15 04:30", "03-22 04:30"]
    );
    let inside = job.window_of(at("2026-03-08T05:30:00Z"));
    assert_eq!(inside, Some(at("2026-03-08T10:00:00Z")));
    let outside = at("2026-03-08T10:00:00Z");
    assert_eq!(job.window_of(outside), Some(outside));
}

#[test]
fn what_narrows_a_job_is_part_of_its_schedule() {
    let keys = "cron = \"0 3 * * *\"\n";
    let plain = job(HOLIDAYS, keys);
    assert!(plain.has_schedule_of(&job("", keys)));
    for narrower in [
        "except = \"holidays\"",
        "only = \"mon\"",
        "not_before = 2026-01-01",
        "not_after = 2026-01-01",
        "window = \"00:00-12:00\"",
    ] {
        assert!(!plain.has_schedule_of(&job(HOLIDAYS, &format!("{keys}{narrower}"))));
    }
}

#[test]
fn midnight_shown_twice_leaves_no_day_out_and_none_in() {
    // At one minute past midnight the clock of St. John's went back into the day before.
    let keys = "timezone = \"America/St_Johns\"\ncron = \"*/30 * * * *\"\n";
    let of = |days: &str| {
        fires(
            &job("", &format!("{keys}{days}")),
            "2010-11-07T01:59:00Z",
            5,
        )
    };
    assert_eq!(
        of("except = 2010-11-07")[..3],
        ["11-07 02:00", "11-07 03:00", "11-08 03:30"]
    );
    assert_eq!(of("only = 2010-11-06"), ["11-07 02:00", "11-07 03:00"]);
}

#[test]
fn every_mistake_is_told_at_its_place() {
    let calendars = "[calendar.holidays]\ndays = [\"12-25\", \"last business day\"]\n\
                     [calendar.sat]\ndays = []\n[calendar.Freeze]\ndays = 12\n\
                     [calendar.empty]\ndaze = []\n[calendar.times]\ndays = [2026-12-25T08:00:00]";
    let keys = "cron = \"0 3 * * *\"\nexcept = [\"holidys\", \"saturday\", \"2026-02-30\", 7]\n\
                only = []\nnot_before = \"tomorrow\"\nnot_after = 08:00:00\n\
                window = [\"22:00-26:00\", \"weekend 22:00-06:00\", 3]";
    let mut told = read(calendars, keys).unwrap_err();
    let daily = "cron = \"0 3 * * *\"\n";
    for never in [
        "only = \"holidays\"\nexcept = \"12-26\"\nnot_before = 2027-01-01",
        "except = \"sun-sat\"",
        "window = \"22:00-03:00\"",
        "not_before = 2026-01-02\nnot_after = 2026-01-01",
    ] {
        told.push(format!("--- {}", never.replace('\n', ", ")));
        let holidays = "[calendar.holidays]\ndays = [2026-12-25, \"12-26\"]";
        told.extend(read(holidays, &format!("{daily}{never}")).unwrap_err());
        assert!(read(holidays, &format!("enabled = false\n{daily}{never}")).is_ok());
    }
    told.extend(read("calendar = [\"holidays\"]", daily).unwrap_err());
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn bounds_at_random_agree_with_asking_of_every_fire() {
    const DAYS: [&str; 8] = [
        "sat-sun",
        "mon-thu",
        "last day",
        "1st",
        "05-01..09-30",
        "2nd last business day",
        "first sun",
        "12-20..01-10",
    ];
    const WINDOWS: [&str; 5] = [
        "22:00-06:00",
        "sat-mon 00:00-04:30",
        "01:00-02:30",
        "fri 12:00-24:00",
        "wed-thu 23:30-02:00",
    ];
    let mut rng = Rng::with_seed(13);
    let (mut compared, mut found) = (0, 0);
    for name in ZONES {
        let zone: Tz = name.parse().unwrap();
        let changes = changes(zone);
        for _ in 0..20 {
            let line = oracle::line(&mut rng);
            if CronLine::parse(&line, false).is_err() {
                continue;
            }
            let mut keys = format!("timezone = \"{name}\"\ncron = \"{line}\"\n");
            for key in ["except", "only"] {
                let days = DAYS[rng.usize(0..DAYS.len())].replace("1st", "first day");
                if rng.bool() {
                    writeln!(keys, "{key} = [\"{days}\", \"10-31\"]").unwrap();
                }
            }
            if rng.bool() {
                let window = WINDOWS[rng.usize(0..WINDOWS.len())];
                writeln!(keys, "window = \"{window}\"").unwrap();
            }
            let Ok(jobs) = read("[calendar.holidays]\ndays = [\"11-01\"]", &keys) else {
                continue;
            };
            let job = jobs.get("a").unwrap();
            let after =
                changes[rng.usize(0..changes.len())] - TimeDelta::minutes(rng.i64(0..4_000));
            let end = after + TimeDelta::days(20);
            let bounds = &job.bounds;
            let expected: Vec<DateTime<Utc>> = job.calendars[0]
                .fires_after(after)
                .take_while(|fire| *fire < end)
                .filter(|fire| {
                    let date = fire.with_timezone(&zone).date_naive();
                    let holds = |days: &crate::schedule::Days| days.hold(date, &bounds.holidays);
                    !holds(&bounds.except)
                        && bounds.only.as_ref().is_none_or(holds)
                        && bounds
                            .windows
                            .as_ref()
                            .is_none_or(|it| it.closes(*fire).is_some())
                })
                .take(40)
                .collect();
            let next = |fire: &DateTime<Utc>| job.next_after(*fire);
            let given: Vec<_> = std::iter::successors(job.next_after(after), next)
                .take_while(|fire| *fire < end)
                .take(40)
                .collect();
            assert_eq!(given, expected, "{keys} after {after}");
            compared += 1;
            found += given.len();
        }
    }
    println!("{compared} jobs, {found} fires");
    assert!(
        compared > 100 && found > compared,
        "{compared} jobs, {found} fires"
    );
}
