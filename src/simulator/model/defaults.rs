//! What a model may leave out, for the API never does.

use std::sync::Arc;

use super::resources::Resources;
use crate::record::Moment;
use crate::simulator::block::{INVENTORY, USER};
use crate::simulator::world::World;

/// Fills in what a model leaves out: labels, dates, who made a thing, and what tells its type.
pub fn fill(resources: &mut Resources, world: &mut World) {
    let moment = Some(world.moment());
    let maker = world.deliverer().account_id.clone();
    let organization = Some(world.organization.organization_id.clone());
    let or = |field: &mut Option<String>, value: &Option<String>| {
        if field.is_none() {
            field.clone_from(value);
        }
    };
    let dated = |created: &mut Option<Moment>, updated: &mut Option<Moment>| {
        *created = created.take().or(moment.clone());
        *updated = updated.take().or(created.clone());
    };
    let text = |word: &str| Some(word.to_owned());
    for (cloud, _) in &mut resources.clouds {
        or(&mut cloud.label, &text(&cloud.id));
        cloud.created_at = cloud.created_at.take().or(moment.clone());
    }
    for (vlan, _) in &mut resources.vlans {
        or(&mut vlan.resource, &text("vlans"));
        or(&mut vlan.label, &text(&vlan.id));
        or(&mut vlan.created_by, &maker);
        dated(&mut vlan.created_at, &mut vlan.updated_at);
        vlan.is_active = vlan.is_active.or(Some(true));
        let uuid = Some(world.uuid());
        or(&mut Arc::make_mut(&mut vlan.fields).vlan_uuid, &uuid);
    }
    for (block, _) in &mut resources.blocks {
        or(&mut block.resource, &text("prefixes"));
        or(&mut block.label, &text(&block.id));
        or(&mut block.created_by, &maker);
        dated(&mut block.created_at, &mut block.updated_at);
        block.is_active = block.is_active.or(Some(true));
        let fields = Arc::make_mut(&mut block.fields);
        // As in the blocks that the simulator makes.
        let is_inventory = block.label.as_deref() == Some(INVENTORY);
        let is_own = fields.created_from.as_deref() == Some(USER);
        let mode = if is_inventory && !is_own {
            "pool"
        } else {
            "off"
        };
        or(&mut fields.managed_addressing, &text(mode));
        fields.prefix_id = fields.prefix_id.or_else(|| Some(world.number()));
    }
    for order in &mut resources.orders {
        or(&mut order.resource, &text("orders"));
        or(&mut order.label, &text(&order.id));
        or(&mut order.created_by, &maker);
        dated(&mut order.created_at, &mut order.updated_at);
        order.is_active = order.is_active.or(Some(true));
        or(
            &mut Arc::make_mut(&mut order.fields).organization_id,
            &organization,
        );
    }
    for configuration in &mut resources.configurations {
        or(&mut configuration.label, &text(&configuration.id));
        dated(&mut configuration.created_at, &mut configuration.updated_at);
    }
    for key in &mut resources.public_keys {
        or(&mut key.resource, &text("public-keys"));
        or(&mut key.label, &text(&key.id));
        or(&mut key.created_by, &maker);
        dated(&mut key.created_at, &mut key.updated_at);
    }
}
