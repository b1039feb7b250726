//! The thread that writes the journal.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::body;
use super::call::Call;
use super::error::{JournalError, Kind};
use super::group::Group;
use super::lease::{Inner as Held, Lease, micros};
use super::placed::Placed;
use super::writer::{Ack, Entry, Shared, Work};

/// How long what is not waited for may lie.
const LIES: Duration = Duration::from_millis(20);
/// How often it is looked whether a run is to be cancelled.
const LOOK: Duration = Duration::from_secs(1);
/// Results that are remembered, to keep what was read twice once.
const REMEMBERED: usize = 2048;
/// Longer ones are not remembered.
const MEMORABLE: usize = 64 << 10;
/// How many statements are kept as SQLite has read them: more than there are, for to read one takes
/// longer than most take to be carried out.
const STATEMENTS: usize = 128;
/// How much of the file is kept in memory at most, in KiB, which SQLite wants negative. It holds the
/// jobs and open ticks of a large service, all of which are looked at again and again.
const CACHE: i64 = -(16 << 10);

/// Pieces to write, by run.
type Groups = Vec<(Arc<Held>, Group)>;

/// The thread's work.
pub(super) struct Hand {
    shared: Arc<Shared>,
    connection: Connection,
    /// Which files it writes.
    placed: Placed,
    /// Whether commits wait for the disk; unknown until first set.
    is_full_sync: Option<bool>,
    /// Results kept lately, by run and what was asked.
    seen: HashMap<(i64, [u8; 16]), (Bytes, i64)>,
}

impl Hand {
    /// A hand that writes by this connection what is handed over there.
    pub(super) fn new(shared: Arc<Shared>, connection: Connection) -> Self {
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Without it the cache is smaller, and nothing else differs.
        let _ = connection.pragma_update(None, "cache_size", CACHE);
        Self {
            placed: Placed::of(shared.store.file()),
            shared,
            connection,
            is_full_sync: None,
            seen: HashMap::new(),
        }
    }

    /// Writes until the queue is closed.
    pub(super) fn work(mut self) {
        let mut look = Instant::now() + LOOK;
        loop {
            let (entries, groups, closed) = self.wait(look);
            if !entries.is_empty() || !groups.is_empty() {
                self.write(entries, groups);
            }
            if closed {
                return;
            }
            if Instant::now() >= look {
                look = Instant::now() + LOOK;
                self.renew();
            }
        }
    }

    /// Waits for something to write, or until `look`.
    fn wait(&self, look: Instant) -> (Vec<Entry>, Groups, bool) {
        let mut queue = self.shared.lock();
        loop {
            let now = Instant::now();
            let until = queue.since.map_or(look, |since| look.min(since + LIES));
            if queue.urgent || queue.closed || now >= until {
                queue.urgent = false;
                queue.since = None;
                queue.bytes = 0;
                let entries = std::mem::take(&mut queue.entries);
                let groups = std::mem::take(&mut queue.groups);
                self.shared.room.notify_all();
                return (entries, groups, queue.closed);
            }
            queue = self
                .shared
                .wake
                .wait_timeout(queue, until - now)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn write(&mut self, mut entries: Vec<Entry>, mut groups: Groups) {
        let mut acks: Vec<(Ack, Option<Arc<Held>>)> = Vec::new();
        let is_waited_for = entries.iter().any(|entry| entry.ack.is_some());
        // What a run that failed has left to say must not stand behind what is missing.
        entries.retain_mut(|entry| match &entry.lease {
            Some(lease) => match Lease(lease.clone()).check() {
                Err(error) if error.kind != Kind::Full => {
                    if let Some(ack) = entry.ack.take() {
                        ack.send(Err(error));
                    }
                    false
                }
                _ => true,
            },
            None => true,
        });
        groups.retain(|(lease, _)| {
            let checked = Lease(lease.clone()).check();
            !checked.is_err_and(|error| error.kind != Kind::Full)
        });
        let leases: Vec<Arc<Held>> = entries
            .iter()
            .filter_map(|entry| entry.lease.clone())
            .chain(groups.iter().map(|(lease, _)| lease.clone()))
            .collect();
        for entry in &mut entries {
            if let Some(ack) = entry.ack.take() {
                acks.push((ack, entry.lease.clone()));
            }
        }
        let began = (Instant::now(), micros());
        let written = if let Some(lost) = self.placed.displaced().filter(|_| is_waited_for) {
            // What is written to a file that is nowhere any more is on no record.
            Err(JournalError::displaced(&lost))
        } else {
            let written = self.try_write(entries, &groups, is_waited_for, began.1);
            written.map_err(|error| self.shared.store.failed(&error))
        };
        match written {
            Ok(lost) => {
                self.placed.was_written();
                for lease in &leases {
                    if lost.contains(&lease.number) {
                        lease.fail(lease.lost());
                    }
                }
                for (ack, lease) in acks {
                    let lost = lease.filter(|lease| lost.contains(&lease.number));
                    ack.send(lost.map_or(Ok(()), |lease| Err(lease.lost())));
                }
            }
            Err(error) => {
                self.seen.clear();
                for lease in &leases {
                    lease.fail(error.clone());
                }
                for (ack, _) in acks {
                    ack.send(Err(error.clone()));
                }
            }
        }
    }

    /// Writes everything in one transaction; gives the runs that are no longer ours, of which
    /// nothing was written.
    fn try_write(
        &mut self,
        entries: Vec<Entry>,
        groups: &Groups,
        is_waited_for: bool,
        now: i64,
    ) -> rusqlite::Result<Vec<i64>> {
        if self.is_full_sync != Some(is_waited_for) {
            let mode = if is_waited_for { "FULL" } else { "NORMAL" };
            self.connection.pragma_update(None, "synchronous", mode)?;
            self.is_full_sync = Some(is_waited_for);
        }
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut owned: HashMap<i64, bool> = HashMap::new();
        let mut may_write = |lease: &Held| -> rusqlite::Result<bool> {
            if let Some(known) = owned.get(&lease.number) {
                return Ok(*known);
            }
            let is_ours = is_ours(&transaction, lease, now)?;
            owned.insert(lease.number, is_ours);
            Ok(is_ours)
        };
        // What is in one piece changes nothing that is not: their order does not matter, as long as
        // they are written together.
        for (lease, group) in groups {
            if may_write(lease)? {
                put(&transaction, lease, group)?;
            }
        }
        for entry in entries {
            if let Some(lease) = &entry.lease
                && !may_write(lease)?
            {
                continue;
            }
            let lease = entry.lease.as_deref();
            carry_out(&transaction, &mut self.seen, lease, entry.work, now)?;
        }
        transaction.commit()?;
        Ok(owned
            .into_iter()
            .filter_map(|(number, is_ours)| (!is_ours).then_some(number))
            .collect())
    }

    /// Renews the leases that need it, and hears of cancellations.
    fn renew(&mut self) {
        let leases: Vec<Arc<Held>> = {
            let mut queue = self.shared.lock();
            queue.leases.retain(|lease| lease.strong_count() > 0);
            queue.leases.iter().filter_map(Weak::upgrade).collect()
        };
        for lease in leases {
            if Lease(lease.clone())
                .check()
                .is_err_and(|error| error.kind != Kind::Full)
            {
                continue;
            }
            // A store that cannot be reached for a while shows when something is to be written.
            let wanted: rusqlite::Result<Option<String>> = self
                .connection
                .prepare_cached("SELECT cancel FROM runs WHERE number = ?1 AND epoch = ?2")
                .and_then(|mut statement| {
                    statement.query_row(params![lease.number, lease.epoch], |row| row.get(0))
                });
            match wanted {
                Ok(None) => {}
                Ok(Some(_)) => lease.is_to_be_cancelled(),
                Err(rusqlite::Error::QueryReturnedNoRows) => lease.fail(lease.lost()),
                Err(_) => continue,
            }
            if !lease.is_fresh(4) {
                let now = micros();
                if let Ok(transaction) = self
                    .connection
                    .transaction_with_behavior(TransactionBehavior::Immediate)
                    && let Ok(is_ours) = is_ours(&transaction, &lease, now)
                    && transaction.commit().is_ok()
                    && !is_ours
                {
                    lease.fail(lease.lost());
                }
            }
        }
    }
}

/// Whether a run is ours; what is, is so for another span.
fn is_ours(transaction: &Transaction<'_>, lease: &Held, now: i64) -> rusqlite::Result<bool> {
    let began = Instant::now();
    if lease.is_fresh(4) {
        // Renewed a moment ago: only whether it still is has to be seen, and no page written.
        return transaction
            .prepare_cached("SELECT 1 FROM runs WHERE number = ?1 AND epoch = ?2")?
            .exists(params![lease.number, lease.epoch]);
    }
    let span = i64::try_from(lease.span.as_micros()).unwrap_or(i64::MAX);
    let changed = transaction
        .prepare_cached("UPDATE runs SET lease = ?3 WHERE number = ?1 AND epoch = ?2")?
        .execute(params![lease.number, lease.epoch, now.saturating_add(span)])?;
    if changed == 1 {
        lease.renew((began, now));
    }
    Ok(changed == 1)
}

/// Writes calls in one piece.
fn put(transaction: &Transaction<'_>, lease: &Held, group: &Group) -> rusqlite::Result<()> {
    if group.is_empty() {
        return Ok(());
    }
    let piece = group.piece();
    lease.keeps(piece.len());
    transaction
        .prepare_cached("INSERT INTO groups (run, bytes) VALUES (?1, ?2)")?
        .execute(params![lease.number, piece])
        .map(drop)
}

fn carry_out(
    transaction: &Transaction<'_>,
    seen: &mut HashMap<(i64, [u8; 16]), (Bytes, i64)>,
    lease: Option<&Held>,
    work: Work,
    now: i64,
) -> rusqlite::Result<()> {
    let run = lease.map_or(0, |lease| lease.number);
    match work {
        Work::Task(task) => task(transaction),
        Work::Call(call) => {
            let number = match &call.body {
                Some(bytes) => Some(keep(transaction, seen, lease, &call, bytes)?),
                None => None,
            };
            if let Some(lease) = lease {
                lease.keeps(call.arguments.len() + call.target.len() + 150);
            }
            transaction
                .prepare_cached(
                    "INSERT INTO calls (run, path, operation, hash, effect, target, arguments,
                         state, attempts, started, finished, place, body, error, note)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
                     ON CONFLICT (run, path) DO UPDATE SET
                         state = excluded.state, attempts = excluded.attempts,
                         started = excluded.started,
                         finished = excluded.finished, body = excluded.body,
                         error = excluded.error, note = excluded.note",
                )?
                .execute(params![
                    run,
                    call.path,
                    call.operation,
                    call.hash,
                    call.effect,
                    call.target,
                    call.arguments,
                    call.state.as_str(),
                    call.attempts,
                    call.started,
                    call.finished,
                    call.place,
                    number,
                    call.error,
                    call.note
                ])
                .map(drop)
        }
        Work::Pin { name, text } => pin(transaction, run, &name, &text),
        Work::Consent(effect) => transaction
            .prepare_cached(
                "UPDATE runs SET consents = json_insert(consents, '$[#]', ?2) WHERE number = ?1",
            )?
            .execute(params![run, effect])
            .map(drop),
        Work::Stand {
            state,
            exit,
            message,
        } => transaction
            .prepare_cached(
                "UPDATE runs SET state = ?2, exit = ?3, message = ?4, finished = ?5
                 WHERE number = ?1",
            )?
            .execute(params![
                run,
                state.as_str(),
                exit,
                message,
                state.is_over().then_some(now)
            ])
            .map(drop),
    }
}

/// Keeps what a call came to; what was kept just before for the same question is kept once.
fn keep(
    transaction: &Transaction<'_>,
    seen: &mut HashMap<(i64, [u8; 16]), (Bytes, i64)>,
    lease: Option<&Held>,
    call: &Call,
    bytes: &Bytes,
) -> rusqlite::Result<i64> {
    let run = lease.map_or(0, |lease| lease.number);
    let asked = (run, call.hash);
    if let Some((known, number)) = seen.get(&asked)
        && known == bytes
    {
        return Ok(*number);
    }
    let (packed, stored) = body::pack(bytes);
    if let Some(lease) = lease {
        lease.keeps(stored.len());
    }
    transaction
        .prepare_cached("INSERT INTO bodies (run, packed, bytes) VALUES (?1, ?2, ?3)")?
        .execute(params![run, packed, stored.as_ref()])?;
    let number = transaction.last_insert_rowid();
    if bytes.len() <= MEMORABLE {
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        seen.insert(asked, (bytes.clone(), number));
    }
    Ok(number)
}

/// Keeps a text; the same text of many runs is kept once.
pub(super) fn pin(
    transaction: &Transaction<'_>,
    run: i64,
    name: &str,
    text: &str,
) -> rusqlite::Result<()> {
    use sha2::{Digest as _, Sha256};
    use std::fmt::Write as _;
    let mut hash = String::new();
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a text cannot fail.
        let _ = write!(hash, "{byte:02x}");
    }
    transaction
        .prepare_cached("INSERT OR IGNORE INTO texts (hash, text) VALUES (?1, ?2)")?
        .execute(params![hash, text])?;
    transaction
        .prepare_cached("INSERT OR REPLACE INTO pins (run, name, hash) VALUES (?1, ?2, ?3)")?
        .execute(params![run, name, hash])
        .map(drop)
}
