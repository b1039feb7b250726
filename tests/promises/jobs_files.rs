//! A jobs file that is wrong is refused before anything is due, with every mistake at its place.

use crate::stage::mw::Mw;

const GREETS: &str = "//! Say that it is due.
//! @param greeting: string  what to say
print(args.greeting);
";

#[test]
fn a_broken_jobs_file_gets_every_complaint() {
    let broken = r#"
[[job]]
name = "one"
cron = "0 0 * *"
script = "tick.rhai"

[[job]]
name = "two"
corn = "0 0 * * *"
script = "tick.rhai"
timezone = "Mars/Base"
"#;
    for command in [["serve", "--jobs"], ["jobs", "check"]] {
        let arguments = command.iter().chain(&["jobs.toml"]);
        Mw::new(["--sim"].iter().chain(arguments))
            .file("jobs.toml", broken)
            .file("tick.rhai", "1")
            .stderr(
                r#"error: the schedule has 4 fields instead of 5
  --> jobs.toml:4:9
   |
 4 | cron = "0 0 * *"
   |         ^^^^^^^
  help: write five fields, such as `30 2 * * *` (minute, hour, day, month, weekday)
error: the job has no `cron`
  --> jobs.toml:7:1
   |
 7 | [[job]]
   | ^^^^^^^
  help: write `cron = "30 2 * * *"`
error: a job has no key `corn`
  --> jobs.toml:9:1
   |
 9 | corn = "0 0 * * *"
   | ^^^^
  help: did you mean `cron`?
error: there is no time zone `Mars/Base`
  --> jobs.toml:11:12
    |
 11 | timezone = "Mars/Base"
    |            ^^^^^^^^^^^
  help: write a name of the time zone database, such as `Europe/Berlin` or `UTC`
"#,
            )
            .code(2)
            .run();
    }
}

#[test]
fn a_job_that_cannot_run_is_refused_before_it_is_due() {
    let jobs = r#"
[[job]]
name = "one"
cron = "0 0 * * *"
script = "missing.rhai"

[[job]]
name = "two"
cron = "0 0 * * *"
script = "tick.rhai"
allow = ["disrubt"]
args = { greting = "hello" }
"#;
    Mw::new(["--sim", "serve"])
        .file("jobs.toml", jobs)
        .file("tick.rhai", GREETS)
        .stderr(r#"error: job one: cannot read the script missing.rhai: No such file or directory (os error 2)
  --> jobs.toml:5:10
   |
 5 | script = "missing.rhai"
   |          ^^^^^^^^^^^^^^
  help: check the path, which is relative to the jobs file
error: job two: `disrubt` is neither an effect nor an operation; did you mean `disrupt`?
  --> jobs.toml:11:10
    |
 11 | allow = ["disrubt"]
    |          ^^^^^^^^^
error: job two: the script has no parameter `greting`
  --> jobs.toml:12:20
    |
 12 | args = { greting = "hello" }
    |                    ^^^^^^^
  help: did you mean `greeting`?
"#)
        .code(2)
        .run();
}

#[test]
fn variables_of_a_job_are_texts_by_names_that_variables_have() {
    let jobs = r#"
[[job]]
name = "tell"
cron = "0 0 * * *"
script = "tell.rhai"
env = { "1ST" = "a", COUNT = 2, OPENMETAL_API_KEY = "hush" }

[[job]]
name = "list"
cron = "0 0 * * *"
script = "tell.rhai"
env = ["A=1"]
"#;
    let check = |jobs: &str, stderr: &str| {
        Mw::new(["--sim", "jobs", "check"])
            .file("jobs.toml", jobs)
            .file("tell.rhai", "print(env(\"A\"));")
            .stderr(stderr)
            .code(2)
            .run();
    };
    check(
        jobs,
        r#"error: `1ST` is no name of a variable
  --> jobs.toml:6:9
   |
 6 | env = { "1ST" = "a", COUNT = 2, OPENMETAL_API_KEY = "hush" }
   |         ^^^^^
  help: use letters, digits and `_`, and no digit first
error: the variable `COUNT` is not text
  --> jobs.toml:6:30
   |
 6 | env = { "1ST" = "a", COUNT = 2, OPENMETAL_API_KEY = "hush" }
   |                              ^
  help: write `COUNT = "…"`
error: `env` is a list, but should be a table
  --> jobs.toml:12:7
    |
 12 | env = ["A=1"]
    |       ^^^^^^^
  help: write `env = { REPORTS = "/srv/reports" }`
"#,
    );
    check(
        r#"
[[job]]
name = "tell"
cron = "0 0 * * *"
script = "tell.rhai"
env.OPENMETAL_API_KEY = "hush"
"#,
        "error: job tell: OPENMETAL_API_KEY is a variable that mw reads itself
  --> jobs.toml:6:25
   |
 6 | env.OPENMETAL_API_KEY = \"hush\"
   |                         ^^^^^^
  help: set it where mw is started; a script has its own by another name
",
    );
}

#[test]
fn the_jobs_file_of_the_manual_is_one() {
    let root = env!("CARGO_MANIFEST_DIR");
    let page = std::fs::read_to_string(format!("{root}/docs/jobs.md")).unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (jobs, _) = rest.split_once("```").unwrap();
    let script = std::fs::read_to_string(format!("{root}/scripts/rolling_power_cycle.rhai"));
    Mw::new(["jobs", "check", "jobs.toml"])
        .file("jobs.toml", jobs)
        .file("rolling_power_cycle.rhai", &script.unwrap())
        .stdout("jobs.toml: 1 job, no problems\n")
        .run();
}

#[test]
fn every_slip_in_the_policies_is_named_with_its_place() {
    let job = "[[job]]\nname = \"a\"\ncron = \"@daily\"\nscript = \"a.rhai\"\n";
    let slips = [
        (
            "catch_up = \"lats\"",
            "there is no catch-up policy `lats`",
            "did you mean `last`?",
        ),
        (
            "catch_up_window = \"soon\"",
            "`catch_up_window`: `soon` is not a duration",
            "`15m`",
        ),
        (
            "jitter = 5",
            "`jitter` is a whole number, but should be text",
            "jitter = \"10m\"",
        ),
        (
            "retry = -1",
            "`retry` must be from 0 to 100, not -1",
            "retry = 3",
        ),
        (
            "retry = { wait = \"1m\" }",
            "`retry` has no `times`",
            "times = 3",
        ),
        (
            "retry = { tims = 1 }",
            "`retry` has no key `tims`",
            "did you mean `times`?",
        ),
        (
            "group = \"power\"",
            "there is no group `power`",
            "[group.power]",
        ),
        (
            "pause_on_failure = \"x\"",
            "`pause_on_failure` is text",
            "pause_on_failure = 3",
        ),
        (
            "pause_on_failure = 0",
            "from 1 to 1000, not 0",
            "pause_on_failure = 3",
        ),
        (
            "spend_limit = -5",
            "`spend_limit` is no amount of dollars",
            "spend_limit = 500",
        ),
        (
            "deny = \"spend\"",
            "`deny` is text, but should be a list",
            "deny = [",
        ),
        ("deny = [\"spnd\"]", "spnd", "spend"),
        ("grace = \"9999d\"", "is longer than a year", "`90s`"),
        (
            "overlp = \"skip\"",
            "a job has no key `overlp`",
            "did you mean `overlap`?",
        ),
    ];
    for (slip, message, hint) in slips {
        let done = Mw::new(["jobs", "check", "jobs.toml"])
            .file("jobs.toml", &format!("{job}{slip}\n"))
            .file("a.rhai", "1")
            .any_stderr()
            .code(2)
            .run();
        for part in [message, hint, "jobs.toml:5:"] {
            assert!(
                done.stderr.contains(part),
                "{slip}: {part}: {}",
                done.stderr
            );
        }
    }
}
