//! Locks that runs hold across each other.

use super::account::Account;

const HOLD: &str = r#"
//! @param name: string  what is made
// Longer than a busy machine takes, at this speed.
lock("maintenance", #{timeout: "50h"}, || {
    print("held");
    create_vlan(#{label: args.name + "-1", pod_location: "pod_1", vlan_type: "internal"});
    sleep("10m");
    create_vlan(#{label: args.name + "-2", pod_location: "pod_1", vlan_type: "internal"});
    ()
});
"#;

fn run(name: &str) -> [&str; 7] {
    [
        "--quiet",
        "--allow",
        "change",
        "run",
        "hold.rhai",
        "--name",
        name,
    ]
}

fn account() -> Account {
    let account = Account::new();
    account.home.write("hold.rhai", HOLD.trim_start());
    account
}

#[test]
fn a_second_run_waits_for_the_first() {
    let account = account();
    let mut first = account.mw(&run("a")).start();
    first.says("held");
    let mut second = account.mw(&run("b")[1..]).start();
    second.notes("waiting for lock \"maintenance\", which run r");
    assert_eq!(first.end().code, Some(0));
    assert_eq!(second.end().code, Some(0));
    assert_eq!(account.labels(), ["a-1", "a-2", "b-1", "b-2"]);
    assert_eq!(account.json(&["locks", "list"]), serde_json::json!([]));
}

#[test]
fn a_lock_outlives_the_process_until_the_run_succeeds() {
    let account = account();
    let call = account.mw(&run("a")).env("MW_TEST_KILL", "in-sleep:1");
    assert_eq!(account.call(call).code, None);
    let held = account.json(&["locks", "list"]);
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (&held[0]["name"], &held[0]["run"]),
        (&"maintenance".into(), &id.as_str().into())
    );
    account
        .mw(&["-q", "runs", "resume", &id])
        .stdout("held\n")
        .run();
    assert_eq!(account.json(&["locks", "list"]), serde_json::json!([]));
    assert_eq!(account.labels(), ["a-1", "a-2"]);
}

#[test]
fn a_lock_of_a_run_that_failed_stays_until_somebody_says_why_not() {
    let account = account();
    account.home.write(
        "fail.rhai",
        "lock(\"maintenance\", || { throw \"half-way\" })",
    );
    account
        .mw(&["-q", "run", "fail.rhai"])
        .code(1)
        .any_stderr()
        .run();
    account.home.write(
        "short.rhai",
        "lock(\"maintenance\", #{timeout: \"1s\"}, || 1)",
    );
    let late = account
        .mw(&["-q", "run", "short.rhai"])
        .code(1)
        .any_stderr()
        .run();
    assert!(
        late.stderr.contains("which is over: failed"),
        "{}",
        late.stderr
    );
    account
        .mw(&["locks", "release", "maintenence", "--reason", "x"])
        .code(2)
        .stderr(
            "error: nobody holds a lock \"maintenence\"\n  help: did you mean \"maintenance\"?\n",
        )
        .run();
    account
        .mw(&["locks", "release", "maintenance"])
        .code(2)
        .any_stderr()
        .run();
    account
        .mw(&[
            "locks",
            "release",
            "maintenance",
            "--reason",
            "looked at it",
        ])
        .any_stdout()
        .run();
    account.mw(&["-q", "run", "short.rhai"]).stdout("1\n").run();
}

#[test]
fn branches_of_one_run_hold_it_one_after_another() {
    let account = account();
    account.home.write(
        "branches.rhai",
        r#"
        fn made(label) { create_vlan(#{label: label, pod_location: "pod_1", vlan_type: "internal"}) }
        parallel([1, 2, 3], |i| lock("maintenance", #{timeout: "50h"}, || {
            made(`in-${i}`);
            sleep("1m");
            made(`out-${i}`);
        }));
        ()
    "#,
    );
    account
        .mw(&["--quiet", "--allow", "change", "run", "branches.rhai"])
        .run();
    let labels = account.labels();
    for pair in labels.chunks(2) {
        assert_eq!(pair[0].replace("in", "out"), pair[1], "{labels:?}");
    }
    let nested = "lock(\"a\", || lock(\"a\", || 1))";
    account.home.write("nested.rhai", nested);
    let done = account
        .mw(&["-q", "run", "nested.rhai"])
        .code(1)
        .any_stderr()
        .run();
    assert!(
        done.stderr
            .contains("lock \"a\" is held already, around this call"),
        "{}",
        done.stderr
    );
}

#[test]
fn a_run_that_lost_its_lock_meanwhile_waits_for_it_again() {
    let account = account();
    let call = account.mw(&run("a")).env("MW_TEST_KILL", "in-sleep:1");
    assert_eq!(account.call(call).code, None);
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    account
        .mw(&[
            "locks",
            "release",
            "maintenance",
            "--reason",
            "thought it dead",
        ])
        .any_stdout()
        .run();
    let mut second = account.mw(&run("b")).start();
    second.says("held");
    let mut first = account.mw(&["runs", "resume", &id]).start();
    first.notes("waiting for lock \"maintenance\", which run r");
    assert_eq!(second.end().code, Some(0));
    assert_eq!(first.end().code, Some(0));
    assert_eq!(account.labels(), ["a-1", "b-1", "b-2", "a-2"]);
}
