//! What the simulated account promises, operation by operation.

use std::sync::Arc;

use bytes::Bytes;
use chrono::TimeDelta;
use http::{Request, Response};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::api::operations;
use crate::operation::Answer as Kind;

mod callers;
mod catalogue;
mod drawn;
mod hosts;
mod letter;
mod lifecycle;
mod networks;
mod operations;
mod organizations;
mod resources;
mod rules;
mod subscription;
mod transport;
#[path = "../../tests/stage/vendor.rs"]
mod vendor;

fn simulator() -> Simulator {
    Simulator::new(Settings {
        seed: 7,
        clock: Clock::simulated(),
        model: Model::starting(),
        faults: Vec::new(),
        exchanges: None,
    })
}

fn call_as(
    simulator: &Simulator,
    key: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Response<Bytes> {
    let mut request = Request::builder().method(method).uri(path);
    if !key.is_empty() {
        request = request.header("authorization", key);
    }
    let body = match body {
        Some(body) => {
            request = request.header("content-type", "application/json");
            Bytes::from(body.to_string())
        }
        None => Bytes::new(),
    };
    let response = simulator.respond(request.body(body).unwrap());
    if let Some(vendor) = vendor::vendor() {
        let kind = response.headers().get("content-type");
        let complaint = vendor.complaint(
            (method, path.split('?').next().unwrap()),
            response.status().as_u16(),
            kind.map(|kind| kind.to_str().unwrap()),
            std::str::from_utf8(response.body()).unwrap(),
        );
        assert_eq!(complaint, None);
    }
    response
}

/// The same with the API key of another account.
fn by(
    simulator: &Simulator,
    key: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> (u16, Value) {
    let response = call_as(simulator, &format!("Bearer {key}"), method, path, body);
    let value = serde_json::from_slice(response.body()).unwrap_or_default();
    (response.status().as_u16(), value)
}

fn call(simulator: &Simulator, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    by(simulator, "sim", method, path, body)
}

fn get(simulator: &Simulator, path: &str) -> Value {
    let (status, value) = call(simulator, "GET", path, None);
    assert_eq!(status, 200, "{path}: {value}");
    value
}

fn labelled(simulator: &Simulator, path: &str, label: &str) -> String {
    let all = get(simulator, path);
    let found = all
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["label"] == label);
    found.unwrap_or_else(|| panic!("{label}"))["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn pass(simulator: &Simulator, span: TimeDelta) {
    simulator.settings.clock.advance(span);
}

/// A call and how it is refused.
struct Refused<'a> {
    simulator: &'a Simulator,
    key: &'static str,
}

impl Refused<'_> {
    #[track_caller]
    fn with(&self, status: u16, method: &str, path: &str, body: Option<&Value>, why: &str) {
        let response = call_as(self.simulator, self.key, method, path, body);
        let text = String::from_utf8_lossy(response.body()).into_owned();
        assert_eq!(response.status(), status, "{method} {path}: {text}");
        assert!(text.contains(why), "{method} {path}: {text}");
    }
}

fn refused(simulator: &Simulator) -> Refused<'_> {
    Refused {
        simulator,
        key: "Bearer sim",
    }
}

/// The id of something made of these fields.
fn fresh(simulator: &Simulator, path: &str, fields: &Value) -> String {
    let body = json!({"label": "x", "fields": fields});
    let (code, made) = call(simulator, "POST", path, Some(&body));
    assert_eq!(code, 200, "{made}");
    made["id"].as_str().unwrap().to_owned()
}

/// These fields with others laid over them.
fn with(mut fields: Value, more: Value) -> Value {
    let Value::Object(more) = more else {
        panic!("{more}");
    };
    for (name, value) in more {
        fields[name] = value;
    }
    fields
}

/// A path and body for each operation that succeeds on the starting account.
fn good(simulator: &Simulator, name: &str) -> (String, Option<Value>) {
    let cloud = labelled(simulator, "/v1/clouds", "Bare metal");
    let vlan = labelled(simulator, "/v1/vlans", "app-tier");
    let block = labelled(simulator, "/v1/prefixes", "app-private");
    let first = |path: &str| get(simulator, path)[0]["id"].as_str().unwrap().to_owned();
    let stats = get(simulator, &format!("/v1/clouds/{cloud}/stats"));
    let node = stats["nodes"][0]["uuid"].as_str().unwrap().to_owned();
    let details = get(simulator, &format!("/v1/deployment/network/prefix/{block}"));
    let ip = details["ip_addrs"][0]["id"].to_string();
    let profile = get(simulator, "/v1/accounts/profile");
    let organization = profile["account_access"][0]["account_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let members = get(
        simulator,
        &format!("/v1/organizations/{organization}/memberships"),
    );
    let member = members[2]["membership_id"].as_str().unwrap().to_owned();
    let key =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f a@b";
    let new_vlan = json!({"pod_location": "pod_1", "vlan_type": "internal"});
    let new_block = json!({"pod_location": "pod_1", "prefix_type": "private", "length": 28});
    let renamed = json!({"label": "renamed"});
    let (vlan, block, body) = match name {
        "set_power" => (vlan, block, Some(json!({"power_state": "rebooting"}))),
        "place_order" => (
            vlan,
            block,
            Some(json!({"label": "o", "fields": {"items": [{
                "hardware_sku": "medium_v4", "location": "pod_1", "type": "pcc", "quantity": 1,
            }]}})),
        ),
        "create_configuration" => (
            vlan,
            block,
            Some(json!({"label": "c", "fields": {
                "image_source": "https://a/b", "image_os_hash_algo": "md5", "image_os_hash_value": "0",
            }})),
        ),
        "create_public_key" => (
            vlan,
            block,
            Some(json!({"label": "k", "fields": {"key_data": key}})),
        ),
        "create_vlan" => (vlan, block, Some(json!({"label": "v", "fields": new_vlan}))),
        "create_ip_block" => (
            vlan,
            block,
            Some(json!({"label": "b", "fields": new_block})),
        ),
        "delete_vlan" => (fresh(simulator, "/v1/vlans", &new_vlan), block, None),
        "delete_ip_block" | "assign_prefix" => {
            (vlan, fresh(simulator, "/v1/prefixes", &new_block), None)
        }
        "unassign_vlan" => {
            let path = format!("/v1/clouds/{cloud}/vlans/{vlan}");
            assert_eq!(call(simulator, "POST", &path, None).0, 200);
            (vlan, block, None)
        }
        "allocate_ip" | "update_ip" => (vlan, block, Some(json!({"label": "w"}))),
        "update_organization" => (vlan, block, Some(json!({"phone": "1"}))),
        "invite_member" => (
            vlan,
            block,
            Some(json!({"email": "a@example.com", "role": "member"})),
        ),
        "update_member" => (vlan, block, Some(json!({"role": "orgSupport"}))),
        "update_configuration" => {
            let id = first("/v1/configurations");
            (vlan, block, Some(json!({"id": id, "label": "renamed"})))
        }
        _ if name.starts_with("update_") => (vlan, block, Some(renamed)),
        _ => (vlan, block, None),
    };
    let mut path = crate::api::operation(name).unwrap().path.to_owned();
    for (mark, value) in [
        ("{cloud}", cloud),
        ("{vlan}", vlan),
        ("{prefix}", block),
        ("{node}", node),
        ("{ip}", ip),
        ("{location}", "pod_1".to_owned()),
        ("{organization}", organization),
        ("{member}", member),
        ("{order}", first("/v1/orders")),
        ("{configuration}", first("/v1/configurations")),
        ("{public_key}", first("/v1/public-keys")),
    ] {
        path = path.replace(mark, &value);
    }
    if name == "token" {
        path.push_str("?grant_type=client_credentials");
    }
    (path, body)
}
