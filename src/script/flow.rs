//! Failing, trying again, cleaning up, pausing and ending.

use rhai::{Dynamic, EvalAltResult, FLOAT, FnPtr, INT, Map, NativeCallContext};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::console::Level;
use super::given::Given;
use super::host::Host;
use super::moment::Span;
use super::options::Options;
use super::trouble::{Stopped, Trouble};
use super::value;
use crate::branch::{Branch, Frame, Nature};
use crate::error::exit;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers the flow functions.
pub fn register(engine: &mut Given<'_>, host: &Host) {
    let own = host.clone();
    engine.register_fn("sleep", move |context: NativeCallContext, span: Dynamic| {
        sleep(&own, &context, &span)
    });
    // The language has its own `sleep` for numbers, which knows no clock and cannot be stopped.
    let own = host.clone();
    engine.register_fn("sleep", move |context: NativeCallContext, seconds: INT| {
        sleep(&own, &context, &seconds.into())
    });
    let own = host.clone();
    engine.register_fn(
        "sleep",
        move |context: NativeCallContext, seconds: FLOAT| sleep(&own, &context, &seconds.into()),
    );
    engine
        .register_fn("exit", || -> Result<()> { Err(Stopped::Exit(0).raise()) })
        .register_fn("exit", |code: INT| -> Result<()> {
            let code = u8::try_from(code).map_err(|_| {
                Trouble::argument(format!("an exit code is 0 to 255, not {code}")).raise()
            })?;
            Err(Stopped::Exit(code).raise())
        })
        .register_fn("exit", |code: Dynamic| -> Result<()> {
            let code = value::debug(&code);
            Err(Trouble::argument(format!("an exit code is a whole number, not {code}")).raise())
        })
        .register_fn("attempt", |context: NativeCallContext, body: FnPtr| {
            attempt(&context, &body)
        });
    let own = host.clone();
    engine.register_fn(
        "retry",
        move |context: NativeCallContext, times: INT, body: FnPtr| {
            retry(
                &own,
                &context,
                &Pace {
                    times,
                    ..Pace::default()
                },
                &body,
            )
        },
    );
    let own = host.clone();
    engine.register_fn(
        "retry",
        move |context: NativeCallContext, options: Map, body: FnPtr| {
            retry(&own, &context, &Pace::of(&options)?, &body)
        },
    );
    let own = host.clone();
    engine.register_fn("retry", move |context: NativeCallContext, body: FnPtr| {
        retry(&own, &context, &Pace::default(), &body)
    });
    let own = host.clone();
    engine.register_fn(
        "ensure",
        move |context: NativeCallContext, body: FnPtr, cleanup: FnPtr| {
            ensure(&own, &context, &body, &cleanup)
        },
    );
}

fn sleep(host: &Host, context: &NativeCallContext<'_>, span: &Dynamic) -> Result<()> {
    let span = Span::of(span)?;
    host.come_to(context);
    host.pause("sleep", span.0)
}

/// Whether scripts may handle an error. Being stopped is none of their business.
pub(super) fn is_final(error: &EvalAltResult) -> bool {
    matches!(error.unwrap_inner(), EvalAltResult::ErrorTerminated(..))
}

/// An error as a value; one that scripts may not handle goes on.
pub fn caught(error: Box<EvalAltResult>) -> Result<Dynamic> {
    if is_final(&error) {
        return Err(error);
    }
    Ok(match error.unwrap_inner() {
        EvalAltResult::ErrorRuntime(value, _) if value.is::<Trouble>() => value.clone(),
        EvalAltResult::ErrorRuntime(value, _) => {
            Dynamic::from(Trouble::new("thrown", value::brief(value)))
        }
        inner => {
            let (message, hint) = super::diagnose::sentence(inner);
            Dynamic::from(Trouble {
                hint,
                ..Trouble::new("script", message)
            })
        }
    })
}

fn attempt(context: &NativeCallContext<'_>, body: &FnPtr) -> Result<Map> {
    let outcome: Result<Dynamic> = body.call_within_context(context, ());
    let (ok, value, error) = match outcome {
        Ok(value) => (true, value, Dynamic::UNIT),
        Err(error) => (false, Dynamic::UNIT, caught(error)?),
    };
    Ok(Map::from_iter([
        ("ok".into(), Dynamic::from(ok)),
        ("value".into(), value),
        ("error".into(), error),
    ]))
}

/// How often and how patiently to try again.
struct Pace {
    times: INT,
    delay: Span,
    factor: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            times: 3,
            delay: Span(chrono::TimeDelta::seconds(1)),
            factor: 2.0,
        }
    }
}

impl Pace {
    fn of(options: &Map) -> Result<Self> {
        let options = Options::new("retry", options, &["times", "delay", "factor"])?;
        let default = Self::default();
        Ok(Self {
            times: options.int("times")?.unwrap_or(default.times),
            delay: options.span("delay")?.unwrap_or(default.delay),
            factor: options.float("factor")?.unwrap_or(default.factor),
        })
    }
}

fn retry(
    host: &Host,
    context: &NativeCallContext<'_>,
    pace: &Pace,
    body: &FnPtr,
) -> Result<Dynamic> {
    if pace.times < 1 {
        return Err(
            Trouble::argument(format!("retry takes 1 try or more, not {}", pace.times)).raise(),
        );
    }
    let mut delay = pace.delay;
    for tried in 1.. {
        let error = match body.call_within_context(context, ()) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if tried >= pace.times || !is_worth_retrying(&error) {
            return Err(error);
        }
        host.note(
            Level::Warn,
            &format!(
                "try {tried} of {} failed, again in {delay}: {}",
                pace.times,
                super::diagnose::sentence(error.unwrap_inner()).0
            ),
        );
        host.pause("retry", delay.0)?;
        delay = Span(stretched(delay.0, pace.factor));
    }
    Ok(Dynamic::UNIT)
}

/// The delay before the next try, at most an hour.
#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to an hour before the cast"
)]
#[expect(
    clippy::cast_precision_loss,
    reason = "spans are far below 2^53 milliseconds"
)]
fn stretched(delay: chrono::TimeDelta, factor: f64) -> chrono::TimeDelta {
    let next = (delay.num_milliseconds() as f64 * factor).clamp(0.0, 3_600_000.0);
    chrono::TimeDelta::milliseconds(next as i64)
}

/// Trying again does not help against a wrong argument or a missing permission, and after a call
/// whose outcome is in doubt it could do the thing twice.
fn is_worth_retrying(error: &EvalAltResult) -> bool {
    if is_final(error) {
        return false;
    }
    match error.unwrap_inner() {
        EvalAltResult::ErrorRuntime(value, _) => {
            value.read_lock::<Trouble>().is_none_or(|trouble| {
                trouble.kind != "argument"
                    && trouble.kind != "field"
                    && !matches!(
                        trouble.exit,
                        exit::USAGE | exit::CREDENTIALS | exit::NOT_PERMITTED | exit::IN_DOUBT
                    )
            })
        }
        _ => false,
    }
}

/// Whether a script ended itself by `exit(0)`.
fn is_success(error: &EvalAltResult) -> bool {
    matches!(
        error.unwrap_inner(),
        EvalAltResult::ErrorTerminated(token, _)
            if token.read_lock::<Stopped>().is_some_and(|it| *it == Stopped::Exit(exit::DONE))
    )
}

/// Whether a call may have been carried out without our knowing.
fn is_in_doubt(error: &EvalAltResult) -> bool {
    matches!(
        error.unwrap_inner(),
        EvalAltResult::ErrorRuntime(value, _)
            if value.read_lock::<Trouble>().is_some_and(|trouble| trouble.exit == exit::IN_DOUBT)
    )
}

/// Whether the run cannot go on, for the reason its record gives.
pub(super) fn is_halted(error: &EvalAltResult) -> bool {
    matches!(
        error.unwrap_inner(),
        EvalAltResult::ErrorTerminated(token, _)
            if token.read_lock::<Stopped>().is_some_and(|it| *it == Stopped::Halted)
    )
}

/// The cleanup runs whatever ended the body, a stop from outside included, under a cancellation of
/// its own: the one that stopped the body must not stop its cleanup.
fn ensure(
    host: &Host,
    context: &NativeCallContext<'_>,
    body: &FnPtr,
    cleanup: &FnPtr,
) -> Result<Dynamic> {
    host.come_to(context);
    let mut scope = host.scope("ensure", &json!({}))?;
    let nature = Frame::nature();
    let outcome: Result<Dynamic> = {
        let nature = Nature {
            over: nature.over || scope.turned,
            ..nature
        };
        let _frame = scope.enter("do", nature);
        body.call_within_context(context, ())
    };
    if host.is_halted() {
        // The run is not over: its cleanup is due when it is.
        return Err(Stopped::Halted.raise());
    }
    host.turned(&mut scope);
    let cleaned: Result<Dynamic> = {
        let _branch = Branch::start(CancellationToken::new());
        let nature = Nature {
            cleanup: true,
            ..nature
        };
        let _frame = scope.enter("cleanup", nature);
        cleanup.call_within_context(context, ())
    };
    if cleaned.as_ref().is_err_and(|error| is_halted(error)) {
        return cleaned;
    }
    host.cleaned(scope);
    match (outcome, cleaned) {
        (Ok(value), Ok(_)) => Ok(value),
        (Ok(_), Err(error)) | (Err(error), Ok(_)) => Err(error),
        // What was not cleaned up is no success.
        (Err(exit), Err(error)) if is_success(&exit) => Err(error),
        // To do it all again could do twice what the cleanup may have done.
        (Err(error), Err(second)) if is_in_doubt(&second) && !is_final(&error) => {
            host.note(
                Level::Error,
                &format!(
                    "before the cleanup: {}",
                    super::diagnose::sentence(error.unwrap_inner()).0
                ),
            );
            Err(second)
        }
        (Err(error), Err(second)) => {
            host.note(
                Level::Error,
                &format!(
                    "the cleanup failed too: {}",
                    super::diagnose::sentence(second.unwrap_inner()).0
                ),
            );
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::trial::Trial;

    #[test]
    fn sleeping_takes_the_time_of_the_account() {
        let trial = Arc::new(Trial::default());
        trial
            .run(r#"let at = now(); sleep(3600); sleep(0.5); sleep("1h"); print(now() - at);"#)
            .unwrap();
        assert_eq!(*trial.printed.lock().unwrap(), ["2h 500ms"]);
    }
}
