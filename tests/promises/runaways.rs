//! Scripts that run away under a service, beside others that do not: each is stopped and told of, and
//! harms nobody.

use std::fs;

use serde_json::Value;

use crate::promises::survival::account::Account;

const SCRIPTS: [(&str, &str, &str); 6] = [
    (
        "loud",
        "timeout = \"4s\"",
        "let text = \"\"; text.pad(1_000_000, 'x'); loop { print(text); warn(\"still here\"); }",
    ),
    ("endless", "timeout = \"2s\"", "loop { }"),
    (
        "many",
        "",
        "let all = []; all.pad(2_000, 0); print(parallel(all, |i| { sleep(\"1m\"); 1 }, #{limit: 1_000}).len());",
    ),
    ("text", "", "let a = \"abc\"; loop { a += a; }"),
    ("list", "", "let a = [1]; loop { a += a; }"),
    ("calm", "overlap = \"allow\"", "print(clouds().len());"),
];

fn job((name, more, _): (&str, &str, &str)) -> String {
    format!("[[job]]\nname = \"{name}\"\ncron = \"0 0 1 1 *\"\nscript = \"{name}.rhai\"\n{more}\n")
}

fn trigger(account: &Account, name: &str) {
    account.mw(&["jobs", "trigger", name]).any_stdout().run();
}

#[test]
fn scripts_that_run_away_are_stopped_and_told_of_and_harm_no_other() {
    let account = Account::new();
    account
        .home
        .write("jobs.toml", &SCRIPTS.map(job).join("\n"));
    for (name, _, text) in SCRIPTS {
        account.home.write(&format!("{name}.rhai"), text);
    }
    let mut service = account.mw(&["serve"]).start();
    service.notes("next");
    for (name, ..) in SCRIPTS {
        trigger(&account, name);
    }
    // Two at least run until they are stopped: this one does not wait for them.
    service.says("calm#");
    for name in ["text", "list", "many", "endless", "loud"] {
        account
            .mw(&["jobs", "trigger", "calm", "--wait"])
            .any_stdout()
            .run();
        let over = || {
            let rows = account.json(&["jobs", "history", name]);
            rows[0]["finished_at"].is_string()
        };
        while !over() {
            trigger(&account, "calm");
        }
    }
    let status = fs::read_to_string(format!("/proc/{}/status", service.id())).unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"))
        .unwrap();
    assert!(peak.trim().parse::<u64>().unwrap() < 1_500_000, "{peak} kB");
    service.signal("TERM");
    let ended = service.end();
    assert_eq!(ended.code, Some(0));
    let loud = ended
        .stdout
        .lines()
        .filter(|line| line.starts_with("loud#"))
        .count();
    // The lines that were read while waiting are part of it.
    assert!((1..=16).contains(&loud), "{loud}");
    let told = ended
        .stderr
        .matches("this run has said 16 MB: what else it says is left out")
        .count();
    assert_eq!(told, 1);
    let end = |name: &str| -> (String, String) {
        let rows = account.json(&["jobs", "history", name]);
        let of = |key: &str| rows[0][key].as_str().unwrap_or_default().to_owned();
        (of("state"), of("why"))
    };
    assert_eq!(end("loud").0, "timed-out");
    assert_eq!(end("endless").0, "timed-out");
    assert_eq!(end("many").0, "succeeded");
    let grown = |what: &str| ("failed".to_owned(), what.to_owned());
    assert_eq!(end("text"), grown("a text grows to more than 64 MB"));
    assert_eq!(
        end("list"),
        grown("a list grows to more than 4194304 values, with what they hold")
    );
    let calm = account.json(&["jobs", "history", "calm"]);
    // What was asked for just before the signal may be left to the next service.
    let calm: Vec<&Value> = calm.as_array().unwrap().iter().collect();
    let (begun, left): (Vec<&Value>, Vec<&Value>) =
        calm.into_iter().partition(|row| row["run"].is_string());
    assert!(
        begun.len() >= 6 && begun.iter().all(|row| row["state"] == "succeeded"),
        "{begun:#?}"
    );
    assert!(left.iter().all(|row| row["state"] == "due"), "{left:#?}");
}
