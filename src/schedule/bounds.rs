//! What narrows the schedules of a job: days left out, days kept to, a first and a last instant, and
//! maintenance windows.

mod entry;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::calendar::Calendar;
use super::days::Days;
use super::window::Windows;
use crate::zone::Zone;
pub(super) use entry::read_bounds;

/// No day after this one is looked at: calendars end with the year 2100.
const LAST_YEAR: i32 = 2100;

/// What narrows the schedules of a job. By default nothing does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The days on which the job is not due.
    pub except: Days,
    /// The only days on which it is due, if it keeps to some.
    pub only: Option<Days>,
    /// The days that are no business days; empty where none of the days above asks for them.
    pub holidays: Days,
    /// The first instant at which the job may be due.
    pub not_before: Option<DateTime<Utc>>,
    /// The last instant at which the job may be due.
    pub not_after: Option<DateTime<Utc>>,
    /// The windows that the job may not leave, if it has any.
    pub windows: Option<Windows>,
}

/// What the bounds say of a fire.
enum Judged {
    /// It is within them.
    Due,
    /// It is outside, and so is everything before this instant.
    Early(DateTime<Utc>),
    /// It is outside, and so is everything after it.
    Never,
}

impl Bounds {
    /// The first fire of a calendar strictly after `after` that is within the bounds.
    #[must_use]
    pub fn next_after(&self, calendar: &Calendar, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut after = match self.not_before {
            Some(first) => after.max(first - TimeDelta::nanoseconds(1)),
            None => after,
        };
        loop {
            let fire = calendar.next_after(after)?;
            if self.not_after.is_some_and(|last| fire > last) {
                return None;
            }
            if self.have_neither_days_nor_windows() {
                return Some(fire);
            }
            match self.judged(calendar.zone(), fire) {
                Judged::Due => return Some(fire),
                // A clock that was set back over midnight may name an instant that is past.
                Judged::Early(until) => after = fire.max(until - TimeDelta::nanoseconds(1)),
                Judged::Never => return None,
            }
        }
    }

    /// Whether every fire is within the days and the windows: that of most jobs, whose local date
    /// nobody needs to know then.
    fn have_neither_days_nor_windows(&self) -> bool {
        self.except.is_empty() && self.only.is_none() && self.windows.is_none()
    }

    /// Whether a fire is within the days and the windows.
    fn judged(&self, zone: &Zone, fire: DateTime<Utc>) -> Judged {
        let date = zone.local(fire).date();
        if !self.allow(date) {
            return self
                .after_day(zone, date, fire)
                .map_or(Judged::Never, Judged::Early);
        }
        match &self.windows {
            Some(windows) if windows.closes(fire).is_none() => windows
                .opens_after(fire)
                .map_or(Judged::Never, Judged::Early),
            _ => Judged::Due,
        }
    }

    /// Where to look on when a fire's date is left out: where the next begins that is not, so that
    /// days are passed over whole.
    fn after_day(
        &self,
        zone: &Zone,
        date: NaiveDate,
        fire: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let midnight = |date: NaiveDate| date.and_time(NaiveTime::MIN);
        // The clock may go back over midnight, into a day that counts.
        let again = midnight(date) - TimeDelta::seconds(1);
        if self.allow(again.date()) && zone.instants(again).latest().is_some_and(|it| it > fire) {
            return Some(fire);
        }
        let next = date
            .iter_days()
            .skip(1)
            .take_while(|date| date.year() <= LAST_YEAR)
            .find(|date| self.allow(*date))?;
        zone.first_at(midnight(next))
    }

    /// Whether the job may be due on a date.
    fn allow(&self, date: NaiveDate) -> bool {
        let holds = |days: &Days| days.hold(date, &self.holidays);
        !holds(&self.except) && self.only.as_ref().is_none_or(holds)
    }

    /// When a run that is at work at `at` has to be over: none when the job has no window, `at`
    /// itself when none is open.
    #[must_use]
    pub fn window_of(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let windows = self.windows.as_ref()?;
        Some(windows.closes(at).unwrap_or(at))
    }
}

#[cfg(test)]
mod tests;
