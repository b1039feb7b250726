//! `mw runs prune`.

use std::time::Duration;

use clap::Args;

use crate::cli::{Global, Outcome, kept, show};
use crate::config::{self, Environment, Keep};
use crate::error::{Complaint, exit};
use crate::journal::KEEP;

/// Forget runs that have been over for long. What is not over, or holds a lock, is kept.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw runs prune --keep 30d")]
pub struct Prune {
    /// Keep runs that have been over for no longer than this, such as 30d; `keep` of the
    /// configuration file unless given
    #[arg(long, value_name = "SPAN", value_parser = super::super::global::span)]
    keep: Option<Duration>,
}

impl Prune {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let keep = match self.keep {
            Some(span) => span,
            None => match config::journal(&Environment::of_process())?.keep {
                Some(Keep::For(span)) => span,
                None => KEEP,
                Some(Keep::Forever) => {
                    return Err(Complaint::usage("the configuration keeps runs forever")
                        .hint("say how long all the same: --keep 90d")
                        .into());
                }
            },
        };
        if kept::reader(global)?.is_none() {
            return Ok(exit::DONE);
        }
        let pruned = kept::journal(global)?
            .prune(keep)
            .map_err(|error| kept::complaint(&error))?;
        show::text(&format!("forgot {pruned} runs\n"))?;
        Ok(exit::DONE)
    }
}
