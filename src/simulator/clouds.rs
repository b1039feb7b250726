//! How the operations on clouds answer.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::TimeDelta;

use super::answer::Answer;
use super::asset;
use super::assumptions::{
    BILLING_END, DELETE_UNFINISHED, REMOVE_CLEANUP, REMOVE_UNKNOWN, UNASSIGN_LAST,
    UNASSIGN_STRANGER, VLANS_PER_CLOUD, WIPE,
};
use super::call::{Behaviour, Call};
use super::credentials::Role;
use super::due::Change;
use super::hosts;
use super::identity::is_uuid;
use super::links::{link_vlan, settle, unlink_vlan};
use super::provision::{restock, show_tasks};
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
    Ok(Answer::ready(known(world, call)?.stats.written()))
}

// MANAGE: deleting takes the role of an owner.
fn delete_cloud(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Owner, "fmcloud")?;
    let state = known(world, call)?;
    if deleted(state) || !complete(state) || state.stats.prevent_delete == Some(true) {
        return Err(locked(DELETE_UNFINISHED.status()));
    }
    let (moment, at) = (world.moment(), world.now + TimeDelta::seconds(WIPE.most()));
    let cloud = call.param("cloud").to_owned();
    if let Some(state) = world.clouds.get_mut(&cloud) {
        let fields = &mut Arc::make_mut(&mut state.record).fields;
        Arc::make_mut(fields).pending_delete = Some(true);
        let content = state.stats.alter();
        content.cloud_state = Some("PENDING-DELETE".to_owned());
        for node in &mut content.nodes {
            let node = Arc::make_mut(node);
            node.power_state = Some("power off".into());
            node.last_updated = Some(moment.clone());
        }
        if BILLING_END.most() == 1 {
            asset::end(&mut state.assets, None, world.now);
        }
    }
    drop_changes(world, &cloud);
    let change = Change::Wipe {
        cloud: cloud.clone(),
    };
    world.due.at(at, change);
    show_tasks(world, &cloud);
    Ok(Answer::accepted())
}

/// What is said of a cloud that nothing can be done to.
pub fn locked(status: u16) -> Answer {
    Answer::named(status, "locked", "The cloud is in a locked state.")
}

/// Takes back what was to happen to a cloud: power changes end, and hardware on its way goes back
/// to stock.
fn drop_changes(world: &mut World, cloud: &str) {
    let mut returned = Vec::new();
    world.due.alter_since(0, |change| match change {
        Change::Power { cloud: it, .. } if it == cloud => None,
        Change::Join {
            cloud: it,
            sku,
            count,
        } if it == cloud => {
            returned.push((sku, count));
            None
        }
        other => Some(other),
    });
    let state = world.clouds.get(cloud);
    let pod = state.and_then(|state| state.record.fields.pod_location.clone());
    for (sku, count) in returned {
        let count = i64::try_from(count).unwrap_or_default();
        restock(world, pod.as_deref().unwrap_or_default(), &sku, count);
    }
}

/// Why a VLAN of a pod may not be assigned to a cloud, if it may not. `VLAN_BAREMETAL`: the type of the
/// cloud does not matter.
pub fn check_assignment(
    world: &World,
    cloud: &CloudState,
    pod: Option<&str>,
) -> Result<(), &'static str> {
    if !complete(cloud) || deleted(cloud) {
        return Err("The provisioning status of the cloud must be complete.");
    }
    if cloud.record.fields.pod_location.as_deref() != pod {
        return Err("The cloud and the VLAN must be in the same datacenter location.");
    }
    let own = cloud
        .vlans
        .iter()
        .filter_map(|id| world.vlans.get(id))
        .filter(|vlan| vlan.is_of_user())
        .count();
    if i64::try_from(own).unwrap_or(i64::MAX) >= VLANS_PER_CLOUD.most() {
        return Err("The cloud has the maximum number of VLANs assigned.");
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
    // ASSIGN_AGAIN: a VLAN that is on the cloud already stays there.
    if !found.clouds.iter().any(|id| id == cloud) {
        let pod = found.record.fields.pod_location.as_deref();
        check_assignment(world, state, pod).map_err(Answer::invalid)?;
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
        return Err(Answer::named(
            UNASSIGN_STRANGER.status(),
            "not_found",
            "VLAN assignment not found.",
        ));
    }
    if found.record.fields.alterable != Some(true) {
        return Err(Answer::forbidden("VLANs of the system cannot be altered."));
    }
    if found.clouds.len() < 2 {
        return Err(Answer::named(
            UNASSIGN_LAST.status(),
            "unauthorized",
            "A VLAN needs to have at least one cloud assignment.",
        ));
    }
    unlink_vlan(world, cloud, vlan);
    Ok(Answer::accepted())
}

// TRIAL: the documented refusal is of trial clouds, and there are none.
fn remove_node(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Owner, "fmcloud")?;
    let (cloud, uuid) = (call.param("cloud"), call.param("node"));
    let refuse = |name: &str, message: &str| Err(Answer::numbered(400, name, message));
    if !is_uuid(uuid) {
        return refuse("validation_failure", "nodeUuid must be a UUID.");
    }
    let state = known(world, call)?;
    let node = state.stats.nodes.iter().find(|node| node.uuid == uuid);
    // REMOVE_UNKNOWN, REMOVE_LAST: nothing else stands against a removal.
    let Some(node) = node else {
        return Err(Answer::named(
            REMOVE_UNKNOWN.status(),
            "not_found",
            "Node not found.",
        ));
    };
    if deleted(state) {
        return refuse("unavailable", "The cloud is being deleted.");
    }
    let sku = node.hardware.as_deref().unwrap_or_default().to_owned();
    let pod = state.record.fields.pod_location.clone().unwrap_or_default();
    let at = world.now + world.span(&REMOVE_CLEANUP);
    world.due.at(at, Change::Restock { pod, sku });
    world.locks.shift_remove(uuid);
    hosts::release(world, &HashSet::from([uuid]));
    let Some(state) = world.clouds.get_mut(cloud) else {
        return Err(Answer::missing("Cloud"));
    };
    let content = state.stats.alter();
    content.nodes.retain(|node| node.uuid != uuid);
    content.cloud_hosts.retain(|host| host != uuid);
    asset::end(&mut state.assets, Some(uuid), world.now);
    settle(world, cloud);
    cloud_stats(world, call)
}
