//! What is refused, and the controls.

use super::*;

#[test]
fn wrong_requests_are_refused_each_in_its_way() {
    let simulator = simulator();
    let send = |method: &str, path: &str, kind: &str, body: &str| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", "Bearer sim")
            .header("content-type", kind);
        simulator.respond(request.body(Bytes::from(body.to_owned())).unwrap())
    };
    let json = "application/json";
    assert_eq!(send("GET", "/v1/nothing", json, "").status(), 404);
    let wrong_method = send("PUT", "/v1/clouds", json, "");
    assert_eq!(wrong_method.status(), 405);
    assert_eq!(wrong_method.headers()["allow"], "GET");
    assert_eq!(send("POST", "/v1/vlans", "text/plain", "{}").status(), 415);
    assert_eq!(send("POST", "/v1/vlans", json, "{").status(), 400);
    assert_eq!(send("POST", "/v1/vlans", json, "[]").status(), 400);
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(send("POST", "/v1/vlans", json, &deep).status(), 400);
    assert_eq!(
        send("POST", "/v1/vlans", json, &" ".repeat(2_000_000)).status(),
        413
    );
}

#[test]
fn the_eleventh_vlan_of_a_cloud_is_refused() {
    let simulator = simulator();
    let cloud = labelled(&simulator, "/v1/clouds", "Bare metal");
    let body = json!({"label": "v", "fields": {
        "pod_location": "pod_1", "vlan_type": "internal", "cloud_id": cloud,
    }});
    let statuses: Vec<u16> = (0..11)
        .map(|_| call(&simulator, "POST", "/v1/vlans", Some(&body)).0)
        .collect();
    assert_eq!(statuses, [[200; 10].as_slice(), &[400]].concat());
}

#[test]
fn blocks_that_overlap_or_lie_outside_are_refused() {
    let simulator = simulator();
    let create = |cidr: &str| {
        let fields = json!({"pod_location": "pod_1", "prefix_type": "private", "cidr": cidr});
        call(
            &simulator,
            "POST",
            "/v1/prefixes",
            Some(&json!({"label": "b", "fields": fields})),
        )
        .0
    };
    assert_eq!(create("10.20.0.0/28"), 200);
    for cidr in [
        "10.20.0.0/28",
        "10.20.0.0/24",
        "10.10.0.8/29",
        "10.30.0.1/28",
        "10.0.0.0/8",
        "8.8.8.0/28",
        "::1/64",
        "x",
    ] {
        assert_eq!(create(cidr), 400, "{cidr}");
    }
}

#[test]
fn a_block_hands_out_every_address_once_and_takes_them_back() {
    let simulator = simulator();
    let block = labelled(&simulator, "/v1/prefixes", "inventory");
    let path = format!("/v1/deployment/network/prefixes/{block}/ip");
    let mut ids = Vec::new();
    for _ in 0..11 {
        let (status, ip) = call(&simulator, "POST", &path, Some(&json!({})));
        assert_eq!(status, 200);
        ids.push(ip["id"].as_i64().unwrap());
    }
    assert_eq!(call(&simulator, "POST", &path, None).0, 400);
    assert_eq!(
        call(&simulator, "DELETE", &format!("{path}/{}", ids[4]), None).0,
        200
    );
    assert_eq!(call(&simulator, "POST", &path, None).0, 200);
}

#[test]
fn controls_need_no_key_and_bring_the_account_back() {
    let simulator = simulator();
    let control = |method: &str, name: &str, body: Option<&Value>| {
        call_as(&simulator, "", method, &format!("/_sim/{name}"), body)
    };
    let taken: Value = serde_json::from_slice(control("POST", "snapshot", None).body()).unwrap();
    let (path, _) = good(&simulator, "delete_public_key");
    assert_eq!(call(&simulator, "DELETE", &path, None).0, 204);
    assert_eq!(call(&simulator, "GET", &path, None).0, 404);
    assert_eq!(control("POST", "restore", Some(&taken)).status(), 200);
    assert_eq!(call(&simulator, "GET", &path, None).0, 200);
    assert_eq!(call(&simulator, "DELETE", &path, None).0, 204);
    assert_eq!(control("POST", "reset", None).status(), 200);
    assert_eq!(call(&simulator, "GET", &path, None).0, 200);
    assert_eq!(
        control("POST", "advance", Some(&json!({"seconds": 60}))).status(),
        200
    );
    assert_eq!(
        control("POST", "advance", Some(&json!({"seconds": -1}))).status(),
        400
    );
    assert_eq!(control("GET", "reset", None).status(), 405);
    for name in ["clock", "events", "counters", "assumptions"] {
        assert_eq!(control("GET", name, None).status(), 200, "{name}");
    }
    let counters: Value = serde_json::from_slice(control("GET", "counters", None).body()).unwrap();
    assert_eq!(counters["public_key"]["calls"], 1);
}

#[test]
fn a_model_has_as_many_clouds_and_nodes_as_it_says() {
    let simulator = Simulator::new(Settings {
        seed: 7,
        clock: Clock::simulated(),
        model: Model::read("model", "clouds = 20\nnodes = 101").unwrap(),
        faults: Vec::new(),
        exchanges: None,
    });
    let clouds = get(&simulator, "/v1/clouds");
    let clouds = clouds.as_array().unwrap();
    assert_eq!(clouds.len(), 20);
    let nodes: usize = clouds
        .iter()
        .map(|cloud| {
            let path = format!("/v1/clouds/{}/stats", cloud["id"].as_str().unwrap());
            get(&simulator, &path)["nodes"].as_array().unwrap().len()
        })
        .sum();
    assert_eq!(nodes, 101);
}

#[test]
fn an_order_says_whose_it_is_in_the_list_and_what_one_may_do_by_itself() {
    let simulator = simulator();
    let read = |key: &str, path: &str| -> Value {
        let response = call_as(&simulator, key, "GET", path, None);
        serde_json::from_slice(response.body()).unwrap()
    };
    let listed = read("Bearer sim-member", "/v1/orders")[0].clone();
    let relation = &listed["relation"]["access"];
    assert_eq!(relation["role"], "member");
    assert_eq!(relation["account_id"], listed["fields"]["organization_id"]);
    assert!(listed.get("access").is_none());
    let path = format!("/v1/orders/{}", listed["id"].as_str().unwrap());
    let alone = read("Bearer sim-maintainer", &path);
    assert_eq!(alone["access"]["role"], "maintainer");
    assert!(alone.get("relation").is_none());
}
