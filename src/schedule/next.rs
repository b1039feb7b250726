//! The next fires of a schedule, as `mw jobs next` shows them.

use chrono::{DateTime, SecondsFormat, Utc};

use super::calendar::Calendar;
use crate::zone::Zone;

/// One fire of a schedule, in its zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fire {
    /// When.
    pub instant: DateTime<Utc>,
    /// The zone whose local time is shown.
    pub zone: Zone,
}

/// The next `count` fires strictly after `after`; fewer when the calendar ends before.
#[must_use]
pub fn fires(calendar: &Calendar, after: DateTime<Utc>, count: usize) -> Vec<Fire> {
    let zone = calendar.zone();
    calendar
        .fires_after(after)
        .take(count)
        .map(|instant| Fire {
            instant,
            zone: zone.clone(),
        })
        .collect()
}

impl Fire {
    /// The instant for machines, RFC 3339 in UTC: `2026-03-08T07:00:00Z`.
    #[must_use]
    pub fn rfc3339(&self) -> String {
        self.instant.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// The local time with its weekday and the zone's abbreviation: `Sun 2026-03-08 03:00:00 EDT`.
    #[must_use]
    pub fn local(&self) -> String {
        let local = self.zone.local(self.instant);
        let abbreviation = self.zone.abbreviation(self.instant);
        format!("{} {abbreviation}", local.format("%a %Y-%m-%d %H:%M:%S"))
    }
}

/// Fires for people, one a line: local time first, UTC beside it where it differs.
#[must_use]
pub fn listed(fires: &[Fire]) -> String {
    fires
        .iter()
        .map(|fire| {
            if fire.zone == Zone::UTC {
                format!("{}\n", fire.local())
            } else {
                format!("{}  {}\n", fire.local(), fire.rfc3339())
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::CronLine;

    #[test]
    fn people_see_local_time_and_utc() {
        let line = CronLine::parse("30 2 * * *", false).unwrap();
        let calendar = Calendar::new(line, crate::zone::named("America/New_York").unwrap());
        let after = "2026-03-07T12:00:00Z".parse().unwrap();
        let fires = fires(&calendar, after, 2);
        assert_eq!(
            listed(&fires),
            "Sun 2026-03-08 03:00:00 EDT  2026-03-08T07:00:00Z\n\
             Mon 2026-03-09 02:30:00 EDT  2026-03-09T06:30:00Z\n"
        );
        assert_eq!(fires[0].rfc3339(), "2026-03-08T07:00:00Z");
    }

    #[test]
    fn utc_is_shown_once() {
        let line = CronLine::parse("@daily", false).unwrap();
        let calendar = Calendar::new(line, Zone::UTC);
        let after = "2026-03-07T12:00:00.5Z".parse().unwrap();
        assert_eq!(
            listed(&fires(&calendar, after, 1)),
            "Sun 2026-03-08 00:00:00 UTC\n"
        );
    }
}
