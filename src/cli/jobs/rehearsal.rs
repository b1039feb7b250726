//! `mw jobs run NAME --dry`.

use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::board;
use super::trigger::arguments;
use crate::cli::account::Account;
use crate::cli::launcher::{Launcher, Stage};
use crate::cli::line::Line;
use crate::cli::runs::view;
use crate::cli::serve::folder_of;
use crate::cli::snapshot;
use crate::cli::world::World;
use crate::cli::{Global, Outcome, interrupt, show};
use crate::clock::Clock;
use crate::error::{Complaint, exit};
use crate::output::{Column, Document, styled};
use crate::record::Unit;
use crate::schedule::Due;
use crate::script::console::{Console, Level};
use crate::script::stop::Stop;
use crate::secret;
use crate::session::{Question, Witness};
use crate::simulator::Settings;

/// The columns of what would be changed.
const COLUMNS: &[Column] = &[
    Column::new("after", Unit::SECONDS),
    Column::wide("at", Unit::Plain),
    Column::new("effect", Unit::Plain),
    Column::new("what", Unit::Plain),
    Column::new("cost", Unit::Plain),
];

/// Rehearse a job on a copy of the account, and show what it would change.
///
/// The account is read, and nothing else is sent to it. The job runs in the embedded simulator, on
/// what was read, as if it were due next, in time that passes at once; nothing is written elsewhere,
/// and no service hears of it.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  mw --sim jobs run weekly-power-cycle --dry --jobs scripts/jobs.toml
  mw --sim jobs run nightly-inventory threshold=2 --dry --jobs scripts/jobs.toml")]
pub struct Run {
    /// The job
    #[arg(value_name = "NAME")]
    name: String,
    /// Arguments in place of the job's own
    #[arg(value_name = "NAME=VALUE")]
    args: Vec<String>,
    /// On a copy of the account; for a run on the account itself there is mw jobs trigger
    #[arg(long)]
    dry: bool,
    /// The jobs file
    #[arg(long, value_name = "FILE", default_value = "jobs.toml")]
    jobs: String,
}

impl Run {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        if !self.dry {
            let message = "mw jobs run rehearses a job, and is told so by --dry";
            let hint = format!("mw jobs trigger {} runs it on the account", self.name);
            return Err(Complaint::usage(message).hint(hint).into());
        }
        let job = board::sound_job(&self.jobs, &self.name)?;
        let args = arguments(&job, &self.args)?;
        let stop = Stop::default();
        let runtime = interrupt::watch(&stop);
        let (model, read_at) = snapshot::copy(&Line::open(global, None)?)?;
        let clock = Clock::simulated_at(read_at);
        let due = job.next_after(read_at).unwrap_or(read_at);
        let handle = runtime
            .handle()
            .map_err(|error| Complaint::new(exit::FAILED, format!("no runtime: {error}")))?;
        handle.block_on(clock.sleep_until(due));
        let seen = Arc::new(Seen::new(clock.clone()));
        let stage = Stage {
            account: Account::Simulated(World::new(Settings {
                seed: global.seed,
                clock: clock.clone(),
                model,
                faults: Vec::new(),
                exchanges: None,
            })),
            witness: seen.clone(),
            console: Arc::new(Aside),
        };
        let account = Account::of(global, false)?;
        let told = account.described();
        let folder = folder_of(Path::new(&self.jobs))?;
        let over = CancellationToken::new();
        let limit = TimeDelta::from_std(job.timeout).unwrap_or(TimeDelta::MAX);
        handle.spawn(time_out(
            clock.clone(),
            due.checked_add_signed(limit),
            over.clone(),
            stop.clone(),
        ));
        let launcher = Launcher::rehearsing(global, folder, account, stage, runtime.clone());
        let ended = launcher.run(
            &Due {
                job,
                instant: due,
                number: 1,
                tick: 0,
                attempt: 1,
                args,
                resume: None,
                id: Arc::default(),
            },
            &stop,
        );
        over.cancel();
        if ended.exit == exit::INTERRUPTED {
            return Err(Complaint::new(exit::INTERRUPTED, "interrupted").into());
        }
        let took = (clock.now() - due).to_std().unwrap_or_default();
        let rows = seen.rows(due);
        let count = rows.len();
        show::document(&Document::Rows(COLUMNS, rows), global)?;
        if !global.quiet {
            let how = match ended.exit {
                exit::DONE => "end well".to_owned(),
                code => format!("fail with exit code {code}"),
            };
            let changes = if count == 1 { "change" } else { "changes" };
            let took = humantime::format_duration(std::time::Duration::from_secs(took.as_secs()));
            aside(&format!(
                "{}, due at {}, would {how} after {took}, with {count} {changes}: rehearsed on a copy of \
{told}",
                self.name,
                view::short(due.timestamp_micros()),
            ));
        }
        Ok(ended.exit)
    }
}

/// Stops a run that is under way when its time is over, by its own clock.
async fn time_out(clock: Clock, at: Option<DateTime<Utc>>, over: CancellationToken, stop: Stop) {
    let Some(at) = at else { return };
    clock.enter().await;
    if clock.sleep_unless(&over, at).await {
        stop.time_out();
    }
    clock.leave();
}

/// Writes a line beside the result.
fn aside(text: &str) {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(
        std::io::stderr().lock(),
        "{}",
        styled(&secret::redact(text))
    );
}

/// What the script says is no part of what it would change.
struct Aside;

impl Console for Aside {
    fn print(&self, text: &str) -> std::io::Result<()> {
        aside(text);
        Ok(())
    }

    fn note(&self, level: Level, text: &str) {
        aside(&format!("{}{text}", level.mark()));
    }
}

/// What was seen to be changed, and when.
struct Seen {
    clock: Clock,
    changes: Mutex<Vec<(DateTime<Utc>, Question)>>,
}

impl Seen {
    fn new(clock: Clock) -> Self {
        Self {
            clock,
            changes: Mutex::default(),
        }
    }

    fn rows(&self, begun: DateTime<Utc>) -> Vec<Map<String, Value>> {
        let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = changes.iter();
        changes
            .map(|(at, question)| {
                let values: [Value; 5] = [
                    seconds(*at - begun).into(),
                    view::exact(at.timestamp_micros()).into(),
                    question.effect.clone().into(),
                    question.what.clone().into(),
                    question.cost.clone().into(),
                ];
                Column::row(COLUMNS, values)
            })
            .collect()
    }
}

fn seconds(span: TimeDelta) -> f64 {
    span.to_std().unwrap_or_default().as_secs_f64()
}

impl Witness for Seen {
    fn sees(&self, question: &Question) {
        let now = self.clock.now();
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.push((now, question.clone()));
    }
}
