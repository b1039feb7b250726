//! A server that repeats whatever it is told, secrets and all, where an API would answer.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// The server, which lives as long as the process.
pub struct Echo {
    url: String,
}

impl Echo {
    /// A server that gives out this access token, and repeats everything else with this status.
    pub fn start(status: &'static str, token: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                thread::spawn(move || serve(stream, status, token));
            }
        });
        Self { url }
    }

    pub fn url(&self) -> &str {
        &self.url
    }
}

fn serve(mut stream: TcpStream, status: &str, token: &str) {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
        }
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let said = head
        .lines()
        .find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("authorization")
                .then(|| value.to_owned())
        })
        .unwrap_or_default();
    let (status, body) = if head.contains("/oauth2/token") {
        let body = format!(
            r#"{{"access_token": "{token}", "expires_in": 14400, "token_type": "bearer"}}"#
        );
        ("200 OK", body)
    } else {
        let secret = said.rsplit(' ').next().unwrap_or_default();
        let body = format!(
            r#"{{"errors": [{{"name": "Echo", "message": "you said {said}; {secret}"}}], "id": "a", "label": "{secret}"}}"#
        );
        (status, body)
    };
    // A client that went away is no concern of the test.
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nLocation: http://u:{token}@host/?k={said}\r\n\
         Set-Cookie: session={token}\r\nX-Echo: {said}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}
