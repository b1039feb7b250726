//! Events as programs read them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use crate::schedule::Event;

/// An event in parts: its level, its name, and what it is about. What people read is its `Display`.
pub fn fields(event: &Event) -> (&'static str, &'static str, Map<String, Value>) {
    let (level, name, fields) = parts(event);
    match fields {
        Value::Object(mut fields) => {
            // A run that is not kept has no id.
            if fields.get("run").is_some_and(Value::is_null) {
                fields.shift_remove("run");
            }
            (level, name, fields)
        }
        _ => (level, name, Map::new()),
    }
}

fn utc(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// What the policies of a job have led to, and what hinders them.
fn policy(event: &Event) -> (&'static str, &'static str, Value) {
    match event {
        Event::Settled {
            job,
            instant,
            state,
            run,
            failures,
        } => (
            "info",
            "settled",
            json!({ "job": job, "due": utc(*instant), "state": state.as_str(), "run": run, "failures_before": failures }),
        ),
        Event::BrokeOff {
            job,
            number,
            message,
        } => (
            "warn",
            "broke_off",
            json!({ "job": job, "number": number, "error": message }),
        ),
        Event::Retrying {
            job,
            run,
            attempt,
            at,
        } => (
            "warn",
            "retrying",
            json!({ "job": job, "run": run, "attempt": attempt, "at": utc(*at) }),
        ),
        Event::GivenUp {
            job,
            attempt,
            reason,
        } => (
            "warn",
            "given_up",
            json!({ "job": job, "attempt": attempt, "reason": reason.to_string() }),
        ),
        Event::Paused { job, failures } => (
            "error",
            "paused",
            json!({ "job": job, "failures": failures }),
        ),
        Event::Long { job, number, run } => (
            "warn",
            "long_running",
            json!({ "job": job, "number": number, "run": run }),
        ),
        Event::Shut { job, run, opens } => {
            let opens = opens.map(utc);
            (
                "warn",
                "shut",
                json!({ "job": job, "run": run, "window_opens": opens }),
            )
        }
        Event::StoreFailed { message } => ("error", "store_failed", json!({ "error": message })),
        Event::StoreBack => ("info", "store_back", json!({})),
        Event::TimedOut {
            job,
            number,
            run,
            overtime,
        } => (
            "error",
            "timed_out",
            json!({ "job": job, "number": number, "run": run,
                "timeout_seconds": overtime.allowed().as_secs_f64(),
                "window_closed": overtime.is_window() }),
        ),
        Event::Abandoned { job, number, run } => (
            "error",
            "abandoned",
            json!({ "job": job, "number": number, "run": run }),
        ),
        _ => ("info", "event", json!({})),
    }
}

// Fields that an event gains later are left out until they are named here; a new event is not, for
// this is the list of all.
fn parts(event: &Event) -> (&'static str, &'static str, Value) {
    match event {
        Event::Next { job, instant, .. } => {
            ("info", "next", json!({ "job": job, "due": utc(*instant) }))
        }
        Event::Idle { job } => ("info", "idle", json!({ "job": job })),
        Event::Started {
            job,
            number,
            instant,
            ..
        } => (
            "info",
            "started",
            json!({ "job": job, "number": number, "due": utc(*instant) }),
        ),
        Event::Resumed {
            job, number, run, ..
        } => (
            "info",
            "resumed",
            json!({ "job": job, "number": number, "run": run }),
        ),
        Event::Left { job, run, .. } => ("warn", "left", json!({ "job": job, "run": run })),
        Event::Finished {
            job,
            number,
            run,
            exit,
            message,
            took,
            ..
        } => {
            let seconds = took.to_std().unwrap_or_default().as_secs_f64();
            let level = if *exit == 0 { "info" } else { "error" };
            (
                level,
                "finished",
                json!({ "job": job, "number": number, "run": run, "exit": exit, "error": message, "seconds": seconds }),
            )
        }
        Event::Queued { job, instant, .. } => (
            "info",
            "queued",
            json!({ "job": job, "due": utc(*instant) }),
        ),
        Event::BrokeOff { .. }
        | Event::Settled { .. }
        | Event::Retrying { .. }
        | Event::GivenUp { .. }
        | Event::Paused { .. }
        | Event::Long { .. }
        | Event::Shut { .. }
        | Event::TimedOut { .. }
        | Event::Abandoned { .. }
        | Event::StoreFailed { .. }
        | Event::StoreBack => policy(event),
        Event::Skipped {
            job,
            instant,
            reason,
            ..
        } => (
            "warn",
            "skipped",
            json!({ "job": job, "due": utc(*instant), "reason": reason.to_string() }),
        ),
        Event::Replaced { job, number, run } => (
            "warn",
            "replaced",
            json!({ "job": job, "number": number, "run": run }),
        ),
        Event::Missed {
            job,
            first,
            last,
            count,
            ..
        } => (
            "warn",
            "missed",
            json!({ "job": job, "first": utc(*first), "last": utc(*last), "count": count }),
        ),
        Event::Reloaded {
            added,
            changed,
            removed,
            ..
        } => (
            "info",
            "reloaded",
            json!({ "added": added, "changed": changed, "removed": removed }),
        ),
        Event::ReloadFailed { complaints, .. } => {
            let messages: Vec<&str> = complaints.iter().map(|it| it.message.as_str()).collect();
            ("error", "reload_failed", json!({ "problems": messages }))
        }
        Event::Draining { running, .. } => ("info", "draining", json!({ "running": running })),
    }
}
