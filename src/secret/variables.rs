//! The variables of the environment that hold secrets, by what they are called.

use std::sync::{Mutex, PoisonError};

/// Those that mw itself reads: its credentials, and what the collector of traces is sent.
const OWN: [&str; 4] = [
    "OPENMETAL_API_KEY",
    "OPENMETAL_CLIENT_SECRET",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
];

/// Those that profiles and channels name.
static PROTECTED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Keeps a variable, as mw's own credentials are, out of what patterns grant to scripts and out of the
/// environment of other programs: a profile or a channel reads a secret from it.
pub fn protect(variable: &str) {
    let mut protected = PROTECTED.lock().unwrap_or_else(PoisonError::into_inner);
    if !protected.iter().any(|known| known == variable) {
        protected.push(variable.to_owned());
    }
}

/// The variables that hold mw's own secrets.
pub fn own_variables() -> impl Iterator<Item = &'static str> {
    OWN.into_iter()
}

/// Whether a variable is read for a secret of mw's.
#[must_use]
pub fn is_protected(variable: &str) -> bool {
    let protected = PROTECTED.lock().unwrap_or_else(PoisonError::into_inner);
    OWN.contains(&variable) || protected.iter().any(|known| known == variable)
}

/// Whether a variable names a proxy with the password that it asks for.
#[must_use]
pub fn is_proxy_password(variable: &str, value: &str) -> bool {
    let name = variable.to_ascii_uppercase();
    // The scheme may be left out, and the password may hold a slash.
    name.ends_with("_PROXY") && name != "NO_PROXY" && value.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_with_a_password_is_told_from_one_without() {
        for (name, value, expected) in [
            ("HTTPS_PROXY", "http://me:pass@proxy:3128", true),
            ("all_proxy", "me:pass@proxy:3128", true),
            ("http_proxy", "http://proxy:3128", false),
            ("NO_PROXY", "a@b", false),
            ("DATABASE_URL", "postgres://me:pass@db", false),
        ] {
            assert_eq!(is_proxy_password(name, value), expected, "{name}");
        }
    }

    #[test]
    fn what_a_channel_names_is_protected() {
        assert!(is_protected("OTEL_EXPORTER_OTLP_HEADERS"));
        assert!(!is_protected("OF_A_CHANNEL"));
        protect("OF_A_CHANNEL");
        assert!(is_protected("OF_A_CHANNEL"));
    }
}
