//! `mw call`, the raw door: any operation by its name, or by its method and path.

use serde_json::Value;

use crate::stage::mw::Mw;
use crate::stage::server::Server;

fn labels(line: &str) -> Mw {
    Mw::shell(line).stdout("My first cloud\nBare metal\n")
}

#[test]
fn an_operation_is_called_by_name_or_by_method_and_path() {
    for call in ["clouds", "GET /v1/clouds", "get v1/clouds", "/v1/clouds"] {
        labels(&format!("mw --sim call {call} --query '.[].label' -r")).run();
    }
}

#[test]
fn a_body_is_given_by_fields_nested_from_a_file_and_from_standard_input() {
    let body = r#"{"label": "app", "pod_location": "pod_1", "vlan_type": "internal"}"#;
    for call in [
        "create_vlan label=app pod_location=pod_1 vlan_type=internal",
        "create_vlan label=app fields.pod_location=pod_1 fields.vlan_type=internal",
        "create_vlan label:='\"app\"' fields:='{\"pod_location\": \"pod_1\", \"vlan_type\": \"internal\"}'",
        "POST /v1/vlans --input vlan.json",
        "create_vlan body=@vlan.json",
        "create_vlan label=app --input part.json",
        "create_vlan body=- < vlan.json",
        "create_vlan --input - < vlan.json",
        "create_vlan label=@name pod_location=pod_1 vlan_type=internal",
    ] {
        Mw::shell(&format!(
            "mw --sim call {call} --query '[.label, .fields.vlan_type]'"
        ))
        .file("vlan.json", body)
        .file(
            "part.json",
            r#"{"pod_location": "pod_1", "vlan_type": "internal"}"#,
        )
        .file("name", "app")
        .stdout("[\"app\",\"internal\"]\n")
        .run();
    }
}

#[test]
fn a_request_is_shown_and_not_sent() {
    let server = Server::start();
    Mw::new([
        "call",
        "create_vlan",
        "label=@@app",
        "pod_location=pod_1",
        "vlan_type=internal",
        "--dry-run",
    ])
    .account(server.url())
    .hide(server.url(), "URL")
    .stdout(
        r#"POST URL/v1/vlans
content-type: application/json

{
  "label": "@app",
  "fields": {
    "pod_location": "pod_1",
    "vlan_type": "internal"
  }
}
"#,
    )
    .run();
    let done = Mw::new([
        "--output",
        "json",
        "call",
        "DELETE",
        "/v1/clouds/a%2Fb",
        "--dry-run",
    ])
    .account(server.url())
    .any_stdout()
    .run();
    let told: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(told["operation"], "delete_cloud");
    assert_eq!(told["effect"], "destroy");
    assert_eq!(told["url"], format!("{}/v1/clouds/a%2Fb", server.url()));
    assert!(server.calls().is_empty(), "{:?}", server.calls());
}

#[test]
fn headers_come_before_the_answer_and_before_a_refusal() {
    let server = Server::start();
    let done = Mw::new(["call", "clouds", "--include", "--query", "length"])
        .account(server.url())
        .any_stdout()
        .run();
    assert!(
        done.stdout.starts_with("HTTP/1.1 200 OK\n"),
        "{}",
        done.stdout
    );
    assert!(done.stdout.contains("\ncontent-type: application/json\n"));
    assert!(done.stdout.ends_with("\n\n2\n"), "{}", done.stdout);
    let done = Mw::new(["call", "cloud", "cloud=nobody", "--include"])
        .account(server.url())
        .any_stdout()
        .any_stderr()
        .code(1)
        .run();
    assert!(
        done.stdout.starts_with("HTTP/1.1 404 Not Found\n"),
        "{}",
        done.stdout
    );
    assert!(
        done.stdout.contains("\"message\": \"Cloud not found.\""),
        "{}",
        done.stdout
    );
    assert!(
        done.stderr
            .starts_with("error: could not read cloud nobody: 404 Not Found")
    );
}

#[test]
fn everything_that_travels_is_told_without_secrets() {
    let server = Server::start();
    let done = Mw::new([
        "-v",
        "--allow",
        "change",
        "call",
        "create_vlan",
        "label=app",
        "pod_location=pod_1",
        "vlan_type=internal",
    ])
    .account(server.url())
    .any_stdout()
    .any_stderr()
    .run();
    for part in [
        "#1 > GET /v1/oauth2/token?grant_type=client_credentials\n",
        "#1 > authorization: Basic <redacted>\n",
        "#1 < 200 OK in ",
        "#1 <   \"access_token\": \"<redacted>\"",
        "#2 > POST /v1/vlans\n",
        "#2 > authorization: Bearer <redacted>\n",
        "#2 >   \"label\": \"app\"",
        "#2 < content-type: application/json\n",
    ] {
        assert!(done.stderr.contains(part), "{part:?} in {}", done.stderr);
    }
    assert!(!done.stderr.contains("c2ltOnNpbQ"), "{}", done.stderr);
}

#[test]
fn what_is_declared_nowhere_is_read_and_else_needs_the_worst_by_name() {
    let server = Server::start();
    Mw::new(["call", "GET", "/v1/cloudz"])
        .account(server.url())
        .stderr(
            "error: could not GET /v1/cloudz: 404 Not Found (not_found): Path not found.
  help: no operation is declared for this path; did you mean `GET /v1/clouds`?
",
        )
        .code(1)
        .run();
    for grants in ["read,change,disrupt", "destroy", "spend"] {
        Mw::new(["--allow", grants, "call", "PUT", "/v1/clouds", "a=1"])
            .account(server.url())
            .stderr(
                "error: `PUT /v1/clouds` is no operation that mw knows, and so it is not known what it does to the account
  help: grant the worst by name, --allow destroy,spend, to send it all the same; declared is `GET /v1/clouds`
",
            )
            .code(4)
            .run();
    }
    Mw::new([
        "--allow",
        "destroy,spend",
        "call",
        "PUT",
        "/v1/clouds",
        "a=1",
    ])
    .account(server.url())
    .any_stderr()
    .code(1)
    .run();
    Mw::new([
        "--allow",
        "destroy,spend",
        "--deny",
        "spend",
        "call",
        "PUT",
        "/v1/clouds",
    ])
    .account(server.url())
    .any_stderr()
    .code(4)
    .run();
    // Reading a resource that is declared goes the declared way, record and all.
    let done = Mw::shell("mw call GET /v1/clouds > /dev/null; mw runs export")
        .account(server.url())
        .any_stdout()
        .run();
    assert!(
        done.stdout.contains("\"operation\":\"clouds\""),
        "{}",
        done.stdout
    );
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    for (line, said) in [
        (
            "call clods",
            "error: there is no operation `clods`\n  help: did you mean `clouds`?\n",
        ),
        (
            "call PSOT /v1/clouds",
            "error: there is no method `PSOT`\n  help: did you mean POST?\n",
        ),
        (
            "call GET https://evil.example/v1/clouds",
            "error: a whole address is given where a path is wanted
  help: leave scheme and host out: they are the profile's, or those of --url\n",
        ),
        (
            "call set_power cloud=a node=b",
            "error: set_power: `power_state` is missing
  help: call it as: mw call set_power cloud=ID node=ID power_state='power on'|'power off'|rebooting\n",
        ),
        (
            "call create_vlan label=a --input nowhere.json",
            "error: cannot read nowhere.json for `--input`: No such file or directory (os error 2)\n",
        ),
        (
            "call create_vlan label=@app",
            "error: cannot read app for `label`: No such file or directory (os error 2)
  help: a text that begins with @ is written with two of them: KEY=@@TEXT\n",
        ),
        (
            "call clouds --query '.[]' --columns id",
            "error: `--columns` does nothing to what a query writes
  help: have the query pick and sort, or say --output as well\n",
        ),
        (
            "call create_vlan body=@bad.json",
            "error: `bad.json` is not JSON: expected value
  --> bad.json:2:12
   |
 2 |   \"label\": app
   |            ^
  help: texts need quotes in JSON: {\"label\": \"app\"}\n",
        ),
        (
            "call create_vlan label=- description=-",
            "error: standard input is wanted twice: by `label` and by `description`
  help: give one of them as a file: KEY=@FILE\n",
        ),
        (
            "call clouds --input vlan.json",
            "error: clouds takes no body\n  help: call it as: mw call clouds\n",
        ),
        (
            "call clouds --query '.[] | lenght'",
            "error: there is no function `lenght` in queries
  --> <query>:1:7
   |
 1 | .[] | lenght
   |       ^^^^^^
  help: did you mean `length`?\n",
        ),
        (
            "call clouds --query '.['",
            "error: the query ends where `]` should stand",
        ),
    ] {
        let mw = Mw::shell(&format!("mw --sim {line}"))
            .file("bad.json", "{\n  \"label\": app\n}\n")
            .code(2);
        if said.ends_with('\n') {
            mw.stderr(said).run();
        } else {
            let done = mw.any_stderr().run();
            assert!(done.stderr.starts_with("error: "), "{}", done.stderr);
            assert!(done.stderr.contains("--> <query>:1:"), "{}", done.stderr);
        }
    }
}

#[test]
fn a_query_that_is_wrong_sends_nothing_and_one_that_fails_says_why() {
    let server = Server::start();
    Mw::new(["call", "clouds", "--query", ".["])
        .account(server.url())
        .any_stderr()
        .code(2)
        .run();
    assert!(server.calls().is_empty());
    let done = Mw::new(["--sim", "call", "clouds", "--query", ".label"])
        .any_stderr()
        .code(1)
        .run();
    assert!(
        done.stderr.starts_with("error: the query failed: "),
        "{}",
        done.stderr
    );
}

#[test]
fn a_query_without_end_is_interrupted() {
    let mut process = Mw::new(["--sim", "call", "clouds", "--query", "1, last(repeat(1))"]).start();
    process.says("1");
    process.signal("INT");
    let ended = process.end();
    assert_eq!(ended.code, Some(130));
    assert_eq!(ended.stderr, "error: interrupted\n");
}

#[test]
fn an_answer_is_read_by_no_one_and_ends_quietly() {
    Mw::shell("mw --sim call clouds --query 'range(1000000)' | head -n 1")
        .stdout("0\n")
        .run();
}

#[test]
fn a_change_whose_answer_could_not_be_shown_as_asked_is_not_made() {
    let server = Server::start();
    let words = ["label=a", "pod_location=pod_1", "vlan_type=internal"];
    let options = ["--quiet", "--allow", "change", "call", "create_vlan"];
    let call = options
        .iter()
        .chain(&words)
        .chain(&["--columns", "id,lable"]);
    let told = Mw::new(call)
        .account(server.url())
        .any_stderr()
        .code(2)
        .run()
        .stderr;
    assert!(told.contains("did you mean `label`?"), "{told}");
    assert!(
        server
            .calls()
            .iter()
            .all(|it| it.operation != "create_vlan")
    );
}

#[test]
fn a_path_spelt_otherwise_is_denied_as_the_one_it_is() {
    let server = Server::start();
    let refused = |options: &[&str], call: &[&str]| {
        let words = ["--quiet"]
            .iter()
            .chain(options)
            .chain(&["call"])
            .chain(call);
        let words: Vec<&str> = words.copied().collect();
        let told = Mw::new(words)
            .account(server.url())
            .any_stderr()
            .code(4)
            .run();
        told.stderr
    };
    let all = "destroy,spend";
    for path in [
        "/v1/%63louds/P1",
        "/v1/clouds/P1/",
        "//v1//clouds/P1",
        "/v1/clouds/%50%31",
    ] {
        let deny = ["--allow", all, "--deny", "destroy@cloud:P1"];
        refused(&deny, &["DELETE", path]);
        refused(
            &["--allow", all, "--deny", "delete_cloud"],
            &["DELETE", path],
        );
        refused(&["--deny", "read@cloud:P1"], &["GET", path]);
    }
    refused(&["--deny", "clouds"], &["GET", "/v1/clouds/"]);
    // What no operation is declared for may be anything that is denied.
    for path in ["/V1/Clouds/P1", "/v1/%2563louds/P1"] {
        let told = refused(
            &["--allow", all, "--deny", "destroy@cloud:P1"],
            &["DELETE", path],
        );
        assert!(
            told.contains("may be what `destroy@cloud:P1` denies"),
            "{told}"
        );
        refused(&["--deny", "clouds"], &["GET", path]);
    }
    assert!(server.calls().is_empty());
}

#[test]
fn a_query_that_nests_without_end_is_refused() {
    let query = "[".repeat(60_000);
    let call = ["--sim", "call", "clouds", "--query", &query];
    let told = Mw::new(call).any_stderr().code(2).run().stderr;
    assert!(told.contains("60000 characters long"), "{told}");
}
