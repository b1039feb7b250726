//! What the API is: the list of its resources and of all its operations.
//!
//! Each resource has one file with its types and its operations; an operation is declared there
//! once, as a literal, and nowhere else. [`route`] finds one by its method and path.

pub mod accounts;
pub mod clouds;
pub mod configurations;
pub mod cost;
pub mod images;
pub mod inventory;
pub mod ip_blocks;
pub mod nodes;
pub mod orders;
pub mod organizations;
pub mod public_keys;
pub mod route;
pub mod token;
pub mod vlans;

use crate::operation::{Answer, Operation};

/// The operations, resource by resource, in the order of the API reference.
pub static RESOURCES: &[(&str, &[Operation])] = &[
    ("token", token::OPERATIONS),
    ("clouds", clouds::OPERATIONS),
    ("nodes", nodes::OPERATIONS),
    ("orders", orders::OPERATIONS),
    ("inventory", inventory::OPERATIONS),
    ("configurations", configurations::OPERATIONS),
    ("images", images::OPERATIONS),
    ("vlans", vlans::OPERATIONS),
    ("ip_blocks", ip_blocks::OPERATIONS),
    ("public_keys", public_keys::OPERATIONS),
    ("accounts", accounts::OPERATIONS),
    ("organizations", organizations::OPERATIONS),
];

/// Every operation.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    RESOURCES
        .iter()
        .flat_map(|(_, operations)| operations.iter())
}

/// The operation of this name.
#[must_use]
pub fn operation(name: &str) -> Option<&'static Operation> {
    operations().find(|operation| operation.name == name)
}

/// The operation that lists what this one fetches one of.
#[must_use]
pub fn listing(operation: &'static Operation) -> Option<&'static Operation> {
    let Answer::One(kind) = operation.answer else {
        return None;
    };
    if operation
        .form
        .is_none_or(|form| form.on != kind.name || form.name != "refresh")
    {
        return None;
    }
    operations().find(|other| {
        other.params.is_empty()
            && matches!(other.answer, Answer::Many(listed) if listed.name == kind.name)
    })
}

/// The operation that fetches one of this type, which scripts find by its label too.
#[must_use]
pub fn finder(kind: &str) -> Option<&'static Operation> {
    operations().find(|operation| {
        matches!(operation.answer, Answer::One(found) if found.name == kind)
            && listing(operation).is_some()
    })
}

/// Calls a macro with every record type that scripts may hold.
#[macro_export]
macro_rules! every_record {
    ($call:ident) => {
        $call! {
            $crate::api::token::Token,
            $crate::api::clouds::Cloud,
            $crate::api::clouds::CloudFields,
            $crate::api::clouds::CloudStats,
            $crate::api::clouds::CloudVlan,
            $crate::api::clouds::Subscription,
            $crate::api::nodes::Node,
            $crate::api::nodes::KollaServices,
            $crate::api::nodes::CephServices,
            $crate::api::nodes::PowerChange,
            $crate::api::nodes::Console,
            $crate::api::orders::Order,
            $crate::api::orders::OrderFields,
            $crate::api::orders::OrderItem,
            $crate::api::orders::DeployedCloud,
            $crate::api::inventory::Location,
            $crate::api::inventory::Availability,
            $crate::api::inventory::Stock,
            $crate::api::inventory::Products,
            $crate::api::inventory::Hardware,
            $crate::api::inventory::Product,
            $crate::api::inventory::Addons,
            $crate::api::configurations::Configuration,
            $crate::api::configurations::ConfigurationFields,
            $crate::api::images::Image,
            $crate::api::vlans::Vlan,
            $crate::api::vlans::VlanFields,
            $crate::api::ip_blocks::IpBlock,
            $crate::api::ip_blocks::IpBlockFields,
            $crate::api::ip_blocks::IpBlockDetails,
            $crate::api::ip_blocks::IpAddress,
            $crate::api::public_keys::PublicKey,
            $crate::api::public_keys::PublicKeyFields,
            $crate::api::accounts::Profile,
            $crate::api::accounts::Membership,
            $crate::api::organizations::Organization,
            $crate::api::organizations::Member,
            $crate::api::organizations::MemberAccount,
        }
    };
}
