//! A call through the record: told again where it was made before, written down where it is new,
//! and looked into where it was cut off.

use std::borrow::Cow;

use bytes::Bytes;
use chrono::DateTime;

use super::asked::{Asked, canonical_map};
use super::crash::crash;
use super::halt::Halt;
use super::marks::{marked, without_secrets};
use super::recorder::{Begun, Recorder};
use super::scribe::Scribe;
use super::{Done, Failure, Session};
use crate::branch::unless;
use crate::client::readback;
use crate::client::{CallError, Limits, Reply, holds_secrets, target};
use crate::error::exit;
use crate::journal::{Call, CallState};
use crate::operation::{Answer, Arguments, Decoded, Effect, Operation, Repeat, Request};

/// What a call is, all in one.
struct Wanted<'a> {
    operation: &'static Operation,
    /// As the script gave them.
    given: &'a Arguments,
    /// As they are sent.
    sent: Cow<'a, Arguments>,
    /// Whether nothing was on record of it.
    is_new: bool,
    /// Whether somebody said that it was carried out.
    is_said_done: bool,
    request: Request,
    repeat: Repeat,
    effect: Effect,
}

impl Session {
    pub(super) async fn perform_recorded(
        &self,
        recorder: &Recorder,
        operation: &'static Operation,
        arguments: &Arguments,
        limits: &Limits,
    ) -> Result<Done, Failure> {
        // What is refused before anything is done is refused again, and needs no record.
        let request = operation
            .request(arguments)
            .map_err(|refusal| CallError::argument(operation, arguments, refusal))?;
        let effect = operation.effect(arguments);
        let begin = recorder.begin(Asked {
            operation: operation.name,
            arguments: canonical_map(arguments.iter()),
            effect: effect.as_str(),
            target: target(operation, arguments).into(),
        });
        let Some(begun) = unless(&limits.cancel, begin).await else {
            return Err(CallError::cancelled().into());
        };
        let (call, is_new) = match begun? {
            Begun::Part => {
                let plainly = self.perform_plainly(operation, arguments, limits);
                return Ok(Box::pin(plainly).await?.into());
            }
            Begun::New(call) => (*call, true),
            Begun::Recorded(call) => (*call, false),
        };
        let marked = marked(recorder, operation, arguments, &call.path);
        let wanted = Wanted {
            operation,
            given: arguments,
            request: match &marked {
                None => request,
                Some(marked) => operation
                    .request(marked)
                    .map_err(|refusal| CallError::argument(operation, arguments, refusal))?,
            },
            sent: marked.map_or(Cow::Borrowed(arguments), Cow::Owned),
            is_new,
            is_said_done: call.state == CallState::ResolvedDone,
            repeat: operation.repeat(arguments),
            effect,
        };
        if is_new {
            return self.make(recorder, &wanted, call, limits).await;
        }
        Box::pin(self.tell_again(recorder, &wanted, call, limits)).await
    }

    /// What became of a call that is on record.
    async fn tell_again(
        &self,
        recorder: &Recorder,
        wanted: &Wanted<'_>,
        call: Call,
        limits: &Limits,
    ) -> Result<Done, Failure> {
        let told_of = call.finished.and_then(DateTime::from_timestamp_micros);
        let told = |decoded: Decoded| Done { decoded, told_of };
        let is_unfinished = matches!(
            call.state,
            CallState::Open
                | CallState::Held
                | CallState::Sent
                | CallState::InDoubt
                | CallState::ResolvedRetry
        );
        if is_unfinished && let Some(halt) = recorder.given_up() {
            return Err(halt.into());
        }
        match call.state {
            CallState::Done | CallState::ResolvedDone if call.body.is_some() => {
                let body = call.body.clone().unwrap_or_default();
                if holds_secrets(wanted.operation) && wanted.repeat == Repeat::Safe {
                    // It was not kept; to ask again changes nothing.
                    return Ok(self
                        .perform_plainly(wanted.operation, wanted.given, limits)
                        .await?
                        .into());
                }
                let decoded = self.decoded(wanted.operation, wanted.given, &body)?;
                if call.state == CallState::ResolvedDone {
                    recorder.end(call, CallState::Done, Some(body));
                }
                Ok(told(decoded))
            }
            CallState::Done => Ok(told(Decoded::Nothing)),
            CallState::Failed => {
                let text = call.error.as_deref().unwrap_or_default();
                let unknown = |_| {
                    let why = "the journal does not say why it failed";
                    CallError::bad_answer(wanted.operation, wanted.given, why)
                };
                Err(CallError::from_json(text).unwrap_or_else(unknown).into())
            }
            CallState::Open | CallState::Held | CallState::ResolvedRetry => {
                self.make(recorder, wanted, call, limits).await
            }
            CallState::ResolvedAbort => Err(Halt::Cancelled.into()),
            CallState::ResolvedDone => {
                let known = readback::accepted(wanted.operation, wanted.given);
                match (wanted.operation.answer, known) {
                    (_, Some(body)) => {
                        let body = Bytes::from(body.to_string());
                        recorder.end(call, CallState::Done, Some(body.clone()));
                        Ok(told(self.decoded(wanted.operation, wanted.given, &body)?))
                    }
                    (Answer::Nothing, None) => {
                        recorder.end(call, CallState::Done, None);
                        Ok(told(Decoded::Nothing))
                    }
                    // It was done, so there is something to find.
                    _ => self.look_into(recorder, wanted, call, limits).await,
                }
            }
            CallState::Sent | CallState::InDoubt => {
                self.look_into(recorder, wanted, call, limits).await
            }
        }
    }

    /// Makes a call for the first time, or again where nothing has happened so far.
    async fn make(
        &self,
        recorder: &Recorder,
        wanted: &Wanted<'_>,
        mut call: Call,
        limits: &Limits,
    ) -> Result<Done, Failure> {
        let given = wanted.given;
        let admitted = self.admit(&wanted.request, given, wanted.effect).await;
        let mut refused = None;
        let result = match &admitted {
            Err(error) => Err(error.clone()),
            Ok(_) => match self.client() {
                Err(error) => Err(error),
                Ok(client) if wanted.repeat == Repeat::Safe => {
                    let observer = self.0.settings.observer.as_ref();
                    client
                        .call(&wanted.request, &wanted.sent, limits, observer)
                        .await
                }
                Ok(client) => {
                    let scribe = Scribe::new(self, recorder, &call, limits);
                    let reply = client
                        .call(&wanted.request, &wanted.sent, limits, &scribe)
                        .await;
                    (call, refused) = scribe.into_call();
                    reply
                }
            },
        };
        if let (Ok(admitted), Err(error)) = (admitted, &result) {
            self.reconsider(admitted, error);
        }
        if let Some(halt @ Halt::Unrecorded(_)) = refused
            && result.as_ref().is_err_and(is_unsent)
        {
            return Err(halt.into());
        }
        self.conclude(recorder, wanted, call, result, limits).await
    }

    /// Learns what became of a call that was cut off.
    async fn look_into(
        &self,
        recorder: &Recorder,
        wanted: &Wanted<'_>,
        mut call: Call,
        limits: &Limits,
    ) -> Result<Done, Failure> {
        let scribe = Scribe::new(self, recorder, &call, limits);
        let sent_at = DateTime::from_timestamp_micros(call.started).unwrap_or_default();
        let reply = match self.client() {
            Ok(client) => {
                client
                    .recheck(
                        &wanted.request,
                        &wanted.sent,
                        (sent_at, call.attempts),
                        limits,
                        &scribe,
                    )
                    .await
            }
            // Nothing is learned so, and nothing may be guessed: the run stays as it is.
            Err(error) => return Err(recorder.stop(Halt::Setup(Box::new(error))).into()),
        };
        call = scribe.into_call().0;
        if call.note.is_none() && reply.is_ok() {
            call.note = Some("cut off, and looked into afterwards".to_owned());
        }
        self.conclude(recorder, wanted, call, reply, limits).await
    }

    /// Writes what a call came to.
    async fn conclude(
        &self,
        recorder: &Recorder,
        wanted: &Wanted<'_>,
        mut call: Call,
        result: Result<Reply, CallError>,
        limits: &Limits,
    ) -> Result<Done, Failure> {
        if let Some(halt) = recorder.halt()
            && result.as_ref().is_err_and(CallError::is_cancelled)
        {
            return Err(halt.clone().into());
        }
        let result = result.and_then(|mut reply| {
            self.taken(wanted.operation, wanted.given, &mut reply)
                .map(|decoded| (reply, decoded))
        });
        call.finished = Some(recorder.now());
        match result {
            Ok((reply, decoded)) => {
                call.state = CallState::Done;
                call.attempts = reply.attempts.max(call.attempts);
                if reply.adopted {
                    call.note = Some("its answer was lost; found by reading".to_owned());
                }
                call.body = match wanted.operation.answer {
                    Answer::Nothing => None,
                    _ if holds_secrets(wanted.operation) => Some(without_secrets(&decoded)),
                    _ => Some(reply.body),
                };
                self.write(recorder, wanted, call, limits).await?;
                Ok(decoded.into())
            }
            Err(error) => {
                call.attempts = error.attempts.max(call.attempts);
                let doubt = error.left_in_doubt();
                if is_unsent(&error) {
                    if call.state == CallState::Sent {
                        // It was to be: nobody is to be asked about it.
                        call.state = CallState::Held;
                        call.finished = None;
                        recorder.note(&call);
                    }
                    return Err(error.into());
                }
                if doubt.is_none() && error.exit_code() != exit::IN_DOUBT {
                    call.state = CallState::Failed;
                    call.error = Some(error.to_json());
                    self.write(recorder, wanted, call, limits).await?;
                    return Err(error.into());
                }
                call.state = CallState::InDoubt;
                call.finished = None;
                call.error = Some(error.to_json());
                call.note = Some(error.to_string());
                self.write(recorder, wanted, call.clone(), limits).await?;
                if error.is_cancelled() || !recorder.is_resumable() {
                    return Err(error.into());
                }
                let seen = if wanted.is_said_done {
                    format!(
                        "somebody said that it was carried out, but what it made is not found ({}): say what it is with --result, or --retry, or --abort",
                        error.detail()
                    )
                } else {
                    error.detail()
                };
                Err(recorder.doubt(&call, seen).into())
            }
        }
    }

    async fn write(
        &self,
        recorder: &Recorder,
        wanted: &Wanted<'_>,
        call: Call,
        limits: &Limits,
    ) -> Result<(), Halt> {
        match (wanted.repeat, wanted.is_new) {
            (Repeat::Safe, true) => {
                recorder.hand_over_whole(call);
                return Ok(());
            }
            (Repeat::Safe, false) => {
                recorder.hand_over(call);
                return Ok(());
            }
            _ => {}
        }
        Box::pin(recorder.conclude(call, &limits.cancel)).await?;
        crash("after-outcome");
        Ok(())
    }
}

/// Whether nothing came of a call, and a run that goes on makes it again.
fn is_unsent(error: &CallError) -> bool {
    error.is_cancelled() && error.left_in_doubt().is_none()
}
