//! `wait_for` and `wait_until`: waiting with a deadline, always.

use chrono::{DateTime, TimeDelta, Utc};
use rhai::{Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext};

use super::console::Level;
use super::host::Host;
use super::moment::Span;
use super::options::Options;
use super::subject::{Seen, Subject};
use super::trouble::Trouble;
use super::value;
use crate::error::exit;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers the waiting functions.
pub fn register(engine: &mut Engine, host: &Host) {
    let own = host.clone();
    engine.register_fn("wait_for", move |target: Dynamic, state: &str| {
        wait_for(&own, &target, state, &Map::new())
    });
    let own = host.clone();
    engine.register_fn(
        "wait_for",
        move |target: Dynamic, state: &str, options: Map| wait_for(&own, &target, state, &options),
    );
    let own = host.clone();
    engine.register_fn(
        "wait_until",
        move |context: NativeCallContext, what: &str, condition: FnPtr| {
            wait_until(&own, &context, what, &condition, &Map::new())
        },
    );
    let own = host.clone();
    engine.register_fn(
        "wait_until",
        move |context: NativeCallContext, what: &str, condition: FnPtr, options: Map| {
            wait_until(&own, &context, what, &condition, &options)
        },
    );
}

/// How long to wait and how often to look.
struct Patience {
    timeout: Span,
    every: Span,
    deadline: DateTime<Utc>,
}

impl Patience {
    fn of(of: &'static str, options: &Map, host: &Host, timeout: i64, every: i64) -> Result<Self> {
        let options = Options::new(of, options, &["timeout", "every"])?;
        let timeout = options
            .span("timeout")?
            .unwrap_or_else(|| Span(TimeDelta::seconds(timeout)));
        let every = options
            .span("every")?
            .unwrap_or_else(|| Span(TimeDelta::seconds(every)));
        let deadline = host
            .clock()
            .now()
            .checked_add_signed(timeout.0)
            .ok_or_else(|| Trouble::argument(format!("{of}: {timeout} is too long")).raise())?;
        Ok(Self {
            timeout,
            every,
            deadline,
        })
    }

    /// Pauses until it is time to look again; false when the deadline has passed.
    fn pause(&self, host: &Host) -> Result<bool> {
        let now = host.clock().now();
        if now >= self.deadline {
            return Ok(false);
        }
        let next = now
            .checked_add_signed(self.every.0)
            .unwrap_or(self.deadline);
        host.sleep_until(next.min(self.deadline))?;
        Ok(true)
    }
}

fn timed_out(message: String) -> Box<EvalAltResult> {
    let mut trouble = Trouble::new("timed_out", message)
        .hint("give it longer with #{timeout: \"2h\"}, or look at why it takes so long");
    trouble.exit = exit::TIMED_OUT;
    trouble.raise()
}

fn wait_for(host: &Host, target: &Dynamic, wanted: &str, options: &Map) -> Result<Dynamic> {
    let mut subject = Subject::of(target, wanted)?;
    let (timeout, every) = subject.habits();
    let patience = Patience::of("wait_for", options, host, timeout, every)?;
    let mut last: Option<String> = None;
    loop {
        match subject.look(host, patience.every.0 / 2) {
            Ok(seen) => {
                if last.as_deref() != Some(&*seen.state) {
                    announce(host, &subject, wanted, last.as_deref(), &seen);
                    last = Some(seen.state.clone());
                }
                if let Some(reached) = subject.judge(host, wanted, &seen)? {
                    return Ok(reached);
                }
            }
            Err(error) => tolerate(host, &subject, error)?,
        }
        if !patience.pause(host)? {
            return Err(timed_out(format!(
                "{} was {} and not `{wanted}` after {}",
                subject.name(),
                last.map_or_else(|| "not seen".to_owned(), |state| format!("`{state}`")),
                patience.timeout
            )));
        }
    }
}

fn announce(host: &Host, subject: &Subject, wanted: &str, last: Option<&str>, seen: &Seen) {
    let text = match last {
        Some(last) => format!("{}: {last} → {}", subject.name(), seen.state),
        None if seen.state == wanted => return,
        None => format!(
            "waiting for {} to be `{wanted}`: {}",
            subject.name(),
            seen.state
        ),
    };
    host.note(Level::Info, &text);
    if !subject.knows(&seen.state) {
        host.note(
            Level::Warn,
            &format!(
                "{} is in a state mw does not know, `{}`",
                subject.name(),
                seen.state
            ),
        );
    }
}

/// A wait of an hour outlasts an outage of a minute; what looking again cannot mend ends it.
fn tolerate(host: &Host, subject: &Subject, error: Box<EvalAltResult>) -> Result<()> {
    let EvalAltResult::ErrorRuntime(value, _) = error.as_ref() else {
        return Err(error);
    };
    let Some(message) = value.read_lock::<Trouble>().and_then(|trouble| {
        let call = trouble.call.as_ref()?;
        let passing = call
            .status()
            .is_some_and(|status| status >= 500 || status == 429)
            || matches!(
                call.kind_name(),
                "unreachable" | "timed_out" | "unavailable"
            );
        passing.then(|| trouble.message.clone())
    }) else {
        return Err(error);
    };
    host.note(
        Level::Warn,
        &format!("still waiting for {}: {message}", subject.name()),
    );
    Ok(())
}

fn wait_until(
    host: &Host,
    context: &NativeCallContext<'_>,
    what: &str,
    condition: &FnPtr,
    options: &Map,
) -> Result<Dynamic> {
    let patience = Patience::of("wait_until", options, host, 3600, 30)?;
    host.note(Level::Info, &format!("waiting until {what}"));
    loop {
        let answer: Dynamic = condition.call_within_context(context, ())?;
        match answer.as_bool() {
            Ok(true) => return Ok(answer),
            Ok(false) => {}
            Err(_) if answer.is_unit() => {}
            Err(_) => {
                return Err(Trouble::argument(format!(
                    "wait_until asks for true or false, and got {}",
                    value::debug(&answer, 0)
                ))
                .raise());
            }
        }
        if !patience.pause(host)? {
            return Err(timed_out(format!(
                "{what}: not so after {}",
                patience.timeout
            )));
        }
    }
}
