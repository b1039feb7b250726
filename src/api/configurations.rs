//! Configurations: reusable templates of image and cloud-init for bare-metal nodes.

use std::sync::Arc;

use serde_json::Value;

use crate::operation::{
    Access, Answer, Effect, EffectRule, Field, Kind, Method, MethodForm, Operation, Param, Place,
    Repeat, RepeatRule,
};
use crate::record::{Moment, Typed};

crate::record! {
    /// A deployment configuration.
    pub struct Configuration as "Configuration" {
        columns: ["id", "label", "image_source", "updated_at"],
        summary: ["id", "label"],
        /// Short hash that names it.
        id: String,
        /// Name for people.
        label: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// The image and cloud-init; they also read flat.
        fields: Arc<ConfigurationFields>,
        /// When it was created.
        created_at: Option<Moment>,
        /// When it last changed.
        updated_at: Option<Moment>,
    }
}

crate::record! {
    /// What a configuration deploys.
    pub struct ConfigurationFields as "ConfigurationFields" {
        columns: ["image_source", "image_ramdisk_kernel", "kernel_args"],
        summary: ["image_source", "image_ramdisk_kernel"],
        /// Address of a whole-disk image.
        image_source: Option<String>,
        /// Address of a kernel, for a ramdisk deployment.
        image_ramdisk_kernel: Option<String>,
        /// Address of an initramfs, for a ramdisk deployment.
        image_ramdisk_ramdisk: Option<String>,
        /// Kernel arguments, for a ramdisk deployment.
        kernel_args: Option<String>,
        /// `md5`, `sha256` or `sha512`.
        image_os_hash_algo: Option<String>,
        /// Hash of the image.
        image_os_hash_value: Option<String>,
        /// Cloud-init user data, `data` being a JSON object written as a string.
        cloud_init: Option<Value>,
        /// The organization that owns it.
        organization_id: Option<String>,
    }
}

const CONFIGURATION: Param = Param::path(
    "configuration",
    Kind::Id("Configuration"),
    "the configuration",
);
const SECTION: &str = "Configurations";

const CLOUD_INIT: &[Field] = &[Field::required(
    "data",
    Kind::Text,
    "user data, a JSON object written as a string",
)];

const DEPLOYMENT: &[Field] = &[
    Field::optional("image_source", Kind::Text, "address of a whole-disk image"),
    Field::optional("image_ramdisk_kernel", Kind::Text, "address of a kernel"),
    Field::optional(
        "image_ramdisk_ramdisk",
        Kind::Text,
        "address of an initramfs",
    ),
    Field::optional(
        "kernel_args",
        Kind::Text,
        "kernel arguments, 1024 characters at most",
    ),
    Field::optional(
        "image_os_hash_algo",
        Kind::OneOf(&["md5", "sha256", "sha512"]),
        "hash algorithm; needed with image_source",
    ),
    Field::optional(
        "image_os_hash_value",
        Kind::Text,
        "hash; needed with image_source",
    ),
    Field::optional(
        "cloud_init",
        Kind::Object(CLOUD_INIT),
        "cloud-init user data",
    ),
];

const NEW: &[Field] = &[
    Field::required("label", Kind::Text, "name for people"),
    Field::optional("description", Kind::Text, "what it is for"),
    Field::optional("fields", Kind::Object(DEPLOYMENT), "what it deploys"),
];

const CHANGES: &[Field] = &[
    Field::optional("label", Kind::Text, "name for people"),
    Field::optional("description", Kind::Text, "what it is for"),
    Field::optional(
        "fields",
        Kind::Object(DEPLOYMENT),
        "what to alter; the rest stays",
    ),
];

/// The operations on configurations.
pub static OPERATIONS: &[Operation] = &[
    Operation {
        name: "configurations",
        alias: None,
        form: None,
        method: Method::Get,
        path: "/v1/configurations",
        access: Access::Bearer,
        params: &[],
        answer: Answer::Many(Configuration::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Lists your deployment configurations.",
        example: "configurations().len()",
        section: SECTION,
    },
    Operation {
        name: "create_configuration",
        alias: None,
        form: None,
        method: Method::Post,
        path: "/v1/configurations",
        access: Access::Bearer,
        params: &[Param::body(NEW, "label and what it deploys")],
        answer: Answer::One(Configuration::KIND),
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::Create),
        doc: "Creates a deployment configuration.",
        example: r#"create_configuration(#{
    label: "Debian from disk",
    image_source: "https://images.example.com/debian.img",
    image_os_hash_algo: "sha256",
    image_os_hash_value: "9b1f8f5cbf6bbb1ea0ee3a6bd3d57c4bd1b1f4b0c2de1ed3b3f2fd6ed9f5bb1c",
}).label"#,
        section: SECTION,
    },
    Operation {
        name: "configuration",
        alias: None,
        form: Some(MethodForm {
            on: "Configuration",
            name: "refresh",
        }),
        method: Method::Get,
        path: "/v1/configurations/{configuration}",
        access: Access::Bearer,
        params: &[CONFIGURATION],
        answer: Answer::One(Configuration::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Fetches a deployment configuration by its id or label.",
        example: "configuration(configurations()[0].id).label",
        section: SECTION,
    },
    Operation {
        name: "update_configuration",
        alias: None,
        form: Some(MethodForm {
            on: "Configuration",
            name: "update",
        }),
        method: Method::Patch,
        path: "/v1/configurations/{configuration}",
        access: Access::Bearer,
        params: &[
            Param {
                place: Place::PathAndMember("id"),
                ..CONFIGURATION
            },
            Param::body(CHANGES, "what to alter"),
        ],
        answer: Answer::One(Configuration::KIND),
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::LevelSet),
        doc: "Alters a deployment configuration; fields left out stay as they are.",
        example: r#"configurations()[0].update(#{description: "reviewed"}).description"#,
        section: SECTION,
    },
    Operation {
        name: "delete_configuration",
        alias: None,
        form: Some(MethodForm {
            on: "Configuration",
            name: "delete",
        }),
        method: Method::Delete,
        path: "/v1/configurations/{configuration}",
        access: Access::Bearer,
        params: &[CONFIGURATION],
        answer: Answer::Nothing,
        effect: EffectRule::Always(Effect::Destroy),
        repeat: RepeatRule::Always(Repeat::Delete),
        doc: "Deletes a deployment configuration.",
        example: "delete_configuration(configurations()[0])",
        section: SECTION,
    },
];
