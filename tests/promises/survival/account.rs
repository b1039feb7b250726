//! An account in a process of its own behind a gateway that counts, and a home whose journal
//! outlives the calls made from it.

use std::path::Path;

use chrono::{SecondsFormat, Utc};
use serde_json::Value;

use crate::stage::folder::Folder;
use crate::stage::gateway::Gateway;
use crate::stage::mw::Mw;
use crate::stage::process::{Ended, Process};
use crate::stage::server::Server;

/// How many times as fast as the machine's clock everything goes.
pub const SPEED: u32 = 3600;

/// The account.
pub struct Account {
    pub gateway: Gateway,
    pub home: Folder,
    clock: String,
    _server: Server,
}

impl Account {
    pub fn new() -> Self {
        let server = Server::with(&["--speed", &SPEED.to_string()]);
        let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
        Self {
            gateway: Gateway::to(server.url()),
            home: Folder::new(),
            clock: format!("{SPEED}@{now}"),
            _server: server,
        }
    }

    /// A call of `mw` from the home.
    pub fn mw(&self, arguments: &[&str]) -> Mw {
        Mw::new(arguments)
            .account(self.gateway.url())
            .env("MW_STORE", &self.store())
            .env("MW_TEST_CLOCK", &self.clock)
            .inside(self.home.path())
    }

    /// The same as variables for a shell.
    pub fn variables(&self) -> String {
        format!(
            "OPENMETAL_API_URL='{}' OPENMETAL_API_KEY=sim MW_STORE='{}' MW_TEST_CLOCK='{}'",
            self.gateway.url(),
            self.store(),
            self.clock
        )
    }

    /// The journal's file.
    pub fn store(&self) -> String {
        self.home.path().join("journal.db").display().to_string()
    }

    /// Makes a call, aimed at by the gateway, to its end.
    pub fn call(&self, call: Mw) -> Ended {
        let process: Process = call.start();
        self.gateway.aim(process.id());
        process.end()
    }

    /// What a call of `mw` that goes well says, as JSON.
    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["--output", "json"];
        all.extend(arguments);
        let done = self.mw(&all).any_stdout().run();
        serde_json::from_str(&done.stdout).unwrap()
    }

    /// The newest run.
    #[track_caller]
    pub fn newest(&self) -> Value {
        self.json(&["runs", "list"])[0].clone()
    }

    /// The labels of what was created, in order.
    pub fn labels(&self) -> Vec<String> {
        let label = |body: &str| -> String {
            let body: Value = serde_json::from_str(body).unwrap();
            body["label"].as_str().unwrap().to_owned()
        };
        let effects = self.gateway.effects();
        effects.iter().map(|effect| label(&effect.body)).collect()
    }

    /// The calls of a run.
    #[track_caller]
    pub fn calls(&self, run: &str) -> Vec<Value> {
        self.json(&["runs", "show", run])["calls"]
            .as_array()
            .unwrap()
            .clone()
    }
}

/// A script of the project, by its path from the root.
pub fn script(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(path)
        .display()
        .to_string()
}
