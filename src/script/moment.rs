//! Spans and instants: `"45m"` as a value to reckon with, and `now()`.

use std::fmt;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rhai::{Dynamic, EvalAltResult, FLOAT, INT, NativeCallContext};

use super::given::Given;
use super::handle::described;
use super::host::Host;
use super::lexicon::Lexicon;
use super::local::Local;
use super::trouble::Trouble;
use crate::parameters::minutes_meant;
use crate::record::Moment;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A span of time, to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub TimeDelta);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < TimeDelta::zero() { "-" } else { "" };
        let span = self.0.abs().to_std().unwrap_or_default();
        write!(f, "{sign}{}", humantime::format_duration(span))
    }
}

/// What is wrong with a text that is no duration.
fn reason(error: &humantime::DurationError) -> String {
    use humantime::DurationError as E;
    match error {
        E::UnknownUnit { unit, .. } if !unit.is_empty() => format!(": there is no unit `{unit}`"),
        E::UnknownUnit { .. } => ": it has no unit".to_owned(),
        E::NumberOverflow => ": it is too long".to_owned(),
        E::Empty => ": it is empty".to_owned(),
        _ => String::new(),
    }
}

impl Span {
    /// Reads a span: text like `"45m"` or `"1h 30m"`, a number of seconds, or a span itself.
    pub fn of(value: &Dynamic) -> Result<Self> {
        if let Some(span) = value.read_lock::<Self>() {
            return Ok(*span);
        }
        if let Ok(seconds) = value.as_int() {
            return TimeDelta::try_seconds(seconds).map(Self).ok_or_else(|| {
                Trouble::argument(format!("{seconds} seconds is too long")).raise()
            });
        }
        if let Ok(seconds) = value.as_float() {
            return Self::of_seconds(seconds);
        }
        let Ok(text) = value.as_immutable_string_ref() else {
            return Err(Trouble::argument(format!(
                "a duration is text like \"45m\" or a number of seconds, not {}",
                described(value)
            ))
            .hint("write it like \"90s\", \"45m\" or \"1h 30m\"")
            .raise());
        };
        if let Some(minutes) = minutes_meant(&text) {
            let message = format!("{:?} counts in `M`, which are months", &*text);
            let hint = format!("did you mean {minutes:?}?");
            return Err(Trouble::argument(message).hint(hint).raise());
        }
        Self::parse(&text)
    }

    /// Reads text like `"45m"`.
    pub fn parse(text: &str) -> Result<Self> {
        let span = humantime::parse_duration(text.trim()).map_err(|error| {
            Trouble::argument(format!("{text:?} is not a duration{}", reason(&error)))
                .hint("write it like \"90s\", \"45m\" or \"1h 30m\"")
                .raise()
        })?;
        TimeDelta::from_std(span)
            .map(Self)
            .map_err(|_| Trouble::argument(format!("{text:?} is too long")).raise())
    }

    /// Reads text like `"45m"` that is to be added to an instant: an average month or year would lead to
    /// a day and an hour that nobody means.
    pub fn exact(text: &str) -> Result<Self> {
        let Some(unit) = calendar_unit(text) else {
            return Self::parse(text);
        };
        let message = format!("{text:?} leads to no certain day: {unit} is not always as long");
        let hint = "say it in days: \"30d\"; at.add_days(30) keeps the time of the day";
        Err(Trouble::argument(message).hint(hint).raise())
    }

    /// Whether a text means it.
    #[must_use]
    pub fn is_meant_by(&self, text: &str) -> bool {
        Self::parse(text).is_ok_and(|it| it == *self)
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be within range just before"
    )]
    fn of_seconds(seconds: FLOAT) -> Result<Self> {
        if !seconds.is_finite() || seconds.abs() > 1e12 {
            return Err(Trouble::argument(format!("{seconds} seconds is not a span")).raise());
        }
        Ok(Self(TimeDelta::milliseconds((seconds * 1000.0) as i64)))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "spans are far below 2^53 milliseconds"
    )]
    fn seconds(self) -> FLOAT {
        self.0.num_milliseconds() as FLOAT / 1000.0
    }
}

/// The month or year in a text that looks like a duration.
fn calendar_unit(text: &str) -> Option<&'static str> {
    let mut words = text.split(|c: char| !c.is_ascii_alphabetic());
    words.find_map(|word| match word {
        "M" | "month" | "months" => Some("a month"),
        "y" | "yr" | "yrs" | "year" | "years" => Some("a year"),
        _ => None,
    })
}

/// An instant, shown in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub DateTime<Utc>);

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

impl Instant {
    /// The instant that a value is, or that the clocks of a place show.
    #[must_use]
    pub fn of(value: &Dynamic) -> Option<Self> {
        let local = || Some(value.read_lock::<Local>()?.instant());
        value.read_lock::<Self>().map(|at| *at).or_else(local)
    }

    /// Whether a text means it.
    #[must_use]
    pub fn is_meant_by(&self, text: &str) -> bool {
        Self::parse(text).is_ok_and(|it| it == *self)
    }

    /// Reads text like `"2026-01-15T08:00:00Z"`.
    pub fn parse(text: &str) -> Result<Self> {
        Moment::read(text).map(Self).ok_or_else(|| {
            let hint = if Span::parse(text).is_ok() {
                "it is a duration, as now() - at is one: now() - at > \"7d\"".to_owned()
            } else if text.parse::<NaiveDate>().is_ok() {
                format!("say in which zone: instant({text:?}, \"UTC\")")
            } else {
                "write it like \"2026-01-15T08:00:00Z\"".to_owned()
            };
            Trouble::argument(format!("{text:?} is not an instant"))
                .hint(hint)
                .raise()
        })
    }
}

fn times_as_long(span: Span, times: INT) -> Result<Span> {
    i32::try_from(times)
        .ok()
        .and_then(|times| span.0.checked_mul(times))
        .map(Span)
        .ok_or_else(|| Trouble::argument("that span is too long").raise())
}

pub(super) fn lengthened(span: Span, by: TimeDelta) -> Result<Span> {
    span.0
        .checked_add(&by)
        .map(Span)
        .ok_or_else(|| Trouble::argument("that span is too long").raise())
}

/// An instant so much later.
pub(in crate::script) fn shifted(at: Instant, span: TimeDelta) -> Result<Instant> {
    at.0.checked_add_signed(span)
        .and_then(Moment::within)
        .map(Instant)
        .ok_or_else(|| {
            Trouble::argument("that instant is out of range")
                .hint("instants are of the years 0 to 9999")
                .raise()
        })
}

/// Registers `now`.
pub fn register_now(engine: &mut Given<'_>, host: &Host) {
    let own = host.clone();
    engine.register_fn("now", move |context: NativeCallContext| {
        own.come_to(&context);
        own.moment().map(Instant)
    });
}

/// Registers spans and instants.
pub fn register(lexicon: &mut Lexicon) {
    lexicon
        .register_type_with_name::<Span>("Duration")
        .register_type_with_name::<Instant>("Instant")
        .register_fn("duration", |value: Dynamic| Span::of(&value))
        .register_fn("instant", |text: &str| Instant::parse(text))
        .register_fn("instant", |at: Instant| at)
        .register_fn("seconds", |span: &mut Span| span.seconds())
        .register_fn("minutes", |span: &mut Span| span.seconds() / 60.0)
        .register_fn("hours", |span: &mut Span| span.seconds() / 3600.0)
        .register_fn(
            "format",
            |at: &mut Instant, pattern: &str| -> Result<String> {
                use std::fmt::Write as _;
                let mut text = String::new();
                write!(text, "{}", at.0.format(pattern)).map_err(|_| {
                    Trouble::argument(format!("{pattern:?} is not a pattern for instants"))
                        .hint("use strftime's: \"%Y-%m-%d %H:%M\"")
                        .raise()
                })?;
                Ok(text)
            },
        )
        .register_fn("-", |a: Instant, b: Instant| Span(a.0 - b.0))
        .register_fn("+", |at: Instant, span: Span| shifted(at, span.0))
        .register_fn("-", |at: Instant, span: Span| shifted(at, -span.0))
        .register_fn("+", |at: Instant, text: &str| {
            shifted(at, Span::exact(text)?.0)
        })
        .register_fn("-", |at: Instant, text: &str| {
            shifted(at, -Span::exact(text)?.0)
        })
        .register_fn("+", |a: Span, b: Span| lengthened(a, b.0))
        .register_fn("-", |a: Span, b: Span| lengthened(a, -b.0))
        // The language joins anything with a text. One that means a duration is added.
        .register_fn("+", |a: Span, text: &str| -> Result<Dynamic> {
            match Span::parse(text) {
                Ok(more) => lengthened(a, more.0).map(Dynamic::from),
                Err(_) => Ok(format!("{a}{text}").into()),
            }
        })
        .register_fn("-", |a: Span, text: &str| {
            lengthened(a, -Span::parse(text)?.0)
        })
        .register_fn("-", |a: Span| Span(-a.0))
        .register_fn("*", |a: Span, times: FLOAT| {
            Span::of_seconds(a.seconds() * times)
        })
        .register_fn("*", |times: FLOAT, a: Span| {
            Span::of_seconds(a.seconds() * times)
        })
        .register_fn("*", |a: Span, times: INT| -> Result<Span> {
            times_as_long(a, times)
        })
        .register_fn("*", |times: INT, a: Span| -> Result<Span> {
            times_as_long(a, times)
        })
        .register_fn("/", |a: Span, parts: INT| -> Result<Span> {
            i32::try_from(parts)
                .ok()
                .and_then(|parts| a.0.checked_div(parts))
                .map(Span)
                .ok_or_else(|| {
                    let message = format!("a duration cannot be divided by {parts}");
                    Trouble::new("arithmetic", message).raise()
                })
        })
        .register_fn("/", |a: Span, b: Span| -> FLOAT {
            a.seconds() / b.seconds()
        });
}
