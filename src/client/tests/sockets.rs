//! The transport on real sockets of the loopback interface.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::scripted::call_of;
use crate::client::{
    CallError, Client, Credentials, Failure, Https, HttpsSettings, Limits, Phase, Policy, Reply,
    Settings, Silent, Transport,
};
use crate::clock::Clock;
use crate::error::exit;
use crate::record::Secret;

/// What a server does with a request.
#[derive(Clone)]
enum Act {
    /// Answers with these bytes and closes.
    Say(String),
    /// Closes without an answer.
    Drop,
    /// Answers with these bytes and then says nothing more.
    Stall(String),
}

fn http(status: &str, headers: &str, body: &str) -> Act {
    Act::Say(format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
        body.len(),
    ))
}

/// A server on an ephemeral port that acts by the number of the request, and counts them.
async fn server(
    act: impl Fn(usize, &str) -> Act + Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let act = Arc::new(act);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, counted.clone(), act.clone()));
        }
    });
    (url, count)
}

async fn serve(
    mut stream: TcpStream,
    count: Arc<AtomicUsize>,
    act: Arc<impl Fn(usize, &str) -> Act>,
) {
    let request = read_request(&mut stream).await;
    if request.is_empty() {
        return;
    }
    let number = count.fetch_add(1, Ordering::SeqCst);
    match act(number, &request) {
        Act::Say(bytes) => {
            stream.write_all(bytes.as_bytes()).await.unwrap();
            let _ = stream.shutdown().await;
        }
        Act::Drop => {}
        Act::Stall(bytes) => {
            stream.write_all(bytes.as_bytes()).await.unwrap();
            std::future::pending::<()>().await;
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).await.unwrap_or(0);
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        if read == 0 {
            return text;
        }
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length: usize = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return text;
            }
        }
    }
}

fn settings(url: &str) -> HttpsSettings {
    HttpsSettings {
        read_timeout: Duration::from_millis(150),
        proxies: false,
        ..HttpsSettings::new(url)
    }
}

fn client(url: &str) -> Client {
    Client::new(Settings {
        transport: Arc::new(Https::new(settings(url))),
        credentials: Credentials::ApiKey(Secret::new("key")),
        clock: Clock::simulated(),
        policy: Policy {
            seed: Some(7),
            ..Policy::default()
        },
        profile: "test".to_owned(),
    })
}

async fn call(client: &Client, name: &str, given: serde_json::Value) -> Result<Reply, CallError> {
    let (operation, arguments) = call_of(name, given);
    let request = operation.request(&arguments).unwrap();
    client
        .call(&request, &arguments, &Limits::default(), &Silent)
        .await
}

async fn send(url: &str) -> Result<http::Response<Bytes>, Failure> {
    let request = http::Request::get("/v1/clouds").body(Bytes::new()).unwrap();
    Https::new(settings(url)).send(request).await
}

/// An address where nobody listens.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn a_refused_connection_means_not_sent() {
    let url = nobody().await;
    let failure = send(&url).await.unwrap_err();
    assert_eq!(failure.phase, Phase::NotSent);
    assert!(failure.message.contains("127.0.0.1"), "{failure}");
    assert!(
        failure.message.to_lowercase().contains("refused"),
        "{failure}"
    );
}

#[tokio::test]
async fn a_failed_or_silent_handshake_means_not_sent() {
    for is_silent in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            if is_silent {
                std::future::pending::<()>().await;
            }
        });
        let https = HttpsSettings {
            connect_timeout: Duration::from_millis(150),
            read_timeout: Duration::from_secs(20),
            ..settings(&url)
        };
        let request = http::Request::get("/v1/clouds").body(Bytes::new()).unwrap();
        let failure = Https::new(https).send(request).await.unwrap_err();
        assert_eq!(failure.phase, Phase::NotSent, "{failure}");
    }
}

#[tokio::test]
async fn a_name_that_does_not_exist_means_not_sent() {
    let failure = send("http://nowhere.invalid").await.unwrap_err();
    assert_eq!(failure.phase, Phase::NotSent, "{failure}");
    assert!(failure.message.contains("nowhere.invalid"), "{failure}");
}

#[tokio::test]
async fn addresses_that_cannot_work_are_refused_without_showing_their_secrets() {
    for (url, why) in [
        ("ftp://host", "https://"),
        ("http://user:hunter2@host", "user or a password"),
        ("http://user:hunter2@ho st", "no URL"),
        ("http://host/?key=hunter2", "end with its path"),
        ("", "no URL"),
    ] {
        let failure = send(url).await.unwrap_err();
        assert_eq!(failure.phase, Phase::NotSent);
        assert!(failure.message.contains(why), "{url}: {failure}");
        assert!(!failure.message.contains("hunter2"), "{failure}");
        assert_eq!(settings(url).check(), Err(failure));
    }
}

#[tokio::test]
async fn a_ca_file_that_is_none_is_named() {
    let file = std::env::temp_dir().join("metalwright-no-such-ca.pem");
    let https = HttpsSettings {
        ca_file: Some(file),
        ..settings("https://127.0.0.1:1")
    };
    let request = http::Request::get("/").body(Bytes::new()).unwrap();
    let failure = Https::new(https).send(request).await.unwrap_err();
    assert!(
        failure.message.contains("metalwright-no-such-ca.pem"),
        "{failure}"
    );
}

#[tokio::test]
async fn ids_cannot_climb_out_of_their_path() {
    let (url, count) = server(|_, _| http("200 OK", "", "{}")).await;
    for path in ["/v1/clouds/..", "/v1/clouds/%2e%2E/x", "/v1/./clouds"] {
        let request = http::Request::delete(path).body(Bytes::new()).unwrap();
        let failure = Https::new(settings(&url)).send(request).await.unwrap_err();
        assert_eq!(failure.phase, Phase::NotSent, "{path}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_base_address_may_have_a_path() {
    let (url, _) = server(|_, request| {
        assert!(
            request.starts_with("get /api/v1/clouds http/1.1"),
            "{request}"
        );
        http("200 OK", "", "[]")
    })
    .await;
    let response = send(&format!("{url}/api/")).await.unwrap();
    assert_eq!(response.body(), "[]");
}

#[tokio::test]
async fn a_reboot_whose_connection_breaks_is_sent_exactly_once() {
    let stats = r#"{"nodes":[{"uuid":"n","power_state":"rebooting"}]}"#;
    let (url, count) = server(move |_, request| {
        if request.starts_with("post") {
            Act::Drop
        } else {
            http("200 OK", "", stats)
        }
    })
    .await;
    let reboot = json!({"cloud": "c", "node": "n", "power_state": "rebooting"});
    let error = call(&client(&url), "set_power", reboot).await.unwrap_err();
    assert_eq!(error.kind_name(), "in_doubt", "{error}");
    assert_eq!(count.load(Ordering::SeqCst), 2, "one reboot and one look");
}

#[tokio::test]
async fn a_creation_that_was_carried_out_without_an_answer_is_adopted() {
    let list = r#"[{"id":"v9","label":"lab","created_at":"2026-01-15T08:00:01Z"}]"#;
    let (url, _) = server(move |_, request| {
        if request.starts_with("post") {
            return Act::Drop;
        }
        http("200 OK", "date: Thu, 15 Jan 2026 08:00:01 GMT\r\n", list)
    })
    .await;
    let body = json!({"body": {"label": "lab", "pod_location": "pod_1", "vlan_type": "internal"}});
    let reply = call(&client(&url), "create_vlan", body).await.unwrap();
    assert!(reply.adopted);
    assert!(String::from_utf8_lossy(&reply.body).contains("v9"));
}

#[tokio::test]
async fn a_server_that_falls_silent_is_left_after_the_read_timeout() {
    for start in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[{"] {
        let (url, _) = server(move |_, _| Act::Stall(start.to_owned())).await;
        let failure = send(&url).await.unwrap_err();
        assert_eq!(failure.phase, Phase::Unknown);
        assert!(
            failure.message.contains("did not answer in time"),
            "{failure}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_short_is_no_answer() {
    let (url, _) = server(|_, _| {
        Act::Say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\nconnection: close\r\n\r\n[{".to_owned())
    })
    .await;
    assert_eq!(send(&url).await.unwrap_err().phase, Phase::Unknown);
}

#[tokio::test]
async fn an_answer_too_large_is_refused_before_it_is_read() {
    let (url, _) = server(|_, _| {
        Act::Stall("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n".to_owned())
    })
    .await;
    let failure = send(&url).await.unwrap_err();
    assert!(failure.message.contains("larger than 64 MiB"), "{failure}");
}

#[tokio::test]
async fn a_read_is_sent_again_after_503() {
    let (url, count) = server(|number, _| match number {
        0 => http("503 Service Unavailable", "retry-after: 1\r\n", "later"),
        _ => http("200 OK", "", "[]"),
    })
    .await;
    let reply = call(&client(&url), "clouds", json!({})).await.unwrap();
    assert_eq!((reply.attempts, reply.status), (2, 200));
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (url, count) = server(|_, _| http("302 Found", "location: /elsewhere\r\n", "")).await;
    let error = call(&client(&url), "clouds", json!({})).await.unwrap_err();
    assert_eq!(error.status(), Some(302));
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

/// A client on real time whose server reads the request and never answers.
async fn stalled() -> Client {
    let (url, _) = server(|_, _| Act::Stall(String::new())).await;
    let https = HttpsSettings {
        read_timeout: Duration::from_mins(1),
        ..settings(&url)
    };
    Client::new(Settings {
        transport: Arc::new(Https::new(https)),
        credentials: Credentials::ApiKey(Secret::new("key")),
        clock: Clock::Real,
        policy: Policy::default(),
        profile: "test".to_owned(),
    })
}

async fn reboot(client: &Client, limits: &Limits) -> CallError {
    let given = json!({"cloud": "c", "node": "n", "power_state": "rebooting"});
    let (operation, arguments) = call_of("set_power", given);
    let request = operation.request(&arguments).unwrap();
    client
        .call(&request, &arguments, limits, &Silent)
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_reboot_cancelled_in_flight_returns_and_says_what_is_in_doubt() {
    let client = stalled().await;
    let limits = Limits::default();
    let cancelling = async {
        tokio::task::yield_now().await;
        limits.cancel.cancel();
    };
    let (error, ()) = tokio::join!(reboot(&client, &limits), cancelling);
    assert!(error.is_cancelled());
    assert!(error.left_in_doubt().unwrap().contains("node n of cloud c"));
}

#[tokio::test]
async fn a_deadline_cuts_off_what_is_in_flight() {
    let client = stalled().await;
    let deadline = Some(chrono::Utc::now() + chrono::TimeDelta::milliseconds(200));
    let error = reboot(
        &client,
        &Limits {
            deadline,
            ..Limits::default()
        },
    )
    .await;
    assert_eq!(
        (error.kind_name(), error.exit_code()),
        ("timed_out", exit::IN_DOUBT)
    );
    assert!(error.left_in_doubt().is_some());
}
