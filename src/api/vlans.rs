//! VLANs: the networks of clouds.

use std::sync::Arc;

use crate::operation::{
    Access, Answer, Effect, EffectRule, Field, Kind, Method, MethodForm, Operation, Param, Repeat,
    RepeatRule,
};
use crate::record::{Moment, Typed};

crate::record! {
    /// A VLAN.
    pub struct Vlan as "Vlan" {
        columns: ["id", "label", "vlan_type", "vlan_id", "pod_location", "cloud_id", "created_from"],
        summary: ["id", "label", "vlan_type"],
        /// Short hash that names it.
        id: String,
        /// Always `vlans`.
        #[name = "type"]
        resource: Option<String>,
        /// Name for people.
        label: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// When it was created.
        created_at: Option<Moment>,
        /// When it last changed.
        updated_at: Option<Moment>,
        /// Whether it is active.
        is_active: Option<bool>,
        /// Who created it.
        created_by: Option<String>,
        /// The fields particular to VLANs; they also read flat.
        fields: Arc<VlanFields>,
    }
}

crate::record! {
    /// The fields particular to VLANs.
    pub struct VlanFields as "VlanFields" {
        columns: ["vlan_id", "vlan_type", "cloud_id"],
        summary: ["vlan_id", "vlan_type"],
        /// `user`, `omapi` or `central`; only those of users can be altered.
        created_from: Option<String>,
        /// Datacenter, as a pod.
        pod_location: Option<String>,
        /// The VLAN number.
        vlan_id: Option<i64>,
        /// Its UUID in the infrastructure.
        vlan_uuid: Option<String>,
        /// `internal`, `routed` or `access`.
        vlan_type: Option<String>,
        /// Whether it can be altered or deleted.
        alterable: Option<bool>,
        /// The cloud it is assigned to.
        cloud_id: Option<String>,
    }
}

const VLAN: Param = Param::path("vlan", Kind::Id("Vlan"), "the VLAN");
const PREFIX: Param = Param::path("prefix", Kind::Id("IpBlock"), "the IP block");
const SECTION: &str = "VLANs";

const NEW_FIELDS: &[Field] = &[
    Field::required("pod_location", Kind::Id("Location"), "datacenter, as a pod"),
    Field::optional("cloud_id", Kind::Id("Cloud"), "a cloud to assign it to"),
    Field::optional(
        "central_prefix_id",
        Kind::Id("IpBlock"),
        "an IP block to put on it",
    ),
    Field::required(
        "vlan_type",
        Kind::OneOf(&["internal", "routed"]),
        "inside only, or public",
    ),
];

const NEW: &[Field] = &[
    Field::required("label", Kind::Text, "name for people"),
    Field::optional("description", Kind::Text, "what it is for"),
    Field::required("fields", Kind::Object(NEW_FIELDS), "where and of what type"),
];

const CHANGES: &[Field] = &[
    Field::optional("label", Kind::Text, "name for people"),
    Field::optional("description", Kind::Text, "what it is for"),
];

/// The operations on VLANs.
pub static OPERATIONS: &[Operation] = &[
    Operation {
        name: "vlans",
        alias: None,
        form: None,
        method: Method::Get,
        path: "/v1/vlans",
        access: Access::Bearer,
        params: &[],
        answer: Answer::Many(Vlan::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Lists your VLANs, those of the system included.",
        example: r#"vlans().where(|v| v.created_from == "user").len()"#,
        section: SECTION,
    },
    Operation {
        name: "create_vlan",
        alias: None,
        form: None,
        method: Method::Post,
        path: "/v1/vlans",
        access: Access::Bearer,
        params: &[Param::body(NEW, "label, pod_location, vlan_type")],
        answer: Answer::One(Vlan::KIND),
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::Create),
        doc: "Creates a VLAN, on a cloud and with an IP block if you say so.",
        example: r#"create_vlan(#{label: "backup", pod_location: "pod_1", vlan_type: "internal"}).label"#,
        section: SECTION,
    },
    Operation {
        name: "vlan",
        alias: None,
        form: Some(MethodForm {
            on: "Vlan",
            name: "refresh",
        }),
        method: Method::Get,
        path: "/v1/vlans/{vlan}",
        access: Access::Bearer,
        params: &[VLAN],
        answer: Answer::One(Vlan::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Fetches a VLAN by its id or label.",
        example: r#"vlan("app-tier").vlan_type"#,
        section: SECTION,
    },
    Operation {
        name: "update_vlan",
        alias: None,
        form: Some(MethodForm {
            on: "Vlan",
            name: "update",
        }),
        method: Method::Patch,
        path: "/v1/vlans/{vlan}",
        access: Access::Bearer,
        params: &[VLAN, Param::body(CHANGES, "label or description")],
        answer: Answer::One(Vlan::KIND),
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::LevelSet),
        doc: "Renames a VLAN or describes it anew.",
        example: r#"vlan("app-tier").update(#{description: "web servers"}).description"#,
        section: SECTION,
    },
    Operation {
        name: "delete_vlan",
        alias: None,
        form: Some(MethodForm {
            on: "Vlan",
            name: "delete",
        }),
        method: Method::Delete,
        path: "/v1/vlans/{vlan}",
        access: Access::Bearer,
        params: &[VLAN],
        answer: Answer::Nothing,
        effect: EffectRule::Always(Effect::Destroy),
        repeat: RepeatRule::Always(Repeat::Delete),
        doc: "Deletes a VLAN that nothing uses.",
        example: r#"create_vlan(#{label: "short-lived", pod_location: "pod_1", vlan_type: "internal"}).delete()"#,
        section: SECTION,
    },
    Operation {
        name: "assign_prefix",
        alias: None,
        form: Some(MethodForm {
            on: "Vlan",
            name: "assign_prefix",
        }),
        method: Method::Post,
        path: "/v1/vlans/{vlan}/prefixes/{prefix}",
        access: Access::Bearer,
        params: &[VLAN, PREFIX],
        answer: Answer::Nothing,
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::Link),
        doc: "Puts an IP block on a VLAN of the same datacenter and kind.",
        example: r#"let v = create_vlan(#{label: "lab", pod_location: "pod_1", vlan_type: "internal"});
let p = create_ip_block(#{label: "lab", pod_location: "pod_1", prefix_type: "private", cidr: "10.20.0.0/28"});
v.assign_prefix(p)"#,
        section: SECTION,
    },
    Operation {
        name: "unassign_prefix",
        alias: None,
        form: Some(MethodForm {
            on: "Vlan",
            name: "unassign_prefix",
        }),
        method: Method::Delete,
        path: "/v1/vlans/{vlan}/prefixes/{prefix}",
        access: Access::Bearer,
        params: &[VLAN, PREFIX],
        answer: Answer::Nothing,
        effect: EffectRule::Always(Effect::Disrupt),
        repeat: RepeatRule::Always(Repeat::Link),
        doc: "Takes an IP block off a VLAN; both stay.",
        example: r#"vlan("app-tier").unassign_prefix(ip_block("app-private"))"#,
        section: SECTION,
    },
];
