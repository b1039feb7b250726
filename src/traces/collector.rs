//! The way to the collector.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use reqwest::Url;
use tokio::runtime::{Builder, Runtime};

use super::Tell;
use crate::client::{Failure, Web, WebRequest};

/// How long the collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Says what is wrong with the collector, once.
pub struct Mouth {
    tell: Tell,
    has_spoken: AtomicBool,
    /// What was wrong last.
    last: Mutex<Option<String>>,
}

impl fmt::Debug for Mouth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mouth").finish_non_exhaustive()
    }
}

impl Mouth {
    /// One that tells in this way.
    pub fn new(tell: Tell) -> Self {
        Self {
            tell,
            has_spoken: AtomicBool::new(false),
            last: Mutex::default(),
        }
    }

    /// Says what is wrong, unless something was said before.
    pub fn say(&self, what: &str) {
        if !self.has_spoken.swap(true, Ordering::Relaxed) {
            (self.tell)(what);
        }
    }

    fn note(&self, what: String) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
    }

    fn noted(&self) -> Option<String> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.take()
    }
}

/// Sends to the collector as everything else is sent: by the proxies of the environment, with the
/// authorities that are trusted.
#[derive(Debug)]
pub struct Collector {
    web: Web,
    mouth: Arc<Mouth>,
    /// Made by the thread that sends, which has none of its own.
    runtime: OnceLock<std::io::Result<Runtime>>,
}

impl Collector {
    /// The way to it, trusting the authorities of this file, too.
    pub fn new(ca_file: Option<PathBuf>, mouth: Arc<Mouth>) -> Self {
        Self {
            web: Web::new(ca_file),
            mouth,
            runtime: OnceLock::new(),
        }
    }

    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Failure> {
        let made = || Builder::new_current_thread().enable_all().build();
        let runtime = self
            .runtime
            .get_or_init(made)
            .as_ref()
            .map_err(|error| Failure::not_sent(format!("no runtime: {error}")))?;
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string())
            .map_err(|error| Failure::not_sent(format!("its address is no URL: {error}")))?;
        let request = WebRequest {
            method: parts.method,
            url,
            headers: parts.headers,
            body,
        };
        runtime.block_on(async {
            tokio::time::timeout(PATIENCE, self.web.send(request))
                .await
                .unwrap_or_else(|_| Err(Failure::unknown("it did not answer in time")))
        })
    }
}

impl HttpClient for Collector {
    fn send_bytes<'here, 'sent>(
        &'here self,
        request: Request<Bytes>,
    ) -> BoxFuture<'sent, Result<Response<Bytes>, HttpError>>
    where
        'here: 'sent,
        Self: 'sent,
    {
        // The thread that asks does nothing else: it may be kept waiting.
        Box::pin(async move {
            let answer = self.send(request);
            match &answer {
                Ok(answer) if answer.status().is_success() => {}
                Ok(answer) => self
                    .mouth
                    .note(format!("the collector answered {}", answer.status())),
                Err(failure) => self.mouth.note(failure.message.clone()),
            }
            answer.map_err(Into::into)
        })
    }
}

/// Sends spans, and says once that they are not taken.
#[derive(Debug)]
pub struct Exporter {
    sender: opentelemetry_otlp::SpanExporter,
    mouth: Arc<Mouth>,
}

impl Exporter {
    /// One that sends in this way.
    pub const fn new(sender: opentelemetry_otlp::SpanExporter, mouth: Arc<Mouth>) -> Self {
        Self { sender, mouth }
    }
}

impl SpanExporter for Exporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let result = self.sender.export(batch).await;
        if let Err(error) = &result {
            let what = self.mouth.noted().unwrap_or_else(|| error.to_string());
            self.mouth.say(&what);
        }
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.sender.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.sender.set_resource(resource);
    }
}
