//! VLANs.

use super::Behaviour;
use super::answer::{Answer, Refused};
use super::call::Call;
use super::caller::Role;
use super::catalogue::is_pod;
use super::clouds::attach;
use super::ip_blocks::suits;
use super::world::{VlanState, World};
use crate::api::vlans::Vlan;

pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("vlans", vlans),
    ("create_vlan", create_vlan),
    ("vlan", vlan),
    ("update_vlan", update_vlan),
    ("delete_vlan", delete_vlan),
    ("assign_prefix", assign_prefix),
    ("unassign_prefix", unassign_prefix),
];

fn vlans(world: &mut World, _: &Call<'_>) -> Result<Answer, Refused> {
    let vlans: Vec<&Vlan> = world.vlans.values().map(|state| &state.vlan).collect();
    Answer::json(&vlans)
}

fn found<'a>(world: &'a World, id: &str) -> Result<&'a VlanState, Refused> {
    world
        .vlans
        .get(id)
        .ok_or_else(|| Refused::not_found("VLAN", id))
}

fn vlan(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    Answer::json(&found(world, call.param("vlan"))?.vlan)
}

fn create_vlan(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    call.caller.needs(Role::Maintainer)?;
    let label = call.body.required("label")?;
    let description = call.body.text("description")?.unwrap_or_default();
    let fields = call.body.fields()?;
    let pod = fields.required("pod_location")?;
    if !is_pod(&pod) {
        return Err(Refused::invalid(format!(
            "pod_location {pod:?} is not a pod location"
        )));
    }
    let kind = fields
        .word("vlan_type", &["internal", "routed"])?
        .ok_or_else(|| Refused::invalid("vlan_type is required"))?;
    let cloud = fields.text("cloud_id")?.filter(|id| !id.is_empty());
    let block = fields
        .text("central_prefix_id")?
        .filter(|id| !id.is_empty());
    if let Some(block) = &block {
        suits(world, block, &kind, &pod)?;
    }
    let id = world.new_vlan(&label, &description, &kind, Some(&pod), "user");
    if let Some(cloud) = &cloud
        && let Err(refused) = attach(world, cloud, &id, Some(&pod))
    {
        world.vlans.shift_remove(&id);
        // Everything wrong with the cloud is a 403 where it is named in a creation.
        return Err(refused.with_status(403));
    }
    if let Some(block) = &block {
        world.put_on(block, Some(&id));
    }
    world.log_change("create_vlan", &id, &label);
    Answer::json(&found(world, &id)?.vlan)
}

fn update_vlan(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let id = call.param("vlan");
    found(world, id)?;
    call.caller.needs(Role::Maintainer)?;
    let label = call.body.text("label")?;
    let description = call.body.text("description")?;
    if label.as_ref().is_some_and(|label| label.trim().is_empty()) {
        return Err(Refused::invalid("label must not be empty"));
    }
    let moment = world.moment();
    if let Some(state) = world.vlans.get_mut(id) {
        if state.vlan.fields.alterable != Some(true) {
            return Err(Refused::forbidden("a VLAN of the system cannot be altered"));
        }
        state.vlan.label = label.or(state.vlan.label.take());
        state.vlan.description = description.or(state.vlan.description.take());
        state.vlan.updated_at = moment;
    }
    Answer::json(&found(world, id)?.vlan)
}

fn delete_vlan(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let id = call.param("vlan");
    let state = found(world, id)?;
    call.caller.needs(Role::Owner)?;
    if state.vlan.fields.created_from.as_deref() != Some("user") {
        return Err(Refused::invalid(
            "only a VLAN created by users can be deleted",
        ));
    }
    if let Some(cloud) = state.clouds.first() {
        return Err(Refused::invalid(format!(
            "the VLAN is assigned to cloud {cloud}"
        )));
    }
    if let Some(block) = on(world, id) {
        return Err(Refused::invalid(format!("IP block {block} is on the VLAN")));
    }
    world.vlans.shift_remove(id);
    world.log_change("delete_vlan", id, "gone");
    Ok(Answer::success())
}

/// A block that is on a VLAN.
fn on(world: &World, vlan: &str) -> Option<String> {
    world
        .blocks
        .values()
        .find(|it| it.block.fields.central_vlan_id.as_deref() == Some(vlan))
        .map(|it| it.block.id.clone())
}

fn assign_prefix(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let (id, block) = (call.param("vlan"), call.param("prefix"));
    let fields = found(world, id)?.vlan.fields.clone();
    if !world.blocks.contains_key(block) {
        return Err(Refused::not_found("IP block", block));
    }
    call.caller.needs(Role::Maintainer)?;
    suits(
        world,
        block,
        fields.vlan_type.as_deref().unwrap_or_default(),
        fields.pod_location.as_deref().unwrap_or_default(),
    )?;
    world.put_on(block, Some(id));
    world.log_change("assign_prefix", block, id);
    Ok(Answer::success())
}

fn unassign_prefix(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let (id, block) = (call.param("vlan"), call.param("prefix"));
    let from = found(world, id)?.vlan.fields.created_from.clone();
    let state = world
        .blocks
        .get(block)
        .ok_or_else(|| Refused::not_found("IP block", block))?;
    call.caller.needs(Role::Maintainer)?;
    if from.as_deref() != Some("user") {
        return Err(Refused::invalid(
            "the blocks of a VLAN of the system stay on it",
        ));
    }
    if state.block.fields.central_vlan_id.as_deref() != Some(id) {
        return Err(Refused::invalid("the IP block is not on this VLAN"));
    }
    world.put_on(block, None);
    world.log_change("unassign_prefix", block, id);
    Ok(Answer::success())
}
