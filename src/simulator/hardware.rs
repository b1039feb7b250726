//! The hardware on offer and the nodes made of it.

use std::sync::{Arc, LazyLock};

use serde::Serialize;
use serde_json::{Value, json};

use super::assumptions::HARDWARE_PRICES;
use super::world::World;
use crate::api::nodes::{CephServices, KollaServices, Node};
use crate::record::{Json, JsonList};

/// The processors of a hardware type.
#[derive(Debug)]
pub struct Processor {
    /// What each is called.
    pub name: &'static str,
    /// How many there are.
    pub count: i64,
    /// Clock at rest and at most, in GHz.
    pub speed: &'static str,
}

/// One hardware type.
#[derive(Debug)]
pub struct Sku {
    /// Its name.
    pub name: &'static str,
    /// Its size, for people.
    pub size: &'static str,
    /// Model of the server.
    pub model: &'static str,
    /// Its processors.
    pub processor: Processor,
    /// CPU cores of all processors.
    pub cores: i64,
    /// Memory, in GB.
    pub memory: i64,
    /// Clock of the memory.
    pub memory_speed: &'static str,
    /// Capacity of one data disk, in GB.
    pub disk: i64,
    /// Data disks.
    pub disks: i64,
}

impl Sku {
    /// What it is called where it is sold.
    #[must_use]
    pub fn product_name(&self) -> String {
        format!("Storage and Compute - {} v4", self.size)
    }

    /// The code it is billed under.
    #[must_use]
    pub fn add_on_code(&self) -> String {
        format!("storage_and_compute_{}", self.name)
    }
}

/// Price of a hardware type on the list, in mils an hour.
pub fn hourly_mils(sku: &str) -> i64 {
    let place = SKUS.iter().position(|known| known.name == sku);
    let price = place.and_then(|place| HARDWARE_PRICES.value.get(place));
    price.copied().unwrap_or_default()
}

/// The hardware type of this name.
pub fn sku(name: &str) -> Option<&'static Sku> {
    SKUS.iter().find(|known| known.name == name)
}

/// The hardware types, smallest first.
pub const SKUS: &[Sku] = &[
    Sku {
        name: "small_v4",
        size: "Small",
        model: "SYS-111C-NR",
        processor: Processor {
            name: "Intel Xeon Silver 4509Y",
            count: 1,
            speed: "2.6/4.1",
        },
        cores: 8,
        memory: 128,
        memory_speed: "4400MHz",
        disk: 3_200,
        disks: 1,
    },
    Sku {
        name: "medium_v4",
        size: "Medium",
        model: "SYS-221BT-HNR",
        processor: Processor {
            name: "Intel Xeon Silver 4510",
            count: 2,
            speed: "2.4/4.1",
        },
        cores: 24,
        memory: 256,
        memory_speed: "4400MHz",
        disk: 6_400,
        disks: 1,
    },
    Sku {
        name: "large_v4",
        size: "Large",
        model: "SYS-221BT-HNR",
        processor: Processor {
            name: "Intel Xeon Gold 6526Y",
            count: 2,
            speed: "2.8/3.9",
        },
        cores: 32,
        memory: 512,
        memory_speed: "5200MHz",
        disk: 6_400,
        disks: 2,
    },
    Sku {
        name: "xl_v4",
        size: "XL",
        model: "SYS-621C-TN12R",
        processor: Processor {
            name: "Intel Xeon Gold 6530",
            count: 2,
            speed: "2.1/4.0",
        },
        cores: 64,
        memory: 1_024,
        memory_speed: "4800MHz",
        disk: 6_400,
        disks: 4,
    },
    Sku {
        name: "xxl_v4",
        size: "XXL",
        model: "SYS-621C-TN12R",
        processor: Processor {
            name: "Intel Xeon Gold 6530",
            count: 2,
            speed: "2.1/4.0",
        },
        cores: 64,
        memory: 2_048,
        memory_speed: "4800MHz",
        disk: 6_400,
        disks: 6,
    },
];

const FIRST: &[&str] = &[
    "amber", "brave", "bright", "clever", "cosmic", "daring", "eager", "gentle", "golden", "happy",
    "keen", "lively", "lucky", "mellow", "noble", "patient", "proud", "quiet", "rapid", "silver",
    "steady", "sturdy", "sunny", "tidy", "vivid", "wise",
];
const SECOND: &[&str] = &[
    "badger", "beaver", "bison", "crane", "dolphin", "falcon", "ferret", "gecko", "heron", "ibis",
    "jackal", "koala", "lemur", "lynx", "marten", "moose", "newt", "osprey", "panda", "puffin",
    "raven", "seal", "tapir", "toucan", "viper", "wombat",
];

/// A host name that no other choice of the same seed is likely to share.
pub fn host_name(world: &mut World) -> String {
    let first = world.rng.choice(FIRST).copied().unwrap_or("plain");
    let second = world.rng.choice(SECOND).copied().unwrap_or("node");
    let number = world.rng.u16(100..10_000);
    format!("{first}-{second}-{number}")
}

/// A node of this type for a cloud, on.
pub fn node(world: &mut World, sku: &str, private_cloud: bool, hostname: String) -> Arc<Node> {
    let uuid = world.uuid();
    let moment = world.moment();
    let spec = self::sku(sku);
    let (rack, slot, host) = (
        world.rng.u8(1..20),
        world.rng.u8(1..40),
        world.rng.u8(10..250),
    );
    let insides = INSIDES.iter().find(|insides| insides.sku == sku);
    let networks = [world.mac(), world.mac()];
    let labels: &[&str] = if private_cloud {
        &["control", "storage", "compute"]
    } else {
        &[]
    };
    Arc::new(Node {
        uuid,
        state: Some("active".into()),
        power_state: Some("power on".into()),
        hostname: Some(hostname.into()),
        hardware: Some(sku.into()),
        cpu: spec.map(|spec| spec.cores),
        memory: spec.map(|spec| format!("{} GB", spec.memory).into()),
        rack: Some(format!("R{rack:02}").into()),
        chassis: Some(format!("C{slot:02}").into()),
        properties: insides.map(|insides| insides.properties.clone()),
        disks: insides.map_or_else(JsonList::default, |insides| insides.disks.clone()),
        networks: JsonList::compact(&networks.map(|mac_address| Interface { mac_address })),
        labels: labels.iter().map(|label| (*label).into()).collect(),
        kolla_services: private_cloud.then(|| Arc::new(kolla())),
        ceph_services: private_cloud.then(|| Arc::new(ceph())),
        ipaddress: Some(format!("192.168.2.{host}").into()),
        maintenance: Some(false),
        creation_date: Some(moment.clone()),
        last_updated: Some(moment.clone()),
        assigned_date: Some(moment),
        ..Node::default()
    })
}

/// A network interface as a node shows it.
#[derive(Serialize)]
struct Interface {
    mac_address: String,
}

/// What nodes of one hardware type have in common, written out once.
struct Insides {
    sku: &'static str,
    disks: JsonList,
    properties: Json,
}

static INSIDES: LazyLock<Vec<Insides>> = LazyLock::new(|| {
    let insides = |spec: &Sku| {
        let disks = disks(spec);
        Insides {
            sku: spec.name,
            properties: Json::compact(&properties(spec, &disks)),
            disks: JsonList::compact(&disks.iter().map(summary).collect::<Vec<_>>()),
        }
    };
    SKUS.iter().map(insides).collect()
});

/// A disk in a node.
struct Disk {
    name: String,
    model: &'static str,
    /// In GB of a thousand million bytes.
    size: i64,
    is_root: bool,
}

/// The root disk and the data disks of a node.
fn disks(spec: &Sku) -> Vec<Disk> {
    let root = Disk {
        name: "/dev/nvme0n1".to_owned(),
        model: "Micron_7450_MTFDKBA480TFR",
        size: 480,
        is_root: true,
    };
    let data = (1..=spec.disks).map(|place| Disk {
        name: format!("/dev/nvme{place}n1"),
        model: "Micron_7450_MTFDKCC6T4TFS",
        size: spec.disk,
        is_root: false,
    });
    std::iter::once(root).chain(data).collect()
}

fn summary(disk: &Disk) -> Value {
    json!({"name": disk.name, "size": format!("{} GB", disk.size), "root": disk.is_root})
}

/// What introspection of a node tells.
fn properties(spec: &Sku, disks: &[Disk]) -> Value {
    let told = |disk: &Disk| {
        json!({
            "name": disk.name,
            "model": disk.model,
            "size": disk.size * 1_000_000_000,
            "rotational": false,
        })
    };
    // Its base speed comes first, in GHz.
    let base = spec.processor.speed.split('/').next();
    let megahertz = base
        .and_then(|it| it.parse::<f64>().ok())
        .unwrap_or_default()
        * 1_000.0;
    json!({
        "cpu": {
            "model_name": spec.processor.name,
            "frequency": format!("{megahertz:.4}"),
            "count": spec.cores,
            "architecture": "x86_64",
        },
        "memory": {"total": spec.memory * 1_073_741_824, "physical_mb": spec.memory * 1_024},
        "root_disk": disks.iter().find(|disk| disk.is_root).map(told),
        "disks": disks.iter().map(told).collect::<Vec<_>>(),
    })
}

fn kolla() -> KollaServices {
    KollaServices {
        control: Some(true),
        monitoring: Some(true),
        network: Some(true),
        storage: Some(true),
        compute: Some(true),
        ..KollaServices::default()
    }
}

fn ceph() -> CephServices {
    CephServices {
        mons: Some(true),
        mgrs: Some(true),
        osds: Some(true),
        rgws: Some(true),
        ..CephServices::default()
    }
}
