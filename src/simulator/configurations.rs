//! How the operations on configurations answer.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::answer::Answer;
use super::call::{Behaviour, Call, object, required, text};
use super::credentials::Role;
use super::world::World;
use crate::api::configurations::{Configuration, ConfigurationFields};

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("configurations", configurations),
    ("create_configuration", create_configuration),
    ("configuration", configuration),
    ("update_configuration", update_configuration),
    ("delete_configuration", delete_configuration),
];

const WHAT: &str = "configuration";

#[expect(
    clippy::unnecessary_wraps,
    reason = "every behaviour has the same shape"
)]
fn configurations(world: &mut World, _call: &Call) -> Result<Answer, Answer> {
    let all: Vec<_> = world.configurations.values().cloned().collect();
    Ok(Answer::json(all))
}

fn configuration(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    Ok(Answer::json(known(world, call)?))
}

fn known(world: &World, call: &Call) -> Result<Arc<Configuration>, Answer> {
    world
        .configurations
        .get(call.param("configuration"))
        .cloned()
        .ok_or_else(|| Answer::missing("Configuration"))
}

/// Lays the members given over the fields there are: `CONFIGURATION_EMPTY`. `KERNEL_ARGS` are kept as
/// they come.
fn merge(
    fields: &ConfigurationFields,
    given: &Map<String, Value>,
) -> Result<ConfigurationFields, Answer> {
    let mut merged = fields.clone();
    for (name, field) in [
        ("image_source", &mut merged.image_source),
        ("image_ramdisk_kernel", &mut merged.image_ramdisk_kernel),
        ("image_ramdisk_ramdisk", &mut merged.image_ramdisk_ramdisk),
        ("kernel_args", &mut merged.kernel_args),
        ("image_os_hash_algo", &mut merged.image_os_hash_algo),
        ("image_os_hash_value", &mut merged.image_os_hash_value),
    ] {
        if given.contains_key(name) {
            let text = text(given, name)?;
            if text.is_some_and(|text| text.trim().is_empty()) {
                return Err(Answer::invalid(&format!("{name} must not be empty.")));
            }
            *field = text.map(str::to_owned);
        }
    }
    if given.contains_key("cloud_init") {
        merged.cloud_init = object(given, "cloud_init")?.cloned().map(Value::Object);
    }
    if given
        .get("image_ramdisk_boot_iso")
        .is_some_and(|iso| !iso.is_null())
    {
        return Err(Answer::invalid(
            "image_ramdisk_boot_iso deployments are not currently available.",
        ));
    }
    match wrong(&merged) {
        Some(why) => Err(Answer::invalid(why)),
        None => Ok(merged),
    }
}

/// What is wrong with a configuration as a whole, if anything is.
pub fn wrong(fields: &ConfigurationFields) -> Option<&'static str> {
    let (kernel, ramdisk) = (
        fields.image_ramdisk_kernel.is_some(),
        fields.image_ramdisk_ramdisk.is_some(),
    );
    if fields.image_source.is_some() && (kernel || ramdisk) {
        return Some(
            "image_source and image_ramdisk_kernel/image_ramdisk_ramdisk are mutually exclusive.",
        );
    }
    if kernel != ramdisk {
        return Some("image_ramdisk_kernel and image_ramdisk_ramdisk are required together.");
    }
    if fields.image_source.is_some()
        && (fields.image_os_hash_algo.is_none() || fields.image_os_hash_value.is_none())
    {
        return Some(
            "image_os_hash_algo and image_os_hash_value are required when image_source is set.",
        );
    }
    if let Some(algorithm) = fields.image_os_hash_algo.as_deref()
        && !matches!(algorithm, "md5" | "sha256" | "sha512")
    {
        return Some("image_os_hash_algo must be one of: md5, sha256, sha512.");
    }
    if let Some(arguments) = &fields.kernel_args {
        if !kernel {
            return Some("kernel_args is only valid with a ramdisk deployment.");
        }
        if arguments.contains(['\n', '\r']) {
            return Some("kernel_args must not contain line breaks.");
        }
        if arguments.chars().count() > 1024 {
            return Some("kernel_args must not exceed 1024 characters.");
        }
    }
    if let Some(cloud_init) = &fields.cloud_init {
        // CLOUD_INIT: it may also be without data.
        let data = cloud_init.get("data");
        let is_object = |data: &Value| {
            let data = data.as_str().map(serde_json::from_str::<Value>);
            matches!(data, Some(Ok(Value::Object(_))))
        };
        if !data.is_none_or(is_object) {
            return Some("cloud_init.data must be a JSON object written as a string.");
        }
    }
    None
}

fn create_configuration(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, WHAT)?;
    let (label, description) = (call.label()?, call.description()?);
    let given = object(&call.body, "fields")?.cloned().unwrap_or_default();
    let fields = ConfigurationFields {
        organization_id: Some(world.organization.organization_id.clone()),
        ..ConfigurationFields::default()
    };
    let fields = merge(&fields, &given)?;
    let id = world.id(10);
    let record = Arc::new(Configuration {
        id: id.clone(),
        label: Some(label),
        description,
        fields: Arc::new(fields),
        created_at: Some(world.moment()),
        updated_at: Some(world.moment()),
        ..Configuration::default()
    });
    world.configurations.insert(id, record.clone());
    Ok(Answer::json(record))
}

fn update_configuration(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, WHAT)?;
    let mut record = known(world, call)?;
    if required(&call.body, "id")? != call.param("configuration") {
        return Err(Answer::invalid("id must be that of the path."));
    }
    let (label, description) = (call.new_label()?, call.description()?);
    let given = object(&call.body, "fields")?.cloned().unwrap_or_default();
    let fields = merge(&record.fields, &given)?;
    let moment = world.moment();
    let changed = Arc::make_mut(&mut record);
    changed.label = label.or_else(|| changed.label.take());
    changed.description = description.or_else(|| changed.description.take());
    changed.fields = Arc::new(fields);
    changed.updated_at = Some(moment);
    world
        .configurations
        .insert(record.id.clone(), record.clone());
    Ok(Answer::json(record))
}

// CONFIGURATION_USED: whatever was made with it.
fn delete_configuration(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    call.needs(Role::Maintainer, WHAT)?;
    known(world, call)?;
    world
        .configurations
        .shift_remove(call.param("configuration"));
    Ok(Answer::no_content())
}
