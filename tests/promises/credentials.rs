//! Credentials: checked before they are kept, kept where nobody else reads them, forgotten on demand.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::stage::folder::Folder;
use crate::stage::mw::Mw;
use crate::stage::server::Server;
use crate::stage::terminal::{self, Terminal};

const CONFIG: &str = "home/config/metalwright/config.toml";

/// What a line of shell comes to in a home where this is the configuration.
fn shell(server: &Server, config: &str, line: &str) -> Mw {
    let mw = Mw::shell(line)
        .env("URL", server.url())
        .hide(server.url(), "URL");
    let mw = if config.is_empty() {
        mw
    } else {
        mw.file(CONFIG, config)
    };
    let folder = mw.folder().display().to_string();
    mw.hide(&folder, "HERE")
}

#[test]
fn a_key_is_checked_kept_and_used() {
    let server = Server::start();
    let done = shell(
        &server,
        "",
        r#"printf 'sim\n' | mw auth login --url "$URL" --with-key
        mw call clouds --output json
        cat home/config/metalwright/config.toml"#,
    )
    .any_stdout()
    .run();
    for part in [
        "logged in to URL as owner@example.com (Olive Owner)\n",
        "  organization Example Organization (",
        "the secret is in HERE/home/config/metalwright/credentials/default.key\n",
        "it is used when no profile is chosen\n",
        "\"label\": \"My first cloud\"",
        "[profile.default]\nurl = \"URL\"\napi_key_file = \"credentials/default.key\"\n",
    ] {
        assert!(done.stdout.contains(part), "{part:?} in {}", done.stdout);
    }
}

#[test]
fn a_key_that_the_api_refuses_is_not_kept() {
    let server = Server::start();
    shell(
        &server,
        "",
        r#"printf 'stolen-key' | mw auth login --url "$URL" --with-key; echo $?; ls home"#,
    )
    .stdout("3\n")
    .stderr(
        "error: could not read profile: 401 Unauthorized (unauthenticated): Invalid or missing credentials.
  help: nothing was stored; check the key, and that it is one for URL
",
    )
    .run();
}

#[test]
fn a_server_that_cannot_be_reached_keeps_nothing() {
    let done = Mw::shell(
        "printf 'sim-key' | mw --quiet auth login --url http://127.0.0.1:9 --with-key; ls home",
    )
    .any_stderr()
    .run();
    assert!(
        done.stderr.starts_with(
            "error: could not read profile: cannot connect to 127.0.0.1:9: Connection refused"
        ),
        "{}",
        done.stderr
    );
    assert!(done.stderr.contains("help: nothing was stored; "));
}

#[test]
fn what_a_person_wrote_in_the_file_stays_as_it_stands() {
    let server = Server::start();
    let config = "# Ours.\ndefault_profile = \"production\" # the default\n\n\
         [profile.production] # careful\n# who may what\nallow = [\n  \"read\", # no more\n]\n\
         api_key_command = [\"pass\", \"show\", \"mw\"] # by hand\n\n\
         [profile.other]\nurl = \"https://other.example\"\napi_key_env = \"OTHER\"\n\n\
         [journal]\nkeep = \"90d\" # long\n";
    shell(
        &server,
        config,
        r#"printf 'sim' | mw auth login --url "$URL" --with-key > /dev/null
        printf 'sim' | mw --profile other auth login --url "$URL" --client-id sim > /dev/null
        cat home/config/metalwright/config.toml"#,
    )
    .stdout(
        "# Ours.\ndefault_profile = \"production\" # the default\n\n\
         [profile.production] # careful\n# who may what\nallow = [\n  \"read\", # no more\n]\n\
         url = \"URL\"\napi_key_file = \"credentials/production.key\"\n\n\
         [profile.other]\nurl = \"URL\"\nclient_id = \"sim\"\nclient_secret_file = \"credentials/other.secret\"\n\n\
         [journal]\nkeep = \"90d\" # long\n",
    )
    .run();
}

#[test]
fn nobody_else_may_read_a_secret_at_any_time() {
    let server = Server::start();
    // A umask that takes nothing away, and a folder that was open before.
    let mw = shell(
        &server,
        "[profile.default]\n",
        r#"umask 0
        mkdir -m 777 home/config/metalwright/credentials
        printf 'sim' | strace -f -o trace -e trace=openat,open,creat,mkdir,mkdirat,rename,renameat,chmod,fchmod,fsync mw auth login --url "$URL" --with-key > /dev/null 2>&1 ||
        printf 'sim' | mw auth login --url "$URL" --with-key > /dev/null
        find home/config/metalwright/credentials -printf '%m %P\n' | sort
        if test -s trace; then grep -o 'default.key[^"]*", O_.*O_CREAT.*, 0[0-7]*' trace; fi | grep -v 0600"#,
    );
    mw.stdout("600 default.key\n700 \n").code(1).run();
}

#[test]
fn a_secret_is_not_taken_from_the_command_line() {
    for line in [
        "mw auth login hush-4711",
        "mw auth login --api-key hush-4711",
        "mw auth login --with-token=hush-4711",
        "mw --profile a auth login --client-id ci --client-secret hush-4711",
    ] {
        Mw::shell(line)
            .code(2)
            .stderr(
                "error: a secret is not taken from the command line
  help: the shell's history and the list of processes would show it: type it when it is asked for, or give it on standard input: mw auth login --with-key < key.txt
",
            )
            .run();
    }
}

#[test]
fn without_a_terminal_the_key_comes_from_standard_input() {
    for (line, said) in [
        (
            "mw auth login < /dev/null",
            "error: there is no terminal to ask for the API key at
  help: give it on standard input, with --with-key: mw auth login --with-key < key.txt
",
        ),
        (
            "mw auth login --with-key < /dev/null",
            "error: standard input is empty, and should hold the API key
  help: mw auth login --with-key < key.txt
",
        ),
        (
            "printf 'one\\ntwo' | mw auth login --with-key",
            "error: the secret of standard input holds a line break or another control character
  help: it must be one line, and nothing but the secret
",
        ),
        (
            "printf key | mw --profile ../x auth login --with-key",
            "error: a profile cannot be called \"../x\"
  help: use letters, digits, `-`, `_` and `.`, 64 at most, and none of `.` first
",
        ),
        (
            "printf key | mw --sim auth login --with-key",
            "error: the embedded simulator has no credentials to keep
  help: leave --sim out; `mw sim` serves a simulated account by URL, with the key `sim`
",
        ),
    ] {
        Mw::shell(line).code(2).stderr(said).run();
    }
}

#[test]
fn the_first_profile_is_the_default_and_later_ones_are_not() {
    let server = Server::start();
    let done = shell(
        &server,
        "",
        r#"printf 'sim' | mw --profile first auth login --url "$URL" --with-key
        printf 'sim-member' | mw --profile second auth login --url "$URL" --with-key
        mw auth profiles --output json"#,
    )
    .any_stdout()
    .run();
    let (told, json) = done.stdout.split_once("\n[").unwrap();
    assert!(
        told.contains("it is used when no profile is chosen\n"),
        "{told}"
    );
    assert!(
        told.contains("choose it with --profile second or MW_PROFILE=second"),
        "{told}"
    );
    let rows: Value = serde_json::from_str(&format!("[{json}")).unwrap();
    let row = |index: usize| {
        (
            rows[index]["profile"].as_str(),
            rows[index]["default"].as_bool(),
        )
    };
    assert_eq!(row(0), (Some("first"), Some(true)));
    assert_eq!(row(1), (Some("second"), Some(false)));
}

#[test]
fn status_says_who_and_by_what_for_every_profile() {
    let server = Server::start();
    let url = server.url();
    let config = format!(
        "[profile.default]\nurl = \"{url}\"\napi_key_env = \"KEY\"\n\
         [profile.ci]\nurl = \"{url}\"\nclient_id = \"sim\"\nclient_secret_env = \"KEY\"\n\
         [profile.gone]\nurl = \"http://127.0.0.1:9\"\napi_key_env = \"KEY\"\n\
         [profile.none]\nurl = \"{url}\"\n\
         [profile.wrong]\nurl = \"{url}\"\napi_key_command = \"echo wrong-key\"\n"
    );
    let done = shell(
        &server,
        &config,
        "mw --quiet auth status --all --output json",
    )
    .env("KEY", "sim")
    .any_stdout()
    .code(3)
    .run();
    let all: Value = serde_json::from_str(&done.stdout).unwrap();
    let of = |name: &str| {
        let found = all
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["profile"] == name);
        found.unwrap().clone()
    };
    assert_eq!(of("default")["state"], "accepted");
    assert_eq!(of("default")["default"], true);
    assert_eq!(of("default")["account"]["email"], "owner@example.com");
    assert_eq!(of("default")["organizations"][0]["role"], "owner");
    assert_eq!(of("ci")["token"]["expires_in"], 14400);
    assert_eq!(of("ci")["credentials"]["kind"], "oauth");
    assert_eq!(of("gone")["state"], "unreachable");
    assert_eq!(of("none")["state"], "none");
    assert_eq!(of("wrong")["state"], "refused");
    assert_eq!(
        of("wrong")["credentials"]["origin"],
        "API key of the command `echo <redacted>`"
    );
    assert!(!done.stdout.contains("access_token"));
}

#[test]
fn a_refused_key_and_a_file_open_to_others_are_told_with_the_remedy() {
    let server = Server::start();
    let mw = shell(
        &server,
        "[profile.default]\napi_key_file = \"key\"\n",
        r#"mw auth status --url "$URL"; echo $?; mw call clouds --url "$URL"; echo $?"#,
    )
    .file("home/config/metalwright/key", "hush-4711");
    let key = mw.folder().join("home/config/metalwright/key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let message =
        "error: the secret file HERE/home/config/metalwright/key is open to others (mode 0644)
  help: run `chmod 600 HERE/home/config/metalwright/key`
";
    mw.stdout(
        "profile       default (the default)
address       URL
credentials   API key of HERE/home/config/metalwright/key
state         unusable
3
3
",
    )
    .stderr(&format!("{message}{message}"))
    .run();
}

#[test]
fn logging_out_removes_what_was_kept_and_leaves_the_rest() {
    let server = Server::start();
    let config =
        "# Ours.\n[profile.default]\nallow = [\"read\"]\n\n[profile.env]\napi_key_env = \"KEY\"\n";
    shell(
        &server,
        config,
        r#"printf 'sim' | mw auth login --url "$URL" --with-key > /dev/null
        printf 'sim' | mw --profile once auth login --with-key --url "$URL" > /dev/null
        mw auth logout
        mw --profile once auth logout
        mw --profile env auth logout
        mw --profile nobody auth logout
        ls home/config/metalwright/credentials
        cat home/config/metalwright/config.toml"#,
    )
    .stdout(
        "logged out of profile default: removed HERE/home/config/metalwright/credentials/default.key
the API still accepts the key: revoke it there if others may have it
logged out of profile once: removed HERE/home/config/metalwright/credentials/once.key
the API still accepts the key: revoke it there if others may have it
nothing was kept for profile env
left alone: `api_key_env = \"KEY\"` of the profile
# Ours.
[profile.default]
allow = [\"read\"]
url = \"URL\"

[profile.env]
api_key_env = \"KEY\"

[profile.once]
url = \"URL\"
",
    )
    .stderr(
        "error: there is no profile \"nobody\", which --profile names
  help: HERE/home/config/metalwright/config.toml has default, env, once
",
    )
    .run();
}

#[test]
fn the_sandbox_is_a_preset() {
    Mw::shell("mw --profile try auth profiles --output json")
        .file(
            CONFIG,
            "[profile.try]\npreset = \"sandbox\"\napi_key_env = \"KEY\"\n",
        )
        .stdout(
            r#"[
  {
    "profile": "try",
    "default": false,
    "url": "https://sandbox.api.central.openmetal.io",
    "credentials": "API key of the environment's KEY",
    "production": false
  }
]
"#,
        )
        .run();
}

#[test]
fn a_key_typed_at_the_terminal_is_not_shown() {
    if !terminal::is_there() {
        return;
    }
    let server = Server::start();
    let told = Folder::new();
    let file = told.path().join("told");
    let variables = format!("OPENMETAL_API_URL='{}'", server.url());
    let line = format!("auth login > '{}'", file.display());
    let terminal = Terminal::of(&variables, &line);
    let asks = |screen: &str| screen.ends_with("API key (not shown):");
    terminal.shows("the question", asks);
    terminal.types("sim-memberx");
    terminal.presses("BSpace");
    terminal.shows("the question alone", asks);
    terminal.presses("Enter");
    terminal.closes();
    let told = fs::read_to_string(file).unwrap();
    assert!(told.contains("as member@example.com"), "{told}");
}
