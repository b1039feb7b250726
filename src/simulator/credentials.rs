//! Who may call: the fixed keys and client, and the access tokens handed out.

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
pub struct Credentials(IndexMap<String, DateTime<Utc>>);

impl Credentials {
    /// Remembers a token until it expires.
    pub fn issue(&mut self, token: String, expires: DateTime<Utc>) {
        if self.0.len() >= KEPT {
            self.0.shift_remove_index(0);
        }
        self.0.insert(token, expires);
    }

    /// The role of whoever holds this bearer token now.
    #[must_use]
    pub fn role(&self, token: &str, now: DateTime<Utc>) -> Option<Role> {
        if let Some((_, role)) = KEYS.iter().find(|(key, _)| *key == token) {
            return Some(*role);
        }
        self.0
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
