//! What a run may do: granted beforehand, asked for, or refused.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::api;
use crate::operation::{Effect, Operation, nearest};

/// One thing granted or denied.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Grant {
    /// Every operation with this effect.
    Effect(Effect),
    /// One operation, whatever its effect.
    Operation(&'static str),
    /// A power outside the account: `fs:DIR`, `env:NAME`, `net:HOST`.
    Local(String),
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Effect(effect) => effect.fmt(f),
            Self::Operation(name) => f.write_str(name),
            Self::Local(power) => f.write_str(power),
        }
    }
}

impl FromStr for Grant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(effect) = text.parse() {
            return Ok(Self::Effect(effect));
        }
        if let Some(operation) = api::operation(text) {
            return Ok(Self::Operation(operation.name));
        }
        if ["fs:", "env:", "net:"]
            .iter()
            .any(|power| text.starts_with(power))
        {
            return Ok(Self::Local(text.to_owned()));
        }
        let known = Effect::ALL
            .iter()
            .map(|effect| effect.as_str())
            .chain(api::operations().map(|operation| operation.name));
        let hint = nearest(text, known).map_or_else(
            || "effects are read, change, disrupt, destroy and spend".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Err(format!(
            "`{text}` is neither an effect nor an operation; {hint}"
        ))
    }
}

/// A question to the person at the terminal.
#[derive(Clone, Debug)]
pub struct Question {
    /// What the call does to the world.
    pub effect: Effect,
    /// The operation.
    pub operation: &'static str,
    /// What it acts upon.
    pub target: String,
}

/// The answer to a [`Question`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// This call.
    Yes,
    /// This call and every later one of its effect.
    All,
    /// Not this call.
    No,
}

/// Someone who can be asked.
pub trait Asker: Send + Sync {
    /// Asks, and waits for the answer.
    fn ask(&self, question: &Question) -> Consent;
}

/// What a run may do.
pub struct Permission {
    allow: Vec<Grant>,
    deny: Vec<Grant>,
    asker: Option<Arc<dyn Asker>>,
    consented: Mutex<HashSet<Effect>>,
    unrecorded: bool,
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permission")
            .field("allow", &self.allow)
            .field("deny", &self.deny)
            .finish_non_exhaustive()
    }
}

impl Permission {
    /// Grants `allow` but what `deny` takes away; the rest is asked for, or refused when there is
    /// nobody to ask.
    #[must_use]
    pub fn new(allow: Vec<Grant>, deny: Vec<Grant>, asker: Option<Arc<dyn Asker>>) -> Self {
        Self {
            allow,
            deny,
            asker,
            consented: Mutex::new(HashSet::new()),
            unrecorded: false,
        }
    }

    /// Every effect granted.
    #[must_use]
    pub fn everything() -> Vec<Grant> {
        Effect::ALL.into_iter().map(Grant::Effect).collect()
    }

    /// Reading only, the default.
    #[must_use]
    pub fn reading() -> Vec<Grant> {
        vec![Grant::Effect(Effect::Read)]
    }

    /// Whether there is someone to ask.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.asker.is_some()
    }

    /// The same, with what a person consented to when the run was under way before.
    #[must_use]
    pub fn with_consents(self, consents: impl IntoIterator<Item = Effect>) -> Self {
        self.consents().extend(consents);
        self
    }

    /// The same for a run without a journal: what changes anything needs this said once more.
    #[must_use]
    pub const fn unrecorded(mut self) -> Self {
        self.unrecorded = true;
        self
    }

    /// Whether the call may go ahead; otherwise the sentence that says why not, and what to do. An
    /// effect comes back that a person has just consented to for all of the run.
    pub fn permit(
        &self,
        operation: &'static Operation,
        effect: Effect,
        target: &dyn Fn() -> String,
    ) -> Result<Option<Effect>, (String, String)> {
        let covers = |grant: &&Grant| match grant {
            Grant::Effect(granted) => *granted == effect,
            Grant::Operation(name) => *name == operation.name,
            Grant::Local(_) => false,
        };
        if let Some(denied) = self.deny.iter().find(covers) {
            return Err((
                format!("`{denied}` is denied to this run"),
                format!("take `{denied}` off --deny to allow it"),
            ));
        }
        if self.unrecorded && effect != Effect::Read {
            return Err((
                "the run has no journal, so that what it does could not be looked into if it broke off"
                    .to_owned(),
                "say --yes too, with --no-journal, to do it all the same".to_owned(),
            ));
        }
        if self.allow.iter().any(|grant| covers(&grant)) || self.consents().contains(&effect) {
            return Ok(None);
        }
        let refusal = |why: &str| {
            (
                format!("its effect is `{effect}`, which {why}"),
                format!(
                    "grant it with --allow {effect}, or only this with --allow {}",
                    operation.name
                ),
            )
        };
        let Some(asker) = &self.asker else {
            return Err(refusal(
                "is not granted to this run, and there is no terminal to ask at",
            ));
        };
        // Held while asking, so that parallel branches ask one after the other.
        let mut consented = self.consents();
        if consented.contains(&effect) {
            return Ok(None);
        }
        let question = Question {
            effect,
            operation: operation.name,
            target: target(),
        };
        match asker.ask(&question) {
            Consent::Yes => Ok(None),
            Consent::All => {
                consented.insert(effect);
                Ok(Some(effect))
            }
            Consent::No => Err(refusal("you refused")),
        }
    }

    fn consents(&self) -> std::sync::MutexGuard<'_, HashSet<Effect>> {
        self.consented
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(name: &str) -> &'static Operation {
        api::operation(name).unwrap()
    }

    #[test]
    fn deny_wins_over_allow() {
        let permission = Permission::new(
            Permission::everything(),
            vec!["delete_cloud".parse().unwrap()],
            None,
        );
        let delete = operation("delete_cloud");
        assert!(
            permission
                .permit(delete, Effect::Destroy, &|| "cloud a".to_owned())
                .is_err()
        );
        assert!(
            permission
                .permit(operation("delete_vlan"), Effect::Destroy, &|| "vlan a"
                    .to_owned())
                .is_ok()
        );
    }

    #[test]
    fn without_a_terminal_only_what_was_granted_goes_ahead() {
        let permission = Permission::new(Permission::reading(), vec![], None);
        assert!(
            permission
                .permit(operation("clouds"), Effect::Read, &String::new)
                .is_ok()
        );
        let (why, hint) = permission
            .permit(operation("set_power"), Effect::Disrupt, &|| {
                "node x".to_owned()
            })
            .unwrap_err();
        assert!(why.contains("`disrupt`"), "{why}");
        assert!(hint.contains("--allow disrupt"), "{hint}");
    }

    #[test]
    fn all_is_remembered_and_yes_is_not() {
        struct Answers(Mutex<Vec<Consent>>);
        impl Asker for Answers {
            fn ask(&self, _: &Question) -> Consent {
                self.0.lock().unwrap().pop().unwrap()
            }
        }
        let asker = Arc::new(Answers(Mutex::new(vec![Consent::All, Consent::Yes])));
        let permission = Permission::new(Permission::reading(), vec![], Some(asker));
        for _ in 0..3 {
            permission
                .permit(operation("set_power"), Effect::Disrupt, &|| {
                    "node x".to_owned()
                })
                .unwrap();
        }
    }

    #[test]
    fn a_misspelt_grant_gets_a_suggestion() {
        let error = "disrubt".parse::<Grant>().unwrap_err();
        assert!(error.contains("did you mean `disrupt`?"), "{error}");
    }
}
