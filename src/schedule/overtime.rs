//! Why a run is cancelled that does not end by itself.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::job::Job;

/// What a run may not go beyond, and how long that lets it be at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overtime {
    /// The timeout of its job.
    Timeout(Duration),
    /// The end of its job's maintenance window, which comes before that.
    Window(Duration),
}

impl Overtime {
    /// What ends a run of this job that starts now, and when. It is settled here and nowhere else: a
    /// later attempt has another window before it than the first one had.
    pub(super) fn of(job: &Job, now: DateTime<Utc>) -> (Self, DateTime<Utc>) {
        let timeout = TimeDelta::from_std(job.timeout).ok();
        let deadline = timeout
            .and_then(|timeout| now.checked_add_signed(timeout))
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        match job.window_of(now) {
            Some(end) if end < deadline => {
                (Self::Window((end - now).to_std().unwrap_or_default()), end)
            }
            _ => (Self::Timeout(job.timeout), deadline),
        }
    }

    /// How long the run was allowed.
    #[must_use]
    pub const fn allowed(self) -> Duration {
        match self {
            Self::Timeout(span) | Self::Window(span) => span,
        }
    }

    /// Whether its maintenance window closed.
    #[must_use]
    pub const fn is_window(self) -> bool {
        matches!(self, Self::Window(_))
    }
}

impl fmt::Display for Overtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout(span) => write!(f, "it took longer than {}", super::event::span(*span)),
            Self::Window(_) => f.write_str("its maintenance window has closed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Jobs;

    #[test]
    fn what_comes_first_ends_a_run() {
        let text = "[[job]]\nname = \"a\"\ncron = \"0 9 * * *\"\nscript = \"a.rhai\"\n\
                    timeout = \"15m\"\nwindow = \"08:30-09:20\"\n";
        let jobs = Jobs::read("jobs.toml", text).unwrap();
        let job = jobs.get("a").unwrap();
        let of = |time: &str| {
            let now = format!("2026-01-15T{time}:00Z").parse().unwrap();
            let (overtime, end) = Overtime::of(job, now);
            format!("{overtime} at {}", end.format("%H:%M"))
        };
        assert_eq!(of("09:00"), "it took longer than 15m at 09:15");
        // The attempt after that one, in the same window.
        assert_eq!(of("09:16"), "its maintenance window has closed at 09:20");
        assert_eq!(of("09:05"), "it took longer than 15m at 09:20");
    }
}
