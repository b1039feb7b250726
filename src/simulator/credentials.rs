//! Who may call: the fixed keys and client, and the access tokens handed out.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;

/// What a caller may do, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads.
    Member,
    /// Alters.
    Maintainer,
    /// Everything.
    Owner,
}

impl Role {
    /// Its name, as memberships have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Maintainer => "maintainer",
            Self::Owner => "owner",
        }
    }
}

/// The API keys, with the role of each.
pub const KEYS: &[(&str, Role)] = &[
    ("sim", Role::Owner),
    ("sim-maintainer", Role::Maintainer),
    ("sim-member", Role::Member),
];

/// Id and secret of the OAuth client, in base64 as HTTP Basic sends them: `sim:sim`.
pub const CLIENT: &str = "c2ltOnNpbQ==";

/// How many access tokens are remembered; the oldest give way.
const KEPT: usize = 10_000;

/// The access tokens handed out.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    tokens: IndexMap<String, DateTime<Utc>>,
    /// Keys that are good no longer.
    revoked: BTreeSet<String>,
}

impl Credentials {
    /// Remembers a token until it expires.
    pub fn issue(&mut self, token: String, expires: DateTime<Utc>) {
        if self.tokens.len() >= KEPT {
            self.tokens.shift_remove_index(0);
        }
        self.tokens.insert(token, expires);
    }

    /// Makes a token or a key worthless.
    pub fn revoke(&mut self, token: &str) {
        if self.tokens.shift_remove(token).is_none() && KEYS.iter().any(|(key, _)| *key == token) {
            self.revoked.insert(token.to_owned());
        }
    }

    /// The role of whoever holds this bearer token now.
    #[must_use]
    pub fn role(&self, token: &str, now: DateTime<Utc>) -> Option<Role> {
        if let Some((_, role)) = KEYS.iter().find(|(key, _)| *key == token) {
            return (!self.revoked.contains(token)).then_some(*role);
        }
        self.tokens
            .get(token)
            .is_some_and(|expires| now < *expires)
            .then_some(Role::Owner)
    }
}

/// The credentials of an `Authorization` header under this scheme.
#[must_use]
pub fn under<'a>(scheme: &str, header: Option<&'a str>) -> Option<&'a str> {
    let (given, rest) = header?.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}
