//! The proxies that the environment names.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::LazyLock;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use percent_encoding::percent_decode_str;
use reqwest::Url;

use super::{host_of, is_near};
use crate::client::transport::Failure;
use crate::secret;

/// The variables that name proxies and what goes past them, as they were when the process began; none
/// of a value that is no text.
pub(in crate::client) struct Proxies(BTreeMap<String, Option<String>>);

impl Proxies {
    /// Those of this process, which nobody changes.
    pub(in crate::client) fn of_process() -> &'static Self {
        static OWN: LazyLock<Proxies> = LazyLock::new(|| Proxies::of(std::env::vars_os()));
        &OWN
    }

    fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let named = variables.into_iter().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let is_meant = name.to_ascii_lowercase().ends_with("_proxy") || name == CGI;
            is_meant.then(|| (name, value.into_string().ok()))
        });
        Self(named.collect())
    }

    /// Keeps the passwords of proxies out of all that is written.
    pub(super) fn guard(&self) {
        for value in self.0.values().flatten() {
            // Its scheme may be left out.
            let url = match value.split_once("://") {
                Some(_) => Url::parse(value.trim()),
                None => Url::parse(&format!("http://{}", value.trim())),
            };
            if let Ok(url) = url
                && let Some(password) = url.password()
            {
                secret::guard(password);
                secret::guard(&percent_decode_str(password).decode_utf8_lossy());
            }
        }
    }

    /// Whether what is to go to an address through a proxy will: the client passes one that it cannot
    /// read over without a word. What is said shows no value, which may hold a password.
    pub(in crate::client) fn check(&self, to: &Url) -> Result<(), Failure> {
        match self.way(to)? {
            Some((name, Some(proxy))) => match proxy.uri().scheme_str() {
                Some("http" | "https") => Ok(()),
                _ => Err(Failure::not_sent(format!(
                    "the variable {name} names a proxy that is neither of http nor of https"
                ))),
            },
            Some((name, None)) => Err(unusable(name)),
            None => Ok(()),
        }
    }

    /// The proxy that requests to an address go through, in words: the variable and the host that it
    /// names, without its user and password.
    pub(in crate::client) fn on_the_way(&self, to: &Url) -> Option<String> {
        let (name, proxy) = self.way(to).ok()??;
        let proxy = proxy?;
        let host = proxy.uri().host()?;
        let port = proxy.uri().port_u16();
        let host = port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Some(format!("the proxy that {name} names ({host})"))
    }

    /// The variable that names the proxy of an address, if it goes through one, and the proxy, if that
    /// can be read.
    fn way(&self, to: &Url) -> Result<Option<(&str, Option<Intercept>)>, Failure> {
        // Under CGI anybody who asks for a page could name one, so that the client takes none.
        if is_near(&host_of(to)) || self.0.contains_key(CGI) {
            return Ok(None);
        }
        let Some((name, value)) = self.named(to.scheme())? else {
            return Ok(None);
        };
        let Ok(target) = to.as_str().parse() else {
            return Ok(None);
        };
        let not = self.first("no_proxy").and_then(|(_, value)| value);
        let by = |proxy: &str| {
            let matcher = Matcher::builder().all(proxy);
            let matcher = matcher.no(not.unwrap_or_default()).build();
            matcher.intercept(&target)
        };
        let proxy = by(value);
        // Where nothing goes through any, it does not matter.
        let is_exempt = proxy.is_none() && by("http://proxy.invalid").is_none();
        Ok((!is_exempt).then_some((name, proxy)))
    }

    /// The variable that names the proxy of a scheme, with its value.
    fn named(&self, scheme: &str) -> Result<Option<(&str, &str)>, Failure> {
        for lower in [&*format!("{scheme}_proxy"), "all_proxy"] {
            match self.first(lower) {
                Some((name, Some(value))) if !value.trim().is_empty() => {
                    return Ok(Some((name, value)));
                }
                Some((name, None)) => return Err(unusable(name)),
                Some((name, Some(_))) if name != lower && self.is_set(lower) => {
                    return Err(Failure::not_sent(format!(
                        "the variable {name} is empty, which hides {lower}: unset it"
                    )));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// The variable that the client goes by: that in capitals, if it is set to any text.
    fn first(&self, lower: &str) -> Option<(&str, Option<&str>)> {
        let upper = lower.to_ascii_uppercase();
        let known = |name: &str| self.0.get_key_value(name);
        let readable = known(&upper).filter(|(_, value)| value.is_some());
        let (name, value) = readable
            .or_else(|| known(lower))
            .or_else(|| known(&upper))?;
        Some((name, value.as_deref()))
    }

    fn is_set(&self, name: &str) -> bool {
        let value = self.0.get(name).and_then(Option::as_deref);
        value.is_some_and(|value| !value.trim().is_empty())
    }
}

/// Set where a web server starts a program to answer a request.
const CGI: &str = "REQUEST_METHOD";

fn unusable(name: &str) -> Failure {
    Failure::not_sent(format!(
        "the variable {name} is set, and holds no address of a proxy that can be read"
    ))
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;

    fn check(variables: &[(&str, &str)], to: &str) -> String {
        let own = variables.iter().map(|(name, value)| {
            let value = match *value {
                "latin" => OsString::from_vec(vec![b'h', 0xfc]),
                text => text.into(),
            };
            (OsString::from(name), value)
        });
        let checked = Proxies::of(own).check(&Url::parse(to).unwrap());
        checked.err().map(|it| it.message).unwrap_or_default()
    }

    #[test]
    fn a_proxy_is_told_of_without_its_password() {
        let own = [
            ("HTTPS_PROXY", "http://joe:pa55@proxy.test:3128"),
            ("http_proxy", "plain"),
            ("NO_PROXY", "past.test"),
        ];
        let proxies = Proxies::of(own.map(|(name, value)| (name.into(), value.into())));
        for (to, expected) in [
            (
                "https://api.test/v1",
                Some("the proxy that HTTPS_PROXY names (proxy.test:3128)"),
            ),
            (
                "http://api.test/",
                Some("the proxy that http_proxy names (plain)"),
            ),
            ("https://past.test/", None),
            ("https://127.0.0.1/", None),
        ] {
            let told = proxies.on_the_way(&Url::parse(to).unwrap());
            assert_eq!(told.as_deref(), expected, "{to}");
        }
    }

    #[test]
    fn a_proxy_that_would_be_passed_over_is_refused() {
        const GOOD: &str = "http://me:pa55@proxy:3128";
        const API: &str = "https://api.example.com/v1";
        let unusable = |name| {
            format!("the variable {name} is set, and holds no address of a proxy that can be read")
        };
        let broken = "http://pro xy:3128";
        for (variables, to, expected) in [
            (&[][..], API, String::new()),
            (&[("https_proxy", GOOD)], API, String::new()),
            (&[("https_proxy", "proxy:3128")], API, String::new()),
            (&[("https_proxy", broken)], API, unusable("https_proxy")),
            (&[("HTTPS_PROXY", broken)], API, unusable("HTTPS_PROXY")),
            (&[("HTTPS_PROXY", "latin")], API, unusable("HTTPS_PROXY")),
            // Of another scheme, or of none that is wanted here.
            (&[("http_proxy", broken)], API, String::new()),
            (&[("ftp_proxy", broken)], API, String::new()),
            (&[("all_proxy", broken)], API, unusable("all_proxy")),
            (
                &[("https_proxy", broken), ("all_proxy", GOOD)],
                API,
                unusable("https_proxy"),
            ),
            (
                &[("https_proxy", GOOD), ("all_proxy", broken)],
                API,
                String::new(),
            ),
            (
                &[("https_proxy", "socks5://proxy:1080")],
                API,
                "the variable https_proxy names a proxy that is neither of http nor of https"
                    .to_owned(),
            ),
            // The one in capitals is taken, though it is empty.
            (
                &[("HTTPS_PROXY", ""), ("https_proxy", GOOD)],
                API,
                "the variable HTTPS_PROXY is empty, which hides https_proxy: unset it".to_owned(),
            ),
            (&[("HTTPS_PROXY", "")], API, String::new()),
            (
                &[("HTTPS_PROXY", "latin"), ("https_proxy", GOOD)],
                API,
                String::new(),
            ),
            // What is exempt needs none.
            (
                &[("https_proxy", broken), ("no_proxy", "example.com")],
                API,
                String::new(),
            ),
            (
                &[("https_proxy", broken), ("NO_PROXY", "*")],
                API,
                String::new(),
            ),
            (
                &[("https_proxy", broken)],
                "https://127.0.0.1:8080/",
                String::new(),
            ),
            (
                &[("https_proxy", broken), ("REQUEST_METHOD", "GET")],
                API,
                String::new(),
            ),
        ] {
            assert_eq!(check(variables, to), expected, "{variables:?}");
        }
    }
}
