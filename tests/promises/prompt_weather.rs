//! The prompt in whatever terminal, with whatever pager, and whatever becomes of either.

use std::sync::Arc;

use serde_json::Value;

use crate::stage::folder::Folder;
use crate::stage::http;
use crate::stage::mw::Mw;
use crate::stage::page::Silence;
use crate::stage::server::Server;
use crate::stage::terminal::{self, Terminal};

/// A prompt on the simulated account whose terminal has 40 lines, with this pager.
fn paging(variables: &str) -> Terminal {
    let terminal = Terminal::of(variables, "--sim repl");
    terminal.answers("Ctrl-D leaves");
    terminal
}

#[test]
fn what_is_longer_than_the_screen_goes_through_the_pager_of_the_environment() {
    if !terminal::is_there() {
        return;
    }
    let folder = Folder::new();
    let paged = folder.path().join("paged");
    let pager = format!(
        "MW_PAGER='cat >{}; echo THROUGH' PAGER=false",
        paged.display()
    );
    let terminal = paging(&pager);
    terminal.enters("[1, 2, 3]");
    terminal.answers("3");
    assert!(!paged.exists());
    terminal.enters("let all = []; for n in 1..61 { all.push(`line ${n}`); } all");
    terminal.answers("\nTHROUGH\n");
    let text = std::fs::read_to_string(&paged).unwrap();
    assert!(
        text.contains("line 1") && text.contains("line 60"),
        "{text}"
    );
}

#[test]
fn without_a_pager_that_works_it_is_written_as_it_is() {
    if !terminal::is_there() {
        return;
    }
    for variables in [
        "MW_PAGER=no-such-pager",
        "PAGER=false",
        "PAGER=cat",
        "MW_PAGER='' PAGER=false",
    ] {
        let terminal = paging(variables);
        terminal.enters("let all = []; for n in 1..61 { all.push(`line ${n}`); } all");
        terminal.answers("line 60");
    }
}

#[test]
fn ctrl_c_in_the_pager_keeps_the_session() {
    if !terminal::is_there() {
        return;
    }
    let terminal = paging("PAGER='less'");
    terminal.enters("let all = []; for n in 1..61 { all.push(`line ${n}`); } all");
    terminal.shows("the pager", |screen| screen.ends_with("\n:"));
    terminal.presses("C-c");
    // It may throw away what is typed right after that; what it leaves goes to the prompt.
    terminal.shows("the prompt again", |screen| {
        if screen.ends_with("\n:") {
            terminal.presses("q");
        }
        screen.trim_end_matches(['q', ' ']).ends_with("\nsim>")
    });
    terminal.presses("C-u");
    terminal.enters("all.len() - 18");
    terminal.answers("\n42\n");
}

#[test]
fn a_session_that_is_ended_at_the_prompt_leaves_the_terminal_as_it_was() {
    if !terminal::is_there() {
        return;
    }
    for signal in ["TERM", "HUP"] {
        let terminal = Terminal::staying("", "--sim repl");
        terminal.answers("Ctrl-D leaves");
        terminal.types("let half");
        terminal.shows("what is typed", |screen| screen.ends_with("sim> let half"));
        terminal.signals(signal);
        terminal.shows("the exit code", |screen| screen.ends_with("\nexit 130"));
        // Echoed as it is typed, and given on at the end of the line: neither is so in raw mode.
        terminal.enters("sane");
        terminal.shows("a line, twice", |screen| screen.ends_with("\nsane\nsane"));
    }
}

#[test]
fn a_line_at_work_is_stopped_in_order_before_a_session_is_ended() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::staying("", "--sim repl");
    terminal.answers("Ctrl-D leaves");
    terminal.enters(r#"ensure(|| { print("looping"); while true {} }, || print("cleaned up"))"#);
    terminal.shows("the loop at work", |screen| screen.ends_with("\nlooping"));
    terminal.signals("TERM");
    terminal.shows("the exit code", |screen| {
        screen.contains("\ncleaned up\n") && screen.ends_with("\nexit 130")
    });
}

#[test]
fn whatever_has_the_terminal_is_told_to_end_before_a_session_is_ended() {
    if !terminal::is_there() {
        return;
    }
    let folder = Folder::new();
    // They set the terminal as editors and pagers do, and have no time to set it back.
    let guest = |name: &str| {
        let text = format!("stty raw -echo\necho {name}\nsleep 1000\n");
        folder.write(name, &text);
        format!("sh {}", folder.path().join(name).display())
    };
    folder.write("drafts/kept", "");
    let variables = format!(
        "TMPDIR='{}' EDITOR='{}' MW_PAGER='{}'",
        folder.path().join("drafts").display(),
        guest("editing"),
        guest("paging")
    );
    let long = "let all = []; for n in 1..61 { all.push(`line ${n}`); } all";
    for (line, has) in [(":edit", "editing"), (long, "paging")] {
        let terminal = Terminal::staying(&variables, "--sim repl");
        terminal.answers("Ctrl-D leaves");
        terminal.enters("40 + 2");
        terminal.answers("\n42\n");
        terminal.enters(line);
        terminal.shows(has, |screen| screen.contains(&format!("\n{has}")));
        terminal.signals("TERM");
        let screen = terminal.shows("the exit code", |screen| screen.ends_with("\nexit 130"));
        assert!(
            !screen.contains("never") && !screen.contains("line 60"),
            "{screen}"
        );
        terminal.enters("sane");
        terminal.shows("a line, twice", |screen| screen.ends_with("\nsane\nsane"));
    }
    let left = std::fs::read_dir(folder.path().join("drafts")).unwrap();
    assert_eq!(left.count(), 1, "the editor's file is gone");
}

#[test]
fn a_terminal_that_goes_away_is_told_of_twice_and_the_cleanup_goes_on() {
    if !terminal::is_there() {
        return;
    }
    let folder = Folder::new();
    let go = folder.path().join("go");
    let terminal = Terminal::staying(
        "",
        &format!("--sim --allow fs:{} repl", folder.path().display()),
    );
    terminal.answers("Ctrl-D leaves");
    terminal.enters(&format!(
        "ensure(|| {{ print(\"looping\"); while true {{}} }}, || {{ print(\"cleaning\"); \
         while !attempt(|| read_file({go:?})).ok {{}} print(\"cleaned\"); }})"
    ));
    terminal.shows("the loop at work", |screen| screen.ends_with("\nlooping"));
    terminal.signals("HUP");
    terminal.shows("the cleanup", |screen| screen.ends_with("\ncleaning"));
    // The system says so, and so does whoever had the terminal.
    terminal.signals("HUP");
    folder.write("go", "");
    terminal.shows("the exit code", |screen| {
        screen.contains("\ncleaned\n") && screen.ends_with("\nexit 130")
    });
}

#[test]
fn a_call_under_way_is_on_record_when_a_session_is_ended() {
    let silence = Silence::serve();
    let folder = Arc::new(Folder::new());
    let mw = |arguments: &[&str]| {
        Mw::new(arguments)
            .env("OPENMETAL_API_URL", silence.url())
            .env("OPENMETAL_API_KEY", "key")
            .sharing(&folder)
            .any_stdout()
            .any_stderr()
    };
    let mut process = mw(&["--allow", "destroy", "repl"]).start();
    process.enters(r#"delete_vlan("0Absd1")"#);
    assert_eq!(silence.asked(), "DELETE /v1/vlans/0Absd1 HTTP/1.1");
    process.signal("TERM");
    let ended = process.ends_itself();
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("may have been carried out"),
        "{}",
        ended.stderr
    );
    let listed = mw(&["--output", "json", "runs", "list"]).run();
    let runs: Vec<Value> = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(
        (runs.len(), &runs[0]["state"]),
        (1, &Value::from("cancelled"))
    );
    let shown = mw(&[
        "--output",
        "json",
        "runs",
        "show",
        runs[0]["id"].as_str().unwrap(),
    ])
    .run();
    let run: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(run["calls"][0]["operation"], "delete_vlan");
    assert_eq!(run["calls"][0]["state"], "in-doubt");
}

#[test]
fn piped_lines_that_wait_for_more_end_at_the_first_signal() {
    for signal in ["TERM", "INT"] {
        let mut process = Mw::new(["--sim", "repl"]).start();
        process.enters("40 + 2");
        process.says("42");
        process.signal(signal);
        assert_eq!(process.ends_itself().code, Some(130));
    }
}

#[test]
fn a_terminal_that_is_resized_is_written_to_as_it_is() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::new();
    terminal.answers("Ctrl-D leaves");
    // While something is typed.
    terminal.types("let all = clouds(); 40 + ");
    terminal.shows("what is typed", |screen| screen.ends_with("40 +"));
    terminal.resizes(60, 30);
    terminal.enters("2");
    terminal.answers("\n42\n");
    // What is shown next has the new width, by itself and from within a line.
    for (line, mark, columns) in [
        ("all", "sim> all\n", 44),
        ("table(all)", "sim> table(all)\n", 60),
        ("all", "sim> all\n", 50),
    ] {
        terminal.resizes(columns, 30);
        let columns = usize::try_from(columns).unwrap();
        // The terminal takes its time to say so; every look goes through the prompt.
        let is_so = (0..200).any(|_| {
            terminal.presses("C-l");
            terminal.shows("an empty screen", |screen| screen == "sim>");
            terminal.enters(line);
            let screen = terminal.answers(mark);
            let widest = screen.lines().map(|line| line.chars().count()).max();
            assert!(screen.contains("\nYADaw2"), "{screen}");
            widest.is_some_and(|widest| widest <= columns && widest + 8 > columns)
        });
        assert!(is_so, "{line} never took {columns} columns");
    }
    terminal.resizes(120, 30);
    terminal.enters("40 + 4");
    terminal.answers("\n44\n");
}

#[test]
fn on_a_terminal_that_can_do_nothing_no_escape_is_written() {
    let lines = [
        ("clouds()", "Bare metal"),
        (
            "let all = []; for n in 1..61 { all.push(`line ${n}`); } all",
            "\nline 60\n",
        ),
        ("cluods()", "did you mean `clouds`?"),
        (
            "let n = cloud(\"Bare metal\").nodes()[0]; n.reboot(); n.wait_for(\"power on\").power_state",
            "\npower on\n",
        ),
    ];
    if !terminal::is_there() {
        return;
    }
    let folder = Folder::new();
    let seen = folder.path().join("seen");
    let terminal = Terminal::of("TERM=dumb", "--sim repl");
    terminal.records(&seen);
    terminal.answers("Ctrl-D leaves");
    for (line, said) in lines {
        terminal.enters(line);
        terminal.answers(said);
    }
    terminal.enters(":quit");
    terminal.closes();
    let seen = std::fs::read_to_string(&seen).unwrap();
    assert!(seen.contains("line 60"), "{seen}");
    assert!(!seen.contains('\u{1b}'), "{seen:?}");
}

#[test]
fn a_keyboard_beside_a_pipe_has_its_prompt_and_the_pipe_has_the_results() {
    if !terminal::is_there() {
        return;
    }
    let folder = Folder::new();
    let piped = folder.path().join("piped");
    let call = format!("--sim repl | tee '{}'", piped.display());
    let terminal = Terminal::staying("", &call);
    terminal.answers("Ctrl-D leaves");
    // What comes through the pipe may come after the prompt.
    let said = || std::fs::read_to_string(&piped).unwrap_or_default();
    terminal.enters("40 + 2");
    terminal.shows("the result", |_| said() == "42\n");
    terminal.types("clouds().le");
    terminal.presses("Tab");
    terminal.shows("the completed name", |screen| {
        screen.ends_with("clouds().len")
    });
    terminal.enters("() + 40");
    terminal.shows("the result", |_| said() == "42\n42\n");
    terminal.presses("C-d");
    terminal.shows("the exit code", |screen| screen.ends_with("\nexit 0"));
    assert_eq!(said(), "42\n42\n");
}

#[test]
fn without_a_standard_input_there_is_nothing_to_do() {
    Mw::shell("mw --sim repl <&-").run();
}

#[test]
fn a_token_that_is_no_longer_good_is_renewed_and_the_session_goes_on() {
    let server = Server::start();
    let mut process = Mw::new(["repl"]).account(server.url()).start();
    process.enters("clouds().len() + 40");
    process.says("42");
    http::post(server.url(), "/_sim/advance", r#"{"seconds": 86400}"#);
    process.enters("clouds().len() + 41");
    process.says("43");
    assert!(server.calls().iter().any(|it| it.status == Some(401)));
    assert_eq!(process.end().code, Some(0));
}

#[test]
fn a_server_that_is_gone_is_a_complaint_and_the_session_goes_on() {
    if !terminal::is_there() {
        return;
    }
    let server = Server::start();
    let variables = format!(
        "OPENMETAL_API_URL={} OPENMETAL_API_KEY=sim MW_TEST_CLOCK=600@2026-01-15T08:00:00Z",
        server.url()
    );
    let terminal = Terminal::of(&variables, "repl");
    terminal.shows("the prompt", |screen| screen.ends_with("\ndefault>"));
    terminal.enters("let kept = clouds().len() + 40; kept");
    terminal.shows("the answer", |screen| {
        screen.contains("\n42\n") && screen.ends_with("\ndefault>")
    });
    drop(server);
    terminal.enters("clouds()");
    terminal.shows("the complaint", |screen| {
        screen.contains("\nerror: could not read clouds") && screen.ends_with("\ndefault>")
    });
    terminal.enters("kept + 1");
    terminal.shows("the answer", |screen| {
        screen.contains("\n43\n") && screen.ends_with("\ndefault>")
    });
}

#[test]
fn ctrl_c_stops_waits_on_the_real_clock_and_keeps_the_session() {
    if !terminal::is_there() {
        return;
    }
    let server = Server::with(&["--speed", "0"]);
    let variables = format!("OPENMETAL_API_URL={} OPENMETAL_API_KEY=sim", server.url());
    let terminal = Terminal::of(&variables, "repl");
    terminal.shows("the prompt", |screen| screen.ends_with("\ndefault>"));
    terminal.enters("let kept = 41; kept");
    terminal.shows("the answer", |screen| {
        screen.contains("\n41\n") && screen.ends_with("\ndefault>")
    });
    for (count, wait) in [
        r#"print("begun"); sleep("1h")"#,
        r#"print("begun"); wait_for(cloud("Bare metal"), "in_progress")"#,
    ]
    .iter()
    .enumerate()
    {
        terminal.enters(wait);
        terminal.shows("the wait", |screen| {
            screen.matches("\nbegun\n").count() + usize::from(screen.ends_with("\nbegun")) > count
        });
        terminal.presses("C-c");
        terminal.shows("the prompt again", |screen| {
            screen.matches("interrupted\n").count() > count && screen.ends_with("\ndefault>")
        });
    }
    terminal.enters("kept + 1");
    terminal.shows("the answer", |screen| screen.contains("\n42\n"));
}
