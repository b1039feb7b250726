//! What a session at the prompt is allowed, and what of it is on record.

use serde_json::Value;

use crate::stage::mw::Mw;
use crate::stage::server::Server;
use crate::stage::terminal::{self, Terminal};
use crate::stage::two::Two;

#[test]
fn a_session_that_fails_is_on_record_as_one_that_failed() {
    let two = Two::new();
    assert_eq!(
        two.says(&["repl"], "clouds().len()\nexit(7)\n").code,
        Some(7)
    );
    assert_eq!(two.runs()[0]["exit_code"], 7);
}

#[test]
fn a_session_is_allowed_more_while_it_goes_on_and_never_what_is_denied() {
    let two = Two::with(
        "allow = [\"read\"]\ndeny = [\"destroy\"]",
        "allow = [\"read\"]",
    );
    let off = "cloud(\"Bare metal\").nodes()[0].power_off().result\n";
    let done = two.says(&["repl"], off);
    assert_eq!(done.code, Some(4), "{}", done.stderr);
    let done = two.says(&["repl"], &format!(":allow disrupt, change\n{off}"));
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(
        done.stdout.starts_with(
            "allowed  read, disrupt, change\nrefused  spend\ndenied   destroy by profile here\n"
        ),
        "{}",
        done.stdout
    );
    for grant in ["destroy", "delete_cloud", "change,destroy@cloud:Web"] {
        let done = two.says(&["repl"], &format!(":allow {grant}\n"));
        assert_eq!(done.code, Some(4), "{}", done.stderr);
        assert!(
            done.stderr
                .contains("cannot be allowed here: `destroy` is denied by profile here")
                && done.stderr.contains("nothing overrides"),
            "{}",
            done.stderr
        );
    }
    let done = two.says(&["repl"], ":allow disrpt\n");
    assert_eq!(done.code, Some(2));
    // What a part of is denied may be allowed, and the denial stays.
    let two = Two::with("deny = [\"delete_cloud\"]", "");
    let done = two.says(
        &["repl"],
        ":allow destroy\ncloud(\"Bare metal\").delete()\n",
    );
    assert_eq!(done.code, Some(4), "{}", done.stderr);
    assert!(!Two::asked(&two.here).contains(&"delete_cloud".to_owned()));
}

#[test]
fn powers_are_allowed_to_a_session_on_the_simulated_account_too() {
    let done = Mw::new(["--sim", "repl"])
        .env("GREETING", "hello")
        .stdin(":allow env:GREETING\nenv(\"GREETING\")\n")
        .any_stdout()
        .run();
    assert!(done.stdout.ends_with("hello\n"), "{}", done.stdout);
}

#[test]
fn the_latest_runs_are_listed_as_the_command_lists_them() {
    let two = Two::new();
    for _ in 0..3 {
        two.mw(&["eval", "clouds()"]).run();
    }
    let listed = two.runs();
    let of = |line: &str| -> Vec<Value> {
        let done = two.says(&["--output", "json", "repl"], line);
        serde_json::from_str(&done.stdout).unwrap()
    };
    assert_eq!(listed.len(), 3);
    assert_eq!(of(":runs\n"), listed);
    assert_eq!(of(":runs 2\n"), listed[..2]);
    assert_eq!(two.says(&["repl"], ":runs all\n").code, Some(2));
}

#[test]
fn a_session_reads_where_it_cannot_be_recorded_and_changes_nothing_until_it_can() {
    if !terminal::is_there() {
        return;
    }
    let two = Two::new();
    let home = two.folder.path().join("home");
    // A file stands where the folder would be: not even root could write there.
    two.folder.write("home/blocked", "");
    let variables = format!(
        "KEY=sim MW_CONFIG='{0}/config/metalwright/config.toml' XDG_STATE_HOME='{0}/blocked'",
        home.display()
    );
    let terminal = Terminal::of(&variables, "repl");
    let screen = terminal.shows("the profile", |screen| screen.ends_with("\nhere>"));
    let screen = screen.replace('\n', "");
    assert_eq!(
        screen.matches("until it can be recorded").count(),
        1,
        "{screen}"
    );
    assert!(screen.contains("blocked/metalwright"), "{screen}");
    terminal.enters("clouds().len() + 40");
    terminal.shows("what is read", |screen| {
        screen.contains("\n42\n") && screen.ends_with("\nhere>")
    });
    terminal.enters(r#"let n = cloud("Bare metal").nodes()[0]; n.power_off().result"#);
    terminal.shows("the refusal", |screen| {
        screen.contains("could not be recorded") && screen.ends_with("\nhere>")
    });
    assert!(!Two::asked(&two.here).contains(&"set_power".to_owned()));
    // As soon as it can be recorded it may be done.
    std::fs::remove_file(home.join("blocked")).unwrap();
    terminal.enters("n.power_off().result");
    terminal.shows("the answer", |screen| screen.contains("\nsuccess\n"));
    terminal.presses("C-d");
    terminal.closes();
    assert!(Two::asked(&two.here).contains(&"set_power".to_owned()));
    let runs = two
        .mw(&["--output", "json", "runs", "list"])
        .env(
            "XDG_STATE_HOME",
            &home.join("blocked").display().to_string(),
        )
        .run();
    let runs: Vec<Value> = serde_json::from_str(&runs.stdout).unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0]["state"], "succeeded");
}

#[test]
fn without_a_home_a_session_reads_and_on_the_simulated_account_nothing_is_said() {
    let homeless = |mw: Mw| {
        let unset = [
            "HOME",
            "XDG_STATE_HOME",
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_CACHE_HOME",
        ];
        unset.iter().fold(mw, |mw, name| mw.env(name, ""))
    };
    let server = Server::start();
    let done = homeless(Mw::new(["--yes", "repl"]).account(server.url()))
        .stdin("clouds().len()\ncloud(\"Bare metal\").nodes()[0].power_on()\n")
        .stdout("2\n")
        .any_stderr()
        .code(4)
        .run();
    assert!(
        done.stderr
            .starts_with("warning: the home directory is not known: reading goes on"),
        "{}",
        done.stderr
    );
    assert!(!Two::asked(&server).contains(&"set_power".to_owned()));
    homeless(Mw::new(["--sim", "repl"]))
        .stdin("cloud(\"Bare metal\").nodes()[0].power_off().result\n")
        .stdout("success\n")
        .run();
}

#[test]
fn a_session_whose_terminal_goes_away_ends_its_trail() {
    if !terminal::is_there() {
        return;
    }
    let two = Two::new();
    let home = two.folder.path().join("home");
    let variables = format!(
        "KEY=sim MW_CONFIG='{0}/config/metalwright/config.toml' XDG_STATE_HOME='{0}/state'",
        home.display()
    );
    let terminal = Terminal::of(&variables, "repl");
    terminal.shows("the profile", |screen| screen.ends_with("\nhere>"));
    terminal.enters("clouds().len() + 40");
    terminal.shows("the answer", |screen| screen.contains("\n42\n"));
    assert_eq!(two.runs()[0]["state"], "running");
    terminal.hangs_up();
    // Every look is a process, which takes its time.
    // It comes to the end of what is typed, or to the signal before that.
    let is_over = (0..400).any(|_| {
        let state = &two.runs()[0]["state"];
        state == "cancelled" || state == "succeeded"
    });
    assert!(is_over, "{:?}", two.runs());
}

#[test]
fn what_a_session_was_allowed_is_on_record_with_each_of_its_trails() {
    let two = Two::with("allow = [\"read\"]", "allow = [\"read\"]");
    let lines = ":allow change\nclouds().len()\n:allow set_power\n:profile there\nclouds().len()\n\
                 :profile here\nclouds().len()\n";
    let done = two.says(&["repl"], lines);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let file = two.folder.path().join("home/state/metalwright/journal.db");
    let journal = rusqlite::Connection::open(file).unwrap();
    let mut asked = journal
        .prepare("SELECT profile, consents FROM runs ORDER BY number")
        .unwrap();
    let rows = asked
        .query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })
        .unwrap();
    let rows: Vec<(String, String)> = rows.map(Result::unwrap).collect();
    let all = r#"["change","set_power"]"#;
    let expected = [("here", all), ("there", "[]"), ("here", all)];
    let expected = expected.map(|(profile, words)| (profile.to_owned(), words.to_owned()));
    assert_eq!(rows, expected);
}
