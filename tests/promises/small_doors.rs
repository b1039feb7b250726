//! What lies beyond the account: this machine is denied by all of its names, folders are listed by one
//! rule, and long work is told in a pipe too.

use std::os::unix::fs::symlink;

use crate::stage::folder::Folder;
use crate::stage::http;
use crate::stage::mw::Mw;
use crate::stage::server::Server;
use crate::stage::site::{Reply, Site};

#[test]
fn a_denial_of_this_machine_holds_for_all_its_names_and_addresses() {
    let site = Site::new();
    let port = site.port();
    for host in [
        "0.0.0.0",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "localhost",
        "[::]",
    ] {
        for denied in ["net:127.0.0.1", "net:localhost"] {
            let line = format!("http_get(\"http://{host}:{port}/\")");
            let options = ["--sim", "--allow", "net:*", "--deny", denied];
            let call = options.iter().copied().chain(["eval", &line]);
            let told = Mw::new(call).any_stderr().code(4).run().stderr;
            let said = format!("`{denied}` is denied to this run by --deny");
            assert!(told.contains(&said), "{host}: {told}");
        }
    }
    assert!(site.requests().is_empty());
}

#[test]
fn a_folder_lists_its_files_and_links_to_files_and_no_folders() {
    let call = Mw::new([
        "--sim",
        "--allow",
        "fs:d",
        "eval",
        r#"for path in list_files("d") { print(path) }"#,
    ])
    .file("d/a.txt", "a")
    .file("d/sub/b.txt", "b");
    let folder = call.folder().join("d");
    symlink("a.txt", folder.join("link")).unwrap();
    symlink("sub", folder.join("folder")).unwrap();
    symlink("nowhere", folder.join("lost")).unwrap();
    call.stdout("d/a.txt\nd/link\n").run();
}

#[test]
fn a_line_appended_as_the_reference_shows_it_ends_with_a_line_break() {
    let reference = Mw::new(["doc", "append_file"]).any_stdout().run().stdout;
    let example = r#"append_file("reports/log.txt", `${now()} done` + "\n")"#;
    assert!(reference.contains(example), "{reference}");
    let line =
        format!("{example}; {example}; print(read_file(\"reports/log.txt\").split(\"\\n\").len())");
    Mw::new(["--sim", "--allow", "fs:reports", "eval", &line])
        .stdout("3\n")
        .run();
}

#[test]
fn a_secret_too_short_to_be_blotted_out_is_said_to_be_once() {
    let call = |pin: &str| {
        let line = r#"secret("PIN"); secret("PIN").reveal().len()"#;
        let mw = Mw::new(["--sim", "--allow", "env:PIN", "eval", line]);
        mw.env("PIN", pin).any_stdout().any_stderr().run().stderr
    };
    let told = call("12345");
    let said = "warning: the secret PIN has fewer than 6 characters, and is not blotted out";
    assert_eq!(told.matches(said).count(), 1, "{told}");
    assert_eq!(call("123456"), "");
}

#[test]
fn branches_that_end_are_told_in_a_pipe_and_not_more_often_than_every_10_s() {
    let line = "parallel([10, 20, 21, 40], |n| sleep(n), #{limit: 4}); 1";
    let told = Mw::new(["--sim", "eval", line])
        .stdout("1\n")
        .any_stderr()
        .run()
        .stderr;
    let lines: Vec<&str> = told
        .lines()
        .filter_map(|line| line.split_once("parallel: ").map(|(_, rest)| rest))
        .collect();
    assert_eq!(lines, ["1 of 4", "2 of 4", "4 of 4"], "{told}");
    Mw::new(["--sim", "--quiet", "eval", line])
        .stdout("1\n")
        .run();
    let failing =
        "parallel([10, 20], |n| { sleep(n); if n == 20 { throw 1 } }, #{on_error: \"collect\"}); 1";
    let told = Mw::new(["--sim", "eval", failing])
        .stdout("1\n")
        .any_stderr()
        .run()
        .stderr;
    assert!(told.contains("parallel: 1 of 2\n"), "{told}");
}

#[test]
fn what_is_sent_to_this_machine_goes_past_the_proxy() {
    let proxy = Site::answering(|_| Reply::body("proxied"));
    let (site, server) = (Site::new(), Server::start());
    let port = site.port();
    let run = |line: &str| {
        let mut mw = Mw::new(["--allow", "net:*", "--quiet", "eval", line]).account(server.url());
        for name in [
            "http_proxy",
            "HTTP_PROXY",
            "https_proxy",
            "HTTPS_PROXY",
            "all_proxy",
        ] {
            mw = mw.env(name, proxy.url());
        }
        mw.any_stdout().run().stdout
    };
    for host in ["127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]"] {
        run(&format!(
            "http_get(\"http://{host}:{port}/\"); clouds().len()"
        ));
    }
    assert_eq!(site.requests().len(), 4);
    assert!(proxy.requests().is_empty(), "{:?}", proxy.requests());
    // Elsewhere goes through it.
    let told = run("http_get(\"http://elsewhere.invalid/\").body");
    assert_eq!(told, "proxied\n");
    assert_eq!(proxy.requests().len(), 1);
}

#[test]
fn a_proxy_that_cannot_be_read_is_wrong_setup_before_anything_is_tried() {
    let proxy = Site::answering(|_| Reply::body("proxied"));
    for (variables, said) in [
        (
            &[("https_proxy", "http://pro xy:3128")][..],
            "the variable https_proxy is set, and holds no address of a proxy that can be read",
        ),
        (
            &[("HTTPS_PROXY", ""), ("https_proxy", proxy.url())],
            "the variable HTTPS_PROXY is empty, which hides https_proxy: unset it",
        ),
    ] {
        let mut mw = Mw::new(["call", "clouds"]).account("https://elsewhere.invalid");
        for (name, value) in variables {
            mw = mw.env(name, value);
        }
        let told = mw.any_stderr().code(2).run().stderr;
        assert!(told.contains(said), "{told}");
    }
    assert!(proxy.requests().is_empty(), "{:?}", proxy.requests());
}

#[test]
fn a_secret_is_blotted_out_in_every_form_of_output() {
    let secret = "it's \"hush\", 4711: \\ #ä";
    for form in ["csv", "yaml", "json", "jsonl", "table", "auto"] {
        for line in [
            r#"#{a: 1, key: secret("KEY").reveal()}"#,
            r#"[#{a: 1, key: "x " + secret("KEY").reveal()}]"#,
            r#"secret("KEY").reveal()"#,
        ] {
            let told = Mw::new(["--sim", "--allow", "env:KEY", "-o", form, "eval", line])
                .env("KEY", secret)
                .any_stdout()
                .run()
                .stdout;
            assert!(told.contains("<redacted>"), "{form} {line}: {told}");
            assert!(!told.contains("4711"), "{form} {line}: {told}");
        }
    }
}

#[test]
fn a_secret_across_the_cut_of_a_long_text_is_blotted_out_before_it_is_cut() {
    let secret = "hush-4711-and-a-tail-that-is-long-enough-to-be-cut-somewhere-within";
    let long = "a".repeat(185);
    let body = format!("{long} {secret}");
    let site = Site::answering(move |_| Reply::Says(500, String::new(), body.clone()));
    let get = format!("secret(\"KEY\"); http_get({:?})", site.url());
    let (key, long) = (r#"secret("KEY").reveal()"#, "a".repeat(20));
    for (line, code) in [
        (get, 1),
        (format!("clouds().where({key})"), 1),
        (format!("set_power({key}, \"n\", \"power on\")"), 1),
        (format!("set_power(\"c\", \"n\", {key})"), 1),
        (
            format!(
                "create_vlan(#{{label: \"a\", pod_location: \"pod_1\", vlan_type: \"{long}\" + {key}}})"
            ),
            1,
        ),
        (
            format!("place_order(#{{label: \"a\", items: \"{long}\" + {key}}})"),
            1,
        ),
        (format!("parse_json(\"{long}\" + {key})"), 1),
        (format!("duration(\"{long}\" + {key})"), 1),
        (format!("throw \"{long}\" + {key}"), 1),
    ] {
        let options = ["--sim", "--allow", "net:*,env:KEY", "eval", &line];
        let done = Mw::new(options)
            .env("KEY", secret)
            .any_stdout()
            .any_stderr()
            .done();
        assert_eq!(done.code, Some(code), "{line}: {}", done.stderr);
        assert!(!done.stderr.contains("hush"), "{line}: {}", done.stderr);
    }
}

#[test]
fn a_price_that_could_not_be_read_leaves_the_limit_of_a_resumed_run_as_it_was() {
    let server = Server::start();
    let order = r#"order(#{label: "a", items: [#{hardware_sku: "medium_v4", location: "pod_1", type: "pcc", quantity: 1}]})"#;
    let script = format!(
        "{order};\nsleep(\"1ms\");\nlet e = attempt(|| {order});\nprint(e.error.message);\n{order};"
    );
    let folder = Folder::new();
    folder.write("buy.rhai", &script);
    let mw = |line: &str| {
        Mw::shell(line)
            .account(server.url())
            .env("MW_STORE", "journal.db")
            .inside(folder.path())
    };
    let ended = mw("exec mw -q --allow spend --spend-limit 5000 run buy.rhai")
        .env("MW_TEST_KILL", "in-sleep:1")
        .start()
        .end();
    assert_eq!(ended.code, None, "{}", ended.stderr);
    http::post(
        server.url(),
        "/_sim/faults",
        r#"{"operation": "products", "status": 403, "times": 1}"#,
    );
    let runs = mw("mw -o json runs list").any_stdout().run().stdout;
    let runs: serde_json::Value = serde_json::from_str(&runs).unwrap();
    let id = runs[0]["id"].as_str().unwrap();
    let done = mw(&format!("mw -q runs resume {id}"))
        .any_stdout()
        .any_stderr()
        .code(4)
        .run();
    assert!(
        done.stdout.contains("what it costs cannot be told"),
        "{}{}",
        done.stdout,
        done.stderr
    );
    assert!(
        done.stderr
            .contains("after $2,980.80 for what the run has bought"),
        "{}",
        done.stderr
    );
    let bought = server
        .calls()
        .into_iter()
        .filter(|call| call.operation == "place_order");
    assert_eq!(bought.count(), 1);
}

#[test]
fn what_turns_out_only_at_work_finds_all_functions() {
    let own = "fn f() { print(\"here\"); clouds().len() }\n";
    // Neither the path nor the name is known before the script is at work.
    let text = "let path = \"ow\" + \"n\";\nimport path as own;\nprint(own::f());\n\
                let name = \"inf\" + \"o\";\nFn(name).call(1);\n\
                let name = \"clo\" + \"uds\";\nprint(Fn(name).call().len());\n";
    Mw::new(["--sim", "--quiet", "run", "script.rhai"])
        .file("own.rhai", own)
        .file("script.rhai", text)
        .stdout("here\n2\n2\n")
        .any_stderr()
        .run();
}
