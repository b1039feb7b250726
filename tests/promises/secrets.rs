//! What `mw` knows to be secret stands in nothing that it writes, whatever a server repeats.
//!
//! Canaries are planted, a server repeats them wherever it can, and everything is searched that was
//! written: both streams, and every file below the home, the journal's included.

use std::fs;
use std::path::Path;

use crate::stage::echo::Echo;
use crate::stage::folder::Folder;
use crate::stage::mw::Mw;
use crate::stage::server::Server;

const KEY: &str = "canary-KEY-6c1d/9+x";
const CLIENT_SECRET: &str = "canary-SECRET-77aa";
const TOKEN: &str = "canary-TOKEN-b0b0";

/// The forms a canary may have: as it is, in addresses, and in Base64 behind `app:`.
const FORMS: [&str; 8] = [
    "canary-KEY",
    "6c1d",
    "canary-SECRET",
    "77aa",
    "canary-TOKEN",
    "b0b0",
    "YXBwOmNhbmFyeS1TRUNSRVQtNzdhY",
    "Y2FuYXJ5LVNFQ1JFVC03N2Fh",
];

fn search(what: &str, bytes: &[u8]) {
    for form in FORMS {
        let found = bytes
            .windows(form.len())
            .any(|window| window == form.as_bytes());
        assert!(
            !found,
            "{form} in {what}: {}",
            String::from_utf8_lossy(bytes)
        );
    }
}

/// Searches every file, and says how many there were.
fn search_files(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                return search_files(&path);
            }
            search(&path.display().to_string(), &fs::read(&path).unwrap());
            1
        })
        .sum()
}

const SCRIPT: &str = r#"
let seen = attempt(|| clouds());
print(`${seen}`);
attempt(|| remember("seen", `${seen}`));
attempt(|| create_vlan(#{label: "x", pod_location: "pod_1", vlan_type: "internal"}));
clouds();
"#;

/// Every command that speaks to the account or tells of runs, one after the other. What they end with
/// is not the point here.
const COMMANDS: &str = r"
allow='--allow read,change,disrupt,destroy,spend'
mw -v $allow run script.rhai
mw -v --log-format json $allow run script.rhai
mw $allow run script.rhai
mw -v eval 'clouds()'
mw -v call clouds
mw -v call clouds --include
mw call clouds --include --query .
mw call GET /v1/elsewhere --include
mw -v $allow call POST /v1/elsewhere a=b --include
mw -v --log-format json call clouds
mw -v call token --include
mw call token --output json
mw $allow call delete_cloud cloud=a
mw -v auth status
mw auth status --output json
mw auth status --all --output json
printf 'clouds()\nexit(0)\n' | mw -v repl
MW_LOG=trace mw eval 'clouds()'
mw -v snapshot --out home/account.toml
mw runs list --output json
for run in $(mw runs list --output json | sed -n 's/.*\x22id\x22: \x22\(.*\)\x22.*/\1/p'); do
    mw runs show $run; mw runs show $run --output json; mw runs diff $run $run
done
mw runs export --results
cp -r home $KEPT";

fn everything(url: &str, variables: &[(&str, &str)]) {
    let mut mw = Mw::shell(COMMANDS)
        .env("OPENMETAL_API_URL", url)
        .env("HTTP_PROXY", "")
        .file("script.rhai", SCRIPT)
        .any_stdout()
        .any_stderr();
    for (name, value) in variables {
        mw = mw.env(name, value);
    }
    // The call's own folder goes with it: what lies in it is put aside before.
    let kept = Folder::new();
    let mw = mw.env("KEPT", &kept.path().join("kept").display().to_string());
    let done = mw.run();
    search("stdout", done.stdout.as_bytes());
    search("stderr", done.stderr.as_bytes());
    assert!(done.stderr.contains("<redacted>"), "{}", done.stderr);
    let files = search_files(&kept.path().join("kept"));
    assert!(files >= 1, "nothing was written");
}

#[test]
fn an_api_key_that_is_repeated_in_errors_and_headers_is_written_nowhere() {
    for status in [
        "401 Unauthorized",
        "422 Unprocessable Entity",
        "302 Found",
        "200 OK",
    ] {
        let echo = Echo::start(status, TOKEN);
        everything(echo.url(), &[("OPENMETAL_API_KEY", KEY)]);
    }
}

#[test]
fn a_client_secret_and_its_tokens_are_written_nowhere() {
    for status in ["403 Forbidden", "200 OK"] {
        let echo = Echo::start(status, TOKEN);
        everything(
            echo.url(),
            &[
                ("OPENMETAL_CLIENT_ID", "app"),
                ("OPENMETAL_CLIENT_SECRET", CLIENT_SECRET),
            ],
        );
    }
}

#[test]
fn the_password_of_a_proxy_is_written_nowhere() {
    let proxy = format!("http://me:{CLIENT_SECRET}@127.0.0.1:9");
    let done = Mw::new(["-v", "eval", "clouds()"])
        .env("OPENMETAL_API_URL", "https://api.example")
        .env("OPENMETAL_API_KEY", KEY)
        .env("HTTPS_PROXY", &proxy)
        .any_stderr()
        .code(1)
        .run();
    search("stderr", done.stderr.as_bytes());
}

#[test]
fn what_an_account_gives_out_once_is_in_no_file_and_no_trace() {
    let server = Server::start();
    let line =
        r#"let n = cloud("Bare metal").nodes()[0]; let c = n.console(); print(c.url); print(c)"#;
    let done = Mw::new(["-v", "--yes", "eval", line])
        .account(server.url())
        .any_stdout()
        .any_stderr()
        .run();
    let all = format!("{}{}", done.stdout, done.stderr);
    assert!(all.contains(r#""access_token": "<redacted>""#), "{all}");
    assert!(all.contains(r#""url": "<redacted>""#), "{all}");
    assert!(!all.contains("Bearer s"), "{all}");
}

#[test]
fn a_secret_is_not_remembered() {
    let server = Server::start();
    let line = r#"attempt(|| clouds()); remember("key", "is canary-KEY-6c1d/9+x")"#;
    Mw::new(["eval", line])
        .env("OPENMETAL_API_URL", server.url())
        .env("OPENMETAL_API_KEY", KEY)
        .stderr(
            r#"error: what was to be remembered as "key" holds a secret of this run
  --> <eval>:1:23
   |
 1 | attempt(|| clouds()); remember("key", "is <redacted>")
   |                       ^^^^^^^^
  help: fetch it anew in each run: what is remembered lies in a file
"#,
        )
        .code(1)
        .run();
}
