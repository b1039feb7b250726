//! What reaches beyond the account is done where it is granted, and nowhere else.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;

use crate::stage::folder::Folder;
use crate::stage::mw::Mw;
use crate::stage::site::{Reply, Site};
use crate::stage::terminal::{self, Terminal};

/// A line on the simulator that may do this.
pub fn eval(powers: &[&str], line: &str) -> Mw {
    let mut words = vec!["--sim".to_owned()];
    for power in powers {
        words.extend(["--allow".to_owned(), (*power).to_owned()]);
    }
    words.extend(["eval".to_owned(), line.to_owned()]);
    Mw::new(words).any_stderr()
}

#[test]
fn without_a_terminal_it_is_refused_before_anything_is_done_and_the_option_is_named() {
    let site = Site::new();
    let post = format!("http_post({:?}, \"x\")", site.url());
    let net = format!("--allow net:127.0.0.1:{}", site.port());
    for (line, option) in [
        (r#"write_file("out/a.txt", "x")"#, "--allow fs:out"),
        (r#"append_file("a.txt", "x")"#, "--allow fs:."),
        (r#"read_file("a.txt")"#, "--allow fs:a.txt"),
        (r#"list_files(".")"#, "--allow fs:."),
        (r#"env("HOME")"#, "--allow env:HOME"),
        (r#"secret("SLACK_URL")"#, "--allow env:SLACK_URL"),
        (&*post, &*net),
    ] {
        let call = Mw::eval(line).any_stderr().code(4);
        let folder = call.folder().to_owned();
        let done = call.run();
        assert!(done.stderr.contains(option), "{line}: {}", done.stderr);
        assert!(!folder.join("out").exists() && !folder.join("a.txt").exists());
    }
    assert!(site.requests().is_empty());
    // On a real account too.
    let done = Mw::new(["eval", r#"read_file("a.txt")"#])
        .account("http://127.0.0.1:9")
        .any_stderr()
        .code(4)
        .run();
    assert!(done.stderr.contains("--allow fs:a.txt"), "{}", done.stderr);
}

#[test]
fn a_link_out_of_a_granted_folder_leads_nowhere() {
    let outside = Folder::new();
    outside.write("secret.txt", "hush");
    let lines = [
        r#"read_file("in/out.txt")"#,
        r#"read_file("in/up/secret.txt")"#,
        r#"write_file("in/out.txt", "x")"#,
        r#"append_file("in/out.txt", "x")"#,
        r#"write_file("in/up/new.txt", "x")"#,
        r#"write_file("in/up/new/deep.txt", "x")"#,
        r#"list_files("in/up")"#,
        r#"file_exists("in/up/secret.txt")"#,
        r#"read_json("in/out.txt")"#,
        r#"write_file("in/../new.txt", "x")"#,
    ];
    for line in lines {
        let call = eval(&["fs:in"], line).file("in/a.txt", "a").code(4);
        let root = call.folder().to_owned();
        symlink(outside.path().join("secret.txt"), root.join("in/out.txt")).unwrap();
        symlink(outside.path(), root.join("in/up")).unwrap();
        let done = call.run();
        assert!(done.stderr.contains("is not permitted"), "{}", done.stderr);
        assert!(!done.stderr.contains("hush"), "{}", done.stderr);
    }
    // What leads nowhere is not made into something.
    let call = eval(&["fs:in"], r#"write_file("in/gone", "x")"#)
        .file("in/a.txt", "a")
        .code(1);
    symlink(
        outside.path().join("new.txt"),
        call.folder().join("in/gone"),
    )
    .unwrap();
    call.run();
    let left: Vec<_> = fs::read_dir(outside.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name != "home")
        .collect();
    assert_eq!(left, ["secret.txt"]);
    assert_eq!(
        fs::read_to_string(outside.path().join("secret.txt")).unwrap(),
        "hush"
    );
}

#[test]
fn a_denial_wins() {
    for (allow, deny, line) in [
        ("fs:.", "fs:in", r#"read_file("in/a.txt")"#),
        ("fs:.", "fs:write:in", r#"write_file("in/a.txt", "x")"#),
        ("env:*", "env:HOME", r#"env("HOME")"#),
        (
            "net:*",
            "net:127.0.0.1",
            r#"http_get("http://127.0.0.1:9/")"#,
        ),
        (
            "net:*",
            "net:127.0.0.1",
            r#"http_get("http://[::ffff:127.0.0.1]:9/")"#,
        ),
    ] {
        let words = ["--sim", "--allow", allow, "--deny", deny, "eval", line];
        let done = Mw::new(words)
            .file("in/a.txt", "a")
            .any_stderr()
            .code(4)
            .run();
        let expected = format!("take `{deny}` off --deny");
        assert!(done.stderr.contains(&expected), "{}", done.stderr);
    }
    eval(&["fs:."], r#"read_file("in/a.txt")"#)
        .file("in/a.txt", "a")
        .stdout("a\n")
        .run();
}

#[test]
fn a_file_is_written_whole_and_keeps_its_mode() {
    Mw::shell(
        r#"printf old > a.sh; chmod 750 a.sh;
mw --sim --allow fs:. eval 'write_file("a.sh", "new")';
cat a.sh; stat -c ' %a' a.sh; ls -A"#,
    )
    .stdout("new 750\na.sh\nhome\n")
    .run();
}

#[test]
fn what_is_too_long_or_no_text_is_refused() {
    let done = Mw::shell(
        r#"truncate -s 1G big; printf 'a\nb\377' > binary; mkfifo pipe; mkdir folder;
for name in big binary pipe folder /dev/zero; do
  mw --sim --allow fs:. --allow fs:/dev eval "read_file(\"$name\")" 2>&1 | head -n 1
done"#,
    )
    .any_stdout()
    .run();
    let lines: Vec<&str> = done.stdout.lines().collect();
    for (line, expected) in lines.iter().zip([
        "it is 1 GiB long, and a script reads 16 MiB at most",
        "line 2 holds bytes that are no UTF-8",
        "it is a device or a pipe",
        "it is a folder",
        "it is a device or a pipe",
    ]) {
        assert!(line.contains(expected), "{line}");
    }
    assert_eq!(lines.len(), 5, "{lines:?}");
}

#[test]
fn what_is_wrong_in_a_file_is_said_with_its_place() {
    for (name, text, place) in [
        ("a.json", "{\n  \"a\": 1,\n}", "a.json:3:1: "),
        ("a.yaml", "a: 1\nb: [1, 2\nc: 3\n", "a.yaml:3:"),
        ("a.toml", "a = 1\nb = \n", "a.toml:2:5: "),
        ("a.csv", "a,b\n1,2\n3\n", "a.csv:3: "),
    ] {
        let read = name.replace("a.", "read_");
        let line = format!("{read}({name:?})");
        let done = eval(&["fs:."], &line).file(name, text).code(1).run();
        assert!(done.stderr.contains(place), "{}", done.stderr);
    }
}

#[test]
fn secrets_stay_hidden_wherever_they_go() {
    const CANARY: &str = "canary-5f2c9e";
    let site = Site::answering(|request| {
        let said = format!("you said {:?} {}", request.header("x-key"), request.body);
        Reply::Says(400, String::new(), said)
    });
    let script = format!(
        r#"let key = secret("KEY");
print(key); print(`a ${{key}}`); debug([key]); print(#{{key: key}}.to_json());
print(template("{{{{ key }}}}", #{{key: key}}));
http_post("{}/x", #{{key: key}}, #{{headers: #{{"X-Key": "Bearer " + key}}}});"#,
        site.url()
    );
    let done = Mw::new(["--sim", "--allow", "net:*,env:KEY", "run", "a.rhai"])
        .file("a.rhai", &script)
        .env("KEY", CANARY)
        .any_stdout()
        .any_stderr()
        .code(1)
        .run();
    assert!(!done.stdout.contains(CANARY), "{}", done.stdout);
    assert!(!done.stderr.contains(CANARY), "{}", done.stderr);
    assert!(done.stderr.contains("you said"), "{}", done.stderr);
    let sent = &site.requests()[0];
    assert_eq!(sent.header("x-key"), Some(&*format!("Bearer {CANARY}")));
    assert_eq!(sent.body, format!(r#"{{"key":"{CANARY}"}}"#));
    // As it prints it is no use to anybody.
    let line = format!(
        r#"http_get("{}", #{{headers: #{{"X-Key": `Bearer ${{secret("KEY")}}`}}}})"#,
        site.url()
    );
    let done = eval(&["net:*", "env:KEY"], &line)
        .env("KEY", CANARY)
        .code(1)
        .run();
    assert!(done.stderr.contains("as it prints"), "{}", done.stderr);
}

#[test]
fn a_secret_file_must_be_its_owners_alone() {
    let line = r#"mkdir -p $XDG_CONFIG_HOME/metalwright/secrets
cd $XDG_CONFIG_HOME/metalwright/secrets
printf 'hush-4711\n' > slack; chmod MODE slack
mw --sim --allow env:slack eval 'secret("slack").reveal()'"#;
    Mw::shell(&line.replace("MODE", "600"))
        .stdout("<redacted>\n")
        .run();
    let done = Mw::shell(&line.replace("MODE", "644"))
        .any_stderr()
        .code(3)
        .run();
    assert!(done.stderr.contains("chmod 600"), "{}", done.stderr);
    assert!(!done.stderr.contains("hush"), "{}", done.stderr);
}

#[test]
fn a_person_is_asked_and_may_say_no() {
    if !terminal::is_there() {
        return;
    }
    let terminal = Terminal::new();
    terminal.answers("Ctrl-D leaves");
    terminal.enters(r#"env("TERM")"#);
    terminal.shows("the question", |screen| {
        screen.ends_with("env:TERM: read the variable TERM? [y]es [a]ll env:TERM [n]o:")
    });
    terminal.enters("n");
    terminal.answers(":allow env:TERM");
    terminal.enters(r#"env("TERM")"#);
    terminal.shows("the question again", |screen| screen.ends_with("[n]o:"));
    terminal.enters("a");
    terminal.answers("xterm-256color");
    // Asked once for all of the session.
    terminal.enters(r#"env("TERM") + "!""#);
    terminal.answers("xterm-256color!");
    terminal.enters(r#"if confirm("go on?") { "on" } else { "off" }"#);
    terminal.shows("the script's question", |screen| {
        screen.ends_with("go on? [y/N]:")
    });
    terminal.enters("y");
    terminal.answers("\non\n");
}

#[test]
fn confirm_needs_somebody_or_a_yes_beforehand() {
    let done = Mw::eval(r#"confirm("go on?")"#).any_stderr().code(4).run();
    assert!(done.stderr.contains("--yes"), "{}", done.stderr);
    Mw::new(["--sim", "--yes", "eval", r#"confirm("go on?")"#])
        .stdout("true\n")
        .run();
}

#[test]
fn tests_of_scripts_have_the_powers_they_are_given() {
    let test = r#"fn test_it_writes() { write_file("out.txt", "x"); assert_eq(read_file("out.txt"), "x"); }"#;
    let run = |words: &[&str]| {
        let mut all = vec!["--quiet"];
        all.extend(words);
        all.push("test");
        Mw::new(all)
            .file("a_test.rhai", test)
            .any_stdout()
            .any_stderr()
    };
    run(&["--allow", "fs:."]).run();
    let done = run(&[]).code(1).run();
    assert!(done.stdout.contains("--allow fs:"), "{}", done.stdout);
}

#[test]
fn the_paths_of_jobs_are_from_where_the_jobs_file_lies() {
    let jobs = r#"
[[job]]
name = "write"
cron = "* * * * * *"
seconds = true
script = "write.rhai"
allow = ["fs:out"]
"#;
    let script = r#"write_file("out/a.txt", "x"); print(list_files("out"));"#;
    let mut service = Mw::new(["--sim", "serve", "--jobs", "deep/jobs.toml"])
        .file("deep/jobs.toml", jobs)
        .file("deep/write.rhai", script)
        .start();
    service.says("out/a.txt");
    service.signal("TERM");
    service.end();
}

#[test]
fn a_job_has_the_variables_that_its_file_gives_it_and_none_besides() {
    let jobs = r#"
[[job]]
name = "tell"
cron = "* * * * * *"
seconds = true
script = "tell.rhai"
env = { REPORTS = "/srv/reports", EMPTY = "", SECOND = "2" }
deny = ["env:SECOND"]
"#;
    let script = r#"
        let denied = attempt(|| env("SECOND"));
        let other = attempt(|| env("ELSEWHERE"));
        print(`${env("REPORTS")} [${env("EMPTY")}] ${denied.error.kind} ${other.error.kind}`);
    "#;
    let mut service = Mw::new(["--sim", "serve", "--jobs", "jobs.toml"])
        .file("jobs.toml", jobs)
        .file("tell.rhai", script)
        .env("REPORTS", "of the service")
        .env("ELSEWHERE", "of the service")
        .start();
    service.says("/srv/reports [] not_permitted not_permitted");
    service.signal("TERM");
    service.end();
}

#[test]
fn what_is_granted_of_files_and_by_pattern_gives_no_credentials() {
    for path in [
        "/proc/self/environ",
        "/proc/thread-self/environ",
        "/proc/1/cmdline",
    ] {
        let line = format!("read_file({path:?})");
        let done = eval(&["fs:/"], &line)
            .env("PASSED_ON", "hush")
            .code(1)
            .run();
        assert!(
            done.stderr.contains("tells of a process"),
            "{}",
            done.stderr
        );
        assert!(!done.stderr.contains("hush"), "{}", done.stderr);
    }
    let config = "default_profile = \"a\"\n[profile.a]\napi_key_env = \"A_CRED\"\n[profile.b]\napi_key_env = \"B_CRED\"\n";
    for name in [
        "A_CRED",
        "B_CRED",
        "MW_STORE",
        "OPENMETAL_API_URL",
        "OTEL_EXPORTER_OTLP_HEADERS",
        "HTTPS_PROXY",
    ] {
        let line = format!("env({name:?})");
        let words = [
            "--url",
            "http://127.0.0.1:9",
            "--allow",
            "env:*",
            "eval",
            &line,
        ];
        let call = Mw::new(words)
            .file("config.toml", config)
            .env("MW_CONFIG", "config.toml")
            .env("MW_STORE", "store.db")
            .env("OPENMETAL_API_URL", "http://127.0.0.1:9")
            .env("OTEL_EXPORTER_OTLP_HEADERS", "authorization=hush")
            .env("HTTPS_PROXY", "http://me:hush@127.0.0.1:9")
            .env("A_CRED", "hush")
            .env("B_CRED", "hush");
        if name == "OPENMETAL_API_URL" {
            call.stdout("http://127.0.0.1:9\n").run();
        } else {
            let done = call.any_stderr().code(4).run();
            let option = format!("--allow env:{name}");
            assert!(done.stderr.contains(&option), "{}", done.stderr);
        }
    }
}

#[test]
fn what_the_configuration_names_as_secret_is_no_script_s_to_read() {
    let folder = Arc::new(Folder::new());
    folder.write("other/key", "hush-hush");
    folder.write("other/secret", "hush-hush");
    folder.write("other/plain", "plain");
    folder.write("state/metalwright/history.jsonl", "hush-hush");
    symlink(folder.path().join("other/key"), folder.path().join("link")).unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let config = format!(
        "[profile.a]\napi_key_file = {:?}\n[profile.b]\nclient_id = \"b\"\nclient_secret_file = {:?}\n",
        at("other/key"),
        at("other/secret")
    );
    folder.write("conf/config.toml", &config);
    let grant = format!("fs:{}", folder.path().display());
    let history = at("state/metalwright/history.jsonl");
    for name in ["other/key", "other/secret", "link", &history, "other/plain"] {
        for verb in ["read_file(PATH)", "append_file(PATH, \"x\")"] {
            let line = verb.replace("PATH", &format!("{name:?}"));
            let call = eval(&[&grant], &line)
                .sharing(&folder)
                .inside(folder.path())
                .env("MW_CONFIG", &at("conf/config.toml"))
                .env("XDG_STATE_HOME", &at("state"))
                .any_stdout();
            if name == "other/plain" {
                call.run();
            } else {
                let done = call.code(4).run();
                let said = format!("{}{}", done.stdout, done.stderr);
                assert!(!said.contains("hush-hush"), "{line}: {said}");
            }
        }
    }
}
