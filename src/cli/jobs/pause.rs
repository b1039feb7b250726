//! `mw jobs pause` and `mw jobs resume`.

use clap::Args;

use super::board::{self, Board, failed};
use crate::cli::{Global, Outcome, show};
use crate::error::exit;
use crate::journal::{Pause as Paused, Standing, micros};

/// Start no more runs of a job until it is resumed.
///
/// What runs goes on. Instants that come meanwhile are left out.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw jobs pause nightly-inventory --jobs scripts/jobs.toml --note 'maintenance of the DC'")]
pub struct Pause {
    /// The job
    #[arg(value_name = "NAME")]
    name: String,
    /// Why, for whoever wonders
    #[arg(long, value_name = "TEXT", default_value = "paused by hand")]
    note: String,
    /// The jobs file
    #[arg(long, value_name = "FILE", default_value = "jobs.toml")]
    jobs: String,
}

/// Let a paused job go on.
///
/// Its failures in a row are forgotten. Nothing that was left out meanwhile is caught up with.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw jobs resume nightly-inventory --jobs scripts/jobs.toml")]
pub struct Resume {
    /// The job
    #[arg(value_name = "NAME")]
    name: String,
    /// The jobs file
    #[arg(long, value_name = "FILE", default_value = "jobs.toml")]
    jobs: String,
}

impl Pause {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let (name, note) = (self.name.clone(), self.note);
        let was_paused = stand(&self.jobs, &self.name, global, move |standing| {
            let was_paused = standing.pause.is_some();
            standing.pause = Some(Paused {
                since: micros(),
                note,
            });
            was_paused
        })?;
        show::text(&if was_paused {
            format!("{name} was paused before; its note is the new one\n")
        } else {
            let at = match &*self.jobs {
                "jobs.toml" => String::new(),
                file => format!(" --jobs {file}"),
            };
            format!("{name} is paused: mw jobs resume {name}{at} lets it go on\n")
        })?;
        Ok(exit::DONE)
    }
}

impl Resume {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let name = self.name.clone();
        let was_paused = stand(&self.jobs, &self.name, global, |standing| {
            standing.failures = 0;
            standing.pause.take().is_some()
        })?;
        show::text(&if was_paused {
            format!("{name} goes on\n")
        } else {
            format!("{name} was not paused\n")
        })?;
        Ok(exit::DONE)
    }
}

/// Changes how a job stands.
fn stand(
    file: &str,
    name: &str,
    global: &Global,
    change: impl FnOnce(&mut Standing) -> bool + Send + 'static,
) -> Result<bool, Vec<crate::error::Complaint>> {
    let (_, job) = board::job(file, name)?;
    let board = Board::of(global)?;
    let changed = board.journal()?.ticks(&board.profile, move |rows| {
        let known = rows.standing(&job.name)?;
        let mut standing = known.unwrap_or_else(|| job.standing(chrono::Utc::now()));
        let was = change(&mut standing);
        rows.stand(&standing)?;
        Ok(was)
    });
    changed.map_err(|error| vec![failed(&error)])
}
