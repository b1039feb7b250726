//! The simulated account is as large as one asks for, and says what it assumes.

use crate::stage::mw::Mw;
use crate::stage::server::Server;

#[test]
fn a_large_account_is_there_at_once() {
    let server = Server::with(&["--clouds", "200", "--nodes", "5000"]);
    let line =
        "let all = clouds(); [all.len(), all.map(|c| c.nodes().len()).reduce(|a, b| (a ?? 0) + b)]";
    let done = Mw::new(["--quiet", "--output", "json", "eval", line])
        .account(server.url())
        .any_stdout()
        .run();
    let counts: Vec<u64> = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(counts, [200, 5000]);
}

#[test]
fn an_account_of_an_impossible_size_is_refused() {
    for (arguments, message) in [
        (["--clouds", "1"], "--clouds is 1, not within 2 to 100000"),
        (["--nodes", "7"], "--nodes is 7, not within 8 to 100000"),
    ] {
        let done = Mw::new(["sim"].iter().chain(&arguments))
            .any_stderr()
            .code(2)
            .run();
        assert!(done.stderr.contains(message), "{}", done.stderr);
    }
}

#[test]
fn what_is_assumed_is_listed() {
    let done = Mw::new(["--output", "json", "sim", "--assumptions"])
        .any_stdout()
        .run();
    let listed: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let names: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"VLANS_PER_CLOUD"), "{names:?}");
    let table = Mw::new(["sim", "--assumptions"]).any_stdout().run();
    assert!(table.stdout.contains("A cloud has this many VLANs at most"));
}

#[test]
fn counts_do_not_go_with_a_model_of_every_resource() {
    let model = "[[cloud]]\nid = \"Web1\"\n\
                 fields = { cloud_type = \"pcc\", pod_location = \"pod_1\", provision_status = \"complete\" }\n";
    let done = Mw::new(["sim", "--model", "m.toml", "--nodes", "10"])
        .file("m.toml", model)
        .any_stderr()
        .code(2)
        .run();
    assert!(done.stderr.contains("do not go with"), "{}", done.stderr);
}
