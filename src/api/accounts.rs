//! Accounts: who you are, and the organizations you act for.

use std::sync::Arc;

use serde_json::Value;

use super::organizations::Organization;
use crate::operation::{
    Access, Answer, Effect, EffectRule, Kind, Method, MethodForm, Operation, Param, Repeat,
    RepeatRule,
};
use crate::record::Typed;

crate::record! {
    /// Your account.
    pub struct Profile as "Profile" {
        columns: ["email", "username", "display_name", "account_access"],
        summary: ["email", "display_name"],
        /// Number of the account.
        account_id: Option<i64>,
        /// The organizations it has access to.
        account_access: Vec<Arc<Membership>>,
        /// UUID of its primary organization.
        account_uuid: Option<String>,
        /// Email address.
        email: Option<String>,
        /// User name.
        username: Option<String>,
        /// Whether it is disabled.
        is_disabled: Option<bool>,
        /// Name of the account.
        account_name: Option<String>,
        /// Whether its email waits to be verified.
        requires_email_verification: Option<bool>,
        /// Where to go after signing in.
        redirect_url: Option<String>,
        /// Unread notifications.
        notifications: Option<i64>,
        /// Reward points.
        reward_points: Option<i64>,
        /// Miscellaneous options.
        options: Option<Value>,
        /// Preferred currency.
        currency: Option<String>,
        /// Preferred locale.
        locale: Option<String>,
        /// Name for people.
        display_name: Option<String>,
        /// Address of its picture.
        image: Option<String>,
    }
}

crate::record! {
    /// An organization your account has access to.
    pub struct Membership as "Membership" {
        columns: ["account_id", "display_name", "role"],
        summary: ["account_id", "display_name", "role"],
        /// Short hash that names the organization.
        account_id: Option<String>,
        /// Its UUID.
        uuid: Option<String>,
        /// Whether it is an IMCloud organization.
        is_imcloud: Option<bool>,
        /// Kind of entry: `organization`.
        #[name = "type"]
        entry: Option<String>,
        /// Its name.
        display_name: Option<String>,
        /// Your role in it.
        role: Option<String>,
    }
}

const ORGANIZATION: Param =
    Param::path("organization", Kind::Id("Organization"), "the organization");
const SECTION: &str = "Accounts";

/// The operations on accounts.
pub static OPERATIONS: &[Operation] = &[
    Operation {
        name: "profile",
        alias: None,
        form: None,
        method: Method::Get,
        path: "/v1/accounts/profile",
        access: Access::Bearer,
        params: &[],
        answer: Answer::One(Profile::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Fetches your account and the organizations it has access to.",
        example: "profile().account_access[0].role",
        section: SECTION,
    },
    Operation {
        name: "organization_profile",
        alias: None,
        form: Some(MethodForm {
            on: "Organization",
            name: "profile",
        }),
        method: Method::Get,
        path: "/v1/accounts/{organization}/profile",
        access: Access::Bearer,
        params: &[ORGANIZATION],
        answer: Answer::One(Profile::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Fetches your account as an organization sees it.",
        example: "organization_profile(profile().account_access[0]).email",
        section: SECTION,
    },
    Operation {
        name: "organization",
        alias: None,
        form: Some(MethodForm {
            on: "Organization",
            name: "refresh",
        }),
        method: Method::Get,
        path: "/v1/accounts/{organization}",
        access: Access::Bearer,
        params: &[ORGANIZATION],
        answer: Answer::One(Organization::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Fetches an organization with its members.",
        example: "organization(profile().account_access[0]).name",
        section: SECTION,
    },
];
