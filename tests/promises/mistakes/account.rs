//! Mistakes about the account: credentials, permissions, servers that do not answer.

use std::net::TcpListener;

use super::value;
use crate::stage::mw::Mw;
use crate::stage::page::Page;
use crate::stage::server::Server;

#[test]
fn a_missing_credential() {
    Mw::new(["eval", "clouds()"])
        .stderr(
            r#"error: could not read clouds: the profile "default" has no credentials
  --> <eval>:1:1
   |
 1 | clouds()
   | ^^^^^^
  help: run `mw auth login`, or set OPENMETAL_API_KEY, or try it on the simulator with --sim
"#,
        )
        .code(3)
        .run();
}

#[test]
fn a_credential_that_is_no_text_is_not_taken_for_none() {
    Mw::shell("OPENMETAL_API_KEY=$(printf '\\377key') mw eval 'clouds()'")
        .stderr(
            "error: the variable OPENMETAL_API_KEY is not UTF-8 text
  help: set OPENMETAL_API_KEY anew, or unset it\n",
        )
        .code(2)
        .run();
}

#[test]
fn a_model_that_is_not_named_is_not_the_one_that_is_built_in() {
    Mw::shell("mw --sim=$MODEL eval 'clouds()'")
        .stderr(
            "error: --sim: it names no file
  help: leave out the = for the account that is built in\n",
        )
        .code(2)
        .run();
}

#[test]
fn a_profile_that_cannot_be_is_not_suggested() {
    Mw::new(["--profile", "a b", "eval", "1"])
        .stderr(
            "error: there is no profile \"a b\", which --profile names
  help: use letters, digits, `-`, `_` and `.`, 64 at most, and none of `.` first\n",
        )
        .code(2)
        .run();
}

#[test]
fn a_mutating_call_without_credentials_is_refused_for_its_effect() {
    Mw::new(["eval", r#"delete_cloud("0Absd1")"#])
        .stderr(r#"error: could not delete cloud 0Absd1: its effect is `destroy`, which is not granted to this run, and there is no terminal to ask at
  --> <eval>:1:1
   |
 1 | delete_cloud("0Absd1")
   | ^^^^^^^^^^^^
  help: grant it with --allow destroy, only this operation with --allow delete_cloud, or only here with --allow destroy@cloud:0Absd1
"#)
        .code(4)
        .run();
}

/// An address where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[test]
fn a_server_that_cannot_be_reached() {
    let address = nobody();
    Mw::new(["--quiet", "eval", "clouds()"])
        .account(&format!("http://{address}"))
        .hide(&address, "ADDR")
        .stderr("error: could not read clouds: no access token could be had: cannot connect to ADDR: Connection refused (os error 111)
  --> <eval>:1:1
   |
 1 | clouds()
   | ^^^^^^
  help: check the address (OPENMETAL_API_URL) and the network; `--sim` needs neither
")
        .code(1)
        .run();
}

#[test]
fn an_answer_that_is_not_json() {
    let page = Page::serve("text/html", "<html><title>Sign in</title></html>");
    Mw::new(["--quiet", "eval", "clouds()"])
        .env("OPENMETAL_API_URL", page.url())
        .env("OPENMETAL_API_KEY", "key")
        .stderr(r#"error: could not read clouds: the answer makes no sense: it is the web page "Sign in", not JSON
  --> <eval>:1:1
   |
 1 | clouds()
   | ^^^^^^
  help: check that OPENMETAL_API_URL names the API itself and not a page in front of it
"#)
        .code(1)
        .run();
}

#[test]
fn credentials_that_are_refused() {
    let server = Server::start();
    Mw::new(["eval", "clouds()"])
        .env("OPENMETAL_API_URL", server.url())
        .env("OPENMETAL_API_KEY", "stolen")
        .stderr("error: could not read clouds: 401 Unauthorized (unauthenticated): Invalid or missing credentials.
  --> <eval>:1:1
   |
 1 | clouds()
   | ^^^^^^
  help: the API does not accept these credentials: `mw auth status` shows where they come from
")
        .code(3)
        .run();
}

#[test]
fn what_is_not_permitted_is_not_sent() {
    let server = Server::start();
    let line = r#"let c = cloud("Bare metal"); c.delete()"#;
    Mw::new(["eval", line])
        .account(server.url())
        .hide(&value(r#"cloud("Bare metal").id"#), "ID")
        .stderr(r#"error: could not delete cloud ID: its effect is `destroy`, which is not granted to this run, and there is no terminal to ask at
  --> <eval>:1:32
   |
 1 | let c = cloud("Bare metal"); c.delete()
   |                                ^^^^^^
  help: grant it with --allow destroy, only this operation with --allow delete_cloud, or only here with --allow destroy@cloud:ID
"#)
        .code(4)
        .run();
    let sent: Vec<String> = server
        .calls()
        .into_iter()
        .map(|call| call.operation)
        .collect();
    assert_eq!(sent, ["token", "clouds"]);
}

#[test]
fn what_is_denied_is_not_sent_whatever_else_is_allowed() {
    let server = Server::start();
    Mw::new([
        "--allow",
        "destroy",
        "--deny",
        "delete_cloud",
        "call",
        "delete_cloud",
        "cloud=0Absd1",
    ])
    .account(server.url())
    .stderr(
        "error: could not delete cloud 0Absd1: `delete_cloud` is denied to this run by --deny
  help: take `delete_cloud` off --deny to allow it
",
    )
    .code(4)
    .run();
    assert!(server.calls().is_empty(), "{:?}", server.calls());
}

#[test]
fn a_malformed_call_is_not_sent() {
    let server = Server::start();
    for line in [
        r#"create_vlan(#{lable: "x", pod_location: "pod_1", vlan_type: "internal"})"#,
        r#"create_vlan(#{label: "x", pod_location: "pod_1", vlan_type: "external"})"#,
        r#"create_vlan(#{label: "x"})"#,
        r#"set_power("0Absd1", "6a9d", "rebooted")"#,
        r"place_order(#{})",
    ] {
        Mw::new(["--allow", "read,change,disrupt,destroy,spend", "eval", line])
            .account(server.url())
            .any_stderr()
            .code(2)
            .run();
    }
    assert!(server.calls().is_empty(), "{:?}", server.calls());
}
