//! What a run may do: granted beforehand, asked for, or refused. Nothing is read or sent from here.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::denial::Denial;
use super::grant::{Covers, Grant, What};
use super::power::Consented;
use super::question::{Asker, Consent, Question};
use super::subject::Subject;
use super::witness::Witness;
use crate::api;
use crate::money::Money;
use crate::operation::{Effect, Operation};

/// Why a call may not be made, and what to do about it.
pub type Refusal = (String, String);

/// How the rules stand to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is granted.
    Granted,
    /// Nobody has said anything about it.
    Open,
    /// It is refused, whoever is asked.
    Refused(Refusal),
    /// The names of what it acts upon decide, and are not known.
    Undecided,
}

/// What a run may do.
pub struct Permission {
    pub(super) allow: Vec<Grant>,
    pub(super) deny: Vec<Denial>,
    pub(super) asker: Option<Arc<dyn Asker>>,
    pub(super) powers: Consented,
    consented: Mutex<HashSet<Effect>>,
    pub(super) unrecorded: bool,
    careful: bool,
    said_yes: bool,
    pub(super) job: Option<String>,
    limit: Option<Money>,
    pub(super) witness: Option<Arc<dyn Witness>>,
    /// What was allowed since.
    pub(super) since: RwLock<Vec<Grant>>,
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permission")
            .field("allow", &self.allow)
            .field("deny", &self.deny)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

impl Permission {
    /// Grants `allow` but what `deny` takes away; the rest is asked for, or refused when there is
    /// nobody to ask.
    #[must_use]
    pub fn new(allow: Vec<Grant>, deny: Vec<Denial>, asker: Option<Arc<dyn Asker>>) -> Self {
        Self {
            allow,
            deny,
            asker,
            powers: Consented::default(),
            consented: Mutex::new(HashSet::new()),
            unrecorded: false,
            careful: false,
            said_yes: false,
            job: None,
            limit: None,
            witness: None,
            since: RwLock::default(),
        }
    }

    /// Every effect granted.
    #[must_use]
    pub fn everything() -> Vec<Grant> {
        Effect::ALL.into_iter().map(Grant::effect).collect()
    }

    /// Reading only, the default.
    #[must_use]
    pub fn reading() -> Vec<Grant> {
        vec![Grant::effect(Effect::Read)]
    }

    /// The same, with what a person consented to when the run was under way before.
    #[must_use]
    pub fn with_consents(self, consents: impl IntoIterator<Item = Effect>) -> Self {
        // The account may have become one to be careful with since.
        let hold = |effect: &Effect| !self.careful || *effect < Effect::Disrupt;
        self.consents().extend(consents.into_iter().filter(hold));
        self
    }

    /// The same for a run without a journal: what changes anything needs this said once more.
    #[must_use]
    pub const fn unrecorded(mut self) -> Self {
        self.unrecorded = true;
        self
    }

    /// The same on an account where every call that disrupts, destroys or spends is asked for by
    /// itself.
    #[must_use]
    pub const fn careful(mut self, careful: bool) -> Self {
        self.careful = careful;
        self
    }

    /// The same where `--yes` was said, so that it can be told what that does not grant.
    #[must_use]
    pub const fn said_yes(mut self, said: bool) -> Self {
        self.said_yes = said;
        self
    }

    /// The same for a run of this job.
    #[must_use]
    pub fn of_job(mut self, job: &str) -> Self {
        self.job = Some(job.to_owned());
        self
    }

    /// The same for a run that may buy so much, in costs of 30 days.
    #[must_use]
    pub const fn limited(mut self, limit: Option<Money>) -> Self {
        self.limit = limit;
        self
    }

    /// A denial that may be about a call of which nothing is known but whether it reads.
    #[must_use]
    pub fn may_deny(&self, effect: Effect) -> Option<&Grant> {
        let reads = |what: &What| match what {
            What::Effect(denied) => *denied == Effect::Read,
            What::Operation(name) => api::operation(name)
                .is_none_or(|operation| operation.effect.possible().contains(&Effect::Read)),
        };
        let mut denied = self.deny.iter().map(|denial| &denial.grant);
        denied.find(|grant| match grant {
            Grant::Account(what, _) => reads(what) == (effect == Effect::Read),
            Grant::Local(_) => false,
        })
    }

    /// What the run may buy, in costs of 30 days.
    #[must_use]
    pub const fn limit(&self) -> Option<Money> {
        self.limit
    }

    /// Whether a rule names resources of this type, so that their names matter.
    #[must_use]
    pub fn minds_names_of(&self, kind: &str) -> bool {
        let names = |grant: &Grant| grant.kind() == Some(kind);
        self.rules().any(names) || self.since().iter().any(names)
    }

    /// Whether any rule names what it is for.
    #[must_use]
    pub fn minds_names(&self) -> bool {
        let names = |grant: &Grant| grant.kind().is_some();
        self.rules().any(names) || self.since().iter().any(names)
    }

    fn rules(&self) -> impl Iterator<Item = &Grant> {
        let denied = self.deny.iter().map(|denial| &denial.grant);
        self.allow.iter().chain(denied)
    }

    /// How the rules stand to a call on these resources.
    #[must_use]
    pub fn standing(&self, operation: &Operation, effect: Effect, on: &[Subject]) -> Standing {
        let mut is_open = false;
        for denial in &self.deny {
            match denial.grant.covers_any(operation, effect, on) {
                Covers::No => {}
                Covers::Unknown => is_open = true,
                Covers::Yes => {
                    let (grant, by) = (&denial.grant, &denial.by);
                    let why = format!("`{grant}` is denied {by}");
                    return Standing::Refused((why, by.hint(grant)));
                }
            }
        }
        if self.unrecorded && effect != Effect::Read {
            return Standing::Refused((
                "the run has no journal, so that what it does could not be looked into if it broke off"
                    .to_owned(),
                "say --yes too, with --no-journal, to do it all the same".to_owned(),
            ));
        }
        if is_open {
            return Standing::Undecided;
        }
        let since = self.since();
        let allow = self.allow.iter().chain(since.iter());
        let mut covers = allow.map(|grant| grant.covers_all(operation, effect, on));
        if covers.clone().any(|it| it == Covers::Yes) || self.consents().contains(&effect) {
            Standing::Granted
        } else if covers.any(|it| it == Covers::Unknown) {
            Standing::Undecided
        } else {
            Standing::Open
        }
    }

    /// Asks the person at the terminal. An effect comes back that was consented to for all of the
    /// run.
    pub fn ask(
        &self,
        effect: Effect,
        question: Question,
        refusal: impl Fn(&str) -> Refusal,
    ) -> Result<Option<Effect>, Refusal> {
        let Some(asker) = &self.asker else {
            return Err(refusal(if self.said_yes {
                "is not granted to this run: --yes does not go so far, and there is no terminal to ask at"
            } else {
                "is not granted to this run, and there is no terminal to ask at"
            }));
        };
        // Held while asking, so that parallel branches ask one after the other.
        let mut consented = self.consents();
        if consented.contains(&effect) {
            return Ok(None);
        }
        let careful = self.careful && effect >= Effect::Disrupt;
        let question = Question {
            typed: question
                .typed
                .filter(|_| careful && effect == Effect::Destroy),
            each: careful,
            ..question
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

    /// What to say of a call that is not granted, with the words that would grant it.
    #[must_use]
    pub fn refusal(
        &self,
        operation: &Operation,
        effect: Effect,
        on: &[Subject],
        why: &str,
    ) -> Refusal {
        // Of several of a kind one alone would not do.
        let is_one =
            |subject: &&Subject| on.iter().filter(|it| it.kind == subject.kind).count() == 1;
        let narrow = on.first().filter(is_one).map(|subject| {
            // A comma separates grants.
            let name = subject
                .name
                .name()
                .filter(|name| !name.contains([',', '*']));
            format!("{effect}@{}:{}", subject.kind, name.unwrap_or(&subject.id))
        });
        let hint = if let Some(job) = &self.job {
            let narrow = narrow.map_or_else(String::new, |it| format!(", or only {it:?}"));
            format!("add \"{effect}\" to `allow` of job {job}{narrow}")
        } else {
            let narrow = narrow.map_or_else(String::new, |it| {
                format!(", or only here with --allow {}", quoted(&it))
            });
            format!(
                "grant it with --allow {effect}, only this operation with --allow {}{narrow}",
                operation.name
            )
        };
        (format!("its effect is `{effect}`, which {why}"), hint)
    }

    pub(super) fn consents(&self) -> MutexGuard<'_, HashSet<Effect>> {
        self.consented
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "@:._-+/".contains(c);
    if word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::super::denial::Source;
    use super::super::subject::Called;
    use super::*;
    use crate::api;

    fn operation(name: &str) -> &'static Operation {
        api::operation(name).unwrap()
    }

    fn permission(allow: &[&str], deny: &[&str]) -> Permission {
        Permission::new(
            allow.iter().map(|it| it.parse().unwrap()).collect(),
            deny.iter()
                .map(|it| Denial {
                    grant: it.parse().unwrap(),
                    by: Source::Flag,
                })
                .collect(),
            None,
        )
    }

    fn cloud(name: Called) -> [Subject; 1] {
        [Subject {
            kind: "cloud",
            id: "qw5T".to_owned(),
            name,
        }]
    }

    fn by(name: &str) -> Called {
        Called::By(name.to_owned())
    }

    #[test]
    fn deny_wins_over_allow() {
        let permission = permission(
            &["read", "change", "disrupt", "destroy", "spend"],
            &["delete_cloud"],
        );
        let refused = permission.standing(operation("delete_cloud"), Effect::Destroy, &[]);
        let Standing::Refused((why, hint)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(why, "`delete_cloud` is denied to this run by --deny");
        assert_eq!(hint, "take `delete_cloud` off --deny to allow it");
        assert_eq!(
            permission.standing(operation("delete_vlan"), Effect::Destroy, &[]),
            Standing::Granted
        );
    }

    #[test]
    fn a_denial_by_name_waits_for_the_name_and_a_grant_by_name_does_too() {
        let delete = operation("delete_cloud");
        let denied = permission(&["destroy"], &["destroy@cloud:production"]);
        let stands = |permission: &Permission, name| {
            permission.standing(delete, Effect::Destroy, &cloud(name))
        };
        assert_eq!(stands(&denied, Called::Unknown), Standing::Undecided);
        assert!(matches!(
            stands(&denied, by("production")),
            Standing::Refused(_)
        ));
        assert_eq!(stands(&denied, by("lab")), Standing::Granted);
        let granted = permission(&["destroy@cloud:lab-*"], &[]);
        assert_eq!(stands(&granted, Called::Unknown), Standing::Undecided);
        assert_eq!(stands(&granted, by("lab-1")), Standing::Granted);
        assert_eq!(stands(&granted, by("production")), Standing::Open);
        assert!(granted.minds_names_of("cloud") && !granted.minds_names_of("node"));
    }

    #[test]
    fn without_a_terminal_only_what_was_granted_goes_ahead() {
        let permission = permission(&["read"], &[]);
        let power = operation("set_power");
        assert_eq!(
            permission.standing(operation("clouds"), Effect::Read, &[]),
            Standing::Granted
        );
        let on = cloud(by("My first cloud"));
        assert_eq!(
            permission.standing(power, Effect::Disrupt, &on),
            Standing::Open
        );
        let (why, hint) = permission
            .ask(Effect::Disrupt, Question::default(), |why| {
                permission.refusal(power, Effect::Disrupt, &on, why)
            })
            .unwrap_err();
        assert!(why.contains("`disrupt`"), "{why}");
        assert_eq!(
            hint,
            "grant it with --allow disrupt, only this operation with --allow set_power, or only here with --allow 'disrupt@cloud:My first cloud'"
        );
    }

    struct Answers(Mutex<Vec<Consent>>, Mutex<Vec<Question>>);

    impl Asker for Answers {
        fn ask(&self, question: &Question) -> Consent {
            self.1.lock().unwrap().push(question.clone());
            self.0.lock().unwrap().pop().unwrap()
        }
    }

    #[test]
    fn all_is_remembered_and_yes_is_not() {
        let answers = Mutex::new(vec![Consent::All, Consent::Yes]);
        let asker = Arc::new(Answers(answers, Mutex::default()));
        let permission = Permission::new(Permission::reading(), vec![], Some(asker.clone()));
        for _ in 0..3 {
            permission
                .ask(Effect::Disrupt, Question::default(), |_| Refusal::default())
                .unwrap();
        }
        assert_eq!(asker.1.lock().unwrap().len(), 2);
        assert_eq!(
            permission.standing(operation("set_power"), Effect::Disrupt, &[]),
            Standing::Granted
        );
    }

    #[test]
    fn on_an_account_to_be_careful_with_every_disruption_is_asked_for_by_itself() {
        let answers = Mutex::new(vec![Consent::Yes; 3]);
        let asker = Arc::new(Answers(answers, Mutex::default()));
        let permission =
            Permission::new(Permission::reading(), vec![], Some(asker.clone())).careful(true);
        let question = || Question {
            typed: Some("Web".to_owned()),
            ..Question::default()
        };
        for effect in [Effect::Change, Effect::Disrupt, Effect::Destroy] {
            let refusal = |_: &str| Refusal::default();
            permission.ask(effect, question(), refusal).unwrap();
        }
        let asked = asker.1.lock().unwrap();
        let each: Vec<_> = asked
            .iter()
            .map(|it| (it.each, it.typed.is_some()))
            .collect();
        assert_eq!(each, [(false, false), (true, false), (true, true)]);
    }
}
