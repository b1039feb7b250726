//! `mw doc`.

use clap::Args;

use super::{Global, Outcome, show};
use crate::error::{Complaint, exit};
use crate::reference;

/// Explain a function, a type or an operation.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw doc
  mw doc wait_for
  mw doc Cloud
  mw doc list                    # the methods of lists; of texts: mw doc text")]
pub struct Doc {
    /// What to explain; everything is listed without it
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

impl Doc {
    /// Runs the command.
    pub fn run(self, _: &Global) -> Outcome {
        let Some(name) = self.name else {
            show::text(&reference::index())?;
            return Ok(exit::DONE);
        };
        match reference::entry(&name) {
            Ok(text) => {
                show::text(&text)?;
                Ok(exit::DONE)
            }
            Err(hint) => Err(Complaint::usage(format!("nothing is called `{name}`"))
                .hint(hint)
                .into()),
        }
    }
}
