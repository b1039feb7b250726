//! An answer belongs to the question that is seen, and to no other.

use std::fs;
use std::sync::Mutex;
use std::sync::mpsc::channel;

use crate::stage::folder::Folder;
use crate::stage::mw::Mw;
use crate::stage::server::Server;
use crate::stage::site::{Reply, Site};
use crate::stage::terminal::{self, Terminal};

fn variables(server: &Server, folder: &Folder) -> String {
    format!(
        "OPENMETAL_API_URL='{}' OPENMETAL_API_KEY=sim MW_STORE='{}'",
        server.url(),
        folder.path().join("journal.db").display()
    )
}

/// How many questions a screen shows.
fn asked(screen: &str) -> usize {
    screen.replace('\n', "").matches("[n]o:").count()
}

fn rebooted(server: &Server) -> usize {
    let calls = server.calls().into_iter();
    calls.filter(|call| call.operation == "set_power").count()
}

#[test]
fn what_is_typed_before_a_question_is_no_answer_to_it() {
    if !terminal::is_there() {
        return;
    }
    let server = Server::start();
    let (typed, wait) = channel();
    let wait = Mutex::new(wait);
    let gate = Site::answering(move |_| {
        let _ = wait.lock().unwrap().recv();
        Reply::body("")
    });
    let line = format!(
        "print(\"typing\"); http_get(\"{}/typed\"); cloud(\"Bare metal\").nodes()[0].reboot(); print(\"over\")",
        gate.url()
    );
    let folder = Folder::new();
    folder.write("early.rhai", &line);
    let file = folder.path().join("early.rhai");
    let person = Terminal::of(
        &variables(&server, &folder),
        &format!("--allow net:127.0.0.1 run '{}'", file.display()),
    );
    person.shows("typing", |screen| screen.contains("typing"));
    person.enters("y");
    person.shows("what is typed", |screen| {
        screen.lines().any(|line| line.trim() == "y")
    });
    typed.send(()).unwrap();
    person.shows("a question", |screen| asked(screen) == 1);
    assert_eq!(rebooted(&server), 0);
    person.enters("n");
    person.closes();
    assert_eq!(rebooted(&server), 0);
}

#[test]
fn questions_of_branches_are_asked_one_after_another() {
    if !terminal::is_there() {
        return;
    }
    let server = Server::start();
    let folder = Folder::new();
    folder.write(
        "both.rhai",
        "parallel([0, 1], |i| { cloud(\"Bare metal\").nodes()[i].reboot(); }); print(\"over\");",
    );
    let file = folder.path().join("both.rhai");
    let person = Terminal::of(
        &variables(&server, &folder),
        &format!("run '{}'", file.display()),
    );
    person.shows("one question", |screen| asked(screen) == 1);
    assert_eq!(rebooted(&server), 0);
    person.enters("y");
    person.shows("another one", |screen| asked(screen) == 2);
    person.enters("y");
    person.closes();
    assert_eq!(rebooted(&server), 2);
}

#[test]
fn no_grant_of_files_reaches_what_is_mws_own() {
    let server = Server::start();
    let home = Folder::new();
    home.write("config/metalwright/config.toml", "# mine\n");
    let config = home.path().join("config");
    let own = config.join("metalwright/config.toml");
    let store = home.path().join("state/journal.db");
    let grant = format!("fs:{}", home.path().display());
    for line in [
        format!("write_file({own:?}, \"x\")"),
        format!("read_file({own:?})"),
        format!(
            "append_file({:?}, \"x\")",
            store.with_file_name("journal.db-wal")
        ),
        format!("write_file({store:?}, \"x\")"),
        format!(
            "read_file({:?})",
            home.path().join("config/../config/metalwright/config.toml")
        ),
    ] {
        let done = Mw::new(["--allow", &grant, "eval", &line])
            .account(server.url())
            .env("XDG_CONFIG_HOME", config.to_str().unwrap())
            .env("MW_STORE", store.to_str().unwrap())
            .any_stderr()
            .code(4)
            .run();
        assert!(done.stderr.contains("mw's own"), "{line}: {}", done.stderr);
    }
    assert_eq!(fs::read_to_string(&own).unwrap(), "# mine\n");
}

#[test]
fn the_accounts_own_api_is_reached_by_operations_only() {
    let server = Server::start();
    let line = format!(
        "http_request(\"DELETE\", \"{}/v1/clouds/x\", #{{}})",
        server.url()
    );
    let done = Mw::new(["--allow", "net:127.0.0.1", "eval", &line])
        .account(server.url())
        .any_stderr()
        .code(4)
        .run();
    assert!(
        done.stderr.contains("the account's own API"),
        "{}",
        done.stderr
    );
    assert!(
        server
            .calls()
            .iter()
            .all(|call| call.operation != "delete_cloud")
    );
}

#[test]
fn a_key_is_a_secret_before_it_is_used() {
    let server = Server::start();
    Mw::new([
        "--allow",
        "env:OPENMETAL_API_KEY",
        "eval",
        "env(\"OPENMETAL_API_KEY\")",
    ])
    .account(server.url())
    .env("OPENMETAL_API_KEY", "sim-maintainer")
    .stdout("<redacted>\n")
    .run();
}

#[test]
fn a_function_that_is_named_when_it_runs_is_found() {
    Mw::new([
        "--sim",
        "eval",
        "let n = \"clo\"; n += \"uds\"; Fn(n).call().len()",
    ])
    .stdout("2\n")
    .run();
}

#[test]
fn a_cleanup_that_could_not_be_called_is_found_before_the_body_runs() {
    let done = Mw::new([
        "--sim",
        "eval",
        "ensure(|| print(\"off\"), |x| print(\"on\"))",
    ])
    .any_stderr()
    .code(2)
    .run();
    let wrong = "`ensure` calls this closure with nothing, and it takes 1";
    assert!(done.stderr.contains(wrong), "{}", done.stderr);
    Mw::new([
        "--sim",
        "eval",
        "let x = 1; ensure(|| print(x), || print(x + 1))",
    ])
    .stdout("1\n2\n")
    .run();
}

#[test]
fn a_cleanup_that_fails_is_no_success() {
    Mw::new([
        "--sim",
        "eval",
        "ensure(|| exit(0), || { throw \"dirty\" })",
    ])
    .any_stderr()
    .code(1)
    .run();
}

#[test]
fn lines_that_many_add_to_one_file_are_all_there() {
    let folder = Folder::new();
    let grant = format!("fs:{}", folder.path().display());
    let file = folder.path().join("log.txt");
    let line = format!(
        "let a = []; for i in 0..40 {{ a.push(i); }} parallel(a, |i| append_file({file:?}, \"a line\\n\")); ()"
    );
    let server = Server::start();
    Mw::new(["--allow", &grant, "eval", &line])
        .account(server.url())
        .any_stdout()
        .run();
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 40);
}

#[test]
fn a_run_whose_folder_is_gone_is_not_resumed_elsewhere() {
    let server = Server::start();
    let home = Folder::new();
    home.write(
        "work/two.rhai",
        "write_file(\"one.txt\", \"1\"); http_get(\"http://127.0.0.1:1\");",
    );
    let store = home.path().join("journal.db");
    let mw = |words: &[&str]| {
        Mw::new(words)
            .account(server.url())
            .env("MW_STORE", store.to_str().unwrap())
    };
    let work = home.path().join("work");
    let ended = mw(&["--allow", "fs:.", "run", "two.rhai"])
        .env("MW_TEST_KILL", "before-outcome:1")
        .inside(&work)
        .start()
        .end();
    assert_eq!(ended.code, None);
    fs::rename(&work, home.path().join("gone")).unwrap();
    let list = mw(&["--output", "json", "runs", "list"]).any_stdout().run();
    let runs: serde_json::Value = serde_json::from_str(&list.stdout).unwrap();
    let run = runs[0]["id"].as_str().unwrap();
    let done = mw(&["runs", "resume", run]).any_stderr().code(2).run();
    assert!(
        done.stderr.contains("put the folder back"),
        "{}",
        done.stderr
    );
}

#[test]
fn ctrl_c_at_a_question_gives_the_prompt_back_and_eats_no_line() {
    if !terminal::is_there() {
        return;
    }
    let server = Server::start();
    let folder = Folder::new();
    let person = Terminal::of(&variables(&server, &folder), "repl");
    person.shows("the prompt", |screen| screen.contains("Ctrl-D leaves"));
    for round in 0..2 {
        person.enters("cloud(\"Bare metal\").nodes()[0].reboot()");
        person.shows("a question", |screen| asked(screen) == round + 1);
        person.presses("C-c");
        person.enters(&format!("4{round} + 2"));
        let value = format!("\n4{}\n", round + 2);
        person.shows("its value", |screen| screen.contains(&value));
    }
    assert_eq!(rebooted(&server), 0);
    person.presses("C-d");
    person.closes();
}

#[test]
fn a_cleanup_after_ctrl_c_still_asks_for_consent() {
    if !terminal::is_there() {
        return;
    }
    let server = Server::start();
    let folder = Folder::new();
    folder.write(
        "clean.rhai",
        "ensure(|| { print(\"ready\"); sleep(\"9h\"); }, || create_vlan(#{label: \"clean\", pod_location: \"pod_1\", vlan_type: \"internal\"}));",
    );
    let file = folder.path().join("clean.rhai");
    for (answer, made) in [("n", 0), ("y", 1)] {
        let person = Terminal::staying(
            &variables(&server, &folder),
            &format!("run '{}'", file.display()),
        );
        person.shows("the work", |screen| screen.contains("ready"));
        person.presses("C-c");
        person.shows("a question", |screen| {
            asked(screen) == 1 && screen.contains("change: create vlan labelled")
        });
        person.enters(answer);
        person.shows("its end", |screen| screen.contains("\nexit "));
        let calls = server.calls().into_iter();
        let created = calls.filter(|call| call.operation == "create_vlan");
        assert_eq!(created.count(), made);
    }
}

#[test]
fn a_cloud_with_an_empty_name_is_deleted_where_its_id_is_typed() {
    if !terminal::is_there() {
        return;
    }
    let folder = Folder::new();
    let model = Mw::new(["--sim", "snapshot"])
        .any_stdout()
        .any_stderr()
        .run();
    folder.write(
        "model.toml",
        &model
            .stdout
            .replace("label = \"Bare metal\"", "label = \"\""),
    );
    let file = folder.path().join("model.toml");
    let server = Server::with(&["--model", &file.display().to_string()]);
    let line = "clouds().filter(|c| c.label == \"\")[0].id";
    let seen = Mw::new(["eval", line])
        .account(server.url())
        .any_stdout()
        .run();
    let id = seen.stdout.trim();
    folder.write(
        "config.toml",
        &format!(
            "default_profile = \"live\"\n[profile.live]\nurl = {:?}\napi_key_env = \"KEY\"\nproduction = true\n",
            server.url()
        ),
    );
    let config = folder.path().join("config.toml");
    let deleted = || {
        let calls = server.calls().into_iter();
        calls
            .filter(|call| call.operation == "delete_cloud")
            .count()
    };
    for (answer, count) in [("", 0), (id, 1)] {
        let person = Terminal::staying(
            &format!("MW_CONFIG='{}' KEY=sim", config.display()),
            &format!("eval 'delete_cloud(\"{id}\"); 1'"),
        );
        let asks = format!("Type {id} to go ahead");
        person.shows("a question", |screen| {
            screen.replace('\n', "").contains(&asks)
        });
        person.enters(answer);
        person.shows("its end", |screen| screen.contains("\nexit "));
        assert_eq!(deleted(), count);
    }
}
