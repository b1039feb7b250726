//! Requests that may change something elsewhere: written down before they are sent, never sent twice
//! by guesswork.

use serde_json::{Value, json};

use super::Result;
use super::web::{Came, Wanted, answered, exchange, lost, permitted};
use crate::client::Phase;
use crate::error::exit;
use crate::journal::{Call, CallState};
use crate::operation::Effect;
use crate::script::console::Level;
use crate::script::host::Host;
use crate::script::recording::{Step, of_body};
use crate::script::trouble::{Stopped, Trouble};
use crate::session::crash::crash;
use crate::session::{Halt, Recorder};

/// What a person is told who must decide.
const UNSEEN: &str = "no answer came, and mw cannot look there whether it arrived";

/// Sends a request, or tells what came of it before.
pub(super) fn send(host: &Host, wanted: &Wanted) -> Result<Value> {
    let effect = Effect::Change.as_str();
    let arguments = wanted.arguments();
    let mut call = match host.step_of(effect, wanted.builtin, &wanted.shown, &arguments)? {
        Step::Over(kept) => return Ok(kept),
        Step::Open(call) => call,
        Step::Unrecorded => {
            permitted(host, wanted, &wanted.url)?;
            return match exchange(host, wanted, wanted.request())? {
                Came::Answer(answer) => Ok(answered(&answer)),
                came => Err(unrecorded(host, wanted, &came)),
            };
        }
    };
    match call.state {
        CallState::Sent | CallState::InDoubt if !wanted.repeats => {
            return Err(host.doubt(&call, UNSEEN));
        }
        CallState::ResolvedDone => {
            let said = of_body(&call);
            let answer = if said["status"].is_u64() {
                said
            } else {
                // Nobody knows what it was.
                json!({"status": null, "headers": {}, "body": ""})
            };
            host.end(Some(call), &Ok(()), |()| answer.clone());
            return Ok(answer);
        }
        CallState::ResolvedAbort => return Err(Host::halted(wanted.builtin, &Halt::Cancelled)),
        _ => {}
    }
    let may = permitted(host, wanted, &wanted.url);
    if may.is_err() {
        host.end(Some(call), &may, |()| Value::Null);
        may?;
        return Ok(Value::Null);
    }
    call = intend(host, call)?;
    let came = exchange(host, wanted, wanted.request())?;
    crash("before-outcome");
    conclude(host, wanted, call, &came)
}

/// Writes down that a request is about to be sent.
fn intend(host: &Host, mut call: Box<Call>) -> Result<Box<Call>> {
    call.state = CallState::Sent;
    call.attempts = call.attempts.saturating_add(1);
    call.started = host.clock().now().timestamp_micros();
    crash("before-intent");
    let Some(recorder) = host.recorder() else {
        return Ok(call);
    };
    let refused = match host.attend(recorder.commit((*call).clone())) {
        Ok(Err(halt)) => return Err(Host::halted(&call.operation, &halt)),
        Ok(Ok(())) => {
            crash("after-intent");
            match host.attend(recorder.may_send()) {
                Ok(Ok(())) => return Ok(call),
                Ok(Err(halt)) => Host::halted(&call.operation, &halt),
                Err(stopped) => stopped,
            }
        }
        Err(stopped) => stopped,
    };
    // Nothing was sent after all: nobody is to be asked about it.
    call.state = CallState::Held;
    recorder.note(&call);
    Err(refused)
}

fn write(host: &Host, call: &Call) -> Result<()> {
    let Some(recorder) = host.recorder() else {
        return Ok(());
    };
    host.complete(recorder.conclude(call.clone(), &host.token()))?
        .map_err(|halt| Host::halted(&call.operation, &halt))
}

/// Writes down what came of a request.
fn conclude(host: &Host, wanted: &Wanted, mut call: Box<Call>, came: &Came) -> Result<Value> {
    if let Came::Answer(answer) = came {
        let answer = answered(answer);
        call.state = CallState::Done;
        call.finished = Some(host.clock().now().timestamp_micros());
        call.body = Some(wanted.kept(&answer).to_string().into());
        write(host, &call)?;
        crash("after-outcome");
        return Ok(answer);
    }
    let is_sure = matches!(came, Came::Lost(failure) if failure.phase == Phase::NotSent);
    if is_sure || (wanted.repeats && !matches!(came, Came::Cut(_))) {
        let outcome: Result<()> = Err(lost(wanted, came).raise());
        host.end(Some(call), &outcome, |()| Value::Null);
        return outcome.map(|()| Value::Null);
    }
    call.state = CallState::InDoubt;
    call.note = Some(match came {
        Came::Cut(_) => format!("{wanted}: cut off before an answer came"),
        _ => lost(wanted, came).message,
    });
    write(host, &call)?;
    let is_cut = matches!(came, Came::Cut(_));
    if !is_cut && host.recorder().is_some_and(Recorder::is_resumable) {
        return Err(host.doubt(&call, UNSEEN));
    }
    Err(unrecorded(host, wanted, came))
}

/// Why nothing was answered, where no record asks about it later.
fn unrecorded(host: &Host, wanted: &Wanted, came: &Came) -> Box<rhai::EvalAltResult> {
    let doubt = format!("{wanted} was sent and may have been carried out; {UNSEEN}");
    match came {
        Came::Cut(stopped) => {
            if !wanted.repeats {
                host.note(Level::Warn, &doubt);
            }
            match stopped {
                Stopped::Abandoned => Stopped::AbandonedInDoubt,
                other => *other,
            }
            .raise()
        }
        Came::Lost(failure) if failure.phase == Phase::NotSent => lost(wanted, came).raise(),
        came if wanted.repeats => lost(wanted, came).raise(),
        came => {
            let mut trouble: Trouble = lost(wanted, came);
            trouble.kind = "in_doubt".into();
            trouble.exit = exit::IN_DOUBT;
            trouble.hint = Some(
                "look there before you send it again; #{repeat: true} says that twice does no harm"
                    .to_owned(),
            );
            trouble.raise()
        }
    }
}
