//! Who may call: the fixed keys and clients, and the access tokens handed out.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use indexmap::IndexMap;

/// What a member of the organization may do, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads.
    Support,
    /// Reads, bills among it.
    Billing,
    /// Reads.
    Member,
    /// Alters.
    Maintainer,
    /// Everything.
    Owner,
}

impl Role {
    /// Every role, in the order the API names them.
    pub const ALL: &[Self] = &[
        Self::Owner,
        Self::Maintainer,
        Self::Member,
        Self::Billing,
        Self::Support,
    ];

    /// Its name, as memberships have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Support => "orgSupport",
            Self::Billing => "orgBilling",
            Self::Member => "member",
            Self::Maintainer => "maintainer",
            Self::Owner => "owner",
        }
    }

    /// The role of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.name() == name)
    }
}

/// An API key, which is also id and secret of an OAuth client, and the account it belongs to.
#[derive(Debug)]
pub struct Key {
    /// The key itself.
    pub secret: &'static str,
    /// The role the account has at the start.
    pub role: Role,
    /// Email address of the account.
    pub email: &'static str,
    /// Its name for people.
    pub name: &'static str,
}

/// The keys, that of the owner first.
pub const KEYS: &[Key] = &[
    Key {
        secret: "sim",
        role: Role::Owner,
        email: "owner@example.com",
        name: "Olive Owner",
    },
    Key {
        secret: "sim-maintainer",
        role: Role::Maintainer,
        email: "maintainer@example.com",
        name: "Mark Maintainer",
    },
    Key {
        secret: "sim-member",
        role: Role::Member,
        email: "member@example.com",
        name: "Mia Member",
    },
    Key {
        secret: "sim-billing",
        role: Role::Billing,
        email: "billing@example.com",
        name: "Bela Billing",
    },
    Key {
        secret: "sim-support",
        role: Role::Support,
        email: "support@example.com",
        name: "Sam Support",
    },
];

/// How many access tokens are remembered; the oldest give way.
const KEPT: usize = 10_000;

fn place(key: &str) -> Option<usize> {
    KEYS.iter().position(|known| known.secret == key)
}

/// The place among the keys of the client that HTTP Basic names with this.
#[must_use]
pub fn client(basic: &str) -> Option<usize> {
    let pair = String::from_utf8(STANDARD.decode(basic).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    place(id).filter(|_| id == secret)
}

/// The access tokens handed out.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// When each expires, and the place of the key whose account it speaks for.
    tokens: IndexMap<String, (DateTime<Utc>, usize)>,
    /// Keys that are good no longer.
    revoked: BTreeSet<String>,
}

impl Credentials {
    /// Remembers a token, which speaks for the account of a key, until it expires.
    pub fn issue(&mut self, token: String, expires: DateTime<Utc>, key: usize) {
        if self.tokens.len() >= KEPT {
            self.tokens.shift_remove_index(0);
        }
        self.tokens.insert(token, (expires, key));
    }

    /// Makes a token or a key worthless.
    pub fn revoke(&mut self, token: &str) {
        if self.tokens.shift_remove(token).is_none() && place(token).is_some() {
            self.revoked.insert(token.to_owned());
        }
    }

    /// The place among the keys of the account that this bearer token speaks for now.
    #[must_use]
    pub fn holder(&self, token: &str, now: DateTime<Utc>) -> Option<usize> {
        if let Some(place) = place(token) {
            return (!self.revoked.contains(token)).then_some(place);
        }
        let (expires, key) = self.tokens.get(token)?;
        (now < *expires).then_some(*key)
    }
}

/// The credentials of an `Authorization` header under this scheme.
#[must_use]
pub fn under<'a>(scheme: &str, header: Option<&'a str>) -> Option<&'a str> {
    let (given, rest) = header?.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}
