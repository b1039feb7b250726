//! What time it is, and how to wait for a later one.
//!
//! Three clocks share one face. The real one waits. The virtual one belongs to a run on the
//! embedded simulator: it stands still while any branch of the script works and jumps to the
//! earliest wake-up when all of them wait, so 45 simulated minutes cost nothing. The flowing one
//! serves `mw sim` and the REPL: it runs at a speed of your choice, and waits jump.

mod alarm;
mod turns;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use tokio_util::sync::CancellationToken;

use crate::branch::Branch;
use turns::Place;
pub use turns::Virtual;

/// The instant every virtual clock starts at unless told otherwise.
///
/// It is fixed, so that a run on the simulator prints the same thing every day.
pub const SIMULATED_START: &str = "2026-01-15T08:00:00Z";

/// The instant at which every simulated clock stops: instants are written with four digits for the
/// year, and what is due later must still have room.
pub const SIMULATED_END: DateTime<Utc> = match DateTime::from_timestamp(250_278_163_199, 0) {
    Some(end) => end,
    None => DateTime::<Utc>::MAX_UTC,
};

/// A source of time that can also wait.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    Real,
    /// The machine's clock, hurried: everything takes its part of the time it would.
    Hurried(Hurry),
    /// A clock that runs at a chosen speed and that waits push forward.
    Flowing(Arc<Flowing>),
    /// A clock that moves only when every branch waits.
    Virtual(Arc<Virtual>),
}

impl Clock {
    /// A virtual clock standing at [`SIMULATED_START`], with one branch at work: the caller.
    #[must_use]
    pub fn simulated() -> Self {
        Self::simulated_at(simulated_start())
    }

    /// A virtual clock standing at `start`, with one branch at work: the caller.
    #[must_use]
    pub fn simulated_at(start: DateTime<Utc>) -> Self {
        Self::Virtual(Arc::new(Virtual::starting_at(start)))
    }

    /// A clock that starts at `start` and runs `speed` times as fast as the machine's.
    #[must_use]
    pub fn flowing(start: DateTime<Utc>, speed: f64) -> Self {
        Self::Flowing(Arc::new(Flowing {
            origin: Instant::now(),
            speed,
            base: Mutex::new(start),
        }))
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::Real => Utc::now(),
            Self::Hurried(hurry) => hurry.now(),
            Self::Flowing(flowing) => flowing.now(),
            Self::Virtual(clock) => clock.now(),
        }
    }

    /// Waits until `at`; returns at once when it has passed.
    pub async fn sleep_until(&self, at: DateTime<Utc>) {
        match self {
            Self::Real => alarm::until(at).await,
            Self::Hurried(hurry) => {
                let left = (at - hurry.now()).to_std().unwrap_or_default();
                tokio::time::sleep(left / hurry.times.max(1)).await;
            }
            Self::Flowing(flowing) => flowing.reach(at),
            Self::Virtual(clock) => Virtual::wait(clock, at, Branch::token()).await,
        }
    }

    /// Waits until `at` unless `cancel` is cancelled first; whether the instant came.
    ///
    /// On the virtual clock a cancelled wait ends when its turn comes, before any time passes: the
    /// branches that one failure cancels unwind one after the other, in the order they began to
    /// wait.
    pub async fn sleep_unless(&self, cancel: &CancellationToken, at: DateTime<Utc>) -> bool {
        match self {
            Self::Virtual(clock) => {
                if !cancel.is_cancelled() {
                    Virtual::wait(clock, at, Some(cancel.clone())).await;
                }
                !cancel.is_cancelled()
            }
            Self::Real | Self::Hurried(_) | Self::Flowing(_) => tokio::select! {
                biased;
                () = cancel.cancelled() => false,
                () = self.sleep_until(at) => true,
            },
        }
    }

    /// Waits for `span`.
    pub async fn sleep(&self, span: TimeDelta) {
        self.sleep_until(self.after(span)).await;
    }

    /// The instant `span` from now.
    #[must_use]
    pub fn after(&self, span: TimeDelta) -> DateTime<Utc> {
        let at = later(self.now(), span);
        if self.is_simulated() {
            at.min(SIMULATED_END)
        } else {
            at
        }
    }

    /// Whether a span ends after the clock has come to its end.
    #[must_use]
    pub fn is_outlasted_by(&self, span: TimeDelta) -> bool {
        self.is_simulated() && later(self.now(), span) > SIMULATED_END
    }

    /// Moves a flowing or virtual clock forward; the machine's clock is left alone.
    pub fn advance(&self, span: TimeDelta) {
        match self {
            Self::Real | Self::Hurried(_) => {}
            Self::Flowing(flowing) => flowing.reach(later(flowing.now(), span)),
            Self::Virtual(clock) => {
                clock.advance(span);
            }
        }
    }

    /// Whether branches take turns on it, one at work at a time.
    #[must_use]
    pub const fn takes_turns(&self) -> bool {
        matches!(self, Self::Virtual(_))
    }

    /// Whether time is simulated, so that waiting costs nothing.
    #[must_use]
    pub const fn is_simulated(&self) -> bool {
        !matches!(self, Self::Real | Self::Hurried(_))
    }

    /// A new branch of work wants to run: returns once it may.
    ///
    /// On the virtual clock branches take turns, in the order of the instant they are due and then
    /// of their asking, which makes parallel scripts deterministic. Elsewhere it returns at once.
    pub async fn enter(&self) {
        self.ticket().turn().await;
    }

    /// A place in the queue of branches, taken now for whoever calls [`Ticket::turn`] later: a
    /// parent that takes tickets for its children decides their order.
    #[must_use]
    pub fn ticket(&self) -> Ticket {
        Ticket(match self {
            Self::Virtual(clock) => {
                let now = clock.now();
                Some(Virtual::queue(clock, now, false, Branch::token()))
            }
            Self::Real | Self::Hurried(_) | Self::Flowing(_) => None,
        })
    }

    /// The calling branch stops working, for good or until it [enters](Self::enter) again.
    pub fn leave(&self) {
        if let Self::Virtual(clock) = self {
            clock.leave();
        }
    }
}

/// How the machine's clock is hurried: from an instant on, so many times as fast. Processes that are
/// given the same agree on the time.
#[derive(Clone, Copy, Debug)]
pub struct Hurry {
    /// From when.
    pub from: DateTime<Utc>,
    /// How many times as fast.
    pub times: u32,
}

impl Hurry {
    fn now(self) -> DateTime<Utc> {
        let passed = Utc::now() - self.from;
        let times = i32::try_from(self.times).unwrap_or(i32::MAX);
        passed
            .checked_mul(times)
            .and_then(|passed| self.from.checked_add_signed(passed))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

impl std::str::FromStr for Hurry {
    type Err = String;

    /// Reads `600@2026-01-15T08:00:00Z`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no hurry: write 600@2026-01-15T08:00:00Z");
        let (times, from) = text.split_once('@').ok_or_else(wrong)?;
        Ok(Self {
            from: from.parse().map_err(|_| wrong())?,
            times: times.parse().map_err(|_| wrong())?,
        })
    }
}

/// The instant a span after another, or the last there is.
fn later(at: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(span)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The instant named by [`SIMULATED_START`].
#[must_use]
pub fn simulated_start() -> DateTime<Utc> {
    SIMULATED_START
        .parse()
        .unwrap_or(DateTime::<Utc>::UNIX_EPOCH)
}

/// A clock that runs by itself, at a speed.
#[derive(Debug)]
pub struct Flowing {
    origin: Instant,
    speed: f64,
    base: Mutex<DateTime<Utc>>,
}

impl Flowing {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast from a float saturates"
    )]
    fn elapsed(&self) -> TimeDelta {
        let seconds = self.origin.elapsed().as_secs_f64() * self.speed;
        TimeDelta::try_milliseconds((seconds * 1000.0) as i64).unwrap_or(TimeDelta::MAX)
    }

    fn now(&self) -> DateTime<Utc> {
        let base = *self.base.lock().unwrap_or_else(PoisonError::into_inner);
        later(base, self.elapsed()).min(SIMULATED_END)
    }

    fn reach(&self, at: DateTime<Utc>) {
        let mut base = self.base.lock().unwrap_or_else(PoisonError::into_inner);
        let now = later(*base, self.elapsed());
        let at = at.min(SIMULATED_END);
        if at > now {
            *base = later(*base, at - now);
        }
    }
}

/// A place in the queue of branches that want to work.
#[derive(Debug)]
pub struct Ticket(Option<Place>);

impl Ticket {
    /// Returns when the branch may work.
    pub async fn turn(self) {
        if let Some(place) = self.0 {
            place.called().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lone_branch_jumps_to_its_wake_up() {
        let clock = Clock::simulated();
        clock.sleep(TimeDelta::minutes(45)).await;
        assert_eq!(clock.now() - simulated_start(), TimeDelta::minutes(45));
    }

    #[tokio::test]
    async fn branches_wake_in_the_order_they_are_due() {
        let clock = Clock::simulated();
        let log = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = Vec::new();
        for minutes in [30, 10, 20] {
            let (clock, log) = (clock.clone(), log.clone());
            tasks.push(tokio::spawn(async move {
                clock.enter().await;
                clock.sleep(TimeDelta::minutes(minutes)).await;
                log.lock().unwrap().push((minutes, clock.now()));
                clock.leave();
            }));
            tokio::task::yield_now().await;
        }
        clock.leave();
        for task in tasks {
            task.await.unwrap();
        }
        let order: Vec<_> = log.lock().unwrap().clone();
        let start = simulated_start();
        assert_eq!(
            order,
            [10, 20, 30]
                .map(|m| (m, start + TimeDelta::minutes(m)))
                .to_vec(),
        );
    }

    #[tokio::test]
    async fn a_branch_that_gave_up_does_not_hold_the_turn() {
        let clock = Clock::simulated();
        {
            let abandoned = clock.sleep(TimeDelta::minutes(1));
            tokio::pin!(abandoned);
            let _ = futures_util::poll!(&mut abandoned);
        }
        clock.leave();
        clock.enter().await;
        clock.leave();
        clock.enter().await;
    }

    #[tokio::test]
    async fn cancelled_branches_end_their_waits_one_at_a_time_and_move_no_time() {
        let clock = Clock::simulated();
        let (cancel, log) = (CancellationToken::new(), Arc::new(Mutex::new(Vec::new())));
        let mut tasks = Vec::new();
        for hours in [3, 1, 2] {
            let (clock, cancel, log) = (clock.clone(), cancel.clone(), log.clone());
            let ticket = clock.ticket();
            tasks.push(tokio::spawn(async move {
                ticket.turn().await;
                let at = clock.after(TimeDelta::hours(hours));
                let came = clock.sleep_unless(&cancel, at).await;
                // Whoever else worked now could get in between.
                log.lock().unwrap().push((came, hours, clock.now()));
                tokio::task::yield_now().await;
                log.lock().unwrap().push((came, hours, clock.now()));
                clock.leave();
            }));
        }
        clock.sleep(TimeDelta::minutes(1)).await;
        cancel.cancel();
        clock.leave();
        for task in tasks {
            task.await.unwrap();
        }
        let at = simulated_start() + TimeDelta::minutes(1);
        let order: Vec<_> = log.lock().unwrap().clone();
        assert_eq!(order, [3, 3, 1, 1, 2, 2].map(|h| (false, h, at)).to_vec());
    }

    #[tokio::test]
    async fn simulated_clocks_come_to_an_end() {
        let (still, flowing) = (Clock::simulated(), Clock::flowing(simulated_start(), 1e9));
        for clock in [still, flowing] {
            assert!(!clock.is_outlasted_by(TimeDelta::days(365)));
            clock.sleep(TimeDelta::days(99_999_999)).await;
            assert_eq!(clock.now(), SIMULATED_END);
            assert!(clock.is_outlasted_by(TimeDelta::seconds(1)));
            clock.advance(TimeDelta::MAX);
            clock.sleep_until(DateTime::<Utc>::MAX_UTC).await;
            assert_eq!(clock.now(), SIMULATED_END);
        }
    }

    #[test]
    fn a_flowing_clock_is_pushed_by_waits() {
        let clock = Clock::flowing(simulated_start(), 0.0);
        clock.advance(TimeDelta::hours(2));
        assert_eq!(clock.now() - simulated_start(), TimeDelta::hours(2));
    }
}
