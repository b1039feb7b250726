//! The clock that moves only when every branch waits, and the turns that branches take on it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// A clock that stands still while anyone works.
#[derive(Debug)]
pub struct Virtual(Mutex<Turns>);

#[derive(Debug)]
struct Turns {
    now: DateTime<Utc>,
    working: usize,
    asked: u64,
    waiting: BinaryHeap<Reverse<Waiter>>,
}

#[derive(Debug)]
struct Waiter {
    at: DateTime<Utc>,
    order: u64,
    wake: oneshot::Sender<()>,
    /// The cancellation of the branch that waits.
    cancel: Option<CancellationToken>,
}

impl Waiter {
    fn is_given_up(&self) -> bool {
        self.cancel
            .as_ref()
            .is_some_and(CancellationToken::is_cancelled)
    }
}

impl PartialEq for Waiter {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}
impl Eq for Waiter {}
impl PartialOrd for Waiter {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Waiter {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl Virtual {
    pub(super) fn starting_at(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(Turns {
            now,
            working: 1,
            asked: 0,
            waiting: BinaryHeap::new(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Turns> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.lock().now
    }

    pub(super) fn advance(&self, span: TimeDelta) {
        self.lock().now += span;
    }

    /// The branch at work stops working.
    pub(super) fn leave(&self) {
        Self::release(&mut self.lock());
    }

    pub(super) async fn wait(
        clock: &Arc<Self>,
        at: DateTime<Utc>,
        cancel: Option<CancellationToken>,
    ) {
        if at > clock.now() {
            Self::queue(clock, at, true, cancel).called().await;
        }
    }

    pub(super) fn queue(
        clock: &Arc<Self>,
        at: DateTime<Utc>,
        leaving: bool,
        cancel: Option<CancellationToken>,
    ) -> Place {
        let (wake, woken) = oneshot::channel();
        let mut state = clock.lock();
        state.asked += 1;
        let order = state.asked;
        state.waiting.push(Reverse(Waiter {
            at,
            order,
            wake,
            cancel,
        }));
        if leaving {
            Self::release(&mut state);
        } else {
            Self::pass(&mut state);
        }
        drop(state);
        Place {
            clock: clock.clone(),
            woken,
        }
    }

    fn release(state: &mut Turns) {
        state.working = state.working.saturating_sub(1);
        Self::pass(state);
    }

    /// Hands the turn to whoever is due first, when nobody works. Waiters that gave up have closed
    /// their channel. One whose branch was cancelled goes before all others and moves no time: it
    /// has only its own unwinding to do.
    fn pass(state: &mut Turns) {
        if state.working == 0 && state.waiting.iter().any(|it| it.0.is_given_up()) {
            let mut waiting = std::mem::take(&mut state.waiting).into_vec();
            waiting.sort_by_key(|it| it.0.order);
            for Reverse(waiter) in waiting {
                if state.working == 0 && waiter.is_given_up() {
                    state.working = usize::from(waiter.wake.send(()).is_ok());
                } else {
                    state.waiting.push(Reverse(waiter));
                }
            }
        }
        while state.working == 0
            && let Some(Reverse(next)) = state.waiting.pop()
        {
            let at = next.at.max(state.now);
            if next.wake.send(()).is_ok() {
                state.now = at;
                state.working = 1;
            }
        }
    }
}

/// A branch's place in the queue. A branch that gives up waiting is at work again, whether its turn
/// had come or not: it has its own unwinding to do and will [leave](Virtual::leave) afterwards.
#[derive(Debug)]
pub(super) struct Place {
    clock: Arc<Virtual>,
    woken: oneshot::Receiver<()>,
}

impl Place {
    pub(super) async fn called(mut self) {
        // A closed channel means the clock is gone: nobody is left to wait for.
        let _ = (&mut self.woken).await;
        self.woken.close();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.woken.is_terminated() {
            return;
        }
        let mut state = self.clock.lock();
        if self.woken.try_recv().is_err() {
            self.woken.close();
            state.working += 1;
        }
    }
}
