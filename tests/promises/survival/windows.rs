//! A run that is taken up knows of its maintenance window what it knew before.

use super::account::Account;

#[test]
fn a_run_taken_up_is_told_of_the_window_it_was_told_of_before() {
    let jobs = "[[job]]\nname = \"a\"\ncron = \"* * * * * *\"\nseconds = true\n\
                script = \"a.rhai\"\nallow = [\"change\"]\nwindow = \"00:00-24:00\"\n";
    let text = r#"
        let window = maintenance_window();
        create_vlan(#{label: "a", pod_location: "pod_1", vlan_type: "internal"});
        print(`${window.open} ${maintenance_window() == ()}`);
    "#;
    let account = Account::new();
    account.home.write("jobs.toml", jobs);
    account.home.write("a.rhai", text);
    let service = account.mw(&["--quiet", "serve"]);
    let ended = account.call(service.env("MW_TEST_KILL", "after-outcome:1"));
    assert_eq!(ended.code, None, "{}", ended.stderr);
    let run = account.newest()["id"].as_str().unwrap().to_owned();
    // Whoever takes it up by hand has no window, and decides from here on.
    account
        .mw(&["-q", "runs", "resume", &run])
        .stdout("true true\n")
        .run();
    assert_eq!(account.labels(), ["a"]);
}
