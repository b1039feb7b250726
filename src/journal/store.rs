//! The file of the journal, and what is read from it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rusqlite::config::DbConfig;
use rusqlite::types::Type;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Row, params};

use super::body;
use super::call::{self, Call};
use super::error::{JournalError, Kind};
use super::group;
use super::mount;
use super::run::{self, Run, Start};
use super::schema;

/// What every database of SQLite begins with.
const HEADER: &[u8] = b"SQLite format 3\0";
/// The least length of a journal, which is a page.
const PAGE: u64 = 4096;
/// How long a program that wants to write waits for another that does.
const BUSY: Duration = Duration::from_secs(10);

/// The journal's file.
#[derive(Clone, Debug)]
pub struct Store {
    file: PathBuf,
}

/// The columns of a run, in the order that [`run_of`] reads them.
pub(super) const RUN: &str = "number, id, kind, script, folder, job, profile, url, args, grants, \
version, state, started, finished, exit, message, epoch, owner, lease, cancel, consents, \
EXISTS (SELECT 1 FROM calls WHERE calls.run = runs.number AND calls.state = 'open' \
AND calls.operation IN ('sleep', 'wait_for', 'retry', 'lock')) \
AND NOT EXISTS (SELECT 1 FROM calls WHERE calls.run = runs.number AND calls.state = 'sent')";

impl Store {
    /// The journal in this file, which need not exist yet.
    #[must_use]
    pub fn at(file: PathBuf) -> Self {
        Self { file }
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    pub(super) fn failed(&self, error: &rusqlite::Error) -> JournalError {
        JournalError::of(error, &self.file)
    }

    /// Opens the file for writing; makes it where there is none.
    pub(super) fn write(&self) -> Result<Connection, JournalError> {
        let shown = self.file.display();
        let folder = self.file.parent().unwrap_or(Path::new("."));
        let unwritable = |error: std::io::Error| {
            JournalError::new(
                Kind::Unwritable,
                format!("the journal {shown} cannot be written: {error}"),
                "name another with --store, or run without one: --no-journal",
            )
        };
        private_folder(folder).map_err(unwritable)?;
        if let Some(kind) = mount::network(folder) {
            return Err(JournalError::new(
                Kind::Unwritable,
                format!(
                    "the journal {shown} lies on a network file system ({kind}), where two machines could write to it at once"
                ),
                "name a file on a local disk with --store",
            ));
        }
        self.refuse_others()?;
        private_file(&self.file).map_err(unwritable)?;
        let mut connection = Connection::open_with_flags(
            &self.file,
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .map_err(|error| self.failed(&error))?;
        Self::prepared(&connection).map_err(|error| self.failed(&error))?;
        schema::check(&mut connection, &self.file, true)?;
        let mode: String =
            patiently(|| connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)))
                .map_err(|error| self.failed(&error))?;
        if mode != "wal" {
            return Err(JournalError::new(
                Kind::Unwritable,
                format!("the journal {shown} cannot be written safely here: its mode is {mode}"),
                "name a file on a local disk with --store",
            ));
        }
        Ok(connection)
    }

    /// Opens the file for reading; nothing where there is none.
    pub fn read(&self) -> Result<Option<Reader>, JournalError> {
        if !self.file.exists() {
            return Ok(None);
        }
        self.refuse_others()?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(&self.file, flags).or_else(|_| {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            Connection::open_with_flags(&self.file, flags)
        });
        let mut connection = opened.map_err(|error| self.failed(&error))?;
        Self::prepared(&connection).map_err(|error| self.failed(&error))?;
        if !schema::check(&mut connection, &self.file, false)? {
            return Ok(None);
        }
        Ok(Some(Reader {
            connection,
            store: self.clone(),
        }))
    }

    /// Refuses a pipe, which SQLite would wait for without end, and a short file that is no database:
    /// SQLite takes it for empty, and writes over it.
    ///
    /// A file as long as a page of a journal is left to SQLite: to close what was opened here would
    /// let go of the locks that this process holds on it.
    fn refuse_others(&self) -> Result<(), JournalError> {
        let found = fs::metadata(&self.file);
        if (found.as_ref()).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
            return Err(JournalError::endless(&self.file));
        }
        let length = found.map_or(0, |found| found.len());
        let start = (1..PAGE).contains(&length).then(|| fs::read(&self.file));
        // What cannot be read is complained about when it is opened.
        let Some(Ok(start)) = start else {
            return Ok(());
        };
        if start.is_empty() || start.starts_with(HEADER) {
            return Ok(());
        }
        Err(JournalError::foreign(&self.file))
    }

    fn prepared(connection: &Connection) -> rusqlite::Result<()> {
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "foreign_keys", "off")?;
        // A plan that depends on the values that are given, if only on a limit, is made anew each time.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        // Damage is to be found when a page is read, not believed.
        connection.pragma_update(None, "cell_size_check", "on")
    }
}

/// Does what SQLite refuses at once while another makes a journal of the file, whatever was said of
/// waiting: to change its mode, and to be the first to read what was written in the new one.
pub(super) fn patiently<T>(mut work: impl FnMut() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let begun = Instant::now();
    loop {
        let done = work();
        let is_locked = done.as_ref().is_err_and(|error| {
            let code = error.sqlite_error_code();
            matches!(
                code,
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
            )
        });
        if !is_locked || begun.elapsed() > BUSY {
            return done;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// What runs did is nobody else's to read.
fn private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// Makes a file that is its owner's alone. One that is there is not opened: to close it would let go of
/// the locks that this process holds on it.
fn private_file(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    if file.exists() {
        return Ok(rustix::fs::access(file, rustix::fs::Access::WRITE_OK)?);
    }
    fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(file)
        .map(drop)
}

/// Reads the journal.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    store: Store,
}

/// Which runs are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this script: its name or a part of it.
    pub script: Option<String>,
    /// Of this job.
    pub job: Option<String>,
    /// Begun since, in microseconds since 1970.
    pub since: Option<i64>,
}

impl Reader {
    /// The runs that pass, newest first.
    pub fn runs(&self, filter: &Filter) -> Result<Vec<Run>, JournalError> {
        let sql = format!(
            "SELECT {RUN} FROM runs
             WHERE kind <> 'serve' AND (?1 IS NULL OR instr(script, ?1) > 0)
               AND (?2 IS NULL OR job = ?2)
               AND (?3 IS NULL OR started >= ?3)
             ORDER BY started DESC, number DESC"
        );
        self.all(
            &sql,
            params![filter.script, filter.job, filter.since],
            run_of,
        )
    }

    /// The one run whose id this is or begins with.
    pub fn run(&self, id: &str) -> Result<Run, JournalError> {
        let sql = format!("SELECT {RUN} FROM runs WHERE substr(id, 1, length(?1)) = ?1");
        let mut found = self.all(&sql, params![id], run_of)?;
        if let Some(exact) = found.iter().position(|run| run.id == id) {
            return Ok(found.swap_remove(exact));
        }
        match found.len() {
            1 if !id.is_empty() => Ok(found.swap_remove(0)),
            0 => Err(JournalError::new(
                Kind::Wrong,
                format!("there is no run {id:?} in {}", self.store.file.display()),
                "mw runs list shows them",
            )),
            count => Err(JournalError::new(
                Kind::Wrong,
                format!("{count} runs begin with {id:?}"),
                "give more of its id",
            )),
        }
    }

    /// The calls of a run in the order they began, without what they came to.
    pub fn calls(&self, run: &Run) -> Result<Vec<Call>, JournalError> {
        let sql = format!("SELECT {CALL} FROM calls WHERE run = ?1 ORDER BY number");
        let mut calls = self.all(&sql, params![run.number], call_of)?;
        calls.extend(self.groups(run, false)?);
        calls.sort_by_key(|call| call.started);
        Ok(calls)
    }

    /// The calls of a run in the order they began, with what they came to.
    pub fn history(&self, run: &Run) -> Result<Vec<Call>, JournalError> {
        let sql = format!("SELECT {CALL}, calls.body FROM calls WHERE run = ?1 ORDER BY number");
        let rows = self.all(&sql, params![run.number], |row| {
            Ok((call_of(row)?, row.get::<_, Option<i64>>(13)?))
        })?;
        let bodies = self.bodies(run)?;
        let mut calls = rows
            .into_iter()
            .map(|(mut call, number)| {
                if let Some(number) = number {
                    let found = bodies.get(&number).ok_or_else(|| {
                        self.damaged(run, &format!("what call {} came to is lost", call.path))
                    })?;
                    call.body = Some(found.clone());
                }
                Ok(call)
            })
            .collect::<Result<Vec<Call>, JournalError>>()?;
        calls.extend(self.groups(run, true)?);
        calls.sort_by_key(|call| call.started);
        Ok(calls)
    }

    /// Whether a run has done nothing but look: all of it could be done again.
    pub fn has_only_looked(&self, id: &str) -> Result<bool, JournalError> {
        let sql = "SELECT count(*) FROM calls WHERE run = (SELECT number FROM runs WHERE id = ?1)
             AND (effect NOT IN ('read', 'local')
                  OR operation IN ('http_post', 'http_request', 'append_file'))";
        let count: Vec<i64> = self.all(sql, params![id], |row| row.get(0))?;
        Ok(count == [0])
    }

    /// A number that changes whenever another connection has written.
    pub fn version(&self) -> Result<i64, JournalError> {
        let found: Vec<i64> = self.all("PRAGMA data_version", [], |row| row.get(0))?;
        Ok(found.first().copied().unwrap_or_default())
    }

    /// The calls of a run that are kept many in one piece.
    fn groups(&self, run: &Run, with_results: bool) -> Result<Vec<Call>, JournalError> {
        let sql = "SELECT bytes FROM groups WHERE run = ?1 ORDER BY number";
        let pieces: Vec<Vec<u8>> = self.all(sql, params![run.number], |row| row.get(0))?;
        let mut calls = Vec::new();
        for piece in pieces {
            let read = group::calls(piece, with_results);
            calls.extend(read.map_err(|what| self.damaged(run, &what))?);
        }
        Ok(calls)
    }

    fn damaged(&self, run: &Run, what: &str) -> JournalError {
        JournalError::new(
            Kind::Unreadable,
            format!(
                "the journal {} is damaged: of run {}, {what}",
                self.store.file.display(),
                run.id
            ),
            "restore a copy of the journal",
        )
    }

    fn bodies(&self, run: &Run) -> Result<std::collections::HashMap<i64, Bytes>, JournalError> {
        let sql = "SELECT number, packed, bytes FROM bodies WHERE run = ?1";
        self.all(sql, params![run.number], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, bool>(1)?,
                row.get::<_, Vec<u8>>(2)?,
            ))
        })?
        .into_iter()
        .map(|(number, packed, bytes)| Ok((number, body::unpack(packed, bytes)?)))
        .collect()
    }

    /// The texts that a run was begun with, by name.
    pub fn pins(&self, run: &Run) -> Result<Vec<(String, String)>, JournalError> {
        let sql = "SELECT pins.name, texts.text FROM pins JOIN texts ON texts.hash = pins.hash
                   WHERE pins.run = ?1 ORDER BY pins.name";
        self.all(sql, params![run.number], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    /// A run as it stands now.
    pub fn again(&self, run: &Run) -> Result<Run, JournalError> {
        let sql = format!("SELECT {RUN} FROM runs WHERE number = ?1");
        self.connection
            .query_row(&sql, [run.number], run_of)
            .optional()
            .map_err(|error| self.store.failed(&error))?
            .ok_or_else(|| {
                JournalError::new(
                    Kind::Wrong,
                    format!("run {} is no longer in the journal", run.id),
                    "mw runs list shows what is",
                )
            })
    }

    pub(super) fn all<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, JournalError> {
        let failed = |error: rusqlite::Error| self.store.failed(&error);
        let mut statement = self.connection.prepare(sql).map_err(failed)?;
        let rows = statement.query_map(params, read).map_err(failed)?;
        rows.collect::<rusqlite::Result<_>>().map_err(failed)
    }
}

/// The columns of a call, in the order that [`call_of`] reads them.
const CALL: &str = "path, operation, hash, effect, target, arguments, state, attempts, \
calls.started, calls.finished, place, error, note";

fn call_of(row: &Row<'_>) -> rusqlite::Result<Call> {
    let state: String = row.get(6)?;
    Ok(Call {
        path: row.get(0)?,
        operation: row.get::<_, String>(1)?.into(),
        hash: row.get(2)?,
        effect: row.get::<_, String>(3)?.into(),
        target: row.get(4)?,
        arguments: row.get(5)?,
        state: call::State::named(&state).ok_or_else(|| strange(6, &state))?,
        attempts: row.get(7)?,
        started: row.get(8)?,
        finished: row.get(9)?,
        place: row.get(10)?,
        error: row.get(11)?,
        note: row.get(12)?,
        body: None,
    })
}

fn strange(column: usize, what: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(
        column,
        Type::Text,
        format!("{what:?} makes no sense").into(),
    )
}

pub(super) fn run_of(row: &Row<'_>) -> rusqlite::Result<Run> {
    fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
        let text: String = row.get(column)?;
        serde_json::from_str(&text).map_err(|_| strange(column, &text))
    }
    let state: String = row.get(11)?;
    Ok(Run {
        number: row.get(0)?,
        id: row.get(1)?,
        start: Start {
            kind: run::Kind::named(&row.get::<_, String>(2)?),
            script: row.get(3)?,
            folder: row.get(4)?,
            job: row.get(5)?,
            profile: row.get(6)?,
            url: row.get(7)?,
            args: json(row, 8)?,
            grants: json(row, 9)?,
        },
        version: row.get(10)?,
        state: run::State::named(&state).ok_or_else(|| strange(11, &state))?,
        started: row.get(12)?,
        finished: row.get(13)?,
        exit: row.get(14)?,
        message: row.get(15)?,
        epoch: row.get(16)?,
        owner: json(row, 17)?,
        lease: row.get(18)?,
        cancel: row.get(19)?,
        consents: json(row, 20)?,
        waits: row.get(21)?,
    })
}
