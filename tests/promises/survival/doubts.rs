//! Questions that only a person can answer: asked once, with what was sent and seen, and never
//! passed over.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use super::account::Account;
use super::course::reboots;
use crate::stage::gateway::{Fate, Request};

const CYCLE: &str = r#"
let c = cloud("Bare metal");
c.nodes()[0].reboot();
print("over");
"#;

fn is_reboot(request: &Request) -> bool {
    request.path.ends_with("/power")
}

fn account(text: &str) -> Account {
    let account = Account::new();
    account.home.write("cycle.rhai", text);
    account
}

const RUN: [&str; 5] = ["--quiet", "--allow", "disrupt,change", "run", "cycle.rhai"];

#[test]
fn a_reboot_that_nobody_saw_pauses_the_run_with_three_ways_on() {
    let account = account(CYCLE);
    account.gateway.decide(|request, _| {
        if is_reboot(request) {
            Fate::Dropped
        } else {
            Fate::Pass
        }
    });
    let ended = account.call(account.mw(&RUN));
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    let run = account.newest();
    assert_eq!(
        (&run["state"], &run["exit_code"]),
        (&"paused-in-doubt".into(), &5.into())
    );
    let id = run["id"].as_str().unwrap().to_owned();
    for said in [
        format!("run {id} is paused: was `set_power node "),
        "It was sent at 20".to_owned(),
        "the node is \"power on\", which a reboot that is over also leaves".to_owned(),
        format!("mw runs resolve {id} --call 3 --done "),
        format!("mw runs resolve {id} --call 3 --retry "),
        format!("mw runs resolve {id} --call 3 --abort "),
        format!("mw runs resume {id}\n"),
        "--> cycle.rhai:3:1".to_owned(),
    ] {
        assert!(ended.stderr.contains(&said), "{said}\n{}", ended.stderr);
    }
    // Asked again, it asks again, and sends nothing.
    let again = account.call(account.mw(&["-q", "runs", "resume", &id]));
    assert_eq!(again.code, Some(5), "{}", again.stderr);
    assert!(reboots(&account.gateway.effects()).is_empty());
    // It was not: it is sent once more, and once.
    account.gateway.decide(|_, _| Fate::Pass);
    account
        .mw(&["runs", "resolve", &id, "--retry"])
        .stdout(&format!("decided; mw runs resume {id} goes on\n"))
        .run();
    account
        .mw(&["-q", "runs", "resume", &id])
        .stdout("over\n")
        .run();
    let counts: Vec<usize> = reboots(&account.gateway.effects()).into_values().collect();
    assert_eq!(counts, [1]);
}

#[test]
fn a_reboot_that_is_seen_is_taken_as_carried_out() {
    let account = account(CYCLE);
    account.gateway.decide(|request, _| {
        if is_reboot(request) {
            Fate::Lost
        } else {
            Fate::Pass
        }
    });
    account.mw(&RUN).stdout("over\n").run();
    let counts: Vec<usize> = reboots(&account.gateway.effects()).into_values().collect();
    assert_eq!(counts, [1]);
    let run = account.newest()["id"].as_str().unwrap().to_owned();
    let calls = account.calls(&run);
    let call = calls
        .iter()
        .find(|call| call["operation"] == "set_power")
        .unwrap();
    assert_eq!(call["note"], "its answer was lost; found by reading");
}

#[test]
fn a_reboot_that_is_given_up_ends_the_run() {
    let account = account(CYCLE);
    account.gateway.decide(|request, _| {
        if is_reboot(request) {
            Fate::Dropped
        } else {
            Fate::Pass
        }
    });
    assert_eq!(account.call(account.mw(&RUN)).code, Some(5));
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    account
        .mw(&["runs", "resolve", &id, "--abort"])
        .any_stdout()
        .run();
    assert_eq!(account.newest()["state"], "cancelled");
    account
        .mw(&["-q", "runs", "resume", &id])
        .code(2)
        .any_stderr()
        .run();
    assert!(reboots(&account.gateway.effects()).is_empty());
}

#[test]
fn a_script_cannot_pass_over_a_question() {
    let account = account(
        r#"
        let nodes = cloud("Bare metal").nodes();
        attempt(|| parallel([0, 1], |i| {
            if i == 0 { orders(); throw "something else"; }
            ensure(|| nodes[i].reboot(), || print("cleanup"));
        }));
        try { create_vlan(#{label: "after", pod_location: "pod_1", vlan_type: "internal"}); } catch {}
        print("over");
    "#,
    );
    // The other branch fails while the reboot is under way.
    let is_under_way = AtomicBool::new(false);
    account.gateway.decide(move |request, _| {
        if is_reboot(request) {
            is_under_way.store(true, Ordering::SeqCst);
            return Fate::Dropped;
        }
        while request.path.ends_with("/orders") && !is_under_way.load(Ordering::SeqCst) {}
        Fate::Pass
    });
    let ended = account.call(account.mw(&RUN));
    assert_eq!(ended.code, Some(5), "{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.stdout, "");
    assert_eq!(account.newest()["state"], "paused-in-doubt");
    assert!(account.gateway.effects().is_empty());
}

#[test]
fn a_trail_of_what_was_typed_asks_nothing_and_keeps_what_is_in_doubt() {
    let account = Account::new();
    account.gateway.decide(|request, _| {
        if is_reboot(request) {
            Fate::Dropped
        } else {
            Fate::Pass
        }
    });
    let line = "cloud(\"Bare metal\").nodes()[0].reboot()";
    let words = ["--quiet", "--allow", "disrupt", "eval", line];
    let ended = account.call(account.mw(&words));
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    let run = account.newest();
    assert_eq!(
        (&run["state"], &run["script"]),
        (&"failed".into(), &"<eval>".into())
    );
    let calls = account.calls(run["id"].as_str().unwrap());
    assert_eq!(calls.last().unwrap()["state"], "in-doubt");
}

#[test]
fn what_is_typed_leaves_a_trail() {
    let account = Account::new();
    account.mw(&["call", "clouds"]).any_stdout().run();
    account
        .mw(&[
            "--allow",
            "change",
            "call",
            "create_vlan",
            "label=a",
            "pod_location=pod_1",
            "vlan_type=internal",
        ])
        .any_stdout()
        .run();
    account
        .mw(&["-q", "eval", "parallel([1, 2, 3], |i| clouds().len())"])
        .any_stdout()
        .run();
    account.mw(&["eval", "1 + 1"]).stdout("2\n").run();
    let runs = account.json(&["runs", "list"]);
    let kinds: Vec<(&str, &str)> = runs
        .as_array()
        .unwrap()
        .iter()
        .map(|run| {
            (
                run["script"].as_str().unwrap(),
                run["state"].as_str().unwrap(),
            )
        })
        .collect();
    // What calls nothing leaves none.
    assert_eq!(
        kinds,
        [
            ("<eval>", "succeeded"),
            ("call", "succeeded"),
            ("call", "succeeded")
        ]
    );
    let calls = account.calls(runs[0]["id"].as_str().unwrap());
    assert_eq!(calls.len(), 3);
}

#[test]
fn creations_alike_are_told_apart_by_their_marks() {
    let account = Account::new();
    account.home.write(
        "same.rhai",
        r#"
        let made = parallel([1, 2, 3, 4, 5], |i| {
            create_vlan(#{label: "same", pod_location: "pod_1", vlan_type: "internal"}).id
        });
        print(made.unique().len());
    "#,
    );
    let words = ["--quiet", "--allow", "change", "run", "same.rhai"];
    let call = account.mw(&words).env("MW_TEST_KILL", "before-outcome:1");
    assert_eq!(account.call(call).code, None);
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    let mut ended = account.call(account.mw(&["-q", "runs", "resume", &id]));
    if ended.code == Some(5) {
        // Those that were written down and not sent, and only those.
        let sent = account.gateway.effects();
        for call in account.calls(&id) {
            let path = call["path"].as_str().unwrap();
            if call["state"] != "in-doubt" && call["state"] != "sent" {
                continue;
            }
            let mark = format!("[mw:{id}/{path}]");
            if sent.iter().any(|effect| effect.body.contains(&mark)) {
                continue;
            }
            account
                .mw(&["runs", "resolve", &id, "--call", path, "--retry"])
                .any_stdout()
                .run();
        }
        ended = account.call(account.mw(&["-q", "runs", "resume", &id]));
    }
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.ends_with("5\n"), "{}", ended.stdout);
    assert_eq!(account.gateway.effects().len(), 5);
}

#[test]
fn what_is_said_to_be_done_and_is_not_found_is_asked_about_in_other_words() {
    let account = Account::new();
    account.home.write(
        "one.rhai",
        "create_vlan(#{label: \"a\", pod_location: \"pod_1\", vlan_type: \"internal\"});\nprint(\"over\");",
    );
    let words = ["--quiet", "--allow", "change", "run", "one.rhai"];
    let call = account.mw(&words).env("MW_TEST_KILL", "after-intent:1");
    assert_eq!(account.call(call).code, None);
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    account
        .mw(&["runs", "resolve", &id, "--done"])
        .any_stdout()
        .run();
    let ended = account.call(account.mw(&["-q", "runs", "resume", &id]));
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("somebody said that it was carried out, but what it made is not found"),
        "{}",
        ended.stderr
    );
    account
        .mw(&["runs", "resolve", &id, "--retry"])
        .any_stdout()
        .run();
    account
        .mw(&["-q", "runs", "resume", &id])
        .stdout("over\n")
        .run();
    assert_eq!(account.gateway.effects().len(), 1);
}

#[test]
fn a_branch_that_a_question_stops_goes_on_with_its_body_when_it_is_answered() {
    let account = account(
        r#"
        let nodes = cloud("Bare metal").nodes();
        fn made(label) { create_vlan(#{label: label, pod_location: "pod_1", vlan_type: "internal"}) }
        parallel([0, 1], |i| {
            if i == 0 { orders(); nodes[0].reboot(); return; }
            ensure(
                || { made("a"); let n = 0; while n < 2_000_000 { n += 1; } made("b"); },
                || made("c")
            );
        });
        print("over");
    "#,
    );
    // The reboot is asked about while the other branch is at work between its calls.
    let is_made = AtomicBool::new(false);
    account.gateway.decide(move |request, _| {
        if request.path.ends_with("/vlans") {
            is_made.store(true, Ordering::SeqCst);
        }
        while request.path.ends_with("/orders") && !is_made.load(Ordering::SeqCst) {}
        if is_reboot(request) {
            return Fate::Dropped;
        }
        Fate::Pass
    });
    assert_eq!(account.call(account.mw(&RUN)).code, Some(5));
    account.gateway.decide(|_, _| Fate::Pass);
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    account
        .mw(&["runs", "resolve", &id, "--retry"])
        .any_stdout()
        .run();
    account
        .mw(&["-q", "runs", "resume", &id])
        .stdout("over\n")
        .run();
    let mut effects = account.gateway.effects();
    effects.retain(|effect| effect.path.ends_with("/vlans"));
    assert_eq!(effects.len(), 3, "{effects:#?}");
}

#[test]
fn a_second_reboot_is_not_taken_as_done_by_what_is_seen_of_the_first() {
    let account = account(
        r#"
        let node = cloud("Bare metal").nodes()[0];
        node.reboot();
        node.reboot();
        print("over");
    "#,
    );
    let is_second = AtomicBool::new(false);
    account.gateway.decide(move |request, _| {
        if is_reboot(request) && is_second.swap(true, Ordering::SeqCst) {
            Fate::Dropped
        } else {
            Fate::Pass
        }
    });
    let ended = account.call(account.mw(&RUN));
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert!(!ended.stdout.contains("over"), "{}", ended.stdout);
    assert_eq!(account.gateway.effects().len(), 1);
}

#[test]
fn what_a_call_is_said_to_have_come_to_is_read_before_anything_is_decided() {
    let account = account(
        "print(create_vlan(#{label: \"a\", pod_location: \"pod_1\", vlan_type: \"internal\"}).label);",
    );
    let call = account.mw(&RUN).env("MW_TEST_KILL", "after-intent:1");
    assert_eq!(account.call(call).code, None);
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    for wrong in ["{}", "[]", "null", r#"{"id": 5}"#, r#"{"id": ""}"#] {
        let words = ["runs", "resolve", &id, "--done", "--result", wrong];
        let refused = account.call(account.mw(&words));
        assert_eq!(refused.code, Some(2), "{wrong} {}", refused.stderr);
        let said = "--result is not what create_vlan answers with: ";
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
    let right = r#"{"id": "v9", "label": "told"}"#;
    account
        .mw(&["runs", "resolve", &id, "--done", "--result", right])
        .any_stdout()
        .run();
    account
        .mw(&["-q", "runs", "resume", &id])
        .stdout("told\n")
        .run();
}

#[test]
fn branches_use_the_same_list_at_once() {
    let account = account(
        r#"
        let nodes = cloud("Bare metal").nodes();
        let names = #{first: nodes};
        parallel([0, 1, 2], |i| { nodes[i].reboot(); nodes.filter(|n| n.hostname == names.first[i].hostname).len() });
        print("over");
    "#,
    );
    // Each answer comes when all have asked, or none does any more.
    let (asked, all) = (Mutex::new(0), Condvar::new());
    account.gateway.decide(move |request, _| {
        if is_reboot(request) {
            let mut asked = asked.lock().unwrap();
            *asked += 1;
            all.notify_all();
            let patience = Duration::from_secs(20);
            let _all = all.wait_timeout_while(asked, patience, |asked| *asked < 3);
        }
        Fate::Pass
    });
    account.mw(&RUN).stdout("over\n").run();
    assert_eq!(reboots(&account.gateway.effects()).len(), 3);
}
