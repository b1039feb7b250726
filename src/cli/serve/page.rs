//! What the service answers over HTTP.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use super::health::Health;
use crate::metrics::{self, Metrics};
use crate::secret;

/// What the pages tell of.
#[derive(Clone)]
struct Told {
    health: Arc<Health>,
    metrics: Arc<Metrics>,
}

/// The pages.
pub fn router(health: Arc<Health>, metrics: Arc<Metrics>) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(numbers))
        .fallback(nowhere)
        .with_state(Told { health, metrics })
}

fn page(status: StatusCode, kind: &'static str, text: &str) -> Response {
    let text = secret::redact(text).into_owned();
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store")];
    (status, headers, text).into_response()
}

fn plain(status: StatusCode, text: &str) -> Response {
    page(status, "text/plain; charset=utf-8", &format!("{text}\n"))
}

async fn healthz() -> Response {
    plain(StatusCode::OK, "ok")
}

async fn readyz(State(told): State<Told>) -> Response {
    match told.health.readiness() {
        Ok(()) => plain(StatusCode::OK, "ready"),
        Err(why) => plain(StatusCode::SERVICE_UNAVAILABLE, &why),
    }
}

async fn numbers(State(told): State<Told>) -> Response {
    page(StatusCode::OK, metrics::CONTENT_TYPE, &told.metrics.text())
}

async fn nowhere() -> Response {
    let text = "there is /healthz, /readyz and /metrics";
    plain(StatusCode::NOT_FOUND, text)
}
