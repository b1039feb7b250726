//! The prompt, in a real terminal.

use std::fs;

use crate::stage::folder::Folder;
use crate::stage::mw::Mw;
use crate::stage::server::Server;
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
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::new();
    terminal.answers("Ctrl-D leaves");
    terminal.enters("fn double(n) {");
    terminal.enters("n * 2");
    terminal.enters("}");
    terminal.shows("the prompt again", |screen| screen.ends_with("\nsim>"));
    terminal.enters("double(21)");
    terminal.answers("\n42\n");
}

#[test]
fn tab_completes_methods_by_type() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::new();
    terminal.answers("Ctrl-D leaves");
    // Its value tells that the line is done: the prompt alone may be the one before it.
    terminal.enters(r#"let c = cloud("Bare metal"); 7"#);
    terminal.answers("\n7\n");
    // Of a cloud, one name begins like this.
    terminal.types("c.subscr");
    terminal.presses("Tab");
    terminal.shows("the completed name, and what it does", |screen| {
        screen.contains("sim> c.subscription  Fetches what a cloud costs")
    });
    terminal.presses("C-u");
    // Of a node, several: they are listed, and none is a cloud's.
    terminal.enters("let n = c.nodes()[0]; 8");
    terminal.answers("\n8\n");
    terminal.types("n.power_o");
    terminal.presses("Tab");
    terminal.presses("Tab");
    let screen = terminal.shows("the list", |screen| screen.contains("power_off"));
    assert!(screen.contains("power_on"), "{screen}");
    assert!(
        screen.contains("Asks for the node to be switched off"),
        "{screen}"
    );
}

#[test]
fn a_question_mark_explains() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::new();
    terminal.answers("Ctrl-D leaves");
    terminal.enters("?clouds");
    terminal.answers("Lists your clouds.");
    terminal.enters("?cluods");
    terminal.answers("did you mean `clouds`?");
}

#[test]
fn history_lasts_from_session_to_session() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::new();
    terminal.answers("Ctrl-D leaves");
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
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::new();
    terminal.answers("Ctrl-D leaves");
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
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::new();
    terminal.answers("Ctrl-D leaves");
    // Its value tells that the line is done: the prompt alone may be the one before it.
    terminal.enters(r#"import "rolling" as r; 7"#);
    terminal.answers("\n7\n");
    terminal.enters(r#"r::batches(cloud("Bare metal").nodes(), 2).len()"#);
    terminal.answers("\n3\n");
}

#[test]
fn ctrl_c_stops_what_waits_however_often_it_is_pressed() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::new();
    terminal.answers("Ctrl-D leaves");
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
fn ctrl_c_leaves_when_nothing_is_typed_and_said_twice() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::new();
    terminal.answers("Ctrl-D leaves");
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
fn members_complete_by_the_value_that_is_there() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::new();
    terminal.answers("Ctrl-D leaves");
    terminal.enters("let m = #{clouds: clouds()}; 7");
    terminal.answers("\n7\n");
    terminal.types("m.clo");
    terminal.presses("Tab");
    terminal.shows("the key", |screen| screen.ends_with("sim> m.clouds"));
    terminal.types("[0].subscr");
    terminal.presses("Tab");
    terminal.shows("the method", |screen| {
        screen.contains("sim> m.clouds[0].subscription  ")
    });
}

#[test]
fn what_the_live_account_has_completes_by_id_and_by_name() {
    if !terminal::is_there() {
        return;
    }
    let server = Server::start();
    let found = Mw::new([
        "--url",
        server.url(),
        "eval",
        r#"let c = cloud("Bare metal"); `${c.id} ${c.nodes()[0].uuid}`"#,
    ])
    .env("OPENMETAL_API_KEY", "sim")
    .any_stdout()
    .run();
    let (cloud, node) = found.stdout.trim().split_once(' ').unwrap();
    let variables = format!("OPENMETAL_API_URL={} OPENMETAL_API_KEY=sim", server.url());
    let terminal = Terminal::of(&variables, "repl");
    terminal.shows("the prompt", |screen| screen.ends_with("\ndefault>"));
    // By what it is called, where either will do.
    terminal.types("cloud(\"ba");
    terminal.completes(|screen| screen.contains(r#"default> cloud("Bare metal""#));
    // By its id, where that is what is taken: found by its name all the same.
    terminal.presses("C-u");
    terminal.types("cloud_stats(\"ba");
    terminal.completes(|screen| screen.contains(&format!("default> cloud_stats(\"{cloud}\"")));
    terminal.presses("C-u");
    terminal.types(&format!("cloud(\"{cloud}\").node(\"{}", &node[..8]));
    terminal.completes(|screen| screen.contains(&format!("node(\"{node}\"")));
    // What is looked up behind the scenes is looked up, and nothing else is done.
    for call in server.calls() {
        let is_read = matches!(
            &*call.operation,
            "token" | "clouds" | "cloud" | "cloud_stats"
        );
        assert!(is_read, "{call:?}");
    }
}

#[test]
fn what_an_account_that_is_gone_has_keeps_nobody_from_typing() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::of(
        "OPENMETAL_API_URL=http://127.0.0.1:9 OPENMETAL_API_KEY=none",
        "repl",
    );
    terminal.shows("the prompt", |screen| screen.ends_with("\ndefault>"));
    terminal.types("cloud(\"a");
    terminal.presses("Tab");
    terminal.types("b\"); 40 + 2");
    terminal.presses("C-a");
    terminal.types("41 + 1 //");
    terminal.presses("Enter");
    terminal.shows("the answer", |screen| screen.contains("\n42\n"));
}

#[test]
fn a_place_that_takes_words_offers_them() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::new();
    terminal.answers("Ctrl-D leaves");
    terminal.enters(r#"let n = cloud("Bare metal").nodes()[0]; 7"#);
    terminal.answers("\n7\n");
    terminal.types(r#"wait_for(n, "reb"#);
    terminal.presses("Tab");
    terminal.shows("the state", |screen| {
        screen.contains(r#"sim> wait_for(n, "rebooting""#)
    });
    terminal.types(", #{ev");
    terminal.presses("Tab");
    terminal.shows("the option", |screen| {
        screen.contains(r#""rebooting", #{every: "#)
    });
    terminal.presses("C-u");
    terminal.types("order(#{lab");
    terminal.presses("Tab");
    terminal.shows("the field", |screen| screen.contains("order(#{label: "));
    terminal.presses("C-u");
    terminal.types(r#"import "rol"#);
    terminal.presses("Tab");
    terminal.shows("the module", |screen| {
        screen.contains(r#"import "rolling""#)
    });
}

#[test]
fn a_line_is_coloured_and_a_call_says_what_it_takes() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::new();
    terminal.answers("Ctrl-D leaves");
    terminal.types("wait_for(");
    terminal.shows("what it takes", |screen| {
        screen.contains("sim> wait_for(cloud | order | node, state: string")
    });
    terminal.presses("C-u");
    terminal.types("let a = \"b\"");
    terminal.shows("the line", |screen| screen.ends_with("sim> let a = \"b\""));
    let colours = terminal.colours();
    assert!(colours.contains("\u{1b}[32m\"b\""), "{colours:?}");
    // Nothing of it stays where there are no colours.
    let plain = Terminal::of("NO_COLOR=1", "--sim repl");
    plain.answers("Ctrl-D leaves");
    plain.types("let a = f(\"b\"");
    plain.shows("the line", |screen| {
        screen.ends_with("sim> let a = f(\"b\"")
    });
    assert!(
        !plain.colours().contains("\u{1b}[3"),
        "{:?}",
        plain.colours()
    );
}

/// Lines piped to a prompt on the simulated account.
fn piped(lines: &str) -> Mw {
    Mw::new(["--sim", "repl"]).stdin(lines)
}

#[test]
fn lines_from_a_pipe_print_results_without_prompts() {
    piped("40 + 2\nfn double(n) {\n  n * 2\n}\ndouble(_)\n_1 + 1\nlet quiet = 1;\nclouds().len()")
        .stdout("42\n84\n43\n2\n")
        .run();
}

#[test]
fn the_first_line_from_a_pipe_that_fails_is_the_last() {
    let folder = Folder::new();
    let made = folder.path().join("made.rhai");
    let lines = format!("1\nclowds()\n:save {}\n", made.display());
    let done = piped(&lines).stdout("1\n").any_stderr().code(2).run();
    assert!(
        done.stderr.contains("did you mean `clouds`?"),
        "{}",
        done.stderr
    );
    assert!(!made.exists());
    piped("fn open() {\n 1").any_stderr().code(2).run();
    piped("exit(9)\n1\n").code(9).run();
}

#[test]
fn what_a_line_is_known_to_be_counts_for_the_lines_after_it() {
    // Refused before anything is sent: the first line's cloud is known to be one.
    let lines = "let c = clouds()[0];\nprint(\"sent\"); c.lable\n";
    let done = piped(lines).any_stderr().code(2).run();
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
    let done = piped(&lines).any_stdout().any_stderr().run();
    assert!(done.stdout.ends_with("\n5\n8\n"), "{}", done.stdout);
    let path = made.to_str().unwrap();
    Mw::new(["--sim", "run", path]).stdout("8\n").run();
    Mw::new(["check", path]).any_stderr().any_stdout().run();
    // Nothing is overwritten.
    let text = fs::read_to_string(&made).unwrap();
    let done = piped(&format!("1\n:save {path}\n"))
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
    piped(
        ":vars\nlet n = 2\nfn twice(x) { x * 2 }\n:vars\n:type clouds()\n:type clouds()[0].label\n",
    )
    .stdout(
        "nothing is declared yet\n\
             n                int            2\n\
             twice            twice(x)\n\
             [Cloud]\nstring\n",
    )
    .run();
    piped("[1, 2] | json\n:json #{a: 1}\n:table\n")
        .stdout("[\n  1,\n  2\n]\n{\n  \"a\": 1\n}\nfield  value\na      1\n")
        .run();
    let done = piped(":sav x\n").any_stderr().code(2).run();
    assert!(
        done.stderr.contains("did you mean `:save`?"),
        "{}",
        done.stderr
    );
    let done = piped(":json\n").any_stderr().code(2).run();
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
    piped(&lines).stdout("1\n4\n").run();
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
    piped(&lines).stdout("2\n3\n4\n").run();
    // However its path is written, what a module does when it is imported is done once; read again,
    // once more.
    let beside = "print(\"once\"); fn two() { 2 }";
    let own = "import \"./beside\" as beside;";
    let lines = ":load ./own.rhai\nbeside::two()\n:load ././own.rhai\n:reload\nbeside::two()\n";
    piped(lines)
        .file("own.rhai", own)
        .file("beside.rhai", beside)
        .stdout("once\n2\nonce\n2\n")
        .run();
    piped(":load nowhere.rhai\n").any_stderr().code(2).run();
}

#[test]
fn functions_and_imports_go_on_after_a_reload() {
    let lines = "fn count() { clouds().len() }\nlet ask = || clouds().len();\nimport \"rolling\" as r;\n:reload\n\
                 count() + ask.call() + r::batches(_c(), 2).len()\n";
    let lines = lines.replace("_c()", "cloud(\"Bare metal\").nodes()");
    piped(&lines).stdout("7\n").run();
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
