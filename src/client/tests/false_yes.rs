//! Answers with a good status that are no yes.

use serde_json::json;

use super::scripted::{
    POWER, Played, Stage, answer, answer_with, made_vlan, new_vlan, power_off, reboot, stats,
};
use crate::error::exit;

const LOGIN: &str = "<html><title>Log in</title></html>";
const ERRORS: &str = r#"{"errors":[{"name":"Conflict","message":"node busy"}]}"#;

fn page() -> Played {
    answer_with(200, ("content-type", "text/html"), LOGIN)
}

#[tokio::test]
async fn a_page_or_a_list_of_errors_is_no_reboot() {
    for no in [page(), answer(200, ERRORS), answer(200, "[]")] {
        let stage = Stage::new(vec![no, answer(200, &stats("power on"))]);
        let error = stage.call("set_power", reboot()).await.unwrap_err();
        assert_eq!(
            (error.kind_name(), error.exit_code()),
            ("in_doubt", exit::IN_DOUBT)
        );
        assert_eq!(stage.asked(), [POWER, "GET /v1/clouds/c/stats"]);
    }
}

#[tokio::test]
async fn a_reboot_accepted_without_words_is_accepted() {
    for yes in ["", "{}"] {
        let stage = Stage::new(vec![answer(200, yes)]);
        stage.call("set_power", reboot()).await.unwrap();
        assert_eq!(stage.asked(), [POWER]);
    }
}

#[tokio::test]
async fn an_error_with_a_good_status_is_neither_a_reboot_nor_a_deletion() {
    let there = || answer(200, &made_vlan("v", "2026-01-15T08:00:00Z").to_string());
    for no in [
        r#"{"status":409,"name":"Conflict","message":"node locked"}"#,
        r#"{"status":500,"message":"it failed","errors":[]}"#,
        r#"{"error":"locked"}"#,
        r#"{"error":true}"#,
        r#"{"success":false}"#,
        r#"{"status":"409","message":"node locked"}"#,
        r#"{"status":"error"}"#,
        r#"{"result":"failure","message":"locked"}"#,
        r#"{"errors":"node is locked"}"#,
        r#"{"errors":{"node":"locked"}}"#,
        r#"{"message":"it is in use"}"#,
        r#"{"status":null,"message":"it is in use"}"#,
        "Service temporarily down",
    ] {
        let stage = Stage::new(vec![answer(200, no), answer(200, &stats("power on"))]);
        let error = stage.call("set_power", reboot()).await.unwrap_err();
        assert_eq!(error.exit_code(), exit::IN_DOUBT, "{no}");
        let stage = Stage::new((0..3).map(|_| answer(200, no)).chain([there()]).collect());
        let call = stage.call("delete_vlan", json!({"vlan": "v"})).await;
        assert_eq!(call.unwrap_err().exit_code(), exit::IN_DOUBT, "{no}");
    }
    for no in ["\"error: nope\"", "false"] {
        let stage = Stage::new((0..3).map(|_| answer(200, no)).chain([there()]).collect());
        let call = stage.call("delete_vlan", json!({"vlan": "v"})).await;
        assert_eq!(call.unwrap_err().exit_code(), exit::IN_DOUBT, "{no}");
    }
    for yes in [
        "",
        "{}",
        "null",
        r#"{"status":"success","message":"deleted"}"#,
        r#"{"success":true,"message":"deleted"}"#,
        r#"{"message":null}"#,
    ] {
        let stage = Stage::new(vec![answer(200, yes)]);
        stage
            .call("delete_vlan", json!({"vlan": "v"}))
            .await
            .unwrap();
    }
    // Words alone may be either.
    let stage = Stage::new(vec![
        answer(200, r#"{"message":"deleted"}"#),
        answer(404, ""),
    ]);
    let call = stage.call("delete_vlan", json!({"vlan": "v"})).await;
    assert!(call.unwrap().adopted);
}

#[tokio::test]
async fn words_beside_a_yes_do_not_make_it_a_no() {
    for yes in [
        r#"{"power_state":"rebooting","node_uuid":"n","message":"Power state changed"}"#,
        r#"{"result":"success","power_state":"power on","node_uuid":"n"}"#,
    ] {
        let stage = Stage::new(vec![answer(200, yes)]);
        stage.call("set_power", reboot()).await.unwrap();
        assert_eq!(stage.asked(), [POWER]);
    }
}

#[tokio::test]
async fn an_answer_about_something_else_is_no_yes() {
    for other in [
        r#"{"result":"success","power_state":"power on","node_uuid":"n"}"#,
        r#"{"result":"success","power_state":"power off","node_uuid":"m"}"#,
    ] {
        let stage = Stage::new(vec![answer(200, other), answer(200, &stats("power off"))]);
        assert!(stage.call("set_power", power_off()).await.unwrap().adopted);
        assert_eq!(stage.asked(), [POWER, "GET /v1/clouds/c/stats"]);
    }
    let vlan = |id: &str| made_vlan(id, "2026-01-15T08:00:00Z").to_string();
    let list = format!("[{}]", vlan("new"));
    let stage = Stage::new(vec![answer(200, &vlan("")), answer(200, &list)]);
    assert!(stage.call("create_vlan", new_vlan()).await.unwrap().adopted);
    let change = json!({"vlan": "v", "body": {"label": made_vlan("v", "")["label"]}});
    let stage = Stage::new(vec![answer(200, &vlan("w")), answer(200, &vlan("v"))]);
    let reply = stage.call("update_vlan", change).await.unwrap();
    assert!(reply.adopted);
    assert_eq!(stage.asked(), ["PATCH /v1/vlans/v", "GET /v1/vlans/v"]);
}

#[tokio::test]
async fn what_is_shown_otherwise_than_it_was_sent_is_named_where_a_person_decides() {
    let (mut sent, mut shown) = (new_vlan(), made_vlan("new", "2026-01-15T08:00:00Z"));
    sent["body"]["description"] = "for the web".into();
    shown["description"] = "".into();
    let list = json!([shown]).to_string();
    let mut answers = vec![answer(200, "null")];
    answers.extend((0..3).map(|_| answer(200, &list)));
    let error = Stage::new(answers)
        .call("create_vlan", sent)
        .await
        .unwrap_err();
    assert_eq!(error.exit_code(), exit::IN_DOUBT, "{error}");
    let said =
        "new has its label and was created since, but its `description` is not what was sent";
    assert!(error.to_string().contains(said), "{error}");
}

#[tokio::test]
async fn a_page_sets_no_level() {
    let stage = Stage::new(vec![page(), answer(200, &stats("power off"))]);
    assert!(stage.call("set_power", power_off()).await.unwrap().adopted);
}

#[tokio::test]
async fn a_page_deletes_nothing() {
    let there = || answer(200, &made_vlan("v", "2026-01-15T08:00:00Z").to_string());
    let stage = Stage::new(vec![page(), page(), page(), there()]);
    let error = stage
        .call("delete_vlan", json!({"vlan": "v"}))
        .await
        .unwrap_err();
    assert_eq!(error.exit_code(), exit::IN_DOUBT, "{error}");
    assert!(error.to_string().contains("still there"), "{error}");
}

#[tokio::test]
async fn a_creation_answered_with_something_else_is_found_by_reading() {
    let list = json!([made_vlan("new", "2026-01-15T08:00:00Z")]).to_string();
    for strange in ["{}", "[]", "null", ERRORS] {
        let stage = Stage::new(vec![answer(200, strange), answer(200, &list)]);
        let reply = stage.call("create_vlan", new_vlan()).await.unwrap();
        assert!(reply.adopted, "{strange}");
        assert_eq!(stage.asked(), ["POST /v1/vlans", "GET /v1/vlans"]);
    }
}

#[tokio::test]
async fn a_creation_whose_answer_is_no_text_is_found_by_reading() {
    let list = json!([made_vlan("new", "2026-01-15T08:00:00Z")]).to_string();
    let mut garbled = made_vlan("new", "2026-01-15T08:00:00Z")
        .to_string()
        .into_bytes();
    garbled.splice(10..10, [0xff, 0xfe]);
    let no_text = answer(200, "").map(|whole| whole.map(|_| garbled.into()));
    let stage = Stage::new(vec![no_text, answer(200, &list)]);
    let reply = stage.call("create_vlan", new_vlan()).await.unwrap();
    assert!(reply.adopted);
}

#[tokio::test]
async fn a_creation_answered_with_neither_yes_nor_no_is_found_by_reading() {
    let list = json!([made_vlan("new", "2026-01-15T08:00:00Z")]).to_string();
    for status in [101, 302, 303, 304] {
        let elsewhere = answer_with(status, ("location", "/v1/vlans/new"), "");
        let stage = Stage::new(vec![elsewhere, answer(200, &list)]);
        assert!(stage.call("create_vlan", new_vlan()).await.unwrap().adopted);
    }
    let moved = answer_with(308, ("location", "https://elsewhere/"), "");
    let stage = Stage::new(vec![moved]);
    let error = stage.call("create_vlan", new_vlan()).await.unwrap_err();
    assert_eq!(error.status(), Some(308));
}
