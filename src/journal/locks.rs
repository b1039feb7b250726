//! Locks that runs hold across each other.

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::error::JournalError;
use super::lease::micros;
use super::store::Reader;

/// A lock that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The profile on whose account it is.
    pub profile: String,
    /// Its name.
    pub name: String,
    /// The run that holds it.
    pub run: String,
    /// How that run stands, as far as the store says.
    pub state: String,
    /// Since when, in microseconds since 1970.
    pub since: i64,
}

/// How taking a lock ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is the call's own, newly or since before the run broke off.
    Ours,
    /// Another run has it; and how that stands, as far as the store says.
    By(String, String),
    /// Another call of the same run has it, at this path.
    ByOurselves(String),
}

/// Takes a lock for a call of a run.
pub(super) fn take(
    transaction: &Transaction<'_>,
    run: i64,
    profile: &str,
    name: &str,
    path: &str,
) -> rusqlite::Result<Taken> {
    let holder: Option<(i64, String, String, String)> = transaction
        .query_row(
            "SELECT locks.run, locks.path, runs.id, runs.state
             FROM locks LEFT JOIN runs ON runs.number = locks.run
             WHERE locks.profile = ?1 AND locks.name = ?2",
            params![profile, name],
            |row| {
                let word = |column| row.get::<_, Option<String>>(column);
                let (id, state) = (word(2)?, word(3)?);
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    id.unwrap_or_default(),
                    state.unwrap_or_default(),
                ))
            },
        )
        .optional()?;
    match holder {
        Some((holder, held, ..)) if holder == run && held == path => Ok(Taken::Ours),
        Some((holder, held, ..)) if holder == run => Ok(Taken::ByOurselves(held)),
        Some((_, _, id, state)) => Ok(Taken::By(id, state)),
        None => {
            transaction.execute(
                "INSERT INTO locks (profile, name, run, path, since) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![profile, name, run, path, micros()],
            )?;
            Ok(Taken::Ours)
        }
    }
}

/// Gives the locks of a run back: that of one call, or all of them.
pub(super) fn give_back(
    transaction: &Transaction<'_>,
    run: i64,
    path: Option<&str>,
) -> rusqlite::Result<()> {
    // Every run that succeeds comes here.
    transaction
        .prepare_cached("DELETE FROM locks WHERE run = ?1 AND (?2 IS NULL OR path = ?2)")?
        .execute(params![run, path])
        .map(drop)
}

/// Takes a lock away from whoever holds it, and notes why.
pub(super) fn take_away(
    transaction: &Transaction<'_>,
    profile: &str,
    name: &str,
    reason: &str,
) -> rusqlite::Result<bool> {
    let noted = transaction.execute(
        "INSERT INTO releases (profile, name, run, at, reason)
         SELECT locks.profile, locks.name, coalesce(runs.id, ''), ?3, ?4
         FROM locks LEFT JOIN runs ON runs.number = locks.run
         WHERE locks.profile = ?1 AND locks.name = ?2",
        params![profile, name, micros(), reason],
    )?;
    transaction.execute(
        "DELETE FROM locks WHERE profile = ?1 AND name = ?2",
        params![profile, name],
    )?;
    Ok(noted > 0)
}

impl Reader {
    /// The locks that are held.
    pub fn locks(&self) -> Result<Vec<Lock>, JournalError> {
        self.all(
            "SELECT locks.profile, locks.name, coalesce(runs.id, ''), coalesce(runs.state, ''),
                    locks.since
             FROM locks LEFT JOIN runs ON runs.number = locks.run
             ORDER BY locks.profile, locks.name",
            [],
            |row| {
                Ok(Lock {
                    profile: row.get(0)?,
                    name: row.get(1)?,
                    run: row.get(2)?,
                    state: row.get(3)?,
                    since: row.get(4)?,
                })
            },
        )
    }
}
