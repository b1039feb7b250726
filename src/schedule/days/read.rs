//! The text of one entry of a set of days.

use chrono::NaiveDate;

use super::rule::{Counted, Rule, Yearly};
use crate::operation::nearest;
use crate::schedule::fault::LineError;
use crate::schedule::field::{Field, LONG_WEEKDAYS, LONGEST, WEEKDAY, WEEKDAYS};

const ORDINALS: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];

/// What an entry may look like, for whoever wrote something else.
const FORMS: &str = "write a date `2026-12-25`, a range `2026-12-24..2027-01-02`, a day of every \
                     year `12-25`, weekdays `sat-sun`, or a day of the month such as `last fri`, \
                     `1st mon` or `last business day`";

/// Texts that a slip may have been meant as.
const PHRASES: [&str; 6] = [
    "last day",
    "first day",
    "business day",
    "last business day",
    "first business day",
    "2nd business day",
];

/// The text of an entry, with the column its content starts at.
pub(super) struct Text<'a> {
    text: &'a str,
    column: usize,
}

/// Whether a text is an entry rather than the name of a calendar.
pub(in crate::schedule) fn is_entry(text: &str) -> bool {
    Text::new(text).rule(&[]).is_ok()
}

impl<'a> Text<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let blank = text.chars().take_while(|c| c.is_whitespace()).count();
        Self {
            text: text.trim(),
            column: 1 + blank,
        }
    }

    fn refuse(&self, message: String) -> LineError {
        LineError::of(self.text, self.column, message)
    }

    /// A piece of the text, which starts at this byte of it.
    fn piece(&self, piece: &'a str, start: usize) -> Self {
        let before = self.text.get(..start).unwrap_or_default();
        let blank = piece.chars().take_while(|c| c.is_whitespace()).count();
        Self {
            text: piece.trim(),
            column: self.column + before.chars().count() + blank,
        }
    }

    pub(super) fn rule(&self, names: &[&str]) -> Result<Rule, LineError> {
        if self.text.is_empty() {
            return Err(self.refuse("an entry is empty".to_owned()).hint(FORMS));
        }
        if let Some((from, to)) = self.text.split_once("..") {
            return self.range(&self.piece(from, 0), &self.piece(to, from.len() + 2));
        }
        if self.text.starts_with(|c: char| c.is_ascii_digit()) && !self.text.contains(' ') {
            if let Some(weekdays) = self.text.find(|c: char| c.is_ascii_alphabetic()) {
                let rest = self.text.get(weekdays..).unwrap_or_default();
                return Err(self.refuse(format!("`{}` is no day", self.text)).hint(
                    if matches!(rest, "st" | "nd" | "rd" | "th") {
                        format!(
                            "write what is counted: `{} day`, `{} mon`",
                            self.text, self.text
                        )
                    } else {
                        FORMS.to_owned()
                    },
                ));
            }
            return match self.day()? {
                Day::Of(date) => Ok(Rule::Dates(date, date)),
                Day::Yearly(day) => Ok(Rule::Yearly(day, day)),
            };
        }
        if let Some(weekdays) = self.weekdays()? {
            return Ok(Rule::Weekdays(weekdays));
        }
        self.in_month(names)
    }

    fn range(&self, from: &Self, to: &Self) -> Result<Rule, LineError> {
        for (end, what) in [(from, "start"), (to, "end")] {
            if end.text.is_empty() {
                return Err(self
                    .refuse(format!("the range `{}` has no {what}", self.text))
                    .hint("write both days, such as `2026-12-24..2027-01-02` or `12-24..01-02`"));
            }
        }
        match (from.day()?, to.day()?) {
            (Day::Of(first), Day::Of(last)) if first > last => Err(self
                .refuse(format!("the range `{}` runs backwards", self.text))
                .hint(format!("write `{last}..{first}`"))),
            (Day::Of(first), Day::Of(last)) => Ok(Rule::Dates(first, last)),
            (Day::Yearly(first), Day::Yearly(last)) => Ok(Rule::Yearly(first, last)),
            _ => Err(self
                .refuse(format!(
                    "only one end of the range `{}` has a year",
                    self.text
                ))
                .hint("write the year at both ends, or at neither for every year")),
        }
    }

    /// A date, or a day of every year.
    fn day(&self) -> Result<Day, LineError> {
        let text = self.text;
        let numbers: Vec<&str> = text.split('-').collect();
        let are_numbers = numbers
            .iter()
            .all(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()));
        let number = |text: &str| text.parse::<u32>().unwrap_or(u32::MAX);
        let (year, month, day) = match numbers[..] {
            [year, month, day] if are_numbers && year.len() == 4 => {
                (Some(number(year)), number(month), number(day))
            }
            [month, day] if are_numbers && month.len() <= 2 => (None, number(month), number(day)),
            _ => {
                return Err(self
                    .refuse(format!("`{text}` is no day"))
                    .hint("write it like `2026-12-25`, or `12-25` for every year"));
            }
        };
        let written = match year {
            Some(year) => format!("{year:04}-{month:02}-{day:02}"),
            None => format!("{month:02}-{day:02}"),
        };
        let longest = (1..).zip(LONGEST).find(|(it, _)| *it == month);
        let Some((_, longest)) = longest else {
            return Err(self
                .refuse(format!("`{text}` names month {month}, but a year has 12"))
                .hint("the month stands before the day: `2026-12-25`, `12-25`"));
        };
        let longest = match year {
            Some(year) => i32::try_from(year)
                .ok()
                .and_then(|year| NaiveDate::from_ymd_opt(year, month, 1))
                .map_or(longest, |first| {
                    u32::from(chrono::Datelike::num_days_in_month(&first))
                }),
            None => longest,
        };
        if !(1..=longest).contains(&day) {
            let month = match year {
                Some(year) => format!("{year:04}-{month:02}"),
                None => format!("month {month:02}"),
            };
            return Err(self
                .refuse(format!("`{text}` never comes: {month} has {longest} days"))
                .hint(format!(
                    "write a day from 1 to {longest}, or `last day` for the end of a month"
                )));
        }
        if text != written {
            return Err(self
                .refuse(format!("`{text}` is no day"))
                .hint(format!("did you mean `{written}`?")));
        }
        let Some(year) = year else {
            return Ok(Day::Yearly((month, day)));
        };
        i32::try_from(year)
            .ok()
            .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
            .map(Day::Of)
            .ok_or_else(|| self.refuse(format!("`{text}` is no day")).hint(FORMS))
    }

    /// Weekdays as in the last field of a crontab line, but by their names alone: a number would
    /// look like a day of the month.
    fn weekdays(&self) -> Result<Option<u64>, LineError> {
        let words = || self.text.split([',', '-']);
        let is_name = |word: &str| WEEKDAYS.iter().any(|it| it.eq_ignore_ascii_case(word));
        if !words().any(is_name) || self.text.contains(' ') {
            return Ok(None);
        }
        if let Some(stranger) = words().find(|word| !is_name(word)) {
            let error = self.refuse(format!("`{stranger}` in `{}` is no weekday", self.text));
            return Err(match weekday_meant(stranger) {
                Some(word) => error.hint(format!("did you mean `{word}`?")),
                None => error.hint("write weekdays such as `sat`, `mon-fri` or `tue,thu`"),
            });
        }
        Field::parse(&WEEKDAY, self.text, self.column).map(|field| Some(field.set))
    }

    /// A day counted within its month: `last day`, `2nd fri`, `3rd last business day`.
    fn in_month(&self, names: &[&str]) -> Result<Rule, LineError> {
        let lower = self.text.to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        let (counts, kind) = match &words[..] {
            [counts @ .., "business", "day"] => (counts, Some(Counted::BusinessDay)),
            [counts @ .., "day"] => (counts, Some(Counted::Day)),
            [counts @ .., last] => {
                let weekday = WEEKDAYS.iter().zip(0..).find(|(name, _)| *name == last);
                (counts, weekday.map(|(_, number)| Counted::Weekday(number)))
            }
            [] => (&[][..], None),
        };
        let (Some(counted), false) = (
            kind,
            counts.is_empty() && kind != Some(Counted::BusinessDay),
        ) else {
            return Err(self.stranger(&words, names));
        };
        let (place, from_end) = match counts {
            [] => return Ok(Rule::BusinessDays),
            ["last"] => (1, true),
            ["last", "last"] => {
                return Err(self
                    .refuse(format!("`{}` says `last` twice", self.text))
                    .hint("write it once, or count from the end: `2nd last day`"));
            }
            [count] => (self.place(count)?, false),
            [count, "last"] => (self.place(count)?, true),
            _ => return Err(self.stranger(&words, names)),
        };
        let (most, what) = match counted {
            Counted::Day => (31, "days"),
            Counted::Weekday(_) => (5, "of a weekday"),
            Counted::BusinessDay => (23, "business days"),
        };
        if !(1..=most).contains(&place) {
            return Err(self
                .refuse(format!(
                    "`{}` never comes: a month has at most {most} {what}",
                    self.text
                ))
                .hint(format!("count from 1 to {most}")));
        }
        Ok(Rule::InMonth {
            place,
            from_end,
            counted,
        })
    }

    fn place(&self, word: &str) -> Result<u32, LineError> {
        if let Some((_, place)) = ORDINALS.iter().zip(1..).find(|(name, _)| *name == &word) {
            return Ok(place);
        }
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let error = self.refuse(format!(
            "`{word}` in `{}` is no place in a month",
            self.text
        ));
        match digits.parse::<u32>() {
            Ok(place) => {
                let right = ordinal(place);
                if right == word {
                    Ok(place)
                } else {
                    Err(error.hint(format!("did you mean `{right}`?")))
                }
            }
            Err(_) => Err(
                match nearest(word, ORDINALS.into_iter().chain(["last", "business"]))
                    // It is a word of these, where it does not belong.
                    .filter(|near| *near != word)
                {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => error.hint("write `first`, `2nd`, `last`, or `2nd last`"),
                },
            ),
        }
    }

    /// The refusal of what is no entry at all.
    fn stranger(&self, words: &[&str], names: &[&str]) -> LineError {
        let lower = words.join(" ");
        let error = self.refuse(if names.is_empty() {
            format!("`{}` is no day", self.text)
        } else {
            format!(
                "`{}` is neither a calendar of this file nor a day",
                self.text
            )
        });
        let weekday = match words {
            [.., last] => weekday_meant(last),
            [] => None,
        };
        let meant = nearest(&lower, names.iter().copied())
            .map(str::to_owned)
            .or_else(|| {
                let before = words.split_last()?.1;
                let weekday = weekday?;
                Some([before, &[weekday]].concat().join(" "))
            })
            .or_else(|| nearest(&lower, PHRASES).map(str::to_owned));
        match meant {
            Some(meant) => error.hint(format!("did you mean `{meant}`?")),
            None => error.hint(FORMS),
        }
    }
}

enum Day {
    Of(NaiveDate),
    Yearly(Yearly),
}

/// The short name of a weekday written in full, or with a slip.
pub(in crate::schedule) fn weekday_meant(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    nearest(&lower, LONG_WEEKDAYS)
        .and_then(|long| long.get(..3))
        .or_else(|| nearest(&lower, WEEKDAYS))
}

fn ordinal(place: u32) -> String {
    let ending = match (place % 10, place % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{place}{ending}")
}
