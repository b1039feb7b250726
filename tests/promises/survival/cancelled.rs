//! Runs that are cancelled, and their cleanups.

use super::account::Account;

const CLEAN: &str = r#"
fn made(label) { create_vlan(#{label: label, pod_location: "pod_1", vlan_type: "internal"}) }
ensure(|| {
    made("a");
    print("ready");
    sleep("9h");
    made("never");
}, || {
    made("clean-1");
    made("clean-2");
});
made("never either");
"#;

fn account() -> Account {
    let account = Account::new();
    account.home.write("clean.rhai", CLEAN);
    account
}

const RUN: [&str; 5] = ["--quiet", "--allow", "change", "run", "clean.rhai"];

#[track_caller]
fn is_clean(account: &Account) {
    assert_eq!(account.newest()["state"], "cancelled");
    assert_eq!(account.newest()["exit_code"], 130);
    assert_eq!(account.labels(), ["a", "clean-1", "clean-2"]);
}

#[test]
fn a_run_of_another_process_is_cancelled_and_cleans_up() {
    let account = account();
    let mut run = account.mw(&RUN).start();
    run.says("ready");
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    let done = account.mw(&["runs", "cancel", &id]).any_stdout().run();
    assert!(done.stdout.contains("will stop"), "{}", done.stdout);
    let ended = run.end();
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
    is_clean(&account);
}

#[test]
fn a_signal_cancels_too() {
    let account = account();
    let mut run = account.mw(&RUN).start();
    run.says("ready");
    run.signal("INT");
    assert_eq!(run.end().code, Some(130));
    is_clean(&account);
}

#[test]
fn a_cleanup_that_was_cut_off_is_finished_when_the_run_is_taken_up() {
    let account = account();
    let mut run = account
        .mw(&RUN)
        .env("MW_TEST_KILL", "before-intent:3")
        .start();
    run.says("ready");
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    account.mw(&["runs", "cancel", &id]).any_stdout().run();
    assert_eq!(run.end().code, None);
    assert_eq!(account.labels(), ["a", "clean-1"]);
    let ended = account.call(account.mw(&["-q", "runs", "resume", &id]));
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
    is_clean(&account);
}

#[test]
fn an_interrupted_run_that_is_given_up_still_cleans_up() {
    let account = account();
    let call = account.mw(&RUN).env("MW_TEST_KILL", "in-sleep:1");
    assert_eq!(account.call(call).code, None);
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    let done = account.mw(&["runs", "cancel", &id]).any_stdout().run();
    assert!(
        done.stdout.contains("but for its cleanups"),
        "{}",
        done.stdout
    );
    let ended = account.call(account.mw(&["-q", "runs", "resume", &id]));
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
    is_clean(&account);
}

#[test]
fn an_interrupted_run_with_nothing_to_clean_up_is_over_at_once() {
    let account = Account::new();
    account.home.write("wait.rhai", "clouds();\nsleep(\"9h\");");
    let call = account
        .mw(&["--quiet", "run", "wait.rhai"])
        .env("MW_TEST_KILL", "in-sleep:1");
    assert_eq!(account.call(call).code, None);
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    account
        .mw(&["runs", "cancel", &id, "--reason", "no longer needed"])
        .stdout(&format!("run {id} is cancelled\n"))
        .run();
    assert_eq!(account.newest()["state"], "cancelled");
    let done = account.mw(&["runs", "show", &id]).any_stdout().run();
    assert!(done.stdout.contains("no longer needed"), "{}", done.stdout);
}

#[test]
fn branches_of_a_cancelled_run_that_is_taken_up_clean_up_each_for_itself() {
    let text = r#"
        fn made(label) { create_vlan(#{label: label, pod_location: "pod_1", vlan_type: "internal"}) }
        parallel([1, 2, 3], |i| ensure(
            || { made(`a${i}`); sleep("9h"); made("never"); },
            || { made(`c${i}`); }
        ));
    "#;
    let account = Account::new();
    account.home.write("branches.rhai", text);
    let words = ["--quiet", "--allow", "change", "run", "branches.rhai"];
    // The third branch that comes to its pause: all three have made theirs.
    let call = account.mw(&words).env("MW_TEST_KILL", "in-sleep:3");
    assert_eq!(account.call(call).code, None);
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    account.mw(&["runs", "cancel", &id]).any_stdout().run();
    let ended = account.call(account.mw(&["-q", "runs", "resume", &id]));
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
    let mut made = account.labels();
    made.sort();
    assert_eq!(made, ["a1", "a2", "a3", "c1", "c2", "c3"]);
}

#[test]
fn a_cleanup_that_a_signal_began_is_finished_and_the_body_does_not_go_on() {
    let account = account();
    let mut run = account
        .mw(&RUN)
        .env("MW_TEST_KILL", "before-intent:3")
        .start();
    run.says("ready");
    run.signal("INT");
    assert_eq!(run.end().code, None);
    assert_eq!(account.labels(), ["a", "clean-1"]);
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    let ended = account.call(account.mw(&["-q", "runs", "resume", &id]));
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
    is_clean(&account);
}

#[test]
fn a_branch_given_up_for_another_cleans_up_once_and_does_not_go_on() {
    let text = r#"
        fn made(label) { create_vlan(#{label: label, pod_location: "pod_1", vlan_type: "internal"}) }
        attempt(|| parallel([1, 2], |i| {
            if i == 1 { sleep("10m"); throw "no"; }
            ensure(
                || { made("a"); sleep("9h"); made("never"); },
                || { made("c1"); made("c2"); }
            );
        }));
        made("after");
        print("over");
    "#;
    for (point, count) in [
        ("before-intent", 2),
        ("before-intent", 3),
        ("after-outcome", 3),
        ("before-intent", 4),
    ] {
        let account = Account::new();
        account.home.write("given_up.rhai", text);
        let words = ["--quiet", "--allow", "change", "run", "given_up.rhai"];
        let call = account
            .mw(&words)
            .env("MW_TEST_KILL", &format!("{point}:{count}"));
        assert_eq!(account.call(call).code, None);
        let id = account.newest()["id"].as_str().unwrap().to_owned();
        account
            .mw(&["-q", "runs", "resume", &id])
            .stdout("over\n")
            .run();
        assert_eq!(
            account.labels(),
            ["a", "c1", "c2", "after"],
            "{point}:{count}"
        );
    }
}

#[test]
fn a_run_whose_output_nobody_reads_is_cut_short_and_not_a_success() {
    let account = account();
    account.home.write(
        "prints.rhai",
        "lock(\"maintenance\", || { for i in 0..100000 { print(i); } });",
    );
    let line = "mw --quiet run prints.rhai | head -1";
    let call = crate::stage::mw::Mw::shell(line)
        .account(account.gateway.url())
        .env("MW_STORE", &account.store())
        .inside(account.home.path());
    let ended = account.call(call);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "0\n"));
    // The pipe ends with its last command, which is not mw.
    while ["running", "waiting"].contains(&account.newest()["state"].as_str().unwrap()) {}
    assert_eq!(account.newest()["state"], "cancelled");
    assert_eq!(account.json(&["locks", "list"])[0]["name"], "maintenance");
}
