//! Organizations and who works in them.

use super::*;

fn organization(simulator: &Simulator) -> String {
    let profile = get(simulator, "/v1/accounts/profile");
    profile["account_access"][0]["account_id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn what_organizations_cannot_read_is_unprocessable() {
    let simulator = simulator();
    let path = format!("/v1/organizations/{}", organization(&simulator));
    let send = |method: &str, path: &str, body: &str| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", "Bearer sim")
            .body(Bytes::from(body.to_owned()));
        simulator.respond(request.unwrap()).status().as_u16()
    };
    let members = format!("{path}/memberships");
    for (method, path) in [("PATCH", &path), ("POST", &members)] {
        for body in ["", "{", "[]"] {
            assert_eq!(send(method, path, body), 422, "{method} {path}: {body}");
        }
    }
    assert_eq!(send("PATCH", &path, "{}"), 200);
}
