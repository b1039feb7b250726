//! What a jobs file may say, and what is said about one that it may not.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;

use super::{Jobs, PIECE, pieces};
use crate::error::{Complaint, exit};
use crate::schedule::Overlap;

fn complaints(text: &str) -> Vec<Complaint> {
    Jobs::read("conf/jobs.toml", text).unwrap_err()
}

/// Line, column, marked text, message and hint of each complaint.
fn told(text: &str) -> Vec<(usize, usize, String, String, String)> {
    complaints(text)
        .into_iter()
        .map(|complaint| {
            let place = complaint.place.unwrap();
            assert_eq!(complaint.exit, exit::USAGE);
            let line = place.text.chars();
            let marked = line.skip(place.column - 1).take(place.length).collect();
            let hint = complaint.hint.unwrap_or_default();
            (place.line, place.column, marked, complaint.message, hint)
        })
        .collect()
}

const WHOLE: &str = r#"
# Nightly.
[[job]]
name = "rolling-reboot_2"
cron = ["30 2 * * SAT", "CRON_TZ=UTC @monthly"]
timezone = "europe/berlin"
script = "scripts/rolling.rhai"
args = { cloud = "lab", batch = 0x10, soak = 1.5, dry = true }
allow = ["read", "disrupt"]
timeout = "1h 30m"
overlap = "queue"

[[job]]
name = "inventory"
cron = "0 */5 * * * *"
seconds = true
script = "/opt/inventory.rhai"
enabled = false
"#;

#[test]
fn a_whole_file_is_read() {
    let jobs = Jobs::read("conf/jobs.toml", WHOLE).unwrap();
    assert_eq!(jobs.len(), 2);
    let job = jobs.get("rolling-reboot_2").unwrap();
    let zones: Vec<_> = job
        .calendars
        .iter()
        .map(|calendar| calendar.zone().name())
        .collect();
    assert_eq!(zones, ["Europe/Berlin", "UTC"]);
    assert_eq!(**job.script, *Path::new("conf/scripts/rolling.rhai"));
    let args = json!({ "cloud": "lab", "batch": 16, "soak": 1.5, "dry": true });
    assert_eq!(serde_json::Value::from((*job.args).clone()), args);
    assert_eq!(*job.allow, ["read", "disrupt"]);
    assert_eq!(job.timeout, Duration::from_mins(90));
    assert_eq!(job.overlap, Overlap::Queue);
    assert!(job.enabled);
}

#[test]
fn values_have_their_places() {
    let jobs = Jobs::read("conf/jobs.toml", WHOLE).unwrap();
    let found = |key| {
        let place = jobs.place("rolling-reboot_2", key).unwrap();
        (place.line, place.column, place.length)
    };
    assert_eq!(found("script"), (7, 10, 22));
    assert_eq!(found("allow.1"), (9, 18, 9));
    assert_eq!(found("args.batch"), (8, 33, 4));
    assert_eq!(jobs.place("inventory", "allow.0"), None);
}

#[test]
fn what_is_left_out_has_its_default() {
    let text = "[[job]]\nname = \"a\"\ncron = \"@daily\"\nscript = \"a.rhai\"\n";
    let jobs = Jobs::read("jobs.toml", text).unwrap();
    let job = jobs.get("a").unwrap();
    assert_eq!(**job.script, *Path::new("a.rhai"));
    assert_eq!(*job.allow, ["read"]);
    assert_eq!(job.timeout, Duration::from_hours(1));
    assert_eq!(job.overlap, Overlap::Skip);
    assert!(job.enabled && job.args.is_empty());
    assert_eq!(job.calendars[0].zone().name(), "UTC");
}

#[test]
fn an_empty_file_has_no_jobs() {
    assert!(Jobs::read("jobs.toml", "# none yet\n").unwrap().is_empty());
}

#[test]
fn every_problem_is_told_at_its_place() {
    let text = r#"
[[job]]
name = "Nightly"
cron = ["30 2 * *", "0 0 30 2 *"]
timezone = "Europe/Berln"
scirpt = "a.rhai"
timeout = 60
overlap = "skp"
[[job]]
name = "b"
cron = "5/15 * * * *"
script = "b.rhai"
args = { list = [1] }
allow = "read"
enabled = "yes"
timeout = "soon"
"#;
    let told: Vec<_> = told(text)
        .into_iter()
        .map(|(line, column, marked, _, hint)| (line, column, marked, hint))
        .collect();
    let expected = [
        (2, 1, "[[job]]", "write `script = \"scripts/report.rhai\"`"),
        (
            3,
            8,
            "\"Nightly\"",
            "use lower-case letters, digits, `_` and `-`",
        ),
        (
            4,
            10,
            "30 2 * *",
            "write five fields, such as `30 2 * * *` (minute, hour, day, month, weekday)",
        ),
        (
            4,
            26,
            "30",
            "write a day that these months have, or `*` for every month",
        ),
        (5, 12, "\"Europe/Berln\"", "did you mean `Europe/Berlin`?"),
        (6, 1, "scirpt", "did you mean `script`?"),
        (7, 11, "60", "write `timeout = \"1h\"`"),
        (8, 11, "\"skp\"", "did you mean `skip`?"),
        (11, 9, "5/15", "write `5-59/15`"),
        (
            13,
            17,
            "[1]",
            "write `list = \"text\"`, `list = 2` or `list = true`",
        ),
        (14, 9, "\"read\"", "write `allow = [\"read\", \"disrupt\"]`"),
        (15, 11, "\"yes\"", "write `enabled = true`"),
        (
            16,
            11,
            "\"soon\"",
            "write a number and a unit, such as `90s`, `15m`, `1h 30m`",
        ),
    ]
    .map(|(line, column, marked, hint)| (line, column, marked.to_owned(), hint.to_owned()));
    assert_eq!(told, expected);
}

#[test]
fn two_jobs_of_one_name_are_refused() {
    let one = "[[job]]\nname = \"a\"\ncron = \"@daily\"\nscript = \"a.rhai\"\n";
    let told = told(&format!("{one}{one}"));
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].0, told[0].1), (6, 8));
    assert_eq!(told[0].3, "the name `a` is taken by the job in line 2");
}

#[test]
fn a_table_that_is_not_a_list_is_explained() {
    assert_eq!(
        told("[job]\nname = \"a\"\n")[0].4,
        "write `[[job]]` above each job"
    );
    assert_eq!(told("[[jobs]]\nname = \"a\"\n")[0].4, "did you mean `job`?");
    assert!(told("job = [1]")[0].3.contains("`job` is a whole number"));
}

#[test]
fn broken_toml_is_told_at_its_place() {
    let told = told("[[job]]\nname = \"a\ncron = \"@daily\"\nscript = \"a.rhai\"\n");
    assert_eq!(told[0].0, 2, "{told:?}");
    assert!(told[0].3.starts_with("this is not TOML: "), "{told:?}");
}

#[test]
fn a_line_written_with_escapes_is_marked_whole() {
    let text = "[[job]]\nname = \"a\"\nscript = \"a\"\ncron = \"\\u0030 0 * * 9\"\n";
    assert_eq!(told(text)[0].2, "\"\\u0030 0 * * 9\"");
}

#[test]
fn columns_count_characters() {
    let text = "[[job]]\nname = \"a\"\nscript = \"a\"\ncron = [\"@daily\", \"ä 0 * * 9\"]\n";
    assert_eq!(told(text)[0].2, "ä");
}

proptest! {
    #[test]
    fn no_text_is_too_much(text in any::<String>()) {
        if let Err(complaints) = Jobs::read("jobs.toml", &text) {
            prop_assert!(!complaints.is_empty());
        }
    }

    #[test]
    fn read_job_by_job_a_file_means_what_it_means_as_a_whole(
        changes in prop::collection::vec(
            (
                any::<prop::sample::Index>(),
                0_usize..20,
                prop_oneof![
                    Just("\n[[job]]\n"), Just("\n[job.args]\n"), Just("\n[service]\nlimit = 3\n"),
                    Just("\"\"\""), Just("'''"), Just("["), Just("]"), Just("#"), Just("\n"), Just(""),
                    Just("\nname = \"other\"\n"), Just("\n[[job]]\nname = \"x\"\ncron = \"@daily\"\nscript = \"x.rhai\"\n"),
                ],
            ),
            0..4,
        ),
    ) {
        let mut text = WHOLE.to_owned();
        for (from, length, put) in changes {
            let from = from.index(text.len());
            let to = (from + length).min(text.len());
            if text.is_char_boundary(from) && text.is_char_boundary(to) {
                text.replace_range(from..to, put);
            }
        }
        if let Some(jobs) = Jobs::in_pieces("jobs.toml", &text.as_str().into(), 0) {
            prop_assert_eq!(Ok(jobs), Jobs::whole("jobs.toml", &text.into()));
        }
    }

    #[test]
    fn a_damaged_file_is_read_or_complained_about(
        from in any::<prop::sample::Index>(),
        length in 0_usize..8,
        put in "[\\[\\]\"'=#a-zä\n{},0-9]{0,4}",
    ) {
        let from = from.index(WHOLE.len());
        let mut text = WHOLE.to_owned();
        text.replace_range(from..(from + length).min(WHOLE.len()), &put);
        if let Err(complaints) = Jobs::read("jobs.toml", &text) {
            let lines = text.lines().count() + 1;
            for complaint in complaints {
                let place = complaint.place.unwrap();
                prop_assert!((1..=lines).contains(&place.line));
                prop_assert!(place.column >= 1);
                prop_assert!(place.column <= place.text.chars().count() + 1);
            }
        }
    }
}

#[test]
fn a_long_file_is_read_job_by_job() {
    let job = |index: usize| {
        format!("[[job]]\nname = \"j{index}\"\ncron = \"{index} 3 * * *\"\nscript = \"x.rhai\"\n")
    };
    let text: String = (0..50).map(job).collect();
    let jobs = Jobs::in_pieces(
        "jobs.toml",
        &format!("[service]\nlimit = 2\n\n{text}").into(),
        0,
    )
    .unwrap();
    assert_eq!((jobs.len(), jobs.limit()), (50, 2));
    let jobs: Vec<_> = jobs.iter().collect();
    assert!(Arc::ptr_eq(&jobs[0].policy, &jobs[49].policy));
    assert!(Arc::ptr_eq(&jobs[0].script, &jobs[49].script));
    // A name that comes twice, and a table after the jobs, are seen in the whole only.
    let twice = format!("{text}{}", job(7));
    assert_eq!(Jobs::in_pieces("jobs.toml", &twice.into(), 0), None);
    let after = format!("{text}[service]\nlimit = 2\n");
    assert_eq!(
        Jobs::in_pieces("jobs.toml", &after.as_str().into(), 0),
        None
    );
    for least in [0, 1, 300, PIECE] {
        let pieces: Vec<_> = pieces(&after, least).collect();
        assert_eq!(pieces.concat(), after);
        assert!(pieces[1..].iter().all(|it| it.starts_with("[[job]]")));
    }
    assert_eq!(Jobs::read("jobs.toml", &after).unwrap().limit(), 2);
}
