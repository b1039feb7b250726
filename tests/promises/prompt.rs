//! The prompt, in a real terminal.

use crate::stage::terminal::{self, Terminal};

#[test]
fn it_greets_and_answers_and_is_left_with_ctrl_d() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::new();
    let screen = terminal.answers("on the embedded simulator: nothing here is real");
    assert!(
        screen.contains("?name explains, Tab completes, Ctrl-D leaves"),
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
    terminal.enters(r#"let c = cloud("Bare metal");"#);
    terminal.shows("the prompt again", |screen| screen.ends_with("\nsim>"));
    // Of a cloud, one name begins like this.
    terminal.types("c.subscr");
    terminal.presses("Tab");
    terminal.shows("the completed name", |screen| {
        screen.ends_with("sim> c.subscription")
    });
    terminal.presses("C-u");
    // Of a node, several: they are listed, and none is a cloud's.
    terminal.enters("let n = c.nodes()[0];");
    terminal.shows("the prompt again", |screen| screen.ends_with("\nsim>"));
    terminal.types("n.power_o");
    terminal.presses("Tab");
    terminal.presses("Tab");
    let screen = terminal.shows("the list", |screen| screen.contains("power_off"));
    assert!(screen.contains("power_on"), "{screen}");
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
