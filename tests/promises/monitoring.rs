//! A service says how it is: over HTTP, in its log, and to the supervisor that started it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::stage::folder::Folder;
use crate::stage::mw::Mw;
use crate::stage::process::Process;
use crate::stage::server::Server;

/// Nothing takes this long.
const PATIENCE: Duration = Duration::from_secs(20);

const JOBS: &str = r#"
[[job]]
name = "tick"
cron = "* * * * * *"
seconds = true
script = "tick.rhai"
"#;

const TICK: &str = "info(\"so far\"); print(`${clouds().len()} clouds`);";

/// Status and body of what is answered to a request of this method and path.
fn asked(url: &str, method: &str, path: &str) -> (u16, String) {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap();
    (status.parse().unwrap(), body.to_owned())
}

/// A service that listens, and its address.
fn listening(mw: Mw) -> (Process, String) {
    let mut service = mw.start();
    let line = service.notes("listening on");
    let url = line.strip_prefix("listening on ").unwrap().to_owned();
    (service, url)
}

const SERVE: [&str; 4] = ["--sim", "serve", "--listen", "127.0.0.1:0"];

#[test]
fn a_service_counts_what_it_does() {
    let account = Server::start();
    let mw = Mw::new(["serve", "--listen", "0"])
        .account(account.url())
        .file("jobs.toml", JOBS)
        .file("tick.rhai", TICK);
    let (mut service, url) = listening(mw);
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    service.notes("tick: run 1 succeeded");
    assert_eq!(asked(&url, "GET", "/healthz"), (200, "ok\n".to_owned()));
    assert_eq!(asked(&url, "GET", "/readyz"), (200, "ready\n".to_owned()));
    let (status, text) = asked(&url, "GET", "/metrics");
    assert_eq!(status, 200);
    for series in [
        "mw_job_runs_total{job=\"tick\",state=\"succeeded\"} ",
        "mw_job_ticks_total{job=\"tick\",outcome=\"started\"} ",
        "mw_job_last_success_timestamp_seconds{job=\"tick\"} ",
        "mw_job_next_timestamp_seconds{job=\"tick\"} ",
        "mw_api_calls_total{operation=\"clouds\",status=\"200\"} ",
        "mw_job_lateness_seconds_count ",
        "mw_runs_running ",
        "mw_queue_length 0",
        "mw_build_info{version=\"",
    ] {
        assert!(text.contains(series), "{series}\n{text}");
    }
    assert_eq!(asked(&url, "GET", "/").0, 404);
    assert_eq!(asked(&url, "POST", "/metrics").0, 405);
    service.signal("TERM");
    assert_eq!(service.end().code, Some(0));
}

#[test]
fn calls_that_fail_are_counted_by_what_they_came_to() {
    let faults = "[[fault]]\noperation = \"clouds\"\nstatus = 503\n";
    let mw = Mw::new(["--sim", "--faults", "faults.toml", "serve", "--listen", "0"])
        .file("jobs.toml", JOBS)
        .file("faults.toml", faults)
        .file("tick.rhai", TICK);
    let (mut service, url) = listening(mw);
    service.notes("tick: run 1 failed");
    let (_, text) = asked(&url, "GET", "/metrics");
    for series in [
        "mw_api_calls_total{operation=\"clouds\",status=\"503\"} ",
        "mw_api_retries_total{operation=\"clouds\"} ",
        "mw_job_runs_total{job=\"tick\",state=\"failed\"} ",
    ] {
        assert!(text.contains(series), "{series}\n{text}");
    }
}

#[test]
fn a_call_in_doubt_is_counted() {
    let faults = "[[fault]]\noperation = \"set_power\"\nreset = \"after\"\n";
    let jobs = format!("{JOBS}allow = [\"read\", \"disrupt\"]\n");
    let mw = Mw::new(["--sim", "--faults", "faults.toml", "serve", "--listen", "0"])
        .file("jobs.toml", &jobs)
        .file("faults.toml", faults)
        .file("tick.rhai", "cloud(\"Bare metal\").nodes()[0].reboot()");
    let (mut service, url) = listening(mw);
    service.notes("tick: run 1 failed with exit code 5");
    let (_, text) = asked(&url, "GET", "/metrics");
    for series in [
        "mw_calls_in_doubt_total{operation=\"set_power\"} ",
        "mw_job_runs_total{job=\"tick\",state=\"in_doubt\"} ",
    ] {
        assert!(text.contains(series), "{series}\n{text}");
    }
}

#[test]
fn a_service_that_drains_is_alive_and_not_ready() {
    let mw = Mw::new(SERVE)
        .file("jobs.toml", JOBS)
        .file("tick.rhai", "print(\"started\"); while true {}");
    let (mut service, url) = listening(mw);
    service.says("started");
    service.signal("TERM");
    service.notes("stopping");
    assert_eq!(asked(&url, "GET", "/healthz").0, 200);
    let (status, why) = asked(&url, "GET", "/readyz");
    assert_eq!(status, 503);
    assert_eq!(why, "the service is stopping: no run is started any more\n");
    assert_eq!(service.insists("TERM").code, Some(130));
}

#[test]
fn an_address_that_cannot_be_listened_on_is_refused() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let done = Mw::new(["--sim", "serve", "--listen", &address])
        .file("jobs.toml", JOBS)
        .file("tick.rhai", TICK)
        .hide(&address, "ADDR")
        .any_stderr()
        .code(1)
        .run();
    let begins = "error: cannot listen on ADDR: Address already in use";
    assert!(done.stderr.starts_with(begins), "{}", done.stderr);
    let hint = "give --listen an address of this machine and a port that is free";
    assert!(done.stderr.contains(hint), "{}", done.stderr);
    let done = Mw::new(["--sim", "serve", "--listen", "example.com:1"])
        .any_stderr()
        .code(2)
        .run();
    assert!(done.stderr.contains("127.0.0.1:9464"), "{}", done.stderr);
}

#[test]
fn every_line_of_a_json_log_is_an_object() {
    let faults = "[[fault]]\noperation = \"clouds\"\nstatus = 503\ntimes = 1\n";
    let more = ["--log-format", "json", "--faults", "faults.toml"];
    let mut service = Mw::new(SERVE.iter().chain(&more))
        .file("jobs.toml", JOBS)
        .file("faults.toml", faults)
        .file("tick.rhai", "info(\"so far\"); clouds(); throw \"broken\";")
        .start();
    service.notes("\"event\":\"finished\"");
    service.signal("TERM");
    let ended = service.end();
    let mut events = Vec::new();
    for line in ended.stderr.lines() {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|error| {
            panic!("{error}: {line}");
        });
        if let Some(event) = entry["event"].as_str() {
            assert!(entry["time"].as_str().unwrap().ends_with('Z'), "{line}");
            assert!(
                matches!(entry["level"].as_str(), Some("info" | "warn" | "error")),
                "{line}"
            );
            assert!(entry["message"].is_string(), "{line}");
            events.push((event.to_owned(), entry));
        }
    }
    let of = |name: &str| {
        let found = events.iter().find(|(event, _)| event == name);
        &found
            .unwrap_or_else(|| panic!("no {name} in {}", ended.stderr))
            .1
    };
    assert!(
        of("listening")["url"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );
    assert_eq!(of("started")["job"], "tick");
    assert_eq!(of("started")["number"], 1);
    assert_eq!(of("script")["message"], "so far");
    assert_eq!(of("waiting")["operation"], "clouds");
    assert_eq!(of("finished")["level"], "error");
    assert_eq!(of("draining")["level"], "info");
}

/// An account whose first answer is that it is busy.
fn busy_at_first(folder: &Folder) -> Server {
    folder.write(
        "faults.toml",
        "[[fault]]\noperation = \"clouds\"\nstatus = 503\ntimes = 1\n",
    );
    let faults = folder.path().join("faults.toml");
    Server::with(&["--faults", faults.to_str().unwrap()])
}

#[test]
fn every_line_about_a_run_of_a_job_says_which() {
    let folder = Arc::new(Folder::new());
    let account = busy_at_first(&folder);
    let mut service = Mw::new(["serve", "--log-format", "json", "--verbose"])
        .sharing(&folder)
        .account(account.url())
        .file("jobs.toml", &JOBS.replace("* * * * * *", "0 0 0 1 1 *"))
        .file("tick.rhai", "info(\"so far\"); clouds(); throw \"broken\";")
        .start();
    service.notes("\"event\":\"next\"");
    Mw::new(["jobs", "trigger", "tick"])
        .sharing(&folder)
        .account(account.url())
        .any_stdout()
        .run();
    service.notes("\"event\":\"settled\"");
    service.signal("TERM");
    let ended = service.end();
    let lines: Vec<Value> = ended
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let the = |member: &str, value: &str| {
        let found = lines.iter().find(|line| line[member] == value);
        found.unwrap_or_else(|| panic!("no {member} {value} in {}", ended.stderr))
    };
    assert_eq!(the("event", "started")["job"], "tick");
    assert_eq!(the("event", "started")["number"], 1);
    let run = &the("event", "begun")["run"];
    assert!(run.as_str().unwrap().starts_with('r'), "{run}");
    for (member, value) in [
        ("event", "begun"),
        ("event", "script"),
        ("event", "waiting"),
        ("event", "finished"),
        ("severity", "error"),
        ("message", "sending"),
        ("message", "answered"),
    ] {
        let line = the(member, value);
        assert_eq!(line["job"], "tick", "{line}");
        assert_eq!(line["number"], 1, "{line}");
        assert_eq!(&line["run"], run, "{line}");
    }
    assert_eq!(&the("event", "settled")["run"], run);
}

#[test]
fn every_line_about_a_run_that_was_typed_says_which() {
    let folder = Arc::new(Folder::new());
    let account = busy_at_first(&folder);
    let done = Mw::new(["--log-format", "json", "run", "tick.rhai"])
        .sharing(&folder)
        .account(account.url())
        .file("tick.rhai", TICK)
        .stdout("2 clouds\n")
        .any_stderr()
        .run();
    let runs = Mw::new(["--output", "json", "runs", "list"])
        .sharing(&folder)
        .any_stdout()
        .run();
    let runs: Value = serde_json::from_str(&runs.stdout).unwrap();
    let events: Vec<Value> = done
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let names: Vec<&Value> = events.iter().map(|event| &event["event"]).collect();
    assert_eq!(names, ["script", "waiting"]);
    for event in &events {
        assert_eq!(event["run"], runs[0]["id"], "{event}");
        assert!(event["job"].is_null(), "{event}");
    }
}

#[test]
fn a_wait_in_a_service_says_for_people_whose_it_is() {
    let faults = "[[fault]]\noperation = \"clouds\"\nstatus = 503\ntimes = 1\n";
    let mut service = Mw::new(["--sim", "--faults", "faults.toml", "serve"])
        .file("jobs.toml", JOBS)
        .file("faults.toml", faults)
        .file("tick.rhai", TICK)
        .start();
    let line = service.notes("sent 1 so far");
    assert!(line.starts_with("tick#1  sim  clouds: "), "{line}");
}

/// A socket as systemd has one, and what it hears.
struct Supervisor(UnixDatagram);

impl Supervisor {
    fn hears(&self, wanted: &str) -> String {
        let mut heard = Vec::new();
        // It says that it is alive again and again, whatever else it does not say.
        while heard.len() < 500 {
            let mut bytes = [0; 4096];
            let Ok(length) = self.0.recv(&mut bytes) else {
                break;
            };
            let said = String::from_utf8_lossy(&bytes[..length]).into_owned();
            if said.contains(wanted) {
                return said;
            }
            heard.push(said);
        }
        panic!("{wanted} was never said; {heard:?} was");
    }
}

#[test]
fn the_supervisor_is_told_how_the_service_is() {
    let folder = Arc::new(Folder::new());
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let supervisor = Supervisor(socket);
    let service = Mw::new(["--sim", "serve"])
        .sharing(&folder)
        .file("jobs.toml", JOBS)
        .file("tick.rhai", TICK)
        .env("NOTIFY_SOCKET", path.to_str().unwrap())
        .env("WATCHDOG_USEC", "200000")
        .start();
    supervisor.hears("READY=1");
    supervisor.hears("WATCHDOG=1");
    // In one step: half a file is another change.
    folder.write("next.toml", &JOBS.replace("tick\"\ncron", "tack\"\ncron"));
    fs::rename(
        folder.path().join("next.toml"),
        folder.path().join("jobs.toml"),
    )
    .unwrap();
    assert!(supervisor.hears("RELOADING=1").contains("MONOTONIC_USEC="));
    supervisor.hears("READY=1");
    supervisor.hears("STATUS=jobs file read again; new: tack; gone: tick");
    supervisor.hears("WATCHDOG=1");
    service.signal("TERM");
    supervisor.hears("STOPPING=1");
    assert_eq!(service.end().code, Some(0));
}
