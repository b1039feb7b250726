//! What all calls to one account share.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::budget::Budget;
use super::credentials::Credentials;
use super::policy::Policy;
use super::token::Tokens;
use super::transport::Transport;
use crate::clock::Clock;

/// What a client is made of.
pub struct Settings {
    /// How requests travel.
    pub transport: Arc<dyn Transport>,
    /// Who we are.
    pub credentials: Credentials,
    /// The time, for deadlines and waits.
    pub clock: Clock,
    /// How patient to be.
    pub policy: Policy,
    /// The profile's name, for messages.
    pub profile: String,
}

/// What all calls to one account share.
#[derive(Clone)]
pub(super) struct Account(Arc<Inner>);

struct Inner {
    settings: Settings,
    tokens: Tokens,
    common: Mutex<Common>,
}

/// What calls leave for one another.
pub(super) struct Common {
    /// The retries left.
    pub(super) budget: Budget,
    /// Draws the waits.
    pub(super) random: fastrand::Rng,
    /// How far the server's clock is ahead of ours, as its last answer told.
    pub(super) ahead: TimeDelta,
    /// Targets of edge operations whose outcome nobody knows, and since when.
    pub(super) doubts: HashMap<String, DateTime<Utc>>,
    /// Ids that calls are known to have created: nobody else's to adopt.
    pub(super) claimed: HashSet<String>,
    /// Creations under way, by operation and label.
    pub(super) creating: HashMap<String, Crowd>,
}

/// Creations alike that are under way at the same time.
#[derive(Clone, Copy, Default)]
pub(super) struct Crowd {
    /// How many are under way.
    pub(super) count: usize,
    /// Whether there was more than one at any time since there was none.
    pub(super) met: bool,
}

impl Account {
    pub(super) fn new(settings: Settings) -> Self {
        let random = settings
            .policy
            .seed
            .map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        settings.credentials.guard();
        let common = Common {
            budget: Budget::new(settings.policy.reserve, settings.clock.now()),
            random,
            ahead: TimeDelta::zero(),
            doubts: HashMap::new(),
            claimed: HashSet::new(),
            creating: HashMap::new(),
        };
        Self(Arc::new(Inner {
            settings,
            tokens: Tokens::default(),
            common: Mutex::new(common),
        }))
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(super) fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.settings.clock
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.0.settings.policy
    }

    pub(super) fn common(&self) -> MutexGuard<'_, Common> {
        self.0.common.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
