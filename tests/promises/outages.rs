//! A journal that cannot be written for a while: nothing is lost by it, and nothing is done twice.

use std::process::Command;

use serde_json::Value;

use crate::promises::survival::account::Account;
use crate::stage::mw::Mw;
use crate::stage::process::Process;

/// A service whose disk can be made full.
struct Service(Process);

impl Service {
    fn of(account: &Account) -> Self {
        let variables = account.variables();
        // Who writes past the limit on the size of files is told by a signal, too.
        let line = format!("trap '' XFSZ; exec env {variables} mw serve");
        Self(
            Mw::shell(&line)
                .account(account.gateway.url())
                .inside(account.home.path())
                .start(),
        )
    }

    /// A limit on the size of files stands for the end of the disk.
    fn limit(&self, size: &str) {
        let status = Command::new("prlimit")
            .args(["--pid", &self.0.id().to_string()])
            .arg(format!("--fsize={size}:unlimited"))
            .status()
            .unwrap();
        assert!(status.success(), "prlimit: {status}");
    }

    fn fills(&self) {
        self.limit("0");
    }

    fn empties(&self) {
        self.limit("unlimited");
    }

    fn stops(self) {
        self.0.signal("TERM");
        assert_eq!(self.0.end().code, Some(0));
    }
}

fn history(account: &Account) -> Vec<Value> {
    account
        .json(&["jobs", "history", "--count", "1000"])
        .as_array()
        .unwrap()
        .clone()
}

#[test]
fn a_run_that_the_disk_leaves_no_room_for_is_taken_up_by_its_own_service() {
    let account = Account::new();
    account.home.write(
        "jobs.toml",
        "[[job]]\nname = \"pair\"\ncron = \"0 0 1 1 *\"\nscript = \"pair.rhai\"\n\
         allow = [\"read\", \"change\"]\npause_on_failure = 1\n",
    );
    account.home.write(
        "pair.rhai",
        r#"
fn make(label) { create_vlan(#{label: label, pod_location: "pod_1", vlan_type: "internal"}); }
make("first");
print("half");
while vlans().where("label", "go").len() == 0 { sleep("10m"); }
make("second");
print("whole");
"#,
    );
    let mut service = Service::of(&account);
    service.0.notes("pair: next");
    account.mw(&["jobs", "trigger", "pair"]).any_stdout().run();
    service.0.says("half");
    service.fills();
    let line = service.0.notes("broke off");
    assert!(
        line.contains("pair: run 1 broke off and will be taken up again: the journal"),
        "{line}"
    );
    service.empties();
    service.0.notes("takes up run");
    let go = r#"create_vlan(#{label: "go", pod_location: "pod_1", vlan_type: "internal"})"#;
    account
        .mw(&["--quiet", "--allow", "change", "eval", go])
        .any_stdout()
        .run();
    service.0.says("whole");
    service.stops();
    let rows = history(&account);
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert_eq!(rows[0]["state"], "succeeded", "{rows:#?}");
    assert_eq!(rows[0]["attempts"], 1);
    assert_eq!(account.labels(), ["first", "go", "second"]);
}

#[test]
fn a_service_that_stops_leaves_what_broke_off_to_the_next_one() {
    let account = Account::new();
    account.home.write(
        "jobs.toml",
        "[[job]]\nname = \"one\"\ncron = \"0 0 1 1 *\"\nscript = \"one.rhai\"\n",
    );
    account.home.write(
        "one.rhai",
        "print(\"half\"); while vlans().len() < 1000 && !exists() { sleep(\"10m\"); } print(\"whole\");\n\
         fn exists() { vlans().where(\"label\", \"go\").len() > 0 }",
    );
    let mut service = Service::of(&account);
    service.0.notes("one: next");
    account.mw(&["jobs", "trigger", "one"]).any_stdout().run();
    service.0.says("half");
    service.fills();
    service.0.notes("broke off");
    service.empties();
    service.stops();
    let go = r#"create_vlan(#{label: "go", pod_location: "pod_1", vlan_type: "internal"})"#;
    account
        .mw(&["--quiet", "--allow", "change", "eval", go])
        .any_stdout()
        .run();
    let mut next = Service::of(&account);
    next.0.says("whole");
    next.stops();
    let rows = history(&account);
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert_eq!(rows[0]["state"], "succeeded", "{rows:#?}");
}

/// Of every second one run, whatever the journal was like when it was due.
#[test]
fn no_second_is_lost_and_none_runs_twice_while_the_journal_cannot_be_written() {
    let account = Account::new();
    account.home.write(
        "jobs.toml",
        "[[job]]\nname = \"tick\"\ncron = \"* * * * * *\"\nseconds = true\nscript = \"tick.rhai\"\n\
         allow = [\"read\", \"change\"]\noverlap = \"allow\"\ncatch_up = \"none\"\n",
    );
    account.home.write(
        "tick.rhai",
        "create_vlan(#{label: run.id, pod_location: \"pod_1\", vlan_type: \"internal\"}); print(run.id);",
    );
    // Another service tells when seconds pass.
    let clock = Mw::new(["--sim", "serve"])
        .file(
            "jobs.toml",
            "[[job]]\nname = \"clock\"\ncron = \"* * * * * *\"\nseconds = true\nscript = \"c.rhai\"\n",
        )
        .file("c.rhai", "print(1);");
    let mut clock = clock.start();
    let mut service = Service::of(&account);
    service.0.notes("succeeded");
    for _ in 0..2 {
        service.fills();
        service.0.notes("what is due waits for the journal");
        for _ in 0..4 {
            clock.says("clock#");
        }
        service.empties();
        service.0.notes("the journal can be written again");
        service.0.notes("succeeded");
    }
    service.stops();
    // What broke off and rests is left to the next one.
    let mut next = Service::of(&account);
    next.0.notes("next");
    next.stops();
    clock.signal("TERM");
    assert_eq!(clock.end().code, Some(0));
    let rows = history(&account);
    assert!(
        rows.iter().all(|row| row["state"] == "succeeded"),
        "{rows:#?}"
    );
    let second = |row: &Value| -> i64 {
        let due = row["due"].as_str().unwrap();
        due.parse::<chrono::DateTime<chrono::Utc>>()
            .unwrap()
            .timestamp()
    };
    let mut due: Vec<i64> = rows.iter().map(second).collect();
    due.sort_unstable();
    let gaps: Vec<_> = due
        .windows(2)
        .filter(|pair| pair[1] != pair[0] + 1)
        .collect();
    assert!(gaps.is_empty(), "{gaps:?} {rows:#?}");
    let mut labels = account.labels();
    labels.sort();
    let made = labels.len();
    labels.dedup();
    assert_eq!((labels.len(), made), (rows.len(), rows.len()));
}
