//! One call from its first sending to its end: carries out what the verdicts say.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::attempt::{Attempt, Authorization, Unauthorized};
use super::backoff::{asked, doubled, full_jitter};
use super::error::{CallError, Cause, phrase};
use super::observer::{Observer, Waiting};
use super::problem::Problem;
use super::readback::{self, Evidence, Finding, Sent};
use super::verdict::{Facts, Next, Outcome, Sight, Verdict, Why, after_reading, verdict};
use super::{Client, Limits, Reply};
use crate::clock::Clock;
use crate::operation::{Answer, Arguments, Operation, Repeat, Request};

/// The first wait for an effect to show.
const READING: TimeDelta = TimeDelta::seconds(2);

/// One call under way.
pub(super) struct Course<'a> {
    client: &'a Client,
    request: &'a Request,
    arguments: &'a Arguments,
    limits: &'a Limits,
    observer: &'a dyn Observer,
    operation: &'static Operation,
    target: String,
    repeat: Repeat,
    begun: DateTime<Utc>,
    attempts: u32,
    retries: u32,
    limited: u32,
    locked: u32,
    looks: u32,
    doubted: bool,
    rejected: Option<u64>,
}

/// What a step leads to.
enum Step {
    Again,
    Over(Reply),
}

impl<'a> Course<'a> {
    pub(super) fn new(
        client: &'a Client,
        request: &'a Request,
        arguments: &'a Arguments,
        limits: &'a Limits,
        observer: &'a dyn Observer,
    ) -> Self {
        let operation = request.operation;
        Self {
            client,
            request,
            arguments,
            limits,
            observer,
            operation,
            target: operation.target(arguments),
            repeat: operation.repeat(arguments),
            begun: client.clock().now(),
            attempts: 0,
            retries: 0,
            limited: 0,
            locked: 0,
            looks: 0,
            doubted: false,
            rejected: None,
        }
    }

    pub(super) async fn run(mut self) -> Result<Reply, CallError> {
        self.client.common().budget.earn(self.begun);
        let creating = (self.repeat == Repeat::Create).then(|| {
            self.client
                .creating(self.operation, self.request.body.as_ref())
        });
        let result = self.drive().await;
        drop(creating);
        match &result {
            Ok(reply) => {
                if self.repeat == Repeat::Create && !reply.adopted {
                    self.client.claim(&reply.body);
                }
                if self.repeat == Repeat::Edge {
                    self.client.common().doubts.remove(&self.target);
                }
            }
            Err(error) if self.repeat == Repeat::Edge && error.left_in_doubt().is_some() => {
                let now = self.client.clock().now();
                let oldest = now
                    .checked_sub_signed(self.client.policy().doubt)
                    .unwrap_or(now);
                let mut common = self.client.common();
                common.doubts.retain(|_, since| *since >= oldest);
                common.doubts.insert(self.target.clone(), now);
            }
            Err(_) => {}
        }
        let said = result.as_ref().map(|reply| reply.status);
        self.observer
            .finished(self.operation, &self.target, self.attempts, said);
        result
    }

    async fn drive(&mut self) -> Result<Reply, CallError> {
        loop {
            let authorizing = self.client.authorize(self.operation, self.rejected);
            let (attempt, token) = match self.within(false, authorizing).await? {
                Ok(authorization) => {
                    self.attempts = self.attempts.saturating_add(1);
                    self.observer
                        .started(self.operation, &self.target, self.attempts);
                    let sending = self.client.send_once(self.request, &authorization);
                    let attempt = self.within(true, sending).await?;
                    let token = match authorization {
                        Authorization::Token(held) => Some(Arc::clone(&held)),
                        Authorization::Public | Authorization::Fixed(_) => None,
                    };
                    (attempt, token)
                }
                Err(Unauthorized::Unavailable(why)) => (Attempt::not_sent(why), None),
                Err(Unauthorized::Credentials(why)) => {
                    return Err(self.error(Cause::NoCredentials(why)));
                }
                Err(Unauthorized::Refused(status, problem)) => {
                    let note = Some(format!("the API answered the OAuth client with {status}"));
                    return Err(self.error(Cause::Refused {
                        status: 401,
                        problem,
                        note,
                    }));
                }
            };
            match self.step(attempt, token.map(|held| held.number)).await? {
                Step::Again => {}
                Step::Over(reply) => return Ok(reply),
            }
        }
    }

    async fn step(&mut self, mut attempt: Attempt, token: Option<u64>) -> Result<Step, CallError> {
        if matches!(attempt.outcome, Outcome::Status(200..=299))
            && !attempt.is_readable(self.operation)
        {
            if self.repeat == Repeat::Safe {
                let what = "it is not whole, or no JSON".to_owned();
                return Err(self.error(Cause::BadAnswer(what)));
            }
            // Accepted, but what came of it must be found elsewhere.
            if let Some(body) = readback::accepted(self.operation, self.arguments) {
                return Ok(Step::Over(self.found(Some(&body), false)));
            }
            attempt = Attempt::without_answer(
                Outcome::Unanswered,
                "the answer is not whole, or no JSON".to_owned(),
            );
        }
        let verdict = verdict(&self.facts(&attempt, token));
        if attempt.outcome.is_unknown() && self.repeat != Repeat::Safe {
            self.doubted = true;
        }
        match verdict {
            Verdict::Done => Ok(Step::Over(self.reply(attempt))),
            Verdict::AlreadyGone if matches!(self.operation.answer, Answer::Nothing) => {
                Ok(Step::Over(self.found(None, true)))
            }
            Verdict::Refused => Err(self.refused(&attempt)),
            Verdict::RefreshToken => {
                self.rejected = token;
                Ok(Step::Again)
            }
            Verdict::Wait(why) => {
                if self.wait(why, &attempt).await? {
                    return Ok(Step::Again);
                }
                Err(self.given_up(&attempt))
            }
            Verdict::WaitAndRead(why) => {
                if self.wait(why, &attempt).await? {
                    return self.read_back(&attempt, false).await;
                }
                Err(self.given_up(&attempt))
            }
            Verdict::ReadBack | Verdict::AlreadyGone => {
                let refused = matches!(attempt.outcome, Outcome::Status(_))
                    && !attempt.outcome.is_unknown()
                    && verdict == Verdict::ReadBack;
                self.read_back(&attempt, refused).await
            }
            Verdict::GiveUp | Verdict::InDoubt => Err(self.given_up(&attempt)),
        }
    }

    fn facts(&self, attempt: &Attempt, token: Option<u64>) -> Facts {
        let policy = self.client.policy();
        let lockable = self.operation.name == "set_power";
        // The lock may be that of a reboot that an earlier call left in doubt.
        let recent = lockable
            && self.repeat == Repeat::Edge
            && attempt.outcome == Outcome::Status(409)
            && self.client.doubts_since(&self.target);
        Facts {
            repeat: self.repeat,
            outcome: attempt.outcome,
            may_retry: self.may_retry(),
            may_wait_for_limit: policy.wait_when_limited
                && self.limited.saturating_add(1) < policy.limited_tries,
            doubted: self.doubted || recent,
            lockable,
            refreshable: token.is_some() && self.rejected.is_none(),
        }
    }

    fn may_retry(&self) -> bool {
        self.retries.saturating_add(1) < self.client.policy().tries
    }

    /// Reads until it is known what the sending did, or that it cannot be known.
    async fn read_back(&mut self, attempt: &Attempt, refused: bool) -> Result<Step, CallError> {
        loop {
            self.looks = self.looks.saturating_add(1);
            let finding = self.look().await?;
            let may_look = self.looks < self.client.policy().looks;
            match after_reading(
                self.repeat,
                finding.sight,
                refused,
                self.may_retry(),
                may_look,
            ) {
                Next::Adopt => return Ok(Step::Over(self.found(finding.body.as_ref(), true))),
                Next::Refused => return Err(self.refused(attempt)),
                Next::InDoubt => return Err(self.in_doubt(attempt, &finding.seen)),
                Next::SendAgain => {
                    if self.wait(Why::Unavailable, attempt).await? {
                        return Ok(Step::Again);
                    }
                    return Err(self.in_doubt(attempt, &finding.seen));
                }
                Next::LookAgain => {
                    if !self.wait(Why::Reading, attempt).await? {
                        return Err(self.in_doubt(attempt, &finding.seen));
                    }
                }
            }
        }
    }

    async fn look(&self) -> Result<Finding, CallError> {
        let unclear = |seen: String| Finding {
            sight: Sight::Unclear,
            body: None,
            seen,
        };
        let probe = match readback::evidence(self.operation, self.arguments) {
            Evidence::Probe(probe) => probe,
            Evidence::Nothing(why) => return Ok(unclear(why.to_owned())),
            Evidence::NotNeeded => return Ok(unclear("there is nothing to read".to_owned())),
        };
        let request = match probe.operation.request(&probe.arguments) {
            Ok(request) => request,
            Err(refusal) => return Ok(unclear(refusal.message)),
        };
        let reading = self
            .client
            .call_boxed(&request, &probe.arguments, self.limits, self.observer)
            .await;
        let mut seen: Option<Value> = match reading {
            Ok(reply) => match serde_json::from_slice(&reply.body) {
                Ok(seen) => Some(seen),
                Err(_) => return Ok(unclear("what was read back makes no sense".to_owned())),
            },
            Err(error) if error.status() == Some(404) => None,
            Err(error) if error.is_cancelled() => return Err(self.cut(Cause::Cancelled, true)),
            Err(error) => return Ok(unclear(format!("reading back failed: {error}"))),
        };
        let since = self.client.server_time(self.begun);
        let sent = Sent {
            operation: self.operation,
            arguments: self.arguments,
            body: self.request.body.as_ref(),
            since: since
                .checked_sub_signed(self.client.policy().skew)
                .unwrap_or(since),
        };
        if self.repeat != Repeat::Create {
            return Ok(readback::judge(&sent, seen.as_ref()));
        }
        if let Some(Value::Array(items)) = &mut seen {
            self.client.drop_claimed(items);
        }
        let finding = readback::judge(&sent, seen.as_ref());
        if finding.sight == Sight::Converged {
            if self
                .client
                .creates_another(self.operation, self.request.body.as_ref())
            {
                return Ok(unclear(format!(
                    "{}, but another call creates one like it",
                    finding.seen
                )));
            }
            if let Some(body) = &finding.body
                && !self.client.claim(body.to_string().as_bytes())
            {
                return Ok(unclear(format!("{}, by another call", finding.seen)));
            }
        }
        Ok(finding)
    }

    /// Waits before the next sending or reading; false when there must be none.
    async fn wait(&mut self, why: Why, attempt: &Attempt) -> Result<bool, CallError> {
        let clock = self.client.clock();
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
            None if until - self.begun > self.client.policy().patience => return Ok(false),
            _ => {}
        }
        let waiting = Waiting {
            why,
            wait,
            attempt: self.attempts,
        };
        self.observer.waiting(self.operation, &self.target, waiting);
        tokio::select! {
            biased;
            () = self.limits.cancel.cancelled() => Err(self.cut(Cause::Cancelled, false)),
            () = clock.sleep_until(until) => Ok(true),
        }
    }

    /// How long to wait; none when the retry budget is spent.
    fn draw(&mut self, why: Why, attempt: &Attempt, now: DateTime<Utc>) -> Option<TimeDelta> {
        let policy = self.client.policy();
        let mut common = self.client.common();
        let (count, base, cap) = match why {
            Why::Unreachable | Why::Unavailable => {
                if !common.budget.spend(now) {
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

    /// Carries out `work` unless the caller gives up or the deadline passes first.
    async fn within<T>(&self, sends: bool, work: impl Future<Output = T>) -> Result<T, CallError> {
        let clock = self.client.clock();
        if self.limits.cancel.is_cancelled() {
            return Err(self.cut(Cause::Cancelled, false));
        }
        let late = || Cause::TimedOut("the deadline passed".to_owned());
        if self
            .limits
            .deadline
            .is_some_and(|deadline| deadline <= clock.now())
        {
            return Err(self.cut(late(), false));
        }
        // Only real time passes while a request is under way: to wait for a simulated deadline
        // would bring it about.
        let deadline = async {
            match (clock, self.limits.deadline) {
                (Clock::Real, Some(deadline)) => clock.sleep_until(deadline).await,
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            done = work => Ok(done),
            () = self.limits.cancel.cancelled() => Err(self.cut(Cause::Cancelled, sends)),
            () = deadline => Err(self.cut(late(), sends)),
        }
    }

    fn reply(&self, attempt: Attempt) -> Reply {
        let status = match attempt.outcome {
            Outcome::Status(status) => status,
            Outcome::NotSent | Outcome::Unanswered => 200,
        };
        Reply {
            status,
            content_type: attempt.content_type,
            body: attempt.body,
            attempts: self.attempts,
            adopted: false,
        }
    }

    fn found(&self, body: Option<&Value>, adopted: bool) -> Reply {
        let body = match (self.operation.answer, body) {
            (Answer::Nothing, _) => Bytes::new(),
            (_, Some(body)) => Bytes::from(body.to_string()),
            (Answer::One(_), None) => Bytes::from_static(b"{}"),
            (Answer::Many(_), None) => Bytes::from_static(b"[]"),
        };
        Reply {
            status: 200,
            content_type: Some("application/json".to_owned()),
            body,
            attempts: self.attempts,
            adopted,
        }
    }

    fn error(&self, cause: Cause) -> CallError {
        CallError::new(self.operation, self.arguments, self.attempts, cause)
    }

    fn refused(&self, attempt: &Attempt) -> CallError {
        let Outcome::Status(status) = attempt.outcome else {
            return self.error(Cause::Unreachable(attempt.message.clone()));
        };
        let note = (self.attempts > 1 && status != 404)
            .then(|| format!("it was sent {} times", self.attempts));
        self.error(Cause::Refused {
            status,
            problem: attempt.problem(),
            note,
        })
    }

    fn given_up(&self, attempt: &Attempt) -> CallError {
        if self.doubted {
            return self.in_doubt(attempt, "reading back was not possible");
        }
        self.refused(attempt)
    }

    fn in_doubt(&self, attempt: &Attempt, seen: &str) -> CallError {
        let why = match attempt.outcome {
            Outcome::Status(status) => {
                let Problem { message, .. } = attempt.problem();
                message.map_or_else(
                    || format!("the API answered {status}"),
                    |message| format!("the API answered {status}: {message}"),
                )
            }
            Outcome::NotSent | Outcome::Unanswered => attempt.message.clone(),
        };
        self.error(Cause::InDoubt(format!("{why}; {seen}")))
            .with_doubt(Some(self.doubt()))
    }

    /// The error of a call that was cut off, `sends` telling that a sending was under way.
    fn cut(&self, cause: Cause, sends: bool) -> CallError {
        let may_have_happened = self.repeat != Repeat::Safe && (sends || self.doubted);
        self.error(cause)
            .with_doubt(may_have_happened.then(|| self.doubt()))
    }

    fn doubt(&self) -> String {
        let what = phrase(self.operation.name, &self.error_target());
        format!("`{what}` was sent and may have been carried out; the API's answer was not seen")
    }

    fn error_target(&self) -> String {
        self.error(Cause::Cancelled).target
    }
}
