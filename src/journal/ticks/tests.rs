//! What is asked of the ticks costs the same however many are over.

use super::*;
use crate::journal::schema;

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
}

#[test]
fn what_waits_for_a_place_is_found_in_its_order() {
    for condition in [FOR_PLACE, FOR_GROUP] {
        let plan = plan(&asking(TICK, condition));
        assert!(!plan.contains("ORDER BY"), "{condition}: {plan}");
    }
}
