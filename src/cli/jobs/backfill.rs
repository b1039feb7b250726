//! `mw jobs backfill`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use clap::Args;

use super::ask::{ask, by_whom};
use super::board::{self, Board, failed};
use crate::cli::runs::view;
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
        if self.from > now {
            let complaint = Complaint::usage("--from lies in the future");
            return Err(complaint.hint("what is due then runs by itself").into());
        }
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
        let first = instants.first().map(DateTime::timestamp_micros);
        let asked = board.journal()?.ticks(&board.profile, move |rows| {
            // Whether these ran is not known: asked for again, they might run a second time.
            let forgotten = rows.forgotten()?;
            if first.is_some() && first < forgotten {
                return Ok(Err(forgotten));
            }
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
            Ok(Ok(asked))
        });
        let asked = asked
            .map_err(|error| failed(&error))?
            .map_err(|forgotten| self.forgotten(forgotten))?;
        let services = match board.reader()? {
            None => Vec::new(),
            Some(reader) => reader
                .services(&board.profile)
                .map_err(|error| failed(&error))?,
        };
        show::text(&match (all, asked) {
            (0, _) => format!("{} was never due then\n", self.name),
            (1, 0) => format!(
                "{} was served at that instant, or is asked for already: mw jobs history {0}\n",
                self.name
            ),
            (_, 0) => format!(
                "{} was served at all {all} instants, or is asked for already: mw jobs history {0}\n",
                self.name
            ),
            (all, asked) => format!(
                "{asked} of {all} {} of {} {} asked for: {}\n",
                if all == 1 { "run" } else { "runs" },
                self.name,
                if asked == 1 { "is" } else { "are" },
                by_whom(&services)
            ),
        })?;
        Ok(exit::DONE)
    }

    fn forgotten(&self, before: Option<i64>) -> Complaint {
        // The next whole second, which is written as it is read.
        let before = view::short(before.unwrap_or_default().saturating_add(999_999));
        Complaint::usage(format!(
            "what ran before {before} is forgotten, by age or by mw runs prune: nobody knows what was left out"
        ))
        .hint(format!(
            "ask for what is younger, --from {before}; mw jobs trigger {} runs it once",
            self.name
        ))
    }
}
