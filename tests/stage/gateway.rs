//! A gateway in front of an account that counts what was carried out, and fails as it is told:
//! nothing it says about effects rests on anything of ours.

use std::collections::HashMap;
use std::io::{Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is carried out and answered.
    Pass,
    /// It is carried out, and its answer is lost.
    Lost,
    /// It is carried out, and answered with 500.
    Denied,
    /// Nobody answers; it is carried out this much later.
    Late(Duration),
    /// Nobody answers, and it is never carried out.
    Dropped,
    /// The caller is killed, and it is never carried out.
    KilledBefore,
    /// It is carried out, and the caller is killed before the answer.
    KilledAfter,
}

/// A request that changes something and was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    pub method: String,
    pub path: String,
    pub body: String,
    pub answer: String,
}

type Decide = Arc<dyn Fn(&Request, usize) -> Fate + Send + Sync>;

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub body: String,
    head: String,
}

impl Request {
    /// Whether it changes something.
    pub fn changes(&self) -> bool {
        self.method != "GET"
    }
}

struct Inner {
    upstream: String,
    effects: Mutex<Vec<Effect>>,
    victim: AtomicU32,
    count: AtomicUsize,
    late: AtomicUsize,
    decide: Mutex<Decide>,
    closed: AtomicBool,
}

/// The gateway, ended when dropped.
pub struct Gateway {
    url: String,
    inner: Arc<Inner>,
}

impl Gateway {
    /// A gateway in front of the account at this address.
    pub fn to(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner {
            upstream: upstream.strip_prefix("http://").unwrap().to_owned(),
            effects: Mutex::default(),
            victim: AtomicU32::new(0),
            count: AtomicUsize::new(0),
            late: AtomicUsize::new(0),
            decide: Mutex::new(Arc::new(|_, _| Fate::Pass)),
            closed: AtomicBool::new(false),
        });
        let own = inner.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if own.closed.load(Ordering::Relaxed) {
                    return;
                }
                let own = own.clone();
                thread::spawn(move || serve(&own, stream));
            }
        });
        Self { url, inner }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The process that is killed when it comes to that.
    pub fn aim(&self, pid: u32) {
        self.inner.victim.store(pid, Ordering::SeqCst);
    }

    /// Decides from now on what becomes of requests, which are counted from 1 again.
    pub fn decide(&self, decide: impl Fn(&Request, usize) -> Fate + Send + Sync + 'static) {
        *self.inner.decide.lock().unwrap() = Arc::new(decide);
        self.inner.count.store(0, Ordering::SeqCst);
    }

    /// What was carried out, in order, late requests included.
    pub fn effects(&self) -> Vec<Effect> {
        while self.inner.late.load(Ordering::SeqCst) > 0 {
            thread::yield_now();
        }
        self.inner.effects.lock().unwrap().clone()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.inner.closed.store(true, Ordering::Relaxed);
        // The listener looks once more.
        let _ = TcpStream::connect(self.url.strip_prefix("http://").unwrap());
    }
}

/// Reads a message up to the end of its body; none when the connection is closed instead.
fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, length)| length.trim().parse().unwrap());
            if bytes.len() >= end + 4 + length {
                let body = String::from_utf8(bytes[end + 4..end + 4 + length].to_vec()).unwrap();
                return Some((head, body));
            }
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
        }
    }
}

fn serve(inner: &Arc<Inner>, mut stream: TcpStream) {
    // One request and one answer each: what a connection means to a pool is tested elsewhere.
    let Some((head, body)) = read(&mut stream) else {
        return;
    };
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        body,
        head: head.clone(),
    };
    let number = inner.count.fetch_add(1, Ordering::SeqCst) + 1;
    // It may wait for another request.
    let decide = inner.decide.lock().unwrap().clone();
    let fate = decide(&request, number);
    match fate {
        Fate::Pass => {
            let answer = carry_out(inner, &request);
            let _ = stream.write_all(answer.as_bytes());
        }
        Fate::Lost => drop(carry_out(inner, &request)),
        Fate::Denied => {
            carry_out(inner, &request);
            let _ = stream.write_all(
                b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            );
        }
        Fate::Late(wait) => {
            inner.late.fetch_add(1, Ordering::SeqCst);
            drop(stream);
            thread::sleep(wait);
            carry_out(inner, &request);
            inner.late.fetch_sub(1, Ordering::SeqCst);
        }
        Fate::Dropped => {}
        Fate::KilledBefore => kill(inner),
        Fate::KilledAfter => {
            carry_out(inner, &request);
            kill(inner);
        }
    }
}

fn kill(inner: &Inner) {
    let pid = inner.victim.load(Ordering::SeqCst);
    assert_ne!(pid, 0, "nobody is aimed at");
    // It may have ended by itself.
    let _ = Command::new("kill")
        .args(["-s", "KILL", &pid.to_string()])
        .output();
}

/// Sends the request on, and notes it if it was carried out.
fn carry_out(inner: &Inner, request: &Request) -> String {
    let mut upstream = TcpStream::connect(&inner.upstream).unwrap();
    let kept: HashMap<String, &str> = request
        .head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim()))
        .filter(|(name, _)| matches!(name.as_str(), "authorization" | "content-type"))
        .collect();
    let mut headers = String::new();
    for (name, value) in &kept {
        headers.extend([
            name, ": ", value, "
",
        ]);
    }
    write!(
        upstream,
        "{} {} HTTP/1.1\r\nHost: {}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{}",
        request.method,
        request.path,
        inner.upstream,
        request.body.len(),
        request.body
    )
    .unwrap();
    let (head, body) = read(&mut upstream).unwrap();
    let status: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
    if request.changes() && (200..300).contains(&status) {
        inner.effects.lock().unwrap().push(Effect {
            method: request.method.clone(),
            path: request.path.clone(),
            body: request.body.clone(),
            answer: body.clone(),
        });
    }
    format!("{head}\r\n\r\n{body}")
}
