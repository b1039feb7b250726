//! Every operation is called from a script, over HTTP, and the same account answers the same in the
//! process and on a socket.

use std::collections::BTreeSet;
use std::iter;

use metalwright::api;
use metalwright::operation::Effect;

use crate::stage::mw::Mw;
use crate::stage::server::{Called, Server};

const EVERYTHING: &str = "read,change,disrupt,destroy,spend";

/// Operations whose example names a resource by its label, which is looked up in the list: by its id
/// it is fetched.
const BY_ID: &[(&str, &str)] = &[
    ("cloud", "cloud(clouds()[0].id).label"),
    ("vlan", "vlan(vlans()[0].id).label"),
    ("ip_block", "ip_block(ip_blocks()[0].id).label"),
];

fn succeeded(calls: &[Called], operation: &str) -> bool {
    calls.iter().any(|call| {
        call.operation == operation && call.status.is_some_and(|it| (200..300).contains(&it))
    })
}

#[test]
fn every_operation_is_called_from_a_script_through_http() {
    let server = Server::with(&["--speed", "1000"]);
    let mut asked = 0;
    for operation in api::operations() {
        server.reset();
        let by_id = BY_ID.iter().find(|(name, _)| *name == operation.name);
        for line in iter::once(operation.example).chain(by_id.map(|(_, line)| *line)) {
            Mw::new(["--allow", EVERYTHING, "eval", line])
                .account(server.url())
                .any_stdout()
                .run();
        }
        let calls = server.calls();
        assert!(
            succeeded(&calls, operation.name),
            "{} was not called with success: {calls:?}",
            operation.name
        );
        asked += 1;
    }
    assert_eq!(asked, 53);
}

/// A line for every operation that only reads, whose value is all that the API answered.
const READS: &[(&str, &str)] = &[
    ("token", "token().to_json()"),
    ("clouds", "clouds().to_json()"),
    ("cloud", "cloud(clouds()[0].id).to_json()"),
    ("cloud_stats", "cloud_stats(clouds()[0]).to_json()"),
    (
        "cloud_subscription",
        "cloud_subscription(clouds()[0]).to_json()",
    ),
    ("orders", "orders().to_json()"),
    ("order", "order(orders()[0].id).to_json()"),
    ("locations", "locations().to_json()"),
    ("availability", r#"availability("pod_1").to_json()"#),
    ("products", "products().to_json()"),
    ("configurations", "configurations().to_json()"),
    (
        "configuration",
        "configuration(configurations()[0].id).to_json()",
    ),
    ("images", r#"images("pod_1").to_json()"#),
    ("vlans", "vlans().to_json()"),
    ("vlan", "vlan(vlans()[0].id).to_json()"),
    ("ip_blocks", "ip_blocks().to_json()"),
    ("ip_block", "ip_block(ip_blocks()[0].id).to_json()"),
    (
        "ip_block_details",
        "ip_block_details(ip_blocks()[0]).to_json()",
    ),
    ("public_keys", "public_keys().to_json()"),
    ("public_key", "public_key(public_keys()[0].id).to_json()"),
    ("profile", "profile().to_json()"),
    (
        "organization_profile",
        "organization_profile(profile().account_access[0]).to_json()",
    ),
    (
        "organization",
        "organization(profile().account_access[0]).to_json()",
    ),
    ("members", "members(profile().account_access[0]).to_json()"),
];

#[test]
fn the_socket_answers_as_the_process_does() {
    let read: BTreeSet<&str> = api::operations()
        .filter(|operation| operation.effect.possible() == [Effect::Read])
        .map(|operation| operation.name)
        .collect();
    let listed: BTreeSet<&str> = READS.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed, read, "the operations that only read");
    // Its time stands still, as that of the process does while nobody waits.
    let server = Server::with(&["--speed", "0", "--seed", "7"]);
    for (name, line) in READS {
        server.reset();
        let within = Mw::new(["--sim", "--seed", "7", "eval", line])
            .any_stdout()
            .run()
            .stdout;
        assert!(within.len() > 3, "{name} answers nothing: {within:?}");
        Mw::new(["eval", line])
            .account(server.url())
            .stdout(&within)
            .run();
        assert!(
            succeeded(&server.calls(), name),
            "{name} was not called: {line}"
        );
    }
}

#[test]
fn an_api_key_opens_the_account_too() {
    let server = Server::start();
    Mw::new(["eval", "clouds().len()"])
        .env("OPENMETAL_API_URL", server.url())
        .env("OPENMETAL_API_KEY", "sim")
        .stdout("2\n")
        .run();
    // A key needs no token.
    let operations: Vec<String> = server.calls().into_iter().map(|it| it.operation).collect();
    assert_eq!(operations, ["clouds"]);
}
