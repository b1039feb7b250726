//! `mw jobs list`.

use std::collections::HashMap;

use clap::Args;
use serde_json::Value;

use super::board::{Board, failed};
use crate::cli::jobs_file;
use crate::cli::runs::view;
use crate::cli::{Global, Outcome, show};
use crate::error::exit;
use crate::journal::{Standing, Tick};
use crate::output::{Column, Document};
use crate::record::Unit;
use crate::schedule::Job;

/// The columns of a list of jobs.
const COLUMNS: &[Column] = &[
    Column::new("job", Unit::Plain),
    Column::new("state", Unit::State),
    Column::new("next", Unit::Plain),
    Column::wide("next_utc", Unit::Plain),
    Column::new("last", Unit::Instant),
    Column::new("outcome", Unit::State),
    Column::new("streak", Unit::Plain),
    Column::new("note", Unit::Plain),
];

/// List the jobs: how they stand, when they are due next, how they went last.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw jobs list --jobs scripts/jobs.toml
  mw --output json jobs list --jobs scripts/jobs.toml")]
pub struct List {
    /// The jobs file
    #[arg(long, value_name = "FILE", default_value = "jobs.toml")]
    jobs: String,
}

impl List {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let jobs = jobs_file::lines(&self.jobs)?;
        let (mut standings, mut last) = (HashMap::new(), HashMap::new());
        // Of jobs on the embedded simulator nothing is known but what their file says, nor is without
        // the journal.
        if global.sim.is_none()
            && !global.no_journal
            && let board = Board::of(global)?
            && let Some(reader) = board.reader()?
        {
            let known = reader.standings(&board.profile);
            for standing in known.map_err(|error| failed(&error))? {
                standings.insert(standing.job.clone(), standing);
            }
            let ticks = reader.last_ticks(&board.profile);
            for tick in ticks.map_err(|error| failed(&error))? {
                last.insert(tick.job.clone(), tick);
            }
        }
        let rows = jobs
            .iter()
            .map(|job| row(job, standings.get(&job.name), last.get(&job.name)))
            .collect();
        show::document(&Document::Rows(COLUMNS, rows), global)?;
        Ok(exit::DONE)
    }
}

fn row(
    job: &Job,
    standing: Option<&Standing>,
    last: Option<&Tick>,
) -> serde_json::Map<String, Value> {
    let pause = standing.and_then(|standing| standing.pause.as_ref());
    let state = match (job.enabled, pause, last) {
        (false, ..) => "disabled",
        (_, Some(_), _) => "paused",
        (_, _, Some(tick)) if tick.state.is_open() => tick.state.as_str(),
        _ => "idle",
    };
    let next = (job.enabled)
        // What has come and is put off is still to start.
        .then(|| job.next_after(chrono::Utc::now() - job.delay()))
        .flatten()
        .map(|instant| job.fire(instant));
    let streak = standing.and_then(|standing| match (standing.failures, standing.successes) {
        (0, 0) => None,
        (0, successes) => Some(format!("{successes} succeeded")),
        (failures, _) => Some(format!("{failures} failed")),
    });
    let note = pause
        .map(|pause| pause.note.clone())
        .or_else(|| last.and_then(|tick| tick.message.clone().or_else(|| tick.reason.clone())));
    let values: [Value; 8] = [
        (*job.name).into(),
        state.into(),
        next.as_ref().map(crate::schedule::next::Fire::local).into(),
        next.as_ref()
            .map(crate::schedule::next::Fire::rfc3339)
            .into(),
        last.map(|tick| view::exact(tick.started.unwrap_or(tick.instant)))
            .into(),
        last.map(|tick| tick.state.as_str()).into(),
        streak.into(),
        note.into(),
    ];
    Column::row(COLUMNS, values)
}
