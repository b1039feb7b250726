//! Secrets: text that must not be shown, and the texts of others that must not show it.
//!
//! A [`Secret`] prints a placeholder. That is enough for what stands in a field of its own; but a
//! server may repeat an API key in the middle of an error, a header or an address. So the process
//! knows its secrets: whoever fetches one to use it calls [`Secret::guarded`] or [`guard`], and
//! everything that writes, to a stream, a log, the journal or a file, passes its text through
//! [`redact`], which blots out each of them in whatever form a protocol may have put it.
//!
//! What nobody here has ever seen, such as the password in a server's answer, is known by the name
//! of its member ([`blot`]) or of its header ([`is_secret_header`]).

mod forms;
mod known;
mod named;
mod variables;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use known::{count, guard, holds_any, is_too_short, redact, redact_bytes};
pub use named::{blot, is_secret_header, without_userinfo};
pub use variables::{is_protected, is_proxy_password, own_variables, protect};

/// What stands in the place of a secret.
pub const REDACTED: &str = "<redacted>";

/// Text that must not be shown: printing it prints a placeholder.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Hides a text, here and in all that the process writes from now on.
    #[must_use]
    pub fn guarded(text: impl Into<String>) -> Self {
        let secret = Self::new(text);
        guard(&secret.0);
        secret
    }

    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}
