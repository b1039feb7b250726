//! The proxies that the environment names.

use hyper_util::client::proxy::matcher::Matcher;
use percent_encoding::percent_decode_str;
use reqwest::Url;

use crate::client::transport::Failure;
use crate::secret;

/// The variables of proxies that are set to something, by their names in small letters.
fn set() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| {
        let name = name.to_str()?.to_ascii_lowercase();
        let value = value.to_string_lossy().into_owned();
        (name.ends_with("_proxy") && !value.trim().is_empty()).then_some((name, value))
    })
}

/// Keeps the passwords of proxies out of all that is written.
pub(super) fn guard() {
    for (_, value) in set() {
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

/// Whether what is to go to a host through a proxy will: one that cannot be read would be passed over
/// without a word.
pub(in crate::client) fn check(scheme: &str, host: &str) -> Result<(), Failure> {
    let own = format!("{scheme}_proxy");
    let named = set().find(|(name, _)| *name == own || name == "all_proxy");
    let (Some((name, _)), Ok(to)) = (named, format!("{scheme}://{host}/").parse()) else {
        return Ok(());
    };
    // Its value may hold a password.
    match Matcher::from_env().intercept(&to) {
        Some(proxy) if matches!(proxy.uri().scheme_str(), Some("http" | "https")) => Ok(()),
        Some(_) => Err(Failure::not_sent(format!(
            "the variable {name} names a proxy that is neither of http nor of https"
        ))),
        None if is_exempt(&to) => Ok(()),
        None => Err(Failure::not_sent(format!(
            "the variable {name} is set, and holds no address of a proxy that can be read"
        ))),
    }
}

/// Whether no proxy is wanted for an address, whatever there is.
fn is_exempt(to: &http::Uri) -> bool {
    let variable = |name| std::env::var(name).ok();
    let not = variable("NO_PROXY").or_else(|| variable("no_proxy"));
    let any = Matcher::builder().all("http://proxy.invalid:1");
    let any = any.no(not.unwrap_or_default()).build();
    any.intercept(to).is_none()
}
