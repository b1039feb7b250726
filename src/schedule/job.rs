//! One job of the jobs file.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::calendar::Calendar;
use super::next::Fire;
use super::policy::{Bounds, Policy};
use crate::zone::Zone;

/// What happens when a job is due while it still runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Overlap {
    /// The new run is left out.
    #[default]
    Skip,
    /// The new run waits for the running one; at most one waits.
    Queue,
    /// Both run.
    Allow,
    /// The running one is cancelled, then the new one starts.
    Replace,
}

impl Overlap {
    /// All policies.
    pub const ALL: [Self; 4] = [Self::Skip, Self::Queue, Self::Allow, Self::Replace];

    /// The policy's name in the jobs file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Queue => "queue",
            Self::Allow => "allow",
            Self::Replace => "replace",
        }
    }
}

/// One job: when it is due, and what it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its unique name: lower-case letters, digits, `_` and `-`.
    pub name: String,
    /// Its schedules; it is due whenever one of them is.
    pub calendars: Vec<Calendar>,
    /// The script, relative to the working directory or absolute.
    pub script: PathBuf,
    /// The script's arguments: text, whole numbers, decimals and booleans.
    pub args: Map<String, Value>,
    /// What the script may do.
    pub allow: Vec<String>,
    /// How long a run may take before it is cancelled.
    pub timeout: Duration,
    /// What happens when it is due while it still runs.
    pub overlap: Overlap,
    /// What it does when things do not go as planned.
    pub policy: Policy,
    /// What its script may not do.
    pub bounds: Bounds,
    /// Whether it is scheduled at all.
    pub enabled: bool,
}

impl Job {
    /// The first instant strictly after `after` at which any of its schedules is due.
    #[must_use]
    pub fn next_after(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = |calendar: &Calendar| calendar.next_after(after);
        self.calendars.iter().filter_map(next).min()
    }

    /// An instant of this job in the zone of the schedule it comes from.
    #[must_use]
    pub fn fire(&self, instant: DateTime<Utc>) -> Fire {
        let just_before = instant - TimeDelta::nanoseconds(1);
        let zone = self
            .calendars
            .iter()
            .find(|calendar| calendar.next_after(just_before) == Some(instant))
            .map_or(Zone::UTC, |calendar| calendar.zone().clone());
        Fire { instant, zone }
    }

    /// How much later than its instants it starts.
    #[must_use]
    pub fn delay(&self) -> TimeDelta {
        TimeDelta::from_std(self.policy.delay(&self.name)).unwrap_or_default()
    }

    /// Its schedule in words, by which it is noticed after a restart that it was changed.
    #[must_use]
    pub fn schedule(&self) -> String {
        let line = |calendar: &Calendar| format!("{} {}", calendar.zone(), calendar.line());
        let lines: Vec<String> = self.calendars.iter().map(line).collect();
        lines.join("; ")
    }

    /// Whether both are due at the same instants, so that what was planned for one holds for the
    /// other.
    #[must_use]
    pub fn has_schedule_of(&self, other: &Self) -> bool {
        self.enabled == other.enabled && self.calendars == other.calendars
    }
}
