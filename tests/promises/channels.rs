//! A channel of a jobs file is tried and checked before it is needed, and gives no secret away.

use std::fs;
use std::sync::Arc;

use crate::stage::folder::Folder;
use crate::stage::mw::Mw;
use crate::stage::site::{Reply, Site};

/// A secret that must be in nothing that is written.
const CANARY: &str = "canary-4711-hush";

const CHANNEL: &str = "[notify.ops]\nwebhook_env = \"OPS_URL\"\n";

#[test]
fn a_channel_is_tried_before_it_is_needed() {
    let site = Site::new();
    let url = format!("{}/{CANARY}", site.url());
    Mw::new(["jobs", "notify", "ops"])
        .file("jobs.toml", CHANNEL)
        .env("OPS_URL", &url)
        .stdout("ops: delivered\n")
        .run();
    let sent: serde_json::Value = serde_json::from_str(&site.requests()[0].body).unwrap();
    assert_eq!(sent["job"], "test");
    let refuses = Site::answering(|request| {
        Reply::Says(410, String::new(), format!("{} is gone", request.line))
    });
    let url = format!("{}/services/{CANARY}", refuses.url());
    let done = Mw::new(["--verbose", "jobs", "notify", "ops"])
        .file("jobs.toml", CHANNEL)
        .env("OPS_URL", &url)
        .any_stderr()
        .code(1)
        .run();
    assert!(
        done.stderr
            .contains("answered 410 Gone: POST <redacted> is gone"),
        "{}",
        done.stderr
    );
    assert!(!done.stderr.contains(CANARY), "{}", done.stderr);
    assert!(done.stderr.contains("mend the channel"), "{}", done.stderr);
}

#[test]
fn a_channel_without_its_secret_is_refused_before_anything_is_due() {
    let expected = "error: channel ops: the environment variable OPS_URL is not set
  --> jobs.toml:2:15
   |
 2 | webhook_env = \"OPS_URL\"
   |               ^^^^^^^^^
  help: set it where mw is started
";
    for command in [&["--sim", "serve"][..], &["jobs", "notify", "ops"]] {
        Mw::new(command)
            .file("jobs.toml", CHANNEL)
            .stderr(expected)
            .code(2)
            .run();
    }
    // Who only checks the file may be somewhere else.
    Mw::new(["jobs", "check"])
        .file("jobs.toml", CHANNEL)
        .stdout("jobs.toml: 0 jobs, no problems\n")
        .run();
    Mw::new(["jobs", "notify", "opps"])
        .file("jobs.toml", CHANNEL)
        .stderr("error: jobs.toml has no channel `opps`\n  help: did you mean `ops`?\n")
        .code(2)
        .run();
}

#[test]
fn a_command_of_a_channel_gets_none_of_mws_credentials() {
    let folder = Arc::new(Folder::new());
    let channels = r#"
[notify.ops]
command = ["sh", "-c", "env > told; cat >> told"]
[notify.hook]
webhook_env = "HOOK"
header_env = { X-Key = "HEADER" }
[notify.slack]
slack_env = "SLACK"
"#;
    folder.write("jobs.toml", channels);
    let address = format!("https://hooks.example.com/{CANARY}");
    let proxy = format!("http://me:{CANARY}@127.0.0.1:9");
    Mw::new(["jobs", "notify", "ops"])
        .sharing(&folder)
        .env("OPENMETAL_API_KEY", CANARY)
        .env("HOOK", &address)
        .env("SLACK", &address)
        // Too short to be known by what it is.
        .env("HEADER", "hdr4")
        .env("COPY", &address)
        .env("OTEL_EXPORTER_OTLP_HEADERS", "authorization=otl5")
        .env("https_proxy", &proxy)
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .env("NOTIFY_SOCKET", "/nowhere/notify")
        .env("KEPT", "kept")
        .stdout("ops: delivered\n")
        .run();
    let told = fs::read_to_string(folder.path().join("told")).unwrap();
    assert!(
        told.contains("KEPT=kept") && told.contains("MW_JOB=test"),
        "{told}"
    );
    assert!(told.contains("HTTP_PROXY=http://127.0.0.1:9"), "{told}");
    for hidden in [CANARY, "NOTIFY_SOCKET", "hdr4", "otl5"] {
        assert!(!told.contains(hidden), "{hidden}: {told}");
    }
}
