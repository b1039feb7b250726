//! An account can be written down and started from again, and a file that describes an account that
//! cannot be is refused with its line.

use std::fs;

use crate::stage::folder::Folder;
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
fn the_model_of_the_readme_is_one() {
    let root = env!("CARGO_MANIFEST_DIR");
    let readme = fs::read_to_string(format!("{root}/README.md")).unwrap();
    let (_, rest) = readme.split_once("```toml\n[[cloud]]").unwrap();
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
