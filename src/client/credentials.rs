//! Who the client is to the API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

use crate::secret::{self, Secret};

/// What the API is shown.
#[derive(Clone, Debug, Default)]
pub enum Credentials {
    /// A long-lived key.
    ApiKey(Secret),
    /// An OAuth client, whose pair is exchanged for short-lived tokens.
    OAuth {
        /// The client's id.
        client_id: String,
        /// The client's secret.
        client_secret: Secret,
    },
    /// Nothing: only public operations work.
    #[default]
    None,
}

impl Credentials {
    /// Keeps what is secret of them out of all that the process writes.
    pub(super) fn guard(&self) {
        match self {
            Self::ApiKey(secret)
            | Self::OAuth {
                client_secret: secret,
                ..
            } => secret::guard(secret.reveal()),
            Self::None => {}
        }
    }

    /// The header that proves an OAuth client; none for other credentials.
    ///
    /// The pair is sent as it is: the API does not decode percent signs in it.
    pub(super) fn basic(&self) -> Option<Result<HeaderValue, Unsendable>> {
        match self {
            Self::OAuth {
                client_id,
                client_secret,
            } => {
                let pair = format!("{client_id}:{}", client_secret.reveal());
                Some(header(&format!("Basic {}", STANDARD.encode(pair))))
            }
            Self::ApiKey(_) | Self::None => None,
        }
    }
}

/// A key that cannot stand in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsendable;

/// The header that shows a key or a token.
pub(super) fn bearer(secret: &Secret) -> Result<HeaderValue, Unsendable> {
    header(&format!("Bearer {}", secret.reveal().trim()))
}

/// Marked sensitive, so that no log and no compression table keeps it.
fn header(text: &str) -> Result<HeaderValue, Unsendable> {
    let mut value = HeaderValue::from_str(text).map_err(|_| Unsendable)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_never_printed() {
        let all = [
            Credentials::ApiKey(Secret::new("hunter2-key")),
            Credentials::OAuth {
                client_id: "app".into(),
                client_secret: Secret::new("hunter2-secret"),
            },
        ];
        for credentials in all {
            assert!(!format!("{credentials:?}").contains("hunter2"));
            credentials.guard();
            let echoed = secret::redact("bad key hunter2-key or hunter2-secret");
            assert!(echoed.contains("<redacted>"), "{echoed}");
        }
    }

    #[test]
    fn the_pair_is_not_percent_encoded() {
        let credentials = Credentials::OAuth {
            client_id: "a b".into(),
            client_secret: Secret::new("c/d+e"),
        };
        let header = credentials.basic().unwrap().unwrap();
        assert_eq!(header, format!("Basic {}", STANDARD.encode("a b:c/d+e")));
        assert!(header.is_sensitive());
    }

    #[test]
    fn a_key_with_a_line_break_inside_is_unsendable() {
        assert_eq!(bearer(&Secret::new("ab\ncd")), Err(Unsendable));
        assert_eq!(bearer(&Secret::new("abcd\n")).unwrap(), "Bearer abcd");
    }
}
