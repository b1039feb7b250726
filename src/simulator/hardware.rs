//! The hardware on offer and the nodes made of it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::world::World;
use crate::api::nodes::{CephServices, KollaServices, Node};

/// One hardware type.
#[derive(Debug)]
pub struct Sku {
    /// Its name.
    pub name: &'static str,
    /// CPU cores.
    pub cores: i64,
    /// Memory, in GB.
    pub memory: i64,
    /// Capacity of one data disk, in GB.
    pub disk: i64,
    /// Data disks.
    pub disks: i64,
    /// Price, in mils an hour.
    pub mils: i64,
}

/// The hardware types, smallest first.
pub const SKUS: &[Sku] = &[
    sku("small_v4", 8, 128, 3_200, 1, 620),
    sku("medium_v4", 24, 256, 6_400, 1, 1_380),
    sku("large_v4", 32, 512, 6_400, 2, 2_090),
    sku("xl_v4", 64, 1_024, 6_400, 4, 3_360),
    sku("xxl_v4", 64, 2_048, 6_400, 6, 4_760),
];

const fn sku(name: &'static str, cores: i64, memory: i64, disk: i64, disks: i64, mils: i64) -> Sku {
    Sku {
        name,
        cores,
        memory,
        disk,
        disks,
        mils,
    }
}

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
    let spec = SKUS.iter().find(|known| known.name == sku);
    let (rack, slot, host) = (
        world.rng.u8(1..20),
        world.rng.u8(1..40),
        world.rng.u8(10..250),
    );
    let disks = spec.map_or_else(Vec::new, disks);
    let labels: &[&str] = if private_cloud {
        &["control", "storage", "compute"]
    } else {
        &[]
    };
    Arc::new(Node {
        uuid,
        state: Some("active".to_owned()),
        power_state: Some("power on".to_owned()),
        hostname: Some(hostname),
        hardware: Some(sku.to_owned()),
        cpu: spec.map(|spec| spec.cores),
        memory: spec.map(|spec| format!("{} GB", spec.memory)),
        rack: Some(format!("R{rack:02}")),
        chassis: Some(format!("C{slot:02}")),
        disks: disks.into_iter().map(Into::into).collect(),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        kolla_services: private_cloud.then(|| Arc::new(kolla())),
        ceph_services: private_cloud.then(|| Arc::new(ceph())),
        ipaddress: Some(format!("192.168.2.{host}")),
        maintenance: Some(false),
        creation_date: Some(moment.clone()),
        last_updated: Some(moment.clone()),
        assigned_date: Some(moment),
        ..Node::default()
    })
}

fn disks(spec: &Sku) -> Vec<Value> {
    (0..spec.disks)
        .map(|place| {
            json!({
                "name": format!("/dev/nvme{place}n1"),
                "type": "nvme_ssd",
                "size": format!("{} GB", spec.disk),
            })
        })
        .collect()
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
