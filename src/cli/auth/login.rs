//! `mw auth login`.

use clap::Args;
use serde_json::json;

use super::identity::{Asking, Identity, organization};
use super::{flags, prompt, real_only};
use crate::cli::account;
use crate::cli::{Global, Outcome, show};
use crate::config::{self, Environment, Found, Stored, Target};
use crate::error::{Complaint, exit};
use crate::output::Document;

/// Check credentials with the API and keep them for a profile.
#[derive(Args, Debug)]
#[command(after_help = "\
The secret is typed at the terminal, where it is not shown, or read from standard input. It is \
kept in a file of its own that only you may read, and only after the API has accepted it. A \
profile that has credentials gets these in their place.

Examples:
  mw auth login                                  asks for an API key
  mw auth login --with-key < key.txt             reads it from standard input
  mw --profile ci auth login --client-id my-app  asks for an OAuth client's secret
  mw --profile try auth login --sandbox")]
pub struct Login {
    /// Read the API key from standard input, where that is no terminal
    #[arg(long, conflicts_with = "client_id")]
    with_key: bool,
    /// Log in as this OAuth client; its secret is asked for, or read from standard input
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Use the vendor's sandbox
    #[arg(long)]
    sandbox: bool,
    /// Refused: the command says why
    #[arg(
        long,
        hide = true,
        num_args = 0..=1,
        default_missing_value = "",
        value_name = "SECRET",
        aliases = ["key", "token", "with-token", "client-secret", "secret", "password"]
    )]
    api_key: Option<String>,
    #[arg(hide = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

impl Login {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        if self.api_key.is_some() || !self.words.is_empty() {
            return Err(Complaint::usage("a secret is not taken from the command line")
                .hint(
                    "the shell's history and the list of processes would show it: type it when it \
                     is asked for, or give it on standard input: mw auth login --with-key < key.txt",
                )
                .into());
        }
        real_only(global, "keep")?;
        if self.sandbox && global.url.is_some() {
            return Err(Complaint::usage("--sandbox and --url name two addresses")
                .hint("give one of them")
                .into());
        }
        if self
            .client_id
            .as_ref()
            .is_some_and(|id| id.trim().is_empty())
        {
            return Err(Complaint::usage("--client-id names no client").into());
        }
        let environment = Environment::of_process();
        let target = config::target(&flags(global), self.sandbox, &environment)?;
        let found = match self.client_id {
            Some(client_id) => Found::OAuth {
                client_secret: prompt::secret(
                    &format!("secret of the OAuth client {client_id}"),
                    "--client-id",
                    true,
                )?,
                client_id: client_id.trim().to_owned(),
            },
            None => Found::ApiKey(prompt::secret("API key", "--with-key", self.with_key)?),
        };
        let identity = checked(global, &target, &found)?;
        let stored = target.store(&found, &environment)?;
        show::document(&told(global, &target, &identity, &stored), global)?;
        Ok(exit::DONE)
    }
}

/// Who the credentials belong to, as the API says; what it refuses is not kept.
fn checked(global: &Global, target: &Target, found: &Found) -> Result<Identity, Complaint> {
    let (own, credentials, wire) = (target.clone(), found.clone(), global.wire.clone());
    let asking = Asking::new(global);
    let session = asking.session(move || {
        account::client(
            &own.name,
            &own.url,
            own.cacert.as_deref(),
            credentials.clone(),
            wire.as_ref(),
        )
    });
    asking.identity(&session).map_err(|unread| {
        let complaint = unread.complaint;
        let hint = if complaint.exit == exit::CREDENTIALS {
            format!(
                "nothing was stored; check the key, and that it is one for {}",
                target.url
            )
        } else {
            format!(
                "nothing was stored; {}",
                complaint.hint.as_deref().unwrap_or("try again")
            )
        };
        complaint.hint(hint)
    })
}

fn told(global: &Global, target: &Target, identity: &Identity, stored: &Stored) -> Document {
    let organizations = identity.organizations();
    if global.output.is_for_programs() {
        return Document::Value(json!({
            "profile": target.name,
            "url": target.url,
            "default": stored.is_default,
            "account": identity.to_json(),
            "organizations": organizations,
            "config": stored.config,
            "secret_file": stored.secret,
            "replaced": target.before,
            "overruled_by": target.overruled_by,
        }));
    }
    let who = identity
        .name()
        .unwrap_or_else(|| "an account that the API does not name".to_owned());
    let mut lines = vec![format!("logged in to {} as {who}", target.url)];
    for entry in &organizations {
        lines.push(format!("  organization {}", organization(entry)));
    }
    lines.push(format!(
        "profile {} of {}; the secret is in {}",
        target.name,
        stored.config.display(),
        stored.secret.display()
    ));
    if let Some(before) = &target.before {
        lines.push(format!("it replaces the {before}"));
    }
    if stored.is_default {
        lines.push("it is used when no profile is chosen".to_owned());
    } else {
        lines.push(format!(
            "choose it with --profile {0} or MW_PROFILE={0}",
            target.name
        ));
    }
    if let Some(variable) = target.overruled_by {
        lines.push(format!(
            "but {variable} is set in the environment, which goes before every profile: unset it"
        ));
    }
    Document::Text(lines.join("\n"))
}
