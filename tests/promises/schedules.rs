//! A schedule means what it says, and jobs run when they are due.

use crate::stage::mw::Mw;
use crate::stage::process::Process;

/// The next instants of a line, after an instant, in a zone.
#[track_caller]
fn due(line: &str, zone: &str, after: &str, expected: &[&str]) {
    let count = expected.len().to_string();
    let done = Mw::new([
        "jobs",
        "next",
        "--cron",
        line,
        "--timezone",
        zone,
        "--after",
        after,
        "--count",
        &count,
        "--output",
        "json",
    ])
    .any_stdout()
    .run();
    let found: Vec<String> = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(found, expected, "{line} in {zone} after {after}");
}

/// A line that is refused, with the column at fault and what to do.
#[track_caller]
fn refused(line: &str, expected: &str) {
    Mw::new(["jobs", "next", "--cron", line])
        .stderr(expected)
        .code(2)
        .run();
}

#[test]
fn a_job_in_the_spring_gap_runs_once_right_after_it() {
    // 02:30 does not exist on the 8th: 03:00 EDT stands in. The day after it is 02:30 EDT.
    due(
        "30 2 * * *",
        "America/New_York",
        "2026-03-08T05:00:00Z",
        &["2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"],
    );
    // Cairo's gap is at midnight.
    due(
        "0 0 * * *",
        "Africa/Cairo",
        "2026-04-23T12:00:00Z",
        &["2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"],
    );
}

#[test]
fn a_job_in_the_autumn_fold_runs_once_the_first_time() {
    due(
        "30 1 * * *",
        "America/New_York",
        "2026-11-01T04:00:00Z",
        &["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"],
    );
}

#[test]
fn a_job_of_every_half_hour_follows_real_time_through_the_fold() {
    due(
        "*/30 * * * *",
        "America/New_York",
        "2026-11-01T04:59:00Z",
        &[
            "2026-11-01T05:00:00Z",
            "2026-11-01T05:30:00Z",
            "2026-11-01T06:00:00Z",
            "2026-11-01T06:30:00Z",
            "2026-11-01T07:00:00Z",
        ],
    );
}

#[test]
fn weekdays_are_those_of_unix() {
    let new_year = "2026-01-01T00:00:00Z";
    let first_working_days = [
        "2026-01-01T09:00:00Z",
        "2026-01-02T09:00:00Z",
        "2026-01-05T09:00:00Z",
    ];
    due("0 9 * * 1-5", "UTC", new_year, &first_working_days);
    let sundays = ["2026-01-04T09:00:00Z", "2026-01-11T09:00:00Z"];
    for sunday in ["0", "7", "sun", "SUN"] {
        due(&format!("0 9 * * {sunday}"), "UTC", new_year, &sundays);
    }
    due(
        "0 9 * * FRI-SUN",
        "UTC",
        new_year,
        &[
            "2026-01-02T09:00:00Z",
            "2026-01-03T09:00:00Z",
            "2026-01-04T09:00:00Z",
            "2026-01-09T09:00:00Z",
        ],
    );
}

#[test]
fn day_of_month_or_weekday_unless_one_begins_with_a_star() {
    let new_year = "2026-01-01T00:00:00Z";
    due(
        "0 9 13 * FRI",
        "UTC",
        new_year,
        &[
            "2026-01-02T09:00:00Z",
            "2026-01-09T09:00:00Z",
            "2026-01-13T09:00:00Z",
        ],
    );
    due(
        "0 9 */2 * MON",
        "UTC",
        new_year,
        &[
            "2026-01-05T09:00:00Z",
            "2026-01-19T09:00:00Z",
            "2026-02-09T09:00:00Z",
        ],
    );
}

#[test]
fn the_next_instant_is_strictly_later() {
    due(
        "0 0 * * *",
        "UTC",
        "2026-01-01T00:00:00Z",
        &["2026-01-02T00:00:00Z"],
    );
    due(
        "@Midnight",
        "UTC",
        "2026-01-01T23:59:59Z",
        &["2026-01-02T00:00:00Z"],
    );
    due(
        "0 22-2 * * *",
        "UTC",
        "2026-01-01T02:00:00Z",
        &["2026-01-01T22:00:00Z", "2026-01-01T23:00:00Z"],
    );
    due(
        "CRON_TZ=Europe/Berlin 0 12 29 2 *",
        "UTC",
        "2026-01-01T00:00:00Z",
        &["2028-02-29T11:00:00Z"],
    );
}

#[test]
fn lines_that_do_not_mean_what_they_seem_to_are_refused() {
    refused(
        "@every 5m",
        "error: `@every` counts from an unknown start
  --> --cron:1:1
   |
 1 | @every 5m
   | ^^^^^^
  help: write steps: `*/15 * * * *` is every 15 minutes, `0 */2 * * *` every two hours
",
    );
    refused(
        "5/15 * * * *",
        "error: `5/15` steps from a single minute, not through a range
  --> --cron:1:1
   |
 1 | 5/15 * * * *
   | ^^^^
  help: write `5-59/15`
",
    );
    refused(
        "0 0 1,,2 * *",
        "error: an item of the day of the month list `1,,2` is empty
  --> --cron:1:6
   |
 1 | 0 0 1,,2 * *
   |      ^
  help: write `1,2`
",
    );
    refused(
        "0 0 30 2 *",
        "error: day `30` never comes in the months of this line
  --> --cron:1:5
   |
 1 | 0 0 30 2 *
   |     ^^
  help: write a day that these months have, or `*` for every month
",
    );
    refused(
        "0 0 * * * *",
        "error: the schedule has 6 fields instead of 5
  --> --cron:1:11
   |
 1 | 0 0 * * * *
   |           ^
  help: a line with seconds first needs `seconds = true`; a command does not belong here
",
    );
}

#[test]
fn a_zone_that_does_not_exist_is_refused() {
    Mw::new([
        "jobs",
        "next",
        "--cron",
        "0 0 * * *",
        "--timezone",
        "Mars/Base",
    ])
    .stderr(
        "error: there is no time zone `Mars/Base`
  help: write a name of the time zone database, such as `Europe/Berlin` or `UTC`
",
    )
    .code(2)
    .run();
}

const JOBS: &str = r#"
[[job]]
name = "tick"
cron = "* * * * * *"
seconds = true
script = "tick.rhai"
args = { greeting = "hello" }
overlap = "skip"
allow = ["read"]
"#;

const TICK: &str = "//! Say that it is due.
//! @param greeting: string  what to say
print(`${args.greeting}, ${clouds().len()} clouds`);
";

#[test]
fn a_job_runs_when_it_is_due_and_the_service_drains() {
    let mut service = Mw::new(["--sim", "serve", "--jobs", "jobs.toml"])
        .file("jobs.toml", JOBS)
        .file("tick.rhai", TICK)
        .start();
    assert_eq!(service.says("tick#1"), "tick#1  hello, 2 clouds");
    service.notes("tick: run 1 succeeded");
    service.signal("TERM");
    let ended = service.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

/// A run that is still under way when the service is told to stop.
const PATIENT: &str = r#"
print("started");
let tries = 0;
while tries < 2_000_000 { tries += 1; }
print("finished");
"#;

/// A service with a run of this script under way, which says so.
fn at_work(script: &str) -> Process {
    let jobs = JOBS.replace("args = { greeting = \"hello\" }\n", "");
    let mut service = Mw::new(["--sim", "serve"])
        .file("jobs.toml", &jobs)
        .file("tick.rhai", script)
        .start();
    service.says("started");
    service
}

#[test]
fn a_run_under_way_is_waited_for() {
    let service = at_work(PATIENT);
    service.signal("TERM");
    let ended = service.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.ends_with("finished\n"), "{}", ended.stdout);
}

#[test]
fn a_second_signal_cancels_what_runs() {
    let mut service = at_work("print(\"started\"); while true {}");
    service.signal("TERM");
    service.notes("stopping");
    let ended = service.insists("TERM");
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
}

#[test]
fn a_signal_that_is_told_twice_at_once_cancels_nothing() {
    let service = at_work(PATIENT);
    // As `timeout` does it: the process is told, and the group it is in.
    service.signal("TERM");
    service.signal("TERM");
    let ended = service.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.ends_with("finished\n"), "{}", ended.stdout);
}
