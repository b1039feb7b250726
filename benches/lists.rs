//! What scripts do to lists of resources, on 100,000 nodes.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use criterion::Criterion;
use metalwright::client::{Client, Credentials, Function, Policy, Settings as Setup, Silent};
use metalwright::clock::Clock;
use metalwright::record::Secret;
use metalwright::script::Interpreter;
use metalwright::script::console::{Console, Level};
use metalwright::script::host::{Host, Parts};
use metalwright::script::memory::Memory;
use metalwright::script::runtime::LazyRuntime;
use metalwright::script::shelf::Shelf;
use metalwright::script::source::Source;
use metalwright::script::stop::Stop;
use metalwright::session::{Permission, Session, Settings};
use serde_json::{Map, Value, json};

const NODES: usize = 100_000;

/// Name and line of each measurement; the same in Python is in `peers/lists.py`.
const LINES: &[(&str, &str)] = &[
    ("group_by", r#"nodes.group_by("rack")"#),
    ("sort_by", r#"nodes.sort_by("hostname")"#),
    ("count_by", r#"nodes.count_by("power_state")"#),
    ("where", r#"nodes.where("power_state", "power on")"#),
    ("sum_by", r#"nodes.sum_by("cpu")"#),
    ("unique", r#"nodes.unique("rack")"#),
    (
        "where_closure",
        r#"nodes.where(|n| n.power_state == "power on")"#,
    ),
];

struct Silence;

impl Console for Silence {
    fn print(&self, _: &str) -> std::io::Result<()> {
        Ok(())
    }

    fn note(&self, _: Level, _: &str) {}
}

/// Nodes of 40 racks, in an order that is none.
fn nodes() -> Vec<Value> {
    let mut random = fastrand::Rng::with_seed(1);
    (0..NODES)
        .map(|_| {
            let number = random.u32(..);
            json!({
                "uuid": format!("{number:08x}-0000-4000-8000-000000000000"),
                "hostname": format!("node-{number:010}"),
                "rack": format!("R{}", number % 40),
                "power_state": if number.is_multiple_of(3) { "power off" } else { "power on" },
                "cpu": 32 + number % 4 * 16,
            })
        })
        .collect()
}

fn interpreter(nodes: &[Value]) -> Interpreter {
    let stats = Bytes::from(json!({ "name": "bench", "nodes": nodes }).to_string());
    let transport = Function(move |_| {
        let mut response = http::Response::new(stats.clone());
        response.headers_mut().insert(
            http::header::CONTENT_TYPE,
            http::HeaderValue::from_static("application/json"),
        );
        std::future::ready(Ok(response))
    });
    let client = Client::new(Setup {
        transport: Arc::new(transport),
        credentials: Credentials::ApiKey(Secret::new("bench")),
        clock: Clock::Real,
        policy: Policy::default(),
        profile: "bench".to_owned(),
    });
    let session = Session::new(Settings {
        connect: Box::new(move || Ok(client.clone())),
        clock: Clock::Real,
        permission: Permission::new(Permission::reading(), Vec::new(), None),
        observer: Arc::new(Silent),
        recorder: None,
    });
    let host = Host::new(Parts {
        session,
        runtime: Arc::new(LazyRuntime::default()),
        console: Arc::new(Silence),
        stop: Stop::default(),
        args: Map::new(),
        memory: Memory::of_the_run(),
        shelf: Shelf::default(),
        profile: "bench".to_owned(),
        origin: metalwright::script::origin::Origin::default(),
        controls: None,
        coverage: None,
        locals: Arc::default(),
        window: metalwright::script::window::Window::default(),
    });
    Interpreter::new(&host, &Source::of_text("<bench>", ""))
}

fn run(interpreter: &mut Interpreter, line: &str) -> Result<(), String> {
    let source = Source::of_text("<bench>", line);
    match interpreter.run(&source) {
        Ok(value) => {
            drop(black_box(value));
            Ok(())
        }
        Err(ended) => Err(format!("{line}: {ended:?}")),
    }
}

fn main() -> Result<(), String> {
    let nodes = nodes();
    if let Ok(file) = std::env::var("MW_BENCH_NODES") {
        let text = Value::Array(nodes).to_string();
        return std::fs::write(&file, text).map_err(|error| format!("{file}: {error}"));
    }
    let mut interpreter = interpreter(&nodes);
    run(
        &mut interpreter,
        r#"let nodes = cloud_stats("bench").nodes;"#,
    )?;
    let mut criterion = Criterion::default()
        .configure_from_args()
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2));
    for (name, line) in LINES {
        run(&mut interpreter, line)?;
        criterion.bench_function(&format!("lists/{name}"), |bencher| {
            bencher.iter(|| run(&mut interpreter, line));
        });
    }
    criterion.final_summary();
    Ok(())
}
