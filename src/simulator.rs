//! The stand-in: an account that answers as the OpenMetal Central API would.
//!
//! One world, one seed, one clock. Every operation of the table has one behaviour in the file of its
//! resource; what is due at an instant is applied when the world is next looked at. What the
//! documents leave open is stated once, in [`assumptions`].

pub mod assumptions;
pub mod events;
pub mod model;
pub mod server;

mod accounts;
mod answer;
mod body;
mod call;
mod caller;
mod catalogue;
mod clouds;
mod configurations;
mod control;
mod delivery;
mod due;
mod images;
mod inventory;
mod ip_blocks;
mod network;
mod nodes;
mod orders;
mod organizations;
mod public_keys;
mod router;
mod token;
mod vlans;
mod world;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::clock::Clock;
use answer::{Answer, Refused};
use call::Call;
use caller::Caller;
use router::{Found, Router};
use world::World;

pub use model::Model;

/// What a behaviour does: reads or changes the world, and answers.
pub(crate) type Behaviour = fn(&mut World, &Call<'_>) -> Result<Answer, Refused>;

/// What a simulator is made of.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Decides ids, durations and everything else that is drawn.
    pub seed: u64,
    /// The account's time.
    pub clock: Clock,
    /// How the account starts.
    pub model: Model,
}

/// A simulated account.
#[derive(Debug)]
pub struct Simulator {
    settings: Settings,
    router: Router,
    world: Mutex<World>,
}

/// The largest body taken, in bytes.
pub const LARGEST_BODY: usize = 1 << 20;

impl Simulator {
    /// A simulated account.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let world = World::starting(&settings);
        Self {
            router: Router::new(),
            world: Mutex::new(world),
            settings,
        }
    }

    /// Answers a request, whose address is a path and a query.
    pub fn respond(&self, request: &http::Request<Bytes>) -> http::Response<Bytes> {
        let mut response = self.answer(request);
        // Clients compare it with the times they find in answers, which are simulated.
        let now = std::time::SystemTime::from(self.settings.clock.now());
        if let Ok(value) = httpdate::fmt_http_date(now).parse() {
            response.headers_mut().insert(http::header::DATE, value);
        }
        response
    }

    fn answer(&self, request: &http::Request<Bytes>) -> http::Response<Bytes> {
        let path = request.uri().path();
        if let Some(control) = path.strip_prefix("/_sim/") {
            return self.control(control, request);
        }
        let (operation, params) = match self.router.find(request.method(), path) {
            Found::Route(operation, params) => (operation, params),
            Found::WrongMethod(allowed) => return answer::wrong_method(&allowed),
            Found::Nothing => {
                return Refused::new(404, "not_found", format!("there is no path {path}"))
                    .respond();
            }
        };
        let mut world = self.world();
        let outcome = Caller::of(operation.access, request, &world).and_then(|caller| {
            let call = Call::read(operation, caller, params, request)?;
            let behaviour = self.router.behaviour(operation.name).ok_or_else(|| {
                Refused::new(
                    501,
                    "not_modelled",
                    format!("{} is not simulated", operation.name),
                )
            })?;
            behaviour(&mut world, &call)
        });
        let response = match outcome {
            Ok(answer) => answer.respond(),
            Err(refused) => refused.respond(),
        };
        world.log_call(operation.name, path, response.status().as_u16());
        response
    }

    /// The world as it is at this instant.
    fn world(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.settle(self.settings.clock.now());
        world
    }
}

/// Every behaviour, by the operation's name.
fn behaviours() -> impl Iterator<Item = &'static (&'static str, Behaviour)> {
    [
        token::BEHAVIOURS,
        clouds::BEHAVIOURS,
        nodes::BEHAVIOURS,
        orders::BEHAVIOURS,
        inventory::BEHAVIOURS,
        configurations::BEHAVIOURS,
        images::BEHAVIOURS,
        vlans::BEHAVIOURS,
        ip_blocks::BEHAVIOURS,
        public_keys::BEHAVIOURS,
        accounts::BEHAVIOURS,
        organizations::BEHAVIOURS,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests;
