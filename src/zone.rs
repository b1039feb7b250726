//! Time zones by name, and the local times of instants in them.
//!
//! The database is in the binary as bytes that are read when a zone is asked for, so that a script
//! without a schedule pays nothing for it.

use std::fmt;
use std::sync::OnceLock;

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, TimeDelta, Utc};
use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase, TimeZoneName};
use thiserror::Error;

use crate::operation::nearest;

/// A zone of the time zone database.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// Its name as the database spells it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// What its clocks show at an instant.
    #[must_use]
    pub fn local(&self, instant: DateTime<Utc>) -> NaiveDateTime {
        let clock = instant.naive_utc();
        let ahead = span(self.0.to_offset(timestamp(instant)));
        // At the ends of what can be said the clocks show the instant itself.
        clock.checked_add_signed(ahead).unwrap_or(clock)
    }

    /// The instants at which its clocks show `local`: two where an hour is repeated, none in a gap.
    #[must_use]
    pub fn instants(&self, local: NaiveDateTime) -> MappedLocalTime<DateTime<Utc>> {
        let at = |offset| Some(local.checked_sub_signed(span(offset))?.and_utc());
        let found = match self.0.to_ambiguous_timestamp(written(local)).offset() {
            AmbiguousOffset::Unambiguous { offset } => at(offset).map(MappedLocalTime::Single),
            AmbiguousOffset::Fold { before, after } => at(before)
                .zip(at(after))
                .map(|(first, second)| MappedLocalTime::Ambiguous(first, second)),
            AmbiguousOffset::Gap { .. } => None,
        };
        found.unwrap_or(MappedLocalTime::None)
    }

    /// The first instant at which the zone's clock has reached `local`.
    #[must_use]
    pub fn first_at(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self.instants(local) {
            MappedLocalTime::None => self.gap_end(local),
            found => found.earliest(),
        }
    }

    /// The first instant after the gap in which `local` lies.
    #[must_use]
    pub fn gap_end(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        // Gaps last from minutes to a whole day; the search walks out of it on both sides.
        let step = TimeDelta::minutes(15);
        let steps = 1..=200;
        let before = steps.clone().find_map(|count| {
            let local = local.checked_sub_signed(step * count)?;
            self.instants(local).latest()
        })?;
        let after = steps.into_iter().find_map(|count| {
            let local = local.checked_add_signed(step * count)?;
            self.instants(local).earliest()
        })?;
        Some(first_second(before, after, |instant| {
            self.local(instant) >= local
        }))
    }

    /// What its time is called at an instant: `EDT`, `+03`.
    #[must_use]
    pub fn abbreviation(&self, instant: DateTime<Utc>) -> String {
        let info = self.0.to_offset_info(timestamp(instant));
        info.abbreviation().to_owned()
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Zone({self})")
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A zone name that is not in the time zone database.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("there is no time zone `{name}`")]
pub struct UnknownZone {
    /// The name as given.
    pub name: String,
    /// What to write instead.
    pub hint: String,
}

/// The zone of this name, in any case: `Europe/Berlin`, `utc`.
pub fn named(name: &str) -> Result<Zone, UnknownZone> {
    let name = name.trim();
    database().get(name).map(Zone).map_err(|_| UnknownZone {
        name: name.to_owned(),
        hint: suggestion(name),
    })
}

/// The database in the binary: what the machine has may be old, or missing.
fn database() -> &'static TimeZoneDatabase {
    static BUNDLED: OnceLock<TimeZoneDatabase> = OnceLock::new();
    BUNDLED.get_or_init(TimeZoneDatabase::bundled)
}

fn span(offset: Offset) -> TimeDelta {
    TimeDelta::seconds(offset.seconds().into())
}

/// The same instant in whole seconds; the ends of what can be said stand for what lies beyond.
fn timestamp(instant: DateTime<Utc>) -> Timestamp {
    let end = if instant < DateTime::UNIX_EPOCH {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    Timestamp::from_second(instant.timestamp()).unwrap_or(end)
}

/// The same local time, its fraction of a second left out.
fn written(local: NaiveDateTime) -> civil::DateTime {
    Offset::UTC.to_datetime(timestamp(local.and_utc()))
}

/// The first second after `before`, up to `after`, from which `reached` holds.
pub fn first_second(
    before: DateTime<Utc>,
    after: DateTime<Utc>,
    reached: impl Fn(DateTime<Utc>) -> bool,
) -> DateTime<Utc> {
    let (mut low, mut high) = (before, after);
    while high - low > TimeDelta::seconds(1) {
        let middle = low + TimeDelta::seconds((high - low).num_seconds() / 2);
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// What abbreviations stand for that have one well-known meaning, and are no names themselves. Others
/// stand for several places: IST is said in Dublin, Jerusalem and Kolkata.
const ABBREVIATIONS: [(&str, &str); 26] = [
    ("ACDT", "Australia/Adelaide"),
    ("AEDT", "Australia/Sydney"),
    ("AEST", "Australia/Sydney"),
    ("AKDT", "America/Anchorage"),
    ("AKST", "America/Anchorage"),
    ("AWST", "Australia/Perth"),
    ("CDT", "America/Chicago"),
    ("CEST", "Europe/Berlin"),
    ("EDT", "America/New_York"),
    ("EEST", "Europe/Athens"),
    ("HKT", "Asia/Hong_Kong"),
    ("JST", "Asia/Tokyo"),
    ("KST", "Asia/Seoul"),
    ("MDT", "America/Denver"),
    ("MSK", "Europe/Moscow"),
    ("NDT", "America/St_Johns"),
    ("NZDT", "Pacific/Auckland"),
    ("NZST", "Pacific/Auckland"),
    ("PDT", "America/Los_Angeles"),
    ("PKT", "Asia/Karachi"),
    ("PST", "America/Los_Angeles"),
    ("SAST", "Africa/Johannesburg"),
    ("SGT", "Asia/Singapore"),
    ("WEST", "Europe/Lisbon"),
    ("WIB", "Asia/Jakarta"),
    ("Z", "UTC"),
];

const EXAMPLE: &str = "write a name of the time zone database, such as `Europe/Berlin` or `UTC`";

/// The minutes that an offset such as `UTC+2`, `GMT-05:30` or `+0200` is ahead of UTC.
fn offset(name: &str) -> Option<i32> {
    let upper = name.to_ascii_uppercase().replace([' ', '_'], "");
    let bare = upper.strip_prefix("ETC/").unwrap_or(&upper);
    let bare = ["UTC", "GMT"]
        .into_iter()
        .find_map(|prefix| bare.strip_prefix(prefix))
        .unwrap_or(bare);
    let (sign, digits) = match bare.strip_prefix('+') {
        Some(digits) => (1, digits),
        None => (-1, bare.strip_prefix(['-', '\u{2212}'])?),
    };
    let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
        (Some((hours, minutes)), _) => (hours, minutes),
        (None, 3 | 4) => digits.split_at_checked(digits.len() - 2)?,
        (None, _) => (digits, "0"),
    };
    let number = |text: &str, most: i32| -> Option<i32> {
        let is_short = matches!(text.len(), 1 | 2) && text.bytes().all(|it| it.is_ascii_digit());
        text.parse().ok().filter(|it| is_short && *it <= most)
    };
    Some(sign * (number(hours, 23)? * 60 + number(minutes, 59)?))
}

/// What to write in place of an offset.
fn of_offset(minutes: i32) -> String {
    let places = "zones are named by places, such as `Europe/Berlin`";
    let hours = minutes / 60;
    match (minutes % 60, hours) {
        (0, 0) => "did you mean `UTC`?".to_owned(),
        // Their sign is that of POSIX.
        (0, 1..=14) => format!("{places}; `Etc/GMT-{hours}` is always {hours} h ahead of UTC"),
        (0, -12..=-1) => {
            let hours = -hours;
            format!("{places}; `Etc/GMT+{hours}` is always {hours} h behind UTC")
        }
        _ => places.to_owned(),
    }
}

fn suggestion(name: &str) -> String {
    if let Some(minutes) = offset(name) {
        return of_offset(minutes);
    }
    let is_said = |(said, _): &&(&str, &str)| said.eq_ignore_ascii_case(name);
    if let Some((_, place)) = ABBREVIATIONS.iter().find(is_said) {
        return format!("did you mean `{place}`?");
    }
    let spaceless = name.replace(' ', "_");
    let names: Vec<_> = database().available().collect();
    let names = || names.iter().map(TimeZoneName::as_str);
    let city = names().find(|known| {
        known
            .rsplit_once('/')
            .is_some_and(|(_, city)| city.eq_ignore_ascii_case(&spaceless))
    });
    // Another abbreviation that looks like it may be hours away.
    let is_abbreviation = name.len() <= 5 && name.bytes().all(|it| it.is_ascii_uppercase())
        || name.len() <= 4 && name.bytes().all(|it| it.is_ascii_alphabetic());
    let near = || nearest(&spaceless, names()).filter(|_| !is_abbreviation);
    match city.or_else(near) {
        Some(known) => format!("did you mean `{known}`?"),
        None => EXAMPLE.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_ends_of_what_can_be_said_nothing_breaks() {
        for name in ["America/New_York", "Asia/Tokyo", "UTC", "Pacific/Apia"] {
            let zone = named(name).unwrap();
            for instant in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
                let local = zone.local(instant);
                let _ = (
                    zone.first_at(local),
                    zone.gap_end(local),
                    zone.abbreviation(instant),
                );
            }
            for local in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
                let _ = (
                    zone.instants(local),
                    zone.first_at(local),
                    zone.gap_end(local),
                );
            }
        }
    }

    #[test]
    fn zones_are_found_in_any_case() {
        assert_eq!(named("europe/BERLIN").unwrap().name(), "Europe/Berlin");
        assert_eq!(named("utc").unwrap().name(), "UTC");
    }

    #[test]
    fn a_misspelt_zone_names_the_nearest() {
        let error = named("Europe/Berln").unwrap_err();
        assert_eq!(error.hint, "did you mean `Europe/Berlin`?");
        assert!(error.to_string().contains("Europe/Berln"));
    }

    #[test]
    fn a_bare_city_names_its_zone() {
        assert_eq!(
            named("new york").unwrap_err().hint,
            "did you mean `America/New_York`?"
        );
    }

    #[test]
    fn an_offset_is_sent_to_the_places_and_not_to_the_opposite_sign() {
        let hint = |name: &str| named(name).unwrap_err().hint;
        for name in [
            "GMT+2",
            "UTC+2",
            "utc+02:00",
            "+02:00",
            "+0200",
            "Etc/UTC+2",
        ] {
            assert_eq!(
                hint(name),
                "zones are named by places, such as `Europe/Berlin`; `Etc/GMT-2` is always 2 h ahead of UTC",
                "{name}"
            );
        }
        let west = hint("UTC-5");
        assert!(
            west.ends_with("`Etc/GMT+5` is always 5 h behind UTC"),
            "{west}"
        );
        for name in ["UTC+5:30", "UTC+20"] {
            assert!(!hint(name).contains("Etc/"), "{name}");
        }
        assert_eq!(hint("+00:00"), "did you mean `UTC`?");
        // What those names mean is what is said of them.
        let at = DateTime::UNIX_EPOCH;
        let ahead = |name: &str| (named(name).unwrap().local(at) - at.naive_utc()).num_hours();
        assert_eq!((ahead("Etc/GMT-2"), ahead("Etc/GMT+5")), (2, -5));
    }

    #[test]
    fn an_abbreviation_names_its_place_or_nothing() {
        let hint = |name: &str| named(name).unwrap_err().hint;
        assert_eq!(hint("PST"), "did you mean `America/Los_Angeles`?");
        assert_eq!(hint("cest"), "did you mean `Europe/Berlin`?");
        for name in ["IST", "BST", "CST", "ist"] {
            assert_eq!(hint(name), EXAMPLE, "{name}");
        }
        assert_eq!(hint("rome"), "did you mean `Europe/Rome`?");
        for (name, place) in ABBREVIATIONS {
            assert!(named(name).is_err(), "{name} is a name itself");
            assert!(named(place).is_ok(), "{place}");
        }
    }

    #[test]
    fn noise_gets_an_example() {
        assert!(named("").unwrap_err().hint.contains("Europe/Berlin"));
    }
}
