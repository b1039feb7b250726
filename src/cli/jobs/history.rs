//! `mw jobs history`.

use clap::Args;
use serde_json::{Map, Value};

use super::board::{Board, failed};
use crate::cli::runs::view;
use crate::cli::{Global, Outcome, show};
use crate::error::{Complaint, exit};
use crate::journal::{Reader, Tick};
use crate::operation::nearest;
use crate::output::{Column, Document};
use crate::record::Unit;

/// The columns of a history.
const COLUMNS: &[Column] = &[
    Column::new("job", Unit::Plain),
    Column::new("due", Unit::Plain),
    Column::new("state", Unit::State),
    Column::new("why", Unit::Plain),
    Column::new("run", Unit::Plain),
    Column::new("attempts", Unit::Plain),
    Column::wide("origin", Unit::Plain),
    Column::wide("until", Unit::Plain),
    Column::wide("count", Unit::Plain),
    Column::wide("started_at", Unit::Instant),
    Column::wide("finished_at", Unit::Instant),
    Column::people("took", Unit::SECONDS),
    Column::new("exit_code", Unit::Plain),
];

/// Show what became of each instant, the latest first.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw jobs history
  mw jobs history nightly-inventory --count 5
  mw --output json jobs history")]
pub struct History {
    /// Only of this job
    #[arg(value_name = "NAME")]
    job: Option<String>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 50)]
    count: u32,
}

impl History {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let board = Board::of(global)?;
        let reader = board.reader()?;
        let ticks = match &reader {
            None => Vec::new(),
            Some(reader) => reader
                .ticks(&board.profile, self.job.as_deref(), self.count)
                .map_err(|error| failed(&error))?,
        };
        if let (Some(job), Some(reader)) = (&self.job, &reader)
            && ticks.is_empty()
        {
            is_known(job, reader, &board.profile)?;
        }
        let rows = ticks.iter().map(row).collect();
        show::document(&Document::Rows(COLUMNS, rows), global)?;
        Ok(exit::DONE)
    }
}

/// Refuses the name of a job that no service has had, where services have had others.
fn is_known(job: &str, reader: &Reader, profile: &str) -> Result<(), Complaint> {
    let standings = reader.standings(profile).map_err(|error| failed(&error))?;
    let names = standings.iter().map(|standing| &*standing.job);
    if standings.is_empty() || names.clone().any(|name| name == job) {
        return Ok(());
    }
    let complaint = Complaint::usage(format!("no service has had a job {job:?}"));
    Err(complaint.hint(match nearest(job, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`mw jobs history` shows what ran of all jobs".to_owned(),
    }))
}

/// Why it is so, for people.
fn why(tick: &Tick) -> Option<String> {
    let several = (tick.count > 1).then(|| {
        let last = tick.last.map(view::short).unwrap_or_default();
        format!("{} times, until {last}", tick.count)
    });
    let said = tick.message.clone().or_else(|| tick.reason.clone());
    match (said, several) {
        (Some(said), Some(several)) => Some(format!("{said} ({several})")),
        (said, several) => said.or(several),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds of our time are below 2^53"
)]
fn row(tick: &Tick) -> Map<String, Value> {
    // A clock that was set back meanwhile makes nothing end before it began.
    let took = (tick.started.zip(tick.finished))
        .map(|(started, finished)| finished.saturating_sub(started).max(0) as f64 / 1e6);
    let values: [Value; 13] = [
        (*tick.job).into(),
        view::short(tick.instant).into(),
        tick.state.as_str().into(),
        why(tick).into(),
        tick.run.clone().into(),
        (tick.attempt > 0).then_some(tick.attempt).into(),
        tick.origin.as_str().into(),
        tick.last.map(view::short).into(),
        tick.count.into(),
        tick.started.map(view::exact).into(),
        tick.finished.map(view::exact).into(),
        took.into(),
        tick.exit.into(),
    ];
    Column::row(COLUMNS, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_took_less_than_no_time() {
        let tick = |started, finished| Tick {
            started: Some(started),
            finished: Some(finished),
            ..Tick::default()
        };
        assert_eq!(row(&tick(3_600_000_000, 81_000_000))["took"], 0.0);
        assert_eq!(row(&tick(1_000_000, 3_500_000))["took"], 2.5);
    }
}
