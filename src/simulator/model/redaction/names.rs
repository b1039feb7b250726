//! Names of a snapshot.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Resources, keys};
use crate::simulator::block::USER;
use crate::simulator::identity::is_uuid;

/// Which names stand for which.
#[derive(Default)]
struct Names(
    HashMap<(&'static str, String), usize>,
    HashMap<&'static str, usize>,
);

impl Names {
    /// A name of this kind that stands for another, where there is one.
    fn replace(&mut self, kind: &'static str, name: &mut Option<String>) {
        if let Some(old) = name.as_ref() {
            *name = Some(self.instead_of(kind, old));
        }
    }

    fn instead_of(&mut self, kind: &'static str, name: &str) -> String {
        let Self(known, counts) = self;
        let number = known.entry((kind, name.to_owned())).or_insert_with(|| {
            let count = counts.entry(kind).or_default();
            *count += 1;
            *count
        });
        format!("{kind}-{number}")
    }

    fn email(&mut self, address: &mut Option<String>) {
        if let Some(old) = address.as_ref() {
            *address = Some(format!("{}@example.com", self.instead_of("person", old)));
        }
    }
}

/// Replaces names and leaves descriptions out. What the system named keeps its name, for it means
/// something.
pub fn redact(resources: &mut Resources) {
    let mut names = Names::default();
    organization(resources, &mut names);
    for (cloud, stats) in &mut resources.clouds {
        names.replace("cloud", &mut cloud.label);
        names.replace("cloud", &mut stats.name);
        (cloud.description, stats.description) = (None, None);
        let fields = Arc::make_mut(&mut cloud.fields);
        names.replace("organization", &mut fields.owner_name);
        for node in &mut stats.nodes {
            names.replace("node", &mut Arc::make_mut(node).hostname);
        }
    }
    for (vlan, _) in &mut resources.vlans {
        if vlan.fields.created_from.as_deref() == Some(USER) {
            names.replace("vlan", &mut vlan.label);
            vlan.description = None;
        }
    }
    for (block, addresses) in &mut resources.blocks {
        if block.fields.created_from.as_deref() == Some(USER) {
            names.replace("block", &mut block.label);
            block.description = None;
        }
        for address in addresses {
            let is_ours = matches!(address.label.as_deref(), Some("inventory" | "managed"));
            if !is_ours {
                names.replace("address", &mut address.label);
            }
            if address
                .assigned_host
                .as_deref()
                .is_some_and(|host| !is_uuid(host))
            {
                names.replace("node", &mut address.assigned_host);
            }
        }
    }
    for order in &mut resources.orders {
        names.replace("order", &mut order.label);
        order.description = None;
    }
    for configuration in &mut resources.configurations {
        names.replace("configuration", &mut configuration.label);
        configuration.description = None;
    }
    for key in &mut resources.public_keys {
        names.replace("key", &mut key.label);
        key.description = None;
        key.created_by_name = key.created_by_name.take().map(|_| String::new());
    }
    // What follows type and data is whose key it is.
    keys::replace(resources, |key| {
        let words: Vec<&str> = key.split_whitespace().take(2).collect();
        words.join(" ")
    });
}

fn organization(resources: &mut Resources, names: &mut Names) {
    let Some(organization) = &mut resources.organization else {
        return;
    };
    names.replace("organization", &mut organization.name);
    names.email(&mut organization.primary_email);
    names.email(&mut organization.billing_email);
    (organization.phone, organization.company_website) = (None, None);
    for member in &mut organization.members {
        let member = Arc::make_mut(member);
        names.email(&mut member.invite_email);
        if let Some(account) = &mut member.account {
            let account = Arc::make_mut(account);
            names.email(&mut account.email);
            names.replace("member", &mut account.name);
        }
    }
}
