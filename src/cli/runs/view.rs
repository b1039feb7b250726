//! Runs and calls as programs and people read them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use crate::journal::{Call, CallState, Run};
use crate::output::Column;
use crate::record::Unit;

/// An instant of the journal.
pub fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

/// The same as text, for programs.
pub fn exact(micros: i64) -> String {
    instant(micros).to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// The same, for people.
pub fn short(micros: i64) -> String {
    instant(micros).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A span for people, to the millisecond below a minute and to the second above.
pub fn span(micros: i64) -> String {
    let millis = u64::try_from(micros / 1000).unwrap_or_default();
    let millis = if millis >= 60_000 {
        millis / 1000 * 1000
    } else {
        millis
    };
    humantime::format_duration(std::time::Duration::from_millis(millis)).to_string()
}

/// The columns of a list of runs.
pub const COLUMNS: &[Column] = &[
    Column::new("id", Unit::Plain),
    Column::new("state", Unit::State),
    Column::new("script", Unit::Plain),
    Column::new("job", Unit::Plain),
    Column::new("started_at", Unit::Instant),
    Column::wide("finished_at", Unit::Instant),
    Column::people("took", Unit::SECONDS),
    Column::new("exit_code", Unit::Plain),
];

/// A run in a list.
#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds of our time are below 2^53"
)]
pub fn listed(run: &Run, now: i64) -> Map<String, Value> {
    // A clock that was set back meanwhile makes nothing end before it began.
    let took = |finished: i64| finished.saturating_sub(run.started).max(0) as f64 / 1e6;
    let values: [Value; 8] = [
        run.id.clone().into(),
        run.seen(now).as_str().into(),
        run.start.script.clone().into(),
        run.start.job.clone().into(),
        exact(run.started).into(),
        run.finished.map(exact).into(),
        run.finished.map(took).into(),
        run.exit.into(),
    ];
    Column::row(COLUMNS, values)
}

/// A call, for programs.
pub fn call(call: &Call) -> Value {
    json!({
        "path": call.path,
        "operation": call.operation,
        "effect": call.effect,
        "target": call.target,
        "state": call.state.as_str(),
        "attempts": call.attempts,
        "started_at": exact(call.started),
        "finished_at": call.finished.map(exact),
        "place": call.place,
        "arguments": serde_json::from_str::<Value>(&call.arguments).unwrap_or_default(),
        "note": call.note,
    })
}

/// A run with its calls, for programs.
pub fn whole(run: &Run, calls: &[Call], now: i64) -> Value {
    let mut whole = listed(run, now);
    whole.remove("took");
    let more = json!({
        "kind": run.start.kind.as_str(),
        "profile": run.start.profile,
        "url": run.start.url,
        "args": run.start.args,
        "version": run.version,
        "message": run.message,
        "owner": run.owner.described(),
        "epoch": run.epoch,
        "lease_until": exact(run.lease),
        "cancel": run.cancel,
        "calls": calls.iter().map(self::call).collect::<Vec<_>>(),
    });
    if let Value::Object(more) = more {
        whole.extend(more);
    }
    Value::Object(whole)
}

/// What a call did, in a few words.
pub fn outcome(call: &Call, is_over: bool) -> String {
    let attempts = if call.attempts > 1 {
        format!(", sent {} times", call.attempts)
    } else {
        String::new()
    };
    let took = call.finished.map_or_else(String::new, |finished| {
        format!(" in {}", span(finished.saturating_sub(call.started)))
    });
    match call.state {
        CallState::Done => format!("done{took}{attempts}"),
        CallState::Failed => format!("failed{took}{attempts}"),
        CallState::InDoubt => format!("IN DOUBT{attempts}"),
        CallState::Sent => format!(
            "sent at {}, no answer on record{attempts}",
            short(call.started)
        ),
        CallState::Held => format!("turned down for now{attempts}"),
        CallState::Open if is_over => "not finished".to_owned(),
        CallState::Open => "under way".to_owned(),
        CallState::ResolvedDone => "in doubt; decided: it was done".to_owned(),
        CallState::ResolvedRetry => "in doubt; decided: it is sent again".to_owned(),
        CallState::ResolvedAbort => "in doubt; decided: the run is given up".to_owned(),
    }
}

/// What a call is, in a few words.
pub fn title(call: &Call) -> String {
    let own = call.target.split(' ').next() == Some(&*call.operation);
    if own {
        call.target.clone()
    } else if call.target.is_empty() {
        call.operation.to_string()
    } else {
        format!("{} {}", call.operation, call.target)
    }
}
