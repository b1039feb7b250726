//! Failures on purpose: rules that say which calls fail, and how.

mod file;
mod rule;

use fastrand::Rng;
use serde_json::{Value, json};

pub use file::read;
pub use rule::Rule;
use rule::{Effect, Moment};

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
}

/// How a call fails.
#[derive(Clone, Debug, PartialEq)]
pub enum Strike {
    /// It is refused, and carried out all the same if so said.
    Refused {
        /// Whether it is carried out.
        executed: bool,
        /// What is answered.
        refusal: Refusal,
    },
    /// The connection is cut.
    Cut {
        /// Whether it is carried out before.
        executed: bool,
    },
    /// It is carried out, and half of its answer arrives.
    Truncated,
}

/// The answer to a call that fails.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Value,
    /// Seconds in `Retry-After`.
    pub retry_after: Option<u32>,
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

    /// Puts a rule in force, after those that are, and answers its id.
    pub fn add(&mut self, rule: Rule) -> u64 {
        self.given += 1;
        self.rules.push(Active {
            id: self.given,
            rule,
            matched: 0,
            struck: 0,
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

    /// How this call fails, if it does: the first rule that strikes decides. `is` tells whether a
    /// name or id is one of the call's targets.
    pub fn strike(&mut self, operation: &str, is: &dyn Fn(&str) -> bool) -> Option<Strike> {
        let Self { rules, rng, .. } = self;
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
            if !due {
                continue;
            }
            active.struck += 1;
            return Some(match rule.effect() {
                Effect::Status(status) => Strike::Refused {
                    executed: rule.executed,
                    refusal: Refusal {
                        status,
                        body: rule.body(status),
                        retry_after: rule.retry_after,
                    },
                },
                Effect::Reset(moment) => Strike::Cut {
                    executed: moment == Moment::After,
                },
                Effect::Truncated => Strike::Truncated,
            });
        }
        None
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
