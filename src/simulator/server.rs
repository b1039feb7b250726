//! The simulator on a socket.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use tokio::net::TcpListener;

use super::answer::Refused;
use super::{LARGEST_BODY, Simulator};

/// A snapshot of a large world is larger than any body of the API.
const LARGEST_CONTROL: usize = 256 << 20;

/// Serves an account until `shutdown` ends. The listener is the caller's, who knows its address.
pub async fn serve(
    listener: TcpListener,
    simulator: Arc<Simulator>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = Router::new().fallback(respond).with_state(simulator);
    axum::serve(listener, router)
        .with_graceful_shutdown(shutdown)
        .await
}

async fn respond(
    State(simulator): State<Arc<Simulator>>,
    request: Request,
) -> Result<Response, Infallible> {
    let (parts, body) = request.into_parts();
    let largest = if parts.uri.path().starts_with("/_sim/") {
        LARGEST_CONTROL
    } else {
        LARGEST_BODY
    };
    let response = match to_bytes(body, largest).await {
        Ok(bytes) => {
            let request: http::Request<Bytes> = http::Request::from_parts(parts, bytes);
            simulator.respond(&request)
        }
        Err(_) => Refused::new(413, "payload_too_large", "the body is too large").respond(),
    };
    Ok(response.map(Body::from))
}
