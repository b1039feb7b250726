//! Secrets that are known by the name they stand under.

use serde_json::Value;

use super::REDACTED;

/// Names of members that hold secrets, in lower case and without what joins their words.
const MEMBERS: [&str; 15] = [
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "apikey",
    "clientsecret",
    "secret",
    "secretkey",
    "password",
    "passwd",
    "passphrase",
    "privatekey",
    "authorization",
    "jnlp",
    "token",
    "credentials",
];

/// Names of headers that hold secrets, in lower case.
const HEADERS: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "x-auth-token",
    "x-amz-security-token",
    "authentication-info",
];

/// Whether a member of this name holds a secret.
fn is_secret_member(name: &str, more: &[&str]) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let ends_so = ["password", "secret", "privatekey", "apikey", "accesstoken"];
    MEMBERS.contains(&plain.as_str())
        || ends_so.iter().any(|end| plain.ends_with(end))
        || more.contains(&name)
}

/// Blots out what stands under the names of secrets, at any depth; `more` are names that mean one
/// here. Members that hold no text, such as whether there is a password, are kept.
pub fn blot(value: &mut Value, more: &[&str]) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if is_secret_member(name, more) => {
                        REDACTED.clone_into(text);
                    }
                    Value::Array(items) if is_secret_member(name, more) => {
                        for item in items {
                            match item {
                                Value::String(text) => REDACTED.clone_into(text),
                                other => blot(other, more),
                            }
                        }
                    }
                    other => blot(other, more),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| blot(item, more)),
        _ => {}
    }
}

/// Whether a header of this name holds a secret.
#[must_use]
pub fn is_secret_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    HEADERS.contains(&name.as_str())
        || ["token", "secret", "password", "api-key", "apikey"]
            .iter()
            .any(|word| name.contains(word))
}

/// A text without the users and passwords that addresses in it hold.
#[must_use]
pub fn without_userinfo(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(scheme) = rest.find("://") {
        let (before, after) = rest.split_at(scheme + 3);
        clean.push_str(before);
        let ends = |c: char| c.is_whitespace() || "/?#\"'<>()".contains(c);
        let authority = after.find(ends).unwrap_or(after.len());
        rest = match after.get(..authority).and_then(|it| it.rfind('@')) {
            Some(at) => after.get(at + 1..).unwrap_or_default(),
            None => after,
        };
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_that_mean_a_secret_are_blotted_out_at_any_depth() {
        let mut value = json!({
            "access_token": "a", "expires_in": 5, "has_password": true, "public_key": "ssh-rsa",
            "fields": [{"adminPassword": "b", "Client-Secret": "c", "url": "d", "token_type": "bearer"}],
            "tokens": {"token": ["e", {"secret": "f", "label": "g"}]},
        });
        blot(&mut value, &["url"]);
        assert_eq!(
            value,
            json!({
                "access_token": REDACTED, "expires_in": 5, "has_password": true,
                "public_key": "ssh-rsa",
                "fields": [{"adminPassword": REDACTED, "Client-Secret": REDACTED, "url": REDACTED,
                    "token_type": "bearer"}],
                "tokens": {"token": [REDACTED, {"secret": REDACTED, "label": "g"}]},
            }),
        );
    }

    #[test]
    fn headers_that_mean_a_secret_are_known() {
        for name in [
            "Authorization",
            "set-cookie",
            "X-Api-Key",
            "X-Session-Token",
        ] {
            assert!(is_secret_header(name), "{name}");
        }
        for name in [
            "content-type",
            "www-authenticate",
            "location",
            "x-request-id",
        ] {
            assert!(!is_secret_header(name), "{name}");
        }
    }

    #[test]
    fn passwords_in_addresses_are_left_out() {
        for (text, expected) in [
            (
                "proxy http://me:pass@proxy:3128/ failed",
                "proxy http://proxy:3128/ failed",
            ),
            ("http://me:p@ss@proxy", "http://proxy"),
            (
                "see https://a:b@x/?to=https://c:d@y",
                "see https://x/?to=https://y",
            ),
            ("mail a@b.c", "mail a@b.c"),
            ("http://host/~me@home", "http://host/~me@home"),
            ("", ""),
        ] {
            assert_eq!(without_userinfo(text), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(text in "(://|@|[a-z/ ä]){0,30}") {
            let clean = without_userinfo(&text);
            proptest::prop_assert!(clean.len() <= text.len());
        }
    }
}
