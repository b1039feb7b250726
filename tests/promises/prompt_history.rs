//! The lines of earlier at the prompt: found, listed, run again and edited.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use crate::stage::folder::Folder;
use crate::stage::mw::Mw;
use crate::stage::terminal::{self, Terminal};

#[test]
fn up_finds_the_lines_that_begin_with_what_is_typed() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    for (line, value) in [("400 + 1", "401"), ("500 + 2", "502"), ("400 + 3", "403")] {
        terminal.enters(line);
        terminal.answers(&format!("\n{value}\n"));
    }
    terminal.types("40");
    terminal.presses("Up");
    terminal.shows("the newest", |screen| screen.ends_with("sim> 400 + 3"));
    terminal.presses("Up");
    terminal.shows("the one before", |screen| screen.ends_with("sim> 400 + 1"));
    terminal.presses("Down");
    terminal.presses("Down");
    terminal.shows("what was typed", |screen| screen.ends_with("sim> 40"));
    terminal.presses("C-u");
    terminal.presses("Up");
    terminal.presses("Up");
    terminal.shows("any line", |screen| screen.ends_with("sim> 500 + 2"));
}

#[test]
fn a_line_of_several_is_one_of_the_history_and_up_moves_within_it() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    terminal.enters("1 + 1");
    terminal.answers("\n2\n");
    terminal.enters("fn double(n) {");
    terminal.enters("n * 2");
    terminal.enters("}");
    terminal.shows("the prompt again", |screen| screen.ends_with("}\nsim>"));
    terminal.presses("C-d");
    terminal.closes();
    terminal.open();
    terminal.answers("Ctrl-D leaves");
    terminal.presses("Up");
    terminal.shows("the function", |screen| {
        screen.ends_with("sim> fn double(n) {\nn * 2\n}")
    });
    // From its last line to the first, where what is typed shows, and to the line before it.
    terminal.presses("Up");
    terminal.presses("Up");
    terminal.presses("Home");
    terminal.types("/* it */ ");
    terminal.shows("the change", |screen| {
        screen.ends_with("sim> /* it */ fn double(n) {\nn * 2\n}")
    });
    terminal.presses("Enter");
    terminal.shows("the prompt again", |screen| screen.ends_with("}\nsim>"));
    terminal.enters("double(21)");
    terminal.answers("\n42\n");
}

#[test]
fn words_in_any_order_find_a_line() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    terminal.enters(r#"["große", "Wolke"].len() + 40"#);
    terminal.answers("\n42\n");
    terminal.enters("1 + 1");
    terminal.answers("\n2\n");
    terminal.presses("C-r");
    terminal.types("len wolke");
    terminal.shows("the line", |screen| {
        screen.contains(r#"`len wolke': ["große""#)
    });
    terminal.presses("Enter");
    terminal.shows("its value once more", |screen| {
        screen.matches("\n42\n").count() == 2 && screen.ends_with("\nsim>")
    });
}

#[test]
fn what_has_a_secret_in_it_is_not_found_again() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    terminal.enters("1 + 1");
    terminal.answers("\n2\n");
    terminal.enters(r#""secret(x)".len()"#);
    terminal.answers("\n9\n");
    terminal.enters("!!");
    terminal.answers("the last line is not in the history");
    terminal.presses("Up");
    terminal.shows("the line before it", |screen| {
        screen.ends_with("sim> 1 + 1")
    });
}

#[test]
fn what_becomes_known_as_a_secret_is_found_no_more_and_leaves_the_file() {
    if !terminal::is_there() {
        return;
    }
    let folder = Folder::new();
    let variables = format!(
        "HUSH=plain-0815-words XDG_STATE_HOME='{}'",
        folder.path().display()
    );
    let terminal = Terminal::of(&variables, "--sim --allow env:HUSH repl");
    terminal.answers("Ctrl-D leaves");
    terminal.enters("1 + 1");
    terminal.answers("\n2\n");
    terminal.enters(r#""plain-0815-words".len()"#);
    terminal.answers("\n16\n");
    let file = || std::fs::read_to_string(folder.path().join("metalwright/history.jsonl")).unwrap();
    assert!(file().contains("plain-0815"));
    terminal.enters(r#"let s = secret("HUSH"); "known""#);
    terminal.answers("\nknown\n");
    terminal.presses("Up");
    terminal.shows("the line before both", |screen| {
        screen.ends_with("sim> 1 + 1")
    });
    terminal.presses("C-u");
    terminal.enters("!2");
    terminal.answers("line 2 is no longer in the history");
    assert!(
        !file().contains("plain-0815") && file().contains("1 + 1"),
        "{}",
        file()
    );
}

#[test]
fn a_line_of_earlier_is_shown_and_run_again() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    terminal.enters("20 + 1");
    terminal.answers("\n21\n");
    terminal.enters("_ + 1");
    terminal.answers("\n22\n");
    terminal.enters("!!");
    terminal.answers("sim> !!\n_ + 1\n23\n");
    terminal.enters("!1");
    terminal.answers("sim> !1\n20 + 1\n21\n");
    // It is in the history as itself.
    terminal.presses("Up");
    terminal.shows("the line", |screen| screen.ends_with("sim> 20 + 1"));
    terminal.presses("C-u");
    terminal.enters("!7");
    terminal.answers("its lines are 1 to 3, and :history lists them");
    terminal.enters("!!false");
    terminal.answers("\nfalse\n");
}

#[test]
fn lines_from_a_pipe_are_asked_for_among_themselves() {
    Mw::at_prompt("1 + 1\n!!\n[3]\n!1\n!! | json\n!true\n")
        .stdout("2\n2\n3\n2\n2\nfalse\n")
        .stderr("1 + 1\n1 + 1\n1 + 1 | json\n")
        .run();
    let folder = Arc::new(Folder::new());
    Mw::at_prompt("1\n").sharing(&folder).stdout("1\n").run();
    let done = Mw::at_prompt("!!\n2\n")
        .sharing(&folder)
        .any_stderr()
        .code(2)
        .run();
    assert!(
        done.stderr.contains("there is no line before this one"),
        "{}",
        done.stderr
    );
    assert!(
        !folder
            .path()
            .join("home/state/metalwright/history.jsonl")
            .exists()
    );
    let done = Mw::at_prompt("1\n2\n!3\n")
        .stdout("1\n2\n")
        .any_stderr()
        .code(2)
        .run();
    assert!(
        done.stderr.contains("the history has no line 3")
            && done.stderr.contains("its lines are 1 to 2"),
        "{}",
        done.stderr
    );
}

#[test]
fn the_history_is_listed_with_numbers_and_times() {
    let listed = |lines: &str| {
        let done = Mw::at_prompt(lines).env("TZ", "UTC").any_stdout().run();
        done.stdout
    };
    let all = listed("let a = 1;\nfn f(n) {\n  n\n}\n:history\n");
    let lines: Vec<&str> = all.lines().collect();
    assert_eq!(lines.len(), 5, "{all}");
    assert!(
        lines[0].starts_with("1  ") && lines[0].ends_with("Z  let a = 1;"),
        "{all}"
    );
    assert!(lines[1].ends_with("Z  fn f(n) {"), "{all}");
    assert_eq!(lines[2].trim_start(), "n", "{all}");
    assert!(lines[4].ends_with("Z  :history"), "{all}");
    let found = listed("let a = 1;\nlet b = 2;\n:history B\n:history = le b\n");
    let lines: Vec<&str> = found.lines().collect();
    // A word with a capital is found as it is written: in what asks for it.
    assert!(lines[0].ends_with("Z  :history B"), "{found}");
    assert!(lines[1].ends_with("Z  let b = 2;"), "{found}");
    assert!(lines[2].ends_with("Z  :history = le b"), "{found}");
    assert_eq!(lines.len(), 3, "{found}");
    Mw::at_prompt(":history\n:history nothing | 1\n")
        .any_stdout()
        .run();
}

#[test]
fn what_an_editor_leaves_is_entered_by_whoever_looked_at_it() {
    let Some(terminal) = Terminal::at_prompt("VISUAL= EDITOR='sed -i s/40/50/'") else {
        return;
    };
    terminal.enters("40 + 2");
    terminal.answers("\n42\n");
    terminal.enters(":edit");
    terminal.shows("the edited line", |screen| {
        screen.ends_with("\nsim> 50 + 2")
    });
    terminal.presses("Enter");
    terminal.answers("\n52\n");
    terminal.enters(":edit 1");
    terminal.shows("the edited line", |screen| {
        screen.ends_with(":edit 1\nsim> 50 + 2")
    });
    terminal.types("0");
    terminal.presses("Enter");
    terminal.answers("\n70\n");
    // What is typed, before it is whole.
    terminal.types("fn f() { 40");
    terminal.presses("C-x");
    terminal.presses("C-e");
    terminal.shows("the edited line", |screen| {
        screen.ends_with("\nsim> fn f() { 50")
    });
    terminal.types(" }; f() + 5");
    terminal.presses("Enter");
    terminal.answers("\n55\n");
}

#[test]
fn an_editor_that_fails_leaves_the_line_as_it_was() {
    let Some(terminal) = Terminal::at_prompt("EDITOR=no-such-editor") else {
        return;
    };
    terminal.types("40 + 2");
    terminal.presses("C-x");
    terminal.presses("C-e");
    terminal.shows("the line", |screen| {
        screen.contains("the editor `no-such-editor` failed") && screen.ends_with("\nsim> 40 + 2")
    });
    terminal.presses("Enter");
    terminal.answers("\n42\n");
    // Where no line can begin with what an editor leaves, none is started.
    Mw::at_prompt("1\n:edit\n")
        .env("EDITOR", "touch")
        .stdout("1\n")
        .any_stderr()
        .code(2)
        .run();
}

#[test]
fn a_history_that_cannot_be_kept_ends_no_session() {
    if !terminal::is_there() {
        return;
    }
    let folder = Folder::new();
    let file = folder.path().join("metalwright/history.jsonl");
    fs::create_dir_all(&file).unwrap();
    let state = folder.path().display();
    let terminal = Terminal::of(
        &format!("XDG_STATE_HOME='{state}'"),
        "--no-journal --sim repl",
    );
    terminal.answers("the lines of earlier sessions are missing: cannot read");
    terminal.enters("40 + 2");
    terminal.answers("\n42\n");
    terminal.presses("Up");
    terminal.shows("the line", |screen| screen.ends_with("sim> 40 + 2"));
    terminal.presses("C-u");
    terminal.presses("C-d");
    terminal.closes();
    fs::remove_dir(&file).unwrap();
    terminal.open();
    terminal.answers("Ctrl-D leaves");
    terminal.enters("40 + 3");
    terminal.answers("\n43\n");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(
        fs::read_to_string(&file)
            .unwrap()
            .ends_with("\"line\":\"40 + 3\"}\n")
    );
}

#[test]
fn lines_that_are_typed_ahead_or_pasted_are_all_read() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    // All of it is there before the first of it was run.
    let lines: Vec<String> = (1..=50).map(|n| format!("let a{n} = {n}\r")).collect();
    terminal.types(&lines.concat());
    terminal.types("[a1, a17, a50].len() + a50\r");
    terminal.answers("\n53\n");
    let all: Vec<String> = (1..=50).map(|n| format!("a{n}")).collect();
    terminal.enters(&format!("let sum = {}", all.join("+")));
    terminal.enters("sum");
    terminal.answers("\n1275\n");
}

#[test]
fn a_function_that_is_pasted_is_taken_whole_and_can_be_changed_before_it_is() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    let lines: Vec<String> = (1..=100).map(|n| format!("all.push({n});\r")).collect();
    terminal.types("fn f() {\rlet all = [];\r");
    terminal.types(&lines.concat());
    terminal.types("all.sum_by(|x| x)\r}\rf()\r");
    terminal.answers("\n5050\n");
    // One that breaks off is at the prompt again, and goes on from there.
    terminal.types("fn g() {\rlet a = 40;\r");
    terminal.types("a + 2 }\r");
    terminal.enters("g()");
    terminal.answers("\n42\n");
    terminal.presses("Up");
    terminal.presses("Up");
    terminal.shows("all of it", |screen| {
        screen.ends_with("sim> fn g() {\nlet a = 40;\na + 2 }")
    });
}

#[test]
fn the_lines_of_a_faulty_function_are_not_run_by_themselves() {
    let done = Mw::at_prompt("fn f() {\nlet = 3;\nprint(\"run\");\n}\n1\n")
        .any_stderr()
        .code(2)
        .run();
    assert!(done.stderr.contains("let = 3"), "{}", done.stderr);
}

#[test]
fn lines_that_the_terminal_marks_as_pasted_are_one_entry() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    let lines: Vec<String> = (1..=10_000).map(|n| format!("all.push({n});\n")).collect();
    terminal.pastes(&format!(
        "let all = [];\n{}all.len() + all[9999]",
        lines.concat()
    ));
    terminal.shows("the last of them", |screen| {
        screen.ends_with("all.len() + all[9999]")
    });
    terminal.presses("Enter");
    terminal.answers("\n20000\n");
    terminal.enters("!2");
    terminal.answers("its lines are 1 to 1, and :history lists them");
    terminal.pastes(&format!("\"{}\".len()", "é".repeat(100_000)));
    terminal.presses("Enter");
    terminal.answers("\n100000\n");
}

#[test]
fn pasted_lines_are_run_as_if_they_were_typed_where_they_make_no_sense_together() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    terminal.pastes("let total = 0\nfor c in clouds() {\n    total += 20\n}\ntotal + 2");
    terminal.presses("Enter");
    terminal.answers("\n42\n");
}

#[test]
fn what_is_typed_after_ctrl_c_is_read() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    terminal.types("let half = \u{3}let whole = 42; whole\r");
    let screen = terminal.answers("\n42\n");
    assert!(screen.contains("sim> let half ="), "{screen}");
    terminal.types("fn f() {\r1\r\u{3}whole + 1\r");
    terminal.answers("\n43\n");
}
