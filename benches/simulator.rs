//! Requests per second of the simulator's server beside a handler that answers the same bytes from
//! a constant: what all that is simulated costs a call.
//!
//! ```text
//! simulator [ROUNDS [SECONDS]]     the medians of so many rounds of so many seconds each
//! ```
//!
//! Both answer the stats of a cloud of 3 nodes to the same 64 connections, in turns, on servers and
//! connections made anew for each round. The clients write requests made beforehand and only count
//! the bytes of the answers, so that most of the time is the servers'.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use bytes::Bytes;
use metalwright::clock::{Clock, simulated_start};
use metalwright::simulator::{Model, Settings, Simulator, server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const ROUNDS: usize = 7;
const SECONDS: f64 = 2.0;
const CONNECTIONS: usize = 64;
/// What the simulator should reach of the constant's rate.
const GOAL: f64 = 0.7;

/// What is measured: a path and the answer to it.
#[derive(Clone)]
struct Asked {
    path: String,
    body: Bytes,
}

fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let rounds = words.next().map_or(Ok(ROUNDS), |word| word.parse())?.max(1);
    let seconds = words.next().map_or(Ok(SECONDS), |word| word.parse())?;
    let span = Duration::try_from_secs_f64(seconds)?;
    let asked = asked()?;
    let (mut simulated, mut constant) = (Vec::new(), Vec::new());
    // One round first, unmeasured, so that neither starts on cold caches.
    for round in 0..=rounds {
        let rates = [&mut simulated, &mut constant];
        for (is_constant, rates) in [false, true].into_iter().zip(rates) {
            let rate = measure(&asked, is_constant, span)?;
            if round > 0 {
                rates.push(rate);
            }
        }
    }
    let (simulated, constant) = (median(simulated), median(constant));
    let ratio = simulated / constant;
    println!(
        "GET {}, {} bytes, {CONNECTIONS} connections, median of {rounds} rounds of {span:?}",
        asked.path,
        asked.body.len()
    );
    println!("simulator  {simulated:>9.0} a second");
    println!("constant   {constant:>9.0} a second");
    println!("ratio      {ratio:>9.2}   (goal: {GOAL} or more)");
    Ok(())
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_unstable_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}

fn simulator() -> Simulator {
    Simulator::new(Settings {
        seed: 1,
        clock: Clock::flowing(simulated_start(), 1.0),
        model: Model::starting(),
        faults: Vec::new(),
        exchanges: None,
    })
}

/// The stats of the first cloud of the starting account.
fn asked() -> Result<Asked, Failure> {
    let simulator = simulator();
    let answer = |path: &str| -> Result<Bytes, Failure> {
        let request = Request::builder()
            .uri(path)
            .header("authorization", "Bearer sim")
            .body(Bytes::new())?;
        let response = simulator.respond(request);
        if response.status() != StatusCode::OK {
            let status = response.status();
            return Err(format!("the simulator answered {path} with {status}").into());
        }
        Ok(response.into_body())
    };
    let clouds: serde_json::Value = serde_json::from_slice(&answer("/v1/clouds")?)?;
    let id = clouds
        .pointer("/0/id")
        .and_then(serde_json::Value::as_str)
        .ok_or("the simulated account has no cloud")?;
    let path = format!("/v1/clouds/{id}/stats");
    let body = answer(&path)?;
    Ok(Asked { path, body })
}

fn threads(count: usize) -> std::io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(count)
        .enable_all()
        .build()
}

/// The rate of one round, on a server that lives as long as the round.
fn measure(asked: &Asked, is_constant: bool, span: Duration) -> Result<f64, Failure> {
    let (servers, clients) = (threads(2)?, threads(2)?);
    let listener = servers.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    if is_constant {
        let body = asked.body.clone();
        let handler = move || async move { ([(CONTENT_TYPE, "application/json")], body) };
        let router = Router::new().route("/v1/clouds/{id}/stats", get(handler));
        servers.spawn(async move { axum::serve(listener, router).await });
    } else {
        servers.spawn(server::serve(listener, Arc::new(simulator()), pending()));
    }
    let rate = clients.block_on(load(address, asked, span));
    servers.shutdown_background();
    rate
}

/// The rate at which all connections together are answered.
async fn load(address: SocketAddr, asked: &Asked, span: Duration) -> Result<f64, Failure> {
    let head = format!(
        "GET {} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer sim\r\n\
         accept: application/json\r\n\r\n",
        asked.path
    );
    let mut connections = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let length = first(&mut stream, &head, &asked.body).await?;
        connections.push((stream, length));
    }
    let start = Instant::now();
    let branches: Vec<_> = connections
        .into_iter()
        .map(|(stream, length)| {
            tokio::spawn(keep_asking(stream, head.clone(), length, start + span))
        })
        .collect();
    let mut answered = 0_u32;
    for branch in branches {
        answered += branch.await??;
    }
    Ok(f64::from(answered) / start.elapsed().as_secs_f64())
}

/// Asks once and holds the answer against the one awaited; says how long it was.
async fn first(stream: &mut TcpStream, head: &str, body: &[u8]) -> Result<usize, Failure> {
    stream.write_all(head.as_bytes()).await?;
    let mut answer = Vec::new();
    // A server of either kind sends the body last.
    while !answer.ends_with(body) {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err("the server hangs up".into());
        }
        if answer.len() > body.len() + 4_096 {
            return Err("the server answers something else".into());
        }
    }
    Ok(answer.len())
}

/// Asks again and again until an instant; says how many answers came.
async fn keep_asking(
    mut stream: TcpStream,
    head: String,
    length: usize,
    until: Instant,
) -> Result<u32, Failure> {
    let mut buffer = vec![0; length];
    let mut answered = 0;
    while Instant::now() < until {
        stream.write_all(head.as_bytes()).await?;
        // All answers to one request are of one length: nothing but the date differs.
        stream.read_exact(&mut buffer).await?;
        answered += 1;
    }
    if !buffer.starts_with(b"HTTP/1.1 200") {
        return Err("the last answer is none".into());
    }
    Ok(answered)
}
