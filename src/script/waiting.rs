//! `wait_for` and `wait_until`: waiting with a deadline, always.

use chrono::{DateTime, TimeDelta, Utc};
use rhai::{Dynamic, EvalAltResult, FnPtr, Map, NativeCallContext};
use serde_json::{Value, json};

use super::console::Level;
use super::given::Given;
use super::handle;
use super::host::Host;
use super::moment::Span;
use super::options::Options;
use super::origin;
use super::predicates::truth;
use super::recording::{Step, of_instant, to_instant};
use super::subject::{Seen, Subject};
use super::trouble::Trouble;
use crate::branch::Frame;
use crate::clock::SIMULATED_END;
use crate::error::exit;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers the waiting functions.
pub fn register(engine: &mut Given<'_>, host: &Host) {
    let own = host.clone();
    engine.register_fn(
        "wait_for",
        move |context: NativeCallContext, target: Dynamic, state: &str| {
            own.come_to(&context);
            wait_for(&own, &target, state, &Map::new())
        },
    );
    let own = host.clone();
    engine.register_fn(
        "wait_for",
        move |context: NativeCallContext, target: Dynamic, state: &str, options: Map| {
            own.come_to(&context);
            wait_for(&own, &target, state, &options)
        },
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
}

impl Patience {
    fn of(of: &'static str, options: &Map, timeout: i64, every: i64) -> Result<Self> {
        let options = Options::new(of, options, &["timeout", "every"])?;
        let timeout = options
            .span("timeout")?
            .unwrap_or_else(|| Span(TimeDelta::seconds(timeout)));
        let every = options
            .span("every")?
            .unwrap_or_else(|| Span(TimeDelta::seconds(every)));
        Ok(Self { timeout, every })
    }

    fn deadline(&self, of: &'static str, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
        now.checked_add_signed(self.timeout.0)
            .filter(|end| *end <= SIMULATED_END)
            .ok_or_else(|| Trouble::argument(format!("{of}: {} is too long", self.timeout)).raise())
    }

    /// When to look again.
    fn next(&self, now: DateTime<Utc>, deadline: DateTime<Utc>) -> DateTime<Utc> {
        now.checked_add_signed(self.every.0)
            .unwrap_or(deadline)
            .min(deadline)
    }

    fn to_json(&self) -> Value {
        json!({
            "timeout": self.timeout.0.num_milliseconds(),
            "every": self.every.0.num_milliseconds(),
        })
    }
}

fn timed_out(message: String) -> Box<EvalAltResult> {
    let mut trouble = Trouble::new("timed_out", message)
        .hint("give it longer with #{timeout: \"2h\"}, or look at why it takes so long");
    trouble.exit = exit::TIMED_OUT;
    trouble.raise()
}

fn wait_for(host: &Host, target: &Dynamic, wanted: &str, options: &Map) -> Result<Dynamic> {
    origin::refuse(host, std::slice::from_ref(target)).map_err(Trouble::raise)?;
    let mut subject = Subject::of(target, wanted)?;
    let (timeout, every) = subject.habits();
    let patience = Patience::of("wait_for", options, timeout, every)?;
    let deadline = patience.deadline("wait_for", host.clock().now())?;
    let mut arguments = patience.to_json();
    arguments["subject"] = subject.id().into();
    arguments["state"] = wanted.into();
    let name = subject.name().to_owned();
    let call = match host.step("wait_for", &name, &arguments)? {
        Step::Unrecorded => return look_until(host, &mut subject, wanted, &patience, deadline),
        Step::Over(kept) => {
            subject.settle(host);
            return handle::restored(&kept, host.origin()).ok_or_else(|| {
                let what = "the journal does not say what the wait came to";
                Trouble::new("bad_answer", what).raise()
            });
        }
        Step::Open(call) => call,
    };
    // A clock that was set back must not make it longer.
    let deadline = Host::until(&call, deadline).min(deadline);
    let call = host.begun(call, &of_instant(deadline))?;
    let outcome = {
        let _parts = Frame::of_parts();
        look_until(host, &mut subject, wanted, &patience, deadline)
    };
    host.end(Some(call), &outcome, handle::kept);
    outcome
}

fn look_until(
    host: &Host,
    subject: &mut Subject,
    wanted: &str,
    patience: &Patience,
    deadline: DateTime<Utc>,
) -> Result<Dynamic> {
    let gauge = host.gauge(
        || format!("wait_for {}", subject.name()),
        |gauge| gauge.until(deadline),
    );
    let mut last: Option<String> = None;
    loop {
        match subject.look(host, patience.every.0 / 2) {
            Ok(seen) => {
                if last.as_deref() != Some(&*seen.state) {
                    announce(host, subject, wanted, last.as_deref(), &seen);
                    if let Some(gauge) = &gauge {
                        gauge.say(format!("{} → {wanted}", seen.state));
                    }
                    last = Some(seen.state.clone());
                }
                if let Some(reached) = subject.judge(host, wanted, &seen)? {
                    return Ok(reached);
                }
            }
            Err(error) => tolerate(host, subject, error)?,
        }
        let now = host.clock().now();
        if now >= deadline {
            let (name, timeout) = (subject.name(), &patience.timeout);
            return Err(timed_out(match last {
                // A reboot may not have begun yet.
                Some(state) if state == wanted => format!(
                    "{name} was `{wanted}` and not seen rebooting within {timeout}: whether it has \
                     rebooted is not known"
                ),
                Some(state) => format!("{name} was `{state}` and not `{wanted}` after {timeout}"),
                None => format!("{name} was not seen and not `{wanted}` after {timeout}"),
            }));
        }
        host.sleep_until(patience.next(now, deadline))?;
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
    let patience = Patience::of("wait_until", options, 3600, 30)?;
    host.come_to(context);
    let deadline = match host.step("wait_until", what, &patience.to_json())? {
        Step::Unrecorded => patience.deadline("wait_until", host.clock().now())?,
        Step::Over(kept) => {
            // A clock that was set back must not make it longer.
            let latest = patience.deadline("wait_until", host.clock().now())?;
            to_instant(&kept).unwrap_or_default().min(latest)
        }
        Step::Open(call) => {
            let deadline = patience.deadline("wait_until", host.clock().now());
            host.end(Some(call), &deadline, |at| of_instant(*at));
            deadline?
        }
    };
    host.note(Level::Info, &format!("waiting until {what}"));
    let _gauge = host.gauge(
        || format!("wait_until {what}"),
        |gauge| gauge.until(deadline),
    );
    loop {
        let answer: Dynamic = condition.call_within_context(context, ())?;
        if truth("wait_until", &answer, "compare: || vlan.label == \"x\"")? {
            return Ok(answer);
        }
        if !pause(host, &patience, deadline)? {
            return Err(timed_out(format!(
                "{what}: not so after {}",
                patience.timeout
            )));
        }
    }
}

/// Pauses until it is time to look again; false when the deadline has passed.
fn pause(host: &Host, patience: &Patience, deadline: DateTime<Utc>) -> Result<bool> {
    let until = |now: DateTime<Utc>| (now < deadline).then(|| patience.next(now, deadline));
    match host.step("pause", "", &patience.to_json())? {
        Step::Over(kept) => Ok(kept == true),
        Step::Unrecorded => match until(host.clock().now()) {
            Some(until) => host.sleep_until(until).map(|()| true),
            None => Ok(false),
        },
        Step::Open(call) => {
            let outcome = match until(host.clock().now()) {
                Some(until) => host.sleep_until(until).map(|()| true),
                None => Ok(false),
            };
            host.end(Some(call), &outcome, |passed| Value::Bool(*passed));
            outcome
        }
    }
}
