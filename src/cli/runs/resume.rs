//! `mw runs resume`: a run, taken up where it broke off.

use std::io::Write as _;

use clap::Args;

use super::ById;
use crate::cli::account::Account;
use crate::cli::execution::Execution;
use crate::cli::granted::Granted;
use crate::cli::kept::Unready;
use crate::cli::prepared::Prepared;
use crate::cli::{Global, Outcome, ask, kept};
use crate::error::{Complaint, exit};
use crate::journal::{Run, RunState};

/// Take a run up where it broke off.
#[derive(Args, Debug)]
#[command(
    after_help = "The script, its imports and its arguments are those the run was begun with, and \
so are the grants; --allow and --deny add to them. Prints the whole output again, from the beginning.\n\nExamples:
  mw runs resume r7k3m9x2
  mw runs resume r7k3m9x2 --with-changes"
)]
pub struct Resume {
    #[command(flatten)]
    run: ById,
    /// Use the script and its imports as they are now; stops where they do otherwise than is on
    /// record
    #[arg(long)]
    with_changes: bool,
}

impl Resume {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let (_, run) = self.run.find(global)?;
        if run.state == RunState::Succeeded {
            if !global.quiet {
                let mut err = std::io::stderr().lock();
                // Nobody is left to tell when standard error is closed.
                let _ = writeln!(err, "run {} has succeeded: nothing is left to do", run.id);
            }
            return Ok(exit::DONE);
        }
        let global = of_account(global, &run)?;
        let execution = Execution::new(&global)?;
        is_the_account_of(&run, &execution.account)?;
        may_go_on(&run, &global)?;
        execution.account.connect()?;
        execution.account.greet(&global, &execution.runtime)?;
        // Relative names, granted ones too, are from where the run was begun. From anywhere else they
        // would be other files.
        let folder = &run.start.folder;
        let journal = kept::journal(&global)?;
        if !folder.is_empty()
            && let Err(error) = std::env::set_current_dir(folder)
        {
            let message = format!(
                "run {} was begun in {folder}, which is not to be had: {error}",
                run.id
            );
            return Err(Complaint::usage(message)
                .hint("put the folder back: its relative names are from there")
                .into());
        }
        let mut resumed =
            Prepared::again(&journal, &run.id, self.with_changes).map_err(Unready::complaints)?;
        let now = Granted::of(&global, &execution.account)?;
        resumed.granted = resumed.granted.again(&global, now);
        let asker = ask::person(&execution.stop);
        let permission = resumed
            .granted
            .permission(asker)
            .with_consents(resumed.consents)
            .with_powers(resumed.powers);
        execution.carry_out(&global, resumed.task, permission, &resumed.kept)
    }
}

/// The command line, naming the run's own profile where it names none and the file has it.
fn of_account(global: &Global, run: &Run) -> Result<Global, Complaint> {
    if global.sim.is_some() {
        return Err(Complaint::usage(
            "runs on the embedded simulator are not kept: its world ends with the process",
        )
        .hint("leave --sim out"));
    }
    let mut named = global.clone();
    if named.profile.is_none() {
        named.profile = Some(run.start.profile.clone());
        if Account::of(&named, false).is_err() {
            return Ok(global.clone());
        }
    }
    Ok(named)
}

/// Whether the command line leaves the run what it was begun with.
fn may_go_on(run: &Run, global: &Global) -> Result<(), Complaint> {
    let words: Vec<String> = global.deny.iter().map(ToString::to_string).collect();
    match words
        .iter()
        .find(|word| run.start.grants.allow.contains(word))
    {
        None => Ok(()),
        Some(word) => Err(Complaint::new(
            exit::NOT_PERMITTED,
            format!(
                "run {} was begun with `{word}` allowed, which --deny takes away",
                run.id
            ),
        )
        .hint(format!(
            "resume it without, or give it up: mw runs cancel {}",
            run.id
        ))),
    }
}

/// A run goes on where it was begun, or not at all.
fn is_the_account_of(run: &Run, account: &Account) -> Result<(), Complaint> {
    let Account::Real { profile, .. } = account else {
        return Ok(());
    };
    if profile.url != run.start.url {
        return Err(Complaint::usage(format!(
            "run {} works on {}, and this is {}",
            run.id, run.start.url, profile.url
        ))
        .hint(format!("to go on with it: --url {}", run.start.url)));
    }
    if profile.name != run.start.profile {
        return Err(Complaint::usage(format!(
            "run {} was begun with profile {:?}, and this is {:?}",
            run.id, run.start.profile, profile.name
        ))
        .hint(format!("to go on with it: --profile {}", run.start.profile)));
    }
    Ok(())
}
