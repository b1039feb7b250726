//! Hosts and their addresses: many at once, and those that leave.

use super::*;

fn made(simulator: &Simulator, path: &str, fields: &Value) -> String {
    fresh(simulator, path, fields)
}

fn nodes(simulator: &Simulator, cloud: &str) -> Vec<Value> {
    let stats = get(simulator, &format!("/v1/clouds/{cloud}/stats"));
    stats["nodes"].as_array().unwrap().clone()
}

/// How many addresses of a block are in use.
fn addresses(simulator: &Simulator, block: &str) -> usize {
    let path = format!("/v1/deployment/network/prefix/{block}");
    get(simulator, &path)["ip_addrs"].as_array().unwrap().len()
}

/// A VLAN on a cloud, and a managed block on it.
fn managed(simulator: &Simulator, cloud: &str) -> (String, String) {
    let fields = json!({"pod_location": "pod_1", "vlan_type": "internal", "cloud_id": cloud});
    let vlan = made(simulator, "/v1/vlans", &fields);
    let fields = json!({
        "pod_location": "pod_1", "prefix_type": "private", "length": 28,
        "managed_addressing": "all", "central_vlan_id": vlan,
    });
    let block = made(simulator, "/v1/prefixes", &fields);
    (vlan, block)
}

/// With work that grows with the square of the hosts this would not end.
#[test]
fn an_order_of_as_many_nodes_as_can_be_is_delivered() {
    let simulator = simulator();
    let stock = json!({"pod": "pod_1", "sku": "medium_v4", "count": 4_000_000_000_u32});
    assert_eq!(call(&simulator, "POST", "/_sim/stock", Some(&stock)).0, 200);
    let fields = json!({"items": [{
        "hardware_sku": "medium_v4", "location": "pod_1", "type": "pcc", "quantity": 10_000,
    }]});
    made(&simulator, "/v1/orders", &fields);
    pass(&simulator, TimeDelta::seconds(2_000));
    let cloud = labelled(&simulator, "/v1/clouds", "x");
    let cloud = get(&simulator, &format!("/v1/clouds/{cloud}"));
    assert_eq!(cloud["fields"]["provision_status"], "complete");
    let state = simulator.state.lock().unwrap();
    let nodes = &state.world.clouds[cloud["id"].as_str().unwrap()]
        .stats
        .nodes;
    let mut addresses: Vec<_> = nodes.iter().map(|node| &node.ipaddress).collect();
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 30_000);
}

#[test]
fn a_host_may_have_a_second_address_beside_its_main_one() {
    let simulator = simulator();
    let cloud = labelled(&simulator, "/v1/clouds", "My first cloud");
    let before = nodes(&simulator, &cloud)[0].clone();
    let block = labelled(&simulator, "/v1/prefixes", "inventory");
    let path = format!("/v1/deployment/network/prefixes/{block}/ip");
    let body = json!({"label": "extra", "assigned_host": before["uuid"]});
    let (status, one) = call(&simulator, "POST", &path, Some(&body));
    assert_eq!(status, 200, "{one}");
    let (_, two) = call(&simulator, "POST", &path, Some(&json!({"label": "free"})));
    let two = format!("{path}/{}", two["id"]);
    assert_eq!(call(&simulator, "PATCH", &two, Some(&body)).0, 200);
    // The node goes on showing its main address.
    assert_eq!(nodes(&simulator, &cloud)[0], before);
    let one = format!("{path}/{}", one["id"]);
    let off = json!({"assigned_host": ""});
    assert_eq!(call(&simulator, "PATCH", &one, Some(&off)).0, 200);
    assert_eq!(call(&simulator, "DELETE", &two, None).0, 200);
}

#[test]
fn a_wiped_cloud_leaves_no_address_behind() {
    let simulator = simulator();
    let cloud = labelled(&simulator, "/v1/clouds", "My first cloud");
    let (vlan, block) = managed(&simulator, &cloud);
    assert_eq!(addresses(&simulator, &block), 3);
    let path = format!("/v1/clouds/{cloud}");
    assert_eq!(call(&simulator, "DELETE", &path, None).0, 200);
    pass(&simulator, TimeDelta::days(4));
    assert_eq!(addresses(&simulator, &block), 0);
    let path = format!("/v1/vlans/{vlan}/prefixes/{block}");
    assert_eq!(call(&simulator, "DELETE", &path, None).0, 200);
    let path = format!("/v1/prefixes/{block}");
    assert_eq!(call(&simulator, "DELETE", &path, None).0, 200);
}

#[test]
fn a_vlan_that_moves_leaves_the_hosts_of_its_first_cloud_without_its_addresses() {
    let simulator = simulator();
    let first = labelled(&simulator, "/v1/clouds", "My first cloud");
    let other = labelled(&simulator, "/v1/clouds", "Bare metal");
    let (vlan, block) = managed(&simulator, &first);
    // What a user assigned stays, for as long as there is the host.
    let host = nodes(&simulator, &first)[0]["uuid"].clone();
    let body = json!({"label": "mine", "assigned_host": host});
    let path = format!("/v1/deployment/network/prefixes/{block}/ip");
    assert_eq!(call(&simulator, "POST", &path, Some(&body)).0, 200);
    let on = format!("/v1/clouds/{other}/vlans/{vlan}");
    assert_eq!(call(&simulator, "POST", &on, None).0, 200);
    assert_eq!(addresses(&simulator, &block), 3 + 1 + 5);
    let off = format!("/v1/clouds/{first}/vlans/{vlan}");
    assert_eq!(call(&simulator, "DELETE", &off, None).0, 200);
    assert_eq!(addresses(&simulator, &block), 1 + 5);
    let node = format!("/v1/clouds/{first}/hardware/{}", host.as_str().unwrap());
    assert_eq!(call(&simulator, "DELETE", &node, None).0, 200);
    assert_eq!(addresses(&simulator, &block), 5);
}

#[test]
fn a_block_off_its_vlan_is_empty_of_what_was_given_by_itself() {
    let simulator = simulator();
    let cloud = labelled(&simulator, "/v1/clouds", "My first cloud");
    let (vlan, block) = managed(&simulator, &cloud);
    let path = format!("/v1/vlans/{vlan}/prefixes/{block}");
    assert_eq!(call(&simulator, "DELETE", &path, None).0, 200);
    assert_eq!(addresses(&simulator, &block), 0);
}

#[test]
fn what_is_put_on_something_is_updated() {
    let simulator = simulator();
    let updated = |path: &str| {
        get(&simulator, path)["updated_at"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let fields = json!({"pod_location": "pod_1", "vlan_type": "internal"});
    let vlan = made(&simulator, "/v1/vlans", &fields);
    let fields = json!({"pod_location": "pod_1", "prefix_type": "private", "length": 28});
    let block = made(&simulator, "/v1/prefixes", &fields);
    let cloud = labelled(&simulator, "/v1/clouds", "Bare metal");
    let key = labelled(&simulator, "/v1/public-keys", "deploy");
    let vlan_path = format!("/v1/vlans/{vlan}");
    let block_path = format!("/v1/prefixes/{block}");
    let key_path = format!("/v1/public-keys/{key}");
    let on_vlan = format!("{vlan_path}/prefixes/{block}");
    let on_cloud = format!("/v1/clouds/{cloud}/vlans/{vlan}");
    for (method, path, changed) in [
        ("POST", &on_vlan, &block_path),
        ("POST", &on_cloud, &vlan_path),
        ("DELETE", &on_vlan, &block_path),
        ("DELETE", &key_path, &key_path),
    ] {
        let before = updated(changed);
        pass(&simulator, TimeDelta::minutes(1));
        let (status, answer) = call(&simulator, method, path, None);
        assert!(status < 300, "{method} {path}: {answer}");
        assert!(updated(changed) > before, "{method} {path}");
    }
}

#[test]
fn main_addresses_come_out_of_a_pool() {
    let simulator = simulator();
    for (label, mode) in [("inventory", "pool"), ("provider", "off")] {
        let block = labelled(&simulator, "/v1/prefixes", label);
        let block = get(&simulator, &format!("/v1/prefixes/{block}"));
        assert_eq!(block["fields"]["managed_addressing"], mode);
    }
}
