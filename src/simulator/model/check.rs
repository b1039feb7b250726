//! What an account in full cannot be: references to nothing, and states that the API never shows.

mod networks;
mod orders;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};

use super::problem::Problem;
use super::resources::Resources;
use crate::api::clouds::{CLOUD_STATES, Cloud, CloudStats, PROVISION_STATUSES};
use crate::api::configurations::ConfigurationFields;
use crate::api::nodes::{Node, POWER_STATES};
use crate::record::{Moment, Typed as _};
use crate::simulator::configurations;
use crate::simulator::credentials::Role;
use crate::simulator::identity::is_uuid;
use crate::simulator::inventory::is_pod;
use crate::simulator::public_keys::fingerprint;

/// How much later than `now` a cloud may have been made, in seconds: two machines tell the time.
const APART: i64 = 3_600;

/// Refuses what cannot be at an instant, if it is known.
pub fn check(resources: &Resources, now: Option<DateTime<Utc>>) -> Result<(), Problem> {
    organization(resources)?;
    ids(resources)?;
    orders::check(resources)?;
    clouds(resources, now)?;
    networks::check(resources)?;
    for (place, configuration) in resources.configurations.iter().enumerate() {
        if let Some(why) = configurations::wrong(&configuration.fields) {
            // The field that the complaint names, if it is there.
            let names = ConfigurationFields::KIND.fields;
            let named = why
                .split([' ', '/', '.'])
                .find(|word| names.iter().any(|field| field.name == *word));
            let field = named.unwrap_or_default();
            return Err(wrong(format!("/configuration/{place}/fields/{field}"), why));
        }
    }
    for (place, key) in resources.public_keys.iter().enumerate() {
        let at = format!("/public_key/{place}/fields");
        let data = key.fields.key_data.as_deref().unwrap_or_default();
        let Ok(print) = fingerprint(data) else {
            return Err(wrong(format!("{at}/key_data"), "this is no SSH public key"));
        };
        if key
            .fields
            .fingerprint
            .as_ref()
            .is_some_and(|it| *it != print)
        {
            let message = format!("the fingerprint of this key is {print}");
            return Err(wrong(format!("{at}/fingerprint"), message));
        }
    }
    for (pod, stock) in &resources.stock {
        location(Some(pod), &format!("/stock/{pod}"))?;
        if let Some((sku, count)) = stock.iter().find(|(_, count)| **count < 0) {
            let message = format!("there cannot be {count} in stock");
            return Err(wrong(format!("/stock/{pod}/{sku}"), message));
        }
    }
    Ok(())
}

/// Something wrong with a value.
fn wrong(at: String, message: impl Into<String>) -> Problem {
    Problem::at(at, message.into())
}

/// Refuses a word that is not among those known.
fn one_of(given: Option<&str>, known: &[&str], at: String) -> Result<(), Problem> {
    if given.is_some_and(|given| known.contains(&given)) {
        return Ok(());
    }
    let known = known.join("`, `");
    Err(wrong(at, format!("it is to be one of `{known}`")))
}

/// Refuses a datacenter that is none.
fn location(pod: Option<&str>, at: &str) -> Result<(), Problem> {
    if pod.is_some_and(is_pod) {
        return Ok(());
    }
    Err(wrong(at.to_owned(), "there is no such pod location"))
}

fn organization(resources: &Resources) -> Result<(), Problem> {
    let Some(organization) = &resources.organization else {
        return Ok(());
    };
    let mut seen = HashSet::new();
    for (place, member) in organization.members.iter().enumerate() {
        let at = format!("/organization/members/{place}");
        let roles: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
        one_of(member.role.as_deref(), &roles, format!("{at}/role"))?;
        let states = ["active", "pending", "inactive"];
        one_of(member.state.as_deref(), &states, format!("{at}/state"))?;
        if !seen.insert(&member.membership_id) {
            let message = "the membership is there twice";
            return Err(wrong(format!("{at}/membership_id"), message));
        }
        let account = member.account.as_ref();
        if account.is_some_and(|account| account.account_id.is_none()) {
            let message = "an account has an account_id";
            return Err(wrong(format!("{at}/account"), message));
        }
    }
    let owns = organization.members.iter().any(|member| {
        let is = |given: &Option<String>, word: &str| given.as_deref() == Some(word);
        is(&member.role, "owner") && is(&member.state, "active") && member.account.is_some()
    });
    if owns {
        return Ok(());
    }
    let at = "/organization".to_owned();
    Err(wrong(
        at,
        "an organization has an active owner with an account",
    ))
}

/// Refuses an id that two things have.
fn ids(resources: &Resources) -> Result<(), Problem> {
    let unique = |table: &str, ids: Vec<&str>| {
        let is_id = |id: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            !id.is_empty() && id.bytes().all(plain)
        };
        if let Some(place) = ids.iter().position(|id| !is_id(id)) {
            let message = "an id is letters and digits";
            return Err(wrong(format!("/{table}/{place}/id"), message));
        }
        let mut seen = HashSet::new();
        match ids.iter().enumerate().find(|(_, id)| !seen.insert(**id)) {
            Some((place, id)) => {
                let message = format!("the id `{id}` is there twice");
                Err(wrong(format!("/{table}/{place}/id"), message))
            }
            None => Ok(()),
        }
    };
    let all = resources;
    unique("cloud", all.clouds.iter().map(|it| &*it.0.id).collect())?;
    unique("vlan", all.vlans.iter().map(|it| &*it.0.id).collect())?;
    unique("block", all.blocks.iter().map(|it| &*it.0.id).collect())?;
    unique("order", all.orders.iter().map(|it| &*it.id).collect())?;
    let configurations = all.configurations.iter();
    unique("configuration", configurations.map(|it| &*it.id).collect())?;
    unique(
        "public_key",
        all.public_keys.iter().map(|it| &*it.id).collect(),
    )
}

fn clouds(resources: &Resources, now: Option<DateTime<Utc>>) -> Result<(), Problem> {
    let orders: HashMap<&str, HashSet<&str>> = resources
        .orders
        .iter()
        .map(|order| {
            let deployed = order.fields.clouds_deployed.iter();
            (&*order.id, deployed.map(|it| &*it.id).collect())
        })
        .collect();
    let mut uuids = HashSet::new();
    for (place, (cloud, stats)) in resources.clouds.iter().enumerate() {
        let at = format!("/cloud/{place}");
        state(cloud, stats, &at)?;
        times(cloud, stats, now, &at)?;
        let mut hosts = stats.cloud_hosts.iter().enumerate();
        let nodes: HashSet<&str> = stats.nodes.iter().map(|node| &*node.uuid).collect();
        if let Some((place, host)) = hosts.find(|(_, host)| !nodes.contains(&***host)) {
            let message = format!("the cloud has no node `{host}`");
            return Err(wrong(format!("{at}/stats/cloud_hosts/{place}"), message));
        }
        let status = cloud.fields.provision_status.as_deref();
        let order = cloud.fields.order_id.as_deref();
        let deployed = order.and_then(|order| orders.get(order));
        if order.is_some() && deployed.is_none() {
            let message = "there is no such order";
            return Err(wrong(format!("{at}/fields/order_id"), message));
        }
        let is_coming = !matches!(status, Some("complete" | "manual_setup"));
        if is_coming && !deployed.is_some_and(|clouds| clouds.contains(&*cloud.id)) {
            let message = "a cloud that is not complete is in the order it comes from";
            return Err(wrong(format!("{at}/fields/order_id"), message));
        }
        if status != Some("complete") && !stats.nodes.is_empty() {
            let message = "a cloud that is not complete has no nodes yet";
            return Err(wrong(format!("{at}/stats/nodes"), message));
        }
        for (place, node) in stats.nodes.iter().enumerate() {
            let at = format!("{at}/stats/nodes/{place}");
            self::node(node, &at)?;
            if !uuids.insert(&*node.uuid) {
                let message = "this node is in the model twice";
                return Err(wrong(format!("{at}/uuid"), message));
            }
        }
    }
    Ok(())
}

fn state(cloud: &Cloud, stats: &CloudStats, at: &str) -> Result<(), Problem> {
    let fields = &cloud.fields;
    let types = ["pcc", "baremetal"];
    one_of(
        fields.cloud_type.as_deref(),
        &types,
        format!("{at}/fields/cloud_type"),
    )?;
    location(
        fields.pod_location.as_deref(),
        &format!("{at}/fields/pod_location"),
    )?;
    let status = fields.provision_status.as_deref();
    one_of(
        status,
        PROVISION_STATUSES,
        format!("{at}/fields/provision_status"),
    )?;
    if fields.pending_delete == Some(true) && status != Some("complete") {
        let message = "a cloud that is not complete cannot be deleted";
        return Err(wrong(format!("{at}/fields/pending_delete"), message));
    }
    if let Some(shown) = &stats.cloud_state {
        let at = format!("{at}/stats/cloud_state");
        one_of(Some(shown), CLOUD_STATES, at.clone())?;
        let is_going = matches!(&**shown, "PENDING-DELETE" | "DELETED");
        if is_going != (fields.pending_delete == Some(true)) {
            let message = "a cloud is PENDING-DELETE or DELETED when pending_delete is true";
            return Err(wrong(at, message));
        }
    }
    let uuids = (&fields.cloud_uuid, &stats.cloud_uuid);
    if let (Some(uuid), Some(shown)) = uuids
        && uuid != shown
    {
        let message = format!("the cloud's own cloud_uuid is {uuid}");
        return Err(wrong(format!("{at}/stats/cloud_uuid"), message));
    }
    Ok(())
}

/// Refuses times that cannot be read, or that lie beyond the present.
fn times(
    cloud: &Cloud,
    stats: &CloudStats,
    now: Option<DateTime<Utc>>,
    at: &str,
) -> Result<(), Problem> {
    let own = [
        ("created_at", &cloud.created_at),
        ("stats/pending_date", &stats.pending_date),
    ];
    for (name, moment) in own {
        time(moment.as_ref(), format!("{at}/{name}"))?;
    }
    for (place, node) in stats.nodes.iter().enumerate() {
        let at = format!("{at}/stats/nodes/{place}");
        for (name, moment) in [
            ("last_updated", &node.last_updated),
            ("assigned_date", &node.assigned_date),
        ] {
            time(moment.as_ref(), format!("{at}/{name}"))?;
        }
    }
    let created = cloud.created_at.as_ref();
    let created = created.and_then(|at| Moment::read(&at.0));
    let latest = now.map(|now| now + TimeDelta::seconds(APART));
    if created > latest && latest.is_some() {
        let message = "the cloud was made later than `now`";
        return Err(wrong(format!("{at}/created_at"), message));
    }
    Ok(())
}

/// Refuses what is no time.
fn time(given: Option<&Moment>, at: String) -> Result<(), Problem> {
    let is_one = |at: &Moment| {
        let read = Moment::read(&at.0);
        read.is_some_and(|at| (1970..=9_000).contains(&at.year()))
    };
    if given.is_none_or(is_one) {
        return Ok(());
    }
    let message = "it is to be an instant, such as 2026-01-15T08:00:00+00:00";
    Err(wrong(at, message))
}

fn node(node: &Node, at: &str) -> Result<(), Problem> {
    if !is_uuid(&node.uuid) {
        return Err(wrong(format!("{at}/uuid"), "a node's uuid is a UUID"));
    }
    one_of(
        node.power_state.as_deref(),
        POWER_STATES,
        format!("{at}/power_state"),
    )
}
