//! Organizations and who works in them.

use super::*;

fn organization(simulator: &Simulator) -> String {
    let profile = get(simulator, "/v1/accounts/profile");
    profile["account_access"][0]["account_id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn what_organizations_cannot_read_is_unprocessable() {
    let simulator = simulator();
    let path = format!("/v1/organizations/{}", organization(&simulator));
    let send = |method: &str, path: &str, body: &str| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", "Bearer sim")
            .body(Bytes::from(body.to_owned()));
        simulator.respond(request.unwrap()).status().as_u16()
    };
    let members = format!("{path}/memberships");
    for (method, path) in [("PATCH", &path), ("POST", &members)] {
        for body in ["", "{", "[]"] {
            assert_eq!(send(method, path, body), 422, "{method} {path}: {body}");
        }
    }
    assert_eq!(send("PATCH", &path, "{}"), 200);
}

/// The members by address: state, role and path.
fn members(simulator: &Simulator) -> Vec<(String, Value)> {
    let path = format!("/v1/organizations/{}/memberships", organization(simulator));
    let all = get(simulator, &path);
    let all = all.as_array().unwrap().iter();
    let pair = |one: &Value| {
        let path = format!("{path}/{}", one["membership_id"].as_str().unwrap());
        (path, one.clone())
    };
    all.map(pair).collect()
}

fn member(simulator: &Simulator, address: &str) -> (String, Value) {
    let mut all = members(simulator).into_iter();
    all.find(|(_, one)| one["invite_email"] == address).unwrap()
}

fn invite(simulator: &Simulator, emails: &Value, role: &str) -> u16 {
    let path = format!("/v1/organizations/{}/memberships", organization(simulator));
    let body = json!({"email": emails, "role": role});
    call(simulator, "POST", &path, Some(&body)).0
}

#[test]
fn the_last_active_owner_stays_an_owner() {
    let simulator = simulator();
    assert_eq!(invite(&simulator, &json!("next@example.com"), "owner"), 200);
    let (owner, _) = member(&simulator, "owner@example.com");
    let demoted = json!({"role": "member"});
    assert_eq!(call(&simulator, "PATCH", &owner, Some(&demoted)).0, 403);
    assert_eq!(call(&simulator, "DELETE", &owner, None).0, 403);
    let (next, _) = member(&simulator, "next@example.com");
    assert_eq!(call(&simulator, "DELETE", &next, None).0, 200);
    let (other, _) = member(&simulator, "maintainer@example.com");
    let promoted = json!({"role": "owner"});
    assert_eq!(call(&simulator, "PATCH", &other, Some(&promoted)).0, 200);
    assert_eq!(call(&simulator, "PATCH", &owner, Some(&demoted)).0, 200);
}

#[test]
fn an_invitation_lapses_unless_it_is_renewed() {
    let simulator = simulator();
    let count = members(&simulator).len();
    let both = json!(["a@example.com", "b@example.com"]);
    assert_eq!(invite(&simulator, &both, "member"), 200);
    pass(&simulator, TimeDelta::days(5));
    assert_eq!(
        invite(&simulator, &json!("B@example.com"), "maintainer"),
        200
    );
    assert_eq!(members(&simulator).len(), count + 2);
    pass(&simulator, TimeDelta::days(3));
    let shown = |address: &str| {
        let (_, one) = member(&simulator, address);
        (one["state"].clone(), one["role"].clone())
    };
    assert_eq!(shown("a@example.com"), (json!("inactive"), json!("member")));
    assert_eq!(
        shown("b@example.com"),
        (json!("pending"), json!("maintainer"))
    );
    assert_eq!(shown("pending@example.com").0, "inactive");
    for (_, one) in members(&simulator) {
        assert!(one["invite_expired_at"].is_string(), "{one}");
    }
    assert_eq!(invite(&simulator, &json!("a@example.com"), "member"), 200);
    assert_eq!(shown("a@example.com").0, "pending");
}

#[test]
fn a_call_that_invites_a_member_invites_nobody() {
    let simulator = simulator();
    let count = members(&simulator).len();
    let both = json!(["a@example.com", "member@example.com"]);
    assert_eq!(invite(&simulator, &both, "member"), 422);
    assert_eq!(members(&simulator).len(), count);
    let many: Vec<String> = (0..21).map(|at| format!("a{at}@example.com")).collect();
    assert_eq!(invite(&simulator, &json!(many), "member"), 422);
    let twice = json!(["a@example.com", "a@example.com"]);
    assert_eq!(invite(&simulator, &twice, "member"), 200);
    assert_eq!(members(&simulator).len(), count + 1);
}
