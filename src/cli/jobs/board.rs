//! The jobs of a file, and what the journal knows of them.

use std::sync::Arc;

use crate::cli::account::Account;
use crate::cli::jobs_file::{self, check_one};
use crate::cli::{Global, kept};
use crate::error::Complaint;
use crate::journal::{Journal, JournalError, Reader};
use crate::operation::nearest;
use crate::schedule::{Job, Jobs};

/// What the journal knows of the jobs of one profile.
pub struct Board {
    /// The profile.
    pub profile: String,
    global: Global,
}

/// The complaint about a journal.
pub fn failed(error: &JournalError) -> Complaint {
    kept::complaint(&error.clone().without_a_run())
}

impl Board {
    /// What there is of the profile that the command line names.
    pub fn of(global: &Global) -> Result<Self, Complaint> {
        if global.sim.is_some() {
            return Err(
                Complaint::usage("the embedded simulator keeps nothing of jobs").hint(
                    "leave --sim out; a simulator of its own, `mw sim`, is an account like any other",
                ),
            );
        }
        kept::is_asked_for(global)?;
        let account = Account::of(global, false)?;
        Ok(Self {
            profile: account.profile().to_owned(),
            global: global.clone(),
        })
    }

    /// The journal, to be read; nothing where nothing was run yet.
    pub fn reader(&self) -> Result<Option<Reader>, Complaint> {
        let store = kept::store(&self.global)?;
        store.read().map_err(|error| failed(&error))
    }

    /// The journal, to be written to.
    pub fn journal(&self) -> Result<Journal, Complaint> {
        kept::journal(&self.global)
    }
}

/// The job of this name in a jobs file, whose script can be run.
pub fn sound_job(file: &str, name: &str) -> Result<Arc<Job>, Vec<Complaint>> {
    let (jobs, job) = job(file, name)?;
    check_one(&jobs, &job)?;
    Ok(job)
}

/// The job of this name in a jobs file.
pub fn job(file: &str, name: &str) -> Result<(Jobs, Arc<Job>), Vec<Complaint>> {
    let jobs = jobs_file::lines(file)?;
    if let Some(job) = jobs.get(name).cloned() {
        return Ok((jobs, job));
    }
    let names = || jobs.iter().map(|job| &*job.name);
    let complaint = Complaint::usage(format!("{file} has no job {name:?}"));
    let hint = match nearest(name, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if jobs.is_empty() => "it has no jobs at all".to_owned(),
        None => format!("it has {}", names().collect::<Vec<_>>().join(", ")),
    };
    Err(vec![complaint.hint(hint)])
}
