//! One script on one account, from its text to its exit code.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::account::Account;
use super::console::Terminal;
use super::granted::Granted;
use super::kept::{self, Kept, New};
use super::label::Label;
use super::{Global, Outcome, ask, interrupt, locals, show};
use crate::branch::{Frame, Nature};
use crate::error::{Complaint, exit};
use crate::journal::RunKind;
use crate::output::Document;
use crate::script::host::{Host, Parts};
use crate::script::origin::Origin;
use crate::script::room::Room;
use crate::script::runtime::{LazyRuntime, STACK};
use crate::script::source::Source;
use crate::script::stop::Stop;
use crate::script::window::Window;
use crate::script::{Ended, Interpreter};
use crate::session::Permission;

/// A script and its arguments.
pub struct Task {
    /// The script.
    pub source: Source,
    /// Its arguments.
    pub args: Map<String, Value>,
    /// What kind of run it is.
    pub kind: RunKind,
}

/// An account and the way to stop what runs on it.
pub struct Execution {
    /// The account.
    pub account: Account,
    /// The way to stop.
    pub stop: Stop,
    /// The runtime for everything that waits.
    pub runtime: Arc<LazyRuntime>,
}

impl Execution {
    /// An execution on the account that the command line names.
    pub fn new(global: &Global) -> Result<Self, Complaint> {
        let stop = Stop::default();
        let runtime = interrupt::watch(&stop);
        Ok(Self {
            account: Account::of(global, false)?,
            stop,
            runtime,
        })
    }

    /// Runs a script and shows what it comes to.
    pub fn run(self, global: &Global, task: Task) -> Outcome {
        let granted = Granted::of(global, &self.account)?;
        let kept = match task.kind {
            RunKind::Script => Kept::begin(
                global,
                &self.account,
                &New {
                    kind: task.kind,
                    job: None,
                    claim: None,
                    source: &task.source,
                    args: &task.args,
                    grants: granted.words(),
                },
            )?,
            kind => Kept::audit(global, &self.account, kind, &task.source.name)?,
        };
        let permission = granted.permission(ask::person(&self.stop));
        self.carry_out(global, task, permission, &kept)
    }

    /// Runs a script under these permissions, on the record where it is kept.
    pub fn carry_out(
        self,
        global: &Global,
        task: Task,
        permission: Permission,
        kept: &Kept,
    ) -> Outcome {
        let label = Label::of_run(kept.id()).traced(
            global,
            &self.account,
            task.kind.as_str(),
            Some(&task.source.name),
        );
        let outcome = self.labelled(global, task, permission, kept, &label);
        let code = match &outcome {
            Ok(code) => *code,
            Err(complaints) => complaints.first().map_or(exit::FAILED, |it| it.exit),
        };
        label.ended(kept.id().as_deref(), code);
        outcome
    }

    fn labelled(
        self,
        global: &Global,
        task: Task,
        permission: Permission,
        kept: &Kept,
        label: &Label,
    ) -> Outcome {
        let console = Arc::new(Terminal::new(
            global,
            self.account.simulated_clock(),
            label.clone(),
        ));
        let locals = locals::of(global, &self.account, PathBuf::new(), Arc::default());
        let memory = self.account.memory(&task.source.name);
        kept.cancels(&self.stop);
        let stop = self.stop.clone();
        let recorder = kept.recorder().cloned();
        let host = Host::new(Parts {
            session: self
                .account
                .session_with(global, permission, recorder, label),
            runtime: self.runtime,
            console,
            stop: self.stop,
            args: task.args,
            memory,
            shelf: kept.shelf(),
            profile: self.account.profile().to_owned(),
            origin: Origin::default(),
            controls: None,
            coverage: None,
            locals,
            window: Window::default(),
        });
        let ended = with_room(&host, &task.source);
        kept.end(&ended, &stop)
            .map_err(|error| kept::complaint(&error))?;
        match ended {
            Ok(document) => {
                show::document_at(&document, global, host.clock().now())?;
                Ok(exit::DONE)
            }
            Err(Ended::Quietly(code)) => {
                if code == exit::INTERRUPTED {
                    return Err(Complaint::new(code, "interrupted").into());
                }
                Ok(code)
            }
            Err(Ended::Complaining(complaints)) => Err(complaints),
        }
    }
}

/// Runs a script where there is room for it. Natives wait there for the account, which a thread of the
/// runtime must not.
fn with_room(host: &Host, source: &Source) -> Result<Document, Ended> {
    match Room::here() {
        Some(_room) => on_this_thread(host, source),
        None => on_its_own_thread(host, source),
    }
}

/// Runs a script on a thread with room for it.
fn on_its_own_thread(host: &Host, source: &Source) -> Result<Document, Ended> {
    // Made here: what a new thread allocates comes page by page from the system.
    let mut interpreter = Interpreter::new(host, source);
    let interpreter = &mut interpreter;
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("script".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, move || come_to_an_end(interpreter, source))
            .map_err(|error| failed(format!("no thread could be started: {error}")))?
            .join()
            .unwrap_or_else(|_| Err(failed(UNEXPECTED.to_owned())))
    })
}

/// Runs a script on this thread, which must have room for it.
pub fn on_this_thread(host: &Host, source: &Source) -> Result<Document, Ended> {
    let run = AssertUnwindSafe(|| {
        let mut interpreter = Interpreter::new(host, source);
        come_to_an_end(&mut interpreter, source)
    });
    // What is left behind by a panic is the host's alone, and ends with it.
    catch_unwind(run).unwrap_or_else(|_| Err(failed(UNEXPECTED.to_owned())))
}

const UNEXPECTED: &str = "the script's thread ended unexpectedly; this is a bug in mw";

fn failed(what: String) -> Ended {
    Ended::Complaining(vec![Complaint::new(exit::FAILED, what)])
}

fn come_to_an_end(interpreter: &mut Interpreter, source: &Source) -> Result<Document, Ended> {
    // The paths of the run's calls are counted from here.
    let _frame = Frame::enter(String::new(), Nature::default());
    let value = interpreter.run(source)?;
    Ok(Interpreter::document(&value))
}
