//! One call from its first sending to its end: carries out what the verdicts say.

mod end;
mod wait;

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use serde_json::Value;

use super::account::Account;
use super::attempt::{Attempt, Authorization, Unauthorized};
use super::error::{CallError, Cause};
use super::observer::Observer;
use super::problem::unreadable;
use super::readback::{self, Evidence, Finding, Sent};
use super::reply::{Limits, Reply};
use super::verdict::{Facts, Next, Outcome, Reading, Sight, Verdict, Why, after_reading, verdict};
use crate::clock::Clock;
use crate::operation::{Answer, Arguments, Operation, Repeat, Request};

/// One call under way.
pub(super) struct Course<'a> {
    account: &'a Account,
    request: &'a Request,
    arguments: &'a Arguments,
    limits: &'a Limits,
    observer: &'a dyn Observer,
    operation: &'static Operation,
    target: String,
    repeat: Repeat,
    begun: DateTime<Utc>,
    /// The same by the machine's clock, whatever the account's says.
    since: Instant,
    sent_at: DateTime<Utc>,
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
        account: &'a Account,
        request: &'a Request,
        arguments: &'a Arguments,
        limits: &'a Limits,
        observer: &'a dyn Observer,
    ) -> Self {
        let operation = request.operation;
        Self {
            account,
            request,
            arguments,
            limits,
            observer,
            operation,
            target: operation.target(arguments),
            repeat: operation.repeat(arguments),
            begun: account.clock().now(),
            since: Instant::now(),
            sent_at: account.clock().now(),
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
        self.account.common().budget.earn(self.begun);
        let creating = (self.repeat == Repeat::Create).then(|| {
            self.account
                .creating(self.operation, self.request.body.as_ref())
        });
        let result = if self.doubted {
            Box::pin(self.recheck()).await
        } else {
            self.drive().await
        };
        drop(creating);
        match &result {
            Ok(reply) => {
                if self.repeat == Repeat::Create && !reply.adopted {
                    self.account.claim(&reply.body);
                }
                if self.repeat == Repeat::Edge {
                    self.account.common().doubts.remove(&self.target);
                }
            }
            Err(error) if self.repeat == Repeat::Edge && error.left_in_doubt().is_some() => {
                let now = self.account.clock().now();
                let oldest = now
                    .checked_sub_signed(self.account.policy().doubt)
                    .unwrap_or(now);
                let mut common = self.account.common();
                common.doubts.retain(|_, since| *since >= oldest);
                common.doubts.insert(self.target.clone(), now);
            }
            Err(_) => {}
        }
        let said = result.as_ref().map(|reply| reply.status);
        let took = self.since.elapsed();
        self.observer
            .finished(self.operation, &self.target, self.attempts, took, said);
        result
    }

    /// The same call, of which it is only known that it was sent at that time, if at all.
    pub(super) fn cut_off(mut self, sent_at: DateTime<Utc>, attempts: u32) -> Self {
        self.sent_at = sent_at;
        self.attempts = attempts;
        self.doubted = true;
        self
    }

    /// Reads what the call did before anything else is done about it.
    async fn recheck(&mut self) -> Result<Reply, CallError> {
        let why = "mw was cut off before the answer came".to_owned();
        let attempt = Attempt::without_answer(Outcome::Unanswered, why);
        match self.read_back(&attempt, false).await? {
            Step::Over(reply) => Ok(reply),
            Step::Again => self.drive().await,
        }
    }

    /// Boxed, since reading back is a call inside a call.
    fn boxed(self) -> BoxFuture<'a, Result<Reply, CallError>> {
        Box::pin(self.run())
    }

    async fn drive(&mut self) -> Result<Reply, CallError> {
        loop {
            let authorizing = self.account.authorize(self.operation, self.rejected);
            let (attempt, token) = match self.within(false, authorizing).await? {
                Ok(authorization) => {
                    self.attempts = self.attempts.saturating_add(1);
                    if self.repeat != Repeat::Safe && !self.observer.agrees(self.attempts).await {
                        self.attempts = self.attempts.saturating_sub(1);
                        return Err(self.cut(Cause::Cancelled, false));
                    }
                    self.sent_at = self.account.clock().now();
                    self.observer
                        .started(self.operation, &self.target, self.attempts);
                    let sending = self.account.send_once(self.request, &authorization);
                    let attempt = self.within(true, sending).await?;
                    let token = match authorization {
                        Authorization::Token(held) => Some(Arc::clone(&held)),
                        Authorization::Public | Authorization::Fixed(_) => None,
                    };
                    (attempt, token)
                }
                Err(Unauthorized::NoToken(attempt)) => (*attempt, None),
                Err(Unauthorized::Credentials(why)) => {
                    return Err(self.cut(Cause::NoCredentials(why), false));
                }
                Err(Unauthorized::Refused(status, problem)) => {
                    return Err(self.no_client(status, problem));
                }
            };
            match self.step(attempt, token.map(|held| held.number)).await? {
                Step::Again => {}
                Step::Over(reply) => return Ok(reply),
            }
        }
    }

    async fn step(&mut self, mut attempt: Attempt, token: Option<u64>) -> Result<Step, CallError> {
        if let Some(why) = self.unproven(&attempt) {
            attempt = Attempt::without_answer(Outcome::Unanswered, why);
        }
        let is_success = matches!(attempt.outcome, Outcome::Status(200..=299));
        if self.repeat == Repeat::Safe && is_success {
            attempt.take_in(self.operation);
            // A read whose answer breaks off is asked again, as if the connection had been cut. What
            // is no JSON at all is no accident: whoever reads it sees for himself.
            if attempt.is_cut_off() {
                let why = "the answer is not whole".to_owned();
                attempt = Attempt::without_answer(Outcome::Unanswered, why);
            }
        } else if is_success && !attempt.is_readable(self.operation) {
            let found = readback::accepted(self.operation, self.arguments);
            if self.repeat == Repeat::Edge && found.is_none() {
                // Another one would be a second session.
                let cause = Cause::BadAnswer(unreadable(self.operation, &attempt.body));
                return Err(self.error(cause).with_doubt(Some(self.doubt())));
            }
            // Accepted, but what came of it must be found elsewhere.
            if let Some(body) = found {
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
                if Box::pin(self.wait(why, &attempt)).await? {
                    return Ok(Step::Again);
                }
                Err(self.given_up(&attempt))
            }
            Verdict::WaitAndRead(why) => {
                if Box::pin(self.wait(why, &attempt)).await? {
                    return Box::pin(self.read_back(&attempt, false)).await;
                }
                Err(self.given_up(&attempt))
            }
            Verdict::ReadBack | Verdict::AlreadyGone => {
                let refused = matches!(attempt.outcome, Outcome::Status(_))
                    && !attempt.outcome.is_unknown()
                    && verdict == Verdict::ReadBack;
                Box::pin(self.read_back(&attempt, refused)).await
            }
            Verdict::GiveUp | Verdict::InDoubt => Err(self.given_up(&attempt)),
        }
    }

    /// Why an answer to a call that changes something proves neither that it was carried out nor
    /// that it was not.
    fn unproven(&self, attempt: &Attempt) -> Option<String> {
        match (self.repeat, attempt.outcome) {
            (Repeat::Safe, _) => None,
            // Nobody reads back a console session.
            (Repeat::Edge, Outcome::Status(200..=299))
                if readback::accepted(self.operation, self.arguments).is_none() =>
            {
                None
            }
            (_, Outcome::Status(200..=299)) => {
                let evidence = readback::evidence(self.operation, self.arguments);
                let can_look = matches!(evidence, Evidence::Probe(_));
                attempt.belied(self.operation, self.arguments, can_look)
            }
            (_, Outcome::Status(status)) if attempt.is_noncommittal() => Some(format!(
                "the API answered {status}, which says neither yes nor no"
            )),
            // Whoever does not know the API knows nothing of what our own earlier sending did.
            (_, Outcome::Status(404)) if self.doubted => {
                let problem = attempt.problem();
                let said = problem.message.map(|said| format!(": {said}"));
                problem.is_foreign.then(|| {
                    let said = said.unwrap_or_default();
                    format!("a 404 that is not the API's was answered{said}")
                })
            }
            _ => None,
        }
    }

    fn facts(&self, attempt: &Attempt, token: Option<u64>) -> Facts {
        let policy = self.account.policy();
        let lockable = self.operation.name == "set_power";
        // The lock may be that of a reboot that an earlier call left in doubt.
        let recent = lockable
            && self.repeat == Repeat::Edge
            && attempt.outcome == Outcome::Status(409)
            && self.account.doubts_since(&self.target);
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
        self.retries.saturating_add(1) < self.account.policy().tries
    }

    /// Reads until it is known what the sending did, or that it cannot be known.
    async fn read_back(&mut self, attempt: &Attempt, refused: bool) -> Result<Step, CallError> {
        loop {
            self.looks = self.looks.saturating_add(1);
            let finding = self.look().await?;
            match after_reading(&self.reading(finding.sight, refused)) {
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

    fn reading(&self, sight: Sight, refused: bool) -> Reading {
        let policy = self.account.policy();
        let age = self.account.clock().now() - self.sent_at;
        let evidence = readback::evidence(self.operation, self.arguments);
        let can_look = matches!(evidence, Evidence::Probe(_));
        Reading {
            repeat: self.repeat,
            sight,
            refused,
            may_retry: self.may_retry(),
            // What was sent may be carried out late.
            may_look: can_look
                && (self.looks < policy.looks || (self.limits.watch && age < policy.late)),
            // A reboot that is seen long after may be anyone's.
            watches: self.limits.watch && age < policy.doubt,
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
        let reading = Course::new(
            self.account,
            &request,
            &probe.arguments,
            self.limits,
            self.observer,
        );
        let mut seen: Option<Value> = match reading.boxed().await {
            Ok(reply) => match serde_json::from_slice(&reply.body) {
                Ok(seen) => Some(seen),
                Err(_) => return Ok(unclear("what was read back makes no sense".to_owned())),
            },
            Err(error) if error.is_not_there() => None,
            Err(error) if error.is_cancelled() => return Err(self.cut(Cause::Cancelled, true)),
            Err(error) => return Ok(unclear(format!("reading back failed: {error}"))),
        };
        let skew = self.account.policy().skew;
        let since = self.account.server_time(self.sent_at);
        let until = self.account.server_time(self.account.clock().now());
        let sent = Sent {
            operation: self.operation,
            arguments: self.arguments,
            body: self.request.body.as_ref(),
            since: since.checked_sub_signed(skew).unwrap_or(since),
            until: until.checked_add_signed(skew).unwrap_or(until),
        };
        if self.repeat != Repeat::Create {
            return Ok(readback::judge(&sent, seen.as_ref()));
        }
        if let Some(Value::Array(items)) = &mut seen {
            self.account.drop_claimed(items);
        }
        let finding = readback::judge(&sent, seen.as_ref());
        if finding.sight == Sight::Converged {
            // What carries its own mark is nobody else's.
            let is_marked = self.request.body.as_ref().and_then(readback::mark);
            if is_marked.is_none()
                && self
                    .account
                    .creates_another(self.operation, self.request.body.as_ref())
            {
                return Ok(unclear(format!(
                    "{}, but another call creates one like it",
                    finding.seen
                )));
            }
            if let Some(body) = &finding.body
                && !self.account.claim(body.to_string().as_bytes())
            {
                return Ok(unclear(format!("{}, by another call", finding.seen)));
            }
        }
        Ok(finding)
    }

    /// Carries out `work` unless the caller gives up or the deadline passes first.
    async fn within<T>(&self, sends: bool, work: impl Future<Output = T>) -> Result<T, CallError> {
        let clock = self.account.clock();
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
                (Clock::Real | Clock::Hurried(_), Some(deadline)) => {
                    Box::pin(clock.sleep_until(deadline)).await;
                }
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
}
