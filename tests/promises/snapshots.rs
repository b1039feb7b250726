//! An account can be written down and started from again, and a file that describes an account that
//! cannot be is refused with its line.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::stage::folder::Folder;
use crate::stage::http;
use crate::stage::mw::Mw;
use crate::stage::server::Server;

/// What `mw snapshot` writes of the starting account.
fn starting(options: &[&str]) -> String {
    let arguments = ["--sim", "--quiet", "snapshot"].iter().chain(options);
    Mw::new(arguments).any_stdout().run().stdout
}

/// The account in a model, as `mw snapshot` writes it again.
fn again(model: &str) -> String {
    let mw = Mw::new([
        "--sim=model.toml",
        "--quiet",
        "snapshot",
        "--redact",
        "none",
    ]);
    mw.file("model.toml", model).any_stdout().run().stdout
}

#[test]
fn an_account_started_from_its_snapshot_is_the_same_account() {
    let written = starting(&["--redact", "none"]);
    assert!(written.contains("label = \"My first cloud\""));
    assert_eq!(again(&written), written);
    for redact in ["secrets", "addresses", "names", "all"] {
        let redacted = starting(&["--redact", redact]);
        assert_eq!(again(&redacted), redacted, "{redact}");
    }
}

#[test]
fn a_snapshot_is_taken_with_reads_only_and_written_to_a_file() {
    let (server, folder) = (Server::start(), Folder::new());
    let file = folder.path().join("account.toml");
    let done = Mw::new(["snapshot", "--out", file.to_str().unwrap()])
        .account(server.url())
        .any_stderr()
        .run();
    assert!(
        done.stderr.ends_with(
            "account.toml: 2 clouds with 8 nodes, 13 VLANs, 5 IP blocks, without secrets\n"
        ),
        "{}",
        done.stderr
    );
    let reads = [
        "token",
        "clouds",
        "cloud_stats",
        "vlans",
        "ip_blocks",
        "ip_block_details",
        "orders",
        "profile",
        "organization",
        "members",
        "configurations",
        "public_keys",
        "locations",
        "availability",
    ];
    for called in server.calls() {
        assert!(reads.contains(&&*called.operation), "{called:?}");
    }
    let line = r#"cloud("Bare metal").nodes().pluck("hostname").len()"#;
    let model = format!("--sim={}", file.display());
    Mw::new([&model, "eval", line]).stdout("5\n").run();
}

#[test]
fn what_is_redacted_is_nowhere_in_the_snapshot() {
    let whole = starting(&["--redact", "none"]);
    let left_out = |redact: &str, words: &[&str]| {
        let redacted = starting(&["--redact", redact]);
        for word in words {
            assert!(whole.contains(word), "{word}");
            assert!(!redacted.contains(word), "{redact}: {word}");
        }
    };
    left_out("secrets", &["GhscHh8e", "package_update"]);
    left_out(
        "names",
        &[
            "My first cloud",
            "Bare metal",
            "great-wombat",
            "app-tier",
            "app-private",
            "web-1",
            "Example Organization",
            "owner@example.com",
            "Olive",
            "operations",
            "Debian with agent",
            "Part of the starting account",
            "555-0100",
        ],
    );
    let mac = whole
        .lines()
        .find(|line| line.starts_with("mac_address"))
        .unwrap();
    left_out("addresses", &[mac]);
    assert!(starting(&["--redact", "names"]).contains("label = \"inventory\""));
}

#[test]
fn what_was_under_way_when_a_snapshot_was_taken_goes_on() {
    let (server, folder) = (Server::with(&["--speed", "0"]), Folder::new());
    let line = r#"
        order(#{label: "Coming", items: [
            #{hardware_sku: "medium_v4", location: "pod_1", type: "pcc", quantity: 1},
        ]});
        cloud("Bare metal").node("late-crow").reboot();
        delete_cloud(cloud("My first cloud"));"#;
    Mw::new(["--allow", "spend,disrupt,destroy", "--quiet", "eval", line])
        .account(server.url())
        .any_stdout()
        .run();
    let file = folder.path().join("account.toml");
    Mw::new(["--quiet", "snapshot", "--out", file.to_str().unwrap()])
        .account(server.url())
        .run();
    let line = r#"
        let node = cloud("Bare metal").node("late-crow");
        print(node.power_state);
        wait_for(node, "power on", #{timeout: "10m"});
        let c = wait_for(cloud("Coming"), "complete", #{timeout: "1h"});
        print(c.nodes().len());
        sleep("3d");
        print(clouds().pluck("label"));"#;
    Mw::new([
        &format!("--sim={}", file.display()),
        "--quiet",
        "eval",
        line,
    ])
    .stdout("rebooting\n3\n[\"Bare metal\", \"Coming\"]\n")
    .run();
}

#[test]
fn a_model_that_cannot_be_is_refused_with_its_line() {
    let whole = starting(&["--redact", "none"]);
    let refused = |from: &str, to: &str, why: &str| {
        assert!(whole.contains(from), "{from}");
        let model = whole.replacen(from, to, 1);
        let before = whole.split(from).next().unwrap().matches('\n').count();
        let line = before + 1 + to.trim_end().matches('\n').count();
        let mw = Mw::new(["--sim=model.toml", "eval", "print(1)"]);
        let done = mw.file("model.toml", &model).any_stderr().code(2).run();
        let place = format!("model.toml:{line}:");
        assert!(done.stderr.contains(why), "{to}: {}", done.stderr);
        assert!(
            done.stderr.contains(&place),
            "{to}: {place} {}",
            done.stderr
        );
    };
    for (from, to, why) in [
        ("[organization]\n", "= 1\n", "the model:"),
        (
            "[[cloud]]\n",
            "[[cloud]]\nlabl = \"x\"\n",
            "did you mean `label`?",
        ),
        (
            "provision_status = \"complete\"",
            "provision_status = \"done\"",
            "`complete`",
        ),
        ("cloud_type = \"pcc\"", "cloud_type = \"vm\"", "`pcc`"),
        (
            "pod_location = \"pod_1\"",
            "pod_location = \"pod_9\"",
            "pod location",
        ),
        ("order_id = \"", "order_id = \"x", "there is no such order"),
        (
            "power_state = \"power on\"",
            "power_state = \"on\"",
            "`power on`",
        ),
        ("cpu = 24", "cpu = \"many\"", "invalid type"),
        ("vlan_type = \"routed\"", "vlan_type = \"wide\"", "`routed`"),
        (
            "cidr = \"10.10.0.0/28\"",
            "cidr = \"10.10.0.1/28\"",
            "IPv4 network",
        ),
        (
            "central_vlan_id = \"",
            "central_vlan_id = \"x",
            "there is no VLAN",
        ),
        (
            "image_os_hash_algo = \"sha256\"",
            "image_os_hash_algo = \"crc\"",
            "md5",
        ),
        (
            "fingerprint = \"SHA256:",
            "fingerprint = \"SHA256:x",
            "the fingerprint of this key",
        ),
        ("medium_v4 = 60", "medium_v4 = -1", "in stock"),
        ("state = \"active\"", "state = \"gone\"", "`pending`"),
    ] {
        refused(from, to, why);
    }
}

#[test]
fn what_is_made_after_a_snapshot_never_takes_the_place_of_what_was_made_before() {
    let folder = Folder::new();
    let file = folder.path().join("account.toml");
    let name = file.to_str().unwrap();
    Mw::new(["--sim", "--quiet", "snapshot", "--out", name]).run();
    for round in 1..=3 {
        let server = Server::with(&["--model", name]);
        let line = r#"
            create_vlan(#{label: "more", pod_location: "pod_1", vlan_type: "internal"});
            vlans().where("label", "more").len()"#;
        Mw::new(["--allow", "change", "--quiet", "eval", line])
            .account(server.url())
            .stdout(&format!("{round}\n"))
            .run();
        Mw::new(["--quiet", "snapshot", "--out", name])
            .account(server.url())
            .run();
    }
}

#[test]
fn simulated_time_starts_when_the_snapshot_was_taken() {
    let (server, folder) = (Server::with(&["--speed", "0"]), Folder::new());
    let file = folder.path().join("account.toml");
    http::post(server.url(), "/_sim/advance", r#"{"seconds": 1728000}"#);
    Mw::new(["--quiet", "snapshot", "--out", file.to_str().unwrap()])
        .account(server.url())
        .run();
    Mw::new([&format!("--sim={}", file.display()), "eval", "now()"])
        .stdout("2026-02-04T08:00:00Z\n")
        .run();
}

#[test]
fn an_account_that_cannot_be_started_from_keeps_the_snapshot_there_was() {
    let folder = Folder::new();
    folder.write("kept.toml", "clouds = 3\n");
    folder.write(
        "faults.toml",
        "[[fault]]\noperation = \"cloud_stats\"\nsays = { power_state = \"hibernating\" }\n",
    );
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (out, is_there) in [("kept.toml", true), ("new.toml", false)] {
        let (faults, out) = (path("faults.toml"), path(out));
        let done = Mw::new(["--sim", "--faults", &faults, "snapshot", "--out", &out])
            .any_stderr()
            .code(1)
            .run();
        assert!(done.stderr.contains("one of `power on`"), "{}", done.stderr);
        assert_eq!(done.stderr.contains("is kept"), is_there, "{}", done.stderr);
        let text = fs::read_to_string(&out).unwrap();
        assert_eq!(text == "clouds = 3\n", is_there, "{text}");
    }
}

#[test]
fn nobody_need_listen_to_what_was_written() {
    let line =
        "{ mw --sim snapshot --out a.toml; echo $? >code; } 2>&1 >/dev/null | true; cat code";
    Mw::shell(line).stdout("0\n").run();
    let line = "{ echo 1 | mw --sim repl; echo $? >code; } 2>&1 >/dev/null | true; cat code";
    Mw::shell(line).stdout("0\n").run();
}

#[test]
fn a_snapshot_is_its_owners_and_replaces_nothing_but_itself() {
    let folder = Folder::new();
    let path = |name: &str| folder.path().join(name);
    let take = |name: &str| {
        let out = path(name);
        Mw::new([
            "--sim",
            "--quiet",
            "snapshot",
            "--out",
            out.to_str().unwrap(),
        ])
        .run();
    };
    let mode = |name: &str| fs::metadata(path(name)).unwrap().permissions().mode() & 0o777;
    take("account.toml");
    assert_eq!(mode("account.toml"), 0o600);
    fs::set_permissions(path("account.toml"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink(path("account.toml"), path("link.toml")).unwrap();
    folder.write("link.toml.part", "mine");
    fs::write(path("account.toml"), "old").unwrap();
    take("link.toml");
    assert!(
        fs::symlink_metadata(path("link.toml"))
            .unwrap()
            .is_symlink()
    );
    assert!(
        fs::read_to_string(path("account.toml"))
            .unwrap()
            .contains("[[cloud]]")
    );
    assert_eq!(mode("account.toml"), 0o640);
    assert_eq!(fs::read_to_string(path("link.toml.part")).unwrap(), "mine");
    let shown = Mw::new(["--sim", "--quiet", "snapshot", "--out", "-"])
        .any_stdout()
        .run();
    assert!(shown.stdout.contains("[[cloud]]"));
    Mw::new(["--sim", "--quiet", "snapshot", "--out", "/dev/null"]).run();
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn what_nobody_has_described_does_not_survive_redaction() {
    let model = r#"
[[cloud]]
id = "Web1"
label = "ACME"
fields = { cloud_type = "baremetal", pod_location = "pod_1", provision_status = "complete", hostname = "web.acme.corp" }
[cloud.stats]
cloud_hostname = "web.acme.corp"
external_vip_address = "2001:db8:ac3e::1"
keys = [{ public_key = "ssh-rsa AAAA acme", private_key = "ACME" }]
[[cloud.stats.nodes]]
uuid = "11111111-1111-4111-8111-111111111111"
power_state = "power on"
ipaddress = "93.184.216.35/28"
networks = [{ mac_address = "AA:BB:CC:DD:EE:01", name = "acme0" }]
properties = { cpu = { count = 1 }, serial = "ACME" }
[[vlan]]
id = "Net1"
label = "ACME uplink"
description = "for ACME"
fields = { created_from = "central", pod_location = "pod_1", vlan_type = "internal", vlan_id = 7 }
[[order]]
id = "Ord1"
label = "for ACME"
fields = { items = [{ hardware_sku = "medium_v4", location = "pod_1", type = "baremetal", quantity = 1, modifications = { note = "ACME" } }], clouds_deployed = [], config_options = { password = "ACME" } }
[[configuration]]
id = "Con1"
label = "ACME"
fields = { image_source = "https://acme.corp/acme.img", image_os_hash_algo = "md5", image_os_hash_value = "0" }
"#;
    let mw = Mw::new(["--sim=model.toml", "--quiet", "snapshot", "--redact", "all"]);
    let done = mw.file("model.toml", model).any_stdout().run();
    for word in ["acme", "93.184", "ac3e", "aa:bb"] {
        let text = done.stdout.to_lowercase();
        assert!(!text.contains(word), "{word}: {}", done.stdout);
    }
}

#[test]
fn the_model_of_the_manual_is_one() {
    let root = env!("CARGO_MANIFEST_DIR");
    let page = fs::read_to_string(format!("{root}/docs/simulator.md")).unwrap();
    let (_, rest) = page.split_once("```toml\n[[cloud]]").unwrap();
    let (model, _) = rest.split_once("```").unwrap();
    let line = r#"cloud("Web").node("great-wombat").power_state"#;
    Mw::new(["--sim=model.toml", "eval", line])
        .file("model.toml", &format!("[[cloud]]{model}"))
        .stdout("power on\n")
        .run();
}

#[test]
fn a_snapshot_that_cannot_be_written_leaves_what_was_there() {
    let folder = Folder::new();
    let path = folder.path().join("no/such/folder.toml");
    let done = Mw::new([
        "--sim",
        "--quiet",
        "snapshot",
        "--out",
        path.to_str().unwrap(),
    ])
    .any_stderr()
    .code(2)
    .run();
    assert!(done.stderr.contains("cannot write"), "{}", done.stderr);
    folder.write("kept.toml", "as it was");
    let kept = folder.path().join("kept.toml");
    let url = "http://127.0.0.1:1";
    Mw::new(["--quiet", "snapshot", "--out", kept.to_str().unwrap()])
        .account(url)
        .any_stderr()
        .code(1)
        .run();
    assert_eq!(fs::read_to_string(kept).unwrap(), "as it was");
    Mw::new(["--sim", "snapshot", "--redact", "none,names"])
        .any_stderr()
        .code(2)
        .run();
}
