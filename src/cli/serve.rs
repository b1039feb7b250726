//! `mw serve`: the jobs of a file, run when they are due.

use std::collections::HashSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::jobs_file::{JobsFile, check};
use super::launcher::Launcher;
use super::{Global, Outcome};
use crate::clock::Clock;
use crate::error::{Complaint, exit};
use crate::schedule::{Event, Events, Scheduler, Watch};
use crate::secret;

/// Run the jobs of a file when they are due.
#[derive(Args, Debug)]
#[command(
    after_help = "SIGTERM or Ctrl-C stops launching and waits for what runs; a second one \
cancels it.\n\nExamples:
  mw --sim serve --jobs scripts/jobs.toml"
)]
pub struct Serve {
    /// The jobs file; it is read again when it changes
    #[arg(long, value_name = "FILE", default_value = "jobs.toml")]
    jobs: PathBuf,
}

/// Events as lines on standard error.
struct Lines;

impl Events for Lines {
    fn happened(&self, event: &Event) {
        let now = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%SZ");
        // Nobody is left to tell when standard error is closed.
        let told = format!("{now} {event}\n");
        let _ = std::io::stderr()
            .lock()
            .write_all(secret::redact(&told).as_bytes());
    }
}

/// The folder that the relative paths of jobs are from.
fn folder_of(jobs: &Path) -> Result<PathBuf, Complaint> {
    let file = std::path::absolute(jobs).map_err(|error| {
        Complaint::new(
            exit::FAILED,
            format!("the working directory is gone: {error}"),
        )
    })?;
    Ok(file.parent().unwrap_or(&file).to_owned())
}

impl Serve {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let name = self.jobs.to_string_lossy().into_owned();
        let JobsFile { text, jobs } = JobsFile::read(&name)?;
        let launcher = Arc::new(Launcher::new(global, folder_of(&self.jobs)?)?);
        let unfinished = Unfinished::of(launcher.clone());
        let (found, left) = mpsc::channel(1);
        let (drain, abort) = (CancellationToken::new(), CancellationToken::new());
        let runtime = launcher.runtime().clone();
        let handle = runtime
            .handle()
            .map_err(|error| Complaint::new(exit::FAILED, format!("no runtime: {error}")))?;
        handle.block_on(async {
            let signals = tokio::spawn(stop_on_signals(drain.clone(), abort.clone()));
            let (sender, reload) = mpsc::channel(1);
            let events: Arc<dyn Events> = Arc::new(Lines);
            let watch = Watch::new(&self.jobs, &text).checking(Arc::new(check));
            let watching = tokio::spawn(watch.run(sender, events.clone(), drain.clone()));
            let looking = tokio::spawn(unfinished.look(found));
            Scheduler::new(&jobs, Clock::Real, launcher, events)
                .taking_up(left)
                .run(drain, abort.clone(), reload)
                .await;
            looking.abort();
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

/// How often it is looked for runs that another service left unfinished. One that was killed a
/// moment ago may not be known to be gone before its lease is over.
const LOOK: Duration = Duration::from_secs(20);

/// Looks for runs that another service left unfinished.
struct Unfinished {
    launcher: Arc<Launcher>,
    /// Those that were found before: whatever came of them is not tried again.
    known: HashSet<String>,
}

impl Unfinished {
    fn of(launcher: Arc<Launcher>) -> Self {
        let known = HashSet::new();
        Self { launcher, known }
    }

    async fn look(mut self, found: mpsc::Sender<Vec<(String, String)>>) {
        loop {
            let launcher = self.launcher.clone();
            let looked = tokio::task::spawn_blocking(move || launcher.unfinished()).await;
            match looked {
                Ok(Ok(mut runs)) => {
                    runs.retain(|(_, run)| self.known.insert(run.clone()));
                    if !runs.is_empty() && found.send(runs).await.is_err() {
                        return;
                    }
                }
                Ok(Err(complaint)) => super::show::complaints(&[complaint]),
                Err(_) => return,
            }
            tokio::time::sleep(LOOK).await;
        }
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
