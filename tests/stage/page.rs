//! Servers that are no API.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// A server that answers everything with the same page.
pub struct Page {
    url: String,
}

impl Page {
    pub fn serve(kind: &'static str, page: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut stream = BufReader::new(stream);
                read_head(&mut stream);
                let length = page.len();
                // A client that went away is no concern of the test.
                let _ = write!(
                    stream.get_mut(),
                    "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
                     Connection: close\r\n\r\n{page}"
                );
            }
        });
        Self { url }
    }

    pub fn url(&self) -> &str {
        &self.url
    }
}

/// A server that takes requests and never answers.
pub struct Silence {
    url: String,
    requests: Receiver<String>,
}

impl Silence {
    pub fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = channel();
        thread::spawn(move || {
            let mut open = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                let mut stream = BufReader::new(stream);
                let first = read_head(&mut stream);
                open.push(stream);
                if sender.send(first).is_err() {
                    break;
                }
            }
        });
        Self { url, requests }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The first line of the next request that came in.
    pub fn asked(&self) -> String {
        self.requests.recv().unwrap()
    }
}

/// Reads up to the empty line and gives the first one.
fn read_head(stream: &mut BufReader<TcpStream>) -> String {
    let mut lines = stream.lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    for line in lines {
        if line.is_empty() {
            break;
        }
    }
    first
}
