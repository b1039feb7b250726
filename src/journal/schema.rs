//! The tables of the journal, and how older ones become the present ones.

use std::path::Path;

use rusqlite::Connection;

use super::error::{JournalError, Kind};
use super::store::patiently;

/// Marks a SQLite file as a journal of mw: `mwjl`.
const APPLICATION: i64 = 0x6d77_6a6c;

/// What each release added, in order. A migration is never changed once released.
const MIGRATIONS: &[&str] = &[
    "
CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    script TEXT NOT NULL,
    folder TEXT NOT NULL,
    job TEXT,
    profile TEXT NOT NULL,
    url TEXT NOT NULL,
    args TEXT NOT NULL,
    grants TEXT NOT NULL,
    version TEXT NOT NULL,
    state TEXT NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    exit INTEGER,
    message TEXT,
    epoch INTEGER NOT NULL,
    owner TEXT NOT NULL,
    lease INTEGER NOT NULL,
    cancel TEXT,
    consents TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX runs_started ON runs (started);
CREATE TABLE texts (
    hash TEXT PRIMARY KEY,
    text TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE pins (
    run INTEGER NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TABLE bodies (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    packed INTEGER NOT NULL,
    bytes BLOB NOT NULL
);
CREATE INDEX bodies_run ON bodies (run);
CREATE TABLE calls (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    path TEXT NOT NULL,
    operation TEXT NOT NULL,
    hash BLOB NOT NULL,
    effect TEXT NOT NULL,
    target TEXT NOT NULL,
    arguments TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    place TEXT,
    body INTEGER,
    error TEXT,
    note TEXT,
    UNIQUE (run, path)
);
CREATE TABLE groups (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    bytes BLOB NOT NULL
);
CREATE INDEX groups_run ON groups (run);
CREATE TABLE locks (
    profile TEXT NOT NULL,
    name TEXT NOT NULL,
    run INTEGER NOT NULL,
    path TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (profile, name)
) WITHOUT ROWID;
CREATE TABLE releases (
    profile TEXT NOT NULL,
    name TEXT NOT NULL,
    run TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT NOT NULL
);
CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
",
    "
CREATE TABLE ticks (
    number INTEGER PRIMARY KEY,
    profile TEXT NOT NULL,
    job TEXT NOT NULL,
    instant INTEGER NOT NULL,
    origin TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    waits TEXT,
    again INTEGER,
    attempt INTEGER NOT NULL,
    run TEXT,
    service INTEGER NOT NULL,
    class TEXT,
    args TEXT,
    started INTEGER,
    finished INTEGER,
    exit INTEGER,
    message TEXT,
    last INTEGER,
    count INTEGER NOT NULL
);
CREATE UNIQUE INDEX ticks_once ON ticks (profile, job, instant) WHERE state <> 'missed';
CREATE INDEX ticks_told ON ticks (profile, instant);
CREATE INDEX ticks_open ON ticks (profile, job, instant)
    WHERE state IN ('due', 'queued', 'running', 'retrying');
CREATE INDEX ticks_waiting ON ticks (profile, state, waits, class, instant, number)
    WHERE state IN ('due', 'queued');
CREATE INDEX ticks_working ON ticks (profile, service, class)
    WHERE state IN ('queued', 'running', 'retrying');
CREATE INDEX ticks_class ON ticks (profile, class)
    WHERE class IS NOT NULL AND state IN ('running', 'retrying');
CREATE TABLE jobs (
    profile TEXT NOT NULL,
    job TEXT NOT NULL,
    schedule TEXT NOT NULL,
    decided INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    successes INTEGER NOT NULL,
    paused INTEGER,
    note TEXT,
    PRIMARY KEY (profile, job)
) WITHOUT ROWID;
CREATE TABLE letters (
    number INTEGER PRIMARY KEY,
    profile TEXT NOT NULL,
    channel TEXT NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due INTEGER NOT NULL
);
CREATE INDEX letters_due ON letters (profile, due);
",
    "
CREATE INDEX ticks_running ON ticks (profile, service) WHERE state = 'running';
CREATE INDEX ticks_queued ON ticks (profile, waits, instant, number) WHERE state = 'queued';
",
];

/// Looks whether the file is a journal that this release can read, and brings an older one up to
/// date. One that is empty becomes a journal where `writes` says so; otherwise it is said that it is
/// none yet.
pub(super) fn check(
    connection: &mut Connection,
    file: &Path,
    writes: bool,
) -> Result<bool, JournalError> {
    let failed = |error: rusqlite::Error| JournalError::of(&error, file);
    let number = |connection: &Connection, pragma: &str| {
        connection.query_row(pragma, [], |row| row.get::<_, i64>(0))
    };
    // Read at one instant: another process may be making a journal of it.
    let (application, version, tables) = patiently(|| {
        let read = connection.transaction()?;
        let application = number(&read, "PRAGMA application_id")?;
        let version = number(&read, "PRAGMA user_version")?;
        let tables = number(&read, "SELECT count(*) FROM sqlite_schema")?;
        read.commit()?;
        Ok((application, version, tables))
    })
    .map_err(failed)?;
    let shown = file.display();
    if application != APPLICATION && (tables > 0 || application != 0 || version != 0) {
        return Err(JournalError::new(
            Kind::Unreadable,
            format!("{shown} is a database, but no journal of mw; it was left as it is"),
            "name another file with --store",
        ));
    }
    if application == 0 && !writes {
        return Ok(false);
    }
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if version > known {
        return Err(JournalError::new(
            Kind::Unreadable,
            format!(
                "the journal {shown} was written by a newer mw (format {version}; this one knows {known}); it was left as it is"
            ),
            "use that mw, or name another file with --store",
        ));
    }
    if version < known && !writes {
        return Err(JournalError::new(
            Kind::Wrong,
            format!("the journal {shown} is of an older format ({version}; this mw reads {known})"),
            "run something first: what writes to it brings it up to date",
        ));
    }
    if version < known {
        patiently(|| migrate(connection, version)).map_err(failed)?;
    }
    Ok(true)
}

/// The tables of the present format, for tests of what is asked of them.
#[cfg(test)]
pub(super) fn fresh() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate(&mut connection, 0).unwrap();
    connection
}

/// Two processes may come at once: whoever comes second finds it done.
fn migrate(connection: &mut Connection, from: i64) -> rusqlite::Result<()> {
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let version: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version == from {
        let done = usize::try_from(from).unwrap_or(0);
        for migration in MIGRATIONS.iter().skip(done) {
            transaction.execute_batch(migration)?;
        }
        transaction.execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {};",
            MIGRATIONS.len()
        ))?;
    }
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use crate::journal::Store;

    #[test]
    fn of_many_that_come_at_once_to_a_new_journal_none_is_turned_away() {
        let folder = std::env::temp_dir().join(format!("mw-schema-{}", std::process::id()));
        for round in 0..20 {
            let store = Store::at(folder.join(round.to_string()).join("journal.db"));
            let barrier = Barrier::new(6);
            thread::scope(|scope| {
                let come = || {
                    barrier.wait();
                    store.write().map(drop)
                };
                let all: Vec<_> = (0..6).map(|_| scope.spawn(come)).collect();
                for one in all {
                    one.join().unwrap().unwrap();
                }
            });
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
