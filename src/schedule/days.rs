//! A set of days: dates, ranges, days of every year, weekdays, and days counted within their month.
//!
//! A business day is a Monday to Friday that is no holiday. Which days are holidays is not for a set
//! to know: whoever asks says so.

mod read;
mod rule;

use chrono::{Datelike, NaiveDate};

use super::fault::LineError;
use read::Text;
pub(super) use read::{is_entry, weekday_meant};
use rule::Rule;

/// A set of days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days(Vec<Rule>);

impl Days {
    /// Reads one entry: `2026-12-25`, `2026-12-24..2027-01-02`, `12-24..01-02`, `sat-sun`, `last fri`,
    /// `2nd business day`.
    ///
    /// The refusal names the column, counted in characters from 1, and what to write instead. `names`
    /// are those of calendars, which may have been meant.
    pub fn entry(text: &str, names: &[&str]) -> Result<Self, LineError> {
        Text::new(text).rule(names).map(|rule| Self(vec![rule]))
    }

    /// Reads entries; the set is all of their days.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, LineError> {
        let mut days = Self::default();
        for entry in entries {
            days.add(Self::entry(entry, &[])?);
        }
        Ok(days)
    }

    /// Whether no day is in the set.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the days of another set.
    pub fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether a date is in the set, where `holidays` are no business days.
    #[must_use]
    pub fn hold(&self, date: NaiveDate, holidays: &Self) -> bool {
        let is_business_day = |date: NaiveDate| {
            date.weekday().num_days_from_monday() < 5
                && !holidays.0.iter().any(|rule| rule.holds(date, &|_| false))
        };
        self.0.iter().any(|rule| rule.holds(date, &is_business_day))
    }

    /// Whether the set is told by business days, so that the holidays matter to it.
    #[must_use]
    pub fn ask_for_business_days(&self) -> bool {
        self.0.iter().any(Rule::is_of_business_days)
    }
}

#[cfg(test)]
mod tests;
