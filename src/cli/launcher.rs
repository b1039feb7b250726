//! Scripts run for the scheduler.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Map;
use tokio_util::sync::CancellationToken;

use super::Global;
use super::account::Account;
use super::execution::{Task, on_its_own_thread};
use super::global::LogFormat;
use super::granted::Granted;
use super::kept::{self, Kept, New};
use super::locals;
use super::prepared::Prepared;
use super::serve::log;
use crate::error::{Complaint, exit};
use crate::journal::{Filter, Journal, JournalError, RunKind, RunState, micros};
use crate::parameters::Header;
use crate::schedule::{Due, Finished, Job, Launch};
use crate::script::Ended;
use crate::script::console::{Console, Level};
use crate::script::host::{Host, Parts};
use crate::script::runtime::LazyRuntime;
use crate::script::source::Source;
use crate::script::stop::Stop;
use crate::secret;
use crate::session::Grant;

/// Runs scripts in this process, each on a thread of its own and with its own permissions.
pub struct Launcher {
    inner: Arc<Inner>,
}

struct Inner {
    account: Account,
    runtime: Arc<LazyRuntime>,
    global: Global,
    /// Where the jobs file lies, which relative paths are from.
    folder: PathBuf,
    journal: Option<Journal>,
}

impl Launcher {
    /// A launcher on the account that the command line names, for a jobs file in this folder.
    pub fn new(global: &Global, folder: PathBuf) -> Result<Self, Complaint> {
        let account = Account::of(global, true)?;
        let is_kept = matches!(account, Account::Real { .. }) && !global.no_journal;
        Ok(Self {
            inner: Arc::new(Inner {
                journal: is_kept.then(|| kept::journal(global)).transpose()?,
                account,
                runtime: Arc::new(LazyRuntime::default()),
                global: global.clone(),
                folder,
            }),
        })
    }

    /// The runs of jobs that a service before this one left unfinished, the oldest first: their jobs
    /// and ids.
    pub fn unfinished(&self) -> Result<Vec<(String, String)>, Complaint> {
        let (Some(journal), Account::Real { profile, .. }) =
            (&self.inner.journal, &self.inner.account)
        else {
            return Ok(Vec::new());
        };
        let failed = |error: JournalError| kept::complaint(&error);
        let Some(reader) = journal.store().read().map_err(failed)? else {
            return Ok(Vec::new());
        };
        let runs = reader.runs(&Filter::default()).map_err(failed)?;
        let now = micros();
        Ok(runs
            .into_iter()
            .rev()
            .filter(|run| run.seen(now) == RunState::Interrupted)
            .filter(|run| run.start.profile == profile.name && run.start.url == profile.url)
            .filter_map(|run| Some((run.start.job.clone()?, run.id)))
            .collect())
    }

    /// The runtime for everything that waits.
    pub fn runtime(&self) -> &Arc<LazyRuntime> {
        &self.inner.runtime
    }
}

impl Launch for Launcher {
    fn launch(&self, due: &Due, cancel: CancellationToken) -> BoxFuture<'static, Finished> {
        let (inner, due) = (self.inner.clone(), due.clone());
        Box::pin(async move {
            let stop = Stop::under(cancel);
            let work = tokio::task::spawn_blocking(move || run(&inner, &due, &stop));
            work.await.unwrap_or_else(|error| Finished {
                exit: exit::FAILED,
                message: Some(format!("the run ended unexpectedly: {error}")),
            })
        })
    }
}

fn run(inner: &Inner, due: &Due, stop: &Stop) -> Finished {
    let outcome = prepared(inner, due, stop.clone()).and_then(|(host, source, kept)| {
        let ended = on_its_own_thread(&host, &source);
        kept.end(&ended, stop)?;
        ended.map(|_| exit::DONE).or_else(|ended| match ended {
            Ended::Quietly(code) => Ok(code),
            Ended::Complaining(complaints) => Err(complaints),
        })
    });
    match outcome {
        Ok(exit) => Finished {
            exit,
            message: None,
        },
        Err(complaints) => {
            super::show::complaints(&complaints);
            Finished {
                exit: complaints
                    .first()
                    .map_or(exit::FAILED, |complaint| complaint.exit),
                message: complaints
                    .first()
                    .map(|complaint| complaint.message.clone()),
            }
        }
    }
}

/// The script is read when it is due: what lies on disk then is what runs. A run that is taken up
/// again is what it was begun as.
fn prepared(inner: &Inner, due: &Due, stop: Stop) -> Result<(Host, Source, Kept), Vec<Complaint>> {
    let job = &due.job;
    let mut prepared = match (&due.resume, &inner.journal) {
        (Some(id), Some(journal)) => {
            inner.account.greet(&inner.global, &inner.runtime)?;
            Prepared::again(journal, id, false)?
        }
        _ => fresh(inner, job)?,
    };
    // What the profile and the command line deny now holds for a run that is taken up, too.
    let now = Granted::of(&inner.global, &inner.account)?;
    prepared.granted.deny.extend(now.deny);
    prepared.granted.careful = now.careful;
    let limits = [prepared.granted.limit, now.limit].into_iter().flatten();
    prepared.granted.limit = limits.min();
    prepared.granted.job = Some(job.name.clone());
    let Prepared {
        task,
        granted,
        kept,
        consents,
        powers,
    } = prepared;
    kept.cancels(&stop);
    let permission = granted
        .permission(None)
        .with_consents(consents)
        .with_powers(powers);
    let recorder = kept.recorder().cloned();
    let host = Host::new(Parts {
        session: inner
            .account
            .session_with(&inner.global, permission, recorder),
        runtime: inner.runtime.clone(),
        console: Arc::new(Labelled {
            label: format!("{}#{}", job.name, due.number),
            job: job.name.clone(),
            number: due.number,
            format: inner.global.log_format,
        }),
        stop,
        args: task.args,
        memory: inner.account.memory(&task.source.name),
        shelf: kept.shelf(),
        profile: inner.account.profile().to_owned(),
        controls: None,
        coverage: None,
        locals: locals::of(&inner.global, &inner.account, inner.folder.clone()),
    });
    Ok((host, task.source, kept))
}

/// A run that is begun now.
fn fresh(inner: &Inner, job: &Job) -> Result<Prepared, Vec<Complaint>> {
    let source = Source::read(&job.script.to_string_lossy())?;
    let args = Header::parse(&source.name, &source.text)?.check(&job.args)?;
    let allow = job
        .allow
        .iter()
        .map(|word| word.parse::<Grant>().map_err(Complaint::usage))
        .map(|grant| grant.map(|grant| grant.from_folder(&inner.folder)))
        .collect::<Result<Vec<_>, _>>()?;
    // The profile's `allow` is for whoever types; a job says itself what it needs.
    let granted = Granted {
        allow,
        said_yes: false,
        ..Granted::of(&inner.global, &inner.account)?
    };
    let kind = RunKind::Job;
    let kept = match &inner.journal {
        None => Kept::not(),
        Some(journal) => Kept::begin_in(
            journal,
            &inner.account,
            &New {
                kind,
                job: Some(&job.name),
                source: &source,
                args: &args,
                grants: granted.words(),
            },
        )?,
    };
    Ok(Prepared {
        task: Task { source, args, kind },
        granted,
        kept,
        consents: Vec::new(),
        powers: Vec::new(),
    })
}

/// A console whose lines say which run they come from.
struct Labelled {
    label: String,
    job: String,
    number: u64,
    format: LogFormat,
}

impl Console for Labelled {
    fn print(&self, text: &str) -> io::Result<()> {
        let text = secret::redact(text);
        let mut out = io::stdout().lock();
        for line in text.split('\n') {
            writeln!(out, "{}  {line}", self.label)?;
        }
        out.flush()
    }

    fn note(&self, level: Level, text: &str) {
        if self.format == LogFormat::Json {
            let level = match level {
                Level::Info => "info",
                Level::Warn => "warn",
                Level::Error => "error",
            };
            let (job, number) = (self.job.clone(), self.number);
            let fields = [("job", job.into()), ("number", number.into())];
            let fields = fields.map(|(name, value)| (name.to_owned(), value));
            log::entry(self.format, level, "script", Map::from_iter(fields), text);
            return;
        }
        let (word, text) = (level.mark(), secret::redact(text));
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(io::stderr().lock(), "{}  {word}{text}", self.label);
    }
}
