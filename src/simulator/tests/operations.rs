//! Every operation, one after the other.

use super::*;

#[test]
fn every_operation_succeeds_and_its_answer_decodes() {
    for operation in operations() {
        let simulator = simulator();
        let (path, body) = good(&simulator, operation.name);
        let key = match operation.access {
            Access::Public => "",
            Access::Bearer => "Bearer sim",
            Access::Client => "Basic c2ltOnNpbQ==",
        };
        let response = call_as(
            &simulator,
            key,
            operation.method.as_str(),
            &path,
            body.as_ref(),
        );
        let (status, bytes) = (response.status().as_u16(), response.body());
        let wanted = match operation.name {
            "delete_configuration" | "delete_public_key" => 204,
            _ => 200,
        };
        assert_eq!(status, wanted, "{}: {bytes:?}", operation.name);
        match operation.answer {
            _ if operation.name == "java_console" => {
                assert_eq!(
                    response.headers()["content-type"],
                    "application/x-java-jnlp-file"
                );
            }
            Kind::Nothing => {}
            Kind::One(kind) => {
                let record =
                    (kind.decode)(bytes).unwrap_or_else(|e| panic!("{}: {e}", operation.name));
                assert!(!record.entries().is_empty());
            }
            Kind::Many(kind) => {
                let records =
                    (kind.decode_list)(bytes).unwrap_or_else(|e| panic!("{}: {e}", operation.name));
                assert!(!records.is_empty(), "{}", operation.name);
            }
        }
    }
}

#[test]
fn every_operation_that_needs_credentials_refuses_bad_ones() {
    let simulator = simulator();
    for operation in operations().filter(|operation| operation.access != Access::Public) {
        for key in ["", "Bearer wrong", "Basic d3Jvbmc6", "sim"] {
            let (path, body) = good(&simulator, operation.name);
            let answer = call_as(
                &simulator,
                key,
                operation.method.as_str(),
                &path,
                body.as_ref(),
            );
            assert_eq!(answer.status(), 401, "{} with `{key}`", operation.name);
        }
    }
}

#[test]
fn a_member_may_read_and_nothing_else() {
    let simulator = simulator();
    for operation in operations().filter(|operation| operation.access == Access::Bearer) {
        let (path, body) = good(&simulator, operation.name);
        let method = operation.method.as_str();
        let is_bill = operation.name == "cloud_subscription";
        let writes = method != "GET" || ["console", "java_console"].contains(&operation.name);
        for (key, refused) in [
            ("sim-member", writes || is_bill),
            ("sim-support", writes || is_bill),
            ("sim-billing", writes),
        ] {
            let (status, _) = by(&simulator, key, method, &path, body.as_ref());
            let wanted = if refused { 403 } else { 200 };
            assert_eq!(status, wanted, "{key}: {}", operation.name);
        }
    }
}
