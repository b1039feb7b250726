//! What scripts do beside the account's operations, through the record of the run: the time, pauses,
//! what is remembered, and the calls that hold other calls.

use std::pin::pin;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use rhai::{EvalAltResult, NativeCallContext};
use serde_json::{Value, json};

use super::host::Host;
use super::moment::Span;
use super::trouble::{Stopped, Trouble};
use crate::branch::{Frame, Nature, unless};
use crate::error::exit;
use crate::journal::{Call, CallState};
use crate::session::{Asked, Begun, Halt, LOCAL, Recorder, canonical};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A builtin on its way, if it is recorded at all.
pub(super) enum Step {
    /// It is not.
    Unrecorded,
    /// It is new, or was broken off.
    Open(Box<Call>),
    /// It is over; this is what it came to.
    Over(Value),
}

/// A call that holds others, such as a `parallel`.
pub(super) struct Scope {
    /// The call, while it is not over.
    call: Option<Box<Call>>,
    /// What its calls' paths begin with; none where nothing is recorded.
    prefix: Option<String>,
    /// How it ended, where its end is on record.
    pub(super) ended: Option<Value>,
    /// Whether its body was over before, and its cleanup had begun.
    pub(super) turned: bool,
}

impl Scope {
    /// The path of the call.
    pub(super) fn path(&self) -> Option<&str> {
        self.prefix.as_deref()
    }

    /// Enters the frame of one of its parts.
    pub(super) fn enter(&self, part: &str, nature: Nature) -> Option<Frame> {
        let prefix = self.prefix.as_ref()?;
        let nature = Nature {
            over: nature.over || self.ended.is_some(),
            ..nature
        };
        Some(Frame::enter(format!("{prefix}/{part}/"), nature))
    }
}

impl Host {
    pub(super) fn recorder(&self) -> Option<&Recorder> {
        self.session().recorder()
    }

    /// Notes where in the script a builtin was called, for the record.
    pub(super) fn come_to(&self, context: &NativeCallContext<'_>) {
        if self.recorder().is_some() {
            Frame::come_to(context.call_source(), context.call_position().line());
        }
    }

    /// Why a branch ends that the record does not let go on with the function of this name. What could
    /// not be recorded is an error of its own.
    pub(super) fn halted(name: &str, halt: &Halt) -> Box<EvalAltResult> {
        let stopped = match halt {
            Halt::Cancelled => Stopped::Interrupted,
            Halt::Abandoned => Stopped::Abandoned,
            Halt::Journal(_) | Halt::Parted(_) | Halt::Setup(_) | Halt::Doubt(_) => Stopped::Halted,
            Halt::Unrecorded(_) => return Self::unrecorded(name, halt),
        };
        stopped.raise()
    }

    fn unrecorded(name: &str, halt: &Halt) -> Box<EvalAltResult> {
        let (why, hint) = halt.sentence();
        let message = format!("{name} is not permitted: {why}");
        let mut trouble = Trouble::new("not_permitted", message).hint(hint.unwrap_or_default());
        trouble.exit = exit::NOT_PERMITTED;
        trouble.raise()
    }

    /// Begins a builtin that changes nothing outside the run.
    pub(super) fn step(&self, name: &'static str, target: &str, arguments: &Value) -> Result<Step> {
        self.step_of(LOCAL, name, target, arguments)
    }

    /// Begins a builtin with this effect.
    pub(super) fn step_of(
        &self,
        effect: &'static str,
        name: &'static str,
        target: &str,
        arguments: &Value,
    ) -> Result<Step> {
        let Some(recorder) = self.recorder() else {
            return Ok(Step::Unrecorded);
        };
        let begun = self.entered(
            recorder,
            Asked {
                operation: name,
                arguments: canonical(arguments),
                effect,
                target: target.into(),
            },
        )?;
        match begun {
            Begun::Part => Ok(Step::Unrecorded),
            Begun::New(call) => Ok(Step::Open(call)),
            Begun::Recorded(call) => match call.state {
                CallState::Done => Ok(Step::Over(of_body(&call))),
                CallState::Failed => {
                    let text = call.error.as_deref().unwrap_or_default();
                    Err(Trouble::from_json(text).raise())
                }
                _ => match recorder.given_up() {
                    Some(halt) => Err(Self::halted(name, &halt)),
                    None => Ok(Step::Open(call)),
                },
            },
        }
    }

    /// Has the record begin a call.
    fn entered(&self, recorder: &Recorder, asked: Asked<'_>) -> Result<Begun> {
        let name = asked.operation;
        let mut begin = pin!(recorder.begin(asked));
        // There is hardly ever anything to wait for.
        let begun = match begin.as_mut().now_or_never() {
            Some(begun) => begun,
            None => self.attend(begin)?,
        };
        begun.map_err(|halt| Self::halted(name, &halt))
    }

    /// Waits for the record, unless the branch is stopped first.
    pub(super) fn attend<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        let done = self.complete(unless(&self.token(), work))?;
        done.ok_or_else(|| self.stopped().unwrap_or(Stopped::Interrupted).raise())
    }

    /// Ends a builtin with what it came to. One that was stopped has not ended.
    pub(super) fn end<T>(
        &self,
        call: Option<Box<Call>>,
        outcome: &Result<T>,
        keep: impl FnOnce(&T) -> Value,
    ) {
        let (Some(recorder), Some(mut call)) = (self.recorder(), call) else {
            return;
        };
        match outcome {
            Ok(value) => {
                let body = match keep(value) {
                    Value::Null => None,
                    value => Some(value.to_string().into()),
                };
                recorder.end(*call, CallState::Done, body);
            }
            Err(error) => {
                if let EvalAltResult::ErrorRuntime(value, _) = error.unwrap_inner()
                    && let Some(trouble) = value.read_lock::<Trouble>()
                {
                    call.error = Some(trouble.to_json());
                    recorder.end(*call, CallState::Failed, None);
                }
            }
        }
    }

    /// A builtin whose result is recorded, and not made again.
    pub(super) fn kept(
        &self,
        name: &'static str,
        target: &str,
        arguments: &Value,
        make: impl FnOnce() -> Result<Value>,
    ) -> Result<Value> {
        match self.step(name, target, arguments)? {
            Step::Unrecorded => make(),
            Step::Over(value) => Ok(value),
            Step::Open(call) => {
                let outcome = make();
                self.end(Some(call), &outcome, Clone::clone);
                outcome
            }
        }
    }

    /// The present instant, the same one when the run is taken up again.
    pub(super) fn moment(&self) -> Result<DateTime<Utc>> {
        if self.recorder().is_none() {
            return Ok(self.clock().now());
        }
        let now = self.kept("now", "", &json!({}), || Ok(of_instant(self.clock().now())))?;
        Ok(to_instant(&now).unwrap_or_else(|| self.clock().now()))
    }

    /// Waits for a span; a run that is taken up again waits for what is left of it.
    pub(super) fn pause(&self, name: &'static str, span: TimeDelta) -> Result<()> {
        self.outlasts(name, span)?;
        match self.step(name, "", &json!({"ms": span.num_milliseconds()}))? {
            Step::Unrecorded => {
                let until = self.clock().after(span);
                let _gauge = self.gauge(|| name.to_owned(), |gauge| gauge.timed(until));
                self.sleep_until(until)
            }
            Step::Over(_) => Ok(()),
            Step::Open(call) => {
                let until = Self::until(&call, self.clock().after(span));
                // What is over in a moment is not worth waiting for the disk.
                let call = if span < TimeDelta::seconds(1) {
                    call
                } else {
                    self.begun(call, &of_instant(until))?
                };
                // A clock that was set back must not make it longer.
                let until = until.min(self.clock().after(span));
                let _gauge = self.gauge(|| name.to_owned(), |gauge| gauge.timed(until));
                let outcome = self.sleep_until(until);
                self.end(Some(call), &outcome, |()| Value::Null);
                outcome
            }
        }
    }

    /// Refuses a span that is longer than the time that a simulated clock has.
    pub(super) fn outlasts(&self, name: &str, span: TimeDelta) -> Result<()> {
        if !self.clock().is_outlasted_by(span) {
            return Ok(());
        }
        let message = format!("{name}: {} is too long", Span(span));
        Err(Trouble::argument(message)
            .hint("the simulator's clock ends with the year 9900")
            .raise())
    }

    /// The end of a wait: the one on record, or a new one.
    pub(super) fn until(call: &Call, new: DateTime<Utc>) -> DateTime<Utc> {
        to_instant(&of_body(call)).unwrap_or(new)
    }

    /// Notes that a builtin has begun, with what it must know when it goes on. It is on disk, with
    /// everything before it, when this returns.
    pub(super) fn begun(&self, mut call: Box<Call>, body: &Value) -> Result<Box<Call>> {
        call.state = CallState::Open;
        call.body = Some(body.to_string().into());
        if let Some(recorder) = self.recorder() {
            self.attend(recorder.commit((*call).clone()))?
                .map_err(|halt| Self::halted(&call.operation, &halt))?;
        }
        Ok(call)
    }

    /// Begins a call that holds others.
    pub(super) fn scope(&self, name: &'static str, arguments: &Value) -> Result<Scope> {
        let Some(recorder) = self.recorder() else {
            return Ok(Scope {
                call: None,
                prefix: None,
                ended: None,
                turned: false,
            });
        };
        let begun = self.entered(
            recorder,
            Asked {
                operation: name,
                arguments: canonical(arguments),
                effect: LOCAL,
                target: "".into(),
            },
        )?;
        Ok(match begun {
            // It changes nothing by itself.
            Begun::Part => Scope {
                call: None,
                prefix: None,
                ended: None,
                turned: false,
            },
            Begun::Recorded(call) if call.state == CallState::Done => Scope {
                prefix: Some(call.path.clone()),
                ended: Some(of_body(&call)),
                turned: false,
                call: None,
            },
            Begun::New(call) | Begun::Recorded(call) => {
                recorder.note(&call);
                Scope {
                    prefix: Some(call.path.clone()),
                    ended: None,
                    turned: of_body(&call) == true,
                    call: Some(call),
                }
            }
        })
    }

    /// Ends a call that holds others. One that the run was stopped in has not ended: what is left
    /// of it is still to be done.
    pub(super) fn leave(&self, scope: Scope, ended: &Value) {
        let stopped = self.stopped().is_some() || self.is_halted();
        if let (Some(recorder), Some(call), false) = (self.recorder(), scope.call, stopped) {
            recorder.end(*call, CallState::Done, Some(ended.to_string().into()));
        }
    }

    /// Notes that a call that holds others goes on with its cleanup: what its body had not done by
    /// then it never will.
    pub(super) fn turned(&self, scope: &mut Scope) {
        if let (Some(recorder), Some(call)) = (self.recorder(), &mut scope.call) {
            call.body = Some(Value::Bool(true).to_string().into());
            recorder.note(call);
        }
    }

    /// Ends an `ensure` whose cleanup has run, whatever became of the rest.
    pub(super) fn cleaned(&self, scope: Scope) {
        if let (Some(recorder), Some(call)) = (self.recorder(), scope.call) {
            recorder.end(*call, CallState::Done, None);
        }
    }

    /// Whether anything is on record of a part of a scope.
    pub(super) fn knows(&self, scope: &Scope, part: &str) -> bool {
        match (self.recorder(), &scope.prefix) {
            (Some(recorder), Some(prefix)) => recorder.knows(&format!("{prefix}/{part}/1")),
            _ => false,
        }
    }

    /// Pauses the run with a question about a builtin: nobody can tell what became of it.
    pub(super) fn doubt(&self, call: &Call, seen: &str) -> Box<EvalAltResult> {
        match self.recorder() {
            Some(recorder) => Self::halted(&call.operation, &recorder.doubt(call, seen.to_owned())),
            None => Stopped::Halted.raise(),
        }
    }

    /// Whether the run cannot go on.
    pub(super) fn is_halted(&self) -> bool {
        self.recorder()
            .is_some_and(|recorder| recorder.halt().is_some())
    }

    /// Whether this branch has something to tell again before it does anything new, or stops.
    pub(super) fn is_behind(&self) -> bool {
        self.recorder().is_some_and(Recorder::is_behind)
    }
}

pub(super) fn of_body(call: &Call) -> Value {
    call.body
        .as_ref()
        .and_then(|body| serde_json::from_slice(body).ok())
        .unwrap_or_default()
}

pub(super) fn of_instant(at: DateTime<Utc>) -> Value {
    at.timestamp_micros().into()
}

pub(super) fn to_instant(value: &Value) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(value.as_i64()?)
}
