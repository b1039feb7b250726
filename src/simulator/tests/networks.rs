//! VLANs, IP blocks and the addresses of hosts, by the letter of the documents.

use super::*;

fn vlan(pod: &str, more: Value) -> Value {
    let fields = json!({"pod_location": pod, "vlan_type": "internal"});
    json!({"label": "v", "fields": with(fields, more)})
}

fn block(kind: &str, more: Value) -> Value {
    let fields = json!({"pod_location": "pod_1", "prefix_type": kind});
    json!({"label": "b", "fields": with(fields, more)})
}

#[track_caller]
fn made(simulator: &Simulator, path: &str, body: &Value) -> Value {
    let (status, made) = call(simulator, "POST", path, Some(body));
    assert_eq!(status, 200, "{made}");
    made
}

fn id(made: &Value) -> &str {
    made["id"].as_str().unwrap()
}

#[test]
fn a_vlan_with_a_cloud_passes_the_checks_of_an_assignment_or_is_not_made() {
    let simulator = simulator();
    let no = refused(&simulator);
    let cloud = labelled(&simulator, "/v1/clouds", "Bare metal");
    let before = get(&simulator, "/v1/vlans").as_array().unwrap().len();
    let elsewhere = vlan("pod_2", json!({"cloud_id": cloud}));
    no.with(403, "POST", "/v1/vlans", Some(&elsewhere), "location");
    let stranger = vlan("pod_1", json!({"cloud_id": "nope"}));
    no.with(403, "POST", "/v1/vlans", Some(&stranger), "fmcloud");
    let order = json!({"label": "o", "fields": {"items": [{
        "hardware_sku": "medium_v4", "location": "pod_1", "type": "pcc", "quantity": 1,
    }]}});
    made(&simulator, "/v1/orders", &order);
    let new = labelled(&simulator, "/v1/clouds", "o");
    let early = vlan("pod_1", json!({"cloud_id": new}));
    no.with(403, "POST", "/v1/vlans", Some(&early), "complete");
    assert_eq!(
        get(&simulator, "/v1/vlans").as_array().unwrap().len(),
        before
    );
    // The same checks refuse an assignment as bad input.
    let far = made(&simulator, "/v1/vlans", &vlan("pod_2", json!({})));
    let path = format!("/v1/clouds/{cloud}/vlans/{}", id(&far));
    no.with(400, "POST", &path, None, "location");
}

#[test]
fn a_vlan_stays_on_a_cloud_and_what_is_of_the_system_stays_as_it_is() {
    let simulator = simulator();
    let no = refused(&simulator);
    let cloud = labelled(&simulator, "/v1/clouds", "Bare metal");
    let own = made(
        &simulator,
        "/v1/vlans",
        &vlan("pod_1", json!({"cloud_id": cloud})),
    );
    let on_cloud = format!("/v1/clouds/{cloud}/vlans/{}", id(&own));
    no.with(403, "DELETE", &on_cloud, None, "at least one");
    no.with(
        400,
        "DELETE",
        &format!("/v1/vlans/{}", id(&own)),
        None,
        "cloud",
    );
    let system = labelled(&simulator, "/v1/vlans", "provider");
    let (rename, path) = (json!({"label": "x"}), format!("/v1/vlans/{system}"));
    no.with(403, "PATCH", &path, Some(&rename), "altered");
    no.with(400, "DELETE", &path, None, "user-created");
    no.with(
        403,
        "POST",
        &format!("/v1/clouds/{cloud}/vlans/{system}"),
        None,
        "altered",
    );
    let prefix = labelled(&simulator, "/v1/prefixes", "provider");
    no.with(
        400,
        "DELETE",
        &format!("/v1/prefixes/{prefix}"),
        None,
        "user-created",
    );
    let taking = format!("/v1/vlans/{system}/prefixes/{prefix}");
    no.with(400, "DELETE", &taking, None, "user-created");
}

#[test]
fn managing_networks_takes_an_owner_and_a_cloud_that_is_not_locked() {
    let simulator = simulator();
    let cloud = labelled(&simulator, "/v1/clouds", "Bare metal");
    let own = made(
        &simulator,
        "/v1/vlans",
        &vlan("pod_1", json!({"cloud_id": cloud})),
    );
    let private = made(
        &simulator,
        "/v1/prefixes",
        &block("private", json!({"length": 28})),
    );
    let billed = json!({"cloud_id": cloud, "product_addon": "ipv4_block_28"});
    let routed = made(&simulator, "/v1/prefixes", &block("routed", billed.clone()));
    let on_vlan = format!("/v1/vlans/{}/prefixes/{}", id(&own), id(&private));
    assert_eq!(call(&simulator, "POST", &on_vlan, None).0, 200);
    let paths = [
        on_vlan,
        format!("/v1/vlans/{}", id(&own)),
        format!("/v1/prefixes/{}", id(&routed)),
    ];
    let maintainer = Refused {
        simulator: &simulator,
        key: "Bearer sim-maintainer",
    };
    for path in &paths {
        maintainer.with(403, "DELETE", path, None, "Unauthorized");
    }
    assert_eq!(
        call(&simulator, "DELETE", &format!("/v1/clouds/{cloud}"), None).0,
        200
    );
    for path in &paths {
        refused(&simulator).with(403, "DELETE", path, None, "locked");
    }
    let late = block("routed", billed);
    refused(&simulator).with(400, "POST", "/v1/prefixes", Some(&late), "complete");
}

#[test]
fn a_private_block_begins_where_the_documents_say_and_a_routed_one_has_no_cidr() {
    let simulator = simulator();
    let no = refused(&simulator);
    let mut cidrs = Vec::new();
    for length in [28, 30, 28] {
        let made = made(
            &simulator,
            "/v1/prefixes",
            &block("private", json!({"length": length})),
        );
        cidrs.push(made["fields"]["cidr"].as_str().unwrap().to_owned());
    }
    assert_eq!(
        cidrs,
        ["192.168.0.0/28", "192.168.0.16/30", "192.168.0.32/28"]
    );
    let cloud = labelled(&simulator, "/v1/clouds", "Bare metal");
    let mut wanted = json!({"cloud_id": cloud, "product_addon": "ipv4_block_28"});
    let routed = made(&simulator, "/v1/prefixes", &block("routed", wanted.clone()));
    assert_eq!(routed["fields"]["length"], 28);
    wanted["cidr"] = json!("203.0.113.0/28");
    no.with(
        400,
        "POST",
        "/v1/prefixes",
        Some(&block("routed", wanted.clone())),
        "cidr",
    );
    wanted["cidr"] = json!(null);
    wanted["length"] = json!(24);
    no.with(
        400,
        "POST",
        "/v1/prefixes",
        Some(&block("routed", wanted)),
        "length",
    );
    for (more, why) in [
        (json!({}), "cidr or length"),
        (json!({"length": 21}), "22 to 32"),
        (json!({"length": 33}), "22 to 32"),
        (json!({"cidr": "010.0.0.0/28"}), "IPv4 network"),
        (json!({"cidr": "10.0.0.0/28", "length": 27}), "that of cidr"),
        (
            json!({"length": 28, "managed_addressing": "some"}),
            "managed_addressing",
        ),
    ] {
        no.with(
            400,
            "POST",
            "/v1/prefixes",
            Some(&block("private", more)),
            why,
        );
    }
}

/// The nodes of a cloud as its stats show them.
fn nodes(simulator: &Simulator, cloud: &str) -> Vec<Value> {
    let stats = get(simulator, &format!("/v1/clouds/{cloud}/stats"));
    stats["nodes"].as_array().unwrap().clone()
}

#[test]
fn every_host_has_a_main_address_that_nobody_can_take_from_it() {
    let simulator = simulator();
    let no = refused(&simulator);
    let cloud = labelled(&simulator, "/v1/clouds", "My first cloud");
    let stats = get(&simulator, &format!("/v1/clouds/{cloud}/stats"));
    let inventory = stats["vlans"]
        .as_array()
        .unwrap()
        .iter()
        .find(|vlan| vlan["label"] == "inventory")
        .unwrap();
    let addresses = inventory["prefixes"][0]["ip_addrs"].as_array().unwrap();
    let nodes = nodes(&simulator, &cloud);
    assert_eq!(addresses.len(), nodes.len());
    for (address, node) in addresses.iter().zip(&nodes) {
        assert_eq!(address["assigned_host"], node["uuid"]);
        let ip = address["ip"].as_str().unwrap();
        assert_eq!(ip.strip_suffix("/28"), node["ipaddress"].as_str());
        assert_eq!(node["vlans"][0]["ip"], ip);
        assert_eq!(node["vlans"][2]["ip"], Value::Null);
    }
    let block = labelled(&simulator, "/v1/prefixes", "inventory");
    let details = get(
        &simulator,
        &format!("/v1/deployment/network/prefix/{block}"),
    );
    let main = &details["ip_addrs"][0];
    let path = format!("/v1/deployment/network/prefixes/{block}/ip/{}", main["id"]);
    for host in ["", "another"] {
        let body = json!({"assigned_host": host});
        no.with(400, "PATCH", &path, Some(&body), "main IP");
    }
    no.with(400, "DELETE", &path, None, "main IP");
    let same = json!({"label": "mine", "assigned_host": main["assigned_host"]});
    assert_eq!(call(&simulator, "PATCH", &path, Some(&same)).0, 200);
    // What is no host's can be given back.
    let path = format!("/v1/deployment/network/prefixes/{block}/ip");
    let (_, other) = call(
        &simulator,
        "POST",
        &path,
        Some(&json!({"assigned_host": "db"})),
    );
    let other = format!("{path}/{}", other["id"]);
    assert_eq!(call(&simulator, "DELETE", &other, None).0, 200);
    let wrong = format!("/v1/deployment/network/prefixes/{block}/ip/abc");
    no.with(400, "PATCH", &wrong, Some(&same), "whole number");
    let unknown = format!("/v1/deployment/network/prefixes/{block}/ip/987654");
    no.with(404, "PATCH", &unknown, Some(&same), "not found");
}

#[test]
fn a_cloud_of_many_hosts_has_main_addresses_for_all_of_them() {
    let simulator = simulator();
    let body = json!({"label": "Many", "nodes": 30});
    assert_eq!(call(&simulator, "POST", "/_sim/clouds", Some(&body)).0, 200);
    let cloud = labelled(&simulator, "/v1/clouds", "Many");
    let mut addresses: Vec<String> = nodes(&simulator, &cloud)
        .iter()
        .map(|node| node["ipaddress"].as_str().unwrap().to_owned())
        .collect();
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 30);
}

#[test]
fn managed_blocks_give_hosts_an_address_from_each_or_from_one_of_them() {
    let simulator = simulator();
    let cloud = labelled(&simulator, "/v1/clouds", "My first cloud");
    let host_count = nodes(&simulator, &cloud).len();
    for (mode, each) in [("all", 1), ("pool", 0), ("off", 0)] {
        let own = made(
            &simulator,
            "/v1/vlans",
            &vlan("pod_1", json!({"cloud_id": cloud})),
        );
        let mut counts = Vec::new();
        for _ in 0..2 {
            let body =
                json!({"length": 28, "managed_addressing": mode, "central_vlan_id": id(&own)});
            let new = made(&simulator, "/v1/prefixes", &block("private", body));
            let path = format!("/v1/deployment/network/prefix/{}", id(&new));
            counts.push(get(&simulator, &path)["ip_addrs"].as_array().unwrap().len());
        }
        let first = if mode == "off" { 0 } else { host_count };
        assert_eq!(counts, [first, each * host_count], "{mode}");
    }
}

#[test]
fn a_removed_node_gives_its_addresses_back_at_once_and_its_hardware_later() {
    let simulator = simulator();
    let no = refused(&simulator);
    let cloud = labelled(&simulator, "/v1/clouds", "Bare metal");
    let node = nodes(&simulator, &cloud)[0].clone();
    let stock =
        || get(&simulator, "/v2/inventory/pod_1/availability")["medium_v4"]["count"].clone();
    let before = stock().as_i64().unwrap();
    let hardware = format!("/v1/clouds/{cloud}/hardware");
    no.with(400, "DELETE", &format!("{hardware}/nope"), None, "UUID");
    no.with(
        404,
        "DELETE",
        &format!("{hardware}/00000000-0000-4000-8000-000000000000"),
        None,
        "not found",
    );
    let path = format!("{hardware}/{}", node["uuid"].as_str().unwrap());
    let (status, stats) = call(&simulator, "DELETE", &path, None);
    assert_eq!(status, 200);
    assert!(!stats.to_string().contains(node["uuid"].as_str().unwrap()));
    assert_eq!(stock(), before);
    pass(&simulator, TimeDelta::minutes(20));
    assert_eq!(stock(), before + 1);
}
