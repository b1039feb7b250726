//! Bad input gets a sentence, the place, what to do next and the exit code of its kind; nothing that
//! changes the account is sent on a malformed call.
//!
//! What is shown is compared word by word.

use std::net::TcpListener;

use crate::stage::mw::Mw;
use crate::stage::page::Page;
use crate::stage::server::Server;

#[test]
fn a_script_that_does_not_parse() {
    Mw::new(["--sim", "run", "clouds.rhai"])
        .file(
            "clouds.rhai",
            "for c in clouds() {
    print(c.label;
}
",
        )
        .stderr(
            "error: `,` is missing to separate the arguments to function call 'print'
  --> clouds.rhai:2:18
   |
 2 |     print(c.label;
   |                  ^
",
        )
        .code(2)
        .run();
}

#[test]
fn a_text_that_is_never_closed() {
    Mw::eval(r#"print("hello)"#)
        .stderr(
            r#"error: this text is never closed
  --> <eval>:1:7
   |
 1 | print("hello)
   |       ^
  help: close it with the quote it began with; only `…` may go over several lines
"#,
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_function_before_anything_ran() {
    Mw::new(["--sim", "run", "late.rhai"])
        .file(
            "late.rhai",
            r#"print("first");
let all = cluods();
"#,
        )
        .stderr(
            "error: there is no function `cluods`
  --> late.rhai:2:11
   |
 2 | let all = cluods();
   |           ^^^^^^
  help: did you mean `clouds`?
",
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_method() {
    Mw::eval(r#"cloud("Bare metal").nodes()[0].reboote()"#)
        .stderr(
            r#"error: there is no method `reboote`
  --> <eval>:1:32
   |
 1 | cloud("Bare metal").nodes()[0].reboote()
   |                                ^^^^^^^
  help: did you mean `reboot`?
"#,
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_variable() {
    Mw::eval("let clouds_here = 1; cloud_here")
        .stderr(
            "error: there is no variable `cloud_here` here
  --> <eval>:1:22
   |
 1 | let clouds_here = 1; cloud_here
   |                      ^^^^^^^^^^
  help: did you mean `clouds_here`?
",
        )
        .code(2)
        .run();
}

#[test]
fn a_variable_that_a_function_does_not_see() {
    Mw::eval("let x = 5; fn f() { x } f()")
        .stderr(
            "error: there is no variable `x` here
  --> <eval>:1:21
   |
 1 | let x = 5; fn f() { x } f()
   |                     ^
  help: functions do not see variables outside them: pass `x` as an argument, or use a closure
",
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_field() {
    Mw::new(["--sim", "run", "field.rhai"])
        .file(
            "field.rhai",
            r#"let c = cloud("Bare metal");
print(c.lable);
"#,
        )
        .stderr(
            "error: Cloud has no field `lable`
  --> field.rhai:2:9
   |
 2 | print(c.lable);
   |         ^^^^^
  help: did you mean `label`?
",
        )
        .code(1)
        .run();
}

#[test]
fn a_field_that_cannot_be_set() {
    Mw::eval(r#"let c = cloud("Bare metal"); c.label = "x""#)
        .stderr(
            r#"error: `label` cannot be set: Cloud is what the API answered
  --> <eval>:1:32
   |
 1 | let c = cloud("Bare metal"); c.label = "x"
   |                                ^^^^^
"#,
        )
        .code(1)
        .run();
}

#[test]
fn a_wrong_argument_of_an_operation() {
    Mw::eval("cloud(#{})")
        .stderr(
            "error: cloud: `cloud` must be a Cloud, not a map
  --> <eval>:1:1
   |
 1 | cloud(#{})
   | ^^^^^
",
        )
        .code(1)
        .run();
}

#[test]
fn a_wrong_argument_of_a_builtin() {
    Mw::eval(r#"cloud("Bare metal").wait_for(7)"#)
        .stderr(r#"error: `wait_for` does not take Cloud, int
  --> <eval>:1:21
   |
 1 | cloud("Bare metal").wait_for(7)
   |                     ^^^^^^^^
  help: call it as wait_for(cloud | order | node, state: string, #{timeout, every}?) -> the same, as it is then
"#)
        .code(1)
        .run();
}

#[test]
fn a_method_of_another_type() {
    Mw::eval(r#"cloud("Bare metal").update(#{label: "x"})"#)
        .stderr(
            r#"error: `update` does not take Cloud, map
  --> <eval>:1:21
   |
 1 | cloud("Bare metal").update(#{label: "x"})
   |                     ^^^^^^
  help: it is a method of Configuration, Vlan, IpBlock, IpAddress, PublicKey, Organization, Member
"#,
        )
        .code(1)
        .run();
}

#[test]
fn too_many_arguments() {
    Mw::eval("clouds(1)")
        .stderr(
            "error: `clouds` is called with 1 argument, which is too many
  --> <eval>:1:1
   |
 1 | clouds(1)
   | ^^^^^^
  help: call it as clouds() -> [Cloud]
",
        )
        .code(2)
        .run();
}

#[test]
fn a_duration_that_is_none() {
    Mw::eval(r#"sleep("ten minutes")"#)
        .stderr(
            r#"error: "ten minutes" is not a duration: expected number at 0
  --> <eval>:1:1
   |
 1 | sleep("ten minutes")
   | ^^^^^
  help: write it like "90s", "45m" or "1h 30m"
"#,
        )
        .code(1)
        .run();
}

#[test]
fn a_state_that_is_none() {
    Mw::eval(r#"wait_for(cloud("Bare metal"), "complet")"#)
        .stderr(
            r#"error: a cloud is never "complet"
  --> <eval>:1:1
   |
 1 | wait_for(cloud("Bare metal"), "complet")
   | ^^^^^^^^
  help: did you mean "complete"?
"#,
        )
        .code(1)
        .run();
}

#[test]
fn an_option_that_is_none() {
    Mw::eval("parallel([1], |x| x, #{limt: 2})")
        .stderr(
            "error: parallel has no option `limt`
  --> <eval>:1:1
   |
 1 | parallel([1], |x| x, #{limt: 2})
   | ^^^^^^^^
  help: did you mean `limit`?
",
        )
        .code(1)
        .run();
}

#[test]
fn an_ambiguous_label() {
    Mw::eval(r#"create_vlan(#{label: "app-tier", pod_location: "pod_1", vlan_type: "internal"});
vlan("app-tier")"#)
        .stderr(r#"error: 2 vlans are labelled "app-tier"
  --> <eval>:2:1
   |
 2 | vlan("app-tier")
   | ^^^^
  help: use the id of one of them: ZzV6Te7TLU (created 2026-01-15T08:00:00+00:00), rAwDgCbNGr (created 2026-01-15T08:00:00+00:00)
"#)
        .code(1)
        .run();
}

#[test]
fn a_label_that_is_nearly_right() {
    Mw::eval(r#"cloud("Bare metall")"#)
        .stderr(
            r#"error: no cloud has the id or label "Bare metall"
  --> <eval>:1:1
   |
 1 | cloud("Bare metall")
   | ^^^^^
  help: did you mean "Bare metal"?
"#,
        )
        .code(1)
        .run();
}

#[test]
fn an_id_that_does_not_exist() {
    Mw::eval(r#"delete_vlan("zzzzzzzzzz")"#)
        .stderr(r#"error: could not delete vlan zzzzzzzzzz: 404 Not Found (not_found): VLAN zzzzzzzzzz was not found
  --> <eval>:1:1
   |
 1 | delete_vlan("zzzzzzzzzz")
   | ^^^^^^^^^^^
  help: there is no such id: vlans() shows what exists
"#)
        .code(1)
        .run();
}

#[test]
fn an_unknown_field_of_a_body() {
    Mw::eval(r#"create_vlan(#{lable: "x", pod_location: "pod_1", vlan_type: "internal"})"#)
        .stderr(
            r#"error: create_vlan: `lable` is not a field of this operation
  --> <eval>:1:1
   |
 1 | create_vlan(#{lable: "x", pod_location: "pod_1", vlan_type: "internal"})
   | ^^^^^^^^^^^
  help: did you mean `label`?
"#,
        )
        .code(1)
        .run();
}

#[test]
fn a_missing_field_of_a_body() {
    Mw::eval(r#"create_vlan(#{label: "x", pod_location: "pod_1"})"#)
        .stderr(
            r#"error: create_vlan: `fields.vlan_type` is missing
  --> <eval>:1:1
   |
 1 | create_vlan(#{label: "x", pod_location: "pod_1"})
   | ^^^^^^^^^^^
  help: add vlan_type: "internal" | "routed"
"#,
        )
        .code(1)
        .run();
}

#[test]
fn a_field_of_a_body_of_the_wrong_type() {
    Mw::eval(r#"create_vlan(#{label: 7, pod_location: "pod_1", vlan_type: "internal"})"#)
        .stderr(
            r#"error: create_vlan: `label` must be a string, not 7
  --> <eval>:1:1
   |
 1 | create_vlan(#{label: 7, pod_location: "pod_1", vlan_type: "internal"})
   | ^^^^^^^^^^^
"#,
        )
        .code(1)
        .run();
}

#[test]
fn a_word_that_a_field_does_not_take() {
    Mw::eval(r#"create_vlan(#{label: "x", pod_location: "pod_1", vlan_type: "intrenal"})"#)
        .stderr(
            r#"error: create_vlan: `fields.vlan_type` must be "internal" or "routed", not "intrenal"
  --> <eval>:1:1
   |
 1 | create_vlan(#{label: "x", pod_location: "pod_1", vlan_type: "intrenal"})
   | ^^^^^^^^^^^
  help: did you mean "internal"?
"#,
        )
        .code(1)
        .run();
}

#[test]
fn an_error_in_a_module() {
    Mw::new(["--sim", "run", "main.rhai"])
        .file(
            "main.rhai",
            r#"import "./part" as part;
part::find("nowhere");
"#,
        )
        .file(
            "part.rhai",
            "fn find(label) {
    cloud(label)
}
",
        )
        .stderr(
            r#"error: no cloud has the id or label "nowhere"
  --> part.rhai:2:5
   |
 2 |     cloud(label)
   |     ^^^^^
  in `find` called at main.rhai:2:7
  help: clouds() lists them
"#,
        )
        .code(1)
        .run();
}

#[test]
fn an_error_in_a_parallel_branch() {
    Mw::eval(r#"parallel(["Bare metal", "nowhere"], |l| cloud(l), #{limit: 1})"#)
        .stderr(
            r#"error: no cloud has the id or label "nowhere"
  --> <eval>:1:41
   |
 1 | parallel(["Bare metal", "nowhere"], |l| cloud(l), #{limit: 1})
   |                                         ^^^^^
  in `|…|` called at <eval>:1:1
  help: clouds() lists them
"#,
        )
        .code(1)
        .run();
}

#[test]
fn a_module_that_does_not_exist() {
    Mw::eval(r#"import "rollin" as rolling;"#)
        .stderr(
            r#"error: cannot import rollin
  --> <eval>:1:8
   |
 1 | import "rollin" as rolling;
   |        ^^^^^^^^
  help: did you mean "rolling"?
"#,
        )
        .code(1)
        .run();
}

#[test]
fn a_failed_assertion() {
    Mw::eval("assert_eq(1, 2)")
        .stderr(
            "error: 1 is not 2
  --> <eval>:1:1
   |
 1 | assert_eq(1, 2)
   | ^^^^^^^^^
",
        )
        .code(1)
        .run();
}

#[test]
fn a_wait_that_takes_too_long() {
    Mw::new([
        "--sim",
        "--quiet",
        "eval",
        r#"wait_for(cloud("Bare metal"), "pending", #{timeout: "1h"})"#,
    ])
    .stderr(
        r#"error: cloud "Bare metal" was `complete` and not `pending` after 1h
  --> <eval>:1:1
   |
 1 | wait_for(cloud("Bare metal"), "pending", #{timeout: "1h"})
   | ^^^^^^^^
  help: give it longer with #{timeout: "2h"}, or look at why it takes so long
"#,
    )
    .code(7)
    .run();
}

#[test]
fn a_missing_credential() {
    Mw::new(["eval", "clouds()"])
        .stderr(
            r#"error: could not read clouds: the profile "default" has no credentials
  --> <eval>:1:1
   |
 1 | clouds()
   | ^^^^^^
  help: set OPENMETAL_API_KEY, or try it on the simulator with --sim
"#,
        )
        .code(3)
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
  help: grant it with --allow destroy, or only this with --allow delete_cloud
"#)
        .code(4)
        .run();
}

#[test]
fn an_unknown_option() {
    Mw::new(["--sin", "eval", "1"])
        .stderr(
            "error: unexpected argument '--sin' found

  tip: a similar argument exists: '--sim'

Usage: mw --sim[=<MODEL>] <COMMAND>

For more information, try '--help'.
",
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_command() {
    Mw::new(["--sim", "evaluate", "1"])
        .stderr(
            "error: unrecognized subcommand 'evaluate'

  tip: a similar subcommand exists: 'eval'

Usage: mw [OPTIONS] <COMMAND>

For more information, try '--help'.
",
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_format() {
    Mw::new(["--sim", "--output", "jsn", "eval", "1"])
        .stderr(r#"error: invalid value 'jsn' for '--output <FORMAT>': no format is called "jsn": did you mean "json"?

For more information, try '--help'.
"#)
        .code(2)
        .run();
}

#[test]
fn a_misspelt_grant() {
    Mw::new(["--allow", "disrubt", "eval", "1"])
        .stderr("error: invalid value 'disrubt' for '--allow <GRANT>': `disrubt` is neither an effect nor an operation; did you mean `disrupt`?

For more information, try '--help'.
")
        .code(2)
        .run();
}

#[test]
fn an_unknown_parameter_of_a_script() {
    Mw::new(["--sim", "run", "greet.rhai", "--nmae", "x"])
        .file(
            "greet.rhai",
            r#"//! Greet.
//! @param name: string = "you"  whom to greet
//! @param times: int = 1        how often
print(`hello ${args.name}`);
"#,
        )
        .stderr(
            "error: the script has no option `--nmae`
  help: did you mean `--name STRING`?
",
        )
        .code(2)
        .run();
}

#[test]
fn a_value_that_a_parameter_does_not_take() {
    Mw::new(["--sim", "run", "greet.rhai", "--times", "often"])
        .file(
            "greet.rhai",
            r#"//! Greet.
//! @param name: string = "you"  whom to greet
//! @param times: int = 1        how often
print(`hello ${args.name}`);
"#,
        )
        .stderr(
            r#"error: `times` is "often", and must be a whole number
  help: give it as `--times INT`: how often
"#,
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_type_of_parameter() {
    Mw::new(["--sim", "run", "greet.rhai"])
        .file(
            "greet.rhai",
            r#"//! @param name: strnig = "you"  whom to greet
print(args.name);
"#,
        )
        .stderr(
            r#"error: `strnig` is no type of parameter
  --> greet.rhai:1:18
   |
 1 | //! @param name: strnig = "you"  whom to greet
   |                  ^^^^^^
  help: did you mean `string`?
"#,
        )
        .code(2)
        .run();
}

#[test]
fn a_missing_script() {
    Mw::new(["--sim", "run", "nightly.rhia"])
        .file("nightly.rhai", "1")
        .stderr(
            "error: cannot read the script nightly.rhia: No such file or directory (os error 2)
  help: did you mean ./nightly.rhai?
",
        )
        .code(2)
        .run();
}

#[test]
fn a_folder_instead_of_a_script() {
    Mw::new(["--sim", "run", "."])
        .stderr(
            "error: cannot read the script .: is a directory
  help: name a file in it
",
        )
        .code(2)
        .run();
}

#[test]
fn a_model_that_does_not_exist() {
    Mw::new(["--sim=model.json", "eval", "1"])
        .stderr(
            "error: cannot read the model model.json: No such file or directory (os error 2)
",
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_operation() {
    Mw::new(["--sim", "call", "clods"])
        .stderr(
            "error: there is no operation `clods`
  help: did you mean `clouds`?
",
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_argument_of_an_operation() {
    Mw::new(["--sim", "call", "cloud", "clod=1"])
        .stderr(
            "error: cloud: there is no argument `clod`
  help: did you mean `cloud`?
",
        )
        .code(2)
        .run();
}

#[test]
fn an_unknown_name_to_explain() {
    Mw::new(["doc", "clods"])
        .stderr(
            "error: nothing is called `clods`
  help: did you mean `clouds`?
",
        )
        .code(2)
        .run();
}

#[test]
fn an_address_that_is_none() {
    Mw::new(["sim", "--listen", "somewhere"])
        .stderr(
            r#"error: "somewhere" is not an address to listen on
  help: write an IP address and a port: 127.0.0.1:8642, or port 0 for a free one
"#,
        )
        .code(2)
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
        .stderr("error: could not read clouds: 401 Unauthorized (unauthorized): Unauthorized; the token is wrong or has expired
  --> <eval>:1:1
   |
 1 | clouds()
   | ^^^^^^
  help: the API does not accept these credentials: check OPENMETAL_API_KEY, or the OAuth client's id and secret
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
        .hide("wesvyHLNLr", "ID")
        .stderr(r#"error: could not delete cloud ID: its effect is `destroy`, which is not granted to this run, and there is no terminal to ask at
  --> <eval>:1:32
   |
 1 | let c = cloud("Bare metal"); c.delete()
   |                                ^^^^^^
  help: grant it with --allow destroy, or only this with --allow delete_cloud
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
        "error: could not delete cloud 0Absd1: `delete_cloud` is denied to this run
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
            .code(1)
            .run();
    }
    assert!(server.calls().is_empty(), "{:?}", server.calls());
}
