//! Jobs that services run, told and looked at by other processes through the journal.

use serde_json::Value;

use crate::promises::survival::account::Account;
use crate::stage::site::Site;

pub const DAILY: &str =
    "[[job]]\nname = \"report\"\ncron = \"0 0 1 1 *\"\nscript = \"report.rhai\"\n";

pub fn account() -> Account {
    let account = Account::new();
    account.home.write("jobs.toml", DAILY);
    account.home.write(
        "report.rhai",
        "//! @param times: int = 1  how often\nprint(`${args.times} of ${clouds().len()}`);",
    );
    account
}

pub fn history(account: &Account) -> Vec<Value> {
    let done = account
        .mw(&["--output", "json", "jobs", "history"])
        .any_stdout()
        .run();
    serde_json::from_str(&done.stdout).unwrap()
}

#[test]
fn a_paused_job_leaves_its_instants_out_and_says_why() {
    let account = account();
    account.home.write(
        "jobs.toml",
        &DAILY.replace("0 0 1 1 *\"", "* * * * * *\"\nseconds = true"),
    );
    account
        .mw(&["jobs", "pause", "report", "--note", "the DC is being moved"])
        .stdout("report is paused: mw jobs resume report lets it go on\n")
        .run();
    let mut service = account.mw(&["serve"]).start();
    service.notes("skipped: the job is paused: the DC is being moved");
    account
        .mw(&["jobs", "resume", "report"])
        .stdout("report goes on\n")
        .run();
    service.says("1 of 2");
    service.signal("TERM");
    assert_eq!(service.end().code, Some(0));
    let rows = history(&account);
    assert!(rows.iter().any(|row| row["state"] == "skipped"));
    assert!(rows.iter().any(|row| row["state"] == "succeeded"));
}

/// Two services on one journal, one of which is killed over and over: each instant has one run.
#[test]
fn of_two_services_one_runs_each_instant_whatever_is_killed() {
    let account = account();
    account.home.write(
        "jobs.toml",
        "[[job]]\nname = \"tick\"\ncron = \"* * * * * *\"\nseconds = true\nscript = \"tick.rhai\"\n\
         allow = [\"read\", \"change\"]\noverlap = \"allow\"\ncatch_up = \"all\"\n",
    );
    account.home.write(
        "tick.rhai",
        "create_vlan(#{label: run.id, pod_location: \"pod_1\", vlan_type: \"internal\"}); print(run.id);",
    );
    let mut steady = account.mw(&["serve"]).start();
    let points = [
        "after-claim:1",
        "after-begin:1",
        "before-intent:1",
        "after-intent:1",
        "after-outcome:1",
        "after-end:1",
    ];
    for point in points {
        let killed = account.mw(&["serve"]).env("MW_TEST_KILL", point).start();
        steady.notes("started");
        steady.notes("started");
        killed.signal("KILL");
        killed.end();
    }
    steady.notes("started");
    steady.notes("succeeded");
    steady.signal("TERM");
    assert_eq!(steady.end().code, Some(0));
    // What the last one left behind when it was killed.
    let mut last = account.mw(&["serve"]).start();
    last.notes("next");
    last.signal("TERM");
    last.end();
    let rows = history(&account);
    let mut due: Vec<&str> = rows
        .iter()
        .filter(|row| row["run"].is_string())
        .map(|row| row["due"].as_str().unwrap())
        .collect();
    let all = due.len();
    assert!(all >= 5, "{rows:#?}");
    due.dedup();
    assert_eq!(due.len(), all, "{rows:#?}");
    let mut labels = account.labels();
    let made = labels.len();
    labels.sort();
    labels.dedup();
    assert_eq!(labels.len(), made, "a run has done something twice");
    assert!(made <= all, "{made} {all}");
}

#[test]
fn people_are_told_of_a_failure_and_of_the_recovery_and_of_nothing_twice() {
    let account = account();
    let site = Site::new();
    account.home.write(
        "jobs.toml",
        &format!(
            "[notify.ops]\nwebhook = \"{}/ops\"\n\n[notify.else]\nwebhook = \"{}/else\"\n\n{DAILY}notify = [\"ops\"]\n",
            site.url(),
            site.url()
        ),
    );
    account.home.write("report.rhai", "exit(3);");
    let mut service = account.mw(&["serve"]).start();
    service.notes("report: next");
    let trigger = ["jobs", "trigger", "report", "--wait"];
    account.mw(&trigger).any_stderr().code(3).run();
    site.waits();
    account.home.write("report.rhai", "print(1);");
    account.mw(&trigger).any_stdout().run();
    account.mw(&trigger).any_stdout().run();
    service.signal("TERM");
    assert_eq!(service.end().code, Some(0));
    let told: Vec<(String, Value)> = site
        .requests()
        .iter()
        .map(|request| {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            (request.line.clone(), body["kind"].clone())
        })
        .collect();
    let ops = "POST /ops".to_owned();
    assert_eq!(
        told,
        [(ops.clone(), "failure".into()), (ops, "recovery".into())]
    );
}

#[test]
fn a_hangup_has_the_jobs_read_again_and_ends_nothing() {
    let account = account();
    let mut service = account.mw(&["serve"]).start();
    service.notes("report: next");
    let file = format!("{DAILY}\n{}", DAILY.replace("report\"", "second\""));
    account.home.write("jobs.toml", &file);
    service.signal("HUP");
    service.notes("jobs file read again; new: second");
    service.signal("HUP");
    account
        .mw(&["jobs", "trigger", "second"])
        .any_stdout()
        .run();
    service.says("second#1  1 of 2");
    service.signal("TERM");
    assert_eq!(service.end().code, Some(0));
}

#[test]
fn a_run_that_takes_too_long_is_cancelled_and_says_so() {
    let account = account();
    account
        .home
        .write("jobs.toml", &format!("{DAILY}timeout = \"1s\"\n"));
    account.home.write("report.rhai", "loop { }");
    let mut service = account.mw(&["serve"]).start();
    service.notes("report: next");
    let done = account
        .mw(&["jobs", "trigger", "report", "--wait"])
        .any_stderr()
        .code(7)
        .run();
    assert!(
        done.stderr
            .contains("it took longer than 1s, and was cancelled"),
        "{}",
        done.stderr
    );
    service.signal("TERM");
    assert_eq!(service.end().code, Some(0));
    assert_eq!(history(&account)[0]["state"], "timed-out");
}

#[test]
fn a_script_that_is_deleted_fails_its_job_by_name_and_no_other() {
    let account = account();
    let second = DAILY.replace("report", "second");
    let each = DAILY.replace("0 0 1 1 *\"", "* * * * * *\"\nseconds = true");
    account
        .home
        .write("jobs.toml", &format!("{each}\n{second}"));
    account.home.write("second.rhai", "print(\"second runs\");");
    let mut service = account.mw(&["serve"]).start();
    service.says("1 of 2");
    std::fs::remove_file(account.home.path().join("report.rhai")).unwrap();
    let failed = "failed with exit code 2";
    let line = service.notes(failed);
    assert!(
        line.contains("cannot read the script report.rhai"),
        "{line}"
    );
    service.notes("help: check the path, which is relative to the jobs file");
    let second = ["jobs", "trigger", "second", "--wait"];
    account.mw(&second).any_stdout().run();
    service.says("second runs");
    service.notes(failed);
    account.mw(&["jobs", "pause", "report"]).any_stdout().run();
    service.notes("skipped: the job is paused");
    let rows = history(&account);
    let lost = rows.iter().find(|row| row["state"] == "failed").unwrap();
    let why = lost["why"].as_str().unwrap();
    assert!(why.contains("report.rhai"), "{why}");
    // Who asks for it by hand hears of it at once.
    let done = account
        .mw(&["jobs", "trigger", "report"])
        .any_stderr()
        .code(2)
        .run();
    assert!(done.stderr.contains("report.rhai"), "{}", done.stderr);
    let list = account.json(&["jobs", "list"]);
    assert!(
        list[0]["streak"].as_str().unwrap().ends_with(" failed"),
        "{list:#?}"
    );
    // Once it is back, it runs again.
    account.home.write("report.rhai", "print(\"back\");");
    account.mw(&["jobs", "resume", "report"]).any_stdout().run();
    service.says("back");
    service.signal("TERM");
    assert_eq!(service.end().code, Some(0));
}

#[test]
fn a_pipe_as_journal_is_refused_and_not_waited_for() {
    let account = account();
    let pipe = account.home.path().join("pipe.db");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, mode, 0).unwrap();
    let store = pipe.to_str().unwrap();
    for command in [["runs", "list"], ["jobs", "history"]] {
        let done = account
            .mw(&[&["--store", store][..], &command].concat())
            .any_stderr()
            .code(1)
            .run();
        assert!(
            done.stderr.contains("is no regular file"),
            "{}",
            done.stderr
        );
    }
}

/// A run that waits for its next attempt has a place in its group.
#[test]
fn what_was_left_of_a_job_that_is_gone_holds_no_place() {
    let account = account();
    let job = |name: &str, more: &str| {
        format!(
            "[group.rack]\nlimit = 1\n{}group = \"rack\"\n{more}",
            DAILY.replace("report", name)
        )
    };
    account.home.write(
        "jobs.toml",
        &job(
            "old",
            "retry = { times = 3, wait = \"1h\", longest = \"1h\" }\n",
        ),
    );
    account.home.write("old.rhai", "throw \"no luck\";");
    account.home.write("heir.rhai", "print(\"heir runs\");");
    let mut service = account.mw(&["serve"]).start();
    service.notes("old: next");
    account.mw(&["jobs", "trigger", "old"]).any_stdout().run();
    service.notes("attempt 1 failed, the next one starts");
    service.signal("TERM");
    assert_eq!(service.end().code, Some(0));
    account.home.write("jobs.toml", &job("heir", ""));
    account.mw(&["jobs", "trigger", "heir"]).any_stdout().run();
    let mut service = account.mw(&["serve"]).start();
    service.says("heir runs");
    service.signal("TERM");
    assert_eq!(service.end().code, Some(0));
    let rows = history(&account);
    let of_old = |row: &&Value| row["job"] == "old";
    let old = rows
        .iter()
        .find(of_old)
        .unwrap_or_else(|| panic!("{rows:?}"));
    assert_eq!(old["state"], "failed");
    let message = old["why"].as_str().unwrap();
    assert!(message.contains("the job was removed"), "{message}");
}
