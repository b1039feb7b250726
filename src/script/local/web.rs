//! `http_get`, `http_post`, `http_request`: hosts elsewhere.

mod request;

use std::time::Duration;

use bytes::Bytes;
use rhai::{Dynamic, ImmutableString, Map, NativeCallContext};
use serde_json::{Value, json};

use super::{Result, sent};
use crate::branch::Frame;
use crate::client::{Failure, Phase, WebRequest};
use crate::error::exit;
use crate::record::Secret;
use crate::script::given::Given;
use crate::script::host::Host;
use crate::script::recording::Step;
use crate::script::trouble::{Stopped, Trouble};
use crate::script::value;
use crate::secret;
use crate::session::{Address, Recorder, Want};
pub(super) use request::Wanted;

/// How many times a request is sent on to somewhere else.
const MOST_HOPS: usize = 5;

/// What came of a sending.
pub(super) enum Came {
    /// An answer.
    Answer(http::Response<Bytes>),
    /// None, for this reason.
    Lost(Failure),
    /// None in time.
    Late,
    /// The run, or the branch, was stopped meanwhile.
    Cut(Stopped),
}

/// Sends a request once, and waits until an answer comes, time is up or the run is stopped.
pub(super) fn exchange(host: &Host, wanted: &Wanted, request: WebRequest) -> Result<Came> {
    let is_recorded = host.recorder().is_some_and(Recorder::is_resumable);
    let token = if is_recorded && wanted.changes() && !Frame::nature().cleanup {
        // A branch that is given up does not cut off what it has sent: nobody would know what came
        // of it.
        host.stop().token()
    } else {
        host.token()
    };
    let halted = host.recorder().map(|recorder| recorder.halted().clone());
    let halted = async {
        match halted {
            Some(halted) => halted.cancelled().await,
            None => std::future::pending().await,
        }
    };
    let timeout: Duration = wanted.timeout;
    host.complete(async {
        tokio::select! {
            biased;
            () = halted => Came::Cut(Stopped::Halted),
            () = token.cancelled() => Came::Cut(host.stopped().unwrap_or(Stopped::Interrupted)),
            sent = host.locals().web.send(request) => match sent {
                Ok(answer) => Came::Answer(answer),
                Err(failure) => Came::Lost(failure),
            },
            () = tokio::time::sleep(timeout) => Came::Late,
        }
    })
}

/// An answer as scripts have it.
pub(super) fn answered(answer: &http::Response<Bytes>) -> Value {
    let mut headers = serde_json::Map::new();
    for name in answer.headers().keys() {
        let values: Vec<_> = answer
            .headers()
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        headers.insert(name.as_str().to_owned(), values.join(", ").into());
    }
    json!({
        "status": answer.status().as_u16(),
        "headers": headers,
        "body": String::from_utf8_lossy(answer.body()),
    })
}

/// Why nothing was answered.
pub(super) fn lost(wanted: &Wanted, came: &Came) -> Trouble {
    if let Came::Lost(failure) = came {
        let kind = match failure.phase {
            Phase::NotSent => "unreachable",
            Phase::Unknown => "broken",
        };
        let message = wanted.blotted(&failure.message);
        return Trouble::new(kind, format!("{wanted}: {message}"));
    }
    let taken = humantime::format_duration(wanted.timeout);
    let message = format!("{wanted}: no answer came within {taken}");
    let mut trouble =
        Trouble::new("timed_out", message).hint("give it longer with #{timeout: \"2m\"}");
    trouble.exit = exit::TIMED_OUT;
    trouble
}

/// The answer, unless its status says that the request failed.
fn judged(wanted: &Wanted, answer: &Value) -> Result<Dynamic> {
    let status = answer["status"]
        .as_u64()
        .and_then(|status| u16::try_from(status).ok());
    let is_good = status.is_none_or(|status| (200..300).contains(&status));
    if is_good || !wanted.raises {
        return Ok(value::of_json(answer));
    }
    let status = status.unwrap_or_default();
    let reason = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default();
    let mut message = format!("{wanted}: {status} {reason}");
    // Blotted before it is cut: half a secret is one.
    let body = wanted.blotted(answer["body"].as_str().unwrap_or_default());
    let said: String = secret::redact(&body)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(200)
        .collect();
    // The message of a run that fails is kept with it.
    if !said.is_empty() && wanted.keeps {
        message = format!("{message}: {said}");
    }
    let mut trouble = Trouble::new("http", message);
    trouble.status = Some(status);
    Err(if (300..400).contains(&status) {
        let to = answer["headers"]["location"].as_str().unwrap_or("nowhere");
        trouble.hint(format!(
            "it wants the request sent to {to}: name that address"
        ))
    } else {
        trouble.hint("#{raise: false} gives every answer as a value")
    }
    .raise())
}

/// Makes sure that a request may be sent.
pub(super) fn permitted(host: &Host, wanted: &Wanted, url: &url::Url) -> Result<()> {
    let Some(address) = Address::of_url(url) else {
        return Err(Trouble::argument(format!("{wanted}: the address names no host")).raise());
    };
    let api = host.locals().api.as_ref();
    if api.is_some_and(|api| api.is_met_by(&address)) {
        let mut trouble = Trouble::new(
            "not_permitted",
            format!("{wanted}: this is the account's own API"),
        );
        trouble.exit = exit::NOT_PERMITTED;
        return Err(trouble
            .hint("call its operations, which go by permissions and the journal: mw doc lists them")
            .raise());
    }
    host.permit(
        &wanted.to_string(),
        &Want::host(address, wanted.method.as_str()),
    )
}

/// Reads from a host, and from where it sends us on to.
fn fetch(host: &Host, wanted: &Wanted) -> Result<Value> {
    permitted(host, wanted, &wanted.url)?;
    let mut request = wanted.request();
    for _ in 0..=MOST_HOPS {
        let answer = match exchange(host, wanted, request.clone())? {
            Came::Answer(answer) => answer,
            Came::Cut(stopped) => return Err(stopped.raise()),
            came => return Err(lost(wanted, &came).raise()),
        };
        let Some(next) = request::sent_on(wanted, &request, &answer)? else {
            return Ok(answered(&answer));
        };
        permitted(host, wanted, &next.url)?;
        request = next;
    }
    let message = format!("{wanted}: it is sent on more than {MOST_HOPS} times");
    Err(Trouble::new("http", message).raise())
}

fn read(host: &Host, wanted: &Wanted) -> Result<Value> {
    match host.step(wanted.builtin, &wanted.shown, &wanted.arguments())? {
        // What was not kept is asked for again, which changes nothing.
        Step::Unrecorded | Step::Over(Value::Null) => fetch(host, wanted),
        Step::Over(kept) => Ok(kept),
        Step::Open(call) => {
            let outcome = fetch(host, wanted);
            host.end(Some(call), &outcome, |answer| {
                if wanted.keeps {
                    wanted.kept(answer)
                } else {
                    Value::Null
                }
            });
            outcome
        }
    }
}

/// Performs a request.
fn perform(host: &Host, wanted: &Wanted) -> Result<Dynamic> {
    let answer = if wanted.changes() {
        sent::send(host, wanted)?
    } else {
        read(host, wanted)?
    };
    judged(wanted, &answer)
}

/// What the body of an answer says as JSON.
fn json_of(answer: &Map) -> Result<Dynamic> {
    let is_left_out = |body: &Dynamic| body.is_unit() && answer.contains_key("status");
    if answer.get("body").is_some_and(is_left_out) {
        let what = "the body of this answer was not kept: it was sent for with keep: false";
        return Err(Trouble::new("not_kept", what)
            .hint("take what you need of it with remember() in the run that gets it")
            .raise());
    }
    let body = answer
        .get("body")
        .and_then(|body| body.as_immutable_string_ref().ok().map(|body| body.clone()));
    let Some(body) = body else {
        let what = "json takes an answer of http_get or http_post, which has a `body`";
        return Err(Trouble::argument(what)
            .hint("parse_json reads a text")
            .raise());
    };
    serde_json::from_str::<Value>(&body)
        .map(|value| value::of_json(&value))
        .map_err(|error| {
            let start: String = secret::redact(&body).chars().take(60).collect();
            Trouble::new(
                "format",
                format!("the answer is no JSON: {error}; it begins {start:?}"),
            )
            .raise()
        })
}

/// Registers the functions for a type of addresses.
fn register_of<T: Clone + Send + Sync + 'static>(engine: &mut Given<'_>, host: &Host) {
    let own = host.clone();
    engine.register_fn("http_get", move |context: NativeCallContext, url: T| {
        own.come_to(&context);
        perform(&own, &Wanted::get(&Dynamic::from(url), &Map::new())?)
    });
    let own = host.clone();
    engine.register_fn(
        "http_get",
        move |context: NativeCallContext, url: T, options: Map| {
            own.come_to(&context);
            perform(&own, &Wanted::get(&Dynamic::from(url), &options)?)
        },
    );
    let own = host.clone();
    engine.register_fn(
        "http_post",
        move |context: NativeCallContext, url: T, body: Dynamic| {
            own.come_to(&context);
            perform(
                &own,
                &Wanted::post(&Dynamic::from(url), &body, &Map::new())?,
            )
        },
    );
    let own = host.clone();
    engine.register_fn(
        "http_post",
        move |context: NativeCallContext, url: T, body: Dynamic, options: Map| {
            own.come_to(&context);
            perform(&own, &Wanted::post(&Dynamic::from(url), &body, &options)?)
        },
    );
    let own = host.clone();
    engine.register_fn(
        "http_request",
        move |context: NativeCallContext, method: &str, url: T| {
            own.come_to(&context);
            let url = Dynamic::from(url);
            perform(&own, &Wanted::request_of(method, &url, &Map::new())?)
        },
    );
    let own = host.clone();
    engine.register_fn(
        "http_request",
        move |context: NativeCallContext, method: &str, url: T, options: Map| {
            own.come_to(&context);
            let url = Dynamic::from(url);
            perform(&own, &Wanted::request_of(method, &url, &options)?)
        },
    );
}

/// Registers the functions of the network.
pub fn register(engine: &mut Given<'_>, host: &Host) {
    register_of::<ImmutableString>(engine, host);
    register_of::<Secret>(engine, host);
    engine.register_fn("json", |answer: Map| json_of(&answer));
}
