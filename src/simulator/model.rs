//! The account a simulator starts with.

use std::sync::Arc;

use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::json;

use super::catalogue::{PODS, SKUS};
use super::network::read;
use super::public_keys::fingerprint;
use super::world::{CloudState, World};
use crate::api::clouds::{Cloud, CloudFields};
use crate::api::configurations::{Configuration, ConfigurationFields};
use crate::api::ip_blocks::IpAddress;
use crate::api::orders::{DeployedCloud, Order, OrderFields, OrderItem};
use crate::api::organizations::{Member, MemberAccount, Organization};
use crate::api::public_keys::{PublicKey, PublicKeyFields};
use crate::error::{Complaint, Place};
use crate::record::Moment;

/// The most clouds and servers a model may ask for.
const MOST: i64 = 100_000;

/// What is in the account beside the starting clouds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Model {
    /// Bare-metal clouds beyond the two that are always there.
    pub clouds: i64,
    /// Servers in each of them.
    pub nodes_per_cloud: i64,
}

impl Model {
    /// The starting account: a private cloud of 3 nodes and a bare-metal cloud of 5.
    #[must_use]
    pub fn starting() -> Self {
        Self::default()
    }

    /// Reads a model file.
    pub fn read(file: &str, text: &str) -> Result<Self, Complaint> {
        let model: Self = toml::from_str(text).map_err(|error| {
            let place = error.span().map(|span| {
                let before = text.get(..span.start).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
                Place::in_text(file, text, line, column, span.len())
            });
            Complaint::usage(format!("the model is not right: {}", error.message()))
                .at(place)
                .hint("a model may say clouds = 200 and nodes_per_cloud = 25")
        })?;
        for (name, count) in [
            ("clouds", model.clouds),
            ("nodes_per_cloud", model.nodes_per_cloud),
        ] {
            if !(0..=MOST).contains(&count) {
                return Err(Complaint::usage(format!(
                    "{file}: {name} must be from 0 to {MOST}, not {count}"
                )));
            }
        }
        if model.clouds.saturating_mul(model.nodes_per_cloud) > MOST {
            return Err(Complaint::usage(format!(
                "{file}: that is more than {MOST} nodes"
            )));
        }
        Ok(model)
    }

    /// Fills a new world.
    pub fn fill(&self, world: &mut World) {
        for (pod, place) in PODS.iter().zip(0..) {
            let stock = SKUS
                .iter()
                .map(|sku| {
                    (
                        sku.name.to_owned(),
                        sku.stock.get(place).copied().unwrap_or(0),
                    )
                })
                .collect();
            world.stock.insert(pod.id.to_owned(), stock);
        }
        organization(world);
        keys(world);
        configurations(world);
        let core = ["great-wombat", "swift-heron", "calm-otter"];
        let first = cloud(world, "My first cloud", "pcc", "medium_v4", 90);
        for hostname in core {
            world.add_server(&first, "medium_v4", hostname);
        }
        finish(world, &first);
        let metal = cloud(world, "Bare metal", "baremetal", "small_v4", 30);
        for hostname in [
            "keen-raven",
            "bold-lynx",
            "wise-crane",
            "quiet-seal",
            "sunny-finch",
        ] {
            world.add_server(&metal, "small_v4", hostname);
        }
        finish(world, &metal);
        networks(world, &first);
        for number in 1..=self.clouds {
            let id = cloud(
                world,
                &format!("Fleet {number}"),
                "baremetal",
                "small_v4",
                10,
            );
            world.add_servers(&id, "small_v4", self.nodes_per_cloud);
            finish(world, &id);
        }
    }
}

fn organization(world: &mut World) {
    let people = [
        ("Ada", "owner", "active"),
        ("Grace", "maintainer", "active"),
        ("Edsger", "member", "active"),
        ("Barbara", "member", "pending"),
    ];
    let mut members = Vec::new();
    for (name, role, state) in people {
        let email = format!("{}@example.com", name.to_lowercase());
        let account = MemberAccount {
            account_id: Some(world.id()),
            name: Some(name.to_owned()),
            email: Some(email.clone()),
            has2fa: Some(role == "owner"),
            ..MemberAccount::default()
        };
        let is_pending = state == "pending";
        members.push(Arc::new(Member {
            membership_id: world.id(),
            role: Some(role.to_owned()),
            state: Some(state.to_owned()),
            invite_email: Some(email),
            invite_expired_at: is_pending.then(|| Moment::of(world.now + TimeDelta::days(14))),
            account: (!is_pending).then(|| Arc::new(account)),
            ..Member::default()
        }));
    }
    world.organization = Organization {
        organization_id: world.id(),
        uuid: Some(world.uuid()),
        name: Some("Example Ltd".to_owned()),
        primary_email: Some("ada@example.com".to_owned()),
        billing_email: Some("billing@example.com".to_owned()),
        phone: Some(String::new()),
        company_website: Some("https://example.com".to_owned()),
        has_billing: Some(true),
        created_at: Some(Moment::of(world.now - TimeDelta::days(365))),
        active: Some(true),
        is_imcloud: Some(false),
        members,
        ..Organization::default()
    };
}

fn keys(world: &mut World) {
    let samples = [
        (
            "Ada's laptop",
            "AAAAC3NzaC1lZDI1NTE5AAAAIBERERERERERERERERERERERERERERERERERERERERER",
            "ada",
        ),
        (
            "Deployment",
            "AAAAC3NzaC1lZDI1NTE5AAAAICIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIi",
            "ci",
        ),
    ];
    for (label, data, comment) in samples {
        let data = format!("ssh-ed25519 {data} {comment}@example.com");
        let key = PublicKey {
            id: world.id(),
            resource: Some("public-keys".to_owned()),
            label: Some(label.to_owned()),
            description: Some(String::new()),
            fields: Arc::new(PublicKeyFields {
                fingerprint: fingerprint(&data).ok(),
                key_data: Some(data),
                ..PublicKeyFields::default()
            }),
            created_at: Some(Moment::of(world.now - TimeDelta::days(200))),
            updated_at: Some(Moment::of(world.now - TimeDelta::days(200))),
            created_by: world
                .organization
                .members
                .first()
                .map(|it| it.membership_id.clone()),
            ..PublicKey::default()
        };
        world.keys.insert(key.id.clone(), key);
    }
}

fn configurations(world: &mut World) {
    let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let disk = ConfigurationFields {
        image_source: Some("https://images.example.com/ubuntu-24.04.img".to_owned()),
        image_os_hash_algo: Some("sha256".to_owned()),
        image_os_hash_value: Some(hash.to_owned()),
        ..ConfigurationFields::default()
    };
    let ramdisk = ConfigurationFields {
        image_ramdisk_kernel: Some("https://images.example.com/rescue/vmlinuz".to_owned()),
        image_ramdisk_ramdisk: Some("https://images.example.com/rescue/initramfs.img".to_owned()),
        kernel_args: Some("console=ttyS0,115200n8".to_owned()),
        ..ConfigurationFields::default()
    };
    for (label, fields) in [("Ubuntu from disk", disk), ("Rescue from memory", ramdisk)] {
        let fields = ConfigurationFields {
            organization_id: Some(world.organization.organization_id.clone()),
            ..fields
        };
        let configuration = Configuration {
            id: world.id(),
            label: Some(label.to_owned()),
            description: Some(String::new()),
            fields: Arc::new(fields),
            created_at: Some(Moment::of(world.now - TimeDelta::days(120))),
            updated_at: Some(Moment::of(world.now - TimeDelta::days(120))),
            ..Configuration::default()
        };
        world
            .configurations
            .insert(configuration.id.clone(), configuration);
    }
}

/// A cloud that was ordered and delivered some days ago.
fn cloud(world: &mut World, label: &str, kind: &str, sku: &str, days: i64) -> String {
    let (id, order) = (world.id(), world.id());
    let created = world.now - TimeDelta::days(days);
    let moment = Some(Moment::of(created));
    let item = OrderItem {
        hardware_sku: Some(sku.to_owned()),
        location: Some("pod_1".to_owned()),
        product: Some(kind.to_owned()),
        quantity: Some(if kind == "pcc" { 1 } else { 5 }),
        modifications: (kind == "baremetal")
            .then(|| json!({"operating_system": {"os_key": "Ubuntu", "version_key": "24.04 LTS"}})),
        ..OrderItem::default()
    };
    let key = world.keys.values().next().cloned().unwrap_or_default();
    let placed = Order {
        id: order.clone(),
        resource: Some("orders".to_owned()),
        label: Some(label.to_owned()),
        description: Some(String::new()),
        created_at: moment.clone(),
        updated_at: moment.clone(),
        is_active: Some(true),
        created_by: world
            .organization
            .members
            .first()
            .map(|it| it.membership_id.clone()),
        fields: Arc::new(OrderFields {
            items: vec![Arc::new(item)],
            config_options: Some(json!({"public_key_ids": [key.id]})),
            organization_id: Some(world.organization.organization_id.clone()),
            schema_version: Some("v2".to_owned()),
            clouds_deployed: vec![Arc::new(DeployedCloud {
                id: id.clone(),
                provision_status: Some("complete".to_owned()),
                ..DeployedCloud::default()
            })],
            ..OrderFields::default()
        }),
        ..Order::default()
    };
    world.orders.insert(order.clone(), placed);
    let fields = CloudFields {
        cloud_type: Some(kind.to_owned()),
        cloud_uuid: Some(world.uuid()),
        cloud_version: Some("2.0".to_owned()),
        owner_name: world.organization.name.clone(),
        organization_id: Some(world.organization.organization_id.clone()),
        order_id: Some(order),
        pod_location: Some("pod_1".to_owned()),
        provision_status: Some("complete".to_owned()),
        provision_completion_time: Some(Moment::of(created + TimeDelta::minutes(25))),
        pending_delete: Some(false),
        ..CloudFields::default()
    };
    let state = CloudState {
        cloud: Cloud {
            id: id.clone(),
            label: Some(label.to_owned()),
            description: Some(String::new()),
            created_at: moment,
            fields: Arc::new(fields),
            ..Cloud::default()
        },
        state: "RUNNING".to_owned(),
        keys: key.fields.key_data.clone().into_iter().collect(),
        created,
        ..CloudState::default()
    };
    world.clouds.insert(id.clone(), state);
    id
}

fn finish(world: &mut World, cloud: &str) {
    world.add_networks(cloud);
    world.address_servers(cloud);
}

/// The network a user made: a VLAN on the first cloud, a block on it, an address in that.
fn networks(world: &mut World, cloud: &str) {
    let pod = Some("pod_1");
    let vlan = world.new_vlan("app-tier", "application servers", "internal", pod, "user");
    // The starting account keeps the rules it starts under.
    let _ = super::clouds::attach(world, cloud, &vlan, pod);
    let Ok(net) = read("10.10.0.0/28") else {
        return;
    };
    let block = world.new_block(
        "app-private",
        "application servers",
        "private",
        net,
        pod,
        "user",
        "custom",
    );
    world.put_on(&block, Some(&vlan));
    let number = world.number();
    if let Some(state) = world.blocks.get_mut(&block) {
        state.addresses.push(IpAddress {
            id: number,
            ip: Some("10.10.0.1".to_owned()),
            label: Some("web-1".to_owned()),
            assigned_host: Some(String::new()),
            ..IpAddress::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_with_an_unknown_key_is_refused_with_its_place() {
        let complaint = Model::read("m.toml", "clouds = 2\nclods = 3\n").unwrap_err();
        assert_eq!(complaint.place.map(|place| place.line), Some(2));
    }
}
