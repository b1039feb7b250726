//! How a request reaches the API: over the network, or in this very process.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use thiserror::Error;

/// How far a request came before it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// It certainly was not sent: no address, no connection, no TLS.
    NotSent,
    /// It may have arrived and been carried out.
    Unknown,
}

/// A request that got no answer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct Failure {
    /// How far it came.
    pub phase: Phase,
    /// What went wrong, for people: host and cause, never credentials.
    pub message: String,
}

impl Failure {
    /// A request that certainly was not sent.
    #[must_use]
    pub fn not_sent(message: impl Into<String>) -> Self {
        Self {
            phase: Phase::NotSent,
            message: message.into(),
        }
    }

    /// A request that may have been carried out.
    #[must_use]
    pub fn unknown(message: impl Into<String>) -> Self {
        Self {
            phase: Phase::Unknown,
            message: message.into(),
        }
    }
}

/// Carries one request to the API and its answer back, without any second try of its own.
pub trait Transport: Send + Sync {
    /// Sends a request whose address is a path and a query only.
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Bytes>, Failure>>;
}

/// A transport made of a function, for an API that lives in this process.
#[derive(Clone, Copy, Debug)]
pub struct Function<F>(pub F);

impl<F, Answer> Transport for Function<F>
where
    F: Fn(http::Request<Bytes>) -> Answer + Send + Sync,
    Answer: Future<Output = Result<http::Response<Bytes>, Failure>> + Send + 'static,
{
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Bytes>, Failure>> {
        Box::pin((self.0)(request))
    }
}
