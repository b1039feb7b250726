//! The builtin functions as declarations: help, completion, checks and the reference read this list.

/// One builtin function.
#[derive(Debug)]
pub struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// The type it is a method of, where it is one.
    pub on: Option<&'static str>,
    /// How it is called.
    pub signature: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// A line of script that uses it.
    pub example: &'static str,
    /// The power over the machine it runs on that it needs: `fs`, `env`, `net`.
    pub power: Option<&'static str>,
}

const fn function(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: &'static str,
) -> Builtin {
    Builtin {
        name,
        on: None,
        signature,
        doc,
        example,
        power: None,
    }
}

const fn method(
    on: &'static str,
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: &'static str,
) -> Builtin {
    Builtin {
        name,
        on: Some(on),
        signature,
        doc,
        example,
        power: None,
    }
}

/// The builtin functions.
pub static BUILTINS: &[Builtin] = &[
    function(
        "print",
        "print(value?)",
        "Writes a value to standard output: a list of resources as a table, anything else in a line.",
        r#"print("hello")"#,
    ),
    function(
        "table",
        "table(value, columns?: [string])",
        "Writes a list, of resources or of maps, as a table; `columns` chooses and orders them.",
        r#"table(clouds(), ["id", "label"])"#,
    ),
    function(
        "info",
        "info(text)",
        "Tells the person watching, on standard error.",
        r#"info("starting")"#,
    ),
    function(
        "warn",
        "warn(text)",
        "Tells the person watching that something deserves a look.",
        r#"warn("stock is low")"#,
    ),
    function(
        "error",
        "error(text)",
        "Tells the person watching that something is wrong; the script goes on.",
        r#"error("node is down")"#,
    ),
    function(
        "debug",
        "debug(value)",
        "Shows a value as the script sees it, on standard error.",
        r"debug(#{a: 1})",
    ),
    function(
        "progress",
        "progress(done: int, total: int, what?: string)",
        "Shows the person watching how far the script has come: as a bar with an estimate on a terminal, in a line for each tenth elsewhere.",
        r#"for done in 0..=4 { progress(done, 4, "copied") }"#,
    ),
    function(
        "now",
        "now() -> Instant",
        "The account's present instant; simulated on the simulator.",
        r#"now().format("%Y-%m-%d")"#,
    ),
    function(
        "instant",
        "instant(text: string) -> Instant",
        "Reads an instant.",
        r#"now() > instant("2020-01-01T00:00:00Z")"#,
    ),
    function(
        "duration",
        "duration(value) -> Duration",
        "Reads a duration: \"45m\", \"1h 30m\", or a number of seconds.",
        r#"duration("45m").minutes() == 45.0"#,
    ),
    method(
        "Duration",
        "seconds",
        "seconds(duration) -> float",
        "A duration in seconds.",
        r#"duration("2m").seconds()"#,
    ),
    method(
        "Duration",
        "minutes",
        "minutes(duration) -> float",
        "A duration in minutes.",
        r#"duration("2h").minutes()"#,
    ),
    method(
        "Duration",
        "hours",
        "hours(duration) -> float",
        "A duration in hours.",
        r#"duration("90m").hours()"#,
    ),
    method(
        "Instant",
        "format",
        "format(instant, pattern: string) -> string",
        "An instant in UTC by a strftime pattern.",
        r#"now().format("%H:%M")"#,
    ),
    function(
        "sleep",
        "sleep(duration)",
        "Pauses the branch; free on the simulator.",
        r#"sleep("10s")"#,
    ),
    function(
        "wait_for",
        "wait_for(cloud | order | node, state: string, #{timeout, every}?) -> the same, as it is then",
        "Waits until a cloud, order or node is in a state; fails at once when it cannot get there.",
        r#"wait_for(cloud("Bare metal"), "complete")"#,
    ),
    function(
        "wait_until",
        "wait_until(what: string, || condition, #{timeout, every}?)",
        "Waits until a condition of your own holds.",
        r#"wait_until("there are clouds", || clouds().len() > 0)"#,
    ),
    function(
        "parallel",
        "parallel(items: [T], |item| …, #{limit, on_error}?) -> [results]",
        "Runs a function over a list, several at once (16 unless `limit` says otherwise), results in order. The first error cancels the rest, unless on_error is \"collect\": then every result is #{ok, value, error}.",
        "parallel(clouds(), |c| c.stats().nodes.len())",
    ),
    function(
        "attempt",
        "attempt(|| …) -> #{ok, value, error}",
        "Runs a function and gives its error as a value.",
        r#"attempt(|| cloud("nowhere")).ok == false"#,
    ),
    function(
        "retry",
        "retry(times? | #{times, delay, factor}, || …)",
        "Runs a function until it succeeds, 3 times unless told otherwise. A wrong argument, a missing permission and a call in doubt are not tried again.",
        "retry(3, || clouds().len())",
    ),
    function(
        "ensure",
        "ensure(|| body, || cleanup)",
        "Runs the body, then the cleanup, whatever became of the body: an error, exit or Ctrl-C included.",
        r#"ensure(|| print("working"), || print("tidy"))"#,
    ),
    function(
        "exit",
        "exit(code?: int)",
        "Ends the script with an exit code, 0 unless given. Cleanups of `ensure` run.",
        "if false { exit(3) }",
    ),
    function(
        "assert",
        "assert(condition, message?: string)",
        "Fails unless the condition holds.",
        r#"assert(1 < 2, "numbers are broken")"#,
    ),
    function(
        "assert_eq",
        "assert_eq(a, b)",
        "Fails unless both are the same, and shows both.",
        "assert_eq(1 + 1, 2)",
    ),
    function(
        "assert_ne",
        "assert_ne(a, b)",
        "Fails if both are the same.",
        "assert_ne(1, 2)",
    ),
    function(
        "assert_throws",
        "assert_throws(|| …, part?: string) -> error",
        "Fails unless the function throws an error whose message has this part; gives the error.",
        r#"assert_throws(|| cloud("nowhere"), "nowhere").kind"#,
    ),
    function(
        "remember",
        "remember(name: string, value)",
        "Keeps a value for later runs of the same script. On the simulator it lasts as long as the run.",
        r#"remember("free", 7)"#,
    ),
    function(
        "recall",
        "recall(name: string)",
        "What an earlier run remembered, or ().",
        r#"recall("free")"#,
    ),
    function(
        "checkpoint",
        "checkpoint(name: string)",
        "Marks how far the run has come, for people: `mw runs show` lists it.",
        r#"checkpoint("half of the nodes are done")"#,
    ),
    function(
        "lock",
        "lock(name: string, #{timeout?}, || …) -> value",
        "Runs the function while no other run of this account holds the lock. It is given back when the function succeeds, or the run does; a failure keeps it until `mw locks release`. Waits an hour unless told otherwise.",
        r#"lock("maintenance", || clouds().len())"#,
    ),
    method(
        "list",
        "where",
        "where(list, |item| condition | field: string, value?) -> list",
        "The items for which the condition holds, or whose field has the value.",
        r#"clouds().where("cloud_type", "pcc").len()"#,
    ),
    method(
        "list",
        "sort_by",
        "sort_by(list, field | |item| key, \"asc\" | \"desc\"?) -> list",
        "The items in order.",
        r#"clouds().sort_by("label", "desc")"#,
    ),
    method(
        "list",
        "group_by",
        "group_by(list, field | |item| key) -> map of lists",
        "The items in groups.",
        r#"clouds().group_by("cloud_type").len()"#,
    ),
    method(
        "list",
        "count_by",
        "count_by(list, field | |item| key) -> map of int",
        "How many items of each.",
        r#"clouds().count_by("pod_location")"#,
    ),
    method(
        "list",
        "sum_by",
        "sum_by(list, field | |item| number) -> number",
        "The sum over the items.",
        r#"cloud("Bare metal").nodes().sum_by("cpu")"#,
    ),
    method(
        "list",
        "unique",
        "unique(list, field | |item| key?) -> list",
        "The items that differ, the first of each.",
        "[1, 2, 1].unique() == [1, 2]",
    ),
    method(
        "list",
        "pluck",
        "pluck(list, field: string) -> list",
        "One field of each item.",
        r#"clouds().pluck("label")"#,
    ),
    method(
        "list",
        "join",
        "join(list, separator: string?) -> string",
        "The items as one text.",
        r#"["a", "b"].join(", ")"#,
    ),
    method(
        "list",
        "first",
        "first(list)",
        "The first item, or ().",
        "[1, 2].first()",
    ),
    method(
        "list",
        "last",
        "last(list)",
        "The last item, or ().",
        "[1, 2].last()",
    ),
    method(
        "any",
        "to_map",
        "to_map(resource) -> map",
        "A resource as a map to change; secrets stay hidden.",
        r#"cloud("Bare metal").to_map().label"#,
    ),
    method(
        "any",
        "to_json",
        "to_json(value) -> string",
        "A value as JSON; secrets stay hidden.",
        r"#{a: 1}.to_json()",
    ),
    method(
        "Secret",
        "reveal",
        "reveal(secret) -> string",
        "The text of a secret. Mind where it goes.",
        "token().access_token.reveal().len() > 0",
    ),
];

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
