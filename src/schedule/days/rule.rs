//! One entry of a set of days, and the dates it means.

use chrono::{Datelike, NaiveDate};

/// A day of every year: month and day.
pub(super) type Yearly = (u32, u32);

/// What is counted within a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    /// Every day.
    Day,
    /// The days of one weekday; Sunday is 0.
    Weekday(u32),
    /// Monday to Friday without the holidays.
    BusinessDay,
}

/// One entry of a set of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// From a date to another, both included.
    Dates(NaiveDate, NaiveDate),
    /// From a day of every year to another, both included, over new year where they run backwards.
    Yearly(Yearly, Yearly),
    /// Weekdays, one bit each; Sunday is the lowest.
    Weekdays(u64),
    /// Every business day.
    BusinessDays,
    /// The so many-th of its kind in the month, counted from its start or its end.
    InMonth {
        /// From 1.
        place: u32,
        /// Whether it is counted from the end.
        from_end: bool,
        /// What is counted.
        counted: Counted,
    },
}

impl Rule {
    /// Whether a date is meant.
    pub(super) fn holds(
        &self,
        date: NaiveDate,
        is_business_day: &dyn Fn(NaiveDate) -> bool,
    ) -> bool {
        match *self {
            Self::Dates(first, last) => (first..=last).contains(&date),
            Self::Yearly(first, last) => {
                let day = (date.month(), date.day());
                if first <= last {
                    (first..=last).contains(&day)
                } else {
                    day >= first || day <= last
                }
            }
            Self::Weekdays(set) => set >> date.weekday().num_days_from_sunday() & 1 == 1,
            Self::BusinessDays => is_business_day(date),
            Self::InMonth {
                place,
                from_end,
                counted,
            } => {
                let days = u32::from(date.num_days_in_month());
                // The day's own place among the days of the month, and those before it in the count.
                let nth = if from_end {
                    days - date.day() + 1
                } else {
                    date.day()
                };
                match counted {
                    Counted::Day => nth == place,
                    Counted::Weekday(weekday) => {
                        date.weekday().num_days_from_sunday() == weekday && nth.div_ceil(7) == place
                    }
                    Counted::BusinessDay => {
                        let passed = if from_end {
                            date.day()..=days
                        } else {
                            1..=date.day()
                        };
                        is_business_day(date)
                            && passed
                                .filter_map(|day| date.with_day(day))
                                .filter(|day| is_business_day(*day))
                                .zip(1..)
                                .last()
                                .is_some_and(|(_, count)| count == place)
                    }
                }
            }
        }
    }

    /// Whether the holidays matter to it.
    pub(super) const fn is_of_business_days(&self) -> bool {
        matches!(
            self,
            Self::BusinessDays
                | Self::InMonth {
                    counted: Counted::BusinessDay,
                    ..
                }
        )
    }
}
