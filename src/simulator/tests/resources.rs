//! Configurations, SSH keys, orders and clouds, by the letter of the documents.

use super::*;

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f a@b";

const KERNEL: &str = "https://images.example.com/vmlinuz";
const RAMDISK: &str = "https://images.example.com/initramfs.img";

fn disk() -> Value {
    json!({
        "image_source": "https://images.example.com/disk.img",
        "image_os_hash_algo": "sha256",
        "image_os_hash_value": "0123456789abcdef",
    })
}

fn ramdisk() -> Value {
    json!({"image_ramdisk_kernel": KERNEL, "image_ramdisk_ramdisk": RAMDISK})
}

/// What fields of a disk or of a ramdisk deployment are refused with, alone and merged.
fn wrong_configurations() -> Vec<(Value, Value, &'static str)> {
    let long = "x".repeat(1_025);
    vec![
        (
            disk(),
            json!({"image_ramdisk_boot_iso": "https://a/b.iso"}),
            "boot_iso",
        ),
        (disk(), json!({"image_ramdisk_kernel": KERNEL}), "exclusive"),
        (disk(), json!({"image_os_hash_algo": null}), "required"),
        (disk(), json!({"image_os_hash_value": null}), "required"),
        (disk(), json!({"image_os_hash_value": ""}), "empty"),
        (disk(), json!({"image_os_hash_algo": "crc32"}), "one of"),
        (disk(), json!({"kernel_args": "quiet"}), "ramdisk"),
        (disk(), json!({"image_source": "  "}), "empty"),
        (disk(), json!({"image_source": 7}), "string"),
        (
            disk(),
            json!({"cloud_init": {"data": "not json"}}),
            "cloud_init",
        ),
        (disk(), json!({"cloud_init": {"data": "[]"}}), "cloud_init"),
        (
            ramdisk(),
            json!({"image_ramdisk_ramdisk": null}),
            "together",
        ),
        (ramdisk(), json!({"kernel_args": " "}), "empty"),
        (ramdisk(), json!({"kernel_args": "a\nb"}), "line breaks"),
        (ramdisk(), json!({"kernel_args": "a\rb"}), "line breaks"),
        (ramdisk(), json!({"kernel_args": long}), "1024"),
    ]
}

#[test]
fn configurations_of_no_mode_or_of_two_are_refused_when_made_and_when_merged() {
    let simulator = simulator();
    let no = refused(&simulator);
    let configuration = |fields: &Value| json!({"label": "c", "fields": fields});
    for (fields, more, why) in wrong_configurations() {
        let whole = configuration(&with(fields.clone(), more.clone()));
        no.with(400, "POST", "/v1/configurations", Some(&whole), why);
        let (status, made) = call(
            &simulator,
            "POST",
            "/v1/configurations",
            Some(&configuration(&fields)),
        );
        assert_eq!(status, 200, "{made}");
        let path = format!("/v1/configurations/{}", made["id"].as_str().unwrap());
        let change = json!({"id": made["id"], "fields": more});
        no.with(400, "PATCH", &path, Some(&change), why);
        assert_eq!(get(&simulator, &path)["fields"], made["fields"]);
    }
    let long = with(ramdisk(), json!({"kernel_args": "x".repeat(1_024)}));
    let (status, _) = call(
        &simulator,
        "POST",
        "/v1/configurations",
        Some(&configuration(&long)),
    );
    assert_eq!(status, 200);
}

#[test]
fn a_changed_configuration_names_itself_and_may_change_its_mode() {
    let simulator = simulator();
    let no = refused(&simulator);
    let body = json!({"label": "c", "fields": disk()});
    let (_, made) = call(&simulator, "POST", "/v1/configurations", Some(&body));
    let path = format!("/v1/configurations/{}", made["id"].as_str().unwrap());
    no.with(
        400,
        "PATCH",
        &path,
        Some(&json!({"label": "d"})),
        "id is required",
    );
    no.with(
        400,
        "PATCH",
        &path,
        Some(&json!({"id": "other"})),
        "that of the path",
    );
    no.with(400, "PATCH", &path, None, "body is required");
    let gone =
        json!({"image_source": null, "image_os_hash_algo": null, "image_os_hash_value": null});
    let change = json!({"id": made["id"], "fields": with(ramdisk(), gone)});
    let (status, changed) = call(&simulator, "PATCH", &path, Some(&change));
    assert_eq!(status, 200, "{changed}");
    assert_eq!(changed["fields"]["image_ramdisk_kernel"], KERNEL);
    assert_eq!(changed["fields"].get("image_source"), None);
}

#[test]
fn a_key_has_the_fingerprint_that_its_own_tools_show_and_errors_have_two_forms() {
    let simulator = simulator();
    let no = refused(&simulator);
    let key = |data: &str| json!({"label": "k", "fields": {"key_data": data}});
    let (_, made) = call(&simulator, "POST", "/v1/public-keys", Some(&key(KEY)));
    // As `ssh-keygen -l` prints it.
    assert_eq!(
        made["fields"]["fingerprint"],
        "SHA256:ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA"
    );
    let two = format!("{KEY}\n{KEY}");
    for (data, why) in [
        (
            "ssh-ed25519",
            "Invalid SSH public key format. Expected: <key-type> <base64-data> [comment]",
        ),
        (two.as_str(), "Expected"),
        ("ssh-new AAAA", "Unsupported SSH key type"),
        ("ssh-rsa AAA*", "base64"),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", "Expected"),
    ] {
        no.with(400, "POST", "/v1/public-keys", Some(&key(data)), why);
        no.with(
            400,
            "POST",
            "/v1/public-keys",
            Some(&key(data)),
            "validation_error",
        );
    }
    for body in [
        json!({}),
        json!({"label": "k"}),
        json!({"label": "k", "fields": {}}),
    ] {
        no.with(
            400,
            "POST",
            "/v1/public-keys",
            Some(&body),
            "creation_failed",
        );
    }
}

#[test]
fn a_deleted_key_is_kept_as_inactive_and_of_no_more_use() {
    let simulator = simulator();
    let no = refused(&simulator);
    let id = get(&simulator, "/v1/public-keys")[0]["id"].clone();
    let path = format!("/v1/public-keys/{}", id.as_str().unwrap());
    assert_eq!(call(&simulator, "DELETE", &path, None).0, 204);
    assert_eq!(get(&simulator, &path)["is_active"], false);
    let listed = get(&simulator, "/v1/public-keys");
    assert!(listed.as_array().unwrap().iter().all(|key| key["id"] != id));
    no.with(404, "DELETE", &path, None, "not found");
    no.with(
        404,
        "PATCH",
        &path,
        Some(&json!({"label": "x"})),
        "not found",
    );
    let order = json!({"label": "o", "fields": {"config_options": {"public_key_ids": [id]}, "items": [{
        "hardware_sku": "small_v4", "location": "pod_1", "type": "baremetal", "quantity": 1,
        "modifications": {"operating_system": {"os_key": "Ubuntu", "version_key": "24.04 LTS"}},
    }]}});
    no.with(400, "POST", "/v1/orders", Some(&order), "unknown key");
}

fn system() -> Value {
    json!({"operating_system": {"os_key": "Ubuntu", "version_key": "24.04 LTS"}})
}

fn pcc() -> Value {
    json!({"hardware_sku": "medium_v4", "location": "pod_1", "type": "pcc", "quantity": 1})
}

fn server() -> Value {
    with(
        pcc(),
        json!({"type": "baremetal", "modifications": system()}),
    )
}

fn order(item: &Value, options: &Value) -> Value {
    json!({"label": "o", "fields": {"items": [item], "config_options": options}})
}

#[test]
fn orders_are_refused_for_what_the_documents_name() {
    let simulator = simulator();
    let no = refused(&simulator);
    let (metal, core) = (
        labelled(&simulator, "/v1/clouds", "Bare metal"),
        labelled(&simulator, "/v1/clouds", "My first cloud"),
    );
    let (pcc, server) = (pcc(), server());
    let key = json!({"public_key": "ssh-rsa AAAA..."});
    for (item, options, status, why) in [
        (
            with(pcc.clone(), json!({"modifications": system()})),
            json!({}),
            400,
            "baremetal",
        ),
        (
            with(pcc.clone(), json!({"quantity": 0})),
            json!({}),
            400,
            "quantity",
        ),
        (
            with(pcc.clone(), json!({"quantity": 9_999})),
            json!({}),
            400,
            "stock",
        ),
        (
            with(pcc.clone(), json!({"location": "pod_4"})),
            json!({}),
            400,
            "pod location",
        ),
        (
            with(pcc.clone(), json!({"type": "vm"})),
            json!({}),
            400,
            "one of",
        ),
        (
            with(pcc.clone(), json!({"hardware_sku": "tiny"})),
            json!({}),
            400,
            "not offered",
        ),
        (
            with(pcc.clone(), json!({"cloud_id": metal})),
            json!({}),
            400,
            "type must match",
        ),
        (
            with(pcc.clone(), json!({"cloud_id": "nope"})),
            json!({}),
            403,
            "fmcloud",
        ),
        (
            with(pcc.clone(), json!({"cloud_id": core, "location": "pod_2"})),
            json!({}),
            400,
            "location must match",
        ),
        (server.clone(), json!({}), 400, "public_key"),
        (
            server.clone(),
            json!({"public_key": "secret"}),
            400,
            "public key",
        ),
        (
            with(server.clone(), json!({"modifications": null})),
            key.clone(),
            400,
            "operating_system",
        ),
    ] {
        no.with(
            status,
            "POST",
            "/v1/orders",
            Some(&order(&item, &options)),
            why,
        );
    }
}

#[test]
fn an_order_shows_the_options_it_was_given_and_no_others() {
    let simulator = simulator();
    let (server, key) = (server(), json!({"public_key": "ssh-rsa AAAA..."}));
    let before = get(&simulator, "/v1/orders").as_array().unwrap().len();
    let given = json!({"public_key": "ssh-rsa AAAA...", "public_key_ids": null, "more": 1});
    let (status, made) = call(
        &simulator,
        "POST",
        "/v1/orders",
        Some(&order(&server, &given)),
    );
    assert_eq!(status, 200, "{made}");
    assert_eq!(made["fields"]["config_options"], key);
    assert_eq!(
        get(&simulator, "/v1/orders").as_array().unwrap().len(),
        before + 1
    );
}

#[test]
fn a_deleted_cloud_is_off_for_good_and_gives_back_what_was_on_its_way() {
    let simulator = simulator();
    let cloud = labelled(&simulator, "/v1/clouds", "Bare metal");
    let stats = || get(&simulator, &format!("/v1/clouds/{cloud}/stats"));
    let stock =
        || get(&simulator, "/v2/inventory/pod_1/availability")["medium_v4"]["count"].clone();
    let before = stock();
    let (path, body) = good(&simulator, "set_power");
    assert_eq!(call(&simulator, "POST", &path, body.as_ref()).0, 200);
    let order = json!({"label": "more", "fields": {
        "config_options": {"public_key": "ssh-rsa AAAA..."},
        "items": [{
            "hardware_sku": "medium_v4", "location": "pod_1", "type": "baremetal", "quantity": 2,
            "cloud_id": cloud,
            "modifications": {"operating_system": {"os_key": "Ubuntu", "version_key": "24.04 LTS"}},
        }],
    }});
    assert_eq!(call(&simulator, "POST", "/v1/orders", Some(&order)).0, 200);
    assert_eq!(stats()["pending_tasks"], json!(["join"]));
    assert_eq!(
        call(&simulator, "DELETE", &format!("/v1/clouds/{cloud}"), None).0,
        200
    );
    assert_eq!(stock(), before);
    pass(&simulator, TimeDelta::hours(2));
    let after = stats();
    assert_eq!(after["nodes"].as_array().unwrap().len(), 5);
    for node in after["nodes"].as_array().unwrap() {
        assert_eq!(node["power_state"], "power off");
    }
    assert_eq!(after["pending_tasks"], json!(["delete"]));
    assert_eq!(after["pending_date"], "2026-01-18T08:00:00+00:00");
    let power = json!({"power_state": "power on"});
    refused(&simulator).with(400, "POST", &path, Some(&power), "being deleted");
}

#[test]
fn a_protected_cloud_is_not_deleted() {
    let simulator = simulator();
    let body = json!({"label": "Kept", "prevent_delete": true});
    assert_eq!(call(&simulator, "POST", "/_sim/clouds", Some(&body)).0, 200);
    let path = format!("/v1/clouds/{}", labelled(&simulator, "/v1/clouds", "Kept"));
    refused(&simulator).with(403, "DELETE", &path, None, "locked");
}

#[test]
fn power_and_consoles_are_refused_in_one_form_each() {
    let simulator = simulator();
    let no = refused(&simulator);
    let (path, _) = good(&simulator, "set_power");
    for body in [
        json!({}),
        json!({"power_state": "on"}),
        json!({"power_state": 1}),
    ] {
        no.with(
            400,
            "POST",
            &path,
            Some(&body),
            "\"message\":\"Invalid power state request\"",
        );
    }
    let cloud = labelled(&simulator, "/v1/clouds", "Bare metal");
    for (kind, what) in [("html5", "HTML5 console"), ("jnlp", "JNLP file")] {
        let path = format!("/v1/ipmi/{cloud}/{kind}/nope");
        no.with(
            400,
            "GET",
            &path,
            None,
            &format!("Invalid IPMI {what} request"),
        );
    }
    let (path, _) = good(&simulator, "java_console");
    let response = call_as(&simulator, "Bearer sim", "GET", &path, None);
    let name = response.headers()["content-disposition"].to_str().unwrap();
    assert_eq!(name, "attachment; filename=\"bold-fox.jnlp\"");
}
