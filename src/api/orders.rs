//! Orders: hardware bought, and the clouds it becomes.

use std::sync::Arc;

use serde_json::Value;

use crate::operation::{
    Access, Answer, Effect, EffectRule, Field, Kind, Method, MethodForm, Operation, Param, Repeat,
    RepeatRule,
};
use crate::record::{Moment, Typed, Unit};

crate::record! {
    /// An order of hardware.
    pub struct Order as "Order" {
        columns: ["id", "label", "items", "clouds_deployed", "created_at"],
        summary: ["id", "label"],
        /// Short hash that names it.
        id: String,
        /// Always `orders`.
        #[name = "type"]
        resource: Option<String>,
        /// Name for people.
        label: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// When it was placed.
        created_at: Option<Moment>,
        /// When it last changed.
        updated_at: Option<Moment>,
        /// Whether it is active.
        is_active: Option<bool>,
        /// Who placed it.
        created_by: Option<String>,
        /// The fields particular to orders; they also read flat.
        fields: Arc<OrderFields>,
        /// Your role in the organization that owns it.
        access: Option<Value>,
        /// The organization that owns it.
        relation: Option<Value>,
    }
}

crate::record! {
    /// The fields particular to orders.
    pub struct OrderFields as "OrderFields" {
        columns: ["items", "clouds_deployed"],
        summary: [],
        /// What was ordered.
        items: Vec<Arc<OrderItem>>,
        /// Keys given with the order.
        config_options: Option<Value>,
        /// The organization that owns it.
        organization_id: Option<String>,
        /// Version of the order's schema.
        schema_version: Option<String>,
        /// The clouds it became.
        clouds_deployed: Vec<Arc<DeployedCloud>>,
    }
}

crate::record! {
    /// One line of an order.
    pub struct OrderItem as "OrderItem" {
        columns: ["hardware_sku", "location", "type", "quantity"],
        summary: ["quantity", "hardware_sku", "type", "location"],
        /// Hardware type.
        hardware_sku: Option<String>,
        /// Datacenter, as a pod.
        location: Option<String>,
        /// `pcc` or `baremetal`.
        #[name = "type"]
        product: Option<String>,
        /// How many; a `pcc` is a cluster of 3 nodes.
        quantity: Option<i64>,
        /// Operating system or deployment configuration.
        modifications: Option<Value>,
        /// The existing cloud it was added to.
        cloud_id: Option<String>,
    }
}

crate::record! {
    /// A cloud that came from an order.
    pub struct DeployedCloud as "DeployedCloud" {
        columns: ["id", "provision_status"],
        summary: ["id", "provision_status"],
        /// The cloud's id.
        id: String,
        /// `pending`, `in_progress`, `awaiting_setup`, `complete` or `manual_setup`.
        #[unit(Unit::State)]
        provision_status: Option<String>,
        /// The same, under the name that the reference uses in its prose.
        #[unit(Unit::State)]
        provisioning_status: Option<String>,
    }
}

const ORDER: Param = Param::path("order", Kind::Id("Order"), "the order");
const SECTION: &str = "Orders";

const OPERATING_SYSTEM: &[Field] = &[
    Field::required(
        "os_key",
        Kind::Text,
        "name of the system, as `images()` gives it",
    ),
    Field::required(
        "version_key",
        Kind::Text,
        "its version, as `images()` gives it",
    ),
];

const MODIFICATIONS: &[Field] = &[
    Field::optional(
        "deployment_configuration",
        Kind::Id("Configuration"),
        "the deployment configuration to provision with",
    ),
    Field::optional(
        "operating_system",
        Kind::Object(OPERATING_SYSTEM),
        "the operating system to provision with",
    ),
];

const ITEM: &[Field] = &[
    Field::required(
        "hardware_sku",
        Kind::Text,
        "hardware type, as `availability()` names it",
    ),
    Field::required("location", Kind::Id("Location"), "datacenter, as a pod"),
    Field::required(
        "type",
        Kind::OneOf(&["baremetal", "pcc"]),
        "what to build of it",
    ),
    Field::required(
        "quantity",
        Kind::Int(1, 10_000),
        "how many; a pcc is a cluster of 3 nodes",
    ),
    Field::optional(
        "modifications",
        Kind::Object(MODIFICATIONS),
        "operating system or deployment configuration, for baremetal",
    ),
    Field::optional(
        "cloud_id",
        Kind::Id("Cloud"),
        "an existing cloud to add the hardware to",
    ),
];

const CONFIG_OPTIONS: &[Field] = &[
    Field::optional(
        "public_key",
        Kind::Text,
        "an SSH public key to put on the nodes",
    ),
    Field::optional(
        "public_key_ids",
        Kind::List(&Kind::Id("PublicKey")),
        "stored SSH public keys to put on the nodes",
    ),
];

const ORDER_FIELDS: &[Field] = &[
    Field::required("items", Kind::List(&Kind::Object(ITEM)), "what to order"),
    Field::optional(
        "config_options",
        Kind::Object(CONFIG_OPTIONS),
        "keys for the nodes; baremetal needs one",
    ),
];

const ORDER_BODY: &[Field] = &[
    Field::required("label", Kind::Text, "name for people"),
    Field::optional("description", Kind::Text, "what it is for"),
    Field::required(
        "fields",
        Kind::Object(ORDER_FIELDS),
        "what to order, and how",
    ),
];

/// The operations on orders.
pub static OPERATIONS: &[Operation] = &[
    Operation {
        name: "orders",
        alias: None,
        form: None,
        method: Method::Get,
        path: "/v1/orders",
        access: Access::Bearer,
        params: &[],
        answer: Answer::Many(Order::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Lists your orders.",
        example: "orders().len()",
        section: SECTION,
    },
    Operation {
        name: "place_order",
        alias: Some("order"),
        form: None,
        method: Method::Post,
        path: "/v1/orders",
        access: Access::Bearer,
        params: &[Param::body(
            ORDER_BODY,
            "label, items, and keys for baremetal",
        )],
        answer: Answer::One(Order::KIND),
        effect: EffectRule::Always(Effect::Spend),
        repeat: RepeatRule::Always(Repeat::Create),
        doc: "Orders hardware; also `order(#{…})`. Provisioning takes 15 to 30 minutes.",
        example: r#"let o = order(#{
    label: "Second cloud",
    items: [#{hardware_sku: "medium_v4", location: "pod_1", type: "pcc", quantity: 1}],
});
o.clouds_deployed.len()"#,
        section: SECTION,
    },
    Operation {
        name: "order",
        alias: None,
        form: Some(MethodForm {
            on: "Order",
            name: "refresh",
        }),
        method: Method::Get,
        path: "/v1/orders/{order}",
        access: Access::Bearer,
        params: &[ORDER],
        answer: Answer::One(Order::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Fetches an order by its id or label.",
        example: "order(orders()[0].id).label",
        section: SECTION,
    },
];
