//! Requests per second of the client from Rust, and the servers that its peers are measured on.
//!
//! ```text
//! fanout                           both measurements, on servers of its own
//! fanout serve ADDR [MILLISECONDS] a server that answers at once, or after so long
//! fanout client URL [CALLS LIMIT]  the client's measurement on a server elsewhere
//! ```

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, Uri};
use bytes::Bytes;
use metalwright::api;
use metalwright::client::{
    Client, Credentials, Https, HttpsSettings, Limits, Policy, Settings as Setup, Silent,
};
use metalwright::clock::{Clock, simulated_start};
use metalwright::operation::{Arguments, Decoded};
use metalwright::record::Secret;
use metalwright::session::{Permission, Session, Settings};
use metalwright::simulator::{self, Model, Simulator};
use tokio::net::TcpListener;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const CALLS: usize = 20_000;
const LIMIT: usize = 64;
const SLOW_CALLS: usize = 256;
const SLOW: Duration = Duration::from_millis(50);

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    match words.as_slice() {
        ["serve", address, rest @ ..] => {
            let latency = match rest {
                [milliseconds, ..] => Duration::from_millis(milliseconds.parse()?),
                [] => Duration::ZERO,
            };
            let address: SocketAddr = address.parse()?;
            runtime.block_on(async {
                let listener = TcpListener::bind(address).await?;
                println!("listening on http://{}", listener.local_addr()?);
                serve(listener, latency).await
            })
        }
        ["client", url, rest @ ..] => {
            let (calls, limit) = match rest {
                [calls, limit, ..] => (calls.parse()?, limit.parse()?),
                _ => (CALLS, LIMIT),
            };
            let took = runtime.block_on(fan_out(url, calls, limit))?;
            println!("{} {}", took.as_secs_f64(), rate(calls, took));
            Ok(())
        }
        _ => alone(&runtime),
    }
}

/// Both measurements, on servers that run on threads of their own.
fn alone(runtime: &tokio::runtime::Runtime) -> Result<(), Failure> {
    for (latency, calls, limit) in [
        (Duration::ZERO, CALLS, LIMIT),
        (SLOW, SLOW_CALLS, SLOW_CALLS),
    ] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        std::thread::spawn(move || -> Result<(), Failure> {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()?;
            runtime.block_on(async { serve(TcpListener::from_std(listener)?, latency).await })
        });
        let took = runtime.block_on(fan_out(&url, calls, limit))?;
        println!(
            "{calls} calls of {latency:?}, {limit} in flight: {took:?}, {} a second",
            rate(calls, took)
        );
    }
    Ok(())
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate for people"
)]
fn rate(calls: usize, took: Duration) -> u64 {
    (calls as f64 / took.as_secs_f64()) as u64
}

/// What the simulator answers to a read, so that the answers measured have the API's shape.
fn answer(simulator: &Simulator, path: &str) -> Result<Bytes, Failure> {
    let request = axum::http::Request::builder()
        .uri(path)
        .header("authorization", "Bearer sim")
        .body(Bytes::new())?;
    let response = simulator.respond(request);
    if response.status() != StatusCode::OK {
        return Err(format!("the simulator answered {path} with {}", response.status()).into());
    }
    Ok(response.into_body())
}

/// Answers every request with a cloud, or with its stats, prepared beforehand.
async fn serve(listener: TcpListener, latency: Duration) -> Result<(), Failure> {
    let simulator = Simulator::new(simulator::Settings {
        seed: 1,
        clock: Clock::flowing(simulated_start(), 1.0),
        model: Model::starting(),
        faults: Vec::new(),
        exchanges: None,
    });
    let clouds: serde_json::Value = serde_json::from_slice(&answer(&simulator, "/v1/clouds")?)?;
    let id = clouds
        .pointer("/0/id")
        .and_then(serde_json::Value::as_str)
        .ok_or("the simulated account has no cloud")?;
    let cloud = answer(&simulator, &format!("/v1/clouds/{id}"))?;
    let mut stats: serde_json::Value =
        serde_json::from_slice(&answer(&simulator, &format!("/v1/clouds/{id}/stats"))?)?;
    // A small cloud: three nodes and no VLANs.
    if let Some(vlans) = stats.get_mut("vlans") {
        *vlans = serde_json::Value::Array(Vec::new());
    }
    let stats = Bytes::from(stats.to_string());
    let router = Router::new().fallback(move |uri: Uri| {
        let is_stats = uri.path().ends_with("/stats");
        let body = if is_stats {
            stats.clone()
        } else {
            cloud.clone()
        };
        async move {
            if !latency.is_zero() && is_stats {
                tokio::time::sleep(latency).await;
            }
            ([(CONTENT_TYPE, "application/json")], body)
        }
    });
    axum::serve(listener, router).await?;
    Ok(())
}

/// How long `calls` calls of `cloud_stats` take, decoded into records, `limit` of them in flight.
async fn fan_out(url: &str, calls: usize, limit: usize) -> Result<Duration, Failure> {
    let operation = api::operation("cloud_stats").ok_or("cloud_stats is not declared")?;
    let session = session(url);
    let left = Arc::new(AtomicUsize::new(calls));
    let start = Instant::now();
    let branches: Vec<_> = (0..limit)
        .map(|_| {
            let (session, left) = (session.clone(), left.clone());
            tokio::spawn(async move {
                let limits = Limits::default();
                let mut nodes = 0;
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                        left.checked_sub(1)
                    })
                    .is_ok()
                {
                    let arguments = Arguments::new().with("cloud", "bench");
                    let done = session.perform(operation, &arguments, &limits).await;
                    let done = done.map_err(|failure| format!("{failure:?}"))?;
                    if let Decoded::One(record) = done.decoded
                        && let Some(metalwright::record::View::List(list)) = record.get("nodes")
                    {
                        nodes += list.len();
                    }
                }
                Ok::<_, String>(nodes)
            })
        })
        .collect();
    let mut nodes = 0;
    for branch in branches {
        nodes += branch.await??;
    }
    if nodes == 0 {
        return Err("the answers held no nodes".into());
    }
    Ok(start.elapsed())
}

fn session(url: &str) -> Session {
    let client = Client::new(Setup {
        transport: Arc::new(Https::new(HttpsSettings::new(url))),
        credentials: Credentials::ApiKey(Secret::new("sim")),
        clock: Clock::Real,
        policy: Policy::default(),
        profile: "bench".to_owned(),
    });
    Session::new(Settings {
        connect: Box::new(move || Ok(client.clone())),
        clock: Clock::Real,
        permission: Permission::new(Permission::reading(), Vec::new(), None),
        observer: Arc::new(Silent),
        recorder: None,
    })
}
