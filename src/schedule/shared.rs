//! What the jobs of a file have in common, kept once: a hundred thousand of them differ in little more
//! than their names.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::bounds::Bounds;
use super::calendar::Calendar;
use super::line::{CronLine, LineError};
use super::policy::{Policy, Rights};
use crate::zone::Zone;

/// What jobs have in common, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// By the line, whether it has seconds, and the zone that it is in without one of its own.
    calendars: HashMap<(String, bool, String), Calendar>,
    pub(super) bounds: Last<Bounds>,
    pub(super) policy: Last<Policy>,
    pub(super) rights: Last<Rights>,
    pub(super) args: Last<Map<String, Value>>,
    pub(super) allow: Last<Vec<String>>,
    pub(super) script: Last<PathBuf>,
}

impl Shared {
    /// The calendar of a line; none where it is never due.
    pub(super) fn calendar(
        &mut self,
        line: &str,
        seconds: bool,
        zone: &Zone,
    ) -> Result<Option<Calendar>, LineError> {
        let key = (line.to_owned(), seconds, zone.name().to_owned());
        if let Some(known) = self.calendars.get(&key) {
            return Ok(Some(known.clone()));
        }
        let calendar = Calendar::new(CronLine::parse(line, seconds)?, zone.clone());
        if calendar.next_after(DateTime::<Utc>::UNIX_EPOCH).is_none() {
            return Ok(None);
        }
        self.calendars.insert(key, calendar.clone());
        Ok(Some(calendar))
    }
}

/// The value that was kept last: neighbours in a file are alike.
#[derive(Debug)]
pub(super) struct Last<T>(Option<Arc<T>>);

impl<T> Default for Last<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: PartialEq> Last<T> {
    /// A value, kept together with the last one if they are equal.
    pub(super) fn keep(&mut self, value: T) -> Arc<T> {
        match &self.0 {
            Some(last) if **last == value => Arc::clone(last),
            _ => Arc::clone(self.0.insert(Arc::new(value))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_is_kept_once() {
        let mut last = Last::default();
        let (first, second) = (last.keep("a"), last.keep("a"));
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(*last.keep("b"), "b");
        assert_eq!(*last.keep("a"), "a");
    }

    #[test]
    fn lines_that_differ_in_zone_or_seconds_are_told_apart() {
        let mut shared = Shared::default();
        let berlin = crate::zone::named("Europe/Berlin").unwrap();
        let mut of = |line, seconds, zone: &Zone| shared.calendar(line, seconds, zone);
        let noon = of("0 12 * * *", false, &Zone::UTC).unwrap().unwrap();
        let local = of("0 12 * * *", false, &berlin).unwrap().unwrap();
        assert_ne!(noon, local);
        assert_eq!(of("0 12 * * *", false, &Zone::UTC).unwrap(), Some(noon));
        assert!(of("0 12 * * *", true, &Zone::UTC).is_err());
    }
}
