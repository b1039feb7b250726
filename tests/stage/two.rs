//! Two accounts that a session goes between.

use std::sync::Arc;

use serde_json::Value;

use super::folder::Folder;
use super::mw::{Done, Mw};
use super::server::Server;

/// Two accounts that are alike in every id, and a folder whose configuration has a profile for each.
pub struct Two {
    pub folder: Arc<Folder>,
    pub here: Server,
    pub there: Server,
}

impl Two {
    /// With this in the sections of the two profiles.
    pub fn with(here: &str, there: &str) -> Self {
        let two = Self {
            folder: Arc::new(Folder::new()),
            here: Server::start(),
            there: Server::start(),
        };
        let section = |name: &str, server: &Server, more: &str| {
            let url = server.url();
            format!("[profile.{name}]\nurl = {url:?}\napi_key_env = \"KEY\"\n{more}\n")
        };
        let text = format!(
            "default_profile = \"here\"\n{}{}[profile.bare]\nurl = {:?}\n",
            section("here", &two.here, here),
            section("there", &two.there, there),
            two.there.url(),
        );
        two.folder
            .write("home/config/metalwright/config.toml", &text);
        two
    }

    pub fn new() -> Self {
        let all = "allow = [\"read\", \"change\", \"disrupt\", \"destroy\", \"spend\"]";
        Self::with(all, all)
    }

    pub fn mw(&self, arguments: &[&str]) -> Mw {
        Mw::new(arguments)
            .env("KEY", "sim")
            .sharing(&self.folder)
            .any_stdout()
            .any_stderr()
    }

    /// What these lines come to at a prompt that begins with these arguments.
    pub fn says(&self, arguments: &[&str], lines: &str) -> Done {
        self.mw(arguments).stdin(lines).done()
    }

    /// The operations that an account was asked for.
    pub fn asked(server: &Server) -> Vec<String> {
        let calls = server.calls().into_iter().map(|it| it.operation);
        calls.filter(|it| it != "token").collect()
    }

    pub fn runs(&self) -> Vec<Value> {
        let done = self.mw(&["--output", "json", "runs", "list"]).run();
        serde_json::from_str(&done.stdout).unwrap()
    }
}
