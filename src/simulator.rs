//! A stateful stand-in for the API, in-process and over HTTP.
//!
//! One seed and one clock decide everything: two simulators made alike and called alike answer
//! alike, byte for byte. A call first brings the account up to the present instant (changes of
//! state are due at instants and are applied on read), then goes through one order of checks:
//! route, credentials, body, behaviour (`CHECKS`). How each operation behaves is one function in the file that
//! bears the name of its resource.

mod accounts;
mod addresses;
mod answer;
mod asset;
pub mod assumptions;
mod behaviours;
mod block;
mod call;
mod caller;
mod catalogue;
mod clouds;
mod configurations;
mod control;
mod credentials;
mod due;
mod events;
mod exchanges;
mod failing;
pub mod faults;
mod hardware;
mod hosts;
mod identity;
mod images;
mod inventory;
mod ip_blocks;
mod links;
mod model;
mod nodes;
mod orders;
mod organizations;
mod provision;
mod public_keys;
pub mod server;
mod space;
mod stats;
mod subscription;
mod token;
mod vlans;
mod world;

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{AUTHORIZATION, CONTENT_TYPE, DATE};
use http::{HeaderMap, Request, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

pub use answer::Cut;
pub use exchanges::Exchanges;
pub use faults::{Pace, Rule};
pub use model::{Model, Redaction, Resources};

use crate::api::route::{self, Found};
use crate::clock::Clock;
use crate::operation::{Access, Operation, Place};
use answer::Answer;
use assumptions::{BODY_BYTES, NO_MEMBERSHIP};
use call::Call;
use caller::Caller;
use control::Snapshots;
use credentials::{client, under};
use faults::Faults;
use world::World;

/// What a simulator starts from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where every random choice comes from.
    pub seed: u64,
    /// The time.
    pub clock: Clock,
    /// The account.
    pub model: Model,
    /// Failures on purpose.
    pub faults: Vec<Rule>,
    /// Where everything asked and answered is written down, if it is.
    pub exchanges: Option<Arc<Exchanges>>,
}

impl Settings {
    /// The account as it starts at this instant.
    fn world(&self, at: DateTime<Utc>) -> World {
        let mut world = self.model.world(self.seed, at);
        world.faults = Faults::new(self.seed, &self.faults);
        world
    }
}

/// A simulated account that answers requests.
#[derive(Debug)]
pub struct Simulator {
    settings: Settings,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    world: World,
    snapshots: Snapshots,
}

impl Simulator {
    /// A simulator of the model's account, which is what the model says when simulated time starts,
    /// even if it is made later.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let start = settings.model.start().min(settings.clock.now());
        let world = settings.world(start);
        Self {
            settings,
            state: Mutex::new(State {
                world,
                snapshots: Snapshots::default(),
            }),
        }
    }

    /// Answers a request. Whatever its bytes, there is an answer.
    #[must_use]
    pub fn respond(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (parts, body) = request.into_parts();
        let answer = self.answer(
            parts.method.as_str(),
            parts.uri.path(),
            parts.uri.query().unwrap_or_default(),
            &parts.headers,
            &body,
        );
        let mut response = answer.into_response();
        // Clients compare it with the times they find in answers, which are simulated.
        let pace = response.extensions().get::<Pace>();
        let skew = pace.map(|pace| pace.skew).unwrap_or_default();
        let now = std::time::SystemTime::from(self.settings.clock.now() + skew);
        if let Ok(value) = httpdate::fmt_http_date(now).parse() {
            response.headers_mut().insert(DATE, value);
        }
        if let Some(exchanges) = &self.settings.exchanges {
            let target = parts.uri.path_and_query().map_or("/", |it| it.as_str());
            let asked = (parts.method.as_str(), target, &*body);
            exchanges.note(self.settings.clock.now(), asked, &response);
        }
        response
    }

    fn answer(
        &self,
        method: &str,
        path: &str,
        query: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Answer {
        if usize::try_from(BODY_BYTES.most()).is_ok_and(|most| body.len() > most) {
            return Answer::too_large();
        }
        if path.starts_with(control::ROOT) {
            return self.control(method, path, body);
        }
        let (operation, values) = match route::find(method, path) {
            Found::Operation(operation, values) => (operation, values),
            Found::Methods(methods) => {
                return Answer::errors(405, "method_not_allowed", "Method not allowed.")
                    .allowing(methods.join(", "));
            }
            Found::Nothing => return Answer::missing("Path"),
        };
        let mut path = Vec::with_capacity(values.len());
        for (name, value) in values {
            match percent_decode_str(value).decode_utf8() {
                Ok(text) => path.push((name, text.into_owned())),
                Err(_) => return Answer::missing("Resource"),
            }
        }
        let target = target(&path);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let world = &mut state.world;
        world.now = self.settings.clock.now();
        provision::catch_up(world);
        let answer = caller_of(operation, headers, world)
            .and_then(|caller| {
                world.acting = caller.account.record.clone();
                let body = members(operation, headers, body)?;
                let behaviour = behaviours::of(operation).ok_or_else(|| {
                    Answer::errors(501, "not_modelled", "The simulator does not model this.")
                })?;
                let call = Call {
                    path,
                    query: query.to_owned(),
                    body,
                    token: bearer(operation, headers).map(str::to_owned),
                    caller,
                };
                failing::carry_out(world, operation, &target, &call, behaviour)
            })
            .unwrap_or_else(|refusal| refusal);
        let now = world.now;
        world
            .events
            .call(now, operation.name, target, answer.status());
        answer
    }

    /// Whether any call is to fail by a rule.
    #[must_use]
    pub fn has_faults(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.world.faults.has_rules()
    }

    /// How much the account has of what, now.
    #[must_use]
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let world = &mut state.world;
        world.now = self.settings.clock.now();
        provision::catch_up(world);
        let nodes = world.clouds.values().map(|it| it.stats.nodes.len());
        vec![
            ("clouds", world.clouds.len()),
            ("nodes", nodes.sum()),
            ("VLANs", world.vlans.len()),
            ("IP blocks", world.blocks.len()),
            ("orders", world.orders.len()),
        ]
    }

    fn control(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { world, snapshots } = &mut *state;
        world.now = self.settings.clock.now();
        provision::catch_up(world);
        let clock = &self.settings.clock;
        let fresh = || self.settings.world(clock.now());
        control::answer(method, path, body, clock, world, snapshots, &fresh)
    }
}

/// What a call acts upon: the names and values of its path.
fn target(path: &[(&'static str, String)]) -> String {
    // It is kept for every call: no id is longer, and what is need not be kept whole.
    let short = |value: &str| value.chars().take(64).collect::<String>();
    let parts: Vec<String> = path
        .iter()
        .rev()
        .map(|(name, value)| format!("{name} {}", short(value)))
        .collect();
    parts.join(" of ")
}

/// The bearer token of a call that needs one.
fn bearer<'a>(operation: &Operation, headers: &'a HeaderMap) -> Option<&'a str> {
    if operation.access == Access::Bearer {
        under("Bearer", authorization(headers))
    } else {
        None
    }
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()
}

fn caller_of(operation: &Operation, headers: &HeaderMap, world: &World) -> Result<Caller, Answer> {
    let key = match operation.access {
        Access::Public => return Ok(Caller::default()),
        Access::Client => under("Basic", authorization(headers)).and_then(client),
        Access::Bearer => {
            bearer(operation, headers).and_then(|token| world.credentials.holder(token, world.now))
        }
    };
    let caller = key.and_then(|key| world.caller(key));
    let caller = caller.ok_or_else(|| match operation.access {
        Access::Client => Answer::unknown_client(),
        Access::Bearer | Access::Public => Answer::unauthenticated(),
    })?;
    // Whoever was removed can still learn that they were.
    let is_own = operation.access == Access::Client || operation.name == accounts::OWN;
    if caller.role.is_none() && !is_own {
        let status = u16::try_from(NO_MEMBERSHIP.most()).unwrap_or(403);
        let message = "The account is not an active member of the organization.";
        return Err(Answer::named(status, "unauthorized", message));
    }
    Ok(caller)
}

/// The body's members, where the operation takes a body.
fn members(
    operation: &Operation,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Map<String, Value>, Answer> {
    let takes_one = operation.params.iter().any(|param| {
        matches!(
            param.place,
            Place::Body | Place::Member | Place::PathAndMember(_)
        )
    });
    if !takes_one {
        return Ok(Map::new());
    }
    // Organizations document no 400. The documents require a body wherever they describe one.
    let status = if organizations::has(operation) {
        422
    } else {
        400
    };
    if body.is_empty() {
        return Err(Answer::listed(
            status,
            "invalid_body",
            "A body is required.",
        ));
    }
    // CONTENT_TYPE_MISSING
    if let Some(kind) = headers.get(CONTENT_TYPE) {
        let kind = kind.to_str().unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Answer::errors(
                415,
                "unsupported_media_type",
                "The body must be application/json.",
            ));
        }
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Answer::listed(
            status,
            "invalid_body",
            "The body must be a JSON object.",
        )),
        Err(error) => Err(Answer::listed(
            status,
            "malformed_json",
            &format!("The body is not JSON: {error}."),
        )),
    }
}

#[cfg(test)]
mod tests;
