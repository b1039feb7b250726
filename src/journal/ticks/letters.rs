//! Letters: what people are told of jobs, until it has arrived.

use rusqlite::{OptionalExtension as _, params};

use super::{Found, Ticks};
use crate::journal::tick::Letter;

impl Ticks<'_> {
    /// Puts a letter where it waits to be delivered.
    pub fn post(&self, channel: &str, body: &str, due: i64) -> Found<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO letters (profile, channel, body, attempts, due)
                 VALUES (?1, ?2, ?3, 0, ?4)",
            )?
            .execute(params![self.profile, channel, body, due])?;
        Ok(())
    }

    /// The next letter of a channel to deliver by now, which is this caller's until `until`.
    pub fn take_letter(&self, channel: &str, now: i64, until: i64) -> Found<Option<Letter>> {
        let mut statement = self.transaction.prepare_cached(
            "UPDATE letters SET due = ?4, attempts = attempts + 1
             WHERE number = (SELECT number FROM letters
                             WHERE profile = ?1 AND channel = ?2 AND due <= ?3
                             ORDER BY due, number LIMIT 1)
             RETURNING number, channel, body, attempts, due",
        )?;
        let letter = statement.query_row(params![self.profile, channel, now, until], |row| {
            Ok(Letter {
                number: row.get(0)?,
                channel: row.get(1)?,
                body: row.get(2)?,
                attempts: row.get(3)?,
                due: row.get(4)?,
            })
        });
        Ok(letter.optional()?)
    }

    /// When the next letter of a channel is to be delivered, of those that are not due by now.
    pub fn next_letter(&self, channel: &str, now: i64) -> Found<Option<i64>> {
        let sql = "SELECT min(due) FROM letters WHERE profile = ?1 AND channel = ?2 AND due > ?3";
        let mut statement = self.transaction.prepare_cached(sql)?;
        Ok(statement.query_row(params![self.profile, channel, now], |row| row.get(0))?)
    }

    /// How many letters were to be delivered before then, by channel.
    pub fn overdue_letters(&self, before: i64) -> Found<Vec<(String, u64)>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT channel, count(*) FROM letters WHERE profile = ?1 AND due < ?2
             GROUP BY channel ORDER BY channel",
        )?;
        let rows = statement.query_map(params![self.profile, before], |row| {
            let count: i64 = row.get(1)?;
            Ok((row.get(0)?, u64::try_from(count).unwrap_or_default()))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Forgets the letters of a channel that were to be delivered before then; gives how many.
    pub fn drop_letters(&self, channel: &str, before: i64) -> Found<u64> {
        let sql = "DELETE FROM letters WHERE profile = ?1 AND channel = ?2 AND due < ?3";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let dropped = statement.execute(params![self.profile, channel, before])?;
        Ok(u64::try_from(dropped).unwrap_or(u64::MAX))
    }

    /// Forgets a letter: it was delivered, or never will be.
    pub fn drop_letter(&self, number: i64) -> Found<()> {
        self.transaction
            .prepare_cached("DELETE FROM letters WHERE number = ?1")?
            .execute([number])?;
        Ok(())
    }

    /// Puts a letter off.
    pub fn put_off(&self, number: i64, due: i64) -> Found<()> {
        self.transaction
            .prepare_cached("UPDATE letters SET due = ?2 WHERE number = ?1")?
            .execute([number, due])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::schema;

    #[test]
    fn a_letter_is_taken_by_who_has_its_channel_and_by_nobody_else_meanwhile() {
        let mut connection = schema::fresh();
        let transaction = connection.transaction().unwrap();
        let of = |profile: &str| Ticks {
            transaction: &transaction,
            profile: profile.to_owned(),
            running: None,
        };
        let (here, there) = (of("here"), of("there"));
        for (channel, due) in [("ops", 2), ("ops", 1), ("chat", 1), ("ops", 90)] {
            here.post(channel, "said", due).unwrap();
        }
        let take = |ticks: &Ticks<'_>, channel: &str| {
            let letter = ticks.take_letter(channel, 50, 70).unwrap();
            letter.map(|letter| (letter.number, letter.attempts, letter.due))
        };
        assert_eq!(take(&there, "ops"), None);
        assert_eq!(take(&here, "gone"), None);
        // The one that waits for longest is the first.
        assert_eq!(take(&here, "ops"), Some((2, 1, 70)));
        assert_eq!(take(&here, "ops"), Some((1, 1, 70)));
        assert_eq!(take(&here, "ops"), None);
        assert_eq!(here.next_letter("ops", 50).unwrap(), Some(70));
        assert_eq!(here.next_letter("ops", 70).unwrap(), Some(90));
        assert_eq!(here.next_letter("chat", 50).unwrap(), None);
        let overdue = here.overdue_letters(i64::MAX).unwrap();
        assert_eq!(overdue, [("chat".to_owned(), 1), ("ops".to_owned(), 3)]);
        let overdue = here.overdue_letters(50).unwrap();
        assert_eq!(overdue, [("chat".to_owned(), 1)]);
        assert_eq!(here.drop_letters("chat", 1).unwrap(), 0);
        assert_eq!(here.drop_letters("chat", 2).unwrap(), 1);
        assert_eq!(here.overdue_letters(50).unwrap(), []);
    }
}
