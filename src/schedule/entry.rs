//! One `[[job]]` of the jobs file, read with a complaint for everything wrong in it.

pub mod policy;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Number, Value};
use toml::de::{DeTable, DeValue};

use super::almanac::Almanac;
use super::bounds::read_bounds;
use super::calendar::Calendar;
use super::channels::Channels;
use super::document::{Document, Node};
use super::job::{Job, Overlap};
use super::shared::Shared;
use crate::parameters::minutes_meant;
use crate::zone::{self, Zone};

const KEYS: [&str; 15] = [
    "name",
    "cron",
    "timezone",
    "seconds",
    "except",
    "only",
    "not_before",
    "not_after",
    "window",
    "script",
    "args",
    "allow",
    "timeout",
    "overlap",
    "enabled",
];

/// All keys of a job.
fn keys() -> Vec<&'static str> {
    [&KEYS[..], &policy::KEYS[..]].concat()
}

const DEFAULT_TIMEOUT: Duration = Duration::from_hours(1);

/// The longest timeout, one year: longer ones are slips.
const LONGEST_TIMEOUT: Duration = Duration::from_hours(366 * 24);

/// What a job is read beside.
pub(super) struct Beside<'a> {
    /// Where the jobs file lies.
    pub folder: &'a Path,
    /// The groups that the file declares.
    pub groups: &'a BTreeMap<String, usize>,
    /// The channels that it declares.
    pub channels: &'a Channels,
    /// The calendars that it declares.
    pub almanac: &'a Almanac,
    /// The names of the jobs before it, with their places.
    pub seen: &'a mut HashMap<String, Range<usize>>,
    /// What it may have in common with those.
    pub shared: &'a mut Shared,
}

/// Reads one job; none when it has no usable name or script.
pub(super) fn read_job(
    document: &mut Document<'_>,
    table: &DeTable<'_>,
    span: &Range<usize>,
    beside: &mut Beside<'_>,
) -> Option<Job> {
    document.refuse_strangers(table, &keys(), "a job");
    let name = read_name(document, table, span, beside.seen);
    let zone = read_zone(document, table);
    let seconds = document.boolean(table, "seconds").unwrap_or(false);
    let calendars = read_calendars(document, table, span, &zone, seconds, beside.shared);
    let script = read_script(document, table, span);
    let args = read_args(document, table);
    let allow = read_allow(document, table);
    let timeout = read_timeout(document, table);
    let overlap = read_overlap(document, table);
    let policy = policy::read(document, table, beside.groups, beside.channels);
    let rights = policy::rights(document, table);
    let enabled = document.boolean(table, "enabled").unwrap_or(true);
    let bounds = read_bounds(document, table, beside.almanac, &zone, &calendars, enabled);
    let shared = &mut *beside.shared;
    Some(Job {
        name: name?.into(),
        calendars: calendars.into(),
        bounds: shared.bounds.keep(bounds),
        script: shared.script.keep(beside.folder.join(script?)),
        args: shared.args.keep(args),
        allow: shared.allow.keep(allow),
        timeout,
        overlap,
        policy: shared.policy.keep(policy),
        rights: shared.rights.keep(rights),
        enabled,
    })
}

fn missing(document: &mut Document<'_>, span: &Range<usize>, key: &str, example: &str) {
    let hint = format!("write `{key} = {example}`");
    document.complain(span, format!("the job has no `{key}`"), Some(hint));
}

fn read_name(
    document: &mut Document<'_>,
    table: &DeTable<'_>,
    span: &Range<usize>,
    seen: &mut HashMap<String, Range<usize>>,
) -> Option<String> {
    if !table.contains_key("name") {
        missing(document, span, "name", "\"nightly-report\"");
    }
    let (name, place) = document.text(table, "name", "\"nightly-report\"")?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if name.is_empty() || !name.chars().all(fits) {
        let message = format!("`{name}` is not a job name");
        let hint = "use lower-case letters, digits, `_` and `-`".to_owned();
        document.complain(&place, message, Some(hint));
        return None;
    }
    if let Some(line) = seen.get(name).map(|first| document.line(first)) {
        let message = format!("the name `{name}` is taken by the job in line {line}");
        document.complain(
            &place,
            message,
            Some("give each job a name of its own".into()),
        );
        return None;
    }
    seen.insert(name.to_owned(), place);
    Some(name.to_owned())
}

fn read_zone(document: &mut Document<'_>, table: &DeTable<'_>) -> Zone {
    let Some((name, span)) = document.text(table, "timezone", "\"Europe/Berlin\"") else {
        return Zone::UTC;
    };
    zone::named(name).unwrap_or_else(|error| {
        document.complain(&span, error.to_string(), Some(error.hint));
        Zone::UTC
    })
}

fn read_calendars(
    document: &mut Document<'_>,
    table: &DeTable<'_>,
    span: &Range<usize>,
    zone: &Zone,
    seconds: bool,
    shared: &mut Shared,
) -> Vec<Calendar> {
    const EXAMPLE: &str = "\"30 2 * * *\"";
    let Some(value) = table.get("cron") else {
        missing(document, span, "cron", EXAMPLE);
        return Vec::new();
    };
    let lines: Vec<&Node<'_>> = match value.get_ref() {
        DeValue::Array(list) => list.iter().collect(),
        _ => vec![value],
    };
    if lines.is_empty() {
        let hint = format!("write `cron = {EXAMPLE}`, or `enabled = false`");
        document.complain(&value.span(), "`cron` lists no schedule".into(), Some(hint));
    }
    lines
        .into_iter()
        .filter_map(|line| read_calendar(document, line, zone, seconds, shared))
        .collect()
}

fn read_calendar(
    document: &mut Document<'_>,
    value: &Node<'_>,
    zone: &Zone,
    seconds: bool,
    shared: &mut Shared,
) -> Option<Calendar> {
    let Some(text) = value.get_ref().as_str() else {
        document.refuse_type("cron", value, "text or a list of texts", "\"30 2 * * *\"");
        return None;
    };
    match shared.calendar(text, seconds, zone) {
        Ok(Some(calendar)) => Some(calendar),
        Ok(None) => {
            let message = format!("the schedule `{text}` is never due");
            document.complain(
                &value.span(),
                message,
                Some("check its days and months".into()),
            );
            None
        }
        Err(error) => {
            document.complain_line(value, error);
            None
        }
    }
}

fn read_script(
    document: &mut Document<'_>,
    table: &DeTable<'_>,
    span: &Range<usize>,
) -> Option<String> {
    const EXAMPLE: &str = "\"scripts/report.rhai\"";
    if !table.contains_key("script") {
        missing(document, span, "script", EXAMPLE);
    }
    let (script, place) = document.text(table, "script", EXAMPLE)?;
    if script.trim().is_empty() {
        let hint = format!("write `script = {EXAMPLE}`");
        document.complain(&place, "`script` names no file".into(), Some(hint));
        return None;
    }
    Some(script.to_owned())
}

fn read_args(document: &mut Document<'_>, table: &DeTable<'_>) -> Map<String, Value> {
    let mut args = Map::new();
    let Some(value) = table.get("args") else {
        return args;
    };
    let Some(given) = value.get_ref().as_table() else {
        document.refuse_type("args", value, "a table", "{ batch = 2 }");
        return args;
    };
    for (key, value) in given {
        let name = key.get_ref().as_ref();
        let read = match value.get_ref() {
            DeValue::String(text) => Some(Value::from(text.as_ref())),
            DeValue::Boolean(boolean) => Some(Value::from(*boolean)),
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
                .ok()
                .map(Value::from),
            DeValue::Float(float) => float
                .as_str()
                .parse()
                .ok()
                .and_then(Number::from_f64)
                .map(Value::Number),
            _ => None,
        };
        match read {
            Some(read) => {
                args.insert(name.to_owned(), read);
            }
            None => document.complain(
                &value.span(),
                format!("the argument `{name}` is neither text, a number nor a boolean"),
                Some(format!(
                    "write `{name} = \"text\"`, `{name} = 2` or `{name} = true`"
                )),
            ),
        }
    }
    args
}

fn read_allow(document: &mut Document<'_>, table: &DeTable<'_>) -> Vec<String> {
    policy::words(document, table, "allow", "[\"read\", \"disrupt\"]")
        .unwrap_or_else(|| vec!["read".to_owned()])
}

fn read_timeout(document: &mut Document<'_>, table: &DeTable<'_>) -> Duration {
    let Some((text, span)) = document.text(table, "timeout", "\"1h\"") else {
        return DEFAULT_TIMEOUT;
    };
    let problem = match humantime::parse_duration(text) {
        Ok(_) if let Some(minutes) = minutes_meant(text) => {
            let message = format!("the timeout `{text}` counts in `M`, which are months");
            document.complain(&span, message, Some(format!("did you mean `{minutes}`?")));
            return DEFAULT_TIMEOUT;
        }
        Ok(span) if span.is_zero() => "leaves no time to run".to_owned(),
        Ok(span) if span > LONGEST_TIMEOUT => "is longer than a year".to_owned(),
        Ok(span) => return span,
        Err(_) => "is not a duration".to_owned(),
    };
    let hint = "write a number and a unit, such as `90s`, `15m`, `1h 30m`".to_owned();
    document.complain(&span, format!("the timeout `{text}` {problem}"), Some(hint));
    DEFAULT_TIMEOUT
}

fn read_overlap(document: &mut Document<'_>, table: &DeTable<'_>) -> Overlap {
    let Some((text, span)) = document.text(table, "overlap", "\"skip\"") else {
        return Overlap::default();
    };
    let known = Overlap::ALL.into_iter().map(Overlap::as_str);
    if let Some(overlap) = Overlap::ALL
        .into_iter()
        .find(|policy| policy.as_str() == text)
    {
        return overlap;
    }
    document.refuse_unknown(&span, "overlap policy", text, known);
    Overlap::default()
}
