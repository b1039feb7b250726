//! Orders, and the clouds they become.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Behaviour;
use super::answer::{Answer, Refused};
use super::call::Call;
use super::caller::Role;
use super::catalogue::{SYSTEMS, is_pod, sku};
use super::due::Change;
use super::world::{CloudState, World};
use crate::api::clouds::{Cloud, CloudFields};
use crate::api::orders::{DeployedCloud, Order, OrderFields, OrderItem};

pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("orders", orders),
    ("place_order", place_order),
    ("order", order),
];

/// Servers in one cluster of a private cloud.
const CLUSTER: i64 = 3;

fn orders(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let organization = &world.organization;
    let relation = json!({"access": {
        "account_id": organization.organization_id, "uuid": organization.uuid,
        "type": "organization", "display_name": organization.name,
        "role": call.caller.role(), "has_billing": organization.has_billing,
    }});
    let orders: Vec<Value> = world
        .orders
        .values()
        .map(|order| with(order, "relation", relation.clone()))
        .collect();
    Answer::json(&orders)
}

fn with(order: &Order, name: &str, value: Value) -> Value {
    let mut json = serde_json::to_value(order).unwrap_or_default();
    if let Some(object) = json.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
    json
}

fn order(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let id = call.param("order");
    let order = world
        .orders
        .get(id)
        .ok_or_else(|| Refused::not_found("order", id))?;
    Answer::json(&with(order, "access", json!({"role": call.caller.role()})))
}

/// The type and location of items that become one cloud, and the cloud.
type Group = (Option<String>, Option<String>, String);

fn place_order(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    call.caller.needs(Role::Maintainer)?;
    let label = call.body.required("label")?;
    let description = call.body.text("description")?;
    let fields = call.body.fields()?;
    let items: Vec<OrderItem> = match fields.get("items") {
        Some(items @ Value::Array(_)) => serde_json::from_value(items.clone())
            .map_err(|error| Refused::invalid(format!("items: {error}")))?,
        _ => return Err(Refused::invalid("items must be a list")),
    };
    if items.is_empty() {
        return Err(Refused::invalid("an order has at least one item"));
    }
    let options = fields.get("config_options").cloned();
    for item in &items {
        check_item(world, item, options.as_ref())?;
    }
    take_stock(world, &items)?;
    let keys = keys(world, options.as_ref())?;
    let id = world.id();
    let mut order = Order {
        id: id.clone(),
        resource: Some("orders".to_owned()),
        label: Some(label.clone()),
        description,
        created_at: world.moment(),
        updated_at: world.moment(),
        is_active: Some(true),
        created_by: world
            .organization
            .members
            .first()
            .map(|it| it.membership_id.clone()),
        ..Order::default()
    };
    let mut deployed: Vec<Arc<DeployedCloud>> = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    for item in &items {
        let existing = item.cloud_id.clone().filter(|id| !id.is_empty());
        let grouped = || {
            let same = |it: &&Group| it.0 == item.product && it.1 == item.location;
            groups.iter().find(same).map(|(.., cloud)| cloud.clone())
        };
        let cloud = existing.or_else(grouped).unwrap_or_else(|| {
            let cloud = new_cloud(world, &label, &id, item, &keys);
            groups.push((item.product.clone(), item.location.clone(), cloud.clone()));
            cloud
        });
        if !deployed.iter().any(|it| it.id == cloud) {
            deployed.push(Arc::new(DeployedCloud {
                id: cloud,
                provision_status: Some("pending".to_owned()),
                ..DeployedCloud::default()
            }));
        }
    }
    for cloud in &deployed {
        schedule(world, &id, &cloud.id);
    }
    order.fields = Arc::new(OrderFields {
        items: items.into_iter().map(Arc::new).collect(),
        config_options: options,
        organization_id: Some(world.organization.organization_id.clone()),
        schema_version: Some("v2".to_owned()),
        clouds_deployed: deployed,
        ..OrderFields::default()
    });
    let answer = with(&order, "access", json!({"role": call.caller.role()}));
    world.log_change("order", &id, &label);
    world.orders.insert(id, order);
    Answer::json(&answer)
}

fn check_item(world: &World, item: &OrderItem, options: Option<&Value>) -> Result<(), Refused> {
    let name = item.hardware_sku.as_deref().unwrap_or_default();
    if sku(name).is_none() {
        return Err(Refused::invalid(format!(
            "hardware_sku {name:?} is not sold"
        )));
    }
    let pod = item.location.as_deref().unwrap_or_default();
    if !is_pod(pod) {
        return Err(Refused::invalid(format!(
            "location {pod:?} is not a pod location"
        )));
    }
    let kind = item.product.as_deref().unwrap_or_default();
    if !matches!(kind, "pcc" | "baremetal") {
        return Err(Refused::invalid("type must be baremetal or pcc"));
    }
    if !item
        .quantity
        .is_some_and(|quantity| (1..=10_000).contains(&quantity))
    {
        return Err(Refused::invalid("quantity must be 1 or more"));
    }
    if kind == "baremetal" {
        check_baremetal(world, item, options)?;
    }
    let Some(id) = item.cloud_id.as_deref().filter(|id| !id.is_empty()) else {
        return Ok(());
    };
    let cloud = &world
        .clouds
        .get(id)
        .ok_or_else(|| Refused::invalid(format!("cloud_id {id} is not a cloud of yours")))?
        .cloud;
    if cloud.fields.pod_location.as_deref() != Some(pod) {
        return Err(Refused::invalid("location does not match the cloud's"));
    }
    if cloud.fields.cloud_type.as_deref() != Some(kind) {
        return Err(Refused::invalid("type does not match the cloud's"));
    }
    if cloud.fields.provision_status.as_deref() != Some("complete")
        || cloud.fields.pending_delete == Some(true)
    {
        return Err(Refused::invalid("the cloud is not complete"));
    }
    Ok(())
}

fn check_baremetal(
    world: &World,
    item: &OrderItem,
    options: Option<&Value>,
) -> Result<(), Refused> {
    let modifications = item.modifications.as_ref();
    let configuration = modifications
        .and_then(|it| it.get("deployment_configuration"))
        .and_then(Value::as_str);
    let system = modifications.and_then(|it| it.get("operating_system"));
    if let Some(id) = configuration {
        if !world.configurations.contains_key(id) {
            return Err(Refused::invalid(format!(
                "deployment_configuration {id} was not found"
            )));
        }
    } else if let Some(system) = system {
        let text = |key: &str| system.get(key).and_then(Value::as_str).unwrap_or_default();
        let versions = SYSTEMS.iter().find(|(name, _)| *name == text("os_key"));
        if !versions.is_some_and(|(_, versions)| versions.contains(&text("version_key"))) {
            return Err(Refused::invalid("operating_system is not among the images"));
        }
    } else {
        return Err(Refused::invalid(
            "baremetal needs an operating_system or a deployment_configuration",
        ));
    }
    let has = |key: &str| {
        options
            .and_then(|it| it.get(key))
            .is_some_and(|value| match value {
                Value::String(text) => !text.is_empty(),
                Value::Array(items) => !items.is_empty(),
                _ => false,
            })
    };
    if has("public_key") || has("public_key_ids") {
        Ok(())
    } else {
        Err(Refused::invalid(
            "baremetal needs a public_key or public_key_ids",
        ))
    }
}

/// Servers an item takes.
fn servers(item: &OrderItem) -> i64 {
    let quantity = item.quantity.unwrap_or(1);
    // One more server for a cloud that stands; a cluster for a new private cloud.
    let is_cluster = item.product.as_deref() == Some("pcc")
        && item.cloud_id.as_deref().is_none_or(str::is_empty);
    quantity.saturating_mul(if is_cluster { CLUSTER } else { 1 })
}

fn take_stock(world: &mut World, items: &[OrderItem]) -> Result<(), Refused> {
    let mut stock = world.stock.clone();
    for item in items {
        let (Some(pod), Some(sku)) = (&item.location, &item.hardware_sku) else {
            continue;
        };
        let wanted = servers(item);
        let left = stock.get_mut(pod).and_then(|stock| stock.get_mut(sku));
        match left {
            Some(left) if *left >= wanted => *left -= wanted,
            left => {
                let there = left.map_or(0, |left| *left);
                return Err(Refused::invalid(format!(
                    "{wanted} of {sku} were ordered at {pod}, where {there} are in stock"
                )));
            }
        }
    }
    world.stock = stock;
    Ok(())
}

fn keys(world: &World, options: Option<&Value>) -> Result<Vec<String>, Refused> {
    let mut keys = Vec::new();
    if let Some(key) = options
        .and_then(|it| it.get("public_key"))
        .and_then(Value::as_str)
    {
        super::public_keys::fingerprint(key)?;
        keys.push(key.to_owned());
    }
    let ids = options
        .and_then(|it| it.get("public_key_ids"))
        .and_then(Value::as_array);
    for id in ids.into_iter().flatten().filter_map(Value::as_str) {
        let key = world
            .keys
            .get(id)
            .ok_or_else(|| Refused::invalid(format!("public key {id} was not found")))?;
        keys.extend(key.fields.key_data.clone());
    }
    Ok(keys)
}

fn new_cloud(
    world: &mut World,
    label: &str,
    order: &str,
    item: &OrderItem,
    keys: &[String],
) -> String {
    let id = world.id();
    let fields = CloudFields {
        cloud_type: item.product.clone(),
        cloud_uuid: Some(world.uuid()),
        cloud_version: Some("2.0".to_owned()),
        owner_name: world.organization.name.clone(),
        organization_id: Some(world.organization.organization_id.clone()),
        order_id: Some(order.to_owned()),
        pod_location: item.location.clone(),
        provision_status: Some("pending".to_owned()),
        pending_delete: Some(false),
        ..CloudFields::default()
    };
    let cloud = Cloud {
        id: id.clone(),
        label: Some(label.to_owned()),
        description: Some(String::new()),
        created_at: world.moment(),
        fields: Arc::new(fields),
        ..Cloud::default()
    };
    let state = CloudState {
        cloud,
        state: "PROVISIONING".to_owned(),
        keys: keys.to_vec(),
        created: world.now,
        ..CloudState::default()
    };
    world.clouds.insert(id.clone(), state);
    id
}

/// A cloud is complete after 20 to 30 minutes, having gone through its states.
fn schedule(world: &mut World, order: &str, cloud: &str) {
    let whole = world.seconds(20 * 60..=30 * 60);
    for (share, to) in [
        (10, "in_progress"),
        (80, "awaiting_setup"),
        (100, "complete"),
    ] {
        let after = TimeDelta::seconds(whole.num_seconds() * share / 100);
        let (order, cloud) = (order.to_owned(), cloud.to_owned());
        world.plan(
            after,
            Change::Provision {
                order,
                cloud,
                to: to.to_owned(),
            },
        );
    }
}

impl World {
    /// Delivers what an order built: servers, and for a new cloud its VLANs and blocks.
    pub fn deliver(&mut self, cloud: &str, items: &[Arc<OrderItem>], is_new: bool) {
        for item in items {
            let own = item.cloud_id.as_deref().filter(|id| !id.is_empty());
            let belongs = match own {
                Some(id) => id == cloud,
                None => is_new && self.is_of(cloud, item),
            };
            if belongs {
                let name = item.hardware_sku.as_deref().unwrap_or_default();
                self.add_servers(cloud, name, servers(item));
            }
        }
        if is_new {
            self.add_networks(cloud);
            if let Some(state) = self.clouds.get_mut(cloud) {
                "RUNNING".clone_into(&mut state.state);
            }
        }
        self.address_servers(cloud);
    }

    fn is_of(&self, cloud: &str, item: &OrderItem) -> bool {
        self.clouds.get(cloud).is_some_and(|state| {
            state.cloud.fields.cloud_type == item.product
                && state.cloud.fields.pod_location == item.location
        })
    }
}
