//! The same answers every time, everywhere, to anything.

use super::*;

fn transcript(simulator: &Simulator) -> Vec<u8> {
    let mut bytes = Vec::new();
    for operation in operations() {
        let (path, body) = good(simulator, operation.name);
        let method = operation.method.as_str();
        let response = call_as(simulator, "Bearer sim", method, &path, body.as_ref());
        bytes.extend_from_slice(response.status().as_str().as_bytes());
        bytes.extend_from_slice(response.body());
        pass(simulator, TimeDelta::minutes(7));
        let reset = call_as(simulator, "", "POST", "/_sim/reset", None);
        assert_eq!(reset.status(), 200);
    }
    bytes
}

#[test]
fn one_seed_gives_one_transcript() {
    assert_eq!(transcript(&simulator()), transcript(&simulator()));
    let other = Simulator::new(Settings {
        seed: 8,
        clock: Clock::simulated(),
        model: Model::starting(),
        faults: Vec::new(),
        exchanges: None,
    });
    assert_ne!(transcript(&simulator()), transcript(&other));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_it_fail(
        body in proptest::collection::vec(any::<u8>(), 0..200),
        tail in "[!-~]{0,40}",
    ) {
        let simulator = simulator();
        for operation in operations() {
            let prefix = operation.path.split('{').next().unwrap();
            for path in [operation.path.replace(['{', '}'], ""), format!("{prefix}{tail}")] {
                let request = Request::builder()
                    .method(operation.method.as_str())
                    .uri(&path)
                    .header("authorization", "Bearer sim")
                    .body(Bytes::from(body.clone()));
                let Ok(request) = request else { continue };
                prop_assert!(simulator.respond(request).status().as_u16() < 500);
            }
        }
    }
}

#[tokio::test]
async fn the_server_answers_as_the_simulator_does() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = tokio::spawn(server::serve(listener, Arc::new(simulator()), async {
        let _ = stopped.await;
    }));
    // Already installed where another test came first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let embedded = simulator();
    for path in [
        "/v1/clouds",
        "/v1/vlans",
        "/v1/nothing",
        "/v2/inventory/locations",
    ] {
        let request = client
            .get(format!("http://{address}{path}"))
            .bearer_auth("sim");
        let response = request.send().await.unwrap();
        let wanted = call_as(&embedded, "Bearer sim", "GET", path, None);
        assert_eq!(response.status().as_u16(), wanted.status().as_u16());
        assert_eq!(&response.bytes().await.unwrap(), wanted.body());
    }
    let large = client
        .post(format!("http://{address}/v1/vlans"))
        .body(vec![b' '; 2_000_000]);
    assert_eq!(large.send().await.unwrap().status(), 413);
    drop(client);
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
}
