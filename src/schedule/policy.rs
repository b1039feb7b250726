//! What a job does when things do not go as planned.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::money::Money;

/// What happens to instants that passed while nobody was there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CatchUp {
    /// They are missed.
    None,
    /// The last of them runs, the others are missed.
    #[default]
    Last,
    /// They run one after another.
    All,
}

impl CatchUp {
    /// All policies.
    pub const ALL: [Self; 3] = [Self::None, Self::Last, Self::All];

    /// The policy's name in the jobs file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Last => "last",
            Self::All => "all",
        }
    }
}

/// How often a run that failed is tried again, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How often at most, after the first attempt.
    pub times: u32,
    /// How long after the first attempt; twice as long after each further one.
    pub wait: Duration,
    /// The longest wait.
    pub longest: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            times: 0,
            wait: Duration::from_secs(30),
            longest: Duration::from_mins(30),
        }
    }
}

impl Retry {
    /// How long to wait after this attempt, from 1; none when there is no further one.
    #[must_use]
    pub fn after(&self, attempt: u32) -> Option<Duration> {
        if attempt > self.times {
            return None;
        }
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        Some(self.wait.saturating_mul(doubled).min(self.longest))
    }
}

/// What a job does when things do not go as planned.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// What happens to instants that passed while nobody was there.
    pub catch_up: CatchUp,
    /// How long they may lie in the past.
    pub catch_up_window: Duration,
    /// Up to how much later than its instants the job starts; always the same for its name.
    pub jitter: Duration,
    /// How often a run that failed is tried again.
    pub retry: Retry,
    /// The concurrency group it is counted in.
    pub group: Option<String>,
    /// After how many failures in a row it is paused.
    pub pause_after: Option<u32>,
    /// How long a cancelled run may take to clean up.
    pub grace: Duration,
    /// After how long a run takes longer than it should.
    pub long_running: Option<Duration>,
    /// The channels that people hear of it by; all of the file if nothing is said.
    pub notify: Option<Vec<String>>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            catch_up: CatchUp::default(),
            catch_up_window: Duration::from_hours(1),
            jitter: Duration::ZERO,
            retry: Retry::default(),
            group: None,
            pause_after: None,
            grace: Duration::from_secs(30),
            long_running: None,
            notify: None,
        }
    }
}

impl Policy {
    /// How much later than its instants a job of this name starts: whole seconds below the jitter,
    /// the same on every machine and after every restart.
    #[must_use]
    pub fn delay(&self, name: &str) -> Duration {
        let span = self.jitter.as_secs();
        if span == 0 {
            return Duration::ZERO;
        }
        // FNV-1a: no seed, no version.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Duration::from_secs((hash ^ hash >> 32) % span)
    }
}

/// What the script of a job may do beyond reading, and has beside its arguments.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rights {
    /// What it may not do, whatever is allowed.
    pub deny: Vec<String>,
    /// What a run may buy, in costs of 30 days.
    pub spend_limit: Option<Money>,
    /// The variables that it reads with `env`, in place of those of the service.
    pub environment: Arc<BTreeMap<String, String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_end() {
        let retry = Retry {
            times: 4,
            wait: Duration::from_secs(30),
            longest: Duration::from_secs(100),
        };
        let waits: Vec<_> = (1..=5)
            .map(|attempt| retry.after(attempt).map(|it| it.as_secs()))
            .collect();
        assert_eq!(waits, [Some(30), Some(60), Some(100), Some(100), None]);
        assert_eq!(Retry::default().after(1), None);
        let forever = Retry {
            times: u32::MAX,
            ..retry
        };
        assert_eq!(forever.after(u32::MAX), Some(Duration::from_secs(100)));
    }

    #[test]
    fn the_delay_of_a_name_stays_and_names_are_spread() {
        let policy = Policy {
            jitter: Duration::from_mins(5),
            ..Policy::default()
        };
        assert_eq!(policy.delay("nightly"), policy.delay("nightly"));
        let mut minutes = [0; 5];
        for number in 0..1_000 {
            let delay = policy.delay(&format!("job-{number}"));
            assert!(delay < policy.jitter);
            minutes[usize::try_from(delay.as_secs() / 60).unwrap()] += 1;
        }
        assert!(minutes.iter().all(|count| *count > 130), "{minutes:?}");
        assert_eq!(Policy::default().delay("nightly"), Duration::ZERO);
    }
}
