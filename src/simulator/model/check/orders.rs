//! Orders that cannot be.

use super::{Problem, Resources, location, one_of, wrong};
use crate::api::clouds::PROVISION_STATUSES;
use crate::api::orders::OrderItem;
use crate::simulator::assumptions::ORDER_QUANTITY;

/// Refuses orders that cannot be. Clouds that they name and that are not there are none of that: an
/// order outlives the cloud that came of it.
pub fn check(resources: &Resources) -> Result<(), Problem> {
    for (place, order) in resources.orders.iter().enumerate() {
        let at = format!("/order/{place}/fields");
        for (place, item) in order.fields.items.iter().enumerate() {
            self::item(item, &format!("{at}/items/{place}"))?;
        }
        for (place, deployed) in order.fields.clouds_deployed.iter().enumerate() {
            let at = format!("{at}/clouds_deployed/{place}/provision_status");
            if let Some(status) = deployed.provision_status.as_deref() {
                one_of(Some(status), PROVISION_STATUSES, at)?;
            }
        }
    }
    Ok(())
}

fn item(item: &OrderItem, at: &str) -> Result<(), Problem> {
    let most = ORDER_QUANTITY.most();
    if !(1..=most).contains(&item.quantity.unwrap_or(1)) {
        let message = format!("an item is of 1 to {most}");
        return Err(wrong(format!("{at}/quantity"), message));
    }
    if let Some(pod) = item.location.as_deref() {
        location(Some(pod), &format!("{at}/location"))?;
    }
    if let Some(product) = item.product.as_deref() {
        one_of(Some(product), &["pcc", "baremetal"], format!("{at}/type"))?;
    }
    Ok(())
}
