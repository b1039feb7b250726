//! Clouds: what they are, what is in them, and their end.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Behaviour;
use super::answer::{Answer, Refused, Shape};
use super::call::Call;
use super::caller::Role;
use super::catalogue::sku;
use super::due::Change;
use super::world::{CloudState, NodeState, World};
use crate::api::clouds::{Cloud, CloudStats, CloudVlan};
use crate::record::Moment;

pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("clouds", clouds),
    ("cloud", cloud),
    ("delete_cloud", delete_cloud),
    ("cloud_stats", cloud_stats),
    ("cloud_subscription", cloud_subscription),
    ("assign_vlan", assign_vlan),
    ("unassign_vlan", unassign_vlan),
    ("remove_node", remove_node),
];

/// The most VLANs a cloud may have.
const MOST_VLANS: usize = 10;

fn clouds(world: &mut World, _: &Call<'_>) -> Result<Answer, Refused> {
    let clouds: Vec<&Cloud> = world.clouds.values().map(|state| &state.cloud).collect();
    Answer::json(&clouds)
}

fn cloud(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    Answer::json(&world.cloud(call.param("cloud"))?.cloud)
}

fn delete_cloud(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let id = call.param("cloud");
    world.cloud(id)?;
    call.caller.needs(Role::Owner)?;
    if let Some(state) = world.clouds.get_mut(id) {
        if state.state != "RUNNING" {
            return Err(Refused::forbidden(format!(
                "the cloud is locked: it is {}",
                state.state
            )));
        }
        state.state = "PENDING-DELETE".to_owned();
        Arc::make_mut(&mut state.cloud.fields).pending_delete = Some(true);
    }
    world.plan(
        TimeDelta::days(3),
        Change::Wipe {
            cloud: id.to_owned(),
        },
    );
    world.log_change("delete", id, "PENDING-DELETE");
    Ok(Answer::Done)
}

fn cloud_stats(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    Answer::json(&stats(world, world.cloud(call.param("cloud"))?))
}

fn stats(world: &World, state: &CloudState) -> CloudStats {
    let fields = &state.cloud.fields;
    let pending = state
        .nodes
        .iter()
        .filter(|it| it.locked_until.is_some_and(|at| world.now < at));
    let pending_tasks: Vec<String> = pending
        .map(|it| format!("power {}", it.node.uuid))
        .collect();
    CloudStats {
        name: state.cloud.label.clone(),
        description: state.cloud.description.clone(),
        label: fields
            .cloud_type
            .as_ref()
            .map(|kind| format!("deploy-v2,{kind}")),
        cloud_uuid: fields.cloud_uuid.clone(),
        cloud_state: Some(state.state.clone()),
        cloud_hostname: fields.hostname.clone(),
        cloud_hosts: state.nodes.iter().map(|it| it.node.uuid.clone()).collect(),
        external_vip_address: fields.hostname.clone(),
        internal_vip_address: Some("192.168.3.254".to_owned()),
        maintenance: Some(false),
        creation_date: Some(Moment::of(state.created)),
        pending_number: i64::try_from(pending_tasks.len()).ok(),
        pending_tasks,
        pending_date: None,
        prevent_delete: Some(false),
        nodes: state
            .nodes
            .iter()
            .map(|it| Arc::new(it.node.clone()))
            .collect(),
        vlans: state
            .vlans
            .iter()
            .filter_map(|id| cloud_vlan(world, id))
            .map(Arc::new)
            .collect(),
        keys: state
            .keys
            .iter()
            .map(|key| json!({"cloud_uuid": fields.cloud_uuid, "public_key": key}).into())
            .collect(),
        ..CloudStats::default()
    }
}

fn cloud_vlan(world: &World, id: &str) -> Option<CloudVlan> {
    let vlan = &world.vlans.get(id)?.vlan;
    let prefixes = world
        .blocks
        .values()
        .filter(|state| state.block.fields.central_vlan_id.as_deref() == Some(id))
        .map(|state| {
            let fields = &state.block.fields;
            json!({
                "id": fields.prefix_id, "cidr": fields.cidr, "prefix_type": fields.prefix_type,
                "usage": state.usage, "status": "ACTIVE",
                "managed_addressing": fields.managed_addressing,
                "ip_addrs": state.addresses.iter().map(|it| json!({
                    "label": it.label, "assigned_host": it.assigned_host, "ip": it.ip,
                })).collect::<Vec<_>>(),
            })
            .into()
        })
        .collect();
    Some(CloudVlan {
        id: vlan.fields.vlan_id,
        uuid: vlan.fields.vlan_uuid.clone(),
        label: vlan.label.clone(),
        vlan_type: vlan.fields.vlan_type.clone(),
        state: Some("ACTIVE".to_owned()),
        prefixes,
        ..CloudVlan::default()
    })
}

fn cloud_subscription(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let state = world.cloud(call.param("cloud"))?;
    call.caller.needs(Role::Maintainer)?;
    let created = Moment::of(state.created);
    let term_end = Moment::of(state.created + TimeDelta::days(30));
    let mut addons = Vec::new();
    let mut total = 0;
    for item in state
        .nodes
        .iter()
        .filter_map(|it| sku(it.node.hardware.as_deref()?))
    {
        // Mils an hour, long-term usage, for 720 hours; ten mils are a cent.
        let cents = item.mils * 4 / 5 / 10;
        total += cents * 720;
        addons.push(json!({
            "usage": 720, "name": format!("Hosted - {}", item.name),
            "addon_on_code": format!("storage_and_compute_{}", item.name),
            "unit_amount_in_cents": cents, "total_in_cents": cents * 720,
        }));
    }
    let nodes: Vec<Value> = state
        .nodes
        .iter()
        .map(|it| json!({"node_uuid": it.node.uuid, "created_at": created}))
        .collect();
    let uuid: String = state
        .cloud
        .fields
        .cloud_uuid
        .clone()
        .unwrap_or_default()
        .replace('-', "");
    Answer::json(&json!({
        "subscription": {
            "uuid": uuid, "state": "active", "total_billing_cycles": 1,
            "collection_method": "automatic", "auto_renew": true,
            "card": {"card_type": "Visa", "last_four": "4242"},
            "current_term_started_at": created, "current_term_ends_at": term_end,
            "activated_at": created, "addons": addons, "discounts": [],
            "total_in_cents": total, "plan_code": "flex_metal_cloud_monthly",
        },
        "asset_logs": [{
            "cloud_id": state.cloud.id, "cloud_asset_id": 12_582, "addon_code": "storage_and_compute",
            "is_active": true, "created_at": created, "removed_at": null, "nodes": nodes,
            "lifetime_usage": 720, "name": "Hosted", "cost_in_cents": total / 720,
            "period_usage": 720, "period_cost": format!("{}.{:02}", total / 100, total % 100),
        }],
    }))
}

fn assign_vlan(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let (cloud, vlan) = (call.param("cloud"), call.param("vlan"));
    world.cloud(cloud)?;
    let found = world
        .vlans
        .get(vlan)
        .ok_or_else(|| Refused::not_found("VLAN", vlan))?
        .clone();
    call.caller.needs(Role::Maintainer)?;
    attach(
        world,
        cloud,
        vlan,
        found.vlan.fields.pod_location.as_deref(),
    )?;
    Answer::json(&world.vlans.get(vlan).map(|state| &state.vlan))
}

/// Puts a VLAN on a cloud, if the documented rules let it.
pub fn attach(
    world: &mut World,
    cloud: &str,
    vlan: &str,
    pod: Option<&str>,
) -> Result<(), Refused> {
    let state = world
        .clouds
        .get_mut(cloud)
        .ok_or_else(|| Refused::not_found("cloud", cloud))?;
    let fields = &state.cloud.fields;
    if fields.pod_location.as_deref() != pod {
        return Err(Refused::invalid(
            "the cloud and the VLAN are in different locations",
        ));
    }
    if fields.provision_status.as_deref() != Some("complete") {
        return Err(Refused::invalid("the cloud is not complete"));
    }
    if state.vlans.iter().any(|id| id == vlan) {
        return Err(Refused::invalid(
            "the VLAN is already assigned to this cloud",
        ));
    }
    if state.vlans.len() >= MOST_VLANS {
        return Err(Refused::invalid(
            "the cloud has 10 VLANs, which is the most",
        ));
    }
    state.vlans.push(vlan.to_owned());
    if let Some(state) = world.vlans.get_mut(vlan) {
        state.clouds.push(cloud.to_owned());
        Arc::make_mut(&mut state.vlan.fields).cloud_id = state.clouds.first().cloned();
    }
    world.log_change("assign_vlan", vlan, cloud);
    Ok(())
}

fn unassign_vlan(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let (cloud, vlan) = (call.param("cloud"), call.param("vlan"));
    world.cloud(cloud)?;
    let state = world
        .vlans
        .get_mut(vlan)
        .ok_or_else(|| Refused::not_found("VLAN", vlan))?;
    call.caller.needs(Role::Maintainer)?;
    if state.vlan.fields.alterable != Some(true) {
        return Err(Refused::forbidden(
            "a VLAN of the system stays on its cloud",
        ));
    }
    if !state.clouds.iter().any(|id| id == cloud) {
        return Err(Refused::not_found(
            "an assignment to this cloud of VLAN",
            vlan,
        ));
    }
    if state.clouds.len() < 2 {
        return Err(Refused::forbidden("a VLAN keeps at least one assignment"));
    }
    state.clouds.retain(|id| id != cloud);
    Arc::make_mut(&mut state.vlan.fields).cloud_id = state.clouds.first().cloned();
    if let Some(state) = world.clouds.get_mut(cloud) {
        state.vlans.retain(|id| id != vlan);
    }
    world.log_change("unassign_vlan", vlan, cloud);
    Ok(Answer::Done)
}

fn remove_node(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let (cloud, node) = (call.param("cloud"), call.param("node"));
    let wrong = |message: &str| Refused::invalid(message).shaped(Shape::StatusAndErrors);
    call.caller.needs(Role::Owner)?;
    let now = world.now;
    let Some(state) = world.clouds.get_mut(cloud) else {
        return Err(wrong("the cloud was not found"));
    };
    let Some(place) = state.nodes.iter().position(|it| it.node.uuid == node) else {
        return Err(wrong("the node is not part of this cloud"));
    };
    if state.state != "RUNNING" {
        return Err(wrong("the cloud is not running"));
    }
    if state.nodes.len() < 2 {
        return Err(wrong(
            "the last node of a cloud is not removed: delete the cloud",
        ));
    }
    let is_locked = |it: &NodeState| it.locked_until.is_some_and(|at| now < at);
    if state.nodes.get(place).is_some_and(is_locked) {
        return Err(wrong("the node is locked"));
    }
    state.nodes.remove(place);
    for block in world.blocks.values_mut() {
        block
            .addresses
            .retain(|it| it.assigned_host.as_deref() != Some(node));
    }
    world.log_change("remove_node", node, cloud);
    Answer::json(&stats(world, world.cloud(cloud)?))
}
