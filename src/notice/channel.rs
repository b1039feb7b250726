//! Channels: the ways to people.

use super::failure::Failure;
use super::kind::Kind;
use super::mail::Mail;
use super::web::Hook;
use crate::config::Environment;
use crate::secret::Secret;

/// One `[notify.NAME]` of the jobs file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// How it reaches people.
    pub way: Way,
    /// What it is for.
    pub on: Vec<Kind>,
}

/// How a channel reaches people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// A request to an address, with JSON or what a template makes.
    Webhook(Hook),
    /// A request with the one line that Slack and its kin show.
    Slack(Hook),
    /// An e-mail.
    Mail(Mail),
    /// A program and its arguments, run without a shell.
    Command(Vec<String>),
}

/// A text that may be a secret: as it is, or the environment variable that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// The text.
    Written(Secret),
    /// The variable's name.
    Variable(String),
}

impl Text {
    /// The text itself. What a variable holds is a secret from now on.
    pub(super) fn value(&self, environment: &Environment) -> Result<Secret, Failure> {
        match self {
            Self::Written(text) => Ok(text.clone()),
            Self::Variable(name) => environment.get(name).map(Secret::guarded).ok_or_else(|| {
                Failure::lasting(format!("the environment variable {name} is not set"))
            }),
        }
    }
}

impl Channel {
    /// Whether it is for notices of this kind.
    #[must_use]
    pub fn wants(&self, kind: Kind) -> bool {
        self.on.contains(&kind)
    }

    /// The environment variables it reads secrets from, with the keys that name them.
    #[must_use]
    pub fn variables(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut note = |key: String, text: &'_ Text| {
            if let Text::Variable(name) = text {
                found.push((key, name.clone()));
            }
        };
        match &self.way {
            Way::Webhook(hook) => {
                note("webhook_env".to_owned(), &hook.url);
                for (name, text) in &hook.headers {
                    note(format!("header_env.{name}"), text);
                }
            }
            Way::Slack(hook) => note("slack_env".to_owned(), &hook.url),
            Way::Mail(mail) => {
                if let Some(password) = &mail.password {
                    note("password_env".to_owned(), password);
                }
            }
            Way::Command(_) => {}
        }
        found
    }
}
