//! When windows open and close, against a clock watched minute by minute.

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use fastrand::Rng;

use super::{Window, Windows};
use crate::schedule::calendar::oracle::{Film, ZONES, changes};
use crate::zone::named;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn windows(texts: &[&str], zone: &str) -> Windows {
    let windows = texts.iter().map(|text| Window::parse(text).unwrap());
    Windows::new(windows.collect(), named(zone).unwrap())
}

#[track_caller]
fn closes(texts: &[&str], zone: &str, instant: &str, expected: &str) {
    let found = windows(texts, zone).closes(at(instant));
    assert_eq!(found, (!expected.is_empty()).then(|| at(expected)));
}

#[test]
fn a_window_over_midnight_closes_the_next_morning() {
    let nightly = ["22:00-06:00"];
    closes(
        &nightly,
        "UTC",
        "2026-03-04T22:00:00Z",
        "2026-03-05T06:00:00Z",
    );
    closes(
        &nightly,
        "UTC",
        "2026-03-05T05:59:59Z",
        "2026-03-05T06:00:00Z",
    );
    closes(&nightly, "UTC", "2026-03-05T06:00:00Z", "");
    closes(&nightly, "UTC", "2026-03-05T21:59:59Z", "");
}

#[test]
fn the_weekday_of_a_window_is_the_one_on_which_it_opens() {
    let weekend = ["sat-sun 22:00-06:00"];
    closes(
        &weekend,
        "UTC",
        "2026-03-07T23:00:00Z",
        "2026-03-08T06:00:00Z",
    );
    closes(&weekend, "UTC", "2026-03-07T05:00:00Z", "");
    closes(
        &weekend,
        "UTC",
        "2026-03-09T05:00:00Z",
        "2026-03-09T06:00:00Z",
    );
}

#[test]
fn a_window_over_a_change_of_the_clock_ends_by_the_clock() {
    let (nightly, zone) = (["22:00-06:00"], "America/New_York");
    closes(
        &nightly,
        zone,
        "2026-03-08T04:00:00Z",
        "2026-03-08T10:00:00Z",
    );
    closes(
        &nightly,
        zone,
        "2026-11-01T04:00:00Z",
        "2026-11-01T11:00:00Z",
    );
    // One within the repeated hour closes the first time its end is shown.
    closes(
        &["00:00-01:30"],
        zone,
        "2026-11-01T05:00:00Z",
        "2026-11-01T05:30:00Z",
    );
    closes(&["00:00-01:30"], zone, "2026-11-01T06:10:00Z", "");
    // One that lies in the gap does not open.
    closes(&["02:00-03:00"], zone, "2026-03-08T07:00:00Z", "");
    closes(
        &["01:00-02:30"],
        zone,
        "2026-03-08T06:30:00Z",
        "2026-03-08T07:00:00Z",
    );
}

#[test]
fn windows_that_touch_are_one() {
    let two = ["sat 22:00-24:00", "sun 00:00-04:00", "sun 03:00-05:00"];
    closes(&two, "UTC", "2026-03-07T22:30:00Z", "2026-03-08T05:00:00Z");
    let always = windows(&["00:00-24:00"], "UTC");
    let now = at("2026-03-07T22:30:00Z");
    assert!(always.closes(now).unwrap() - now > TimeDelta::days(366));
}

#[test]
fn a_window_that_is_none_is_refused_with_what_to_write() {
    let refused: Vec<String> = [
        "",
        "22:00",
        "22-06",
        "22:00-25:00",
        "22:00-06:60",
        "9:00-17:00",
        "24:00-06:00",
        "22:00-22:00",
        "sat-sun",
        "satt 22:00-06:00",
        "sat 22:00",
        "6 22:00-06:00",
        "  mon,,tue 22:00-06:00",
        "nightly",
    ]
    .into_iter()
    .map(|text| {
        let error = Window::parse(text).unwrap_err();
        let hint = error.hint.clone().unwrap();
        format!(
            "{text:?} {}+{}: {error}; {hint}",
            error.column, error.length
        )
    })
    .collect();
    insta::assert_snapshot!(refused.join("\n"));
}

/// A window by what it was drawn as.
struct Drawn {
    weekdays: Vec<u32>,
    opens: u32,
    closes: u32,
}

impl Drawn {
    fn draw(rng: &mut Rng) -> (String, Self) {
        const NAMES: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
        let minute = |rng: &mut Rng| match rng.u32(0..3) {
            0 => rng.u32(0..5) * 60 + 30 * rng.u32(0..2),
            1 => rng.u32(0..24) * 60,
            _ => rng.u32(0..1_440),
        };
        let opens = minute(rng);
        let mut closes = if rng.u32(0..6) == 0 {
            1_440
        } else {
            minute(rng)
        };
        if closes == opens {
            closes += 1;
        }
        let shown = |it: u32| format!("{:02}:{:02}", it / 60, it % 60);
        let times = format!("{}-{}", shown(opens), shown(closes));
        if rng.bool() {
            let weekdays = (0..7).collect();
            return (
                times,
                Self {
                    weekdays,
                    opens,
                    closes,
                },
            );
        }
        let (from, length) = (rng.u32(0..7), rng.u32(0..6));
        let weekdays: Vec<u32> = (from..=from + length).map(|it| it % 7).collect();
        let name = |it: u32| NAMES[usize::try_from(it % 7).unwrap()];
        let text = format!("{}-{} {times}", name(from), name(from + length));
        (
            text,
            Self {
                weekdays,
                opens,
                closes,
            },
        )
    }

    /// The local time at which the window closes that opens at this one, if one does.
    fn opened(&self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        let is_open = self
            .weekdays
            .contains(&local.weekday().num_days_from_sunday())
            && local.hour() * 60 + local.minute() == self.opens;
        let late = self.closes <= self.opens;
        let span = self.closes + if late { 1_440 } else { 0 } - self.opens;
        is_open.then(|| local + TimeDelta::minutes(span.into()))
    }
}

/// The latest close that is under way at each minute, found by watching the clock: a window opens
/// when its start is reached for the first time, and closes when its end is.
fn watched(film: &Film, drawn: &[Drawn]) -> Vec<(DateTime<Utc>, bool)> {
    let mut open: Vec<NaiveDateTime> = Vec::new();
    film.minutes()
        .map(|(instant, _, reached)| {
            for local in reached {
                open.extend(drawn.iter().filter_map(|it| it.opened(local)));
                open.retain(|end| *end > local);
            }
            (instant, !open.is_empty())
        })
        .collect()
}

#[test]
fn windows_at_random_agree_with_a_clock_watched_minute_by_minute() {
    let mut rng = Rng::with_seed(11);
    let (mut compared, mut opened) = (0, 0);
    for name in ZONES {
        let zone: Tz = name.parse().unwrap();
        let changes = changes(zone);
        for _ in 0..3 {
            let change = changes[rng.usize(0..changes.len())];
            let film = Film::of(zone, change - TimeDelta::days(4));
            for _ in 0..6 {
                let (texts, drawn): (Vec<String>, Vec<Drawn>) =
                    (0..rng.usize(1..=2)).map(|_| Drawn::draw(&mut rng)).unzip();
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                let windows = windows(&texts, name);
                let watched = watched(&film, &drawn);
                // What opened before the film began is not seen in it.
                let start = 49 * 60;
                for index in (start..watched.len() - 1).step_by(61) {
                    let (instant, is_open) = watched[index];
                    let context = || format!("{texts:?} {name} {instant}");
                    let found = windows.closes(instant);
                    assert_eq!(found.is_some(), is_open, "{}", context());
                    let other = watched[index..].iter().find(|(_, it)| *it != is_open);
                    if let Some((turn, _)) = other {
                        if is_open {
                            assert_eq!(found, Some(*turn), "{}", context());
                        } else {
                            assert_eq!(windows.opens_after(instant), Some(*turn), "{}", context());
                        }
                    }
                    compared += 1;
                    opened += usize::from(is_open);
                }
            }
        }
    }
    println!("{compared} instants, {opened} of them in a window");
    assert!(opened * 5 > compared, "{opened} of {compared}");
}
