//! `mw serve`: the jobs of a file, run when they are due.

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
use crate::journal::{Journal, Reader};
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
        if matches!(event, Event::Settled { .. }) {
            // Its run has said so.
            return;
        }
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
        let ledger = launcher.ledger(&name)?;
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
            let (tell, others) = mpsc::channel(1);
            let listening = launcher
                .journal()
                .map(|journal| tokio::spawn(listen(journal.clone(), tell)));
            let clock = Clock::Real;
            Scheduler::new(jobs, clock, ledger.clone(), launcher, events)
                .hearing(others)
                .run(drain, abort.clone(), reload)
                .await;
            if let Some(listening) = listening {
                listening.abort();
            }
            ledger.end();
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

/// How often it is looked whether others have written to the journal, in seconds.
const GLANCE: Duration = Duration::from_secs(1);

/// How many glances lie between two looks for what services left behind that are no more. One that was
/// killed a moment ago may not be known to be gone before its lease is over.
const LOOK: u32 = 20;

/// Tells the scheduler when others may have asked for something, or left something behind.
async fn listen(journal: Journal, tell: mpsc::Sender<()>) {
    let mut reader: Option<Reader> = None;
    let mut last = None;
    for glance in 1_u32.. {
        tokio::time::sleep(GLANCE).await;
        let store = journal.store().clone();
        let held = reader.take();
        let glanced = tokio::task::spawn_blocking(move || {
            let reader = match held {
                Some(reader) => reader,
                None => store.read().ok()??,
            };
            let version = reader.version().ok()?;
            Some((reader, version))
        });
        // A journal that cannot be read now is read again with the next glance.
        let version = match glanced.await {
            Ok(Some((kept, version))) => {
                reader = Some(kept);
                Some(version)
            }
            _ => None,
        };
        let is_changed = version.is_some() && version != last;
        last = version.or(last);
        if (is_changed || glance.is_multiple_of(LOOK)) && tell.send(()).await.is_err() {
            return;
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
