//! Who calls, and what they may do.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, header};

use super::answer::{Refused, Shape};
use super::world::World;
use crate::operation::Access;

/// A role in the organization, from most to least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// May look.
    Member,
    /// May change.
    Maintainer,
    /// May delete and spend.
    Owner,
}

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Anyone.
    Public,
    /// The holder of a key or token with a role.
    Account(Role),
    /// The OAuth client.
    Client,
}

/// The API keys and what they may do.
const KEYS: &[(&str, Role)] = &[
    ("sim", Role::Owner),
    ("sim-maintainer", Role::Maintainer),
    ("sim-member", Role::Member),
];
/// The OAuth client, its id and secret.
const CLIENT: &str = "sim:sim";

impl Caller {
    /// Who calls an operation with this access.
    pub fn of(access: Access, request: &Request<Bytes>, world: &World) -> Result<Self, Refused> {
        let header = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|it| it.to_str().ok());
        let (scheme, credential) = header.and_then(|it| it.split_once(' ')).unwrap_or(("", ""));
        let unauthorized = |message: &str| {
            Refused::new(401, "unauthorized", message).shaped(Shape::StatusAndErrors)
        };
        match access {
            Access::Public => Ok(Self::Public),
            Access::Client => {
                let pair = STANDARD.decode(credential.trim()).unwrap_or_default();
                if scheme.eq_ignore_ascii_case("basic") && pair == CLIENT.as_bytes() {
                    Ok(Self::Client)
                } else {
                    Err(unauthorized("the client's id or secret is wrong"))
                }
            }
            Access::Bearer => {
                let credential = credential.trim();
                if !scheme.eq_ignore_ascii_case("bearer") {
                    return Err(unauthorized("a bearer token is required"));
                }
                if let Some((_, role)) = KEYS.iter().find(|(key, _)| *key == credential) {
                    return Ok(Self::Account(*role));
                }
                if world.has_token(credential) {
                    return Ok(Self::Account(Role::Owner));
                }
                Err(unauthorized("the token is wrong or has expired"))
            }
        }
    }

    /// Refuses a caller of a lesser role.
    pub fn needs(self, role: Role) -> Result<(), Refused> {
        match self {
            Self::Account(own) if own >= role => Ok(()),
            _ => Err(Refused::forbidden(match role {
                Role::Owner => "this needs the owner role",
                _ => "this needs the maintainer or the owner role",
            })),
        }
    }

    /// The caller's role as the API writes it.
    pub const fn role(self) -> &'static str {
        match self {
            Self::Account(Role::Member) | Self::Public => "member",
            Self::Account(Role::Maintainer) => "maintainer",
            Self::Account(Role::Owner) | Self::Client => "owner",
        }
    }
}
