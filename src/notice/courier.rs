//! The courier: one attempt to deliver a notice.

use std::path::PathBuf;
use std::time::Duration;

use super::Notice;
use super::channel::{Channel, Way};
use super::failure::Failure;
use super::{command, mail, web};
use crate::client::Web;
use crate::config::Environment;

/// How long one attempt over the network may take in all.
const NETWORK: Duration = Duration::from_secs(10);
/// How long a program may take.
const PROGRAM: Duration = Duration::from_secs(30);

/// Delivers notices, one attempt at a time; shared by all channels.
#[derive(Debug)]
pub struct Courier {
    web: Web,
    ca_file: Option<PathBuf>,
    environment: Environment,
    host: String,
    network: Duration,
    program: Duration,
}

impl Courier {
    /// A courier that finds secrets in this environment and trusts the authorities of this file
    /// beside the system's.
    #[must_use]
    pub fn new(ca_file: Option<PathBuf>, environment: Environment) -> Self {
        Self {
            web: Web::new(ca_file.clone()),
            ca_file,
            environment,
            host: String::new(),
            network: NETWORK,
            program: PROGRAM,
        }
    }

    /// The same courier with so much patience with networks and programs.
    #[must_use]
    pub const fn patient(mut self, network: Duration, program: Duration) -> Self {
        self.network = network;
        self.program = program;
        self
    }

    /// The same courier on the machine of this name, which notices are said to come from.
    #[must_use]
    pub fn on(mut self, host: &str) -> Self {
        host.clone_into(&mut self.host);
        self
    }

    /// Makes one attempt. Whatever comes of it, nothing that is said of it holds a secret.
    pub async fn deliver(&self, channel: &Channel, notice: &Notice) -> Result<(), Failure> {
        let mut notice = notice.presentable();
        if notice.host.is_empty() {
            notice.host.clone_from(&self.host);
        }
        let delivered = match &channel.way {
            Way::Command(words) => command::run(words, &notice, self.program).await,
            way => {
                let sent = self.send(way, &notice);
                match tokio::time::timeout(self.network, sent).await {
                    Ok(delivered) => delivered,
                    Err(_) => Err(Failure::passing(format!(
                        "no answer came within {}",
                        humantime::format_duration(self.network)
                    ))),
                }
            }
        };
        delivered.map_err(|failure| Failure {
            message: format!("channel {}: {}", channel.name, failure.message),
            ..failure
        })
    }

    async fn send(&self, way: &Way, notice: &Notice) -> Result<(), Failure> {
        let environment = &self.environment;
        match way {
            Way::Webhook(hook) => {
                let body = web::hook_body(hook, notice)?;
                web::post(&self.web, hook, environment, &notice.id(), body).await
            }
            Way::Slack(hook) => {
                let body = web::slack_body(notice);
                web::post(&self.web, hook, environment, &notice.id(), body).await
            }
            Way::Mail(mail) => {
                let ca_file = self.ca_file.as_deref();
                mail::send(mail, environment, ca_file, notice, self.network).await
            }
            Way::Command(words) => command::run(words, notice, self.program).await,
        }
    }
}
