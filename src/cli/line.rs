//! A line to an account for a command that calls it directly, without a script.

use std::future::Future;
use std::sync::Arc;

use super::account::Account;
use super::{Global, interrupt};
use crate::client::Limits;
use crate::error::{Complaint, exit};
use crate::script::host::Stop;
use crate::script::runtime::LazyRuntime;
use crate::session::Session;

/// A session, and what its calls need.
pub struct Line {
    /// The session.
    pub session: Session,
    /// Calls end when the command is interrupted.
    pub limits: Limits,
    runtime: Arc<LazyRuntime>,
}

impl Line {
    /// Opens a line to the account the command line names.
    pub fn open(global: &Global) -> Result<Self, Complaint> {
        let stop = Stop::default();
        let runtime = interrupt::watch(&stop);
        let account = Account::of(global, false)?;
        Ok(Self {
            session: account.session(global, &stop)?,
            limits: Limits {
                deadline: None,
                cancel: stop.token(),
            },
            runtime,
        })
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
