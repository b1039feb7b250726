//! Names of a snapshot.

use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::Deref;
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
    fn replace<T>(&mut self, kind: &'static str, name: &mut Option<T>)
    where
        T: Deref<Target = str> + From<String>,
    {
        if let Some(old) = name.as_deref() {
            *name = Some(self.instead_of(kind, old).into());
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

    /// The same for the address of a cloud, which may be a name.
    fn host(&mut self, host: &mut Option<String>) {
        if host
            .as_deref()
            .is_some_and(|it| it.parse::<IpAddr>().is_err())
        {
            self.replace("host", host);
        }
    }

    fn email(&mut self, address: &mut Option<String>) {
        if let Some(old) = address.as_ref() {
            *address = Some(format!("{}@example.com", self.instead_of("person", old)));
        }
    }
}

/// What clouds are delivered with has one of these names, which mean something.
const DELIVERED: &[&str] = &[
    "inventory",
    "provider",
    "compute",
    "control",
    "storage",
    "tunnel",
    "octavia",
];

fn is_delivered(from: Option<&str>, label: Option<&str>) -> bool {
    from != Some(USER) && label.is_some_and(|label| DELIVERED.contains(&label))
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
        names.host(&mut fields.hostname);
        names.host(&mut stats.cloud_hostname);
        for node in &mut stats.nodes {
            names.replace("node", &mut Arc::make_mut(node).hostname);
        }
    }
    for (vlan, _) in &mut resources.vlans {
        vlan.description = None;
        if !is_delivered(vlan.fields.created_from.as_deref(), vlan.label.as_deref()) {
            names.replace("vlan", &mut vlan.label);
        }
    }
    for (block, addresses) in &mut resources.blocks {
        block.description = None;
        if !is_delivered(block.fields.created_from.as_deref(), block.label.as_deref()) {
            names.replace("block", &mut block.label);
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
        let fields = Arc::make_mut(&mut configuration.fields);
        for url in [
            &mut fields.image_source,
            &mut fields.image_ramdisk_kernel,
            &mut fields.image_ramdisk_ramdisk,
        ] {
            if let Some(old) = url.as_ref() {
                *url = Some(format!(
                    "https://images.example.com/{}",
                    names.instead_of("image", old)
                ));
            }
        }
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
