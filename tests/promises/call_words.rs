//! `mw call`: what it is given is understood, or refused with what to give, and its answer is written
//! as asked.

use crate::stage::mw::Mw;
use crate::stage::server::Server;

#[test]
fn all_that_a_call_lacks_is_named_at_once() {
    for (call, said) in [
        (
            "create_vlan",
            "create_vlan: `label`, `pod_location` and `vlan_type` are missing",
        ),
        (
            "create_vlan fields.pod_location=pod_1",
            "create_vlan: `label` and `vlan_type` are missing",
        ),
        (
            "place_order",
            "place_order: `label` and `items` are missing",
        ),
        (
            "set_power node=n1",
            "set_power: `cloud` and `power_state` are missing",
        ),
        (
            "update_vlan vlan=v1",
            "update_vlan: one of `label`, `description` is missing",
        ),
    ] {
        let told = Mw::shell(&format!("mw --sim call {call}"))
            .any_stderr()
            .code(2)
            .run()
            .stderr;
        assert!(told.starts_with(&format!("error: {said}\n")), "{told}");
        let name = call.split(' ').next().unwrap();
        assert!(
            told.contains(&format!("\n  help: call it as: mw call {name} ")),
            "{told}"
        );
    }
    let told = Mw::new(["--sim", "call"]).any_stderr().code(2).run().stderr;
    assert!(
        told.starts_with("error: `<OPERATION|METHOD PATH>` is missing\n"),
        "{told}"
    );
    let example = ", such as mw call clouds; mw doc lists the operations\n";
    assert!(told.ends_with(example), "{told}");
}

#[test]
fn a_path_that_no_address_can_hold_is_refused_before_anything_is_sent() {
    let server = Server::start();
    for path in [
        "/v1\\ipmi",
        "/v1/a b",
        "/v1/clouds#top",
        "/v1/a\tb",
        "/v1/\u{e9}",
    ] {
        let told = Mw::new(["call", "GET", path])
            .account(server.url())
            .any_stderr()
            .code(2)
            .run()
            .stderr;
        assert!(told.contains(" is no path: "), "{told}");
    }
    assert!(server.calls().is_empty());
}

#[test]
fn what_a_query_finds_is_written_as_output_asks() {
    let query = |output: &str, query: &str, said: &str| {
        Mw::new(["--sim", "-o", output, "call", "clouds", "--query", query])
            .stdout(said)
            .run();
    };
    let labels = ".[] | {label}";
    query(
        "auto",
        labels,
        "{\"label\":\"My first cloud\"}\n{\"label\":\"Bare metal\"}\n",
    );
    query(
        "yaml",
        labels,
        "label: My first cloud\n---\nlabel: Bare metal\n",
    );
    query(
        "jsonl",
        labels,
        "{\"label\":\"My first cloud\"}\n{\"label\":\"Bare metal\"}\n",
    );
    query(
        "json",
        labels,
        "{\n  \"label\": \"My first cloud\"\n}\n{\n  \"label\": \"Bare metal\"\n}\n",
    );
    for all in [labels, "[.[] | {label}]"] {
        query("csv", all, "label\nMy first cloud\nBare metal\n");
        query("table", all, "label\nMy first cloud\nBare metal\n");
    }
    query("yaml", "length", "2\n");
    query("csv", "empty", "");
}

#[test]
fn one_of_several_is_fetched_by_its_id_or_by_its_label_as_scripts_do() {
    let server = Server::start();
    let fetch = |label: &str| {
        Mw::new([
            "call",
            "cloud",
            &format!("cloud={label}"),
            "--query",
            ".id",
            "-r",
        ])
        .account(server.url())
        .any_stdout()
    };
    let id = fetch("My first cloud").run().stdout;
    let before = server.calls().len();
    assert_eq!(fetch(id.trim()).run().stdout, id);
    let asked = server.calls().split_off(before);
    let names: Vec<&str> = asked.iter().map(|it| it.operation.as_str()).collect();
    assert_eq!(names, ["token", "cloud"]);
    fetch("My first clod")
        .stderr(
            "error: no cloud has the id or label \"My first clod\"
  help: did you mean \"My first cloud\"?
",
        )
        .code(1)
        .run();
}

#[test]
fn a_label_of_two_fetches_neither_and_names_both() {
    let server = Server::start();
    let create = "mw --yes -q call create_vlan label=twin pod_location=pod_1 vlan_type=internal --query .id -r";
    let ids = Mw::shell(&format!("{create}; {create}"))
        .account(server.url())
        .any_stdout()
        .run()
        .stdout;
    let told = Mw::new(["call", "vlan", "vlan=twin"])
        .account(server.url())
        .any_stderr()
        .code(1)
        .run()
        .stderr;
    assert!(
        told.starts_with("error: 2 vlans are labelled \"twin\"\n"),
        "{told}"
    );
    assert_eq!(ids.lines().count(), 2);
    for id in ids.lines() {
        assert!(told.contains(id), "{id} in {told}");
    }
}
