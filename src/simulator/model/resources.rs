//! An account in full: every resource, as the API shows it.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::Segment;

use super::problem::Problem;
use crate::api::clouds::{Cloud, CloudStats};
use crate::api::configurations::Configuration;
use crate::api::ip_blocks::{IpAddress, IpBlock};
use crate::api::orders::Order;
use crate::api::organizations::Organization;
use crate::api::public_keys::PublicKey;
use crate::api::vlans::Vlan;
use crate::operation::nearest;
use crate::record::{Moment, RecordKind, Typed};

/// The kinds of resources a file may have, by the names of their tables.
pub const TABLES: &[&str] = &[
    "organization",
    "cloud",
    "vlan",
    "block",
    "order",
    "configuration",
    "public_key",
    "stock",
];

/// An resources.
#[derive(Clone, Debug, Default)]
pub struct Resources {
    /// Who owns it; without one, the starting account's.
    pub organization: Option<Organization>,
    /// Its clouds, and what they are made of.
    pub clouds: Vec<(Cloud, CloudStats)>,
    /// Its VLANs, and the ids of the clouds each is on.
    pub vlans: Vec<(Vlan, Vec<String>)>,
    /// Its IP blocks, and their addresses.
    pub blocks: Vec<(IpBlock, Vec<IpAddress>)>,
    /// Its orders.
    pub orders: Vec<Order>,
    /// Its configurations.
    pub configurations: Vec<Configuration>,
    /// Its SSH keys.
    pub public_keys: Vec<PublicKey>,
    /// Hardware to be had, by pod and type; without any, the starting account's.
    pub stock: IndexMap<String, IndexMap<String, i64>>,
}

impl Resources {
    /// Reads the tables of a file.
    pub fn read(tables: &Map<String, Value>) -> Result<Self, Problem> {
        let mut resources = Self::default();
        if let Some(table) = tables.get("organization") {
            resources.organization = Some(record("/organization", table, &[])?.0);
        }
        for (at, table) in items(tables, "cloud")? {
            let (cloud, mut more) = record(&at, table, &["stats"])?;
            let stats = match more.remove("stats") {
                Some(stats) => record(&format!("{at}/stats"), &stats, &[])?.0,
                None => CloudStats::default(),
            };
            resources.clouds.push((cloud, stats));
        }
        for (at, table) in items(tables, "vlan")? {
            let (vlan, mut more) = record(&at, table, &["clouds"])?;
            let clouds = more.remove("clouds").unwrap_or(Value::Array(Vec::new()));
            let clouds = decode(&format!("{at}/clouds"), clouds)?;
            resources.vlans.push((vlan, clouds));
        }
        for (at, table) in items(tables, "block")? {
            let (block, more) = record(&at, table, &["address"])?;
            let addresses = items(&more, "address")?
                .into_iter()
                .map(|(below, table)| Ok(record(&format!("{at}{below}"), table, &[])?.0))
                .collect::<Result<_, Problem>>()?;
            resources.blocks.push((block, addresses));
        }
        resources.orders = all(tables, "order")?;
        resources.configurations = all(tables, "configuration")?;
        resources.public_keys = all(tables, "public_key")?;
        if let Some(stock) = tables.get("stock") {
            resources.stock = decode("/stock", stock.clone())?;
        }
        Ok(resources)
    }

    /// Takes over what an account answered with, and tells which fields it had to leave out.
    pub fn taken_over(mut tables: Map<String, Value>) -> Result<(Self, Vec<String>), String> {
        let mut left_out = Vec::new();
        let kinds: &[(&str, &'static RecordKind, &[&str])] = &[
            ("organization", Organization::KIND, &[]),
            ("cloud", Cloud::KIND, &["stats"]),
            ("vlan", Vlan::KIND, &["clouds"]),
            ("block", IpBlock::KIND, &["address"]),
            ("order", Order::KIND, &[]),
            ("configuration", Configuration::KIND, &[]),
            ("public_key", PublicKey::KIND, &[]),
        ];
        for (name, kind, beside) in kinds {
            let Some(table) = tables.get_mut(*name) else {
                continue;
            };
            let mut one = |item: &mut Value| {
                let mut more = Vec::new();
                for name in *beside {
                    let taken = item.as_object_mut().and_then(|it| it.shift_remove(*name));
                    more.extend(taken.map(|it| (*name, it)));
                }
                drop_unknown(kind, item, &mut left_out);
                for (name, mut value) in more {
                    match name {
                        "stats" => drop_unknown(CloudStats::KIND, &mut value, &mut left_out),
                        "address" => drop_unknown(IpAddress::KIND, &mut value, &mut left_out),
                        _ => {}
                    }
                    item[name] = value;
                }
            };
            match table {
                Value::Array(items) => items.iter_mut().for_each(&mut one),
                item => one(item),
            }
        }
        let read = Self::read(&tables).map_err(|problem| problem.to_string())?;
        Ok((read, left_out))
    }

    /// It as a file, as it is at an instant.
    pub fn written(&self, now: DateTime<Utc>) -> Result<String, toml::ser::Error> {
        let mut tables = Value::Object(self.tables());
        without_nulls(&mut tables);
        // What belongs to no table comes before all of them.
        let now = Moment::of(now).0;
        Ok(format!("now = \"{now}\"\n\n{}", toml::to_string(&tables)?))
    }

    /// The tables of a file of it.
    fn tables(&self) -> Map<String, Value> {
        let mut tables = Map::new();
        let mut put = |name: &str, value: Value| {
            if value.as_array().is_none_or(|items| !items.is_empty()) {
                tables.insert(name.to_owned(), value);
            }
        };
        let with = |record: Value, more: Vec<(&str, Value)>| {
            let mut record = record;
            for (name, value) in more {
                if value.as_array().is_none_or(|items| !items.is_empty()) {
                    record[name] = value;
                }
            }
            record
        };
        if let Some(organization) = &self.organization {
            put("organization", json(organization));
        }
        let clouds = self
            .clouds
            .iter()
            .map(|(cloud, stats)| with(json(cloud), vec![("stats", json(stats))]));
        put("cloud", clouds.collect());
        let vlans = self
            .vlans
            .iter()
            .map(|(vlan, clouds)| with(json(vlan), vec![("clouds", json(clouds))]));
        put("vlan", vlans.collect());
        let blocks = self
            .blocks
            .iter()
            .map(|(block, addresses)| with(json(block), vec![("address", json(addresses))]));
        put("block", blocks.collect());
        put("order", json(&self.orders));
        put("configuration", json(&self.configurations));
        put("public_key", json(&self.public_keys));
        if !self.stock.is_empty() {
            put("stock", json(&self.stock));
        }
        tables
    }
}

/// Takes nulls away, which the form of the file does not have.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(without_nulls);
        }
        Value::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members.values_mut().for_each(without_nulls);
        }
        _ => {}
    }
}

fn json<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The tables of an array of tables, each with the pointer to it.
fn items<'a>(
    tables: &'a Map<String, Value>,
    name: &str,
) -> Result<Vec<(String, &'a Value)>, Problem> {
    match tables.get(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => Ok(items
            .iter()
            .enumerate()
            .map(|(place, item)| (format!("/{name}/{place}"), item))
            .collect()),
        Some(_) => Err(Problem::at(
            format!("/{name}"),
            format!("`{name}` is written as [[{name}]], once for each"),
        )),
    }
}

fn all<T: Typed>(tables: &Map<String, Value>, name: &str) -> Result<Vec<T>, Problem> {
    items(tables, name)?
        .into_iter()
        .map(|(at, table)| Ok(record(&at, table, &[])?.0))
        .collect()
}

fn decode<T: DeserializeOwned>(at: &str, value: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let steps = error.path().iter().filter_map(|segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { .. } | Segment::Unknown => None,
        });
        let mut steps: Vec<String> = steps.collect();
        steps.insert(0, at.to_owned());
        let pointer = steps.join("/");
        Problem::at(pointer, error.into_inner().to_string())
    })
}

/// A record of known fields only, and the members of its table that belong beside it.
fn record<T: Typed>(
    at: &str,
    table: &Value,
    beside: &[&str],
) -> Result<(T, Map<String, Value>), Problem> {
    let Value::Object(members) = table else {
        return Err(Problem::at(
            at.to_owned(),
            "a table belongs here".to_owned(),
        ));
    };
    let (mut own, mut more) = (Map::new(), Map::new());
    for (name, value) in members {
        let part = if beside.contains(&name.as_str()) {
            &mut more
        } else {
            &mut own
        };
        part.insert(name.clone(), value.clone());
    }
    let own = Value::Object(own);
    known(T::KIND, &own, at)?;
    Ok((decode(at, own)?, more))
}

/// Refuses fields that a record does not have.
fn known(kind: &'static RecordKind, value: &Value, at: &str) -> Result<(), Problem> {
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(place, item)| known(kind, item, &format!("{at}/{place}"))),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            let at = format!("{at}/{name}");
            let Some(field) = kind.fields.iter().find(|field| field.name == name) else {
                let names = kind.fields.iter().map(|field| field.name);
                let near = nearest(name, names)
                    .map(|near| format!(": did you mean `{near}`?"))
                    .unwrap_or_default();
                let message = format!("{} has no field `{name}`{near}", kind.name);
                return Err(Problem::of_key(at, message));
            };
            match field.nested {
                Some(nested) => known(nested(), value, &at),
                None => Ok(()),
            }
        }),
        _ => Ok(()),
    }
}

/// Takes out of a record what is not declared, and tells what that was.
fn drop_unknown(kind: &'static RecordKind, value: &mut Value, left_out: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for item in items {
                drop_unknown(kind, item, left_out);
            }
        }
        Value::Object(members) => {
            members.retain(|name, value| {
                let field = kind.fields.iter().find(|field| field.name == name);
                match field.map(|field| field.nested) {
                    Some(Some(nested)) => drop_unknown(nested(), value, left_out),
                    Some(None) => {}
                    None => left_out.push(format!("{}.{name}", kind.name)),
                }
                field.is_some()
            });
        }
        _ => {}
    }
}
