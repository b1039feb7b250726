//! The transport over the network.

mod proxies;

use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use reqwest::Url;

pub(super) use self::proxies::Proxies;
use super::problem::shown;
use super::transport::{Failure, Transport};
use crate::loopback::leads_here;
use crate::secret::without_userinfo;

/// The largest headers of an answer taken over HTTP/2, in bytes: gateways that set cookies have been seen
/// to exceed the 16 KiB that are usual, and HTTP/1 takes as much.
const LARGEST_HEADERS: u32 = 256 * 1024;
/// The largest answer taken, in bytes.
const LARGEST: usize = 64 * 1024 * 1024;

/// Where the API is and how long it may take.
#[derive(Clone, Debug)]
pub struct HttpsSettings {
    /// The API's address, with a path in front of its own paths where there is one.
    pub base_url: String,
    /// A PEM file of authorities trusted beside the system's.
    pub ca_file: Option<PathBuf>,
    /// How long connecting may take, TLS included.
    pub connect_timeout: Duration,
    /// How long the server may be silent.
    pub read_timeout: Duration,
    /// How long one sending may take in all.
    pub total_timeout: Duration,
    /// Whether proxies are taken from the environment.
    pub proxies: bool,
}

impl HttpsSettings {
    /// The usual settings for an address.
    #[must_use]
    pub fn new(base_url: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            ca_file: None,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_mins(2),
            proxies: true,
        }
    }

    /// Whether the address, the proxy and the CA file can be used at all; connects to nothing.
    pub fn check(&self) -> Result<(), Failure> {
        let base = address(&self.base_url)?;
        if self.proxies {
            Proxies::of_process().check(&base)?;
        }
        self.ca_file
            .as_deref()
            .map_or(Ok(()), |file| authorities(file).map(drop))
    }
}

/// HTTP/1.1 or 2 with pooled connections, TLS by rustls with the system's authorities.
///
/// It is set up when first used: reading the system's authorities takes longer than many a script.
#[derive(Debug)]
pub struct Https {
    settings: HttpsSettings,
    ready: OnceLock<Result<Ready, Failure>>,
}

#[derive(Clone, Debug)]
struct Ready {
    client: reqwest::Client,
    base: Url,
    host: String,
}

impl Https {
    /// A transport to the address in `settings`.
    #[must_use]
    pub const fn new(settings: HttpsSettings) -> Self {
        Self {
            settings,
            ready: OnceLock::new(),
        }
    }

    fn ready(&self) -> Result<&Ready, Failure> {
        self.ready
            .get_or_init(|| prepare(&self.settings))
            .as_ref()
            .map_err(Clone::clone)
    }

    async fn exchange(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, Failure> {
        let ready = self.ready()?;
        let (parts, body) = request.into_parts();
        let url = ready.url(&parts.uri)?;
        let mut sending = ready
            .client
            .request(parts.method, url)
            .headers(parts.headers);
        if !body.is_empty() {
            sending = sending.body(body);
        }
        let response = sending.send().await.map_err(|error| {
            let proxies = self.settings.proxies.then(Proxies::of_process);
            let proxy = proxies.and_then(|proxies| proxies.on_the_way(&ready.base));
            unanswered(&ready.host, proxy.as_deref(), error)
        })?;
        whole(&ready.host, response, LARGEST).await
    }
}

/// An answer with its whole body, which may be this long, in bytes.
pub(super) async fn whole(
    host: &str,
    mut response: reqwest::Response,
    largest: usize,
) -> Result<http::Response<Bytes>, Failure> {
    let mut answer = http::Response::new(Bytes::new());
    *answer.status_mut() = response.status();
    *answer.version_mut() = response.version();
    std::mem::swap(answer.headers_mut(), response.headers_mut());
    let too_large = || {
        Failure::unknown(format!(
            "the answer of {} is larger than {} MiB",
            host,
            largest / (1024 * 1024)
        ))
    };
    if response
        .content_length()
        .is_some_and(|length| length > largest as u64)
    {
        return Err(too_large());
    }
    // Most answers come in one piece, which is taken as it is.
    let mut first = Bytes::new();
    let mut whole: Option<BytesMut> = None;
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failure(host, None, error))?
    {
        let length = whole.as_ref().map_or(first.len(), BytesMut::len);
        if length.saturating_add(chunk.len()) > largest {
            return Err(too_large());
        }
        if length == 0 {
            first = chunk;
        } else {
            whole
                .get_or_insert_with(|| BytesMut::from(&*first))
                .extend_from_slice(&chunk);
        }
    }
    *answer.body_mut() = whole.map_or(first, BytesMut::freeze);
    Ok(answer)
}

impl Transport for Https {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Bytes>, Failure>> {
        Box::pin(self.exchange(request))
    }
}

impl Ready {
    /// The API's address with the request's path behind it.
    fn url(&self, target: &http::Uri) -> Result<Url, Failure> {
        let mut url = self.base.clone();
        let path = format!(
            "{}{}",
            self.base.path().trim_end_matches('/'),
            target.path()
        );
        url.set_path(&path);
        url.set_query(target.query());
        // The parser of addresses takes `..` and its spellings for steps upwards: such an id would
        // reach another operation.
        if url.path() != path {
            return Err(Failure::not_sent(format!(
                "{:?} cannot be part of an address",
                target.path()
            )));
        }
        Ok(url)
    }
}

/// Why a request to a host came to nothing, on the way to which may be a proxy.
pub(super) fn failure(host: &str, proxy: Option<&str>, error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let is_timeout = error.is_timeout();
    let mut causes: Vec<String> = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(text) = shown(&inner.to_string(), 200)
            && !causes.iter().any(|known| known.contains(&text))
        {
            causes.retain(|known| !text.contains(known.as_str()));
            causes.push(text);
        }
        cause = inner.source();
    }
    let tunnel = causes.iter().find(|it| it.contains("tunnel error"));
    let proxy = proxy.map(|proxy| (proxy, tunnel.cloned()));
    let why = if causes.is_empty() {
        error.to_string()
    } else if error.is_connect() {
        // The innermost cause is the one that can be mended; the others say "connect" again.
        causes.pop().unwrap_or_default()
    } else {
        causes.join(": ")
    };
    let why = without_userinfo(&why);
    if error.is_connect() {
        let why = if is_timeout {
            "it took too long".to_owned()
        } else {
            why
        };
        return Failure::not_sent(match proxy {
            Some((proxy, tunnel)) => unconnected(host, proxy, tunnel.as_deref(), &why),
            None => format!("cannot connect to {host}: {why}"),
        });
    }
    if error.is_builder() {
        return Failure::not_sent(format!("cannot build a request to {host}: {why}"));
    }
    if is_timeout {
        return Failure::unknown(format!("{host} did not answer in time"));
    }
    Failure::unknown(format!("the connection to {host} broke: {why}"))
}

/// Why there is no connection to a host through a proxy: it is not the host that is to be blamed for what
/// the proxy does.
fn unconnected(host: &str, proxy: &str, tunnel: Option<&str>, why: &str) -> String {
    match tunnel {
        Some(tunnel) if tunnel.contains("authorization required") => {
            format!("cannot connect to {host}: {proxy} asks for a user and a password")
        }
        Some(tunnel) if tunnel.contains("unsuccessful") => {
            format!("cannot connect to {host}: {proxy} refuses to lead there")
        }
        Some(_) => format!("cannot connect to {host}: {proxy} cannot be used: {why}"),
        // The proxy led there, and what is wrong is at its end.
        None if why.contains("certificate") => format!("cannot connect to {host}: {why}"),
        None => format!("cannot connect to {host} by way of {proxy}: {why}"),
    }
}

/// Why nothing was answered. Of a request that HTTP/2 refuses, or that came after the last one that a
/// connection still takes, the server says that nothing was done about it (RFC 9113, 8.7 and 6.8); once it
/// has begun to answer, that is no longer so.
fn unanswered(host: &str, proxy: Option<&str>, error: reqwest::Error) -> Failure {
    let mut cause = error.source();
    while let Some(inner) = cause {
        let said = inner
            .downcast_ref::<h2::Error>()
            .filter(|it| it.is_remote());
        let is_refused =
            |it: &h2::Error| it.is_reset() && it.reason() == Some(h2::Reason::REFUSED_STREAM);
        // What the connection still took ends otherwise when it is closed.
        let how = match said {
            Some(it) if is_refused(it) => Some("REFUSED_STREAM"),
            Some(it) if it.is_go_away() => Some("GOAWAY"),
            _ => None,
        };
        if let Some(how) = how {
            return Failure::not_sent(format!(
                "{host} turned the request away before it looked at it (HTTP/2 {how})"
            ));
        }
        cause = inner.source();
    }
    failure(host, proxy, error)
}

fn prepare(settings: &HttpsSettings) -> Result<Ready, Failure> {
    let base = address(&settings.base_url)?;
    let host = host_of(&base);
    let client = connector(settings, &host, base.scheme() == "http")?;
    Ok(Ready { client, base, host })
}

/// What connects by these settings, without TLS where none is wanted.
pub(super) fn connector(
    settings: &HttpsSettings,
    host: &str,
    is_plain: bool,
) -> Result<reqwest::Client, Failure> {
    // Another part of the process may have chosen a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("metalwright/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(settings.connect_timeout)
        .read_timeout(settings.read_timeout)
        .timeout(settings.total_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .http2_max_header_list_size(LARGEST_HEADERS)
        .referer(false)
        // Below what load balancers use, so that it is not they who close a connection just when
        // a request goes out on it.
        .pool_idle_timeout(Duration::from_secs(20))
        .tcp_nodelay(true);
    // A proxy is another machine, with a loopback of its own.
    if settings.proxies && !is_near(host) {
        Proxies::of_process().guard();
    } else {
        builder = builder.no_proxy();
    }
    builder = match &settings.ca_file {
        // Without TLS no authority is needed: an empty list spares reading the system's.
        _ if is_plain => builder.tls_certs_only([]),
        Some(file) => builder.tls_certs_merge(authorities(file)?),
        None => builder,
    };
    builder.build().map_err(|error| {
        let why = error
            .source()
            .map_or_else(|| error.to_string(), ToString::to_string);
        Failure::not_sent(format!("cannot set up TLS for {host}: {why}"))
    })
}

fn address(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text.trim())
        // The text is not shown: it may hold a password where none belongs.
        .map_err(|error| Failure::not_sent(format!("the API's address is no URL: {error}")))?;
    let refuse = |why: &str| Err(Failure::not_sent(format!("the API's address {why}")));
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("must start with https:// (or http:// for a simulator)");
    }
    if url.host_str().is_none_or(str::is_empty) {
        return refuse("names no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not hold a user or a password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("must end with its path");
    }
    Ok(url)
}

/// Whether a host, with or without its port, is this machine. What listens everywhere listens here.
pub(super) fn is_near(host: &str) -> bool {
    leads_here(host)
        || host
            .rsplit_once(':')
            .is_some_and(|(name, _)| leads_here(name))
}

pub(super) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn authorities(file: &Path) -> Result<Vec<reqwest::Certificate>, Failure> {
    let shown = file.display();
    let pem = std::fs::read(file)
        .map_err(|error| Failure::not_sent(format!("cannot read the CA file {shown}: {error}")))?;
    let found = reqwest::Certificate::from_pem_bundle(&pem).map_err(|_| {
        Failure::not_sent(format!(
            "the CA file {shown} holds a certificate that cannot be read"
        ))
    })?;
    if found.is_empty() {
        return Err(Failure::not_sent(format!(
            "the CA file {shown} holds no PEM certificate"
        )));
    }
    Ok(found)
}
