//! How operations are answered: the behaviour of each.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::call::Behaviour;
use super::{
    accounts, catalogue, clouds, configurations, images, inventory, ip_blocks, nodes, orders,
    organizations, public_keys, subscription, token, vlans,
};
use crate::operation::Operation;

/// Every behaviour, by the name of its operation.
pub const BEHAVIOURS: &[&[(&str, Behaviour)]] = &[
    token::BEHAVIOURS,
    clouds::BEHAVIOURS,
    subscription::BEHAVIOURS,
    nodes::BEHAVIOURS,
    orders::BEHAVIOURS,
    inventory::BEHAVIOURS,
    catalogue::BEHAVIOURS,
    configurations::BEHAVIOURS,
    images::BEHAVIOURS,
    vlans::BEHAVIOURS,
    ip_blocks::BEHAVIOURS,
    public_keys::BEHAVIOURS,
    accounts::BEHAVIOURS,
    organizations::BEHAVIOURS,
];

static BY_NAME: LazyLock<HashMap<&'static str, Behaviour>> = LazyLock::new(|| {
    BEHAVIOURS
        .iter()
        .flat_map(|file| file.iter().copied())
        .collect()
});

/// How an operation is answered; none where it is not modelled.
pub fn of(operation: &Operation) -> Option<Behaviour> {
    BY_NAME.get(operation.name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::operations;

    #[test]
    fn every_operation_has_a_behaviour_and_every_behaviour_an_operation() {
        let mut wanted: Vec<&str> = operations().map(|operation| operation.name).collect();
        let mut given: Vec<&str> = BEHAVIOURS
            .iter()
            .flat_map(|file| file.iter().map(|(name, _)| *name))
            .collect();
        wanted.sort_unstable();
        given.sort_unstable();
        assert_eq!(wanted, given);
    }
}
