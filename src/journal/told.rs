//! What is read of ticks and of how jobs stand.

use rusqlite::params;

use super::error::JournalError;
use super::lease::micros;
use super::run::State as RunState;
use super::store::{self, Reader};
use super::tick::{Standing, Tick};
use super::ticks::row::{TICK, standing_of, tick_of};

impl Reader {
    /// The ticks of a profile, the latest first; of one job if it is named, and no more than `most`.
    pub fn ticks(
        &self,
        profile: &str,
        job: Option<&str>,
        most: u32,
    ) -> Result<Vec<Tick>, JournalError> {
        let sql = format!(
            "SELECT {TICK} FROM ticks WHERE profile = ?1 AND (?2 IS NULL OR job = ?2)
             ORDER BY instant DESC, number DESC LIMIT ?3"
        );
        self.all(&sql, params![profile, job, most], tick_of)
    }

    /// The tick of this number.
    pub fn tick(&self, number: i64) -> Result<Option<Tick>, JournalError> {
        let sql = format!("SELECT {TICK} FROM ticks WHERE number = ?1");
        Ok(self.all(&sql, params![number], tick_of)?.into_iter().next())
    }

    /// The last tick of each job, what is at work before what is over.
    pub fn last_ticks(&self, profile: &str) -> Result<Vec<Tick>, JournalError> {
        let sql = format!(
            "SELECT {TICK} FROM ticks WHERE number IN
                 (SELECT max(number) FROM ticks WHERE profile = ?1 GROUP BY job)"
        );
        self.all(&sql, params![profile], tick_of)
    }

    /// How the jobs of a profile stand.
    pub fn standings(&self, profile: &str) -> Result<Vec<Standing>, JournalError> {
        let sql = "SELECT job, schedule, decided, failures, successes, paused, note FROM jobs
             WHERE profile = ?1";
        self.all(sql, params![profile], standing_of)
    }

    /// The processes that serve the jobs of a profile, in words.
    pub fn services(&self, profile: &str) -> Result<Vec<String>, JournalError> {
        let sql = format!(
            "SELECT {} FROM runs WHERE kind = 'serve' AND profile = ?1 AND state = 'running'",
            store::RUN
        );
        let found = self.all(&sql, params![profile], store::run_of)?;
        let now = micros();
        let alive = found
            .into_iter()
            .filter(|run| run.seen(now) != RunState::Interrupted);
        Ok(alive.map(|run| run.owner.described()).collect())
    }
}
