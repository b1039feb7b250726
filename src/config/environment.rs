//! The environment, handed in so that tests never touch the process's own.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// The variables that say which account is meant, and which journal.
const OWN: &[&str] = &[
    "OPENMETAL_API_URL",
    "OPENMETAL_API_KEY",
    "OPENMETAL_CLIENT_ID",
    "OPENMETAL_CLIENT_SECRET",
    "OPENMETAL_ALLOW_HTTP",
    "MW_PROFILE",
    "MW_CONFIG",
    "MW_STORE",
];

/// A set of environment variables.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment(Arc<BTreeMap<String, Option<String>>>);

impl Environment {
    /// The variables of this process, which nobody changes: that would be unsafe. Those that are not
    /// UTF-8 have no value.
    #[must_use]
    pub fn of_process() -> Self {
        static OWN: LazyLock<Environment> = LazyLock::new(|| {
            let texts = std::env::vars_os().filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.into_string().ok()))
            });
            Environment(Arc::new(texts.collect()))
        });
        OWN.clone()
    }

    /// The variable's value; none where it is not set or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .and_then(Option::as_deref)
            .filter(|value| !value.is_empty())
    }

    /// The first variable of those that `mw` goes by that is set to what is no text. To take it for one
    /// that is not set would go to another account than is meant.
    #[must_use]
    pub fn unreadable(&self) -> Option<&'static str> {
        let is_unreadable = |name: &&str| self.0.get(*name).is_some_and(Option::is_none);
        OWN.iter().copied().find(is_unreadable)
    }

    /// The same variables and one more.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.0).insert(name.into(), Some(value.into()));
        self
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(variables: T) -> Self {
        variables
            .into_iter()
            .fold(Self::default(), |all, (name, value)| all.with(name, value))
    }
}

/// Names only: the values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_not_set() {
        let environment = Environment::from_iter([("A", ""), ("B", "b")]);
        assert_eq!(environment.get("A"), None);
        assert_eq!(environment.get("B"), Some("b"));
        assert_eq!(environment.get("C"), None);
    }

    #[test]
    fn values_are_not_shown() {
        let environment = Environment::default().with("OPENMETAL_API_KEY", "hush");
        assert_eq!(format!("{environment:?}"), r#"{"OPENMETAL_API_KEY"}"#);
    }
}
