//! What `mw jobs` asks of services, and what it says where it cannot be asked.

use std::path::Path;

use serde_json::Value;

use crate::promises::services::{DAILY, account, history};

#[test]
fn a_run_that_is_asked_for_is_started_by_a_service_and_waited_for() {
    let account = account();
    let mut service = account.mw(&["serve"]).start();
    service.notes("report: next");
    let done = account
        .mw(&["jobs", "trigger", "report", "times=7", "--wait"])
        .any_stdout()
        .run();
    assert!(done.stdout.starts_with("report succeeded: mw runs show r"));
    service.says("report#1  7 of 2");
    let rows = history(&account);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["state"], "succeeded");
    assert_eq!(rows[0]["origin"], "trigger");
    service.signal("TERM");
    assert_eq!(service.end().code, Some(0));
}

#[test]
fn what_is_asked_for_waits_for_a_service_that_is_not_there() {
    let account = account();
    account
        .mw(&["jobs", "trigger", "report"])
        .stdout("report is asked for: no service is running on this journal: it starts with the next `mw serve`\n")
        .run();
    let mut service = account.mw(&["serve"]).start();
    service.says("report#1  1 of 2");
    service.signal("TERM");
    assert_eq!(service.end().code, Some(0));
    assert_eq!(history(&account)[0]["state"], "succeeded");
}

#[test]
fn a_failed_run_gives_its_exit_code_to_whoever_waits() {
    let account = account();
    account.home.write("report.rhai", "exit(42);");
    let mut service = account.mw(&["serve"]).start();
    service.notes("report: next");
    let done = account
        .mw(&["jobs", "trigger", "report", "--wait"])
        .any_stderr()
        .code(42)
        .run();
    assert!(
        done.stderr.contains("the run of report is failed"),
        "{}",
        done.stderr
    );
    service.signal("TERM");
    service.end();
    let done = account
        .mw(&["--output", "json", "jobs", "list"])
        .any_stdout()
        .run();
    let rows: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(rows[0]["streak"], "1 failed");
    assert_eq!(rows[0]["outcome"], "failed");
}

#[test]
fn what_was_not_run_is_filled_in_once_and_in_order() {
    let account = account();
    account
        .home
        .write("jobs.toml", &DAILY.replace("0 0 1 1 *", "0 0 1 * *"));
    let backfill = [
        "jobs",
        "backfill",
        "report",
        "--from",
        "2026-01-01T00:00:00Z",
        "--to",
        "2026-03-31T00:00:00Z",
    ];
    let done = account.mw(&backfill).any_stdout().run();
    assert!(
        done.stdout
            .starts_with("3 of 3 runs of report are asked for")
    );
    let mut service = account.mw(&["serve"]).start();
    for number in 1..=3 {
        service.says(&format!("report#{number}  1 of 2"));
    }
    service.signal("TERM");
    assert_eq!(service.end().code, Some(0));
    let due: Vec<Value> = history(&account)
        .iter()
        .map(|row| row["due"].clone())
        .collect();
    assert_eq!(
        due,
        [
            "2026-03-01T00:00:00Z",
            "2026-02-01T00:00:00Z",
            "2026-01-01T00:00:00Z"
        ]
    );
    account
        .mw(&backfill)
        .stdout("report was served at all 3 instants, or is asked for already: mw jobs history report\n")
        .run();
}

#[test]
fn the_history_of_a_job_that_never_was_is_a_mistake() {
    let account = account();
    let history = |name| account.mw(&["jobs", "history", name]).any_stdout();
    // Nothing was ever run: there is nothing to compare it with.
    history("reprot").run();
    account.mw(&["jobs", "pause", "report"]).any_stdout().run();
    history("report").run();
    let told = history("reprot").any_stderr().code(2).run().stderr;
    assert!(
        told.contains("no service has had a job \"reprot\""),
        "{told}"
    );
    assert!(told.contains("did you mean `report`?"), "{told}");
}

#[test]
fn mistakes_name_what_there_is() {
    let account = account();
    let mistakes: [(&[&str], &str); 6] = [
        (&["jobs", "trigger", "reprot"], "did you mean `report`?"),
        (
            &["jobs", "trigger", "report", "tmes=1"],
            "did you mean `times`?",
        ),
        (
            &["jobs", "trigger", "report", "times=x"],
            "`times` is \"x\", and must be a whole number",
        ),
        (&["jobs", "trigger", "report", "5"], "write NAME=VALUE"),
        (&["jobs", "pause", "nothing"], "it has report"),
        (
            &[
                "jobs",
                "backfill",
                "report",
                "--from",
                "2026-03-01T00:00:00Z",
                "--to",
                "2026-01-01T00:00:00Z",
            ],
            "--to lies before --from",
        ),
    ];
    for (words, hint) in mistakes {
        let done = account.mw(words).any_stderr().code(2).run();
        assert!(done.stderr.contains(hint), "{words:?}: {}", done.stderr);
    }
    assert!(!Path::new(&account.home.path().join("jobs.db")).exists());
}
