//! How the operations on VLANs answer.

use std::sync::Arc;

use super::answer::Answer;
use super::assumptions::{BLOCK_VLAN, UNASSIGN_STRANGER, VLAN_SYSTEM_BLOCK};
use super::block::{BlockState, USER};
use super::call::{Behaviour, Call, required, text};
use super::clouds::{check_assignment, deleted, locked};
use super::credentials::Role;
use super::inventory::is_pod;
use super::links::{NewVlan, add_vlan, link_block, link_vlan, settle_clouds_of, unlink_block};
use super::world::{VlanState, World};

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("vlans", vlans),
    ("create_vlan", create_vlan),
    ("vlan", vlan),
    ("update_vlan", update_vlan),
    ("delete_vlan", delete_vlan),
    ("assign_prefix", assign_prefix),
    ("unassign_prefix", unassign_prefix),
];

const WHAT: &str = "VLAN";

#[expect(
    clippy::unnecessary_wraps,
    reason = "every behaviour has the same shape"
)]
fn vlans(world: &mut World, _call: &Call) -> Result<Answer, Answer> {
    let all: Vec<_> = world
        .vlans
        .values()
        .map(|state| state.record.clone())
        .collect();
    Ok(Answer::json(all))
}

fn known<'a>(world: &'a World, call: &Call) -> Result<&'a VlanState, Answer> {
    world
        .vlans
        .get(call.param("vlan"))
        .ok_or_else(|| Answer::missing(WHAT))
}

fn vlan(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    Ok(Answer::json(known(world, call)?.record.clone()))
}

/// Refuses a block that may not be put on a VLAN of this pod and type.
pub fn check_block(block: &BlockState, pod: &str, vlan_type: &str) -> Result<(), Answer> {
    let fields = &block.record.fields;
    if fields.central_vlan_id.is_some() {
        return Err(Answer::invalid(
            "The IP Address Block is already assigned to a VLAN.",
        ));
    }
    if fields.pod_location.as_deref() != Some(pod) {
        return Err(Answer::invalid(
            "The VLAN and the IP Address Block must be in the same datacenter location.",
        ));
    }
    let is_private = fields.prefix_type.as_deref() == Some("private");
    if is_private != (vlan_type == "internal") {
        return Err(Answer::invalid(
            "A private IP Address Block goes on an internal VLAN, a routed one on a routed VLAN.",
        ));
    }
    Ok(())
}

fn create_vlan(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, WHAT)?;
    let (label, description, fields) = (call.label()?, call.description()?, call.fields()?);
    let pod = required(fields, "pod_location")?;
    let vlan_type = required(fields, "vlan_type")?;
    if !is_pod(pod) {
        return Err(Answer::invalid("Invalid pod location."));
    }
    if !matches!(vlan_type, "internal" | "routed") {
        return Err(Answer::invalid(
            "vlan_type must be one of: internal, routed.",
        ));
    }
    let cloud = text(fields, "cloud_id")?;
    if let Some(cloud) = cloud {
        let Some(state) = world.clouds.get(cloud) else {
            return Err(Answer::forbidden("Unauthorized access to: fmcloud"));
        };
        check_assignment(world, state, Some(pod)).map_err(Answer::forbidden)?;
    }
    let block = text(fields, "central_prefix_id")?;
    if let Some(block) = block {
        let Some(state) = world.blocks.get(block) else {
            return Err(Answer::errors(
                BLOCK_VLAN.status(),
                "validation_failure",
                "The IP Address Block does not exist.",
            ));
        };
        check_block(state, pod, vlan_type)?;
    }
    let id = add_vlan(
        world,
        NewVlan {
            label: &label,
            description,
            pod,
            vlan_type,
            from: USER,
        },
    );
    if let Some(cloud) = cloud {
        link_vlan(world, cloud, &id);
    }
    if let Some(block) = block {
        link_block(world, &id, block);
    }
    let record = world.vlans.get(&id).map(|state| state.record.clone());
    Ok(Answer::json(record.unwrap_or_default()))
}

/// Refuses what would change the network of a cloud that is being deleted.
pub fn check_lock(world: &World, clouds: &[String]) -> Result<(), Answer> {
    let mut clouds = clouds.iter().filter_map(|id| world.clouds.get(id));
    if clouds.any(deleted) {
        return Err(locked(403));
    }
    Ok(())
}

fn update_vlan(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, WHAT)?;
    if !known(world, call)?.is_of_user() {
        return Err(Answer::forbidden("VLANs of the system cannot be altered."));
    }
    let (label, description) = (call.new_label()?, call.description()?);
    let moment = world.moment();
    let id = call.param("vlan");
    let Some(state) = world.vlans.get_mut(id) else {
        return Err(Answer::missing(WHAT));
    };
    let changed = Arc::make_mut(&mut state.record);
    changed.label = label.or_else(|| changed.label.take());
    changed.description = description.or_else(|| changed.description.take());
    changed.updated_at = Some(moment);
    let record = state.record.clone();
    settle_clouds_of(world, id);
    Ok(Answer::json(record))
}

fn delete_vlan(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Owner, WHAT)?;
    let state = known(world, call)?;
    check_lock(world, &state.clouds)?;
    if !state.is_of_user() {
        return Err(Answer::invalid("Only user-created VLANs can be deleted."));
    }
    if !state.clouds.is_empty() {
        return Err(Answer::invalid("The VLAN is assigned to a cloud."));
    }
    if !state.blocks.is_empty() {
        return Err(Answer::invalid("The VLAN has IP Blocks assigned to it."));
    }
    world.remove_vlan(call.param("vlan"));
    Ok(Answer::success())
}

fn assign_prefix(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, WHAT)?;
    let (vlan, block) = (call.param("vlan"), call.param("prefix"));
    let state = known(world, call)?;
    let found = world
        .blocks
        .get(block)
        .ok_or_else(|| Answer::missing("IP Address Block"))?;
    if !state.is_of_user() {
        return Err(Answer::named(
            VLAN_SYSTEM_BLOCK.status(),
            "unauthorized",
            "VLANs of the system cannot be altered.",
        ));
    }
    let fields = &state.record.fields;
    check_block(
        found,
        fields.pod_location.as_deref().unwrap_or_default(),
        fields.vlan_type.as_deref().unwrap_or_default(),
    )?;
    link_block(world, vlan, block);
    Ok(Answer::success())
}

fn unassign_prefix(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Owner, WHAT)?;
    let (vlan, block) = (call.param("vlan"), call.param("prefix"));
    let state = known(world, call)?;
    if !world.blocks.contains_key(block) || !state.blocks.iter().any(|id| id == block) {
        return Err(Answer::named(
            UNASSIGN_STRANGER.status(),
            "not_found",
            "IP Address Block not found.",
        ));
    }
    if !state.is_of_user() {
        return Err(Answer::invalid("Only user-created VLANs can be modified."));
    }
    check_lock(world, &state.clouds)?;
    unlink_block(world, vlan, block);
    Ok(Answer::success())
}
