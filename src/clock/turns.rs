//! The clock that moves only when every branch waits, and the turns that branches take on it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{SIMULATED_END, later};

/// A clock that stands still while anyone works.
#[derive(Debug)]
pub struct Virtual(Mutex<Turns>);

#[derive(Debug)]
struct Turns {
    now: DateTime<Utc>,
    working: usize,
    asked: u64,
    waiting: BinaryHeap<Reverse<Waiter>>,
    /// The cancellations of those who wait, and how many wait under each: branches of one crew share
    /// theirs, and asking each waiter every time would cost more than the turn itself.
    cancels: Vec<(CancellationToken, usize)>,
}

impl Turns {
    fn push(&mut self, waiter: Waiter) {
        if let Some(cancel) = &waiter.cancel {
            match self.cancels.iter_mut().find(|(it, _)| it == cancel) {
                Some((_, count)) => *count += 1,
                None => self.cancels.push((cancel.clone(), 1)),
            }
        }
        self.waiting.push(Reverse(waiter));
    }

    fn pop(&mut self) -> Option<Waiter> {
        let Reverse(waiter) = self.waiting.pop()?;
        if let Some(cancel) = &waiter.cancel
            && let Some(place) = self.cancels.iter().position(|(it, _)| it == cancel)
            && let Some((_, count)) = self.cancels.get_mut(place)
        {
            *count -= 1;
            if *count == 0 {
                self.cancels.swap_remove(place);
            }
        }
        Some(waiter)
    }

    /// Takes everyone who waits, in the order they began to.
    fn take(&mut self) -> Vec<Waiter> {
        self.cancels.clear();
        let mut waiting: Vec<Waiter> = std::mem::take(&mut self.waiting)
            .into_iter()
            .map(|it| it.0)
            .collect();
        waiting.sort_by_key(|waiter| waiter.order);
        waiting
    }

    fn has_given_up(&self) -> bool {
        self.cancels.iter().any(|(cancel, _)| cancel.is_cancelled())
    }
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
            cancels: Vec::new(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Turns> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.lock().now
    }

    pub(super) fn advance(&self, span: TimeDelta) {
        let mut state = self.lock();
        state.now = later(state.now, span).min(SIMULATED_END);
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
        let at = at.min(SIMULATED_END);
        state.push(Waiter {
            at,
            order,
            wake,
            cancel,
        });
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
        if state.working == 0 && state.has_given_up() {
            for waiter in state.take() {
                if state.working == 0 && waiter.is_given_up() {
                    state.working = usize::from(waiter.wake.send(()).is_ok());
                } else {
                    state.push(waiter);
                }
            }
        }
        while state.working == 0
            && let Some(next) = state.pop()
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
