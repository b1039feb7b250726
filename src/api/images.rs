//! Images: the operating systems a node can be provisioned with.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::operation::{
    Access, Answer, Effect, EffectRule, Kind, Method, MethodForm, Operation, Param, Repeat,
    RepeatRule,
};
use crate::record::{Record, RecordKind, Typed, read};

crate::record! {
    /// An operating system image.
    pub struct Image as "Image" {
        columns: ["os_key", "version_key", "image"],
        summary: ["os_key", "version_key"],
        /// Operating system, as orders name it.
        os_key: Option<String>,
        /// Its version, as orders name it.
        version_key: Option<String>,
        /// Address of the image.
        image: Option<String>,
        /// Its MD5 checksum.
        image_md5: Option<String>,
        /// Its SHA-256 checksum.
        image_sha256: Option<String>,
    }
}

/// Scripts get a list of what the API nests as system → version → image.
static IMAGES: RecordKind = RecordKind {
    name: Image::KIND.name,
    doc: Image::KIND.doc,
    fields: Image::KIND.fields,
    columns: Image::KIND.columns,
    summary: Image::KIND.summary,
    decode: Image::KIND.decode,
    decode_list: images_of,
};

fn images_of(body: &[u8]) -> Result<Vec<Arc<dyn Record>>, serde_json::Error> {
    let systems: IndexMap<String, IndexMap<String, Image>> = read(body)?;
    let mut images: Vec<Arc<dyn Record>> = Vec::new();
    for (os, versions) in systems {
        for (version, image) in versions {
            images.push(Arc::new(Image {
                os_key: Some(os.clone()),
                version_key: Some(version),
                ..image
            }));
        }
    }
    Ok(images)
}

/// The one operation on images.
pub static OPERATIONS: &[Operation] = &[Operation {
    name: "images",
    alias: None,
    form: Some(MethodForm {
        on: "Location",
        name: "images",
    }),
    method: Method::Get,
    path: "/v1/deployment/node/images/{location}",
    access: Access::Public,
    params: &[Param::path(
        "location",
        Kind::Id("Location"),
        "the datacenter, as a pod",
    )],
    answer: Answer::Many(&IMAGES),
    effect: EffectRule::Always(Effect::Read),
    repeat: RepeatRule::Always(Repeat::Safe),
    doc: "Lists the operating systems a datacenter can provision.",
    example: r#"images("pod_1").where(|i| i.os_key == "Ubuntu").len()"#,
    section: "Deployment",
}];
