use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::scripted::{
    POWER, Stage, answer, answer_with, call_of, lost, made_vlan, new_vlan, power_off, reboot, stats,
};
use crate::client::{
    Client, Credentials, Function, Limits, Observer, Policy, Settings, Silent, Waiting, Why,
};
use crate::clock::{Clock, simulated_start};
use crate::error::exit;
use crate::operation::Operation;
use crate::record::Secret;

#[tokio::test]
async fn a_reboot_without_answer_is_sent_once_and_left_in_doubt() {
    for cut in [lost(), answer(502, "<title>Bad Gateway</title>")] {
        let stage = Stage::new(vec![cut, answer(200, &stats("rebooting"))]);
        let error = stage.call("set_power", reboot()).await.unwrap_err();
        assert_eq!(
            (error.kind_name(), error.exit_code()),
            ("in_doubt", exit::IN_DOUBT)
        );
        assert!(error.to_string().contains("rebooting"), "{error}");
        assert!(error.left_in_doubt().unwrap().contains("node n of cloud c"));
        assert_eq!(stage.asked(), [POWER, "GET /v1/clouds/c/stats"]);
    }
}

#[tokio::test]
async fn a_lock_after_a_doubtful_reboot_is_taken_for_its_own() {
    let locked = || {
        answer(
            409,
            r#"{"status":409,"name":"Conflict","message":"node locked"}"#,
        )
    };
    let stage = Stage::new(vec![
        lost(),
        answer(200, &stats("power on")),
        locked(),
        answer(200, &stats("rebooting")),
    ]);
    stage.call("set_power", reboot()).await.unwrap_err();
    let error = stage.call("set_power", reboot()).await.unwrap_err();
    assert_eq!(error.kind_name(), "in_doubt");
    assert!(error.to_string().contains("node locked"), "{error}");
    assert_eq!(
        stage.asked().iter().filter(|asked| *asked == POWER).count(),
        2
    );
}

#[tokio::test]
async fn a_level_is_read_back_before_it_is_set_again() {
    let stage = Stage::new(vec![lost(), answer(200, &stats("power off"))]);
    let reply = stage.call("set_power", power_off()).await.unwrap();
    assert!(reply.adopted);
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(body["power_state"], "power off");

    let stage = Stage::new(vec![
        lost(),
        answer(200, &stats("power on")),
        answer(200, "{}"),
    ]);
    let reply = stage.call("set_power", power_off()).await.unwrap();
    assert_eq!((reply.adopted, reply.attempts), (false, 2));
    assert_eq!(stage.asked(), [POWER, "GET /v1/clouds/c/stats", POWER]);
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_adopted() {
    let list = json!([
        made_vlan("old", "2026-01-15T07:00:00Z"),
        made_vlan("new", "2026-01-15T08:00:00Z")
    ]);
    let stage = Stage::new(vec![lost(), answer(200, &list.to_string())]);
    let reply = stage.call("create_vlan", new_vlan()).await.unwrap();
    assert!(reply.adopted);
    assert_eq!(
        serde_json::from_slice::<Value>(&reply.body).unwrap()["id"],
        "new"
    );
    assert_eq!(stage.asked(), ["POST /v1/vlans", "GET /v1/vlans"]);
}

#[tokio::test]
async fn the_server_clock_decides_what_is_ours() {
    // The server's clock is two hours ahead: what it made at 09:30 was there before our call.
    let date = ("date", "Thu, 15 Jan 2026 10:00:00 GMT");
    let list = json!([made_vlan("old", "2026-01-15T09:30:00Z")]).to_string();
    let looks = || answer_with(200, date, &list);
    let stage = Stage::new(vec![lost(), looks(), looks(), looks()]);
    assert_eq!(
        stage
            .call("create_vlan", new_vlan())
            .await
            .unwrap_err()
            .kind_name(),
        "in_doubt"
    );

    let list = json!([made_vlan("new", "2026-01-15T10:00:00Z")]).to_string();
    let stage = Stage::new(vec![lost(), answer_with(200, date, &list)]);
    assert!(stage.call("create_vlan", new_vlan()).await.unwrap().adopted);
}

#[tokio::test]
async fn a_creation_that_is_not_found_is_in_doubt_and_not_repeated() {
    let stage = Stage::new(vec![
        answer(503, ""),
        answer(200, "[]"),
        answer(200, "[]"),
        answer(200, "[]"),
    ]);
    let error = stage.call("create_vlan", new_vlan()).await.unwrap_err();
    assert_eq!(error.exit_code(), exit::IN_DOUBT);
    assert_eq!(error.target, "\"lab\"");
    assert_eq!(
        stage
            .asked()
            .iter()
            .filter(|asked| asked.starts_with("POST"))
            .count(),
        1
    );
    assert_eq!(stage.reasons(), [Why::Reading, Why::Reading]);
}

#[tokio::test]
async fn what_another_call_created_is_not_adopted() {
    let theirs = made_vlan("theirs", "2026-01-15T08:00:00Z").to_string();
    let list = format!("[{theirs}]");
    let looks = || answer(200, &list);
    let stage = Stage::new(vec![
        answer(201, &theirs),
        lost(),
        looks(),
        looks(),
        looks(),
    ]);
    stage.call("create_vlan", new_vlan()).await.unwrap();
    assert_eq!(
        stage
            .call("create_vlan", new_vlan())
            .await
            .unwrap_err()
            .kind_name(),
        "in_doubt"
    );
}

#[tokio::test]
async fn gone_after_our_own_unknown_delete_is_success_and_at_first_an_error() {
    let vlan = json!({"vlan": "v"});
    let stage = Stage::new(vec![lost(), answer(404, "")]);
    let reply = stage.call("delete_vlan", vlan.clone()).await.unwrap();
    assert!(reply.adopted && reply.body.is_empty());

    let stage = Stage::new(vec![answer(404, "")]);
    let error = stage.call("delete_vlan", vlan.clone()).await.unwrap_err();
    assert_eq!(error.kind_name(), "not_found");
    assert!(
        error.hint().unwrap().contains("vlans()"),
        "{:?}",
        error.hint()
    );

    // A refusal after our own unknown attempt is looked into.
    let stage = Stage::new(vec![lost(), answer(403, ""), answer(200, r#"{"id":"v"}"#)]);
    assert_eq!(
        stage.call("delete_vlan", vlan).await.unwrap_err().status(),
        Some(403)
    );
}

#[tokio::test]
async fn what_does_not_know_the_api_does_not_say_that_something_is_gone() {
    const VLAN: &str = r#"{"id":"v"}"#;
    for foreign in [
        "<html><title>404 Not Found</title></html>",
        "<html><body>404</body></html>",
        "default backend - 404",
        r#"{"message":"no Route matched with those values"}"#,
    ] {
        let vlan = json!({"vlan": "v"});
        // It was not the API that the second one reached: the third one is refused, and it is there.
        let stage = Stage::new(vec![
            lost(),
            answer(404, foreign),
            answer(403, ""),
            answer(200, VLAN),
        ]);
        let error = stage.call("delete_vlan", vlan.clone()).await.unwrap_err();
        assert_eq!(error.status(), Some(403), "{foreign}");
        // Nor does it tell that to whoever reads back.
        let stage = Stage::new(vec![lost(), lost(), lost(), answer(404, foreign)]);
        let error = stage.call("delete_vlan", vlan.clone()).await.unwrap_err();
        assert_eq!(error.kind_name(), "in_doubt", "{foreign}");
        // As the first answer it is a refusal like any.
        let stage = Stage::new(vec![answer(404, foreign)]);
        let error = stage.call("delete_vlan", vlan).await.unwrap_err();
        assert_eq!(error.kind_name(), "not_found", "{foreign}");
    }
}

#[tokio::test]
async fn where_the_whole_is_not_found_nothing_is_known_of_its_part() {
    let gone = r#"{"errors":[{"name":"NotFound","message":"stats are not available"}]}"#;
    let stage = Stage::new(vec![lost(), lost(), lost(), answer(404, gone)]);
    let call = json!({"cloud": "c", "node": "n"});
    let error = stage.call("remove_node", call).await.unwrap_err();
    assert_eq!(error.kind_name(), "in_doubt", "{error}");
}

#[tokio::test]
async fn what_claims_to_come_from_later_is_nobodys() {
    // Of a server whose clock is not told, or told wrongly.
    let list = json!([made_vlan("old", "2026-01-15T09:30:00Z")]).to_string();
    for date in [None, Some("Thu, 01 Jan 1970 00:00:00 GMT")] {
        let looks = || match date {
            Some(date) => answer_with(200, ("date", date), &list),
            None => answer(200, &list),
        };
        let stage = Stage::new(vec![lost(), looks(), looks(), looks()]);
        let error = stage.call("create_vlan", new_vlan()).await.unwrap_err();
        assert_eq!(error.kind_name(), "in_doubt", "{date:?}");
    }
}

#[tokio::test]
async fn a_console_is_not_looked_for_where_nothing_shows_it() {
    let stage = Stage::new(vec![lost()]);
    let call = json!({"cloud": "c", "node": "n"});
    let limits = Limits {
        watch: true,
        ..Limits::default()
    };
    let error = stage
        .call_within("console", call, &limits)
        .await
        .unwrap_err();
    assert_eq!(error.kind_name(), "in_doubt");
    assert_eq!(stage.clock.now(), simulated_start());
}

#[tokio::test]
async fn a_node_that_is_gone_answers_with_what_is_left() {
    let left = r#"{"nodes":[{"uuid":"other"}]}"#;
    let stage = Stage::new(vec![lost(), answer(404, ""), answer(200, left)]);
    let reply = stage
        .call("remove_node", json!({"cloud": "c", "node": "n"}))
        .await
        .unwrap();
    assert_eq!(reply.body, left);
}

#[tokio::test]
async fn a_link_that_is_so_already_is_success() {
    let vlan = json!({"id": "v", "fields": {"cloud_id": "c"}}).to_string();
    let stage = Stage::new(vec![answer(504, ""), answer(200, &vlan)]);
    let call = json!({"cloud": "c", "vlan": "v"});
    let reply = stage.call("assign_vlan", call).await.unwrap();
    assert!(reply.adopted);
    assert_eq!(reply.body, vlan);
}

#[tokio::test]
async fn a_cancelled_wait_ends_at_once_and_says_what_is_in_doubt() {
    let cancel = CancellationToken::new();
    let limits = Limits {
        deadline: None,
        cancel: cancel.clone(),
        watch: false,
    };
    cancel.cancel();
    let stage = Stage::new(vec![]);
    let error = stage
        .call_within("clouds", json!({}), &limits)
        .await
        .unwrap_err();
    assert!(error.is_cancelled());
    assert_eq!(
        (error.exit_code(), error.left_in_doubt()),
        (exit::INTERRUPTED, None)
    );
    assert!(stage.asked().is_empty());
}

/// Cancels the call as soon as it waits.
struct Impatient(CancellationToken);

impl Observer for Impatient {
    fn waiting(&self, _: &'static Operation, _: &str, _: Waiting) {
        self.0.cancel();
    }
}

#[tokio::test]
async fn a_call_cancelled_while_it_waits_says_what_it_left() {
    for (name, given, script, is_in_doubt) in [
        (
            "create_vlan",
            new_vlan(),
            vec![lost(), answer(200, "[]")],
            true,
        ),
        ("set_power", reboot(), vec![answer(409, "")], false),
        ("clouds", json!({}), vec![answer(503, "")], false),
    ] {
        let stage = Stage::new(script);
        let impatient = Impatient(CancellationToken::new());
        let limits = Limits {
            deadline: None,
            cancel: impatient.0.clone(),
            watch: false,
        };
        let (operation, arguments) = call_of(name, given);
        let request = operation.request(&arguments).unwrap();
        let error = stage
            .client
            .call(&request, &arguments, &limits, &impatient)
            .await
            .unwrap_err();
        assert!(error.is_cancelled());
        assert_eq!(
            error.left_in_doubt().is_some(),
            is_in_doubt,
            "{name}: {error}"
        );
        assert_eq!(stage.clock.now(), simulated_start());
    }
}

#[tokio::test]
async fn two_creations_alike_never_adopt_the_same_one() {
    let list = format!("[{}]", made_vlan("one", "2026-01-15T08:00:00Z"));
    let looks = || answer(200, &list);
    let stage = Stage::new(vec![lost(), looks(), lost(), looks(), looks(), looks()]);
    assert!(stage.call("create_vlan", new_vlan()).await.unwrap().adopted);
    assert_eq!(
        stage
            .call("create_vlan", new_vlan())
            .await
            .unwrap_err()
            .kind_name(),
        "in_doubt"
    );
}

#[tokio::test]
async fn what_was_there_before_the_request_left_is_not_adopted() {
    let at = |seconds: i64| {
        let at = simulated_start() + chrono::TimeDelta::seconds(seconds);
        answer(200, &json!([made_vlan("v", &at.to_rfc3339())]).to_string())
    };
    let limited = || answer_with(429, ("retry-after", "60"), "");
    // Somebody made one like it while we waited for our turn.
    let stage = Stage::new(vec![limited(), lost(), at(30), at(30), at(30)]);
    let error = stage.call("create_vlan", new_vlan()).await.unwrap_err();
    assert_eq!(error.kind_name(), "in_doubt");

    let stage = Stage::new(vec![limited(), lost(), at(61)]);
    assert!(stage.call("create_vlan", new_vlan()).await.unwrap().adopted);
}

#[tokio::test]
async fn our_own_is_told_from_what_another_call_created() {
    let theirs = made_vlan("theirs", "2026-01-15T08:00:00Z");
    let ours = made_vlan("ours", "2026-01-15T08:00:00Z");
    let list = json!([theirs, ours]).to_string();
    let stage = Stage::new(vec![
        answer(201, &theirs.to_string()),
        lost(),
        answer(200, &list),
    ]);
    stage.call("create_vlan", new_vlan()).await.unwrap();
    let reply = stage.call("create_vlan", new_vlan()).await.unwrap();
    assert!(reply.adopted);
    assert_eq!(
        serde_json::from_slice::<Value>(&reply.body).unwrap()["id"],
        "ours"
    );
}

#[tokio::test]
async fn of_two_alike_under_way_together_neither_adopts() {
    let list = json!([made_vlan("one", "2026-01-15T08:00:00Z")]).to_string();
    let transport = Function(move |request: http::Request<Bytes>| {
        let list = list.clone();
        async move {
            tokio::task::yield_now().await;
            if request.method() == http::Method::POST {
                lost()
            } else {
                answer(200, &list)
            }
        }
    });
    let client = Client::new(Settings {
        transport: Arc::new(transport),
        credentials: Credentials::ApiKey(Secret::new("key")),
        clock: Clock::simulated(),
        policy: Policy::default(),
        profile: "test".to_owned(),
    });
    let (operation, arguments) = call_of("create_vlan", new_vlan());
    let request = operation.request(&arguments).unwrap();
    let limits = Limits::default();
    let call = || client.call(&request, &arguments, &limits, &Silent);
    let (one, other) = tokio::join!(call(), call());
    assert_eq!(one.unwrap_err().kind_name(), "in_doubt");
    assert_eq!(other.unwrap_err().kind_name(), "in_doubt");
    // Alone again, a call adopts what is its own.
    assert!(call().await.unwrap().adopted);
}
