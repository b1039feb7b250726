//! The least of HTTP: one request, one answer, one connection.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

/// Sends a request with an empty body to `http://HOST:PORT` and gives the JSON answered.
#[track_caller]
pub fn call(method: &str, url: &str, path: &str) -> Value {
    send(method, url, path, "")
}

/// Sends JSON and gives the JSON answered.
#[track_caller]
pub fn post(url: &str, path: &str, body: &str) -> Value {
    send("POST", url, path, body)
}

#[track_caller]
fn send(method: &str, url: &str, path: &str, body: &str) -> Value {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("HTTP/1.1 200"),
        "{method} {path}: {answer}"
    );
    assert!(
        head.to_lowercase().contains("content-length"),
        "{method} {path} is answered in pieces: {head}"
    );
    serde_json::from_str(body).unwrap()
}
