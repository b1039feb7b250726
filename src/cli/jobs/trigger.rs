//! `mw jobs trigger`.

use std::collections::HashSet;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value};

use super::ask::{ask, by_whom};
use super::board::{self, Board, failed};
use crate::cli::jobs_file::OTHERWISE;
use crate::cli::{Global, Outcome, show};
use crate::error::{Complaint, exit};
use crate::journal::{Origin, Reader, Tick, TickState, micros};
use crate::operation::nearest;
use crate::parameters::Header;
use crate::schedule::Job;
use crate::script::source::Source;

/// How often it is looked whether a run has ended.
const GLANCE: Duration = Duration::from_millis(200);

/// Ask for a run of a job now.
///
/// A service that runs on the same journal starts it, by the policies of the job, whether that is
/// paused or not.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw jobs trigger nightly-inventory --jobs scripts/jobs.toml
  mw jobs trigger nightly-inventory threshold=5 --jobs scripts/jobs.toml")]
pub struct Trigger {
    /// The job
    #[arg(value_name = "NAME")]
    name: String,
    /// Arguments in place of the job's own
    #[arg(value_name = "NAME=VALUE")]
    args: Vec<String>,
    /// Wait until the run is over, and end with its exit code
    #[arg(long)]
    wait: bool,
    /// The jobs file
    #[arg(long, value_name = "FILE", default_value = "jobs.toml")]
    jobs: String,
}

impl Trigger {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let job = board::sound_job(&self.jobs, &self.name)?;
        let args = arguments(&job, &self.args)?;
        let board = Board::of(global)?;
        let journal = board.journal()?;
        let tick = Tick {
            job: self.name.as_str().into(),
            instant: micros(),
            origin: Origin::Trigger,
            args,
            count: 1,
            ..Tick::default()
        };
        let number = journal
            .ticks(&board.profile, move |rows| ask(rows, tick))
            .map_err(|error| failed(&error))?
            .ok_or_else(|| Complaint::new(exit::FAILED, "it was asked for at this very instant"))?;
        let reader = board.reader()?;
        let gone = || Complaint::new(exit::FAILED, "the journal is gone");
        let reader = reader.ok_or_else(gone)?;
        let services = reader
            .services(&board.profile)
            .map_err(|error| failed(&error))?;
        let said = format!("{} is asked for: {}\n", self.name, by_whom(&services));
        if !self.wait {
            show::text(&said)?;
            return Ok(exit::DONE);
        }
        if services.is_empty() {
            // Nobody is left to tell when standard error is closed.
            let _ = std::io::stderr().lock().write_all(said.as_bytes());
        }
        let tick = wait(&reader, number)?;
        end(&tick)
    }
}

/// The arguments of a run: the job's own, and those that are given in their place.
pub fn arguments(
    job: &Arc<Job>,
    given: &[String],
) -> Result<Option<Map<String, Value>>, Vec<Complaint>> {
    if given.is_empty() {
        return Ok(None);
    }
    let source = Source::file(&job.script.to_string_lossy(), OTHERWISE)?;
    let header = Header::parse(&source.name, &source.text)?;
    let mut args = Map::clone(&job.args);
    let mut names = HashSet::new();
    for word in given {
        let Some((name, value)) = word.split_once('=') else {
            let complaint = Complaint::usage(format!("{word:?} is no argument"));
            return Err(vec![
                complaint.hint("write NAME=VALUE, such as threshold=5"),
            ]);
        };
        let Some(parameter) = header.param(name) else {
            let complaint = Complaint::usage(format!("{} has no parameter {name:?}", source.name));
            let hint = match nearest(name, header.names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("mw run {} --help lists them", source.name),
            };
            return Err(vec![complaint.hint(hint)]);
        };
        if !names.insert(name) {
            let complaint = Complaint::usage(format!("`{name}` is given twice"));
            return Err(vec![complaint.hint("give it once")]);
        }
        let value = parameter.value_of(value).map_err(|complaint| {
            let doc = &parameter.doc;
            let doc = if doc.is_empty() {
                String::new()
            } else {
                format!(": {doc}")
            };
            complaint.hint(format!("give it as `{name}=VALUE`{doc}"))
        })?;
        args.insert(name.to_owned(), value);
    }
    header.check(&args)?;
    Ok(Some(args))
}

/// The tick, once it is over.
fn wait(reader: &Reader, number: i64) -> Result<Tick, Complaint> {
    loop {
        let found = reader.tick(number).map_err(|error| failed(&error))?;
        match found {
            None => return Err(Complaint::new(exit::FAILED, "it is gone from the journal")),
            Some(tick) if !tick.state.is_open() => return Ok(tick),
            Some(_) => std::thread::sleep(GLANCE),
        }
    }
}

fn end(tick: &Tick) -> Outcome {
    let run = match &tick.run {
        Some(run) => format!(": mw runs show {run} says what it did"),
        None => String::new(),
    };
    if tick.state == TickState::Succeeded {
        show::text(&format!("{} succeeded{run}\n", tick.job))?;
        return Ok(exit::DONE);
    }
    let why = tick.message.clone().or_else(|| tick.reason.clone());
    let why = why.map_or_else(String::new, |why| format!(": {why}"));
    let message = format!("the run of {} is {}{why}", tick.job, tick.state.as_str());
    let code = tick.exit.filter(|code| *code != exit::DONE);
    let complaint = Complaint::new(code.unwrap_or(exit::FAILED), message);
    Err(match &tick.run {
        Some(run) => complaint.hint(format!("mw runs show {run} says what it did")),
        None => complaint,
    }
    .into())
}
