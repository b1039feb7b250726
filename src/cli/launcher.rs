//! Scripts run for the scheduler.

use std::io::{self, Write as _};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::Global;
use super::account::Account;
use super::execution::on_its_own_thread;
use crate::error::{Complaint, exit};
use crate::parameters::Header;
use crate::schedule::{Due, Finished, Job, Launch};
use crate::script::Ended;
use crate::script::console::{Console, Level};
use crate::script::host::{Host, Parts, Stop};
use crate::script::runtime::LazyRuntime;
use crate::script::source::Source;
use crate::session::{Grant, Permission};

/// Runs scripts in this process, each on a thread of its own and with its own permissions.
pub struct Launcher {
    inner: Arc<Inner>,
}

struct Inner {
    account: Account,
    runtime: Arc<LazyRuntime>,
    deny: Vec<Grant>,
    global: Global,
}

impl Launcher {
    /// A launcher on the account that the command line names.
    pub fn new(global: &Global) -> Result<Self, Complaint> {
        Ok(Self {
            inner: Arc::new(Inner {
                account: Account::of(global, true)?,
                runtime: Arc::new(LazyRuntime::default()),
                deny: global.deny.clone(),
                global: global.clone(),
            }),
        })
    }

    /// The runtime for everything that waits.
    pub fn runtime(&self) -> &Arc<LazyRuntime> {
        &self.inner.runtime
    }
}

impl Launch for Launcher {
    fn launch(&self, due: &Due, cancel: CancellationToken) -> BoxFuture<'static, Finished> {
        let (inner, job, number) = (self.inner.clone(), due.job.clone(), due.number);
        Box::pin(async move {
            let stop = Stop::under(cancel);
            let work = tokio::task::spawn_blocking(move || run(&inner, &job, number, stop));
            work.await.unwrap_or_else(|error| Finished {
                exit: exit::FAILED,
                message: Some(format!("the run ended unexpectedly: {error}")),
            })
        })
    }
}

fn run(inner: &Inner, job: &Job, number: u64, stop: Stop) -> Finished {
    match prepared(inner, job, number, stop).and_then(|(host, source)| {
        on_its_own_thread(&host, &source)
            .map(|_| exit::DONE)
            .or_else(|ended| match ended {
                Ended::Quietly(code) => Ok(code),
                Ended::Complaining(complaints) => Err(complaints),
            })
    }) {
        Ok(exit) => Finished {
            exit,
            message: None,
        },
        Err(complaints) => {
            let mut err = io::stderr().lock();
            for complaint in &complaints {
                // Nobody is left to tell when standard error is closed.
                let _ = write!(err, "{complaint}");
            }
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

/// The script is read when it is due: what lies on disk then is what runs.
fn prepared(
    inner: &Inner,
    job: &Job,
    number: u64,
    stop: Stop,
) -> Result<(Host, Source), Vec<Complaint>> {
    let source = Source::read(&job.script.to_string_lossy())?;
    let args = Header::parse(&source.name, &source.text)?.check(&job.args)?;
    let allow = job
        .allow
        .iter()
        .map(|word| word.parse::<Grant>().map_err(Complaint::usage))
        .collect::<Result<Vec<_>, _>>()?;
    let permission = Permission::new(allow, inner.deny.clone(), None);
    let host = Host::new(Parts {
        session: inner.account.session_with(&inner.global, permission),
        runtime: inner.runtime.clone(),
        console: Arc::new(Labelled {
            label: format!("{}#{number}", job.name),
        }),
        stop,
        args,
        memory: inner.account.memory(&source.name),
        controls: None,
        coverage: None,
    });
    Ok((host, source))
}

/// A console whose lines say which run they come from.
struct Labelled {
    label: String,
}

impl Console for Labelled {
    fn print(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for line in text.split('\n') {
            writeln!(out, "{}  {line}", self.label)?;
        }
        out.flush()
    }

    fn note(&self, level: Level, text: &str) {
        let word = level.mark();
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(io::stderr().lock(), "{}  {word}{text}", self.label);
    }
}
