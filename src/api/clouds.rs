//! Clouds: groups of nodes that are ordered, networked and deleted together.

use std::sync::Arc;

use super::nodes::Node;
use super::vlans::Vlan;
use crate::operation::{
    Access, Answer, Effect, EffectRule, Kind, Method, MethodForm, Operation, Param, Repeat,
    RepeatRule,
};
use crate::record::{Json, JsonList, Moment, Typed, Unit};

/// The states of provisioning that clouds and orders pass through.
pub const PROVISION_STATUSES: &[&str] = &[
    "pending",
    "in_progress",
    "awaiting_setup",
    "manual_setup",
    "complete",
];

/// The states of a cloud at work.
pub const CLOUD_STATES: &[&str] = &[
    "RUNNING",
    "PENDING",
    "SEMAPHORE",
    "ERROR",
    "PROVISIONING",
    "DELETED",
    "PENDING-DELETE",
    "SUSPENDED",
];

crate::record! {
    /// A private cloud core (`pcc`) or a group of bare-metal nodes (`baremetal`).
    pub struct Cloud as "Cloud" {
        columns: ["id", "label", "cloud_type", "pod_location", "provision_status", "created_at"],
        summary: ["id", "label", "cloud_type", "provision_status"],
        /// Short hash that names it.
        id: String,
        /// Name for people; not necessarily unique.
        label: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// When it was created.
        created_at: Option<Moment>,
        /// The fields particular to clouds; they also read flat.
        fields: Arc<CloudFields>,
    }
}

crate::record! {
    /// The fields particular to clouds.
    pub struct CloudFields as "CloudFields" {
        columns: ["cloud_type", "pod_location", "provision_status"],
        summary: ["cloud_type", "provision_status"],
        /// `pcc` or `baremetal`.
        cloud_type: Option<String>,
        /// Its UUID in the infrastructure.
        cloud_uuid: Option<String>,
        /// Version of the deployment suite that provisioned it.
        cloud_version: Option<String>,
        /// Name of the organization that owns it.
        owner_name: Option<String>,
        /// Id of the organization that owns it.
        organization_id: Option<String>,
        /// Address it is reached at.
        hostname: Option<String>,
        /// The order it came from.
        order_id: Option<String>,
        /// Datacenter, as a pod.
        pod_location: Option<String>,
        /// `pending`, `in_progress`, `awaiting_setup`, `complete` or `manual_setup`.
        #[unit(Unit::State)]
        provision_status: Option<String>,
        /// When provisioning completed.
        provision_completion_time: Option<Moment>,
        /// Whether it has been deleted and waits out its three days.
        pending_delete: Option<bool>,
    }
}

crate::record! {
    /// What a cloud is made of: nodes, VLANs, keys, and their state.
    pub struct CloudStats as "CloudStats" {
        columns: ["name", "cloud_state", "nodes", "maintenance", "pending_number"],
        summary: ["name", "cloud_state"],
        /// Name for people.
        name: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// Labels of the deployment, separated by commas.
        label: Option<String>,
        /// Its UUID in the infrastructure.
        cloud_uuid: Option<String>,
        /// `RUNNING`, `PENDING`, `SEMAPHORE`, `ERROR`, `PROVISIONING`, `DELETED`, `PENDING-DELETE` or `SUSPENDED`.
        #[unit(Unit::State)]
        cloud_state: Option<String>,
        /// Address it is reached at.
        cloud_hostname: Option<String>,
        /// UUIDs of its nodes.
        cloud_hosts: Vec<String>,
        /// Its virtual address outside.
        external_vip_address: Option<String>,
        /// Its virtual address inside.
        internal_vip_address: Option<String>,
        /// Whether it is in maintenance.
        maintenance: Option<bool>,
        /// When it was created.
        creation_date: Option<Moment>,
        /// How many tasks are pending.
        pending_number: Option<i64>,
        /// The pending tasks.
        pending_tasks: Vec<String>,
        /// When the next pending task is due.
        pending_date: Option<Moment>,
        /// Whether it is protected against deletion.
        prevent_delete: Option<bool>,
        /// Its nodes.
        nodes: Vec<Arc<Node>>,
        /// Its VLANs as the infrastructure sees them.
        vlans: Vec<Arc<CloudVlan>>,
        /// The SSH keys on it.
        keys: JsonList,
    }
}

crate::record! {
    /// A VLAN of a cloud as the infrastructure sees it.
    pub struct CloudVlan as "CloudVlan" {
        columns: ["id", "label", "vlan_type", "state"],
        summary: ["id", "label", "vlan_type"],
        /// The VLAN number.
        id: Option<i64>,
        /// Its UUID in the infrastructure.
        uuid: Option<String>,
        /// What it is for.
        label: Option<String>,
        /// `routed` or `internal`.
        vlan_type: Option<String>,
        /// `ROUTED` or `ACTIVE`.
        #[unit(Unit::State)]
        state: Option<String>,
        /// The prefixes on it, with their addresses.
        prefixes: JsonList,
    }
}

crate::record! {
    /// What a cloud costs and has cost.
    pub struct Subscription as "Subscription" {
        columns: ["subscription", "asset_logs"],
        summary: [],
        /// The subscription: state, term, add-ons, totals in cents.
        #[unit(Unit::Within(&[
            ("state", Unit::State),
            ("activated_at", Unit::Instant),
            ("current_term_started_at", Unit::Instant),
            ("current_term_ends_at", Unit::Instant),
            ("total_in_cents", Unit::CENTS),
            ("addons.total_in_cents", Unit::CENTS),
            ("addons.unit_amount_in_cents", Unit::HOURLY_CENTS),
            ("addons.usage", Unit::HOURS),
        ]))]
        subscription: Option<Json>,
        /// The assets billed and their usage in hours.
        #[unit(Unit::Within(&[
            ("created_at", Unit::Instant),
            ("removed_at", Unit::Instant),
            ("cost_in_cents", Unit::HOURLY_CENTS),
            ("period_cost", Unit::DOLLARS),
            ("lifetime_usage", Unit::HOURS),
            ("period_usage", Unit::HOURS),
        ]))]
        asset_logs: JsonList,
    }
}

const CLOUD: Param = Param::path("cloud", Kind::Id("Cloud"), "the cloud");
const SECTION: &str = "Clouds";

/// The operations on clouds.
pub static OPERATIONS: &[Operation] = &[
    Operation {
        name: "clouds",
        alias: None,
        form: None,
        method: Method::Get,
        path: "/v1/clouds",
        access: Access::Bearer,
        params: &[],
        answer: Answer::Many(Cloud::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Lists your clouds.",
        example: r#"clouds().where(|c| c.cloud_type == "pcc").len()"#,
        section: SECTION,
    },
    Operation {
        name: "cloud",
        alias: None,
        form: Some(MethodForm {
            on: "Cloud",
            name: "refresh",
        }),
        method: Method::Get,
        path: "/v1/clouds/{cloud}",
        access: Access::Bearer,
        params: &[CLOUD],
        answer: Answer::One(Cloud::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Fetches a cloud by its id or label.",
        example: r#"cloud("My first cloud").pod_location"#,
        section: SECTION,
    },
    Operation {
        name: "delete_cloud",
        alias: None,
        form: Some(MethodForm {
            on: "Cloud",
            name: "delete",
        }),
        method: Method::Delete,
        path: "/v1/clouds/{cloud}",
        access: Access::Bearer,
        params: &[CLOUD],
        answer: Answer::Nothing,
        effect: EffectRule::Always(Effect::Destroy),
        repeat: RepeatRule::Always(Repeat::Delete),
        doc: "Deletes a cloud: off at once, wiped after 3 days, and nothing undoes it.",
        example: r#"delete_cloud(cloud("Bare metal"))"#,
        section: SECTION,
    },
    Operation {
        name: "cloud_stats",
        alias: None,
        form: Some(MethodForm {
            on: "Cloud",
            name: "stats",
        }),
        method: Method::Get,
        path: "/v1/clouds/{cloud}/stats",
        access: Access::Bearer,
        params: &[CLOUD],
        answer: Answer::One(CloudStats::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Fetches what a cloud is made of: nodes, VLANs, keys and their state.",
        example: r#"cloud("My first cloud").stats().nodes.len()"#,
        section: SECTION,
    },
    Operation {
        name: "cloud_subscription",
        alias: None,
        form: Some(MethodForm {
            on: "Cloud",
            name: "subscription",
        }),
        method: Method::Get,
        path: "/v1/clouds/{cloud}/subscription",
        access: Access::Bearer,
        params: &[CLOUD],
        answer: Answer::One(Subscription::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Fetches what a cloud costs in its current term.",
        example: r#"cloud("My first cloud").subscription().subscription.total_in_cents"#,
        section: SECTION,
    },
    Operation {
        name: "assign_vlan",
        alias: None,
        form: Some(MethodForm {
            on: "Cloud",
            name: "assign_vlan",
        }),
        method: Method::Post,
        path: "/v1/clouds/{cloud}/vlans/{vlan}",
        access: Access::Bearer,
        params: &[CLOUD, Param::path("vlan", Kind::Id("Vlan"), "the VLAN")],
        answer: Answer::One(Vlan::KIND),
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::Link),
        doc: "Assigns a VLAN to a complete cloud of the same datacenter; a cloud has 10 at most.",
        example: r#"let v = create_vlan(#{label: "app", pod_location: "pod_1", vlan_type: "internal"});
cloud("My first cloud").assign_vlan(v)"#,
        section: SECTION,
    },
    Operation {
        name: "unassign_vlan",
        alias: None,
        form: Some(MethodForm {
            on: "Cloud",
            name: "unassign_vlan",
        }),
        method: Method::Delete,
        path: "/v1/clouds/{cloud}/vlans/{vlan}",
        access: Access::Bearer,
        params: &[CLOUD, Param::path("vlan", Kind::Id("Vlan"), "the VLAN")],
        answer: Answer::Nothing,
        effect: EffectRule::Always(Effect::Disrupt),
        repeat: RepeatRule::Always(Repeat::Link),
        doc: "Takes a VLAN off a cloud; the VLAN stays.",
        example: r#"let v = vlan("app-tier");
let c = cloud("Bare metal");
c.assign_vlan(v);
c.unassign_vlan(v)"#,
        section: SECTION,
    },
    Operation {
        name: "remove_node",
        alias: None,
        form: Some(MethodForm {
            on: "Cloud",
            name: "remove_node",
        }),
        method: Method::Delete,
        path: "/v1/clouds/{cloud}/hardware/{node}",
        access: Access::Bearer,
        params: &[CLOUD, Param::path("node", Kind::Id("Node"), "the node")],
        answer: Answer::One(CloudStats::KIND),
        effect: EffectRule::Always(Effect::Destroy),
        repeat: RepeatRule::Always(Repeat::Delete),
        doc: "Removes a hardware node from a cloud; needs the owner role.",
        example: r#"let c = cloud("Bare metal");
c.remove_node(c.nodes().last())"#,
        section: SECTION,
    },
];
