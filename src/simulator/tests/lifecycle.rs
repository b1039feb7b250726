//! What takes time: orders, power, tokens.

use super::*;

#[test]
fn an_order_becomes_a_cloud_with_nodes_and_networks() {
    let simulator = simulator();
    let stock = |simulator: &Simulator| {
        get(simulator, "/v2/inventory/pod_1/availability")["medium_v4"]["count"]
            .as_i64()
            .unwrap()
    };
    let before = stock(&simulator);
    let (path, body) = good(&simulator, "place_order");
    let (_, order) = call(&simulator, "POST", &path, body.as_ref());
    assert_eq!(stock(&simulator), before - 3);
    let cloud = order["fields"]["clouds_deployed"][0]["id"]
        .as_str()
        .unwrap();
    let order = format!("/v1/orders/{}", order["id"].as_str().unwrap());
    let status = |simulator: &Simulator| {
        let status =
            get(simulator, &order)["fields"]["clouds_deployed"][0]["provision_status"].clone();
        assert_eq!(
            get(simulator, &format!("/v1/clouds/{cloud}"))["fields"]["provision_status"],
            status
        );
        status.as_str().unwrap().to_owned()
    };
    let mut seen = vec![status(&simulator)];
    for _ in 0..31 {
        pass(&simulator, TimeDelta::minutes(1));
        let now = status(&simulator);
        if seen.last() != Some(&now) {
            seen.push(now);
        }
    }
    assert_eq!(
        seen,
        ["pending", "in_progress", "awaiting_setup", "complete"]
    );
    let content = get(&simulator, &format!("/v1/clouds/{cloud}/stats"));
    assert_eq!(content["cloud_state"], "RUNNING");
    assert_eq!(content["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(content["vlans"].as_array().unwrap().len(), 6);
    let done = format!("/v1/clouds/{cloud}");
    assert_eq!(call(&simulator, "DELETE", &done, None).0, 200);
    assert_eq!(get(&simulator, &done)["fields"]["pending_delete"], true);
    assert_eq!(call(&simulator, "DELETE", &done, None).0, 403);
    pass(&simulator, TimeDelta::days(3));
    assert_eq!(call(&simulator, "GET", &done, None).0, 404);
    assert_eq!(stock(&simulator), before);
}

#[test]
fn a_baremetal_order_needs_a_system_and_a_key() {
    let simulator = simulator();
    let order = |modifications: Value, options: Value| {
        let body = json!({"label": "o", "fields": {"config_options": options, "items": [{
            "hardware_sku": "small_v4", "location": "pod_2", "type": "baremetal", "quantity": 2,
            "modifications": modifications,
        }]}});
        call(&simulator, "POST", "/v1/orders", Some(&body)).0
    };
    let key = get(&simulator, "/v1/public-keys")[0]["id"].clone();
    let system = json!({"operating_system": {"os_key": "Ubuntu", "version_key": "24.04 LTS"}});
    assert_eq!(order(system.clone(), json!({"public_key_ids": [key]})), 200);
    assert_eq!(order(system, json!({})), 400);
    assert_eq!(order(json!({}), json!({"public_key_ids": [key]})), 400);
}

#[test]
fn a_rebooting_node_is_locked_until_it_is_on_again() {
    let simulator = simulator();
    let (path, body) = good(&simulator, "set_power");
    let cloud = labelled(&simulator, "/v1/clouds", "Bare metal");
    let power = |simulator: &Simulator| {
        get(simulator, &format!("/v1/clouds/{cloud}/stats"))["nodes"][0]["power_state"].clone()
    };
    let send = |state: &str| {
        call(
            &simulator,
            "POST",
            &path,
            Some(&json!({"power_state": state})),
        )
        .0
    };
    assert_eq!(call(&simulator, "POST", &path, body.as_ref()).0, 200);
    assert_eq!(power(&simulator), "rebooting");
    assert_eq!(send("power off"), 409);
    pass(&simulator, TimeDelta::seconds(179));
    assert_eq!(send("rebooting"), 409);
    pass(&simulator, TimeDelta::seconds(121));
    assert_eq!(power(&simulator), "power on");
    assert_eq!(send("power off"), 200);
    pass(&simulator, TimeDelta::seconds(30));
    assert_eq!(power(&simulator), "power off");
    assert_eq!(send("power on"), 200);
    pass(&simulator, TimeDelta::seconds(180));
    assert_eq!(power(&simulator), "power on");
    assert_eq!(send("sideways"), 400);
}

#[test]
fn an_access_token_is_good_for_four_hours() {
    let simulator = simulator();
    let path = "/v1/oauth2/token?grant_type=client_credentials";
    let response = call_as(&simulator, "Basic c2ltOnNpbQ==", "GET", path, None);
    let token: Value = serde_json::from_slice(response.body()).unwrap();
    let key = format!("Bearer {}", token["access_token"].as_str().unwrap());
    let status = || {
        call_as(&simulator, &key, "GET", "/v1/clouds", None)
            .status()
            .as_u16()
    };
    assert_eq!(status(), 200);
    pass(&simulator, TimeDelta::seconds(14_399));
    assert_eq!(status(), 200);
    pass(&simulator, TimeDelta::seconds(1));
    assert_eq!(status(), 401);
}
