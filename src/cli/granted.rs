//! What a run is allowed and denied, by the command line, the profile and the job.

use std::sync::Arc;

use super::Global;
use super::account::Account;
use crate::config::Profile;
use crate::error::Complaint;
use crate::journal::Grants;
use crate::money::Money;
use crate::operation::Effect;
use crate::session::{Asker, Denial, Grant, Permission, Source};

/// What a run is allowed and denied.
#[derive(Clone, Debug, Default)]
pub struct Granted {
    /// What it is allowed.
    pub allow: Vec<Grant>,
    /// What it is denied, whatever else allows it.
    pub deny: Vec<Denial>,
    /// What it may buy, in costs of 30 days.
    pub limit: Option<Money>,
    /// Whether the account is one to be careful with.
    pub careful: bool,
    /// Whether `--yes` was said.
    pub said_yes: bool,
    /// The job it is a run of.
    pub job: Option<String>,
}

impl Granted {
    /// What the command line and the profile allow and deny.
    pub fn of(global: &Global, account: &Account) -> Result<Self, Complaint> {
        let mut granted = Self {
            allow: global.allow.clone(),
            deny: denied(&global.deny),
            limit: global.spend_limit,
            said_yes: global.yes,
            ..Self::default()
        };
        match account {
            Account::Simulated(_) => granted.allow.extend(Permission::everything()),
            Account::Real { profile, .. } => {
                granted.careful = profile.production;
                if global.yes {
                    granted.allow.extend(yes(granted.careful));
                }
                let by = || Source::Profile(profile.name.clone());
                let deny = grants(&profile.deny, profile)?;
                let deny = deny.into_iter().map(|grant| Denial { grant, by: by() });
                granted.deny.extend(deny);
                granted.limit = granted
                    .limit
                    .or_else(|| profile.spend_limit.and_then(Money::dollars));
                if profile.allow.is_empty() {
                    granted.allow.extend(Permission::reading());
                } else {
                    granted.allow.extend(grants(&profile.allow, profile)?);
                }
            }
        }
        Ok(granted)
    }

    /// The permission of a run; what is neither is asked of this person.
    pub fn permission(self, asker: Option<Arc<dyn Asker>>) -> Permission {
        let permission = Permission::new(self.allow, self.deny, asker)
            .careful(self.careful)
            .said_yes(self.said_yes)
            .limited(self.limit);
        match self.job {
            Some(job) => permission.of_job(&job),
            None => permission,
        }
    }

    /// The same in words, to be kept.
    pub fn words(&self) -> Grants {
        Grants {
            allow: self.allow.iter().map(ToString::to_string).collect(),
            deny: self.deny.iter().map(|it| it.grant.to_string()).collect(),
            spend_limit: self.limit,
        }
    }

    /// What the words mean that were kept.
    pub fn of_words(words: &Grants) -> Result<Self, Complaint> {
        let read = |words: &[String]| {
            words
                .iter()
                .map(|word| word.parse().map_err(Complaint::usage))
                .collect::<Result<Vec<Grant>, _>>()
        };
        let deny = read(&words.deny)?.into_iter();
        Ok(Self {
            allow: read(&words.allow)?,
            deny: deny
                .map(|grant| Denial {
                    grant,
                    by: Source::Run,
                })
                .collect(),
            limit: words.spend_limit,
            ..Self::default()
        })
    }

    /// The same for a run that is taken up again with this command line.
    pub fn again(mut self, global: &Global, now: Self) -> Self {
        self.allow.extend(global.allow.iter().cloned());
        if global.yes {
            self.allow.extend(yes(now.careful));
        }
        self.deny.extend(now.deny);
        // The profile may have become stricter meanwhile.
        let limits = [self.limit, now.limit].into_iter().flatten();
        self.limit = global.spend_limit.or_else(|| limits.min());
        self.careful = now.careful;
        self.said_yes = now.said_yes;
        self
    }
}

/// What `--yes` grants: never what destroys or spends.
fn yes(careful: bool) -> impl Iterator<Item = Grant> {
    let effects = [Effect::Read, Effect::Change, Effect::Disrupt];
    effects
        .into_iter()
        .filter(move |effect| !careful || *effect < Effect::Disrupt)
        .map(Grant::effect)
}

/// What the command line denies.
pub fn denied(grants: &[Grant]) -> Vec<Denial> {
    let by = Source::Flag;
    grants
        .iter()
        .map(|grant| Denial {
            grant: grant.clone(),
            by: by.clone(),
        })
        .collect()
}

/// The grants a list of words means.
fn grants(words: &[String], profile: &Profile) -> Result<Vec<Grant>, Complaint> {
    words
        .iter()
        .map(|word| {
            word.parse().map_err(|error: String| {
                Complaint::usage(format!("profile {}: {error}", profile.name))
            })
        })
        .collect()
}
