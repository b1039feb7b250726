//! The client: sends an operation's request, and knows what an answer, or none, allows next.
//!
//! A sending ends in one of three ways: it was not sent, it was rejected, or nobody knows. What
//! follows is decided by pure functions ([`verdict`], [`readback`], [`retry_after`], [`backoff`],
//! [`budget`]); this file and [`course`] only carry it out.

mod attempt;
pub mod backoff;
pub mod budget;
mod claims;
mod course;
mod credentials;
mod error;
mod https;
mod observer;
mod policy;
mod problem;
pub mod readback;
pub mod retry_after;
mod token;
mod transport;
pub mod verdict;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::operation::{Arguments, Request};
use budget::Budget;
use course::Course;
use token::Tokens;

pub use credentials::Credentials;
pub use error::CallError;
pub use https::{Https, HttpsSettings};
pub use observer::{Observer, Silent, Waiting};
pub use policy::Policy;
pub use problem::{Problem, problem};
pub use transport::{Failure, Function, Phase, Transport};
pub use verdict::Why;

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

/// How far a call may go.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// When it must be over, on the client's clock.
    pub deadline: Option<DateTime<Utc>>,
    /// Cancels it at once, whatever it is doing.
    pub cancel: CancellationToken,
}

/// A call that succeeded.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The API's status; 200 where the effect was found by reading.
    pub status: u16,
    /// The answer's type.
    pub content_type: Option<String>,
    /// The answer.
    pub body: Bytes,
    /// How often the call was sent.
    pub attempts: u32,
    /// Whether the effect was found by reading, its own answer having been lost.
    pub adopted: bool,
}

/// A client of one account, shared by all who call it.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    settings: Settings,
    tokens: Tokens,
    shared: Mutex<Common>,
}

/// What calls have in common.
struct Common {
    budget: Budget,
    random: fastrand::Rng,
    /// How far the server's clock is ahead of ours, as its last answer told.
    ahead: TimeDelta,
    /// Targets of edge operations whose outcome nobody knows, and since when.
    doubts: HashMap<String, DateTime<Utc>>,
    /// Ids that calls of this client are known to have created: nobody else's to adopt.
    claimed: HashSet<String>,
    /// Creations under way, by operation and label.
    creating: HashMap<String, usize>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("profile", &self.0.settings.profile)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client with these settings. Nothing is sent yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let random = settings
            .policy
            .seed
            .map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
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
            shared: Mutex::new(common),
        }))
    }

    /// The profile's name.
    #[must_use]
    pub fn profile(&self) -> &str {
        &self.0.settings.profile
    }

    /// Calls an operation: sends its request, tries again where that is safe, and reads back what
    /// an unanswered sending did where it is not.
    pub async fn call(
        &self,
        request: &Request,
        arguments: &Arguments,
        limits: &Limits,
        observer: &dyn Observer,
    ) -> Result<Reply, CallError> {
        Course::new(self, request, arguments, limits, observer)
            .run()
            .await
    }

    /// The same, boxed: reading back is a call inside a call.
    fn call_boxed<'a>(
        &'a self,
        request: &'a Request,
        arguments: &'a Arguments,
        limits: &'a Limits,
        observer: &'a dyn Observer,
    ) -> BoxFuture<'a, Result<Reply, CallError>> {
        Box::pin(self.call(request, arguments, limits, observer))
    }

    fn clock(&self) -> &Clock {
        &self.0.settings.clock
    }

    fn policy(&self) -> &Policy {
        &self.0.settings.policy
    }

    fn common(&self) -> MutexGuard<'_, Common> {
        self.0.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
