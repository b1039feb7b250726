//! `mw jobs`: looking at jobs, and telling services what to do with them.

mod ask;
mod backfill;
mod board;
mod history;
mod list;
mod next;
mod notify;
mod pause;
mod rehearsal;
mod trigger;

use clap::{Args, Subcommand};

use super::jobs_file;
use super::{Global, Outcome, show};
use crate::error::exit;

/// Look at jobs, and tell services what to do with them.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  mw jobs list --jobs scripts/jobs.toml
  mw jobs next --jobs scripts/jobs.toml
  mw jobs check scripts/jobs.toml
  mw jobs notify ops --jobs jobs.toml")]
pub enum Jobs {
    /// List the jobs: how they stand, when they are due next, how they went last
    List(list::List),
    /// Show when a line, or the jobs of a file, are due next
    Next(next::Next),
    /// Check a jobs file and the scripts it names
    Check(Check),
    /// Show what became of each instant, the latest first
    History(history::History),
    /// Ask for a run of a job now
    Trigger(trigger::Trigger),
    /// Rehearse a job on a copy of the account, and show what it would change
    Run(rehearsal::Run),
    /// Start no more runs of a job until it is resumed
    Pause(pause::Pause),
    /// Let a paused job go on
    Resume(pause::Resume),
    /// Ask for the runs of a job that were missed or left out
    Backfill(backfill::Backfill),
    /// Send a notice of nothing by a channel of a jobs file, to see whether it arrives
    Notify(notify::Notify),
}

/// Check a jobs file.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw jobs check scripts/jobs.toml")]
pub struct Check {
    /// The jobs file
    #[arg(value_name = "FILE", default_value = "jobs.toml")]
    jobs: String,
}

impl Jobs {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        match self {
            Self::List(list) => list.run(global),
            Self::History(history) => history.run(global),
            Self::Trigger(trigger) => trigger.run(global),
            Self::Run(rehearsal) => rehearsal.run(global),
            Self::Pause(pause) => pause.run(global),
            Self::Resume(resume) => resume.run(global),
            Self::Backfill(backfill) => backfill.run(global),
            Self::Next(next) => next.run(global),
            Self::Notify(notify) => notify.run(global),
            Self::Check(check) => {
                let jobs = jobs_file::read(&check.jobs)?;
                let jobs = match jobs.len() {
                    1 => "1 job".to_owned(),
                    several => format!("{several} jobs"),
                };
                show::text(&format!("{}: {jobs}, no problems\n", check.jobs))?;
                Ok(exit::DONE)
            }
        }
    }
}
