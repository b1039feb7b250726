//! What a session at the prompt is allowed while it goes on, and what may never be.

use std::sync::{PoisonError, RwLockReadGuard};

use super::grant::{Grant, What};
use super::permission::{Permission, Refusal};
use crate::api;
use crate::money::Money;
use crate::operation::Effect;

/// What may be done, to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What is granted.
    pub allowed: Vec<String>,
    /// The effects that nothing is said about in general: a person is asked, or the call is refused.
    pub open: Vec<Effect>,
    /// Whether there is a person to ask.
    pub is_asked: bool,
    /// What is denied, with by whom.
    pub denied: Vec<String>,
    /// What may be bought, in costs of 30 days.
    pub limit: Option<Money>,
    /// Whether nothing may be changed, whatever is granted: there is no journal.
    pub is_unrecorded: bool,
}

impl Permission {
    /// Allows more from now on. What is denied stays so.
    pub fn widen(&self, grants: Vec<Grant>) {
        let mut since = self.since.write().unwrap_or_else(PoisonError::into_inner);
        for grant in grants {
            if !self.allow.contains(&grant) && !since.contains(&grant) {
                since.push(grant);
            }
        }
    }

    /// What was allowed and consented to while it goes on, in words.
    pub(super) fn given_since(&self) -> Vec<String> {
        let mut given: Vec<String> = self.since().iter().map(ToString::to_string).collect();
        given.extend(self.consents().iter().map(ToString::to_string));
        given
    }

    pub(super) fn since(&self) -> RwLockReadGuard<'_, Vec<Grant>> {
        self.since.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why something cannot be allowed, where all of it is denied.
    #[must_use]
    pub fn bars(&self, wanted: &Grant) -> Option<Refusal> {
        let mut denied = self.deny.iter();
        let denial = denied.find(|denial| covers(&denial.grant, wanted))?;
        let (grant, by) = (&denial.grant, &denial.by);
        Some((format!("`{grant}` is denied {by}"), by.hint(grant)))
    }

    /// What may be done.
    #[must_use]
    pub fn told(&self) -> Told {
        let mut allowed: Vec<String> = self.allow.iter().map(ToString::to_string).collect();
        allowed.extend(self.given_since());
        let mut seen = Vec::new();
        allowed.retain(|it| {
            !seen.contains(it) && {
                seen.push(it.clone());
                true
            }
        });
        let is_open = |effect: &Effect| {
            let whole = Grant::effect(*effect);
            !allowed.contains(&whole.to_string()) && self.bars(&whole).is_none()
        };
        Told {
            open: Effect::ALL.into_iter().filter(is_open).collect(),
            allowed,
            is_asked: self.asker.is_some(),
            denied: self
                .deny
                .iter()
                .map(|it| format!("{} {}", it.grant, it.by))
                .collect(),
            limit: self.limit(),
            is_unrecorded: self.unrecorded,
        }
    }
}

/// Whether a denial takes away all of what is wanted.
fn covers(denied: &Grant, wanted: &Grant) -> bool {
    match (denied, wanted) {
        (same, wanted) if same == wanted => true,
        (Grant::Account(denied, None), Grant::Account(wanted, _)) => match (denied, wanted) {
            (same, wanted) if same == wanted => true,
            (What::Effect(effect), What::Operation(name)) => api::operation(name)
                .is_some_and(|it| it.effect.possible().iter().all(|own| own == effect)),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::denial::{Denial, Source};
    use super::*;

    fn grant(word: &str) -> Grant {
        word.parse().unwrap()
    }

    fn denying(word: &str) -> Permission {
        let denial = Denial {
            grant: grant(word),
            by: Source::Flag,
        };
        Permission::new(Permission::reading(), vec![denial], None)
    }

    #[test]
    fn what_a_denial_takes_away_whole_is_barred() {
        for (denied, wanted, is_barred) in [
            ("destroy", "destroy", true),
            ("destroy", "delete_cloud", true),
            ("destroy", "destroy@cloud:Web", true),
            ("destroy@cloud:Web", "destroy", false),
            ("delete_cloud", "destroy", false),
            ("disrupt", "set_power", false),
            ("fs:reports", "fs:reports", true),
            ("fs:reports", "fs:.", false),
        ] {
            let barred = denying(denied).bars(&grant(wanted)).is_some();
            assert_eq!(barred, is_barred, "{denied} and {wanted}");
        }
    }

    #[test]
    fn what_is_allowed_since_counts_and_what_is_denied_stays_denied() {
        use super::super::permission::Standing;
        let permission = denying("delete_cloud");
        let delete = |name| api::operation(name).unwrap();
        let stands = |name| permission.standing(delete(name), Effect::Destroy, &[]);
        assert_eq!(stands("delete_vlan"), Standing::Open);
        permission.widen(vec![grant("destroy"), grant("destroy")]);
        assert_eq!(stands("delete_vlan"), Standing::Granted);
        assert!(matches!(stands("delete_cloud"), Standing::Refused(_)));
        let told = permission.told();
        assert_eq!(told.allowed, ["read", "destroy"]);
        assert_eq!(told.denied, ["delete_cloud to this run by --deny"]);
    }
}
