//! Calls fail on purpose over a socket as they do in the process, and rules that mean nothing are
//! refused.

use std::fmt::Write as _;
use std::fs;

use crate::stage::folder::Folder;
use crate::stage::mw::Mw;
use crate::stage::server::Server;

/// A server whose calls fail by these rules.
fn server(rules: &str) -> Server {
    let folder = Folder::new();
    folder.write("faults.toml", rules);
    let file = folder.path().join("faults.toml");
    // The file is read before the server says where it listens.
    Server::with(&["--faults", file.to_str().unwrap()])
}

fn times(server: &Server, operation: &str) -> usize {
    let calls = server.calls();
    calls.iter().filter(|it| it.operation == operation).count()
}

#[test]
fn a_reboot_whose_answer_is_lost_on_a_socket_is_sent_once_and_in_doubt() {
    for rule in ["reset = \"after\"", "status = 503\nexecuted = true"] {
        let server = server(&format!("[[fault]]\noperation = \"set_power\"\n{rule}\n"));
        let line = r#"cloud("Bare metal").nodes()[0].reboot()"#;
        let done = Mw::new(["--allow", "disrupt", "--quiet", "eval", line])
            .account(server.url())
            .any_stderr()
            .code(5)
            .run();
        assert!(done.stderr.contains("reboot"), "{}", done.stderr);
        assert_eq!(times(&server, "set_power"), 1, "{rule}");
    }
}

#[test]
fn a_read_cut_off_on_a_socket_is_sent_again() {
    let server = server("[[fault]]\noperation = \"clouds\"\nreset = \"before\"\ntimes = 1\n");
    Mw::new(["--quiet", "eval", "clouds().len()"])
        .account(server.url())
        .stdout("2\n")
        .run();
    assert_eq!(times(&server, "clouds"), 2);
}

#[test]
fn a_creation_whose_answer_is_lost_on_a_socket_is_found_and_not_sent_again() {
    let server = server("[[fault]]\noperation = \"create_vlan\"\nreset = \"after\"\n");
    let line = r#"
        create_vlan(#{label: "once", pod_location: "pod_1", vlan_type: "internal"}).label
            + vlans().where("label", "once").len()"#;
    Mw::new(["--allow", "change", "--quiet", "eval", line])
        .account(server.url())
        .stdout("once1\n")
        .run();
    assert_eq!(times(&server, "create_vlan"), 1);
}

#[test]
fn a_file_of_faults_that_means_nothing_is_refused_with_its_line() {
    let refused = |text: &str| {
        let mw = Mw::new(["sim", "--listen", "127.0.0.1:0", "--faults", "f.toml"]);
        mw.file("f.toml", text).any_stderr().code(2).run().stderr
    };
    assert_eq!(
        refused("[[fault]]\noperation = \"clouds\"\nstatsu = 503\n")
            .lines()
            .nth(1),
        Some("  --> f.toml:3:1")
    );
    let unknown = refused("\n[[fault]]\noperation = \"clods\"\nstatus = 503\n");
    assert!(unknown.contains("f.toml:2:1"), "{unknown}");
    assert!(unknown.contains("did you mean `clouds`?"), "{unknown}");
    let missing = Mw::new(["sim", "--faults", "nowhere.toml"])
        .any_stderr()
        .code(2)
        .run();
    assert!(missing.stderr.contains("cannot read the faults"));
}

#[test]
fn the_example_of_the_manual_is_a_file_of_faults() {
    let root = env!("CARGO_MANIFEST_DIR");
    let page = fs::read_to_string(format!("{root}/docs/simulator.md")).unwrap();
    let (_, rest) = page.split_once("```toml\n[[fault]]").unwrap();
    let (rules, _) = rest.split_once("```").unwrap();
    drop(server(&format!("[[fault]]{rules}")));
}

#[test]
fn every_way_in_the_table_of_the_manual_is_one() {
    let root = env!("CARGO_MANIFEST_DIR");
    let page = fs::read_to_string(format!("{root}/docs/simulator.md")).unwrap();
    let (_, rest) = page
        .split_once("| way | what becomes of the call |")
        .unwrap();
    let mut rules = String::new();
    let rows = rest
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    for row in rows {
        let mut cells = row.split('|').skip(1).map(str::trim);
        let (way, what) = (cells.next().unwrap(), cells.next().unwrap());
        let operation = match what.split_once("`: ") {
            Some((operation, _)) => operation.trim_start_matches('`'),
            None => "clouds",
        };
        let way = way.trim_matches('`');
        writeln!(rules, "[[fault]]\noperation = \"{operation}\"\n{way}").unwrap();
    }
    assert!(rules.matches("[[fault]]").count() > 10, "{rules}");
    drop(server(&rules));
}

#[test]
fn a_late_and_slow_answer_arrives_whole_on_a_socket() {
    let server = server(
        "[[fault]]\noperation = \"clouds\"\ndelay = [\"1ms\", \"5ms\"]\ndrip = \"1ms\"\n\
         skew = \"-1h\"\n",
    );
    Mw::new(["--quiet", "eval", "clouds().map(|it| it.label)"])
        .account(server.url())
        .stdout("My first cloud\nBare metal\n")
        .run();
    assert_eq!(times(&server, "clouds"), 1);
}

#[test]
fn an_api_key_that_is_revoked_ends_with_what_to_do() {
    let server = server("[[fault]]\noperation = \"clouds\"\nrevoked = true\n");
    let done = Mw::new(["--quiet", "eval", "clouds()"])
        .env("OPENMETAL_API_URL", server.url())
        .env("OPENMETAL_API_KEY", "sim")
        .any_stderr()
        .code(3)
        .run();
    assert!(done.stderr.contains("401"), "{}", done.stderr);
}

#[test]
fn a_file_of_faults_is_for_simulated_accounts() {
    let rules = "[[fault]]\noperation = \"clouds\"\nstatus = 418\n";
    let simulated = Mw::new(["--sim", "--faults", "f.toml", "eval", "clouds()"]);
    let done = simulated.file("f.toml", rules).any_stderr().code(1).run();
    assert!(done.stderr.contains("418"), "{}", done.stderr);
    Mw::new(["--faults", "f.toml", "eval", "clouds()"])
        .file("f.toml", rules)
        .stderr(
            "error: --faults is for a simulated account, and this is a real one\n  \
             help: give --sim too, or use mw sim\n",
        )
        .code(2)
        .run();
}
