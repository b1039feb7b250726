use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use serde_json::json;

use super::scripted::{Played, Stage, answer, answer_with, call_of};
use crate::client::{Client, Credentials, Function, Limits, Policy, Settings, Silent, Why};
use crate::clock::Clock;
use crate::error::exit;
use crate::record::Secret;

fn oauth() -> Credentials {
    Credentials::OAuth {
        client_id: "app".to_owned(),
        client_secret: Secret::new("app-secret"),
    }
}

const TOKEN: &str = "GET /v1/oauth2/token?grant_type=client_credentials";

fn token(name: &str) -> String {
    json!({"access_token": name, "expires_in": 1000, "token_type": "bearer"}).to_string()
}

/// An API that takes one token, hands out the next one after each request for it, and yields while
/// it works, so that callers overlap.
fn api(valid: &'static str, clock: Clock) -> (Client, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = asked.clone();
    let time = clock.clone();
    let transport = Function(move |request: http::Request<Bytes>| {
        let path = request.uri().path().to_owned();
        let shown = request.headers()["authorization"]
            .to_str()
            .unwrap()
            .to_owned();
        let count = {
            let mut noted = noted.lock().unwrap();
            noted.push(path.clone());
            noted.iter().filter(|path| path.ends_with("token")).count()
        };
        let time = time.clone();
        async move {
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            // In simulated time only one branch works at a time: to overlap, it must wait.
            if time.is_simulated() {
                time.sleep(TimeDelta::seconds(3)).await;
            }
            if path.ends_with("token") {
                assert!(shown.starts_with("Basic "));
                return answer(200, &token(&format!("token-{count}")));
            }
            let accepted = shown == format!("Bearer {valid}");
            if accepted {
                answer(200, "[]")
            } else {
                answer(401, "")
            }
        }
    });
    let client = Client::new(Settings {
        transport: Arc::new(transport),
        credentials: oauth(),
        clock,
        policy: Policy::default(),
        profile: "test".to_owned(),
    });
    (client, asked)
}

async fn fifty_calls(client: &Client, clock: &Clock) {
    let calls = (0..50).map(|_| {
        let (client, clock) = (client.clone(), clock.clone());
        tokio::spawn(async move {
            clock.enter().await;
            let (operation, arguments) = call_of("clouds", json!({}));
            let request = operation.request(&arguments).unwrap();
            let result = client
                .call(&request, &arguments, &Limits::default(), &Silent)
                .await;
            clock.leave();
            result.unwrap();
        })
    });
    let calls: Vec<_> = calls.collect();
    clock.leave();
    for call in calls {
        tokio::time::timeout(Duration::from_secs(20), call)
            .await
            .unwrap()
            .unwrap();
    }
}

/// A client that is an OAuth client, and what answers it.
fn by_client(script: Vec<Played>) -> Stage {
    Stage::with(script, oauth(), Policy::default())
}

#[tokio::test]
async fn fifty_callers_fetch_one_token() {
    for clock in [Clock::Real, Clock::simulated()] {
        let (client, asked) = api("token-1", clock.clone());
        fifty_calls(&client, &clock).await;
        let asked = asked.lock().unwrap();
        assert_eq!(
            asked.iter().filter(|path| path.ends_with("token")).count(),
            1,
            "{clock:?}"
        );
        assert_eq!(asked.len(), 51);
    }
}

#[tokio::test]
async fn fifty_callers_refused_together_fetch_one_new_token() {
    for clock in [Clock::Real, Clock::simulated()] {
        let (client, asked) = api("token-2", clock.clone());
        fifty_calls(&client, &clock).await;
        let asked = asked.lock().unwrap();
        assert_eq!(
            asked.iter().filter(|path| path.ends_with("token")).count(),
            2,
            "{clock:?}"
        );
    }
}

#[tokio::test]
async fn a_token_is_renewed_at_four_fifths_of_its_life() {
    let stage = by_client(vec![
        answer(200, &token("one")),
        answer(200, "[]"),
        answer(200, "[]"),
        answer(200, &token("two")),
        answer(200, "[]"),
    ]);
    let clouds = "GET /v1/clouds";
    stage.call("clouds", json!({})).await.unwrap();
    stage.clock.advance(TimeDelta::seconds(799));
    stage.call("clouds", json!({})).await.unwrap();
    stage.clock.advance(TimeDelta::seconds(1));
    stage.call("clouds", json!({})).await.unwrap();
    assert_eq!(stage.asked(), [TOKEN, clouds, clouds, TOKEN, clouds]);
    assert_eq!(
        stage.headers.lock().unwrap()[4]["authorization"],
        "Bearer two"
    );
}

#[tokio::test]
async fn an_early_renewal_that_fails_does_no_harm() {
    let stage = by_client(vec![
        answer(200, &token("one")),
        answer(200, "[]"),
        answer(503, ""),
        answer(200, "[]"),
    ]);
    stage.call("clouds", json!({})).await.unwrap();
    stage.clock.advance(TimeDelta::seconds(900));
    stage.call("clouds", json!({})).await.unwrap();
    assert_eq!(
        stage.headers.lock().unwrap()[3]["authorization"],
        "Bearer one"
    );
}

#[tokio::test]
async fn a_second_401_is_final() {
    let stage = by_client(vec![
        answer(200, &token("one")),
        answer(401, ""),
        answer(200, &token("two")),
        answer(401, ""),
    ]);
    let error = stage.call("clouds", json!({})).await.unwrap_err();
    assert_eq!(
        (error.status(), error.exit_code()),
        (Some(401), exit::CREDENTIALS)
    );
}

#[tokio::test]
async fn without_a_token_a_call_was_not_sent() {
    let stage = by_client(vec![
        answer(503, ""),
        answer(200, &token("one")),
        answer(200, "{}"),
    ]);
    let reboot = json!({"cloud": "c", "node": "n", "power_state": "rebooting"});
    let reply = stage.call("set_power", reboot).await.unwrap();
    assert_eq!(reply.attempts, 1);

    let stage = by_client(vec![answer(401, r#"{"error":"invalid_client"}"#)]);
    let error = stage.call("clouds", json!({})).await.unwrap_err();
    assert_eq!(error.exit_code(), exit::CREDENTIALS);
    assert!(error.to_string().contains("invalid_client"), "{error}");
}

#[tokio::test]
async fn a_token_endpoint_that_answers_badly_is_not_called_unreachable() {
    for (status, body, expected) in [
        (
            500,
            r#"{"message":"no database"}"#,
            "the API answered 500 Internal Server Error: no database",
        ),
        (404, "", "the API answered 404 Not Found"),
        (
            200,
            r#"{"access_token":null}"#,
            "the API's answer to the request for one holds none",
        ),
        (
            200,
            "[]",
            "the API's answer to the request for one holds none",
        ),
    ] {
        let answers = vec![answer(status, body); 3];
        let stage = Stage::with(answers, oauth(), Policy::default());
        let error = stage.call("clouds", json!({})).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("could not read clouds: no access token could be had: {expected}")
        );
        let hint = error.hint().unwrap_or_default();
        assert!(hint.starts_with("the OAuth client gets no token"), "{hint}");
        assert_eq!(
            (error.kind_name(), error.exit_code()),
            ("unavailable", exit::FAILED)
        );
        assert_eq!(stage.reasons(), [Why::NoToken, Why::NoToken]);
    }
}

#[tokio::test]
async fn the_wait_that_a_token_endpoint_asks_for_is_kept() {
    let limited = answer_with(429, ("retry-after", "30"), "");
    let stage = by_client(vec![limited, answer(200, &token("one")), answer(200, "[]")]);
    let before = stage.clock.now();
    stage.call("clouds", json!({})).await.unwrap();
    assert!(stage.clock.now() - before >= TimeDelta::seconds(30));
}

#[tokio::test]
async fn what_may_have_happened_is_not_forgotten_where_the_client_is_refused_after_it() {
    for status in [401, 403] {
        let answers = vec![
            answer(200, &token("one")),
            answer(503, ""),
            answer(401, ""),
            answer(status, ""),
        ];
        let stage = Stage::with(answers, oauth(), Policy::default());
        let call = stage.call("delete_vlan", json!({"vlan": "v"})).await;
        let error = call.unwrap_err();
        assert_eq!(error.exit_code(), exit::IN_DOUBT, "{error}");
        assert!(error.left_in_doubt().is_some(), "{error}");
    }
}

#[tokio::test]
async fn an_oauth_client_that_is_refused_otherwise_is_told_of_as_it_was() {
    let no = answer(403, r#"{"message":"it is switched off"}"#);
    let stage = Stage::with(vec![no], oauth(), Policy::default());
    let error = stage.call("clouds", json!({})).await.unwrap_err();
    assert_eq!(error.exit_code(), exit::CREDENTIALS);
    let said = "the API answered the OAuth client with 403 Forbidden: it is switched off";
    assert!(error.to_string().ends_with(said), "{error}");
}

#[tokio::test]
async fn the_token_operation_shows_the_pair() {
    let stage = Stage::with(vec![answer(200, &token("one"))], oauth(), Policy::default());
    stage.call("token", json!({})).await.unwrap();
    let headers = stage.headers.lock().unwrap();
    assert!(
        headers[0]["authorization"]
            .to_str()
            .unwrap()
            .starts_with("Basic ")
    );
}

/// As many callers as `count`, each from its own instant on, and how many token requests came to be.
async fn callers(count: i64, apart: TimeDelta, script: Vec<Played>) -> (usize, Vec<String>) {
    let stage = Arc::new(Stage::with(script, oauth(), Policy::default()));
    let clock = stage.clock.clone();
    let calls: Vec<_> = (0..count)
        .map(|number| {
            let (stage, clock) = (stage.clone(), clock.clone());
            tokio::spawn(async move {
                clock.enter().await;
                clock.sleep(apart * i32::try_from(number).unwrap()).await;
                let result = stage.call("clouds", json!({})).await;
                clock.leave();
                result.map(drop).map_err(|error| error.to_string())
            })
        })
        .collect();
    clock.leave();
    let mut errors = Vec::new();
    for call in calls {
        let call = tokio::time::timeout(Duration::from_secs(20), call);
        errors.extend(call.await.unwrap().unwrap().err());
    }
    let asked = stage.asked();
    let tokens = asked.iter().filter(|asked| *asked == TOKEN).count();
    (tokens, errors)
}

#[tokio::test]
async fn one_failed_request_for_a_token_fails_none_of_the_many_that_wait_for_it() {
    for refused in [
        answer_with(429, ("retry-after", "1"), ""),
        answer_with(503, ("retry-after", "1"), ""),
    ] {
        let mut script = vec![refused, answer(200, &token("one"))];
        script.extend((0..50).map(|_| answer(200, "[]")));
        let (tokens, errors) = callers(50, TimeDelta::zero(), script).await;
        assert_eq!((tokens, errors), (2, Vec::<String>::new()));
    }
}

#[tokio::test]
async fn a_token_endpoint_is_left_alone_for_as_long_as_it_asks_whoever_calls() {
    let mut script = vec![
        answer_with(429, ("retry-after", "6"), ""),
        answer(200, &token("one")),
    ];
    script.extend((0..5).map(|_| answer(200, "[]")));
    let (tokens, errors) = callers(5, TimeDelta::seconds(1), script).await;
    assert_eq!((tokens, errors), (2, Vec::<String>::new()));

    // A renewal is refused for longer than the old token lasts.
    let stage = by_client(vec![
        answer(200, &token("one")),
        answer(200, "[]"),
        answer_with(429, ("retry-after", "3600"), ""),
        answer(200, "[]"),
        answer(200, "[]"),
    ]);
    stage.call("clouds", json!({})).await.unwrap();
    stage.clock.advance(TimeDelta::seconds(900));
    stage.call("clouds", json!({})).await.unwrap();
    stage.call("clouds", json!({})).await.unwrap();
    stage.clock.advance(TimeDelta::seconds(200));
    let error = stage.call("clouds", json!({})).await.unwrap_err();
    let asks = "the API asks to wait until";
    assert!(error.hint().unwrap().starts_with(asks), "{error:?}");
}

#[tokio::test]
async fn a_token_endpoint_that_asks_to_slow_down_is_waited_for_like_the_api() {
    let limited = answer_with(429, ("retry-after", "1"), "");
    let mut script = vec![limited; 7];
    script.extend([answer(200, &token("one")), answer(200, "[]")]);
    let stage = Stage::with(script, oauth(), Policy::default());
    stage.call("clouds", json!({})).await.unwrap();
    assert_eq!(stage.reasons(), [Why::Limited; 7]);

    let impatient = Policy {
        wait_when_limited: false,
        ..Policy::default()
    };
    let stage = Stage::with(vec![answer(429, "")], oauth(), impatient);
    stage.call("clouds", json!({})).await.unwrap_err();
}

#[tokio::test]
async fn what_cannot_stand_in_a_header_is_no_token() {
    for unusable in ["ab\ncdefgh", "   ", "\n"] {
        let stage = Stage::with(
            vec![answer(200, &token(unusable)); 3],
            oauth(),
            Policy::default(),
        );
        let error = stage.call("clouds", json!({})).await.unwrap_err();
        let said = "the API's answer to the request for one holds none";
        assert!(error.to_string().ends_with(said), "{unusable:?}: {error}");
    }
    let answers = vec![answer(200, &token(" one\n")), answer(200, "[]")];
    let stage = Stage::with(answers, oauth(), Policy::default());
    stage.call("clouds", json!({})).await.unwrap();
    assert_eq!(
        stage.headers.lock().unwrap()[1]["authorization"],
        "Bearer one"
    );
}
