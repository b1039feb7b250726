//! Whose run it is: beginning one, taking one over, and refusing what others have.

use std::time::Duration;

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::error::{JournalError, Kind as ErrorKind};
use super::lease::{Lease, micros};
use super::owner::Owner;
use super::run::{Run, Start, State as RunState};
use super::{Journal, hand, store};

/// The tick that a run is begun for, and the service that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The tick's number.
    pub tick: i64,
    /// The service's number.
    pub service: i64,
}

impl Journal {
    /// Begins a run with the texts it consists of.
    pub fn begin(&self, start: &Start, texts: &[(String, String)]) -> Result<Lease, JournalError> {
        self.begin_for(None, start, texts)
    }

    /// Begins the run of a tick, unless that is no longer this service's or has its run already.
    pub fn begin_for(
        &self,
        claim: Option<Claim>,
        start: &Start,
        texts: &[(String, String)],
    ) -> Result<Lease, JournalError> {
        let (start, texts) = (start.clone(), texts.to_vec());
        let span = self.0.settings.lease;
        let run = self.ask(move |transaction| {
            let id = fresh_id(transaction)?;
            if let Some(claim) = claim {
                let changed = transaction
                    .prepare_cached(
                        "UPDATE ticks SET run = ?1
                         WHERE number = ?2 AND service = ?3 AND state = 'running' AND run IS NULL",
                    )?
                    .execute(params![id, claim.tick, claim.service])?;
                if changed == 0 {
                    return Ok(None);
                }
            }
            let number = insert(transaction, &id, &start, span)?;
            for (name, text) in &texts {
                hand::pin(transaction, number, name, text)?;
            }
            Ok(Some((number, id)))
        })?;
        let Some(run) = run else {
            return Err(JournalError::new(
                ErrorKind::Lost,
                "this run was given to another service meanwhile",
                "mw jobs history says what became of it",
            ));
        };
        let lease = Lease::new(run, 1, span, self.0.settings.cap, 0);
        self.0.writer.keep(&lease);
        Ok(lease)
    }

    /// Takes over a run that its owner left unfinished.
    pub fn claim(&self, run: &Run) -> Result<Lease, JournalError> {
        let span = self.0.settings.lease;
        let number = run.number;
        let id = run.id.clone();
        let outcome = self.ask(move |transaction| {
            let sql = format!("SELECT {} FROM runs WHERE number = ?1", store::RUN);
            let Some(found) = transaction
                .query_row(&sql, [number], store::run_of)
                .optional()?
            else {
                return Ok(Err(gone(&id)));
            };
            let now = micros();
            if let Err(error) = may_be_claimed(&found, now, span) {
                return Ok(Err(error));
            }
            let epoch = found.epoch.saturating_add(1);
            let owner = serde_json::to_string(Owner::this()).unwrap_or_default();
            transaction.execute(
                "UPDATE runs SET epoch = ?2, owner = ?3, lease = ?4, state = 'running',
                     exit = NULL, message = NULL, finished = NULL
                 WHERE number = ?1",
                params![number, epoch, owner, until(now, span)],
            )?;
            let kept: i64 = transaction.query_row(
                "SELECT (SELECT coalesce(sum(length(bytes)), 0) FROM bodies WHERE run = ?1)
                      + (SELECT coalesce(sum(length(bytes)), 0) FROM groups WHERE run = ?1)
                      + (SELECT coalesce(sum(length(arguments) + 150), 0) FROM calls WHERE run = ?1)",
                [number],
                |row| row.get(0),
            )?;
            Ok(Ok((found.id, epoch, kept)))
        })??;
        let (id, epoch, kept) = outcome;
        let kept = u64::try_from(kept).unwrap_or_default();
        let lease = Lease::new((number, id), epoch, span, self.0.settings.cap, kept);
        self.0.writer.keep(&lease);
        Ok(lease)
    }

    /// Refuses a file that another machine writes to: what SQLite shares with others it shares on
    /// one machine only.
    pub(super) fn is_ours_alone(&self) -> Result<(), JournalError> {
        let now = micros();
        let running = self.ask(move |transaction| {
            let sql = format!(
                "SELECT {} FROM runs WHERE state IN ('running', 'waiting') AND lease > ?1",
                store::RUN
            );
            let mut statement = transaction.prepare(&sql)?;
            let runs = statement.query_map([now], store::run_of)?;
            runs.collect::<rusqlite::Result<Vec<Run>>>()
        })?;
        let elsewhere = running
            .into_iter()
            .find(|run| !run.owner.is_here() && !run.owner.is_gone());
        match elsewhere {
            None => Ok(()),
            Some(run) => Err(JournalError::new(
                ErrorKind::Held,
                format!(
                    "the journal {} is in use by {}, another machine: run {} is under way there",
                    self.0.store.file().display(),
                    run.owner.described(),
                    run.id
                ),
                "two machines must not share a journal: name another with --store",
            )),
        }
    }
}

fn until(now: i64, span: Duration) -> i64 {
    now.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX))
}

fn gone(id: &str) -> JournalError {
    JournalError::new(
        ErrorKind::Wrong,
        format!("run {id} is no longer in the journal"),
        "mw runs list shows what is",
    )
}

/// Whether a run may be taken over now.
fn may_be_claimed(run: &Run, now: i64, span: Duration) -> Result<(), JournalError> {
    if run.state.is_over() {
        return Err(JournalError::new(
            ErrorKind::Wrong,
            format!("run {} is over: {}", run.id, run.state.as_str()),
            format!("mw runs show {} says what it did", run.id),
        ));
    }
    if run.state == RunState::Paused || run.owner.is_gone() || run.lease < now {
        return Ok(());
    }
    let left = Duration::from_micros(u64::try_from(run.lease.saturating_sub(now)).unwrap_or(0));
    // A lease that ends later than any can was given by another clock.
    let hint = if left > span.saturating_mul(2) {
        "its lease ends later than one that was given now would: a clock was set back; if that \
process is no more, set the clock right or wait"
            .to_owned()
    } else {
        format!(
            "if that process is no more, it can be taken over in {} s",
            left.as_secs() + 1
        )
    };
    Err(JournalError::new(
        ErrorKind::Held,
        format!(
            "run {} is under way: {} has it",
            run.id,
            run.owner.described()
        ),
        hint,
    ))
}

/// An id that nobody has yet: letters and digits that are not mistaken for one another.
fn fresh_id(transaction: &Transaction<'_>) -> rusqlite::Result<String> {
    const LETTERS: &[u8] = b"23456789abcdefghjkmnpqrstvwxyz";
    loop {
        let mut id = String::from("r");
        for _ in 0..7 {
            let letter = LETTERS.get(fastrand::usize(..LETTERS.len()));
            id.push(char::from(letter.copied().unwrap_or(b'2')));
        }
        let taken = transaction
            .prepare_cached("SELECT 1 FROM runs WHERE id = ?1")?
            .exists([&id])?;
        if !taken {
            return Ok(id);
        }
    }
}

fn insert(
    transaction: &Transaction<'_>,
    id: &str,
    start: &Start,
    span: Duration,
) -> rusqlite::Result<i64> {
    let now = micros();
    let json = |value: Result<String, serde_json::Error>| value.unwrap_or_else(|_| "{}".to_owned());
    transaction
        .prepare_cached(
            "INSERT INTO runs (id, kind, script, folder, job, profile, url, args, grants, version,
             state, started, epoch, owner, lease)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'running', ?11, 1, ?12, ?13)",
        )?
        .execute(params![
            id,
            start.kind.as_str(),
            start.script,
            start.folder,
            start.job,
            start.profile,
            start.url,
            json(serde_json::to_string(&start.args)),
            json(serde_json::to_string(&start.grants)),
            env!("CARGO_PKG_VERSION"),
            now,
            json(serde_json::to_string(Owner::this())),
            until(now, span)
        ])?;
    Ok(transaction.last_insert_rowid())
}
