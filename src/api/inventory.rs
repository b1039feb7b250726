//! Inventory: where hardware can be had, how much of it, and for how much.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::operation::{
    Access, Answer, Effect, EffectRule, Kind, Method, MethodForm, Operation, Param, Repeat,
    RepeatRule,
};
use crate::record::{Moment, Record, RecordKind, Typed, Unit, read};

crate::record! {
    /// A datacenter.
    pub struct Location as "Location" {
        columns: ["id", "label", "displayName", "region", "code", "release_status"],
        summary: ["id", "displayName"],
        /// The pod that names it elsewhere: `pod_1`.
        id: Option<String>,
        /// Short name.
        label: Option<String>,
        /// Name for people.
        #[name = "displayName"]
        display_name: Option<String>,
        /// Region of the world.
        region: Option<String>,
        /// Code of the datacenter.
        code: Option<String>,
        /// Degrees north.
        latitude: Option<f64>,
        /// Degrees east.
        longitude: Option<f64>,
        /// `released` or `pre-release`.
        #[unit(Unit::State)]
        release_status: Option<String>,
    }
}

crate::record! {
    /// What a datacenter has in stock.
    pub struct Availability as "Availability" {
        columns: ["pod_location", "timestamp", "stock"],
        summary: ["pod_location", "stock"],
        /// Datacenter, as a pod.
        pod_location: Option<String>,
        /// When stock was counted.
        timestamp: Option<Moment>,
        /// Stock by hardware type. In the API's answer each type is a member of its own.
        stock: Vec<Arc<Stock>>,
    }
}

crate::record! {
    /// Stock of one hardware type.
    pub struct Stock as "Stock" {
        columns: ["sku", "count", "max_size"],
        summary: ["sku", "count"],
        /// Hardware type.
        sku: Option<String>,
        /// Servers available.
        count: Option<i64>,
        /// Servers that can be deployed and still be spread over cabinets.
        max_size: Option<i64>,
    }
}

crate::record! {
    /// The product catalogue.
    pub struct Products as "Products" {
        columns: ["hardware", "addons"],
        summary: [],
        /// Hardware types. In the API's answer each is a member named after its SKU.
        hardware: Vec<Arc<Hardware>>,
        /// Memory, storage, IP blocks and the rest.
        addons: Option<Arc<Addons>>,
    }
}

crate::record! {
    /// Hardware of one type, and the products made of it.
    pub struct Hardware as "Hardware" {
        columns: ["name", "model", "variant_label", "products"],
        summary: ["name"],
        /// Number of the type.
        id: Option<i64>,
        /// SKU.
        name: Option<String>,
        /// Model.
        model: Option<String>,
        /// Name for people.
        display_name: Option<String>,
        /// Variant.
        variant_label: Option<String>,
        /// Network interfaces; speed in Gbps.
        network: Option<Value>,
        /// Disks; capacities in GB.
        #[unit(Unit::Within(&[("*.raw", Unit::GIGABYTES), ("*.drives.raw", Unit::GIGABYTES)]))]
        storage: Option<Value>,
        /// Processors.
        processor: Option<Value>,
        /// Memory, in GB.
        #[unit(Unit::Within(&[("raw", Unit::GIBIBYTES), ("compute", Unit::GIBIBYTES)]))]
        ram: Option<Value>,
        /// Graphics processors.
        gpu: Option<Value>,
        /// What can be ordered of it.
        products: Vec<Arc<Product>>,
    }
}

crate::record! {
    /// Something with a price.
    pub struct Product as "Product" {
        columns: ["name", "add_on_code", "hourly_cost", "30_day_cost"],
        summary: ["add_on_code", "hourly_cost"],
        /// Name for people.
        name: Option<String>,
        /// The code orders and IP blocks name it by.
        add_on_code: Option<String>,
        /// US dollars an hour.
        #[unit(Unit::HOURLY)]
        hourly_cost: Option<f64>,
        /// US dollars an hour, long-term usage.
        #[unit(Unit::HOURLY)]
        hourly_cost_ltu: Option<f64>,
        /// US dollars for 30 days, long-term usage.
        #[name = "30_day_cost"]
        #[unit(Unit::DOLLARS)]
        thirty_day_cost: Option<f64>,
        /// Mils (1/1000 US dollar) an hour.
        #[unit(Unit::HOURLY_MILS)]
        hourly_cost_mils: Option<i64>,
        /// Mils an hour, long-term usage.
        #[unit(Unit::HOURLY_MILS)]
        hourly_cost_ltu_mils: Option<i64>,
        /// Mils for 30 days, long-term usage.
        #[name = "30_day_cost_mils"]
        #[unit(Unit::MILS)]
        thirty_day_cost_mils: Option<i64>,
        /// Bandwidth that comes with it.
        bandwidth: Option<Value>,
        /// Kind of product: `server`, `memory`, `storage`, `ip_block`.
        #[name = "type"]
        product: Option<String>,
        /// Specifications of an add-on; capacities in GB.
        #[unit(Unit::Within(&[
            ("memory.raw", Unit::GIBIBYTES),
            ("memory.compute", Unit::GIBIBYTES),
            ("storage.raw", Unit::GIGABYTES),
            ("raw", Unit::GIGABYTES),
        ]))]
        specs: Option<Value>,
    }
}

crate::record! {
    /// The add-ons of the catalogue.
    pub struct Addons as "Addons" {
        columns: ["memory", "storage", "ip_block", "other"],
        summary: [],
        /// Memory.
        memory: Vec<Arc<Product>>,
        /// Drives.
        storage: Vec<Arc<Product>>,
        /// Public IP blocks.
        ip_block: Vec<Arc<Product>>,
        /// The rest.
        other: Vec<Value>,
    }
}

/// The API answers with maps keyed by names that are data: scripts get lists instead, which can be
/// filtered and sorted. Each of these kinds reads the API's form; the record's own form reads too.
static LOCATIONS: RecordKind = RecordKind {
    decode_list: locations_of,
    ..by_default(Location::KIND)
};
static AVAILABILITY: RecordKind = RecordKind {
    decode: availability_of,
    ..by_default(Availability::KIND)
};
static PRODUCTS: RecordKind = RecordKind {
    decode: products_of,
    ..by_default(Products::KIND)
};

const fn by_default(kind: &'static RecordKind) -> RecordKind {
    RecordKind {
        name: kind.name,
        doc: kind.doc,
        fields: kind.fields,
        columns: kind.columns,
        summary: kind.summary,
        decode: kind.decode,
        decode_list: kind.decode_list,
    }
}

/// `{"locations": {"pod_1": {…}}}`
fn locations_of(body: &[u8]) -> Result<Vec<Arc<dyn Record>>, serde_json::Error> {
    #[derive(serde::Deserialize)]
    struct Answer {
        locations: indexmap::IndexMap<String, Location>,
    }
    let answer: Answer = read(body)?;
    Ok(answer
        .locations
        .into_iter()
        .map(|(id, location)| {
            Arc::new(Location {
                id: Some(id),
                ..location
            }) as Arc<dyn Record>
        })
        .collect())
}

/// `{"medium_v4": {"count": 3, "max_size": 2}, "timestamp": "…", "pod_location": "pod_1"}`
fn availability_of(body: &[u8]) -> Result<Arc<dyn Record>, serde_json::Error> {
    let members: Map<String, Value> = read(body)?;
    let mut availability = Availability::default();
    for (name, value) in members {
        match (name.as_str(), value) {
            ("timestamp", value) => availability.timestamp = serde_json::from_value(value)?,
            ("pod_location", value) => availability.pod_location = serde_json::from_value(value)?,
            (_, value @ Value::Object(_)) => {
                let stock: Stock = serde_json::from_value(value)?;
                availability.stock.push(Arc::new(Stock {
                    sku: Some(name),
                    ..stock
                }));
            }
            (_, value) => {
                availability.extra.insert(name, value);
            }
        }
    }
    Ok(Arc::new(availability))
}

/// `{"hardware": {"medium_v4": {…}}, "addons": {…}}`
fn products_of(body: &[u8]) -> Result<Arc<dyn Record>, serde_json::Error> {
    #[derive(serde::Deserialize)]
    struct Answer {
        hardware: indexmap::IndexMap<String, Hardware>,
        addons: Option<Addons>,
        #[serde(flatten)]
        extra: Map<String, Value>,
    }
    let answer: Answer = read(body)?;
    let hardware = answer
        .hardware
        .into_iter()
        .map(|(sku, hardware)| {
            let name = hardware.name.clone().or(Some(sku));
            Arc::new(Hardware { name, ..hardware })
        })
        .collect();
    Ok(Arc::new(Products {
        hardware,
        addons: answer.addons.map(Arc::new),
        extra: answer.extra,
    }))
}

const SECTION: &str = "Inventory";

/// The operations of the inventory.
pub static OPERATIONS: &[Operation] = &[
    Operation {
        name: "locations",
        alias: None,
        form: None,
        method: Method::Get,
        path: "/v2/inventory/locations",
        access: Access::Public,
        params: &[],
        answer: Answer::Many(&LOCATIONS),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Lists the datacenters.",
        example: "locations().len()",
        section: SECTION,
    },
    Operation {
        name: "availability",
        alias: None,
        form: Some(MethodForm {
            on: "Location",
            name: "availability",
        }),
        method: Method::Get,
        path: "/v2/inventory/{location}/availability",
        access: Access::Public,
        params: &[Param::path(
            "location",
            Kind::Id("Location"),
            "the datacenter, as a pod",
        )],
        answer: Answer::One(&AVAILABILITY),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Counts what a datacenter has in stock, by hardware type.",
        example: r#"availability("pod_1").stock.where(|s| s.count > 0).len()"#,
        section: SECTION,
    },
    Operation {
        name: "products",
        alias: None,
        form: None,
        method: Method::Get,
        path: "/v1/products",
        access: Access::Public,
        params: &[Param::query(
            "location",
            Kind::Id("Location"),
            "only what this datacenter has, at its prices",
        )],
        answer: Answer::One(&PRODUCTS),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Fetches the product catalogue with its prices.",
        example: "products().addons.ip_block[0].add_on_code",
        section: SECTION,
    },
];
