//! What only tests have.

use super::{Builtin, function, method};

/// What only tests have; the examples stand in a test. Those of `sim::` are called with that before
/// their names.
pub static IN_TESTS: &[Builtin] = &[
    function(
        "run_script",
        "run_script(path: string, #{arguments}?) -> #{exit, value, output, error}",
        "Runs a script, found from the test's folder, as `mw run` does, in the test's account.",
        r#"run_script("hello.rhai", #{name: "you"}).output"#,
    ),
    method(
        "sim",
        "cloud",
        "sim::cloud(#{label, type?, nodes?, pod?, names?, prevent_delete?}) -> Cloud",
        "Adds a complete cloud to the account at once: `baremetal` of 3 nodes in pod_1 unless told otherwise.",
        r#"sim::cloud(#{label: "Web", type: "pcc", nodes: 3})"#,
    ),
    method(
        "sim",
        "stock",
        "sim::stock(#{pod, sku, count})",
        "Puts so many servers of a hardware type in stock, instead of those there are.",
        r#"sim::stock(#{pod: "pod_1", sku: "medium_v4", count: 100})"#,
    ),
    method(
        "sim",
        "events",
        "sim::events() -> [#{at, kind, operation, target, status}]",
        "Every call and every change of state in the account, oldest first.",
        r#"sim::events().filter(|event| event.kind == "change")"#,
    ),
    method(
        "sim",
        "count",
        "sim::count(operation: string, target?) -> int",
        "How often an operation was called, in all or on one resource.",
        r#"sim::count("set_power", cloud("Bare metal").nodes()[0])"#,
    ),
    method(
        "sim",
        "advance",
        "sim::advance(duration)",
        "Lets time pass in the account.",
        r#"sim::advance("3 days")"#,
    ),
    method(
        "sim",
        "window",
        "sim::window(left: duration)",
        "Gives the test a maintenance window, which is open from now on for so long.",
        r#"sim::window("2h")"#,
    ),
    method(
        "sim",
        "snapshot",
        "sim::snapshot() -> int",
        "Takes a copy of the whole account to go back to.",
        "sim::restore(sim::snapshot())",
    ),
    method(
        "sim",
        "restore",
        "sim::restore(snapshot: int)",
        "Puts the account back to a snapshot; the clock goes on.",
        "sim::restore(sim::snapshot())",
    ),
    method(
        "sim",
        "reset",
        "sim::reset()",
        "Puts the account back to its start; the clock goes on.",
        "sim::reset()",
    ),
    method(
        "sim",
        "fault",
        "sim::fault(#{operation, target?, nth?, times?, probability?, …}) -> int",
        "Makes calls fail from now on, in one way: `status` (with `body`, `retry_after`, `executed`), `reset: \"before\"` or `\"after\"`, `truncated`, `ignored` (answered, not done), `stale: \"5m\"`, `revoked`, `says: #{field: value}` (with `of`), for set_power `locked: \"10m\"` or `stuck`, for place_order `provisioning: \"manual_setup\"` or `\"stalled\"`, or `sold_out`. Beside it, or alone: `delay`, `drip`, `skew`. `nth` counts the calls the fault is about, from 1.",
        r#"sim::fault(#{operation: "clouds", status: 503, nth: 1})"#,
    ),
    method(
        "sim",
        "faults",
        "sim::faults() -> [#{id, rule, matched, struck}]",
        "The faults in force, and how often each struck.",
        "sim::faults()",
    ),
    method(
        "sim",
        "clear_faults",
        "sim::clear_faults()",
        "Takes all faults out of force.",
        "sim::clear_faults()",
    ),
];
