//! A line to an account for a command that calls it directly, without a script.

use std::future::Future;
use std::sync::Arc;

use super::account::Account;
use super::kept::{self, Kept};
use super::label::Label;
use super::{Global, interrupt};
use crate::client::Limits;
use crate::error::{Complaint, exit};
use crate::journal::RunKind;
use crate::output::Document;
use crate::script::Ended;
use crate::script::runtime::LazyRuntime;
use crate::script::stop::Stop;
use crate::session::Session;

/// A session, and what its calls need.
pub struct Line {
    /// The session.
    pub session: Session,
    /// Calls end when the command is interrupted.
    pub limits: Limits,
    runtime: Arc<LazyRuntime>,
    kept: Kept,
    label: Label,
}

impl Line {
    /// Opens a line to the account the command line names; of what it does a trail is kept where it
    /// says what kind of work it is.
    pub fn open(global: &Global, kind: Option<RunKind>) -> Result<Self, Complaint> {
        let stop = Stop::default();
        let runtime = interrupt::watch(&stop);
        let account = Account::of(global, false)?;
        let kept = match kind {
            Some(kind) => Kept::audit(global, &account, kind, kind.as_str())?,
            None => Kept::not(),
        };
        let label = Label::default();
        let label = match kind {
            Some(kind) => label.traced(global, &account, kind.as_str(), None),
            None => label,
        };
        Ok(Self {
            session: account.session(global, &stop, kept.recorder().cloned(), &label)?,
            kept,
            label,
            limits: Limits {
                deadline: None,
                cancel: stop.token(),
                watch: false,
            },
            runtime,
        })
    }

    /// Writes how the command ended, where a trail of it is kept.
    pub fn close(&self, complaint: Option<&Complaint>) -> Result<(), Complaint> {
        let code = complaint.map_or(exit::DONE, |complaint| complaint.exit);
        self.label.ended(self.kept.id().as_deref(), code);
        let ended = match complaint {
            None => Ok(Document::Nothing),
            Some(complaint) => Err(Ended::Complaining(vec![complaint.clone()])),
        };
        self.kept
            .end(&ended, &Stop::default())
            .map_err(|error| kept::complaint(&error))
    }

    /// Carries work out to its end.
    pub fn block_on<F: Future>(&self, work: F) -> Result<F::Output, Complaint> {
        let handle = self
            .runtime
            .handle()
            .map_err(|error| Complaint::new(exit::FAILED, format!("no runtime: {error}")))?;
        Ok(handle.block_on(work))
    }
}
