//! Organizations: who owns clouds, and who works in them.

use std::sync::Arc;

use crate::operation::{
    Access, Answer, Effect, EffectRule, Field, Kind, Method, MethodForm, Operation, Param, Repeat,
    RepeatRule,
};
use crate::record::{Moment, Typed, Unit};

crate::record! {
    /// An organization.
    pub struct Organization as "Organization" {
        columns: ["organization_id", "name", "primary_email", "members"],
        summary: ["organization_id", "name"],
        /// Short hash that names it.
        organization_id: String,
        /// Its UUID.
        uuid: Option<String>,
        /// Its name.
        name: Option<String>,
        /// Main address for mail.
        primary_email: Option<String>,
        /// Address for invoices.
        billing_email: Option<String>,
        /// Telephone.
        phone: Option<String>,
        /// Web site.
        company_website: Option<String>,
        /// Internal id.
        clarity_hid: Option<String>,
        /// Whether billing is set up.
        has_billing: Option<bool>,
        /// When it was created.
        created_at: Option<Moment>,
        /// Whether it is active.
        active: Option<bool>,
        /// Whether it is an IMCloud organization.
        is_imcloud: Option<bool>,
        /// Its members.
        members: Vec<Arc<Member>>,
    }
}

crate::record! {
    /// A member of an organization, or someone invited.
    pub struct Member as "Member" {
        columns: ["membership_id", "invite_email", "role", "state"],
        summary: ["membership_id", "invite_email", "role", "state"],
        /// Short hash that names the membership.
        membership_id: String,
        /// `owner`, `maintainer`, `member`, `orgBilling` or `orgSupport`.
        role: Option<String>,
        /// `active`, `pending` or `inactive`.
        #[unit(Unit::State)]
        state: Option<String>,
        /// Where the invitation went.
        invite_email: Option<String>,
        /// When the invitation expires.
        invite_expired_at: Option<Moment>,
        /// The member's account.
        account: Option<Arc<MemberAccount>>,
        /// The organization. Not in the API's answer: known from the call that fetched it.
        organization_id: Option<String>,
    }
}

crate::record! {
    /// The account behind a membership.
    pub struct MemberAccount as "MemberAccount" {
        columns: ["account_id", "name", "email", "has2fa"],
        summary: ["account_id", "name"],
        /// Short hash that names it.
        account_id: Option<String>,
        /// Name for people.
        name: Option<String>,
        /// Email address.
        email: Option<String>,
        /// Whether two-factor authentication is on.
        has2fa: Option<bool>,
    }
}

const ORGANIZATION: Param =
    Param::path("organization", Kind::Id("Organization"), "the organization");
const MEMBER: Param = Param::path("member", Kind::Id("Member"), "the membership");
const SECTION: &str = "Organizations";

const ROLE: Kind = Kind::OneOf(&["owner", "maintainer", "member", "orgBilling", "orgSupport"]);

const CHANGES: &[Field] = &[
    Field::optional("name", Kind::Text, "its name"),
    Field::optional("primary_email", Kind::Text, "main address for mail"),
    Field::optional("billing_email", Kind::Text, "address for invoices"),
    Field::optional("phone", Kind::Text, "telephone"),
    Field::optional("website", Kind::Text, "web site"),
];

const INVITATION: &[Field] = &[
    Field::required(
        "email",
        Kind::OneOrMany(&Kind::Text),
        "whom to invite, 20 at most",
    ),
    Field::required("role", ROLE, "the role they get"),
];

/// The operations on organizations.
pub static OPERATIONS: &[Operation] = &[
    Operation {
        name: "update_organization",
        alias: None,
        form: Some(MethodForm {
            on: "Organization",
            name: "update",
        }),
        method: Method::Patch,
        path: "/v1/organizations/{organization}",
        access: Access::Bearer,
        params: &[ORGANIZATION, Param::body(CHANGES, "what to alter")],
        answer: Answer::One(Organization::KIND),
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::LevelSet),
        doc: "Alters an organization; needs the maintainer or owner role.",
        example: r#"organization(profile().account_access[0]).update(#{phone: "+1-555-555-5555"}).phone"#,
        section: SECTION,
    },
    Operation {
        name: "members",
        alias: None,
        form: Some(MethodForm {
            on: "Organization",
            name: "list_members",
        }),
        method: Method::Get,
        path: "/v1/organizations/{organization}/memberships",
        access: Access::Bearer,
        params: &[ORGANIZATION],
        answer: Answer::Many(Member::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Lists the members of an organization and those invited.",
        example: "members(profile().account_access[0]).len()",
        section: SECTION,
    },
    Operation {
        name: "invite_member",
        alias: None,
        form: Some(MethodForm {
            on: "Organization",
            name: "invite",
        }),
        method: Method::Post,
        path: "/v1/organizations/{organization}/memberships",
        access: Access::Bearer,
        params: &[ORGANIZATION, Param::body(INVITATION, "email and role")],
        answer: Answer::Nothing,
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::Create),
        doc: "Invites someone into an organization.",
        example: r#"invite_member(profile().account_access[0], #{email: "new@example.com", role: "member"})"#,
        section: SECTION,
    },
    Operation {
        name: "update_member",
        alias: None,
        form: Some(MethodForm {
            on: "Member",
            name: "update",
        }),
        method: Method::Patch,
        path: "/v1/organizations/{organization}/memberships/{member}",
        access: Access::Bearer,
        params: &[
            ORGANIZATION,
            MEMBER,
            Param::member("role", ROLE, "the role they get"),
        ],
        answer: Answer::Nothing,
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::LevelSet),
        doc: "Gives a member another role.",
        example: r#"let m = members(profile().account_access[0]).find(|m| m.role == "member");
m.update("orgSupport")"#,
        section: SECTION,
    },
    Operation {
        name: "remove_member",
        alias: None,
        form: Some(MethodForm {
            on: "Member",
            name: "remove",
        }),
        method: Method::Delete,
        path: "/v1/organizations/{organization}/memberships/{member}",
        access: Access::Bearer,
        params: &[ORGANIZATION, MEMBER],
        answer: Answer::Nothing,
        effect: EffectRule::Always(Effect::Destroy),
        repeat: RepeatRule::Always(Repeat::Delete),
        doc: "Removes a member from an organization.",
        example: r#"members(profile().account_access[0]).find(|m| m.role == "member").remove()"#,
        section: SECTION,
    },
];
