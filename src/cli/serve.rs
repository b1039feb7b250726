//! `mw serve`: the jobs of a file, run when they are due.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::launcher::Launcher;
use super::{Global, Outcome};
use crate::clock::Clock;
use crate::error::{Complaint, exit};
use crate::parameters::Header;
use crate::schedule::{Event, Events, Job, Jobs, Scheduler, Watch};
use crate::script::source::Source;
use crate::session::Grant;

/// Run the jobs of a file when they are due.
#[derive(Args, Debug)]
#[command(
    after_help = "SIGTERM or Ctrl-C stops launching and waits for what runs; a second one \
cancels it."
)]
pub struct Serve {
    /// The jobs file; it is read again when it changes
    #[arg(long, value_name = "FILE", default_value = "jobs.toml")]
    jobs: PathBuf,
}

/// Reads a jobs file and checks every job's grants, script and arguments.
pub fn read_jobs(file: &str) -> Result<Jobs, Vec<Complaint>> {
    let text = fs::read_to_string(file).map_err(|error| {
        Complaint::usage(format!("cannot read the jobs file {file}: {error}"))
            .hint("name it with --jobs FILE")
    })?;
    let jobs = Jobs::read(file, &text)?;
    let complaints: Vec<Complaint> = jobs.iter().flat_map(|job| check(job)).collect();
    if complaints.is_empty() {
        Ok(jobs)
    } else {
        Err(complaints)
    }
}

/// What is wrong with a job beyond its own lines.
pub fn check(job: &Job) -> Vec<Complaint> {
    let inside = |mut complaint: Complaint| {
        complaint.message = format!("job {}: {}", job.name, complaint.message);
        complaint
    };
    let mut complaints: Vec<Complaint> = job
        .allow
        .iter()
        .filter_map(|word| word.parse::<Grant>().err())
        .map(|error| inside(Complaint::usage(error)))
        .collect();
    let prepared = Source::read(&job.script.to_string_lossy())
        .map_err(|complaint| vec![complaint])
        .and_then(|source| Header::parse(&source.name, &source.text))
        .and_then(|header| header.check(&job.args).map_err(|complaint| vec![complaint]));
    if let Err(found) = prepared {
        complaints.extend(found.into_iter().map(inside));
    }
    complaints
}

/// Events as lines on standard error.
struct Lines;

impl Events for Lines {
    fn happened(&self, event: &Event) {
        let now = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%SZ");
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(std::io::stderr().lock(), "{now} {event}");
    }
}

impl Serve {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let name = self.jobs.to_string_lossy().into_owned();
        let jobs = read_jobs(&name)?;
        let text = fs::read_to_string(&self.jobs)
            .map_err(|error| Complaint::usage(format!("cannot read {name}: {error}")))?;
        let launcher = Arc::new(Launcher::new(global)?);
        let (drain, abort) = (CancellationToken::new(), CancellationToken::new());
        let runtime = launcher.runtime().clone();
        let handle = runtime
            .handle()
            .map_err(|error| Complaint::new(exit::FAILED, format!("no runtime: {error}")))?;
        handle.block_on(async {
            let signals = tokio::spawn(stop_on_signals(drain.clone(), abort.clone()));
            let (sender, reload) = mpsc::channel(1);
            let events: Arc<dyn Events> = Arc::new(Lines);
            let watch = Watch::new(&self.jobs, &text);
            let watching = tokio::spawn(watch.run(sender, events.clone(), drain.clone()));
            Scheduler::new(&jobs, Clock::Real, launcher, events)
                .run(drain, abort.clone(), reload)
                .await;
            watching.abort();
            signals.abort();
            if abort.is_cancelled() {
                return Err(
                    Complaint::new(exit::INTERRUPTED, "the runs under way were cancelled").into(),
                );
            }
            Ok(exit::DONE)
        })
    }
}

/// The first signal drains, the second one cancels.
async fn stop_on_signals(drain: CancellationToken, abort: CancellationToken) {
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return;
    };
    for token in [drain, abort] {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        token.cancel();
    }
}
