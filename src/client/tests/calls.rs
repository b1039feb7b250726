use chrono::TimeDelta;
use serde_json::json;

use super::scripted::{Stage, answer, answer_with, lost, made_vlan, new_vlan, not_sent, reboot};
use crate::client::{Credentials, Limits, Policy, Why};
use crate::clock::simulated_start;
use crate::error::exit;
use crate::operation::Decoded;

#[tokio::test]
async fn a_read_survives_two_outages_and_no_third() {
    let stage = Stage::new(vec![answer(503, ""), lost(), answer(200, "[]")]);
    let reply = stage.call("clouds", json!({})).await.unwrap();
    assert_eq!(
        (reply.status, reply.attempts, reply.adopted),
        (200, 3, false)
    );
    assert_eq!(stage.reasons(), [Why::Unavailable, Why::Unavailable]);

    let stage = Stage::new(vec![answer(503, ""), answer(503, ""), answer(503, "down")]);
    let error = stage.call("clouds", json!({})).await.unwrap_err();
    assert_eq!(
        (error.kind_name(), error.status(), error.exit_code()),
        ("unavailable", Some(503), exit::FAILED)
    );
    assert_eq!(error.left_in_doubt(), None);
    assert_eq!(
        error.to_string(),
        "could not read clouds: 503 Service Unavailable: down; it was sent 3 times",
    );
}

#[tokio::test]
async fn retry_after_is_honoured_and_the_deadline_too() {
    let busy = || answer_with(429, ("retry-after", "120"), "");
    let stage = Stage::new(vec![busy(), answer(200, "[]")]);
    stage.call("clouds", json!({})).await.unwrap();
    assert!(stage.clock.now() - simulated_start() >= TimeDelta::seconds(120));

    let stage = Stage::new(vec![busy()]);
    let limits = Limits {
        deadline: Some(simulated_start() + TimeDelta::seconds(60)),
        ..Limits::default()
    };
    let error = stage
        .call_within("clouds", json!({}), &limits)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind_name(), error.exit_code()),
        ("timed_out", exit::TIMED_OUT)
    );
    assert_eq!(stage.clock.now(), simulated_start(), "it fails at once");
}

#[tokio::test]
async fn a_limit_of_years_is_not_waited_for_and_its_end_is_named() {
    for (asked, expected) in [
        ("Thu, 01 Jan 2099 00:00:00 GMT", "2099-01-01T00:00:00Z"),
        ("1000000000", "2057-09-23T09:46:40Z"),
    ] {
        let stage = Stage::new(vec![answer_with(429, ("retry-after", asked), "")]);
        let error = stage.call("clouds", json!({})).await.unwrap_err();
        assert_eq!(error.status(), Some(429));
        assert_eq!(stage.clock.now(), simulated_start(), "it fails at once");
        let hint = format!(
            "the API asks to wait until {expected}: try again then, with fewer calls at a time"
        );
        assert_eq!(error.hint(), Some(&*hint));
    }
}

#[tokio::test]
async fn a_limit_is_waited_for_by_mutating_calls_too_unless_told_otherwise() {
    let stage = Stage::new(vec![answer(429, ""), answer(200, "{}")]);
    assert_eq!(stage.call("set_power", reboot()).await.unwrap().attempts, 2);

    let policy = Policy {
        wait_when_limited: false,
        ..Policy::default()
    };
    let key = Credentials::ApiKey(crate::record::Secret::new("key"));
    let stage = Stage::with(vec![answer(429, "")], key, policy);
    assert_eq!(
        stage.call("clouds", json!({})).await.unwrap_err().status(),
        Some(429)
    );
}

#[tokio::test]
async fn a_locked_node_is_waited_for_and_not_forever() {
    let locked = || answer(409, r#"{"message":"node locked"}"#);
    let stage = Stage::new(vec![locked(), locked(), answer(200, "{}")]);
    assert_eq!(stage.call("set_power", reboot()).await.unwrap().attempts, 3);
    let waited = stage.clock.now() - simulated_start();
    assert!(
        waited >= TimeDelta::seconds(90) && waited < TimeDelta::seconds(92),
        "{waited}"
    );

    let stage = Stage::new((0..10).map(|_| locked()).collect());
    let error = stage.call("set_power", reboot()).await.unwrap_err();
    assert_eq!((error.status(), error.kind_name()), (Some(409), "refused"));
    assert!(stage.clock.now() - simulated_start() <= TimeDelta::minutes(15));
}

#[tokio::test]
async fn a_conflict_elsewhere_is_never_sent_again() {
    let stage = Stage::new(vec![answer(409, r#"{"message":"tracking"}"#)]);
    let error = stage
        .call("delete_ip_block", json!({"prefix": "p"}))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "could not delete ip block of prefix p: 409 Conflict: tracking"
    );
}

#[tokio::test]
async fn a_request_that_was_not_sent_is_sent_again_whatever_it_does() {
    let stage = Stage::new(vec![not_sent(), not_sent(), answer(200, "{}")]);
    assert_eq!(stage.call("set_power", reboot()).await.unwrap().attempts, 3);

    let stage = Stage::new(vec![not_sent(), not_sent(), not_sent()]);
    let error = stage.call("set_power", reboot()).await.unwrap_err();
    assert_eq!(
        (error.kind_name(), error.left_in_doubt()),
        ("unreachable", None)
    );
}

#[tokio::test]
async fn a_refused_key_is_an_error_about_credentials() {
    let stage = Stage::new(vec![answer(401, r#"{"message":"bad key key-0123456789"}"#)]);
    let error = stage.call("clouds", json!({})).await.unwrap_err();
    assert_eq!(
        (error.kind_name(), error.exit_code()),
        ("unauthorized", exit::CREDENTIALS)
    );
    assert!(error.to_string().contains("bad key <redacted>"), "{error}");
    assert!(error.hint().unwrap().contains("mw auth status"));
}

#[tokio::test]
async fn without_credentials_only_public_operations_are_sent() {
    let stage = Stage::with(
        vec![answer(200, "[]")],
        Credentials::None,
        Policy::default(),
    );
    let error = stage.call("clouds", json!({})).await.unwrap_err();
    assert_eq!(
        (error.kind_name(), error.exit_code()),
        ("no_credentials", exit::CREDENTIALS)
    );
    assert!(error.hint().unwrap().contains("--sim"));
    assert!(stage.asked().is_empty());
    stage.call("locations", json!({})).await.unwrap();
    assert!(!stage.headers.lock().unwrap()[0].contains_key("authorization"));
}

#[tokio::test]
async fn a_creation_whose_answer_is_broken_is_found_by_reading() {
    let list = json!([made_vlan("new", "2026-01-15T08:00:00Z")]).to_string();
    let stage = Stage::new(vec![answer(201, r#"{"id":"#), answer(200, &list)]);
    assert!(stage.call("create_vlan", new_vlan()).await.unwrap().adopted);
}

#[tokio::test]
async fn a_console_that_makes_no_sense_is_a_bad_answer() {
    let stage = Stage::new(vec![answer(200, "<html>")]);
    let call = json!({"cloud": "c", "node": "n"});
    let error = stage.call("console", call).await.unwrap_err();
    // A session may be open: another call would open a second one.
    assert_eq!(
        (error.kind_name(), error.exit_code()),
        ("bad_answer", exit::IN_DOUBT)
    );
}

#[tokio::test]
async fn an_outage_does_not_multiply_the_load() {
    let policy = Policy {
        reserve: 5,
        base: TimeDelta::zero(),
        ..Policy::default()
    };
    let key = Credentials::ApiKey(crate::record::Secret::new("key"));
    let stage = Stage::with((0..200).map(|_| answer(503, "")).collect(), key, policy);
    for _ in 0..50 {
        stage.call("clouds", json!({})).await.unwrap_err();
    }
    let sent = stage.asked().len();
    assert!((50..=61).contains(&sent), "{sent} requests for 50 calls");
}

#[tokio::test]
async fn redirects_are_refused() {
    let stage = Stage::new(vec![answer_with(
        302,
        ("location", "https://elsewhere/"),
        "",
    )]);
    let error = stage.call("clouds", json!({})).await.unwrap_err();
    assert_eq!(error.to_string(), "could not read clouds: 302 Found");
    assert!(error.hint().unwrap().contains("OPENMETAL_API_URL"));
}

#[tokio::test]
async fn a_read_is_asked_again_where_its_answer_ends_too_early_whatever_else_is_wrong_with_it() {
    let whole = r#"[{"id":"a","label":"é"}]"#;
    for cut in [
        "[",
        r#"[{"id":"a""#,
        // What came is of the wrong form besides.
        r#"[{"id":7},{"i"#,
        r#"{"errors":[{"#,
    ] {
        let stage = Stage::new(vec![answer(200, cut), answer(200, whole)]);
        let reply = stage.call("clouds", json!({})).await.unwrap();
        assert_eq!(reply.attempts, 2, "{cut}");
    }
    // Nothing, no JSON, and JSON of another form are whole: to ask again would bring the same.
    for odd in ["", "<html>", r#"{"id":"a"}"#, r#"[{"id":7}]"#] {
        let stage = Stage::new(vec![answer(200, odd)]);
        let reply = stage.call("clouds", json!({})).await.unwrap();
        assert_eq!(reply.attempts, 1, "{odd}");
        assert!(reply.read.is_none(), "{odd}");
    }
}

#[tokio::test]
async fn what_was_read_of_an_answer_is_handed_on_and_nothing_of_one_that_changes_something() {
    let stage = Stage::new(vec![answer(200, r#"[{"id":"a"},{"id":"b"}]"#)]);
    let reply = stage.call("clouds", json!({})).await.unwrap();
    assert!(matches!(reply.read, Some(Decoded::Many(clouds)) if clouds.len() == 2));

    let stage = Stage::new(vec![answer(200, "{}")]);
    let reply = stage.call("set_power", reboot()).await.unwrap();
    assert!(reply.read.is_none());
}
