//! What the scheduler costs: reading 100,000 jobs, standing by for them, and deciding about them.
//!
//! ```text
//! schedule                         all of it, which takes three minutes
//! schedule load [JOBS]             how long a jobs file is read, and how much its jobs take up
//! schedule idle [JOBS]             what `mw serve` takes while nothing is due
//! schedule fires [JOBS [SECONDS]]  how late runs that do nothing start, and how dear that is: all
//!                                  in one minute, spread over so many seconds of it
//! ```
//!
//! Each part is a process of its own, whose memory nothing else has touched. Times of the processor
//! are the system's, which counts hundredths of a second. `lateness.py` measures real runs.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use metalwright::clock::Clock;
use metalwright::journal::{Journal, Settings};
use metalwright::schedule::{
    Due, Durable, Event, Events, Finished, Jobs, Launch, Ledger, Memory, Scheduler, Work,
};
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const JOBS: usize = 100_000;
/// The length of what is measured.
const MINUTE: TimeDelta = TimeDelta::seconds(60);
/// How long a scheduler has at least before the minute that is measured, to note its jobs.
const LEAD: TimeDelta = TimeDelta::seconds(15);
/// How long after that minute a scheduler may have work left of it.
const LAG: Duration = Duration::from_mins(1);
/// How long it is watched that nothing happens.
const IDLE: Duration = Duration::from_secs(30);
/// How long a service may take until nothing happens.
const PATIENCE: Duration = Duration::from_mins(2);

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let count = |word: Option<&&str>| word.map_or(Ok(JOBS), |word| word.parse());
    match words.as_slice() {
        [] => {
            for part in ["load", "idle", "fires"] {
                let status = Command::new(std::env::current_exe()?).arg(part).status()?;
                if !status.success() {
                    return Err(format!("{part} ended with {status}").into());
                }
            }
            Ok(())
        }
        ["load", rest @ ..] => load(count(rest.first())?),
        ["idle", rest @ ..] => in_folder(|folder| idle(folder, count(rest.first())?)),
        ["fires", rest @ ..] => {
            let count = count(rest.first())?;
            let seconds = rest.get(1).map_or(Ok(60), |word| word.parse::<usize>())?;
            in_folder(|folder| fires(folder, count, seconds.clamp(1, 60)))
        }
        _ => Err("load, idle and fires are the parts, each with a number of jobs".into()),
    }
}

/// Does something with a folder that is there for as long.
fn in_folder(work: impl FnOnce(&Path) -> Result<(), Failure>) -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("mw-bench-schedule-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let outcome = work(&folder);
    fs::remove_dir_all(&folder)?;
    outcome
}

/// A jobs file with so many jobs, the schedule of each by its number.
fn file(count: usize, schedule: impl Fn(usize) -> String) -> String {
    // A limit that is not what is measured.
    let mut text = "[service]\nlimit = 10000\n".to_owned();
    for number in 0..count {
        let schedule = schedule(number);
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "[[job]]\nname = \"job-{number}\"\n{schedule}\nscript = \"start.rhai\""
        );
    }
    text
}

/// Once a day, at all times of the day.
fn daily(number: usize) -> String {
    format!("cron = \"{} {} * * *\"", number % 60, number / 60 % 24)
}

fn read(text: &str) -> Result<Jobs, Failure> {
    Jobs::read("jobs.toml", text).map_err(|complaints| {
        let first = complaints.into_iter().next();
        first
            .map_or_else(String::new, |complaint| complaint.message)
            .into()
    })
}

// --- what the system says of a process ------------------------------------------------------------

/// A line of `/proc/PROCESS/status` in megabytes.
fn megabytes(process: u32, line: &str) -> Result<f64, Failure> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let found = status.lines().find_map(|it| it.strip_prefix(line));
    let kilobytes = found
        .and_then(|it| it.trim_start_matches(':').split_whitespace().next())
        .ok_or_else(|| format!("the system does not say {line}"))?;
    Ok(kilobytes.parse::<f64>()? / 1024.0)
}

/// How many seconds of the processor a process has used.
fn processor(process: u32) -> Result<f64, Failure> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name of the program may hold anything, and ends with the last parenthesis.
    let (_, fields) = stat.rsplit_once(')').ok_or("the system says nothing")?;
    let used: Result<Vec<f64>, _> = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse)
        .collect();
    Ok(used?.into_iter().sum::<f64>() / 100.0)
}

fn this() -> u32 {
    std::process::id()
}

// --- load -----------------------------------------------------------------------------------------

fn load(count: usize) -> Result<(), Failure> {
    let text = file(count, daily);
    let before = megabytes(this(), "VmRSS")?;
    let start = Instant::now();
    let jobs = read(&text)?;
    let took = start.elapsed();
    let length = text.len();
    drop(text);
    println!(
        "{count} jobs of {} bytes read in {took:.0?}: {:.0} MB more than before, {:.0} MB at the peak",
        length / count.max(1),
        megabytes(this(), "VmRSS")? - before,
        megabytes(this(), "VmHWM")? - before
    );
    let start = Instant::now();
    let scheduler = Scheduler::new(
        jobs,
        Clock::Real,
        Arc::new(Memory::default()),
        Arc::new(Starts::default()),
        Arc::new(Unheard),
    );
    println!(
        "planned in {:.0?}: {:.0} MB more than before the file was read",
        start.elapsed(),
        megabytes(this(), "VmRSS")? - before
    );
    drop(scheduler);
    Ok(())
}

// --- idle -----------------------------------------------------------------------------------------

/// A process that ends with its owner.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn idle(folder: &Path, count: usize) -> Result<(), Failure> {
    let jobs = folder.join("jobs.toml");
    // New Year is once a year: nothing is due.
    fs::write(&jobs, file(count, |_| "cron = \"0 0 1 1 *\"".to_owned()))?;
    fs::write(folder.join("start.rhai"), "print(now());\n")?;
    let start = Instant::now();
    let service = Service(
        Command::new(env!("CARGO_BIN_EXE_mw"))
            .arg("--store")
            .arg(folder.join("journal.db"))
            .arg("serve")
            .arg("--jobs")
            .arg(&jobs)
            // Nobody answers there, and nobody is asked.
            .env("OPENMETAL_API_URL", "http://127.0.0.1:9")
            .env("OPENMETAL_API_KEY", "bench")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("log"))?)
            .spawn()?,
    );
    let process = service.0.id();
    let mut used = processor(process)?;
    loop {
        std::thread::sleep(Duration::from_secs(1));
        let now = processor(process)?;
        // A service that has not begun has not come to rest.
        let is_told = fs::read_to_string(folder.join("log"))?.lines().count() >= count;
        if is_told && now - used < 0.02 {
            break;
        }
        if start.elapsed() > PATIENCE {
            return Err("the service does not come to rest".into());
        }
        used = now;
    }
    let used = processor(process)?;
    println!(
        "mw serve with {count} jobs is at rest after {:.0} s and {used:.1} s of the processor: {:.0} MB, {:.0} MB at the peak",
        start.elapsed().as_secs_f64(),
        megabytes(process, "VmRSS")?,
        megabytes(process, "VmHWM")?
    );
    std::thread::sleep(IDLE);
    println!(
        "idle: {:.2} % of a core",
        (processor(process)? - used) / IDLE.as_secs_f64() * 100.0
    );
    Ok(())
}

// --- fires ----------------------------------------------------------------------------------------

/// Runs that do nothing, and how late each of them started: its instant and its lateness.
#[derive(Default)]
struct Starts(Mutex<Vec<(DateTime<Utc>, TimeDelta)>>);

impl Launch for Starts {
    fn launch(&self, due: &Due, _cancel: CancellationToken) -> BoxFuture<'static, Finished> {
        let late = Utc::now() - due.instant;
        let mut starts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        starts.push((due.instant, late));
        ready(Finished {
            exit: 0,
            message: None,
            run: None,
            is_repeatable: false,
            is_broken_off: false,
        })
        .boxed()
    }
}

/// Rows on which it is noted how long decisions take.
struct Noted {
    rows: Arc<dyn Ledger>,
    nanoseconds: Arc<AtomicU64>,
}

impl Ledger for Noted {
    fn carry_out(&self, work: Work) -> BoxFuture<'static, Result<(), String>> {
        let nanoseconds = self.nanoseconds.clone();
        self.rows.carry_out(Box::new(move |rows| {
            let start = Instant::now();
            let done = work(rows);
            let took = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
            nanoseconds.fetch_add(took, Ordering::Relaxed);
            done
        }))
    }

    fn service(&self) -> i64 {
        self.rows.service()
    }

    fn profile(&self) -> &str {
        self.rows.profile()
    }

    fn lasts(&self) -> bool {
        self.rows.lasts()
    }

    fn end(&self) {
        self.rows.end();
    }
}

/// Hears nothing: what a log costs is not measured.
struct Unheard;

impl Events for Unheard {
    fn happened(&self, _event: &Event) {}
}

fn fires(folder: &Path, count: usize, seconds: usize) -> Result<(), Failure> {
    let each = |number: usize| format!("cron = \"{} * * * * *\"\nseconds = true", number % seconds);
    let text = file(count, each);
    fires_on(&text, count, "in memory", || {
        Ok(Arc::new(Memory::default()))
    })?;
    let database: PathBuf = folder.join("journal.db");
    fires_on(&text, count, "in the journal", || {
        let journal = Journal::open(Settings::of(database))?;
        let account = ("bench", "http://127.0.0.1:9");
        Ok(Arc::new(Durable::begin(
            &journal,
            account,
            ("jobs.toml", ""),
        )?))
    })
}

fn fires_on(
    text: &str,
    count: usize,
    rows: &str,
    ledger: impl FnOnce() -> Result<Arc<dyn Ledger>, Failure>,
) -> Result<(), Failure> {
    let starts = Arc::new(Starts(Mutex::new(Vec::with_capacity(2 * count))));
    let jobs = read(text)?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let nanoseconds = Arc::<AtomicU64>::default();
    let ledger = Arc::new(Noted {
        rows: ledger()?,
        nanoseconds: nanoseconds.clone(),
    });
    let scheduler = Scheduler::new(
        jobs,
        Clock::Real,
        ledger.clone(),
        Arc::<Starts>::clone(&starts),
        Arc::new(Unheard),
    );
    let from = minute_after(Utc::now() + LEAD)?;
    let (drain, abort) = (CancellationToken::new(), CancellationToken::new());
    let (_sender, reload) = mpsc::channel(1);
    let running = runtime.spawn(scheduler.run(drain.clone(), abort.clone(), reload));
    // The instants between two seconds are nobody's: what is due is decided about by then.
    let edge = TimeDelta::milliseconds(500);
    sleep_until(from - edge);
    let before = processor(this())?;
    nanoseconds.store(0, Ordering::Relaxed);
    sleep_until(from + MINUTE - edge);
    let used = processor(this())? - before;
    let decided = Duration::from_nanos(nanoseconds.load(Ordering::Relaxed));
    drain.cancel();
    let ended = runtime.block_on(async { tokio::time::timeout(LAG, running).await });
    ledger.end();
    // Whoever does not keep up is not waited for.
    runtime.shutdown_background();
    let mut late: Vec<TimeDelta> = {
        let starts = starts.0.lock().unwrap_or_else(PoisonError::into_inner);
        let within = starts
            .iter()
            .filter(|(instant, _)| (from..from + MINUTE).contains(instant));
        within.map(|(_, late)| *late).collect()
    };
    late.sort_unstable();
    if ended.is_err() || late.len() != count {
        let started = late.len();
        return Err(format!("rows {rows}: {started} of {count} runs were started in time").into());
    }
    println!(
        "{count} runs that do nothing in a minute, rows {rows}: p50 {:.1} ms, p99 {:.1} ms, at most {:.1} ms late; {used:.2} s of the processor, decisions {:.2} s",
        of_hundred(&late, 50),
        of_hundred(&late, 99),
        of_hundred(&late, 100),
        decided.as_secs_f64()
    );
    Ok(())
}

/// The first full minute that is not before `at`.
fn minute_after(at: DateTime<Utc>) -> Result<DateTime<Utc>, Failure> {
    let past = at.timestamp().rem_euclid(60);
    DateTime::from_timestamp(at.timestamp() + 60 - past, 0)
        .ok_or_else(|| "the clock is at its end".into())
}

fn sleep_until(at: DateTime<Utc>) {
    std::thread::sleep((at - Utc::now()).to_std().unwrap_or_default());
}

/// The lateness that so many of a hundred do not exceed, in milliseconds.
#[expect(clippy::cast_precision_loss, reason = "a span for people")]
fn of_hundred(late: &[TimeDelta], part: usize) -> f64 {
    let index = (late.len() * part).div_ceil(100).saturating_sub(1);
    let late = late.get(index).copied().unwrap_or_default();
    late.num_microseconds().unwrap_or(i64::MAX) as f64 / 1000.0
}
