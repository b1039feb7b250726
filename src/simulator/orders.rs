//! How the operations on orders answer.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::assumptions::{ORDER_CLOUD, ORDER_QUANTITY, PCC_ADDED, PCC_NODES, PROVISION_DONE};
use super::call::{Behaviour, Call, object, required, text, whole};
use super::clouds::{complete, deleted};
use super::credentials::Role;
use super::due::Change;
use super::images::is_image;
use super::inventory::is_pod;
use super::provision::{NewCloud, add_cloud, schedule, show_tasks};
use super::public_keys::{is_active, key_type};
use super::world::World;
use crate::api::orders::{DeployedCloud, Order, OrderFields, OrderItem};

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("orders", orders),
    ("place_order", place_order),
    ("order", order),
];

#[expect(
    clippy::unnecessary_wraps,
    reason = "every behaviour has the same shape"
)]
fn orders(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let organization = &world.organization;
    let relation = json!({"access": {
        "account_id": organization.organization_id,
        "uuid": organization.uuid,
        "type": "organization",
        "display_name": organization.name,
        "role": call.caller.role_name(),
        "has_billing": organization.has_billing,
    }});
    let related = |order: &Arc<Order>| Order {
        relation: Some(relation.clone()),
        ..(**order).clone()
    };
    let all: Vec<Order> = world.orders.values().map(related).collect();
    Ok(Answer::json(all))
}

fn order(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    let found = world.orders.get(call.param("order")).cloned();
    let found = found.ok_or_else(|| Answer::missing("Order"))?;
    Ok(with_access(found, call))
}

/// An order by itself, which says what its reader may do; in the list the relation does.
fn with_access(mut order: Arc<Order>, call: &Call) -> Answer {
    Arc::make_mut(&mut order).access = Some(call.access());
    Answer::json(order)
}

/// One checked line of an order.
struct Item {
    record: Arc<OrderItem>,
    sku: String,
    pod: String,
    product: String,
    cloud: Option<String>,
    nodes: i64,
}

fn read(world: &World, item: &Value, has_key: bool) -> Result<Item, Answer> {
    let Value::Object(item) = item else {
        return Err(Answer::invalid("items must be objects."));
    };
    let sku = required(item, "hardware_sku")?;
    let pod = required(item, "location")?;
    let product = required(item, "type")?;
    let quantity =
        whole(item, "quantity")?.ok_or_else(|| Answer::invalid("quantity is required."))?;
    if !is_pod(pod) {
        return Err(Answer::invalid("Invalid pod location."));
    }
    if !matches!(product, "baremetal" | "pcc") {
        return Err(Answer::invalid("type must be one of: baremetal, pcc."));
    }
    if !(1..=ORDER_QUANTITY.most()).contains(&quantity) {
        let most = ORDER_QUANTITY.most();
        return Err(Answer::invalid(&format!("quantity must be 1 to {most}.")));
    }
    let modifications = object(item, "modifications")?;
    if product == "pcc" && modifications.is_some() {
        return Err(Answer::invalid(
            "modifications are only supported for baremetal products.",
        ));
    }
    if product == "baremetal" {
        check_deployment(world, modifications)?;
        if !has_key {
            return Err(Answer::invalid(
                "A baremetal order needs config_options.public_key or public_key_ids.",
            ));
        }
    }
    let cloud = text(item, "cloud_id")?;
    if let Some(cloud) = cloud {
        check_cloud(world, cloud, pod, product)?;
    }
    let each = match (product, cloud) {
        ("pcc", None) => PCC_NODES.most(),
        ("pcc", Some(_)) => PCC_ADDED.most(),
        _ => 1,
    };
    Ok(Item {
        record: Arc::new(OrderItem {
            hardware_sku: Some(sku.to_owned()),
            location: Some(pod.to_owned()),
            product: Some(product.to_owned()),
            quantity: Some(quantity),
            modifications: modifications.cloned().map(Value::Object),
            cloud_id: cloud.map(str::to_owned),
            ..OrderItem::default()
        }),
        sku: sku.to_owned(),
        pod: pod.to_owned(),
        product: product.to_owned(),
        cloud: cloud.map(str::to_owned),
        nodes: quantity.saturating_mul(each),
    })
}

fn check_deployment(world: &World, given: Option<&Map<String, Value>>) -> Result<(), Answer> {
    let need =
        || Answer::invalid("A baremetal order needs operating_system or deployment_configuration.");
    let given = given.ok_or_else(need)?;
    let configuration = text(given, "deployment_configuration")?;
    let system = object(given, "operating_system")?;
    if let Some(id) = configuration
        && !world.configurations.contains_key(id)
    {
        return Err(Answer::invalid("deployment_configuration does not exist."));
    }
    if let Some(system) = system {
        let (os, version) = (
            required(system, "os_key")?,
            required(system, "version_key")?,
        );
        if !is_image(os, version) {
            return Err(Answer::invalid("operating_system is not among the images."));
        }
    }
    if configuration.is_none() && system.is_none() {
        return Err(need());
    }
    Ok(())
}

fn check_cloud(world: &World, cloud: &str, pod: &str, product: &str) -> Result<(), Answer> {
    let Some(state) = world.clouds.get(cloud) else {
        return Err(Answer::named(
            ORDER_CLOUD.status(),
            "unauthorized",
            "Unauthorized access to: fmcloud",
        ));
    };
    let fields = &state.record.fields;
    if fields.pod_location.as_deref() != Some(pod) {
        return Err(Answer::invalid("location must match that of the cloud."));
    }
    if fields.cloud_type.as_deref() != Some(product) {
        return Err(Answer::invalid("type must match that of the cloud."));
    }
    if !complete(state) || deleted(state) {
        return Err(Answer::invalid("The cloud must be fully provisioned."));
    }
    Ok(())
}

/// The keys an order brings, each checked.
fn keys(world: &World, options: Option<&Map<String, Value>>) -> Result<Vec<String>, Answer> {
    let Some(options) = options else {
        return Ok(Vec::new());
    };
    let mut keys = Vec::new();
    if let Some(key) = text(options, "public_key")? {
        let key = key.trim();
        // ORDER_KEY: the documents' own orders carry keys that are cut short.
        let has_data = key.split_whitespace().nth(1).is_some();
        if key_type(key).is_none() || !has_data || key.contains(char::is_control) {
            return Err(Answer::invalid("public_key is not an SSH public key."));
        }
        keys.push(key.to_owned());
    }
    let ids = match options.get("public_key_ids") {
        None | Some(Value::Null) => &[],
        Some(Value::Array(ids)) => ids.as_slice(),
        Some(_) => return Err(Answer::invalid("public_key_ids must be a list.")),
    };
    for id in ids {
        let key = id.as_str().and_then(|id| world.keys.get(id));
        let key = key.filter(|key| is_active(key));
        let key = key.ok_or_else(|| Answer::invalid("public_key_ids names an unknown key."))?;
        keys.extend(key.fields.key_data.clone());
    }
    Ok(keys)
}

/// The options of an order that are known and given.
fn shown(options: &Map<String, Value>) -> Map<String, Value> {
    let known = ["public_key", "public_key_ids"];
    let mut shown = options.clone();
    shown.retain(|name, value| known.contains(&name.as_str()) && !value.is_null());
    // KEY_SPACE
    if let Some(Value::String(key)) = shown.get_mut("public_key") {
        *key = key.trim().to_owned();
    }
    shown
}

/// Puts keys on the cloud of an order.
pub fn put_keys(world: &mut World, cloud: &str, keys: &[String]) {
    if let Some(state) = world.clouds.get_mut(cloud) {
        let stats = state.stats.alter();
        let uuid = stats.cloud_uuid.clone();
        let shown = |key: &String| json!({"cloud_uuid": uuid, "public_key": key});
        stats.keys.alter(|all| all.extend(keys.iter().map(shown)));
    }
}

fn place_order(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, "order")?;
    let (label, description, fields) = (call.label()?, call.description()?, call.fields()?);
    let Some(Value::Array(given)) = fields.get("items") else {
        return Err(Answer::invalid("fields.items is required."));
    };
    if given.is_empty() {
        return Err(Answer::invalid("fields.items must not be empty."));
    }
    let options = object(fields, "config_options")?;
    let keys = keys(world, options)?;
    let items: Vec<Item> = given
        .iter()
        .map(|item| read(world, item, !keys.is_empty()))
        .collect::<Result<_, _>>()?;
    reserve(world, &items)?;
    let id = world.id(10);
    let mut deployed = Vec::new();
    for item in &items {
        let cloud = deploy(world, item, &label, description.as_deref(), &id);
        put_keys(world, &cloud.id, &keys);
        deployed.push(cloud);
    }
    let order = new_order(
        world,
        id,
        label,
        description,
        OrderFields {
            items: items.into_iter().map(|item| item.record).collect(),
            config_options: options.map(|options| Value::Object(shown(options))),
            clouds_deployed: deployed,
            ..OrderFields::default()
        },
    );
    Ok(with_access(order, call))
}

/// Takes the hardware of all items from stock, or of none: `ORDER_STOCK`.
fn reserve(world: &mut World, items: &[Item]) -> Result<(), Answer> {
    let mut wanted: HashMap<(&str, &str), i64> = HashMap::new();
    for item in items {
        let sum = wanted.entry((&item.pod, &item.sku)).or_default();
        *sum = sum.saturating_add(item.nodes);
    }
    for item in items {
        let stock = world
            .stock
            .get(&item.pod)
            .and_then(|pod| pod.get(&item.sku));
        let Some(stock) = stock else {
            let message = format!("hardware_sku {} is not offered in {}.", item.sku, item.pod);
            return Err(Answer::invalid(&message));
        };
        let sum = wanted.get(&(item.pod.as_str(), item.sku.as_str()));
        if sum.is_some_and(|sum| sum > stock) {
            let message = format!("Not enough {} in stock in {}.", item.sku, item.pod);
            return Err(Answer::invalid(&message));
        }
    }
    for ((pod, sku), sum) in wanted {
        if let Some(stock) = world.stock.get_mut(pod).and_then(|pod| pod.get_mut(sku)) {
            *stock -= sum;
        }
    }
    Ok(())
}

/// Starts what an item asks for (`ORDER_ITEMS`: one cloud for each) and answers the cloud it goes to.
fn deploy(
    world: &mut World,
    item: &Item,
    label: &str,
    description: Option<&str>,
    order: &str,
) -> Arc<DeployedCloud> {
    let nodes = usize::try_from(item.nodes).unwrap_or_default();
    let (id, status) = if let Some(cloud) = &item.cloud {
        let at = world.now + world.span(&PROVISION_DONE);
        let change = Change::Join {
            cloud: cloud.clone(),
            sku: item.sku.clone(),
            count: nodes,
        };
        world.due.at(at, change);
        show_tasks(world, cloud);
        (cloud.clone(), "complete")
    } else {
        let new = NewCloud {
            label,
            description: description.map(str::to_owned),
            cloud_type: &item.product,
            pod: &item.pod,
            order,
            sku: &item.sku,
            nodes,
        };
        let cloud = add_cloud(world, &new);
        schedule(world, &cloud);
        (cloud, "pending")
    };
    Arc::new(DeployedCloud {
        id,
        provision_status: Some(status.to_owned()),
        ..DeployedCloud::default()
    })
}

/// Adds an order.
pub fn new_order(
    world: &mut World,
    id: String,
    label: String,
    description: Option<String>,
    fields: OrderFields,
) -> Arc<Order> {
    let organization = world.organization.organization_id.clone();
    let order = Arc::new(Order {
        id: id.clone(),
        resource: Some("orders".to_owned()),
        label: Some(label),
        description,
        created_at: Some(world.moment()),
        updated_at: Some(world.moment()),
        is_active: Some(true),
        created_by: world.acting.account_id.clone(),
        fields: Arc::new(OrderFields {
            organization_id: Some(organization),
            schema_version: Some("v2".to_owned()),
            ..fields
        }),
        ..Order::default()
    });
    world.orders.insert(id, order.clone());
    order
}
