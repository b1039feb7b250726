//! `mw auth status`.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use clap::Args;
use serde_json::{Value, json};

use super::flags;
use super::identity::{Asking, Identity, Unread, organization};
use crate::cli::account::{self, Account};
use crate::cli::{Global, Outcome, show};
use crate::config::{self, Environment, Found, Profile, missing_hint};
use crate::error::{Complaint, exit};
use crate::output::Document;
use crate::session::Session;

/// Say who you are to the API, by which credentials, and how long they last.
#[derive(Args, Debug)]
#[command(after_help = "\
Exits with 3 where the API refuses the credentials or there are none, and with 1 where it cannot \
be reached.

Examples:
  mw auth status
  mw auth status --all --output json")]
pub struct Status {
    /// Every profile of the configuration file
    #[arg(long, conflicts_with = "profile")]
    all: bool,
}

/// What is known of one profile.
struct Standing {
    profile: String,
    is_default: bool,
    url: String,
    kind: Option<&'static str>,
    origin: Option<String>,
    /// Who we are, or why nobody says so.
    outcome: Result<Identity, Unread>,
    token: Option<Lasting>,
}

/// How long an access token lasts.
struct Lasting {
    life: Duration,
    until: DateTime<Utc>,
    scope: Option<String>,
}

impl Status {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        let standings = if self.all {
            all(global)?
        } else {
            vec![one(global)?]
        };
        let code = standings
            .iter()
            .filter_map(|standing| standing.outcome.as_ref().err())
            .map(|unread| unread.complaint.exit)
            .max_by_key(|code| (*code == exit::CREDENTIALS, *code))
            .unwrap_or(exit::DONE);
        if global.output.is_for_programs() {
            let mut values: Vec<Value> = standings.iter().map(Standing::to_json).collect();
            let value = match values.pop() {
                Some(only) if !self.all => only,
                last => {
                    values.extend(last);
                    values.into()
                }
            };
            show::document(&Document::Value(value), global)?;
        } else if standings.is_empty() {
            let none = "no profiles: `mw auth login` makes one";
            show::document(&Document::Text(none.to_owned()), global)?;
        } else {
            let texts: Vec<String> = standings.iter().map(|it| it.told(self.all)).collect();
            show::document(&Document::Text(texts.join("\n\n")), global)?;
        }
        // A single refusal is told as every refusal is.
        match standings.into_iter().next().map(|first| first.outcome) {
            Some(Err(unread)) if !self.all => Err(unread.complaint.into()),
            _ => Ok(code),
        }
    }
}

fn one(global: &Global) -> Result<Standing, Complaint> {
    let asking = Asking::new(global);
    match Account::of(global, false)? {
        Account::Real { profile, .. } => {
            let environment = Environment::of_process();
            let is_default = config::all(&flags(global), &environment)?
                .iter()
                .any(|(other, is_default)| *is_default && other.name == profile.name);
            Ok(standing(&asking, *profile, is_default))
        }
        simulated @ Account::Simulated(_) => {
            let session = asking.session_on(&simulated);
            Ok(Standing {
                profile: simulated.profile().to_owned(),
                is_default: false,
                url: simulated.described(),
                kind: Some("oauth"),
                origin: Some("the simulator's own OAuth client".to_owned()),
                outcome: asking.identity(&session),
                token: lasting(&asking, &session),
            })
        }
    }
}

fn all(global: &Global) -> Result<Vec<Standing>, Complaint> {
    super::real_only(global, "show")?;
    let asking = Asking::new(global);
    let profiles = config::all(&flags(global), &Environment::of_process())?;
    Ok(profiles
        .into_iter()
        .map(|(profile, is_default)| standing(&asking, profile, is_default))
        .collect())
}

fn standing(asking: &Asking<'_>, profile: Profile, is_default: bool) -> Standing {
    let mut standing = Standing {
        profile: profile.name.clone(),
        is_default,
        url: profile.url.clone(),
        kind: None,
        origin: profile.credentials_origin(),
        outcome: Err(Unread::from(
            profile.missing_credentials().hint(missing_hint(&profile)),
        )),
        token: None,
    };
    // Fetched once: a command may ask somebody for a password each time.
    let found = match profile.credentials() {
        Ok(Found::None) => return standing,
        Ok(found) => found,
        Err(complaint) => {
            standing.outcome = Err(complaint.into());
            return standing;
        }
    };
    let is_oauth = matches!(found, Found::OAuth { .. });
    standing.kind = Some(if is_oauth { "oauth" } else { "api_key" });
    if let (Some(origin), Some(_)) = (&mut standing.origin, profile.secret_file()) {
        // Anything else would have been refused.
        origin.push_str(" (readable by you alone)");
    }
    let wire = asking.wire();
    let session = asking.session(move || {
        account::client(
            &profile.name,
            &profile.url,
            profile.cacert.as_deref(),
            found.clone(),
            wire.as_ref(),
        )
    });
    standing.outcome = asking.identity(&session).map_err(|mut unread| {
        if unread.complaint.exit == exit::CREDENTIALS {
            let hint = "log in with others: mw auth login";
            unread.complaint = unread.complaint.hint(hint);
        }
        unread
    });
    if is_oauth && standing.outcome.is_ok() {
        standing.token = lasting(asking, &session);
    }
    standing
}

/// How long a token lasts that is given out now.
fn lasting(asking: &Asking<'_>, session: &Session) -> Option<Lasting> {
    let token = asking.read(session, "token").ok()?;
    let seconds = token.get("expires_in")?.as_i64()?.max(0);
    let until = session
        .clock()
        .now()
        .checked_add_signed(TimeDelta::try_seconds(seconds)?)?;
    Some(Lasting {
        life: Duration::from_secs(seconds.unsigned_abs()),
        until,
        scope: token
            .get("scope")
            .and_then(Value::as_str)
            .filter(|scope| !scope.is_empty())
            .map(str::to_owned),
    })
}

impl Standing {
    /// How it stands, in a word.
    fn state(&self) -> &'static str {
        match &self.outcome {
            Ok(_) => "accepted",
            Err(_) if self.origin.is_none() => "none",
            Err(_) if self.kind.is_none() => "unusable",
            Err(unread) if unread.complaint.exit == exit::CREDENTIALS => "refused",
            // It was reached, and is out of order.
            Err(unread) if unread.kind == "unavailable" => "unavailable",
            Err(unread) if unread.complaint.exit == exit::FAILED => "unreachable",
            Err(_) => "unknown",
        }
    }

    /// In lines for people, with what is wrong `whole` or left to be told as an error.
    fn told(&self, whole: bool) -> String {
        let name = if self.is_default {
            format!("{} (the default)", self.profile)
        } else {
            self.profile.clone()
        };
        let mut lines = vec![
            ("profile", name),
            ("address", self.url.clone()),
            (
                "credentials",
                self.origin.clone().unwrap_or_else(|| "none".to_owned()),
            ),
            ("state", self.state().to_owned()),
        ];
        match &self.outcome {
            Ok(identity) => {
                let nobody = || "the API does not say".to_owned();
                lines.push(("account", identity.name().unwrap_or_else(nobody)));
                for entry in identity.organizations() {
                    lines.push(("organization", organization(&entry)));
                }
            }
            Err(unread) if whole => lines.push(("because", unread.complaint.message.clone())),
            Err(_) => {}
        }
        if let Some(token) = &self.token {
            let mut words = format!(
                "access tokens last {}, one fetched now until {}",
                humantime::format_duration(token.life),
                token.until.to_rfc3339_opts(SecondsFormat::Secs, true)
            );
            if let Some(scope) = &token.scope {
                words.push_str(", for ");
                words.push_str(scope);
            }
            lines.push(("token", words));
        }
        lines
            .iter()
            .map(|(name, text)| format!("{name:<13} {text}"))
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn to_json(&self) -> Value {
        let identity = self.outcome.as_ref().ok();
        let token = self.token.as_ref().map(|token| {
            json!({
                "expires_in": token.life.as_secs(),
                "expires_at": token.until.to_rfc3339_opts(SecondsFormat::Secs, true),
                "scope": token.scope,
            })
        });
        json!({
            "profile": self.profile,
            "default": self.is_default,
            "url": self.url,
            "credentials": { "kind": self.kind, "origin": self.origin },
            "state": self.state(),
            "message": self.outcome.as_ref().err().map(|unread| &unread.complaint.message),
            "account": identity.map(Identity::to_json),
            "organizations": identity.map(Identity::organizations).unwrap_or_default(),
            "token": token,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_that_answers_is_not_called_unreachable() {
        for (kind, code, expected) in [
            ("unavailable", exit::FAILED, "unavailable"),
            ("unreachable", exit::FAILED, "unreachable"),
            ("no_credentials", exit::CREDENTIALS, "refused"),
        ] {
            let standing = Standing {
                profile: "default".to_owned(),
                is_default: true,
                url: "https://api.test".to_owned(),
                kind: Some("oauth"),
                origin: Some("a file".to_owned()),
                outcome: Err(Unread {
                    kind,
                    ..Unread::from(Complaint::new(code, "no token"))
                }),
                token: None,
            };
            assert_eq!(standing.state(), expected);
        }
    }
}
