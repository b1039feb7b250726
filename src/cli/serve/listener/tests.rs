//! Those who ask, and those who only seem to.

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::super::health::Health;
use super::super::page;
use super::*;
use crate::metrics::Metrics;

/// A listener on a free port, with its address.
async fn listening(limits: Limits) -> (Arc<Health>, SocketAddr) {
    let (health, metrics) = (Arc::new(Health::default()), Metrics::new("1.2.3"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = page::router(health.clone(), Arc::new(metrics));
    tokio::spawn(serve(listener, router, limits));
    (health, address)
}

async fn asked(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // A connection that is reset has been answered with nothing.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

async fn get(address: SocketAddr, path: &str) -> String {
    asked(address, &format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")).await
}

#[tokio::test]
async fn pages_are_answered_and_nothing_else() {
    let (health, address) = listening(Limits::default()).await;
    let begins = |answer: &str, begin: &str| assert!(answer.starts_with(begin), "{answer}");
    begins(&get(address, "/healthz").await, "HTTP/1.1 200 OK");
    begins(
        &get(address, "/readyz").await,
        "HTTP/1.1 503 Service Unavailable",
    );
    health.loaded();
    begins(&get(address, "/readyz").await, "HTTP/1.1 200 OK");
    health.draining();
    let answer = get(address, "/readyz").await;
    begins(&answer, "HTTP/1.1 503");
    assert!(answer.ends_with("no run is started any more\n"), "{answer}");
    let answer = get(address, "/metrics").await;
    begins(&answer, "HTTP/1.1 200 OK");
    assert!(
        answer.contains("content-type: text/plain; version=0.0.4"),
        "{answer}"
    );
    assert!(
        answer.contains("mw_build_info{version=\"1.2.3\"} 1"),
        "{answer}"
    );
    begins(&get(address, "/").await, "HTTP/1.1 404 Not Found");
    let post = "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    let answer = asked(address, post).await;
    begins(&answer, "HTTP/1.1 405 Method Not Allowed");
    assert!(answer.contains("allow: GET,HEAD"), "{answer}");
    begins(
        &asked(address, "nonsense\r\n\r\n").await,
        "HTTP/1.1 400 Bad Request",
    );
}

#[tokio::test]
async fn a_head_that_has_no_end_is_refused() {
    let (_, address) = listening(Limits::default()).await;
    let head = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(100_000));
    let answer = asked(address, &head).await;
    assert!(!answer.contains("200 OK"), "{answer}");
    assert!(get(address, "/healthz").await.contains("200 OK"));
}

#[tokio::test]
async fn whoever_is_silent_is_cut_off() {
    for limits in [
        Limits {
            head: Duration::from_millis(20),
            ..Limits::default()
        },
        Limits {
            whole: Duration::from_millis(20),
            ..Limits::default()
        },
    ] {
        let (_, address) = listening(limits).await;
        assert_eq!(asked(address, "GET /healthz HTTP/1.1\r\nX").await, "");
    }
}

#[tokio::test]
async fn crowds_of_slow_ones_do_not_keep_others_from_an_answer() {
    let limits = Limits {
        head: Duration::from_hours(1),
        whole: Duration::from_hours(1),
        connections: 3,
    };
    let (_, address) = listening(limits).await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        slow.push(TcpStream::connect(address).await.unwrap());
    }
    assert!(get(address, "/healthz").await.contains("200 OK"));
}

#[test]
fn an_address_is_this_machines_unless_said_otherwise() {
    for (text, expected) in [
        ("9464", "127.0.0.1:9464"),
        (":9464", "127.0.0.1:9464"),
        ("localhost:0", "127.0.0.1:0"),
        ("[::1]:9464", "[::1]:9464"),
        ("0.0.0.0:9464", "0.0.0.0:9464"),
    ] {
        assert_eq!(address(text).unwrap().to_string(), expected);
    }
    for text in ["", "example.com:9464", "127.0.0.1", "99999"] {
        assert!(address(text).is_err(), "{text}");
    }
}
