//! Scripts that run away under a service, beside others that do not: each is stopped and told of, and
//! harms nobody.

use std::fs;

use serde_json::Value;

use crate::promises::survival::account::Account;
use crate::stage::mw::Mw;

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

/// Values that are each small enough, and do not end.
const GROWING: &str =
    "let all = #{}; let n = 0; loop { let t = []; t.pad(1_000_000, 1); all[`k${n}`] = t; n += 1; }";

#[test]
fn a_run_that_takes_up_all_memory_is_stopped_and_no_other() {
    let account = Account::new();
    account
        .home
        .write("mw.toml", "[runs]\nmemory = \"500MB\"\n");
    let jobs = [
        ("growing", "", GROWING),
        // It holds something, and looks for what comes after the other was stopped.
        (
            "patient",
            "",
            "let kept = []; kept.pad(500_000, 1);\
             while !vlans().some(|it| it.label == \"over\") { }\
             print(kept.len());",
        ),
    ];
    account.home.write("jobs.toml", &jobs.map(job).join("\n"));
    for (name, _, text) in jobs {
        account.home.write(&format!("{name}.rhai"), text);
    }
    let mut service = account.mw(&["serve"]).env("MW_CONFIG", "mw.toml").start();
    service.notes("next");
    trigger(&account, "patient");
    let ended = account
        .mw(&["jobs", "trigger", "growing", "--wait"])
        .any_stderr()
        .code(1)
        .run();
    let why = "the run took up more memory than there is for it";
    assert!(ended.stderr.contains(why), "{}", ended.stderr);
    account
        .mw(&[
            "--allow",
            "change",
            "eval",
            "create_vlan(#{label: \"over\", pod_location: \"pod_1\", vlan_type: \"internal\"}).label",
        ])
        .stdout("over\n")
        .run();
    service.says("500000");
    assert!(peak(service.id()) < 1_000_000);
    service.signal("TERM");
    let ended = service.end();
    assert_eq!(ended.code, Some(0));
    assert!(ended.stderr.contains(why), "{}", ended.stderr);
    let of = |name: &str| account.json(&["jobs", "history", name])[0].clone();
    assert_eq!(of("growing")["state"], "failed");
    assert_eq!(of("patient")["state"], "succeeded");
}

/// Runs what takes up more memory than there is, and looks at what is said of it.
#[track_caller]
fn outgrows(text: &str, stdout: &str) {
    let ended = Mw::new(["--sim", "eval", text])
        .file("mw.toml", "[runs]\nmemory = \"300MB\"\n")
        .env("MW_CONFIG", "mw.toml")
        .stdout(stdout)
        .any_stderr()
        .code(1)
        .run();
    let said = "more memory than there is for it\n  --> <eval>:1:";
    assert!(ended.stderr.contains(said), "{}", ended.stderr);
}

#[test]
fn a_run_by_itself_that_takes_up_all_memory_says_where_and_cleans_up() {
    let text = format!("ensure(|| {{ {GROWING} }}, || print(\"cleaned up\"))");
    outgrows(&text, "cleaned up\n");
    let unread = Mw::new(["auth", "status"])
        .file("mw.toml", "[runs]\nmemory = 2\n")
        .env("MW_CONFIG", "mw.toml")
        .any_stderr()
        .code(2)
        .run();
    let must = "`memory` must be a size such as \"500MB\" or \"2GiB\"";
    assert!(unread.stderr.contains(must), "{}", unread.stderr);
}

#[test]
fn a_function_that_a_list_is_given_takes_up_no_more_memory_than_others() {
    let text = "let list = []; list.pad(40_000, 0); \
                list.map(|x| { let made = []; made.pad(1000, x); made })";
    outgrows(text, "");
}

#[test]
fn a_test_that_takes_up_all_memory_fails_and_no_other() {
    let text =
        format!("fn test_a_growing() {{ {GROWING} }}\nfn test_b_calm() {{ assert(1 == 1); }}");
    let ended = Mw::new(["test", "--jobs", "1", "all_test.rhai"])
        .file("all_test.rhai", &text)
        .file("mw.toml", "[runs]\nmemory = \"300MB\"\n")
        .env("MW_CONFIG", "mw.toml")
        .any_stdout()
        .any_stderr()
        .code(1)
        .run();
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert!(said.contains("more memory than there is for it"), "{said}");
    assert!(
        said.contains("1 passed") && said.contains("1 failed"),
        "{said}"
    );
}

/// The most memory that a process held, in kB.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    peak.unwrap().trim().parse().unwrap()
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
    let peak = peak(service.id());
    assert!(peak < 1_500_000, "{peak} kB");
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

#[test]
fn a_script_recurses_as_deep_as_it_may_whatever_stack_its_shell_gives() {
    // Calls and expressions nested this deep take three megabytes.
    let nested = format!("{}down(n - 1){}", "1 + (".repeat(18), ")".repeat(18));
    let script =
        format!("fn down(n) {{ if n == 0 {{ 0 }} else {{ {nested} }} }}\nprint(down(60));\n");
    for limit in ["-S -s 1024", "-s 1024", "-S -s unlimited"] {
        Mw::shell(&format!("ulimit {limit} && mw --sim run down.rhai"))
            .file("down.rhai", &script)
            .stdout("1080\n")
            .run();
    }
}
