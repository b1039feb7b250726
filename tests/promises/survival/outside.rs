//! What reaches beyond the account is done once, wherever the run is killed, and says nothing secret.

use std::fs;

use super::account::Account;
use crate::stage::site::{Reply, Site};

const SCRIPT: &str = r#"
append_file("log.txt", "one\n");
write_file("state/now.txt", `${random(1, 1_000_000)}`);
let said = http_get(args.url + "/status").body;
http_post(args.url + "/hook", #{text: said});
append_file("log.txt", "two\n");
"#;

const HEADER: &str = "//! @param url: string = \"\"  where to\n";

fn account() -> Account {
    let account = Account::new();
    account.home.write("out.rhai", &format!("{HEADER}{SCRIPT}"));
    account
}

/// Runs the script, killed at this point, and takes it up until it is over, answering with the truth.
#[track_caller]
fn goes_on(point: &str) {
    let account = account();
    let site = Site::new();
    let words = running("out.rhai", "fs:.,net:127.0.0.1", &site);
    let mut ended = account.call(account.mw(&words).env("MW_TEST_KILL", point));
    assert_eq!(ended.code, None, "{point}: {}", ended.stderr);
    let written = fs::read_to_string(account.home.path().join("state/now.txt")).ok();
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    let posts = || {
        let requests = site.requests();
        requests
            .iter()
            .filter(|it| it.line.starts_with("POST"))
            .count()
    };
    for _ in 0..3 {
        ended = account.call(account.mw(&["-q", "runs", "resume", &id]));
        if ended.code != Some(5) {
            break;
        }
        assert!(ended.stderr.contains("http_post"), "{}", ended.stderr);
        let truth = if posts() == 0 { "--retry" } else { "--done" };
        account
            .mw(&["runs", "resolve", &id, truth])
            .any_stdout()
            .run();
    }
    assert_eq!(ended.code, Some(0), "{point}: {}", ended.stderr);
    assert_eq!(posts(), 1, "{point}");
    let log = fs::read_to_string(account.home.path().join("log.txt")).unwrap();
    assert_eq!(log, "one\ntwo\n", "{point}");
    let now = fs::read_to_string(account.home.path().join("state/now.txt")).unwrap();
    // Chance came to the same again.
    assert_eq!(written.unwrap_or_else(|| now.clone()), now, "{point}");
}

/// What runs a script that is given the address of a site, with what it may do.
fn running<'w>(script: &'w str, allowed: &'w str, site: &'w Site) -> [&'w str; 7] {
    let url = site.url();
    ["-q", "--allow", allowed, "run", script, "--url", url]
}

#[test]
fn nothing_is_done_twice_wherever_the_run_is_killed() {
    for point in ["before-outcome", "after-intent"] {
        for count in 1..=4 {
            goes_on(&format!("{point}:{count}"));
        }
    }
    goes_on("before-intent:1");
    goes_on("after-outcome:1");
}

#[test]
fn a_post_without_an_answer_pauses_the_run_until_somebody_decides() {
    let account = Account::new();
    account.home.write(
        "post.rhai",
        &format!("{HEADER}let r = http_post(args.url, \"x\");\nprint(r.status);"),
    );
    let site = Site::answering(|_| Reply::Cut);
    let words = running("post.rhai", "net:127.0.0.1", &site);
    let ended = account.call(account.mw(&words));
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert_eq!(account.newest()["state"], "paused-in-doubt");
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    let result = r#"{"status": 202, "headers": {}, "body": ""}"#;
    account
        .mw(&["runs", "resolve", &id, "--done", "--result", result])
        .any_stdout()
        .run();
    account
        .mw(&["-q", "runs", "resume", &id])
        .stdout("202\n")
        .run();
    assert_eq!(site.requests().len(), 1);
}

#[test]
fn what_a_file_or_a_host_said_is_told_again_and_secrets_are_fetched_again() {
    const CANARY: &str = "canary-8d1f0b";
    let account = Account::new();
    let site = Site::answering(|request| {
        let said = format!("{} {:?}", request.line, request.header("authorization"));
        Reply::Says(200, "Set-Cookie: id=canary-cookie\r\n".to_owned(), said)
    });
    account.home.write(
        "read.rhai",
        &format!(
            r#"{HEADER}
let key = secret("APP_KEY");
let plain = env("APP_PLAIN");
let file = read_file("in.txt");
let options = #{{headers: #{{Authorization: "Bearer " + key}}, query: #{{key: key}}}};
let said = http_get(args.url, options).status;
http_post(args.url, #{{key: key}}, options);
sleep("9h");
print([file, said, key.reveal() == plain]);
"#
        ),
    );
    account.home.write("in.txt", "before");
    let words = running("read.rhai", "fs:read:in.txt,env:APP_*,net:127.0.0.1", &site);
    let with = |words: &[&str]| {
        account
            .mw(words)
            .env("APP_KEY", CANARY)
            .env("APP_PLAIN", CANARY)
    };
    let ended = account.call(with(&words).env("MW_TEST_KILL", "in-sleep:1"));
    assert_eq!(ended.code, None, "{}", ended.stderr);
    account.home.write("in.txt", "after");
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    with(&["-q", "runs", "resume", &id])
        .stdout("[\"before\", 200, true]\n")
        .run();
    assert_eq!(site.requests().len(), 2);
    assert!(site.requests()[0].line.contains(CANARY));
    let export = account
        .mw(&["runs", "export", "--results"])
        .any_stdout()
        .run();
    assert!(export.stdout.contains("http_post"), "{}", export.stdout);
    for hidden in [CANARY, "canary-cookie"] {
        assert!(!export.stdout.contains(hidden), "{}", export.stdout);
        for entry in fs::read_dir(account.home.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let bytes = fs::read(&path).unwrap();
                let text = String::from_utf8_lossy(&bytes);
                assert!(!text.contains(hidden), "{}", path.display());
            }
        }
    }
}

#[test]
fn what_a_post_is_not_to_keep_is_in_no_journal_and_is_not_sent_again() {
    const CANARY: &str = "canary-3e7a55";
    let account = Account::new();
    let site = Site::answering(|_| {
        Reply::Says(
            201,
            format!("X-Ticket: {CANARY}\r\n"),
            format!("{{\"t\": {CANARY:?}}}"),
        )
    });
    account.home.write(
        "post.rhai",
        &format!(
            r#"{HEADER}
let first = http_post(args.url, "x", #{{keep: false}});
let second = http_request("PUT", args.url, #{{body: "x", keep: false}});
let fresh = first.body != ();
sleep("9h");
print([fresh, first.status, first.body, second.headers, attempt(|| second.json()).error.kind]);
"#
        ),
    );
    let words = running("post.rhai", "net:127.0.0.1", &site);
    let ended = account.call(account.mw(&words).env("MW_TEST_KILL", "in-sleep:1"));
    assert_eq!(ended.code, None, "{}", ended.stderr);
    for entry in fs::read_dir(account.home.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(CANARY), "{}", path.display());
        }
    }
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    account
        .mw(&["-q", "runs", "resume", &id])
        .stdout("[false, 201, (), #{}, \"not_kept\"]\n")
        .run();
    assert_eq!(site.requests().len(), 2);
}

#[test]
fn what_is_not_to_be_kept_is_in_no_message_of_a_run_that_fails() {
    let site = Site::answering(|_| Reply::Says(500, String::new(), "canary-77".to_owned()));
    for call in [
        "http_get(args.url, #{keep: false})",
        "http_post(args.url, \"x\", #{keep: false})",
    ] {
        let account = Account::new();
        account.home.write("fail.rhai", &format!("{HEADER}{call}"));
        let words = running("fail.rhai", "net:127.0.0.1", &site);
        let ended = account.call(account.mw(&words));
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert!(ended.stderr.contains(": 500 Internal"), "{}", ended.stderr);
        assert!(!ended.stderr.contains("canary"), "{}", ended.stderr);
    }
}

#[test]
fn a_run_that_fails_before_it_has_caught_up_is_left_as_it_was() {
    let account = Account::new();
    let vlan = |label: &str| {
        format!(
            "create_vlan(#{{label: \"{label}\", pod_location: \"pod_1\", vlan_type: \"internal\"}});\n"
        )
    };
    let check = "if env(\"TOK\") == () { throw \"no TOK\"; }\n";
    account
        .home
        .write("tok.rhai", &[check, &vlan("one"), &vlan("two")].concat());
    let words = ["--allow", "change,env:TOK", "run", "tok.rhai"];
    let killed = account.mw(&words).env("TOK", "x");
    let killed = account.call(killed.env("MW_TEST_KILL", "after-intent:2"));
    assert_eq!(killed.code, None, "{}", killed.stderr);
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    let failed = account.call(account.mw(&["-q", "runs", "resume", &id]));
    assert_eq!(failed.code, Some(1), "{}", failed.stderr);
    assert!(failed.stderr.contains("no TOK"), "{}", failed.stderr);
    assert_eq!(account.newest()["state"], "interrupted");
    let resume = || account.mw(&["-q", "runs", "resume", &id]).env("TOK", "x");
    let asked = account.call(resume());
    assert_eq!(asked.code, Some(5), "{}", asked.stderr);
    assert_eq!(account.labels(), ["one"]);
    account
        .mw(&["runs", "resolve", &id, "--retry"])
        .any_stdout()
        .run();
    let resumed = account.call(resume());
    assert_eq!(resumed.code, Some(0), "{}", resumed.stderr);
    assert_eq!(account.labels(), ["one", "two"]);
}
