//! Rows in the journal, which services share and which outlive them.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::rows::{Ledger, Work};
use crate::journal::{Grants, Journal, JournalError, Lease, RunKind, RunState, Start, Ticks};

/// Rows in the journal, for a service that is told apart from others by a lease that it renews.
#[derive(Debug)]
pub struct Durable {
    journal: Journal,
    profile: String,
    lease: Lease,
}

impl Durable {
    /// Registers a service for the jobs of this file, in this folder, on this account.
    pub fn begin(
        journal: &Journal,
        (profile, url): (&str, &str),
        (file, folder): (&str, &str),
    ) -> Result<Self, JournalError> {
        let start = Start {
            kind: RunKind::Service,
            script: file.to_owned(),
            folder: folder.to_owned(),
            job: None,
            profile: profile.to_owned(),
            url: url.to_owned(),
            args: serde_json::Map::new(),
            grants: Grants::default(),
        };
        Ok(Self {
            lease: journal.begin(&start, &[])?,
            journal: journal.clone(),
            profile: profile.to_owned(),
        })
    }
}

impl Ledger for Durable {
    fn carry_out(&self, work: Work) -> BoxFuture<'static, Result<(), String>> {
        let (journal, profile) = (self.journal.clone(), self.profile.clone());
        let done = tokio::task::spawn_blocking(move || {
            let work = move |ticks: &mut Ticks<'_>| work(ticks);
            journal.ticks(&profile, work).map_err(|error| error.message)
        });
        async move {
            match done.await {
                Ok(done) => done,
                Err(error) => Err(format!("deciding broke off: {error}")),
            }
        }
        .boxed()
    }

    fn service(&self) -> i64 {
        self.lease.number()
    }

    fn profile(&self) -> &str {
        &self.profile
    }

    fn lasts(&self) -> bool {
        true
    }

    fn end(&self) {
        // Without it the lease runs out.
        let _ = self
            .journal
            .stand(&self.lease, RunState::Succeeded, None, None);
    }
}
