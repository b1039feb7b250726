//! Dates and time zones: what the clocks of a place show at an instant, and when they will show
//! something.

use std::fmt;

use chrono::format::{Item, StrftimeItems};
use chrono::{
    DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc,
    Weekday,
};
use rhai::{Dynamic, EvalAltResult, INT, ImmutableString};

use super::Result;
use crate::operation::nearest;
use crate::record::Moment;
use crate::script::lexicon::Lexicon;
use crate::script::moment::{Instant, Span, shifted};
use crate::script::trouble::Trouble;
use crate::zone::{self, Zone};

/// An instant as the clocks of a place show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    at: DateTime<Utc>,
    zone: Zone,
}

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self
            .shown()
            .to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false);
        write!(f, "{shown}[{}]", self.zone)
    }
}

fn zone(name: &str) -> Result<Zone> {
    zone::named(name).map_err(|unknown| {
        Trouble::argument(unknown.to_string())
            .hint(unknown.hint)
            .raise()
    })
}

fn out_of_range() -> Box<EvalAltResult> {
    Trouble::argument("that date is out of range")
        .hint("dates are of the years 0 to 9999")
        .raise()
}

impl Local {
    fn of(at: Instant, zone: Zone) -> Self {
        Self { at: at.0, zone }
    }

    fn in_utc(at: Instant) -> Self {
        Self::of(at, Zone::UTC)
    }

    /// So much later, in the same zone.
    fn later(self, span: Span) -> Result<Self> {
        Ok(Self::of(shifted(self.instant(), span.0)?, self.zone))
    }

    /// The instant itself.
    #[must_use]
    pub fn instant(&self) -> Instant {
        Instant(self.at)
    }

    /// What the clocks show.
    fn clock(&self) -> NaiveDateTime {
        self.zone.local(self.at)
    }

    fn shown(&self) -> DateTime<FixedOffset> {
        let ahead = (self.clock() - self.at.naive_utc()).num_seconds();
        let offset = i32::try_from(ahead)
            .ok()
            .and_then(FixedOffset::east_opt)
            // No place is a day away from UTC.
            .unwrap_or_else(|| FixedOffset::east_opt(0).unwrap_or(chrono::Offset::fix(&Utc)));
        self.at.with_timezone(&offset)
    }

    /// The same place when its clocks first show this.
    fn when(&self, clock: NaiveDateTime) -> Result<Self> {
        let at = self.zone.first_at(clock).and_then(Moment::within);
        let at = at.ok_or_else(out_of_range)?;
        Ok(Self {
            at,
            zone: self.zone.clone(),
        })
    }

    fn start_of_day(&self) -> Result<Self> {
        self.when(self.clock().date().and_time(NaiveTime::MIN))
    }

    /// The next time the clocks show this, after now.
    fn next(&self, time: &str) -> Result<Self> {
        let time = read_time(time)?;
        let mut date = self.clock().date();
        for _ in 0..4 {
            let found = self.when(date.and_time(time))?;
            if found.at > self.at {
                return Ok(found);
            }
            date = date.succ_opt().ok_or_else(out_of_range)?;
        }
        Err(out_of_range())
    }

    /// So many days later, at the same time by the clocks.
    fn add_days(&self, count: INT) -> Result<Self> {
        let clock = self.clock();
        let days = Days::new(count.unsigned_abs());
        let moved = if count < 0 {
            clock.checked_sub_days(days)
        } else {
            clock.checked_add_days(days)
        };
        self.when(moved.ok_or_else(out_of_range)?)
    }

    fn format(&self, pattern: &str) -> Result<String> {
        use std::fmt::Write as _;
        let wrong = || {
            Trouble::argument(format!("{pattern:?} is not a pattern for instants"))
                .hint("use strftime's: \"%Y-%m-%d %H:%M\"")
                .raise()
        };
        let mut text = String::new();
        for item in StrftimeItems::new(pattern) {
            let piece = match item {
                Item::Error => return Err(wrong()),
                Item::Fixed(chrono::format::Fixed::TimezoneName) => self.zone.abbreviation(self.at),
                item => {
                    let mut piece = String::new();
                    let items = std::iter::once(item);
                    write!(piece, "{}", self.shown().format_with_items(items))
                        .map_err(|_| wrong())?;
                    piece
                }
            };
            text.push_str(&piece);
        }
        Ok(text)
    }

    fn field(&self, name: &str) -> Option<Dynamic> {
        let clock = self.clock();
        let number = |number: u32| Dynamic::from(INT::from(number));
        let text = |text: String| Dynamic::from(ImmutableString::from(text));
        Some(match name {
            "year" => Dynamic::from(INT::from(clock.year())),
            "month" => number(clock.month()),
            "day" => number(clock.day()),
            "hour" => number(clock.hour()),
            "minute" => number(clock.minute()),
            "second" => number(clock.second()),
            "weekday" => Dynamic::from(ImmutableString::from(weekday(clock.weekday()))),
            "day_of_year" => number(clock.ordinal()),
            "week" => number(clock.iso_week().week()),
            "date" => text(clock.format("%Y-%m-%d").to_string()),
            "time" => text(clock.format("%H:%M:%S").to_string()),
            "unix" => Dynamic::from(self.at.timestamp()),
            _ => return None,
        })
    }

    /// A field that only the clocks of a place have.
    fn own_field(&self, name: &str) -> Option<Dynamic> {
        Some(match name {
            "zone" => Dynamic::from(ImmutableString::from(self.zone.name())),
            "offset" => Dynamic::from(Span(self.clock() - self.at.naive_utc())),
            "instant" => Dynamic::from(self.instant()),
            _ => return self.field(name),
        })
    }
}

/// The fields of an instant, in UTC, and of the clocks of a place.
pub const FIELDS: &[&str] = &[
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "weekday",
    "day_of_year",
    "week",
    "date",
    "time",
    "unix",
];

const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "monday",
        Weekday::Tue => "tuesday",
        Weekday::Wed => "wednesday",
        Weekday::Thu => "thursday",
        Weekday::Fri => "friday",
        Weekday::Sat => "saturday",
        Weekday::Sun => "sunday",
    }
}

fn unknown(what: &str, name: &str, own: &[&'static str]) -> Box<EvalAltResult> {
    let known = || FIELDS.iter().chain(own).copied();
    Trouble::new("field", format!("{what} has no field `{name}`"))
        .hint(nearest(name, known()).map_or_else(
            || format!("its fields are {}", known().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        ))
        .raise()
}

fn read_time(text: &str) -> Result<NaiveTime> {
    ["%H:%M", "%H:%M:%S"]
        .into_iter()
        .find_map(|pattern| NaiveTime::parse_from_str(text.trim(), pattern).ok())
        .ok_or_else(|| {
            Trouble::argument(format!("{text:?} is not a time of day"))
                .hint("write it like \"03:00\" or \"17:30:00\"")
                .raise()
        })
}

/// What the clocks of a place show, as people write it.
fn read_clock(text: &str) -> Result<NaiveDateTime> {
    let trimmed = text.trim();
    [
        "%Y-%m-%d %H:%M",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%dT%H:%M:%S",
    ]
    .into_iter()
    .find_map(|pattern| NaiveDateTime::parse_from_str(trimmed, pattern).ok())
    .or_else(|| {
        let date = NaiveDate::parse_from_str(trimmed, "%Y-%m-%d").ok()?;
        Some(date.and_time(NaiveTime::MIN))
    })
    .ok_or_else(|| {
        Trouble::argument(format!("{text:?} is not a local time"))
            .hint("write it like \"2026-03-29 02:30\" or \"2026-03-29\"")
            .raise()
    })
}

/// Registers dates and zones.
pub fn register(lexicon: &mut Lexicon) {
    lexicon
        .register_type_with_name::<Local>("LocalTime")
        .register_fn("to_string", |local: &mut Local| local.to_string())
        .register_fn("to_debug", |local: &mut Local| local.to_string())
        .register_indexer_get(|at: &mut Instant, name: &str| {
            Local::in_utc(*at)
                .field(name)
                .ok_or_else(|| unknown("Instant", name, &[]))
        })
        .register_indexer_get(|local: &mut Local, name: &str| {
            local
                .own_field(name)
                .ok_or_else(|| unknown("LocalTime", name, &["zone", "offset", "instant"]))
        })
        .register_fn("instant", |seconds: INT| {
            DateTime::from_timestamp(seconds, 0)
                .and_then(Moment::within)
                .map(Instant)
                .ok_or_else(out_of_range)
        })
        .register_fn("instant", |text: &str, name: &str| {
            let place = Local::in_utc(Instant(DateTime::UNIX_EPOCH));
            let place = Local {
                zone: zone(name)?,
                ..place
            };
            Ok(place.when(read_clock(text)?)?.instant()) as Result<Instant>
        })
        .register_fn("-", |a: Local, b: Local| Span(a.at - b.at))
        .register_fn("-", |a: Local, b: Instant| Span(a.at - b.0))
        .register_fn("-", |a: Instant, b: Local| Span(a.0 - b.at))
        .register_fn("+", |local: Local, span: Span| local.later(span))
        .register_fn("-", |local: Local, span: Span| local.later(Span(-span.0)))
        .register_fn("-", |local: Local, text: &str| {
            local.later(Span(-Span::exact(text)?.0))
        })
        // The language joins anything with a text. One that means a duration is added.
        .register_fn("+", |local: Local, text: &str| -> Result<Dynamic> {
            match Span::parse(text) {
                Ok(_) => local.later(Span::exact(text)?).map(Dynamic::from),
                Err(_) => Ok(format!("{local}{text}").into()),
            }
        })
        .register_fn("in_zone", |at: Instant, name: &str| {
            Ok(Local::of(at, zone(name)?)) as Result<Local>
        })
        .register_fn("in_zone", |local: Local, name: &str| {
            Ok(Local::of(local.instant(), zone(name)?)) as Result<Local>
        })
        .register_fn("format", |at: Instant, pattern: &str, name: &str| {
            Local::of(at, zone(name)?).format(pattern)
        })
        .register_fn("format", |local: Local, pattern: &str| {
            local.format(pattern)
        });
    lexicon
        .register_fn("start_of_day", |at: Instant| {
            Local::in_utc(at).start_of_day().map(|it| it.instant())
        })
        .register_fn("start_of_day", |at: Instant, name: &str| {
            Local::of(at, zone(name)?)
                .start_of_day()
                .map(|it| it.instant())
        })
        .register_fn("start_of_day", |local: Local| local.start_of_day())
        .register_fn("next", |at: Instant, time: &str| {
            Local::in_utc(at).next(time).map(|it| it.instant())
        })
        .register_fn("next", |at: Instant, time: &str, name: &str| {
            Local::of(at, zone(name)?).next(time).map(|it| it.instant())
        })
        .register_fn("next", |local: Local, time: &str| local.next(time))
        .register_fn("add_days", |at: Instant, count: INT| {
            Local::in_utc(at).add_days(count).map(|it| it.instant())
        })
        .register_fn("add_days", |at: Instant, count: INT, name: &str| {
            Local::of(at, zone(name)?)
                .add_days(count)
                .map(|it| it.instant())
        })
        .register_fn("add_days", |local: Local, count: INT| local.add_days(count));
}
