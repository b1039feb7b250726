//! An account, read resource by resource with nothing but reads.

use std::collections::HashSet;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Map, Value, json};

use crate::api;
use crate::cli::call;
use crate::client::Limits;
use crate::error::{Complaint, exit};
use crate::operation::Arguments;
use crate::session::{Decoded, Session};
use crate::simulator::Resources;

/// How many calls are under way at once.
const AT_ONCE: usize = 8;

/// What was read.
pub struct Read {
    /// The account.
    pub resources: Resources,
    /// What could not be taken over as it is.
    pub notes: Vec<String>,
}

/// A reader of one account.
struct Reader<'a> {
    session: &'a Session,
    limits: &'a Limits,
}

impl Reader<'_> {
    /// One record, or all of a list, as JSON.
    async fn get(&self, name: &str, arguments: &Arguments) -> Result<Value, Complaint> {
        let operation = api::operation(name)
            .ok_or_else(|| Complaint::new(exit::FAILED, format!("there is no `{name}`")))?;
        let decoded = self
            .session
            .perform(operation, arguments, self.limits)
            .await
            .map_err(|error| call::complaint(&error))?;
        Ok(match decoded {
            Decoded::Nothing => Value::Null,
            Decoded::One(record) => record.to_json(),
            Decoded::Many(records) => records.iter().map(|record| record.to_json()).collect(),
        })
    }

    async fn all(&self, name: &str) -> Result<Vec<Value>, Complaint> {
        match self.get(name, &Arguments::new()).await? {
            Value::Array(items) => Ok(items),
            other => Ok(vec![other]),
        }
    }

    /// What a read answers for each of some ids, in their order.
    async fn each(
        &self,
        name: &str,
        parameter: &str,
        ids: Vec<String>,
    ) -> Result<Vec<Value>, Complaint> {
        stream::iter(ids)
            .map(|id| async move { self.get(name, &Arguments::new().with(parameter, id)).await })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

fn ids(items: &[Value]) -> Vec<String> {
    let id = |item: &Value| text(item, "/id").map(str::to_owned);
    items.iter().filter_map(id).collect()
}

/// The items of a list in an answer.
fn list<'a>(value: &'a mut Value, name: &str) -> impl Iterator<Item = &'a mut Value> {
    let items = value.get_mut(name).and_then(Value::as_array_mut);
    items.into_iter().flatten()
}

fn forget(value: &mut Value, name: &str) {
    if let Some(members) = value.as_object_mut() {
        members.shift_remove(name);
    }
}

/// Reads an account.
pub async fn read(session: &Session, limits: &Limits) -> Result<Read, Complaint> {
    let reader = Reader { session, limits };
    let mut notes = Vec::new();
    let mut clouds = reader.all("clouds").await?;
    let mut stats = reader.each("cloud_stats", "cloud", ids(&clouds)).await?;
    let mut vlans = reader.all("vlans").await?;
    let mut blocks = reader.all("ip_blocks").await?;
    let details = reader
        .each("ip_block_details", "prefix", ids(&blocks))
        .await?;
    let mut orders = reader.all("orders").await?;
    link_vlans(&mut vlans, &clouds, &stats);
    for (block, mut details) in blocks.iter_mut().zip(details) {
        for address in list(&mut details, "ip_addrs") {
            forget(address, "block_id");
        }
        block["address"] = details["ip_addrs"].take();
    }
    drop_dangling(&mut clouds, &mut blocks, &orders, &mut notes);
    for (cloud, stats) in clouds.iter_mut().zip(&mut stats) {
        // The simulator works these out from the networks themselves.
        forget(stats, "vlans");
        for node in list(stats, "nodes") {
            forget(node, "vlans");
            forget(node, "cloud_id");
        }
        cloud["stats"] = stats.take();
    }
    for order in &mut orders {
        // Said of whoever reads the order.
        forget(order, "access");
        forget(order, "relation");
    }
    let mut tables = Map::new();
    if let Some(organization) = organization(&reader).await? {
        tables.insert("organization".to_owned(), organization);
    }
    for (name, items) in [
        ("cloud", clouds),
        ("vlan", vlans),
        ("block", blocks),
        ("order", orders),
        ("configuration", reader.all("configurations").await?),
        ("public_key", reader.all("public_keys").await?),
    ] {
        tables.insert(name.to_owned(), Value::Array(items));
    }
    tables.insert("stock".to_owned(), stock(&reader).await?);
    let (resources, left_out) = Resources::taken_over(tables).map_err(|why| {
        Complaint::new(exit::FAILED, format!("the account makes no sense: {why}"))
    })?;
    let left_out: HashSet<String> = left_out.into_iter().collect();
    let mut left_out: Vec<String> = left_out.into_iter().collect();
    left_out.sort();
    if !left_out.is_empty() {
        notes.push(format!(
            "left out, for mw does not know them: {}",
            left_out.join(", ")
        ));
    }
    Ok(Read { resources, notes })
}

/// Writes into each VLAN which clouds it is on: its own record shows one of them at most.
fn link_vlans(vlans: &mut [Value], clouds: &[Value], stats: &[Value]) {
    for vlan in vlans {
        let uuid = text(vlan, "/fields/vlan_uuid");
        let shows = |stats: &Value| {
            let shown = stats.get("vlans").and_then(Value::as_array);
            let mut shown = shown.into_iter().flatten();
            uuid.is_some() && shown.any(|shown| text(shown, "/uuid") == uuid)
        };
        let on: Vec<&str> = clouds
            .iter()
            .zip(stats)
            .filter(|(_, stats)| shows(stats))
            .filter_map(|(cloud, _)| text(cloud, "/id"))
            .collect();
        let on = json!(on);
        vlan["clouds"] = on;
    }
}

/// Takes references away that lead to what is gone: wiped clouds, orders of long ago.
fn drop_dangling(
    clouds: &mut [Value],
    blocks: &mut [Value],
    orders: &[Value],
    notes: &mut Vec<String>,
) {
    let mut drop = |items: &mut [Value], name: &str, known: &HashSet<String>| {
        for item in items {
            let id = text(item, &format!("/fields/{name}")).map(str::to_owned);
            if let Some(id) = id.filter(|id| !known.contains(id)) {
                forget(&mut item["fields"], name);
                let of = text(item, "/id").unwrap_or_default();
                notes.push(format!(
                    "`{name}` {id} of {of} is left out: it is not there"
                ));
            }
        }
    };
    drop(clouds, "order_id", &ids(orders).into_iter().collect());
    drop(blocks, "cloud_id", &ids(clouds).into_iter().collect());
}

/// The organization that the caller belongs to.
async fn organization(reader: &Reader<'_>) -> Result<Option<Value>, Complaint> {
    let profile = reader.get("profile", &Arguments::new()).await?;
    let Some(id) = text(&profile, "/account_access/0/account_id") else {
        return Ok(None);
    };
    let arguments = Arguments::new().with("organization", id);
    let mut organization = reader.get("organization", &arguments).await?;
    let mut members = reader.get("members", &arguments).await?;
    for member in members.as_array_mut().into_iter().flatten() {
        forget(member, "organization_id");
    }
    organization["members"] = members;
    Ok(Some(organization))
}

/// What is in stock, by location.
async fn stock(reader: &Reader<'_>) -> Result<Value, Complaint> {
    let locations = reader.all("locations").await?;
    let pods: Vec<String> = locations
        .iter()
        .filter_map(|location| text(location, "/id").map(str::to_owned))
        .collect();
    let stocks = reader
        .each("availability", "location", pods.clone())
        .await?;
    let mut all = Map::new();
    for (pod, stock) in pods.into_iter().zip(stocks) {
        let items = stock.get("stock").and_then(Value::as_array);
        let counts: Map<String, Value> = items
            .into_iter()
            .flatten()
            .filter_map(|item| Some((text(item, "/sku")?.to_owned(), item["count"].clone())))
            .collect();
        all.insert(pod, Value::Object(counts));
    }
    Ok(Value::Object(all))
}
