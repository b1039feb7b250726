//! The policies of a job, read from its entry.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::super::channels::{Channels, read_notify};
use super::super::document::{Document, Node};
use super::super::policy::{CatchUp, Policy, Retry, Rights};
use crate::money::Money;
use crate::parameters::minutes_meant;

/// The keys that are read here.
pub const KEYS: [&str; 12] = [
    "catch_up",
    "catch_up_window",
    "jitter",
    "retry",
    "group",
    "pause_on_failure",
    "grace",
    "deny",
    "spend_limit",
    "env",
    "long_running",
    "notify",
];

/// The longest span of any policy, one year: longer ones are slips.
const LONGEST: Duration = Duration::from_hours(366 * 24);

/// The most attempts after the first one.
const MOST_RETRIES: i64 = 100;

/// The policies of a job; `groups` and `channels` are those that the file declares.
pub fn read(
    document: &mut Document<'_>,
    table: &DeTable<'_>,
    groups: &BTreeMap<String, usize>,
    channels: &Channels,
) -> Policy {
    let usual = Policy::default();
    Policy {
        catch_up: read_catch_up(document, table),
        catch_up_window: span(document, table, "catch_up_window").unwrap_or(usual.catch_up_window),
        jitter: span(document, table, "jitter").unwrap_or(usual.jitter),
        retry: read_retry(document, table),
        group: read_group(document, table, groups),
        pause_after: read_pause(document, table),
        grace: span(document, table, "grace").unwrap_or(usual.grace),
        long_running: span(document, table, "long_running"),
        notify: read_notify(document, table, channels),
    }
}

/// What the script of a job may not do, and buy.
pub fn rights(document: &mut Document<'_>, table: &DeTable<'_>) -> Rights {
    Rights {
        deny: words(document, table, "deny", "[\"destroy\"]").unwrap_or_default(),
        spend_limit: read_limit(document, table),
        environment: Arc::new(read_environment(document, table)),
    }
}

/// The variables of a job.
fn read_environment(document: &mut Document<'_>, table: &DeTable<'_>) -> BTreeMap<String, String> {
    const EXAMPLE: &str = "{ REPORTS = \"/srv/reports\" }";
    let mut variables = BTreeMap::new();
    let Some(value) = table.get("env") else {
        return variables;
    };
    let Some(given) = value.get_ref().as_table() else {
        document.refuse_type("env", value, "a table", EXAMPLE);
        return variables;
    };
    for (key, value) in given {
        let name = key.get_ref().as_ref();
        if !is_variable(name) {
            let message = format!("`{name}` is no name of a variable");
            let hint = "use letters, digits and `_`, and no digit first".to_owned();
            document.complain(&key.span(), message, Some(hint));
        } else if let Some(text) = value.get_ref().as_str() {
            variables.insert(name.to_owned(), text.to_owned());
        } else {
            let message = format!("the variable `{name}` is not text");
            let hint = format!("write `{name} = \"…\"`");
            document.complain(&value.span(), message, Some(hint));
        }
    }
    variables
}

fn is_variable(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
}

/// A list of texts, none of them empty.
pub fn words(
    document: &mut Document<'_>,
    table: &DeTable<'_>,
    key: &str,
    example: &str,
) -> Option<Vec<String>> {
    let mut words = Vec::new();
    for (text, place) in document.texts(table, key, example)? {
        if text.trim().is_empty() {
            let hint = format!("write `{key} = {example}`");
            document.complain(&place, format!("an item of `{key}` is empty"), Some(hint));
        } else {
            words.push(text.trim().to_owned());
        }
    }
    Some(words)
}

/// A span of time, from none to a year.
pub fn span(document: &mut Document<'_>, table: &DeTable<'_>, key: &str) -> Option<Duration> {
    let (text, place) = document.text(table, key, "\"10m\"")?;
    let problem = match humantime::parse_duration(text) {
        Ok(_) if let Some(minutes) = minutes_meant(text) => {
            let message = format!("`{key}`: `{text}` counts in `M`, which are months");
            document.complain(&place, message, Some(format!("did you mean `{minutes}`?")));
            return None;
        }
        Ok(span) if span > LONGEST => "is longer than a year",
        Ok(span) => return Some(span),
        Err(_) => "is not a duration",
    };
    let hint = "write a number and a unit, such as `90s`, `15m`, `1h 30m`".to_owned();
    document.complain(&place, format!("`{key}`: `{text}` {problem}"), Some(hint));
    None
}

/// A whole number within bounds.
pub fn whole(
    document: &mut Document<'_>,
    key: &str,
    value: &Node<'_>,
    (least, most): (i64, i64),
) -> Option<u32> {
    let DeValue::Integer(integer) = value.get_ref() else {
        document.refuse_type(key, value, "a whole number", "3");
        return None;
    };
    let read = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
    let fits = read.filter(|number| (least..=most).contains(number));
    if fits.is_none() {
        let message = format!(
            "`{key}` must be from {least} to {most}, not {}",
            integer.as_str()
        );
        document.complain(&value.span(), message, Some(format!("write `{key} = 3`")));
    }
    fits.and_then(|number| u32::try_from(number).ok())
}

fn read_catch_up(document: &mut Document<'_>, table: &DeTable<'_>) -> CatchUp {
    let Some((text, place)) = document.text(table, "catch_up", "\"last\"") else {
        return CatchUp::default();
    };
    let mut all = CatchUp::ALL.into_iter();
    if let Some(policy) = all.find(|policy| policy.as_str() == text) {
        return policy;
    }
    let known = CatchUp::ALL.iter().map(|policy| policy.as_str());
    document.refuse_unknown(&place, "catch-up policy", text, known);
    CatchUp::default()
}

/// `retry = 3`, or `retry = { times = 3, wait = "1m", longest = "1h" }`.
fn read_retry(document: &mut Document<'_>, table: &DeTable<'_>) -> Retry {
    const EXAMPLE: &str = "{ times = 3, wait = \"1m\", longest = \"1h\" }";
    let mut retry = Retry::default();
    let Some(value) = table.get("retry") else {
        return retry;
    };
    match value.get_ref() {
        DeValue::Integer(_) => {
            retry.times = whole(document, "retry", value, (0, MOST_RETRIES)).unwrap_or(0);
        }
        DeValue::Table(inner) => {
            document.refuse_strangers(inner, &["times", "wait", "longest"], "`retry`");
            match inner.get("times") {
                Some(times) => {
                    retry.times = whole(document, "times", times, (0, MOST_RETRIES)).unwrap_or(0);
                }
                None => document.complain(
                    &value.span(),
                    "`retry` has no `times`".to_owned(),
                    Some(format!("write `retry = {EXAMPLE}`")),
                ),
            }
            retry.wait = span(document, inner, "wait").unwrap_or(retry.wait);
            retry.longest = span(document, inner, "longest")
                .unwrap_or(retry.longest)
                .max(retry.wait);
        }
        _ => document.refuse_type("retry", value, "a number or a table", EXAMPLE),
    }
    retry
}

fn read_group(
    document: &mut Document<'_>,
    table: &DeTable<'_>,
    groups: &BTreeMap<String, usize>,
) -> Option<String> {
    let (text, place) = document.text(table, "group", "\"power\"")?;
    if groups.contains_key(text) {
        return Some(text.to_owned());
    }
    if groups.is_empty() {
        let hint = format!("write `[group.{text}]` with `limit = 1` above the jobs");
        document.complain(&place, format!("there is no group `{text}`"), Some(hint));
    } else {
        document.refuse_unknown(&place, "group", text, groups.keys().map(String::as_str));
    }
    None
}

/// `pause_on_failure = true`, or after so many failures in a row.
fn read_pause(document: &mut Document<'_>, table: &DeTable<'_>) -> Option<u32> {
    let value = table.get("pause_on_failure")?;
    match value.get_ref() {
        DeValue::Boolean(pauses) => pauses.then_some(1),
        DeValue::Integer(_) => whole(document, "pause_on_failure", value, (1, 1_000)),
        _ => {
            let wanted = "true, or how many failures in a row it takes";
            document.refuse_type("pause_on_failure", value, wanted, "3");
            None
        }
    }
}

fn read_limit(document: &mut Document<'_>, table: &DeTable<'_>) -> Option<Money> {
    let value = table.get("spend_limit")?;
    let dollars = match value.get_ref() {
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .ok()
            .and_then(|dollars| i32::try_from(dollars).ok())
            .map(f64::from),
        DeValue::Float(float) => float.as_str().parse().ok(),
        _ => {
            document.refuse_type(
                "spend_limit",
                value,
                "a number of dollars for 30 days",
                "500",
            );
            return None;
        }
    };
    let limit = dollars
        .filter(|dollars| *dollars >= 0.0)
        .and_then(Money::dollars);
    if limit.is_none() {
        document.complain(
            &value.span(),
            "`spend_limit` is no amount of dollars".to_owned(),
            Some("write what a run may buy for 30 days, such as `spend_limit = 500`".to_owned()),
        );
    }
    limit
}
