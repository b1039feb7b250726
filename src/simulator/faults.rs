//! Failures on purpose: rules that say which calls fail, and how.

mod ending;
mod file;
mod rule;
mod span;
mod way;

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use fastrand::Rng;
use serde_json::{Value, json};

pub use ending::Ending;
pub use file::read;
pub use rule::Rule;
pub use way::{Pace, Refusal, Way};

/// Keeps the faults' random choices apart from the account's, so that a fault changes no id.
const APART: u64 = 0x_fa17;

/// The rules, and what became of each.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    rules: Vec<Active>,
    given: u64,
    rng: Rng,
}

/// A rule in force.
#[derive(Clone, Debug)]
struct Active {
    id: u64,
    rule: Rule,
    /// Calls that it is about.
    matched: u64,
    /// Calls that it made fail.
    struck: u64,
    /// What it keeps about its targets.
    kept: BTreeMap<String, Kept>,
}

/// What a rule keeps from a call for later ones.
#[derive(Clone, Debug)]
pub struct Kept {
    /// When the call came.
    pub at: DateTime<Utc>,
    /// The body of its answer.
    pub body: Bytes,
}

/// A rule that strikes a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Strike {
    /// The rule's id.
    pub rule: u64,
    /// What becomes of the call.
    pub way: Way,
    /// How its answer travels.
    pub pace: Pace,
}

impl Faults {
    /// These rules, whose random choices come from the seed.
    #[must_use]
    pub fn new(seed: u64, rules: &[Rule]) -> Self {
        let mut faults = Self {
            rules: Vec::new(),
            given: 0,
            rng: Rng::with_seed(seed ^ APART),
        };
        for rule in rules {
            faults.add(rule.clone());
        }
        faults
    }

    /// Whether there are any.
    #[must_use]
    pub const fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }

    /// Puts a rule in force, after those that are, and answers its id.
    pub fn add(&mut self, rule: Rule) -> u64 {
        self.given += 1;
        self.rules.push(Active {
            id: self.given,
            rule,
            matched: 0,
            struck: 0,
            kept: BTreeMap::new(),
        });
        self.given
    }

    /// Takes a rule out of force; whether there was one.
    pub fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|active| active.id != id);
        self.rules.len() < before
    }

    /// Takes all rules out of force.
    pub fn clear(&mut self) {
        self.rules.clear();
    }

    /// The rules with what became of them.
    #[must_use]
    pub fn listed(&self) -> Value {
        self.rules
            .iter()
            .map(|active| {
                json!({
                    "id": active.id,
                    "rule": active.rule,
                    "matched": active.matched,
                    "struck": active.struck,
                })
            })
            .collect()
    }

    /// How this call fails, if it does: the first rule that strikes decides, and the others count
    /// the call all the same. `is` tells whether a name or id is one of the call's targets.
    pub fn strike(&mut self, operation: &str, is: &dyn Fn(&str) -> bool) -> Option<Strike> {
        let Self { rules, rng, .. } = self;
        let mut strike = None;
        for active in rules {
            let rule = &active.rule;
            let about = rule.operation == "*" || rule.operation == operation;
            if !about || !rule.target.as_deref().is_none_or(is) {
                continue;
            }
            active.matched += 1;
            let due = rule.nth.as_ref().is_none_or(|it| it.names(active.matched))
                && rule.times.is_none_or(|times| active.struck < times)
                && rule.probability.is_none_or(|chance| rng.f64() < chance);
            if due && strike.is_none() {
                active.struck += 1;
                strike = Some(Strike {
                    rule: active.id,
                    way: rule.way(),
                    pace: rule.pace(rng),
                });
            }
        }
        strike
    }

    /// What a rule keeps about a target.
    #[must_use]
    pub fn kept(&self, rule: u64, target: &str) -> Option<&Kept> {
        let active = self.rules.iter().find(|active| active.id == rule)?;
        active.kept.get(target)
    }

    /// Has a rule keep something about a target.
    pub fn keep(&mut self, rule: u64, target: String, kept: Kept) {
        if let Some(active) = self.rules.iter_mut().find(|active| active.id == rule) {
            active.kept.insert(target, kept);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> Faults {
        let rules = Rule::read_all(text).unwrap();
        Faults::new(1, &rules)
    }

    fn struck(faults: &mut Faults, calls: usize) -> Vec<usize> {
        (1..=calls)
            .filter(|_| faults.strike("set_power", &|name| name == "a").is_some())
            .collect()
    }

    #[test]
    fn a_rule_strikes_the_calls_it_names() {
        let mut faults = rules(r#"{"operation": "set_power", "status": 503, "nth": [2, 4]}"#);
        assert_eq!(struck(&mut faults, 6), [2, 4]);
        let mut faults = rules(r#"{"operation": "*", "reset": "after", "times": 2}"#);
        assert_eq!(struck(&mut faults, 6), [1, 2]);
        let mut faults = rules(r#"{"operation": "set_power", "target": "b", "status": 503}"#);
        assert_eq!(struck(&mut faults, 3), [] as [usize; 0]);
        let mut faults = rules(r#"{"operation": "clouds", "status": 503}"#);
        assert_eq!(struck(&mut faults, 3), [] as [usize; 0]);
    }

    #[test]
    fn a_call_that_one_rule_strikes_counts_for_the_others_too() {
        let mut faults = rules(
            r#"[{"operation": "*", "status": 503, "nth": 1},
                {"operation": "*", "reset": "after", "nth": [1, 2]}]"#,
        );
        let mut ways = || faults.strike("set_power", &|_| false).map(|it| it.way);
        assert!(matches!(ways(), Some(Way::Refused { .. })));
        assert_eq!(ways(), Some(Way::Cut { executed: true }));
        assert_eq!(ways(), None);
    }

    #[test]
    fn chance_comes_from_the_seed() {
        let text = r#"{"operation": "*", "status": 500, "probability": 0.5}"#;
        let (mut one, mut other) = (rules(text), rules(text));
        let first = struck(&mut one, 200);
        assert_eq!(first, struck(&mut other, 200));
        assert!((60..140).contains(&first.len()), "{}", first.len());
    }

    #[test]
    fn what_a_rule_cannot_mean_is_refused() {
        for (text, why) in [
            (
                r#"{"operation": "set_powr", "status": 503}"#,
                "did you mean `set_power`",
            ),
            (r#"{"operation": "*"}"#, "one of `status`, `reset`"),
            (
                r#"{"operation": "*", "status": 503, "reset": "after"}"#,
                "one of `status`, `reset`",
            ),
            (
                r#"{"operation": "*", "reset": "after", "truncated": true}"#,
                "one of `status`, `reset`",
            ),
            (
                r#"{"operation": "*", "truncated": true, "executed": true}"#,
                "goes with `status`",
            ),
            (r#"{"operation": "*", "status": 200}"#, "from 400 to 599"),
            (r#"{"operation": "*", "status": 503, "nth": 0}"#, "from 1"),
            (r#"{"operation": "*", "status": 503, "times": 0}"#, "from 1"),
            (
                r#"{"operation": "*", "status": 503, "probability": 2}"#,
                "from 0 to 1",
            ),
            (
                r#"{"operation": "*", "reset": "after", "executed": true}"#,
                "goes with `status`",
            ),
            (r#"{"operation": "*", "reset": "sometime"}"#, "sometime"),
            (r#"{"operation": "*", "stuck": true}"#, "of `set_power`"),
            (
                r#"{"operation": "*", "status": 429, "executed": true}"#,
                "from 500",
            ),
            (r#"{"operation": "*", "delay": "366d"}"#, "longer than"),
            (
                r#"{"operation": "clouds", "sold_out": true}"#,
                "`sold_out` is of `place_order`",
            ),
            (
                r#"{"operation": "set_power", "stale": "5m"}"#,
                "an operation that reads",
            ),
            (r#"{"operation": "*", "delay": "5"}"#, "like \"90s\""),
            (
                r#"{"operation": "*", "delay": ["5s", "1s"]}"#,
                "from the shorter",
            ),
            (r#"{"operation": "*", "drip": "5 parsecs"}"#, "duration"),
            (r#"{"operation": "*", "skew": "--5m"}"#, "duration"),
            (r#"{"operation": "*", "says": {}}"#, "no field"),
            (
                r#"{"operation": "*", "status": 503, "of": "a"}"#,
                "goes with `says`",
            ),
            (
                r#"{"operation": "place_order", "provisioning": "complete"}"#,
                "manual_setup",
            ),
            (r#"{"operation": "*", "statsu": 503}"#, "statsu"),
            (r#"{"status": 503}"#, "operation"),
            ("7", "map"),
            ("[", "EOF"),
        ] {
            let error = Rule::read_all(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
