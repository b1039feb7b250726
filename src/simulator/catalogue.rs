//! What is for sale: datacenters, hardware, prices, images.

use serde_json::{Value, json};

/// A datacenter.
pub struct Pod {
    /// The pod that names it.
    pub id: &'static str,
    /// Short name.
    pub label: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Region.
    pub region: &'static str,
    /// Code.
    pub code: &'static str,
    /// Degrees north and east.
    pub place: (f64, f64),
}

/// The datacenters.
pub static PODS: &[Pod] = &[
    Pod {
        id: "pod_1",
        label: "US-East",
        name: "Ashburn, VA",
        region: "US",
        code: "iad3",
        place: (39.0438, -77.4874),
    },
    Pod {
        id: "pod_2",
        label: "US-West",
        name: "Los Angeles, CA",
        region: "US",
        code: "lax1",
        place: (34.0522, -118.2437),
    },
    Pod {
        id: "pod_3",
        label: "EU-West",
        name: "Amsterdam, NL",
        region: "EU",
        code: "ams1",
        place: (52.3676, 4.9041),
    },
    Pod {
        id: "pod_5",
        label: "Asia",
        name: "Singapore, SG",
        region: "APAC",
        code: "sin1",
        place: (1.3521, 103.8198),
    },
];

/// A type of server.
pub struct Sku {
    /// Its name.
    pub name: &'static str,
    /// The server's model.
    pub model: &'static str,
    /// CPU cores, in all.
    pub cores: i64,
    /// Processor.
    pub processor: &'static str,
    /// Memory in gigabytes.
    pub memory: i64,
    /// Storage in gigabytes.
    pub storage: i64,
    /// Mils (1/1000 US dollar) an hour.
    pub mils: i64,
    /// Most servers in one order.
    pub most: i64,
    /// Servers in stock per pod at the start, in the order of [`PODS`].
    pub stock: [i64; 4],
}

/// The types of servers.
pub static SKUS: &[Sku] = &[
    Sku {
        name: "small_v4",
        model: "SYS-110D-4C",
        cores: 16,
        processor: "Intel Xeon D-2141I",
        memory: 128,
        storage: 3200,
        mils: 480,
        most: 12,
        stock: [14, 9, 6, 3],
    },
    Sku {
        name: "medium_v4",
        model: "SYS-221BT-HNR",
        cores: 24,
        processor: "Intel Xeon Silver 4510",
        memory: 256,
        storage: 6400,
        mils: 1380,
        most: 12,
        stock: [12, 8, 7, 2],
    },
    Sku {
        name: "large_v4",
        model: "SYS-221BT-HNR",
        cores: 32,
        processor: "Intel Xeon Gold 6526Y",
        memory: 512,
        storage: 12800,
        mils: 2210,
        most: 9,
        stock: [9, 4, 3, 0],
    },
    Sku {
        name: "xl_v4",
        model: "SYS-621C-TN12R",
        cores: 64,
        processor: "Intel Xeon Gold 6530",
        memory: 1024,
        storage: 25600,
        mils: 3690,
        most: 6,
        stock: [6, 2, 1, 0],
    },
    Sku {
        name: "xxl_v4",
        model: "SYS-621C-TN12R",
        cores: 64,
        processor: "Intel Xeon Gold 6530",
        memory: 2048,
        storage: 38400,
        mils: 5420,
        most: 3,
        stock: [3, 1, 0, 0],
    },
];

/// Operating systems and their versions.
pub static SYSTEMS: &[(&str, &[&str])] = &[
    ("Ubuntu", &["22.04 LTS", "24.04 LTS"]),
    ("Debian", &["12"]),
    ("Rocky Linux", &["9"]),
];

/// The type of server of this name.
pub fn sku(name: &str) -> Option<&'static Sku> {
    SKUS.iter().find(|sku| sku.name == name)
}

/// Whether there is such a pod.
pub fn is_pod(id: &str) -> bool {
    PODS.iter().any(|pod| pod.id == id)
}

fn dollars(mils: i64) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "prices are far below 2^53 mils")]
    let value = mils as f64 / 1000.0;
    json!(value)
}

fn priced(name: &str, code: &str, kind: &str, mils: i64) -> serde_json::Map<String, Value> {
    let long_term = mils * 4 / 5;
    // The price for 30 days is that of long-term usage.
    let month = long_term * 24 * 30;
    let mut product = serde_json::Map::new();
    for (key, value) in [
        ("name", json!(name)),
        ("add_on_code", json!(code)),
        ("hourly_cost", dollars(mils)),
        ("hourly_cost_ltu", dollars(long_term)),
        ("30_day_cost", dollars(month)),
        ("hourly_cost_mils", json!(mils)),
        ("hourly_cost_ltu_mils", json!(long_term)),
        ("30_day_cost_mils", json!(month)),
        ("type", json!(kind)),
    ] {
        product.insert(key.to_owned(), value);
    }
    product
}

fn with(mut product: serde_json::Map<String, Value>, key: &str, value: Value) -> Value {
    product.insert(key.to_owned(), value);
    Value::Object(product)
}

/// The product catalogue as the API writes it.
pub fn products() -> Value {
    let mut hardware = serde_json::Map::new();
    for (sku, number) in SKUS.iter().zip(17..) {
        hardware.insert(sku.name.to_owned(), server(sku, number));
    }
    let ip_block: Vec<Value> = super::network::ADDONS
        .iter()
        .map(|(code, length)| {
            let addresses = 1_i64 << (32 - length);
            let name = format!("IPv4 Block - /{length}");
            Value::Object(priced(&name, code, "ip_block", addresses * 70 / 16))
        })
        .collect();
    json!({
        "hardware": hardware,
        "addons": {
            "memory": [with(
                priced("Memory - 64GB DDR5", "memory_64gb_ddr5", "memory", 90),
                "specs",
                json!({
                    "name": "64gb_ddr5", "label": "64GB DDR5",
                    "memory": {"id": 68, "raw": "64", "compute": "64", "type": "DDR5", "speed": "4800Mhz"},
                }),
            )],
            "storage": [with(
                priced("Drive - 12.8TB NVMe", "drive_12_8_nvme", "storage", 510),
                "specs",
                json!({
                    "name": "12.8TB NVMe", "raw": "12800", "model": "NVMe 7450",
                    "storage": {"id": 140, "name": "12.8TB NVMe", "model": "NVMe 7450", "raw": "12800", "type": "nvme_ssd"},
                }),
            )],
            "ip_block": ip_block,
            "other": [],
        },
    })
}

fn server(sku: &Sku, number: i64) -> Value {
    let bandwidth = json!({"id": 44, "egress_allotment": 500, "allotment_unit": "Mbps"});
    let title = sku.name.replace('_', " ");
    let product = |name: &str, code: String, mils: i64| {
        with(
            priced(&format!("{name} - {title}"), &code, "server", mils),
            "bandwidth",
            bandwidth.clone(),
        )
    };
    json!({
        "id": number,
        "name": sku.name,
        "model": sku.model,
        "display_name": title,
        "variant_label": "v4",
        "createdAt": "2024-06-03T14:59:45.175Z",
        "updatedAt": "2024-06-06T15:12:36.849Z",
        "publishedAt": "2024-06-06T15:12:36.849Z",
        "network": {"id": 57, "speed": 10, "count": 2},
        "storage": {
            "nvme_ssd": {
                "id": 125, "name": "nvme_ssd", "model": "NVMe", "raw": sku.storage.to_string(),
                "type": "nvme_ssd", "drives": [{"id": 118, "raw": sku.storage.to_string(), "count": 1}],
            },
            "boot": {
                "id": 126, "name": "boot", "model": "SSD", "raw": "960", "type": "sata_ssd",
                "drives": [{"id": 119, "raw": "480", "count": 2}],
            },
        },
        "processor": {
            "id": 61, "raw_cores": sku.cores, "compute_cores": sku.cores, "raw_threads": sku.cores * 2,
            "type": sku.processor, "name": sku.processor, "speed": "2.4/4.1Ghz", "cpuCount": 2,
        },
        "ram": {
            "id": 61, "raw": sku.memory.to_string(), "compute": sku.memory.to_string(),
            "type": "DDR5", "speed": "4400MHz",
        },
        "gpu": {},
        "products": [
            product("Storage and Compute", format!("storage_and_compute_{}", sku.name), sku.mils),
            product("Baremetal", format!("baremetal_{}", sku.name), sku.mils * 9 / 10),
        ],
    })
}
