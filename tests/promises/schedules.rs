//! A schedule means what it says, and jobs run when they are due.

use crate::stage::mw::Mw;

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

#[test]
fn a_run_under_way_is_waited_for() {
    let jobs = JOBS.replace("args = { greeting = \"hello\" }\n", "");
    let mut service = Mw::new(["--sim", "serve"])
        .file("jobs.toml", &jobs)
        .file("tick.rhai", PATIENT)
        .start();
    service.says("started");
    service.signal("TERM");
    let ended = service.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.ends_with("finished\n"), "{}", ended.stdout);
}

#[test]
fn a_second_signal_cancels_what_runs() {
    let jobs = JOBS.replace("args = { greeting = \"hello\" }\n", "");
    let mut service = Mw::new(["--sim", "serve"])
        .file("jobs.toml", &jobs)
        .file("tick.rhai", "print(\"started\"); while true {}")
        .start();
    service.says("started");
    service.signal("TERM");
    service.notes("stopping");
    service.signal("TERM");
    let ended = service.end();
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
}

#[test]
fn a_broken_jobs_file_gets_every_complaint() {
    let broken = r#"
[[job]]
name = "one"
cron = "0 0 * *"
script = "tick.rhai"

[[job]]
name = "two"
corn = "0 0 * * *"
script = "tick.rhai"
timezone = "Mars/Base"
"#;
    for command in [["serve", "--jobs"], ["jobs", "check"]] {
        let arguments = command.iter().chain(&["jobs.toml"]);
        Mw::new(["--sim"].iter().chain(arguments))
            .file("jobs.toml", broken)
            .file("tick.rhai", "1")
            .stderr(
                r#"error: the schedule has 4 fields instead of 5
  --> jobs.toml:4:9
   |
 4 | cron = "0 0 * *"
   |         ^^^^^^^
  help: write five fields, such as `30 2 * * *` (minute, hour, day, month, weekday)
error: the job has no `cron`
  --> jobs.toml:7:1
   |
 7 | [[job]]
   | ^^^^^^^
  help: write `cron = "30 2 * * *"`
error: a job has no key `corn`
  --> jobs.toml:9:1
   |
 9 | corn = "0 0 * * *"
   | ^^^^
  help: did you mean `cron`?
error: there is no time zone `Mars/Base`
  --> jobs.toml:11:12
    |
 11 | timezone = "Mars/Base"
    |            ^^^^^^^^^^^
  help: write a name of the time zone database, such as `Europe/Berlin` or `UTC`
"#,
            )
            .code(2)
            .run();
    }
}

#[test]
fn a_job_that_cannot_run_is_refused_before_it_is_due() {
    let jobs = r#"
[[job]]
name = "one"
cron = "0 0 * * *"
script = "missing.rhai"

[[job]]
name = "two"
cron = "0 0 * * *"
script = "tick.rhai"
allow = ["disrubt"]
args = { greting = "hello" }
"#;
    Mw::new(["--sim", "serve"])
        .file("jobs.toml", jobs)
        .file("tick.rhai", TICK)
        .stderr(r#"error: job one: cannot read the script missing.rhai: No such file or directory (os error 2)
  --> jobs.toml:5:10
   |
 5 | script = "missing.rhai"
   |          ^^^^^^^^^^^^^^
  help: check the path; a dash reads the script from standard input
error: job two: `disrubt` is neither an effect nor an operation; did you mean `disrupt`?
  --> jobs.toml:11:10
    |
 11 | allow = ["disrubt"]
    |          ^^^^^^^^^
error: job two: the script has no parameter `greting`
  --> jobs.toml:12:20
    |
 12 | args = { greting = "hello" }
    |                    ^^^^^^^
  help: did you mean `greeting`?
"#)
        .code(2)
        .run();
}

#[test]
fn the_jobs_file_of_the_manual_is_one() {
    let root = env!("CARGO_MANIFEST_DIR");
    let page = std::fs::read_to_string(format!("{root}/docs/jobs.md")).unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (jobs, _) = rest.split_once("```").unwrap();
    let script = std::fs::read_to_string(format!("{root}/scripts/rolling_power_cycle.rhai"));
    Mw::new(["jobs", "check", "jobs.toml"])
        .file("jobs.toml", jobs)
        .file("rolling_power_cycle.rhai", &script.unwrap())
        .stdout("jobs.toml: 1 jobs, no problems\n")
        .run();
}

#[test]
fn every_slip_in_the_policies_is_named_with_its_place() {
    let job = "[[job]]\nname = \"a\"\ncron = \"@daily\"\nscript = \"a.rhai\"\n";
    let slips = [
        (
            "catch_up = \"lats\"",
            "there is no catch-up policy `lats`",
            "did you mean `last`?",
        ),
        (
            "catch_up_window = \"soon\"",
            "`catch_up_window`: `soon` is not a duration",
            "`15m`",
        ),
        (
            "jitter = 5",
            "`jitter` is a whole number, but should be text",
            "jitter = \"10m\"",
        ),
        (
            "retry = -1",
            "`retry` must be from 0 to 100, not -1",
            "retry = 3",
        ),
        (
            "retry = { wait = \"1m\" }",
            "`retry` has no `times`",
            "times = 3",
        ),
        (
            "retry = { tims = 1 }",
            "`retry` has no key `tims`",
            "did you mean `times`?",
        ),
        (
            "group = \"power\"",
            "there is no group `power`",
            "[group.power]",
        ),
        (
            "pause_on_failure = \"x\"",
            "`pause_on_failure` is text",
            "pause_on_failure = 3",
        ),
        (
            "pause_on_failure = 0",
            "from 1 to 1000, not 0",
            "pause_on_failure = 3",
        ),
        (
            "spend_limit = -5",
            "`spend_limit` is no amount of dollars",
            "spend_limit = 500",
        ),
        (
            "deny = \"spend\"",
            "`deny` is text, but should be a list",
            "deny = [",
        ),
        ("deny = [\"spnd\"]", "spnd", "spend"),
        ("grace = \"9999d\"", "is longer than a year", "`90s`"),
        (
            "overlp = \"skip\"",
            "a job has no key `overlp`",
            "did you mean `overlap`?",
        ),
    ];
    for (slip, message, hint) in slips {
        let done = Mw::new(["jobs", "check", "jobs.toml"])
            .file("jobs.toml", &format!("{job}{slip}\n"))
            .file("a.rhai", "1")
            .any_stderr()
            .code(2)
            .run();
        for part in [message, hint, "jobs.toml:5:"] {
            assert!(
                done.stderr.contains(part),
                "{slip}: {part}: {}",
                done.stderr
            );
        }
    }
}
