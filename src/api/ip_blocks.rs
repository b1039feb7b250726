//! IP blocks (prefixes) and the addresses in them.

use std::sync::Arc;

use crate::operation::{
    Access, Answer, Arguments, Effect, EffectRule, Field, Kind, Method, MethodForm, Operation,
    Param, Repeat, RepeatRule,
};
use crate::record::{Moment, Typed, Unit};

crate::record! {
    /// An IP address block, which the API also calls a prefix.
    pub struct IpBlock as "IpBlock" {
        columns: ["id", "label", "cidr", "prefix_type", "pod_location", "central_vlan_id", "created_from"],
        summary: ["id", "label", "cidr"],
        /// Short hash that names it.
        id: String,
        /// Always `prefixes`.
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
        /// The fields particular to IP blocks; they also read flat.
        fields: Arc<IpBlockFields>,
    }
}

crate::record! {
    /// The fields particular to IP blocks.
    pub struct IpBlockFields as "IpBlockFields" {
        columns: ["cidr", "prefix_type", "central_vlan_id"],
        summary: ["cidr", "prefix_type"],
        /// `user`, `omapi` or `central`; only those of users can be deleted.
        created_from: Option<String>,
        /// Datacenter, as a pod.
        pod_location: Option<String>,
        /// Its number in the infrastructure.
        prefix_id: Option<i64>,
        /// Network and length: `10.0.0.0/28`.
        cidr: Option<String>,
        /// `private`, `routed` or `allocation`.
        prefix_type: Option<String>,
        /// Length of the prefix, in bits.
        length: Option<i64>,
        /// `off`, `all` or `pool`.
        managed_addressing: Option<String>,
        /// Whether it can be altered or deleted.
        alterable: Option<bool>,
        /// The cloud it is billed to.
        cloud_id: Option<String>,
        /// Number of the VLAN it is on.
        vlan_id: Option<i64>,
        /// UUID of the VLAN it is on.
        vlan_uuid: Option<String>,
        /// Id of the VLAN it is on.
        central_vlan_id: Option<String>,
        /// What it is billed as.
        product_addon: Option<String>,
    }
}

crate::record! {
    /// An IP block as the infrastructure sees it, with its addresses.
    pub struct IpBlockDetails as "IpBlockDetails" {
        columns: ["id", "cidr", "prefix_type", "usage", "status", "ip_addrs"],
        summary: ["id", "cidr", "status"],
        /// Its number in the infrastructure.
        id: i64,
        /// Network and length.
        cidr: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// `private`, `routed` or `allocation`.
        prefix_type: Option<String>,
        /// `provider`, `inventory`, `internal`, `custom` or `unused`.
        usage: Option<String>,
        /// `PROVISIONING`, `ROUTED`, `ACTIVE` or `ERROR`.
        #[unit(Unit::State)]
        status: Option<String>,
        /// `off`, `all` or `pool`.
        managed_addressing: Option<String>,
        /// Number of the VLAN it is on.
        vlan_id: Option<i64>,
        /// Number of the block it is part of.
        parent_id: Option<i64>,
        /// Blocks that are part of it.
        children: Vec<Arc<IpBlockDetails>>,
        /// The addresses in use.
        ip_addrs: Vec<Arc<IpAddress>>,
    }
}

crate::record! {
    /// One address of an IP block.
    pub struct IpAddress as "IpAddress" {
        columns: ["id", "ip", "label", "assigned_host"],
        summary: ["id", "ip", "label"],
        /// Its number in the infrastructure.
        id: i64,
        /// The address.
        ip: Option<String>,
        /// Name for people.
        label: Option<String>,
        /// The host it is assigned to.
        assigned_host: Option<String>,
        /// The block it belongs to. Not in the API's answer: known from the call that fetched it.
        block_id: Option<String>,
    }
}

const BLOCK: Param = Param::path("prefix", Kind::Id("IpBlock"), "the IP block");
const ADDRESS: Param = Param::path("ip", Kind::Id("IpAddress"), "the address");
const SECTION: &str = "IP Blocks";

const NEW_FIELDS: &[Field] = &[
    Field::required("pod_location", Kind::Id("Location"), "datacenter, as a pod"),
    Field::required(
        "prefix_type",
        Kind::OneOf(&["private", "routed", "allocation"]),
        "inside only, or public (billed)",
    ),
    Field::optional(
        "length",
        Kind::Int(22, 32),
        "length in bits, for private blocks",
    ),
    Field::optional("cidr", Kind::Text, "an exact block, for private blocks"),
    Field::optional(
        "managed_addressing",
        Kind::OneOf(&["off", "all", "pool"]),
        "who hands out its addresses; off unless you say so",
    ),
    Field::optional(
        "cloud_id",
        Kind::Id("Cloud"),
        "the cloud a routed block is billed to",
    ),
    Field::optional(
        "product_addon",
        Kind::Text,
        "what a routed block is billed as",
    ),
    Field::optional("central_vlan_id", Kind::Id("Vlan"), "a VLAN to put it on"),
];

const NEW: &[Field] = &[
    Field::required("label", Kind::Text, "name for people"),
    Field::optional("description", Kind::Text, "what it is for"),
    Field::required("fields", Kind::Object(NEW_FIELDS), "where and of what kind"),
];

const CHANGES: &[Field] = &[
    Field::optional("label", Kind::Text, "name for people"),
    Field::optional("description", Kind::Text, "what it is for"),
];

const NEW_ADDRESS: &[Field] = &[
    Field::optional(
        "ip",
        Kind::Text,
        "an exact address; the next free one when left out",
    ),
    Field::optional("label", Kind::Text, "name for people"),
    Field::optional("assigned_host", Kind::Text, "the host it is for"),
];

const ADDRESS_CHANGES: &[Field] = &[
    Field::optional("label", Kind::Text, "name for people"),
    Field::optional(
        "assigned_host",
        Kind::Text,
        "the host it is for; empty to unassign",
    ),
];

/// A routed block is billed, a private one is not.
fn create_effect(arguments: &Arguments) -> Effect {
    let body = arguments.get("body");
    let kind = body
        .and_then(|body| body.get("prefix_type"))
        .or_else(|| body.and_then(|body| body.get("fields")?.get("prefix_type")));
    // Anything but a plain `private` may cost: the doubt goes to the side that asks.
    match kind.and_then(|kind| kind.as_str()) {
        Some("private") => Effect::Change,
        _ => Effect::Spend,
    }
}

/// The operations on IP blocks and addresses.
pub static OPERATIONS: &[Operation] = &[
    Operation {
        name: "ip_blocks",
        alias: None,
        form: None,
        method: Method::Get,
        path: "/v1/prefixes",
        access: Access::Bearer,
        params: &[],
        answer: Answer::Many(IpBlock::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Lists your IP blocks, those of the system included.",
        example: r#"ip_blocks().where(|b| b.prefix_type == "routed").len()"#,
        section: SECTION,
    },
    Operation {
        name: "create_ip_block",
        alias: None,
        form: None,
        method: Method::Post,
        path: "/v1/prefixes",
        access: Access::Bearer,
        params: &[Param::body(NEW, "label, pod_location, prefix_type")],
        answer: Answer::One(IpBlock::KIND),
        effect: EffectRule::ByArguments(create_effect, &[Effect::Change, Effect::Spend]),
        repeat: RepeatRule::Always(Repeat::Create),
        doc: "Creates an IP block; a routed one is billed.",
        example: r#"create_ip_block(#{label: "lab", pod_location: "pod_1", prefix_type: "private", length: 28}).cidr"#,
        section: SECTION,
    },
    Operation {
        name: "ip_block",
        alias: None,
        form: Some(MethodForm {
            on: "IpBlock",
            name: "refresh",
        }),
        method: Method::Get,
        path: "/v1/prefixes/{prefix}",
        access: Access::Bearer,
        params: &[BLOCK],
        answer: Answer::One(IpBlock::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Fetches an IP block by its id or label.",
        example: r#"ip_block("app-private").cidr"#,
        section: SECTION,
    },
    Operation {
        name: "update_ip_block",
        alias: None,
        form: Some(MethodForm {
            on: "IpBlock",
            name: "update",
        }),
        method: Method::Patch,
        path: "/v1/prefixes/{prefix}",
        access: Access::Bearer,
        params: &[BLOCK, Param::body(CHANGES, "label or description")],
        answer: Answer::One(IpBlock::KIND),
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::LevelSet),
        doc: "Renames an IP block or describes it anew.",
        example: r#"ip_block("app-private").update(#{description: "web servers"}).description"#,
        section: SECTION,
    },
    Operation {
        name: "delete_ip_block",
        alias: None,
        form: Some(MethodForm {
            on: "IpBlock",
            name: "delete",
        }),
        method: Method::Delete,
        path: "/v1/prefixes/{prefix}",
        access: Access::Bearer,
        params: &[BLOCK],
        answer: Answer::Nothing,
        effect: EffectRule::Always(Effect::Destroy),
        repeat: RepeatRule::Always(Repeat::Delete),
        doc: "Deletes an IP block that nothing uses.",
        example: r#"create_ip_block(#{label: "short-lived", pod_location: "pod_1", prefix_type: "private", length: 29}).delete()"#,
        section: SECTION,
    },
    Operation {
        name: "ip_block_details",
        alias: None,
        form: Some(MethodForm {
            on: "IpBlock",
            name: "details",
        }),
        method: Method::Get,
        path: "/v1/deployment/network/prefix/{prefix}",
        access: Access::Bearer,
        params: &[BLOCK],
        answer: Answer::One(IpBlockDetails::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Fetches an IP block with its addresses.",
        example: r#"ip_block("app-private").details().ip_addrs.len()"#,
        section: SECTION,
    },
    Operation {
        name: "allocate_ip",
        alias: None,
        form: Some(MethodForm {
            on: "IpBlock",
            name: "allocate_ip",
        }),
        method: Method::Post,
        path: "/v1/deployment/network/prefixes/{prefix}/ip",
        access: Access::Bearer,
        params: &[
            BLOCK,
            Param::body(NEW_ADDRESS, "ip, label, assigned_host").optional(),
        ],
        answer: Answer::One(IpAddress::KIND),
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::Create),
        doc: "Takes an address of an IP block: the next free one, or the one you name.",
        example: r#"ip_block("app-private").allocate_ip(#{label: "web-2"}).ip"#,
        section: SECTION,
    },
    Operation {
        name: "update_ip",
        alias: None,
        form: Some(MethodForm {
            on: "IpAddress",
            name: "update",
        }),
        method: Method::Patch,
        path: "/v1/deployment/network/prefixes/{prefix}/ip/{ip}",
        access: Access::Bearer,
        params: &[
            BLOCK,
            ADDRESS,
            Param::body(ADDRESS_CHANGES, "label or assigned_host"),
        ],
        answer: Answer::One(IpAddress::KIND),
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::LevelSet),
        doc: "Renames an address or assigns it to another host.",
        example: r#"let ip = ip_block("app-private").details().ip_addrs[0];
ip.update(#{label: "web-1b"}).label"#,
        section: SECTION,
    },
    Operation {
        name: "delete_ip",
        alias: None,
        form: Some(MethodForm {
            on: "IpAddress",
            name: "delete",
        }),
        method: Method::Delete,
        path: "/v1/deployment/network/prefixes/{prefix}/ip/{ip}",
        access: Access::Bearer,
        params: &[BLOCK, ADDRESS],
        answer: Answer::Nothing,
        effect: EffectRule::Always(Effect::Disrupt),
        repeat: RepeatRule::Always(Repeat::Delete),
        doc: "Gives an address back to its block.",
        example: r#"ip_block("app-private").details().ip_addrs[0].delete()"#,
        section: SECTION,
    },
];
