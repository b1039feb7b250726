//! A client whose transport plays a script, and what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::api;
use crate::client::{
    CallError, Client, Credentials, Failure, Function, Limits, Observer, Policy, Reply, Settings,
    Waiting, Why,
};
use crate::clock::Clock;
use crate::operation::{Arguments, Operation};
use crate::record::Secret;

pub type Played = Result<http::Response<Bytes>, Failure>;

/// An answer of the script.
#[expect(
    clippy::unnecessary_wraps,
    reason = "one entry of a script like the others"
)]
pub fn answer(status: u16, body: &str) -> Played {
    let response = http::Response::builder()
        .status(status)
        .header("content-type", "application/json");
    Ok(response.body(Bytes::from(body.to_owned())).unwrap())
}

/// An answer with one more header.
#[expect(
    clippy::unnecessary_wraps,
    reason = "one entry of a script like the others"
)]
pub fn answer_with(status: u16, header: (&str, &str), body: &str) -> Played {
    let response = http::Response::builder()
        .status(status)
        .header(header.0, header.1);
    Ok(response.body(Bytes::from(body.to_owned())).unwrap())
}

pub fn lost() -> Played {
    Err(Failure::unknown("the connection to api broke"))
}

pub fn not_sent() -> Played {
    Err(Failure::not_sent("cannot connect to api"))
}

/// A client on simulated time, and the requests it made.
pub struct Stage {
    pub client: Client,
    pub clock: Clock,
    pub asked: Arc<Mutex<Vec<String>>>,
    pub headers: Arc<Mutex<Vec<http::HeaderMap>>>,
    pub waits: Waits,
}

/// The waits of a call.
#[derive(Clone, Default)]
pub struct Waits(pub Arc<Mutex<Vec<(Why, TimeDelta)>>>);

impl Observer for Waits {
    fn waiting(&self, _: &'static Operation, _: &str, waiting: Waiting) {
        self.0.lock().unwrap().push((waiting.why, waiting.wait));
    }
}

impl Stage {
    pub fn new(script: Vec<Played>) -> Self {
        Self::with(
            script,
            Credentials::ApiKey(Secret::new("key-0123456789")),
            Policy::default(),
        )
    }

    pub fn with(script: Vec<Played>, credentials: Credentials, mut policy: Policy) -> Self {
        policy.seed = Some(7);
        let clock = Clock::simulated();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let headers = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(Mutex::new(VecDeque::from(script)));
        let (noted, noted_headers) = (asked.clone(), headers.clone());
        let transport = Function(move |request: http::Request<Bytes>| {
            noted
                .lock()
                .unwrap()
                .push(format!("{} {}", request.method(), request.uri()));
            noted_headers
                .lock()
                .unwrap()
                .push(request.headers().clone());
            let next = script.lock().unwrap().pop_front();
            async move { next.expect("the client asks more than the script answers") }
        });
        let client = Client::new(Settings {
            transport: Arc::new(transport),
            credentials,
            clock: clock.clone(),
            policy,
            profile: "test".to_owned(),
        });
        Self {
            client,
            clock,
            asked,
            headers,
            waits: Waits::default(),
        }
    }

    pub async fn call(&self, name: &str, arguments: Value) -> Result<Reply, CallError> {
        self.call_within(name, arguments, &Limits::default()).await
    }

    pub async fn call_within(
        &self,
        name: &str,
        arguments: Value,
        limits: &Limits,
    ) -> Result<Reply, CallError> {
        let (operation, arguments) = call_of(name, arguments);
        let request = operation.request(&arguments).unwrap();
        self.client
            .call(&request, &arguments, limits, &self.waits)
            .await
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub fn reasons(&self) -> Vec<Why> {
        self.waits
            .0
            .lock()
            .unwrap()
            .iter()
            .map(|(why, _)| *why)
            .collect()
    }
}

pub fn call_of(name: &str, given: Value) -> (&'static Operation, Arguments) {
    let mut arguments = Arguments::new();
    let Value::Object(given) = given else {
        panic!("arguments are an object");
    };
    for (name, value) in given {
        arguments.set(&name, value);
    }
    (api::operation(name).unwrap(), arguments)
}

/// The request that changes a node's power.
pub const POWER: &str = "POST /v1/deployment/cloud/c/node/n/power";

pub fn reboot() -> Value {
    json!({"cloud": "c", "node": "n", "power_state": "rebooting"})
}

pub fn power_off() -> Value {
    json!({"cloud": "c", "node": "n", "power_state": "power off"})
}

pub fn stats(state: &str) -> String {
    json!({"nodes": [{"uuid": "n", "power_state": state}]}).to_string()
}

pub fn new_vlan() -> Value {
    json!({"body": {"label": "lab", "pod_location": "pod_1", "vlan_type": "internal"}})
}

pub fn made_vlan(id: &str, at: &str) -> Value {
    json!({"id": id, "label": "lab", "created_at": at, "fields": {"vlan_type": "internal", "pod_location": "pod_1"}})
}
