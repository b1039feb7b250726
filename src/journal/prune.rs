//! Forgetting runs that have been over for long.

use std::time::Duration;

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::Journal;
use super::error::JournalError;
use super::lease::micros;

/// How often what is old is forgotten by itself.
const DAILY: i64 = 24 * 3600 * 1_000_000;

/// Runs that are over and older than `before`; one that holds a lock is not forgotten.
const OLD: &str = "state IN ('succeeded', 'failed', 'cancelled') AND finished < ?1
    AND number NOT IN (SELECT run FROM locks)";

fn prune(transaction: &Transaction<'_>, before: i64) -> rusqlite::Result<usize> {
    let of_old = |table: &str| {
        format!("DELETE FROM {table} WHERE run IN (SELECT number FROM runs WHERE {OLD})")
    };
    transaction.execute(&of_old("bodies"), [before])?;
    transaction.execute(&of_old("pins"), [before])?;
    transaction.execute(&of_old("groups"), [before])?;
    transaction.execute(&of_old("calls"), [before])?;
    let ticks = transaction.execute(
        "DELETE FROM ticks WHERE finished < ?1
         AND state NOT IN ('due', 'queued', 'running', 'retrying')",
        [before],
    )?;
    if ticks > 0 {
        // Of no instant before that it is known any more whether it was served.
        transaction.execute(
            "INSERT INTO facts (name, value) VALUES ('forgotten', ?1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value
             WHERE CAST(excluded.value AS INTEGER) > CAST(value AS INTEGER)",
            [before.to_string()],
        )?;
    }
    let runs = transaction.execute(&format!("DELETE FROM runs WHERE {OLD}"), [before])?;
    transaction.execute(
        "DELETE FROM texts WHERE hash NOT IN (SELECT hash FROM pins)",
        [],
    )?;
    Ok(runs)
}

impl Journal {
    /// Forgets runs that have been over for longer than `keep`; gives how many.
    pub fn prune(&self, keep: Duration) -> Result<usize, JournalError> {
        let before = before(keep);
        self.ask(move |transaction| prune(transaction, before))
    }

    /// The same, at most once a day.
    pub(super) fn prune_daily(&self, keep: Duration) -> Result<(), JournalError> {
        let before = before(keep);
        self.ask(move |transaction| {
            let last: Option<String> = transaction
                .query_row("SELECT value FROM facts WHERE name = 'pruned'", [], |row| {
                    row.get(0)
                })
                .optional()?;
            let last: i64 = last.and_then(|text| text.parse().ok()).unwrap_or(0);
            let now = micros();
            if (now.saturating_sub(last)).abs() < DAILY {
                return Ok(());
            }
            prune(transaction, before)?;
            transaction
                .execute(
                    "INSERT OR REPLACE INTO facts (name, value) VALUES ('pruned', ?1)",
                    params![now.to_string()],
                )
                .map(drop)
        })
    }
}

fn before(keep: Duration) -> i64 {
    let keep = i64::try_from(keep.as_micros()).unwrap_or(i64::MAX);
    micros().saturating_sub(keep)
}
