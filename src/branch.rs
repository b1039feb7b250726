//! The branch of work a thread does, and its cancellation.
//!
//! A script's thread does one branch at a time. Whoever waits on its behalf must know when the
//! branch is given up: the virtual clock, for one, must not move to the wake-up of a branch that
//! will not come to it.

mod frame;

use std::cell::RefCell;

use tokio_util::sync::CancellationToken;

pub use frame::{Frame, Nature, Spot};

thread_local! {
    /// The cancellations of this thread's branches, innermost last.
    static BRANCHES: RefCell<Vec<CancellationToken>> = const { RefCell::new(Vec::new()) };
}

/// Does `work` unless `token` is cancelled before it is done.
pub async fn unless<T>(token: &CancellationToken, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = token.cancelled() => None,
    }
}

/// A branch, for as long as it lives.
#[derive(Debug)]
pub struct Branch(());

impl Branch {
    /// Starts a branch on this thread that `token` cancels.
    #[must_use]
    pub fn start(token: CancellationToken) -> Self {
        BRANCHES.with_borrow_mut(|branches| branches.push(token));
        Self(())
    }

    /// The cancellation of the branch this thread works for, if it works for one.
    #[must_use]
    pub fn token() -> Option<CancellationToken> {
        BRANCHES.with_borrow(|branches| branches.last().cloned())
    }

    /// Whether the branch this thread works for is cancelled, if it works for one.
    #[must_use]
    pub fn is_cancelled() -> Option<bool> {
        BRANCHES.with_borrow(|branches| branches.last().map(CancellationToken::is_cancelled))
    }
}

impl Drop for Branch {
    fn drop(&mut self) {
        BRANCHES.with_borrow_mut(|branches| {
            branches.pop();
        });
    }
}
