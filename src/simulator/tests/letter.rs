//! The letter of the documents, where it is easily overlooked.

use super::*;

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ops@laptop";

#[test]
fn an_account_is_what_it_was_when_time_began_whenever_it_is_first_asked() {
    let model = "now = \"2026-01-15T08:00:00Z\"\n\
        [[cloud]]\nid = \"c1\"\nfields = { cloud_type = \"pcc\", pod_location = \"pod_1\", \
        provision_status = \"pending\", order_id = \"o1\" }\n\
        [[order]]\nid = \"o1\"\nfields = { items = [{ hardware_sku = \"medium_v4\", quantity = 1 }], \
        clouds_deployed = [{ id = \"c1\", provision_status = \"pending\" }] }\n";
    let settings = || Settings {
        seed: 7,
        clock: Clock::simulated(),
        model: Model::read("model", model).unwrap(),
        faults: Vec::new(),
        exchanges: None,
    };
    let early = Simulator::new(settings());
    pass(&early, TimeDelta::hours(1));
    let late = settings();
    late.clock.advance(TimeDelta::hours(1));
    let late = Simulator::new(late);
    for path in ["/v1/clouds/c1", "/v1/clouds/c1/stats", "/v1/vlans"] {
        assert_eq!(get(&late, path), get(&early, path));
    }
    let cloud = get(&late, "/v1/clouds/c1");
    assert_eq!(cloud["fields"]["provision_status"], "complete");
    assert_eq!(cloud["created_at"], "2026-01-15T08:00:00+00:00");
}

#[test]
fn a_null_takes_nothing_from_an_organization() {
    let simulator = simulator();
    let profile = get(&simulator, "/v1/accounts/profile");
    let id = profile["account_access"][0]["account_id"].as_str().unwrap();
    let path = format!("/v1/organizations/{id}");
    let before = get(&simulator, &format!("/v1/accounts/{id}"));
    assert!(before["phone"].is_string());
    let body = json!({"phone": null, "website": null, "name": null, "primary_email": null});
    let (status, after) = call(&simulator, "PATCH", &path, Some(&body));
    assert_eq!((status, &after), (200, &before));
    // The documents show this one as null, not as absent.
    assert_eq!(before.get("clarity_hid"), Some(&Value::Null));
}

#[test]
fn nothing_pending_is_pending_at_null() {
    let simulator = simulator();
    let cloud = labelled(&simulator, "/v1/clouds", "Bare metal");
    let stats = format!("/v1/clouds/{cloud}/stats");
    assert_eq!(
        get(&simulator, &stats).get("pending_date"),
        Some(&Value::Null)
    );
    let path = format!("/v1/clouds/{cloud}");
    assert_eq!(call(&simulator, "DELETE", &path, None).0, 200);
    assert!(get(&simulator, &stats)["pending_date"].is_string());
}

#[test]
fn the_space_around_a_key_is_not_part_of_it() {
    let simulator = simulator();
    let padded = format!(" {KEY}\n");
    let body = json!({"label": "k", "fields": {"key_data": padded}});
    let (status, made) = call(&simulator, "POST", "/v1/public-keys", Some(&body));
    assert_eq!((status, &made["fields"]["key_data"]), (200, &json!(KEY)));
    let order = |key: &str| {
        let body = json!({"label": "o", "fields": {
            "config_options": {"public_key": key},
            "items": [{
                "hardware_sku": "small_v4", "location": "pod_2", "type": "baremetal", "quantity": 1,
                "modifications": {"operating_system": {"os_key": "Debian", "version_key": "12"}},
            }],
        }});
        call(&simulator, "POST", "/v1/orders", Some(&body))
    };
    let (status, made) = order(&padded);
    assert_eq!(status, 200, "{made}");
    assert_eq!(made["fields"]["config_options"]["public_key"], KEY);
    let cloud = made["fields"]["clouds_deployed"][0]["id"].as_str().unwrap();
    let stats = get(&simulator, &format!("/v1/clouds/{cloud}/stats"));
    assert_eq!(stats["keys"][0]["public_key"], KEY);
    for bad in ["ssh-rsa", " ssh-rsa\n", "ssh-rsa AAAA\nssh-rsa AAAA"] {
        assert_eq!(order(bad).0, 400, "{bad}");
    }
    assert_eq!(order("ssh-rsa AAAA...").0, 200);
}

#[test]
fn orders_there_at_the_start_have_what_the_documents_ask_of_new_ones() {
    let simulator = simulator();
    let order = labelled(&simulator, "/v1/orders", "Order of Bare metal");
    let order = get(&simulator, &format!("/v1/orders/{order}"));
    let fields = &order["fields"];
    assert_eq!(fields["schema_version"], "v2");
    let body = json!({"label": "again", "fields": {
        "items": fields["items"], "config_options": fields["config_options"],
    }});
    let (status, again) = call(&simulator, "POST", "/v1/orders", Some(&body));
    assert_eq!(status, 200, "{again}");
}

#[test]
fn a_client_that_is_not_known_is_asked_for_its_id_and_secret() {
    let simulator = simulator();
    for (path, scheme) in [
        ("/v1/oauth2/token?grant_type=client_credentials", "Basic"),
        ("/v1/clouds", "Bearer"),
    ] {
        let response = call_as(&simulator, "", "GET", path, None);
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["www-authenticate"], scheme);
    }
}

#[test]
fn cloud_init_may_be_without_data() {
    let simulator = simulator();
    let make = |cloud_init: Value| {
        let body = json!({"label": "c", "fields": {"cloud_init": cloud_init}});
        call(&simulator, "POST", "/v1/configurations", Some(&body)).0
    };
    assert_eq!(make(json!({})), 200);
    assert_eq!(make(json!({"data": "{\"packages\":[\"htop\"]}"})), 200);
    for data in [
        json!("packages: [htop]"),
        json!(""),
        json!("[]"),
        json!(3),
        json!(null),
    ] {
        assert_eq!(make(json!({ "data": data })), 400, "{data}");
    }
}
