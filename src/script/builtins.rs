//! The builtin functions as declarations: help, completion, checks and the reference read this list.

mod dates;
mod in_tests;
mod outside;
mod texts;

pub use in_tests::IN_TESTS;

/// One builtin function.
#[derive(Clone, Copy, Debug)]
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
    /// The power outside the account that the example needs, where the function needs one: `fs:.`.
    pub needs: Option<&'static str>,
}

impl Builtin {
    /// The same, which needs a power outside the account: the one that its example needs.
    const fn needs(mut self, power: &'static str) -> Self {
        self.needs = Some(power);
        self
    }

    /// The kind of power outside the account that it needs: `fs`, `env` or `net`.
    #[must_use]
    pub fn power(&self) -> Option<&'static str> {
        self.needs?.split(':').next()
    }
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
        needs: None,
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
        needs: None,
    }
}

/// The lists there are, one for each theme.
const LISTS: &[&[Builtin]] = &[GENERAL, dates::DATES, texts::TEXTS, outside::OUTSIDE];

/// The builtin functions.
pub static BUILTINS: &[Builtin] = &{
    let mut all = [GENERAL[0]; count()];
    let (mut list, mut at) = (0, 0);
    while list < LISTS.len() {
        let mut place = 0;
        while place < LISTS[list].len() {
            all[at] = LISTS[list][place];
            at += 1;
            place += 1;
        }
        list += 1;
    }
    all
};

const fn count() -> usize {
    let (mut list, mut count) = (0, 0);
    while list < LISTS.len() {
        count += LISTS[list].len();
        list += 1;
    }
    count
}

/// What is of no theme of its own.
const GENERAL: &[Builtin] = &[
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
        "Keeps a value for later runs of the same script, a resource as a map. On the simulator it lasts as long as the run.",
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
        "float",
        "round",
        "round(number: float, digits?: int) -> float",
        "The number rounded to so many digits after the point, or to a whole one.",
        "(200.0 / 3).round(1)",
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
        "A resource as a map to change, as the API writes it: what also reads flat stands under `fields`. Secrets stay hidden.",
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
