//! The instants a crontab line means in a zone, across changes of the clock.
//!
//! A line fixed to a local time runs once a day, whatever the clock does: at the first instant
//! after a gap that swallowed its time, and only the first time an hour is repeated. A line with a
//! `*` in its minute or hour follows elapsed time: it matches every instant whose local time it
//! names, twice where an hour is repeated and never where it is missing.

mod answered;

use chrono::{
    DateTime, Datelike, MappedLocalTime, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc,
};

use super::line::CronLine;
use crate::zone::{Zone, first_second};
use answered::Answered;

/// The years in which fires are looked for.
const FIRST_YEAR: i32 = 1970;
const LAST_YEAR: i32 = 2100;

/// How many candidates that the zone skipped are passed over before the search gives up. A line is
/// skipped a few times a year at most.
const MOST_SKIPS: usize = 2_000;

/// A crontab line in a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    line: CronLine,
    zone: Zone,
    answered: Answered,
}

impl Calendar {
    /// The line in the zone it names, or else in `zone`.
    #[must_use]
    pub fn new(line: CronLine, zone: Zone) -> Self {
        let zone = line.zone().cloned().unwrap_or(zone);
        Self {
            line,
            zone,
            answered: Answered::default(),
        }
    }

    /// The line.
    #[must_use]
    pub const fn line(&self) -> &CronLine {
        &self.line
    }

    /// The zone whose local time the line means.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The first fire strictly after `after`; none when there is none until the year 2100.
    #[must_use]
    pub fn next_after(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let after = self.within_years(after)?;
        self.answered.or_find(after, || {
            if self.line.follows_elapsed_time() {
                self.next_elapsed(after)
            } else {
                self.next_fixed(after)
            }
        })
    }

    /// The fires after `after`, in order.
    pub fn fires_after(&self, after: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        std::iter::successors(self.next_after(after), |fire| self.next_after(*fire))
    }

    /// The instant to search from, in whole seconds; fires lie on whole seconds.
    fn within_years(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if after.year() > LAST_YEAR {
            return None;
        }
        if after.year() < FIRST_YEAR {
            let start = NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1)?.and_hms_opt(0, 0, 0)?;
            return Some(self.zone.first_at(start)? - TimeDelta::seconds(1));
        }
        after.with_nanosecond(0)
    }

    fn next_fixed(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut local = self.zone.local(after);
        if let MappedLocalTime::Ambiguous(first, second) = self.zone.instants(local)
            && first < after
            && second == after
        {
            // In the second pass of a fold the whole fold has been served by the first.
            local = self.fold(first, second).1 - TimeDelta::seconds(1);
        }
        for _ in 0..MOST_SKIPS {
            local = self.line.next_local(local)?;
            let fire = self.zone.first_at(local)?;
            if fire > after {
                return Some(fire);
            }
        }
        None
    }

    fn next_elapsed(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut local = self.zone.local(after);
        if let MappedLocalTime::Ambiguous(first, second) = self.zone.instants(local)
            && first == after
        {
            let (start, end) = self.fold(first, second);
            let rest_of_first_pass = self.line.next_local(local).filter(|next| *next < end);
            if rest_of_first_pass.is_none()
                && let Some(again) = self.line.next_local(start - TimeDelta::seconds(1))
                && again < end
            {
                return self.zone.instants(again).latest();
            }
        }
        for _ in 0..MOST_SKIPS {
            let next = self.line.next_local(local)?;
            let instants = self.zone.instants(next);
            let fire = [instants.earliest(), instants.latest()]
                .into_iter()
                .flatten()
                .find(|instant| *instant > after);
            if fire.is_some() {
                return fire;
            }
            local = match instants {
                MappedLocalTime::None => {
                    self.zone.local(self.zone.gap_end(next)?) - TimeDelta::seconds(1)
                }
                _ => next,
            };
        }
        None
    }

    /// The local times at which a fold starts and ends, given the two instants of one within.
    fn fold(&self, first: DateTime<Utc>, second: DateTime<Utc>) -> (NaiveDateTime, NaiveDateTime) {
        let span = second - first;
        let offset = self.zone.local(second) - second.naive_utc();
        let change = first_second(first, second, |instant| {
            self.zone.local(instant) - instant.naive_utc() == offset
        });
        let start = self.zone.local(change);
        (start, start + span)
    }
}

#[cfg(test)]
pub(super) mod oracle;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod walk;
