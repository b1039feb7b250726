use serde_json::{Value, json};

use super::{judged, sight};
use crate::client::verdict::Sight;

#[test]
fn a_creation_is_adopted_only_when_exactly_one_is_ours() {
    let vlan = |id: &str, label: &str, at: &str, kind: &str| json!({"id": id, "label": label, "created_at": at, "fields": {"vlan_type": kind, "pod_location": "pod_1"}});
    let body =
        json!({"label": "lab", "fields": {"vlan_type": "internal", "pod_location": "pod_1"}});
    let create = |seen: Value| judged("create_vlan", json!({}), body.clone(), Some(seen));
    let (before, after) = ("2026-01-15T08:59:59Z", "2026-01-15T09:00:00Z");
    let ours = vlan("v1", "lab", after, "internal");
    let found = create(json!([vlan("v0", "lab", before, "internal"), ours]));
    assert_eq!(
        (found.sight, found.body),
        (Sight::Converged, Some(ours.clone()))
    );
    for (seen, expected) in [
        (json!([]), Sight::NotYet),
        (
            json!([vlan("v0", "lab", before, "internal")]),
            Sight::NotYet,
        ),
        (
            json!([vlan("v0", "other", after, "internal")]),
            Sight::NotYet,
        ),
        (json!([vlan("v0", "lab", after, "routed")]), Sight::NotYet),
        (
            json!([ours, vlan("v2", "lab", after, "internal")]),
            Sight::Unclear,
        ),
        (
            json!([vlan("v0", "lab", "yesterday", "internal")]),
            Sight::Unclear,
        ),
        (json!([ours, {"id": "v3", "label": "lab"}]), Sight::Unclear),
    ] {
        assert_eq!(create(seen.clone()).sight, expected, "{seen}");
    }
}

#[test]
fn addresses_and_invitations_are_recognized_by_what_names_them() {
    let block = json!({"ip_addrs": [{"id": 1, "ip": "10.0.0.5/28", "label": "web"}]});
    let prefix = json!({"prefix": "p"});
    for (body, expected) in [
        (json!({"ip": "10.0.0.5", "label": "web"}), Sight::Converged),
        (json!({"ip": "10.0.0.5", "label": "db"}), Sight::Unclear),
        (json!({"ip": "10.0.0.6", "label": "web"}), Sight::NotYet),
        (json!({"label": "web"}), Sight::Unclear),
        (json!({}), Sight::Unclear),
    ] {
        assert_eq!(
            sight("allocate_ip", prefix.clone(), body.clone(), block.clone()),
            expected,
            "{body}"
        );
    }
    let members = json!([
        {"membership_id": "m1", "invite_email": "A@b.c", "role": "member"},
        {"membership_id": "m2", "account": {"email": "d@e.f"}, "role": "owner"},
    ]);
    for (email, role, expected) in [
        (json!("a@b.c"), "member", Sight::Converged),
        (json!("a@b.c"), "owner", Sight::NotYet),
        (json!(["a@b.c", "x@y.z"]), "member", Sight::Unclear),
        (json!(["d@e.f"]), "owner", Sight::Converged),
        (json!([]), "owner", Sight::Unclear),
    ] {
        let body = json!({"email": email, "role": role});
        let found = sight(
            "invite_member",
            json!({"organization": "o"}),
            body.clone(),
            members.clone(),
        );
        assert_eq!(found, expected, "{body}");
    }
}
