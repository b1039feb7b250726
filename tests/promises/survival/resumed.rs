//! What a run is taken up as: its own text, arguments and account, its own times.

use chrono::{TimeDelta, Utc};

use super::account::{Account, SPEED};
use super::course::reboots;
use crate::stage::gateway::Fate;
use crate::stage::terminal::{self, Terminal};

const TWO: &str = r#"//! Makes two.
//! @param label: string = "a"  what they are called
create_vlan(#{label: args.label + "1", pod_location: "pod_1", vlan_type: "internal"});
create_vlan(#{label: args.label + "2", pod_location: "pod_1", vlan_type: "internal"});
print("done")
"#;

/// An account with a run of a script that was killed before its second change.
fn broken_off(text: &str, words: &[&str]) -> (Account, String) {
    let account = Account::new();
    account.home.write("two.rhai", text);
    let mut all = vec!["--quiet", "--allow", "change", "run", "two.rhai"];
    all.extend(words);
    let call = account.mw(&all).env("MW_TEST_KILL", "before-intent:2");
    assert_eq!(account.call(call).code, None);
    let run = account.newest();
    assert_eq!(run["state"], "interrupted");
    (account, run["id"].as_str().unwrap().to_owned())
}

#[test]
fn the_text_and_the_arguments_are_those_it_was_begun_with() {
    let (account, run) = broken_off(TWO, &["--label", "x"]);
    account.home.write("two.rhai", "throw \"another script\"");
    account
        .mw(&["-q", "runs", "resume", &run])
        .stdout("done\n")
        .run();
    assert_eq!(account.labels(), ["x1", "x2"]);
}

#[test]
fn imports_are_those_it_was_begun_with() {
    let text = "import \"./parts\" as parts;\nparts::first();\nparts::second();\n()";
    let account = Account::new();
    account.home.write("main.rhai", text);
    let part = |name: &str| {
        format!(
            "create_vlan(#{{label: \"{name}\", pod_location: \"pod_1\", vlan_type: \"internal\"}});"
        )
    };
    let parts = format!(
        "fn first() {{ {} }}\nfn second() {{ {} }}\n",
        part("a"),
        part("b")
    );
    account.home.write("parts.rhai", &parts);
    let words = ["--quiet", "--allow", "change", "run", "main.rhai"];
    let call = account.mw(&words).env("MW_TEST_KILL", "after-outcome:1");
    assert_eq!(account.call(call).code, None);
    std::fs::remove_file(account.home.path().join("parts.rhai")).unwrap();
    let run = account.newest()["id"].as_str().unwrap().to_owned();
    account.mw(&["-q", "runs", "resume", &run]).run();
    assert_eq!(account.labels(), ["a", "b"]);
}

#[test]
fn changes_after_where_it_broke_off_are_taken_on_request() {
    let (account, run) = broken_off(TWO, &[]);
    account
        .home
        .write("two.rhai", &TWO.replace("\"2\"", "\"3\""));
    let words = ["-q", "runs", "resume", &run, "--with-changes"];
    account.mw(&words).stdout("done\n").run();
    assert_eq!(account.labels(), ["a1", "a3"]);
}

#[test]
fn changes_before_it_stop_it_where_they_part() {
    let (account, run) = broken_off(TWO, &[]);
    account
        .home
        .write("two.rhai", &TWO.replace("\"1\"", "\"0\""));
    let words = ["-q", "runs", "resume", &run, "--with-changes"];
    account
        .mw(&words)
        .code(6)
        .hide(&run, "RUN")
        .stderr(
            r#"error: run RUN parts from its record at call 1: the record has create_vlan "a1" {"body":{"label":"a1","pod_location":"pod_1","vlan_type":"internal"}} (at two.rhai:3), the script now wants create_vlan "a0" {"body":{"label":"a0","pod_location":"pod_1","vlan_type":"internal"}}
  --> two.rhai:3:1
   |
 3 | create_vlan(#{label: args.label + "0", pod_location: "pod_1", vlan_type: "internal"});
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  help: nothing was sent; a script must do the same again until where it broke off
"#,
        )
        .run();
    assert_eq!(account.labels(), ["a1"]);
    // It can still be taken up as it was.
    account
        .mw(&["-q", "runs", "resume", &run])
        .stdout("done\n")
        .run();
    assert_eq!(account.labels(), ["a1", "a2"]);
}

#[test]
fn another_account_is_refused() {
    let (account, run) = broken_off(TWO, &[]);
    let other = Account::new();
    let words = ["--url", other.gateway.url(), "runs", "resume", &run];
    account
        .mw(&words)
        .code(2)
        .hide(&run, "RUN")
        .hide(account.gateway.url(), "URL")
        .hide(other.gateway.url(), "OTHER")
        .stderr(
            "error: run RUN works on URL, and this is OTHER\n  help: to go on with it: --url URL\n",
        )
        .run();
    assert_eq!(account.labels(), ["a1"]);
}

#[test]
fn what_has_succeeded_is_not_done_again() {
    let (account, run) = broken_off(TWO, &[]);
    account
        .mw(&["-q", "runs", "resume", &run])
        .stdout("done\n")
        .run();
    account
        .mw(&["runs", "resume", &run])
        .hide(&run, "RUN")
        .stderr("run RUN has succeeded: nothing is left to do\n")
        .run();
    account
        .mw(&["runs", "resume", "rnone"])
        .code(2)
        .any_stderr()
        .run();
    assert_eq!(account.labels(), ["a1", "a2"]);
}

#[test]
fn a_script_knows_its_run_and_whether_it_was_taken_up() {
    let text = r#"
        let first = run.resumed;
        create_vlan(#{label: "a", pod_location: "pod_1", vlan_type: "internal"});
        print(`${first} ${run.resumed} ${run.id}`);
    "#;
    let account = Account::new();
    account.home.write("own.rhai", text);
    let words = ["--quiet", "--allow", "change", "run", "own.rhai"];
    let call = account.mw(&words).env("MW_TEST_KILL", "after-outcome:1");
    assert_eq!(account.call(call).code, None);
    let run = account.newest()["id"].as_str().unwrap().to_owned();
    account
        .mw(&["-q", "runs", "resume", &run])
        .stdout(&format!("false true {run}\n"))
        .run();
}

#[test]
fn the_time_and_what_was_remembered_are_those_of_the_first_time() {
    let text = r#"
        let at = now();
        let count = recall("count") ?? 0;
        remember("count", count + 1);
        create_vlan(#{label: `v${count}`, pod_location: "pod_1", vlan_type: "internal"});
        // A first time and a second must come to the same arguments.
        create_vlan(#{label: at.format("%s"), pod_location: "pod_1", vlan_type: "internal"});
        print(recall("count"));
    "#;
    let account = Account::new();
    account.home.write("count.rhai", text);
    let state = account.home.path().join("state").display().to_string();
    let words = ["--quiet", "--allow", "change", "run", "count.rhai"];
    let call = account
        .mw(&words)
        .env("XDG_STATE_HOME", &state)
        .env("MW_TEST_KILL", "after-outcome:2");
    assert_eq!(account.call(call).code, None);
    let run = account.newest()["id"].as_str().unwrap().to_owned();
    account
        .mw(&["-q", "runs", "resume", &run])
        .env("XDG_STATE_HOME", &state)
        .stdout("1\n")
        .run();
    assert_eq!(account.labels().len(), 2);
}

#[test]
fn a_clock_that_was_set_back_makes_no_wait_longer() {
    let text = "clouds();\nsleep(\"30m\");\nwait_for(cloud(\"Bare metal\"), \"complete\");\nprint(\"done\")";
    let account = Account::new();
    account.home.write("wait.rhai", text);
    let call = account
        .mw(&["--quiet", "run", "wait.rhai"])
        .env("MW_TEST_KILL", "in-sleep:1");
    assert_eq!(account.call(call).code, None);
    let run = account.newest()["id"].as_str().unwrap().to_owned();
    // Days earlier, as this clock counts.
    let from = (Utc::now() + TimeDelta::minutes(2)).to_rfc3339();
    account
        .mw(&["-q", "runs", "resume", &run])
        .env("MW_TEST_CLOCK", &format!("{SPEED}@{from}"))
        .stdout("done\n")
        .run();
}

#[test]
fn what_failed_before_fails_in_the_same_way_again() {
    let text = r#"
        let seen = attempt(|| cloud("nowhere"));
        print(`${seen.error.kind}: ${seen.error.message}`);
        create_vlan(#{label: "a", pod_location: "pod_1", vlan_type: "internal"});
        ()
    "#;
    let account = Account::new();
    account.home.write("fails.rhai", text);
    let words = ["--quiet", "--allow", "change", "run", "fails.rhai"];
    let call = account.mw(&words).env("MW_TEST_KILL", "after-outcome:1");
    let first = account.call(call);
    assert_eq!(first.code, None);
    let run = account.newest()["id"].as_str().unwrap().to_owned();
    // Nothing is asked any more but whether anybody is there: it is all on record.
    account.gateway.decide(|_, number| {
        if number <= 2 {
            Fate::Pass
        } else {
            Fate::Dropped
        }
    });
    account
        .mw(&["-q", "runs", "resume", &run])
        .stdout(&first.stdout)
        .run();
}

#[test]
fn what_was_refused_before_it_was_sent_is_refused_again() {
    let text = r#"
        let rows = [#{label: "a"}, #{lable: "b"}, #{label: "c"}];
        let made = parallel(rows, |row| {
            create_vlan(row + #{pod_location: "pod_1", vlan_type: "internal"}).label
        }, #{on_error: "collect"});
        create_vlan(#{label: "after", pod_location: "pod_1", vlan_type: "internal"});
        print(made.map(|it| it.ok));
    "#;
    let account = Account::new();
    account.home.write("rows.rhai", text);
    let words = ["--quiet", "--allow", "change", "run", "rows.rhai"];
    let call = account.mw(&words).env("MW_TEST_KILL", "after-outcome:3");
    assert_eq!(account.call(call).code, None);
    let run = account.newest()["id"].as_str().unwrap().to_owned();
    account
        .mw(&["-q", "runs", "resume", &run])
        .stdout("[true, false, true]\n")
        .run();
    assert_eq!(account.labels().len(), 3);
}

#[test]
fn a_run_is_taken_up_from_another_folder() {
    let (account, run) = broken_off(TWO, &[]);
    std::fs::create_dir(account.home.path().join("elsewhere")).unwrap();
    account
        .mw(&["-q", "--store", "../journal.db", "runs", "resume", &run])
        .inside(&account.home.path().join("elsewhere"))
        .stdout("done\n")
        .run();
    assert_eq!(account.labels(), ["a1", "a2"]);
}

#[test]
fn a_service_takes_up_the_runs_that_one_before_it_left() {
    let account = Account::new();
    account.home.write(
        "job.rhai",
        r#"
        create_vlan(#{label: "a", pod_location: "pod_1", vlan_type: "internal"});
        print("ready");
        sleep("3h");
        create_vlan(#{label: "b", pod_location: "pod_1", vlan_type: "internal"});
        print("over");
    "#,
    );
    account.home.write(
        "jobs.toml",
        "[[job]]\nname = \"often\"\ncron = \"* * * * * *\"\nseconds = true\nscript = \"job.rhai\"\nallow = [\"read\", \"change\"]\n",
    );
    let mut first = account.mw(&["serve"]).start();
    first.says("ready");
    first.signal("KILL");
    assert_eq!(first.end().code, None);
    let run = account.newest();
    assert_eq!(
        (&run["state"], &run["job"]),
        (&"interrupted".into(), &"often".into())
    );
    // Nothing new is due for long.
    account.home.write(
        "jobs.toml",
        "[[job]]\nname = \"often\"\ncron = \"0 0 1 1 *\"\nscript = \"job.rhai\"\nallow = []\n",
    );
    let mut second = account.mw(&["serve"]).start();
    second.notes("often#1 takes up run r");
    second.says("over");
    second.signal("TERM");
    assert_eq!(second.end().code, Some(0));
    assert_eq!(account.labels(), ["a", "b"]);
    assert_eq!(account.newest()["state"], "succeeded");
}

#[test]
fn what_a_person_consented_to_once_for_all_is_not_asked_again() {
    if !terminal::is_there() {
        return;
    }
    let account = Account::new();
    account.home.write(
        "cycle.rhai",
        "let nodes = cloud(\"Bare metal\").nodes();\nnodes[0].reboot();\nnodes[1].reboot();\nprint(\"over\");",
    );
    let file = account.home.path().join("cycle.rhai");
    let variables = format!("{} MW_TEST_KILL=after-outcome:1", account.variables());
    let person = Terminal::of(&variables, &format!("run '{}'", file.display()));
    let asks = "[y]es [a]ll disrupt [n]o:";
    person.shows(asks, |screen| screen.contains(asks));
    person.enters("a");
    person.closes();
    let run = account.newest();
    assert_eq!(run["state"], "interrupted");
    // Nobody is there to ask now.
    let id = run["id"].as_str().unwrap().to_owned();
    account
        .mw(&["-q", "runs", "resume", &id])
        .stdout("over\n")
        .run();
    let counts: Vec<usize> = reboots(&account.gateway.effects()).into_values().collect();
    assert_eq!(counts, [1, 1]);
}

#[test]
fn whoever_cannot_go_on_with_a_run_leaves_it_as_it_is() {
    let (account, run) = broken_off(TWO, &[]);
    let resume = ["-q", "runs", "resume", &run];
    for (name, value, code) in [
        ("OPENMETAL_CLIENT_SECRET", "wrong", 3),
        ("OPENMETAL_CLIENT_ID", "", 3),
    ] {
        let ended = account.call(account.mw(&resume).env(name, value));
        assert_eq!(ended.code, Some(code), "{name}={value}: {}", ended.stderr);
        assert_eq!(account.newest()["state"], "interrupted", "{name}={value}");
    }
    let denied = ["-q", "--deny", "change", "runs", "resume", &run];
    let ended = account.call(account.mw(&denied));
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    for text in [
        "let = ;",
        "no_such_function();",
        "import \"./gone\" as gone;",
    ] {
        account.home.write("two.rhai", text);
        let changed = ["-q", "runs", "resume", &run, "--with-changes"];
        let ended = account.call(account.mw(&changed));
        assert_eq!(ended.code, Some(2), "{text}: {}", ended.stderr);
    }
    account.gateway.decide(|_, _| Fate::Dropped);
    assert_eq!(account.call(account.mw(&resume)).code, Some(1));
    assert_eq!(account.newest()["state"], "interrupted");
    account.gateway.decide(|_, _| Fate::Pass);
    account.mw(&resume).stdout("done\n").run();
    assert_eq!(account.labels(), ["a1", "a2"]);
}

#[test]
fn a_script_that_no_longer_does_what_was_done_is_not_its_script() {
    let (account, run) = broken_off(TWO, &[]);
    account.home.write("two.rhai", "print(\"nothing\");");
    let changed = ["-q", "runs", "resume", &run, "--with-changes"];
    let ended = account.call(account.mw(&changed));
    assert_eq!(ended.code, Some(6), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("the record has create_vlan \"a1\""),
        "{}",
        ended.stderr
    );
    assert_eq!(account.newest()["state"], "interrupted");
}

#[test]
fn a_pause_that_has_begun_ends_when_it_would_have() {
    let account = Account::new();
    account.home.write(
        "pause.rhai",
        "let at = now();\nremember(\"count\", (recall(\"count\") ?? 0) + 1);\nsleep(\"2h\");\nprint((now() - at) < duration(\"3h\"));\nprint(recall(\"count\"));",
    );
    let state = account.home.path().join("state").display().to_string();
    let call = account
        .mw(&["-q", "run", "pause.rhai"])
        .env("XDG_STATE_HOME", &state)
        .env("MW_TEST_KILL", "in-sleep:1");
    assert_eq!(account.call(call).code, None);
    let run = account.newest()["id"].as_str().unwrap().to_owned();
    account
        .mw(&["-q", "runs", "resume", &run])
        .env("XDG_STATE_HOME", &state)
        .stdout("true\n1\n")
        .run();
}

#[test]
fn what_a_run_bought_before_it_broke_off_counts_against_its_limit() {
    let account = Account::new();
    account.home.write(
        "two.rhai",
        r#"for label in ["a", "b"] {
    order(#{label: label, items: [#{hardware_sku: "medium_v4", location: "pod_1", type: "pcc", quantity: 1}]});
}"#,
    );
    let words = [
        "-q",
        "--allow",
        "spend",
        "--spend-limit",
        "5000",
        "run",
        "two.rhai",
    ];
    let call = account.mw(&words).env("MW_TEST_KILL", "after-outcome:1");
    assert_eq!(account.call(call).code, None);
    let run = account.newest();
    let id = run["id"].as_str().unwrap();
    let ended = account.call(account.mw(&["-q", "runs", "resume", id]));
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    let says = "after $2,980.80 for what the run has bought: more than the limit of $5,000.00";
    assert!(ended.stderr.contains(says), "{}", ended.stderr);
    assert_eq!(account.labels(), ["a"]);
}
