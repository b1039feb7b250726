//! Deployment configurations and the rules of their modes.

use std::sync::Arc;

use serde_json::Value;

use super::Behaviour;
use super::answer::{Answer, Refused};
use super::body::Body;
use super::call::Call;
use super::caller::Role;
use super::world::World;
use crate::api::configurations::{Configuration, ConfigurationFields};

pub const BEHAVIOURS: &[(&str, Behaviour)] = &[
    ("configurations", configurations),
    ("create_configuration", create_configuration),
    ("configuration", configuration),
    ("update_configuration", update_configuration),
    ("delete_configuration", delete_configuration),
];

/// The longest kernel arguments.
const LONGEST_ARGS: usize = 1024;

fn configurations(world: &mut World, _: &Call<'_>) -> Result<Answer, Refused> {
    let all: Vec<&Configuration> = world.configurations.values().collect();
    Answer::json(&all)
}

fn found<'a>(world: &'a World, id: &str) -> Result<&'a Configuration, Refused> {
    world
        .configurations
        .get(id)
        .ok_or_else(|| Refused::not_found("configuration", id))
}

fn configuration(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    Answer::json(found(world, call.param("configuration"))?)
}

fn create_configuration(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    call.caller.needs(Role::Maintainer)?;
    let label = call.body.required("label")?;
    let description = call.body.text("description")?;
    let organization = world.organization.organization_id.clone();
    let base = ConfigurationFields {
        organization_id: Some(organization),
        ..ConfigurationFields::default()
    };
    let fields = merged(base, &call.body.fields()?)?;
    let configuration = Configuration {
        id: world.id(),
        label: Some(label),
        description,
        fields: Arc::new(fields),
        created_at: world.moment(),
        updated_at: world.moment(),
        ..Configuration::default()
    };
    let answer = Answer::json(&configuration);
    world.log_change("create_configuration", &configuration.id, "created");
    world
        .configurations
        .insert(configuration.id.clone(), configuration);
    answer
}

fn update_configuration(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let id = call.param("configuration");
    let present = found(world, id)?.clone();
    call.caller.needs(Role::Maintainer)?;
    if call.body.required("id")? != id {
        return Err(Refused::invalid("id does not match the configuration's"));
    }
    let (label, description) = (call.body.text("label")?, call.body.text("description")?);
    let fields = merged((*present.fields).clone(), &call.body.fields()?)?;
    let configuration = Configuration {
        label: label.or(present.label),
        description: description.or(present.description),
        fields: Arc::new(fields),
        updated_at: world.moment(),
        ..present
    };
    let answer = Answer::json(&configuration);
    world.configurations.insert(id.to_owned(), configuration);
    answer
}

fn delete_configuration(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    let id = call.param("configuration");
    found(world, id)?;
    call.caller.needs(Role::Owner)?;
    world.configurations.shift_remove(id);
    world.log_change("delete_configuration", id, "gone");
    Ok(Answer::NoContent)
}

/// The fields after merging; a rule that the result breaks is refused.
fn merged(mut fields: ConfigurationFields, body: &Body) -> Result<ConfigurationFields, Refused> {
    if body.get("image_ramdisk_boot_iso").is_some() {
        return Err(Refused::invalid(
            "ramdisk boot ISO deployments are not available",
        ));
    }
    for (name, place) in [
        ("image_source", &mut fields.image_source),
        ("image_ramdisk_kernel", &mut fields.image_ramdisk_kernel),
        ("image_ramdisk_ramdisk", &mut fields.image_ramdisk_ramdisk),
        ("image_os_hash_algo", &mut fields.image_os_hash_algo),
        ("image_os_hash_value", &mut fields.image_os_hash_value),
    ] {
        match body.raw(name) {
            None => {}
            Some(Value::Null) => *place = None,
            Some(_) => *place = body.text(name)?.filter(|text| !text.is_empty()),
        }
    }
    match body.raw("kernel_args") {
        None => {}
        Some(Value::Null) => fields.kernel_args = None,
        Some(Value::String(text)) => fields.kernel_args = Some(kernel_args(text)?),
        Some(_) => return Err(Refused::invalid("kernel_args must be a string")),
    }
    match body.raw("cloud_init") {
        None => {}
        Some(Value::Null) => fields.cloud_init = None,
        Some(value @ Value::Object(_)) => fields.cloud_init = Some(value.clone()),
        Some(_) => return Err(Refused::invalid("cloud_init must be an object")),
    }
    check(&fields)?;
    Ok(fields)
}

fn kernel_args(text: &str) -> Result<String, Refused> {
    if text.trim().is_empty() {
        return Err(Refused::invalid("kernel_args is empty"));
    }
    if text.contains(['\n', '\r']) {
        return Err(Refused::invalid("kernel_args contains a line break"));
    }
    if text.chars().count() > LONGEST_ARGS {
        return Err(Refused::invalid(
            "kernel_args is longer than 1024 characters",
        ));
    }
    Ok(text.to_owned())
}

fn check(fields: &ConfigurationFields) -> Result<(), Refused> {
    let (kernel, ramdisk) = (&fields.image_ramdisk_kernel, &fields.image_ramdisk_ramdisk);
    if fields.image_source.is_some() && (kernel.is_some() || ramdisk.is_some()) {
        return Err(Refused::invalid(
            "image_source and image_ramdisk_kernel/image_ramdisk_ramdisk exclude each other",
        ));
    }
    if kernel.is_some() != ramdisk.is_some() {
        return Err(Refused::invalid(
            "image_ramdisk_kernel and image_ramdisk_ramdisk are needed together",
        ));
    }
    if fields.image_source.is_some()
        && (fields.image_os_hash_algo.is_none() || fields.image_os_hash_value.is_none())
    {
        return Err(Refused::invalid(
            "image_source needs image_os_hash_algo and image_os_hash_value",
        ));
    }
    if fields
        .image_os_hash_algo
        .as_deref()
        .is_some_and(|it| !matches!(it, "md5" | "sha256" | "sha512"))
    {
        return Err(Refused::invalid(
            "image_os_hash_algo must be md5, sha256 or sha512",
        ));
    }
    if fields.kernel_args.is_some() && kernel.is_none() {
        return Err(Refused::invalid(
            "kernel_args is only for ramdisk deployments",
        ));
    }
    Ok(())
}
