//! From a request's method and path to the operation it calls and the behaviour that answers.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::call::Behaviour;
use super::{
    accounts, catalogue, clouds, configurations, images, inventory, ip_blocks, nodes, orders,
    organizations, public_keys, subscription, token, vlans,
};
use crate::api::operations;
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

/// An operation and how it is answered; without a behaviour it is not modelled.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The operation.
    pub operation: &'static Operation,
    /// How it is answered.
    pub behaviour: Option<Behaviour>,
}

/// Where a path leads.
pub enum Found<'a> {
    /// To an operation, with the values of its placeholders, still encoded.
    Route(&'a Route, Vec<(&'static str, &'a str)>),
    /// To operations of these other methods.
    Methods(String),
    /// Nowhere.
    Nothing,
}

#[derive(Default)]
struct Branch {
    literal: HashMap<&'static str, Branch>,
    placeholder: Option<Box<Branch>>,
    routes: Vec<Route>,
}

/// The tree of all paths.
pub struct Router(Branch);

/// The router of the declared operations.
pub static ROUTER: LazyLock<Router> = LazyLock::new(|| Router::of(operations()));

fn placeholder(segment: &'static str) -> Option<&'static str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

impl Router {
    fn of(operations: impl Iterator<Item = &'static Operation>) -> Self {
        let behaviours: HashMap<&str, Behaviour> = BEHAVIOURS
            .iter()
            .flat_map(|file| file.iter().copied())
            .collect();
        let mut root = Branch::default();
        for operation in operations {
            let mut branch = &mut root;
            for segment in segments(operation.path) {
                branch = if placeholder(segment).is_some() {
                    branch.placeholder.get_or_insert_default()
                } else {
                    branch.literal.entry(segment).or_default()
                };
            }
            branch.routes.push(Route {
                operation,
                behaviour: behaviours.get(operation.name).copied(),
            });
        }
        Self(root)
    }

    /// Where a method and an encoded path lead.
    pub fn find<'a>(&'a self, method: &str, path: &'a str) -> Found<'a> {
        // No declared path is longer; an endless one is not worth splitting.
        let parts: Vec<&str> = segments(path).take(16).collect();
        let mut leaves = Vec::new();
        leaves_of(&self.0, &parts, &mut leaves);
        for leaf in &leaves {
            for route in &leaf.routes {
                if route.operation.method.as_str() == method {
                    let names = segments(route.operation.path);
                    let values = names
                        .zip(parts.iter().copied())
                        .filter_map(|(name, value)| Some((placeholder(name)?, value)))
                        .collect();
                    return Found::Route(route, values);
                }
            }
        }
        let mut methods: Vec<&str> = leaves
            .iter()
            .flat_map(|leaf| &leaf.routes)
            .map(|route| route.operation.method.as_str())
            .collect();
        methods.dedup();
        if methods.is_empty() {
            Found::Nothing
        } else {
            Found::Methods(methods.join(", "))
        }
    }
}

/// The ends that a path reaches, literal segments before placeholders.
fn leaves_of<'a>(branch: &'a Branch, parts: &[&str], leaves: &mut Vec<&'a Branch>) {
    let Some((part, rest)) = parts.split_first() else {
        if !branch.routes.is_empty() {
            leaves.push(branch);
        }
        return;
    };
    if let Some(next) = branch.literal.get(*part) {
        leaves_of(next, rest, leaves);
    }
    if let Some(next) = &branch.placeholder
        && !part.is_empty()
    {
        leaves_of(next, rest, leaves);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_literal_segment_goes_before_a_placeholder() {
        let name = |path: &str| match ROUTER.find("GET", path) {
            Found::Route(route, values) => (route.operation.name, values.len()),
            _ => ("", 0),
        };
        assert_eq!(name("/v1/accounts/profile"), ("profile", 0));
        assert_eq!(name("/v1/accounts/abc"), ("organization", 1));
        assert_eq!(
            name("/v1/accounts/profile/profile"),
            ("organization_profile", 1)
        );
        assert_eq!(name("/v1/clouds//stats"), ("", 0));
    }
}
