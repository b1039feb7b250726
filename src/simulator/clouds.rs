//! How the operations on clouds answer.

use std::sync::Arc;

use chrono::TimeDelta;

use super::answer::Answer;
use super::asset;
use super::assumptions::{BILLING_END, DELETE_UNFINISHED, VLANS_PER_CLOUD, WIPE};
use super::call::{Behaviour, Call};
use super::credentials::Role;
use super::due::Change;
use super::links::{USER, link_vlan, unlink_vlan};
use super::provision::restock;
use super::world::{CloudState, World};

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("clouds", clouds),
    ("cloud", cloud),
    ("delete_cloud", delete_cloud),
    ("cloud_stats", cloud_stats),
    ("assign_vlan", assign_vlan),
    ("unassign_vlan", unassign_vlan),
    ("remove_node", remove_node),
];

#[expect(
    clippy::unnecessary_wraps,
    reason = "every behaviour has the same shape"
)]
fn clouds(world: &mut World, _call: &Call) -> Result<Answer, Answer> {
    let all: Vec<_> = world
        .clouds
        .values()
        .map(|state| state.record.clone())
        .collect();
    Ok(Answer::json(all))
}

/// The cloud a call names.
pub fn known<'a>(world: &'a World, call: &Call) -> Result<&'a CloudState, Answer> {
    world
        .clouds
        .get(call.param("cloud"))
        .ok_or_else(|| Answer::missing("Cloud"))
}

/// Whether a cloud has been deleted and waits to be wiped.
pub fn deleted(state: &CloudState) -> bool {
    state.record.fields.pending_delete == Some(true)
}

/// Whether a cloud is provisioned.
pub fn complete(state: &CloudState) -> bool {
    state.record.fields.provision_status.as_deref() == Some("complete")
}

fn cloud(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    Ok(Answer::json(known(world, call)?.record.clone()))
}

fn cloud_stats(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    Ok(Answer::json(known(world, call)?.stats.clone()))
}

fn delete_cloud(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Owner, "fmcloud")?;
    let state = known(world, call)?;
    if deleted(state) || !complete(state) || state.stats.prevent_delete == Some(true) {
        let status = u16::try_from(DELETE_UNFINISHED.most()).unwrap_or(403);
        return Err(Answer::named(
            status,
            "locked",
            "The cloud is in a locked state.",
        ));
    }
    let (moment, at) = (world.moment(), world.now + TimeDelta::seconds(WIPE.most()));
    let cloud = call.param("cloud").to_owned();
    if let Some(state) = world.clouds.get_mut(&cloud) {
        let fields = &mut Arc::make_mut(&mut state.record).fields;
        Arc::make_mut(fields).pending_delete = Some(true);
        let content = Arc::make_mut(&mut state.stats);
        content.cloud_state = Some("PENDING-DELETE".to_owned());
        for node in &mut content.nodes {
            let node = Arc::make_mut(node);
            node.power_state = Some("power off".to_owned());
            node.last_updated = Some(moment.clone());
        }
        if BILLING_END.most() == 1 {
            asset::end(&mut state.assets, None, world.now);
        }
    }
    world.due.at(at, Change::Wipe { cloud });
    Ok(Answer::accepted())
}

/// Refuses a VLAN that may not be assigned to a cloud.
pub fn check_assignment(
    world: &World,
    cloud: &CloudState,
    pod: Option<&str>,
) -> Result<(), Answer> {
    if !complete(cloud) || deleted(cloud) {
        return Err(Answer::invalid(
            "The provisioning status of the cloud must be complete.",
        ));
    }
    if cloud.record.fields.pod_location.as_deref() != pod {
        return Err(Answer::invalid(
            "The cloud and the VLAN must be in the same datacenter location.",
        ));
    }
    let own = cloud
        .vlans
        .iter()
        .filter_map(|id| world.vlans.get(id))
        .filter(|vlan| vlan.record.fields.created_from.as_deref() == Some(USER))
        .count();
    if i64::try_from(own).unwrap_or(i64::MAX) >= VLANS_PER_CLOUD.most() {
        return Err(Answer::invalid(
            "The cloud has the maximum number of VLANs assigned.",
        ));
    }
    Ok(())
}

fn assign_vlan(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, "fmcloud")?;
    let (cloud, vlan) = (call.param("cloud"), call.param("vlan"));
    let state = known(world, call)?;
    let found = world
        .vlans
        .get(vlan)
        .ok_or_else(|| Answer::missing("VLAN"))?;
    if found.record.fields.alterable != Some(true) {
        return Err(Answer::forbidden("VLANs of the system cannot be altered."));
    }
    if !found.clouds.iter().any(|id| id == cloud) {
        check_assignment(world, state, found.record.fields.pod_location.as_deref())?;
        link_vlan(world, cloud, vlan);
    }
    let record = world.vlans.get(vlan).map(|state| state.record.clone());
    Ok(Answer::json(record.unwrap_or_default()))
}

fn unassign_vlan(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, "fmcloud")?;
    let (cloud, vlan) = (call.param("cloud"), call.param("vlan"));
    known(world, call)?;
    let found = world
        .vlans
        .get(vlan)
        .ok_or_else(|| Answer::missing("VLAN"))?;
    if !found.clouds.iter().any(|id| id == cloud) {
        return Err(Answer::missing("VLAN assignment"));
    }
    if found.record.fields.alterable != Some(true) {
        return Err(Answer::forbidden("VLANs of the system cannot be altered."));
    }
    if found.clouds.len() < 2 {
        return Err(Answer::forbidden(
            "A VLAN needs to have at least one cloud assignment.",
        ));
    }
    unlink_vlan(world, cloud, vlan);
    Ok(Answer::accepted())
}

fn remove_node(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Owner, "fmcloud")?;
    let uuid = call.param("node");
    let state = known(world, call)?;
    let node = state
        .stats
        .nodes
        .iter()
        .find(|node| node.uuid == uuid)
        .ok_or_else(|| Answer::missing("Node"))?;
    if deleted(state) {
        return Err(Answer::listed(
            400,
            "unavailable",
            "The cloud is being deleted.",
        ));
    }
    let sku = node.hardware.clone().unwrap_or_default();
    let pod = state.record.fields.pod_location.clone().unwrap_or_default();
    restock(world, &pod, &sku, 1);
    world.locks.shift_remove(uuid);
    let Some(state) = world.clouds.get_mut(call.param("cloud")) else {
        return Err(Answer::missing("Cloud"));
    };
    let content = Arc::make_mut(&mut state.stats);
    content.nodes.retain(|node| node.uuid != uuid);
    content.cloud_hosts.retain(|host| host != uuid);
    asset::end(&mut state.assets, Some(uuid), world.now);
    Ok(Answer::json(state.stats.clone()))
}
