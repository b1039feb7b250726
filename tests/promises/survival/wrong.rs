//! Journals that are damaged, full, newer, elsewhere: nothing is sent that is not on record, and
//! nothing is lost.

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;

use super::account::Account;
use crate::stage::mw::Mw;

const MANY: &str = r#"
for i in 0..60 {
    create_vlan(#{label: `v${i}`, pod_location: "pod_1", vlan_type: "internal"});
}
print("done")
"#;

const ONE: &str =
    "create_vlan(#{label: \"one\", pod_location: \"pod_1\", vlan_type: \"internal\"});";

fn file(account: &Account) -> PathBuf {
    PathBuf::from(account.store())
}

#[test]
fn a_full_disk_sends_nothing_that_is_not_on_record_and_the_run_goes_on_later() {
    let account = Account::new();
    account.home.write("many.rhai", MANY);
    // A limit on the size of files stands for the end of the disk.
    let line = "trap '' XFSZ; ulimit -f 300; exec mw --quiet --allow change run many.rhai";
    let call = crate::stage::mw::Mw::shell(line)
        .account(account.gateway.url())
        .env("MW_STORE", &account.store())
        .inside(account.home.path());
    let ended = account.call(call);
    assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    assert!(
        ended.stderr.contains("cannot be written"),
        "{}",
        ended.stderr
    );
    let made = account.gateway.effects().len();
    assert!((1..60).contains(&made), "{made} were made");
    let run = account.newest();
    assert_eq!(run["state"], "interrupted");
    let id = run["id"].as_str().unwrap();
    account
        .mw(&["-q", "runs", "resume", id])
        .stdout("done\n")
        .run();
    assert_eq!(account.gateway.effects().len(), 60);
}

#[test]
fn a_journal_that_cannot_be_written_is_said_and_doing_without_must_be_asked_for() {
    let account = Account::new();
    account.home.write("one.rhai", ONE);
    let nowhere = "/proc/journal.db";
    let run = ["--allow", "change", "run", "one.rhai"];
    let done = account
        .mw(&run)
        .env("MW_STORE", nowhere)
        .code(1)
        .any_stderr()
        .run();
    assert!(
        done.stderr
            .contains("the journal /proc/journal.db cannot be written")
            && done.stderr.contains("--no-journal"),
        "{}",
        done.stderr
    );
    let without = ["--no-journal", "--allow", "change", "run", "one.rhai"];
    let done = account.mw(&without).code(4).any_stderr().run();
    assert!(done.stderr.contains("say --yes too"), "{}", done.stderr);
    assert_eq!(account.gateway.effects().len(), 0);
    let sure = ["--no-journal", "--yes", "run", "one.rhai"];
    account.mw(&sure).any_stdout().run();
    assert_eq!(account.gateway.effects().len(), 1);
    assert!(!file(&account).exists());
}

#[track_caller]
fn is_refused_and_left(account: &Account, says: &str) {
    account.home.write("one.rhai", ONE);
    let before = fs::read(file(account)).unwrap();
    let words: [&[&str]; 3] = [
        &["--allow", "change", "run", "one.rhai"],
        &["runs", "list"],
        &["call", "clouds"],
    ];
    for words in words {
        let ended = account.call(account.mw(words));
        assert_eq!(ended.code, Some(1), "{words:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(says), "{words:?}: {}", ended.stderr);
    }
    assert_eq!(fs::read(file(account)).unwrap(), before);
    assert_eq!(account.gateway.effects().len(), 0);
}

#[test]
fn a_file_that_is_no_journal_is_refused_and_left_as_it_is() {
    let account = Account::new();
    fs::write(file(&account), "not a database ".repeat(100)).unwrap();
    is_refused_and_left(&account, "is no journal of mw");
}

#[test]
fn a_file_of_one_byte_is_no_journal_and_is_not_written_over() {
    let account = Account::new();
    fs::write(file(&account), "x").unwrap();
    is_refused_and_left(&account, "is no journal of mw");
    let ended = account.call(account.mw(&["runs", "prune", "--keep", "1d"]));
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert_eq!(fs::read(file(&account)).unwrap(), b"x");
}

#[test]
fn where_there_is_no_journal_it_is_said_where_it_was_looked_for() {
    for words in [
        &["runs", "list"][..],
        &["runs", "export"],
        &["runs", "prune", "--keep", "1d"],
        &["locks", "list"],
    ] {
        let call = ["--store", "mistyped.db"].iter().chain(words);
        let mw = Mw::new(call);
        let said = format!(
            "there is no journal at {}/mistyped.db yet\n",
            mw.folder().display()
        );
        let folder = mw.folder().to_owned();
        mw.any_stdout().stderr(&said).run();
        assert!(!folder.join("mistyped.db").exists());
    }
    let told = Mw::new(["--store", "mistyped.db", "runs", "show", "r1"])
        .any_stderr()
        .code(2)
        .run()
        .stderr;
    assert!(told.contains("mistyped.db yet\n"), "{told}");
    Mw::new(["--quiet", "--store", "mistyped.db", "runs", "list"])
        .any_stdout()
        .run();
}

#[test]
fn a_database_of_somebody_else_is_refused_and_left_as_it_is() {
    let account = Account::new();
    let other = Connection::open(file(&account)).unwrap();
    other
        .execute_batch("CREATE TABLE things (name TEXT)")
        .unwrap();
    drop(other);
    is_refused_and_left(&account, "no journal of mw");
}

#[test]
fn a_newer_journal_is_refused_and_left_as_it_is() {
    let account = Account::new();
    account.home.write("read.rhai", "clouds().len()");
    account.mw(&["-q", "run", "read.rhai"]).stdout("2\n").run();
    let newer = Connection::open(file(&account)).unwrap();
    newer
        .execute_batch("PRAGMA journal_mode = DELETE; PRAGMA user_version = 99;")
        .unwrap();
    drop(newer);
    is_refused_and_left(&account, "written by a newer mw");
}

#[test]
fn a_damaged_page_is_said_and_nothing_is_sent() {
    let account = Account::new();
    account.home.write("many.rhai", MANY);
    let run = ["--quiet", "--allow", "change", "run", "many.rhai"];
    let call = account.mw(&run).env("MW_TEST_KILL", "before-intent:40");
    assert_eq!(account.call(call).code, None);
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    let whole = Connection::open(file(&account)).unwrap();
    whole
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    drop(whole);
    let mut bytes = fs::read(file(&account)).unwrap();
    let from = bytes.len() / 4 * 3;
    for byte in &mut bytes[from..] {
        *byte ^= 0x5a;
    }
    fs::write(file(&account), &bytes).unwrap();
    let before = account.gateway.effects().len();
    let ended = account.call(account.mw(&["-q", "runs", "resume", &id]));
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("damaged"), "{}", ended.stderr);
    assert_eq!(account.gateway.effects().len(), before);
}

#[test]
fn torn_last_pages_lose_what_they_held_and_nothing_is_done_twice() {
    for cut in [1, 700, 4096, 9000] {
        let account = Account::new();
        account.home.write("many.rhai", &MANY.replace("60", "12"));
        let run = ["--quiet", "--allow", "change", "run", "many.rhai"];
        let call = account.mw(&run).env("MW_TEST_KILL", "after-intent:8");
        assert_eq!(account.call(call).code, None);
        let log = PathBuf::from(format!("{}-wal", account.store()));
        let bytes = fs::read(&log).unwrap();
        fs::write(&log, &bytes[..bytes.len() - cut]).unwrap();
        let id = account.newest()["id"].as_str().unwrap().to_owned();
        let mut ended = account.call(account.mw(&["-q", "runs", "resume", &id]));
        if ended.code == Some(5) {
            account
                .mw(&["runs", "resolve", &id, "--retry"])
                .any_stdout()
                .run();
            ended = account.call(account.mw(&["-q", "runs", "resume", &id]));
        }
        assert_eq!(ended.code, Some(0), "cut by {cut}: {}", ended.stderr);
        assert_eq!(account.gateway.effects().len(), 12, "cut by {cut}");
    }
}

#[test]
fn what_is_no_answer_to_a_question_is_refused() {
    let account = Account::new();
    account.home.write("one.rhai", ONE);
    account.mw(&["-q", "runs", "list"]).run();
    account
        .mw(&["runs", "show", "r1"])
        .code(2)
        .any_stderr()
        .run();
    account
        .mw(&["--allow", "change", "run", "one.rhai"])
        .any_stdout()
        .run();
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    for words in [
        vec!["runs", "resolve", &id, "--done"],
        vec!["runs", "resolve", &id],
        vec!["runs", "resolve", &id, "--done", "--retry"],
        vec!["runs", "cancel", &id],
        vec!["runs", "list", "--state", "sucseeded"],
        vec!["runs", "list", "--since", "someday"],
        vec!["runs", "prune", "--keep", "soon"],
        vec!["--store", "postgres://host/db", "runs", "list"],
    ] {
        let ended = account.call(account.mw(&words));
        assert_eq!(
            ended.code,
            Some(2),
            "{words:?}: {}{}",
            ended.stdout,
            ended.stderr
        );
    }
}

#[test]
fn a_run_that_keeps_too_much_stops_and_goes_on_when_it_may_keep_more() {
    let account = Account::new();
    account.home.write("many.rhai", MANY);
    account.home.write("mw.toml", "[journal]\ncap = \"4KB\"\n");
    let config = account.home.path().join("mw.toml").display().to_string();
    let run = ["--quiet", "--allow", "change", "run", "many.rhai"];
    let ended = account.call(account.mw(&run).env("MW_CONFIG", &config));
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("raise `cap`"), "{}", ended.stderr);
    let made = account.gateway.effects().len();
    assert!((1..60).contains(&made), "{made} were made");
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    account
        .mw(&["-q", "runs", "resume", &id])
        .stdout("done\n")
        .run();
    assert_eq!(account.gateway.effects().len(), 60);
}

#[test]
fn what_has_been_over_for_long_is_forgotten_and_what_is_not_over_is_kept() {
    let account = Account::new();
    account.home.write("read.rhai", "clouds().len()");
    account.home.write("wait.rhai", "clouds(); sleep(\"9h\");");
    account.mw(&["-q", "run", "read.rhai"]).stdout("2\n").run();
    let call = account
        .mw(&["-q", "run", "wait.rhai"])
        .env("MW_TEST_KILL", "in-sleep:1");
    assert_eq!(account.call(call).code, None);
    account
        .mw(&["runs", "prune"])
        .stdout("forgot 0 runs\n")
        .run();
    account
        .mw(&["runs", "prune", "--keep", "0s"])
        .stdout("forgot 1 runs\n")
        .run();
    assert_eq!(account.newest()["state"], "interrupted");
    // By itself, once a day.
    account.mw(&["-q", "run", "read.rhai"]).stdout("2\n").run();
    let old = Connection::open(file(&account)).unwrap();
    old.execute_batch("UPDATE runs SET finished = 1 WHERE finished NOT NULL; DELETE FROM facts;")
        .unwrap();
    drop(old);
    account.mw(&["-q", "run", "read.rhai"]).stdout("2\n").run();
    let runs = account.json(&["runs", "list"]);
    assert_eq!(runs.as_array().unwrap().len(), 2, "{runs}");
}

#[test]
fn secrets_do_not_reach_the_journal() {
    let account = Account::new();
    account.home.write(
        "secret.rhai",
        r#"
        let shown = token().access_token.reveal();
        let c = cloud("Bare metal");
        let at = c.nodes()[0].console().url.reveal();
        print(shown);
        print(at);
    "#,
    );
    let run = ["--quiet", "--allow", "change", "run", "secret.rhai"];
    let done = account.mw(&run).any_stdout().run();
    let secrets: Vec<&str> = done.stdout.lines().collect();
    assert!(
        secrets.len() == 2 && secrets.iter().all(|it| it.len() > 8),
        "{secrets:?}"
    );
    let mut kept = fs::read(file(&account)).unwrap();
    kept.extend(fs::read(format!("{}-wal", account.store())).unwrap_or_default());
    let kept = String::from_utf8_lossy(&kept);
    assert!(kept.contains("Bare metal"));
    for secret in secrets {
        assert!(!kept.contains(secret), "{secret}");
    }
}
