//! Which address of an API is accepted.

use crate::error::Complaint;
use crate::loopback::is_loopback;

/// The vendor's sandbox: the same API, another account, credentials of its own.
pub(super) const SANDBOX: &str = "https://sandbox.api.central.openmetal.io";

/// Addresses by name.
pub(super) const PRESETS: [(&str, &str); 1] = [("sandbox", SANDBOX)];

/// The variable that lets credentials travel in the clear.
const ALLOW_HTTP: &str = "OPENMETAL_ALLOW_HTTP";

/// The address without a slash at its end, when credentials may be sent there.
///
/// `origin` says where it was written. Plain HTTP is accepted to this machine only, unless
/// `in_the_clear`. A path is kept: it is what a proxy in front of the API adds.
pub(super) fn check(text: &str, origin: &str, in_the_clear: bool) -> Result<String, Complaint> {
    // Text before an `@` may be a password: such an address is never repeated in a message.
    let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(
            Complaint::usage(format!("the URL of {origin} holds a user or a password")).hint(
                "remove what stands before the `@`; credentials are configured by themselves",
            ),
        );
    }
    let refuse = |what: &str| Complaint::usage(format!("the URL {text:?} of {origin} {what}"));
    let example = "write it like https://api.central.openmetal.io";
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(refuse("holds spaces or control characters").hint(example));
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        let host = authority
            .rsplit_once(':')
            .map_or(authority, |(host, _)| host);
        let scheme = if is_loopback(host) { "http" } else { "https" };
        return Err(refuse("does not begin with https://")
            .hint(format!("did you mean {:?}?", format!("{scheme}://{text}"))));
    };
    if text.contains(['?', '#']) {
        return Err(refuse("has a query or a fragment").hint("end it before the `?` or `#`"));
    }
    let secure = match scheme.to_ascii_lowercase().as_str() {
        "https" => true,
        "http" => false,
        _ => return Err(refuse("is neither https nor http").hint(example)),
    };
    let uri: http::Uri = text
        .parse()
        .map_err(|_| refuse("is not an address").hint(example))?;
    let host = uri.host().unwrap_or_default();
    let ported = authority.strip_prefix(host).unwrap_or_default();
    if host.is_empty() || (!ported.is_empty() && uri.port_u16().is_none_or(|port| port == 0)) {
        return Err(refuse("has no valid host and port").hint(example));
    }
    if !secure && !in_the_clear && !is_loopback(host) {
        return Err(
            refuse("is plain http, which would send the credentials in the clear").hint(format!(
                "write https://{rest}, or set {ALLOW_HTTP}=1 if the way there is safe"
            )),
        );
    }
    let kept = text.trim_end_matches('/');
    if let Some(before) = kept.strip_suffix("/v1") {
        return Err(
            refuse("ends in /v1, with which the path of each call begins")
                .hint(format!("did you mean {before:?}?")),
        );
    }
    Ok(kept.to_owned())
}

/// Whether the environment lets credentials travel in the clear.
pub(super) fn allows_http(environment: &super::environment::Environment) -> bool {
    environment.get(ALLOW_HTTP) == Some("1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<String, Complaint> {
        check(text, "--url", false)
    }

    #[test]
    fn secure_and_local_addresses_are_accepted() {
        for (text, kept) in [
            (
                "https://api.central.openmetal.io/",
                "https://api.central.openmetal.io",
            ),
            (
                "https://proxy.example:8443/openmetal/",
                "https://proxy.example:8443/openmetal",
            ),
            ("HTTPS://Api.example", "HTTPS://Api.example"),
            ("http://127.0.0.1:4010", "http://127.0.0.1:4010"),
            ("http://127.8.8.8", "http://127.8.8.8"),
            ("http://[::1]:80", "http://[::1]:80"),
            ("http://localhost:1", "http://localhost:1"),
        ] {
            assert_eq!(checked(text).as_deref(), Ok(kept));
        }
    }

    #[test]
    fn credentials_never_travel_in_the_clear_by_accident() {
        for text in [
            "http://api.central.openmetal.io",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://0.0.0.0:80",
            "http://10.0.0.1",
        ] {
            let complaint = checked(text).unwrap_err();
            assert!(complaint.message.contains("in the clear"), "{complaint}");
            assert!(check(text, "--url", true).is_ok());
        }
    }

    #[test]
    fn an_address_without_its_scheme_is_completed_as_it_may_be_used() {
        for (text, meant) in [
            (
                "api.central.openmetal.io",
                "https://api.central.openmetal.io",
            ),
            ("127.0.0.1:4010", "http://127.0.0.1:4010"),
            ("localhost:4010", "http://localhost:4010"),
        ] {
            let hint = checked(text).unwrap_err().hint.unwrap();
            assert_eq!(hint, format!("did you mean {meant:?}?"));
        }
    }

    #[test]
    fn what_is_not_an_address_is_refused_with_what_is_wrong() {
        for (text, wrong) in [
            ("api.central.openmetal.io", "does not begin with https://"),
            ("", "does not begin with https://"),
            ("ftp://example.com", "neither https nor http"),
            ("https://", "not an address"),
            ("https://example.com:99999", "host and port"),
            ("https://example.com:0", "host and port"),
            ("https://example.com:", "host and port"),
            ("https://example.com/?a=1", "a query or a fragment"),
            ("https://example.com/#a", "a query or a fragment"),
            ("https://exa mple.com", "spaces"),
            ("https://api.central.openmetal.io/v1/", "ends in /v1"),
        ] {
            let complaint = checked(text).unwrap_err();
            assert!(complaint.message.contains(wrong), "{text}: {complaint}");
            assert_eq!(complaint.exit, 2);
        }
    }

    #[test]
    fn a_password_in_an_address_is_refused_and_not_repeated() {
        for text in [
            "https://ada:hush@example.com",
            "ada:hush@example.com",
            "http://hush@localhost",
        ] {
            let complaint = checked(text).unwrap_err();
            assert!(
                complaint.message.contains("a user or a password"),
                "{complaint}"
            );
            assert!(!complaint.to_string().contains("hush"), "{complaint}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_and_none_with_a_password_passes(text in "(https?://)?.*") {
            if let Ok(kept) = checked(&text) {
                proptest::prop_assert!(!kept.split('/').nth(2).unwrap().contains('@'));
            }
        }
    }
}
