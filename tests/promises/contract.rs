//! The table of operations is the API's: client and simulator share it, so a wrong path in it would
//! pass every other test. This list was typed from the vendor's documents, not from the table.

use std::collections::{BTreeMap, BTreeSet};

use metalwright::api;

/// The vendor's paths, with the vendor's names for their parts, and the name scripts know them by.
const DOCUMENTED: &[(&str, &str, &str)] = &[
    // OAuth 2.0
    ("GET", "/v1/oauth2/token", "token"),
    // Clouds
    ("GET", "/v1/clouds", "clouds"),
    ("GET", "/v1/clouds/{cloudId}", "cloud"),
    ("DELETE", "/v1/clouds/{cloudId}", "delete_cloud"),
    ("GET", "/v1/clouds/{cloudId}/stats", "cloud_stats"),
    (
        "GET",
        "/v1/clouds/{cloudId}/subscription",
        "cloud_subscription",
    ),
    ("POST", "/v1/clouds/{cloudId}/vlans/{vlanId}", "assign_vlan"),
    (
        "DELETE",
        "/v1/clouds/{cloudId}/vlans/{vlanId}",
        "unassign_vlan",
    ),
    (
        "DELETE",
        "/v1/clouds/{cloudId}/hardware/{nodeUuid}",
        "remove_node",
    ),
    // Nodes
    (
        "POST",
        "/v1/deployment/cloud/{cloudId}/node/{nodeUuid}/power",
        "set_power",
    ),
    ("GET", "/v1/ipmi/{cloudId}/html5/{inventoryUuid}", "console"),
    (
        "GET",
        "/v1/ipmi/{cloudId}/jnlp/{inventoryUuid}",
        "java_console",
    ),
    // Orders
    ("GET", "/v1/orders", "orders"),
    ("POST", "/v1/orders", "place_order"),
    ("GET", "/v1/orders/{orderId}", "order"),
    // Inventory
    ("GET", "/v2/inventory/locations", "locations"),
    (
        "GET",
        "/v2/inventory/{pod_location}/availability",
        "availability",
    ),
    ("GET", "/v1/products", "products"),
    // Configurations
    ("GET", "/v1/configurations", "configurations"),
    ("POST", "/v1/configurations", "create_configuration"),
    (
        "GET",
        "/v1/configurations/{configurationId}",
        "configuration",
    ),
    (
        "PATCH",
        "/v1/configurations/{configurationId}",
        "update_configuration",
    ),
    (
        "DELETE",
        "/v1/configurations/{configurationId}",
        "delete_configuration",
    ),
    // Images
    ("GET", "/v1/deployment/node/images/{pod_location}", "images"),
    // VLANs
    ("GET", "/v1/vlans", "vlans"),
    ("POST", "/v1/vlans", "create_vlan"),
    ("GET", "/v1/vlans/{vlanId}", "vlan"),
    ("PATCH", "/v1/vlans/{vlanId}", "update_vlan"),
    ("DELETE", "/v1/vlans/{vlanId}", "delete_vlan"),
    (
        "POST",
        "/v1/vlans/{vlanId}/prefixes/{prefixId}",
        "assign_prefix",
    ),
    (
        "DELETE",
        "/v1/vlans/{vlanId}/prefixes/{prefixId}",
        "unassign_prefix",
    ),
    // IP blocks: one path says `prefix`, those of its addresses `prefixes`
    ("GET", "/v1/prefixes", "ip_blocks"),
    ("POST", "/v1/prefixes", "create_ip_block"),
    ("GET", "/v1/prefixes/{prefixId}", "ip_block"),
    ("PATCH", "/v1/prefixes/{prefixId}", "update_ip_block"),
    ("DELETE", "/v1/prefixes/{prefixId}", "delete_ip_block"),
    (
        "GET",
        "/v1/deployment/network/prefix/{prefixId}",
        "ip_block_details",
    ),
    (
        "POST",
        "/v1/deployment/network/prefixes/{prefixId}/ip",
        "allocate_ip",
    ),
    (
        "PATCH",
        "/v1/deployment/network/prefixes/{prefixId}/ip/{ipId}",
        "update_ip",
    ),
    (
        "DELETE",
        "/v1/deployment/network/prefixes/{prefixId}/ip/{ipId}",
        "delete_ip",
    ),
    // SSH keys
    ("GET", "/v1/public-keys", "public_keys"),
    ("POST", "/v1/public-keys", "create_public_key"),
    ("GET", "/v1/public-keys/{publicKeyId}", "public_key"),
    (
        "PATCH",
        "/v1/public-keys/{publicKeyId}",
        "update_public_key",
    ),
    (
        "DELETE",
        "/v1/public-keys/{publicKeyId}",
        "delete_public_key",
    ),
    // Accounts
    ("GET", "/v1/accounts/profile", "profile"),
    (
        "GET",
        "/v1/accounts/{organizationId}/profile",
        "organization_profile",
    ),
    ("GET", "/v1/accounts/{organizationId}", "organization"),
    // Organizations
    (
        "PATCH",
        "/v1/organizations/{organizationId}",
        "update_organization",
    ),
    (
        "GET",
        "/v1/organizations/{organizationId}/memberships",
        "members",
    ),
    (
        "POST",
        "/v1/organizations/{organizationId}/memberships",
        "invite_member",
    ),
    (
        "PATCH",
        "/v1/organizations/{organizationId}/memberships/{membershipId}",
        "update_member",
    ),
    (
        "DELETE",
        "/v1/organizations/{organizationId}/memberships/{membershipId}",
        "remove_member",
    ),
];

/// The path without the names of its parts, which the vendor and scripts call differently.
fn shape(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') { "{}" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

#[test]
fn there_are_fifty_three_operations() {
    assert_eq!(DOCUMENTED.len(), 53);
    assert_eq!(api::operations().count(), 53);
}

#[test]
fn the_table_holds_what_is_documented_and_nothing_else() {
    let documented: BTreeSet<(String, &str)> = DOCUMENTED
        .iter()
        .map(|(method, path, name)| (format!("{method} {}", shape(path)), *name))
        .collect();
    let declared: BTreeSet<(String, &str)> = api::operations()
        .map(|operation| {
            let method = operation.method.as_str();
            let path = shape(operation.path);
            (format!("{method} {path}"), operation.name)
        })
        .collect();
    assert_eq!(documented.len(), 53, "a line stands twice in this list");
    let missing: Vec<_> = documented.difference(&declared).collect();
    let invented: Vec<_> = declared.difference(&documented).collect();
    assert!(missing.is_empty(), "not in the table: {missing:?}");
    assert!(invented.is_empty(), "in no document: {invented:?}");
}

#[test]
fn every_operation_is_named_once() {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for operation in api::operations() {
        for name in [Some(operation.name), operation.alias]
            .into_iter()
            .flatten()
        {
            *names.entry(name).or_default() += 1;
        }
    }
    // `order(#{…})` places an order and `order(id)` fetches one: the verb and its noun are one word.
    let twice: Vec<_> = names.into_iter().filter(|(_, count)| *count > 1).collect();
    assert_eq!(twice, [("order", 2)]);
}

#[test]
fn a_path_and_its_parameters_name_each_other() {
    for operation in api::operations() {
        let written: Vec<&str> = operation
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        let declared: Vec<&str> = operation
            .params
            .iter()
            .filter(|param| param.place.is_path())
            .map(|param| param.name)
            .collect();
        assert_eq!(written, declared, "{}", operation.name);
    }
}
