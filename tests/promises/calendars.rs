//! A job is due on its days and in its windows, and nowhere else.

use std::fs;

use metalwright::schedule::Jobs;

use crate::stage::mw::Mw;

/// The next fires of the jobs of a file after an instant, as job and UTC.
fn due(jobs: &str, after: &str, count: &str) -> Vec<(String, String)> {
    let arguments = [
        "jobs", "next", "--after", after, "--count", count, "--output", "json",
    ];
    let done = Mw::new(arguments)
        .file("jobs.toml", jobs)
        .file("a.rhai", "1")
        .any_stdout()
        .run();
    let rows: Vec<serde_json::Value> = serde_json::from_str(&done.stdout).unwrap();
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| (text(row, "job"), text(row, "utc")))
        .collect()
}

const JOBS: &str = r#"
[calendar.holidays]
days = ["12-25..12-26"]

[[job]]
name = "nightly"
cron = "0 3 * * *"
except = ["holidays", "sun"]
script = "a.rhai"
"#;

#[test]
fn days_left_out_are_not_shown_as_due() {
    let found = due(JOBS, "2026-12-24T00:00:00Z", "3");
    let utc: Vec<&str> = found.iter().map(|(_, utc)| utc.as_str()).collect();
    // The 25th and the 26th are holidays, and the 27th is a Sunday.
    assert_eq!(
        utc,
        [
            "2026-12-24T03:00:00Z",
            "2026-12-28T03:00:00Z",
            "2026-12-29T03:00:00Z"
        ]
    );
}

#[test]
fn a_mistaken_calendar_is_told_with_its_place() {
    Mw::new(["jobs", "check", "jobs.toml"])
        .file("jobs.toml", &JOBS.replace("[\"holidays\"", "[\"holydays\""))
        .file("a.rhai", "1")
        .stderr(
            "error: `holydays` is neither a calendar of this file nor a day
  --> jobs.toml:8:12
   |
 8 | except = [\"holydays\", \"sun\"]
   |            ^^^^^^^^
  help: did you mean `holidays`?
",
        )
        .code(2)
        .run();
}

#[test]
fn the_example_of_the_manual_is_a_jobs_file_and_means_what_the_page_says() {
    let root = env!("CARGO_MANIFEST_DIR");
    let page = fs::read_to_string(format!("{root}/docs/schedules.md")).unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    let jobs = Jobs::read("jobs.toml", text).unwrap_or_else(|told| panic!("{told:#?}"));
    let next = |job: &str, after: &str| {
        let after = after.parse().unwrap();
        let next = jobs.get(job).unwrap().next_after(after).unwrap();
        next.format("%Y-%m-%dT%H:%MZ").to_string()
    };
    assert_eq!(
        next("rolling-reboot", "2026-01-01T00:00:00Z"),
        "2026-12-01T21:30Z"
    );
    // The freeze, and the holiday of the week after it.
    assert_eq!(
        next("rolling-reboot", "2026-12-17T22:00:00Z"),
        "2027-01-07T21:30Z"
    );
    // Good Friday and Easter Monday, a Saturday between them, the second Tuesday.
    assert_eq!(
        next("rolling-reboot", "2027-03-25T22:00:00Z"),
        "2027-03-27T22:00Z"
    );
    assert_eq!(
        next("rolling-reboot", "2027-03-28T22:00:00Z"),
        "2027-03-30T20:30Z"
    );
    assert_eq!(
        next("month-end", "2026-12-01T00:00:00Z"),
        "2026-12-31T18:00Z"
    );
    // Every entry of the page's table is one.
    let (_, table) = page.split_once("| entry | days |").unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let mut entries = 0;
    for row in rows {
        let cell = row.split('|').nth(1).unwrap();
        for entry in cell.split('`').skip(1).step_by(2) {
            metalwright::schedule::Days::entry(entry, &[]).unwrap();
            entries += 1;
        }
    }
    assert!(entries > 10, "{entries}");
}

#[test]
fn the_script_of_a_job_knows_its_window() {
    let job = |window: &str| {
        format!(
            "[[job]]\nname = \"a\"\ncron = \"* * * * * *\"\nseconds = true\n\
             script = \"a.rhai\"\n{window}"
        )
    };
    let script = "let window = maintenance_window();\n\
                  print(if window == () { \"none\" } else { `open: ${window.open}` });";
    for (window, expected) in [
        ("", "a#1  none"),
        ("window = \"00:00-24:00\"\n", "a#1  open: true"),
    ] {
        let mut service = Mw::new(["--sim", "serve"])
            .file("jobs.toml", &job(window))
            .file("a.rhai", script)
            .start();
        assert_eq!(service.says("a#1"), expected);
        service.signal("TERM");
        assert_eq!(service.end().code, Some(0));
    }
}
