//! What the prompt offers and shows while a line is typed.

use crate::stage::mw::Mw;
use crate::stage::server::Server;
use crate::stage::terminal::{self, Terminal};

#[test]
fn tab_completes_methods_by_type() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
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
fn members_complete_by_the_value_that_is_there() {
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
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
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
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
    let Some(terminal) = Terminal::at_prompt("") else {
        return;
    };
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
