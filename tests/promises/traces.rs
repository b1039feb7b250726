//! Runs and their calls are told as traces of OpenTelemetry, where the standard variables name a
//! collector, and nobody waits for it.

use std::net::TcpListener;
use std::sync::Arc;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::Value;

use crate::stage::collector::{Collector, Manner};
use crate::stage::folder::Folder;
use crate::stage::mw::Mw;
use crate::stage::server::Server;

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

const SCRIPT: &str = "print(`${clouds().len()} clouds`);";

#[test]
fn a_run_is_a_span_and_its_calls_are_its_children() {
    let collector = Collector::new(Manner::Takes);
    Mw::new([
        "--sim",
        "--faults",
        "faults.toml",
        "-q",
        "run",
        "count.rhai",
    ])
    .file("count.rhai", SCRIPT)
    .file(
        "faults.toml",
        "[[fault]]\noperation = \"clouds\"\nstatus = 503\ntimes = 1\n",
    )
    .env(ENDPOINT, collector.url())
    .stdout("2 clouds\n")
    .run();
    let head = &collector.heard()[0].head;
    assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
    let run = collector.span("script");
    assert_eq!(run.service, "mw");
    assert_eq!(run.get("mw.script").as_deref(), Some("count.rhai"));
    assert_eq!(run.get("mw.profile").as_deref(), Some("sim"));
    assert_eq!(run.get("mw.exit_code").as_deref(), Some("0"));
    assert!(run.span.parent_span_id.is_empty());
    let call = collector.span("clouds");
    assert_eq!(call.span.parent_span_id, run.span.span_id);
    assert_eq!(call.span.trace_id, run.span.trace_id);
    assert_eq!(call.span.kind(), SpanKind::Client);
    for (name, value) in [
        ("mw.operation", "clouds"),
        ("mw.attempts", "2"),
        ("http.request.method", "GET"),
        ("http.response.status_code", "200"),
        ("http.request.resend_count", "1"),
    ] {
        assert_eq!(call.get(name).as_deref(), Some(value), "{name}");
    }
    assert!(call.span.start_time_unix_nano >= run.span.start_time_unix_nano);
    assert!(call.span.end_time_unix_nano <= run.span.end_time_unix_nano);
}

#[test]
fn what_fails_is_told_as_an_error_without_the_words_of_the_api() {
    let collector = Collector::new(Manner::Takes);
    let faults = "[[fault]]\noperation = \"clouds\"\nstatus = 403\n";
    Mw::new(["--sim", "--faults", "faults.toml", "eval", "clouds()"])
        .file("faults.toml", faults)
        .env(ENDPOINT, collector.url())
        .any_stderr()
        .code(1)
        .run();
    let run = collector.span("eval");
    assert_eq!(run.get("mw.exit_code").as_deref(), Some("1"));
    let status = run.span.status.unwrap();
    assert_eq!(status.code(), StatusCode::Error);
    assert_eq!(status.message, "exit code 1");
    let call = collector.span("clouds");
    assert_eq!(call.get("error.type").as_deref(), Some("refused"));
    assert_eq!(
        call.get("http.response.status_code").as_deref(),
        Some("403")
    );
    assert_eq!(call.span.status.unwrap().message, "refused");
}

#[test]
fn a_call_by_its_name_is_told_too_by_the_name_of_the_service() {
    let collector = Collector::new(Manner::Takes);
    Mw::new(["--sim", "call", "clouds"])
        .env(
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            &format!("{}/in", collector.url()),
        )
        .env("OTEL_SERVICE_NAME", "nightly")
        .any_stdout()
        .run();
    assert!(
        collector.heard()[0]
            .head
            .starts_with("POST /in HTTP/1.1\r\n")
    );
    let run = collector.span("call");
    assert_eq!(run.service, "nightly");
    assert_eq!(
        collector.span("clouds").span.parent_span_id,
        run.span.span_id
    );
}

#[test]
fn the_run_of_a_job_is_told_with_its_job_and_its_id() {
    let collector = Collector::new(Manner::Takes);
    let (account, folder) = (Server::start(), Arc::new(Folder::new()));
    let job = "[[job]]\nname = \"tick\"\ncron = \"0 0 1 1 *\"\nscript = \"tick.rhai\"\n";
    let mut service = Mw::new(["serve"])
        .sharing(&folder)
        .account(account.url())
        .file("jobs.toml", job)
        .file("tick.rhai", SCRIPT)
        .env(ENDPOINT, collector.url())
        .start();
    service.notes("tick: next");
    Mw::new(["jobs", "trigger", "tick", "--wait"])
        .sharing(&folder)
        .account(account.url())
        .any_stdout()
        .run();
    service.signal("TERM");
    assert_eq!(service.end().code, Some(0));
    let runs = Mw::new(["--output", "json", "runs", "list"])
        .sharing(&folder)
        .any_stdout()
        .run();
    let runs: Value = serde_json::from_str(&runs.stdout).unwrap();
    let run = collector.span("job");
    assert_eq!(run.get("mw.job").as_deref(), Some("tick"));
    assert_eq!(run.get("mw.job.number").as_deref(), Some("1"));
    assert_eq!(run.get("mw.run.id").as_deref(), runs[0]["id"].as_str());
    let call = collector.span("clouds");
    assert_eq!(call.span.parent_span_id, run.span.span_id);
    assert_eq!(call.get("server.address").as_deref(), Some("127.0.0.1"));
    let port = account.url().rsplit(':').next();
    assert_eq!(call.get("server.port").as_deref(), port);
}

#[test]
fn nothing_is_sent_where_traces_are_switched_off() {
    let collector = Collector::new(Manner::Takes);
    for (name, value) in [
        ("OTEL_SDK_DISABLED", "true"),
        ("OTEL_TRACES_EXPORTER", "none"),
        (ENDPOINT, ""),
    ] {
        Mw::eval("print(clouds().len())")
            .env(ENDPOINT, collector.url())
            .env(name, value)
            .stdout("2\n")
            .run();
    }
    assert!(collector.heard().is_empty());
}

/// A call that does its work, whatever becomes of its traces.
fn call_with(endpoint: &str) -> Mw {
    Mw::new(["--sim", "run", "count.rhai"])
        .file("count.rhai", SCRIPT)
        .env(ENDPOINT, endpoint)
        .stdout("2 clouds\n")
        .hide(endpoint.trim_start_matches("http://"), "ADDR")
}

#[test]
fn a_collector_that_is_not_there_changes_nothing_and_is_said_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    call_with(&endpoint)
        .stderr("warning: traces are not delivered: cannot connect to ADDR: Connection refused (os error 111)\n")
        .run();
    Mw::new(["--sim", "-q", "eval", "clouds().len()"])
        .env(ENDPOINT, &endpoint)
        .stdout("2\n")
        .run();
}

#[test]
fn a_collector_that_does_not_answer_holds_nothing_up() {
    let collector = Collector::new(Manner::Silent);
    call_with(collector.url())
        .stderr("warning: traces are not delivered: the collector did not answer in time\n")
        .run();
    assert_eq!(collector.heard().len(), 1);
}

#[test]
fn a_collector_that_refuses_is_said_with_its_answer() {
    let collector = Collector::new(Manner::Refuses("401 Unauthorized"));
    call_with(collector.url())
        .stderr("warning: traces are not delivered: the collector answered 401 Unauthorized\n")
        .run();
}

#[test]
fn a_protocol_that_is_not_spoken_is_said_with_what_is() {
    call_with("http://127.0.0.1:4317")
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
        .stderr(
            "warning: traces are not delivered: OTEL_EXPORTER_OTLP_PROTOCOL asks for a protocol \
             that mw does not speak; it speaks http/protobuf, which collectors take at port 4318\n",
        )
        .run();
}

#[test]
fn secrets_are_in_the_headers_for_the_collector_and_in_no_span() {
    let collector = Collector::new(Manner::Takes);
    let secret = "planted-for-the-collector";
    let script = format!("attempt(|| delete_vlan(\"{secret}\"));");
    Mw::new(["--sim", "run", "planted-for-the-collector.rhai"])
        .file("planted-for-the-collector.rhai", &script)
        .env(ENDPOINT, collector.url())
        .env(
            "OTEL_EXPORTER_OTLP_HEADERS",
            &format!("authorization=Bearer%20{secret}"),
        )
        .any_stdout()
        .run();
    let heard = collector.heard();
    for sent in &heard {
        assert!(
            sent.head
                .contains(&format!("authorization: Bearer {secret}\r\n"))
        );
        let body = String::from_utf8_lossy(&sent.body);
        assert!(!body.contains(secret), "{body}");
    }
    let run = collector.span("script");
    assert_eq!(run.get("mw.script").as_deref(), Some("<redacted>.rhai"));
    let targets: Vec<String> = collector
        .spans()
        .iter()
        .filter_map(|span| span.get("mw.target"))
        .collect();
    assert!(
        targets.contains(&"vlan <redacted>".to_owned()),
        "{targets:?}"
    );
}
