//! `mw jobs backfill`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use clap::Args;

use super::ask::{ask, by_whom};
use super::board::{self, Board, failed};
use crate::cli::{Global, Outcome, show};
use crate::error::{Complaint, exit};
use crate::journal::{Origin, Tick};

/// How many instants may be asked for at once.
const MOST: usize = 1_000;

/// Ask for the runs of a job that were missed or left out.
///
/// A service that runs on the same journal starts them, one after another, in their order. Instants
/// whose run was started are left alone, whatever came of it.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw jobs backfill weekly-power-cycle --from 2026-01-01 --jobs scripts/jobs.toml")]
pub struct Backfill {
    /// The job
    #[arg(value_name = "NAME")]
    name: String,
    /// The first instant, or a day of UTC
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    from: DateTime<Utc>,
    /// The last instant, or a day of UTC, which is not included; now unless given
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    to: Option<DateTime<Utc>>,
    /// The jobs file
    #[arg(long, value_name = "FILE", default_value = "jobs.toml")]
    jobs: String,
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let day = format!("{text}T00:00:00Z");
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc3339(&day))
        .map(|at| at.to_utc())
        .map_err(|_| "write an instant (2026-01-15T08:00:00Z) or a day (2026-01-15)".to_owned())
}

impl Backfill {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let job = board::sound_job(&self.jobs, &self.name)?;
        let now = Utc::now();
        let to = self.to.unwrap_or(now);
        if to < self.from {
            return Err(Complaint::usage("--to lies before --from").into());
        }
        if to > now {
            let complaint = Complaint::usage("--to lies in the future");
            return Err(complaint.hint("what is due then runs by itself").into());
        }
        let before = self.from - chrono::TimeDelta::microseconds(1);
        let next = |at: &DateTime<Utc>| job.next_after(*at);
        let instants: Vec<DateTime<Utc>> = std::iter::successors(job.next_after(before), next)
            .take_while(|at| *at <= to)
            .take(MOST + 1)
            .collect();
        if instants.len() > MOST {
            let message = format!("these are more than {MOST} runs at once");
            return Err(Complaint::usage(message).hint("ask for less").into());
        }
        let all = instants.len();
        let board = Board::of(global)?;
        let name: Arc<str> = self.name.as_str().into();
        let asked = board.journal()?.ticks(&board.profile, move |rows| {
            let mut asked = 0;
            for instant in instants {
                let tick = Tick {
                    job: name.clone(),
                    instant: instant.timestamp_micros(),
                    origin: Origin::Backfill,
                    count: 1,
                    ..Tick::default()
                };
                asked += usize::from(ask(rows, tick)?.is_some());
            }
            Ok(asked)
        });
        let asked = asked.map_err(|error| failed(&error))?;
        let services = match board.reader()? {
            None => Vec::new(),
            Some(reader) => reader
                .services(&board.profile)
                .map_err(|error| failed(&error))?,
        };
        show::text(&match (all, asked) {
            (0, _) => format!("{} was never due then\n", self.name),
            (_, 0) => format!("{} ran at all {all} instants\n", self.name),
            (all, asked) => format!(
                "{asked} of {all} runs of {} are asked for: {}\n",
                self.name,
                by_whom(&services)
            ),
        })?;
        Ok(exit::DONE)
    }
}
