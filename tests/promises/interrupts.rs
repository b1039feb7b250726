//! Ctrl-C stops a script wherever it is, its cleanups run, and the exit code says so.

use crate::stage::mw::Mw;
use crate::stage::page::Silence;
use crate::stage::process::Process;
use crate::stage::server::Server;

const INTERRUPTED: &str = "error: interrupted\n";

/// Interrupts a call and looks at what it says after that.
#[track_caller]
fn interrupt(process: Process, stderr: &str) -> String {
    process.signal("INT");
    let ended = process.end();
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (Some(130), stderr),
        "stdout: {:?}",
        ended.stdout
    );
    ended.stdout
}

#[test]
fn a_loop_that_never_ends() {
    let mut process = Mw::eval(r#"print("ready"); while true {}"#).start();
    process.says("ready");
    interrupt(process, INTERRUPTED);
}

#[test]
fn a_loop_that_calls_natives_only() {
    let line = r#"print("ready"); while true { clouds().sort_by("label"); }"#;
    let mut process = Mw::eval(line).start();
    process.says("ready");
    interrupt(process, INTERRUPTED);
}

/// What a list does with a function, item by item: no step of the script's own is taken meanwhile.
const FUNCTIONS: &[&str] = &[
    "map(|x| seen(x))",
    "filter(|x| seen(x) == 0)",
    "where(|x| seen(x) == 0)",
    "for_each(|| seen(this))",
    "reduce(|sum, x| seen(x))",
    "index_of(|x| seen(x) == 2)",
    "find(|x| seen(x) == 2)",
    "some(|x| seen(x) == 2)",
    "all(|x| seen(x) < 2)",
    "retain(|x| seen(x) < 2)",
    "drain(|x| seen(x) == 2)",
    "sort(|x, y| seen(x) < seen(y))",
    "order(|x, y| seen(x) < seen(y))",
    "order_by(|x, y| seen(x) < seen(y))",
    "dedup(|x, y| seen(x) < 0)",
    "sort_by(|x| seen(x))",
    "group_by(|x| seen(x))",
    "count_by(|x| seen(x))",
    "sum_by(|x| seen(x))",
    "unique(|x| seen(x))",
];

#[test]
fn a_list_that_a_function_goes_through() {
    for function in FUNCTIONS {
        // It would be over after seconds: nothing but the interrupt can keep it from saying so.
        let line = format!(
            r#"
            fn seen(x) {{ if x == 1 {{ print("ready"); }} x }}
            let list = [];
            list.pad(2_000_000, 0);
            list[0] = 1;
            list.{function};
            print("over");
            "#
        );
        let mut process = Mw::eval(&line).start();
        process.says("ready");
        let stdout = interrupt(process, INTERRUPTED);
        assert!(!stdout.contains("over"), "{function}");
    }
}

#[test]
fn a_pause_of_an_hour() {
    let server = Server::start();
    let mut process = Mw::new(["eval", r#"clouds(); print("ready"); sleep("1h")"#])
        .account(server.url())
        .start();
    process.says("ready");
    interrupt(process, INTERRUPTED);
}

#[test]
fn a_pause_before_any_call() {
    let mut process = Mw::new(["eval", r#"print("ready"); sleep("1h")"#])
        .account("http://127.0.0.1:9")
        .start();
    process.says("ready");
    interrupt(process, INTERRUPTED);
}

#[test]
fn a_wait_for_a_state() {
    let server = Server::with(&["--speed", "0"]);
    let line = r#"wait_for(cloud("Bare metal"), "in_progress")"#;
    let mut process = Mw::new(["eval", line]).account(server.url()).start();
    process.notes("waiting for cloud");
    interrupt(
        process,
        "waiting for cloud \"Bare metal\" to be `in_progress`: complete\nerror: interrupted\n",
    );
}

#[test]
fn a_request_in_flight() {
    let silence = Silence::serve();
    let process = Mw::new(["eval", "clouds()"])
        .env("OPENMETAL_API_URL", silence.url())
        .env("OPENMETAL_API_KEY", "key")
        .start();
    assert_eq!(silence.asked(), "GET /v1/clouds HTTP/1.1");
    interrupt(process, INTERRUPTED);
}

#[test]
fn a_command_cut_off_says_what_may_have_happened_and_what_to_do() {
    let silence = Silence::serve();
    let process = Mw::new(["--allow", "destroy", "call", "delete_vlan", "vlan=0Absd1"])
        .env("OPENMETAL_API_URL", silence.url())
        .env("OPENMETAL_API_KEY", "key")
        .start();
    assert_eq!(silence.asked(), "DELETE /v1/vlans/0Absd1 HTTP/1.1");
    interrupt(
        process,
        "error: cancelled: `delete vlan 0Absd1` was sent and may have been carried out; the API's \
         answer was not seen\n  help: look at the account before calling delete_vlan again: it is \
         not repeated for you\n",
    );
}

#[test]
fn a_call_cut_off_says_what_may_have_happened() {
    let silence = Silence::serve();
    let process = Mw::new(["--allow", "destroy", "eval", r#"delete_vlan("0Absd1")"#])
        .env("OPENMETAL_API_URL", silence.url())
        .env("OPENMETAL_API_KEY", "key")
        .start();
    assert_eq!(silence.asked(), "DELETE /v1/vlans/0Absd1 HTTP/1.1");
    interrupt(
        process,
        "warning: `delete vlan 0Absd1` was sent and may have been carried out; the API's answer was \
         not seen\nerror: interrupted\n",
    );
}

#[test]
fn the_branches_of_parallel() {
    let silence = Silence::serve();
    let line = r#"parallel(["a", "b", "c"], |id| delete_vlan(id))"#;
    let process = Mw::new(["--allow", "read,destroy", "eval", line])
        .env("OPENMETAL_API_URL", silence.url())
        .env("OPENMETAL_API_KEY", "key")
        .start();
    let mut asked = [silence.asked(), silence.asked(), silence.asked()];
    asked.sort();
    assert_eq!(asked[0], "DELETE /v1/vlans/a HTTP/1.1");
    process.signal("INT");
    let ended = process.end();
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
}

#[test]
fn parallel_loops_that_never_end() {
    let line = "parallel([1, 2, 3], |n| { print(`ready ${n}`); while true {} })";
    // Simulated time would let one branch after the other work.
    let mut process = Mw::new(["eval", line])
        .account("http://127.0.0.1:9")
        .start();
    for _ in 0..3 {
        process.says("ready");
    }
    interrupt(process, INTERRUPTED);
}

#[test]
fn cleanups_run() {
    let line = r#"
        ensure(
            || { print("ready"); while true {} },
            || print(`tidied ${clouds().len()} clouds`)
        );
        print("never");
    "#;
    let mut process = Mw::eval(line).start();
    process.says("ready");
    let stdout = interrupt(process, INTERRUPTED);
    assert_eq!(stdout, "ready\ntidied 2 clouds\n");
}

#[test]
fn cleanups_of_branches_run() {
    let line = "
        parallel([1, 2], |n| ensure(
            || { print(`ready ${n}`); while true {} },
            || print(`tidied ${n}`)
        ));
    ";
    // Simulated time would let one branch after the other work.
    let mut process = Mw::new(["eval", line])
        .account("http://127.0.0.1:9")
        .start();
    process.says("ready");
    process.says("ready");
    let stdout = interrupt(process, INTERRUPTED);
    assert!(stdout.contains("tidied 1\n"), "{stdout}");
    assert!(stdout.contains("tidied 2\n"), "{stdout}");
}

#[test]
fn scripts_cannot_catch_it() {
    let line = r#"
        print("ready");
        loop { try { while true {} } catch { print("caught"); } attempt(|| { while true {} }); }
    "#;
    let mut process = Mw::eval(line).start();
    process.says("ready");
    assert_eq!(interrupt(process, INTERRUPTED), "ready\n");
}

#[test]
fn a_second_interrupt_ends_a_cleanup_that_never_ends() {
    let line = r#"
        ensure(|| { print("ready"); while true {} }, || { print("tidying"); while true {} });
    "#;
    let mut process = Mw::eval(line).start();
    process.says("ready");
    process.signal("INT");
    process.says("tidying");
    process.signal("INT");
    assert_eq!(process.end().code, Some(130));
}

#[test]
fn termination_that_is_told_twice_at_once_does_not_cut_off_the_cleanup() {
    // As `timeout` does it: the process is told, and the group it is in.
    let line = r#"
        ensure(|| { print("ready"); while true {} }, || {
            print("tidying");
            let i = 0;
            while i < 200_000 { i += 1; }
            print("tidied");
        });
    "#;
    let mut process = Mw::eval(line).start();
    process.says("ready");
    process.signal("TERM");
    process.signal("TERM");
    let ended = process.end();
    assert_eq!(ended.code, Some(130));
    assert!(ended.stdout.ends_with("tidied\n"), "{}", ended.stdout);
}

#[test]
fn whoever_insists_on_termination_ends_a_cleanup_that_never_ends() {
    let line = r#"
        ensure(|| { print("ready"); while true {} }, || { print("tidying"); while true {} });
    "#;
    let mut process = Mw::eval(line).start();
    process.says("ready");
    process.signal("TERM");
    process.says("tidying");
    assert_eq!(process.insists("TERM").code, Some(130));
}

#[test]
fn termination_is_heard_too() {
    let mut process = Mw::eval(r#"print("ready"); while true {}"#).start();
    process.says("ready");
    process.signal("TERM");
    assert_eq!(process.end().code, Some(130));
}

#[test]
fn a_cleanup_goes_on_when_nobody_reads_any_more() {
    let line = r#"
        mw --sim eval 'ensure(
            || loop { print("line"); },
            || { print("cleaning"); warn("cleaned"); }
        )' | head -n 1
    "#;
    Mw::shell(line)
        .stdout("line\n")
        .stderr("sim 08:00:00  warning: cleaned\n")
        .run();
}
