//! A session at the prompt whose disk fails while it goes on, and may recover.

use std::process::Command;

use crate::promises::survival::account::Account;
use crate::stage::gateway::Fate;
use crate::stage::mw::Mw;
use crate::stage::process::Process;
use crate::stage::terminal::{self, Terminal};

const ONE: &str =
    r#"create_vlan(#{label: "one", pod_location: "pod_1", vlan_type: "internal"}).label"#;

const TWO: &str =
    r#"create_vlan(#{label: "two", pod_location: "pod_1", vlan_type: "internal"}).label"#;

/// How long a file of a process may become, which stands for what room the disk has.
fn room(process: u32, bytes: &str) {
    let (pid, limit) = (process.to_string(), format!("--fsize={bytes}:unlimited"));
    let done = Command::new("prlimit")
        .args(["--pid", &pid, &limit])
        .status();
    assert!(done.unwrap().success(), "prlimit {pid} {limit}");
}

/// A session whose lines come one by one, begun by these arguments, that has read something.
fn session(account: &Account, arguments: &str) -> Process {
    let line = format!("exec mw --allow change {arguments} repl");
    let mut session = Mw::shell(&line)
        .account(account.gateway.url())
        .env("MW_STORE", &account.store())
        .inside(account.home.path())
        .start();
    account.gateway.aim(session.id());
    session.enters("clouds().len()");
    session.says("2");
    session
}

/// Has a session change something whose intent is on disk when it arrives, and for what comes of it
/// there is no room.
fn changes_with_the_last_room(account: &Account, session: &mut Process) {
    let pid = session.id();
    account.gateway.decide(move |request, _| {
        if request.changes() {
            room(pid, "1");
        }
        Fate::Pass
    });
    session.enters(ONE);
    session.says("one");
    account.gateway.decide(|_, _| Fate::Pass);
}

#[test]
fn a_session_whose_disk_fails_reads_on_and_changes_again_once_there_is_room() {
    let account = Account::new();
    let mut session = session(&account, "");
    room(session.id(), "1");
    session.enters(&format!("attempt(|| {ONE}).error.message"));
    let refused = session.says("could not create vlan \"one\": it could not be recorded: ");
    assert!(refused.contains("cannot be written"), "{refused}");
    session.enters("clouds().len() + 40");
    session.says("42");
    session.enters(&format!("attempt(|| {ONE}).ok"));
    session.says("false");
    assert!(account.gateway.effects().is_empty());
    room(session.id(), "unlimited");
    session.enters(ONE);
    session.says("one");
    let ended = session.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(
        ended.stderr.matches("until it can be recorded").count(),
        1,
        "{}",
        ended.stderr
    );
    assert_eq!(account.labels(), ["one"]);
    let run = account.newest();
    assert_eq!(run["state"], "succeeded");
    let calls = account.calls(run["id"].as_str().unwrap());
    let of_vlan = |call: &&serde_json::Value| call["operation"] == "create_vlan";
    let made: Vec<_> = calls.iter().filter(of_vlan).collect();
    assert_eq!(made.len(), 1, "{calls:?}");
    assert_eq!(made[0]["state"], "done");
}

#[test]
fn what_was_sent_before_the_disk_failed_is_told_and_written_once_there_is_room() {
    let account = Account::new();
    let mut session = session(&account, "");
    changes_with_the_last_room(&account, &mut session);
    session.notes("what this line came to is written as soon as it can be");
    let run = account.newest();
    let run = run["id"].as_str().unwrap();
    let last = || account.calls(run).pop().unwrap();
    assert_eq!(last()["state"], "sent");
    session.enters(&format!("attempt(|| {ONE}).ok"));
    session.says("false");
    room(session.id(), "unlimited");
    let ended = session.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(account.labels(), ["one"]);
    assert_eq!(last()["state"], "done");
    assert_eq!(account.newest()["state"], "succeeded");
}

#[test]
fn a_session_that_ends_before_there_is_room_says_what_is_not_on_record() {
    let account = Account::new();
    let mut session = session(&account, "--quiet");
    changes_with_the_last_room(&account, &mut session);
    let ended = session.end();
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("what came of 1 of the session's calls is not on record"),
        "{}",
        ended.stderr
    );
    assert_eq!(account.labels(), ["one"]);
}

#[test]
fn what_is_allowed_while_there_is_no_room_is_on_record_once_there_is() {
    let account = Account::new();
    let mut session = session(&account, "");
    room(session.id(), "1");
    session.enters(&format!("attempt(|| {ONE}).ok"));
    session.says("false");
    session.enters(":allow set_power");
    session.says("set_power");
    room(session.id(), "unlimited");
    session.enters(ONE);
    session.says("one");
    let ended = session.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let journal = rusqlite::Connection::open(account.store()).unwrap();
    let consents: String = journal
        .query_row("SELECT consents FROM runs", [], |row| row.get(0))
        .unwrap();
    assert_eq!(consents, r#"["set_power"]"#);
}

#[test]
fn an_account_whose_record_lacks_something_is_not_left_for_another() {
    let account = Account::new();
    let mut session = session(&account, "");
    changes_with_the_last_room(&account, &mut session);
    session.enters(":profile sim");
    let ended = session.end();
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("what came of 1 of the session's calls is not on record"),
        "{}",
        ended.stderr
    );
    assert!(!ended.stderr.contains("simulator"), "{}", ended.stderr);
}

#[test]
fn a_line_that_waits_for_a_locked_journal_hears_ctrl_c_and_has_sent_nothing() {
    if !terminal::is_there() {
        return;
    }
    let account = Account::new();
    let terminal = Terminal::of(&account.variables(), "--allow change repl");
    let answers = |text: &str| {
        terminal.shows(text, |screen| {
            screen.contains(text) && screen.ends_with("\ndefault>")
        });
    };
    answers("Ctrl-D leaves");
    terminal.enters(ONE);
    answers("\none\n");
    let other = rusqlite::Connection::open(account.store()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    terminal.enters(&format!("print(\"going\"); {}", ONE.replace("one", "two")));
    terminal.shows("the line at work", |screen| screen.ends_with("\ngoing"));
    terminal.presses("C-c");
    answers("interrupted");
    other.execute_batch("ROLLBACK").unwrap();
    terminal.enters(&ONE.replace("one", "three"));
    answers("\nthree\n");
    terminal.presses("C-d");
    terminal.closes();
    assert_eq!(account.labels(), ["one", "three"]);
    // What was begun and not sent may be on record as that.
    let run = account.newest();
    for call in account.calls(run["id"].as_str().unwrap()) {
        let state = call["state"].as_str().unwrap();
        assert!(["done", "held"].contains(&state), "{call}");
    }
}

#[test]
fn a_session_that_has_filled_its_record_reads_on_and_says_to_begin_another() {
    let account = Account::new();
    account.home.write("mw.toml", "[journal]\ncap = \"4KB\"\n");
    let mut session = account
        .mw(&["--allow", "change", "repl"])
        .env("MW_CONFIG", "mw.toml")
        .start();
    // It is found once it is written.
    session.enters("for i in 0..40 { clouds() } sleep(\"1s\")");
    session.enters(&format!("attempt(|| {ONE}).error.hint"));
    session.says("leave the session and begin another");
    session.enters("clouds().len() + 40");
    session.says("42");
    session.end();
    assert!(account.gateway.effects().is_empty());
    account
        .mw(&["--allow", "change", "eval", ONE])
        .stdout("one\n")
        .run();
}

#[test]
fn a_journal_that_is_gone_takes_no_change_for_recorded() {
    let account = Account::new();
    let mut session = session(&account, "");
    for end in ["", "-wal", "-shm"] {
        std::fs::remove_file(format!("{}{end}", account.store())).unwrap();
    }
    session.enters(&format!("attempt(|| {ONE}).error.message"));
    session.says("it was removed or replaced while it was open");
    session.enters("clouds().len() + 40");
    session.says("42");
    let ended = session.end();
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(account.gateway.effects().is_empty());
    // Whoever begins again has a new one.
    account
        .mw(&["--allow", "change", "eval", ONE])
        .stdout("one\n")
        .run();
}

#[test]
fn a_journal_whose_last_part_is_gone_takes_no_change_for_recorded() {
    let account = Account::new();
    let mut session = session(&account, "");
    session.enters(&format!("attempt(|| {ONE}).ok"));
    session.says("true");
    std::fs::remove_file(format!("{}-wal", account.store())).unwrap();
    session.enters(&format!("attempt(|| {TWO}).error.message"));
    session.says("-wal cannot be written: it was removed or replaced while it was open");
    session.end();
    assert_eq!(account.gateway.effects().len(), 1);
}
