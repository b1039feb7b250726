//! What clouds cost.

use super::*;

fn subscription(simulator: &Simulator, label: &str) -> (String, Value) {
    let cloud = labelled(simulator, "/v1/clouds", label);
    let bill = get(simulator, &format!("/v1/clouds/{cloud}/subscription"));
    (cloud, bill)
}

#[test]
fn usage_follows_the_clock_and_costs_follow_usage() {
    let simulator = simulator();
    let (cloud, bill) = subscription(&simulator, "Bare metal");
    let log = bill["asset_logs"][0].clone();
    assert_eq!(bill["asset_logs"].as_array().unwrap().len(), 5);
    assert_eq!(
        (&log["cloud_id"], &log["is_active"]),
        (&json!(cloud), &json!(true))
    );
    assert_eq!(
        (&log["period_usage"], &log["lifetime_usage"]),
        (&json!(24), &json!(24))
    );
    assert_eq!(
        (&log["cost_in_cents"], &log["period_cost"]),
        (&json!(138), &json!("33.12"))
    );
    assert_eq!(log["name"], "Storage and Compute - Medium v4");
    assert_eq!(log["removed_at"], Value::Null);
    let detail = &bill["subscription"];
    assert_eq!(
        (&detail["state"], &detail["total_billing_cycles"]),
        (&json!("active"), &json!(1))
    );
    assert_eq!(detail["addons"][0]["usage"], 120);
    assert_eq!(detail["total_in_cents"], 120 * 138);
    pass(&simulator, TimeDelta::days(30));
    let (_, bill) = subscription(&simulator, "Bare metal");
    let log = &bill["asset_logs"][0];
    // A term has 30 days: this is the second day of the next one.
    assert_eq!(
        (&log["period_usage"], &log["lifetime_usage"]),
        (&json!(24), &json!(744))
    );
    assert_eq!(bill["subscription"]["total_billing_cycles"], 2);
}

#[test]
fn a_removed_node_stays_in_the_logs_and_costs_no_more() {
    let simulator = simulator();
    let (cloud, _) = subscription(&simulator, "Bare metal");
    let stats = get(&simulator, &format!("/v1/clouds/{cloud}/stats"));
    let node = stats["nodes"][0]["uuid"].as_str().unwrap();
    let path = format!("/v1/clouds/{cloud}/hardware/{node}");
    assert_eq!(call(&simulator, "DELETE", &path, None).0, 200);
    pass(&simulator, TimeDelta::hours(10));
    let (_, bill) = subscription(&simulator, "Bare metal");
    let logs = bill["asset_logs"].as_array().unwrap();
    assert_eq!(
        (logs.len(), &logs[0]["nodes"][0]["node_uuid"]),
        (5, &json!(node))
    );
    assert_eq!(
        (&logs[0]["is_active"], &logs[0]["period_usage"]),
        (&json!(false), &json!(24))
    );
    assert!(logs[0]["removed_at"].is_string());
    assert_eq!(logs[1]["period_usage"], 34);
    assert_eq!(bill["subscription"]["addons"][0]["usage"], 24 + 4 * 34);
}

#[test]
fn a_routed_block_is_billed_to_its_cloud() {
    let simulator = simulator();
    let (cloud, _) = subscription(&simulator, "Bare metal");
    let fields = json!({
        "pod_location": "pod_1", "prefix_type": "routed", "cloud_id": cloud,
        "product_addon": "ipv4_block_28",
    });
    let body = json!({"label": "b", "fields": fields});
    assert_eq!(call(&simulator, "POST", "/v1/prefixes", Some(&body)).0, 200);
    pass(&simulator, TimeDelta::hours(3));
    let (_, bill) = subscription(&simulator, "Bare metal");
    let addon = &bill["subscription"]["addons"][1];
    assert_eq!(
        (&addon["addon_on_code"], &addon["total_in_cents"]),
        (&json!("ipv4_block_28"), &json!(21))
    );
}

#[test]
fn a_deleted_cloud_is_billed_no_longer() {
    let simulator = simulator();
    let (cloud, _) = subscription(&simulator, "Bare metal");
    assert_eq!(
        call(&simulator, "DELETE", &format!("/v1/clouds/{cloud}"), None).0,
        200
    );
    pass(&simulator, TimeDelta::hours(5));
    let (_, bill) = subscription(&simulator, "Bare metal");
    assert_eq!(bill["subscription"]["state"], "canceled");
    for log in bill["asset_logs"].as_array().unwrap() {
        assert_eq!(
            (&log["is_active"], &log["period_usage"]),
            (&json!(false), &json!(24))
        );
    }
}
