//! Ticks and the standing of jobs as they lie in the tables.

use rusqlite::Row;
use rusqlite::types::Type;

use crate::journal::tick::{Origin, Pause, Standing, State, Tick, Waits};

/// The columns of a tick, in the order that [`tick_of`] reads them.
pub(in crate::journal) const TICK: &str = "number, job, instant, origin, state, reason, waits, again, attempt, run, \
service, class, args, started, finished, exit, message, last, count";

pub(in crate::journal) fn standing_of(row: &Row<'_>) -> rusqlite::Result<Standing> {
    let since: Option<i64> = row.get(5)?;
    let note: Option<String> = row.get(6)?;
    Ok(Standing {
        job: row.get(0)?,
        schedule: row.get(1)?,
        decided: row.get(2)?,
        failures: row.get(3)?,
        successes: row.get(4)?,
        pause: since.map(|since| Pause {
            since,
            note: note.unwrap_or_default(),
        }),
    })
}

pub(in crate::journal) fn tick_of(row: &Row<'_>) -> rusqlite::Result<Tick> {
    let word = |column: usize| row.get::<_, String>(column);
    let args: Option<String> = row.get(12)?;
    let args = args
        .map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(12, Type::Text, Box::new(error))
        })?;
    Ok(Tick {
        number: row.get(0)?,
        job: row.get(1)?,
        instant: row.get(2)?,
        origin: Origin::named(&word(3)?),
        state: State::named(&word(4)?),
        reason: row.get(5)?,
        waits: row
            .get::<_, Option<String>>(6)?
            .and_then(|name| Waits::named(&name)),
        again: row.get(7)?,
        attempt: row.get(8)?,
        run: row.get(9)?,
        service: row.get(10)?,
        group: row.get(11)?,
        args,
        started: row.get(13)?,
        finished: row.get(14)?,
        exit: row.get(15)?,
        message: row.get(16)?,
        last: row.get(17)?,
        count: u64::try_from(row.get::<_, i64>(18)?).unwrap_or_default(),
    })
}
