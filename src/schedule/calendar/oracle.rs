//! Crontab lines by the thousand against a walk through every minute around the changes of twelve
//! zones' clocks.
//!
//! The walk reads a line's fields itself and asks another time zone library, so that it shares no
//! step with the calendar. `MW_CALENDAR=20000` draws so many lines instead of a few.

use std::time::Instant;

use chrono::{DateTime, Datelike, NaiveDateTime, Offset, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use fastrand::Rng;

use super::Calendar;
use crate::schedule::CronLine;
use crate::zone::named;

pub(in crate::schedule) const ZONES: [&str; 12] = [
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Casablanca",
    "Pacific/Apia",
    "America/New_York",
    "Europe/Berlin",
    "Asia/Tehran",
    "America/Havana",
    "Antarctica/Troll",
    "Asia/Gaza",
    "UTC",
];

/// The fires that are compared from one instant on.
const MOST_FIRES: usize = 100;

/// Five days, and before them as long as any change of a clock reaches back.
const SPAN: i64 = 5 * 24 * 60;
const RUN_UP: i64 = 50 * 60;

/// The values of a field's text, from its grammar: items, each a star, a value or a range, with a
/// step.
fn values(text: &str, low: u32, high: u32, names: &[&str]) -> Vec<bool> {
    let count = if high == 7 { 7 } else { high - low + 1 };
    let read = |word: &str| {
        names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(word))
            .map_or_else(
                || word.parse::<u32>().unwrap(),
                |index| low + u32::try_from(index).unwrap(),
            )
    };
    let mut on = vec![false; 64];
    for item in text.split(',') {
        let (range, step) = item.split_once('/').unwrap_or((item, "1"));
        let step: u32 = step.parse().unwrap();
        let (first, length) = match range.split_once('-') {
            _ if range == "*" => (low, count),
            None => (read(range), 1),
            Some((first, last)) => {
                let (first, last) = (read(first), read(last));
                let over = if last < first { count } else { 0 };
                (first, last + over - first + 1)
            }
        };
        for offset in (0..length).filter(|offset| offset % step == 0) {
            let value = low + (first - low + offset) % count;
            on[usize::try_from(value).unwrap()] = true;
        }
    }
    on
}

/// A line by its fields.
struct Read {
    minute: Vec<bool>,
    hour: Vec<bool>,
    day: Vec<bool>,
    month: Vec<bool>,
    weekday: Vec<bool>,
    both: bool,
    starred: bool,
}

impl Read {
    fn of(line: &str) -> Self {
        let fields: Vec<&str> = line.split(' ').collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            panic!("{line}");
        };
        Self {
            minute: values(minute, 0, 59, &[]),
            hour: values(hour, 0, 23, &[]),
            day: values(day, 1, 31, &[]),
            month: values(month, 1, 12, &MONTHS),
            weekday: values(weekday, 0, 7, &WEEKDAYS),
            both: day.starts_with('*') || weekday.starts_with('*'),
            starred: minute.contains('*') || hour.contains('*'),
        }
    }

    fn names(&self, minute: &Minute) -> bool {
        if !self.minute[minute.of_hour] || !self.hour[minute.hour] || !self.month[minute.month] {
            return false;
        }
        let (day, weekday) = (self.day[minute.day], self.weekday[minute.weekday]);
        if self.both {
            day && weekday
        } else {
            day || weekday
        }
    }
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// What a clock shows.
#[derive(Clone, Copy)]
struct Minute {
    local: NaiveDateTime,
    of_hour: usize,
    hour: usize,
    day: usize,
    month: usize,
    weekday: usize,
}

impl Minute {
    fn of(local: NaiveDateTime) -> Self {
        let number = |value: u32| usize::try_from(value).unwrap();
        Self {
            local,
            of_hour: number(local.minute()),
            hour: number(local.hour()),
            day: number(local.day()),
            month: number(local.month()),
            weekday: number(local.weekday().num_days_from_sunday()),
        }
    }
}

/// Every minute of a while, with what the clock shows and which minutes it showed or leapt over for
/// the first time in it.
pub(in crate::schedule) struct Film {
    start: DateTime<Utc>,
    shown: Vec<Minute>,
    reached: Vec<Vec<Minute>>,
}

impl Film {
    /// The days from `start` on.
    pub(in crate::schedule) fn of(zone: Tz, start: DateTime<Utc>) -> Self {
        let local = |count: i64| {
            (start + TimeDelta::minutes(count))
                .with_timezone(&zone)
                .naive_local()
        };
        let mut latest = local(-1);
        let mut film = Self {
            start,
            shown: Vec::new(),
            reached: Vec::new(),
        };
        for count in 0..RUN_UP + SPAN {
            let now = local(count);
            let mut reached = Vec::new();
            while latest < now {
                latest += TimeDelta::minutes(1);
                reached.push(Minute::of(latest));
            }
            film.shown.push(Minute::of(now));
            film.reached.push(reached);
        }
        film
    }

    /// The local time of each minute with those first reached in it.
    pub(in crate::schedule) fn minutes(
        &self,
    ) -> impl Iterator<Item = (DateTime<Utc>, NaiveDateTime, Vec<NaiveDateTime>)> {
        self.shown
            .iter()
            .zip(&self.reached)
            .zip(0..)
            .map(|((shown, reached), count)| {
                let at = self.start + TimeDelta::minutes(count);
                (at, shown.local, reached.iter().map(|it| it.local).collect())
            })
    }

    fn fires(&self, line: &Read, after: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let skipped = usize::try_from((after - self.start).num_minutes()).unwrap();
        (skipped..self.shown.len())
            .filter(|count| {
                if line.starred {
                    line.names(&self.shown[*count])
                } else {
                    self.reached[*count].iter().any(|minute| line.names(minute))
                }
            })
            .map(|count| self.start + TimeDelta::minutes(i64::try_from(count).unwrap()))
            .filter(|fire| *fire > after)
            .take(MOST_FIRES)
            .collect()
    }

    fn end(&self) -> DateTime<Utc> {
        self.start + TimeDelta::minutes(RUN_UP + SPAN)
    }
}

/// The instants, to the minute, from which a zone's clock goes by another offset.
///
/// The two libraries know the time zone database of different dates. Where they differ for that
/// reason the change is left out: which of them is right is not for the calendar to say.
pub(in crate::schedule) fn changes(zone: Tz) -> Vec<DateTime<Utc>> {
    let offset = |at: DateTime<Utc>| zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    let year = |year| Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap();
    let mut changes = Vec::new();
    let mut at = year(2005);
    while at < year(2037) {
        let next = at + TimeDelta::hours(6);
        if offset(at) != offset(next) {
            let minute = (1..=360).map(|count| at + TimeDelta::minutes(count));
            changes.extend(minute.into_iter().find(|it| offset(*it) != offset(at)));
        }
        at = next;
    }
    if changes.is_empty() {
        // What a clock that is never changed has instead: leap days and new years.
        changes.extend([2024, 2026, 2027].map(year));
        changes.push(Utc.with_ymd_and_hms(2028, 2, 29, 0, 0, 0).unwrap());
    }
    let known = changes.len();
    let other = named(zone.name()).unwrap();
    changes.retain(|change| {
        (-24 * 5..24 * 7)
            .map(|hours| *change + TimeDelta::hours(hours))
            .chain([*change - TimeDelta::seconds(1)])
            .all(|at| other.local(at) == at.with_timezone(&zone).naive_local())
    });
    println!("{zone}: {} of {known} changes of the clock", changes.len());
    changes
}

/// A field at random, as people write them and as nobody would.
fn field(rng: &mut Rng, low: u32, high: u32, names: &[&str]) -> String {
    let last = if high == 7 { 6 } else { high };
    let value = |rng: &mut Rng| {
        let value = rng.u32(low..=high);
        match names.get(usize::try_from(value - low).unwrap()) {
            Some(name) if rng.bool() => {
                if rng.bool() {
                    name.to_uppercase()
                } else {
                    (*name).to_owned()
                }
            }
            _ if rng.u32(0..5) == 0 => format!("{value:02}"),
            _ => value.to_string(),
        }
    };
    let item = |rng: &mut Rng| match rng.u32(0..6) {
        0 => format!("*/{}", rng.u32(1..=last)),
        1 | 2 => {
            let (mut first, mut end) = (rng.u32(low..=high), rng.u32(low..=high));
            if high == 59 && first > end {
                (first, end) = (end, first);
            }
            match rng.u32(0..3) {
                0 => format!("{first}-{end}/{}", rng.u32(1..=last)),
                _ => format!("{first}-{end}"),
            }
        }
        _ => value(rng),
    };
    (0..rng.u32(1..=3))
        .map(|_| item(rng))
        .collect::<Vec<_>>()
        .join(",")
}

/// A line at random, mostly one that is due at night when clocks are changed.
pub(in crate::schedule) fn line(rng: &mut Rng) -> String {
    let star = |rng: &mut Rng, one_in: u32| rng.u32(0..one_in) != 0;
    let mut part = |stars: u32, low: u32, high: u32, names: &[&str]| {
        if star(rng, stars) {
            "*".to_owned()
        } else {
            field(rng, low, high, names)
        }
    };
    // The share of stars: every second or third field of the days, no more than a few of the times.
    let day = part(3, 1, 31, &[]);
    let month = part(5, 1, 12, &MONTHS);
    let weekday = part(3, 0, 7, &WEEKDAYS);
    let minute = match rng.u32(0..8) {
        0 => "*".to_owned(),
        1 => format!("*/{}", rng.u32(1..=59)),
        _ => field(rng, 0, 59, &[]),
    };
    let hour = match rng.u32(0..8) {
        0 => "*".to_owned(),
        1 => field(rng, 0, 23, &[]),
        2 => format!("{},{}", rng.u32(0..4), rng.u32(20..24)),
        _ => rng.u32(0..4).to_string(),
    };
    format!("{minute} {hour} {day} {month} {weekday}")
}

#[test]
fn lines_by_the_thousand_agree_with_a_walk_through_every_minute() {
    let wanted = std::env::var("MW_CALENDAR").ok();
    let lines: usize = wanted.map_or(150, |count| count.parse().unwrap());
    let started = Instant::now();
    let mut rng = Rng::with_seed(0x6d_7763_616c);
    let drawn: Vec<(String, Option<CronLine>)> = (0..lines)
        .map(|_| {
            let text = line(&mut rng);
            let parsed = match CronLine::parse(&text, false) {
                Ok(parsed) => Some(parsed),
                Err(error) => {
                    assert!(error.message.contains("never comes"), "{text}: {error}");
                    None
                }
            };
            (text, parsed)
        })
        .collect();
    let (mut walks, mut fires) = (0, 0);
    let mut differences = Vec::new();
    for zone_name in ZONES {
        let (zone, tz) = (named(zone_name).unwrap(), zone_name.parse::<Tz>().unwrap());
        let changes = changes(tz);
        for (which, change) in changes.iter().enumerate() {
            if which >= lines {
                break;
            }
            let film = Film::of(tz, *change - TimeDelta::minutes(RUN_UP + 24 * 60));
            for (text, parsed) in drawn.iter().skip(which).step_by(changes.len()) {
                let Some(parsed) = parsed else { continue };
                let after = *change
                    + match rng.u32(0..3) {
                        0 => TimeDelta::minutes(rng.i64(-150..150)),
                        1 => TimeDelta::seconds(rng.i64(-86_400..10_800)),
                        _ => TimeDelta::milliseconds(rng.i64(-90_000_000..90_000_000)),
                    };
                let expected = film.fires(&Read::of(text), after);
                let calendar = Calendar::new(parsed.clone(), zone.clone());
                let found: Vec<_> = calendar
                    .fires_after(after)
                    .take_while(|fire| *fire < film.end())
                    .take(MOST_FIRES)
                    .collect();
                walks += 1;
                fires += expected.len();
                if found != expected {
                    differences.push(format!("{text} {zone_name} {after}"));
                }
            }
        }
    }
    println!(
        "{lines} lines x {} zones: {walks} walks, {fires} fires, {} differences, {:.1} s",
        ZONES.len(),
        differences.len(),
        started.elapsed().as_secs_f64()
    );
    assert!(fires > walks, "too few of the lines are due");
    differences.truncate(20);
    assert!(differences.is_empty(), "{differences:#?}");
}
