//! The prompt, in a real terminal.

use std::fs;
use std::sync::Arc;

use crate::stage::folder::Folder;
use crate::stage::mw::Mw;
use crate::stage::terminal::{self, Terminal};

#[test]
fn it_greets_and_answers_and_is_left_with_ctrl_d() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::new();
    let screen = terminal.answers("on the embedded simulator: nothing here is real");
    assert!(
        screen.contains("?name explains, :help lists commands, Tab completes, Ctrl-D leaves"),
        "{screen}"
    );
    terminal.enters("40 + 2");
    terminal.answers("\n42\n");
    terminal.enters("clouds()");
    terminal.answers("Bare metal");
    terminal.presses("C-d");
    terminal.closes();
}

#[test]
fn a_function_goes_over_several_lines() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    terminal.enters("fn double(n) {");
    terminal.enters("n * 2");
    terminal.enters("}");
    terminal.shows("the prompt again", |screen| screen.ends_with("\nsim>"));
    terminal.enters("double(21)");
    terminal.answers("\n42\n");
}

#[test]
fn the_last_hundred_results_are_kept() {
    let many: Vec<String> = (1..102).map(|n| n.to_string()).collect();
    let done = Mw::at_prompt(&format!("{}\n_2 + _101\n_2\n", many.join("\n")))
        .any_stdout()
        .any_stderr()
        .code(2)
        .run();
    assert!(done.stdout.ends_with("\n101\n103\n"), "{}", done.stdout);
    assert!(
        done.stderr.contains("there is no variable `_2` here")
            && done.stderr.contains("keeps the last 100"),
        "{}",
        done.stderr
    );
}

#[test]
fn a_question_mark_explains() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    terminal.enters("?clouds");
    terminal.answers("Lists your clouds.");
    terminal.enters("?cluods");
    terminal.answers("did you mean `clouds`?");
}

#[test]
fn what_is_wrong_is_said_with_what_can_be_typed_at_the_prompt() {
    for (lines, code, hint) in [
        ("let c = clouds()[0]; c.nam", 1, "?Cloud lists its fields"),
        ("?frobnicate", 2, "? lists what there is"),
        ("env(\"HOME\")", 4, "grant it with :allow env:HOME"),
        ("clouds() | jsno", 2, "did you mean `| json`?"),
        ("let _5 = 1", 2, "it cannot be a name: choose another one"),
        (
            ":faults nofile",
            2,
            "check the path: what is read is a file of [[fault]] tables",
        ),
    ] {
        let ended = Mw::at_prompt(lines).any_stderr().code(code).run();
        assert!(
            ended.stderr.trim_end().ends_with(&format!("help: {hint}")),
            "{lines}: {}",
            ended.stderr
        );
    }
}

#[test]
fn a_line_is_shown_in_the_format_at_its_end_whatever_comes_before_it() {
    Mw::at_prompt(":json [1] | yaml\n:json [2]\nlet xml = 5;\n2 | xml")
        .stdout("- 1\n[\n  2\n]\n7\n")
        .run();
    let ended = Mw::at_prompt("help").any_stdout().run();
    assert!(ended.stdout.contains(":vars"), "{}", ended.stdout);
    // What works is no wish for a format, whatever it looks like.
    Mw::at_prompt(
        "let ok = 5 > 7;\nok | true\nlet a = 1; let b = 2; a | b\nlet or = |x, y| x | y; or.call(4, 1)\n\
         8 // one | many",
    )
    .stdout("true\n3\n5\n8\n")
    .run();
    Mw::at_prompt("let help = 1;\nhelp").stdout("1\n").run();
}

#[test]
fn history_lasts_from_session_to_session() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    terminal.enters("6 * 7");
    terminal.answers("\n42\n");
    terminal.presses("C-d");
    terminal.closes();
    terminal.open();
    terminal.answers("Ctrl-D leaves");
    terminal.presses("Up");
    terminal.shows("the line of before", |screen| {
        screen.ends_with("sim> 6 * 7")
    });
    terminal.presses("Enter");
    terminal.answers("\n42\n");
}

#[test]
fn ctrl_c_stops_a_line_and_keeps_the_session() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    // Its value tells that the line is done: the prompt alone may be the one before it.
    terminal.enters("let kept = 41; kept");
    terminal.answers("\n41\n");
    terminal.enters(r#"print("looping"); while true {}"#);
    terminal.shows("the loop at work", |screen| screen.ends_with("\nlooping"));
    terminal.presses("C-c");
    terminal.answers("interrupted");
    terminal.enters("kept + 1");
    terminal.answers("\n42\n");
    // And once more: a session survives any number of them.
    terminal.enters(r#"print("again"); while true {}"#);
    terminal.shows("the loop at work", |screen| screen.ends_with("\nagain"));
    terminal.presses("C-c");
    terminal.shows("the prompt again", |screen| screen.ends_with("\nsim>"));
    terminal.enters("kept + 2");
    terminal.answers("\n43\n");
}

#[test]
fn what_one_line_imports_the_next_ones_use() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    // Its value tells that the line is done: the prompt alone may be the one before it.
    terminal.enters(r#"import "rolling" as r; 7"#);
    terminal.answers("\n7\n");
    terminal.enters(r#"r::batches(cloud("Bare metal").nodes(), 2).len()"#);
    terminal.answers("\n3\n");
}

#[test]
fn ctrl_c_stops_what_waits_however_often_it_is_pressed() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    terminal.enters("let kept = 41; kept");
    terminal.answers("\n41\n");
    // In the prompt's account time flows, and nothing jumps while a loop is at work beside the wait.
    terminal.enters(r#"print("waiting"); parallel([1, 2], |x| if x == 1 { while true {} } else { sleep("1h") })"#);
    terminal.shows("the wait", |screen| screen.contains("\nwaiting"));
    terminal.presses("C-c");
    terminal.presses("C-c");
    terminal.answers("interrupted");
    terminal.enters("kept + 1");
    terminal.answers("\n42\n");
}

#[test]
fn ctrl_c_drops_the_lines_that_were_typed_ahead() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    terminal.types("print(\"be\" + \"gun\"); while true {}\rprint(\"car\" + \"ried out\")\r");
    terminal.shows("the loop", |screen| screen.contains("\nbegun"));
    terminal.presses("C-c");
    terminal.answers("interrupted");
    terminal.enters("40 + 2");
    let screen = terminal.answers("\n42\n");
    assert!(!screen.contains("carried out"), "{screen}");
}

#[test]
fn ctrl_c_leaves_when_nothing_is_typed_and_said_twice() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
    // What is typed is given up, and that is all.
    terminal.types("let half = ");
    terminal.presses("C-c");
    terminal.shows("an empty prompt", |screen| {
        screen.contains("let half =") && screen.ends_with("\nsim>")
    });
    terminal.presses("C-c");
    terminal.answers("Ctrl-C again leaves");
    terminal.presses("C-c");
    terminal.closes();
}

#[test]
fn lines_from_a_pipe_print_results_without_prompts() {
    Mw::at_prompt(
        "40 + 2\nfn double(n) {\n  n * 2\n}\ndouble(_)\n_1 + 1\nlet quiet = 1;\nclouds().len()",
    )
    .stdout("42\n84\n43\n2\n")
    .run();
}

#[test]
fn the_first_line_from_a_pipe_that_fails_is_the_last() {
    let folder = Folder::new();
    let made = folder.path().join("made.rhai");
    let lines = format!("1\nclowds()\n:save {}\n", made.display());
    let done = Mw::at_prompt(&lines)
        .stdout("1\n")
        .any_stderr()
        .code(2)
        .run();
    assert!(
        done.stderr.contains("did you mean `clouds`?"),
        "{}",
        done.stderr
    );
    assert!(!made.exists());
    Mw::at_prompt("fn open() {\n 1").any_stderr().code(2).run();
    Mw::at_prompt("exit(9)\n1\n").code(9).run();
}

#[test]
fn what_a_line_is_known_to_be_counts_for_the_lines_after_it() {
    // Refused before anything is sent: the first line's cloud is known to be one.
    let lines = "let c = clouds()[0];\nprint(\"sent\"); c.lable\n";
    let done = Mw::at_prompt(lines).any_stderr().code(2).run();
    assert!(
        done.stderr.contains("did you mean `label`?"),
        "{}",
        done.stderr
    );
}

#[test]
fn what_a_session_did_is_saved_as_a_script_that_does_it() {
    let folder = Folder::new();
    let made = folder.path().join("made.rhai");
    let lines = format!(
        "import \"rolling\" as r;\nfn size(list) {{ 0 }}\nclouds()\nlet all = _;\n\
         fn size(list) {{ list.len() }}\nlet m = #{{a: 1}}\nsize(all) + m.a + _1.len()\n\
         r::batches(_1[1].nodes(), 2).len() + _2\n:save {}\n",
        made.display()
    );
    let done = Mw::at_prompt(&lines).any_stdout().any_stderr().run();
    assert!(done.stdout.ends_with("\n5\n8\n"), "{}", done.stdout);
    let path = made.to_str().unwrap();
    Mw::new(["--sim", "run", path]).stdout("8\n").run();
    Mw::new(["check", path]).any_stderr().any_stdout().run();
    // Nothing is overwritten.
    let text = fs::read_to_string(&made).unwrap();
    let done = Mw::at_prompt(&format!("1\n:save {path}\n"))
        .stdout("1\n")
        .any_stderr()
        .code(1)
        .run();
    assert!(
        done.stderr.contains("none is overwritten"),
        "{}",
        done.stderr
    );
    assert_eq!(fs::read_to_string(&made).unwrap(), text);
}

#[test]
fn what_was_typed_in_a_session_is_saved_and_run() {
    if !terminal::is_there() {
        return;
    }
    let folder = Folder::new();
    let made = folder.path().join("typed.rhai");
    let terminal = Terminal::new();
    terminal.answers("Ctrl-D leaves");
    terminal.enters(r#"cloud("Bare metal").nodes()"#);
    terminal.answers("bold-fox");
    terminal.enters("nobody()");
    terminal.answers("there is no function `nobody`");
    terminal.enters("fn twice(n) {");
    terminal.enters("n * 2");
    terminal.enters("}");
    terminal.enters("twice(_.len()) + 1");
    terminal.answers("\n11\n");
    terminal.enters(&format!(":save {}", made.display()));
    terminal.answers("does the same");
    Mw::new(["--sim", "run", made.to_str().unwrap()])
        .stdout("11\n")
        .run();
}

#[test]
fn commands_tell_of_the_session_and_unknown_ones_suggest() {
    Mw::at_prompt(
        ":vars\nlet n = 2\nfn twice(x) { x * 2 }\n:vars\n:type clouds()\n:type clouds()[0].label\n",
    )
    .stdout(
        "nothing is declared yet\n\
             n                int            2\n\
             twice            twice(x)\n\
             [Cloud]\nstring\n",
    )
    .run();
    Mw::at_prompt("[1, 2] | json\n:json #{a: 1}\n:table\n")
        .stdout("[\n  1,\n  2\n]\n{\n  \"a\": 1\n}\nfield  value\na      1\n")
        .run();
    let done = Mw::at_prompt(":sav x\n").any_stderr().code(2).run();
    assert!(
        done.stderr.contains("did you mean `:save`?"),
        "{}",
        done.stderr
    );
    let done = Mw::at_prompt(":json\n").any_stderr().code(2).run();
    assert!(
        done.stderr.contains("there is no result yet"),
        "{}",
        done.stderr
    );
}

#[test]
fn a_file_is_loaded_and_loaded_again() {
    let folder = Folder::new();
    let file = folder.path().join("own.rhai");
    fs::write(&file, "fn own() { 1 }").unwrap();
    let lines = format!(
        ":load {0}\nown()\nlet kept = 3;\n:reload\nown() + kept\n",
        file.display()
    );
    Mw::at_prompt(&lines).stdout("1\n4\n").run();
    // What it imports from beside itself is known to the lines after it, and read again too.
    fs::write(folder.path().join("beside.rhai"), "fn two() { 2 }").unwrap();
    fs::write(
        &file,
        "import \"./beside\" as beside;\nlet own = beside::two();",
    )
    .unwrap();
    let lines = format!(
        ":load {}\nown\nbeside::two() + 1\n:reload\nbeside::two() + 2\n",
        file.display()
    );
    Mw::at_prompt(&lines).stdout("2\n3\n4\n").run();
    // However its path is written, what a module does when it is imported is done once; read again,
    // once more.
    let beside = "print(\"once\"); fn two() { 2 }";
    let own = "import \"./beside\" as beside;";
    let lines = ":load ./own.rhai\nbeside::two()\n:load ././own.rhai\n:reload\nbeside::two()\n";
    Mw::at_prompt(lines)
        .file("own.rhai", own)
        .file("beside.rhai", beside)
        .stdout("once\n2\nonce\n2\n")
        .run();
    Mw::at_prompt(":load nowhere.rhai\n")
        .any_stderr()
        .code(2)
        .run();
}

#[test]
fn what_a_module_calls_only_since_it_was_changed_is_found_after_a_reload() {
    let folder = Arc::new(Folder::new());
    folder.write("own.rhai", "fn f() { 1 }\n");
    let mut session = Mw::at_prompt("").sharing(&folder).start();
    session.enters("import \"own\" as own;");
    session.enters("own::f()");
    session.says("1");
    folder.write("own.rhai", "fn f() { table([#{a: 40}]); clouds().len() }\n");
    session.enters(":reload");
    session.enters("own::f()");
    session.says("40");
    session.says("2");
    let ended = session.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn functions_and_imports_go_on_after_a_reload() {
    let lines = "fn count() { clouds().len() }\nlet ask = || clouds().len();\nimport \"rolling\" as r;\n:reload\n\
                 count() + ask.call() + r::batches(_c(), 2).len()\n";
    let lines = lines.replace("_c()", "cloud(\"Bare metal\").nodes()");
    Mw::at_prompt(&lines).stdout("7\n").run();
}

#[test]
fn a_prompt_says_which_account_it_is_on() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::of(
        "OPENMETAL_API_URL=http://127.0.0.1:9 OPENMETAL_API_KEY=none",
        "repl",
    );
    terminal.shows("the profile", |screen| screen.ends_with("\ndefault>"));
    terminal.presses("C-d");
    terminal.closes();
}
