//! What is asked of the ticks costs the same however many are over.

use rusqlite::StatementStatus;

use super::*;
use crate::journal::{Store, schema};

/// How SQLite finds its answer.
fn plan(sql: &str) -> String {
    let connection = schema::fresh();
    let mut statement = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .unwrap();
    // What is not bound is null, which changes no plan.
    let mut rows = statement.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        lines.push(row.get::<_, String>(3).unwrap());
    }
    lines.join("; ")
}

#[test]
fn no_decision_looks_through_what_is_over() {
    for (what, condition, index) in [
        (TICK, OF_JOB, "ticks_open (profile=? AND job=?)"),
        (TICK, ASKED, "ticks_waiting (profile=? AND state=?)"),
        (
            TICK,
            FOR_GROUP,
            "ticks_waiting (profile=? AND state=? AND waits=? AND class=?)",
        ),
        (TICK, FOR_PLACE, "ticks_queued (profile=? AND waits=?)"),
        (TICK, QUEUED, "ticks_waiting (profile=? AND state=?)"),
        (TICK, ASKED_OF, "ticks_open (profile=? AND job=?)"),
        (TICK, QUEUED_OF, "ticks_open (profile=? AND job=?)"),
        ("count(*)", IN_GROUP, "ticks_class (profile=? AND class=?)"),
        (
            "count(*)",
            RUNNING,
            "ticks_running (profile=? AND service=?)",
        ),
        ("DISTINCT service", OF_OTHERS, "ticks_working (profile=?)"),
        (TICK, LEFT, "ticks_working (profile=? AND service=?)"),
    ] {
        let plan = plan(&asking(what, condition));
        assert!(plan.contains(index), "{condition}: {plan}");
    }
    let plan = plan(OPEN_JOBS);
    assert!(plan.contains("ticks_open (profile=? AND job>?)"), "{plan}");
}

#[test]
fn what_waits_for_a_place_is_found_in_its_order() {
    for condition in [FOR_PLACE, FOR_GROUP] {
        let plan = plan(&asking(TICK, condition));
        assert!(!plan.contains("ORDER BY"), "{condition}: {plan}");
    }
}

#[test]
fn a_question_is_read_by_sqlite_once_whatever_its_limit() {
    let folder = std::env::temp_dir().join(format!("mw-ticks-{}", std::process::id()));
    let connection = Store::at(folder.join("journal.db")).write().unwrap();
    let mut statement = connection.prepare(&asking(TICK, FOR_PLACE)).unwrap();
    for most in [1, 32, 1] {
        let mut rows = statement.query(params!["here", most]).unwrap();
        assert!(rows.next().unwrap().is_none());
    }
    assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn runs_on_their_way_are_counted_as_they_come_and_go() {
    let mut connection = schema::fresh();
    let transaction = connection.transaction().unwrap();
    let mut ticks = Ticks {
        transaction: &transaction,
        profile: "here".to_owned(),
        running: None,
    };
    let tick = |job: &str, state, service| Tick {
        job: job.into(),
        state,
        service,
        ..Tick::default()
    };
    let mut own = tick("a", State::Running, 1);
    ticks.save(&mut own).unwrap();
    assert_eq!(ticks.running_of(1).unwrap(), 1);
    for (job, state, service) in [
        ("b", State::Running, 1),
        ("c", State::Queued, 1),
        ("d", State::Running, 2),
    ] {
        ticks.save(&mut tick(job, state, service)).unwrap();
    }
    assert_eq!(ticks.running_of(1).unwrap(), 2);
    own.message = Some("it goes on".to_owned());
    ticks.save(&mut own).unwrap();
    assert_eq!(ticks.running_of(1).unwrap(), 2);
    own.state = State::Succeeded;
    ticks.save(&mut own).unwrap();
    assert_eq!(ticks.running_of(1).unwrap(), 1);
    assert_eq!(ticks.running_of(2).unwrap(), 1);
    own.state = State::Running;
    own.service = 2;
    ticks.save(&mut own).unwrap();
    assert_eq!(ticks.running_of(2).unwrap(), 2);
    assert_eq!(ticks.running_of(1).unwrap(), 1);
}

#[test]
fn a_tick_that_was_taken_out_meanwhile_is_written_anew() {
    let mut connection = schema::fresh();
    let transaction = connection.transaction().unwrap();
    let mut ticks = Ticks {
        transaction: &transaction,
        profile: "here".to_owned(),
        running: None,
    };
    let mut own = Tick {
        job: "a".into(),
        state: State::Running,
        service: 1,
        ..Tick::default()
    };
    ticks.save(&mut own).unwrap();
    transaction.execute("DELETE FROM ticks", []).unwrap();
    own.state = State::Succeeded;
    ticks.save(&mut own).unwrap();
    let found = ticks.ticks("number = ?2", params!["here", own.number]);
    let states: Vec<State> = found.unwrap().into_iter().map(|it| it.state).collect();
    assert_eq!(states, [State::Succeeded]);
}
