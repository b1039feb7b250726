mod creations;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::*;
use crate::client::verdict::Sight;

fn operation(name: &str) -> &'static Operation {
    api::operation(name).unwrap()
}

/// The sight for a call with these arguments and body, 09:00 being when it was sent.
#[expect(clippy::needless_pass_by_value, reason = "the tables read better")]
fn judged(name: &str, arguments: Value, body: Value, seen: Option<Value>) -> Finding {
    let mut given = Arguments::new();
    for (name, value) in arguments.as_object().unwrap() {
        given.set(name, value.clone());
    }
    let sent = Sent {
        operation: operation(name),
        arguments: &given,
        body: Some(&body),
        since: "2026-01-15T09:00:00Z".parse().unwrap(),
        until: "2026-01-15T09:30:00Z".parse().unwrap(),
    };
    judge(&sent, seen.as_ref())
}

fn sight(name: &str, arguments: Value, body: Value, seen: Value) -> Sight {
    judged(name, arguments, body, Some(seen)).sight
}

/// Arguments that fill every path of an operation.
fn arguments_of(operation: &Operation) -> Arguments {
    let mut arguments = Arguments::new();
    for param in operation.params {
        if param.place.is_path() {
            arguments.set(param.name, "a1");
        }
    }
    arguments
}

#[test]
fn every_operation_has_a_decision() {
    let mut seen = 0;
    for operation in api::operations() {
        seen += 1;
        let arguments = arguments_of(operation);
        match evidence(operation, &arguments) {
            Evidence::NotNeeded => {
                assert_eq!(
                    operation.repeat(&arguments),
                    Repeat::Safe,
                    "{}",
                    operation.name
                );
            }
            Evidence::Probe(probe) => {
                assert_ne!(
                    operation.repeat(&arguments),
                    Repeat::Safe,
                    "{}",
                    operation.name
                );
                assert_eq!(probe.operation.repeat(&probe.arguments), Repeat::Safe);
                probe.operation.request(&probe.arguments).unwrap();
            }
            Evidence::Nothing(_) => assert!(
                matches!(operation.name, "console" | "java_console"),
                "{} has no read-back",
                operation.name,
            ),
        }
    }
    assert_eq!(seen, 53);
}

#[test]
fn a_strange_answer_never_proves_anything() {
    for operation in api::operations() {
        let arguments = arguments_of(operation);
        if operation.repeat(&arguments) == Repeat::Safe {
            continue;
        }
        let body = json!({"label": "x", "email": "a@b.c", "role": "member", "ip": "10.0.0.1"});
        let sent = Sent {
            operation,
            arguments: &arguments,
            body: Some(&body),
            since: DateTime::<Utc>::UNIX_EPOCH,
            until: DateTime::<Utc>::MAX_UTC,
        };
        for seen in [json!(null), json!(3), json!("x"), json!({"error": true})] {
            let found = judge(&sent, Some(&seen));
            assert_ne!(found.sight, Sight::Converged, "{} {seen}", operation.name);
        }
    }
}

#[test]
fn power_is_a_level_and_a_reboot_is_not() {
    let stats = |state: &str| json!({"nodes": [{"uuid": "n0", "power_state": "power on"}, {"uuid": "n1", "power_state": state}]});
    let set = |wanted: &str, seen| {
        judged(
            "set_power",
            json!({"cloud": "c", "node": "n1", "power_state": wanted}),
            json!({}),
            Some(seen),
        )
    };
    let off = set("power off", stats("power off"));
    assert_eq!(off.sight, Sight::Converged);
    assert_eq!(
        off.body,
        Some(json!({"result": "success", "power_state": "power off", "node_uuid": "n1"})),
    );
    assert_eq!(set("power off", stats("power on")).sight, Sight::NotYet);
    assert_eq!(set("power on", stats("rebooting")).sight, Sight::NotYet);
    assert_eq!(set("power on", json!({"nodes": []})).sight, Sight::Unclear);
    assert_eq!(
        set("power on", json!({"nodes": [{"uuid": "n1"}]})).sight,
        Sight::Unclear
    );
    // What a sight of it means is decided by whoever asks.
    for (state, sight) in [("rebooting", Sight::Converged), ("power on", Sight::NotYet)] {
        let reboot = set("rebooting", stats(state));
        assert_eq!(reboot.sight, sight);
        assert!(reboot.seen.contains(state), "{}", reboot.seen);
    }
}

#[test]
fn links_are_read_from_the_linked() {
    let vlan = |cloud: Value| json!({"id": "v", "fields": {"cloud_id": cloud}});
    let arguments = json!({"cloud": "c", "vlan": "v"});
    for (name, on, expected) in [
        ("assign_vlan", json!("c"), Sight::Converged),
        ("assign_vlan", json!("d"), Sight::NotYet),
        ("assign_vlan", json!(null), Sight::NotYet),
        ("unassign_vlan", json!("c"), Sight::NotYet),
        ("unassign_vlan", json!("d"), Sight::Converged),
        ("unassign_vlan", json!(null), Sight::Converged),
    ] {
        assert_eq!(
            sight(name, arguments.clone(), json!({}), vlan(on.clone())),
            expected,
            "{name} {on}"
        );
    }
    let arguments = json!({"vlan": "v", "prefix": "p"});
    let block = |on: Value| json!({"id": "p", "fields": {"central_vlan_id": on}});
    assert_eq!(
        sight(
            "assign_prefix",
            arguments.clone(),
            json!({}),
            block(json!("v"))
        ),
        Sight::Converged
    );
    assert_eq!(
        sight(
            "unassign_prefix",
            arguments.clone(),
            json!({}),
            block(json!("v"))
        ),
        Sight::NotYet
    );
    assert_eq!(
        sight("unassign_prefix", arguments, json!({}), json!({"id": "p"})),
        Sight::Unclear
    );
}

#[test]
fn what_is_not_found_is_deleted_and_nothing_else() {
    for (name, expected) in [
        ("delete_vlan", Sight::Converged),
        ("delete_cloud", Sight::Converged),
        // That its block is gone does not tell of an address.
        ("delete_ip", Sight::Unclear),
        ("update_vlan", Sight::Unclear),
        ("assign_vlan", Sight::Unclear),
        ("unassign_vlan", Sight::Unclear),
        ("create_vlan", Sight::Unclear),
    ] {
        let found = judged(name, json!({}), json!({}), None);
        assert_eq!(found.sight, expected, "{name}");
    }
}

#[test]
fn deletions_inside_a_list_are_seen_there() {
    let cloud = json!({"cloud": "c", "node": "n1"});
    for (name, arguments, seen, expected) in [
        (
            "remove_node",
            cloud.clone(),
            json!({"nodes": [{"uuid": "n1"}]}),
            Sight::NotYet,
        ),
        (
            "remove_node",
            cloud.clone(),
            json!({"nodes": [{"uuid": "n2"}]}),
            Sight::Converged,
        ),
        ("remove_node", cloud, json!({"name": "x"}), Sight::Unclear),
        (
            "delete_cloud",
            json!({"cloud": "c"}),
            json!({"fields": {"pending_delete": true}}),
            Sight::Converged,
        ),
        (
            "delete_cloud",
            json!({"cloud": "c"}),
            json!({"fields": {"pending_delete": false}}),
            Sight::NotYet,
        ),
        (
            "delete_ip",
            json!({"prefix": "p", "ip": 7}),
            json!({"ip_addrs": [{"id": 7}]}),
            Sight::NotYet,
        ),
        (
            "delete_ip",
            json!({"prefix": "p", "ip": "7"}),
            json!({"ip_addrs": [{"id": 7}]}),
            Sight::NotYet,
        ),
        (
            "delete_ip",
            json!({"prefix": "p", "ip": 7}),
            json!({"ip_addrs": []}),
            Sight::Converged,
        ),
        (
            "remove_member",
            json!({"organization": "o", "member": "m"}),
            json!([{"membership_id": "m"}]),
            Sight::NotYet,
        ),
        (
            "remove_member",
            json!({"organization": "o", "member": "m"}),
            json!([]),
            Sight::Converged,
        ),
        (
            "delete_vlan",
            json!({"vlan": "v"}),
            json!({"id": "v"}),
            Sight::NotYet,
        ),
    ] {
        assert_eq!(
            sight(name, arguments, json!({}), seen.clone()),
            expected,
            "{name} {seen}"
        );
    }
}

#[test]
fn an_update_has_converged_when_every_field_sent_is_there() {
    let key = json!({"public_key": "k"});
    for (name, arguments, body, seen, expected) in [
        (
            "update_vlan",
            json!({"vlan": "v"}),
            json!({"label": "a"}),
            json!({"label": "a", "description": "b"}),
            Sight::Converged,
        ),
        (
            "update_vlan",
            json!({"vlan": "v"}),
            json!({"label": "a"}),
            json!({"label": "b"}),
            Sight::NotYet,
        ),
        (
            "update_vlan",
            json!({"vlan": "v"}),
            json!({"description": ""}),
            json!({"description": null}),
            Sight::Converged,
        ),
        (
            "update_public_key",
            key.clone(),
            json!({"fields": {"key_data": "ssh x"}}),
            json!({"fields": {"fingerprint": "f"}}),
            Sight::Unclear,
        ),
        (
            "update_public_key",
            key,
            json!({"fields": {"key_data": "ssh x"}}),
            json!({"fields": {"key_data": "ssh x\n"}}),
            Sight::Converged,
        ),
        (
            "update_organization",
            json!({"organization": "o"}),
            json!({"website": "w"}),
            json!({"company_website": "w"}),
            Sight::Converged,
        ),
        (
            "update_ip",
            json!({"prefix": "p", "ip": 7}),
            json!({"label": "a"}),
            json!({"ip_addrs": [{"id": 7, "label": "a"}]}),
            Sight::Converged,
        ),
        (
            "update_ip",
            json!({"prefix": "p", "ip": 7}),
            json!({"label": "a"}),
            json!({"ip_addrs": [{"id": 8, "label": "a"}]}),
            Sight::Unclear,
        ),
        (
            "update_member",
            json!({"organization": "o", "member": "m"}),
            json!({"role": "owner"}),
            json!([{"membership_id": "m", "role": "member"}]),
            Sight::NotYet,
        ),
    ] {
        assert_eq!(
            sight(name, arguments, body.clone(), seen.clone()),
            expected,
            "{name} {body} {seen}"
        );
    }
}
