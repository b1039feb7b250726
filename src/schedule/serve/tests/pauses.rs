//! Jobs that are paused, disabled and enabled: what does not start then, and what was not missed.

use super::super::rehearsal::{Act, job, told};

fn starts(lines: &[String]) -> Vec<&str> {
    let is_start = |line: &&String| line.contains(" started, due ");
    lines
        .iter()
        .filter(is_start)
        .filter_map(|line| line.split_once(' ').map(|(time, _)| time))
        .collect()
}

#[tokio::test]
async fn what_waits_of_a_job_does_not_start_once_its_failures_have_paused_it() {
    let file = job(
        "timeout = \"9h\"\noverlap = \"queue\"\npause_on_failure = true\nargs = { minutes = 90, fails = 9 }",
    );
    let lines = told(&file, vec![("12:30:00", Act::Drain)]).await;
    assert_eq!(starts(&lines), ["09:00:00"], "{lines:#?}");
    let paused = "skipped: the job is paused: its last run failed";
    assert_eq!(
        lines.iter().filter(|line| line.contains(paused)).count(),
        3,
        "{lines:#?}"
    );
}

#[tokio::test]
async fn what_is_caught_up_with_stops_at_the_failure_that_pauses_the_job() {
    let file = job(
        "catch_up = \"all\"\ncatch_up_window = \"9h\"\npause_on_failure = 2\nargs = { minutes = 5, fails = 9 }",
    );
    let asleep = Act::Suspend(chrono::TimeDelta::hours(5));
    let lines = told(&file, vec![("08:30:00", asleep), ("14:30:00", Act::Drain)]).await;
    assert_eq!(starts(&lines).len(), 2, "{lines:#?}");
    assert!(
        lines.iter().any(|line| line.contains("a: paused")),
        "{lines:#?}"
    );
}

#[tokio::test]
async fn what_passes_while_a_job_is_disabled_is_not_missed() {
    const ON: &str = "[[job]]\nname = \"a\"\ncron = \"0 * * * *\"\nscript = \"a.rhai\"\nargs = { minutes = 1 }\n";
    const OFF: &str =
        "[[job]]\nname = \"a\"\ncron = \"0 * * * *\"\nscript = \"a.rhai\"\nenabled = false\n";
    for (first, without) in [(ON, OFF), (ON, ""), (OFF, OFF)] {
        let acts = vec![
            ("09:30:00", Act::Reload(without)),
            ("12:10:00", Act::Reload(ON)),
            ("13:30:00", Act::Drain),
        ];
        let lines = told(first, acts).await;
        let mut expected = vec!["09:00:00", "13:00:00"];
        if first == OFF {
            expected.remove(0);
        }
        assert_eq!(starts(&lines), expected, "{lines:#?}");
        assert!(
            !lines.iter().any(|line| line.contains("missed")),
            "{lines:#?}"
        );
    }
}

#[tokio::test]
async fn a_retry_takes_no_place_that_the_service_does_not_have() {
    let file = "[service]\nlimit = 1\n[group.g]\nlimit = 1\n\
        [[job]]\nname = \"a\"\ncron = \"0 9 * * *\"\nscript = \"a.rhai\"\ngroup = \"g\"\n\
        retry = { times = 1, wait = \"5m\" }\nargs = { minutes = 1, fails = 9 }\n\
        [[job]]\nname = \"b\"\ncron = \"3 9 * * *\"\nscript = \"b.rhai\"\nargs = { minutes = 60 }\n";
    let lines = told(file, vec![("11:30:00", Act::Drain)]).await;
    assert_eq!(
        starts(&lines),
        ["09:00:00", "09:03:00", "10:03:00"],
        "{lines:#?}"
    );
}

#[tokio::test]
async fn a_job_that_is_first_seen_between_its_instant_and_its_start_starts() {
    let lines = told(
        &job("jitter = \"30m\"\nargs = { minutes = 1 }"),
        vec![("08:40:00", Act::Drain)],
    )
    .await;
    assert!(
        lines[0].contains("a: run 1 started, due 2026-01-15T08:00:00Z"),
        "{lines:#?}"
    );
    assert!(!lines[0].starts_with("08:00:00"), "{lines:#?}");
}
