//! What takes its time is seen on a terminal, told in lines elsewhere, and leaves nothing behind.

use crate::stage::mw::Mw;
use crate::stage::server::Server;
use crate::stage::terminal::{self, Terminal};

/// A wait that never ends, of an account in which no time passes.
const WAIT: &str = r#"eval 'print("above"); wait_for(cloud("Bare metal").nodes()[0], "power off", #{timeout: "10m"})'"#;

/// What only a drawing has.
const SPINNER: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

fn account(server: &Server, more: &str) -> String {
    format!(
        "OPENMETAL_API_URL='{}' OPENMETAL_API_KEY=sim {more}",
        server.url()
    )
}

fn is_drawn(screen: &str) -> bool {
    screen.contains(SPINNER)
}

#[test]
fn a_wait_is_drawn_on_a_terminal_and_gone_after_ctrl_c() {
    if !terminal::is_there() {
        return;
    }
    let server = Server::with(&["--speed", "0"]);
    let terminal = Terminal::staying(&account(&server, ""), WAIT);
    let screen = terminal.shows("the wait", |screen| {
        is_drawn(screen) && screen.contains("1s of 10m")
    });
    let line = "wait_for node bold-fox: power on → power off";
    assert!(screen.contains(line), "{screen}");
    assert!(screen.starts_with("above\n"), "{screen}");
    assert!(terminal.colours().contains("\u{1b}["));
    terminal.presses("C-c");
    let screen = terminal.shows("its end", |screen| screen.ends_with("exit 130"));
    assert!(!is_drawn(&screen), "{screen}");
    assert_eq!(
        screen.trim_end(),
        "above\nwaiting for node bold-fox to be `power off`: power on\nerror: interrupted\nexit 130"
    );
}

#[test]
fn lines_stand_above_what_is_drawn_and_none_is_torn() {
    if !terminal::is_there() {
        return;
    }
    let server = Server::start();
    let line = r#"eval 'for done in 0..30 { progress(done, 30, "copied"); sleep(0.1); if done % 2 == 0 { print(`out ${done}`) } else { info(`err ${done}`) } }'"#;
    let terminal = Terminal::staying(&account(&server, ""), line);
    let screen = terminal.shows("the drawing", |screen| {
        is_drawn(screen) && screen.contains("out 10")
    });
    // On a busy machine a pause may last long enough to be drawn below it.
    let mut drawn = screen.lines().filter(|line| line.contains("copied"));
    let is_whole = |line: &str| line.contains(" of 30, ") && line.contains("━─");
    assert!(drawn.next().is_some_and(is_whole), "{screen}");
    let screen = terminal.shows("its end", |screen| screen.ends_with("exit 0"));
    let mut lines: Vec<String> = (0..30)
        .map(|n| format!("{} {n}", if n % 2 == 0 { "out" } else { "err" }))
        .collect();
    lines.push("exit 0".to_owned());
    assert_eq!(screen.trim_end().lines().collect::<Vec<_>>(), lines);
}

#[test]
fn branches_are_counted_while_they_work() {
    if !terminal::is_there() {
        return;
    }
    let server = Server::start();
    let line = "eval 'parallel([0, 0, 7200, 7200], |n| sleep(n)); 1'";
    let terminal = Terminal::staying(&account(&server, ""), line);
    // What takes its time is drawn once it has.
    let screen = terminal.shows("both branches", |screen| {
        screen.matches(" of 2h, 2h left").count() == 2
    });
    assert!(
        screen.contains(" parallel  ━━━━━━━━━━──────────  2 of 4, "),
        "{screen}"
    );
}

#[test]
fn a_question_has_the_terminal_to_itself() {
    if !terminal::is_there() {
        return;
    }
    let server = Server::start();
    let line = r#"eval 'parallel([1, 2], |n| { if n == 1 { sleep("1h") } else { sleep("1s"); cloud("Bare metal").nodes()[0].reboot() } })'"#;
    let terminal = Terminal::staying(&account(&server, ""), line);
    terminal.shows("the branches", is_drawn);
    let asked = |screen: &str| screen.contains("disrupt: reboot");
    let screen = terminal.shows("the question", asked);
    assert!(!is_drawn(&screen), "{screen}");
    assert!(screen.trim_end().ends_with("[n]o:"), "{screen}");
    // As long as it stands there, nothing is drawn.
    let screen = terminal.shows("the question", asked);
    assert!(!is_drawn(&screen), "{screen}");
    terminal.enters("n");
    let screen = terminal.shows("its end", |screen| screen.ends_with("exit 4"));
    assert!(!is_drawn(&screen), "{screen}");
}

/// What a terminal shows of a wait that it may not draw.
#[track_caller]
fn undrawn(variables: &str, options: &str) -> String {
    let server = Server::start();
    let line = format!(
        r#"{options} eval 'progress(1, 4, "copied"); sleep("1s"); progress(2, 4, "copied"); sleep("1s"); print("done")'"#
    );
    let terminal = Terminal::staying(&account(&server, variables), &line);
    let mut drawn = false;
    let screen = terminal.shows("its end", |screen| {
        drawn |= is_drawn(screen);
        screen.ends_with("exit 0")
    });
    assert!(!drawn, "{screen}");
    screen.trim_end().to_owned()
}

#[test]
fn a_dumb_terminal_and_a_quiet_call_are_drawn_nothing() {
    if !terminal::is_there() {
        return;
    }
    assert_eq!(
        undrawn("TERM=dumb", ""),
        "copied: 1 of 4\ncopied: 2 of 4\ndone\nexit 0"
    );
    assert_eq!(undrawn("", "--quiet"), "done\nexit 0");
}

#[test]
fn without_colours_it_is_drawn_in_none() {
    if !terminal::is_there() {
        return;
    }
    let server = Server::with(&["--speed", "0"]);
    for (variables, options) in [("NO_COLOR=1", ""), ("", "--color never")] {
        let line = format!("{options} {WAIT}");
        let terminal = Terminal::staying(&account(&server, variables), &line);
        terminal.shows("the wait", is_drawn);
        let colours = terminal.colours();
        assert!(!colours.contains('\u{1b}'), "{colours:?}");
    }
}

#[test]
fn in_a_pipe_each_tenth_is_a_line() {
    Mw::eval(r#"for done in 0..=40 { progress(done, 40, "copied"); sleep("1m") }"#)
        .stderr(
            "sim 08:00:00  copied: 0 of 40\nsim 08:04:00  copied: 4 of 40\n\
             sim 08:08:00  copied: 8 of 40\nsim 08:12:00  copied: 12 of 40\n\
             sim 08:16:00  copied: 16 of 40\nsim 08:20:00  copied: 20 of 40\n\
             sim 08:24:00  copied: 24 of 40\nsim 08:28:00  copied: 28 of 40\n\
             sim 08:32:00  copied: 32 of 40\nsim 08:36:00  copied: 36 of 40\n\
             sim 08:40:00  copied: 40 of 40\n",
        )
        .run();
    // Nothing is said of what is only drawn, and nothing at all to whoever wants quiet.
    Mw::eval("parallel([1, 2, 3], |n| sleep(n)).len()")
        .stdout("3\n")
        .run();
    Mw::new(["--sim", "--quiet", "eval", "progress(1, 2)"]).run();
}

#[test]
fn simulated_time_takes_none_and_is_not_drawn() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::staying("", r#"--sim eval 'sleep("3h"); print(now())'"#);
    let mut drawn = false;
    let screen = terminal.shows("its end", |screen| {
        drawn |= is_drawn(screen);
        screen.ends_with("exit 0")
    });
    assert!(!drawn, "{screen}");
    assert_eq!(screen.trim_end(), "2026-01-15T11:00:00Z\nexit 0");
}

#[test]
fn counts_that_cannot_be_are_a_mistake() {
    let done = Mw::eval("progress(-1, 4)").code(1).any_stderr().run();
    assert!(
        done.stderr
            .contains("progress counts parts: -1 of 4 cannot be"),
        "{}",
        done.stderr
    );
}
