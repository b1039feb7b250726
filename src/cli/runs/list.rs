//! `mw runs list`.

use chrono::{DateTime, Utc};
use clap::Args;

use super::view;
use crate::cli::kept::{complaint, reader};
use crate::cli::{Global, Outcome, show};
use crate::error::{Complaint, exit};
use crate::journal::{Filter, RunState, micros};
use crate::operation::nearest;
use crate::output::Document;

/// List runs, newest first.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw runs list
  mw runs list --state failed --since 2d
  mw --output json runs list")]
pub struct List {
    /// Only runs in this state: queued, running, waiting, paused-in-doubt, succeeded, failed, cancelled
    /// or interrupted
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Option<RunState>,
    /// Only runs of scripts whose name has this part
    #[arg(long, value_name = "NAME")]
    script: Option<String>,
    /// Only runs of this job
    #[arg(long, value_name = "JOB")]
    job: Option<String>,
    /// Only runs begun since: an instant, or a span back from now such as 2d
    #[arg(long, value_name = "WHEN", value_parser = since)]
    since: Option<i64>,
}

fn state(text: &str) -> Result<RunState, String> {
    RunState::named(text).ok_or_else(|| {
        let names = RunState::ALL.map(RunState::as_str);
        match nearest(text, names) {
            Some(near) => format!("no run is ever {text:?}; did you mean `{near}`?"),
            None => format!(
                "no run is ever {text:?}; the states are {}",
                names.join(", ")
            ),
        }
    })
}

fn since(text: &str) -> Result<i64, String> {
    if let Ok(span) = humantime::parse_duration(text) {
        let span = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        return Ok(micros().saturating_sub(span));
    }
    let day = format!("{text}T00:00:00Z");
    text.parse::<DateTime<Utc>>()
        .or_else(|_| day.parse::<DateTime<Utc>>())
        .map(|at| at.timestamp_micros())
        .map_err(|_| "write an instant (2026-01-15T08:00:00Z), a day or a span (2d)".to_owned())
}

impl List {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let filter = Filter {
            script: self.script,
            job: self.job,
            since: self.since,
        };
        show::document(&listed(global, &filter, self.state, usize::MAX)?, global)?;
        Ok(exit::DONE)
    }
}

/// The latest of the runs that the journal has, newest first.
pub fn listed(
    global: &Global,
    filter: &Filter,
    state: Option<RunState>,
    count: usize,
) -> Result<Document, Complaint> {
    let runs = match reader(global)? {
        None => Vec::new(),
        Some(reader) => reader.runs(filter).map_err(|error| complaint(&error))?,
    };
    let now = micros();
    let rows = runs
        .iter()
        .filter(|run| state.is_none_or(|state| run.seen(now) == state))
        .take(count)
        .map(|run| view::listed(run, now))
        .collect();
    Ok(Document::Rows(view::COLUMNS, rows))
}
