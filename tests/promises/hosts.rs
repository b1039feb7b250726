//! What scripts ask of hosts elsewhere.

use super::powers::eval;
use crate::stage::mw::Mw;
use crate::stage::server::Server;
use crate::stage::site::{Reply, Site};

#[test]
fn redirects_lead_to_granted_hosts_only() {
    let there = Site::new();
    let to = format!("{}/there", there.url());
    let here = Site::answering(move |_| Reply::to(&to));
    let line = format!(
        r#"http_get("{}/a", #{{headers: #{{Authorization: "Bearer x"}}}}).json()"#,
        here.url()
    );
    let granted = |site: &Site| format!("net:127.0.0.1:{}", site.port());
    let done = eval(&[&granted(&here)], &line).code(4).run();
    assert!(done.stderr.contains(&granted(&there)), "{}", done.stderr);
    assert!(there.requests().is_empty());
    eval(&[&granted(&here), &granted(&there)], &line)
        .any_stdout()
        .run();
    let sent = there.requests();
    assert_eq!(sent[0].line, "GET /there");
    // What was meant for one host is nobody else's.
    assert_eq!(sent[0].header("authorization"), None);
    assert_eq!(here.requests()[1].header("authorization"), Some("Bearer x"));
}

#[test]
fn a_request_says_what_the_script_gave() {
    let site = Site::new();
    let line = format!(
        r#"let r = http_post("{}/hook?a=1", #{{text: "up", n: 2}}, #{{
            headers: #{{"X-Team": "ops"}}, query: #{{b: "x y"}}
        }}); r.json().ok"#,
        site.url()
    );
    eval(&["net:127.0.0.1"], &line).stdout("true\n").run();
    let sent = &site.requests()[0];
    assert_eq!(sent.line, "POST /hook?a=1&b=x+y");
    assert_eq!(sent.body, r#"{"n":2,"text":"up"}"#);
    assert_eq!(sent.header("content-type"), Some("application/json"));
    assert_eq!(sent.header("x-team"), Some("ops"));
}

#[test]
fn a_status_that_says_no_is_an_error_unless_it_is_wanted() {
    let site = Site::answering(|_| Reply::Says(503, String::new(), "come back later".to_owned()));
    let url = site.url();
    let done = eval(&["net:127.0.0.1"], &format!("http_get({url:?})"))
        .code(1)
        .run();
    assert!(done.stderr.contains("503"), "{}", done.stderr);
    assert!(done.stderr.contains("come back later"), "{}", done.stderr);
    let line = format!("attempt(|| http_get({url:?})).error.status");
    eval(&["net:127.0.0.1"], &line).stdout("503\n").run();
    let line = format!("http_get({url:?}, #{{raise: false}}).status");
    eval(&["net:127.0.0.1"], &line).stdout("503\n").run();
}

#[test]
fn a_post_without_an_answer_is_in_doubt_and_not_sent_again() {
    let site = Site::answering(|_| Reply::Cut);
    let line = format!("http_post({:?}, \"x\")", site.url());
    let done = eval(&["net:127.0.0.1"], &line).code(5).run();
    assert!(
        done.stderr.contains("may have been carried out") || done.stderr.contains("look there"),
        "{}",
        done.stderr
    );
    assert_eq!(site.requests().len(), 1);
}

#[test]
fn ctrl_c_ends_a_request_that_is_never_answered() {
    let site = Site::answering(|_| Reply::Silence);
    for line in [
        format!("http_get({:?})", site.url()),
        format!("http_post({:?}, \"x\")", site.url()),
    ] {
        let process = eval(&["net:127.0.0.1"], &line).start();
        site.waits();
        process.signal("INT");
        let ended = process.end();
        assert_eq!(ended.code, Some(130), "{}", ended.stderr);
    }
    let line = format!("http_get({:?}, #{{timeout: \"100ms\"}})", site.url());
    eval(&["net:127.0.0.1"], &line).code(7).run();
}

#[test]
fn the_api_is_reached_by_its_operations_however_it_is_spelt() {
    let server = Server::start();
    let port = server.url().rsplit(':').next().unwrap();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::ffff:127.0.0.1]",
        "127.1",
        "a.localhost.",
        "0.0.0.0",
    ] {
        let line = format!("http_get(\"http://{host}:{port}/v1/clouds\").status");
        let done = Mw::new(["--allow", "net:*", "eval", &line])
            .account(server.url())
            .any_stderr()
            .code(4)
            .run();
        assert!(
            done.stderr.contains("the account's own API"),
            "{host}: {}",
            done.stderr
        );
    }
    // Another port of this machine is another host.
    let site = Site::new();
    let line = format!("http_get({:?}).status", site.url());
    Mw::new(["--allow", "net:*", "eval", &line])
        .account(server.url())
        .stdout("200\n")
        .run();
}
