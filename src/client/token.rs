//! The OAuth access token: fetched once for however many callers, and renewed before it ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use serde_json::Value;

use super::problem::Problem;
use crate::clock::Clock;
use crate::secret::Secret;

/// Life of a token whose answer does not say it.
const UNSAID_LIFE: TimeDelta = TimeDelta::minutes(5);
/// The longest life believed.
const LONGEST_LIFE: i64 = 30 * 24 * 3600;
/// How often a caller looks whether another's fetch has ended, in virtual time.
const LOOK: TimeDelta = TimeDelta::milliseconds(100);
/// How many looks before it fetches by itself.
const LOOKS: u32 = 1200;

/// A token in use.
#[derive(Clone, Debug)]
pub struct Held {
    /// The token.
    pub secret: Secret,
    /// Which fetch it came from, to tell a rejected token from its successor.
    pub number: u64,
    refresh_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl Held {
    /// Reads the token operation's answer, received at `now`; renewed at 80 % of its life.
    pub fn read(body: &[u8], number: u64, now: DateTime<Utc>) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let secret = body
            .get("access_token")?
            .as_str()
            .filter(|text| !text.is_empty())?;
        let seconds = body.get("expires_in").and_then(|life| {
            life.as_i64()
                .or_else(|| life.as_str().and_then(|text| text.trim().parse().ok()))
        });
        let life = seconds.map_or(UNSAID_LIFE, |seconds| {
            TimeDelta::seconds(seconds.clamp(0, LONGEST_LIFE))
        });
        Some(Self {
            secret: Secret::guarded(secret),
            number,
            refresh_at: now.checked_add_signed(life * 4 / 5)?,
            expires_at: now.checked_add_signed(life)?,
        })
    }
}

/// Why there is no token.
#[derive(Clone, Debug)]
pub enum TokenFailure {
    /// The API could not be asked: asking again may help.
    Unavailable(String),
    /// The API does not accept the OAuth client.
    Refused(u16, Problem),
    /// The API answered, and its answer holds no token: asking again may help, after as long as it says.
    BadAnswer(String, Option<TimeDelta>),
}

/// A fetch under way.
pub type Fetch = BoxFuture<'static, Result<Arc<Held>, TokenFailure>>;

/// The token of a client, shared by its callers.
#[derive(Debug, Default)]
pub struct Tokens(Mutex<State>);

#[derive(Default)]
struct State {
    held: Option<Arc<Held>>,
    fetching: Option<WeakShared<Fetch>>,
    number: u64,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("held", &self.held)
            .finish_non_exhaustive()
    }
}

impl Tokens {
    /// A token that is not the `rejected` one. `fetch` is called by one caller at a time, with the
    /// number of the token to be.
    pub async fn get(
        &self,
        clock: &Clock,
        rejected: Option<u64>,
        fetch: impl FnOnce(u64) -> Fetch,
    ) -> Result<Arc<Held>, TokenFailure> {
        let (fetching, is_first, old) = {
            let mut state = self.lock();
            if state
                .held
                .as_ref()
                .is_some_and(|held| Some(held.number) == rejected)
            {
                state.held = None;
            }
            let now = clock.now();
            if let Some(held) = &state.held
                && now < held.refresh_at
            {
                return Ok(held.clone());
            }
            let (fetching, is_first) = state.join_or_start(fetch);
            (
                fetching,
                is_first,
                state.held.clone().filter(|held| now < held.expires_at),
            )
        };
        if !is_first && matches!(clock, Clock::Virtual(_)) {
            // Virtual time stands while a branch works, and a branch that waits for another's
            // request would count as working.
            for _ in 0..LOOKS {
                if fetching.peek().is_some() {
                    break;
                }
                clock.sleep(LOOK).await;
            }
        }
        match (fetching.await, old) {
            (Ok(held), _) => {
                let mut state = self.lock();
                if state
                    .held
                    .as_ref()
                    .is_none_or(|older| older.number < held.number)
                {
                    state.held = Some(held.clone());
                }
                Ok(held)
            }
            // Renewed early, so a failure is no harm while the old one lasts.
            (Err(_), Some(old)) => Ok(old),
            (Err(failure), None) => Err(failure),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn join_or_start(&mut self, fetch: impl FnOnce(u64) -> Fetch) -> (Shared<Fetch>, bool) {
        let under_way = self.fetching.as_ref().and_then(WeakShared::upgrade);
        if let Some(under_way) = under_way.filter(|fetch| fetch.peek().is_none()) {
            return (under_way, false);
        }
        self.number = self.number.saturating_add(1);
        let fetching = fetch(self.number).shared();
        self.fetching = fetching.downgrade();
        (fetching, true)
    }
}
