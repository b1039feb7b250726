//! What an entry of a set of days means, against counting on the fingers.

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};
use fastrand::Rng;

use super::Days;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn none() -> Days {
    Days::default()
}

/// The days of a year that an entry means, without the year.
fn of_year(entry: &str, year: i32, holidays: &Days) -> Vec<String> {
    let days = Days::parse([entry]).unwrap();
    NaiveDate::from_ymd_opt(year, 1, 1)
        .unwrap()
        .iter_days()
        .take_while(|date| date.year() == year)
        .filter(|date| days.hold(*date, holidays))
        .map(|date| date.format("%m-%d").to_string())
        .collect()
}

#[test]
fn a_date_is_that_day_and_a_range_has_both_its_ends() {
    assert_eq!(of_year("2026-12-25", 2026, &none()), ["12-25"]);
    assert!(of_year("2026-12-25", 2027, &none()).is_empty());
    let turn = "2026-12-30 .. 2027-01-02";
    assert_eq!(of_year(turn, 2026, &none()), ["12-30", "12-31"]);
    assert_eq!(of_year(turn, 2027, &none()), ["01-01", "01-02"]);
}

#[test]
fn a_day_without_a_year_comes_every_year_and_a_range_may_run_over_new_year() {
    assert_eq!(of_year("12-25", 2031, &none()), ["12-25"]);
    assert_eq!(
        of_year("12-30..01-02", 2026, &none()),
        ["01-01", "01-02", "12-30", "12-31"]
    );
    assert!(of_year("02-29", 2026, &none()).is_empty());
    assert_eq!(of_year("02-29", 2028, &none()), ["02-29"]);
    assert_eq!(of_year("02-28..03-01", 2026, &none()), ["02-28", "03-01"]);
}

#[test]
fn days_are_counted_from_both_ends_of_their_month() {
    let of = |entry: &str| of_year(entry, 2026, &none());
    assert_eq!(of("last day")[..3], ["01-31", "02-28", "03-31"]);
    assert_eq!(of("1st mon")[..3], ["01-05", "02-02", "03-02"]);
    assert_eq!(of("Last FRI")[..3], ["01-30", "02-27", "03-27"]);
    assert_eq!(of("5th fri"), ["01-30", "05-29", "07-31", "10-30"]);
    assert_eq!(of("second last fri")[..2], ["01-23", "02-20"]);
    assert_eq!(of("first business day")[..3], ["01-01", "02-02", "03-02"]);
    assert_eq!(of("3rd last business day")[..2], ["01-28", "02-25"]);
}

#[test]
fn a_holiday_is_no_business_day() {
    let holidays = Days::parse(["01-01", "2026-05-29"]).unwrap();
    let of = |entry: &str| of_year(entry, 2026, &holidays);
    assert_eq!(of("first business day")[..2], ["01-02", "02-02"]);
    assert_eq!(of("2nd business day")[0], "01-05");
    assert_eq!(of("last business day")[4], "05-28");
    assert_eq!(of("business day").len(), 261 - 2);
}

#[test]
fn weekdays_run_over_the_end_of_the_week() {
    let days = Days::parse(["fri-MON"]).unwrap();
    let week: Vec<bool> = (5..12)
        .map(|day| days.hold(NaiveDate::from_ymd_opt(2026, 1, day).unwrap(), &none()))
        .collect();
    assert_eq!(week, [true, false, false, false, true, true, true]);
}

#[test]
fn what_is_no_day_is_refused_with_what_was_meant() {
    let refused: Vec<String> = [
        "",
        "2026-13-01",
        "2026-02-29",
        "02-30",
        "2026-1-5",
        "25.12.2026",
        "2027-01-02..2026-12-24",
        "2026-12-24..",
        "12-24..2027-01-02",
        "saturday",
        "sut",
        "mon-fry",
        "last",
        "last friday",
        "1th mon",
        "6th mon",
        "thrid fri",
        "3rd",
        "lst day",
        "last last day",
        "business last day",
        "32nd day",
        "2026-12-24..2027-02-30",
        "holidys",
        "0th day",
        "bussiness day",
    ]
    .into_iter()
    .map(|text| {
        let error = Days::entry(text, &["holidays"]).unwrap_err();
        let hint = error.hint.clone().unwrap();
        format!(
            "{text:?} {}+{}: {error}; {hint}",
            error.column, error.length
        )
    })
    .collect();
    insta::assert_snapshot!(refused.join("\n"));
}

/// Every day of the month of a date, in order.
fn month(date: NaiveDate) -> Vec<NaiveDate> {
    let first = date.with_day(1).unwrap();
    first
        .iter_days()
        .take_while(|it| it.month() == date.month())
        .collect()
}

#[test]
fn entries_at_random_agree_with_a_list_of_the_days_they_mean() {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let mut rng = Rng::with_seed(7);
    let start = date("2023-12-01");
    let all: Vec<NaiveDate> = start.iter_days().take(1_200).collect();
    let mut held = 0;
    for _ in 0..300 {
        let dates: Vec<NaiveDate> = (0..20).map(|_| all[rng.usize(0..all.len())]).collect();
        let written: Vec<String> = dates.iter().map(ToString::to_string).collect();
        let holidays = Days::parse(written.iter().map(String::as_str)).unwrap();
        let is_business = |it: &NaiveDate| {
            !matches!(it.weekday().to_string().as_str(), "Sat" | "Sun") && !dates.contains(it)
        };
        let (text, meant): (String, Vec<NaiveDate>) = match rng.u32(0..4) {
            0 => {
                let from = rng.usize(0..all.len());
                let to = rng.usize(from..all.len());
                (
                    format!("{}..{}", all[from], all[to]),
                    all[from..=to].to_vec(),
                )
            }
            1 => {
                let (from, to) = (all[rng.usize(0..400)], rng.usize(0..364));
                let length = u64::try_from(to).unwrap();
                let last = from + chrono::Days::new(length);
                let text = format!("{}..{}", from.format("%m-%d"), last.format("%m-%d"));
                if text.contains("02-29") || text[..5] == text[7..] {
                    continue;
                }
                // The range of every year, walked from each of its starts.
                let meant = (2022..=2027).flat_map(|year| {
                    let first = from.with_year(year).unwrap();
                    first.iter_days().scan(false, move |over, it| {
                        let done = *over;
                        *over |= it.format("%m-%d").to_string() == text_end(last);
                        (!done).then_some(it)
                    })
                });
                (text, meant.collect())
            }
            2 => {
                let (from, to) = (rng.usize(0..7), rng.usize(0..7));
                let length = (to + 7 - from) % 7;
                let names: Vec<&str> = (0..=length).map(|step| NAMES[(from + step) % 7]).collect();
                let is_one = |it: &&NaiveDate| {
                    names.contains(&it.weekday().to_string().to_lowercase().as_str())
                };
                let meant = all.iter().filter(is_one).copied().collect();
                (format!("{}-{}", NAMES[from], NAMES[to]), meant)
            }
            _ => {
                let weekday = NAMES[rng.usize(0..7)];
                let (kind, most) = match rng.u32(0..3) {
                    0 => ("day", 31),
                    1 => ("business day", 23),
                    _ => (weekday, 5),
                };
                let (place, from_end) = (rng.usize(1..=most), rng.bool());
                let mut meant = Vec::new();
                for first in all.iter().filter(|it| it.day() == 1) {
                    let mut counted: Vec<NaiveDate> = month(*first)
                        .into_iter()
                        .filter(|it| match kind {
                            "day" => true,
                            "business day" => is_business(it),
                            _ => it.weekday().to_string().to_lowercase() == weekday,
                        })
                        .collect();
                    if from_end {
                        counted.reverse();
                    }
                    meant.extend(counted.get(place - 1));
                }
                let ending = match place {
                    1 | 21 | 31 => "st",
                    2 | 22 => "nd",
                    3 | 23 => "rd",
                    _ => "th",
                };
                let last = if from_end { "last " } else { "" };
                (format!("{place}{ending} {last}{kind}"), meant)
            }
        };
        let days = Days::parse([text.as_str()]).unwrap();
        let meant: HashSet<NaiveDate> = meant.into_iter().collect();
        // The last month is not whole.
        for it in &all[..1_150] {
            let is_held = days.hold(*it, &holidays);
            held += usize::from(is_held);
            assert_eq!(is_held, meant.contains(it), "{text} {it}");
        }
    }
    assert!(held > 20_000, "{held}");
}

fn text_end(date: NaiveDate) -> String {
    date.format("%m-%d").to_string()
}
