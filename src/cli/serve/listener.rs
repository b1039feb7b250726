//! Who listens for those who ask over HTTP.
//!
//! A connection carries one request and has a bounded time for it; where there are too many, the one
//! that has had the most time makes room. So nobody keeps others from being answered by being slow.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What connections may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long the head of a request may take to arrive.
    pub head: Duration,
    /// How long a connection may take in all.
    pub whole: Duration,
    /// How many there may be at a time.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            whole: Duration::from_secs(15),
            connections: 64,
        }
    }
}

/// The largest head of a request, in bytes.
const HEAD_BYTES: usize = 16 * 1024;

/// How long to wait when no connection can be taken: the machine is out of files.
const OUT_OF_FILES: Duration = Duration::from_millis(100);

/// The address that `--listen` means: without one, it is this machine's own.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let port = text.strip_prefix(':').unwrap_or(text);
    if let Ok(port) = port.parse::<u16>() {
        return Ok(SocketAddr::new(here, port));
    }
    let text = text.replacen("localhost:", "127.0.0.1:", 1);
    text.parse().map_err(|_| {
        "write an IP address and a port, 127.0.0.1:9464, or a port of this machine, 9464".to_owned()
    })
}

/// Answers until it is dropped.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits) {
    let mut open: VecDeque<JoinHandle<()>> = VecDeque::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(OUT_OF_FILES).await;
            continue;
        };
        open.retain(|connection| !connection.is_finished());
        if open.len() >= limits.connections
            && let Some(oldest) = open.pop_front()
        {
            oldest.abort();
        }
        open.push_back(tokio::spawn(answer(stream, router.clone(), limits)));
    }
}

async fn answer(stream: TcpStream, router: Router, limits: Limits) {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(HEAD_BYTES)
        .keep_alive(false);
    let connection =
        builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // Whoever hung up, sent nonsense or was too slow has himself to blame.
    let _ = tokio::time::timeout(limits.whole, connection).await;
}

#[cfg(test)]
mod tests;
