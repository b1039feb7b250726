//! `mw sim` on a free port.

use serde_json::Value;

use super::http;
use super::mw::Mw;
use super::process::Process;

/// A simulated account on a socket, ended when dropped.
pub struct Server {
    url: String,
    _process: Process,
}

/// A call that reached the account.
#[derive(Debug)]
pub struct Called {
    pub operation: String,
    /// None where the connection was cut.
    pub status: Option<u64>,
}

impl Server {
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// A server with further options.
    pub fn with(options: &[&str]) -> Self {
        let arguments = ["sim", "--listen", "127.0.0.1:0"].iter().chain(options);
        let mut process = Mw::new(arguments).start();
        let line = process.says("");
        let url = line.strip_prefix("listening on ").unwrap().to_owned();
        Self {
            url,
            _process: process,
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The account as it started.
    pub fn reset(&self) {
        http::call("POST", &self.url, "/_sim/reset");
    }

    /// Every call since the start or the last reset.
    pub fn calls(&self) -> Vec<Called> {
        let events = http::call("GET", &self.url, "/_sim/events");
        let text = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
        events
            .as_array()
            .unwrap()
            .iter()
            .filter(|event| event["kind"] == "call")
            .map(|event| Called {
                operation: text(event, "operation"),
                status: event["status"].as_u64(),
            })
            .collect()
    }
}
