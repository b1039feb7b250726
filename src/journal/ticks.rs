//! Ticks, the standing of jobs and letters of one profile, read and written in one transaction.

mod letters;
pub(super) mod row;

use std::fmt;
use std::sync::Arc;

use rusqlite::{OptionalExtension as _, Params, ToSql, Transaction, params};

use super::Journal;
use super::error::JournalError;
use super::lease::micros;
use super::owner::Owner;
use super::run::State as RunState;
use super::store;
use super::tick::{Standing, State, Tick, Waits};
use row::{TICK, standing_of, tick_of};

/// What went wrong with a row; the whole transaction is undone by it.
#[derive(Debug)]
pub struct Fault(rusqlite::Error);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self(error)
    }
}

/// How the run of a tick stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Its state; interrupted if whoever had it is gone.
    pub state: RunState,
    /// Its exit code, if it is over.
    pub exit: Option<u8>,
    /// What there is to say about its end.
    pub message: Option<String>,
}

/// Writes a new tick.
const ADD: &str = "INSERT INTO ticks (number, profile, job, instant, origin, state, reason, waits, \
     again, attempt, run, service, class, args, started, finished, exit, message, last, count) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)";
/// Writes the same of one that is there: whose it is and when it was due stays.
const CHANGE: &str = "UPDATE ticks SET origin = ?5, state = ?6, reason = ?7, waits = ?8, \
     again = ?9, attempt = ?10, run = ?11, service = ?12, class = ?13, args = ?14, started = ?15, \
     finished = ?16, exit = ?17, message = ?18, last = ?19, count = ?20 WHERE number = ?1";

// What every decision asks. It must cost the same however many ticks are over, so each question names
// the states of an index word for word, which SQLite otherwise takes for no part of the answer, and
// orders what an index has in no order of use by an expression (`+instant`), since it otherwise goes
// through all ticks of the past for their order.
const OF_JOB: &str =
    "job = ?2 AND state IN ('due', 'queued', 'running', 'retrying') ORDER BY instant, number";
// What somebody waits for comes before what is filled in, which may be much and wait for long.
const ASKED: &str = "state IN ('due', 'queued') AND state = 'due' \
     ORDER BY origin = 'backfill', +instant, number LIMIT ?2";
const ASKED_OF: &str = "job = ?2 AND state IN ('due', 'queued', 'running', 'retrying') \
     AND state = 'due' ORDER BY origin = 'backfill', +instant, number LIMIT ?3";
const FOR_GROUP: &str = "state IN ('due', 'queued') AND state = 'queued' AND waits = 'group' \
     AND class = ?2 ORDER BY instant, number LIMIT ?3";
const FOR_PLACE: &str = "state = 'queued' AND waits = 'limit' ORDER BY instant, number LIMIT ?2";
const QUEUED: &str = "state IN ('due', 'queued') AND state = 'queued' \
     ORDER BY +instant, number LIMIT ?2";
const QUEUED_OF: &str = "job = ?2 AND state IN ('due', 'queued', 'running', 'retrying') \
     AND state = 'queued' ORDER BY instant, number LIMIT ?3";
/// Goes from each job to the next in the index, however many ticks each of them has.
const OPEN_JOBS: &str = "WITH RECURSIVE open (job) AS (
         SELECT min(job) FROM ticks
         WHERE profile = ?1 AND state IN ('due', 'queued', 'running', 'retrying')
         UNION ALL
         SELECT (SELECT min(job) FROM ticks WHERE profile = ?1 AND job > open.job
                 AND state IN ('due', 'queued', 'running', 'retrying'))
         FROM open WHERE open.job IS NOT NULL)
     SELECT job FROM open WHERE job IS NOT NULL";
const IN_GROUP: &str = "class = ?2 AND state IN ('running', 'retrying')";
const RUNNING: &str = "state = 'running' AND service = ?2";
const COUNTED: &str = "state = 'running' AND service = ?2 AND number = ?3";
const OF_OTHERS: &str = "state IN ('queued', 'running', 'retrying') AND service <> ?2";
const LEFT: &str = "state IN ('queued', 'running', 'retrying') AND service = ?2 \
     ORDER BY +instant, number";

/// The rows of one profile, within a transaction.
pub struct Ticks<'t> {
    transaction: &'t Transaction<'t>,
    profile: String,
    /// A service and how many of its runs are on their way, as long as that is known: it is asked for
    /// with every run that starts, and counting takes the longer the more there are.
    running: Option<(i64, usize)>,
}

impl fmt::Debug for Ticks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticks")
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

type Found<T> = Result<T, Fault>;

/// Asks something of the ticks of a profile, under a condition.
fn asking(what: &str, condition: &str) -> String {
    format!("SELECT {what} FROM ticks WHERE profile = ?1 AND {condition}")
}

impl Ticks<'_> {
    fn ticks(&self, condition: &str, params: impl Params) -> Found<Vec<Tick>> {
        let mut statement = self.transaction.prepare_cached(&asking(TICK, condition))?;
        let rows = statement.query_map(params, tick_of)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn count(&self, condition: &str, params: impl Params) -> Found<usize> {
        let sql = asking("count(*)", condition);
        let mut statement = self.transaction.prepare_cached(&sql)?;
        let count: i64 = statement.query_row(params, |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// The tick of this number.
    pub fn tick(&self, number: i64) -> Found<Option<Tick>> {
        let found = self.ticks("number = ?2", params![self.profile, number])?;
        Ok(found.into_iter().next())
    }

    /// The tick of a job at this instant, but for what was missed.
    pub fn at(&self, job: &str, instant: i64) -> Found<Option<Tick>> {
        let condition = "job = ?2 AND instant = ?3 AND state <> 'missed'";
        let found = self.ticks(condition, params![self.profile, job, instant])?;
        Ok(found.into_iter().next())
    }

    /// The last instant of a job with a tick, but for what was missed.
    pub fn newest(&self, job: &str) -> Found<Option<i64>> {
        let sql = asking("max(instant)", "job = ?2 AND state <> 'missed'");
        let mut statement = self.transaction.prepare_cached(&sql)?;
        Ok(statement.query_row(params![self.profile, job], |row| row.get(0))?)
    }

    /// What is open of a job, in order of its instants.
    pub fn open(&self, job: &str) -> Found<Vec<Tick>> {
        self.ticks(OF_JOB, params![self.profile, job])
    }

    /// The first few that were asked for and are not decided, in order of their instants.
    pub fn asked(&self, most: u32) -> Found<Vec<Tick>> {
        self.ticks(ASKED, params![self.profile, most])
    }

    /// The first few that wait for a place in a group.
    pub fn queued_for_group(&self, group: &str, most: u32) -> Found<Vec<Tick>> {
        self.ticks(FOR_GROUP, params![self.profile, group, most])
    }

    /// The first few that wait for a place in a service.
    pub fn queued_for_place(&self, most: u32) -> Found<Vec<Tick>> {
        self.ticks(FOR_PLACE, params![self.profile, most])
    }

    /// The first few that wait.
    pub fn queued(&self, most: u32) -> Found<Vec<Tick>> {
        self.ticks(QUEUED, params![self.profile, most])
    }

    /// The jobs of which anything is open.
    pub fn open_jobs(&self) -> Found<Vec<Arc<str>>> {
        let mut statement = self.transaction.prepare_cached(OPEN_JOBS)?;
        let jobs = statement.query_map([&self.profile], |row| row.get(0))?;
        Ok(jobs.collect::<rusqlite::Result<_>>()?)
    }

    /// The first few of a job that were asked for and are not decided.
    pub fn asked_of(&self, job: &str, most: u32) -> Found<Vec<Tick>> {
        self.ticks(ASKED_OF, params![self.profile, job, most])
    }

    /// The first of a job that waits.
    pub fn queued_of(&self, job: &str) -> Found<Option<Tick>> {
        let found = self.ticks(QUEUED_OF, params![self.profile, job, 1])?;
        Ok(found.into_iter().next())
    }

    /// How many of a group are at work, in all services.
    pub fn at_work_in_group(&self, group: &str) -> Found<usize> {
        self.count(IN_GROUP, params![self.profile, group])
    }

    /// How many runs of a service are on their way.
    pub fn running_of(&mut self, service: i64) -> Found<usize> {
        if let Some((of, known)) = self.running
            && of == service
        {
            return Ok(known);
        }
        let count = self.count(RUNNING, params![self.profile, service])?;
        self.running = Some((service, count));
        Ok(count)
    }

    /// What is open and belongs to a service that is no more.
    pub fn orphans(&self, own: i64) -> Found<Vec<Tick>> {
        let sql = asking("DISTINCT service", OF_OTHERS);
        let mut services = self.transaction.prepare_cached(&sql)?;
        let others = services.query_map(params![self.profile, own], |row| row.get::<_, i64>(0))?;
        let mut orphans = Vec::new();
        for service in others.collect::<rusqlite::Result<Vec<_>>>()? {
            if self.is_alive(service)? {
                continue;
            }
            orphans.extend(self.ticks(LEFT, params![self.profile, service])?);
        }
        Ok(orphans)
    }

    fn is_alive(&self, service: i64) -> Found<bool> {
        let sql = format!("SELECT {} FROM runs WHERE number = ?1", store::RUN);
        let found = self
            .transaction
            .prepare_cached(&sql)?
            .query_row([service], store::run_of)
            .optional()?;
        let now = micros();
        Ok(found.is_some_and(|run| {
            let seen = run.seen(now);
            !seen.is_over() && seen != RunState::Interrupted
        }))
    }

    /// Whether both services have, or had, the same jobs file; one that the journal does not know any
    /// more had another.
    pub fn is_of_same_file(&self, service: i64, own: i64) -> Found<bool> {
        let sql = "SELECT 1 FROM runs AS a JOIN runs AS b USING (kind, script, folder)
             WHERE a.number = ?1 AND b.number = ?2 AND kind = 'serve' AND folder <> ''";
        let mut statement = self.transaction.prepare_cached(sql)?;
        Ok(statement.exists([service, own])?)
    }

    /// How a run stands; nothing when it is no longer in the journal.
    pub fn run(&self, id: &str) -> Found<Option<Progress>> {
        let sql = format!("SELECT {} FROM runs WHERE id = ?1", store::RUN);
        let found = self
            .transaction
            .prepare_cached(&sql)?
            .query_row([id], store::run_of)
            .optional()?;
        Ok(found.map(|run| Progress {
            state: run.seen(micros()),
            exit: run.exit,
            message: run.message,
        }))
    }

    /// Asks that a run be cancelled, whichever process has it.
    pub fn cancel(&self, run: &str, reason: &str) -> Found<()> {
        self.transaction
            .prepare_cached("UPDATE runs SET cancel = ?2 WHERE id = ?1 AND cancel IS NULL")?
            .execute(params![run, reason])?;
        Ok(())
    }

    /// Lets go of a run that this process has and does nothing for any more, so that it can be taken
    /// up at once.
    pub fn let_go(&self, run: &str) -> Found<()> {
        let owner = serde_json::to_string(Owner::this()).unwrap_or_default();
        self.transaction
            .prepare_cached("UPDATE runs SET lease = 0 WHERE id = ?1 AND owner = ?2")?
            .execute(params![run, owner])?;
        Ok(())
    }

    /// Takes a run away from a process of ours that does not let go of it.
    pub fn wrest(&self, run: &str, reason: &str) -> Found<()> {
        self.transaction
            .prepare_cached(
                "UPDATE runs SET state = 'cancelled', message = ?2, finished = ?3, exit = 130,
                     epoch = epoch + 1
                 WHERE id = ?1 AND state NOT IN ('succeeded', 'failed', 'cancelled')",
            )?
            .execute(params![run, reason, micros()])?;
        Ok(())
    }

    /// Writes a tick; a new one gets its number.
    pub fn save(&mut self, tick: &mut Tick) -> Found<()> {
        let args = tick
            .args
            .as_ref()
            .map(|args| serde_json::to_string(args).unwrap_or_default());
        let number = (tick.number != 0).then_some(tick.number);
        let was_counted = match (number, self.running) {
            (Some(number), Some((service, _))) => {
                self.count(COUNTED, params![self.profile, service, number])?
            }
            _ => 0,
        };
        let transaction = self.transaction;
        let write = |sql: &str, values: &[&dyn ToSql]| -> Found<usize> {
            Ok(transaction.prepare_cached(sql)?.execute(values)?)
        };
        let count = i64::try_from(tick.count).unwrap_or(i64::MAX);
        let values = params![
            number,
            self.profile,
            tick.job,
            tick.instant,
            tick.origin.as_str(),
            tick.state.as_str(),
            tick.reason,
            tick.waits.as_ref().map(Waits::as_str),
            tick.again,
            tick.attempt,
            tick.run,
            tick.service,
            tick.group,
            args,
            tick.started,
            tick.finished,
            tick.exit,
            tick.message,
            tick.last,
            count,
        ];
        // One that somebody took out meanwhile is written anew: what came of it is not lost.
        if number.is_none() || write(CHANGE, values)? == 0 {
            write(ADD, values)?;
        }
        if tick.number == 0 {
            tick.number = self.transaction.last_insert_rowid();
        }
        if let Some((service, count)) = &mut self.running {
            let is_counted = tick.state == State::Running && tick.service == *service;
            *count = (*count + usize::from(is_counted)).saturating_sub(was_counted);
        }
        Ok(())
    }

    /// Before which instant it was forgotten what became of ticks, in microseconds since 1970.
    pub fn forgotten(&self) -> Found<Option<i64>> {
        let known: Option<String> = self
            .transaction
            .prepare_cached("SELECT value FROM facts WHERE name = 'forgotten'")?
            .query_row([], |row| row.get(0))
            .optional()?;
        Ok(known.and_then(|text| text.parse().ok()))
    }

    /// How a job stands.
    pub fn standing(&self, job: &str) -> Found<Option<Standing>> {
        Ok(self
            .transaction
            .prepare_cached(
                "SELECT job, schedule, decided, failures, successes, paused, note FROM jobs
                 WHERE profile = ?1 AND job = ?2",
            )?
            .query_row(params![self.profile, job], standing_of)
            .optional()?)
    }

    /// Writes how a job stands.
    pub fn stand(&self, standing: &Standing) -> Found<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO jobs (profile, job, schedule, decided, failures, successes, paused, note)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (profile, job) DO UPDATE SET
                     schedule = excluded.schedule, decided = excluded.decided,
                     failures = excluded.failures, successes = excluded.successes,
                     paused = excluded.paused, note = excluded.note",
            )?
            .execute(params![
                self.profile,
                standing.job,
                standing.schedule,
                standing.decided,
                standing.failures,
                standing.successes,
                standing.pause.as_ref().map(|pause| pause.since),
                standing.pause.as_ref().map(|pause| &pause.note),
            ])?;
        Ok(())
    }
}

impl Journal {
    /// Reads and writes the ticks of a profile in one transaction, which is undone by a fault.
    pub fn ticks<T: Send + 'static>(
        &self,
        profile: &str,
        work: impl FnOnce(&mut Ticks<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, JournalError> {
        let profile = profile.to_owned();
        self.ask(move |transaction| {
            let mut ticks = Ticks {
                transaction,
                profile,
                running: None,
            };
            work(&mut ticks).map_err(|fault| fault.0)
        })
    }
}

#[cfg(test)]
mod tests;
