//! A rehearsal of a job shows what it would change, and changes nothing.

use serde_json::Value;

use crate::stage::mw::Mw;
use crate::stage::server::Server;

const JOBS: &str = r#"
[[job]]
name = "cycle"
cron = "0 4 * * SUN"
script = "cycle.rhai"
args = { cloud = "My first cloud" }
allow = ["read", "disrupt"]

[[job]]
name = "wait"
cron = "0 4 * * SUN"
script = "wait.rhai"
timeout = "25m"

[[job]]
name = "grow"
cron = "0 4 1 * *"
script = "grow.rhai"
allow = ["read", "spend", "fs:out"]
"#;

const CYCLE: &str = "//! Reboot every node.
//! @param cloud: string  the cloud
let c = cloud(args.cloud);
for n in nodes(c) { n.reboot(); sleep(\"10m\"); }
print(\"done\");
";

/// It says what stands where changes of all kinds are, and ends as its last call does.
const GROW: &str = r#"
let item = #{hardware_sku: "small_v4", location: "pod_1", type: "pcc", quantity: 3};
order(#{label: "more", items: [item]});
attempt(|| write_file("out/report.txt", "x"));
delete_cloud(clouds()[0]);
"#;

const WAIT: &str = "let n = 0; loop { sleep(\"10m\"); n += 1; print(`waited ${n} times`); }";

fn mw(server: &Server, arguments: &[&str]) -> Mw {
    Mw::new(arguments)
        .account(server.url())
        .file("jobs.toml", JOBS)
        .file("cycle.rhai", CYCLE)
        .file("grow.rhai", GROW)
        .file("wait.rhai", WAIT)
}

#[test]
fn a_job_is_rehearsed_on_a_copy_and_the_account_is_only_read() {
    let server = Server::start();
    let rehearsal = ["-o", "json", "jobs", "run", "cycle", "--dry"];
    let done = mw(&server, &rehearsal).any_stdout().any_stderr().run();
    let said =
        "would end well after 30m, with 3 changes: rehearsed on a copy of profile default at";
    assert!(
        done.stderr.starts_with("done\ncycle, due at "),
        "{}",
        done.stderr
    );
    assert!(done.stderr.contains(said), "{}", done.stderr);
    let rows: Vec<Value> = serde_json::from_str(&done.stdout).unwrap();
    let seen = rows.iter().map(|row| {
        let what = row["what"].as_str().unwrap();
        assert!(what.starts_with("reboot "), "{what}");
        assert!(what.contains(" of My first cloud ("), "{what}");
        (row["after"].as_f64().unwrap(), row["effect"].clone())
    });
    let disrupt = || Value::from("disrupt");
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [(0.0, disrupt()), (600.0, disrupt()), (1200.0, disrupt())]
    );
    let calls = server.calls();
    assert!(!calls.is_empty());
    assert!(calls.iter().all(|call| call.operation != "set_power"));
}

#[test]
fn what_the_job_may_not_do_fails_as_it_would_and_nothing_is_written() {
    let server = Server::start();
    let rehearsal = mw(&server, &["jobs", "run", "grow", "--dry"])
        .code(4)
        .any_stdout()
        .any_stderr();
    let folder = rehearsal.folder().to_owned();
    let done = rehearsal.run();
    let rows: Vec<&str> = done.stdout.lines().collect();
    assert_eq!(rows.len(), 2, "{}", done.stdout);
    assert!(
        rows[1].contains("place order labelled \"more\""),
        "{}",
        rows[1]
    );
    assert!(rows[1].contains("3 × small_v4"), "{}", rows[1]);
    for said in [
        "could not delete cloud",
        "would fail with exit code 4",
        "with 1 change:",
    ] {
        assert!(done.stderr.contains(said), "{said}: {}", done.stderr);
    }
    assert!(!folder.join("out").exists());
    assert!(
        server
            .calls()
            .iter()
            .all(|call| call.operation != "place_order")
    );
}

#[test]
fn the_time_a_job_has_is_over_in_a_rehearsal_too() {
    let server = Server::start();
    let done = mw(&server, &["jobs", "run", "wait", "--dry"])
        .code(7)
        .any_stdout()
        .any_stderr()
        .run();
    let said = "would fail with exit code 7 after 25m, with 0 changes";
    assert!(done.stderr.contains("waited 2 times\n"), "{}", done.stderr);
    assert!(!done.stderr.contains("waited 3 times"), "{}", done.stderr);
    assert!(done.stderr.contains(said), "{}", done.stderr);
}

#[test]
fn an_interrupted_rehearsal_foretells_nothing() {
    let server = Server::start();
    let mut rehearsal = mw(&server, &["jobs", "run", "wait", "--dry"])
        .file(
            "wait.rhai",
            "print(\"it begins\"); let n = 0; loop { n += 1; if n < 0 { break; } }",
        )
        .start();
    rehearsal.notes("it begins");
    rehearsal.signal("INT");
    let done = rehearsal.end();
    assert!(
        done.stderr.ends_with("error: interrupted\n"),
        "{}",
        done.stderr
    );
    assert!(!done.stderr.contains("would"), "{}", done.stderr);
}

#[test]
fn an_argument_that_is_none_is_said_as_of_any_run() {
    let server = Server::start();
    let wrong = ["jobs", "run", "cycle", "--dry", "times=x"];
    mw(&server, &wrong)
        .file(
            "cycle.rhai",
            "//! Reboot.\n//! @param cloud: string\n//! @param times: int = 1  how often\nprint(`${args.cloud} ${args.times}`);",
        )
        .code(2)
        .stderr(
            "error: `times` is \"x\", and must be a whole number
  help: give it as `times=VALUE`: how often
",
        )
        .run();
}

#[test]
fn only_a_rehearsal_is_run_this_way() {
    let server = Server::start();
    mw(&server, &["jobs", "run", "cycle"])
        .code(2)
        .stderr(
            "error: mw jobs run rehearses a job, and is told so by --dry
  help: mw jobs trigger cycle runs it on the account
",
        )
        .run();
    mw(&server, &["jobs", "run", "cycl", "--dry"])
        .code(2)
        .stderr("error: jobs.toml has no job \"cycl\"\n  help: did you mean `cycle`?\n")
        .run();
    assert_eq!(server.calls().len(), 0);
}
