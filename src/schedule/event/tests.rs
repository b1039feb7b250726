use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn an_event_is_one_line() {
    let event = Event::Finished {
        job: "nightly".into(),
        number: 7,
        run: None,
        exit: 1,
        message: Some("cloud\n  is gone".into()),
        took: TimeDelta::milliseconds(61_250),
    };
    assert_eq!(
        event.to_string(),
        "nightly: run 7 failed with exit code 1 after 1m 1s: cloud is gone"
    );
}

#[test]
fn a_skip_says_why() {
    let event = Event::Skipped {
        job: "nightly".into(),
        instant: at("2026-01-01T02:00:00Z"),
        reason: Reason::StillRunning,
    };
    assert_eq!(
        event.to_string(),
        "nightly: due 2026-01-01T02:00:00Z, skipped: the previous run has not ended"
    );
}

#[test]
fn a_broken_file_names_its_first_problem_and_counts_the_rest() {
    let complaint = Complaint::usage("the job has no `cron`");
    let event = Event::ReloadFailed {
        complaints: vec![complaint.clone(), complaint],
    };
    assert_eq!(
        event.to_string(),
        "jobs file has problems, the old jobs stay: the job has no `cron` and 1 more"
    );
}
