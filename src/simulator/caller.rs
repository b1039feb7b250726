//! Who is calling: an account, and what its membership lets it do at the moment.

use std::sync::Arc;

use super::credentials::Role;
use crate::api::organizations::MemberAccount;

/// An account that has credentials. It outlives its membership.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The place of its API key and client among all.
    pub key: usize,
    /// The number it goes by inside.
    pub number: i64,
    /// What memberships tell of it.
    pub record: Arc<MemberAccount>,
}

/// An account, and the role of its membership; none if it has no active one.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The account.
    pub account: Account,
    /// Its role in the organization.
    pub role: Option<Role>,
}

impl Caller {
    /// The role's name; nothing without a role.
    #[must_use]
    pub fn role_name(&self) -> &'static str {
        self.role.map_or("", Role::name)
    }
}
