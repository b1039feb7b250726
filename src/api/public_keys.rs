//! Public keys: the SSH keys put on bare-metal nodes.

use std::sync::Arc;

use serde_json::Value;

use crate::operation::{
    Access, Answer, Effect, EffectRule, Field, Kind, Method, MethodForm, Operation, Param, Repeat,
    RepeatRule,
};
use crate::record::{Moment, Typed};

crate::record! {
    /// A stored SSH public key.
    pub struct PublicKey as "PublicKey" {
        columns: ["id", "label", "fingerprint", "created_at"],
        summary: ["id", "label", "fingerprint"],
        /// Short hash that names it.
        id: String,
        /// Always `public-keys`.
        #[name = "type"]
        resource: Option<String>,
        /// Name for people.
        label: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// The key; its fields also read flat.
        fields: Arc<PublicKeyFields>,
        /// Whether it is in use; said of deleted keys only.
        is_active: Option<bool>,
        /// When it was created.
        created_at: Option<Moment>,
        /// When it last changed.
        updated_at: Option<Moment>,
        /// Who created it.
        created_by: Option<String>,
        /// Name of who created it.
        created_by_name: Option<String>,
        /// Your role for it.
        access: Option<Value>,
    }
}

crate::record! {
    /// The fields particular to public keys.
    pub struct PublicKeyFields as "PublicKeyFields" {
        columns: ["fingerprint"],
        summary: ["fingerprint"],
        /// SHA-256 fingerprint.
        fingerprint: Option<String>,
        /// The key, as in `authorized_keys`.
        key_data: Option<String>,
        /// The organization it belongs to.
        organization_id: Option<String>,
    }
}

const KEY: Param = Param::path("public_key", Kind::Id("PublicKey"), "the key");
const SECTION: &str = "SSH Keys";

const NEW_FIELDS: &[Field] = &[Field::required(
    "key_data",
    Kind::Text,
    "type, base64 and comment, as in authorized_keys",
)];

const NEW: &[Field] = &[
    Field::required("label", Kind::Text, "name for people"),
    Field::optional("description", Kind::Text, "what it is for"),
    Field::required("fields", Kind::Object(NEW_FIELDS), "the key"),
];

const CHANGED_FIELDS: &[Field] = &[Field::optional(
    "key_data",
    Kind::Text,
    "type, base64 and comment, as in authorized_keys",
)];

const CHANGES: &[Field] = &[
    Field::optional("label", Kind::Text, "name for people"),
    Field::optional("description", Kind::Text, "what it is for"),
    Field::optional("fields", Kind::Object(CHANGED_FIELDS), "the key"),
];

/// The operations on public keys.
pub static OPERATIONS: &[Operation] = &[
    Operation {
        name: "public_keys",
        alias: None,
        form: None,
        method: Method::Get,
        path: "/v1/public-keys",
        access: Access::Bearer,
        params: &[],
        answer: Answer::Many(PublicKey::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Lists your SSH keys.",
        example: "public_keys().len()",
        section: SECTION,
    },
    Operation {
        name: "create_public_key",
        alias: None,
        form: None,
        method: Method::Post,
        path: "/v1/public-keys",
        access: Access::Bearer,
        params: &[Param::body(NEW, "label and key_data")],
        answer: Answer::One(PublicKey::KIND),
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::Create),
        doc: "Stores an SSH key.",
        example: r#"create_public_key(#{
    label: "laptop",
    key_data: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ops@laptop",
}).fingerprint"#,
        section: SECTION,
    },
    Operation {
        name: "public_key",
        alias: None,
        form: Some(MethodForm {
            on: "PublicKey",
            name: "refresh",
        }),
        method: Method::Get,
        path: "/v1/public-keys/{public_key}",
        access: Access::Bearer,
        params: &[KEY],
        answer: Answer::One(PublicKey::KIND),
        effect: EffectRule::Always(Effect::Read),
        repeat: RepeatRule::Always(Repeat::Safe),
        doc: "Fetches an SSH key by its id or label.",
        example: "public_key(public_keys()[0].id).fingerprint",
        section: SECTION,
    },
    Operation {
        name: "update_public_key",
        alias: None,
        form: Some(MethodForm {
            on: "PublicKey",
            name: "update",
        }),
        method: Method::Patch,
        path: "/v1/public-keys/{public_key}",
        access: Access::Bearer,
        params: &[KEY, Param::body(CHANGES, "label, description or key_data")],
        answer: Answer::One(PublicKey::KIND),
        effect: EffectRule::Always(Effect::Change),
        repeat: RepeatRule::Always(Repeat::LevelSet),
        doc: "Renames an SSH key or replaces it.",
        example: r#"public_keys()[0].update(#{label: "operations"}).label"#,
        section: SECTION,
    },
    Operation {
        name: "delete_public_key",
        alias: None,
        form: Some(MethodForm {
            on: "PublicKey",
            name: "delete",
        }),
        method: Method::Delete,
        path: "/v1/public-keys/{public_key}",
        access: Access::Bearer,
        params: &[KEY],
        answer: Answer::Nothing,
        effect: EffectRule::Always(Effect::Destroy),
        repeat: RepeatRule::Always(Repeat::Delete),
        doc: "Deletes an SSH key.",
        example: "public_keys()[0].delete()",
        section: SECTION,
    },
];
