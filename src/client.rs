//! The client: sends an operation's request, and knows what an answer, or none, allows next.
//!
//! A sending ends in one of three ways: it was not sent, it was rejected, or nobody knows. What
//! follows is decided by pure functions ([`verdict`], [`readback`], [`retry_after`], [`backoff`],
//! [`budget`]); the course of a call only carries it out.

mod account;
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
mod reply;
pub mod retry_after;
mod token;
mod transport;
pub mod verdict;
mod web;

use std::fmt;

use chrono::{DateTime, Utc};

use crate::operation::{Arguments, Request};
use account::Account;
use course::Course;

pub use account::Settings;
pub use credentials::Credentials;
pub use error::{CallError, target};
pub use https::{Https, HttpsSettings};
pub use observer::{Each, Observer, Silent, Waiting};
pub use policy::Policy;
pub use problem::{Problem, holds_secrets, is_unprintable, misshapen, problem, unreadable};
pub use reply::{Limits, Reply};
pub use transport::{Failure, Function, Phase, Transport};
pub use verdict::Why;
pub use web::{Web, WebRequest};

/// A client of one account, shared by all who call it.
#[derive(Clone)]
pub struct Client(Account);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("profile", &self.profile())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client with these settings. Nothing is sent yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self(Account::new(settings))
    }

    /// The profile's name.
    #[must_use]
    pub fn profile(&self) -> &str {
        &self.0.settings().profile
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
        Course::new(&self.0, request, arguments, limits, observer)
            .run()
            .await
    }

    /// Learns what became of a call that was cut off: it was sent at that time, if at all. What its
    /// class allows to be sent again, is; what was not carried out for certain stays in doubt.
    pub async fn recheck(
        &self,
        request: &Request,
        arguments: &Arguments,
        sent: (DateTime<Utc>, u32),
        limits: &Limits,
        observer: &dyn Observer,
    ) -> Result<Reply, CallError> {
        let (sent_at, attempts) = sent;
        Course::new(&self.0, request, arguments, limits, observer)
            .cut_off(sent_at, attempts)
            .run()
            .await
    }

    /// Notes that a resource is the making of a call that is long over.
    pub fn claim(&self, resource: &[u8]) {
        // Whoever notes it twice means the same.
        let _ = self.0.claim(resource);
    }
}

#[cfg(test)]
mod tests;
