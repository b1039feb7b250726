//! What the journal costs: reads and changes beside the same calls without it, and how long it takes
//! to tell 100,000 calls again.
//!
//! ```text
//! journal [ROUNDS [CALLS]]     the medians of so many rounds of so many reads each
//! ```
//!
//! The journal is a file in the temporary folder, on whatever disk that is. Server, client and
//! journal share the machine.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::Uri;
use axum::http::header::CONTENT_TYPE;
use metalwright::api;
use metalwright::client::{
    Client, Credentials, Https, HttpsSettings, Limits, Policy, Settings as Setup, Silent,
};
use metalwright::clock::Clock;
use metalwright::journal::{Grants, Journal, RunKind, Settings as Keeping, Start};
use metalwright::operation::{Arguments, Operation};
use metalwright::record::Secret;
use metalwright::session::{Book, Past, Permission, Recorder, Session, Settings};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const ROUNDS: usize = 7;
const CALLS: usize = 40_000;
const LIMIT: usize = 64;
const CHANGES: usize = 300;
const TOLD: usize = 100_000;
/// What journaled reads should reach of the others' rate.
const GOAL: f64 = 0.9;

fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let rounds = words.next().map_or(Ok(ROUNDS), |word| word.parse())?.max(1);
    let calls = words.next().map_or(Ok(CALLS), |word| word.parse())?;
    let folder = std::env::temp_dir().join(format!("mw-bench-journal-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let outcome = measured(&folder, rounds, calls);
    std::fs::remove_dir_all(&folder)?;
    outcome
}

fn measured(folder: &std::path::Path, rounds: usize, calls: usize) -> Result<(), Failure> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let url = serve()?;
    let mut number = 0;
    let mut fresh = || {
        number += 1;
        book(folder.join(format!("{number}.db")))
    };
    for differ in [false, true] {
        let (mut bare, mut kept) = (Vec::new(), Vec::new());
        for round in 0..=rounds {
            let book = fresh()?;
            let recorder = Recorder::of(Clock::Real, book, None);
            let without = read(&runtime, &session(&url, None), calls, differ)?;
            let with = read(&runtime, &session(&url, Some(recorder)), calls, differ)?;
            if round > 0 {
                bare.push(without);
                kept.push(with);
            }
        }
        let (bare, kept) = (median(bare), median(kept));
        println!(
            "reads, {LIMIT} in flight, {}: {kept:.0}/s journaled, {bare:.0}/s bare: {:.2} (wanted {GOAL})",
            if differ {
                "every answer different"
            } else {
                "the same answer each time"
            },
            kept / bare
        );
    }
    let (mut bare, mut kept) = (Vec::new(), Vec::new());
    for _ in 0..=rounds {
        let recorder = Recorder::of(Clock::Real, fresh()?, None);
        bare.push(change(&runtime, &session(&url, None))?);
        kept.push(change(&runtime, &session(&url, Some(recorder)))?);
    }
    let (bare, kept) = (median(bare), median(kept));
    let disk = synced(&folder.join("disk"))?;
    println!(
        "a change, one after another: {:.0} us journaled, {:.0} us bare: {:.1} times a write and fsync of 4 KiB ({:.0} us)",
        kept * 1e6,
        bare * 1e6,
        (kept - bare) / disk,
        disk * 1e6
    );
    let took = told_again(&runtime, &url, fresh()?)?;
    println!("{TOLD} calls told again in {took:?}, reading them from the disk included");
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// A run in a journal of its own.
fn book(file: PathBuf) -> Result<Book, Failure> {
    let journal = Journal::open(Keeping::of(file))?;
    let start = Start {
        kind: RunKind::Script,
        script: "bench.rhai".to_owned(),
        folder: String::new(),
        job: None,
        profile: "bench".to_owned(),
        url: String::new(),
        args: serde_json::Map::new(),
        grants: Grants::default(),
    };
    let lease = journal.begin(&start, &[])?;
    Ok(Book { journal, lease })
}

fn session(url: &str, recorder: Option<Recorder>) -> Session {
    let client = Client::new(Setup {
        transport: Arc::new(Https::new(HttpsSettings::new(url))),
        credentials: Credentials::ApiKey(Secret::new("bench")),
        clock: Clock::Real,
        policy: Policy::default(),
        profile: "bench".to_owned(),
    });
    Session::new(Settings {
        connect: Box::new(move || Ok(client.clone())),
        clock: Clock::Real,
        permission: Permission::new(Permission::everything(), Vec::new(), None),
        observer: Arc::new(Silent),
        recorder,
    })
}

fn operation(name: &str) -> Result<&'static Operation, Failure> {
    api::operation(name).ok_or_else(|| format!("{name} is not declared").into())
}

/// A text as little alike to others as ids and addresses are.
fn unlike(seed: u128) -> String {
    use std::fmt::Write as _;
    (0..50).fold(String::new(), |mut text, part| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{:016x}", (part + 7 * seed) * 0x9e37_79b9_7f4a_7c15);
        text
    })
}

/// A server on threads of its own: stats of a cloud of 3 nodes, the same or different each time by
/// the cloud's name, and the acceptance of a change of power.
fn serve() -> Result<String, Failure> {
    let nodes: Vec<serde_json::Value> = (0..3_u128)
        .map(|index| {
            serde_json::json!({
                "uuid": format!("7f0c1c5e-0000-4000-8000-00000000000{index}"),
                "hostname": format!("great-wombat-{index}"),
                "power_state": "power on",
                "labels": ["control", "storage", "compute"],
                // As little alike as ids and addresses are.
                "note": unlike(index),
            })
        })
        .collect();
    let stats = serde_json::json!({"nodes": nodes, "cloud_state": "RUNNING"}).to_string();
    let count = Arc::new(AtomicU64::new(0));
    let router = Router::new().fallback(move |uri: Uri| {
        let body = if uri.path().ends_with("/power") {
            r#"{"result":"success","power_state":"power on","node_uuid":"n"}"#.to_owned()
        } else if uri.path().contains("differs") {
            let number = count.fetch_add(1, Ordering::Relaxed);
            stats.replacen("great-wombat", &format!("wombat-{number}"), 1)
        } else {
            stats.clone()
        };
        async move { ([(CONTENT_TYPE, "application/json")], body) }
    });
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let url = format!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || -> Result<(), Failure> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        runtime.block_on(async {
            axum::serve(TcpListener::from_std(listener)?, router).await?;
            Ok(())
        })
    });
    Ok(url)
}

/// How many reads a second.
#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn read(runtime: &Runtime, session: &Session, calls: usize, differ: bool) -> Result<f64, Failure> {
    let operation = operation("cloud_stats")?;
    let left = Arc::new(AtomicUsize::new(calls));
    let start = Instant::now();
    let branches: Vec<_> = (0..LIMIT)
        .map(|_| {
            let (session, left) = (session.clone(), left.clone());
            runtime.spawn(async move {
                let cloud = if differ { "differs" } else { "same" };
                let arguments = Arguments::new().with("cloud", cloud);
                let limits = Limits::default();
                let take = |left: usize| left.checked_sub(1);
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
                    .is_ok()
                {
                    let done = session.perform(operation, &arguments, &limits).await;
                    done.map_err(|failure| format!("{failure:?}"))?;
                }
                Ok::<_, String>(())
            })
        })
        .collect();
    for branch in branches {
        runtime.block_on(branch)??;
    }
    Ok(calls as f64 / start.elapsed().as_secs_f64())
}

/// How long a change takes, in seconds.
#[expect(clippy::cast_precision_loss, reason = "a span for people")]
fn change(runtime: &Runtime, session: &Session) -> Result<f64, Failure> {
    let operation = operation("set_power")?;
    let arguments = Arguments::new()
        .with("cloud", "c")
        .with("node", "n")
        .with("power_state", "power on");
    let start = Instant::now();
    for _ in 0..CHANGES {
        let limits = Limits::default();
        let calling = session.perform(operation, &arguments, &limits);
        runtime
            .block_on(calling)
            .map_err(|failure| format!("{failure:?}"))?;
    }
    Ok(start.elapsed().as_secs_f64() / CHANGES as f64)
}

/// How long it takes to write a page and wait for the disk, in seconds.
fn synced(file: &std::path::Path) -> Result<f64, Failure> {
    use std::io::Write as _;
    let mut out = std::fs::File::create(file)?;
    let mut took = Vec::new();
    for _ in 0..CHANGES {
        let start = Instant::now();
        out.write_all(&[1; 4096])?;
        out.sync_data()?;
        took.push(start.elapsed().as_secs_f64());
    }
    Ok(median(took))
}

/// How long it takes to tell a run again, from the file to the last call.
fn told_again(runtime: &Runtime, url: &str, book: Book) -> Result<Duration, Failure> {
    let journal = book.journal.clone();
    let id = book.lease.id().to_owned();
    let first = session(url, Some(Recorder::of(Clock::Real, book, None)));
    read(runtime, &first, TOLD, false)?;
    drop(first);
    // Waits until everything is written.
    journal.prune(Duration::from_hours(24))?;
    let start = Instant::now();
    let store = journal.store();
    let reader = store.read()?.ok_or("there is no journal")?;
    let run = reader.run(&id)?;
    let past = Past {
        calls: reader.history(&run)?,
        is_cancelled: false,
    };
    if past.calls.len() != TOLD {
        return Err(format!("{} calls are on record", past.calls.len()).into());
    }
    // The run is still ours: what is told again is measured, and not who may.
    let lease = journal.begin(&run.start, &[])?;
    let again = Recorder::of(Clock::Real, Book { journal, lease }, Some(past));
    // Nobody answers there.
    let second = session("http://127.0.0.1:9", Some(again));
    read(runtime, &second, TOLD, false)?;
    Ok(start.elapsed())
}
