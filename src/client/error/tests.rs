use serde_json::json;

use super::*;

fn operation(name: &str) -> &'static Operation {
    api::operation(name).unwrap()
}

fn refused(name: &str, arguments: &Arguments, status: u16) -> CallError {
    let problem = Problem::default();
    CallError::new(
        operation(name),
        arguments,
        1,
        Cause::Refused {
            status,
            problem,
            note: None,
        },
    )
}

#[test]
fn sentences_name_the_act_and_its_target() {
    let node = Arguments::new().with("cloud", "c").with("node", "n");
    let cloud = Arguments::new().with("cloud", "c");
    let vlan = Arguments::new().with("cloud", "c").with("vlan", "v");
    let order = Arguments::new().with("body", json!({"label": "Second \u{1b}[2J cloud"}));
    for (name, arguments, expected) in [
        (
            "clouds",
            Arguments::new(),
            "could not read clouds: 404 Not Found",
        ),
        (
            "cloud",
            cloud.clone(),
            "could not read cloud c: 404 Not Found",
        ),
        (
            "cloud_stats",
            cloud.clone(),
            "could not read cloud stats of cloud c: 404 Not Found",
        ),
        (
            "delete_cloud",
            cloud,
            "could not delete cloud c: 404 Not Found",
        ),
        (
            "set_power",
            node.clone(),
            "could not set power of node n of cloud c: 404 Not Found",
        ),
        (
            "console",
            node,
            "could not open console of node n of cloud c: 404 Not Found",
        ),
        (
            "assign_vlan",
            vlan,
            "could not assign vlan v of cloud c: 404 Not Found",
        ),
        (
            "place_order",
            order,
            "could not place order \"Second [2J cloud\": 404 Not Found",
        ),
    ] {
        assert_eq!(refused(name, &arguments, 404).to_string(), expected);
    }
    let strange = refused("clouds", &Arguments::new(), 599).to_string();
    assert_eq!(strange, "could not read clouds: status 599");
}

#[test]
fn every_kind_has_its_exit_code() {
    for (cause, kind, code) in [
        (
            Cause::Unreachable(String::new()),
            "unreachable",
            exit::FAILED,
        ),
        (Cause::TimedOut(String::new()), "timed_out", exit::TIMED_OUT),
        (Cause::Cancelled, "cancelled", exit::INTERRUPTED),
        (Cause::InDoubt(String::new()), "in_doubt", exit::IN_DOUBT),
        (Cause::BadAnswer(String::new()), "bad_answer", exit::FAILED),
        (Cause::Argument(String::new()), "argument", exit::FAILED),
        (
            Cause::NotPermitted(String::new()),
            "not_permitted",
            exit::NOT_PERMITTED,
        ),
        (
            Cause::NoCredentials(String::new()),
            "no_credentials",
            exit::CREDENTIALS,
        ),
        (Cause::Setup(String::new()), "setup", exit::USAGE),
    ] {
        let error = CallError::new(operation("clouds"), &Arguments::new(), 1, cause);
        assert_eq!((error.kind_name(), error.exit_code()), (kind, code));
        assert_eq!(error.status(), None);
    }
    for (status, kind, code) in [
        (302, "refused", exit::FAILED),
        (400, "refused", exit::FAILED),
        (401, "unauthorized", exit::CREDENTIALS),
        (403, "refused", exit::FAILED),
        (404, "not_found", exit::FAILED),
        (409, "refused", exit::FAILED),
        (429, "unavailable", exit::FAILED),
        (500, "unavailable", exit::FAILED),
        (501, "refused", exit::FAILED),
        (503, "unavailable", exit::FAILED),
    ] {
        let error = refused("clouds", &Arguments::new(), status);
        assert_eq!(
            (error.kind_name(), error.exit_code()),
            (kind, code),
            "{status}"
        );
        assert_eq!(error.status(), Some(status));
    }
}

#[test]
fn what_may_have_happened_matters_more_than_that_time_ran_out() {
    let cause = Cause::TimedOut("the deadline passed".to_owned());
    let error = CallError::new(operation("set_power"), &Arguments::new(), 1, cause)
        .with_doubt(Some("it may have been carried out".to_owned()));
    assert_eq!(
        (error.kind_name(), error.exit_code()),
        ("timed_out", exit::IN_DOUBT)
    );
    assert_eq!(
        error.told(),
        "could not set power: the deadline passed: it may have been carried out"
    );
    let hint = error.hint().unwrap();
    assert!(hint.starts_with("look at the account before"), "{hint}");
}

#[test]
fn the_hint_is_about_what_stands_in_the_way() {
    for (why, expected) in [
        (
            "certificate expired: verification time 9 (UNIX), but",
            "its certificate has expired",
        ),
        (
            "invalid peer certificate: Expired",
            "its certificate has expired",
        ),
        (
            "certificate not valid yet: verification",
            "its certificate is not valid yet",
        ),
        (
            "certificate not valid for name \"api.test\"; certificate is",
            "its certificate is for another name",
        ),
        (
            "invalid peer certificate: UnknownIssuer",
            "give the authority",
        ),
        (
            "the proxy that HTTPS_PROXY names (p:1) cannot be used",
            "check the proxy",
        ),
        (
            "turned the request away (HTTP/2 REFUSED_STREAM)",
            "the API has too much to do",
        ),
        ("Connection refused", "check the address"),
    ] {
        let cause = Cause::Unreachable(format!("cannot connect to api.test: {why}"));
        let error = CallError::new(operation("clouds"), &Arguments::new(), 1, cause);
        assert!(error.hint().unwrap().starts_with(expected), "{error:?}");
    }
    let error = refused("clouds", &Arguments::new(), 407);
    assert!(
        error.hint().unwrap().starts_with("it is a proxy"),
        "{error:?}"
    );
}

#[test]
fn hints_name_the_call_that_shows_what_exists() {
    let cloud = ", and cloud(\"…\") finds one by its label";
    let vlan = ", and vlan(\"…\") finds one by its label";
    let either = ", and vlan(\"…\") or ip_block(\"…\") finds one by its label";
    for (name, expected, finder) in [
        ("cloud", "clouds()", ""),
        ("cloud_stats", "clouds()", cloud),
        ("delete_vlan", "vlans()", vlan),
        ("assign_prefix", "vlans() or ip_blocks()", either),
        ("set_power", "clouds() or cloud_stats(cloud)", cloud),
        ("update_member", "profile() or members(organization)", ""),
        ("availability", "locations()", ""),
    ] {
        let error = refused(name, &Arguments::new(), 404);
        let expected = format!("there is no such id: {expected} shows what exists{finder}");
        assert_eq!(error.hint(), Some(expected.as_str()), "{name}");
    }
    assert_eq!(refused("clouds", &Arguments::new(), 404).hint(), None);
    for status in [301, 400, 401, 402, 403, 409, 413, 422, 429, 500, 501, 503] {
        assert!(
            refused("set_power", &Arguments::new(), status)
                .hint()
                .is_some(),
            "{status}"
        );
    }
}
