//! The `[calendar.NAME]` tables of the jobs file: sets of days by name.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use toml::de::{DeTable, DeValue};

use super::days::{Days, is_entry};
use super::document::{Document, Node, key_span};

/// The calendar whose days are no business days.
pub(super) const HOLIDAYS: &str = "holidays";

const EXAMPLE: &str = "[\"2026-12-25\", \"sat-sun\"]";

/// The calendars of a jobs file by name.
#[derive(Debug, Default)]
pub(super) struct Almanac(BTreeMap<String, Days>);

impl Almanac {
    /// Reads the calendars; what is wrong is complained about.
    pub(super) fn read(document: &mut Document<'_>, root: &DeTable<'_>) -> Self {
        let mut almanac = Self::default();
        let Some(value) = root.get("calendar") else {
            return almanac;
        };
        let Some(tables) = value.get_ref().as_table() else {
            let span = key_span(root, "calendar").unwrap_or_else(|| value.span());
            let message = "`calendar` is no table of calendars".to_owned();
            let hint = format!("write `[calendar.{HOLIDAYS}]`, and below it `days = {EXAMPLE}`");
            document.complain(&span, message, Some(hint));
            return almanac;
        };
        for (key, value) in tables {
            let name = key.get_ref().as_ref();
            let is_sound = is_name(document, name, &key.span());
            let days = read_table(document, name, &key.span(), value);
            if is_sound {
                // A calendar with a mistake is known all the same: that it is not would be untrue.
                almanac.0.insert(name.to_owned(), days);
            }
        }
        almanac
    }

    /// The days of the calendar of this name.
    fn get(&self, name: &str) -> Option<&Days> {
        self.0.get(name)
    }

    /// The days that are no business days.
    pub(super) fn holidays(&self) -> Days {
        self.get(HOLIDAYS).cloned().unwrap_or_default()
    }

    /// The days that a key lists, by the names of calendars or by themselves.
    pub(super) fn days(
        &self,
        document: &mut Document<'_>,
        table: &DeTable<'_>,
        key: &str,
    ) -> Option<Days> {
        let value = table.get(key)?;
        let names: Vec<&str> = self.0.keys().map(String::as_str).collect();
        let example = "[\"holidays\", \"sat-sun\"]";
        Some(read_days(document, key, value, &names, example, |name| {
            self.get(name).cloned()
        }))
    }
}

fn is_name(document: &mut Document<'_>, name: &str, span: &std::ops::Range<usize>) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
    if !starts || !name.chars().all(fits) {
        let message = format!("`{name}` is no name for a calendar");
        let hint = "begin with a lower-case letter, then letters, digits, `_` and `-`".to_owned();
        document.complain(span, message, Some(hint));
        return false;
    }
    if is_entry(name) {
        let message = format!("the calendar `{name}` is called like a weekday");
        let hint = "give it a name that cannot be mistaken for a day".to_owned();
        document.complain(span, message, Some(hint));
        return false;
    }
    true
}

fn read_table(
    document: &mut Document<'_>,
    name: &str,
    span: &std::ops::Range<usize>,
    value: &Node<'_>,
) -> Days {
    let Some(table) = value.get_ref().as_table() else {
        let message = format!("the calendar `{name}` is no table");
        let hint = format!("write `[calendar.{name}]`, and below it `days = {EXAMPLE}`");
        document.complain(&value.span(), message, Some(hint));
        return Days::default();
    };
    document.refuse_strangers(table, &["days"], "a calendar");
    let Some(list) = table.get("days") else {
        let message = format!("the calendar `{name}` has no `days`");
        document.complain(span, message, Some(format!("write `days = {EXAMPLE}`")));
        return Days::default();
    };
    let days = read_days(document, "days", list, &[], EXAMPLE, |_| None);
    if name == HOLIDAYS && days.ask_for_business_days() {
        let message = format!("`{HOLIDAYS}` says itself which days are no business days");
        let hint = "list its days by date or weekday, and business days in another calendar";
        document.complain(&list.span(), message, Some(hint.to_owned()));
        return Days::default();
    }
    days
}

/// Reads entries, each a text or a date of TOML's own; `named` are the days of a calendar.
fn read_days(
    document: &mut Document<'_>,
    key: &str,
    value: &Node<'_>,
    names: &[&str],
    example: &str,
    named: impl Fn(&str) -> Option<Days>,
) -> Days {
    let items: Vec<&Node<'_>> = match value.get_ref() {
        DeValue::Array(list) => list.iter().collect(),
        _ => vec![value],
    };
    if items.is_empty() && key != "days" {
        let message = format!("`{key}` lists no days");
        let hint = format!("write `{key} = {example}`, or leave it out");
        document.complain(&value.span(), message, Some(hint));
    }
    let mut days = Days::default();
    for item in items {
        let text = match item.get_ref() {
            DeValue::String(text) => text.as_ref().to_owned(),
            DeValue::Datetime(date) if date.to_string().parse::<NaiveDate>().is_ok() => {
                date.to_string()
            }
            DeValue::Datetime(date) => {
                let message = format!("`{date}` in `{key}` is more than a day");
                let hint = "write the date alone, such as `2026-12-25`".to_owned();
                document.complain(&item.span(), message, Some(hint));
                continue;
            }
            _ => {
                document.refuse_type(key, item, "a list of days", example);
                continue;
            }
        };
        if let Some(named) = named(text.trim()) {
            days.add(named);
            continue;
        }
        match Days::entry(&text, names) {
            Ok(entry) => days.add(entry),
            Err(error) => document.complain_line(item, error),
        }
    }
    days
}
