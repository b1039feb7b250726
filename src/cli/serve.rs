//! `mw serve`: the jobs of a file, run when they are due.

mod fields;
mod health;
mod heard;
mod listener;
pub(super) mod log;
mod mailer;
mod others;
mod page;
mod supervisor;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use clap::Args;
use futures_util::FutureExt as _;
use serde_json::Map;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::global::LogFormat;
use super::jobs_file::{self, check};
use super::launcher::Launcher;
use super::{Global, Outcome};
use crate::clock::Clock;
use crate::config::Environment;
use crate::error::{Complaint, exit};
use crate::journal::Owner;
use crate::metrics::Metrics;
use crate::notice::Courier;
use crate::schedule::{Events, Scheduler, Watch};
use crate::script::insistence::APART;
use health::Health;
use heard::{Counted, Heard, Lines, Told};
use listener::Limits;
use mailer::Mailer;
use supervisor::Supervisor;

/// How long the end of a service waits for the delivery of what is left to say.
const LAST_POST: Duration = Duration::from_secs(15);

/// Run the jobs of a file when they are due.
#[derive(Args, Debug)]
#[command(
    after_help = "SIGTERM or Ctrl-C stops launching and waits for what runs; a second one \
cancels it. SIGHUP has the jobs file read again now.\n\nExamples:
  mw --sim serve --jobs scripts/jobs.toml
  mw --sim serve --jobs scripts/jobs.toml --listen 127.0.0.1:0 --log-format json"
)]
pub struct Serve {
    /// The jobs file; it is read again when it changes
    #[arg(long, value_name = "FILE", default_value = "jobs.toml")]
    jobs: PathBuf,
    /// Answer /healthz, /readyz and /metrics at this address, or at this port of this machine alone
    #[arg(long, value_name = "ADDR", value_parser = listener::address)]
    listen: Option<SocketAddr>,
}

/// The folder that the relative paths of jobs are from.
pub fn folder_of(jobs: &Path) -> Result<PathBuf, Complaint> {
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
        let metrics = Arc::new(Metrics::new(env!("CARGO_PKG_VERSION")));
        let mut global = global.clone();
        global.metrics = Some(metrics.clone());
        let name = self.jobs.to_string_lossy().into_owned();
        let jobs = jobs_file::read(&name)?;
        let complaints = jobs_file::variables(&jobs, None);
        if !complaints.is_empty() {
            return Err(complaints);
        }
        let launcher = Arc::new(Launcher::new(&global, folder_of(&self.jobs)?)?);
        let ledger = launcher.ledger(&name)?;
        let (health, supervisor) = (Arc::new(Health::default()), Supervisor::of_process());
        let (drain, abort) = (CancellationToken::new(), CancellationToken::new());
        let runtime = launcher.runtime().clone();
        let handle = runtime
            .handle()
            .map_err(|error| Complaint::new(exit::FAILED, format!("no runtime: {error}")))?;
        handle.block_on(async {
            let router = page::router(health.clone(), metrics.clone());
            let listening = self.listen(global.log_format, router).await?;
            let signals = tokio::spawn(stop_on_signals(drain.clone(), abort.clone()));
            let again = Arc::new(Notify::new());
            let hearing = tokio::spawn(read_again_on_signal(again.clone()));
            let (sender, reload) = mpsc::channel(1);
            let told = Told {
                health: health.clone(),
                supervisor,
            };
            let ca_file = launcher.account().ca_file(&global);
            let courier = Courier::new(ca_file, Environment::of_process());
            let mailer = Arc::new(Mailer::new(
                ledger.clone(),
                courier.on(&Owner::this().host),
                jobs.channels(),
                metrics.clone(),
                global.log_format,
            ));
            let events: Arc<dyn Events> = Arc::new(Heard(vec![
                // Whoever reads of something finds it counted.
                Arc::new(Counted::new(metrics)),
                Arc::new(told),
                mailer.clone(),
                Arc::new(Lines(global.log_format)),
            ]));
            let over = CancellationToken::new();
            let mut posting = tokio::spawn(mailer.clone().run(over.clone()));
            let post = mailer;
            let watch = Watch::new(&self.jobs, jobs.text()).checking(Arc::new(move |jobs| {
                let mut complaints = check(jobs);
                if complaints.is_empty() {
                    complaints = jobs_file::variables(jobs, None);
                }
                if complaints.is_empty() {
                    post.goes_by(jobs.channels());
                }
                complaints
            }));
            let watching =
                tokio::spawn(watch.run(sender, events.clone(), drain.clone(), again.clone()));
            let (tell, others) = mpsc::channel(1);
            let glancing = launcher
                .journal()
                .map(|journal| tokio::spawn(others::listen(journal.clone(), tell)));
            let (asking, pulse) = mpsc::channel(1);
            let beating = tokio::spawn(supervisor.watched(asking));
            health.loaded();
            supervisor.ready();
            supervisor.status(&format!("{} jobs", jobs.len()));
            Scheduler::new(
                jobs.settled(),
                Clock::Real,
                ledger.clone(),
                launcher,
                events,
            )
            .hearing(others)
            .answering(pulse)
            .run(drain, abort.clone(), reload)
            .await;
            // What the last runs have to say is said before the end, if it can be. Nothing is cut off
            // on its way before that: it would be delivered once more.
            over.cancel();
            let _ = tokio::time::timeout(LAST_POST, &mut posting).await;
            posting.abort();
            ledger.end();
            for task in [watching, signals, hearing, beating] {
                task.abort();
            }
            for task in [glancing, listening].into_iter().flatten() {
                task.abort();
            }
            if abort.is_cancelled() {
                return Err(
                    Complaint::new(exit::INTERRUPTED, "the runs under way were cancelled").into(),
                );
            }
            Ok(exit::DONE)
        })
    }

    /// Listens where it is wanted, and says so.
    async fn listen(
        &self,
        format: LogFormat,
        router: Router,
    ) -> Result<Option<JoinHandle<()>>, Complaint> {
        let Some(address) = self.listen else {
            return Ok(None);
        };
        let failed = |error: std::io::Error| {
            Complaint::new(exit::FAILED, format!("cannot listen on {address}: {error}"))
                .hint("give --listen an address of this machine and a port that is free")
        };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        let message = format!("listening on {url}");
        match format {
            LogFormat::Text => super::live::tell(&format!("{message}\n")).unwrap_or_default(),
            LogFormat::Json => {
                let fields = Map::from_iter([("url".to_owned(), url.into())]);
                log::entry(format, "info", "listening", fields, &message);
            }
        }
        let serving = listener::serve(listener, router, Limits::default());
        Ok(Some(tokio::spawn(serving)))
    }
}

/// SIGHUP has the jobs file looked at now. Without being heard it would end the process.
fn read_again_on_signal(again: Arc<Notify>) -> impl Future<Output = ()> {
    let hangup = signal(SignalKind::hangup());
    async move {
        let Ok(mut hangup) = hangup else { return };
        while hangup.recv().await.is_some() {
            again.notify_one();
        }
    }
}

/// The first signal drains, the second one cancels; told twice at once, it is the first one still. They
/// are heard from this call on: none may end a service that is just starting.
fn stop_on_signals(drain: CancellationToken, abort: CancellationToken) -> impl Future<Output = ()> {
    let interrupt = signal(SignalKind::interrupt());
    let terminate = signal(SignalKind::terminate());
    async move {
        let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
            return;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        drain.cancel();
        let is_again = async {
            tokio::time::sleep(APART).await;
            let _ = terminate.recv().now_or_never();
            terminate.recv().await
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = is_again => {}
        }
        abort.cancel();
    }
}
