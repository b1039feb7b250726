//! Nodes: the servers of a cloud, their power and their consoles.

use std::sync::Arc;

use crate::operation::{
    Access, Answer, Arguments, Effect, EffectRule, Kind, Method, MethodForm, Operation, Param,
    Repeat, RepeatRule,
};
use crate::record::{Json, JsonList, Moment, Secret, Text, Typed, Unit};

/// The states of a node's power.
pub const POWER_STATES: &[&str] = &["power on", "power off", "rebooting"];

crate::record! {
    /// A server of a cloud, known by its UUID.
    pub struct Node as "Node" {
        columns: ["hostname", "uuid", "state", "power_state", "labels", "type", "rack"],
        summary: ["hostname", "uuid", "power_state"],
        /// Its UUID.
        uuid: String,
        /// Whether it is in use: `active` for a node that is.
        #[unit(Unit::State)]
        state: Option<Text>,
        /// `power on`, `power off` or `rebooting`.
        #[unit(Unit::State)]
        power_state: Option<Text>,
        /// Its host name.
        hostname: Option<Text>,
        /// Hardware type, the SKU.
        #[name = "type"]
        hardware: Option<Text>,
        /// CPU cores.
        cpu: Option<i64>,
        /// Memory, written for people.
        memory: Option<Text>,
        /// The rack it stands in.
        rack: Option<Text>,
        /// Its place in the rack.
        chassis: Option<Text>,
        /// Its disks.
        disks: JsonList,
        /// Its roles: `control`, `storage`, `compute`.
        labels: Vec<Text>,
        /// The OpenStack services on it.
        kolla_services: Option<Arc<KollaServices>>,
        /// The Ceph services on it.
        ceph_services: Option<Arc<CephServices>>,
        /// Its network interfaces.
        networks: JsonList,
        /// Its main address.
        ipaddress: Option<Text>,
        /// Its VLANs and addresses on them.
        vlans: JsonList,
        /// Whether it is in maintenance.
        maintenance: Option<bool>,
        /// When it entered the inventory.
        creation_date: Option<Moment>,
        /// When it was last updated.
        last_updated: Option<Moment>,
        /// When it was assigned to its cloud.
        assigned_date: Option<Moment>,
        /// What introspection found in it.
        #[unit(Unit::Within(&[
            ("memory.total", Unit::Memory(1)),
            ("memory.physical_mb", Unit::MEBIBYTES),
            ("root_disk.size", Unit::Storage(1)),
            ("disks.size", Unit::Storage(1)),
        ]))]
        properties: Option<Json>,
        /// The cloud it belongs to. Not in the API's answer: known from the call that fetched it.
        cloud_id: Option<String>,
    }
}

crate::record! {
    /// Which OpenStack services a node carries.
    pub struct KollaServices as "KollaServices" {
        columns: ["control", "monitoring", "network", "storage", "compute"],
        summary: ["control", "monitoring", "network", "storage", "compute"],
        /// The control plane.
        control: Option<bool>,
        /// Monitoring.
        monitoring: Option<bool>,
        /// Networking.
        network: Option<bool>,
        /// Storage.
        storage: Option<bool>,
        /// Compute.
        compute: Option<bool>,
    }
}

crate::record! {
    /// Which Ceph services a node carries.
    pub struct CephServices as "CephServices" {
        columns: ["mons", "mgrs", "osds", "rgws"],
        summary: ["mons", "mgrs", "osds", "rgws"],
        /// A monitor; a majority of them must be up.
        mons: Option<bool>,
        /// A manager.
        mgrs: Option<bool>,
        /// Object storage daemons.
        osds: Option<bool>,
        /// Gateways.
        rgws: Option<bool>,
    }
}

crate::record! {
    /// An accepted change of power. Acceptance is not proof that it happened.
    pub struct PowerChange as "PowerChange" {
        columns: ["node_uuid", "power_state", "result"],
        summary: ["node_uuid", "power_state", "result"],
        /// `success` when accepted.
        #[unit(Unit::State)]
        result: Option<String>,
        /// The state asked for.
        #[unit(Unit::State)]
        power_state: Option<String>,
        /// The node.
        node_uuid: Option<String>,
    }
}

crate::record! {
    /// A console session. Whoever holds it controls the node.
    pub struct Console as "Console" {
        columns: ["url", "jnlp"],
        summary: ["url", "jnlp"],
        /// Address of the HTML5 console.
        url: Option<Secret>,
        /// The Java Web Start file.
        jnlp: Option<Secret>,
    }
}

const CLOUD: Param = Param::path("cloud", Kind::Id("Cloud"), "the cloud that owns the node");
const NODE: Param = Param::path("node", Kind::Id("Node"), "the node");
const SECTION: &str = "Nodes";

fn power_effect(arguments: &Arguments) -> Effect {
    match arguments.text("power_state").as_deref() {
        Some("power on") => Effect::Change,
        _ => Effect::Disrupt,
    }
}

fn power_repeat(arguments: &Arguments) -> Repeat {
    match arguments.text("power_state").as_deref() {
        Some("power on" | "power off") => Repeat::LevelSet,
        _ => Repeat::Edge,
    }
}

/// The operations on nodes.
pub static OPERATIONS: &[Operation] = &[
    Operation {
        name: "set_power",
        alias: None,
        form: Some(MethodForm {
            on: "Node",
            name: "set_power",
        }),
        method: Method::Post,
        path: "/v1/deployment/cloud/{cloud}/node/{node}/power",
        access: Access::Bearer,
        params: &[
            CLOUD,
            NODE,
            Param::member("power_state", Kind::OneOf(POWER_STATES), "the state wanted"),
        ],
        answer: Answer::One(PowerChange::KIND),
        effect: EffectRule::ByArguments(power_effect, &[Effect::Change, Effect::Disrupt]),
        repeat: RepeatRule::ByArguments(power_repeat),
        doc: "Changes a node's power; also `n.power_on()`, `n.power_off()` and `n.reboot()`.",
        example: r#"let n = cloud("Bare metal").nodes()[0];
n.set_power("rebooting").result"#,
        section: SECTION,
    },
    Operation {
        name: "console",
        alias: None,
        form: Some(MethodForm {
            on: "Node",
            name: "console",
        }),
        method: Method::Get,
        path: "/v1/ipmi/{cloud}/html5/{node}",
        access: Access::Bearer,
        params: &[CLOUD, NODE],
        answer: Answer::One(Console::KIND),
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::Edge),
        doc: "Opens an HTML5 console session; every call opens one, and its address is a secret.",
        example: r#"cloud("Bare metal").nodes()[0].console().url"#,
        section: SECTION,
    },
    Operation {
        name: "java_console",
        alias: None,
        form: Some(MethodForm {
            on: "Node",
            name: "java_console",
        }),
        method: Method::Get,
        path: "/v1/ipmi/{cloud}/jnlp/{node}",
        access: Access::Bearer,
        params: &[CLOUD, NODE],
        answer: Answer::One(Console::KIND),
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::Edge),
        doc: "Opens a Java console session and answers with its JNLP file, a secret.",
        example: r#"cloud("Bare metal").nodes()[0].java_console().jnlp"#,
        section: SECTION,
    },
];
