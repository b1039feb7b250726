//! What people read of runs.

use super::account::Account;

const TREE: &str = r#"run       RUN
state     succeeded
script    tree.rhai
account   default at URL
args      name="app"
started   TIME
finished  TIME after SPAN
exit      0
changed   2 × create_vlan (change)

1  checkpoint begun: done in SPAN  (tree.rhai:2)
2  parallel: done in SPAN  (tree.rhai:3)
  2/0/1  clouds: done in SPAN  (tree.rhai:4)
  2/0/2  create_vlan "app1": done in SPAN  (tree.rhai:5)
  2/1/1  clouds: done in SPAN  (tree.rhai:4)
  2/1/2  create_vlan "app2": done in SPAN  (tree.rhai:5)
3  cloud 0000000000: failed in SPAN  (tree.rhai:7)
4  clouds: done in SPAN  (tree.rhai:7)
5  ensure: done in SPAN  (tree.rhai:8)
  5/do/1  sleep: done in SPAN  (tree.rhai:8)
  5/cleanup/1  orders: done in SPAN  (tree.rhai:8)"#;

/// The text with what differs from run to run replaced: times, spans, ids, addresses.
fn steady(text: &str, run: &str, url: &str) -> String {
    let text = text.replace(run, "RUN").replace(url, "URL");
    let is_instant = |word: &str| word.len() > 15 && word.starts_with("20") && word.ends_with('Z');
    let is_span = |word: &str| {
        word.strip_suffix("ms")
            .or_else(|| word.strip_suffix("us"))
            .or_else(|| word.strip_suffix('s'))
            .or_else(|| word.strip_suffix('m'))
            .or_else(|| word.strip_suffix('h'))
            .is_some_and(|number| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
    };
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut words: Vec<&str> = Vec::new();
        for word in line.split(' ') {
            let bare = word.trim_end_matches(',');
            let word = if is_instant(bare) {
                "TIME"
            } else if is_span(bare) {
                "SPAN"
            } else {
                word
            };
            if word == "SPAN" && words.last() == Some(&"SPAN") {
                continue;
            }
            words.push(word);
        }
        lines.push(words.join(" ").trim_end().to_owned());
    }
    lines.join("\n")
}

#[test]
fn a_run_is_told_as_a_tree_of_its_calls() {
    let account = Account::new();
    account.home.write(
        "tree.rhai",
        "//! @param name: string = \"app\"  its name\ncheckpoint(\"begun\");\nparallel([1, 2], |i| {\n    clouds();\n    create_vlan(#{label: args.name + i, pod_location: \"pod_1\", vlan_type: \"internal\"});\n});\nattempt(|| cloud(\"0000000000\"));\nensure(|| sleep(\"1m\"), || orders());\n",
    );
    let words = ["--quiet", "--allow", "change", "run", "tree.rhai"];
    account.mw(&words).any_stdout().run();
    let run = account.newest()["id"].as_str().unwrap().to_owned();
    let url = account.gateway.url();
    let told = account.mw(&["runs", "show", &run]).any_stdout().run();
    assert_eq!(steady(&told.stdout, &run, url), TREE);
    let changes = account
        .mw(&["runs", "show", &run, "--changes"])
        .any_stdout()
        .run();
    assert_eq!(
        changes.stdout.matches("create_vlan").count(),
        3,
        "{}",
        changes.stdout
    );
    let listed = account.mw(&["runs", "list"]).any_stdout().run();
    let row = steady(listed.stdout.lines().nth(1).unwrap(), &run, url);
    let words: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(
        words,
        ["RUN", "succeeded", "tree.rhai", "-", "SPAN", "SPAN", "0"]
    );
}

#[test]
fn each_call_is_told_with_the_line_that_it_stands_on() {
    let account = Account::new();
    account.home.write(
        "places.rhai",
        "clouds();\nrandom(1, 6);\nuuid();\nremember(\"k\", 1);\nrecall(\"k\");\n\
         write_file(\"a\", \"b\");\nread_file(\"a\");\nlist_files(\".\");\nenv(\"NONE\", 1);\n",
    );
    let words = ["-q", "--allow", "fs:.,env:NONE", "run", "places.rhai"];
    account.mw(&words).any_stdout().run();
    let run = account.newest()["id"].as_str().unwrap().to_owned();
    let told = account.mw(&["runs", "show", &run]).any_stdout().run();
    for line in 1..=9 {
        let place = format!("(places.rhai:{line})");
        assert_eq!(
            told.stdout.matches(&place).count(),
            1,
            "{place}: {}",
            told.stdout
        );
    }
}

#[test]
fn a_run_is_watched_to_its_end() {
    let account = Account::new();
    account.home.write(
        "long.rhai",
        "clouds();\nprint(\"ready\");\nsleep(\"2h\");\norders();\nexit(3)",
    );
    let mut run = account.mw(&["-q", "run", "long.rhai"]).start();
    run.says("ready");
    let id = account.newest()["id"].as_str().unwrap().to_owned();
    let mut watching = account.mw(&["runs", "watch", &id]).start();
    watching.says("clouds: done");
    watching.says("orders: done");
    watching.says("failed");
    assert_eq!(watching.end().code, Some(3));
    assert_eq!(run.end().code, Some(3));
}

#[test]
fn two_runs_are_compared_and_all_is_exported() {
    let account = Account::new();
    account.home.write(
        "make.rhai",
        "//! @param name: string  its name\ncreate_vlan(#{label: args.name, pod_location: \"pod_1\", vlan_type: \"internal\"});",
    );
    for name in ["a", "b"] {
        let words = [
            "--quiet",
            "--allow",
            "change",
            "run",
            "make.rhai",
            "--name",
            name,
        ];
        account.mw(&words).any_stdout().run();
    }
    let runs = account.json(&["runs", "list"]);
    let ids = [&runs[1]["id"], &runs[0]["id"]].map(|id| id.as_str().unwrap().to_owned());
    let rows = account.json(&["runs", "diff", &ids[0], &ids[1]]);
    let rows: Vec<(&str, &str, &str)> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let word = |name: &str| row[name].as_str().unwrap();
            (word("call"), word("first"), word("second"))
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("create_vlan \"a\"", "done", "not made"),
            ("create_vlan \"b\"", "not made", "done")
        ]
    );
    account
        .mw(&["runs", "diff", &ids[0], &ids[0]])
        .stdout("they did the same\n")
        .run();
    let done = account
        .mw(&["runs", "export", "--results"])
        .any_stdout()
        .run();
    let lines: Vec<serde_json::Value> = done
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(
        (&lines[0]["type"], &lines[0]["run"]["id"]),
        (&"run".into(), &ids[0].as_str().into())
    );
    assert_eq!(lines[1]["call"]["result"]["label"], "a");
    assert_eq!(lines[3]["call"]["result"]["label"], "b");
}
