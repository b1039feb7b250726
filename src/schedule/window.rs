//! Maintenance windows: the spans of a week in which a job may be at work.
//!
//! A window opens when the clock of its zone first shows its start, and closes when that clock first
//! shows its end, whatever the clock does in between. One whose start and end both fall into a gap of
//! the clock does not open that day.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::fault::LineError;
use super::field::{Field, WEEKDAY, WEEKDAYS};
use crate::zone::Zone;

const DAY: u32 = 24 * 60;

/// How far ahead windows that follow each other are looked through before they count as closing.
const FARTHEST: TimeDelta = TimeDelta::days(366);

/// How many days ahead a window opens at the latest, those left out that the zone skips.
const MOST_DAYS: usize = 30;

const EXAMPLE: &str =
    "write `22:00-06:00`, or `sat-sun 22:00-06:00` for the days on which it opens";

/// One window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The weekdays on which it opens, one bit each; Sunday is the lowest.
    weekdays: u64,
    /// When it opens, in minutes of the day.
    opens: u32,
    /// When it closes: at most 24:00, and on the next day where that is not later than it opens.
    closes: u32,
}

impl Window {
    /// Reads `22:00-06:00` or `sat-sun 22:00-06:00`; the refusal names the column.
    pub fn parse(text: &str) -> Result<Self, LineError> {
        let column = 1 + text.chars().take_while(|c| c.is_whitespace()).count();
        let text = text.trim();
        let refuse = |message: String| LineError::of(text, column, message);
        if text.is_empty() {
            return Err(refuse("the window is empty".to_owned()).hint(EXAMPLE));
        }
        let (weekdays, times) = match text.rsplit_once(char::is_whitespace) {
            Some((weekdays, times)) => (weekdays_of(weekdays.trim_end(), column)?, times),
            None if text.contains(':') => (0x7f, text),
            None if weekdays_of(text, column).is_ok() => {
                return Err(refuse(format!("the window `{text}` has no times"))
                    .hint(format!("write `{text} 00:00-24:00` for whole days")));
            }
            None => return Err(refuse(format!("`{text}` is no window")).hint(EXAMPLE)),
        };
        let at = column + text.chars().count() - times.chars().count();
        let Some((from, to)) = times.split_once('-') else {
            return Err(LineError::of(times, at, format!("`{times}` has no end")).hint(EXAMPLE));
        };
        let to_column = at + from.chars().count() + 1;
        let (opens, closes) = (minute_of(from, at)?, minute_of(to, to_column)?);
        if opens == DAY {
            return Err(
                LineError::of(from, at, "a window cannot open at `24:00`".to_owned())
                    .hint("write `00:00`, and the day after"),
            );
        }
        if opens == closes {
            return Err(LineError::of(
                times,
                at,
                format!("the window `{times}` closes when it opens"),
            )
            .hint("write `00:00-24:00` for a whole day"));
        }
        Ok(Self {
            weekdays,
            opens,
            closes,
        })
    }

    /// When it opens and closes, if it does so on this day.
    fn on(&self, date: NaiveDate, zone: &Zone) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        if self.weekdays >> date.weekday().num_days_from_sunday() & 1 == 0 {
            return None;
        }
        let at = |date: NaiveDate, minute: u32| {
            let local = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(minute.into());
            zone.first_at(local)
        };
        let last = if self.closes <= self.opens {
            date.succ_opt()?
        } else {
            date
        };
        let (opens, closes) = (at(date, self.opens)?, at(last, self.closes)?);
        (opens < closes).then_some((opens, closes))
    }
}

/// The windows of a job, in their zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Windows {
    zone: Zone,
    windows: Vec<Window>,
}

impl Windows {
    /// Windows by the clocks of a zone.
    #[must_use]
    pub const fn new(windows: Vec<Window>, zone: Zone) -> Self {
        Self { zone, windows }
    }

    /// When what is open at this instant closes; none when nothing is open. Windows that touch or
    /// overlap are one, which counts as closing in a year when it never does.
    #[must_use]
    pub fn closes(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut end = self.closes_next(at)?;
        while let Some(next) = self.closes_next(end) {
            end = next;
            if end - at > FARTHEST {
                break;
            }
        }
        Some(end)
    }

    /// The latest close of the windows that hold an instant.
    fn closes_next(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // It opened today or yesterday, or tomorrow if the clock went back over midnight since.
        let today = self.zone.local(at).date();
        let yesterday = today.pred_opt().unwrap_or(today);
        yesterday
            .iter_days()
            .take(3)
            .flat_map(|date| self.on(date))
            .filter(|(opens, closes)| *opens <= at && at < *closes)
            .map(|(_, closes)| closes)
            .max()
    }

    /// The first instant after `at` at which a window opens.
    #[must_use]
    pub fn opens_after(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let today = self.zone.local(at).date();
        let yesterday = today.pred_opt().unwrap_or(today);
        // What opens on a later day opens later.
        yesterday.iter_days().take(MOST_DAYS).find_map(|date| {
            let opens = self.on(date).map(|(opens, _)| opens);
            opens.filter(|opens| *opens > at).min()
        })
    }

    /// When the windows of a day open and close.
    fn on(&self, date: NaiveDate) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
        let windows = self.windows.iter();
        windows.filter_map(move |window| window.on(date, &self.zone))
    }
}

fn weekdays_of(text: &str, column: usize) -> Result<u64, LineError> {
    let is_name = |word: &str| WEEKDAYS.iter().any(|it| it.eq_ignore_ascii_case(word));
    if let Some(stranger) = text.split([',', '-']).find(|word| !is_name(word)) {
        let error = LineError::of(text, column, format!("`{stranger}` is no weekday"));
        return Err(match super::days::weekday_meant(stranger) {
            Some(word) => error.hint(format!("did you mean `{word}`?")),
            None => error.hint(EXAMPLE),
        });
    }
    Field::parse(&WEEKDAY, text, column).map(|field| field.set)
}

/// The minute of the day that a text such as `22:00` names.
fn minute_of(text: &str, column: usize) -> Result<u32, LineError> {
    let number = |text: &str| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<u32>().ok()).flatten()
    };
    let parts = text.split_once(':');
    let time = parts.and_then(|(hour, minute)| Some((number(hour)?, number(minute)?)));
    match time {
        Some((24, 0)) => Ok(DAY),
        Some((hour @ 0..=23, minute @ 0..=59)) => Ok(hour * 60 + minute),
        Some(_) => Err(
            LineError::of(text, column, format!("no clock shows `{text}`"))
                .hint("a time is from `00:00` to `24:00`"),
        ),
        None => Err(
            LineError::of(text, column, format!("`{text}` is no time of day"))
                .hint("write hours and minutes with two digits each, such as `06:00`"),
        ),
    }
}

#[cfg(test)]
mod tests;
