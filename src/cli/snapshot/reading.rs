//! An account, read resource by resource with nothing but reads.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Map, Value, json};

use crate::api;
use crate::cli::call;
use crate::client::{CallError, Limits};
use crate::error::{Complaint, exit};
use crate::operation::{Arguments, Decoded};
use crate::record::Moment;
use crate::session::Failure;
use crate::session::Session;
use crate::simulator::Resources;

/// How many calls are under way at once.
const AT_ONCE: usize = 8;

/// What was read.
pub struct Read {
    /// The account.
    pub resources: Resources,
    /// When it was read, by the account's own clock.
    pub now: DateTime<Utc>,
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
        let read = self.try_get(name, arguments).await;
        read.map_err(|error| call::complaint(&error))
    }

    async fn try_get(&self, name: &str, arguments: &Arguments) -> Result<Value, CallError> {
        let operation = api::operation(name).ok_or_else(|| {
            CallError::setup(format!("there is no `{name}`"), "mw doc lists them")
        })?;
        let session = self.session;
        let done = session.perform(operation, arguments, self.limits).await;
        let done = done.map_err(|failure| match failure {
            Failure::Call(error) => error,
            // Of what only reads no record is kept that could halt it.
            Failure::Halt(halt) => CallError::setup(halt.sentence().0, ""),
        })?;
        Ok(match done.decoded {
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

    /// What a read answers for each of some things, in their order. What is gone by now is left out,
    /// of the things as well.
    async fn each(
        &self,
        name: &str,
        parameter: &str,
        things: &mut Vec<Value>,
    ) -> Result<Vec<Value>, Complaint> {
        let read: Vec<Option<Value>> = stream::iter(ids(things))
            .map(|id| async move {
                let arguments = Arguments::new().with(parameter, id);
                match self.try_get(name, &arguments).await {
                    Err(error) if error.status() == Some(404) => Ok(None),
                    read => read.map(Some).map_err(|error| call::complaint(&error)),
                }
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let mut is_there = read.iter().map(Option::is_some);
        things.retain(|_| is_there.next().unwrap_or_default());
        Ok(read.into_iter().flatten().collect())
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
    let mut stats = reader.each("cloud_stats", "cloud", &mut clouds).await?;
    let mut vlans = reader.all("vlans").await?;
    let mut blocks = reader.all("ip_blocks").await?;
    let details = reader
        .each("ip_block_details", "prefix", &mut blocks)
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
    if let Some(organization) = organization(&reader, &mut notes).await? {
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
    let (stock, now) = stock(&reader).await?;
    tables.insert("stock".to_owned(), stock);
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
    // Without a word from the account, our own clock has to do.
    let now = now.unwrap_or_else(|| session.clock().now());
    Ok(Read {
        resources,
        now,
        notes,
    })
}

/// Writes into each VLAN which clouds it is on: its own record shows one of them at most.
fn link_vlans(vlans: &mut [Value], clouds: &[Value], stats: &[Value]) {
    for vlan in vlans {
        let uuid = text(vlan, "/fields/vlan_uuid");
        let number = vlan.pointer("/fields/vlan_id");
        let first = text(vlan, "/fields/cloud_id");
        let is_it = |shown: &Value| match (text(shown, "/uuid"), uuid) {
            (Some(shown), Some(uuid)) => shown == uuid,
            _ => number.is_some() && shown.get("id") == number,
        };
        let is_on = |cloud: &Value, stats: &Value| {
            let shown = stats.get("vlans").and_then(Value::as_array);
            let is_first = first.is_some() && text(cloud, "/id") == first;
            is_first || shown.into_iter().flatten().any(is_it)
        };
        let on: Vec<&str> = clouds
            .iter()
            .zip(stats)
            .filter(|(cloud, stats)| is_on(cloud, stats))
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

/// The organization that the caller belongs to: the first, if there are several.
async fn organization(
    reader: &Reader<'_>,
    notes: &mut Vec<String>,
) -> Result<Option<Value>, Complaint> {
    let mut profile = reader.get("profile", &Arguments::new()).await?;
    let is_one = |access: &&mut Value| text(access, "/type").is_none_or(|it| it == "organization");
    let all: Vec<String> = list(&mut profile, "account_access")
        .filter(is_one)
        .filter_map(|access| text(access, "/account_id").map(str::to_owned))
        .collect();
    let Some(id) = all.first() else {
        notes.push("the organization is made up: the caller belongs to none".to_owned());
        return Ok(None);
    };
    if all.len() > 1 {
        let count = all.len() - 1;
        notes.push(format!(
            "organization {id} is taken, {count} more are left out"
        ));
    }
    let arguments = Arguments::new().with("organization", id.clone());
    let mut organization = reader.get("organization", &arguments).await?;
    let mut members = reader.get("members", &arguments).await?;
    for member in members.as_array_mut().into_iter().flatten() {
        forget(member, "organization_id");
    }
    organization["members"] = members;
    Ok(Some(organization))
}

/// What is in stock, by location, and when it was counted.
async fn stock(reader: &Reader<'_>) -> Result<(Value, Option<DateTime<Utc>>), Complaint> {
    let mut locations = reader.all("locations").await?;
    let stocks = reader
        .each("availability", "location", &mut locations)
        .await?;
    let (mut all, mut now) = (Map::new(), None);
    for (pod, stock) in ids(&locations).into_iter().zip(stocks) {
        now = now.max(text(&stock, "/timestamp").and_then(Moment::read));
        let items = stock.get("stock").and_then(Value::as_array);
        let counts: Map<String, Value> = items
            .into_iter()
            .flatten()
            .filter_map(|item| Some((text(item, "/sku")?.to_owned(), item["count"].clone())))
            .collect();
        all.insert(pod, Value::Object(counts));
    }
    Ok((Value::Object(all), now))
}
