//! What may have been carried out is not sent again, whatever the script around it does.

use std::sync::Mutex;
use std::sync::mpsc::channel;

use crate::stage::mw::Mw;
use crate::stage::played::{Act, Played};

const POWER: &str = "POST /v1/deployment/cloud/c/node/n/power";
const VLANS: &str = "POST /v1/vlans";
const CREATE: &str = r#"create_vlan(#{label: "lab", pod_location: "p", vlan_type: "internal"})"#;

fn eval(line: &str, server: &Played) -> Mw {
    Mw::new(["--yes", "eval", line])
        .env("OPENMETAL_API_URL", server.url())
        .env("OPENMETAL_API_KEY", "key")
        .any_stderr()
        .code(5)
}

#[test]
fn a_reboot_whose_answer_was_lost_within_retry() {
    let server = Played::serve(|request| match request {
        POWER => Act::Close,
        _ => Act::Say(
            200,
            r#"{"nodes":[{"uuid":"n","power_state":"power on"}]}"#.to_owned(),
        ),
    });
    let line = r#"retry(5, || set_power("c", "n", "rebooting"))"#;
    let done = eval(line, &server).run();
    assert_eq!(server.count(POWER), 1);
    assert!(
        done.stderr.contains("look at the account before"),
        "{}",
        done.stderr
    );
}

#[test]
fn a_creation_whose_answer_was_no_resource_within_retry() {
    // The list does not say how old it is, so that nothing is read twice.
    let listed = r#"[{"id": "v", "label": "lab", "fields": {}}]"#;
    let server = Played::serve(move |request| match request {
        VLANS => Act::Say(200, "[]".to_owned()),
        _ => Act::Say(200, listed.to_owned()),
    });
    eval(&format!("retry(5, || {CREATE})"), &server).run();
    assert_eq!(server.count(VLANS), 1);
}

#[test]
fn a_creation_in_doubt_in_the_cleanup_of_what_failed_within_retry() {
    let server = Played::serve(|request| match request {
        VLANS => Act::Close,
        POWER => Act::Say(400, r#"{"message": "no"}"#.to_owned()),
        _ => Act::Say(
            200,
            r#"[{"id": "v", "label": "lab", "fields": {}}]"#.to_owned(),
        ),
    });
    let line = format!(r#"retry(3, || ensure(|| set_power("c", "n", "power off"), || {CREATE}))"#);
    let done = eval(&line, &server).run();
    assert_eq!(server.count(VLANS), 1);
    assert!(done.stderr.contains("400 Bad Request"), "{}", done.stderr);
}

#[test]
fn a_creation_in_flight_when_another_branch_fails_within_retry() {
    let (arrived, arrives) = channel();
    let (arrives, never) = (Mutex::new(arrives), Mutex::new(channel::<()>()));
    let server = Played::serve(move |request| {
        if request == VLANS {
            arrived.send(()).unwrap();
            // Its sender lives as long as this does: there is no answer.
            let _ = never.lock().unwrap().1.recv();
            return Act::Close;
        }
        arrives.lock().unwrap().recv().unwrap();
        Act::Say(400, r#"{"message": "no"}"#.to_owned())
    });
    let line = format!(
        r#"retry(3, || parallel([1, 2], |i| if i == 1 {{
            set_power("c", "n", "power off")
        }} else {{
            {CREATE}
        }}))"#
    );
    let done = eval(&line, &server).run();
    assert_eq!((server.count(VLANS), server.count(POWER)), (1, 1));
    for said in [
        "`create vlan \"lab\"` was sent and may have been carried out",
        "400 Bad Request",
        "another branch left a call in doubt",
        "look at the account before",
    ] {
        assert!(done.stderr.contains(said), "{said}: {}", done.stderr);
    }
}
