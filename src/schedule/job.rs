//! One job of the jobs file.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::bounds::Bounds;
use super::calendar::Calendar;
use super::next::Fire;
use super::policy::{Policy, Rights};
use crate::journal::Standing;
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
    pub name: Arc<str>,
    /// Its schedules; it is due whenever one of them is.
    pub calendars: Box<[Calendar]>,
    /// What narrows them: days, a first and a last instant, windows.
    pub bounds: Arc<Bounds>,
    /// The script, relative to the working directory or absolute.
    pub script: Arc<PathBuf>,
    /// The script's arguments: text, whole numbers, decimals and booleans.
    pub args: Arc<Map<String, Value>>,
    /// What the script may do.
    pub allow: Arc<Vec<String>>,
    /// How long a run may take before it is cancelled.
    pub timeout: Duration,
    /// What happens when it is due while it still runs.
    pub overlap: Overlap,
    /// What it does when things do not go as planned.
    pub policy: Arc<Policy>,
    /// What its script may not do.
    pub rights: Arc<Rights>,
    /// Whether it is scheduled at all.
    pub enabled: bool,
}

impl Job {
    /// The first instant strictly after `after` at which any of its schedules is due within its
    /// bounds.
    #[must_use]
    pub fn next_after(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = |calendar: &Calendar| self.bounds.next_after(calendar, after);
        self.calendars.iter().filter_map(next).min()
    }

    /// When a run that is at work at `instant` has to be over: none when the job has no maintenance
    /// window, `instant` itself when none is open.
    #[must_use]
    pub fn window_of(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.bounds.window_of(instant)
    }

    /// Whether the job has maintenance windows and none of them is open.
    #[must_use]
    pub fn is_shut(&self, now: DateTime<Utc>) -> bool {
        self.window_of(now).is_some_and(|end| end <= now)
    }

    /// An instant of this job in the zone of the schedule it comes from.
    #[must_use]
    pub fn fire(&self, instant: DateTime<Utc>) -> Fire {
        let just_before = instant - TimeDelta::nanoseconds(1);
        let is_from =
            |calendar: &&Calendar| self.bounds.next_after(calendar, just_before) == Some(instant);
        let calendar = match &*self.calendars {
            [only] => Some(only),
            several => several.iter().find(is_from),
        };
        let zone = calendar.map_or(Zone::UTC, |calendar| calendar.zone().clone());
        Fire { instant, zone }
    }

    /// A start of this job, which its delay may put off, in the zone of the schedule it comes from.
    #[must_use]
    pub fn start(&self, at: DateTime<Utc>) -> Fire {
        Fire {
            instant: at,
            ..self.fire(at - self.delay())
        }
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
        let mut lines: Vec<String> = self.calendars.iter().map(line).collect();
        if *self.bounds != Bounds::default() {
            // Days may be many: what tells them apart will do.
            let digest = Sha256::digest(format!("{:?}", self.bounds));
            let marks = digest.iter().take(8).map(|byte| format!("{byte:02x}"));
            lines.push(format!("within {}", marks.collect::<String>()));
        }
        lines.join("; ")
    }

    /// How the job stands when it is first seen: all that was to start before `since` is decided.
    #[must_use]
    pub fn standing(&self, since: DateTime<Utc>) -> Standing {
        Standing {
            job: self.name.clone(),
            schedule: self.schedule().into(),
            decided: (since - self.delay()).timestamp_micros(),
            ..Standing::default()
        }
    }

    /// Whether both are due at the same instants, so that what was planned for one holds for the
    /// other.
    #[must_use]
    pub fn has_schedule_of(&self, other: &Self) -> bool {
        self.enabled == other.enabled
            && self.calendars == other.calendars
            && self.bounds == other.bounds
            && self.policy.jitter == other.policy.jitter
    }
}
