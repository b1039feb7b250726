//! A slow walk through every minute, which knows nothing of how the calendar works.

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

/// A field as text, and the values it is meant to have.
#[derive(Clone, Debug)]
struct Drawn {
    text: String,
    values: Vec<u32>,
}

/// A field from `min` to `max`; the two ends are the same value where `max` is 7.
fn drawn(min: u32, max: u32, widest: usize) -> impl Strategy<Value = Drawn> {
    prop_oneof![
        3 => Just(every(min, max)),
        2 => (2..=7_u32).prop_map(move |step| Drawn {
            text: format!("*/{step}"),
            values: (min..=max).filter(|value| (value - min).is_multiple_of(step)).collect(),
        }),
        4 => prop::collection::vec(min..=max, 1..=widest).prop_map(|values| Drawn {
            text: values.iter().map(u32::to_string).collect::<Vec<_>>().join(","),
            values,
        }),
        2 => (min..=max, min..=max).prop_map(move |(a, b)| range(min, max, a, b, 1)),
        2 => (min..=max, min..=max, 1..=5_u32, min..=max).prop_map(
            move |(a, b, step, single)| {
                let mut drawn = range(min, max, a, b, step);
                drawn.text = format!("{single:02},{}/{step}", drawn.text);
                drawn.values.push(single);
                drawn
            }
        ),
    ]
}

/// A range, over the end where it may; a reversed range of minutes is turned round.
fn range(min: u32, max: u32, a: u32, b: u32, step: u32) -> Drawn {
    let (a, b) = if max == 59 && a > b { (b, a) } else { (a, b) };
    let same = |x: u32, y: u32| if max == 7 { x % 7 == y % 7 } else { x == y };
    let mut values = Vec::new();
    let (mut value, mut counted) = (a, 0);
    // `0-7` is the whole week, not its Sunday.
    let whole = a == 0 && b == 7;
    loop {
        if counted % step == 0 {
            values.push(value);
        }
        if same(value, b) && !(whole && counted < 7) {
            break;
        }
        value = match max {
            7 => (value + 1) % 7,
            _ if value == max => min,
            _ => value + 1,
        };
        counted += 1;
    }
    Drawn {
        text: format!("{a}-{b}"),
        values,
    }
}

#[derive(Clone, Debug)]
pub(super) struct DrawnLine([Drawn; 5]);

impl DrawnLine {
    pub(super) fn text(&self) -> String {
        self.0.clone().map(|field| field.text).join(" ")
    }

    fn is_elapsed(&self) -> bool {
        self.0[0].text.contains('*') || self.0[1].text.contains('*')
    }

    fn matches(&self, local: NaiveDateTime) -> bool {
        let [minute, hour, day, month, weekday] = &self.0;
        let by_day = day.values.contains(&local.day());
        let number = local.weekday().num_days_from_sunday();
        let by_weekday = weekday.values.iter().any(|value| value % 7 == number);
        let starred = day.text.starts_with('*') || weekday.text.starts_with('*');
        let on_day = if starred {
            by_day && by_weekday
        } else {
            by_day || by_weekday
        };
        minute.values.contains(&local.minute())
            && hour.values.contains(&local.hour())
            && month.values.contains(&local.month())
            && on_day
    }

    /// The first fire in the `minutes` after `after`, found by looking at every one of them.
    pub(super) fn walk(
        &self,
        zone: Tz,
        after: DateTime<Utc>,
        minutes: i64,
    ) -> Option<DateTime<Utc>> {
        let local = |instant: DateTime<Utc>| instant.with_timezone(&zone).naive_local();
        let minute = TimeDelta::minutes(1);
        let whole = after.with_second(0).unwrap().with_nanosecond(0).unwrap();
        if self.is_elapsed() {
            return (1..=minutes)
                .map(|count| whole + minute * i32::try_from(count).unwrap())
                .find(|instant| self.matches(local(*instant)));
        }
        // A fixed job sees a clock that is never set back: it fires when the latest local time
        // ever reached passes one that it names.
        let mut instant = whole - TimeDelta::hours(50);
        let mut reached = local(instant);
        while instant < whole + minute * i32::try_from(minutes).unwrap() {
            instant += minute;
            let mut due = false;
            while reached < local(instant) {
                reached += minute;
                due |= self.matches(reached);
            }
            if due && instant > after {
                return Some(instant);
            }
        }
        None
    }
}

fn every(min: u32, max: u32) -> Drawn {
    Drawn {
        text: "*".into(),
        values: (min..=max).collect(),
    }
}

/// Lines of all kinds, most of them due several times around a change of the clock.
pub(super) fn line() -> impl Strategy<Value = DrawnLine> {
    let anything = (
        drawn(0, 59, 3),
        drawn(0, 23, 4),
        drawn(1, 31, 5),
        drawn(1, 12, 8),
        drawn(0, 7, 4),
    );
    let small_hours = prop::collection::vec(0..=3_u32, 1..=3).prop_map(|values| Drawn {
        text: values
            .iter()
            .map(u32::to_string)
            .collect::<Vec<_>>()
            .join(","),
        values,
    });
    let daily = (
        drawn(0, 59, 3),
        prop_oneof![small_hours, drawn(0, 23, 4)],
        Just(every(1, 31)),
        Just(every(1, 12)),
        prop_oneof![4 => Just(every(0, 7)), 1 => drawn(0, 7, 4)],
    );
    prop_oneof![1 => anything.boxed(), 4 => daily.boxed()].prop_map(
        |(minute, hour, day, month, weekday)| DrawnLine([minute, hour, day, month, weekday]),
    )
}
