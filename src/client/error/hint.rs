//! What to do about a call that failed.

use chrono::{DateTime, SecondsFormat, Utc};

use super::Cause;
use crate::api;
use crate::operation::{Answer, Arguments, Kind, Operation, Repeat};

/// What to do about a call of this operation that failed so.
pub(super) fn of(operation: &'static Operation, cause: &Cause) -> Option<String> {
    let hint = match cause {
        Cause::Refused { status, .. } => return status_hint(operation, *status),
        Cause::Unreachable(why) => unreachable_hint(why).to_owned(),
        Cause::NoToken(_) => {
            "the OAuth client gets no token: try again later, or call with an API key; check that \
             OPENMETAL_API_URL names the API itself"
                .to_owned()
        }
        Cause::TimedOut(_) => "give it more time, or try again later".to_owned(),
        Cause::BadAnswer(_) => {
            "check that OPENMETAL_API_URL names the API itself and not a page in front of it"
                .to_owned()
        }
        Cause::NoCredentials(_) => {
            "run `mw auth login`, or set OPENMETAL_API_KEY, or try it on the simulator with --sim"
                .to_owned()
        }
        // What may have happened is to be looked for, whatever the cause.
        Cause::InDoubt(_)
        | Cause::Cancelled
        | Cause::Argument(_)
        | Cause::NotPermitted(_)
        | Cause::Setup(_) => return None,
    };
    Some(hint)
}

/// What to do where nothing was reached. What is wrong with a certificate only the library's words tell.
fn unreachable_hint(why: &str) -> &'static str {
    let says = |words: &[&str]| words.iter().any(|word| why.contains(word));
    if says(&["UnknownIssuer"]) {
        return "give the authority that signed its certificate with --cacert FILE, or with `cacert` in \
                the profile";
    }
    if says(&["certificate expired", "certificate: Expired"]) {
        return "its certificate has expired, and whoever runs it must renew it; if it has not, this \
                machine's clock is wrong";
    }
    if says(&["certificate not valid yet", "NotValidYet"]) {
        return "its certificate is not valid yet: check this machine's clock";
    }
    if says(&["certificate not valid for name", "NotValidForName"]) {
        return "its certificate is for another name: check the address (OPENMETAL_API_URL), and what \
                stands between here and the API";
    }
    if says(&["the proxy that "]) {
        return "check the proxy: the variable holds its address, its user and its password, and \
                NO_PROXY names what goes past it";
    }
    if says(&["REFUSED_STREAM", "GOAWAY"]) {
        return "the API has too much to do, or is about to close: try again later";
    }
    "check the address (OPENMETAL_API_URL) and the network; `--sim` needs neither"
}

/// What to do where nobody saw whether it was carried out.
pub(super) fn unseen(operation: &str) -> String {
    format!("look at the account before calling {operation} again: it is not repeated for you")
}

/// What to do where the API asked to be left alone until then.
pub(super) fn until(cause: &Cause, until: DateTime<Utc>) -> Option<String> {
    let at = until.to_rfc3339_opts(SecondsFormat::Secs, true);
    match cause {
        Cause::NoToken(_) => Some(format!(
            "the API asks to wait until {at} before it is asked for a token: try again then"
        )),
        Cause::Refused { status: 429, .. } => Some(format!(
            "the API asks to wait until {at}: try again then, with fewer calls at a time"
        )),
        Cause::Refused { status: 503, .. } => Some(format!(
            "the API is out of order and asks to wait until {at}: try again then"
        )),
        _ => None,
    }
}

fn status_hint(operation: &'static Operation, status: u16) -> Option<String> {
    let hint = match status {
        100..=199 | 304 => {
            "such a call is not answered so: look at what stands between here and the API"
        }
        300..=399 => "redirects are not followed: set OPENMETAL_API_URL to the final address",
        401 => {
            "the API does not accept these credentials: `mw auth status` shows where they come from"
        }
        403 => "these credentials lack the permission, or the cloud is locked",
        404 => return not_found_hint(operation),
        407 => {
            "it is a proxy that answers so, not the API: it asks for a user and a password, which the \
             variable that names it holds (http_proxy=http://USER:PASSWORD@HOST)"
        }
        409 if operation.name == "set_power" => {
            "the node is locked by another task: try again in a few minutes"
        }
        409 => "it contradicts the present state: read it again before you repeat the call",
        400 | 422 => {
            return Some(format!(
                "check the arguments: `mw doc {}` lists them",
                operation.name
            ));
        }
        402 => "check the organization's billing",
        413 => "the request is too large",
        429 => "make fewer calls at a time, or try again later",
        501 => "this API does not offer the operation",
        500..=599 => "the API is out of order: try again later",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Names the call that lists what exists.
fn not_found_hint(operation: &'static Operation) -> Option<String> {
    let lists: Vec<String> = operation
        .params
        .iter()
        .filter(|param| param.place.is_path())
        .filter_map(|param| match param.kind {
            Kind::Id("Node") => Some("cloud_stats(cloud)".to_owned()),
            Kind::Id("IpAddress") => Some("ip_block_details(prefix)".to_owned()),
            Kind::Id("Organization") => Some("profile()".to_owned()),
            Kind::Id(name) => list_of(name),
            _ => None,
        })
        .collect();
    let finders = operation
        .params
        .iter()
        .filter_map(|param| match param.kind {
            Kind::Id(name) if param.place.is_path() => api::finder(name),
            _ => None,
        });
    let finders: Vec<String> = finders
        .filter(|finder| finder.name != operation.name)
        .map(|finder| format!("{}(\"…\")", finder.name))
        .collect();
    let by_label = if finders.is_empty() {
        String::new()
    } else {
        format!(", and {} finds one by its label", finders.join(" or "))
    };
    (!lists.is_empty()).then(|| {
        format!(
            "there is no such id: {} shows what exists{by_label}",
            lists.join(" or ")
        )
    })
}

fn list_of(name: &str) -> Option<String> {
    let lists = |operation: &&Operation| {
        operation.repeat(&Arguments::new()) == Repeat::Safe
            && matches!(operation.answer, Answer::Many(kind) if kind.name == name)
    };
    let list = api::operations().find(lists)?;
    let params: Vec<&str> = list
        .params
        .iter()
        .filter(|param| param.required)
        .map(|param| param.name)
        .collect();
    Some(format!("{}({})", list.name, params.join(", ")))
}
