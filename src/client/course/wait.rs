//! The waits between a call's sendings.

use chrono::{DateTime, TimeDelta, Utc};

use super::Course;
use crate::client::attempt::Attempt;
use crate::client::backoff::{asked, doubled, full_jitter};
use crate::client::error::{CallError, Cause};
use crate::client::observer::Waiting;
use crate::client::verdict::Why;

/// The first wait for an effect to show.
const READING: TimeDelta = TimeDelta::seconds(2);

impl Course<'_> {
    /// Waits before the next sending or reading; false when there must be none.
    pub(super) async fn wait(&mut self, why: Why, attempt: &Attempt) -> Result<bool, CallError> {
        let clock = self.account.clock();
        let now = clock.now();
        let Some(wait) = self.draw(why, attempt, now) else {
            return Ok(false);
        };
        let until = now
            .checked_add_signed(wait)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        match self.limits.deadline {
            Some(deadline) if until >= deadline => {
                let why = why.as_str();
                let cause = Cause::TimedOut(format!(
                    "{why}, and to wait another {} s would pass the deadline",
                    wait.num_seconds()
                ));
                return Err(self.cut(cause, false));
            }
            None if until - self.begun > self.account.policy().patience => return Ok(false),
            _ => {}
        }
        let waiting = Waiting {
            why,
            wait,
            attempt: self.attempts,
            doubted: self.doubted,
        };
        self.observer.waiting(self.operation, &self.target, waiting);
        if clock.sleep_unless(&self.limits.cancel, until).await {
            Ok(true)
        } else {
            Err(self.cut(Cause::Cancelled, false))
        }
    }

    /// How long to wait; none when the retry budget is spent.
    fn draw(&mut self, why: Why, attempt: &Attempt, now: DateTime<Utc>) -> Option<TimeDelta> {
        let policy = self.account.policy();
        let mut common = self.account.common();
        let (count, base, cap) = match why {
            Why::Unreachable | Why::NoToken | Why::Unavailable => {
                if !attempt.is_shared && !common.budget.spend(now) {
                    return None;
                }
                (&mut self.retries, policy.base, policy.cap)
            }
            Why::Limited => (&mut self.limited, policy.base * 2, policy.cap),
            Why::Locked => (&mut self.locked, policy.locked_base, policy.locked_cap),
            Why::Reading => {
                return Some(doubled(READING, policy.cap, self.looks.saturating_sub(1)));
            }
        };
        let retry = *count;
        *count = count.saturating_add(1);
        Some(match (attempt.retry_after, why) {
            (Some(server), _) => asked(&mut common.random, server, policy.base),
            (None, Why::Locked) => {
                asked(&mut common.random, doubled(base, cap, retry), policy.base)
            }
            (None, _) => full_jitter(&mut common.random, base, cap, retry),
        })
    }
}
