//! Scripts run for the scheduler.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::thread::{self, ScopedJoinHandle};

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::Global;
use super::account::Account;
use super::execution::{Task, on_this_thread};
use super::global::LogFormat;
use super::granted::Granted;
use super::jobs_file::OTHERWISE;
use super::kept::{self, Kept, New, Unready};
use super::label::Label;
use super::labelled::Labelled;
use super::locals;
use super::prepared::Prepared;
use super::serve::log;
use super::show;
use crate::config::Profile;
use crate::error::{Complaint, exit};
use crate::journal::{Claim, Journal, RunKind};
use crate::parameters::Header;
use crate::schedule::{Due, Durable, Finished, Job, Launch, Ledger, Memory};
use crate::script::Ended;
use crate::script::console::Console;
use crate::script::host::{Host, Parts};
use crate::script::origin::Origin;
use crate::script::runtime::{LazyRuntime, STACK};
use crate::script::source::Source;
use crate::script::stop::Stop;
use crate::script::window::Window;
use crate::session::crash::crash;
use crate::session::{self, Denial, Grant, Halt, Recorder, Witness};

/// Runs scripts in this process, each on a thread of its own and with its own permissions.
pub struct Launcher {
    inner: Arc<Inner>,
}

/// Another account than the real one, on which a job is rehearsed.
pub struct Stage {
    /// That account.
    pub account: Account,
    /// Who is told of what would be changed.
    pub witness: Arc<dyn Witness>,
    /// Who hears what the script says.
    pub console: Arc<dyn Console>,
}

struct Inner {
    /// The account that the command line names: what its profile denies holds on a stage, too.
    account: Account,
    /// Where the jobs run in its place.
    stage: Option<Stage>,
    runtime: Arc<LazyRuntime>,
    global: Global,
    /// Where the jobs file lies, which relative paths are from.
    folder: PathBuf,
    journal: Option<Journal>,
    /// The number of the service among those that share the journal.
    service: OnceLock<i64>,
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
                stage: None,
                runtime: Arc::new(LazyRuntime::default()),
                global: global.clone(),
                folder,
                service: OnceLock::new(),
            }),
        })
    }

    /// A launcher that leaves no traces: on a stage, without a journal.
    pub fn rehearsing(
        global: &Global,
        folder: PathBuf,
        account: Account,
        stage: Stage,
        runtime: Arc<LazyRuntime>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                account,
                stage: Some(stage),
                runtime,
                global: global.clone(),
                folder,
                journal: None,
                service: OnceLock::new(),
            }),
        }
    }

    /// Runs a job, and waits for its end.
    pub fn run(&self, due: &Due, stop: &Stop) -> Finished {
        thread::scope(|scope| {
            let run = || run(&self.inner, due, stop);
            let script = thread::Builder::new().stack_size(STACK);
            let script = script.name("script".to_owned()).spawn_scoped(scope, run);
            let ended = script.map(ScopedJoinHandle::join);
            match ended {
                Ok(Ok(finished)) => finished,
                Ok(Err(_)) => broken(due, "the run ended unexpectedly".to_owned()),
                Err(error) => broken(due, format!("no thread could be started: {error}")),
            }
        })
    }

    /// Where it is kept what becomes of each instant, for the jobs of this file.
    pub fn ledger(&self, file: &str) -> Result<Arc<dyn Ledger>, Complaint> {
        let Some((journal, profile)) = self.kept_by() else {
            return Ok(Arc::new(Memory::default()));
        };
        let account = (profile.name.as_str(), profile.url.as_str());
        let folder = self.inner.folder.to_string_lossy();
        let durable = Durable::begin(journal, account, (file, &folder))
            .map_err(|error| kept::complaint(&error))?;
        let _ = self.inner.service.set(durable.service());
        Ok(Arc::new(durable))
    }

    /// The journal and the profile, where runs are kept.
    fn kept_by(&self) -> Option<(&Journal, &Profile)> {
        match (&self.inner.journal, &self.inner.account) {
            (Some(journal), Account::Real { profile, .. }) => Some((journal, profile)),
            _ => None,
        }
    }

    /// The journal, where runs are kept.
    pub fn journal(&self) -> Option<&Journal> {
        self.inner.journal.as_ref()
    }

    /// The account that the command line names.
    pub fn account(&self) -> &Account {
        &self.inner.account
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
            let own = due.clone();
            let work = tokio::task::spawn_blocking(move || run(&inner, &own, &stop));
            let ended = work.await;
            ended.unwrap_or_else(|error| {
                broken(&due, format!("the run ended unexpectedly: {error}"))
            })
        })
    }
}

/// What a run came to that did not come to its own end.
fn broken(due: &Due, why: String) -> Finished {
    Finished {
        exit: exit::FAILED,
        message: Some(why),
        run: due.id.get().cloned(),
        is_repeatable: false,
        is_broken_off: false,
    }
}

fn run(inner: &Inner, due: &Due, stop: &Stop) -> Finished {
    let mut label = Label::of(due);
    // A rehearsal is no run of the job.
    if inner.stage.is_none() {
        let script = due.job.script.to_string_lossy();
        let kind = RunKind::Job.as_str();
        label = label.traced(&inner.global, &inner.account, kind, Some(&script));
    }
    let finished = carried_out(inner, due, stop, &label);
    label.ended(None, finished.exit);
    finished
}

fn carried_out(inner: &Inner, due: &Due, stop: &Stop, label: &Label) -> Finished {
    crash("after-claim");
    let outcome = prepared(inner, due, stop.clone(), label).and_then(|(host, source, kept)| {
        crash("after-begin");
        let ended = on_this_thread(&host, &source);
        kept.end(&ended, stop)?;
        crash("after-end");
        if let Some(Halt::Journal(error)) = kept.recorder().and_then(Recorder::halt) {
            return Err(error.clone().into());
        }
        ended.map(|_| exit::DONE).or_else(|ended| match ended {
            Ended::Quietly(code) => Ok(code),
            Ended::Complaining(complaints) => Err(complaints.into()),
        })
    });
    let failure = match outcome {
        Ok(exit) => return finished(inner, due, exit, None),
        Err(failure) => failure,
    };
    let is_broken_off = failure.passes();
    let complaints = failure.complaints();
    if is_broken_off {
        return Finished {
            exit: exit::FAILED,
            message: complaints.first().map(|it| it.message.clone()),
            run: due.id.get().cloned(),
            is_repeatable: false,
            is_broken_off,
        };
    }
    show::complaints_of(&complaints, label);
    let first = complaints.first();
    let exit = first.map_or(exit::FAILED, |complaint| complaint.exit);
    finished(inner, due, exit, first.map(|it| it.message.clone()))
}

fn finished(inner: &Inner, due: &Due, exit: u8, message: Option<String>) -> Finished {
    let run = due.id.get().cloned();
    let is_asked = exit != exit::DONE && due.job.policy.retry.times > 0;
    // What is not known to be harmless is not done again.
    let has_only_looked = |id: &String| {
        let reader = inner.journal.as_ref()?.store().read().ok()??;
        reader.has_only_looked(id).ok()
    };
    Finished {
        exit,
        message,
        is_repeatable: is_asked && run.as_ref().and_then(has_only_looked).unwrap_or(false),
        run,
        is_broken_off: false,
    }
}

/// The script is read when it is due: what lies on disk then is what runs. A run that is taken up
/// again is what it was begun as.
fn prepared(
    inner: &Inner,
    due: &Due,
    stop: Stop,
    label: &Label,
) -> Result<(Host, Source, Kept), Unready> {
    let job = &due.job;
    let mut prepared = match (&due.resume, &inner.journal) {
        (Some(id), Some(journal)) => {
            inner.account.greet(&inner.global, &inner.runtime)?;
            Prepared::again(journal, id, false)?
        }
        _ => fresh(inner, due)?,
    };
    // What the profile and the command line deny now holds for a run that is taken up, too.
    let now = Granted::of(&inner.global, &inner.account)?;
    prepared.granted.deny.extend(now.deny);
    prepared.granted.careful = now.careful;
    let limits = [prepared.granted.limit, now.limit].into_iter().flatten();
    prepared.granted.limit = limits.min();
    prepared.granted.job = Some(job.name.to_string());
    let Prepared {
        task,
        granted,
        kept,
        consents,
        powers,
    } = prepared;
    if let Some(id) = kept.id() {
        let _ = due.id.set(id);
        begun(inner, label);
    }
    kept.cancels(&stop);
    let stage = inner.stage.as_ref();
    let account = stage.map_or(&inner.account, |stage| &stage.account);
    let permission = granted
        .permission(None)
        .with_consents(consents)
        .with_powers(powers)
        .seen_by(stage.map(|stage| stage.witness.clone()));
    let recorder = kept.recorder().cloned();
    let host = Host::new(Parts {
        session: account.session_with(&inner.global, permission, recorder, label),
        runtime: inner.runtime.clone(),
        console: match stage {
            Some(stage) => stage.console.clone(),
            None => Arc::new(Labelled::of(label.clone(), inner.global.log_format)),
        },
        stop,
        args: task.args,
        memory: account.memory(&task.source.name),
        shelf: kept.shelf(),
        profile: inner.account.profile().to_owned(),
        origin: Origin::default(),
        controls: None,
        coverage: None,
        locals: locals::of(
            &inner.global,
            account,
            inner.folder.clone(),
            job.rights.environment.clone(),
        ),
        window: window(job),
    });
    Ok((host, task.source, kept))
}

/// Says the id of a run that has begun, for programs: people find it in the list of runs.
fn begun(inner: &Inner, label: &Label) {
    let format = inner.global.log_format;
    if format == LogFormat::Json {
        let name = label.to_string();
        let message = format!(
            "{} is kept as run {}",
            name.trim_end(),
            label.run().unwrap_or_default()
        );
        log::entry(format, "info", "begun", label.fields(), &message);
    }
}

/// The maintenance windows of a job, which its script may ask for.
fn window(job: &Job) -> Window {
    match job.bounds.windows.clone() {
        Some(windows) => Window::of(Arc::new(move |at| windows.closes(at))),
        None => Window::default(),
    }
}

/// A run that is begun now.
fn fresh(inner: &Inner, due: &Due) -> Result<Prepared, Unready> {
    let job = &due.job;
    let source = Source::file(&job.script.to_string_lossy(), OTHERWISE)?;
    let given = due.args.as_ref().unwrap_or(&job.args);
    let args = Header::parse(&source.name, &source.text)?.check(given)?;
    let grants = |words: &[String]| {
        let grants = words
            .iter()
            .map(|word| word.parse::<Grant>().map_err(Complaint::usage))
            .map(|grant| grant.map(|grant| grant.from_folder(&inner.folder)));
        grants.collect::<Result<Vec<_>, _>>()
    };
    // The profile's `allow` is for whoever types; a job says itself what it needs.
    let environment = job.rights.environment.keys();
    let variables: Vec<String> = environment.map(|name| format!("env:{name}")).collect();
    let mut granted = Granted {
        allow: [grants(&job.allow)?, grants(&variables)?].concat(),
        said_yes: false,
        ..Granted::of(&inner.global, &inner.account)?
    };
    let deny = grants(&job.rights.deny)?.into_iter();
    granted.deny.extend(deny.map(|grant| Denial {
        grant,
        by: session::Source::Run,
    }));
    if inner.stage.is_some() {
        let powers = ["fs:write:/", "net:*"].map(str::to_owned);
        granted
            .deny
            .extend(grants(&powers)?.into_iter().map(|grant| Denial {
                grant,
                by: session::Source::Rehearsal,
            }));
    }
    let limits = [granted.limit, job.rights.spend_limit];
    granted.limit = limits.into_iter().flatten().min();
    let kind = RunKind::Job;
    let kept = match &inner.journal {
        None => Kept::not(),
        Some(journal) => Kept::begin_in(
            journal,
            &inner.account,
            &New {
                kind,
                job: Some(&job.name),
                claim: inner.service.get().map(|&service| Claim {
                    tick: due.tick,
                    service,
                }),
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
