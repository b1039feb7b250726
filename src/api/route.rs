//! From a request's method and path to the operation it calls.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::operations;
use crate::operation::Operation;

/// Where a path leads.
pub enum Found<'a> {
    /// To an operation, with the values of its placeholders, still encoded.
    Operation(&'static Operation, Vec<(&'static str, &'a str)>),
    /// To operations of these other methods.
    Methods(Vec<&'static str>),
    /// Nowhere.
    Nothing,
}

#[derive(Default)]
struct Branch {
    literal: HashMap<&'static str, Branch>,
    placeholder: Option<Box<Branch>>,
    operations: Vec<&'static Operation>,
}

/// The tree of all declared paths.
static ROOT: LazyLock<Branch> = LazyLock::new(|| {
    let mut root = Branch::default();
    for operation in operations() {
        let mut branch = &mut root;
        for segment in segments(operation.path) {
            branch = if placeholder(segment).is_some() {
                branch.placeholder.get_or_insert_default()
            } else {
                branch.literal.entry(segment).or_default()
            };
        }
        branch.operations.push(operation);
    }
    root
});

fn placeholder(segment: &'static str) -> Option<&'static str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

/// Where a method and an encoded path lead.
#[must_use]
pub fn find<'a>(method: &str, path: &'a str) -> Found<'a> {
    // No declared path is longer; an endless one is not worth splitting.
    let parts: Vec<&str> = segments(path).take(16).collect();
    let mut leaves = Vec::new();
    leaves_of(&ROOT, &parts, &mut leaves);
    for operation in leaves.iter().flat_map(|leaf| &leaf.operations) {
        if operation.method.as_str() == method {
            let names = segments(operation.path);
            let values = names
                .zip(parts.iter().copied())
                .filter_map(|(name, value)| Some((placeholder(name)?, value)))
                .collect();
            return Found::Operation(operation, values);
        }
    }
    let mut methods: Vec<&str> = leaves
        .iter()
        .flat_map(|leaf| &leaf.operations)
        .map(|operation| operation.method.as_str())
        .collect();
    methods.dedup();
    if methods.is_empty() {
        Found::Nothing
    } else {
        Found::Methods(methods)
    }
}

/// The ends that a path reaches, literal segments before placeholders.
fn leaves_of<'a>(branch: &'a Branch, parts: &[&str], leaves: &mut Vec<&'a Branch>) {
    let Some((part, rest)) = parts.split_first() else {
        if !branch.operations.is_empty() {
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
    fn a_literal_segment_goes_before_a_placeholder() {
        let name = |path: &str| match find("GET", path) {
            Found::Operation(operation, values) => (operation.name, values.len()),
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
