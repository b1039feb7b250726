//! Requests to elsewhere than the API: what scripts send to hosts of their own choice.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Url;

use super::https::{HttpsSettings, Proxies, connector, failure, host_of, is_near, whole};
use super::transport::Failure;

/// The largest answer taken, in bytes.
const LARGEST: usize = 16 * 1024 * 1024;

/// A request to anywhere.
#[derive(Clone, Debug)]
pub struct WebRequest {
    /// Its method.
    pub method: http::Method,
    /// Where it goes.
    pub url: Url,
    /// Its headers.
    pub headers: http::HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// The way to anywhere, with the API's TLS and proxies. It is set up when first used.
#[derive(Debug)]
pub struct Web {
    settings: HttpsSettings,
    /// For hosts near by and elsewhere: the former without a proxy.
    secured: [OnceLock<Result<reqwest::Client, Failure>>; 2],
    /// The same without TLS.
    plain: [OnceLock<Result<reqwest::Client, Failure>>; 2],
}

impl Web {
    /// A way that trusts the authorities of this file beside the system's.
    #[must_use]
    pub fn new(ca_file: Option<PathBuf>) -> Self {
        // Whoever sends a request says how long it may take.
        let long = Duration::from_hours(24);
        Self {
            settings: HttpsSettings {
                ca_file,
                read_timeout: long,
                total_timeout: long,
                ..HttpsSettings::new("")
            },
            secured: [const { OnceLock::new() }; 2],
            plain: [const { OnceLock::new() }; 2],
        }
    }

    /// Sends a request once and gives the answer, whatever its status. Redirects are not followed.
    pub async fn send(&self, request: WebRequest) -> Result<http::Response<Bytes>, Failure> {
        let host = host_of(&request.url);
        let is_plain = request.url.scheme() == "http";
        Proxies::of_process().check(&request.url)?;
        let [near, elsewhere] = if is_plain { &self.plain } else { &self.secured };
        let client = if is_near(&host) { near } else { elsewhere }
            .get_or_init(|| connector(&self.settings, &host, is_plain))
            .as_ref()
            .map_err(Clone::clone)?;
        let url = request.url.clone();
        let mut sending = client
            .request(request.method, request.url)
            .headers(request.headers);
        if !request.body.is_empty() {
            sending = sending.body(request.body);
        }
        let response = sending.send().await.map_err(|error| {
            let proxy = Proxies::of_process().on_the_way(&url);
            failure(&host, proxy.as_deref(), error)
        })?;
        whole(&host, response, LARGEST).await
    }
}
