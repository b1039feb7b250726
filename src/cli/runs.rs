//! `mw runs`: what was run, how far it came, and what is to be done about it.

mod changes;
mod decide;
mod diff;
mod export;
pub mod list;
mod prune;
mod resume;
mod show;
pub mod view;
mod watch;

use clap::{Args, Subcommand};

use super::{Global, Outcome, kept};
use crate::error::Complaint;
use crate::journal::{Reader, Run};

/// Look at runs, take them up again, decide about calls in doubt.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  mw runs list --state interrupted
  mw runs show r7k3m9x2")]
pub enum Runs {
    /// List runs, newest first
    List(list::List),
    /// Show what a run did, call by call
    Show(show::Show),
    /// Show what a run does, while it does it
    Watch(watch::Watch),
    /// Take a run up where it broke off; what was done is not done again
    Resume(resume::Resume),
    /// Decide about a call in doubt
    Resolve(decide::Resolve),
    /// Cancel a run, whichever process has it
    Cancel(decide::Cancel),
    /// Compare what two runs did
    Diff(diff::Diff),
    /// Write everything that is known of a run, as JSON lines
    Export(export::Export),
    /// Forget runs that have been over for long
    Prune(prune::Prune),
}

/// A run by its id.
#[derive(Args, Debug)]
pub struct ById {
    /// The run's id, or how it begins
    #[arg(value_name = "RUN")]
    id: String,
}

impl ById {
    /// The run, and what it is read from.
    fn find(&self, global: &Global) -> Result<(Reader, Run), Complaint> {
        let failed = |error| kept::complaint(&error);
        let store = kept::store(global)?;
        let reader = store.read().map_err(failed)?.ok_or_else(|| {
            let what = format!("there is no journal at {} yet", store.file().display());
            Complaint::usage(what)
                .hint("runs on a real account are kept; --store names a journal elsewhere")
        })?;
        let run = reader.run(&self.id).map_err(failed)?;
        Ok((reader, run))
    }
}

impl Runs {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        kept::is_asked_for(global)?;
        match self {
            Self::List(list) => list.run(global),
            Self::Show(show) => show.run(global),
            Self::Watch(watch) => watch.run(global),
            Self::Resume(resume) => resume.run(global),
            Self::Resolve(resolve) => resolve.run(global),
            Self::Cancel(cancel) => cancel.run(global),
            Self::Diff(diff) => diff.run(global),
            Self::Export(export) => export.run(global),
            Self::Prune(prune) => prune.run(global),
        }
    }
}
