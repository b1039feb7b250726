//! What is decided on the rows of several services, one after the other.

use std::path::PathBuf;

use super::*;
use crate::journal::{Grants, Journal, Lease, Origin, RunKind, RunState, Settings, Start, Waits};

fn at(text: &str) -> DateTime<Utc> {
    format!("2026-01-15T{text}Z").parse().unwrap()
}

/// A journal and services on it, in a folder of its own.
struct Store {
    folder: PathBuf,
    journal: Journal,
}

impl Store {
    fn new(name: &str) -> Self {
        let id = std::process::id();
        let folder = std::env::temp_dir().join(format!("mw-desk-{name}-{id}"));
        std::fs::create_dir_all(&folder).unwrap();
        let journal = Journal::open(Settings::of(folder.join("journal.db"))).unwrap();
        Self { folder, journal }
    }

    fn service(&self, file: &str) -> Lease {
        let start = Start {
            kind: RunKind::Service,
            script: file.to_owned(),
            folder: "/srv".to_owned(),
            job: None,
            profile: "here".to_owned(),
            url: "http://127.0.0.1:9".to_owned(),
            args: serde_json::Map::new(),
            grants: Grants::default(),
        };
        self.journal.begin(&start, &[]).unwrap()
    }

    /// A service that is no more, and ticks that it leaves behind.
    fn left(&self, file: &str, ticks: Vec<Tick>) {
        let lease = self.service(file);
        let service = lease.number();
        let saved = self.journal.ticks("here", move |rows| {
            for tick in ticks {
                rows.save(&mut Tick { service, ..tick })?;
            }
            Ok(())
        });
        saved.unwrap();
        let ended = self.journal.stand(&lease, RunState::Succeeded, None, None);
        ended.unwrap();
    }

    /// What a service decides about what others left behind and asked for, in words.
    fn others(&self, file: &str, jobs: &str, now: DateTime<Utc>) -> Vec<String> {
        let service = self.service(file).number();
        let jobs = Jobs::read("jobs.toml", jobs).unwrap();
        let decided = self.journal.ticks("here", move |rows| {
            let mut desk = Desk {
                rows,
                jobs: &jobs,
                service,
                profile: "here",
                now,
                stops: false,
                verdicts: Vec::new(),
                about: None,
            };
            desk.decide(&Matter::Others)?;
            Ok(desk.verdicts)
        });
        let said = decided.unwrap().into_iter().map(|verdict| match verdict {
            Verdict::Start(tick, _) => format!("start {}", tick.job),
            Verdict::GivenUp(tick, reason) => format!("give up {}: {reason}", tick.job),
            Verdict::Retrying(tick, _) => format!("retry {}", tick.job),
            Verdict::Skipped(tick, reason) => format!("skip {}: {reason}", tick.job),
            Verdict::Left(tick) => format!("leave {}", tick.job),
            Verdict::Shut(tick, opens) => format!("{} waits until {opens:?}", tick.job),
            Verdict::Missed(job, _) => format!("miss {job}"),
            _ => "other".to_owned(),
        });
        said.collect()
    }

    /// How many letters wait to be delivered.
    fn letters(&self) -> u64 {
        let waiting = |rows: &mut crate::journal::Ticks<'_>| rows.overdue_letters(i64::MAX);
        let waiting = self.journal.ticks("here", waiting).unwrap();
        waiting.into_iter().map(|(_, count)| count).sum()
    }

    /// The states of all ticks, in order of their jobs.
    fn states(&self) -> Vec<(String, TickState)> {
        let reader = self.journal.store().read().unwrap().unwrap();
        let mut ticks = reader.ticks("here", None, 100).unwrap();
        ticks.sort_by(|a, b| (&a.job, a.number).cmp(&(&b.job, b.number)));
        let states = ticks.into_iter().map(|it| (it.job.to_string(), it.state));
        states.collect()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn jobs(names: &[&str], more: &str) -> String {
    let one = |name: &&str| {
        format!("[[job]]\nname = \"{name}\"\ncron = \"0 * * * *\"\nscript = \"a.rhai\"\n{more}\n")
    };
    names.iter().map(one).collect()
}

fn tick(job: &str, state: TickState) -> Tick {
    Tick {
        job: job.into(),
        instant: micros(at("09:00:00")),
        state,
        attempt: 1,
        count: 1,
        ..Tick::default()
    }
}

#[test]
fn what_a_dead_service_never_began_does_not_start_days_later() {
    for (more, is_late) in [
        ("catch_up = \"none\"", true),
        ("catch_up_window = \"9h\"", false),
    ] {
        let store = Store::new("late");
        let waiting = Tick {
            waits: Some(Waits::Job),
            attempt: 0,
            ..tick("waiting", TickState::Queued)
        };
        store.left(
            "jobs.toml",
            vec![tick("begun", TickState::Running), waiting],
        );
        let file = jobs(&["begun", "waiting"], more);
        let said = store.others("jobs.toml", &file, at("12:00:00"));
        let states: Vec<TickState> = store.states().into_iter().map(|(_, state)| state).collect();
        if is_late {
            assert_eq!(said, ["miss begun", "miss waiting"]);
            assert_eq!(states, [TickState::Missed; 2]);
        } else {
            assert_eq!(said, ["start begun", "start waiting"]);
        }
    }
}

#[test]
fn an_attempt_that_was_to_start_long_ago_does_not() {
    let store = Store::new("attempt");
    let failed = Tick {
        again: Some(micros(at("09:05:00"))),
        exit: Some(1),
        ..tick("failed", TickState::Retrying)
    };
    store.left("jobs.toml", vec![failed]);
    let file = jobs(&["failed"], "catch_up = \"none\"");
    let said = store.others("jobs.toml", &file, at("12:00:00"));
    let late = "give up failed: its service ended, and nobody was there in time";
    assert_eq!(said[0], late);
    assert_eq!(store.states(), [("failed".to_owned(), TickState::Failed)]);
}

#[test]
fn what_is_left_of_jobs_that_are_gone_is_closed_by_a_service_of_their_file_alone() {
    let left = || {
        let failed = Tick {
            again: Some(micros(at("09:05:00"))),
            exit: Some(1),
            ..tick("failed", TickState::Retrying)
        };
        let waiting = Tick {
            waits: Some(Waits::Job),
            ..tick("waiting", TickState::Queued)
        };
        vec![tick("begun", TickState::Running), failed, waiting]
    };
    let store = Store::new("gone");
    store.left("jobs.toml", left());
    let before = store.states();
    assert!(store.others("other.toml", "", at("09:01:00")).is_empty());
    assert_eq!(store.states(), before);
    store.others("jobs.toml", "", at("09:01:00"));
    let states: Vec<TickState> = store.states().into_iter().map(|(_, state)| state).collect();
    let closed = [TickState::Skipped, TickState::Failed, TickState::Skipped];
    assert_eq!(states, closed);
}

#[test]
fn what_waits_is_found_behind_any_number_of_another_services_runs() {
    let store = Store::new("behind");
    let others = store.service("other.toml").number();
    let asked = |job: &str, state| Tick {
        service: others,
        origin: Origin::Trigger,
        waits: (state == TickState::Queued).then_some(Waits::Job),
        ..tick(job, state)
    };
    let mut ticks = Vec::new();
    for state in [TickState::Queued, TickState::Due] {
        ticks.extend((0..300).map(|_| asked("theirs", state)));
        ticks.push(asked("ours", state));
    }
    let saved = store.journal.ticks("here", move |rows| {
        for (place, mut tick) in (0..).zip(ticks) {
            tick.instant += place;
            rows.save(&mut tick)?;
        }
        Ok(())
    });
    saved.unwrap();
    let file = jobs(&["ours"], "overlap = \"allow\"");
    let said = store.others("jobs.toml", &file, at("09:01:00"));
    assert_eq!(said, ["start ours", "start ours"]);
}

#[test]
fn what_a_place_is_made_for_is_started_once() {
    let store = Store::new("once");
    let waiting = |job: &str, minute: i64| {
        let tick = tick(job, TickState::Queued);
        Tick {
            instant: tick.instant + minute * 60_000_000,
            waits: Some(Waits::Limit),
            attempt: 0,
            ..tick
        }
    };
    store.left("jobs.toml", vec![waiting("gone", 0), waiting("kept", 1)]);
    let file = jobs(&["kept"], "");
    let said = store.others("jobs.toml", &file, at("09:01:30"));
    let gone = "skip gone: the job was removed or disabled";
    assert_eq!(said, [gone, "start kept"]);
}

#[test]
fn what_another_service_has_decided_about_meanwhile_stays_so() {
    let store = Store::new("meanwhile");
    let service = store.service("jobs.toml").number();
    let file = Jobs::read("jobs.toml", &jobs(&["a"], "")).unwrap();
    let decided = store.journal.ticks("here", move |rows| {
        let job = file.get("a").unwrap().clone();
        rows.stand(&job.standing(at("12:00:00")))?;
        let mut desk = Desk {
            rows: &mut *rows,
            jobs: &file,
            service,
            profile: "here",
            now: at("12:00:10"),
            stops: false,
            verdicts: Vec::new(),
            about: None,
        };
        desk.decide(&Matter::Due(job, at("08:00:00"), at("09:00:00")))?;
        Ok(rows.standing("a")?.unwrap().decided)
    });
    assert_eq!(decided.unwrap(), micros(at("12:00:00")));
}

/// What is to be decided about a job and a tick of it.
type Matters = fn(&Arc<Job>, i64) -> Matter;

#[test]
fn a_failure_is_told_whatever_became_of_its_job() {
    const CHANNEL: &str = "[notify.hook]\nwebhook = \"http://127.0.0.1:9/x\"\n";
    let disabled = jobs(&["a"], "enabled = false");
    for (left, told) in [(String::new(), 1), (disabled, 1)] {
        let store = Store::new("told");
        let failed = Tick {
            again: Some(micros(at("09:05:00"))),
            exit: Some(1),
            ..tick("a", TickState::Retrying)
        };
        store.left("jobs.toml", vec![failed]);
        store.others("jobs.toml", &format!("{CHANNEL}{left}"), at("09:01:00"));
        assert_eq!(store.states(), [("a".to_owned(), TickState::Failed)]);
        assert_eq!(store.letters(), told, "{left:?}");
    }
    // One that this service had in its file goes by what it was then.
    for (more, told) in [("", 1), ("notify = []", 0)] {
        let ended =
            |job: &Arc<Job>, tick| Matter::Ended(job.clone(), tick, Box::new(Outcome::Abandoned));
        let long = |job: &Arc<Job>, tick| Matter::Long(job.clone(), tick);
        let gone = |job: &Arc<Job>, _| Matter::Gone(job.clone());
        let matters: [(_, Matters); 3] = [
            (TickState::Running, ended),
            (TickState::Running, long),
            (TickState::Retrying, gone),
        ];
        for (state, matter) in matters {
            let store = Store::new("begun");
            let service = store.service("jobs.toml").number();
            let long_running = "long_running = \"1m\"";
            let before = format!(
                "{CHANNEL}{}",
                jobs(&["a"], &format!("{more}\n{long_running}"))
            );
            let begun = Jobs::read("jobs.toml", &before).unwrap();
            let begun = Arc::clone(begun.get("a").unwrap());
            let file = Jobs::read("jobs.toml", CHANNEL).unwrap();
            let decided = store.journal.ticks("here", move |rows| {
                let mut open = Tick {
                    service,
                    exit: (state == TickState::Retrying).then_some(1),
                    ..tick("a", state)
                };
                rows.save(&mut open)?;
                let mut desk = Desk {
                    rows,
                    jobs: &file,
                    service,
                    profile: "here",
                    now: at("09:01:00"),
                    stops: false,
                    verdicts: Vec::new(),
                    about: None,
                };
                desk.decide(&matter(&begun, open.number))
            });
            decided.unwrap();
            assert_eq!(store.letters(), told, "{state:?} {more:?}");
        }
    }
}
