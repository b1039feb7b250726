//! The keys of a job that narrow its schedules: `except`, `only`, `not_before`, `not_after`,
//! `window`.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use toml::de::{DeTable, DeValue};

use super::Bounds;
use crate::schedule::almanac::Almanac;
use crate::schedule::calendar::Calendar;
use crate::schedule::days::Days;
use crate::schedule::document::{Document, Node};
use crate::schedule::window::{Window, Windows};
use crate::zone::Zone;

/// Reads what narrows a job's schedules. A job that is never due within it is complained about,
/// unless it is not enabled.
pub(in crate::schedule) fn read_bounds(
    document: &mut Document<'_>,
    table: &DeTable<'_>,
    almanac: &Almanac,
    zone: &Zone,
    calendars: &[Calendar],
    enabled: bool,
) -> Bounds {
    let except = almanac.days(document, table, "except").unwrap_or_default();
    let only = almanac.days(document, table, "only");
    let asks =
        except.ask_for_business_days() || only.as_ref().is_some_and(Days::ask_for_business_days);
    let bounds = Bounds {
        holidays: if asks {
            almanac.holidays()
        } else {
            Days::default()
        },
        except,
        only,
        not_before: read_instant(document, table, "not_before", zone, End::First),
        not_after: read_instant(document, table, "not_after", zone, End::Last),
        windows: read_windows(document, table, zone),
    };
    // What is wrong elsewhere may be why nothing is due.
    if enabled && document.is_sound() {
        refuse_what_is_never_due(document, table, &bounds, calendars);
    }
    bounds
}

/// Which end of a job's time an instant is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

fn read_instant(
    document: &mut Document<'_>,
    table: &DeTable<'_>,
    key: &str,
    zone: &Zone,
    end: End,
) -> Option<DateTime<Utc>> {
    const EXAMPLE: &str = "\"2026-12-01T08:00\"";
    let value = table.get(key)?;
    let text = match value.get_ref() {
        DeValue::String(text) => text.as_ref().trim().to_owned(),
        DeValue::Datetime(at) => at.to_string(),
        _ => {
            document.refuse_type(key, value, "a date or time", EXAMPLE);
            return None;
        }
    };
    let instant = instant_of(&text, zone, end);
    if instant.is_none() {
        let message = format!("`{key}` is `{text}`, which is neither an instant nor a date");
        let hint = format!(
            "write a date `2026-12-01`, a local time `2026-12-01T08:00`, which is one of {zone}, or \
             an instant `2026-12-01T08:00:00Z`"
        );
        document.complain(&value.span(), message, Some(hint));
    }
    instant
}

/// The instant of a text. A date is the whole day, and a local time that the clock shows twice is
/// both.
fn instant_of(text: &str, zone: &Zone, end: End) -> Option<DateTime<Utc>> {
    let text = text.replacen(' ', "T", 1);
    for form in ["%+", "%Y-%m-%dT%H:%M%#z"] {
        if let Ok(instant) = DateTime::parse_from_str(&text, form) {
            return Some(instant.to_utc());
        }
    }
    for form in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"] {
        if let Ok(local) = NaiveDateTime::parse_from_str(&text, form) {
            let last = zone.instants(local).latest().filter(|_| end == End::Last);
            return last.or_else(|| zone.first_at(local));
        }
    }
    let date = text.parse::<NaiveDate>().ok()?;
    let midnight = |date: NaiveDate| zone.first_at(date.and_time(NaiveTime::MIN));
    match end {
        End::First => midnight(date),
        End::Last => {
            let next = midnight(date.succ_opt()?)?;
            Some(next - TimeDelta::nanoseconds(1))
        }
    }
}

fn read_windows(document: &mut Document<'_>, table: &DeTable<'_>, zone: &Zone) -> Option<Windows> {
    const EXAMPLE: &str = "\"sat-sun 22:00-06:00\"";
    let value = table.get("window")?;
    let items: Vec<&Node<'_>> = match value.get_ref() {
        DeValue::Array(list) => list.iter().collect(),
        _ => vec![value],
    };
    if items.is_empty() {
        let hint = format!("write `window = {EXAMPLE}`, or leave it out");
        document.complain(
            &value.span(),
            "`window` lists no window".to_owned(),
            Some(hint),
        );
    }
    let mut windows = Vec::new();
    for item in items {
        let Some(text) = item.get_ref().as_str() else {
            document.refuse_type("window", item, "text or a list of texts", EXAMPLE);
            continue;
        };
        match Window::parse(text) {
            Ok(window) => windows.push(window),
            Err(error) => document.complain_line(item, error),
        }
    }
    Some(Windows::new(windows, zone.clone()))
}

/// Complains when no schedule was ever due within the bounds and none will be. A job whose time is
/// over is fine: a file that could be read must not turn bad by waiting.
fn refuse_what_is_never_due(
    document: &mut Document<'_>,
    table: &DeTable<'_>,
    bounds: &Bounds,
    calendars: &[Calendar],
) {
    let is_due = |bounds: &Bounds| {
        let start = DateTime::<Utc>::UNIX_EPOCH;
        let next = |calendar| bounds.next_after(calendar, start);
        calendars.iter().any(|calendar| next(calendar).is_some())
    };
    if calendars.is_empty() || is_due(bounds) {
        return;
    }
    let without = |key: &str| {
        let mut fewer = bounds.clone();
        match key {
            "window" => fewer.windows = None,
            "only" => fewer.only = None,
            "except" => fewer.except = Days::default(),
            "not_after" => fewer.not_after = None,
            _ => fewer.not_before = None,
        }
        fewer
    };
    // A day that `only` names and `except` leaves out is the fault of the latter.
    let given = ["window", "except", "only", "not_after", "not_before"]
        .into_iter()
        .filter_map(|key| Some((key, table.get(key)?)));
    let mut given = given.peekable();
    let last = given.peek().copied();
    let at_fault = given.find(|(key, _)| is_due(&without(key))).or(last);
    let Some((key, value)) = at_fault else {
        return;
    };
    let (message, hint) = match key {
        "window" => (
            "the job is never due: its window is closed whenever its schedule fires",
            "`mw jobs next --cron` shows when it fires; open the window then, or fire within it",
        ),
        "only" => (
            "the job is never due: its schedule fires on none of the days in `only`",
            "`mw jobs next --cron` shows when it fires; add such a day, or change the schedule",
        ),
        "except" if table.contains_key("only") => (
            "the job is never due: `except` leaves out every day in `only` on which its schedule fires",
            "take such a day out of `except`, or write `enabled = false`",
        ),
        "except" => (
            "the job is never due: `except` leaves out every day on which its schedule fires",
            "`mw jobs next --cron` shows when it fires; leave out fewer days, or write `enabled = false`",
        ),
        _ => (
            "the job is never due: its schedule does not fire from `not_before` to `not_after`",
            "move them apart, or write `enabled = false`",
        ),
    };
    document.complain(&value.span(), message.to_owned(), Some(hint.to_owned()));
}
