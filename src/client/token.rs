//! The OAuth access token: fetched once for however many callers, and renewed before it ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use http::HeaderValue;
use serde_json::Value;

use super::credentials::bearer;
use super::problem::Problem;
use crate::clock::Clock;
use crate::secret::Secret;

/// Life of a token whose answer does not say it.
const UNSAID_LIFE: TimeDelta = TimeDelta::minutes(5);
/// How long its endpoint is left alone at most, whatever it asks for: one that means days would keep a
/// service from its account until somebody starts it anew.
const LONGEST_REST: TimeDelta = TimeDelta::hours(1);
/// The longest life believed.
const LONGEST_LIFE: i64 = 30 * 24 * 3600;
/// How often a caller looks whether another's fetch has ended, in virtual time.
const LOOK: TimeDelta = TimeDelta::milliseconds(100);
/// How many looks before it fetches by itself.
const LOOKS: u32 = 1200;

/// A token in use.
#[derive(Clone, Debug)]
pub struct Held {
    /// The header that shows it.
    pub header: HeaderValue,
    /// Which fetch it came from, to tell a rejected token from its successor.
    pub number: u64,
    refresh_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl Held {
    /// Reads the token operation's answer, received at `now`; renewed at 80 % of its life. What cannot
    /// stand in a header is no token.
    pub fn read(body: &[u8], number: u64, now: DateTime<Utc>) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let text = body.get("access_token")?.as_str()?.trim();
        if text.is_empty() {
            return None;
        }
        let header = bearer(&Secret::guarded(text)).ok()?;
        let seconds = body.get("expires_in").and_then(|life| {
            life.as_i64()
                .or_else(|| life.as_str().and_then(|text| text.trim().parse().ok()))
        });
        let life = seconds.map_or(UNSAID_LIFE, |seconds| {
            TimeDelta::seconds(seconds.clamp(0, LONGEST_LIFE))
        });
        Some(Self {
            header,
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
    /// The API answered, and its answer holds no token: asking again may help.
    BadAnswer(NoToken),
}

/// An answer that holds no token.
#[derive(Clone, Debug)]
pub struct NoToken {
    /// What is wrong with it.
    pub why: String,
    /// Until when the API asks to be left alone.
    pub until: Option<DateTime<Utc>>,
    /// Whether the API asks to slow down, and nothing worse.
    pub is_limited: bool,
}

/// Why a caller has no token, and whether it is the one whose request failed: a request that many
/// wait for is one failure, not many.
#[derive(Clone, Debug)]
pub struct Without {
    /// Why.
    pub failure: TokenFailure,
    /// Whether another caller asked.
    pub is_shared: bool,
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
    /// The latest answer by which the API asked to be left alone.
    refusal: Option<NoToken>,
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
    /// number of the token to be; by nobody for as long as the API asks to be left alone.
    pub async fn get(
        &self,
        clock: &Clock,
        rejected: Option<u64>,
        fetch: impl FnOnce(u64) -> Fetch,
    ) -> Result<Arc<Held>, Without> {
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
            let old = state.held.clone().filter(|held| now < held.expires_at);
            if let Some(refusal) = state.refusal_at(now) {
                return old.ok_or(Without {
                    failure: TokenFailure::BadAnswer(refusal),
                    is_shared: true,
                });
            }
            let (fetching, is_first) = state.join_or_start(fetch);
            (fetching, is_first, old)
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
            (Err(failure), old) => {
                self.lock().keep(&failure, clock.now());
                // Renewed early, so a failure is no harm while the old one lasts.
                old.ok_or(Without {
                    failure,
                    is_shared: !is_first,
                })
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Remembers until when the API asked to be left alone.
    fn keep(&mut self, failure: &TokenFailure, now: DateTime<Utc>) {
        if let TokenFailure::BadAnswer(answer) = failure
            && let Some(until) = answer.until
        {
            let until = Some(until.min(now + LONGEST_REST));
            self.refusal = Some(NoToken {
                until,
                ..answer.clone()
            });
        }
    }

    /// The answer that asks to be left alone at this time.
    fn refusal_at(&mut self, now: DateTime<Utc>) -> Option<NoToken> {
        // Those who wait for it may not have been awoken yet.
        let ended = self.fetching.as_ref().and_then(WeakShared::upgrade);
        if let Some(Err(failure)) = ended.as_ref().and_then(Shared::peek) {
            self.keep(failure, now);
        }
        self.refusal
            .take_if(|refusal| refusal.until.is_none_or(|until| until <= now));
        self.refusal.clone()
    }

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
