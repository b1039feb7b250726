//! One field of a crontab line: the values it stands for.

use super::fault::LineError;
use crate::operation::nearest;

/// The longest month of each, in a leap year.
pub(super) const LONGEST: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// What a field counts.
#[derive(Debug)]
pub(super) struct Unit {
    /// Its name in messages.
    pub name: &'static str,
    /// The smallest value.
    pub min: u32,
    /// The largest value a user may write.
    pub max: u32,
    /// How many distinct values there are; weekdays write one of theirs twice.
    pub count: u32,
    /// Words for the values, the first for `min`.
    pub words: &'static [&'static str],
    /// The same words in full, which are only understood to suggest the short ones.
    pub long_words: &'static [&'static str],
    /// Whether a range may run over the end: `22-2`.
    pub wraps: bool,
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const LONG_MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
pub(super) const LONG_WEEKDAYS: [&str; 7] = [
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
];
pub(super) const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

pub(super) static SECOND: Unit = plain("second", 0, 59, false);
pub(super) static MINUTE: Unit = plain("minute", 0, 59, false);
pub(super) static HOUR: Unit = plain("hour", 0, 23, true);
pub(super) static DAY: Unit = plain("day of the month", 1, 31, true);
pub(super) static MONTH: Unit = Unit {
    words: &MONTHS,
    long_words: &LONG_MONTHS,
    ..plain("month", 1, 12, true)
};
pub(super) static WEEKDAY: Unit = Unit {
    count: 7,
    words: &WEEKDAYS,
    long_words: &LONG_WEEKDAYS,
    ..plain("weekday", 0, 7, true)
};

/// A unit whose values have no names and are each written in one way.
const fn plain(name: &'static str, min: u32, max: u32, wraps: bool) -> Unit {
    Unit {
        name,
        min,
        max,
        count: max - min + 1,
        words: &[],
        long_words: &[],
        wraps,
    }
}

impl Unit {
    /// The name with its article.
    fn one(&self) -> String {
        let article = if self.name == "hour" { "an" } else { "a" };
        format!("{article} {}", self.name)
    }
}

/// The values a field stands for, and whether it said so with a star.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// One bit per value; Sunday is 0.
    pub set: u64,
    /// Whether the field starts with `*`, which decides how the two day fields combine.
    pub leads_with_star: bool,
    /// Whether a `*` stands anywhere in it, which makes a job follow elapsed time.
    pub has_star: bool,
}

impl Field {
    /// Whether `value` is among the field's values.
    pub(super) const fn holds(&self, value: u32) -> bool {
        value < u64::BITS && self.set >> value & 1 == 1
    }

    /// Reads a field whose text starts at `column`.
    pub(super) fn parse(unit: &Unit, text: &str, column: usize) -> Result<Self, LineError> {
        let mut set = 0;
        let mut at = column;
        for item in text.split(',') {
            if item.is_empty() {
                return Err(empty_item(unit, text, column, at));
            }
            set |= item_set(unit, item, at)?;
            at += item.chars().count() + 1;
        }
        Ok(Self {
            set,
            leads_with_star: text.starts_with('*'),
            has_star: text.contains('*'),
        })
    }

    /// The field as a list that the `cron` crate reads, its numbers moved by `shift`.
    pub(super) fn listed(&self, unit: &Unit, shift: u32) -> String {
        let values = (unit.min..unit.min + unit.count).filter(|value| self.holds(*value));
        let numbers: Vec<String> = values.map(|value| (value + shift).to_string()).collect();
        numbers.join(",")
    }
}

fn empty_item(unit: &Unit, text: &str, column: usize, at: usize) -> LineError {
    // The comma at fault is the one before the gap, or the leading one.
    let comma = if at > column { at - 1 } else { at };
    let message = format!("an item of the {} list `{text}` is empty", unit.name);
    let kept: Vec<&str> = text.split(',').filter(|item| !item.is_empty()).collect();
    let error = LineError::of(",", comma, message);
    if kept.is_empty() {
        error.hint("write `*` for every value")
    } else {
        error.hint(format!("write `{}`", kept.join(",")))
    }
}

fn item_set(unit: &Unit, item: &str, column: usize) -> Result<u64, LineError> {
    let (range, step) = match item.split_once('/') {
        None => (item, None),
        Some((range, step)) => {
            let step_column = column + range.chars().count() + 1;
            (range, Some(step_of(unit, item, column, step, step_column)?))
        }
    };
    let (first, last) = if range == "*" {
        (unit.min, unit.min + unit.count - 1)
    } else if let Some((from, to)) = range.split_once('-') {
        ends(unit, range, from, to, column)?
    } else {
        let value = value_of(unit, range, column)?;
        if let Some(step) = step {
            let meant = format!("{range}-{}/{step}", unit.min + unit.count - 1);
            let message = format!(
                "`{item}` steps from a single {}, not through a range",
                unit.name
            );
            return Err(LineError::of(item, column, message).hint(format!("write `{meant}`")));
        }
        (value, value)
    };
    Ok(walk(unit, first, last, step.unwrap_or(1)))
}

fn step_of(
    unit: &Unit,
    item: &str,
    column: usize,
    text: &str,
    at: usize,
) -> Result<u32, LineError> {
    if text.is_empty() {
        return Err(
            LineError::of(item, column, format!("`{item}` has no step after its `/`"))
                .hint("write a number after the `/`, such as `*/2`"),
        );
    }
    let Some(step) = number(text) else {
        return Err(
            LineError::of(text, at, format!("the step `{text}` is not a number"))
                .hint("write one number after the `/`, such as `*/2`"),
        );
    };
    if step == 0 {
        return Err(
            LineError::of(text, at, format!("the step `{text}` would never move on"))
                .hint("write a step of 1 or more"),
        );
    }
    if step > unit.max {
        let message = format!(
            "the step `{text}` is longer than the {} field, which goes from {} to {}",
            unit.name, unit.min, unit.max
        );
        return Err(LineError::of(text, at, message).hint(long_step_hint(unit)));
    }
    Ok(step)
}

fn long_step_hint(unit: &Unit) -> String {
    match unit.name {
        "minute" => "longer steps go into the hour field: `0 */2 * * *` is every two hours".into(),
        "second" => {
            "longer steps go into the minute field: `0 */2 * * * *` is every two minutes".into()
        }
        "hour" => {
            "longer steps go into the day field: `0 0 */2 * *` is every second day of the month"
                .into()
        }
        _ => format!("write `{}` for the first {} only", unit.min, unit.name),
    }
}

fn ends(
    unit: &Unit,
    range: &str,
    from: &str,
    to: &str,
    column: usize,
) -> Result<(u32, u32), LineError> {
    if from.is_empty() || to.is_empty() {
        let missing = if from.is_empty() { "start" } else { "end" };
        let message = format!("the {} range `{range}` has no {missing}", unit.name);
        let (min, max) = (unit.min, unit.max);
        return Err(LineError::of(range, column, message)
            .hint(format!("write both ends, such as `{min}-{max}`")));
    }
    let first = value_of(unit, from, column)?;
    let last = value_of(unit, to, column + from.chars().count() + 1)?;
    if last < first && !unit.wraps {
        let message = format!("the {} range `{range}` runs backwards", unit.name);
        let meant = format!("{from}-{},{}-{to}", unit.max, unit.min);
        return Err(LineError::of(range, column, message).hint(format!(
            "write `{to}-{from}`, or `{meant}` if it should run over the end"
        )));
    }
    Ok((first, last))
}

/// The values from `first` to `last`, over the end if need be, every `step`-th of them.
fn walk(unit: &Unit, first: u32, last: u32, step: u32) -> u64 {
    let count = unit.count;
    let span = if last >= first {
        last - first
    } else {
        // A range such as `7-2` starts on a Sunday that is also 0.
        (last + count - first % count) % count
    };
    let step = usize::try_from(step).unwrap_or(1).max(1);
    (0..=span)
        .step_by(step)
        .map(|offset| unit.min + (first - unit.min + offset) % count)
        .fold(0, |set, value| set | 1 << value)
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u32::MAX))
}

fn value_of(unit: &Unit, text: &str, column: usize) -> Result<u32, LineError> {
    if let Some(value) = number(text) {
        if (unit.min..=unit.max).contains(&value) {
            return Ok(value);
        }
        let message = format!(
            "`{text}` is not {}: it goes from {} to {}",
            unit.one(),
            unit.min,
            unit.max
        );
        let hint = match (unit.name, value) {
            ("hour", 24) => "write `0` for midnight".to_owned(),
            ("minute" | "second", 60) => "write `0`, and the next hour or minute".to_owned(),
            _ => format!("write a number from {} to {}", unit.min, unit.max),
        };
        return Err(LineError::of(text, column, message).hint(hint));
    }
    let place = unit
        .words
        .iter()
        .position(|word| word.eq_ignore_ascii_case(text));
    if let Some(place) = place.and_then(|place| u32::try_from(place).ok()) {
        return Ok(unit.min + place);
    }
    Err(stranger(unit, text, column))
}

/// The refusal of a text that is neither a number nor one of the unit's words.
fn stranger(unit: &Unit, text: &str, column: usize) -> LineError {
    let error = LineError::of(text, column, format!("`{text}` is not {}", unit.one()));
    let lower = text.to_lowercase();
    let begun = unit
        .words
        .iter()
        .copied()
        .find(|word| lower.starts_with(word));
    let meant = begun
        .or_else(|| nearest(&lower, unit.words.iter().copied()))
        .or_else(|| nearest(&lower, unit.long_words.iter().copied())?.get(..3));
    if let Some(word) = meant {
        return error.hint(format!("did you mean `{word}`?"));
    }
    let hint = if MONTHS.contains(&lower.as_str()) {
        "months go into the field before the last"
    } else if WEEKDAYS.contains(&lower.as_str()) {
        "weekdays go into the last field"
    } else if text.contains('*') {
        "write `*` alone for every value, or `*/2` for every second one"
    } else if text == "?" {
        "write `*` for any day"
    } else if text.contains('~') {
        "random values are not known here: write one number"
    } else if text.contains('#') || lower.ends_with('l') || lower.ends_with('w') {
        "`L`, `W` and `#` are not known here: list the days by number"
    } else if unit.words.is_empty() {
        "write a number, a range such as `1-5`, a list such as `1,3`, or `*`"
    } else {
        "write a number, a name such as `mon` or `jan` in its field, a range, a list, or `*`"
    };
    error.hint(hint)
}
