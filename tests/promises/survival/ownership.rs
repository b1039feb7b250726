//! A run has one owner at a time.

use rusqlite::Connection;

use super::account::Account;

const LONG: &str = r#"
create_vlan(#{label: "a", pod_location: "pod_1", vlan_type: "internal"});
print("ready");
sleep("3h");
create_vlan(#{label: "b", pod_location: "pod_1", vlan_type: "internal"});
print("over");
"#;

fn account() -> Account {
    let account = Account::new();
    account.home.write("long.rhai", LONG);
    account.home.write("mw.toml", "[journal]\nlease = \"2s\"\n");
    account
}

const RUN: [&str; 5] = ["--quiet", "--allow", "change", "run", "long.rhai"];

#[test]
fn a_second_process_is_refused_and_told_who_has_it() {
    let account = account();
    let mut first = account.mw(&RUN).start();
    first.says("ready");
    // What it does is written in a moment.
    while account.newest()["state"] != "waiting" {}
    let run = account.newest()["id"].as_str().unwrap().to_owned();
    let refused = account.call(account.mw(&["runs", "resume", &run]));
    assert_eq!(refused.code, Some(1));
    let expected = format!("error: run {run} is under way: process {} on ", first.id());
    assert!(refused.stderr.starts_with(&expected), "{}", refused.stderr);
    assert_eq!(first.end().code, Some(0));
    assert_eq!(account.gateway.effects().len(), 2);
}

#[test]
fn a_process_that_stood_still_past_its_lease_stops_before_its_next_call() {
    let account = account();
    let config = account.home.path().join("mw.toml").display().to_string();
    let mut first = account.mw(&RUN).env("MW_CONFIG", &config).start();
    first.says("ready");
    // In the middle of a write it would keep everybody from writing.
    while account.newest()["state"] != "waiting" {}
    first.signal("STOP");
    // Its lease passes.
    while account.newest()["state"] != "interrupted" {}
    let run = account.newest()["id"].as_str().unwrap().to_owned();
    account
        .mw(&["-q", "runs", "resume", &run])
        .env("MW_CONFIG", &config)
        .stdout("ready\nover\n")
        .run();
    first.signal("CONT");
    let ended = first.end();
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert_eq!(
        ended.stderr.replace(&run, "RUN"),
        "error: run RUN was taken over by another process while this one stood still\n  help: mw runs show RUN says who has it\n"
    );
    assert_eq!(account.gateway.effects().len(), 2);
    // What the other one wrote stands.
    assert_eq!(account.newest()["state"], "succeeded");
}

#[test]
fn a_lease_is_renewed_for_as_long_as_the_process_lives() {
    let account = account();
    let config = account.home.path().join("mw.toml").display().to_string();
    let mut first = account.mw(&RUN).env("MW_CONFIG", &config).start();
    first.says("ready");
    // Longer than its lease.
    first.says("over");
    assert_eq!(first.end().code, Some(0));
    assert_eq!(account.gateway.effects().len(), 2);
}

#[test]
fn a_journal_that_another_machine_writes_to_is_refused() {
    let account = account();
    let mut first = account.mw(&RUN).start();
    first.says("ready");
    // As another machine would have left it: its own boot, and a lease that goes on.
    let other = Connection::open(account.store()).unwrap();
    other
        .execute_batch(
            "UPDATE runs SET lease = lease + 3600000000, owner = json_set(owner,
                 '$.host', 'elsewhere', '$.machine', 'm', '$.boot', 'b')",
        )
        .unwrap();
    let refused = account.call(account.mw(&["--allow", "change", "run", "long.rhai"]));
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("in use by process")
            && refused.stderr.contains("on elsewhere, another machine"),
        "{}",
        refused.stderr
    );
    // To look is allowed.
    let state = account.newest()["state"].clone();
    assert!(state == "running" || state == "waiting", "{state}");
}
