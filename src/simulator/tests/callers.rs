//! Who is calling, and what their membership lets them do.

use super::*;

#[test]
fn a_stale_answer_is_given_to_nobody_else() {
    let simulator = simulator();
    let rule = json!({"operation": "profile", "stale": "10m"});
    assert_eq!(call(&simulator, "POST", "/_sim/faults", Some(&rule)).0, 200);
    let email = |key: &str| {
        let response = call_as(&simulator, key, "GET", "/v1/accounts/profile", None);
        let profile: Value = serde_json::from_slice(response.body()).unwrap();
        profile["email"].clone()
    };
    assert_eq!(email("Bearer sim"), "owner@example.com");
    assert_eq!(email("Bearer sim-member"), "member@example.com");
}

/// The path of a membership, by the email address of its account.
fn membership(simulator: &Simulator, email: &str) -> String {
    let profile = get(simulator, "/v1/accounts/profile");
    let organization = profile["account_access"][0]["account_id"].as_str().unwrap();
    let path = format!("/v1/organizations/{organization}/memberships");
    let members = get(simulator, &path);
    let mut members = members.as_array().unwrap().iter();
    let found = members.find(|member| member["account"]["email"] == email);
    let id = found.unwrap()["membership_id"].as_str().unwrap().to_owned();
    format!("{path}/{id}")
}

fn account(simulator: &Simulator, email: &str) -> Value {
    let path = membership(simulator, email);
    let (list, id) = path.rsplit_once('/').unwrap();
    let members = get(simulator, list);
    let mut members = members.as_array().unwrap().iter();
    members
        .find(|member| member["membership_id"] == id)
        .unwrap()["account"]
        .clone()
}

#[test]
fn a_demoted_caller_is_refused_at_once() {
    let simulator = simulator();
    let (path, body) = good(&simulator, "create_vlan");
    let create = || by(&simulator, "sim-maintainer", "POST", &path, body.as_ref()).0;
    assert_eq!(create(), 200);
    let member = membership(&simulator, "maintainer@example.com");
    let role = |role: &str| call(&simulator, "PATCH", &member, Some(&json!({"role": role}))).0;
    assert_eq!(role("member"), 200);
    assert_eq!(create(), 403);
    let (_, profile) = by(
        &simulator,
        "sim-maintainer",
        "GET",
        "/v1/accounts/profile",
        None,
    );
    assert_eq!(profile["account_access"][0]["role"], "member");
    assert_eq!(role("owner"), 200);
    assert_eq!(create(), 200);
}

#[test]
fn a_removed_caller_learns_that_and_nothing_else() {
    let simulator = simulator();
    let member = membership(&simulator, "member@example.com");
    assert_eq!(call(&simulator, "DELETE", &member, None).0, 200);
    let read = |path: &str| by(&simulator, "sim-member", "GET", path, None);
    let (status, profile) = read("/v1/accounts/profile");
    assert_eq!((status, &profile["account_access"]), (200, &json!([])));
    assert_eq!(profile["email"], "member@example.com");
    let (members, _) = member.rsplit_once('/').unwrap();
    for path in ["/v1/clouds", "/v1/orders", members] {
        assert_eq!(read(path).0, 403, "{path}");
    }
    assert_eq!(read("/v1/products").0, 200);
}

#[test]
fn what_is_made_names_the_account_that_made_it() {
    let simulator = simulator();
    let owner = account(&simulator, "owner@example.com")["account_id"].clone();
    let maintainer = account(&simulator, "maintainer@example.com")["account_id"].clone();
    for path in ["/v1/orders", "/v1/vlans", "/v1/prefixes", "/v1/public-keys"] {
        assert_eq!(get(&simulator, path)[0]["created_by"], owner, "{path}");
    }
    for name in [
        "place_order",
        "create_vlan",
        "create_ip_block",
        "create_public_key",
    ] {
        let (path, body) = good(&simulator, name);
        let (status, made) = by(&simulator, "sim-maintainer", "POST", &path, body.as_ref());
        assert_eq!((status, &made["created_by"]), (200, &maintainer), "{name}");
        if name == "place_order" {
            assert_eq!(made["access"]["role"], "maintainer");
        }
    }
}

#[test]
fn a_key_says_what_its_reader_may_do() {
    let simulator = simulator();
    let (path, _) = good(&simulator, "public_key");
    for (key, role) in [
        ("sim", "owner"),
        ("sim-member", "member"),
        ("sim-billing", "member"),
    ] {
        let (_, read) = by(&simulator, key, "GET", &path, None);
        assert_eq!(read["access"]["role"], role, "{key}");
    }
}

#[test]
fn a_profile_is_that_of_whoever_asks_for_it() {
    let simulator = simulator();
    let path = "/v1/accounts/profile";
    let (_, own) = by(&simulator, "sim-billing", "GET", path, None);
    let member = account(&simulator, "billing@example.com");
    assert_eq!(own["account_name"], member["email"]);
    assert_eq!(own["display_name"], member["name"]);
    assert_eq!(own["account_access"][0]["role"], "orgBilling");
    assert_eq!(
        (&own["image"], &own["redirect_url"]),
        (&json!(""), &json!(""))
    );
    assert!(own["options"]["internal_zdesk_account_org_user_id"].is_i64());
    assert_ne!(own["account_id"], get(&simulator, path)["account_id"]);
    let organization = own["account_access"][0]["account_id"].as_str().unwrap();
    let path = format!("/v1/accounts/{organization}/profile");
    assert_eq!(by(&simulator, "sim-billing", "GET", &path, None).1, own);
}

#[test]
fn a_token_speaks_for_the_account_of_its_client() {
    let simulator = simulator();
    let token = |basic: &str| {
        let path = "/v1/oauth2/token?grant_type=client_credentials";
        let response = call_as(&simulator, &format!("Basic {basic}"), "GET", path, None);
        let value: Value = serde_json::from_slice(response.body()).unwrap();
        value
    };
    // sim-member:sim-member, and sim-member:sim.
    let made = token("c2ltLW1lbWJlcjpzaW0tbWVtYmVy");
    assert_eq!(made["scope"], "https://api.central.openmetal.io/v1/*");
    let key = made["access_token"].as_str().unwrap();
    let (_, profile) = by(&simulator, key, "GET", "/v1/accounts/profile", None);
    assert_eq!(profile["email"], "member@example.com");
    assert_eq!(token("c2ltLW1lbWJlcjpzaW0=")["name"], "unauthenticated");
}
