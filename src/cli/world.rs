//! A simulated account in this process, with the way to it and to its controls.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use chrono::TimeDelta;
use http::Response;

use super::wire::Wire;
use crate::client::{
    Client, Credentials, Failure, Function, HttpsSettings, Observer, Policy, Settings as Setup,
    Transport,
};
use crate::clock::Clock;
use crate::record::Secret;
use crate::script::host::Controls;
use crate::session::{Permission, Session, Settings};
use crate::simulator::{self, Cut, Pace, Simulator};

/// A simulated account, made when it is first needed.
pub struct World {
    settings: simulator::Settings,
    simulator: OnceLock<Arc<Simulator>>,
    client: OnceLock<Client>,
    wire: Option<Arc<Wire>>,
}

/// An answer as it arrives, for a client that waits as long as one on a network would.
async fn arrived(response: Response<Bytes>, clock: &Clock) -> Result<Response<Bytes>, Failure> {
    if let Some(pace) = response.extensions().get::<Pace>().copied() {
        let limits = HttpsSettings::new("");
        let silent = pace.delay.max(pace.drip);
        for (takes, limit) in [
            (silent, limits.read_timeout),
            (pace.whole(), limits.total_timeout),
        ] {
            let limit = TimeDelta::from_std(limit).unwrap_or(TimeDelta::MAX);
            if takes > limit {
                clock.sleep(limit).await;
                let message = "no answer came in time, by a fault of the simulator";
                return Err(Failure::unknown(message));
            }
        }
        if pace.whole() > TimeDelta::zero() {
            clock.sleep(pace.whole()).await;
        }
    }
    match response.extensions().get::<Cut>() {
        Some(Cut) => Err(Failure::unknown(
            "the connection was cut, by a fault of the simulator",
        )),
        None => Ok(response),
    }
}

impl World {
    /// An account that starts from these settings.
    pub fn new(settings: simulator::Settings) -> Arc<Self> {
        Self::watched(settings, None)
    }

    /// The same, with somebody who watches the wire to it.
    pub fn watched(settings: simulator::Settings, wire: Option<Arc<Wire>>) -> Arc<Self> {
        Arc::new(Self {
            settings,
            simulator: OnceLock::new(),
            client: OnceLock::new(),
            wire,
        })
    }

    /// Its time.
    pub const fn clock(&self) -> &Clock {
        &self.settings.clock
    }

    /// What its chances are drawn from.
    pub const fn seed(&self) -> u64 {
        self.settings.seed
    }

    fn simulator(&self) -> &Arc<Simulator> {
        self.simulator
            .get_or_init(|| Arc::new(Simulator::new(self.settings.clone())))
    }

    /// The way to it, shared by all runs: they live in one world.
    fn client(&self) -> &Client {
        self.client.get_or_init(|| {
            let simulator = self.simulator().clone();
            let clock = self.clock().clone();
            let transport: Arc<dyn Transport> = Arc::new(Function(move |request| {
                let response = simulator.respond(request);
                let clock = clock.clone();
                async move { arrived(response, &clock).await }
            }));
            let transport = match &self.wire {
                Some(wire) => wire.around(transport),
                None => transport,
            };
            Client::new(Setup {
                transport,
                credentials: Credentials::OAuth {
                    client_id: "sim".to_owned(),
                    client_secret: Secret::new("sim"),
                },
                clock: self.clock().clone(),
                policy: Policy {
                    seed: Some(self.settings.seed),
                    ..Policy::default()
                },
                profile: "sim".to_owned(),
            })
        })
    }

    /// A session in it.
    pub fn session(
        self: &Arc<Self>,
        permission: Permission,
        observer: Arc<dyn Observer>,
    ) -> Session {
        let own = self.clone();
        Session::new(Settings {
            connect: Box::new(move || Ok(own.client().clone())),
            clock: self.clock().clone(),
            permission,
            observer,
            recorder: None,
        })
    }

    /// How much it has of what, now.
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        self.simulator().counts()
    }

    /// Whether any call to it is to fail by a rule.
    pub fn has_faults(&self) -> bool {
        self.simulator().has_faults()
    }

    /// Its controls, as they are over HTTP.
    pub fn controls(self: &Arc<Self>) -> Controls {
        let own = self.clone();
        Arc::new(move |method, path, body| {
            let mut request = http::Request::new(Bytes::copy_from_slice(body));
            *request.method_mut() = method;
            *request.uri_mut() = path;
            let response = own.simulator().respond(request);
            (response.status().as_u16(), response.into_body())
        })
    }
}
