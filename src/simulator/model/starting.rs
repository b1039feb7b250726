//! The account that counts describe: two clouds to begin with, and more of their kind.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::api::configurations::{Configuration, ConfigurationFields};
use crate::api::orders::{DeployedCloud, OrderFields, OrderItem};
use crate::api::organizations::{Member, MemberAccount, Organization};
use crate::record::Moment;
use crate::simulator::addresses;
use crate::simulator::assumptions::INVITE_LIFE;
use crate::simulator::block::USER;
use crate::simulator::caller::Account;
use crate::simulator::credentials::{KEYS, Role};
use crate::simulator::hardware::SKUS;
use crate::simulator::inventory::PODS;
use crate::simulator::links::{NewBlock, NewVlan, add_block, add_vlan, link_block, link_vlan};
use crate::simulator::orders::{new_order, put_keys};
use crate::simulator::organizations;
use crate::simulator::provision::{NewCloud, add_cloud, complete};
use crate::simulator::public_keys;
use crate::simulator::world::World;

/// Servers of each type in stock at the start, in each pod, the first the best supplied.
const STOCK: &[i64] = &[60, 24, 12, 2];
/// Nodes of the two clouds every larger account starts with.
pub const FIRST_NODES: usize = 8;

/// An account of so many clouds and nodes.
pub fn world(clouds: usize, nodes: usize, seed: u64, now: DateTime<Utc>) -> World {
    let mut world = World::new(seed, now);
    // What there is at the start was there the day before.
    world.now = now - TimeDelta::days(1);
    add_organization(&mut world);
    add_stock(&mut world);
    add_configurations(&mut world);
    add_keys(&mut world);
    let names = ["great-wombat", "swift-heron", "calm-otter"];
    let first = add_complete(&mut world, "My first cloud", "pcc", "pod_1", 3, &names);
    let names = [
        "bold-fox",
        "shy-lynx",
        "grand-mole",
        "plain-hare",
        "late-crow",
    ];
    add_complete(&mut world, "Bare metal", "baremetal", "pod_1", 5, &names);
    add_app_tier(&mut world, &first);
    let (more, nodes) = (clouds.saturating_sub(2), nodes.saturating_sub(FIRST_NODES));
    for place in 0..more {
        let share = nodes / more + usize::from(place < nodes % more);
        let cloud_type = if place % 2 == 0 { "pcc" } else { "baremetal" };
        let pod = PODS.get(place % PODS.len()).map_or("pod_1", |pod| pod.0);
        let label = format!("Cloud {}", place + 3);
        add_complete(&mut world, &label, cloud_type, pod, share, &[]);
    }
    world.now = now;
    world
}

/// Puts hardware in stock.
pub fn add_stock(world: &mut World) {
    for (pod, count) in PODS.iter().zip(STOCK.iter().chain(std::iter::repeat(&0))) {
        let stock = SKUS.iter().map(|sku| (sku.name.to_owned(), *count));
        world.stock.insert(pod.0.to_owned(), stock.collect());
    }
}

/// Adds a cloud that has been complete for as long as it exists, and answers its id. Its nodes bear
/// these names as far as they go.
pub fn add_complete(
    world: &mut World,
    label: &str,
    cloud_type: &str,
    pod: &str,
    nodes: usize,
    names: &[&str],
) -> String {
    let order = world.id(10);
    let sku = "medium_v4";
    let new = NewCloud {
        label,
        description: Some("Part of the starting account.".to_owned()),
        cloud_type,
        pod,
        order: &order,
        sku,
        nodes,
    };
    let cloud = add_cloud(world, &new);
    let quantity = if cloud_type == "pcc" {
        nodes.div_ceil(3)
    } else {
        nodes
    };
    let is_metal = cloud_type == "baremetal";
    let system = json!({"operating_system": {"os_key": "Ubuntu", "version_key": "24.04 LTS"}});
    let item = OrderItem {
        modifications: is_metal.then_some(system),
        hardware_sku: Some(sku.to_owned()),
        location: Some(pod.to_owned()),
        product: Some(cloud_type.to_owned()),
        quantity: i64::try_from(quantity).ok(),
        ..OrderItem::default()
    };
    let deployed = DeployedCloud {
        id: cloud.clone(),
        provision_status: Some("pending".to_owned()),
        ..DeployedCloud::default()
    };
    new_order(
        world,
        order,
        format!("Order of {label}"),
        None,
        OrderFields {
            items: vec![Arc::new(item)],
            config_options: is_metal.then(|| json!({"public_key": key("operations", "Hh8e")})),
            clouds_deployed: vec![Arc::new(deployed)],
            ..OrderFields::default()
        },
    );
    if is_metal {
        put_keys(world, &cloud, &[key("operations", "Hh8e")]);
    }
    complete(world, &cloud, names);
    cloud
}

fn add_app_tier(world: &mut World, cloud: &str) {
    let pod = "pod_1";
    let vlan = add_vlan(
        world,
        NewVlan {
            label: "app-tier",
            description: Some("Application servers.".to_owned()),
            pod,
            vlan_type: "internal",
            from: USER,
        },
    );
    link_vlan(world, cloud, &vlan);
    let Ok(net) = "10.10.0.0/28".parse() else {
        return;
    };
    world.space_of("private", pod).take(net);
    let block = add_block(
        world,
        NewBlock {
            label: "app-private",
            description: None,
            pod,
            prefix_type: "private",
            net,
            from: USER,
            cloud: None,
            addon: None,
            addressing: "off",
        },
    );
    link_block(world, &vlan, &block);
    // The block is empty: there is an address.
    drop(addresses::take(world, &block, None, Some("web-1"), None));
}

fn add_configurations(world: &mut World) {
    for (label, file) in [
        ("Debian with agent", "debian-agent"),
        ("Ubuntu minimal", "ubuntu-min"),
    ] {
        let fields = ConfigurationFields {
            image_source: Some(format!("https://images.example.com/{file}.img")),
            image_os_hash_algo: Some("sha256".to_owned()),
            image_os_hash_value: Some("0123456789abcdef".repeat(4)),
            cloud_init: Some(json!({"data": "{\"package_update\":true}"})),
            organization_id: Some(world.organization.organization_id.clone()),
            ..ConfigurationFields::default()
        };
        let id = world.id(10);
        let record = Configuration {
            id: id.clone(),
            label: Some(label.to_owned()),
            description: None,
            fields: Arc::new(fields),
            created_at: Some(world.moment()),
            updated_at: Some(world.moment()),
            ..Configuration::default()
        };
        world.configurations.insert(id, Arc::new(record));
    }
}

fn add_keys(world: &mut World) {
    for (label, tail) in [("operations", "Hh8e"), ("deploy", "Hh8f")] {
        // Both keys are well formed: they are added.
        let key = key(label, tail);
        drop(public_keys::add(world, label.to_owned(), None, &key));
    }
}

/// A key of this label, which differs from others in how its data ends.
fn key(label: &str, tail: &str) -> String {
    format!(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhsc{tail} {label}@example.com"
    )
}

/// Adds the organization, and an account for each key.
pub fn add_organization(world: &mut World) {
    let invited = world.now;
    let expires = Moment::of(invited + TimeDelta::seconds(INVITE_LIFE.most()));
    let mut members = Vec::new();
    for (place, key) in KEYS.iter().enumerate() {
        let record = Arc::new(MemberAccount {
            account_id: Some(world.id(10)),
            name: Some(key.name.to_owned()),
            email: Some(key.email.to_owned()),
            has2fa: Some(key.role == Role::Owner),
            ..MemberAccount::default()
        });
        members.push(Arc::new(Member {
            membership_id: world.id(10),
            role: Some(key.role.name().to_owned()),
            state: Some("active".to_owned()),
            invite_email: Some(key.email.to_owned()),
            invite_expired_at: Some(expires.clone()),
            account: Some(record.clone()),
            ..Member::default()
        }));
        let number = world.number();
        world.accounts.push(Account {
            key: place,
            number,
            record,
        });
    }
    // What is there at the start is the owner's doing.
    world.acting = world
        .accounts
        .first()
        .map(|account| account.record.clone())
        .unwrap_or_default();
    world.organization = Organization {
        organization_id: world.id(10),
        uuid: Some(world.uuid()),
        name: Some("Example Organization".to_owned()),
        primary_email: Some("owner@example.com".to_owned()),
        billing_email: Some("billing@example.com".to_owned()),
        phone: Some("+1-555-555-0100".to_owned()),
        company_website: Some("https://example.com".to_owned()),
        has_billing: Some(true),
        created_at: Some(world.moment()),
        active: Some(true),
        is_imcloud: Some(false),
        members,
        ..Organization::default()
    };
    organizations::invite(world, "pending@example.com", Role::Billing);
}
