//! A crontab line, read as cronie reads it and handed to the `cron` crate for naive arithmetic.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::NaiveDateTime;
use cron::Schedule;

pub use super::fault::LineError;
use super::field::{DAY, Field, HOUR, LONGEST, MINUTE, MONTH, SECOND, Unit, WEEKDAY};
use crate::operation::nearest;
use crate::zone::{self, Zone};

const NICKNAMES: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// One crontab line.
///
/// Five fields, or six with the seconds first; the nicknames; a leading `CRON_TZ=Zone`. Equal lines
/// are written alike and mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CronLine(Arc<Read>);

/// A line that was read, which many jobs may share.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    text: String,
    zone: Option<Zone>,
    elapsed: bool,
    /// One schedule, or two where either day field may match.
    schedules: Vec<Schedule>,
}

/// A word of the line and the column it starts at.
#[derive(Clone, Copy, Debug)]
struct Word<'a> {
    text: &'a str,
    column: usize,
}

impl CronLine {
    /// Reads a line; with `seconds` it has six fields, the seconds first.
    ///
    /// The refusal names the column, counted in characters from 1, and what to write instead.
    pub fn parse(text: &str, seconds: bool) -> Result<Self, LineError> {
        let all = words(text);
        let (zone, words) = match all.split_first() {
            Some((first, rest)) => match zone_prefix(*first)? {
                Some(zone) => (Some(zone), rest),
                None => (None, all.as_slice()),
            },
            None => (None, all.as_slice()),
        };
        let Some(first) = words.first() else {
            let message = "the schedule is empty";
            return Err(LineError::of(text.trim(), 1, message).hint(example(seconds)));
        };
        let (written, fields) = if first.text.starts_with('@') {
            let (name, meaning) = nickname(words, *first)?;
            (
                name.to_owned(),
                read(&self::words(meaning), false, meaning)?,
            )
        } else {
            let written: Vec<&str> = words.iter().map(|word| word.text).collect();
            (written.join(" "), read(words, seconds, text)?)
        };
        let text = match &zone {
            Some(zone) => format!("CRON_TZ={zone} {written}"),
            None => written,
        };
        let schedules = fields.schedules(&text)?;
        let elapsed = fields.minute.has_star || fields.hour.has_star;
        Ok(Self(Arc::new(Read {
            text,
            zone,
            elapsed,
            schedules,
        })))
    }

    /// The zone that the line itself names.
    #[must_use]
    pub fn zone(&self) -> Option<&Zone> {
        self.0.zone.as_ref()
    }

    /// Whether the job follows elapsed time when the clock is changed, because its minute or hour
    /// has a `*`; other jobs are fixed to their local time.
    #[must_use]
    pub fn follows_elapsed_time(&self) -> bool {
        self.0.elapsed
    }

    /// The first local time after `after` that the line matches, up to the year 2100.
    #[must_use]
    pub fn next_local(&self, after: NaiveDateTime) -> Option<NaiveDateTime> {
        let after = after.and_utc();
        self.0
            .schedules
            .iter()
            .filter_map(|schedule| schedule.after(&after).next())
            .min()
            .map(|next| next.naive_utc())
    }
}

impl fmt::Display for CronLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

/// The fields of a line.
struct Fields<'a> {
    second: Option<Field>,
    minute: Field,
    hour: Field,
    day: Field,
    month: Field,
    weekday: Field,
    day_word: Word<'a>,
}

impl Fields<'_> {
    fn schedules(&self, text: &str) -> Result<Vec<Schedule>, LineError> {
        let either = !self.day.leads_with_star && !self.weekday.leads_with_star;
        if !either {
            self.refuse_a_day_that_never_comes()?;
        }
        let second = self
            .second
            .map_or_else(|| "0".to_owned(), |second| second.listed(&SECOND, 0));
        let time = format!(
            "{second} {} {}",
            self.minute.listed(&MINUTE, 0),
            self.hour.listed(&HOUR, 0)
        );
        let day = self.day.listed(&DAY, 0);
        let month = self.month.listed(&MONTH, 0);
        // The crate counts weekdays from Sunday as 1.
        let weekday = self.weekday.listed(&WEEKDAY, 1);
        let lines = if either {
            vec![
                format!("{time} {day} {month} *"),
                format!("{time} * {month} {weekday}"),
            ]
        } else {
            vec![format!("{time} {day} {month} {weekday}")]
        };
        lines
            .iter()
            .map(|line| {
                Schedule::from_str(line).map_err(|error| {
                    LineError::of(text, 1, format!("`{text}` cannot be scheduled: {error}"))
                })
            })
            .collect()
    }

    fn refuse_a_day_that_never_comes(&self) -> Result<(), LineError> {
        let comes = (1..).zip(LONGEST).any(|(month, longest)| {
            self.month.holds(month) && (1..=longest).any(|day| self.day.holds(day))
        });
        if comes {
            return Ok(());
        }
        let Word { text, column } = self.day_word;
        let message = format!("day `{text}` never comes in the months of this line");
        Err(LineError::of(text, column, message)
            .hint("write a day that these months have, or `*` for every month"))
    }
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut column = 1;
    for part in text.split(char::is_whitespace) {
        if !part.is_empty() {
            words.push(Word { text: part, column });
        }
        column += part.chars().count() + 1;
    }
    words
}

fn zone_prefix(word: Word<'_>) -> Result<Option<Zone>, LineError> {
    let Some((key, name)) = word.text.split_once('=') else {
        return Ok(None);
    };
    if key != "CRON_TZ" && key != "TZ" {
        let message = format!("`{key}=` cannot be set in a schedule");
        return Err(LineError::of(word.text, word.column, message)
            .hint("only `CRON_TZ=Zone` may stand before the fields"));
    }
    let column = word.column + key.chars().count() + 1;
    match zone::named(name) {
        Ok(zone) => Ok(Some(zone)),
        Err(error) if name.is_empty() => {
            Err(LineError::of(word.text, word.column, error.to_string()).hint(error.hint))
        }
        Err(error) => Err(LineError::of(name, column, error.to_string()).hint(error.hint)),
    }
}

fn nickname(
    words: &[Word<'_>],
    first: Word<'_>,
) -> Result<(&'static str, &'static str), LineError> {
    let Word { text, column } = first;
    let lower = text.to_lowercase();
    let Some(&known) = NICKNAMES.iter().find(|(name, _)| *name == lower) else {
        let error = LineError::of(text, column, format!("there is no nickname `{text}`"));
        return Err(match lower.as_str() {
            "@reboot" => LineError::of(text, column, "`@reboot` names no time of day")
                .hint("run the script when the service starts, or write a time such as `@hourly`"),
            "@every" => LineError::of(text, column, "`@every` counts from an unknown start").hint(
                "write steps: `*/15 * * * *` is every 15 minutes, `0 */2 * * *` every two hours",
            ),
            _ => match nearest(&lower, NICKNAMES.iter().map(|(name, _)| *name)) {
                Some(name) => error.hint(format!("did you mean `{name}`?")),
                None => error.hint(format!("there are {}", names().join(", "))),
            },
        });
    };
    if let Some(extra) = words.get(1) {
        let message = format!("`{}` follows the nickname `{text}`", extra.text);
        return Err(
            LineError::of(extra.text, extra.column, message).hint("a nickname stands alone")
        );
    }
    Ok(known)
}

fn names() -> Vec<&'static str> {
    NICKNAMES.iter().map(|(name, _)| *name).collect()
}

fn example(seconds: bool) -> String {
    if seconds {
        "write six fields, such as `0 30 2 * * *` (second, minute, hour, day, month, weekday)"
    } else {
        "write five fields, such as `30 2 * * *` (minute, hour, day, month, weekday)"
    }
    .to_owned()
}

fn read<'a>(words: &[Word<'a>], seconds: bool, text: &str) -> Result<Fields<'a>, LineError> {
    let field = |unit: &Unit, word: &Word<'_>| Field::parse(unit, word.text, word.column);
    let (second, rest) = match words {
        [second, rest @ ..] if seconds && words.len() == 6 => (Some(field(&SECOND, second)?), rest),
        _ => (None, words),
    };
    match rest {
        [minute, hour, day, month, weekday] if second.is_some() == seconds => Ok(Fields {
            second,
            minute: field(&MINUTE, minute)?,
            hour: field(&HOUR, hour)?,
            day: field(&DAY, day)?,
            month: field(&MONTH, month)?,
            weekday: field(&WEEKDAY, weekday)?,
            day_word: *day,
        }),
        _ => Err(miscounted(words, seconds, text)),
    }
}

fn miscounted(words: &[Word<'_>], seconds: bool, text: &str) -> LineError {
    let wanted = if seconds { 6 } else { 5 };
    let message = match words.len() {
        1 => format!("the schedule has 1 field instead of {wanted}"),
        count => format!("the schedule has {count} fields instead of {wanted}"),
    };
    // Too many: the first one over is at fault. Too few: all of them are.
    let (at, length) = match (words.get(wanted), words.first(), words.last()) {
        (Some(extra), ..) => (extra.column, extra.text.chars().count()),
        (None, Some(first), Some(last)) => {
            let end = last.column + last.text.chars().count();
            (first.column, end.saturating_sub(first.column))
        }
        _ => (1, text.chars().count()),
    };
    let hint = match (seconds, words.len()) {
        (false, 6) => "a line with seconds first needs `seconds = true`; a command does not \
                       belong here"
            .to_owned(),
        (true, 5) => "the seconds come first: write `0` before the minute".to_owned(),
        _ => example(seconds),
    };
    LineError {
        message,
        column: at,
        length: length.max(1),
        hint: Some(hint),
    }
}

#[cfg(test)]
mod tests;
