//! What the simulator promises.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::api;

struct Account(Simulator);

impl Account {
    fn new() -> Self {
        Self(Simulator::new(Settings {
            seed: 1,
            clock: Clock::simulated(),
            model: Model::starting(),
        }))
    }

    fn call_as(&self, key: &str, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {key}"));
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let bytes = body
            .map(|body| Bytes::from(body.to_string()))
            .unwrap_or_default();
        let response = self.0.respond(&request.body(bytes).unwrap());
        let json = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        (response.status().as_u16(), json)
    }

    fn get(&self, path: &str) -> Value {
        let (status, json) = self.call_as("sim", "GET", path, None);
        assert_eq!(status, 200, "{path}: {json}");
        json
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.call_as("sim", "POST", path, Some(body))
    }

    fn pass(&self, span: TimeDelta) {
        self.0.settings.clock.advance(span);
    }
}

#[test]
fn every_operation_has_one_behaviour_and_every_behaviour_an_operation() {
    let declared: BTreeSet<&str> = api::operations().map(|operation| operation.name).collect();
    let modelled: Vec<&str> = behaviours().map(|(name, _)| *name).collect();
    assert_eq!(modelled.iter().copied().collect::<BTreeSet<_>>(), declared);
    assert_eq!(modelled.len(), declared.len());
}

#[test]
fn an_order_goes_through_its_states_and_becomes_a_cloud() {
    let account = Account::new();
    let order = json!({"label": "New", "fields": {"items": [
        {"hardware_sku": "medium_v4", "location": "pod_1", "type": "pcc", "quantity": 1},
    ]}});
    let (status, placed) = account.post("/v1/orders", &order);
    assert_eq!(status, 200, "{placed}");
    let cloud = placed["fields"]["clouds_deployed"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut seen = Vec::new();
    for _ in 0..=31 {
        let state =
            account.get(&format!("/v1/clouds/{cloud}"))["fields"]["provision_status"].clone();
        if seen.last() != Some(&state) {
            seen.push(state);
        }
        account.pass(TimeDelta::minutes(1));
    }
    assert_eq!(
        seen,
        ["pending", "in_progress", "awaiting_setup", "complete"]
    );
    let stats = account.get(&format!("/v1/clouds/{cloud}/stats"));
    assert_eq!(stats["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(stats["vlans"].as_array().unwrap().len(), 6);
    assert_eq!(stats["cloud_state"], "RUNNING");
}

#[test]
fn stock_goes_down_with_an_order_and_cannot_go_below_nothing() {
    let account = Account::new();
    let count = || account.get("/v2/inventory/pod_1/availability")["medium_v4"]["count"].clone();
    assert_eq!(count(), 12);
    let order = |quantity: i64| {
        let item = json!({"hardware_sku": "medium_v4", "location": "pod_1", "type": "pcc", "quantity": quantity});
        account
            .post(
                "/v1/orders",
                &json!({"label": "x", "fields": {"items": [item]}}),
            )
            .0
    };
    assert_eq!(order(3), 200);
    assert_eq!(count(), 3);
    assert_eq!(order(2), 400);
    assert_eq!(count(), 3);
}

#[test]
fn a_reboot_locks_the_node_until_it_is_back() {
    let account = Account::new();
    let cloud = account.get("/v1/clouds")[1]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let stats = format!("/v1/clouds/{cloud}/stats");
    let node = account.get(&stats)["nodes"][0]["uuid"]
        .as_str()
        .unwrap()
        .to_owned();
    let power = format!("/v1/deployment/cloud/{cloud}/node/{node}/power");
    let reboot = json!({"power_state": "rebooting"});
    assert_eq!(account.post(&power, &reboot).0, 200);
    assert_eq!(account.get(&stats)["nodes"][0]["power_state"], "rebooting");
    let (status, body) = account.post(&power, &reboot);
    assert_eq!(
        (status, body["errors"][0]["name"].as_str()),
        (409, Some("node_locked"))
    );
    account.pass(TimeDelta::minutes(5));
    assert_eq!(account.get(&stats)["nodes"][0]["power_state"], "power on");
    assert_eq!(account.post(&power, &reboot).0, 200);
}

#[test]
fn a_deleted_cloud_is_gone_after_three_days() {
    let account = Account::new();
    let cloud = account.get("/v1/clouds")[1]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/clouds/{cloud}");
    assert_eq!(account.call_as("sim", "DELETE", &path, None).0, 200);
    assert_eq!(
        account.get(&format!("{path}/stats"))["cloud_state"],
        "PENDING-DELETE"
    );
    assert_eq!(account.call_as("sim", "DELETE", &path, None).0, 403);
    account.pass(TimeDelta::days(3));
    assert_eq!(account.call_as("sim", "GET", &path, None).0, 404);
}

#[test]
fn roles_and_tokens_are_told_apart() {
    let account = Account::new();
    let vlan = json!({"label": "x", "fields": {"pod_location": "pod_1", "vlan_type": "internal"}});
    let create = |key: &str| account.call_as(key, "POST", "/v1/vlans", Some(&vlan)).0;
    assert_eq!(
        (
            create("sim"),
            create("sim-maintainer"),
            create("sim-member")
        ),
        (200, 200, 403)
    );
    assert_eq!(account.call_as("wrong", "GET", "/v1/clouds", None).0, 401);
    let request = http::Request::builder()
        .uri("/v1/oauth2/token?grant_type=client_credentials")
        .header("authorization", "Basic c2ltOnNpbQ==")
        .body(Bytes::new())
        .unwrap();
    let token: Value = serde_json::from_slice(account.0.respond(&request).body()).unwrap();
    let token = token["access_token"].as_str().unwrap();
    assert_eq!(account.call_as(token, "GET", "/v1/clouds", None).0, 200);
    account.pass(TimeDelta::seconds(14_400));
    assert_eq!(account.call_as(token, "GET", "/v1/clouds", None).0, 401);
}

#[test]
fn a_cloud_takes_ten_vlans() {
    let account = Account::new();
    let cloud = account.get("/v1/clouds")[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let vlan =
            json!({"label": "x", "fields": {"pod_location": "pod_1", "vlan_type": "internal"}});
        let (_, vlan) = account.post("/v1/vlans", &vlan);
        let path = format!("/v1/clouds/{cloud}/vlans/{}", vlan["id"].as_str().unwrap());
        statuses.push(account.call_as("sim", "POST", &path, None).0);
    }
    assert_eq!(statuses, [200, 200, 200, 400]);
}

#[test]
fn a_world_restored_goes_on_as_the_one_that_was_kept() {
    let kept = Account::new();
    let order = json!({"label": "New", "fields": {"items": [
        {"hardware_sku": "medium_v4", "location": "pod_1", "type": "pcc", "quantity": 1},
    ]}});
    kept.post("/v1/orders", &order);
    let snapshot = kept.get("/_sim/snapshot");
    let restored = Account::new();
    assert_eq!(restored.post("/_sim/restore", &snapshot).0, 200);
    for account in [&kept, &restored] {
        account.pass(TimeDelta::hours(1));
    }
    assert_eq!(kept.get("/v1/clouds"), restored.get("/v1/clouds"));
    let stats = |account: &Account| {
        let id = account.get("/v1/clouds")[2]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        account.get(&format!("/v1/clouds/{id}/stats"))
    };
    assert_eq!(stats(&kept), stats(&restored));
}

#[test]
fn one_seed_gives_one_world_and_another_another() {
    let world = |seed| {
        let clock = Clock::simulated();
        let simulator = Simulator::new(Settings {
            seed,
            clock,
            model: Model::starting(),
        });
        Account(simulator).get("/_sim/snapshot")
    };
    assert_eq!(world(7), world(7));
    assert_ne!(world(7), world(8));
}

#[test]
fn what_is_wrong_with_a_request_has_its_own_status() {
    let account = Account::new();
    let send = |method: &str, path: &str, media: &str, body: &str| {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", "Bearer sim")
            .header("content-type", media)
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        account.0.respond(&request).status().as_u16()
    };
    assert_eq!(send("GET", "/v9/nothing", "", ""), 404);
    assert_eq!(send("PUT", "/v1/clouds", "", ""), 405);
    assert_eq!(send("POST", "/v1/vlans", "text/plain", "{}"), 415);
    assert_eq!(send("POST", "/v1/vlans", "application/json", "{"), 400);
    assert_eq!(send("POST", "/v1/vlans", "application/json", "[]"), 400);
    assert_eq!(
        send(
            "POST",
            "/v1/vlans",
            "application/json",
            &"[".repeat(100_000)
        ),
        400
    );
    assert_eq!(
        send(
            "POST",
            "/v1/vlans",
            "application/json",
            &" ".repeat(LARGEST_BODY + 1)
        ),
        413
    );
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("pod_1")),
        Just(json!("private")),
        Just(json!("10.0.0.0/28")),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let name = prop_oneof![
            Just("label".to_owned()),
            Just("fields".to_owned()),
            Just("pod_location".to_owned()),
            Just("vlan_type".to_owned()),
            Just("prefix_type".to_owned()),
            Just("cidr".to_owned()),
            Just("length".to_owned()),
            Just("items".to_owned()),
            Just("email".to_owned()),
            Just("role".to_owned()),
            Just("key_data".to_owned()),
            "[a-z]{1,6}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_input_makes_the_simulator_fail(
        index in 0..api::operations().count(),
        word in "[ -~]{1,20}",
        body in json_value(),
    ) {
        let account = Account::new();
        let operation = api::operations().nth(index).unwrap();
        let word = percent_encoding::utf8_percent_encode(&word, percent_encoding::NON_ALPHANUMERIC).to_string();
        let mut path = operation.path.to_owned();
        while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
            path.replace_range(from..=to, &word);
        }
        let (status, answer) = account.call_as("sim", operation.method.as_str(), &path, Some(&body));
        prop_assert!(status < 500, "{status} {answer}");
    }
}
